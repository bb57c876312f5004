"""Integers of variable length: bincode's, with a marker before them, and LEB128, seven bits in a byte."""

from __future__ import annotations

from typing import Literal

from snapformat.model.floats import ByteOrder

#: The forms. `bincode`: a byte up to 250, or a marker and 2, 4, 8 or 16 bytes, no more than the type has.
#: `bincode 1`: the same, but a marker may announce more bytes than the type has, up to 8. `leb128`: groups of
#: seven bits, the lowest first; a longer form of a number is read too. `strict leb128`: it is refused.
Varint = Literal["bincode", "bincode 1", "leb128", "strict leb128"]

#: First byte of bincode's form that needs more than one: marker -> bytes that follow.
VARINT_MARKERS = {251: 2, 252: 4, 253: 8, 254: 16}
#: Values below this are their own single byte.
VARINT_SINGLE = 251
#: Values below this are a single byte of LEB128.
LEB128_SINGLE = 128
#: The bytes of these values.
_SINGLES = tuple(bytes((value,)) for value in range(LEB128_SINGLE))


def is_leb128(form: Varint | None) -> bool:
    """Return whether a form is LEB128."""
    return form == "leb128" or form == "strict leb128"


def widest_marker(form: Varint | None, size: int) -> int:
    """Return the most bytes that may follow a marker, for an integer of a nominal width."""
    return max(size, 8) if form == "bincode 1" else size


def most_bytes(form: Varint, size: int) -> int:
    """Return the most bytes that an integer of a nominal width takes."""
    return -(-8 * size // 7) if is_leb128(form) else 1 + widest_marker(form, size)


def zigzag(value: int) -> int:
    """Map a signed integer to an unsigned one, small magnitudes first: 0, -1, 1, -2 to 0, 1, 2, 3."""
    return value << 1 if value >= 0 else (-value << 1) - 1


def unzigzag(value: int) -> int:
    """Return the inverse of `zigzag`."""
    return value >> 1 if value & 1 == 0 else -(value + 1 >> 1)


def encode_varint(value: int, byteorder: ByteOrder) -> bytes:
    """Write an unsigned integer below 2^128 in bincode's shortest form."""
    if value < VARINT_SINGLE:
        return bytes((value,))
    for marker, size in VARINT_MARKERS.items():
        if value < 1 << 8 * size:
            return bytes((marker,)) + value.to_bytes(size, byteorder)
    raise OverflowError(f"{value} needs more than 128 bits")


def encode_leb128(value: int) -> bytes:
    """Write an unsigned integer in groups of seven bits."""
    if value < LEB128_SINGLE:
        return _SINGLES[value]
    made = bytearray()
    while value >= LEB128_SINGLE:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)


def encode_variable(value: int, form: Varint, signed: bool, byteorder: ByteOrder) -> bytes:
    """Write an integer that is within its range; a signed one as zigzag."""
    if signed:
        value = zigzag(value)
    return encode_leb128(value) if is_leb128(form) else encode_varint(value, byteorder)
