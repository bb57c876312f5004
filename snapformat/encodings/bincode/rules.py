"""Rules of a preset that widths can't express, and the types that it can't carry."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from typing import Literal

from snapformat.errors import SchemaError
from snapformat.lazy_dataclasses import dataclass
from snapformat.limits import Limits
from snapformat.model import kinds
from snapformat.model.graph import has_order, is_zero_sized
from snapformat.model.kinds import Kind

#: Where `Result` is declared, which is not imported only to be recognized.
_STANDARD = "snapformat.model.std.library"

KeyOrder = Literal["as declared", "by value", "by bytes"]


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of a preset.

    Attributes:
        name: Its name; no two presets have the same.
        varint: The form of bincode's integers of variable length.
        strict: Whether a longer form of a LEB128 number is refused.
        most_length: The greatest length; None for that of its width.
        depth: The greatest nesting of structs and enums; None for that of the limits.
        char_text: Whether a char is stored as text, after its length.
        has_char: Whether there are chars.
        has_floats: Whether there are floats.
        has_nan: Whether a float may be NaN.
        has_zero_sized: Whether collections may have zero-sized elements.
        err_first: Whether `Err` is variant 0 of a `Result`, and `Ok` variant 1.
        key_order: The order in which maps are written. `as declared`: sorted maps by value. `by value`: all
            maps and sets, by value. `by bytes`: all maps, by the bytes of their keys; when read, each key
            must be greater than the one before it.
    """

    name: str
    varint: Literal["bincode", "bincode 1"] = "bincode"
    strict: bool = False
    most_length: int | None = None
    depth: int | None = None
    char_text: bool = False
    has_char: bool = True
    has_floats: bool = True
    has_nan: bool = True
    has_zero_sized: bool = True
    err_first: bool = False
    key_order: KeyOrder = "as declared"


#: The rules of bincode 2, and of all encodings without a name.
PLAIN = Rules("bincode")
#: bincode 1 reads a number behind any marker, if it is within the range of its type.
BINCODE_1 = Rules("bincode 1", varint="bincode 1")
BORSH = Rules(
    "borsh", has_char=False, has_nan=False, has_zero_sized=False, err_first=True, key_order="by value"
)
BCS = Rules(
    "BCS",
    strict=True,
    most_length=(1 << 31) - 1,
    depth=500,
    has_char=False,
    has_floats=False,
    key_order="by bytes",
)
POSTCARD = Rules("postcard", char_text=True)


def check_types(kind: Kind, rules: Rules, most_variants: int) -> None:
    """Check that values of a kind can be stored under rules.

    Kinds with an encoding of their own are not looked at.

    Args:
        kind: The kind, with all below it.
        rules: The rules.
        most_variants: How many variants an enum may have.

    Raises:
        SchemaError: They can't be stored; the error has the class and the field.
    """
    for inner, owner, field in _with_owners(kind):
        refused = _refusal(inner, rules, most_variants)
        if refused is not None:
            raise SchemaError(f"{rules.name} {refused}", owner=owner, field=field)


def rules_text(rules: Rules) -> tuple[str, ...]:
    """Return the rules of a preset as sentences for documents."""
    found = []
    if rules.varint == "bincode 1":
        found.append("a number behind a marker may have more bytes than its type, if it is within its range")
    if rules.strict:
        found.append("LEB128 is read in its shortest form only")
    if rules.most_length is not None:
        found.append(f"lengths are at most {rules.most_length}")
    if rules.char_text:
        found.append("a char is text: its length, then one char")
    if not rules.has_nan:
        found.append("NaN is refused")
    if rules.err_first:
        found.append("in a `Result`, `Err` has the index 0 and `Ok` the index 1")
    if rules.key_order == "by value":
        found.append("all maps and sets are written sorted, in Rust's order")
    elif rules.key_order == "by bytes":
        found.append("maps are sorted by the bytes of their keys; other orders, and equal keys, are refused")
    return tuple(found)


def is_swapped(kind: kinds.Enum, rules: Rules) -> bool:
    """Return whether the two variants of an enum are stored with each other's numbers."""
    return rules.err_first and kind.name == "Result" and kind.cls.__module__ == _STANDARD


@cache
def limited(limits: Limits, rules: Rules) -> Limits:
    """Return the limits with the depth that rules allow at most."""
    if rules.depth is None or limits.depth <= rules.depth:
        return limits
    return dataclasses.replace(limits, depth=rules.depth)


def _refusal(kind: Kind, rules: Rules, most_variants: int) -> str | None:
    """Return why a kind can't be stored, in words; None if it can."""
    match kind:
        case kinds.Float() if not rules.has_floats:
            return f"has no floats: f{8 * kind.size} can't be stored"
        case kinds.Char() if not rules.has_char:
            return "has no chars: store text, or the number as a u32"
        case kinds.Enum() if len(kind.variants) > most_variants:
            return f"stores at most {most_variants} variants, and {kind.name} has {len(kind.variants)}"
        case kinds.Seq() | kinds.Set() | kinds.Map():
            item = kind.children()[0]
            if not rules.has_zero_sized and is_zero_sized(item):
                return "has no collections of zero-sized elements"
            is_sorted = rules.key_order == "by value" and not isinstance(kind, kinds.Seq)
            if is_sorted and not has_order(item):
                return "sorts all maps and sets, but these keys have no order"
    return None


def _with_owners(root: Kind) -> Iterator[tuple[Kind, str | None, str | None]]:
    """Yield a kind and all below it, each with the class and the field that it was met in."""
    seen: set[int] = set()
    waiting: list[tuple[Kind, str | None, str | None]] = [(root, None, None)]
    while waiting:
        kind, owner, field = waiting.pop()
        if id(kind) in seen or isinstance(kind, kinds.Encoded | kinds.Blob):
            continue
        seen.add(id(kind))
        yield kind, owner, field
        if isinstance(kind, kinds.Struct) and kind.cls is not None:
            name = kind.cls.__qualname__
            waiting.extend((each.kind, name, each.attr) for each in reversed(kind.fields))
        else:
            waiting.extend((child, owner, field) for child in reversed(kind.children()))
