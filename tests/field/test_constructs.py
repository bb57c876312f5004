"""Cases that users of construct and of other serializers reported, with the values that are right."""

from __future__ import annotations

import struct
from typing import Annotated, Any

import construct as c
import numpy as np
import pytest

from snapformat import (
    DecodeError,
    EncodeError,
    Encoding,
    SnapshotFormat,
    decode,
    doc,
    encode,
    schema,
)
from snapformat.bincode import BTreeSet, HashMap, Vec, f32, f64, u8, u16, u32, u64
from snapformat.layout import layout_of
from snapformat.layout.compare import compare


@schema
class Entry:
    """A record whose rest is free."""

    kind: u8 = doc("Kind")
    rest: Annotated[Any, c.GreedyBytes] = doc("All that is left")


#: construct/construct#701, #1025: the last field takes all that is left, and the checksum is behind it.
TO_THE_END = {
    "GreedyBytes": (
        c.Struct("kind" / c.Int8ul, "rest" / c.GreedyBytes),
        {"kind": 1, "rest": b"abc"},
        b"\1abc",
    ),
    "GreedyRange": (
        c.GreedyRange(c.Struct("t" / c.Int32ul, "v" / c.Int32sl)),
        [{"t": 1, "v": 2}, {"t": 3, "v": 4}],
        struct.pack("<4i", 1, 2, 3, 4),
    ),
    "Optional": (
        c.Struct("a" / c.Int8ul, "tail" / c.Optional(c.Int16ul)),
        {"a": 1, "tail": None},
        b"\1",
    ),
    "GreedyString": (
        c.Struct("a" / c.Int8ul, "text" / c.GreedyString("latin-1")),
        {"a": 1, "text": "xy"},
        b"\1xy",
    ),
    "Terminated": (c.Struct("a" / c.Int8ul, c.Terminated), {"a": 1}, b"\1"),
    "a declared class": (Entry, Entry(1, b"abc"), b"\1abc"),
}


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("name", TO_THE_END)
def test_what_is_left_ends_before_the_checksum(name: str, lazy: bool) -> None:
    payload, value, data = TO_THE_END[name]
    form = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=payload)
    file = form.new(value).to_bytes()
    assert file[-8 - len(data) : -8] == data
    loaded = form.load(file, lazy=lazy)
    assert loaded.data == value
    assert loaded.to_bytes() == file


HEADER = c.Struct("size" / c.Rebuild(c.Int8ub, c.len_(c.this._.body)), "flags" / c.Default(c.Int8ub, 1))
PACKET = c.Struct("header" / HEADER, "body" / c.Bytes(c.this.header.size))
TRAILED = c.Struct(
    "header" / HEADER,
    "body" / c.PascalString(c.Int8ub, "ascii"),
    "big" / c.If(c.this.header.size > 3, c.Int16ub),
)


def edited(layout: Any, data: bytes, **changes: Any) -> Any:
    value = layout.parse(data)
    value.update(changes)
    return value


#: construct/construct#970, #676, #342, #353: sizes in a header of its own, and defaults.
BUILT = {
    "a longer body": (PACKET, edited(PACKET, b"\2\1ab", body=b"abcd"), b"\4\1abcd"),
    "a condition on the size": (
        TRAILED,
        edited(TRAILED, b"\2\1\2ab", body="abcdef", big=9),
        b"\6\1\6abcdef\0\t",
    ),
    "the size left out": (PACKET, {"header": {}, "body": b"abc"}, b"\3\1abc"),
    "the default left out": (
        c.Struct("n" / c.Default(c.Int8ub, 3), "data" / c.Bytes(c.this.n)),
        {"data": b"abc"},
        b"\3abc",
    ),
    "the default given as None": (
        c.Struct("kind" / c.Default(c.Int8ub, 1), "x" / c.If(c.this.kind == 1, c.Int8ub)),
        {"kind": None, "x": 5},
        b"\1\5",
    ),
    "a constant and a Switch": (
        c.Struct("kind" / c.Const(2, c.Int8ub), "x" / c.Switch(c.this.kind, {2: c.Int16ub})),
        {"kind": None, "x": 5},
        b"\2\0\5",
    ),
    "Tell": (
        c.Struct("a" / c.Int8ub, "at" / c.Tell, "end" / c.Rebuild(c.Int8ub, c.this.at + 1)),
        {"a": 7},
        b"\7\2",
    ),
}


