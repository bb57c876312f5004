"""Kinds of collections: options, sequences, tuples, maps, sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from snapformat.lazy_dataclasses import dataclass
from snapformat.model import checks
from snapformat.model.buffers import numbers_of
from snapformat.model.expressions import Expr
from snapformat.model.kinds.base import Kind
from snapformat.model.kinds.scalars import length_in
from snapformat.model.numpy_scalars import as_records, is_structured
from snapformat.model.values import PairMap, PairSet, Some
from snapformat.trampoline import Task

if TYPE_CHECKING:
    from snapformat.model.protocol import Planner, ValueReader, ValueWriter

#: Number of elements read between two pauses of a long sequence.
BETWEEN_PAUSES = 256


@dataclass(frozen=True, slots=True)
class Option(Kind):
    """`Option<T>`: absent, or the value.

    Attributes:
        item: The kind of the present value.
        wrapped: Whether the present value is wrapped in `Some`, since `item` is an option itself.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"wrapped"})

    item: Kind
    wrapped: bool = False

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write None or the value."""
        out.write_option(self, value is not None)
        if value is None:
            return None
        inner = out.check(unwrapped, value, self.wrapped)
        out.enter_item()
        built = self.item.write(inner, out) if self.item.is_leaf else (yield self.item.write(inner, out))
        out.leave_item()
        return Some(built) if self.wrapped else built

    def read(self, source: ValueReader) -> Task:
        """Read None or the value."""
        if not source.read_option(self):
            return None
        source.enter_item()
        value = self.item.read(source) if self.item.is_leaf else (yield self.item.read(source))
        source.leave_item()
        return Some(value) if self.wrapped else value

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_option(self)

    def children(self) -> Sequence[Kind]:
        """The kind inside."""
        return (self.item,)


def unwrapped(value: Any, wrapped: bool) -> Any:
    """Return the value inside a present option."""
    if not wrapped:
        return value
    if not isinstance(value, Some):
        raise checks.BadValue(
            "None or Some(value), since the value may be None itself", checks.describe_value(value)
        )
    return value.value


def write_elements(kind: Kind, values: Sequence[Any], out: ValueWriter) -> Task:
    """Write the elements of a sequence, whose kind is its only child; return the built elements."""
    (item,) = kind.children()
    out.claim_elements(kind, len(values))
    if out.write_many(item, values):
        return _listed(values) if out.keep else values
    built: list[Any] | None = [] if out.keep else None
    context = out.context() if isinstance(kind, Array) and kind.indexed else None
    for position, value in enumerate(values):
        out.enter(0, position)
        if context is not None:
            context["_index"] = position
        part = item.write(value, out) if item.is_leaf else (yield item.write(value, out))
        out.leave()
        if built is not None:
            built.append(part)
    return values if built is None else built


def _listed(values: Sequence[Any]) -> list[Any]:
    return values.tolist() if isinstance(values, memoryview) else list(values)


def read_elements(kind: Kind, count: int, source: ValueReader) -> Task:
    """Read `count` elements of a sequence, whose kind is its only child."""
    (item,) = kind.children()
    source.claim_elements(kind, count)
    values: list[Any] | None = source.read_many(item, count)
    if values is not None:
        return values
    values = []
    context = source.context() if isinstance(kind, Array) and kind.indexed else None
    for position in range(count):
        begun = source.mark()
        source.enter(0, position)
        if context is not None:
            context["_index"] = position
        values.append(item.read(source) if item.is_leaf else (yield item.read(source)))
        source.leave()
        source.end_element(kind, begun)
        if source.pauses and not position % BETWEEN_PAUSES:
            yield pause()
    return values


def pause() -> Task:
    """Pause the task, so that its driver can take the events so far."""
    return
    yield


@dataclass(frozen=True, slots=True)
class Seq(Kind):
    """`Vec<T>` and its like, and construct's `PrefixedArray`: a number, then the elements.

    Attributes:
        item: The kind of the elements.
        length: The kind of the number, without parts; None for that of the encoding.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"length"})

    item: Kind
    length: Kind | None = None

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write a list, a tuple, a buffer of numbers, or a structured array of records."""
        values = given_elements(self.item, value, out)
        out.write_seq(self, len(values))
        return (yield from write_elements(self, values, out))

    def read(self, source: ValueReader) -> Task:
        """Read a list."""
        return (yield from read_elements(self, source.read_seq(self), source))

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_seq(self)

    def in_encoding(self, config: Any) -> Mapping[str, Any]:
        """Return the kind of the number."""
        return {"length": self.length or length_in(config)}

    def children(self) -> Sequence[Kind]:
        """The kind of an element."""
        return (self.item,)


def given_elements(item: Kind, value: Any, out: ValueWriter, count: int | None = None) -> Sequence[Any]:
    """Return the elements of a list, a tuple or a structured array, or a buffer's numbers as a memoryview."""
    if is_structured(value):
        value = out.check(as_records, item, value)
    numbers: memoryview | None = out.check(numbers_of, item, value)
    if numbers is None or (count is not None and len(numbers) != count):
        listed: tuple[Any, ...] = out.check(checks.as_list, value if numbers is None else [*numbers], count)
        return listed
    return numbers


