"""Checks of the value that a kind is given to write; construct and the writers share them."""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Iterable, Mapping, Set
from typing import Any

import construct

from snapformat.errors import excerpt
from snapformat.model.floats import ByteOrder, encode_float
from snapformat.model.numpy_scalars import is_of_numpy, plain, type_name
from snapformat.printable import middle_cut, text_of

#: The message about a value that does not meet a constraint.
BROKEN = "a constraint does not hold"


class BadValue(ValueError):
    """A value that does not fit its kind.

    Attributes:
        expected: Text of a value that would fit.
        found: Text of the given value.
    """

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {middle_cut(expected)}, found {middle_cut(found)}")
        self.expected = expected
        self.found = found


def describe_value(value: Any) -> str:
    """Name a value in a message: its type, and its text if that is short."""
    name = type_name(value)
    if is_of_numpy(value):
        return _describe_numpy(name, value)
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, int):
        text = hex(value) if value.bit_length() > 200 else str(value)
        return text if len(text) <= 60 else f"an int of {value.bit_length()} bits"
    if isinstance(value, str | bytes | float) and len(repr(value)) <= 60:
        return f"{name} {value!r}"
    return name


def describe_instance(value: Any, expected: Iterable[type]) -> str:
    """Name a value that is not an instance of classes, though perhaps of one of the same name."""
    cls = type(value)
    place = cls.__module__, cls.__qualname__
    if any((each.__module__, each.__qualname__) == place for each in expected):
        return f"{cls.__name__} of another declaration of this class"
    return describe_value(value)


def _describe_numpy(name: str, value: Any) -> str:
    """Name a value of numpy, whose own `repr` depends on the version of numpy."""
    if isinstance(value, str | bytes):
        text = repr(str(value) if isinstance(value, str) else bytes(value))
    else:
        number = plain(value)
        text = str(number) if isinstance(number, int | float) else ""
    return f"{name} {text}" if 0 < len(text) <= 60 else name


def format_constant(value: Any) -> str:
    """Return the text of a constant as in its declaration, shortened where it is long."""
    return describe_value(value) if isinstance(value, int) else excerpt(repr(value))


def describe_exception(error: BaseException) -> str:
    """Return the class and the text of an exception of foreign code."""
    return f"{type(error).__name__}: {_text_of(error) or 'no message'}"


def reason(error: BaseException) -> str:
    """Return the text of an exception of foreign code; its class where it has no text."""
    return _text_of(error) or type(error).__name__


def _text_of(error: BaseException) -> str:
    """Return the text of an exception without the place that construct begins it with."""
    path = error.path if isinstance(error, construct.ConstructError) else None
    return text_of(error, "" if path is None else f"Error in path {path}\n")


def index_of(value: Any) -> int:
    """Return an int by `__index__`; a bool of numpy, which once had one, is refused.

    Raises:
        TypeError: The value has no `__index__`.
    """
    if isinstance(plain(value), bool):
        raise TypeError
    return operator.index(value)


def as_int(value: Any, name: str, size: int, signed: bool, nonzero: bool = False) -> int:
    """Return an integer of `size` bytes, from an int or anything with `__index__`; a bool is refused."""
    if isinstance(value, bool):
        raise BadValue(name, repr(value))
    if not isinstance(value, int):
        try:
            value = index_of(value)
        except TypeError:
            raise BadValue(name, describe_value(value)) from None
    low, high = (-1 << 8 * size - 1, (1 << 8 * size - 1) - 1) if signed else (0, (1 << 8 * size) - 1)
    if not low <= value <= high:
        wanted = f"{name} from {low} to {high}" if size <= 16 else name
        raise BadValue(wanted, describe_value(value))
    if nonzero and value == 0:
        raise BadValue(f"a nonzero {name}", "0")
    return int(value)


def as_bool(value: Any) -> bool:
    """Return a bool, from one of Python or of numpy; nothing else is taken."""
    if isinstance(value, bool):
        return value
    found = plain(value)
    if not isinstance(found, bool):
        raise BadValue("bool", describe_value(value))
    return found


