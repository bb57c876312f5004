"""Records in structured arrays of numpy: which kinds these can hold, and their elements as values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.checks import BadValue
from snapformat.model.declaration import declaration_of
from snapformat.model.floats import f32_from_bits
from snapformat.model.kinds import LETTERS, Kind
from snapformat.model.numpy_scalars import is_structured

#: Maximum nesting of records, tuples and arrays in a record, and maximum number of its numbers.
MOST_LEVELS = 16
MOST_COLUMNS = 1024

#: A dtype of numpy, and the shape of a subarray of it.
_Shaped = tuple[Any, tuple[int, ...]]


class Column:
    """A column of a structured array, with the values of a kind."""

    __slots__ = ()

    #: Number of numbers in it, with arrays counted once.
    count = 1

    @property
    def text(self) -> str:
        """Its type, for messages."""
        raise NotImplementedError

    def accepts(self, dtype: Any, shape: tuple[int, ...]) -> bool:
        """Return whether an array of these holds such values; their byte order does not matter."""
        raise NotImplementedError

    def values(self, array: Any) -> list[Any]:
        """Return the values of an array, whose first axis counts them.

        Args:
            array: An accepted array, in which bools are bytes. What can't be a value is returned as the
                number that it is, so that writing it raises the error.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Number(Column):
    """A number, a bool or a variant of an enum.

    Attributes:
        letter: numpy's letter: `u`, `i`, `f` or `b`.
        size: Bytes; None for any, of the index of a variant.
        named: The values that numbers stand for, of bools their bytes; or None.
    """

    letter: str
    size: int | None
    named: dict[int, Any] | None = None

    @property
    def text(self) -> str:
        """Its type, for messages."""
        return "?" if self.letter == "b" else f"{self.letter}{'' if self.size is None else self.size}"

    def accepts(self, dtype: Any, shape: tuple[int, ...]) -> bool:
        """Return whether an array of these holds such values."""
        return not shape and dtype.kind == self.letter and self.size in (None, dtype.itemsize)

    def values(self, array: Any) -> list[Any]:
        """Return the values of an array."""
        found: list[Any] = array.tolist()
        if self.named is not None:
            return [self.named.get(number, number) for number in found]
        if self.letter == "f" and self.size == 4 and (array != array).any():
            bits = array.view(array.dtype.str.replace("f", "u"))  # the processor would quiet a NaN
            found = [f32_from_bits(int(each)) for each in bits]
        return found


@dataclass(frozen=True, slots=True)
class Octets(Column):
    """A fixed number of bytes."""

    size: int

    @property
    def text(self) -> str:
        """Its type, for messages."""
        return f"({self.size},)u1"

    def accepts(self, dtype: Any, shape: tuple[int, ...]) -> bool:
        """Return whether an array of these holds such values."""
        return shape == (self.size,) and dtype.kind == "u" and dtype.itemsize == 1

    def values(self, array: Any) -> list[Any]:
        """Return the values of an array."""
        data, size = array.tobytes(), self.size
        return [data[at : at + size] for at in range(0, len(data), size)]


@dataclass(frozen=True, slots=True)
class Repeated(Column):
    """A fixed number of values."""

    item: Column
    size: int

    @property
    def count(self) -> int:  # type: ignore[override]
        """Number of numbers in it."""
        return self.item.count

    @property
    def text(self) -> str:
        """Its type, for messages."""
        return f"({self.size},){self.item.text}"

    def accepts(self, dtype: Any, shape: tuple[int, ...]) -> bool:
        """Return whether an array of these holds such values."""
        return shape[:1] == (self.size,) and self.item.accepts(dtype, shape[1:])

    def values(self, array: Any) -> list[Any]:
        """Return the values of an array."""
        size = self.size
        found = self.item.values(array.reshape(-1, *array.shape[2:]))
        return [found[at : at + size] for at in range(0, len(found), size)]


@dataclass(frozen=True, slots=True)
class Record(Column):
    """A record.

    Attributes:
        fields: The fields by name, in their order.
        make: Function from the list of the fields' values to the value.
    """

    fields: dict[str, Column]
    make: Callable[[list[Any]], Any]

    @property
    def count(self) -> int:  # type: ignore[override]
        """Number of numbers in it."""
        return sum(column.count for column in self.fields.values())

    @property
    def text(self) -> str:
        """Its type, for messages."""
        return f"{{{', '.join(f'{name}: {column.text}' for name, column in self.fields.items())}}}"

    def accepts(self, dtype: Any, shape: tuple[int, ...]) -> bool:
        """Return whether an array of these holds such values."""
        if shape or dtype.names is None or len(dtype.names) != len(self.fields):
            return False
        return all(
            name in dtype.names and column.accepts(*shaped(dtype.fields[name][0]))
            for name, column in self.fields.items()
        )

    def values(self, array: Any) -> list[Any]:
        """Return the values of an array."""
        columns = [column.values(array[name]) for name, column in self.fields.items()]
        return [self.make(list(each)) for each in zip(*columns, strict=True)]


