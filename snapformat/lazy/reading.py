"""Reading a value lazily: undecoded structs, arrays of numbers and records as views, all else eagerly."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, get_args
from weakref import WeakKeyDictionary

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.arrays import Arrays, number_code, view_of
from snapformat.encodings.bincode.codec.claims import Claims
from snapformat.encodings.bincode.codec.engine import read_part, skipper_of
from snapformat.encodings.bincode.codec.shape import is_array, may_be_many
from snapformat.encodings.bincode.ops import Op, children
from snapformat.errors import DecodeError
from snapformat.lazy import state
from snapformat.lazy.state import NOT_LAZY, Path, lazy_type_of
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model.values import Some

if TYPE_CHECKING:
    from snapformat.encodings.bincode.structured import RecordLayout


class LazySource:
    """The bytes that values are read from lazily.

    Attributes:
        data: All bytes.
        arrays: Type of the views of long arrays of numbers, and with numpy of records; None for lists.
        limit: Maximum number of bytes that the whole value may claim, or None; checked when it is skipped.
    """

    __slots__ = ("arrays", "data", "limit")

    def __init__(self, data: bytes, arrays: Arrays | None = None, limit: int | None = None) -> None:
        self.data: bytes = data
        self.arrays = arrays
        self.limit: int | None = limit

    def explain(self, error: DecodeError) -> None:
        """Complete the error for damaged bytes."""

    def read_at_once(self) -> Any:
        """Read the whole value eagerly, and raise its error."""
        raise NotImplementedError

    def read(self, op: Op, start: int, stop: int, depth: int, path: Path) -> Any:
        """Return the value between two positions, as lazy as its layout allows.

        Args:
            op: Its layout.
            start: Offset of the value.
            stop: Its end, which the skipper found.
            depth: Number of structs and enums around it.
            path: Its path.

        Raises:
            DecodeError: The bytes are not such a value.
        """
        if stop - start >= state.LEAST_STRUCT or (self.arrays is not None and has_arrays(op, self.arrays)):
            reader = _READERS.get(type(op))
            value = NOT_LAZY if reader is None else reader(op, self, start, stop, depth, path)
            if value is not NOT_LAZY:
                return value
        try:
            return read_part(op, self.data, start, stop, depth, path)
        except DecodeError as error:
            self.explain(error)
            raise


#: For each type of views, whether a layout has arrays that can be such views.
_arrays: dict[Arrays, WeakKeyDictionary[Op, bool]] = {kind: WeakKeyDictionary() for kind in get_args(Arrays)}


def has_arrays(op: Op, arrays: Arrays) -> bool:
    """Return whether a layout has arrays that lazy reading can return as views of a type."""
    found = _arrays[arrays].get(op)
    if found is None:
        seen: set[Op] = set()
        waiting = [op]
        while waiting and not found:
            current = waiting.pop()
            if current in seen or type(current) not in _READERS:
                continue
            seen.add(current)
            found = is_array(current) or (arrays == "numpy" and _record_layout(current) is not None)
            if not isinstance(current, ops.Struct) or lazy_type_of(current) is not None:
                waiting += children(current)
        found = _arrays[arrays][op] = bool(found)
    return found


def _record_layout(op: Op) -> RecordLayout | None:
    """Return the layout of the elements, if these are records that may be many."""
    if not isinstance(op, ops.Seq | ops.Array) or not may_be_many(op):
        return None
    # Imported here, as it is only for numpy.
    from snapformat.encodings.bincode.structured import record_layout

    return record_layout(op.item)


def _struct(op: ops.Struct, source: LazySource, start: int, stop: int, depth: int, path: Path) -> Any:
    lazy_type = lazy_type_of(op)
    if lazy_type is None:
        return NOT_LAZY
    try:
        places = lazy_type.index(
            source.data, start, stop, depth, Claims(DEFAULT_LIMITS.zero_sized, stop - start, source.limit)
        )
    except Exception:  # reading it raises the error
        return NOT_LAZY
    return lazy_type.make(source, places, places[-1], depth + 1, path)


def _option(op: ops.Option, source: LazySource, start: int, stop: int, depth: int, path: Path) -> Any:
    reader = _READERS.get(type(op.item))
    if reader is None or source.data[start] != 1:
        return NOT_LAZY
    value = reader(op.item, source, start + 1, stop, depth, path)
    return Some(value) if op.wrapped and value is not NOT_LAZY else value


def _ref(op: ops.Call, source: LazySource, start: int, stop: int, depth: int, path: Path) -> Any:
    target = op.target
    return _struct(target, source, start, stop, depth, path) if isinstance(target, ops.Struct) else NOT_LAZY


def _elements(
    op: ops.Seq | ops.Array, source: LazySource, start: int, stop: int, depth: int, path: Path
) -> Any:
    first = start
    if isinstance(op, ops.Seq):
        if not isinstance(op.length, ops.Int) or op.length.variable:
            return NOT_LAZY
        first += op.length.size
        count = int.from_bytes(source.data[start:first], op.length.byteorder)
    elif isinstance(op.count, int):
        count = op.count
    else:
        return NOT_LAZY
    if source.arrays is not None and is_array(op):
        code, size = number_code(op.item), op.item.fixed_size
        assert code is not None
        assert size is not None
        return view_of(code, size, source.data, first, stop, source.arrays)
    if source.arrays == "numpy" and (records := _record_layout(op)) is not None:
        view = records.view(source.data, first, stop)
        return NOT_LAZY if view is None else view  # reading one by one raises the error
    item = op.item
    # Many small elements are read at once, unless there are views to be had of them.
    is_large = stop - first >= state.LEAST_STRUCT * count or (
        source.arrays is not None and has_arrays(item, source.arrays)
    )
    if type(item) not in _READERS or not is_large:
        return NOT_LAZY
    skip = skipper_of(item)
    assert skip is not None
    values = []
    claims = Claims(DEFAULT_LIMITS.zero_sized, stop - start, source.limit)
    try:
        for index in range(count):
            end = skip(source.data, first, stop, depth, claims)
            values.append(source.read(item, first, end, depth, (*path, index)))
            first = end
    except Exception:  # reading it raises the first error: earlier elements may be undecoded
        return NOT_LAZY
    return values


_READERS: dict[type[Op], Callable[[Any, LazySource, int, int, int, Path], Any]] = {
    ops.Struct: _struct,
    ops.Option: _option,
    ops.Call: _ref,
    ops.Seq: _elements,
    ops.Array: _elements,
}
