"""What a reader or a writer may spend: claimed bytes, nesting depth, elements without bytes.

bincode bounds a decoder by the *nominal* widths of what it reads, not by memory: nothing at all is
claimed for an element that takes no bytes, nor for depth. The Rust module therefore hangs on some inputs
and aborts on others; here those two have bounds of their own.
"""

from __future__ import annotations

from snapformat.lazy_dataclasses import dataclass

#: What stands for "no limit": beyond any length that a u64 prefix times a u128 can claim.
UNLIMITED = 1 << 160

#: What an element without bytes counts as for every object that is made for it, and what one counts as that
#: construct's own classes make: they take that much longer for it than for a unit, and more memory.
OBJECT = 4
MADE_BY_CONSTRUCT = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that are not part of the format, but of this implementation.

    Attributes:
        depth: Most struct and enum values that may be nested in one another. Checked when reading and
            when writing, so that a cyclic object is an error too.
        zero_sized: Most elements without bytes (`Vec<()>`) that one read may produce, all together. One for
            which objects are made counts as 4 for each, one of construct's own classes as 64.
    """

    depth: int = 512
    zero_sized: int = 1 << 24


DEFAULT_LIMITS = Limits()


class Budget:
    """Running account of one read.

    Attributes:
        limit: Bytes that may be claimed, or None without a limit.
        left: Bytes that may still be claimed; negative once the limit is exceeded.
        zero_sized: Elements without bytes that may still be produced.
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
        """Account for `count` elements without bytes; False if there are too many."""
        self.zero_sized -= count
        return self.zero_sized >= 0
