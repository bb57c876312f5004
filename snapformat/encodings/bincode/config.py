"""The configuration of bincode, and its two forms of an integer."""

from __future__ import annotations

from typing import ClassVar, Literal

from snapformat.lazy_dataclasses import dataclass
from snapformat.model.floats import ByteOrder

#: First byte of a variable-length integer that needs more than one: marker -> bytes that follow.
VARINT_MARKERS = {251: 2, 252: 4, 253: 8, 254: 16}
#: Values below this are their own single byte.
VARINT_SINGLE = 251


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration of bincode.

    Attributes:
        integers: `fixed` writes every integer in its nominal width; `variable` writes those of more than
            one byte in 1, 3, 5, 9 or 17 bytes, signed ones as zigzag.
        byteorder: Order of the bytes of integers and floats.
        limit: Maximum number of bytes that a decoder may claim, by nominal widths; None for no limit.
            Encoding has no limit.
    """

    name: ClassVar[str] = "bincode"
    #: Whether values are stored in columns. In bincode they lie one after the other.
    columnar: ClassVar[bool] = False

    integers: Literal["fixed", "variable"] = "fixed"
    byteorder: ByteOrder = "little"
    limit: int | None = None

    def __post_init__(self) -> None:
        if self.integers not in ("fixed", "variable"):
            raise ValueError(f"integers must be 'fixed' or 'variable', not {self.integers!r}")
        if self.byteorder not in ("little", "big"):
            raise ValueError(f"byteorder must be 'little' or 'big', not {self.byteorder!r}")
        if self.limit is not None and self.limit < 0:
            raise ValueError(f"limit must not be negative: {self.limit}")

    def is_variable(self, size: int) -> bool:
        """Return whether integers of `size` bytes have a variable length; single bytes never have."""
        return self.integers == "variable" and size > 1


def zigzag(value: int) -> int:
    """Map a signed integer to an unsigned one, small magnitudes first: 0, -1, 1, -2 to 0, 1, 2, 3."""
    return value << 1 if value >= 0 else (-value << 1) - 1


def unzigzag(value: int) -> int:
    """Return the inverse of `zigzag`."""
    return value >> 1 if value & 1 == 0 else -(value + 1 >> 1)


def encode_varint(value: int, byteorder: ByteOrder) -> bytes:
    """Write an unsigned integer below 2^128 in the shortest form."""
    if value < VARINT_SINGLE:
        return bytes((value,))
    for marker, size in VARINT_MARKERS.items():
        if value < 1 << 8 * size:
            return bytes((marker,)) + value.to_bytes(size, byteorder)
    raise OverflowError(f"{value} needs more than 128 bits")


def encode_int(value: int, size: int, signed: bool, config: Config) -> bytes:
    """Write an integer that is within its range."""
    if config.is_variable(size):
        return encode_varint(zigzag(value) if signed else value, config.byteorder)
    return value.to_bytes(size, config.byteorder, signed=signed)
