"""construct's classes that choose, pad and group values, as kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import construct

from snapformat.lazy_dataclasses import dataclass
from snapformat.model.checks import describe_value
from snapformat.model.expressions import Expr
from snapformat.model.kinds.base import Kind
from snapformat.model.kinds.named import Enum, Struct
from snapformat.model.kinds.scalars import Int
from snapformat.trampoline import Task

if TYPE_CHECKING:
    from snapformat.model.protocol import Planner, ValueReader, ValueWriter
    from snapformat.model.traversal import Traversal


@dataclass(eq=False, slots=True)
class Switch(Kind):
    """One of several kinds, by the value of an expression.

    Attributes:
        key: The expression, or a constant.
        cases: Key -> kind.
        default: The kind for all other keys.
    """

    key: Any
    cases: dict[Any, Kind]
    default: Kind

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write by the chosen kind."""
        chosen = self._chosen(out)
        return chosen.write(value, out) if chosen.is_leaf else (yield chosen.write(value, out))

    def read(self, source: ValueReader) -> Task:
        """Read by the chosen kind."""
        chosen = self._chosen(source)
        return chosen.read(source) if chosen.is_leaf else (yield chosen.read(source))

    def _chosen(self, traversal: Traversal) -> Kind:
        key = traversal.evaluate(self.key)
        try:
            return self.cases.get(key, self.default)
        except TypeError:  # a key without a hash
            traversal.fail("not a value that a Switch can choose by", found=describe_value(key))

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_switch(self)

    def children(self) -> Sequence[Kind]:
        """The kinds to choose from."""
        return (*self.cases.values(), self.default)


@dataclass(eq=False, slots=True)
class If(Kind):
    """One of two kinds, by the truth of an expression.

    Attributes:
        condition: The expression, or a constant.
        then: The kind if it is true.
        otherwise: The kind if it is false.
    """

    condition: Any
    then: Kind
    otherwise: Kind

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write by the chosen kind."""
        chosen = self.then if out.evaluate(self.condition) else self.otherwise
        return chosen.write(value, out) if chosen.is_leaf else (yield chosen.write(value, out))

    def read(self, source: ValueReader) -> Task:
        """Read by the chosen kind."""
        chosen = self.then if source.evaluate(self.condition) else self.otherwise
        return chosen.read(source) if chosen.is_leaf else (yield chosen.read(source))

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_choice(self)

    def children(self) -> Sequence[Kind]:
        """The two kinds."""
        return (self.then, self.otherwise)


class Region(Kind):
    """A kind whose value occupies a region of bytes of its own."""

    __slots__ = ()

    item: Kind

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write the value as a region of its own."""
        begun = out.begin_region(self)
        item = self.item
        built = item.write(value, out) if item.is_leaf else (yield item.write(value, out))
        out.end_region(self, begun)
        return built

    def read(self, source: ValueReader) -> Task:
        """Read the value out of its region."""
        begun = source.begin_region(self)
        value = self.item.read(source) if self.item.is_leaf else (yield self.item.read(source))
        source.end_region(self, begun)
        return value

    def children(self) -> Sequence[Kind]:
        """The kind inside."""
        return (self.item,)


@dataclass(eq=False, slots=True)
class Padded(Region):
    """A value, then fill bytes up to `count` bytes in all; fill bytes that were read are not kept.

    Attributes:
        item: The value.
        count: Size of the region, bytes.
        pattern: The fill byte.
    """

    item: Kind
    count: int | Expr
    pattern: bytes

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_padded(self)


@dataclass(eq=False, slots=True)
class Prefixed(Region):
    """A value within a number of bytes that precedes it; bytes that it leaves over are skipped.

    Attributes:
        item: The value.
        length: The kind of the number.
        including: Bytes of the number itself, if it counts these too; else 0.
    """

    item: Kind
    length: Int
    including: int = 0

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_prefixed(self)


@dataclass(eq=False, slots=True)
class Checksummed(Region):
    """A value, then a checksum over all of its bytes.

    Attributes:
        item: The covered value.
        stored: The stored checksum.
        checksum: The algorithm; see `snapshot.checksum`.
        to_the_end: Whether the checksum is the last bytes of the data, and the covered value ends before it.
    """

    item: Kind
    stored: Int
    checksum: Any
    to_the_end: bool = False


@dataclass(eq=False, slots=True)
class Limited(Kind):
    """A part of a file: a value with a budget of claimed bytes, positions and a context of its own.

    Attributes:
        item: The value.
        limit: Maximum number of bytes that it may claim; None for no limit.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"limit"})

    item: Kind
    limit: int | None

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write the value; writing has no limit."""
        begun = out.begin_budget(self.limit)
        built = self.item.write(value, out) if self.item.is_leaf else (yield self.item.write(value, out))
        out.end_budget(begun)
        return built

    def read(self, source: ValueReader) -> Task:
        """Read the value."""
        begun = source.begin_budget(self.limit)
        value = self.item.read(source) if self.item.is_leaf else (yield self.item.read(source))
        source.end_budget(begun)
        return value

    def children(self) -> Sequence[Kind]:
        """The kind inside."""
        return (self.item,)


