"""The JSON form: what serde_json prints for the same Rust value, and back."""

from __future__ import annotations

import ipaddress
import json
from typing import Annotated, Generic, TypeVar

import pytest

from snapformat import DataEnum, EncodeError, UnitEnum, encode, schema, variant
from snapformat import doc as field
from snapformat.bincode import (
    Bound,
    BoundIncluded,
    BoundUnbounded,
    BTreeMap,
    BTreeSet,
    ByteArray,
    CString,
    Duration,
    Err,
    HashMap,
    IpAddr,
    Ipv6Addr,
    Len,
    Ok,
    Option,
    OsString,
    PairMap,
    PairSet,
    PhantomData,
    Range,
    Result,
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
    Some,
    SystemTime,
    Unit,
    Version,
    VersionReq,
    char,
    f64,
    i128,
    u8,
    u16,
    u64,
    u128,
)
from snapformat.bincode import Path as RustPath
from snapformat.values import dumps, from_json, loads, to_json

T = TypeVar("T")


@schema
class Point:
    x: u8
    kind: str = field(rename="type")
    cache: int = field(skip=True, default=0)


@schema(kind="newtype")
class Meters:
    value: u16


@schema(kind="tuple")
class Pair:
    a: u8
    b: Meters


@schema(kind="tuple")
class Single:
    a: u8


@schema(kind="unit")
class Nothing: ...


@schema
class Empty: ...


@schema
class Mode(UnitEnum):
    Plain = variant()
    Huge = variant(rename="2M")


@schema
class Shape(DataEnum): ...


@schema(name="Unit")
class ShapeUnit(Shape): ...


@schema(name="New", kind="newtype")
class ShapeNew(Shape):
    value: Option[u8]


@schema(name="Tup", kind="tuple")
class ShapeTup(Shape):
    a: u8
    b: str


@schema(name="Rec")
class ShapeRec(Shape):
    inner: Option[Shape]


@schema
class Box(Generic[T]):
    value: T


#: Value, type, what serde_json prints for it.
CASES = [
    (True, bool, "true"),
    (255, u8, "255"),
    ((1 << 64) - 1, u64, "18446744073709551615"),
    ((1 << 128) - 1, u128, "340282366920938463463374607431768211455"),
    (-(1 << 127), i128, "-170141183460469231731687303715884105728"),
    ('a"\\\n\x01\x7f/é\U0001f600', str, '"a\\"\\\\\\n\\u0001\x7f/é\U0001f600"'),
    ("\u2028", char, '"\u2028"'),
    (b"\0\xff", bytes, "[0,255]"),
    (b"ab", Annotated[bytes, ByteArray(2)], "[97,98]"),
    (b"ab", CString, "[97,98]"),
    (b"ab", OsString, '{"Unix":[97,98]}'),
    ("/a", RustPath, '"/a"'),
    (None, Option[u8], "null"),
    (5, Option[u8], "5"),
    (Some(5), Option[Option[u8]], "5"),
    (None, Option[Option[u8]], "null"),
    ((), Unit, "null"),
    ((), PhantomData, "null"),
    ([1, 2], list[u8], "[1,2]"),
    ([], list[u8], "[]"),
    ([[1], [2]], Annotated[list[list[u8]], Len(2)], "[[1],[2]]"),
    ((1, "a"), tuple[u8, str], '[1,"a"]'),
    (Point(1, "a"), Point, '{"x":1,"type":"a"}'),
    (Meters(5), Meters, "5"),
    (Pair(1, Meters(2)), Pair, "[1,2]"),
    (Single(1), Single, "[1]"),
    (Nothing(), Nothing, "null"),
    (Empty(), Empty, "{}"),
    (Mode.Huge, Mode, '"2M"'),
    (ShapeUnit(), Shape, '"Unit"'),
    (ShapeNew(5), Shape, '{"New":5}'),
    (ShapeNew(None), Shape, '{"New":null}'),
    (ShapeTup(1, "a"), Shape, '{"Tup":[1,"a"]}'),
    (ShapeRec(ShapeRec(None)), Shape, '{"Rec":{"inner":{"Rec":{"inner":null}}}}'),
    (Box(Box(1)), Box[Box[u8]], '{"value":{"value":1}}'),
    (PairMap({"b": 1, "a": 2}), HashMap[str, u8], '{"b":1,"a":2}'),
    (PairMap({"b": 1, "a": 2}), BTreeMap[str, u8], '{"a":2,"b":1}'),
    (PairMap({2: 1, 10: 2}), BTreeMap[u8, u8], '{"2":1,"10":2}'),
    (PairMap({1 << 127: 1}), HashMap[u128, u8], '{"170141183460469231731687303715884105728":1}'),
    (PairMap({-1: 1}), HashMap[i128, u8], '{"-1":1}'),
    (PairMap({True: 1}), HashMap[bool, u8], '{"true":1}'),
    (PairMap({"é": 1}), HashMap[char, u8], '{"é":1}'),
    (PairMap({1.5: 1, 1e30: 2}), HashMap[f64, u8], '{"1.5":1,"1e30":2}'),
    (PairMap({Mode.Huge: 1}), HashMap[Mode, u8], '{"2M":1}'),
    (PairMap([(Meters(5), 1)]), HashMap[Meters, u8], '{"5":1}'),
    (PairMap({ipaddress.ip_address("::1"): 1}), HashMap[IpAddr, u8], '{"::1":1}'),
    (PairSet([3, 1]), BTreeSet[u8], "[1,3]"),
    (Duration(1, 2), Duration, '{"secs":1,"nanos":2}'),
    (SystemTime(1, 2), SystemTime, '{"secs_since_epoch":1,"nanos_since_epoch":2}'),
    (ipaddress.ip_address("1.2.3.4"), IpAddr, '"1.2.3.4"'),
    (ipaddress.ip_address("::ffff:1.2.3.4"), Ipv6Addr, '"::ffff:1.2.3.4"'),
    (SocketAddrV4(ipaddress.ip_address("1.2.3.4"), 80), SocketAddr, '"1.2.3.4:80"'),
    (SocketAddrV6(ipaddress.ip_address("::1"), 80), SocketAddr, '"[::1]:80"'),
    (Range(1, 2), Range[u8], '{"start":1,"end":2}'),
    (BoundUnbounded(), Bound[u8], '"Unbounded"'),
    (BoundIncluded(1), Bound[u8], '{"Included":1}'),
    (Ok(1), Result[u8, str], '{"Ok":1}'),
    (Err("x"), Result[u8, str], '{"Err":"x"}'),
    (">=1.2, <2", VersionReq, '">=1.2, <2"'),
]


