"""The fields and variants of a declaration as serde's derive sees them, and what the library is told of them.

One list serves both sides: the classes made through the API, and the shapes that give the expected tree of
serde calls.
"""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field
from typing import Any

from vectors import renames
from vectors.rust_syntax import Attrs, Enum, Function, Item, Path, RustField, RustType, Struct, Variant
from vectors.rust_types import literal, number
from vectors.shapes import NotExpressible

#: Field attributes handed to `doc` as they are: it refuses what serde can't round-trip under bincode.
_HANDED_ON = ("flatten", "skip_serializing", "skip_deserializing", "skip_serializing_if")

#: Names that Python's enums keep for themselves.
_ENUM_NAMES = frozenset({"mro", "name", "value", "mark"})


@dataclass
class Member:
    """A field.

    Attributes:
        name: serde's name; the position in tuple styles.
        attr: The Python attribute.
        type: Its Rust type.
        skip: Not in the bytes.
        with_module: The module or definition whose code converts it, or None.
        options: Keywords for `doc`.
        attrs: Its attributes.
    """

    name: str
    attr: str
    type: RustType
    skip: bool
    with_module: str | None
    attrs: Attrs
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Literal:
    """A default that a function of the declarations returns."""

    value: Any


def python_name(name: str) -> str:
    """A Rust name that Python can spell: keywords get an underscore, and so do leading double ones."""
    if keyword.iskeyword(name):
        return f"{name}_"
    return f"f{name}" if name.startswith("__") else name


def field_members(item: Struct) -> list[Member]:
    """The fields of a struct, skipped ones included."""
    rule = item.attrs.writing("rename_all") if item.style == "struct" else None
    return _members(item.fields, rule, Attrs(), transparent="transparent" in item.attrs)


def variant_members(item: Enum) -> list[tuple[str, str, Variant, list[Member]]]:
    """The variants of an enum: serde's name, the Python name, the variant, its fields."""
    found = []
    for variant in item.variants:
        case = item.attrs.writing("rename_all")
        serde_name = variant.attrs.writing("rename") or renames.of_variant(variant.name, case)
        attr = python_name(variant.name)
        if attr in _ENUM_NAMES or attr.startswith("_"):
            attr = f"{attr.strip('_')}_"
        rule = None
        if variant.style == "struct":
            rule = variant.attrs.writing("rename_all") or item.attrs.writing("rename_all_fields")
        found.append((serde_name, attr, variant, _members(variant.fields, rule, variant.attrs)))
    return found


def _members(
    fields: list[RustField], rule: str | None, outer: Attrs, *, transparent: bool = False
) -> list[Member]:
    made = []
    for at, rust in enumerate(fields):
        attrs = rust.attrs
        if rust.name is None:
            serde_name, attr, rename = str(at), f"f{at}", None
        else:
            explicit = attrs.writing("rename")
            serde_name = explicit or renames.of_field(rust.name, rule)
            attr = python_name(rust.name)
            rename = explicit or (serde_name if attr != rust.name else None)
        both = "skip_serializing" in attrs and "skip_deserializing" in attrs
        phantom = isinstance(rust.type, Path) and rust.type.name == "PhantomData"
        skip = "skip" in attrs or both or (transparent and phantom)
        options: dict[str, Any] = {"rename": rename} if rename else {}
        if not both:
            options.update((name, attrs.get(name)) for name in _HANDED_ON if name in attrs)
        if "alias" in attrs:
            options["alias"] = attrs.get("alias")
        if "default" in attrs and not skip:
            options["has_default"] = True
        made.append(Member(serde_name, attr, rust.type, skip, _with(attrs, outer, fields), attrs, options))
    return made


def _with(attrs: Attrs, outer: Attrs, fields: list[RustField]) -> str | None:
    """What converts a field: its own `with`, or that of its variant, which stands for the one field."""
    for given in (attrs, outer):
        single = [name for name in ("serialize_with", "deserialize_with") if name in given]
        if single:
            halves = {str(given.get(name)).rpartition("::")[0] for name in single}
            if len(single) == 2 and len(halves) == 1:
                return halves.pop()
            raise NotExpressible(f"{' and '.join(single)} need Rust code")
    if "with" in attrs:
        return str(attrs.get("with"))
    if "with" in outer:
        if len(fields) != 1:
            raise NotExpressible("`with` on a variant of several fields needs Rust code")
        return str(outer.get("with"))
    return None


def default_of(member: Member, items: dict[str, Item]) -> Literal | None:
    """The default of a skipped field that a named function gives; None for `Default::default()`.

    Raises:
        NotExpressible: The function is not there, or its body is more than a literal.
    """
    name = member.attrs.get("default")
    if not isinstance(name, str):
        return None
    function = items.get(name.rpartition("::")[2])
    if not isinstance(function, Function):
        raise NotExpressible(f"the function {name!r} is not declared")
    body = " ".join(token for token in function.body if token not in (";", "return"))
    if re.fullmatch(r"-?\s*[0-9][0-9a-zA-Z_]*", body):
        sign = -1 if body.startswith("-") else 1
        return Literal(sign * number(body.lstrip("- ")))
    if body in ("true", "false"):
        return Literal(body == "true")
    if body == "None":
        return Literal(None)
    texts = [token for token in function.body if token.startswith('"')]
    spelling = body.replace(" ", "")
    if len(texts) == 1 and spelling in (
        texts[0],
        f"String::from({texts[0]})",
        *(f"{texts[0]}.{method}()" for method in ("to_string", "to_owned", "into")),
    ):
        return Literal(literal(texts[0]))
    raise NotExpressible(f"the body of {name} is more than a literal: {body}")
