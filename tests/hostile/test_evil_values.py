"""Objects to save that misbehave: they are refused with the path, whatever they raise."""

from __future__ import annotations

import collections
import enum
import operator
from collections.abc import Callable, Iterator, Mapping, Set
from typing import Annotated, Any

import construct as c
import pytest

from snapformat import DataEnum, EncodeError, UnitEnum, doc, encode, schema, variant
from snapformat.bincode import (
    BTreeMap,
    BTreeSet,
    Duration,
    HashMap,
    HashSet,
    IpAddr,
    Len,
    NonZeroU8,
    Option,
    OsString,
    PairMap,
    PairSet,
    Path,
    Result,
    SocketAddr,
    Some,
    SystemTime,
    Unit,
    Vec,
    Version,
    VersionReq,
    char,
    f32,
    f64,
    i8,
    u8,
    u64,
    u128,
)
from snapformat.values import to_json

ERRORS: list[Exception] = [
    ValueError("v"),
    KeyError("k"),
    ZeroDivisionError("z"),
    RuntimeError("r"),
    RecursionError("r"),
    StopIteration("s"),
    AttributeError("a"),
    MemoryError(),
]


@schema
class Point:
    x: u8 = doc("")
    y: Option[u8] = doc("")


@schema
class Color(UnitEnum):
    Red = variant("")
    Green = variant("")


@schema
class Shape(DataEnum):
    """A figure."""


@schema(name="Dot")
class Dot(Shape):
    """A dot."""


@schema(name="Circle", kind="newtype")
class Circle(Shape):
    """A circle."""

    radius: u8 = doc("")


KINDS: list[Any] = [
    bool, u8, i8, u64, u128, NonZeroU8, f32, f64, char, str, bytes, Unit, Option[u8], Option[Option[u8]],
    Vec[u8], Vec[str], Annotated[list[u8], Len(2)], Annotated[bytes, Len(2)], tuple[u8, str],
    BTreeMap[u8, u8], HashMap[str, u8], BTreeMap[tuple[u8, u8], u8], BTreeSet[u8], HashSet[str],
    BTreeSet[Vec[u8]], BTreeSet[Option[u8]], BTreeSet[Point], BTreeSet[Shape], BTreeSet[Color],
    Point, Color, Shape, Duration, SystemTime, IpAddr, SocketAddr, Path, OsString, Version, VersionReq,
    Result[u8, str],
    c.Byte, c.Flag, c.Enum(c.Byte, a=1), c.Struct("a" / c.Byte), c.Const(b"x"), c.PascalString(c.Byte, "utf8"),
    c.PrefixedArray(c.Byte, c.Byte), c.BitStruct("a" / c.BitsInteger(8)), c.Bytes(2), c.Array(2, c.Byte),
    c.Switch(1, {1: c.Byte}), c.Prefixed(c.Byte, c.GreedyBytes), c.GreedyBytes, c.Float32l,
]  # fmt: skip


def calls(value: Any, kind: Any) -> Iterator[Callable[[], Any]]:
    yield lambda: encode(value, kind)
    yield lambda: to_json(value, kind)
    yield lambda: encode([value], Vec[kind])


def evil(error: Exception) -> list[Any]:
    """Objects whose every method raises."""

    def fail(*_: Any, **__: Any) -> Any:
        raise error

    names = [
        "__index__", "__int__", "__float__", "__len__", "__iter__", "__getitem__", "__contains__", "__eq__",
        "__hash__", "__bool__", "__str__", "__bytes__", "__lt__", "__gt__", "__le__", "__ge__", "__repr__",
        "__getattr__", "__format__",
    ]  # fmt: skip
    methods = dict.fromkeys(names, fail)

    def named(name: str, *bases: type) -> Any:
        return type(name, bases, dict(methods))

    class Items(Mapping[Any, Any]):
        __getitem__ = __iter__ = __len__ = fail

    class Elements(Set[Any]):
        __contains__ = __iter__ = __len__ = fail  # type: ignore[assignment]

    made = [named("Evil")(), Items(), Elements()]
    for base, argument in ((int, 1), (float, 1.0), (str, "a"), (bytes, b"a"), (list, [1]), (tuple, (1, 2))):
        made.append(named(f"Evil{base.__name__}", base)(argument))
    made.append(named("EvilDict", dict)({1: 1}))
    made.append(named("EvilSet", frozenset)({1}))
    made.append(named("EvilPairs", collections.UserDict)())
    made.append(named("EvilPoint", Point)(1, None))
    return made


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind)[:60])
def test_objects_whose_methods_raise(kind: Any) -> None:
    for error in ERRORS:
        for value in evil(error):
            for call in calls(value, kind):
                try:
                    call()
                except EncodeError as refusal:
                    assert refusal.path is not None
                    str(refusal)