def as_double(value: Any, size: int = 8) -> float:
    """Return a number that a float of `size` bytes can hold, rounded.

    Taken are floats, ints, what has `__index__`, and other real numbers (numpy's scalars, `Fraction`,
    `Decimal`); a bool is refused.
    """
    name = f"f{8 * size}"
    number = value if isinstance(value, int | float) else plain(value)
    if isinstance(number, bool):
        raise BadValue(name, describe_value(value))
    try:
        if not isinstance(number, int | float):
            if hasattr(type(number), "__index__"):
                number = operator.index(number)
            elif not _is_real(number):
                raise TypeError
        found = float(number)
        if math.isinf(found) and found != value:  # a number of more than 64 bits
            raise OverflowError
        encode_float(found, size, "little")
    except (TypeError, ValueError):  # a signalling NaN of `Decimal` is a ValueError
        raise BadValue(name, describe_value(value)) from None
    except OverflowError:
        raise BadValue(f"{name} within its range", describe_value(value)) from None
    return found


def _is_real(number: Any) -> bool:
    """Return whether a value is a real number that is no integer; `Decimal` is neither real nor complex."""
    is_real = isinstance(number, numbers.Real) or not isinstance(number, numbers.Complex)
    return is_real and isinstance(number, numbers.Number) and not isinstance(number, numbers.Integral)


def as_float(value: Any, size: int, byteorder: ByteOrder) -> bytes:
    """Return the bytes of a float."""
    return encode_float(as_double(value, size), size, byteorder)


def as_char(value: Any) -> bytes:
    """Return one Unicode scalar value, as UTF-8."""
    if not isinstance(value, str):
        raise BadValue("char", describe_value(value))
    if len(value) != 1:
        raise BadValue("char, a str of length 1", f"a str of length {len(value)}")
    return as_str(value)


def as_str(value: Any, encoding: str = "utf-8") -> bytes:
    """Return text in the given encoding; UTF-8 has no lone surrogates.

    Empty text has no bytes, as in construct: no byte order mark (UTF-16, UTF-32) or signature (`utf-8-sig`).
    """
    if not isinstance(value, str):
        raise BadValue("str", describe_value(value))
    try:
        return value.encode(encoding) if len(value) else b""
    except UnicodeError as error:
        found = describe_exception(error)
        if isinstance(error, UnicodeEncodeError):
            found = f"{value[error.start]!r} at character {error.start}"
        raise BadValue(f"str that {encoding} can encode", found) from None


def as_bytes(value: Any, exact: int | None = None, no_nul: bool = False) -> bytes:
    """Return bytes, from bytes, bytearray or memoryview."""
    if not isinstance(value, bytes | bytearray | memoryview):
        raise BadValue("bytes", describe_value(value))
    data = bytes(value)
    if exact is not None and len(data) != exact:
        raise BadValue(f"{exact} bytes", f"{len(data)} bytes")
    if no_nul and b"\0" in data:
        raise BadValue("bytes without a zero byte", f"one at position {data.index(0)}")
    return data


def as_list(value: Any, count: int | None = None) -> tuple[Any, ...]:
    """Return a list (a tuple is taken too) of `count` elements, or of any number."""
    if not isinstance(value, list | tuple):
        raise BadValue("list", describe_value(value))
    values = tuple(value)  # a copy: code of the elements' own classes may change the list meanwhile
    if count is not None and len(values) != count:
        raise BadValue(f"{count} elements", f"{len(values)}")
    return values


def as_tuple(value: Any, count: int) -> tuple[Any, ...]:
    """Return a tuple (a list is taken too) of `count` elements."""
    if not isinstance(value, tuple | list):
        raise BadValue(f"tuple of {count}", describe_value(value))
    values = tuple(value)
    if len(values) != count:
        raise BadValue(f"tuple of {count}", f"one of {len(values)}")
    return values


def as_pairs(value: Any) -> list[tuple[Any, Any]]:
    """Return the entries of a mapping."""
    if not isinstance(value, Mapping):
        raise BadValue("a mapping", describe_value(value))
    try:
        return list(value.items())
    except Exception as error:  # a mapping of the user's own
        raise BadValue("a mapping", f"one that fails: {describe_exception(error)}") from error


def as_elements(value: Any) -> list[Any]:
    """Return the elements of a set."""
    if not isinstance(value, Set):
        raise BadValue("a set", describe_value(value))
    try:
        return list(value)
    except Exception as error:  # a set of the user's own
        raise BadValue("a set", f"one that fails: {describe_exception(error)}") from error
