"""Floats without loss: NaN payloads survive conversion to Python's double-precision float."""

from __future__ import annotations

import struct
from typing import Literal, TypeAlias

ByteOrder: TypeAlias = Literal["little", "big"]

_CODES = {2: "e", 8: "d"}


def f32_from_bits(bits: int) -> float:
    """Return the value of an f32; a NaN keeps its sign and payload in the double's upper bits.

    The processor's own conversion would quiet a signalling NaN.
    """
    if bits & 0x7F800000 == 0x7F800000 and bits & 0x7FFFFF:
        wide = (bits & 0x80000000) << 32 | 0x7FF0000000000000 | (bits & 0x7FFFFF) << 29
        return float(struct.unpack("<d", wide.to_bytes(8, "little"))[0])
    return float(struct.unpack("<f", bits.to_bytes(4, "little"))[0])


def f32_to_bits(value: float) -> int:
    """Round to the nearest f32 and return its bits.

    Raises:
        OverflowError: A finite value is beyond the range of f32.
    """
    if value != value:
        wide = int.from_bytes(struct.pack("<d", value), "little")
        payload = wide >> 29 & 0x7FFFFF
        return wide >> 32 & 0x80000000 | 0x7F800000 | (payload or 0x400000)
    return int.from_bytes(struct.pack("<f", value), "little")


def encode_float(value: float, size: int, byteorder: Literal["little", "big"]) -> bytes:
    """Write a float of `size` 2, 4 or 8 bytes.

    Raises:
        OverflowError: A finite value is beyond the range of f32.
    """
    if size == 4:
        return f32_to_bits(value).to_bytes(4, byteorder)
    return struct.pack(("<" if byteorder == "little" else ">") + _CODES[size], value)


def decode_float(data: bytes, byteorder: Literal["little", "big"]) -> float:
    """Read a float of 2, 4 or 8 bytes."""
    if len(data) == 4:
        return f32_from_bits(int.from_bytes(data, byteorder))
    code = ("<" if byteorder == "little" else ">") + _CODES[len(data)]
    return float(struct.unpack(code, data)[0])
