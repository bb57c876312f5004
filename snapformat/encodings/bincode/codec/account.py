"""What the generated code of one read keeps count of."""

from __future__ import annotations


class DoubtError(Exception):
    """A skipper's count of levels or zero-sized elements is too high; the reference's may be lower."""


class Account:
    """What one read has claimed beyond its bytes, and how many elements without bytes it may still have.

    Attributes:
        claimed: Nominal widths of variable-length integers, less the bytes they took.
        zero_sized: Elements without bytes left.
    """

    __slots__ = ("claimed", "zero_sized")

    def __init__(self, zero_sized: int) -> None:
        self.claimed = 0
        self.zero_sized = zero_sized
