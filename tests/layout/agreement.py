"""Holding a layout against construct alone: the same values, the same bytes, the same refusals."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator
from typing import Any

import pytest

from snapformat import DecodeError, EncodeError, decode_prefix, encode
from snapformat.encodings.bincode import ops
from snapformat.layout import layout_of, walk
from snapformat.model.values import RawFlag

#: What single bytes are changed to.
_BYTES = (0, 1, 2, 3, 0x7F, 0x80, 0xFF)


def below(node: Any) -> Iterator[ops.Op]:
    """A node and all nodes in it."""
    waiting, seen = [node], set()
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            waiting.extend(current.values())
        elif isinstance(current, tuple | list):
            waiting.extend(current)
        elif isinstance(current, ops.Op | ops.Field | ops.Variant) and id(current) not in seen:
            seen.add(id(current))
            if isinstance(current, ops.Op):
                yield current
            names = {field.name for field in dataclasses.fields(current)} - {"kind", "constant"}
            waiting.extend(getattr(current, name) for name in names)


def opaque(struct: Any) -> list[ops.Run]:
    """The nodes of a layout that construct runs."""
    return [node for node in below(layout_of(struct)) if isinstance(node, ops.Run)]


#: Entries of a container that one of the two adds: construct its stream, we the flags without a name.
_OURS = ("_io", "_unnamed")


def _typed(value: Any) -> Any:
    """A value in which types count: True is not 1, a label is not a str."""
    if isinstance(value, dict):
        return {name: _typed(part) for name, part in value.items() if name not in _OURS}
    if isinstance(value, list):
        return [_typed(part) for part in value]
    if isinstance(value, float):
        return (float, "nan" if value != value else repr(value))
    return (bool, value) if isinstance(value, RawFlag) else (type(value), value)


def read_both(struct: Any, data: bytes) -> tuple[Any, int] | None:
    """The value and the bytes it takes, which both give; None if both refuse."""
    stream = io.BytesIO(data)
    try:
        theirs = struct.parse_stream(stream), stream.tell()
    except Exception:  # construct alone lets many classes out
        theirs = None
    try:
        ours = decode_prefix(data, struct)
    except DecodeError as error:
        if theirs is not None:
            pytest.fail(f"only construct reads {data.hex(' ')}: {error}")
        return None
    assert theirs is not None, f"only we read {data.hex(' ')} as {ours[0]!r}"
    assert (_typed(ours[0]), ours[1]) == (_typed(theirs[0]), theirs[1]), data.hex(" ")
    events = list(walk(layout_of(struct), data))
    assert all(0 <= event.offset <= event.offset + event.size <= len(data) for event in events)
    return ours


def write_both(struct: Any, value: Any) -> bytes | None:
    """The bytes that both write; None if both refuse."""
    try:
        theirs = struct.build(value)
    except Exception:  # construct alone lets many classes out
        theirs = None
    try:
        ours = encode(value, struct)
    except EncodeError as error:
        if theirs is not None:
            pytest.fail(f"only construct writes {value!r}: {error}")
        return None
    assert ours == theirs, value
    return ours


def variations(data: bytes) -> Iterator[bytes]:
    """The data cut short everywhere, longer, and with every byte changed."""
    yield from (data[:size] for size in range(len(data)))
    yield data + b"\x01\x02"
    for place in range(len(data)):
        yield from (data[:place] + bytes((byte,)) + data[place + 1 :] for byte in _BYTES)


def agree(struct: Any, *values: Any, kept: bool = False) -> None:
    """Both write the values alike, and read the bytes and all that comes of them by small changes alike.

    Args:
        struct: The construct.
        values: What both can write.
        kept: Bytes that construct reads but would write otherwise; we write them as they were read.
    """
    for value in values:
        data = write_both(struct, value)
        assert data is not None, f"both refuse {value!r}"
        for changed in (data, *variations(data)):
            found = read_both(struct, changed)
            if found is None:
                continue
            if kept:
                assert encode(found[0], struct) == changed[: found[1]]
            else:
                write_both(struct, found[0])
