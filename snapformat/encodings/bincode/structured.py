"""Fixed-width records as structured arrays of numpy: views of the read bytes, and arrays to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.arrays import views_reader
from snapformat.encodings.bincode.ops import Op
from snapformat.model.numpy_scalars import is_structured
from snapformat.model.structured import raw_dtype, record_of, records_of, shaped

#: Largest size of a dtype, bytes.
_MOST_BYTES = (1 << 31) - 1
#: The one NaN that Python writes as an f16, and infinity, without their signs.
_HALF_NAN, _HALF_INFINITY = 0x7E00, 0x7C00

#: A check of all numbers of a column, in which bools are bytes.
_Check = Callable[[Any], bool]


def _all_bools(column: Any) -> bool:
    return bool(column.max(initial=0) <= 1)


def _none_zero(column: Any) -> bool:
    return bool(column.all())


def _all_up_to(most: int) -> _Check:
    return lambda column: bool(column.max(initial=0) <= most)


def _no_other_nan(column: Any) -> bool:
    """Return whether Python can write these f16: it does not keep the payload of a NaN."""
    bits = column.view(column.dtype.str.replace("f", "u")) & 0x7FFF
    return not ((bits > _HALF_INFINITY) & (bits != _HALF_NAN)).any()


class RecordLayout:
    """The layout of a record as a dtype.

    Attributes:
        dtype: Its fields in their order, without padding.
        size: Bytes of a record.
    """

    __slots__ = ("_checks", "_raw", "_written", "dtype", "size")

    def __init__(self, op: ops.Struct) -> None:
        import numpy  # only on request: it is not a dependency

        #: Checks of the columns, by the names that lead to each; and those of what is written alone.
        self._checks: list[tuple[tuple[str, ...], _Check]] = []
        self._written: list[tuple[tuple[str, ...], _Check]] = []
        self.dtype = numpy.dtype(self._format(op, ()))
        self._raw = raw_dtype(self.dtype)
        self.size: int = self.dtype.itemsize

    def _format(self, op: Op, names: tuple[str, ...]) -> Any:
        """Return what numpy makes a dtype of."""
        match op:
            case ops.Int() if op.packer is not None:
                if op.nonzero:
                    self._checks.append((names, _none_zero))
                return f"{_order(op)}{'i' if op.signed else 'u'}{op.size}"
            case ops.Float() if op.has_nan:
                if op.size == 2:
                    self._written.append((names, _no_other_nan))
                return f"{_order(op)}f{op.size}"
            case ops.Bool():
                self._checks.append((names, _all_bools))
                return "?"
            case ops.Enum():
                if [variant.index for variant in op.variants] == list(range(len(op.variants))):
                    found = self._format(op.index, names)
                    self._checks.append((names, _all_up_to(len(op.variants) - 1)))
                    return found
            case ops.FixedBytes():
                return "u1", (op.count,)
            case ops.Array():
                return self._format(op.item, names), (op.count,)
            case ops.Tuple():
                return [(f"f{i}", self._format(item, (*names, f"f{i}"))) for i, item in enumerate(op.items)]
            case ops.Struct():
                return [(str(f.attr), self._format(f.op, (*names, str(f.attr)))) for f in op.fields]
        raise NotFixedError

    def view(self, data: bytes, start: int, stop: int) -> Any:
        """Return the records in bytes as a view of these bytes; None if one can't be read."""
        import numpy

        raw = numpy.ndarray((stop - start) // self.size, self._raw, data, start)
        return raw.view(self.dtype) if _holds(raw, self._checks) else None

    def packed(self, array: Any) -> memoryview | None:
        """Return the bytes of an array of one dimension, a record an element, without a copy if it has them.

        Returns:
            None if it is of other fields, or an element can't be written or only as other bytes.
        """
        import numpy

        if not _fits(array.dtype, self.dtype):
            return None
        raw = array.view(raw_dtype(array.dtype))
        if array.dtype != self.dtype:
            raw, given = numpy.empty(len(array), self._raw), raw
            _assign(raw, given)
        raw = numpy.ascontiguousarray(raw)
        if not _holds(raw, self._checks) or not _holds(raw, self._written):
            return None
        found: Any = raw.view(f"V{self.size}")
        return memoryview(found)


class NotFixedError(Exception):
    """An operation that no dtype has."""


def _holds(raw: Any, checks: list[tuple[tuple[str, ...], _Check]]) -> bool:
    """Return whether checks of the columns of records hold."""
    for names, check in checks:
        column = raw
        for name in names:
            column = column[name]
        if not check(column):
            return False
    return True


def _order(op: ops.Int | ops.Float) -> str:
    return "<" if op.byteorder == "little" else ">"


def _fits(given: Any, wanted: Any) -> bool:
    """Return whether two dtypes have the same fields by name, up to byte order and place."""
    (given, shape), (wanted, wanted_shape) = shaped(given), shaped(wanted)
    if shape != wanted_shape:
        return False
    if wanted.names is None or given.names is None:
        return bool(
            given.names is wanted.names and (given.kind, given.itemsize) == (wanted.kind, wanted.itemsize)
        )
    return {*given.names} == {*wanted.names} and all(
        _fits(given.fields[name][0], wanted.fields[name][0]) for name in wanted.names
    )


def _assign(to: Any, given: Any) -> None:
    """Copy the fields of records by name; numpy does by position."""
    if to.dtype.names is None:
        to[...] = given
        return
    for name in to.dtype.names:
        _assign(to[name], given[name])


_layouts: WeakKeyDictionary[Op, tuple[RecordLayout | None]] = WeakKeyDictionary()


def record_layout(op: Op) -> RecordLayout | None:
    """Return the layout of a struct as a dtype; None if it is not a fixed-width record that numpy has."""
    found = _layouts.get(op)
    if found is None:
        found = _layouts.setdefault(op, (_make_layout(op),))
    return found[0]


def _make_layout(op: Op) -> RecordLayout | None:
    if (
        not isinstance(op, ops.Struct)
        or record_of(op.kind) is None
        or not 0 < (op.fixed_size or 0) <= _MOST_BYTES
    ):
        return None
    try:
        return RecordLayout(op)
    except NotFixedError:
        return None


def given_records(item: Op, value: Any) -> memoryview | list[Any] | None:
    """Return the records of a structured array of numpy, as they are written.

    Returns:
        The bytes, a record an element, as a contiguous view; a list where they have others; None if the value
        is not such an array, or this is not a record.

    Raises:
        BadValue: An array of other fields, or of more than one dimension.
    """
    if not is_structured(value):
        return None
    layout = record_layout(item)
    packed = None if layout is None or value.ndim != 1 else layout.packed(value)
    return records_of(item.kind, value) if packed is None else packed


def records_reader(
    op: ops.Seq, limit: int | None, otherwise: Callable[[Any], Any], *, is_all: bool
) -> Callable[[Any], Any]:
    """Return a function that reads a sequence of records as a structured array; see `views_reader`."""
    layout = record_layout(op.item)
    if layout is None:
        return otherwise
    return views_reader(op.length, layout.size, layout.view, limit, otherwise, is_all=is_all)
