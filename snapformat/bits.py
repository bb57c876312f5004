"""Names for the bits of a register: tables are data, and two functions read a value by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Bits(NamedTuple):
    """A flag, or a field of several bits.

    Attributes:
        name: The manual's name.
        low: Number of its lowest bit; 0 is the least significant.
        about: What it means when set, or what the field holds.
        width: Number of bits.
        values: Names of the field's values, where they have names.
        ones: At rest the bits are 1, so that being set tells nothing.
    """

    name: str
    low: int
    about: str
    width: int = 1
    values: Mapping[int, str] | None = None
    ones: bool = False

    @property
    def mask(self) -> int:
        """The bits of the register that it takes up."""
        return ((1 << self.width) - 1) << self.low

    def of(self, value: int) -> int:
        """Its value within a register's value."""
        return (value & self.mask) >> self.low


def fields(value: int, table: Iterable[Bits]) -> dict[str, int]:
    """All fields of a register's value, by name."""
    return {bits.name: bits.of(value) for bits in table}


def names(value: int, table: Iterable[Bits]) -> list[str]:
    """What is set in a register's value: `PE`, `IOPL=0x3`, and `bit 40` for a bit without a name.

    Fields that are 0 are left out, and so is what rests at 1.
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
