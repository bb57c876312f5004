"""Limits of reading and writing: claimed bytes, nesting depth, objects made of zero-sized elements.

bincode limits a decoder by the *nominal* widths of the values, not by memory: zero-sized elements and depth
claim nothing. The Rust module therefore hangs on some inputs and aborts on others; here, both have limits
of their own.
"""

from __future__ import annotations

from snapformat.lazy_dataclasses import dataclass

#: Stands for "no limit": more than any length that a u64 prefix times a u128 can claim.
UNLIMITED = 1 << 160

#: Cost of a container of construct, in addition to its fields: it takes the memory of several objects.
CONTAINER = 4
#: Cost of a value made by one of construct's own classes, which take that much longer.
MADE_BY_CONSTRUCT = 4
#: Objects per byte that are free of charge: an element of few bytes with more objects made of zero-sized
#: parts counts as zero-sized too.
FREE_PER_BYTE = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of this implementation that do not belong to a format.

    Attributes:
        depth: Maximum nesting of struct and enum values. Checked when reading and when writing, so that a
            cyclic object is an error too.
        zero_sized: Maximum number of objects that one read makes of zero-sized elements (`Vec<()>`), whose
            number the size of the data does not limit. A unit counts as one, a struct as the number of its
            fields with everything in them, and a value made by construct's own classes as several. JSON has
            the same limit in both directions.
    """

    depth: int = 512
    zero_sized: int = 1 << 20


DEFAULT_LIMITS = Limits()


class Budget:
    """The remaining budget of one read.

    Attributes:
        limit: Bytes that may be claimed in total, or None for no limit.
        left: Bytes that may still be claimed; negative once the limit is exceeded.
        zero_sized: Objects that may still be made of zero-sized elements.
    """

    __slots__ = ("left", "limit", "zero_sized")

    def __init__(self, limit: int | None, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limit = limit
        self.left = UNLIMITED if limit is None else limit
        self.zero_sized = limits.zero_sized

    def claim(self, size: int) -> bool:
        """Claim `size` bytes before reading them; return False if that exceeds the limit."""
        self.left -= size
        return self.left >= 0

    def claim_zero_sized(self, count: int) -> bool:
        """Charge `count` objects made of zero-sized elements; return False if there are too many."""
        self.zero_sized -= count
        return self.zero_sized >= 0