@dataclass(frozen=True, slots=True)
class Array(Kind):
    """`[T; N]`, and construct's `Array`: elements whose number is not stored.

    Attributes:
        item: The kind of the elements.
        count: The number of elements; in constructs it may be an expression of earlier fields.
        indexed: Whether the elements may look at their index, in construct's context.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"indexed"})

    item: Kind
    count: int | Expr
    indexed: bool = False

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write a list, a tuple, a buffer or an array, of the right length."""
        count = out.count(self.count, "number of elements")
        values = given_elements(self.item, value, out, count)
        out.write_array(self, count)
        return (yield from write_elements(self, values, out))

    def read(self, source: ValueReader) -> Task:
        """Read a list."""
        count = source.count(self.count, "number of elements")
        source.read_array(self, count)
        return (yield from read_elements(self, count, source))

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_array(self)

    def children(self) -> Sequence[Kind]:
        """The kind of an element."""
        return (self.item,)


@dataclass(frozen=True, slots=True)
class Tuple(Kind):
    """A tuple: its elements one after the other."""

    items: tuple[Kind, ...]

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write a tuple or a list of the right length."""
        values = out.check(checks.as_tuple, value, len(self.items))
        out.write_tuple(self, len(values))
        built = []
        for index, (item, element) in enumerate(zip(self.items, values, strict=True)):
            out.enter(index, index)
            built.append(item.write(element, out) if item.is_leaf else (yield item.write(element, out)))
            out.leave()
        return tuple(built)

    def read(self, source: ValueReader) -> Task:
        """Read a tuple."""
        source.read_tuple(self, len(self.items))
        values = []
        for index, item in enumerate(self.items):
            source.enter(index, index)
            values.append(item.read(source) if item.is_leaf else (yield item.read(source)))
            source.leave()
        return tuple(values)

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_tuple(self)

    def children(self) -> Sequence[Kind]:
        """The kinds of the elements."""
        return self.items


def _key_order(config: Any) -> dict[str, Any]:
    if config is None or config.rules.key_order == "as declared":
        return {}
    return {"key order": config.rules.key_order}


@dataclass(frozen=True, slots=True)
class Map(Kind):
    """A map: a number, then keys and values in turn.

    Attributes:
        key: The kind of the keys.
        value: The kind of the values.
        ordered: Whether entries are written sorted by key (`BTreeMap`).
        length: The kind of the number, without parts; None for that of the encoding.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"length"})

    key: Kind
    value: Kind
    ordered: bool
    length: Kind | None = None

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write a mapping."""
        if out.orders:
            out.write_ordered((yield out.keys.sorted_parts(self, value)))
            return value
        pairs = out.check(checks.as_pairs, value)
        is_sorted = out.sort_entries(self, pairs)
        out.write_map(self, len(pairs))
        out.claim_elements(self, len(pairs))
        for position, pair in enumerate(pairs):
            for side, (name, kind) in enumerate((("key", self.key), ("value", self.value))):
                out.enter(side, (position, name, pair[0]))
                if kind.is_leaf:
                    kind.write(pair[side], out)
                else:
                    yield kind.write(pair[side], out)
                out.leave()
        if not is_sorted:
            out.fail("the keys can't be sorted")
        return value

    def read(self, source: ValueReader) -> Task:
        """Read a `PairMap`; of equal keys the last one counts."""
        entries: PairMap[Any, Any] = PairMap()
        key_kind, value_kind = self.key, self.value
        count = source.distinct(self, source.read_map(self))
        source.claim_elements(self, count)
        before: Any = None
        for position in range(count):
            begun = source.mark()
            source.enter(0, (position, "key"))
            key = key_kind.read(source) if key_kind.is_leaf else (yield key_kind.read(source))
            before = source.end_key(self, begun, before)
            source.leave()
            source.enter(1, (position, "value", key))
            value = value_kind.read(source) if value_kind.is_leaf else (yield value_kind.read(source))
            source.leave()
            try:
                entries[key] = value
            except RecursionError:  # keys that are maps themselves, in depth
                source.fail("keys nested too deeply to be compared")
            source.end_element(self, begun)
        return entries

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_map(self)

    def in_encoding(self, config: Any) -> Mapping[str, Any]:
        """Return the kind of the number, and an order that is the encoding's."""
        return {"length": self.length or length_in(config)} | _key_order(config)

    def children(self) -> Sequence[Kind]:
        """The kinds of a key and a value."""
        return (self.key, self.value)


@dataclass(frozen=True, slots=True)
class Set(Kind):
    """A set: a number, then the elements.

    Attributes:
        item: The kind of the elements.
        ordered: Whether elements are written sorted (`BTreeSet`).
        length: The kind of the number, without parts; None for that of the encoding.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"length"})

    item: Kind
    ordered: bool
    length: Kind | None = None

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write a set."""
        if out.orders:
            out.write_ordered((yield out.keys.sorted_parts(self, value)))
            return value
        values = out.check(checks.as_elements, value)
        is_sorted = out.sort_elements(self, values)
        out.write_seq(self, len(values))
        yield from write_elements(self, values, out)
        if not is_sorted:
            out.fail("the elements can't be sorted")
        return value

    def read(self, source: ValueReader) -> Task:
        """Read a `PairSet`."""
        count = source.distinct(self, source.read_seq(self))
        return PairSet((yield from read_elements(self, count, source)))

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_set(self)

    def in_encoding(self, config: Any) -> Mapping[str, Any]:
        """Return the kind of the number, and an order that is the encoding's."""
        return {"length": self.length or length_in(config)} | _key_order(config)

    def children(self) -> Sequence[Kind]:
        """The kind of an element."""
        return (self.item,)
