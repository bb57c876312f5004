"""A writer of bitcode of its own, from trees of serde calls: the canonical message, and all others.

Written from bitcode's source and apart from the library's writer. A reader accepts far more than the writer
writes: any packing that holds the numbers of a column, any minimum, any width, short lengths among the long
ones, anything in what fills the last byte. `Loose` makes such messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

#: Packings of bytes: the number below which all digits are, and how many share a byte.
_PACKINGS = ((256, 1), (16, 2), (6, 3), (4, 4), (3, 5), (2, 8))


@dataclass
class _Place:
    """A node of bitcode's tree.

    Attributes:
        sort: What its column holds; empty for none.
        values: The values of the column.
        children: The nodes below.
    """

    sort: str = ""
    values: list[Any] = field(default_factory=list)
    children: dict[Any, _Place] = field(default_factory=dict)

    def child(self, index: Any) -> _Place:
        return self.children.setdefault(index, _Place())


@dataclass(frozen=True)
class Column:
    """A column: `bool`, `u8` to `i128`, `f32` (bits), `str` (bytes), `length` or `index`, and its values."""

    sort: str
    values: Sequence[Any]


def columns_of(model: list[Any]) -> list[Column]:
    """The columns of a value, in the order of first use.

    Raises:
        ValueError: A variant has no number of one byte.
    """
    used: list[_Place] = []
    _visit(model, _Place(), used)
    return [Column(place.sort, place.values) for place in used]


def _put(place: _Place, sort: str, value: Any, used: list[_Place]) -> None:
    if not place.sort:
        place.sort = sort
        used.append(place)
    assert place.sort == sort, f"{sort} at a place of {place.sort}"
    place.values.append(value)


def _visit(model: list[Any], place: _Place, used: list[_Place]) -> None:
    match model:
        case ["unit"] | ["unit_struct", _]:
            pass
        case ["none"]:
            _put(place, "index", 0, used)
        case ["some", inner]:
            _put(place, "index", 1, used)
            _visit(inner, place.child(1), used)
        case ["str", text]:
            _put(place, "str", text.encode(), used)
        case ["bytes", digits]:
            _visit(["seq", [["u8", str(byte)] for byte in bytes.fromhex(digits)]], place, used)
        case ["bool", value]:
            _put(place, "bool", value, used)
        case ["char", number]:
            _put(place, "u32", number, used)
        case ["f32", digits]:
            _put(place, "f32", int(digits, 16), used)
        case ["f64", digits]:
            _put(place, "u64", int(digits, 16), used)
        case ["seq", items]:
            _put(place, "length", len(items), used)
            for item in items:
                _visit(item, place.child("element"), used)
        case ["map", pairs]:
            _put(place, "length", len(pairs), used)
            for key, value in pairs:
                _visit(key, place.child("key"), used)
                _visit(value, place.child("value"), used)
        case ["newtype_struct", _, inner]:
            _visit(inner, place, used)
        case ["tuple" | "tuple_struct", *_, items]:
            _visit_all(items, place, used)
        case ["struct", _, fields]:
            _visit_all([inner for _, inner in fields], place, used)
        case [str(tag), _, index, _, *inside] if tag.endswith("_variant"):
            if index > 255:
                raise ValueError("enums with more than 256 variants are unsupported")
            _put(place, "index", index, used)
            _visit_payload(tag, inside, place.child(index), used)
        case [sort, digits]:
            _put(place, sort, int(digits), used)


def _visit_payload(tag: str, inside: list[Any], place: _Place, used: list[_Place]) -> None:
    if tag == "newtype_variant":
        _visit(inside[0], place, used)
    elif tag == "tuple_variant":
        _visit_all(inside[0], place, used)
    elif tag == "struct_variant":
        _visit_all([inner for _, inner in inside[0]], place, used)


def _visit_all(items: list[Any], place: _Place, used: list[_Place]) -> None:
    for index, item in enumerate(items):
        _visit(item, place if len(items) == 1 else place.child(index), used)


class Canonical:
    """Packs columns as bitcode's writer does."""

    def message(self, model: list[Any]) -> bytes:
        """The message with a value."""
        return b"".join(self.column(column) for column in columns_of(model))

    def column(self, column: Column) -> bytes:
        values = column.values
        match column.sort:
            case "bool":
                return self.digits([int(value) for value in values], 2, 8)
            case "index":
                return self.small(values, signed=False)
            case "length":
                return self.lengths(values)
            case "str":
                return self.lengths([len(text) for text in values]) + b"".join(values)
            case "f32":
                parts = [bits.to_bytes(4, "little") for bits in values]
                return b"".join(part[:3] for part in parts) + b"".join(part[3:] for part in parts)
        return self.ints(values, int(column.sort[1:]) // 8, signed=column.sort[0] == "i")

    def lengths(self, lengths: Sequence[int]) -> bytes:
        is_long = [self.is_long(length) for length in lengths]
        short = [255 if far else length for length, far in zip(lengths, is_long, strict=True)]
        long = [length for length, far in zip(lengths, is_long, strict=True) if far]
        return self.small(short, signed=False) + self.ints(long, 8, signed=False)

    def ints(self, values: Sequence[int], size: int, *, signed: bool) -> bytes:
        if size == 1:
            return self.small(values, signed=signed)
        if not values:
            return b""
        wrap = 1 << 8 * size
        if size == 2 and len(values) == 1:
            return (values[0] % wrap).to_bytes(2, "little")
        stored, low = self.narrowing(values, size)
        header = 2 * (size // stored).bit_length() - 2
        head = bytes([header]) if low is None else bytes([header - 1]) + (low % wrap).to_bytes(size, "little")
        rest = [(value - (low or 0)) % wrap for value in values]
        if stored == 1:
            return head + self.small(rest, signed=False)
        return head + b"".join(value.to_bytes(stored, "little") for value in rest)

    def small(self, values: Sequence[int], *, signed: bool) -> bytes:
        if len(values) <= 2:
            return bytes(value % 256 for value in values)
        place, low = self.packing(values)
        base, count = _PACKINGS[place]
        head = bytes([2 * place]) if low is None else bytes([2 * place - 1, low % 256])
        rest = [(value - (low or 0)) % 256 for value in values]
        return head + (bytes(rest) if base == 256 else self.digits(rest, base, count))

    def digits(self, values: Sequence[int], base: int, count: int) -> bytes:
        made = []
        for start in range(0, len(values), count):
            part = list(values[start : start + count])
            part += self.filling(count - len(part), base)
            byte: int = sum(value * base**place for place, value in enumerate(part))
            made.append(self.spilled(byte, base**count))
        return bytes(made)

    # -- choices

    def is_long(self, length: int) -> bool:
        """Whether a length goes into the second column."""
        return length >= 255

    def narrowing(self, values: Sequence[int], size: int) -> tuple[int, int | None]:
        """The stored width of integers, and the minimum that is subtracted if one is."""
        low, high = min(values), max(values)
        basic = size if low < 0 else next(width for width in (1, 2, 4, 8, 16) if high < 1 << 8 * width)
        offset = next(width for width in (1, 2, 4, 8, 16) if high - low < 1 << 8 * width)
        return (offset, low) if offset < basic and len(values) > 5 else (basic, None)

    def packing(self, values: Sequence[int]) -> tuple[int, int | None]:
        """The place of a packing of bytes, and the minimum that is subtracted if one is."""
        low, high = min(values), max(values)
        basic = 0 if low < 0 else max(at for at, (base, _) in enumerate(_PACKINGS) if high < base)
        offset = max(at for at, (base, _) in enumerate(_PACKINGS) if high - low < base)
        return (offset, low) if offset > basic and len(values) > 5 else (basic, None)

    def filling(self, count: int, base: int) -> list[int]:
        """The digits that fill the last byte."""
        return [0] * count

    def spilled(self, byte: int, most: int) -> int:
        """The byte for digits whose highest value is `most - 1`."""
        return byte


class Loose(Canonical):
    """Packs columns in any way that a reader accepts, as a source of random numbers has it."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def is_long(self, length: int) -> bool:
        return length >= 255 or self.random.random() < 0.2

    def narrowing(self, values: Sequence[int], size: int) -> tuple[int, int | None]:
        wrap = 1 << 8 * size
        stored = self.random.choice([width for width in (1, 2, 4, 8, 16) if width <= size])
        seen = [value % wrap for value in values] if self.random.random() < 0.5 else list(values)
        while max(seen) - min(seen) >= 1 << 8 * stored:
            stored *= 2
            if stored >= size:
                return size, None
        slack = (1 << 8 * stored) - 1 - (max(seen) - min(seen))
        fits = all(value % wrap < 1 << 8 * stored for value in values)
        if stored == size or (fits and self.random.random() < 0.5):
            return stored, None
        return stored, min(seen) - self.random.choice([0, slack, self.random.randint(0, slack)])

    def packing(self, values: Sequence[int]) -> tuple[int, int | None]:
        ways: list[tuple[int, int | None]] = [(0, None)]
        for place, (base, _) in enumerate(_PACKINGS[1:], 1):
            if all(value % 256 < base for value in values):
                ways.append((place, None))
            lows = [low for low in range(256) if all((value - low) % 256 < base for value in values)]
            if lows:
                ways.append((place, self.random.choice(lows)))
        return self.random.choice(ways)

    def filling(self, count: int, base: int) -> list[int]:
        return [self.random.randrange(base) for _ in range(count)]

    def spilled(self, byte: int, most: int) -> int:
        more: int = self.random.choice([0, *range(most, 256 - byte, most)])
        return byte + more
