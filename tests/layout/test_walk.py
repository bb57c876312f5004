"""The walk: what is where in the bytes, in their order, up to the mistake if there is one."""

from __future__ import annotations

from typing import Annotated, Any

import construct as c
import pytest
from construct import this

from snapformat import DataEnum, DecodeError, Encoding, UnitEnum, schema, variant
from snapformat.bincode import BTreeMap, BTreeSet, Len, Option, Unit, char, f32, i16, u8, u16, u32, u128
from snapformat.layout import layout_of, walk


@schema
class Mode(UnitEnum):
    Off = variant()
    On = variant()


@schema
class Event(DataEnum): ...


@schema(name="Key", kind="newtype")
class Key(Event):
    code: u16


@schema(name="Move", kind="tuple")
class Move(Event):
    x: u8
    y: Option[u8]


@schema(name="Text")
class Text(Event):
    content: str


@schema(name="None")
class Nothing(Event): ...


@schema(kind="newtype")
class Id:
    value: u32


@schema(kind="tuple")
class Pair:
    a: u8
    b: Id


def rows(annotation: Any, data: bytes, encoding: Encoding | None = None) -> list[tuple[Any, ...]]:
    node = layout_of(annotation, encoding or Encoding())
    return [(e.offset, e.size, e.kind, e.path, e.value) for e in walk(node, data)]


ONE = b"\1" + bytes(7)
CASES = [
    (i16, b"\xff\xff", [(0, 2, "i16", "$", -1)]),
    (u128, b"\1" + bytes(15), [(0, 16, "u128", "$", 1)]),
    (bool, b"\1", [(0, 1, "bool", "$", True)]),
    (f32, b"\0\0\xc0\x3f", [(0, 4, "f32", "$", 1.5)]),
    (char, "é".encode(), [(0, 2, "char", "$", "é")]),
    (str, ONE + b"a", [(0, 8, "strlen", "$", 1), (8, 1, "str", "$", "a")]),
    (bytes, ONE + b"a", [(0, 8, "byteslen", "$", 1), (8, 1, "bytes", "$", b"a")]),
    (Unit, b"", [(0, 0, "unit", "$", ())]),
    (Option[u8], b"\0", [(0, 1, "option", "$", "None")]),
    (Option[u8], b"\1\7", [(0, 1, "option", "$", "Some"), (1, 1, "u8", "$", 7)]),
    (list[u8], ONE + b"\7", [(0, 8, "seqlen", "$", 1), (8, 1, "u8", "$[0]", 7)]),
    (BTreeSet[u8], ONE + b"\7", [(0, 8, "seqlen", "$", 1), (8, 1, "u8", "$[0]", 7)]),
    (
        BTreeMap[u8, bool],
        ONE + b"\7\1",
        [(0, 8, "maplen", "$", 1), (8, 1, "u8", "$[0].key", 7), (9, 1, "bool", '$["7"]', True)],
    ),
    (
        tuple[u8, u8],
        b"\1\2",
        [(0, 0, "tuple", "$", 2), (0, 1, "u8", "$[0]", 1), (1, 1, "u8", "$[1]", 2)],
    ),
    (Annotated[list[u8], Len(1)], b"\1", [(0, 0, "tuple", "$", 1), (0, 1, "u8", "$[0]", 1)]),
    (Mode, b"\1\0\0\0", [(0, 4, "variant", "$", "Mode::On=1 (unit)")]),
    (
        Event,
        b"\0\0\0\0\7\0",
        [(0, 4, "variant", "$", "Event::Key=0 (newtype)"), (4, 2, "u16", "$<Key>", 7)],
    ),
    (
        Event,
        b"\1\0\0\0\7\0",
        [
            (0, 4, "variant", "$", "Event::Move=1 (tuple)"),
            (4, 1, "u8", "$<Move>[0]", 7),
            (5, 1, "option", "$<Move>[1]", "None"),
        ],
    ),
    (
        Event,
        b"\2\0\0\0" + bytes(8),
        [
            (0, 4, "variant", "$", "Event::Text=2 (struct)"),
            (4, 8, "strlen", "$<Text>.content", 0),
            (12, 0, "str", "$<Text>.content", ""),
        ],
    ),
    (Event, b"\3\0\0\0", [(0, 4, "variant", "$", "Event::None=3 (unit)")]),
    (
        Pair,
        b"\1\2\0\0\0",
        [(0, 0, "tuple_struct", "$", "Pair/2"), (0, 1, "u8", "$[0]", 1), (1, 4, "u32", "$[1]", 2)],
    ),
]


@pytest.mark.parametrize(("annotation", "data", "wanted"), CASES)
def test_events(annotation, data, wanted):
    assert rows(annotation, data) == wanted


