"""Parts with one column of numbers, texts or bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from snapformat.encodings.bitcode import packing
from snapformat.encodings.bitcode.packing import ColumnInput
from snapformat.encodings.bitcode.parts import (
    Leaf,
    Packed,
    Part,
    Reading,
    RefusedError,
    Writing,
    check_types,
    on_first_use,
)
from snapformat.model import kinds


def int_part(kind: kinds.Int) -> Part:
    """Make the part of an integer."""
    size, signed, nonzero = kind.size, kind.signed, kind.nonzero

    def unpack(source: ColumnInput, count: int) -> Sequence[int]:
        found = source.ints(count, size, signed=signed)
        if nonzero and 0 in found:
            raise RefusedError
        return found

    def pack(values: Sequence[int]) -> bytes:
        check_types(values, int)
        if nonzero and 0 in values:
            raise RefusedError
        return packing.pack_ints(values, size, signed=signed)

    return Leaf(unpack if nonzero else partial(_ints, size, signed), pack)


def _ints(size: int, signed: bool, source: ColumnInput, count: int) -> Sequence[int]:
    return source.ints(count, size, signed=signed)


def float_part(kind: kinds.Float) -> Part:
    """Make the part of a float."""

    def pack(values: Sequence[float]) -> bytes:
        check_types(values, float)
        return packing.pack_f32s(values) if kind.size == 4 else packing.pack_f64s(values)

    return Leaf(ColumnInput.f32s if kind.size == 4 else ColumnInput.f64s, pack)


def bool_part() -> Part:
    """Make the part of a bool."""

    def pack(values: Sequence[bool]) -> bytes:
        check_types(values, bool)
        return packing.pack_bools(values)

    return Leaf(lambda source, count: map(bool, source.bools(count)), pack)


def char_part() -> Part:
    """Make the part of a char."""

    def unpack(source: ColumnInput, count: int) -> Iterator[str]:
        found = source.ints(count, 4)
        if any(0xD800 <= each < 0xE000 for each in found):
            raise RefusedError
        return map(chr, found)

    def pack(values: Sequence[str]) -> bytes:
        check_types(values, str)
        numbers = [*map(ord, values)]
        if any(0xD800 <= each < 0xE000 for each in numbers):
            raise RefusedError
        return packing.pack_ints(numbers, 4)

    return Leaf(unpack, pack)


def str_part() -> Part:
    """Make the part of text."""

    def pack(values: Sequence[str]) -> bytes:
        check_types(values, str)
        return packing.pack_texts([*map(str.encode, values)])

    return Leaf(ColumnInput.texts, pack)


class BytesPart(Part):
    """Bytes, which are a sequence of u8: a column of lengths, and one of all bytes.

    Args:
        make: Makes a value of bytes, or None if the value is the bytes; refuses others.
        unmake: The bytes of values, or None.
    """

    __slots__ = ("_make", "_unmake")

    def __init__(
        self,
        make: Callable[[bytes], Any] | None = None,
        unmake: Callable[[Sequence[Any]], Sequence[bytes]] | None = None,
    ) -> None:
        self._make = make
        self._unmake = unmake

    def read(self, message: Reading, count: int, depth: int) -> Iterator[Any]:
        """Return an iterator over the values in a message."""
        found = on_first_use(partial(_pieces, message.source), count)
        return found if self._make is None else map(self._make, found)

    def write(self, message: Writing, values: Sequence[Any], depth: int) -> Packed:
        """Pack the values in a message."""
        if self._unmake is not None:
            values = self._unmake(values)
        check_types(values, bytes)
        if not values:
            return []
        lengths = [*map(len, values)]
        columns = [(0, packing.pack_lengths(lengths))]
        first = next((place for place, length in enumerate(lengths) if length), None)
        if first is not None:
            columns.append((first, packing.pack_small(b"".join(values))))
        return columns


def _pieces(source: ColumnInput, count: int) -> Iterator[bytes]:
    """Yield bytes; their column is unpacked when the first byte is needed."""
    lengths = source.lengths(count)
    whole, start = b"", 0
    for length in lengths:
        if not length:
            yield b""
            continue
        if not start:
            whole = source.small(sum(lengths))
        yield whole[start : start + length]
        start += length


def bytes_part(kind: kinds.Bytes) -> Part:
    """Make the part of bytes."""
    if kind.exact is None and not kind.no_nul:
        return BytesPart()

    def checked(data: bytes) -> bytes:
        if (kind.exact is not None and len(data) != kind.exact) or (kind.no_nul and b"\0" in data):
            raise RefusedError
        return data

    def all_checked(values: Sequence[Any]) -> Sequence[bytes]:
        check_types(values, bytes)
        return [*map(checked, values)]

    return BytesPart(checked, all_checked)
