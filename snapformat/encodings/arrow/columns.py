"""Columns of values without parts: each has a type of Arrow, and converts plain data from and to arrays.

The plain data is the JSON form of a kind (`encodings.json`), so a column needs to know neither classes nor
constructs. `NULL` stands for a value that is absent from its column, as the parts of an absent option are;
None is plain data, such as that of a unit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final

import pyarrow as pa

from snapformat.encodings.json.reader import number_of
from snapformat.encodings.json.text import format_json, parse_json
from snapformat.errors import EncodeError
from snapformat.model.floats import decode_float, encode_float


class _Null:
    """The type of `NULL`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "NULL"


#: In place of the plain data of a value that is absent.
NULL: Final = _Null()


class Column:
    """The values of one place in a type.

    Attributes:
        type: Its type of Arrow.
        may_be_null: Whether a value that is present may be null, so that null can't stand for an absent one.
    """

    __slots__ = ("type",)

    may_be_null: ClassVar[bool] = False

    def __init__(self, type_: pa.DataType) -> None:
        self.type: pa.DataType = type_

    def pack(self, data: Sequence[Any]) -> pa.Array:
        """Make an array of plain data, in which `NULL` stands for absent values.

        Raises:
            EncodeError: Arrow's type can't hold a value.
        """
        raise NotImplementedError

    def unpack(self, array: pa.Array) -> list[Any]:
        """Return the plain data of an array of the column's type; of absent values anything."""
        raise NotImplementedError


class PlainColumn(Column):
    """Values that Arrow takes as they are: bools, integers, text."""

    __slots__ = ()

    def pack(self, data: Sequence[Any]) -> pa.Array:
        """Make an array."""
        return pa.array([None if each is NULL else each for each in data], self.type)

    def unpack(self, array: pa.Array) -> list[Any]:
        """Return the values."""
        found: list[Any] = array.to_pylist()
        return found


class ConvertedColumn(Column):
    """Values that are converted one by one.

    Args:
        type_: The type of Arrow.
        encode: From the plain data to a value that Arrow takes.
        decode: Back.
    """

    __slots__ = ("_decode", "_encode")

    def __init__(
        self, type_: pa.DataType, encode: Callable[[Any], Any], decode: Callable[[Any], Any]
    ) -> None:
        super().__init__(type_)
        self._encode = encode
        self._decode = decode

    def pack(self, data: Sequence[Any]) -> pa.Array:
        """Make an array."""
        encode = self._encode
        return pa.array([None if each is NULL else encode(each) for each in data], self.type)

    def unpack(self, array: pa.Array) -> list[Any]:
        """Return the plain data."""
        decode = self._decode
        return [None if each is None else decode(each) for each in array.to_pylist()]


#: Names of Arrow's integers by width in bytes and by sign.
_INTEGERS = {
    (1, True): pa.int8(),
    (2, True): pa.int16(),
    (4, True): pa.int32(),
    (8, True): pa.int64(),
    (1, False): pa.uint8(),
    (2, False): pa.uint16(),
    (4, False): pa.uint32(),
    (8, False): pa.uint64(),
}
#: Widest integer that decimal256 can hold, bytes.
_WIDEST = 31
#: Widest integer that is a decimal128 in portable columns, bytes, and its digits.
_PORTABLE, _PORTABLE_DIGITS = 16, 38


def int_column(size: int, signed: bool, *, portable: bool = False) -> Column:
    """Return the column of an integer: of the next width that Arrow has, above 8 bytes a decimal number.

    Args:
        size: Width, bytes.
        signed: Whether it may be negative.
        portable: Whether numbers of 16 bytes are decimals of 38 digits, as most tools take, and null beyond.
    """
    for width in (1, 2, 4, 8):
        if size <= width:
            return ConvertedColumn(_INTEGERS[width, signed], _number, int)
    if size > _WIDEST:
        return ConvertedColumn(pa.string(), lambda data: str(_number(data)), int)
    if portable and size <= _PORTABLE:
        return ConvertedColumn(pa.decimal128(_PORTABLE_DIGITS, 0), _portable, int)
    digits = len(str(1 << 8 * size - signed))
    return ConvertedColumn(pa.decimal256(digits, 0), lambda data: Decimal(_number(data)), int)


