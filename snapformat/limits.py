"""Limits of reading and writing: claimed bytes, nesting depth, objects made of zero-sized elements.

bincode limits a decoder by the *nominal* widths of the values, not by memory: zero-sized elements and depth
claim nothing. The Rust module therefore hangs on some inputs and aborts on others; here, both have limits
of their own.
"""

from __future__ import annotations

import copy
from collections.abc import Sized

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
#: Cost of going back in the data, and of each byte that is read again.
GOING_BACK, READ_AGAIN = 64, 4
#: What going back may cost in any case, and in addition for each byte of the data. So 512 KiB and 32 times
#: the data may be read again; or a construct may go back 32768 times, and twice for each byte.
FREE_AGAIN, FREE_AGAIN_PER_BYTE = 1 << 21, 128


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
        allow_pickle: Whether construct's `Pickled` is read. A pickle can run any code: allow it only for data
            of a trusted source.
    """

    depth: int = 512
    zero_sized: int = 1 << 20
    allow_pickle: bool = False


DEFAULT_LIMITS = Limits()


class Budget:
    """The remaining budget of one read.

    Attributes:
        limit: Bytes that may be claimed in total, or None for no limit.
        left: Bytes that may still be claimed; negative once the limit is exceeded.
        zero_sized: Objects that may still be made of zero-sized elements.
        again: What going back in the data may still cost, without what is free for the size of the data.
        data: The data.
        depth: Levels of construct's `LazyBound` around the current value.
        most_levels: Maximum of `depth`.
        allow_pickle: Whether a pickle is read.
    """

    __slots__ = ("again", "allow_pickle", "data", "depth", "left", "limit", "most_levels", "zero_sized")

    def __init__(self, limit: int | None, limits: Limits = DEFAULT_LIMITS, data: Sized = b"") -> None:
        self.limit: int | None = limit
        self.left: int = UNLIMITED if limit is None else limit
        self.zero_sized: int = limits.zero_sized
        self.again: int = FREE_AGAIN
        self.data: Sized = data
        self.depth: int = 0
        self.most_levels: int = limits.depth
        self.allow_pickle: bool = limits.allow_pickle

    def begin_part(self, limit: int | None) -> Budget:
        """Return the budget of a part with a limit of its own; all else is that of the whole read."""
        part = copy.copy(self)
        part.limit = limit
        part.left = UNLIMITED if limit is None else limit
        return part

    def end_part(self, part: Budget) -> None:
        """Take back what a part has left."""
        self.zero_sized, self.again = part.zero_sized, part.again

    def claim(self, size: int) -> bool:
        """Claim `size` bytes before reading them; return False if that exceeds the limit."""
        self.left -= size
        return self.left >= 0

    def claim_zero_sized(self, count: int) -> bool:
        """Charge `count` objects made of zero-sized elements; return False if there are too many."""
        self.zero_sized -= count
        return self.zero_sized >= 0

    def claim_again(self, size: int) -> bool:
        """Charge going back by `size` bytes; return False if too many bytes are read again."""
        self.again -= GOING_BACK + READ_AGAIN * size
        return self.again >= 0 or self.again + FREE_AGAIN_PER_BYTE * len(self.data) >= 0