@dataclass(eq=False, slots=True)
class LazyBound(Kind):
    """construct's `LazyBound`: a reference to a kind that contains this one.

    Attributes:
        name: Its name.
        target: The kind; set once the kinds around it are known.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str
    target: Kind | None = None

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write by the target, one level deeper."""
        target = self.target
        assert target is not None
        counts = isinstance(target, Struct | Enum)  # these count their own level
        if not counts:
            out.descend()
        built = target.write(value, out) if target.is_leaf else (yield target.write(value, out))
        if not counts:
            out.ascend()
        return built

    def read(self, source: ValueReader) -> Task:
        """Read by the target, one level deeper."""
        target = self.target
        assert target is not None
        counts = isinstance(target, Struct | Enum)  # these count their own level
        if not counts:
            source.descend()
        value = target.read(source) if target.is_leaf else (yield target.read(source))
        if not counts:
            source.ascend()
        return value

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_reference(self)

    def children(self) -> Sequence[Kind]:
        """The target."""
        return () if self.target is None else (self.target,)


@dataclass(eq=False, slots=True)
class Bit:
    """A field of a bit struct.

    Attributes:
        name: Its name, or None.
        width: Bits.
        signed: Two's complement.
        flag: Whether the value is a bool.
        padding: Whether it is padding: written as zero, skipped when read; the value is None.
        labels: Mappings from number to label and from label to number, for an enum of bits.
        doc: One line of description.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"doc"})

    name: str | None
    width: int
    signed: bool = False
    flag: bool = False
    padding: bool = False
    labels: tuple[dict[int, Any], dict[str, int]] | None = None
    doc: str = ""

    def number(self, value: Any, out: ValueWriter) -> int:
        """Return the bits of a value as an unsigned number; check it against the width and labels."""
        if self.flag:
            return int(bool(value))
        if self.labels is not None and isinstance(value, str):
            numbers = self.labels[1]
            if value not in numbers:
                out.fail("an unknown label", " or ".join(numbers), repr(value))
            value = numbers[value]
        name = f"{'i' if self.signed else 'u'}{self.width} (bits)"
        if isinstance(value, bool) or not isinstance(value, int):
            out.fail("the value does not fit", name, describe_value(value))
        low, high = (-1 << self.width - 1, 1 << self.width - 1) if self.signed else (0, 1 << self.width)
        if not low <= value < high:
            out.fail("the value does not fit", f"{name} from {low} to {high - 1}", f"{value}")
        return value & (1 << self.width) - 1

    def value_of(self, raw: int) -> Any:
        """Return the value of bits, which are given as an unsigned number."""
        value: Any = raw
        if self.padding:
            value = None
        elif self.flag:
            value = raw != 0
        elif self.signed and raw >> self.width - 1:
            value = raw - (1 << self.width)
        if self.labels is not None:
            value = self.labels[0].get(value, construct.EnumInteger(value))
        return value

    def plain(self, value: Any) -> Any:
        """Return a value as plain data."""
        return str(value) if isinstance(value, str) else bool(value) if self.flag else int(value)


@dataclass(eq=False, slots=True)
class BitStruct(Kind):
    """construct's `BitStruct`: fields of bits, the highest bit of the first byte first.

    Attributes:
        size: Size in bytes.
        bits: The fields.
    """

    is_leaf: ClassVar[bool] = True

    size: int
    bits: tuple[Bit, ...]

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Write a mapping of the fields."""
        if not isinstance(value, Mapping):
            out.fail("the value does not fit", "a mapping of bit fields", describe_value(value))
        fields: dict[str, Any] = {}
        whole = 0
        for bit in self.bits:
            raw = 0
            if bit.name is not None and not bit.padding:
                out.path.append(bit.name)
                if bit.name not in value:
                    out.fail("the field is missing")
                raw = bit.number(value[bit.name], out)
                fields[bit.name] = bit.plain(value[bit.name])
                out.path.pop()
            whole = whole << bit.width | raw
        out.write_bits(self, fields, whole)
        return value

    def read(self, source: ValueReader) -> Any:
        """Read a container of the fields."""
        return source.read_bits(self)

    def plan(self, planner: Planner) -> Any:
        """Plan the operation."""
        return planner.plan_bits(self)

    def values_of(self, whole: int) -> Any:
        """Return the container of the fields in a number."""
        values = construct.Container()
        left = 8 * self.size
        for bit in self.bits:
            left -= bit.width
            if bit.name is not None:
                values[bit.name] = bit.value_of(whole >> left & (1 << bit.width) - 1)
        return values