@pytest.mark.parametrize("name", BUILT)
def test_expressions_see_what_is_built(name: str) -> None:
    layout, value, data = BUILT[name]
    for _ in range(3):
        assert encode(value, layout) == data
    assert layout.build(value) == data


@pytest.mark.parametrize("encoding", ["utf16", "utf32", "utf-8-sig", "utf-16-le", "utf8"])
def test_empty_text_has_no_bytes(encoding: str) -> None:
    """construct/construct#388."""
    text = c.PascalString(c.Int8ub, encoding)
    for layout, data, value in ((text, b"\0", ""), (c.PrefixedArray(c.Int8ub, text), b"\2\0\0", ["", ""])):
        for _ in range(3):
            assert decode(data, layout) == value
            assert encode(value, layout) == data


#: yozik04/nibe#170, happyleavesaoc/aoc-mgz#32, kaitai-io/kaitai_struct#761.
REASONS = {
    "cut short": (
        c.Struct(
            "kind" / c.Byte,
            "body" / c.Struct("words" / c.Array(3, c.Struct("x" / c.Int32ub))),
            "tail" / c.Optional(c.Byte),
        ),
        b"\1" + bytes(10),
        "$.body.words[2].x",
        9,
        "expected 4",
    ),
    "Check": (
        c.Struct("a" / c.Byte, "b" / c.Byte, c.Check(c.this.b == 1)),
        b"\1\2",
        "$._2",
        2,
        "check failed",
    ),
    "OneOf": (
        c.Struct("a" / c.Byte, "b" / c.OneOf(c.Byte, [1, 2])),
        b"\1\3",
        "$.b",
        1,
        "object failed validation: 3",
    ),
    "Checksum": (
        c.Struct(
            "f" / c.RawCopy(c.Bytes(2)),
            "sum" / c.Checksum(c.Byte, lambda data: sum(data) & 255, c.this.f.data),
        ),
        b"\1\1\3",
        "$.sum",
        2,
        "wrong checksum, read 3, computed 2",
    ),
    "Mapping": (
        c.Struct("a" / c.Byte, "m" / c.Mapping(c.Byte, {"x": 1})),
        b"\1\2",
        "$.m",
        1,
        "no decoding mapping for 2",
    ),
}


@pytest.mark.parametrize("name", REASONS)
def test_errors_keep_the_reason_and_have_a_place(name: str) -> None:
    layout, data, path, offset, reason = REASONS[name]
    for _ in range(3):
        with pytest.raises(DecodeError) as caught:
            decode(data, layout)
        assert reason in str(caught.value)
        assert (caught.value.path, caught.value.offset) == (path, offset)


def test_errors_of_writing_keep_the_reason() -> None:
    with pytest.raises(EncodeError, match="object failed validation: 3") as caught:
        encode({"a": 1, "b": 3}, REASONS["OneOf"][0])
    assert caught.value.path == "$.b"


@schema
class Save:
    """Progress."""

    level: u32 = doc("Level")