def _number(data: Any) -> int:
    number: int = number_of(data)
    return number


def _portable(data: Any) -> Decimal | None:
    number = _number(data)
    return Decimal(number) if abs(number) < 10**_PORTABLE_DIGITS else None


class FloatColumn(Column):
    """Floats, by their bits: NaN keeps its sign and payload.

    Args:
        size: 2, 4 or 8 bytes.
    """

    __slots__ = ("_bits", "_size")

    def __init__(self, size: int) -> None:
        super().__init__({2: pa.float16(), 4: pa.float32(), 8: pa.float64()}[size])
        self._bits = _INTEGERS[size, False]
        self._size = size

    def pack(self, data: Sequence[Any]) -> pa.Array:
        """Make an array."""
        found = [None if each is NULL else self._bits_of(each) for each in data]
        return pa.array(found, self._bits).view(self.type)

    def _bits_of(self, data: Any) -> int:
        if isinstance(data, Mapping):
            return int(data["$float"], 16)
        return int.from_bytes(encode_float(float(data), self._size, "little"), "little")

    def unpack(self, array: pa.Array) -> list[Any]:
        """Return the plain data."""
        return [None if each is None else self._plain(each) for each in array.view(self._bits).to_pylist()]

    def _plain(self, bits: int) -> Any:
        data = bits.to_bytes(self._size, "big")
        value = decode_float(data, "big")
        return value if value - value == 0 else {"$float": data.hex()}


class TimeColumn(Column):
    """Lengths of time, or points in time, in nanoseconds.

    Args:
        type_: The type of Arrow.
        names: The members for seconds and nanoseconds.
        path: Path for messages.
    """

    __slots__ = ("_names", "_path")

    def __init__(self, type_: pa.DataType, names: tuple[str, str], path: str) -> None:
        super().__init__(type_)
        self._names = names
        self._path = path

    def pack(self, data: Sequence[Any]) -> pa.Array:
        """Make an array."""
        return pa.array(
            [None if each is NULL else self._nanoseconds(each) for each in data], pa.int64()
        ).view(self.type)

    def _nanoseconds(self, data: Any) -> int:
        secs, nanos = self._names
        found = _number(data[secs]) * 1_000_000_000 + _number(data[nanos])
        if found >= 1 << 63:
            raise EncodeError(
                "Arrow can't hold a time of this length",
                path=self._path,
                expected="less than 2^63 nanoseconds, 292 years",
                found=f"{data[secs]} seconds",
            )
        return found

    def unpack(self, array: pa.Array) -> list[Any]:
        """Return the plain data."""
        secs, nanos = self._names
        found = array.view(pa.int64()).to_pylist()
        return [
            None if each is None else {secs: each // 1_000_000_000, nanos: each % 1_000_000_000}
            for each in found
        ]


class ConstantColumn(Column):
    """Values without bytes, which are all the same; Arrow stores only their number.

    Args:
        data: The plain data.
    """

    __slots__ = ("_data",)

    may_be_null: ClassVar[bool] = True

    def __init__(self, data: Any = None) -> None:
        super().__init__(pa.null())
        self._data = data

    def pack(self, data: Sequence[Any]) -> pa.Array:
        """Make an array of nulls."""
        return pa.nulls(len(data))

    def unpack(self, array: pa.Array) -> list[Any]:
        """Return the plain data."""
        return [self._data] * len(array)


def bytes_column() -> Column:
    """Return the column of bytes, whose plain data is a list of numbers."""
    return ConvertedColumn(pa.binary(), bytes, list)


def json_column() -> Column:
    """Return the column of values whose shape no type of Arrow has: JSON text."""
    return ConvertedColumn(pa.string(), format_json, parse_json)
