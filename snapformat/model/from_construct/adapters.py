"""construct's adapters whose conversions read no context, as conversions of values."""

from __future__ import annotations

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

    if type(sub) is c.Enum:
        return kinds.IntEnum(item, *labels_of(sub))
    if type(sub) is c.Mapping:
        return kinds.Mapping(item, dict(sub.decmapping), dict(sub.encmapping))
    if type(sub) is c.FlagsEnum:
        return kinds.FlagsEnum(item, dict(sub.flags))
    return kinds.Adapted(item, decode, encode, _NAMES.get(type(sub), type(sub).__name__))


def labels_of(sub: Any) -> tuple[dict[Any, Any], dict[str, Any]]:
    """Return the labels of an `Enum` by number, and its numbers by label."""
    return dict(sub.decmapping), {str(label): number for label, number in sub.encmapping.items()}
