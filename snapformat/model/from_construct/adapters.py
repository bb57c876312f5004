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

    name = _NAMES.get(type(sub), type(sub).__name__)
    if type(sub) is c.FlagsEnum:
        return kinds.Adapted(item, _Flags(sub).decode, _Flags(sub).encode, name)
    return kinds.Adapted(item, decode, encode, name)


class _Flags:
    """Conversions of a `FlagsEnum`, which keep the bits without a name; construct drops them."""

    #: Entry of a container with the unnamed bits; construct neither compares nor shows it.
    REST = "_unnamed"

    def __init__(self, sub: Any) -> None:
        self.sub = sub
        self.named = 0
        for flag in sub.flags.values():
            self.named |= flag

    def decode(self, stored: Any) -> Any:
        flags = self.sub._decode(stored, None, _PATH)
        rest = stored & ~self.named
        if rest:
            flags[self.REST] = rest
        return flags

    def encode(self, value: Any) -> Any:
        number = self.sub._encode(value, None, _PATH)
        return number | value.get(self.REST, 0) if isinstance(value, Mapping) else number
