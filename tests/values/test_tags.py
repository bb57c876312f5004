"""What serde_json loses or refuses has a tag, reads back, and is refused where only serde's form will do."""

from __future__ import annotations

import math
import struct
from typing import Annotated, Any

import construct as c
import pytest

from snapformat import DecodeError, EncodeError, decode, encode, schema
from snapformat.bincode import HashMap, Option, PairMap, Some, Unit, f32, f64, u8
from snapformat.values import dumps, loads, to_json
from unknown_construct import Word


@schema
class Point:
    x: u8


#: Value, type, text, why serde_json can't.
TAGGED = [
    ((), Option[Unit], '{"$some":null}', "Some of nothing looks like None"),
    (Some(None), Option[Option[u8]], '{"$some":null}', "Some of nothing looks like None"),
    (math.inf, f64, '{"$float":"7ff0000000000000"}', "NaN and infinities as null"),
    (-math.inf, f32, '{"$float":"ff800000"}', "NaN and infinities as null"),
    (PairMap([(Point(1), 2)]), HashMap[Point, u8], '{"$map":[[{"x":1},2]]}', "its keys are"),
    (PairMap([((1, 2), 3)]), HashMap[tuple[u8, u8], u8], '{"$map":[[[1,2],3]]}', "its keys are"),
    (PairMap([(None, 3)]), HashMap[Option[u8], u8], '{"$map":[[null,3]]}', "its keys are"),
    (PairMap([(b"a", 3)]), HashMap[bytes, u8], '{"$map":[[[97],3]]}', "its keys are"),
]


@pytest.mark.parametrize(("value", "annotation", "text", "why"), TAGGED)
def test_tags(value, annotation, text, why):
    assert dumps(value, annotation, indent=None) == text
    assert loads(text, annotation) == value
    assert encode(loads(text, annotation), annotation) == encode(value, annotation)
    with pytest.raises(EncodeError, match=f"serde_json can't say this: .*{why}") as caught:
        dumps(value, annotation, serde=True)
    assert caught.value.path == "$"


def test_options_in_options_in_options():
    deep = Option[Option[Option[u8]]]
    values = [None, Some(None), Some(Some(None)), Some(Some(5))]
    texts = [dumps(value, deep, indent=None) for value in values]
    assert len(set(texts)) == len(values)
    assert [loads(text, deep) for text in texts] == values


@pytest.mark.parametrize(
    "bits", [0x7FF8000000000000, 0xFFF8000000000001, 0x7FF0000000000001, 0xFFF0000000000000]
)
def test_every_bit_of_a_float(bits):
    data = struct.pack("<Q", bits)
    text = dumps(decode(data, f64), f64, indent=None)
    assert text == f'{{"$float":"{bits:016x}"}}'
    assert encode(loads(text, f64), f64) == data


@pytest.mark.parametrize("bits", [0x7FC00000, 0x7F800001, 0xFFFFFFFF])
def test_every_bit_of_a_short_float(bits):
    data = struct.pack("<I", bits)
    text = dumps(decode(data, f32), f32, indent=None)
    assert text == f'{{"$float":"{bits:08x}"}}'
    assert encode(loads(text, f32), f32) == data


def test_refusals_name_the_path():
    @schema
    class Holder:
        values: list[Option[f64]]

    with pytest.raises(EncodeError) as caught:
        to_json(Holder([1.0, math.nan]), Holder, serde=True)
    assert caught.value.path == "$.values[1]"
    nested = HashMap[str, HashMap[Point, u8]]
    with pytest.raises(EncodeError) as caught:
        to_json({"a": PairMap([(Point(1), 1)])}, nested, serde=True)
    assert caught.value.path == '$["a"]'


def test_flags_and_parts_that_can_not_be_looked_into():
    struct_ = c.Struct("f" / c.Flag, "g" / c.Flag, "v" / Word(), "e" / c.Enum(c.Int8ub, a=1))
    value = decode(b"\1\7\xac\2\x09", struct_)
    text = dumps(value, struct_, indent=None)
    assert text == '{"f":true,"g":{"$flag":7},"v":{"$bytes":"ac02"},"e":9}'
    assert encode(loads(text, struct_), struct_) == b"\1\7\xac\2\x09"
    with pytest.raises(EncodeError, match="serde_json can't say this"):
        dumps(value, struct_, serde=True)


#: Type, text that looks like a tag and is none.
WRONG = [
    (f64, '{"$float":"7ff8"}', "16 hexadecimal digits"),
    (f64, '{"$float":"xyz"}', "hexadecimal digits"),
    (f64, '{"$float":5}', "hexadecimal digits"),
    (f32, '{"$float":"7ff8000000000000"}', "8 hexadecimal digits"),
    (u8, '{"$float":"7ff8000000000000"}', "u8"),
    (HashMap[Point, u8], '{"$map":5}', "an array"),
    (HashMap[Point, u8], '{"$map":[[{"x":1}]]}', "an array of key and value"),
    (HashMap[Point, u8], '{"a":1}', "map"),
    (Annotated[Any, c.VarInt], '{"$bytes":"80"}', "StreamError"),
    (Annotated[Any, c.VarInt], "[5]", "VarInt"),
    (Annotated[Any, c.VarInt], '"5x"', "VarInt"),
    (Annotated[Any, c.VarInt], "true", "VarInt"),
    (Annotated[Any, c.CString("utf8")], "[5]", "text"),
    (Annotated[Any, c.GreedyBytes], '"5"', "bytes"),
    (Annotated[Any, Word()], '{"$bytes":"80"}', "StreamError"),
    (Annotated[Any, Word()], "[5]", "layout of this part is not known"),
    (Annotated[Any, c.Flag], '{"$flag":256}', "a byte"),
]


@pytest.mark.parametrize(("annotation", "text", "message"), WRONG)
def test_wrong_tags(annotation, text, message):
    with pytest.raises(DecodeError, match=message):
        loads(text, annotation)
