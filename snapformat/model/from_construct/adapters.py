"""construct's adapters whose conversions read no context, as conversions of values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import construct as c

from snapformat.model import kinds
from snapformat.model.kinds import Kind

#: Name of a value, for messages, by the adapter's class.
_NAMES: dict[type, str] = {
    c.Enum: "label",
    c.FlagsEnum: "set of flags",
    c.Mapping: "mapped value",
    c.Hex: "value to show in hexadecimal",
    c.HexDump: "value to show in hexadecimal",
    c.NamedTuple: "named tuple",
    c.Slicing: "slice of a list",
    c.Indexing: "element of a list",
}
_PATH = "(adapter)"


def is_adapter(sub: Any) -> bool:
    """Return whether a construct is an adapter that reads no context.

    These are construct's own, and those whose class says so by `reads_context = False`.
    """
    return type(sub) in _NAMES or (
        isinstance(sub, c.Adapter) and getattr(sub, "reads_context", True) is False
    )


def adapted(sub: Any, item: Kind) -> Kind:
    """Return the kind of an adapter around a kind."""

    def decode(stored: Any) -> Any:
        return sub._decode(stored, c.Container(), _PATH)

    def encode(value: Any) -> Any:
        return sub._encode(value, c.Container(), _PATH)

    if type(sub) is c.FlagsEnum:
        return _flags(sub, item)
    return kinds.Adapted(item, decode, encode, _NAMES.get(type(sub), type(sub).__name__))


#: Entry of the container of a `FlagsEnum` with the unnamed bits; construct neither compares nor shows it.
_REST = "_unnamed"


def _flags(sub: Any, item: Kind) -> Kind:
    """Return the kind of a `FlagsEnum`, which keeps the bits without a name; construct drops them."""
    named = 0
    for flag in sub.flags.values():
        named |= flag

    def decode(stored: Any) -> Any:
        flags = sub._decode(stored, None, _PATH)
        if stored & ~named:
            flags[_REST] = stored & ~named
        return flags

    def encode(value: Any) -> Any:
        number = sub._encode(value, None, _PATH)
        return number | value.get(_REST, 0) if isinstance(value, Mapping) else number

    return kinds.Adapted(item, decode, encode, _NAMES[c.FlagsEnum])
