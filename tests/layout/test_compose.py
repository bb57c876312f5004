"""The vocabulary and construct's own classes in one layout, either inside of the other."""

from __future__ import annotations

from typing import Annotated, Any

import construct as c
import pytest
from construct import len_, this

from layout.agreement import agree, opaque, read_both
from snapformat import DecodeError, EncodeError, Encoding, SchemaError, decode, encode, register, schema
from snapformat.bincode import BTreeMap, Option, Result, u8, u16, u32, u64
from snapformat.encodings.bincode import ops
from snapformat.layout import layout_of
from snapformat.values import from_json, to_json

FIXED = Encoding()
VARIABLE = Encoding("variable", "big")


@schema
class Point:
    x: u8
    names: list[str]


@schema
class Chain:
    value: u16
    next: Option[Chain]


MIXED = c.Struct(
    "magic" / c.Const(b"MZ"),
    "count" / FIXED.construct(u32),
    "small" / VARIABLE.construct(u64),
    "points" / c.Array(this.count, FIXED.construct(Point)),
    "map" / c.If(this.count == 1, FIXED.construct(BTreeMap[u8, str])),
    "which" / c.Switch(this.small, {1: FIXED.construct(Result[u8, str]), 300: FIXED.construct(Chain)}),
)


@pytest.mark.parametrize(
    "value",
    [
        {"count": 0, "small": 5, "points": [], "map": None, "which": None},
        {
            "count": 1,
            "small": 300,
            "points": [Point(1, ["a"])],
            "map": {2: "b"},
            "which": Chain(1, Chain(2, None)),
        },
    ],
)
def test_vocabulary_in_a_struct(value):
    agree(MIXED, value)
    assert opaque(MIXED) == []


def test_parameters_may_be_fields_of_declared_classes():
    struct = c.Struct("head" / FIXED.construct(Point), "n" / c.Computed(len_(this.head.names)))
    value = decode(b"\2" + bytes(8), struct)
    assert value.n == 0
    assert encode(value, struct) == b"\2" + bytes(8)
    assert struct.parse(b"\2" + bytes(8)).n == 0


def test_errors_name_the_path_through_both():
    value = {"count": 1, "small": 5, "points": [Point(1, ["a", 7])], "map": {2: "b"}, "which": None}
    with pytest.raises(EncodeError) as caught:
        encode(value, MIXED)
    assert caught.value.path == "$.points[0].names[1]"
    with pytest.raises(DecodeError) as read:
        decode(b"MZ\1\0\0\0\5\1" + b"\2" + bytes(7) + bytes(8) + b"\x09" + bytes(7), MIXED)
    # Where the length stands that the data does not hold.
    assert (read.value.path, read.value.offset) == ("$.points[0].names[1]", 24)


def test_the_encodings_do_not_touch_each_other():
    struct = c.Struct("a" / VARIABLE.construct(u32), "b" / FIXED.construct(u32), "c" / c.Int32ub)
    assert encode({"a": 300, "b": 300, "c": 300}, struct) == b"\xfb\1\x2c" + b"\x2c\1\0\0" + b"\0\0\1\x2c"


class Reading:
    """A class with a Struct of its own."""

    def __init__(self, size: int, data: bytes) -> None:
        self.size = size
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reading) and vars(self) == vars(other)

    __hash__ = None


register(Reading, c.Struct("size" / c.Int8ub, "data" / c.Bytes(this.size)))
PACKET = c.Struct(
    "kind" / c.Enum(c.Int8ub, data=1, end=2), "flags" / c.BitStruct("a" / c.Nibble, "b" / c.Nibble)
)


@schema
class Log:
    first: Reading
    packets: list[Annotated[Any, PACKET]]
    by_id: BTreeMap[u16, Reading]
    last: Option[Reading]
    rest: Annotated[Any, c.VarInt]


LOG = Log(Reading(2, b"ab"), [{"kind": "data", "flags": {"a": 1, "b": 2}}], {1: Reading(0, b"")}, None, 300)


@pytest.mark.parametrize("encoding", [FIXED, VARIABLE], ids=["fixed", "variable"])
def test_construct_in_a_declared_class(encoding):
    struct = encoding.construct(Log)
    agree(struct, LOG)
    loaded = decode(encode(LOG, Log, encoding), Log, encoding)
    assert (loaded.first, loaded.by_id, loaded.last, loaded.rest) == (LOG.first, LOG.by_id, None, 300)
    assert loaded.packets[0].kind == "data"
    assert from_json(to_json(loaded, Log), Log) == loaded


def test_only_the_parts_that_can_not_be_looked_into_are_opaque():
    struct = FIXED.construct(Log)
    assert isinstance(layout_of(Log), ops.Struct)
    assert {type(node.construct) for node in opaque(struct)} <= {type(c.VarInt), type(struct.first.subcon)}


def test_a_declared_class_between_a_field_and_its_expression():
    @schema
    class Outer:
        inner: Annotated[Any, c.Struct("d" / c.Bytes(this._._.n))]

    struct = c.Struct("n" / c.Int8ub, "outer" / FIXED.construct(Outer))
    value = read_both(struct, b"\2ab")[0]
    assert value.outer.inner.d == b"ab"
    with pytest.raises(
        SchemaError,
        match=r"Outer\.inner: the expression names this\._\._\.n, but there is no class or Struct that far",
    ):
        decode(b"\2ab", Outer)


def test_one_declared_class_in_two_places():
    @schema
    class Outer:
        inner: Annotated[Any, c.Struct("d" / c.Bytes(this._._.n))]

    outer = FIXED.construct(Outer)
    struct = c.Struct(
        "n" / c.Int8ub,
        "a" / outer,
        "deep" / c.Struct("n" / c.Int8ub, "x" / c.Int8ub, "b" / outer),
        "c" / outer,
    )
    value = read_both(struct, b"\1a\2\0bcd")[0]
    assert (value.a.inner.d, value.deep.b.inner.d, value.c.inner.d) == (b"a", b"bc", b"d")


def test_limits_are_shared_through_constructs():
    struct = c.Struct(
        "a" / Encoding(limit=20).construct(str), "b" / c.Array(2, Encoding(limit=20).construct(str))
    )
    short = encode({"a": "", "b": ["", ""]}, struct)
    with pytest.raises(c.RangeError, match="the limit of 20 bytes"):
        struct.parse(short)
    assert decode(short, struct, Encoding(limit=24)).b == ["", ""]
    with pytest.raises(DecodeError, match="the limit of 23 claimed bytes"):
        decode(short, struct, Encoding(limit=23))


def test_zero_sized_elements_of_constructs_are_counted():
    for struct in (c.PrefixedArray(c.Int32ub, c.Pass), c.PrefixedArray(c.Int32ub, c.Struct())):
        assert len(decode(b"\0\0\0\5", struct)) == 5
        with pytest.raises(DecodeError, match="too many zero-sized elements"):
            decode(b"\xff\xff\xff\xff", struct)