@pytest.mark.parametrize(("value", "annotation", "text"), CASES)
def test_both_ways(value, annotation, text):
    assert dumps(value, annotation, indent=None, serde=True) == text
    escaped = text.replace("\x7f", "\\u007f").replace("\u2028", "\\u2028")
    assert dumps(value, annotation, indent=None) == escaped
    assert loads(escaped, annotation) == value
    assert loads(text, annotation) == value
    assert loads(text.encode(), annotation) == value
    plain = to_json(value, annotation)
    assert json.dumps(plain, ensure_ascii=False, separators=(",", ":")).replace("e+", "e") == text
    assert encode(from_json(plain, annotation), annotation) == encode(value, annotation)


def test_versions():
    assert dumps("1.2.3-rc.1", Version) == '"1.2.3-rc.1"'
    assert str(loads('"1.2.3-rc.1"', Version)) == "1.2.3-rc.1"


def test_indented():
    assert dumps({"a": [1, 2], "b": []}, HashMap[str, list[u8]]) == (
        '{\n "a": [\n  1,\n  2\n ],\n "b": []\n}'
    )
    assert dumps([], list[u8], indent=2) == "[]"
    assert dumps([()], list[Unit], indent=4) == "[\n    null\n]"


def test_fields_come_in_their_order_whatever_order_the_json_has():
    assert to_json(from_json({"type": "a", "x": 1}, Point), Point) == {"x": 1, "type": "a"}
    assert list(to_json(from_json({"type": "a", "x": 1}, Point), Point)) == ["x", "type"]


def test_a_map_of_data_enums_whose_keys_are_all_units():
    value = PairMap([(ShapeUnit(), 1)])
    assert dumps(value, HashMap[Shape, u8], indent=None, serde=True) == '{"Unit":1}'
    assert loads('{"Unit":1}', HashMap[Shape, u8]) == value


def test_an_empty_map_of_any_keys():
    assert dumps(PairMap(), HashMap[Point, u8], indent=None, serde=True) == "{}"
    assert loads("{}", HashMap[Point, u8]) == PairMap()


def test_keys_that_look_like_a_tag():
    for key in ("$a", "$map", "$some", "$float"):
        value = PairMap({key: 1})
        assert dumps(value, HashMap[str, u8], indent=None, serde=True) == f'{{"{key}":1}}'
        assert loads(dumps(value, HashMap[str, u8]), HashMap[str, u8]) == value


def test_values_are_checked_as_when_they_are_written():
    for value, annotation, path in [
        (True, u8, "$"),
        (256, u8, "$"),
        ([1, "x"], list[u8], "$[1]"),
        (Point(1, 5), Point, "$.type"),
        ("\ud800", str, "$"),
        ({"a": "x"}, HashMap[str, u8], '$["a"]'),
        (5, Option[Option[u8]], "$"),
        (ShapeTup(1, 5), Shape, "$<Tup>[1]"),
        (b"abc", Annotated[bytes, ByteArray(2)], "$"),
    ]:
        with pytest.raises(EncodeError) as caught:
            to_json(value, annotation)
        assert caught.value.path == path


def test_deep_values_need_no_stack():
    value = None
    for _ in range(500):
        value = ShapeRec(value)
    text = dumps(value, Shape, indent=None)
    assert text.count("Rec") == 500
    assert encode(from_json(to_json(value, Shape), Shape), Shape) == encode(value, Shape)
