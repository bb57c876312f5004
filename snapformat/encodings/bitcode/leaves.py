"""Parts with one column of numbers, texts or bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate, chain
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
from snapformat.encodings.bitcode.places import INTEGER_SIZES, no_integers
from snapformat.errors import SchemaError
from snapformat.model import kinds


def int_part(kind: kinds.Int) -> Part:
    """Make the part of an integer."""
    size, signed, nonzero = kind.size, kind.signed, kind.nonzero
    if size not in INTEGER_SIZES:  # of a kind of another package, which plans it
        raise SchemaError(no_integers(kind))

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
        make: Makes values of bytes, or None if the values are the bytes; refuses others.
        unmake: Returns the bytes of values, or None.
    """

    __slots__ = ("_make", "_unmake")

    def __init__(
        self,
        make: Callable[[Sequence[bytes]], Iterable[Any]] | None = None,
        unmake: Callable[[Sequence[Any]], Sequence[bytes]] | None = None,
    ) -> None:
        self._make = make
        self._unmake = unmake

    def read(self, message: Reading, count: int, depth: int) -> Iterator[Any]:
        """Return an iterator over the values in a message."""
        return on_first_use(partial(self._start, message.source), count)

    def _start(self, source: ColumnInput, count: int) -> Iterable[Any]:
        lengths = source.lengths(count)
        first = next((place for place, length in enumerate(lengths) if length), count)
        if not first:
            return self._pieces(source, lengths, 0)
        empty = self._made([b""] * first)
        if first == count:
            return empty
        return chain(empty, on_first_use(partial(self._pieces, source, lengths), first))

    def _pieces(self, source: ColumnInput, lengths: Sequence[int], first: int) -> Iterable[Any]:
        """Unpack the column of bytes; return the values from the first one on that has bytes."""
        whole = source.small(sum(lengths))
        if len(lengths) == 1:
            return self._made([whole])
        stops = [*accumulate(lengths[first:])]
        return self._made([*map(whole.__getitem__, map(slice, (0, *stops), stops))])

    def _made(self, pieces: Sequence[bytes]) -> Iterable[Any]:
        return pieces if self._make is None else self._make(pieces)

    def write(self, message: Writing, values: Sequence[Any], depth: int) -> Packed:
        """Pack the values in a message."""
        if not values:
            return []
        if self._unmake is not None:
            values = self._unmake(values)
        check_types(values, bytes)
        lengths = [*map(len, values)]
        columns = [(0, packing.pack_lengths(lengths))]
        first = next((place for place, length in enumerate(lengths) if length), None)
        if first is not None:
            columns.append((first, packing.pack_small(b"".join(values))))
        return columns


def bytes_part(kind: kinds.Bytes) -> Part:
    """Make the part of bytes."""
    if kind.exact is None and not kind.no_nul:
        return BytesPart()

    def checked(values: Sequence[Any]) -> Sequence[bytes]:
        check_types(values, bytes)
        for data in values:
            if (kind.exact is not None and len(data) != kind.exact) or (kind.no_nul and b"\0" in data):
                raise RefusedError
        return values

    return BytesPart(checked, checked)
