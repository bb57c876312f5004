"""Python's forms of values: bitcode takes those that bincode takes, with the same meaning."""

from __future__ import annotations

import array
import dataclasses
import enum
from collections import OrderedDict, UserDict, namedtuple
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

import numpy as np
import pytest

from bitcode.checks import BITCODE
from properties.strategies import same
from snapformat import EncodeError, decode, encode, schema
from snapformat.bincode import (
    FIRECRACKER,
    Blob,
    BTreeMap,
    BTreeSet,
    ByteArray,
    CStruct,
    HashMap,
    HashSet,
    Len,
    Option,
    PairMap,
    PairSet,
    Some,
    Unit,
    char,
    f32,
    f64,
    i8,
    i64,
    u8,
    u16,
    u64,
    u128,
)


class Five(enum.IntEnum):
    """A number with a name."""

    FIVE = 5


class Text(str):
    """Text of another class."""


class Number(int):
    """A number of another class."""


class Real(float):
    """A float of another class."""


class Listed(list[Any]):
    """A list of another class."""


Pair = namedtuple("Pair", "a b")


@schema
class Point:
    """A struct."""

    x: u8
    y: u16


class Further(Point):
    """A subclass that is not declared."""


@dataclasses.dataclass
class Alike:
    """Another class with the same fields."""

    x: int
    y: int


@schema
class Registers(CStruct):
    """A C struct."""

    a: u16


@schema
class Registers2(CStruct):
    """Another one."""

    a: u16


_NUMBERS: list[Any] = [
    *(
        5,
        True,
        5.0,
        "5",
        b"5",
        None,
        Five.FIVE,
        Number(5),
        np.uint8(5),
        np.int64(5),
        np.uint64(5),
        np.float64(5),
    ),
    *(np.bool_(True), Decimal(5), Fraction(5), np.array(5), [5], 300, -1, 1 << 63, 1 << 64, np.int8(-1)),
]
_REALS: list[Any] = [
    *(1.5, 1, True, Real(1.5), np.float32(1.5), np.float64(1.5), np.int8(1), Decimal("1.5"), "1.5", None),
    *(float("inf"), float("nan"), 1e39, 1 << 2000, -0.0, np.float16(1.5), np.longdouble(1.5), 1j),
]
_TEXTS: list[Any] = ["a", "", "ab", Text("a"), b"a", "\ud800", "é", np.str_("a"), 97, None, ["a"]]
_BYTES: list[Any] = [
    *(b"", b"\1\2", bytearray(b"\1\2"), memoryview(b"\1\2"), [1, 2], (1, 2), "ab", array.array("B", [1, 2])),
    *(array.array("H", [1, 2]), np.array([1, 2], np.uint8), memoryview(b"\1\2\3\4")[::2], None, 2, range(2)),
]
_LISTS: list[Any] = [
    *(
        [1, 2],
        (1, 2),
        [],
        Listed([1, 2]),
        Pair(1, 2),
        {1, 2},
        {1: 2},
        "12",
        range(2),
        iter([1]),
        None,
        b"\1\2",
    ),
    *(array.array("B", [1, 2]), array.array("H", [1, 2]), array.array("q", [-1, 2]), array.array("d", [1.0])),
    *(np.array([1, 2], np.uint8), np.array([1, 2], np.uint16), np.array([1, 2], ">u2"), np.array([1, 2])),
    *(
        np.array([[1, 2], [3, 4]], np.uint16),
        np.array([1.5]),
        memoryview(b"\1\2"),
        bytearray(b"\1\2"),
        [True],
    ),
    *([1, 300], [np.uint16(7), 8], [Five.FIVE], [None], [[1, 2]]),
]
_MAPS: list[Any] = [
    *({1: 2}, {2: 1, 1: 2}, PairMap([(2, 1), (1, 2)]), OrderedDict({2: 1, 1: 2}), UserDict({1: 2}), [(1, 2)]),
    *({}, None, {1}, {True: 1, 2: 3}, {1: "a"}, {"a": 1}),
]
_SETS: list[Any] = [
    {1, 2},
    frozenset({2, 1}),
    PairSet([2, 1]),
    [2, 1],
    (1,),
    {1: 2},
    set(),
    None,
    {True},
    {"a"},
]
_STRUCTS: list[Any] = [Point(1, 2), Further(1, 2), Alike(1, 2), {"x": 1, "y": 2}, (1, 2), Point(1, -2), None]
_BLOBS: list[Any] = [Registers(a=1), Registers2(a=1), b"\1\0", bytearray(b"\1\0"), {"a": 1}, None]
_OPTIONS: list[Any] = [None, 1, Some(1), Some(None), Some(Some(1)), "a", ()]

FORMS: list[tuple[Any, list[Any]]] = [
    *((kind, _NUMBERS) for kind in (u8, i8, i64, u64, u128)),
    *((kind, _REALS) for kind in (f32, f64)),
    (str, _TEXTS),
    (char, _TEXTS),
    (bool, [True, False, 1, 0, np.bool_(True), None, "a"]),
    (bytes, _BYTES),
    (Annotated[bytes, ByteArray(2)], _BYTES),
    *((kind, _LISTS) for kind in (list[u8], list[u16], list[i64], list[f64], list[bool], list[list[u16]])),
    *((kind, _LISTS) for kind in (Annotated[list[u16], Len(2)], tuple[u8, u16], tuple[u8], tuple[()])),
    *((kind, _MAPS) for kind in (HashMap[u8, u16], BTreeMap[u8, u16])),
    *((kind, _SETS) for kind in (HashSet[u8], BTreeSet[u8])),
    (Point, _STRUCTS),
    (Blob[Registers], _BLOBS),
    (Option[u8], _OPTIONS),
    (Option[Option[u8]], _OPTIONS),
    (Unit, [(), [], None, 0, ""]),
]


@pytest.mark.parametrize(
    ("kind", "values"), FORMS, ids=lambda each: str(each)[:40] if not isinstance(each, list) else ""
)
def test_the_forms_of_bincode(kind: Any, values: list[Any]) -> None:
    for value in values:
        _check(kind, value)
        good = next(each for each in values if isinstance(_written(kind, each), bytes))
        _check(list[kind], [good, value])  # type: ignore[valid-type]
        _check(tuple[u8, kind], (1, value))  # type: ignore[valid-type]
        _check(HashMap[u8, kind], {1: good, 2: value})  # type: ignore[valid-type]


def _written(kind: Any, value: Any, encoding: Any = FIRECRACKER) -> bytes | str:
    """The bytes, or the words of the error."""
    try:
        return encode(value, kind, encoding)
    except EncodeError as error:
        return str(error)


def _check(kind: Any, value: Any) -> None:
    """Both take it and read the same, or both refuse it in the same words."""
    plain, data = _written(kind, value), _written(kind, value, BITCODE)
    if isinstance(plain, str) or isinstance(data, str):
        assert data == plain, (kind, value)
        return
    wanted = decode(plain, kind)
    assert same(decode(data, kind, BITCODE), wanted), (kind, value)
    assert encode(wanted, kind, BITCODE) == data, (kind, value)
