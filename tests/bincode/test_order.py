"""Sorted maps and sets are written in Rust's order, whatever order they are in; others in their own."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any

import pytest
import semver

from snapformat import DataEnum, EncodeError, Encoding, UnitEnum, decode, encode, schema, variant
from snapformat.bincode import (
    BTreeMap,
    BTreeSet,
    ByteArray,
    CString,
    Duration,
    HashMap,
    HashSet,
    IpAddr,
    Len,
    Option,
    OsString,
    PairMap,
    PairSet,
    Path,
    Result,
    Some,
    Unit,
    Version,
    char,
    i8,
    i128,
    u8,
    u32,
)
from snapformat.bincode import Err as ResultErr
from snapformat.bincode import Ok as ResultOk


@schema
class Level(UnitEnum):
    Zeta = variant()
    Alpha = variant()


@schema
class Event(DataEnum): ...


@schema(name="Z", kind="newtype")
class Z(Event):
    value: u8


@schema(name="A", kind="tuple")
class A(Event):
    x: u8
    y: str


@schema(name="M")
class M(Event): ...


@schema
class Key:
    group: str
    number: i8


class Index:
    def __init__(self, number: int) -> None:
        self.number = number

    def __index__(self) -> int:
        return self.number


#: Type of the elements, and elements in Rust's order.
SORTED = [
    (u8, [0, 1, 9, 10, 255]),
    (i8, [-128, -2, -1, 0, 1, 127]),
    (i128, [-(1 << 127), -1, 1 << 100]),
    (bool, [False, True]),
    (str, ["", "A", "a", "aa", "b", "z", "é", "\uffff", "\U00010000"]),
    (char, ["A", "a", "\uffff", "\U00010000"]),
    (bytes, [b"", b"\0", b"\0\0", b"\1", b"\xff"]),
    (CString, [b"", b"a", b"b"]),
    (Annotated[bytes, ByteArray(2)], [b"\0\1", b"\1\0"]),
    (Option[u8], [None, 0, 5]),
    (Option[Option[u8]], [None, Some(None), Some(0), Some(5)]),
    (list[u8], [[], [0], [0, 0], [1], [1, 0], [2]]),
    (Annotated[list[u8], Len(2)], [[0, 9], [1, 0]]),
    (tuple[u8, str], [(0, "b"), (1, "a"), (1, "b")]),
    (Level, [Level.Zeta, Level.Alpha]),
    (Event, [Z(1), Z(2), A(0, "b"), A(1, "a"), M()]),
    (Key, [Key("a", 1), Key("b", -1), Key("b", 0)]),
    (Result[u8, u8], [ResultOk(9), ResultErr(0)]),
    (Duration, [Duration(1, 5), Duration(2, 0)]),
    (IpAddr, [ipaddress.ip_address(text) for text in ("9.0.0.1", "10.0.0.1", "::1", "ff::")]),
    (OsString, [b"a", b"b"]),
    (BTreeSet[u8], [PairSet([]), PairSet([3, 1]), PairSet([2])]),
    (BTreeMap[u8, u8], [PairMap([(2, 0), (1, 5)]), PairMap([(1, 6)]), PairMap([(2, 0)])]),
    (Unit, [()]),
]


@pytest.mark.parametrize(("annotation", "values"), SORTED)
def test_order(annotation, values):
    backwards = list(reversed(values))
    plain = encode(values, list[annotation])
    for encoding in (Encoding(), Encoding("variable", "big")):
        data = encode(PairSet(backwards), BTreeSet[annotation], encoding)
        assert data == encode(values, list[annotation], encoding)
        assert list(decode(data, BTreeSet[annotation], encoding)) == values
        assert encoding.construct(BTreeSet[annotation]).build(PairSet(backwards)) == data
    numbered = PairMap((value, number) for number, value in enumerate(backwards))
    pairs = list(zip(values, reversed(range(len(values))), strict=True))
    assert encode(numbered, BTreeMap[annotation, u32]) == encode(pairs, list[tuple[annotation, u32]])
    # Their own order.
    assert encode(PairSet(values), HashSet[annotation]) == plain
    assert encode(PairSet(backwards), HashSet[annotation]) == encode(backwards, list[annotation])


VERSIONS = ["1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0", "1.0.0+1", "2.0.0", "10.0.0"]


def test_versions_by_their_numbers():
    values = [semver.Version.parse(text) for text in VERSIONS]
    data = encode(PairSet(reversed(values)), BTreeSet[Version])
    assert decode(data, list[str]) == VERSIONS


def test_paths_by_their_parts():
    paths = ["/a", "a", "a/b", "a-b", "b"]
    assert decode(encode(set(paths), BTreeSet[Path]), list[str]) == paths


def test_integers_by_index():
    data = encode(PairMap([(Index(3), 0), (2, 1), (Index(1), 2)]), BTreeMap[u8, u8])
    assert list(decode(data, BTreeMap[u8, u8]).items()) == [(1, 2), (2, 1), (3, 0)]


def test_bytes_of_all_kinds():
    data = encode(PairSet([memoryview(b"b"), b"a"]), BTreeSet[bytes])
    assert list(decode(data, BTreeSet[bytes])) == [b"a", b"b"]


def test_versions_as_text():
    assert decode(encode(set(VERSIONS), BTreeSet[Version]), list[str]) == VERSIONS


@pytest.mark.parametrize(
    ("keys", "annotation", "path"),
    [
        (["a", 2], str, "$[1].key"),
        ([2, None], u8, "$[1].key"),
        ([(1, 2), (1, 2, 3)], tuple[u8, u8], "$[1].key"),
        ([(1, 2), None], tuple[u8, u8], "$[1].key"),
        ([[1], 5], list[u8], "$[1].key"),
        ([Key("a", 1), 5], Key, "$[1].key"),
        ([Key("a", 1), Key(1, 1)], Key, "$[1].key.group"),
        ([Level.Zeta, "Alpha"], Level, "$[1].key"),
        ([Some(1), 1], Option[Option[u8]], "$[1].key"),
        ([3, 300], u8, "$[1].key"),
        ([3, True], u8, "$[1].key"),
    ],
)
def test_keys_that_do_not_fit(keys: list[Any], annotation, path):
    with pytest.raises(EncodeError) as caught:
        encode(PairMap((key, 0) for key in keys), BTreeMap[annotation, u8])
    assert caught.value.path == path


def test_unsorted_and_repeated_entries_are_read():
    data = encode([(2, 1), (1, 2), (2, 3)], list[tuple[u8, u8]])
    for annotation in (BTreeMap[u8, u8], HashMap[u8, u8]):
        value = decode(data, annotation)
        assert list(value.items()) == [(2, 3), (1, 2)]
    assert encode(decode(data, BTreeMap[u8, u8]), BTreeMap[u8, u8]) == encode(
        [(1, 2), (2, 3)], list[tuple[u8, u8]]
    )
    assert list(decode(encode([2, 1, 2], list[u8]), HashSet[u8])) == [2, 1]
