"""What may be assigned: checked when it is written, with the path; by construct alone alike."""

from __future__ import annotations

import collections
import enum
import types
from typing import Annotated, Any

import construct
import pytest

from snapformat import DataEnum, EncodeError, Encoding, encode, schema
from snapformat.bincode import (
    BTreeMap,
    BTreeSet,
    ByteArray,
    CString,
    HashMap,
    HashSet,
    Len,
    NonZeroI16,
    NonZeroU8,
    Option,
    PairMap,
    PairSet,
    Path,
    Some,
    Unit,
    char,
    f32,
    f64,
    i8,
    i128,
    u8,
    u16,
    u64,
    u128,
)


class Index:
    def __init__(self, number: int) -> None:
        self.number = number

    def __index__(self) -> int:
        return self.number


class Number(enum.IntEnum):
    THREE = 3


class Text(str):
    __slots__ = ()


TAKEN = [
    (Index(5), u8, "05"),
    (Number.THREE, u16, "0300"),
    ([Index(1), 2, Number.THREE], list[u8], "0300000000000000 010203"),
    (Text("a"), str, "0100000000000000 61"),
    (Text("a"), char, "61"),
    (1, f64, "000000000000f03f"),
    (bytearray(b"ab"), bytes, "0200000000000000 6162"),
    (memoryview(b"ab"), bytes, "0200000000000000 6162"),
    ((1, 2), list[u8], "0200000000000000 0102"),
    ([1, 2], tuple[u8, u8], "0102"),
    ((1, 2), Annotated[list[u8], Len(2)], "0102"),
    ([], Unit, ""),
    ({2: 1, 1: 0}, BTreeMap[u8, u8], "0200000000000000 0100 0201"),
    (types.MappingProxyType({1: 2}), HashMap[u8, u8], "0100000000000000 0102"),
    (collections.OrderedDict({1: 2}), HashMap[u8, u8], "0100000000000000 0102"),
    ({2, 1}, BTreeSet[u8], "0200000000000000 0102"),
    (frozenset({1}), HashSet[u8], "0100000000000000 01"),
    ({1: "x"}.keys(), HashSet[u8], "0100000000000000 01"),
    (PairMap([((1, 2), 3)]), HashMap[tuple[u8, u8], u8], "0100000000000000 010203"),
    (PairSet([[2], [1]]), BTreeSet[list[u8]], "0200000000000000 0100000000000000 01 0100000000000000 02"),
    (PairMap([(Index(3), 0), (2, 1)]), HashMap[u8, u8], "0200000000000000 0300 0201"),
]


@pytest.mark.parametrize(("value", "annotation", "data"), TAKEN)
def test_taken(value, annotation, data):
    assert encode(value, annotation).hex() == data.replace(" ", "")
    assert Encoding().construct(annotation).build(value).hex() == data.replace(" ", "")


