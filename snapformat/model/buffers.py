"""Numbers in a buffer: a memoryview, an `array.array`, a numpy array."""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, Any

from snapformat.model.checks import BadValue

if TYPE_CHECKING:
    from snapformat.model.kinds.base import Kind

#: How `struct` names the machine's byte order.
NATIVE = "<" if sys.byteorder == "little" else ">"
#: Letters of `struct` -> unsigned, signed or float.
KINDS = {**dict.fromkeys("BHILQN", "u"), **dict.fromkeys("bhilqn", "i"), **dict.fromkeys("fd", "f")}


def numbers_of(item: Kind, value: Any) -> memoryview | None:
    """Return the numbers of a buffer as a contiguous memoryview in the machine's byte order.

    `bytes` and `bytearray` are numbers of the kind `u8` only.

    Returns:
        The view; None if the value is not a buffer, or the kind is not a number that buffers contain.

    Raises:
        BadValue: A buffer of other numbers, or of more than one dimension.
    """
    letter = item.letter
    if letter is None or isinstance(value, list | tuple):
        return None
    if letter != "B" and isinstance(value, bytes | bytearray):  # bytes are no buffer of other numbers
        return None
    try:
        view = memoryview(value)
    except TypeError:
        return None
    order, found = split_format(view.format)
    size = array(letter).itemsize
    if KINDS.get(found) != KINDS[letter] or view.itemsize != size or view.ndim != 1:
        name = getattr(item, "name", f"f{8 * size}")
        dimensions = "" if view.ndim == 1 else f" in {view.ndim} dimensions"
        raise BadValue(
            f"a list or an array of {name}",
            f"an array of {view.itemsize} byte elements of format {view.format!r}{dimensions}",
        )
    numbers = array(letter, view.tobytes())
    if size > 1 and order != NATIVE:
        numbers.byteswap()
    return memoryview(numbers)


def split_format(format_: str) -> tuple[str, str]:
    """Return the byte order and the letter of a buffer's format."""
    if format_[:1] in "@=<>!" and len(format_) > 1:
        return {"<": "<", ">": ">", "!": ">"}.get(format_[0], NATIVE), format_[1:]
    return NATIVE, format_
