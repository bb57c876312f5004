"""Opening a value lazily: finding its end, or trusting a checksum."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, get_args

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.arrays import Arrays, numbers_reader
from snapformat.encodings.bincode.codec.claims import Claims
from snapformat.encodings.bincode.codec.engine import is_placed, read_value, skipper_of
from snapformat.encodings.bincode.ops import Op
from snapformat.io import bytes_of
from snapformat.lazy import state
from snapformat.lazy.reading import LazySource
from snapformat.lazy.state import lazy_type_of
from snapformat.lazy.value import LazyValue
from snapformat.limits import DEFAULT_LIMITS, Limits


def check_arrays(lazy: bool, arrays: Arrays | None, *, packed: bool = False) -> None:
    """Refuse an unknown type of views, and views without `lazy` or of numbers that are packed."""
    if arrays is not None and arrays not in get_args(Arrays):
        raise ValueError(f"arrays must be one of {', '.join(get_args(Arrays))}, not {arrays!r}")
    if arrays is not None and not lazy:
        raise ValueError("arrays are handed out as views where a value is read lazily: say lazy=True")
    if arrays is not None and packed:
        raise ValueError("there are no views of numbers in bitcode, which packs them")
    if arrays == "numpy":
        try:
            import numpy  # noqa: F401 - if it is missing, this call says so, and not the first access
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                "arrays='numpy' needs numpy: install snapformat[numpy]", name=error.name
            ) from error


#: A function of data and the end of the value in them.
CheckEnd = Callable[[bytes, int], object]


class LazyReader:
    """Opens values of one layout without decoding them.

    Args:
        op: The layout.
        limit: Maximum number of bytes that may be claimed, or None.
        limits: Bounds of depth and of zero-sized elements.
    """

    __slots__ = ("_layout", "_lazy_type", "_limit", "_skip", "_zero_sized")

    def __init__(self, op: Op, limit: int | None, limits: Limits) -> None:
        self._layout = op
        self._limit = sys.maxsize if limit is None else limit
        self._zero_sized = limits.zero_sized
        # Only the reference supports other limits; what looks at its surroundings is read with them.
        is_usual = limits == DEFAULT_LIMITS and not is_placed(op)
        self._lazy_type = lazy_type_of(op) if is_usual and type(op) is ops.Struct else None
        self._skip = skipper_of(op) if is_usual and self._lazy_type is None else None

    def open(self, source: LazySource, start: int, stop: int) -> tuple[Any, int] | None:
        """Find the end of a value.

        Args:
            source: The bytes.
            start: Offset of the value.
            stop: End of the readable bytes.

        Returns:
            The value, or a `LazyValue`, and the offset after it; None if it must be read eagerly: the layout
            has no skipper, or the bytes are damaged.
        """
        lazy_type, skip = self._lazy_type, self._skip
        claims = Claims(self._zero_sized, stop - start, self._limit)
        try:
            if lazy_type is not None:
                places = lazy_type.index(source.data, start, stop, 0, claims)
            elif skip is not None:
                places = (skip(source.data, start, stop, 0, claims),)
            else:
                return None
        except Exception:  # any guard's exception: reading raises the error
            return None
        end = places[-1]
        size = end - start
        if end > stop or size + claims.claimed > self._limit:
            return None
        if lazy_type is None or size < state.LEAST_STRUCT:
            read = partial(source.read, self._layout, start, end, 0, ())
            return LazyValue(read, source.data, start, end), end
        return lazy_type.make(source, places, end, 1, ()), end

    def open_trusted(self, source: LazySource, start: int, stop: int) -> Any:
        """Open a value whose checksum matches: only the used parts are looked at.

        Args:
            source: The bytes, which can be read eagerly should they turn out to be bad.
            start: Offset of the value.
            stop: End of the value, unless other bytes follow it.

        Returns:
            The value; None for small values, and for those whose fields can't all be located.
        """
        lazy_type = self._lazy_type
        if lazy_type is None or not state.LEAST_STRUCT <= stop - start <= self._limit:
            return None
        return lazy_type.make(source, (start,), stop, 1, ())


def lazy_reader(
    op: Op, limit: int | None, limits: Limits, arrays: Arrays | None, check_end: CheckEnd | None
) -> Callable[[bytes | bytearray | memoryview], Any]:
    """Return a function that reads values of one layout lazily, from the start of the data.

    Args:
        op: The layout.
        limit: Maximum number of bytes that may be claimed, or None.
        limits: Bounds of depth and of zero-sized elements.
        arrays: Type of the views of long arrays of numbers, and with numpy of records.
        check_end: Called with the data and the end of the value, if not None.
    """
    reader = LazyReader(op, limit, limits)

    def read(data: bytes | bytearray | memoryview) -> Any:
        given = bytes_of(data)
        opened = reader.open(LazySource(given, arrays), 0, len(given))
        if opened is None:
            opened = read_value(op, given, limit=limit, limits=limits)
        value, end = opened
        if check_end is not None:
            check_end(given, end)
        return value.value() if isinstance(value, LazyValue) else value

    if arrays == "memoryview" and isinstance(op, ops.Seq):
        return numbers_reader(op, limit, read, is_all=check_end is not None)
    if arrays == "numpy" and isinstance(op, ops.Seq) and limits == DEFAULT_LIMITS:
        # Imported here, as it is only for numpy.
        from snapformat.encodings.bincode.structured import records_reader

        return records_reader(op, limit, read, is_all=check_end is not None)
    return read
