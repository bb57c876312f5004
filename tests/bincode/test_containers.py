"""`PairMap`, `PairSet` and `Some`: ordered, any keys, equal to Python's own where those are equal."""

from __future__ import annotations

import copy
import pickle
from collections.abc import MutableMapping, MutableSet

import pytest

from snapformat import schema
from snapformat.bincode import PairMap, PairSet, Some, u8
from snapformat.bincode.containers import _hashable


@schema
class Key:
    number: u8


def test_a_mapping_in_order_of_insertion():
    mapping = PairMap([("b", 1), ("a", 2)])
    mapping["c"] = 3
    mapping["b"] = 9
    assert list(mapping.items()) == [("b", 9), ("a", 2), ("c", 3)]
    del mapping["a"]
    assert (list(mapping), len(mapping), "a" in mapping) == (["b", "c"], 2, False)
    assert mapping.get("a", 5) == 5
    with pytest.raises(KeyError, match="'a'"):
        mapping["a"]
    with pytest.raises(KeyError, match="'a'"):
        del mapping["a"]
    assert isinstance(mapping, MutableMapping)
    assert repr(mapping) == "PairMap([('b', 9), ('c', 3)])"


def test_keys_may_be_anything():
    mapping = PairMap(
        [(Key(1), "a"), ([1, 2], "b"), ({"x": [1]}, "c"), ((1, [2]), "d"), (PairSet([Key(2)]), "e")]
    )
    assert mapping[Key(1)] == "a"
    assert mapping[[1, 2]] == "b"
    assert mapping[{"x": [1]}] == "c"
    assert mapping[(1, [2])] == "d"
    assert mapping[PairSet([Key(2)])] == "e"
    assert Key(3) not in mapping
    mapping[Key(1)] = "z"
    assert len(mapping) == 5


def test_equality_does_not_look_at_order():
    assert PairMap([(1, 2), (3, 4)]) == {3: 4, 1: 2}
    native = {3: 4, 1: 2}
    assert native == PairMap([(1, 2), (3, 4)])
    assert PairMap([(Key(1), 1), (Key(2), 2)]) == PairMap([(Key(2), 2), (Key(1), 1)])
    assert PairMap({1: 2}) != {1: 3}
    assert PairMap({1: 2}) != {1: 2, 2: 3}
    assert PairMap() != []
    assert PairSet([1, 2]) == {2, 1}
    elements = {2, 1}
    assert elements == PairSet([1, 2])
    assert PairSet([1]) != {2}
    assert PairSet() != []
    with pytest.raises(TypeError, match="unhashable"):
        hash(PairMap())
    with pytest.raises(TypeError, match="unhashable"):
        hash(PairSet())


def test_a_set_in_order_of_insertion():
    elements = PairSet([[2], [1], [2]])
    elements.add([3])
    elements.add([2])
    elements.discard([1])
    elements.discard([7])
    assert list(elements) == [[2], [3]]
    assert [2] in elements
    assert list(elements | PairSet([[4]])) == [[2], [3], [4]]
    assert list(elements & PairSet([[3]])) == [[3]]
    assert isinstance(elements, MutableSet)
    assert repr(elements) == "PairSet([[2], [3]])"


def test_copies():
    mapping = PairMap([(Key(1), [1])])
    for again in (copy.deepcopy(mapping), pickle.loads(pickle.dumps(mapping)), PairMap(mapping)):
        assert again == mapping
        again[Key(2)] = [2]
        assert Key(2) not in mapping


def test_some():
    assert Some(1) == Some(1) != Some(None)
    assert repr(Some(Some(None))) == "Some(value=Some(value=None))"
    assert {Some(1)} == {Some(1)}
    match Some(5):
        case Some(value):
            assert value == 5


@pytest.mark.parametrize("number", [1 << 16, 1 << 40, -1 << 20, (1 << 64) - 1, 1 << 100])
def test_hashes_of_numbers_cannot_be_chosen(number):
    """Python's own of an int can: whoever writes the file would choose keys that all meet one another."""
    assert type(_hashable(number)) is tuple
    assert PairMap([(number, 1), (number + 1, 2)])[number] == 1
    assert number in PairSet([number])
    assert number + 2 not in PairSet([number])
