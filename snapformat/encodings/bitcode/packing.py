"""The bytes of a column of numbers: how bitcode packs small numbers, and back.

Read from bitcode 0.6.9 (`src/pack.rs`, `src/pack_ints.rs`, `src/length.rs`). Everything is little-endian.
Columns are packed and unpacked by calls of C over whole columns, without a step of Python for each value.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import repeat
from operator import add, lshift, rshift
from typing import NoReturn

from snapformat.io import SupportsRead
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.floats import f32_from_bits, f32_to_bits


class ColumnError(ValueError):
    """A column can't be unpacked.

    Attributes:
        message: Description of the error.
        expected: Text of the expected bytes, or None.
        found: Text of the found bytes, or None.
        offset: Where.
    """

    def __init__(
        self, message: str, offset: int, expected: str | None = None, found: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True)
class Packing:
    """A way to pack numbers below `base` into bytes.

    Attributes:
        base: Exclusive maximum of the numbers.
        count: How many of them share a byte; the first is the least significant digit.
    """

    base: int
    count: int


#: Packings of small numbers, by half of the column's first byte; with a minimum it is one less than twice.
PACKINGS = (
    Packing(256, 1),
    Packing(16, 2),
    Packing(6, 3),
    Packing(4, 4),
    Packing(3, 5),
    Packing(2, 8),
)
_BITS = PACKINGS[-1]
#: The number of the tightest packing of numbers up to one.
_TIGHTEST = bytes(
    max(place for place, each in enumerate(PACKINGS) if most < each.base) for most in range(256)
)
#: Numbers that can be packed without a minimum.
_DIGITS = bytes(range(16))
#: Columns of at most so many small numbers have no first byte.
BARE = 2
#: A minimum is subtracted only in columns of more numbers.
FEW = 5
#: The length that stands for one in the column of long lengths.
LONG = 255
#: Lengths of a column must sum up to less: bitcode's `HUGE_LEN`.
HUGE = ((1 << 63) - 1) // 4096
#: Stored width and name of the packing of a column with one integer, by its size and the column's first byte.
_SINGLE = {
    (size, 2 * halvings): (size >> halvings, f"u{8 * size >> halvings}" if halvings else "none")
    for size in (4, 8, 16)
    for halvings in range(size.bit_length())
}
#: The smallest width in bytes that holds a number, by the number of its bits.
_NARROWEST = tuple(next(size for size in (1, 2, 4, 8, 16) if bits <= 8 * size) for bits in range(129))
#: Codes of `array` for integers by width in bytes, unsigned and signed.
_CODES = {2: "Hh", 4: "Ii", 8: "Qq"}


# --- unpacking ----------------------------------------------------------------------------------------


class ColumnInput:
    """The bytes of a message, consumed column by column.

    Attributes:
        data: All bytes.
        pos: Offset of the next column.
        end: Offset where the message ends.
        packing: Name of the packing of the last column, or of a few numbers in a column of their own.
    """

    __slots__ = ("data", "end", "packing", "pos")

    def __init__(self, data: bytes, pos: int, end: int) -> None:
        self.data: bytes = data
        self.pos: int = pos
        self.end: int = end
        self.packing: str = ""

    def take(self, size: int) -> bytes:
        """Consume bytes.

        Raises:
            ColumnError: There are fewer.
        """
        start, stop = self.pos, self.pos + size
        if stop > self.end:
            self._short(size)
        self.pos = stop
        return self.data[start:stop]

    def _short(self, size: int) -> NoReturn:
        left = self.end - self.pos
        raise ColumnError(
            "the data ends within a column",
            self.pos,
            f"{size} bytes" if size < 1 << 64 else "many bytes",
            f"{left} bytes left",
        )

    def small(self, count: int) -> bytes:
        """Unpack a column of numbers of one byte."""
        self.packing = "none"
        start = self.pos
        if count <= BARE:
            self.pos = stop = start + count
            if stop > self.end:
                self.pos = start
                return self.take(count)
            return self.data[start:stop]
        head = self.take(1)[0]
        if head >= 2 * len(PACKINGS) - 1:
            raise ColumnError("not a packing of bytes", start, f"at most {2 * len(PACKINGS) - 2}", f"{head}")
        low = self.take(1)[0] if head & 1 else 0
        packing = PACKINGS[head + 1 >> 1]
        if packing.count == 1:
            return self.take(count)
        self.packing = f"base {packing.base}" + (f" + {low}" if head & 1 else "")
        found = self._digits(count, packing)
        return found.translate(_plus(low)) if low else found

    def _digits(self, count: int, packing: Packing) -> bytes:
        packed = self.take(-(-count // packing.count))
        return b"".join(map(_unpacked(packing).__getitem__, packed))[:count]

    def bools(self, count: int) -> bytes:
        """Unpack a column of bools, as bytes of 0 and 1."""
        found = self._digits(count, _BITS)
        self.packing = "bits"
        return found

    def ints(self, count: int, size: int, *, signed: bool = False) -> Sequence[int]:
        """Unpack a column of integers of `size` bytes."""
        if size == 1:
            found = self.small(count)
            return array("b", found) if signed else found
        if count == 1 and size > 2:
            number = self._single(size, signed=signed)
            if number is not None:
                return (number,)
        if not count:
            self.packing = "none"
            return ()
        start = self.pos
        head = 0 if size == 2 and count == 1 else self.take(1)[0]
        stored = size >> (head + 1 >> 1)
        if not stored:
            raise ColumnError(
                f"not a packing of {8 * size}-bit integers",
                start,
                f"at most {2 * size.bit_length() - 2}",
                f"{head}",
            )
        low = int.from_bytes(self.take(size), "little", signed=signed) if head & 1 else 0
        packing = "none" if stored == size else f"u{8 * stored}"
        narrow = signed and stored == size
        numbers: Sequence[int]
        if stored == 1:
            numbers = self.small(count)
            packing += "" if self.packing == "none" else f", {self.packing}"
        else:
            numbers = _from_bytes(self.take(count * stored), stored, signed=narrow)
        self.packing = packing + (f" + {low}" if head & 1 else "")
        return _raised(numbers, low, size, signed=signed) if low else numbers

    def _single(self, size: int, *, signed: bool) -> int | None:
        """Unpack a column with one integer, as most small messages have; None if it has a minimum."""
        data, start = self.data, self.pos + 1
        if start >= self.end:
            return None
        head = data[start - 1]
        packing = _SINGLE.get((size, head))
        if packing is None:
            return None
        stored, self.packing = packing
        stop = start + stored
        if stop > self.end:
            return None
        self.pos = stop
        return int.from_bytes(data[start:stop], "little", signed=signed and stored == size)

    def lengths(self, count: int) -> Sequence[int]:
        """Unpack a column of lengths: bytes, and those of 255 and more in a column of integers behind."""
        start = self.pos
        short = self.small(count)
        many = short.count(LONG)
        if not many:
            return short
        packing = self.packing
        long = iter(self.ints(many, 8))
        self.packing = f"{packing}; {self.packing}"
        found = [next(long) if each == LONG else each for each in short]
        if sum(found) >= HUGE:
            raise ColumnError("lengths that sum up to too much", start, f"less than {HUGE}", f"{sum(found)}")
        return found

    def texts(self, count: int) -> list[str]:
        """Unpack a column of texts: their lengths in bytes, then all of them as UTF-8."""
        lengths = self.lengths(count)
        packing, start = self.packing, self.pos
        whole = self.take(sum(lengths))
        self.packing = packing
        found = []
        stop = 0
        try:
            if whole.isascii():
                text = whole.decode("ascii")
                for length in lengths:
                    found.append(text[stop : stop + length])
                    stop += length
            else:
                for length in lengths:
                    found.append(whole[stop : stop + length].decode("utf-8"))
                    stop += length
        except UnicodeDecodeError as error:
            at = stop + error.start
            raise ColumnError("not UTF-8", start + at, "valid text", f"byte 0x{whole[at]:02x}") from None
        return found

    def f32s(self, count: int) -> Sequence[float]:
        """Unpack a column of f32: the lower three bytes of each, then the upper byte of each."""
        data = self.take(4 * count)
        self.packing = "split"
        whole = bytearray(len(data))
        for place in range(3):
            whole[place::4] = data[place : 3 * count : 3]
        whole[3::4] = data[3 * count :]
        return _unsplit_f32s(bytes(whole))

    def f64s(self, count: int) -> Sequence[float]:
        """Unpack a column of f64, which is that of their bits as integers."""
        return array("d", array("Q", iter(self.ints(count, 8))).tobytes())


class StreamInput(ColumnInput):
    """The bytes of a message that are read from a source as columns need them.

    Args:
        source: Object whose `read` returns fewer bytes than asked only at its end.
    """

    __slots__ = ("_source",)

    def __init__(self, source: SupportsRead) -> None:
        super().__init__(b"", 0, 0)
        self._source = source

    def take(self, size: int) -> bytes:
        """Read bytes from the source."""
        data = self._source.read(size) or b""
        self.end = self.pos + len(data)
        if len(data) < size:
            self._short(size)
        self.pos = self.end
        return data


def _unsplit_f32s(data: bytes) -> Sequence[float]:
    """Return the values of f32; NaNs keep their bits."""
    found = _in_order(array("f", data))
    if all(map(float.__eq__, found, found)):
        return found
    return [*map(f32_from_bits, _in_order(array("I", data)))]


def _in_order(numbers: array[int] | array[float]) -> array:  # type: ignore[type-arg]  # of either
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _from_bytes(data: bytes, size: int, *, signed: bool) -> Sequence[int]:
    """Return integers of 2 to 16 bytes."""
    if size < 16:
        return _in_order(array(_CODES[size][signed], data))
    halves = _from_bytes(data, 8, signed=False)
    highs = _from_bytes(data, 8, signed=True) if signed else halves
    return [*map(add, halves[::2], map(lshift, highs[1::2], repeat(64)))]


def _raised(numbers: Sequence[int], low: int, size: int, *, signed: bool) -> Sequence[int]:
    """Add the minimum to each number, and wrap around as the processor does."""
    most = (1 << 8 * size - signed) - 1
    found = [*map(low.__add__, numbers)]
    if max(found) > most:
        found = [each - (1 << 8 * size) if each > most else each for each in found]
    return found


@cache
def _unpacked(packing: Packing) -> tuple[bytes, ...]:
    """Return the numbers in each of the 256 bytes."""
    return tuple(
        bytes(byte // packing.base**place % packing.base for place in range(packing.count))
        for byte in range(256)
    )


@cache
def _plus(low: int) -> bytes:
    """Return the table that adds a number to a byte."""
    return bytes(low + byte & 255 for byte in range(256))


# --- packing ------------------------------------------------------------------------------------------


def pack_small(numbers: bytes, lowest: int | None = None) -> bytes:
    """Pack a column of numbers of one byte.

    Args:
        numbers: The numbers.
        lowest: The lowest of them as a signed number, if they are signed and one is negative.
    """
    if len(numbers) <= BARE:
        return numbers
    if lowest is None:
        low = 0 if 0 in numbers else min(numbers)
        if not low and numbers.translate(None, _DIGITS):
            return b"\0" + numbers  # as most bytes are, told without looking for the highest
        high = max(numbers)
    else:
        low, high = lowest, _highest_signed(numbers)
    basic = _TIGHTEST[high] if low >= 0 else 0
    offset = _TIGHTEST[high - low]
    if offset > basic and len(numbers) > FEW:
        return bytes((2 * offset - 1, low & 255)) + _packed(numbers.translate(_plus(-low)), PACKINGS[offset])
    return bytes((2 * basic,)) + _packed(numbers, PACKINGS[basic])


def _highest_signed(numbers: bytes) -> int:
    return max(array("b", numbers))


def _packed(numbers: bytes, packing: Packing) -> bytes:
    if packing.count == 1:
        return numbers
    # All numbers of one place in their bytes at once, as one long integer: no digit carries into the next.
    total: int = sum(
        int.from_bytes(numbers[place :: packing.count], "little") * packing.base**place
        for place in range(packing.count)
    )
    return total.to_bytes(-(-len(numbers) // packing.count), "little")


def pack_bools(values: Iterable[bool]) -> bytes:
    """Pack a column of bools."""
    return _packed(bytes(values), _BITS)


def pack_ints(values: Sequence[int], size: int, *, signed: bool = False) -> bytes:
    """Pack a column of integers of `size` bytes.

    Raises:
        OverflowError, ValueError: One is out of range.
    """
    count = len(values)
    if size == 1:
        if not signed or not count or min(values) >= 0:
            return pack_small(bytes(values))
        return pack_small(array("b", values).tobytes(), min(values))
    if count == 1:
        return _pack_single(values[0], size, signed=signed)
    if not count:
        return b""
    low, high = min(values), max(values)
    if low < (-1 << 8 * size - 1 if signed else 0) or high >> 8 * size - signed > 0:
        raise OverflowError("an integer out of range")
    basic = _NARROWEST[high.bit_length()] if low >= 0 else size
    offset = _NARROWEST[(high - low).bit_length()]
    is_raised = offset < basic and count > FEW
    stored = offset if is_raised else basic
    head = 2 * ((size // stored).bit_length() - 1)
    if is_raised:
        least = low.to_bytes(size, "little", signed=signed)
        return bytes((head - 1,)) + least + _to_bytes([*map((-low).__add__, values)], stored, signed=False)
    return bytes((head,)) + _to_bytes(values, stored, signed=low < 0)


def _pack_single(value: int, size: int, *, signed: bool) -> bytes:
    """Pack a column with one integer, as most have in small messages."""
    whole = value.to_bytes(size, "little", signed=signed)  # refuses what is out of range
    if size == 2:
        return whole
    if value < 0:
        return b"\0" + whole
    stored = _NARROWEST[value.bit_length()]
    return _HEADS[size // stored] + whole[:stored]


#: First bytes of columns of integers, by the part of the width that is stored.
_HEADS = {1 << halvings: bytes((2 * halvings,)) for halvings in range(5)}


def _to_bytes(values: Sequence[int], size: int, *, signed: bool) -> bytes:
    """Return the bytes of integers of a width; those of one byte are a column of their own."""
    if size == 1:
        return pack_small(bytes(values))
    if size < 16:
        return _in_order(array(_CODES[size][signed], values)).tobytes()
    halves: list[int] = [0] * (2 * len(values))
    halves[::2] = map((1 << 64).__rmod__, values)  # of negative numbers too
    halves[1::2] = map((1 << 64).__rmod__, map(rshift, values, repeat(64)))
    return _in_order(array("Q", halves)).tobytes()


def pack_lengths(lengths: Sequence[int]) -> bytes:
    """Pack a column of lengths."""
    if not lengths:
        return b""
    if max(lengths) < LONG:
        return pack_small(bytes(lengths))
    short = bytes(map(min, lengths, repeat(LONG)))
    return pack_small(short) + pack_ints([each for each in lengths if each >= LONG], 8)


def pack_texts(texts: Sequence[bytes]) -> bytes:
    """Pack a column of texts in UTF-8."""
    return pack_lengths([*map(len, texts)]) + b"".join(texts)


def pack_f32s(values: Sequence[float]) -> bytes:
    """Pack a column of f32.

    Raises:
        OverflowError: A finite value is beyond the range of f32.
    """
    if all(map(float.__eq__, values, values)):
        data = struct.pack(f"<{len(values)}f", *values)
    else:  # NaNs keep their bits
        data = b"".join([f32_to_bits(each).to_bytes(4, "little") for each in values])
    low = bytearray(3 * len(values))
    for place in range(3):
        low[place::3] = data[place::4]
    return bytes(low) + data[3::4]


def pack_f64s(values: Sequence[float]) -> bytes:
    """Pack a column of f64, by their bits."""
    return pack_ints(array("Q", array("d", values).tobytes()).tolist(), 8)
