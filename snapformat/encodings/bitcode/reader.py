"""The reference reader of bitcode: all other readers agree with it, and it raises every error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NoReturn

from snapformat.encodings.bincode.reader import read_c_struct
from snapformat.encodings.bincode.sizes import c_layout
from snapformat.encodings.bitcode.packing import ColumnError, ColumnInput
from snapformat.encodings.bitcode.places import (
    INTEGER_SIZES,
    MOST_ZERO_SIZED,
    Way,
    is_zero_sized_in_rust,
    no_integers,
)
from snapformat.errors import DecodeError, SchemaError
from snapformat.lazy_dataclasses import dataclass
from snapformat.limits import Limits
from snapformat.model import kinds
from snapformat.model.c_struct import CStruct, decode_fields, deferred
from snapformat.model.checks import describe_value
from snapformat.model.costs import collapses_to_one, element_costs
from snapformat.model.kinds import Kind
from snapformat.model.kinds.scalars import BYTE
from snapformat.model.protocol import ValueReader
from snapformat.model.traversal import Step
from snapformat.path import Segment
from snapformat.trampoline import Task


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a message.

    Attributes:
        offset: Where it begins.
        size: Its size in bytes.
        kind: Its sort: `bool`, `u8` to `u128`, `f32`, `str` (lengths, then text), `seq` and `map` (lengths),
            `enum` (numbers of variants; of options, 0 for None and 1 for Some).
        packing: How its numbers are packed: `none`, `bits`, `base 16 + 3`, `u8, base 4`.
        count: Number of values.
        path: The place in the type: `.field`, `.0` in a tuple, `[]` for elements, `{key}` and `{value}`,
            `?` for the value of an option, `<Name>` for the fields of a variant.
        segments: Path of the first value in it.
    """

    offset: int
    size: int
    kind: str
    packing: str
    count: int
    path: str
    segments: tuple[Segment, ...] = ()


class Place:
    """A place in the type that has been read: a node of bitcode's tree.

    Attributes:
        count: Number of values here in the whole message.
        around: The place around it, or None.
        step: What it adds to the path of that; see `Column.path`.
        sort: The sort of its column, once that is read; None until then.
        values: The values in the column that are not yet used.
        counts: Function from a child to the number of values there.
        start: Offset of the column.
        children: The places below, by position.
    """

    __slots__ = ("around", "children", "count", "counts", "sort", "start", "step", "values")

    def __init__(self, count: int, around: Place | None, step: str) -> None:
        self.count: int = count
        self.around: Place | None = around
        self.step: str = step
        self.sort: str | None = None
        self.values: Iterator[Any] = iter(())
        self.counts: Callable[[int], int] = lambda index: count
        self.start: int = 0
        self.children: dict[int, Place] = {}

    @property
    def path(self) -> str:
        """Its path, put together on demand: those of deep places would take memory by the square."""
        steps = []
        here: Place | None = self
        while here is not None:
            steps.append(here.step)
            here = here.around
        return "".join(reversed(steps))


