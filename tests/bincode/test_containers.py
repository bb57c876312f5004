"""`PairMap`, `PairSet` and `Some`: ordered, any keys, equal to Python's own where those are equal."""

from __future__ import annotations

import copy
import enum
import itertools
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, MutableMapping, MutableSet
from typing import Any

import pytest

from snapformat import schema
from snapformat.bincode import PairMap, PairSet, Some, u8
from snapformat.model.values import hashable


@schema
class Key:
    number: u8


class Number(enum.IntEnum):
    ONE = 1


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


#: Numbers whose hashes agree in the lowest bits, or altogether, as Python makes them.
ALIKE = {
    "u32": [n << 16 for n in range(1 << 10)],
    "u64": [n << 40 for n in range(1 << 10)],
    "i64": [-(n << 40) for n in range(1 << 10)],
    "u128": [n * ((1 << 61) - 1) for n in range(9, 9 + (1 << 10))],  # beyond 64 bits
    "larger": [n << 200 for n in range(1 << 10)],
    "f64": [float(n << 40) for n in range(1 << 10)],
    "f64, fractions": [n / (1 << 20) for n in range(1, 1 << 11, 2)],
    "f64, large": [float(n << 60) * 2.0**500 for n in range(1 << 10)],
}


@pytest.mark.parametrize("name", ALIKE)
def test_hashes_of_numbers_cannot_be_chosen(name: str):
    """Python's own can: whoever writes the file would choose keys that all meet one another."""
    numbers = ALIKE[name]
    for stand_ins in (
        map(hashable, numbers),
        PairSet(numbers)._entries,
        PairMap(dict.fromkeys(numbers))._entries,
    ):
        places = Counter(hash(stand_in) & 0xFFFF for stand_in in stand_ins)
        assert len(places) > 900
        assert max(places.values()) < 10
    elements, mapping = PairSet(numbers), PairMap((n, str(n)) for n in numbers)
    assert list(elements) == list(mapping) == numbers
    assert all(number in elements and mapping[number] == str(number) for number in numbers)
    others = [number + 1 for number in numbers if number + 1 not in numbers]
    assert not any(number in elements or number in mapping for number in others)


def test_hashes_of_numbers_are_of_one_process():
    program = (
        "from snapformat.model.values import hashable\n"
        "print(*(hash(hashable(x)) for x in (1, 1 << 40, 1 << 100, 0.5, 2.0**80)))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    ]
    assert all(one != other for one, other in zip(*runs, strict=True))


SAME = [
    [0, 0.0, -0.0, False],
    [1, 1.0, True, Number.ONE],
    [1 << 40, float(1 << 40)],
    [-(1 << 62), -float(1 << 62)],
    [1 << 100, 2.0**100],
    [0.5, 1 / 2],
    ["a", "a"],
    [b"a", b"a"],
]


@pytest.mark.parametrize(
    "wrap", [lambda x: x, lambda x: [x], lambda x: (x, "k")], ids=["it", "list", "tuple"]
)
def test_numbers_are_equal_as_ever(wrap: Callable[[Any], Any]):
    flat = [(group, value) for group, values in enumerate(SAME) for value in values]
    for (group, one), (other_group, other) in itertools.product(flat, flat):
        is_same = hashable(wrap(one)) == hashable(wrap(other))
        assert is_same == (group == other_group) == (one == other)
        if is_same:
            assert hash(hashable(wrap(one))) == hash(hashable(wrap(other)))
            assert wrap(one) in PairSet([wrap(other)])


def test_a_product_is_no_other_number():
    """Numbers are looked up by a product, which must not be found for a number of that value."""
    for number in (1, 3, 1 << 60, (1 << 64) - 1, -1):
        product = hashable(number)
        assert product not in PairSet([number])
        assert float(product) not in PairSet([number])
        assert float(product) != product
    assert [1] not in PairSet([(list, 1, 1)])


def test_nan_is_found_by_its_identity():
    one, other = float("nan"), float("nan")
    assert one in PairSet([one])
    assert one not in PairSet([other])
    assert len(PairSet([one, other])) == 2


def test_one_of_equal_keys_is_kept():
    """The place and the key of the first, the value of the last; many at once and one by one."""
    for numbers in (
        [3, 1, 3, 2, 1],
        [3 << 40, 1, 3 << 40],
        ["b", "a", "b"],
        [1, True, 1.0],
        [[1], [True]],
        [],
    ):
        one_by_one: PairMap[Any, int] = PairMap()
        for index, number in enumerate(numbers):
            one_by_one[number] = index
        at_once = PairMap(zip(numbers, range(9), strict=False))
        assert list(at_once.items()) == list(one_by_one.items())
        assert len(PairSet(numbers)) == len(at_once)


def test_pickles_are_of_any_process():
    """What things are looked up by is not in them."""
    values = (PairMap([(1 << 40, "a"), ("b", 2), ((0.5, 1), 3)]), PairSet([1 << 40, "b", [0.5]]))
    program = (
        "import pickle, sys\n"
        "mapping, elements = pickle.load(sys.stdin.buffer)\n"
        "assert mapping[1 << 40] == 'a' and mapping[0.5, 1] == 3 and list(mapping)[1] == 'b'\n"
        "assert 1 << 40 in elements and [0.5] in elements and len(elements) == 3\n"
        "elements.add(1 << 40); assert len(elements) == 3"
    )
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        pickled = pickle.dumps(values, protocol)
        subprocess.run([sys.executable, "-c", program], input=pickled, check=True)


def test_copies_are_apart():
    for make in (copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))):
        mapping, elements = PairMap({1: 2}), PairSet([1])
        make(mapping)[2] = 3
        make(elements).add(2)
        assert (mapping, elements) == ({1: 2}, {1})
    circle: PairMap[int, Any] = PairMap()
    circle[1] = circle
    again = pickle.loads(pickle.dumps(circle))
    assert again[1] is again
    assert (len(pickle.loads(pickle.dumps(PairMap()))), len(copy.copy(PairSet()))) == (0, 0)
