"""Claims of generated code beyond the bytes that it reads."""

from __future__ import annotations

from typing import Any

from snapformat.encodings.construct.reach import Reach
from snapformat.limits import FREE_AGAIN, FREE_AGAIN_PER_BYTE, UNLIMITED


class DoubtError(Exception):
    """A skipper's count of levels or zero-sized elements is too high; the reference's may be lower."""


class Claims:
    """Claims of one run of generated code.

    Attributes:
        claimed: Nominal widths of variable-length integers, less the bytes they took.
        zero_sized: Objects that may still be made of zero-sized elements.
        again: What going back in the data may still cost.
        most: Maximum number of bytes that may be claimed.
        context: construct's context for the function that is called next, or None.
        begin: Start of the current part with an end of its own: a `Pointer` can't go further back.
        reach: The furthest place that was read by constructs that go back; None if it does not matter.
        running: State of the constructs that run by themselves (`codec.running.Running`); None so far.
    """

    __slots__ = ("again", "begin", "claimed", "context", "most", "reach", "running", "zero_sized")

    def __init__(self, zero_sized: int, size: int = 0, limit: int | None = None) -> None:
        self.most: int = UNLIMITED if limit is None else limit
        self.claimed: int = 0
        self.again: int = FREE_AGAIN + FREE_AGAIN_PER_BYTE * size
        self.zero_sized: int = zero_sized
        self.context: Any = None
        self.begin: int = 0
        self.reach: Reach | None = None
        self.running: Any = None