GARBAGE: list[Any] = [
    None, True, False, 0, 1, -1, 256, 1 << 200, 10**5000, 1.5, float("nan"), float("inf"), 1e300, 1j, "", "a",
    "ab", "\ud800", "\U0010ffff", "1.2.3", b"", b"a", b"ab", bytearray(b"ab"), memoryview(b"ab"), [], [1],
    [1, 2], [None], (), (1,), (1, "a"), {}, {1: 1}, {"a": 1}, {(1,): 2}, {(1, 2): 3}, {None: None}, set(),
    {1}, {1, "a"}, {"a"}, {(1,)}, frozenset({None}), PairMap([([1], 2)]), PairSet([[1], "x"]), Some(1),
    Some(None), Some(Some(1)), object(), object, int, len, Point(1, 2), Point(None, None), Color.Red, Dot(),
    Circle(1), Circle("x"), Shape, range(3), iter([1]), (x for x in "a"), Duration(-1, 0), Duration(0, 1 << 40),
    Duration("a", "b"), SystemTime(1 << 63), ..., NotImplemented, enum.Enum("E", "A").A, operator.index,
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind)[:60])
def test_values_of_every_other_type(kind: Any) -> None:
    for value in GARBAGE:
        for call in calls(value, kind):
            try:
                call()
            except EncodeError as refusal:
                assert refusal.path is not None
                assert len(str(refusal)) < 1000


def test_lists_that_change_while_they_are_written() -> None:
    """A length that is written holds for what follows."""
    for kind in (Vec[u8], Vec[u128]):
        values: list[Any] = []

        class Growing:
            def __index__(self, values: list[Any] = values) -> int:
                if len(values) < 1000:
                    values.append(7)
                return 1

        class Shrinking:
            def __index__(self, values: list[Any] = values) -> int:
                del values[1:]
                return 1

        for element in (Growing(), Shrinking()):
            values[:] = [element, 2, 3]
            try:
                data = encode(values, kind)
            except EncodeError:
                continue
            width = 1 if kind == Vec[u8] else 16
            assert len(data) == 8 + width * int.from_bytes(data[:8], "little")


def test_mappings_that_lie() -> None:
    class Lying(Mapping[int, int]):
        def __init__(self, *items: Any) -> None:
            self.entries = items

        def __getitem__(self, key: int) -> int:
            return key

        def __iter__(self) -> Iterator[int]:
            return iter(self.entries)

        def __len__(self) -> int:
            return 99

        def items(self) -> Any:
            return self.entries

    for kind in (HashMap[u8, u8], BTreeMap[u8, u8]):
        for items in ((1, 2), ((1, 2, 3),), ((1,),), (None,), ("ab",)):
            for call in calls(Lying(*items), kind):
                with pytest.raises(EncodeError):
                    call()
        assert encode(Lying((1, 2)), kind) == b"\1" + bytes(7) + b"\1\2"


def test_comparing_with_other_containers() -> None:
    """`==` answers; it does not raise."""
    assert PairMap([([1], 2)]) != {1: 2}
    assert PairMap([([1], 2)]) != collections.OrderedDict([(1, 2)])
    assert PairSet([[1]]) != {1}
    assert {1} != PairSet([[1]])
    assert PairMap({1: 2}) == {1: 2}
    assert PairSet({1}) == {1}
    assert PairMap([(1, 2)]) != PairMap([(1, 3)])
    assert PairMap() != 5
    assert PairSet() != 5
    assert [1] not in PairSet([1])
    assert [1] not in PairMap([(1, 1)])
    assert Some([1]) in PairSet([Some([1])])
    assert PairMap([(Some([1]), 2)])[Some([1])] == 2
    with pytest.raises(KeyError):
        PairMap()[[1]]  # type: ignore[index]
