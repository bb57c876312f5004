"""Runs: neighbouring elements of two sequences of equal length that all differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

#: Number of bytes that are compared at once.
_BLOCK = 1024


def differing_bytes(left: bytes, right: bytes) -> Iterator[int]:
    """Iterate over the positions at which bytes of equal length differ."""
    for start in range(0, len(left), _BLOCK):
        one, two = left[start : start + _BLOCK], right[start : start + _BLOCK]
        if one != two:
            yield from (start + at for at in range(len(one)) if one[at] != two[at])


def runs(positions: Iterable[int], most: int) -> list[slice]:
    """Join neighbouring positions.

    Args:
        positions: Positions in ascending order, at least one.
        most: Maximum number of runs; if there are more, all is one, from the first to the last position.
    """
    found: list[slice] = []
    start = stop = -1
    is_many = False
    for at in positions:
        if at != stop:
            if stop > start:
                found.append(slice(start, stop))
            start = at
        stop = at + 1
        if len(found) >= most:
            is_many, found = True, found[:1]
    found.append(slice(start, stop))
    return [slice(found[0].start, stop)] if is_many else found
