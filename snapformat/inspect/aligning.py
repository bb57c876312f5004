"""Which element of one sequence corresponds to which of another: by key, by position, or by likeness."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

#: Positions of corresponding elements; None for an element that only one side has.
Pair = tuple[int | None, int | None]

#: Maximum number of elements, and of steps, of a search for a longest common subsequence.
_MOST_ELEMENTS, _MOST_STEPS = 1 << 16, 1 << 20
#: Maximum number of elements that only one side has, in such a search: its memory is quadratic in it.
_MOST_EDITS = 256


def by_position(left: int, right: int) -> Iterator[Pair]:
    """Pair the elements of two sequences, given by their lengths, by position."""
    yield from ((index, index) for index in range(min(left, right)))
    yield from ((index, None) for index in range(right, left))
    yield from ((None, index) for index in range(left, right))


def by_key(left: Sequence[Hashable], right: Sequence[Hashable]) -> tuple[list[Pair], bool]:
    """Pair elements with equal keys; of several with one key, the first with the first and so on.

    Args:
        left: The keys of one sequence.
        right: The keys of the other.

    Returns:
        The pairs in the order of `left`, then the elements that only `right` has; and whether the
        corresponding elements have the same order on both sides.
    """
    places: dict[Hashable, list[int]] = {}
    for index in reversed(range(len(right))):
        places.setdefault(right[index], []).append(index)
    pairs: list[Pair] = []
    latest, in_order = -1, True
    for index, key in enumerate(left):
        found = places.get(key)
        other = found.pop() if found else None
        pairs.append((index, other))
        if other is not None:
            in_order = in_order and other > latest
            latest = other
    rest = sorted(index for found in places.values() for index in found)
    return pairs + [(None, index) for index in rest], in_order


def by_likeness(left: Sequence[Hashable], right: Sequence[Hashable]) -> Iterator[Pair]:
    """Pair elements so that as many equal ones as possible correspond, in order.

    Between equal elements, others are paired by position. If the sequences are so long or so different that
    the search would take long, all are paired by position.

    Args:
        left: Stand-ins for the elements of one sequence: equal where the elements are.
        right: Those of the other.
    """
    begin, most = 0, min(len(left), len(right))
    while begin < most and left[begin] == right[begin]:
        begin += 1
    end = 0
    while end < most - begin and left[-1 - end] == right[-1 - end]:
        end += 1
    lefts, rights = len(left) - end, len(right) - end
    matches = _common(left, right, begin, lefts, rights)
    yield from ((index, index) for index in range(begin))
    one, two = begin, begin
    for at, other in (*matches, (lefts, rights)):
        for pair in by_position(at - one, other - two):
            yield _moved(pair, one, two)
        if at < lefts:
            yield at, other
        one, two = at + 1, other + 1
    yield from ((lefts + index, rights + index) for index in range(end))


def _moved(pair: Pair, left: int, right: int) -> Pair:
    return (None if pair[0] is None else left + pair[0]), (None if pair[1] is None else right + pair[1])


def _common(
    left: Sequence[Hashable], right: Sequence[Hashable], begin: int, lefts: int, rights: int
) -> list[tuple[int, int]]:
    """Return a longest common subsequence by Myers' algorithm; an empty one if that would take long.

    Args:
        left: One sequence.
        right: The other.
        begin: Where both begin.
        lefts: Where `left` ends.
        rights: Where `right` ends.
    """
    rows, columns = lefts - begin, rights - begin
    if not rows or not columns or rows + columns > _MOST_ELEMENTS:
        return []
    # By diagonal: how far each number of edits reaches in `left`.
    reached = {1: 0}
    history: list[dict[int, int]] = []
    steps = _MOST_STEPS
    for edits in range(min(rows + columns, _MOST_EDITS) + 1):
        history.append(dict(reached))
        for diagonal in range(-edits, edits + 1, 2):
            below, above = reached.get(diagonal - 1, -1), reached.get(diagonal + 1, -1)
            row = above if diagonal == -edits or (diagonal != edits and below < above) else below + 1
            start = row
            while (
                row < rows and row - diagonal < columns and left[begin + row] == right[begin + row - diagonal]
            ):
                row += 1
            reached[diagonal] = row
            if row >= rows and row - diagonal >= columns:
                return _traced(history, rows, columns, begin)
            steps -= 1 + row - start
        if steps < 0:
            return []
    return []


def _traced(history: list[dict[int, int]], row: int, column: int, begin: int) -> list[tuple[int, int]]:
    """Return the common elements on the way that a search has found, from its end to its start."""
    found: list[tuple[int, int]] = []
    for edits in reversed(range(len(history))):
        reached, diagonal = history[edits], row - column
        below, above = reached.get(diagonal - 1, -1), reached.get(diagonal + 1, -1)
        goes_down = diagonal == -edits or (diagonal != edits and below < above)
        before = diagonal + 1 if goes_down else diagonal - 1
        earlier_row = reached.get(before, 0)
        earlier_column = earlier_row - before
        while row > max(earlier_row, 0) and column > max(earlier_column, 0):
            row, column = row - 1, column - 1
            found.append((begin + row, begin + column))
        row, column = earlier_row, earlier_column
    return found[::-1]