def test_the_payload_of_a_variant_is_below_it():
    (first, *_) = [e for e in walk(layout_of(list[Event]), ONE + b"\0\0\0\0\7\0") if e.kind == "u16"]
    assert first.path == "$[0]<Key>"


def test_variable_integers_have_the_size_that_they_take():
    variable = Encoding("variable", "big")
    assert rows(list[u32], b"\2\5\xfb\1\0", variable) == [
        (0, 1, "seqlen", "$", 2),
        (1, 1, "u32", "$[0]", 5),
        (2, 3, "u32", "$[1]", 256),
    ]


def test_constructs_own_classes():
    struct = c.Struct(
        "m" / c.Const(b"MZ"),
        "k" / c.Enum(c.Int8ub, a=1),
        c.Padding(1),
        "p" / c.Prefixed(c.Int8ub, c.Int8ub),
        "s" / c.PascalString(c.Int8ub, "utf8"),
        "l" / c.PrefixedArray(c.Int8ub, c.Flag),
        "b" / c.BitStruct("x" / c.Nibble, "y" / c.Nibble),
        "c" / c.Computed(this.k),
        "v" / c.VarInt,
    )
    found = rows(struct, b"MZ" + b"\1" + b"\0" + b"\2\7\0" + b"\1a" + b"\1\1" + b"\x12" + b"\xac\2")
    assert found[:1] == [(0, 0, "struct", "$", "/9")]
    assert found[1:] == [
        (0, 2, "bytes", "$.m", b"MZ"),
        (2, 1, "u8", "$.k", 1),
        (3, 0, "unit", "$._2", None),
        (3, 1, "padding", "$._2", 1),
        (4, 1, "byteslen", "$.p", 2),
        (5, 1, "u8", "$.p", 7),
        (6, 1, "padding", "$.p", 1),
        (7, 1, "strlen", "$.s", 1),
        (8, 1, "str", "$.s", "a"),
        (9, 1, "seqlen", "$.l", 1),
        (10, 1, "bool", "$.l[0]", True),
        (11, 1, "bits", "$.b", 0x12),
        (11, 0, "u4", "$.b.x", 1),
        (11, 0, "u4", "$.b.y", 2),
        (12, 0, "computed", "$.c", "a"),
        (12, 2, "varint", "$.v", 300),
    ]


def test_one_construct_in_several_places():
    assert rows(c.Sequence(c.VarInt, c.VarInt, "in" / c.Sequence(c.Byte, c.Byte)), b"\1\2\3\4") == [
        (0, 0, "sequence", "$", None),
        (0, 1, "varint", "$[0]", 1),
        (1, 1, "varint", "$[1]", 2),
        (2, 0, "sequence", "$[2]", None),
        (2, 1, "u8", "$[2][0]", 3),
        (3, 1, "u8", "$[2][1]", 4),
    ]
    assert rows(c.Prefixed(c.VarInt, c.VarInt), b"\2\1\2") == [(0, 3, "prefixed", "$", 1)]
    assert rows(c.RestreamData(b"\5", c.Byte), b"") == [(0, 0, "u8", "$", 5)]


def test_an_offset_to_begin_at():
    assert [(e.offset, e.value) for e in walk(layout_of(u16), b"abc\1\0", 3)] == [(3, 1)]
    with pytest.raises(DecodeError) as caught:
        list(walk(layout_of(u16), b"abc\1", 3))
    assert caught.value.offset == 3


def test_events_up_to_the_mistake():
    events = walk(layout_of(list[bool]), b"\3" + bytes(7) + b"\1\0\2")
    assert [next(events).path for _ in range(3)] == ["$", "$[0]", "$[1]"]
    with pytest.raises(DecodeError) as caught:
        next(events)
    assert (caught.value.path, caught.value.offset) == ("$[2]", 10)


def test_it_does_not_read_ahead():
    events = walk(layout_of(list[u8]), b"\xff\xff" + bytes(6) + b"\1" * 65535)
    assert next(events).value == 65535
    assert next(events).path == "$[0]"


def test_buffers_of_all_kinds():
    for data in (b"\1\0", bytearray(b"\1\0"), memoryview(b"\1\0"), memoryview(b"x\1\0")[1:]):
        assert [e.value for e in walk(layout_of(u16), data)] == [1]


def test_bytes_within_a_length_that_nothing_reads():
    struct = c.Struct("a" / c.Prefixed(c.Int8ub, c.Int8ub), "b" / c.Int8ub)
    data = b"\3\1\2\3\4"
    assert [(e.offset, e.size, e.kind, e.path, e.value) for e in walk(layout_of(struct), data)][1:] == [
        (0, 1, "byteslen", "$.a", 3),
        (1, 1, "u8", "$.a", 1),
        (2, 2, "padding", "$.a", 2),
        (4, 1, "u8", "$.b", 4),
    ]