class BitcodeReader(ValueReader):
    """Reads a message of bitcode.

    Args:
        source: The bytes.
        limits: Bounds of depth and of zero-sized elements.

    Attributes:
        columns: The columns read so far; None if they are not collected.
    """

    __slots__ = ("_outer", "_place", "_source", "_tail", "_way", "columns")

    def __init__(self, source: ColumnInput, limits: Limits, root: str = "$") -> None:
        super().__init__(limits)
        self._source = source
        self._place = Place(1, None, root)
        self._way = Way.SAME
        self._outer: list[tuple[Place, Way, str]] = []
        #: Names on the way to a part at the same place, for the path of its column.
        self._tail = ""
        self.columns: list[Column] | None = None

    @property
    def pos(self) -> int:
        """Offset after the columns read so far."""
        return self._source.pos

    # --- places ---------------------------------------------------------------------------------------

    def enter(self, index: int, step: Step) -> None:
        self.path.append(step)
        place, way = self._place, self._way
        self._outer.append((place, way, self._tail))
        if way.has_places:
            self._place = self._child(step if way is Way.EACH else index, way, step)
            self._tail = ""
        else:
            self._tail += way.suffix(step)
        self._way = Way.SAME

    def _child(self, index: Any, way: Way, step: Any) -> Place:
        place = self._place
        found = place.children.get(index)
        if found is None:
            added = self._tail + way.suffix(step)
            found = place.children[index] = Place(place.counts(index), place, added)
        return found

    def leave(self) -> None:
        self.path.pop()
        self._place, self._way, self._tail = self._outer.pop()

    def enter_item(self) -> None:
        self._outer.append((self._place, self._way, self._tail))
        self._place = self._child(1, Way.OPTION, None)
        self._way, self._tail = Way.SAME, ""

    def leave_item(self) -> None:
        self._place, self._way, self._tail = self._outer.pop()

    def state(self) -> Any:
        return super().state(), self._place, self._way, self._tail, len(self._outer)

    def restore(self, state: Any) -> None:
        before, self._place, self._way, self._tail, length = state
        del self._outer[length:]
        super().restore(before)

    def mark(self) -> int | None:
        return self._place.start if self._place.sort is not None else self._source.pos

    def offset_of(self, mark: Any) -> int | None:
        return self.mark() if mark is None else int(mark)

    # --- columns --------------------------------------------------------------------------------------

    def _next(self, sort: str, unpack: Callable[[ColumnInput, int], Sequence[Any]]) -> Any:
        """Return the next value of the column at this place, which is read on first use."""
        place = self._place
        if place.sort is None:
            self._read_column(place, sort, unpack)
        elif place.sort != sort:
            self.fail("two types at one place of the type", place.sort, sort)
        return next(place.values)

    def _read_column(
        self, place: Place, sort: str, unpack: Callable[[ColumnInput, int], Sequence[Any]]
    ) -> Sequence[Any]:
        source = self._source
        start = source.pos
        try:
            found = unpack(source, place.count)
        except ColumnError as error:
            path = place.path + self._tail
            self.fail(f"{error.message}, {sort} of {path}", error.expected, error.found, error.offset)
        place.sort, place.values, place.start = sort, iter(found), start
        if self.columns is not None:
            size, packing = source.pos - start, source.packing
            path = place.path + self._tail
            self.columns.append(Column(start, size, sort, packing, place.count, path, self.segments()))
        return found

    def _counted(self, sort: str) -> int:
        """Read the number of elements of a sequence, or of the entries of a map."""
        place = self._place
        if place.sort is None:
            total = sum(self._read_column(place, sort, ColumnInput.lengths))
            place.counts = lambda _: total
        count: int = self._next(sort, ColumnInput.lengths)
        return count

    def _index(self) -> int:
        """Read the number of a variant."""
        place = self._place
        if place.sort is None:
            place.counts = bytes(self._read_column(place, "enum", ColumnInput.small)).count
        index: int = self._next("enum", ColumnInput.small)
        return index

    # --- primitives -----------------------------------------------------------------------------------

    def read_int(self, kind: kinds.Int) -> int:
        if kind.size not in INTEGER_SIZES:  # of a kind of another package
            raise SchemaError(no_integers(kind))
        value: int = self._next(
            f"u{8 * kind.size}", partial(ColumnInput.ints, size=kind.size, signed=kind.signed)
        )
        if kind.nonzero and value == 0:
            self.fail("zero is not allowed", f"a nonzero {kind.name}", "0")
        return value

    def read_bool(self, kind: kinds.Bool) -> Any:
        return self._next("bool", ColumnInput.bools) == 1

    def read_float(self, kind: kinds.Float) -> float:
        found: float
        if kind.size == 4:
            found = self._next("f32", ColumnInput.f32s)
        else:
            found = self._next("u64", ColumnInput.f64s)
        return found

    def read_char(self, kind: kinds.Char) -> str:
        number = self._next("u32", partial(ColumnInput.ints, size=4))
        if 0xD800 <= number < 0xE000 or number > 0x10FFFF:
            self.fail("not a char", "a Unicode scalar value", f"0x{number:x}")
        return chr(number)

    def read_str(self, kind: kinds.Str) -> str:
        text: str = self._next("str", ColumnInput.texts)
        return text

    def read_bytes(self, kind: kinds.Bytes) -> bytes:
        data = self._bytes()
        if kind.exact is not None and len(data) != kind.exact:
            self.fail("bytes of a fixed length", f"{kind.exact} bytes", describe_value(len(data)))
        if kind.no_nul and b"\0" in data:
            self.fail("a zero byte inside", "bytes without one", "0x00")
        return data

    def read_fixed_bytes(self, kind: kinds.FixedBytes, count: int) -> bytes:
        self.read_array(kind, count)
        data = bytearray()
        for position in range(count):
            self.enter(0, position)
            data.append(self.read_int(BYTE))
            self.leave()
        return bytes(data)

    def _bytes(self) -> bytes:
        """Read bytes, which are a sequence of u8."""
        count = self._counted("seq")
        if not count:
            return b""
        outer, tail = self._place, self._tail
        self._place, self._tail = self._child(0, Way.ELEMENT, None), ""
        if self._place.sort is None:
            self._read_column(self._place, "u8", ColumnInput.small)
        values = self._place.values
        data = bytes(next(values) for _ in range(count))
        self._place, self._tail = outer, tail
        return data

    def read_unit(self, kind: Kind) -> None:
        pass

    # --- groups ---------------------------------------------------------------------------------------

    def read_option(self, kind: kinds.Option) -> bool:
        index = self._index()
        if index > 1:
            self.fail("not an option", "0 (None) or 1 (Some)", f"{index}")
        return index == 1

    def read_seq(self, kind: Kind) -> int:
        count = self._counted("seq")
        self._guard(kind, count)
        self._way = Way.ELEMENT
        return count

    def read_map(self, kind: kinds.Map) -> int:
        count = self._counted("map")
        self._guard(kind, count)
        self._way = Way.ENTRY
        return count

    def _guard(self, kind: Kind, count: int) -> None:
        """Refuse elements, or keys, of Rust's size zero as bitcode does."""
        if count > MOST_ZERO_SIZED and is_zero_sized_in_rust(kind.children()[0]):
            self.fail("too many zero-sized elements", f"at most {MOST_ZERO_SIZED}", f"{count}")

    def claim_elements(self, kind: Kind, count: int) -> None:
        costs = element_costs(kind)
        if cost := costs.surplus or costs.known:
            self.claim_zero_sized(count, cost)

    def distinct(self, kind: kinds.Set | kinds.Map, count: int) -> int:
        if count < 2 or not collapses_to_one(kind):
            return count
        self.claim_zero_sized(count - 1, element_costs(kind).zero_sized)
        return 1

    def read_tuple(self, kind: Kind, count: int) -> None:
        self._way = Way.of(count)

    def read_array(self, kind: Kind, count: int) -> None:
        self._way = Way.ONE if count == 1 else Way.EACH

    def read_struct(self, kind: kinds.Struct) -> None:
        self._way = Way.of(len(kind.fields), kind.style)

    def read_variant(self, kind: kinds.Enum) -> kinds.EnumVariant:
        index = self._index()
        variant = kind.variants[index] if index < len(kind.variants) else kind.other
        if variant is None:
            most = len(kind.variants) - 1
            self.fail(f"not a variant of {kind.name}", f"an index from 0 to {most}", f"{index}")
        self._way = Way.VARIANT
        return variant

    # --- C structs ------------------------------------------------------------------------------------

    def read_blob(self, kind: kinds.Blob) -> Task:
        assert kind.item.cls is not None
        layout = c_layout(kind)
        data = self._bytes()
        value: CStruct = deferred(kind.item.cls, data, layout.size, partial(read_c_struct, kind.item))
        if not layout.fits_any:
            try:
                decode_fields(value)
            except DecodeError as error:
                self.fail(f"in {kind.item.name}, {error.message}", error.expected, error.found)
        return value
        yield


def fail_rest(left: int, offset: int) -> NoReturn:
    """Raise the error for bytes after the last column."""
    message = f"{left} byte{'' if left == 1 else 's'} left over after the last column"
    raise DecodeError(message, offset=offset)
