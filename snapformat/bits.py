"""Names for the bits of a register: tables of `Bits`, and two functions that decode a value with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Bits(NamedTuple):
    """A flag, or a field of several bits.

    Attributes:
        name: Its name in the manual of the processor or device.
        low: Number of its lowest bit; 0 is the least significant.
        about: The meaning of the set flag, or the contents of the field.
        width: Number of bits.
        values: Names of the field's values, if they have names.
        ones: Whether the bits are normally 1, so that set bits are not worth listing.
    """

    name: str
    low: int
    about: str
    width: int = 1
    values: Mapping[int, str] | None = None
    ones: bool = False

    @property
    def mask(self) -> int:
        """The mask of its bits in the register."""
        return ((1 << self.width) - 1) << self.low

    def of(self, value: int) -> int:
        """Extract it from the value of a register."""
        return (value & self.mask) >> self.low


def fields(value: int, table: Iterable[Bits]) -> dict[str, int]:
    """Return all fields of a register's value by name."""
    return {bits.name: bits.of(value) for bits in table}


def names(value: int, table: Iterable[Bits]) -> list[str]:
    """Return the names of the set bits of a register's value: `PE`, `IOPL=0x3`, `bit 40` if unnamed.

    Fields that are 0, and those with `ones`, are left out.
    """
    found = []
    rest = value
    for bits in table:
        part = bits.of(value)
        rest &= ~bits.mask
        if not part or bits.ones:
            continue
        if bits.values is not None:
            found.append(f"{bits.name}={bits.values.get(part, part)}")
        else:
            found.append(bits.name if bits.width == 1 else f"{bits.name}={part:#x}")
    return found + [f"bit {at}" for at in range(rest.bit_length()) if rest >> at & 1]
