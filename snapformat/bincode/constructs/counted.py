"""Repetition that nothing in the data bounds: elements that take no bytes are claimed from the budget."""

from __future__ import annotations

import io
from typing import Any

import construct

from snapformat.bincode.constructs.base import budget_of
from snapformat.budget import MADE_BY_CONSTRUCT


class TooManyElementsError(construct.RangeError, construct.ExplicitError):  # type: ignore[misc]  # untyped
    """Too many elements without bytes. After an `ExplicitError` construct tries nothing else."""


def position(stream: Any) -> int | None:
    """Where a stream is, at most at its end; None if it does not tell."""
    try:
        place: int = stream.tell()
    except (AttributeError, OSError):
        return None
    if isinstance(stream, io.BytesIO):  # which can be set to any place behind its end
        place -= max(0, io.BytesIO.tell(stream) - stream.getbuffer().nbytes)
    return place


def claim_all(
    count: int, context: Any, limit: int | None, path: str, weight: int = MADE_BY_CONSTRUCT
) -> None:
    """Claim elements that take no bytes, before they are read.

    Args:
        count: Their number.
        context: Of the parse.
        limit: Of a budget that is not there yet.
        path: construct's path, for the error.
        weight: What each counts as.

    Raises:
        TooManyElementsError: There were too many of them.
    """
    if not budget_of(context, limit).claim_zero_sized(count * weight):
        raise TooManyElementsError(f"too many elements without bytes: {count} more", path=path)


def claim_unless_moved(before: int | None, stream: Any, context: Any, limit: int | None, path: str) -> None:
    """Claim an element that took no bytes; where a stream does not tell its position, none is counted.

    Args:
        before: Position before the element.
        stream: The stream, after the element.
        context: Of the parse.
        limit: Of a budget that is not there yet.
        path: construct's path, for the error.

    Raises:
        TooManyElementsError: There were too many of them.
    """
    after = None if before is None else position(stream)
    # Not only where it stayed: what goes back may come by again for ever.
    if before is not None and after is not None and after <= before:
        claim_all(1, context, limit, path)


class Counted(construct.Subconstruct):  # type: ignore[misc]  # construct is untyped
    """An element of a repetition of construct's."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        before = position(stream)
        value = self.subcon._parsereport(stream, context, path)
        claim_unless_moved(before, stream, context, None, path)
        return value