def shaped(dtype: Any) -> _Shaped:
    """Return the dtype of an element and the shape of a subarray; no shape for other dtypes."""
    shape: tuple[int, ...] = ()
    while dtype.subdtype is not None:  # there may be subarrays of subarrays
        dtype, inner = dtype.subdtype
        shape += inner
    return dtype, shape


def raw_dtype(dtype: Any) -> Any:
    """Return a dtype with bytes in place of bools, for looking at the bytes of a bool."""
    import numpy  # there is an array of it

    if dtype.subdtype is not None:
        item, shape = dtype.subdtype
        return numpy.dtype((raw_dtype(item), shape))
    if dtype.names is None:
        return numpy.dtype("u1") if dtype.kind == "b" else dtype
    fields = [dtype.fields[name] for name in dtype.names]
    return numpy.dtype(
        {
            "names": list(dtype.names),
            "formats": [raw_dtype(field[0]) for field in fields],
            "offsets": [field[1] for field in fields],
            "itemsize": dtype.itemsize,
        }
    )


def record_of(kind: Kind) -> Record | None:
    """Return what the values of a struct are in a structured array; None for kinds that it can't hold.

    It can hold structs of numbers, bools, enums without data and fixed numbers of bytes, and of fixed arrays,
    tuples and structs of these; not classes with constructors of their own.
    """
    if not isinstance(kind, kinds.Struct) or kind.resolve is not None:
        return None
    found = kind.derive("record", lambda: (_column(kind, MOST_LEVELS),))[0]
    return found if isinstance(found, Record) else None


def _column(kind: Kind, levels: int) -> Column | None:
    if not levels:
        return None
    match kind:
        case kinds.Bool() if not kind.lenient:
            return Number("b", 1, {0: False, 1: True})
        case kinds.Int() if kind.size in LETTERS and kind.most is None:
            return Number("i" if kind.signed else "u", kind.size)
        case kinds.Float():
            return Number("f", kind.size)
        case kinds.FixedBytes() if isinstance(kind.count, int) and kind.count > 0:
            return Octets(kind.count)
        case kinds.Enum() if kind.variants and kind.other is None:
            if any(variant.payload is not None for variant in kind.variants):
                return None
            return Number("u", None, {variant.index: variant.constant for variant in kind.variants})
        case kinds.Array() if isinstance(kind.count, int) and kind.count > 0 and not kind.indexed:
            item = _column(kind.item, levels - 1)
            return None if item is None else Repeated(item, kind.count)
        case kinds.Tuple():
            names = [f"f{index}" for index in range(len(kind.items))]
            return _record(names, kind.items, tuple, levels)
        case kinds.Struct() if _is_plain(kind):
            return _record([str(f.attr) for f in kind.fields], kind.children(), kind.make, levels)
    return None


def _is_plain(kind: kinds.Struct) -> bool:
    declared = None if kind.cls is None else declaration_of(kind.cls)
    if declared is None or not declared.plain or kind.scoped or kind.subcons is not None:
        return False
    return all(field.attr is not None for field in kind.fields)


def _record(names: Sequence[str], items: Sequence[Kind], make: Any, levels: int) -> Record | None:
    fields: dict[str, Column] = {}
    count = 0
    for name, item in zip(names, items, strict=True):
        column = _column(item, levels - 1)
        if column is None:
            return None
        count += column.count
        if count > MOST_COLUMNS:
            return None
        fields[name] = column
    return Record(fields, make) if fields else None


def records_of(item: Kind, value: Any) -> list[Any] | None:
    """Return the elements of a structured array as values of their kind.

    Args:
        item: The kind of the elements.
        value: The array, or a value of any other type.

    Returns:
        The elements; None if the value is not a structured array, or the kind not one that it can hold.

    Raises:
        BadValue: An array of other fields, or of more than one dimension.
    """
    record = record_of(item) if is_structured(value) else None
    if record is None:
        return None
    if value.ndim != 1 or not record.accepts(value.dtype, ()):
        dimensions = "" if value.ndim == 1 else f" in {value.ndim} dimensions"
        raise BadValue(
            f"a list or an array of records {record.text}", f"an array of {value.dtype}{dimensions}"
        )
    return record.values(value.view(raw_dtype(value.dtype)))
