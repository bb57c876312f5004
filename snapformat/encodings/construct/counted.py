"""Repetition that nothing in the data bounds: zero-sized elements are claimed from the budget."""

from __future__ import annotations

import io
from typing import Any

import construct

from snapformat.encodings.construct.base import budget_of
from snapformat.limits import MADE_BY_CONSTRUCT
from snapformat.model.from_construct import cost_of


class TooManyElementsError(construct.RangeError, construct.ExplicitError):  # type: ignore[misc]  # untyped
    """Too many zero-sized elements. After an `ExplicitError` construct tries nothing else.

    Attributes:
        count: How many there were to be more.
        cost: What each counts as.
    """

    def __init__(self, count: int, cost: int, path: str) -> None:
        super().__init__(f"too many zero-sized elements: {count} more", path=path)
        self.count = count
        self.cost = cost


def position(stream: Any) -> int | None:
    """Where a stream is, at most at its end; None if it does not tell."""
    try:
        place: int = stream.tell()
    except (AttributeError, OSError):
        return None
    if isinstance(stream, io.BytesIO):  # which can be set to any place behind its end
        place -= max(0, io.BytesIO.tell(stream) - stream.getbuffer().nbytes)
    elif isinstance(stream, LookAheadStream):
        place -= stream.overrun()
    return place


class LookAheadStream(io.BufferedIOBase):
    """A stream over a source whose end is not known yet."""

    def overrun(self) -> int:
        """How many bytes the position is behind the end of the source."""
        raise NotImplementedError


def claim_all(count: int, context: Any, limit: int | None, path: str, cost: int = MADE_BY_CONSTRUCT) -> None:
    """Claim zero-sized elements, before they are read.

    Args:
        count: Their number.
        context: Of the parse.
        limit: Of a budget that is not there yet.
        path: construct's path, for the error.
        cost: What each counts as.

    Raises:
        TooManyElementsError: There were too many of them.
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
    """Claim an element that took no bytes; where a stream does not tell its position, none is counted.

    Args:
        before: Position before the element.
        stream: The stream, after the element.
        context: Of the parse.
        limit: Of a budget that is not there yet.
        path: construct's path, for the error.
        cost: What it counts as.

    Raises:
        TooManyElementsError: There were too many of them.
    """
    after = None if before is None else position(stream)
    # Not only where it stayed: what goes back may come by again for ever.
    if before is not None and after is not None and after <= before:
        claim_all(1, context, limit, path, cost)


class Counted(construct.Subconstruct):  # type: ignore[misc]  # construct is untyped
    """An element of a repetition of construct's."""

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