FIXED, VARIABLE, BIG = Encoding("fixed", "little"), Encoding("variable", "little"), Encoding("fixed", "big")
A = {"a": 1}
#: microsoft/bond#315, bincode-org/bincode#765: two layouts that write a value as different bytes.
LAYOUTS = {
    "variable integers": (Save, FIXED, Save, VARIABLE, Save(300)),
    "byte order of a class": (Save, FIXED, Save, BIG, Save(300)),
    "byte order of a field": (c.Struct("a" / c.Int32ul), FIXED, c.Struct("a" / c.Int32ub), FIXED, A),
    "padding": (
        c.Struct(c.Padding(2), "a" / c.Byte),
        FIXED,
        c.Struct(c.Padding(3), "a" / c.Byte),
        FIXED,
        A,
    ),
    "a constant": (
        c.Struct("m" / c.Const(b"AA"), "a" / c.Byte),
        FIXED,
        c.Struct("m" / c.Const(b"BB"), "a" / c.Byte),
        FIXED,
        A,
    ),
    "width of a length": (
        c.Struct("t" / c.PascalString(c.Byte, "utf8")),
        FIXED,
        c.Struct("t" / c.PascalString(c.Int16ub, "utf8")),
        FIXED,
        {"t": "x"},
    ),
    "encoding of a text": (
        c.Struct("t" / c.PascalString(c.Byte, "utf8")),
        FIXED,
        c.Struct("t" / c.PascalString(c.Byte, "latin1")),
        FIXED,
        {"t": "é"},
    ),
    "a condition": (
        c.Struct("a" / c.Byte, "b" / c.If(c.this.a > 1, c.Byte)),
        FIXED,
        c.Struct("a" / c.Byte, "b" / c.If(c.this.a > 5, c.Byte)),
        FIXED,
        {"a": 3, "b": 9},
    ),
    "length of a padded text": (
        c.Struct("t" / c.PaddedString(8, "utf8")),
        FIXED,
        c.Struct("t" / c.PaddedString(16, "utf8")),
        FIXED,
        {"t": "x"},
    ),
    "a type": (c.Struct("a" / c.Int16ul), FIXED, c.Struct("a" / c.Int32ul), FIXED, A),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_comparison_sees_what_changes_bytes(name: str) -> None:
    old, old_encoding, new, new_encoding, value = LAYOUTS[name]
    assert encode(value, old, old_encoding) != encode(value, new, new_encoding)
    assert compare(layout_of(old, old_encoding), layout_of(new, new_encoding))
    assert not compare(layout_of(old, old_encoding), layout_of(old, old_encoding))


@pytest.mark.parametrize(
    ("value", "kind", "data"),
    [
        (np.array([1.5], dtype="f4")[0], f32, struct.pack("<f", 1.5)),
        (np.float32(1.5), f64, struct.pack("<d", 1.5)),
        (np.array([True])[0], bool, b"\1"),
        (np.int64(5), f64, struct.pack("<d", 5)),
        (np.uint16(5), u16, b"\5\0"),
        (np.float64(1.5), f32, struct.pack("<f", 1.5)),
    ],
)
def test_scalars_of_numpy(value: Any, kind: Any, data: bytes) -> None:
    """msgpack/msgpack-python#171, #150, #61; vllm-project/vllm#38742."""
    for _ in range(3):
        assert encode(value, kind) == data


@schema(kind="unit")
class Nothing:
    """Nothing."""


HUGE = (2**60).to_bytes(8, "little")
#: near/borsh-rs#52, bincode-org/bincode#764, eth-act/ere#423: a length that the bytes don't hold.
FLOODS = {
    "Vec<()>": (list[tuple[()]], HUGE),
    "HashMap<(), ()>": (HashMap[tuple[()], tuple[()]], HUGE),
    "BTreeSet<()>": (BTreeSet[tuple[()]], HUGE),
    "Vec<Nothing>": (list[Nothing], HUGE),
    "Vec<Vec<()>>": (list[list[tuple[()]]], (2).to_bytes(8, "little") + HUGE + HUGE),
    "Vec<u64>": (Vec[u64], HUGE + bytes(64)),
    "String": (str, HUGE + b"x"),
    "bytes": (bytes, HUGE + b"x"),
    "PrefixedArray of Pass": (c.PrefixedArray(c.Int64ul, c.Pass), HUGE),
    "GreedyRange of Pass": (c.GreedyRange(c.Pass), b"x"),
    "Array of an empty Struct": (c.Struct("n" / c.Int64ul, "a" / c.Array(c.this.n, c.Struct())), HUGE),
}


@pytest.mark.parametrize("name", FLOODS)
def test_floods_are_refused(name: str) -> None:
    kind, data = FLOODS[name]
    for _ in range(2):
        with pytest.raises(DecodeError):
            decode(data, kind, Encoding("fixed", "little", None))
