"""`doc` and `variant`: the description and the options of a field or a variant."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import MISSING
from typing import Any

import semver

from snapformat.bits import Bits
from snapformat.errors import SchemaError
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.checks import describe_value
from snapformat.model.std.semver_text import parse_padded

#: Key of `FieldOptions` in the metadata of a dataclass field.
METADATA = "snapformat"

_FIELD_REASONS = {
    "flatten": "serde writes a flattened struct as a map of unknown length, which bincode refuses",
    "skip_serializing": "the field would be read but not written",
    "skip_deserializing": "the field would be written but not read",
    "skip_serializing_if": "bincode can't tell from the bytes whether the field was left out",
}
_VARIANT_REASONS = {
    "skip": "serde counts a skipped variant when writing, but not when reading",
    "skip_serializing": "serde counts the variant when reading, but can't write it",
    "skip_deserializing": "serde counts the variant when writing, but not when reading",
    "untagged": "without an index the variant can't be told from the others",
}


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """The arguments of `doc`.

    Attributes:
        doc: One line of description.
        rename: serde's name, or None for the attribute's.
        skip: Whether the field is left out of the bytes.
        bits: Names for the bits of the number.
        key: Names of the fields that identify an element; None if there are none.
        depends: Why it is not enough to change this field; empty if nothing else has to agree with it.
        names: Reference to the function that names an element by its key, or None.
        since: The version of the format since which files have the field, or None for all.
    """

    doc: str = ""
    rename: str | None = None
    skip: bool = False
    bits: tuple[Bits, ...] = ()
    key: tuple[str, ...] | None = None
    depends: str = ""
    names: str | None = None
    since: semver.Version | None = None


def doc(
    text: str = "",
    *,
    rename: str | None = None,
    default: Any = MISSING,
    default_factory: Callable[[], Any] | Any = MISSING,
    skip: bool = False,
    bits: Iterable[Bits] = (),
    key: str | Iterable[str] | None = None,
    depends: str = "",
    names: str | None = None,
    since: str | None = None,
    kw_only: bool | None = None,
    alias: str | None = None,
    has_default: bool = False,
    **serde: Any,
) -> Any:
    """Describe a field of a declared class.

    Example:
        ```python
        mem_size_mib: u64 = doc("Guest memory size, MiB")
        ```

    Args:
        text: One line of description, with units and meaning.
        rename: serde's name, where it is not the attribute's: a keyword, or a name Python can't spell.
        default: Value of the constructor's parameter when it is not given.
        default_factory: Function that makes that value.
        skip: `#[serde(skip)]`: not in the bytes; needs a default, which fills it when reading.
        bits: Names for the bits of the number, for documents; of a struct, those of its first number.
        key: Of a field with a sequence: the name of the field, or the names of the fields, that identify an
            element, for differences between two values: `key="id"`, `key=("leaf", "index")`,
            `key="config.id"`. It belongs to the sequences in the field, also in tuples and sequences, whose
            elements have these fields. `key=()` says that an element is identified by its position.
        depends: Why it is not enough to change this field: one line about what has to agree with it, for the
            warning of those who change it.
        names: The function, as `module:attribute`, that returns an element's name for people, or None, given
            the values of `key`: the name of a register by its number. It is imported when it is needed.
        since: The version of the format since which files have the field, as `"1.1"`. Older files are read
            without it, and it takes its default, which it needs.
        kw_only: Whether the constructor takes it by name only. A field without a default that comes after one
            with a default needs it. By default as `schema` says, and True for a skipped field.
        alias: `#[serde(alias)]`: has no effect in bincode.
        has_default: `#[serde(default)]`: has no effect in bincode.
        **serde: Other serde attributes that can't be round-tripped; they are refused with the reason.

    Returns:
        A dataclass field; type checkers see the declared type.

    Raises:
        SchemaError: An attribute that serde itself can't round-trip under bincode.
    """
    del alias, has_default
    refuse(serde, _FIELD_REASONS, "doc")
    if rename is not None and not isinstance(rename, str):
        raise SchemaError(f"rename must be a str, not {rename!r}")
    if skip and default is MISSING and default_factory is MISSING:
        raise SchemaError("a skipped field needs a default, since it is not in the bytes")
    version = None if since is None else _version_of(since)
    if since is not None and skip:
        raise SchemaError("a skipped field is in no file: leave out since or skip")
    if since is not None and default is MISSING and default_factory is MISSING:
        raise SchemaError("a field with since needs a default, as older files don't have it")
    if names is not None and (":" not in str(names) or not key):
        raise SchemaError(f"names needs a key, and module:attribute, not {describe_value(names)}")
    options = FieldOptions(text, rename, skip, tuple(bits), _names_in(key), depends, names, version)
    arguments: dict[str, Any] = {"metadata": {METADATA: options}}
    if skip or kw_only is not None:
        arguments["kw_only"] = skip if kw_only is None else kw_only
    if default is not MISSING:
        arguments["default"] = default
    if default_factory is not MISSING:
        arguments["default_factory"] = default_factory
    return dataclasses.field(**arguments)


def _version_of(since: Any) -> semver.Version:
    """Parse the version of `since`, whose patch and minor number may be left out."""
    try:
        return parse_padded(since if isinstance(since, str) else "")
    except ValueError:
        raise SchemaError(f"since needs a version such as '1.1', not {describe_value(since)}") from None


def _names_in(key: str | Iterable[str] | None) -> tuple[str, ...] | None:
    if key is None:
        return None
    names: tuple[Any, ...] = (key,) if isinstance(key, str) else tuple(key)
    for name in names:
        if not isinstance(name, str) or not name:
            raise SchemaError(f"key needs the names of fields, not {describe_value(name)}")
    return names


def check_bits(table: tuple[Bits, ...], field: str) -> None:
    """Refuse names without bits, and a second name for a bit."""
    taken = 0
    for each in table:
        if not isinstance(each, Bits):
            raise SchemaError(f"bits contains {describe_value(each)}, which is not a Bits", field=field)
        if each.low < 0 or each.width < 1 or taken & each.mask:
            raise SchemaError(f"the bits {each.name} have a name already, or there are none", field=field)
        taken |= each.mask


def refuse(given: dict[str, Any], reasons: dict[str, str], where: str) -> None:
    """Refuse serde attributes that can't be round-tripped under bincode; unknown ones are misuse."""
    for name, value in given.items():
        if name not in reasons:
            raise TypeError(f"{where}() got an unexpected keyword argument {name!r}")
        if value is not False and value is not None:
            raise SchemaError(f"{name} can't be round-tripped under bincode: {reasons[name]}")


