"""Holding declared classes against construct's Structs of the same fields."""

from __future__ import annotations

import copy
import io
from typing import Any

import construct as c

from codec.agreement import identical, read_agrees, write_agrees
from snapformat import EncodeError, Encoding, decode, decode_stream, encode
from snapformat.layout import layout_of, walk


def mapping_of(value: Any, struct: Any) -> Any:
    """A value with mappings for the instances in it, of the fields that have a name in the Struct."""
    while isinstance(struct, c.Renamed):
        struct = struct.subcon
    if isinstance(value, list | tuple) and isinstance(struct, c.Array | c.GreedyRange):
        return c.ListContainer(mapping_of(part, struct.subcon) for part in value)
    if not hasattr(type(value), "__match_args__"):
        return value
    while not isinstance(struct, c.Struct):  # an If, or something else around a Struct
        struct = getattr(struct, "thensubcon", None) or struct.subcon
    found = c.Container()
    for attr, part in zip(type(value).__match_args__, struct.subcons, strict=True):
        if part.name:
            found[part.name] = mapping_of(getattr(value, attr), part)
    return found


def typed(value: Any) -> Any:
    """A value in which the types of numbers and labels count, but not those of containers and lists."""
    if isinstance(value, dict):
        return {name: typed(part) for name, part in value.items() if name != "_io"}
    return [typed(part) for part in value] if isinstance(value, list) else (type(value), value)


def alone(struct: Any, value: Any) -> bytes | None:
    """What construct builds; it may refuse with any exception."""
    try:
        return bytes(struct.build(copy.deepcopy(value)))
    except Exception:
        return None


def parsed(struct: Any, data: bytes) -> tuple[Any, int] | None:
    """What construct parses, and how far."""
    stream = io.BytesIO(data)
    try:
        return struct.parse_stream(stream), stream.tell()
    except Exception:
        return None


def writes(cls: type, struct: Any, value: Any) -> bytes | None:
    """All write the same or refuse, and leave the value as it is; gives the bytes."""
    kept = copy.deepcopy(value)
    theirs = alone(struct, mapping_of(value, struct))
    assert write_agrees(layout_of(cls), value) == theirs
    assert alone(Encoding().construct(cls), value) == theirs
    try:
        assert encode(value, cls) == theirs
    except EncodeError:
        assert theirs is None
    assert identical(value, kept)
    return theirs


def reads(cls: type, struct: Any, data: bytes) -> Any:
    """All read the same or refuse; gives the value, if it has all of the bytes."""
    theirs = parsed(struct, data)
    found = read_agrees(layout_of(cls), data)
    assert (found is None) == (theirs is None)
    assert (parsed(Encoding().construct(cls), data) is None) == (theirs is None)
    if found is None or theirs is None:
        return None
    value, end = found
    assert end == theirs[1]
    assert typed(mapping_of(value, struct)) == typed(theirs[0])
    assert parsed(Encoding().construct(cls), data) == (value, end)
    assert decode_stream(io.BytesIO(data[:end]), cls) == value
    assert decode(data[:end], cls) == value
    assert max((event.offset + event.size for event in walk(layout_of(cls), data)), default=0) <= end
    return value if end == len(data) else None
