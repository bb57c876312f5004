"""Which element corresponds to which."""

from __future__ import annotations

import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from snapformat.inspect.aligning import by_key, by_likeness, by_position
from snapformat.inspect.runs import differing_bytes, runs

_few = st.lists(st.integers(0, 3), max_size=12)


def common(left: list[int], right: list[int]) -> int:
    """The length of a longest common subsequence, by the textbook."""
    table = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for row, one in enumerate(left):
        for column, two in enumerate(right):
            best = max(table[row][column + 1], table[row + 1][column])
            table[row + 1][column + 1] = table[row][column] + 1 if one == two else best
    return table[-1][-1]


def complete(pairs: list[tuple[int | None, int | None]], left: int, right: int) -> None:
    """Check that each element is in one pair."""
    assert sorted(at for at, _ in pairs if at is not None) == list(range(left))
    assert sorted(other for _, other in pairs if other is not None) == list(range(right))


@given(_few, _few)
def test_by_likeness(left: list[int], right: list[int]):
    pairs = list(by_likeness(left, right))
    complete(pairs, len(left), len(right))
    both = [(at, other) for at, other in pairs if at is not None and other is not None]
    assert both == sorted(both)
    assert both == sorted(both, key=lambda pair: pair[1])
    assert sum(left[at] == right[other] for at, other in both) >= common(left, right)


@given(_few, _few)
def test_by_key(left: list[int], right: list[int]):
    pairs, in_order = by_key(left, right)
    complete(pairs, len(left), len(right))
    both = [(at, other) for at, other in pairs if at is not None and other is not None]
    assert all(left[at] == right[other] for at, other in both)
    assert len(both) == sum(min(left.count(key), right.count(key)) for key in range(4))
    assert in_order == (both == sorted(both, key=lambda pair: pair[1]))


def test_by_position():
    assert list(by_position(2, 3)) == [(0, 0), (1, 1), (None, 2)]
    assert list(by_position(2, 1)) == [(0, 0), (1, None)]


def test_the_search_is_bounded():
    """Long sequences without likeness are paired by position, and soon."""
    begun = time.process_time()
    pairs = list(by_likeness(range(200_000), range(1_000_000, 1_190_000)))
    assert pairs[:2] == [(0, 0), (1, 1)]
    assert pairs[-1] == (199_999, None)
    pairs = list(by_likeness(range(20_000), range(1_000_000, 1_019_000)))
    assert pairs[-1] == (19_999, None)
    assert time.process_time() - begun < 20


def test_long_sequences_with_few_edits():
    left = list(range(30_000))
    pairs = list(by_likeness(left, [number for number in left if number % 150]))
    assert all((other is None) == (left[at] % 150 == 0) for at, other in pairs if at is not None)
    pairs = list(by_likeness(range(200_000), range(3, 200_000)))
    assert pairs[:4] == [(0, None), (1, None), (2, None), (3, 0)]


@given(st.binary(max_size=40), st.data())
def test_runs(left: bytes, data: st.DataObject):
    right = bytearray(left)
    for at in data.draw(st.lists(st.integers(0, max(0, len(left) - 1)), max_size=8)) if left else []:
        right[at] ^= 1
    differing = list(differing_bytes(left, bytes(right)))
    assert differing == [at for at in range(len(left)) if left[at] != right[at]]
    if differing:
        found = runs(differing, 1000)
        assert [at for run in found for at in range(run.start, run.stop)] == differing
        assert all(one.stop < two.start for one, two in pairwise(found))
        assert runs(differing, 1) in (found[:1], [slice(differing[0], differing[-1] + 1)])