class VariantMark:
    """The arguments of `variant`; the value of an enum member until the class is declared.

    Attributes:
        doc: One line of description.
        rename: serde's name, or None for the member's.
        other: Whether unknown indexes are read as this variant.
        discriminant: Rust's number, or None.
        given: The member's value where it is not a `variant(...)`.
    """

    __slots__ = ("discriminant", "doc", "given", "other", "rename")

    def __init__(
        self, doc: str, rename: str | None = None, other: bool = False, discriminant: int | None = None
    ) -> None:
        self.given: Any = None
        self.discriminant: int | None = discriminant
        self.doc: str = doc
        self.rename: str | None = rename
        self.other: bool = other


def variant(
    text: str = "",
    *,
    rename: str | None = None,
    other: bool = False,
    discriminant: int | None = None,
    **serde: Any,
) -> Any:
    """Describe a variant of a `UnitEnum`.

    Example:
        ```python
        Unsafe = variant("Flush requests of the guest are not carried out")
        ```

    Args:
        text: One line of description.
        rename: serde's name, where Python can't spell it: `M2 = variant("...", rename="2M")`.
        other: `#[serde(other)]`: an index that no variant has is read as this one.
        discriminant: Rust's explicit number (`A = 10`). It is not in the bytes, which have the order of
            declaration; it orders sorted maps and sets.
        **serde: Attributes that can't be round-tripped; they are refused with the reason.

    Returns:
        A mark that the enum turns into a member.

    Raises:
        SchemaError: An attribute that serde itself can't round-trip under bincode.
    """
    refuse(serde, _VARIANT_REASONS, "variant")
    if rename is not None and not isinstance(rename, str):
        raise SchemaError(f"rename must be a str, not {rename!r}")
    return VariantMark(text, rename, other, discriminant)


def check_variant_attributes(serde: dict[str, Any], where: str) -> None:
    """Refuse attributes of a variant's class that can't be round-tripped."""
    refuse(serde, _VARIANT_REASONS, where)