#: Value, type, path, expected, found.
REFUSED = [
    (True, u8, "$", "u8", "True"),
    (False, i128, "$", "i128", "False"),
    (256, u8, "$", "u8 from 0 to 255", "256"),
    (-1, u64, "$", "u64 from 0 to 18446744073709551615", "-1"),
    (128, i8, "$", "i8 from -128 to 127", "128"),
    (1 << 128, u128, "$", f"u128 from 0 to {(1 << 128) - 1}", "340282366920938463463374607431768211456"),
    (1 << 5000, u8, "$", "u8 from 0 to 255", "an int of 5001 bits"),
    (Index(300), u8, "$", "u8 from 0 to 255", "300"),
    (1.0, u8, "$", "u8", "float 1.0"),
    ("1", u8, "$", "u8", "str '1'"),
    (None, u8, "$", "u8", "None"),
    (0, NonZeroU8, "$", "a nonzero u8", "0"),
    (0, NonZeroI16, "$", "a nonzero i16", "0"),
    (1, bool, "$", "bool", "1"),
    (True, f64, "$", "f64", "True"),
    ("1", f64, "$", "f64", "str '1'"),
    (1e39, f32, "$", "f32 within its range", "float 1e+39"),
    (10**400, f64, "$", "f64 within its range", "an int of 1329 bits"),
    ("ab", char, "$", "char, a str of length 1", "a str of length 2"),
    ("", char, "$", "char, a str of length 1", "a str of length 0"),
    (97, char, "$", "char", "97"),
    ("\ud800", char, "$", "str that utf-8 can encode", "'\\ud800' at character 0"),
    ("ab\udfff", str, "$", "str that utf-8 can encode", "'\\udfff' at character 2"),
    ("a\ud800", Path, "$", "str that utf-8 can encode", "'\\ud800' at character 1"),
    (b"a", str, "$", "str", "bytes b'a'"),
    ("a", bytes, "$", "bytes", "str 'a'"),
    ([97], bytes, "$", "bytes", "list"),
    (b"a\0", CString, "$", "bytes without a zero byte", "one at position 1"),
    (b"abc", Annotated[bytes, ByteArray(2)], "$", "2 bytes", "3 bytes"),
    ([1], Annotated[list[u8], Len(2)], "$", "2 elements", "1"),
    ((1, 2, 3), tuple[u8, u8], "$", "tuple of 2", "one of 3"),
    (None, Unit, "$", "tuple of 0", "None"),
    ("ab", list[char], "$", "list", "str 'ab'"),
    ({1: 2}, list[u8], "$", "list", "dict"),
    (iter([1]), list[u8], "$", "list", "list_iterator"),
    ([1], HashSet[u8], "$", "a set", "list"),
    ([(1, 2)], HashMap[u8, u8], "$", "a mapping", "list"),
    ([1, True], list[u8], "$[1]", "u8", "True"),
    ([1, 256], list[u8], "$[1]", "u8 from 0 to 255", "256"),
    ([True, 1], list[bool], "$[1]", "bool", "1"),
    ([(1, [1, "x"])], list[tuple[u8, list[u8]]], "$[0][1][1]", "u8", "str 'x'"),
    ({1: 2, 2: "x"}, HashMap[u8, u8], '$["2"]', "u8", "str 'x'"),
    ({1: 2, "x": 2}, HashMap[u8, u8], "$[1].key", "u8", "str 'x'"),
    (5, Option[Option[u8]], "$", "None or Some(value), since the value may be None itself", "5"),
    (Some("x"), Option[Option[u8]], "$", "u8", "str 'x'"),
]


@pytest.mark.parametrize(("value", "annotation", "path", "expected", "found"), REFUSED)
def test_refused(value, annotation, path, expected, found):
    with pytest.raises(EncodeError) as caught:
        encode(value, annotation)
    error = caught.value
    assert (error.path, error.expected, error.found) == (path, expected, found)
    assert str(error) == f"the value does not fit: expected {expected}, found {found} - at `{path}`"
    with pytest.raises(construct.ConstructError):
        Encoding().construct(annotation).build(value)


@schema
class Event(DataEnum): ...


@schema(name="Key", kind="newtype")
class Key(Event):
    code: u8


@schema(name="Text")
class Typed(Event):
    keys: list[Event]
    pair: tuple[u8, Option[u16]]


@schema
class Screen:
    a: list[Event]
    by_name: HashMap[str, Event]
    renamed: Option[Event]


def test_paths_enter_variants_and_maps():
    def path(screen: Any) -> str | None:
        with pytest.raises(EncodeError) as caught:
            encode(screen, Screen)
        return caught.value.path

    bad = Typed([Key(1), Key("x")], (1, None))
    assert path(Screen([Key(1), Key(1), bad], {}, None)) == "$.a[2]<Text>.keys[1]<Key>"
    assert path(Screen([], {"a": Key(1), "b": bad}, None)) == '$.by_name["b"]<Text>.keys[1]<Key>'
    assert path(Screen([], {}, Typed([], (1, 70000)))) == "$.renamed<Text>.pair[1]"
    assert path(Screen([], {}, "x")) == "$.renamed"
    assert path("x") == "$"


def test_a_field_that_was_taken_away():
    key = Key(1)
    del key.code
    with pytest.raises(EncodeError, match="the field is missing"):
        encode([key], list[Event])


def test_cyclic_values_end():
    circle = Typed([], (0, None))
    circle.keys.append(circle)
    with pytest.raises(EncodeError, match="nested too deeply, or in a circle: expected at most 512 levels"):
        encode(circle, Event)


def test_nothing_is_checked_twice_or_early():
    value = Screen("not a list", None, 5)
    value.a, value.by_name, value.renamed = [], {}, None
    assert encode(value, Screen) == bytes(17)
