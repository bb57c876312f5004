"""Keys that are maps and sets: each level costs what stands in it, and holds the rest by reference."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from hostile.bounded import run_bounded
from snapformat import decode, encode
from snapformat.bincode import BTreeMap, BTreeSet, HashMap, PairMap, PairSet, Vec, u8
from snapformat.model.values import _Entries

LEVELS = """
numbers = range(1 << 15)
def nested(levels, kind):
    "A type and its bytes: of a number of levels, with 30,000 entries in the innermost key."
    if kind in (BTreeMap, HashMap):
        of, data = kind[u32, u8], u64_bytes(len(numbers)) + b"".join(
            number.to_bytes(4, "little") + b"\\1" for number in numbers)
        for _ in range(levels):
            of, data = kind[of, u8], u64_bytes(1) + data + b"\\2"
        return of, data
    of, data = kind[u32], u64_bytes(len(numbers)) + b"".join(n.to_bytes(4, "little") for n in numbers)
    for _ in range(levels):
        of, data = kind[of], u64_bytes(2) + bytes(8) + data
    return of, data
"""


@pytest.mark.parametrize("kind", ["BTreeMap", "HashMap", "BTreeSet", "HashSet"])
def test_keys_of_keys_cost_no_copies(kind: str) -> None:
    """By every reader and writer, within what a few copies of all that is in them take."""
    code = f"""
kind, data = nested(200, {kind})
def use():
    value = decode(data, kind)
    assert decode(data, kind) == value
    assert decode_stream(io.BytesIO(data), kind) == value
    assert sum(event.size for event in walk(layout_of(kind), data)) == len(data)
    assert encode(value, kind) == data
    assert loads(dumps(value, kind, indent=None), kind) == value
result = verdict(use)
"""
    outcome = run_bounded(LEVELS + code, hangs=200)
    assert outcome.verdict == "ok"
    assert outcome.grown < 300


@pytest.mark.parametrize("kind", ["BTreeMap", "BTreeSet"])
def test_construct_alone_copies_no_keys(kind: str) -> None:
    code = f"""
kind, data = nested(60, {kind})
struct = FIRECRACKER.construct(kind)
value = struct.parse(data)
result = struct.build(value) == data and value == decode(data, kind)
"""
    outcome = run_bounded(LEVELS + code, hangs=200)
    assert outcome.verdict is True
    assert outcome.grown < 300


def test_deep_keys_that_are_equal_are_compared_without_the_stack() -> None:
    code = """
of, one = BTreeSet[u8], u64_bytes(1) + b"\\7"
for _ in range(400):
    of, one = BTreeSet[of], u64_bytes(1) + one
result = [len(decode(u64_bytes(2) + one + one, HashSet[of])), verdict(lambda: encode(
    PairSet([decode(one, of), decode(one, of)]), BTreeSet[of]))]
"""
    assert run_bounded(code, hangs=60).verdict == [1, "ok"]


@pytest.mark.parametrize("kind", ["HashSet[BTreeSet[u8]]", "HashSet[BTreeMap[u8, u8]]"])
def test_sets_in_sets_can_not_be_chosen_to_collide(kind: str) -> None:
    """The hash of a frozenset is a sum of known parts; those of ours are not known outside of the process."""
    code = f"""
from itertools import combinations
kind, rest = {kind}, b"\\1" if "Map" in {kind!r} else b""
# Subsets of so few numbers that sums of their hashes must be the same often.
subsets = [subset for size in (4, 5) for subset in combinations(range(26), size)]
data = u64_bytes(len(subsets)) + b"".join(
    u64_bytes(len(subset)) + b"".join(bytes([n]) + rest for n in subset) for subset in subsets)
value = decode(data, kind)
result = [len(value) == len(subsets), len(set(map(hash, value._entries))) > len(subsets) - 3]
"""
    assert run_bounded(code, hangs=120).verdict == [True, True]


def test_equal_in_any_order() -> None:
    inner = [PairSet([1, 2, 70_000]), PairSet([70_000, 2, 1])]
    assert PairSet([inner[0]]) == PairSet([inner[1]])
    assert PairSet(inner) == PairSet(inner[:1])
    maps = [PairMap([(1, [2]), (3, [4])]), PairMap([(3, [4]), (1, [2])]), {3: [4], 1: [2]}]
    assert len(PairSet(maps)) == 1
    assert PairMap([(maps[0], 5)])[maps[1]] == 5
    assert {1, 2} in PairSet([frozenset([2, 1])])
    assert PairSet([PairSet([1])]) != PairSet([PairSet([2])])
    assert PairSet([PairSet([])]) != PairSet([PairMap()])
    assert PairSet([PairMap([(1, 2)])]) != PairSet([PairMap([(1, 3)])])
    assert PairSet([PairMap([(1, 2)])]) != PairSet([PairMap([(2, 2)])])


def test_different_entries_of_one_hash_are_compared_all_the_same() -> None:
    class Same:
        """One of many with the hash of all others."""

        def __init__(self, number: int) -> None:
            self.number = number

        def __hash__(self) -> int:
            return 7

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Same) and self.number == other.number

    def entries(*numbers: int) -> _Entries:
        return _Entries(set, map(Same, numbers))

    assert entries(1, 2, 3) == entries(3, 1, 2)
    assert entries(1, 2, 3) != entries(3, 1, 4)
    assert entries(1, 1, 2) != entries(1, 2, 2)
    assert len({entries(1, 2), entries(2, 1), entries(1, 3)}) == 2


def test_keys_of_keys_are_pickled_to_other_processes() -> None:
    value = PairMap([(PairMap([(1, PairSet(["b", "a"]))]), 1)])
    assert pickle.loads(pickle.dumps(value)) == value
    code = f"""
import pickle
copy = pickle.loads({pickle.dumps(value)!r})
result = copy[PairMap([(1, PairSet(["a", "b"]))])]
"""
    assert run_bounded(code).verdict == 1


def test_sorted_keys_are_in_rusts_order_at_every_depth() -> None:
    """Shorter ones first where all else is the same, entries before later ones."""
    lists: list[Any] = [[], [[]], [[], [1]], [[1]], [[1], [2]], [[1, 2]], [[2]]]
    kind = BTreeSet[BTreeSet[BTreeSet[u8]]]
    value = PairSet([PairSet([PairSet(inner) for inner in outer]) for outer in reversed(lists)])
    written = encode(value, kind)
    assert [[list(inner) for inner in outer] for outer in decode(written, kind)] == lists
    maps = HashMap[BTreeMap[BTreeMap[u8, u8], Vec[u8]], u8]
    given = PairMap([(PairMap([(PairMap([(2, 1)]), [1]), (PairMap([(1, 9)]), [2])]), 3)])
    read = decode(encode(given, maps), maps)
    assert read == given
    assert [list(key.items()) for key in next(iter(read))] == [[(1, 9)], [(2, 1)]]
