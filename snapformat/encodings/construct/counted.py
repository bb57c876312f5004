"""Repetition of zero-sized elements, which the data does not bound: they are claimed from the budget."""

from __future__ import annotations

import io
from typing import Any

import construct

from snapformat.encodings.construct.base import budget_of
from snapformat.limits import MADE_BY_CONSTRUCT
from snapformat.model.from_construct import cost_of


class TooManyElementsError(construct.RangeError, construct.ExplicitError):  # type: ignore[misc]  # untyped
    """Too many zero-sized elements; as an `ExplicitError`, it stops construct from trying alternatives.

    Attributes:
        count: Number of elements that were refused.
        cost: Cost of each.
    """

    def __init__(self, count: int, cost: int, path: str) -> None:
        super().__init__(f"too many zero-sized elements: {count} more", path=path)
        self.count = count
        self.cost = cost


def position(stream: Any) -> int | None:
    """Return the position of a stream, at most its end; None if the stream has no position."""
    try:
        place: int = stream.tell()
    except (AttributeError, OSError):
        return None
    if isinstance(stream, io.BytesIO):  # it can be positioned beyond its end
        place -= max(0, io.BytesIO.tell(stream) - stream.getbuffer().nbytes)
    elif isinstance(stream, LookAheadStream):
        place -= stream.overrun()
    return place


class LookAheadStream(io.BufferedIOBase):
    """A stream over a source whose end is not known yet."""

    def overrun(self) -> int:
        """Return the number of bytes that the position is beyond the end of the source."""
        raise NotImplementedError


def claim_all(count: int, context: Any, limit: int | None, path: str, cost: int = MADE_BY_CONSTRUCT) -> None:
    """Claim zero-sized elements, before they are read.

    Args:
        count: Their number.
        context: Context of the parse.
        limit: Limit for a new budget, if the parse has none yet.
        path: construct's path, for the error.
        cost: Cost of each.

    Raises:
        TooManyElementsError: The budget does not suffice.
    """
    if not budget_of(context, limit).claim_zero_sized(count * cost):
        raise TooManyElementsError(count, cost, path)


def claim_unless_moved(
    before: int | None,
    stream: Any,
    context: Any,
    limit: int | None,
    path: str,
    cost: int = MADE_BY_CONSTRUCT,
) -> None:
    """Claim an element that took no bytes; without effect if the stream has no position.

    Args:
        before: Position before the element.
        stream: The stream, after the element.
        context: Context of the parse.
        limit: Limit for a new budget, if the parse has none yet.
        path: construct's path, for the error.
        cost: Its cost.

    Raises:
        TooManyElementsError: The budget does not suffice.
    """
    after = None if before is None else position(stream)
    # Not only if the position is the same: an element that moves back may repeat for ever.
    if before is not None and after is not None and after <= before:
        claim_all(1, context, limit, path, cost)


class Counted(construct.Subconstruct):  # type: ignore[misc]  # construct is untyped
    """Counts the elements of a repetition of construct."""

    def __init__(self, subcon: Any) -> None:
        super().__init__(subcon)
        self._cost: int | None = None

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        before = position(stream)
        value = self.subcon._parsereport(stream, context, path)
        if self._cost is None:
            self._cost = MADE_BY_CONSTRUCT + cost_of(self.subcon)
        claim_unless_moved(before, stream, context, None, path, self._cost)
        return value
