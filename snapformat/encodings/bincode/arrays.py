"""Arrays of numbers as buffers: views of the read bytes, and buffers to write."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable
from typing import Any, Literal

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.ops import Op
from snapformat.model.checks import BadValue

#: The types of views of arrays: of numbers, and with numpy of fixed-width records too.
Arrays = Literal["memoryview", "numpy"]

_NATIVE = "<" if sys.byteorder == "little" else ">"
_KINDS = {**dict.fromkeys("BHILQN", "u"), **dict.fromkeys("bhilqn", "i"), **dict.fromkeys("fd", "f")}


def number_code(item: Op) -> str | None:
    """Return the format of `struct`, with byte order, of a number that buffers can contain; else None."""
    match item:
        case ops.Int() if item.packer is not None and not item.nonzero:
            return item.packer.format
        case ops.Float() if item.size in (4, 8) and item.has_nan:
            return ("<" if item.byteorder == "little" else ">") + ("f" if item.size == 4 else "d")
    return None


def view_of(code: str, size: int, data: bytes, start: int, stop: int, kind: Arrays) -> Any:
    """Return numbers in bytes as a view of these bytes.

    A memoryview only has the machine's byte order: numbers of the other one are copied.

    Args:
        code: The result of `number_code`.
        size: Bytes of a number.
        data: The bytes.
        start: Where the numbers begin.
        stop: Where they end.
        kind: `memoryview` or `numpy`.
    """
    if kind == "numpy":
        import numpy  # only on request: it is not a dependency

        name = f"{code[0]}{_KINDS[code[1]]}{size}"
        return numpy.frombuffer(data, name, (stop - start) // size, start)
    if start == stop:  # an empty view can't be cast
        return memoryview(array(code[1]))
    if code[0] == _NATIVE or size == 1:
        return memoryview(data)[start:stop].cast(code[1])  # type: ignore[call-overload]  # one of its codes
    return memoryview(_swapped(code[1], data[start:stop]))


def numbers_reader(
    op: ops.Seq, limit: int | None, otherwise: Callable[[Any], Any], *, is_all: bool
) -> Callable[[Any], Any]:
    """Return a function that reads a sequence of native numbers as a memoryview; see `views_reader`."""
    code = number_code(op.item)
    if code is None or code[0] != _NATIVE:
        return otherwise
    assert isinstance(op.item, ops.Int | ops.Float)
    letter = code[1]

    def view(data: bytes, start: int, stop: int) -> Any:
        return memoryview(data)[start:stop].cast(letter)  # type: ignore[call-overload]  # one of its codes

    return views_reader(op.length, op.item.size, view, limit, otherwise, is_all=is_all)


def views_reader(
    length: Op,
    size: int,
    view: Callable[[bytes, int, int], Any],
    limit: int | None,
    otherwise: Callable[[Any], Any],
    *,
    is_all: bool,
) -> Callable[[Any], Any]:
    """Return a function that reads a sequence as a view of the data.

    Args:
        length: The number of elements.
        size: Bytes of an element.
        view: Function of the data and the range of the elements; it returns None where it can't view them.
        limit: Most bytes that may be claimed, or None.
        otherwise: Function that reads all other data, and raises the errors.
        is_all: Whether nothing may follow the sequence.
    """
    if not isinstance(length, ops.Int) or length.packer is None or length.most is not None:
        return otherwise
    unpack, first = length.packer.unpack_from, length.size
    most = sys.maxsize if limit is None else limit

    def read(data: Any) -> Any:
        if type(data) is bytes and len(data) > first:
            stop = first + size * unpack(data)[0]
            if first < stop <= len(data) and stop <= most and (stop == len(data) or not is_all):
                found = view(data, first, stop)
                if found is not None:
                    return found
        return otherwise(data)

    return read


def _swapped(code: str, data: bytes) -> array[Any]:
    numbers: array[Any] = array(code, data)
    numbers.byteswap()
    return numbers


def given_numbers(item: Op, value: Any) -> memoryview | None:
    """Return the bytes of numbers in a buffer (a memoryview, an `array.array`, a numpy array).

    Returns:
        A contiguous view of as many elements in the order in which they are written, without a copy if they
        have it already; None if the value is not such a buffer, or this is not a number.

    Raises:
        BadValue: A buffer of other numbers, or of more than one dimension.
    """
    code = number_code(item)
    if code is None or isinstance(value, list | tuple):
        return None
    if code[1] != "B" and isinstance(value, bytes | bytearray):  # bytes are no buffer of other numbers
        return None
    try:
        view = memoryview(value)
    except TypeError:
        return None
    assert isinstance(item, ops.Int | ops.Float)
    order, letter = _split(view.format)
    if _KINDS.get(letter) != _KINDS[code[1]] or view.itemsize != item.size or view.ndim != 1:
        name = item.name if isinstance(item, ops.Int) else f"f{8 * item.size}"
        dimensions = "" if view.ndim == 1 else f" in {view.ndim} dimensions"
        raise BadValue(
            f"a list or an array of {name}",
            f"an array of {view.itemsize} byte elements of format {view.format!r}{dimensions}",
        )
    if item.size > 1 and order != code[0]:
        return memoryview(_swapped(code[1], view.tobytes()))
    if order != _NATIVE or not view.c_contiguous:
        return memoryview(array(code[1], view.tobytes()))
    return view


def listed(item: Op, value: Any) -> Any:
    """Return the numbers of a buffer as a list, any other value unchanged. Raises like `given_numbers`."""
    if isinstance(value, list | tuple):
        return value
    if isinstance(item, ops.Int) and item.variable:  # the same numbers in fixed width, as buffers have them
        item = ops.Int(item.name, item.size, item.signed, sys.byteorder, nonzero=item.nonzero)
    numbers = given_numbers(item, value)
    if numbers is None:
        return value
    code = number_code(item)
    assert code is not None
    # Not the view's `tolist`: it fails for a format with the machine's byte order, such as numpy's.
    same = code[0] == _NATIVE or numbers.itemsize == 1
    data = numbers.tobytes()
    return (array(code[1], data) if same else _swapped(code[1], data)).tolist()


def _split(format_: str) -> tuple[str, str]:
    """Return the byte order and the letter of a buffer's format."""
    if format_[:1] in "@=<>!" and len(format_) > 1:
        return {"<": "<", ">": ">", "!": ">"}.get(format_[0], _NATIVE), format_[1:]
    return _NATIVE, format_
