"""Constructs in constructs: time and depth follow the size of the declaration."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any

import construct as c
import pytest
from construct import this

from snapformat import SnapshotError, decode, decode_stream, encode
from snapformat.docs import describe
from snapformat.layout import layout_of, walk
from snapformat.layout.compare import compare
from snapformat.values import dumps, loads

#: Constructs around another one. At a depth of 40, no operation may take each apart twice.
AROUND: dict[str, Any] = {
    "Struct": lambda inner: c.Struct("a" / inner),
    "Struct with two fields of one name": lambda inner: c.Struct("a" / inner, "a" / c.Pass),
    "Struct that stops": lambda inner: c.Struct("a" / inner, c.StopIf(True)),
    "Union": lambda inner: c.Union(0, "a" / inner),
    "LazyStruct": lambda inner: c.LazyStruct("a" / inner),
    "Sequence": lambda inner: c.Sequence(inner),
    "FocusedSeq": lambda inner: c.FocusedSeq("a", "a" / inner),
    "Array": lambda inner: c.Array(1, inner),
    "Array without its elements": lambda inner: c.Array(1, inner, discard=True),
    "PrefixedArray": lambda inner: c.PrefixedArray(c.Byte, inner),
    "PrefixedArray after a VarInt": lambda inner: c.PrefixedArray(c.VarInt, inner),
    "PrefixedArray with a context": lambda inner: c.PrefixedArray(
        c.Byte, c.Struct("n" / c.Computed(this._.count), "a" / inner)
    ),
    "Prefixed": lambda inner: c.Prefixed(c.Byte, inner),
    "Prefixed by a VarInt": lambda inner: c.Prefixed(c.VarInt, inner),
    "Padded": lambda inner: c.Padded(60, inner),
    "Padded to less than nothing": lambda inner: c.Padded(-1, inner),
    "Aligned": lambda inner: c.Aligned(1, inner),
    "Optional": lambda inner: c.Optional(inner),
    "Select": lambda inner: c.Select(c.Const(b"ab"), inner),
    "RepeatUntil": lambda inner: c.RepeatUntil(lambda *_: True, inner),
    "RawCopy": lambda inner: c.RawCopy(inner),
    "Peek": lambda inner: c.Peek(inner),
    "Hex": lambda inner: c.Hex(inner),
    "an adapter": lambda inner: c.ExprAdapter(inner, c.obj_, c.obj_),
    "If": lambda inner: c.If(this._parsing, inner),
    "Switch": lambda inner: c.Switch(1, {1: inner}, default=c.Error),
    "Rebuild": lambda inner: c.Rebuild(inner, 7),
    "Default": lambda inner: c.Default(inner, 7),
}


def _nested(name: str, depth: int) -> Any:
    made: Any = c.VarInt
    for _ in range(depth):
        made = AROUND[name](made)
    return made


@pytest.mark.parametrize("depth", [40, 200])
@pytest.mark.parametrize("name", AROUND)
def test_nesting(name: str, depth: int) -> None:
    struct = _nested(name, depth)
    layout = layout_of(struct)
    assert describe(struct).types
    assert compare(layout, layout_of(_nested(name, depth))) == []
    data = b"\1" * (depth + 60)
    for read in (
        lambda: decode(data, struct),
        lambda: decode_stream(io.BytesIO(data), struct),
        lambda: list(walk(layout, data)),
        lambda: encode(_shown(decode(data[:1], struct), struct), struct),
    ):
        with suppress(SnapshotError):
            read()


def _shown(value: Any, struct: Any) -> Any:
    return loads(dumps(value, struct), struct)


@pytest.mark.parametrize("name", ["Struct", "Sequence", "Optional", "Prefixed by a VarInt", "Aligned"])
def test_a_layout_of_any_depth(name: str) -> None:
    struct = _nested(name, 3000)
    assert compare(layout_of(struct), layout_of(_nested(name, 3000))) == []


@pytest.mark.parametrize("make", [c.Aligned, c.Padded, c.Array])
def test_a_construct_inside_itself(make: Any) -> None:
    """Not by a `LazyBound`: construct parses it for ever."""
    loop: Any = make(4, c.Byte)
    loop.subcon = c.Hex(loop)
    with pytest.raises(SnapshotError):
        decode(b"\1", loop)
    assert describe(c.Struct("a" / loop)).types
