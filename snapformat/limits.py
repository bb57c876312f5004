"""Bounds of reading and writing: claimed bytes, nesting depth, objects made of zero-sized elements.

bincode bounds a decoder by the *nominal* widths of what it reads, not by memory: nothing at all is
claimed for an element that takes no bytes, nor for depth. The Rust module therefore hangs on some inputs
and aborts on others; here those two have bounds of their own.
"""

from __future__ import annotations

from snapformat.lazy_dataclasses import dataclass

#: What stands for "no limit": beyond any length that a u64 prefix times a u128 can claim.
UNLIMITED = 1 << 160

#: Cost of a container of construct's, beside that of its fields: it takes the memory of several objects.
CONTAINER = 4
#: Cost of a value that is made by one of construct's own classes, which take that much longer.
MADE_BY_CONSTRUCT = 4
#: Objects that a byte may bring with it: an element of few bytes in which more is made of zero-sized parts
#: counts as zero-sized too.
FREE_PER_BYTE = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that are not part of the format, but of this implementation.

    Attributes:
        depth: Most struct and enum values that may be nested in one another. Checked when reading and
            when writing, so that a cyclic object is an error too.
        zero_sized: Most objects that one read may make of zero-sized elements (`Vec<()>`), all together:
            nothing in the data bounds how many there are. A unit is one, a struct as many as it has fields,
            with all that is inside of these; a value made by construct's own classes counts for more. JSON is
            bounded alike, both ways.
    """

    depth: int = 512
    zero_sized: int = 1 << 20


DEFAULT_LIMITS = Limits()


class Budget:
    """Running account of one read.

    Attributes:
        limit: Bytes that may be claimed, or None without a limit.
        left: Bytes that may still be claimed; negative once the limit is exceeded.
        zero_sized: Objects that may still be made of zero-sized elements.
    """

    __slots__ = ("left", "limit", "zero_sized")

    def __init__(self, limit: int | None, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limit = limit
        self.left = UNLIMITED if limit is None else limit
        self.zero_sized = limits.zero_sized

    def claim(self, size: int) -> bool:
        """Claim `size` bytes, before they are read; False if that exceeds the limit."""
        self.left -= size
        return self.left >= 0

    def claim_zero_sized(self, count: int) -> bool:
        """Account for `count` objects made of zero-sized elements; False if there are too many."""
        self.zero_sized -= count
        return self.zero_sized >= 0
