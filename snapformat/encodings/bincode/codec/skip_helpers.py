"""Functions that generated skippers call."""

from __future__ import annotations

import struct

from snapformat.encodings.bincode.codec.read_helpers import Guard
from snapformat.encodings.bincode.codec.shape import Atom
from snapformat.model.floats import ByteOrder


class CountedSkipper:
    """Skips many byte strings with length prefixes, which mostly have the same length.

    Args:
        atom: The primitive of a length.

    Attributes:
        width: Width of a length, bytes.
        byteorder: Byte order of a length.
    """

    __slots__ = ("_unpack", "byteorder", "width")

    def __init__(self, atom: Atom) -> None:
        prefix = struct.Struct((atom.order or "<") + atom.code)
        self._unpack = prefix.unpack_from
        self.width: int = prefix.size
        self.byteorder: ByteOrder = "big" if atom.order == ">" else "little"

    def __call__(self, d: bytes, p: int, e: int, count: int) -> int:
        """Return the position after `count` byte strings."""
        unpack, width = self._unpack, self.width
        if count > 2:
            length: int = unpack(d, p)[0]
            stride = width + length
            end = p + count * stride
            if length >= 0 and end <= e and _alike(d, p, end, count, width, stride):
                return end
        for _ in range(count):
            (length,) = unpack(d, p)
            p += width + length
            if length < 0 or p > e:
                raise Guard
        return p


def _alike(d: bytes, p: int, end: int, count: int, width: int, stride: int) -> bool:
    """Return whether the `width` bytes at every `stride` bytes from `p` are the same."""
    first = d[p : p + width]
    if width == 8 and not stride % 8:
        places = memoryview(d)[p:end].cast("Q")[:: stride // 8]
        return places == memoryview(first * count).cast("Q")
    return all(d[p + at : end : stride] == first[at : at + 1] * count for at in range(width))
