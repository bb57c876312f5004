"""Kinds that construct itself reads and writes where values are bytes.

Their parts are known, so documents, JSON, events and comparison show them. How the parts are stored is left
to construct. A reader or writer says by `runs_constructs` whether its values are bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import construct

from snapformat.errors import SnapshotError, excerpt
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.checks import describe_exception, describe_value
from snapformat.model.expressions import fill_context
from snapformat.model.kinds.base import Kind
from snapformat.model.kinds.conversions import Computed, Const, Default, Rebuild
from snapformat.model.kinds.named import Field, Struct
from snapformat.model.kinds.scalars import Bytes, Int, Unit
from snapformat.trampoline import Task, run

if TYPE_CHECKING:
    from snapformat.model.protocol import Planner, ValueReader, ValueWriter
    from snapformat.model.traversal import Traversal


@dataclass(eq=False, slots=True)
class Run(Kind):
    """A construct that construct runs where it is.

    Attributes:
        construct: The construct.
        cost: The cost of a value that takes no bytes; see `model.costs`.
        is_pure: Whether it looks neither at its context, nor at its position, nor at the end of the data.
        reads_context: Whether it may look at its context.
        is_stopped: Whether a part may end it early, by a `StopIf`.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"cost", "is_pure", "reads_context", "is_stopped"})

    construct: Any
    cost: int = 1
    is_pure: bool = False
    reads_context: bool = True
    is_stopped: bool = False

    def in_encoding(self, config: Any) -> Mapping[str, Any]:
        """Return nothing: construct's classes bring their own encoding."""
        return {}

    @property
    def parts(self) -> Sequence[tuple[Any, Kind]]:
        """The constructs in it that values are made of, with their kinds."""
        return ()

    def plan(self, planner: Planner) -> Any:
        """Plan the operation."""
        return planner.plan_run(self)

    def children(self) -> Sequence[Kind]:
        """The kinds of the parts."""
        return tuple(kind for _, kind in self.parts)


@dataclass(eq=False, slots=True)
class Leaf(Run):
    """One of construct's own classes without parts: its values are text, numbers or bytes.

    Attributes:
        inner: The kind of the construct inside, which has the bytes of the value; None if there is none.
    """

    without_bytes: ClassVar[frozenset[str]] = Run.without_bytes | {"inner"}

    is_leaf: ClassVar[bool] = True

    inner: Kind | None = None

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Let construct build the value."""
        return out.write_run(self, value) if out.runs_constructs else out.write_plain(self, value)

    def read(self, source: ValueReader) -> Any:
        """Let construct parse."""
        return source.read_run(self) if source.runs_constructs else source.read_plain(self)


@dataclass(eq=False, slots=True)
class Opaque(Run):
    """A construct that can't be analyzed.

    Attributes:
        reason: The reason why it can't be analyzed.
    """

    without_bytes: ClassVar[frozenset[str]] = Run.without_bytes | {"reason"}
    is_leaf: ClassVar[bool] = True

    reason: str = ""

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Let construct build the value."""
        return out.write_run(self, value)

    def read(self, source: ValueReader) -> Any:
        """Let construct parse."""
        return source.read_run(self)


#: Kinds of the members of a `RawCopy`.
_UNIT, _PLACE = Unit(None), Int("i64", 8, True)
#: Number of `RawCopy` inside each other from which on construct is not asked what it would build: it would be
#: asked for the innermost as often.
_MOST_COPIES = 16


class Composed(Run):
    """A construct with parts."""

    __slots__ = ()

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Let construct build the value; elsewhere, write the parts."""
        if out.runs_constructs:
            return out.write_run(self, value)
        return (yield from self.write_parts(value, out))

    def read(self, source: ValueReader) -> Task:
        """Let construct parse; elsewhere, read the parts."""
        if source.runs_constructs:
            return source.read_run(self)
        return (yield from self.read_parts(source))

    def write_parts(self, value: Any, out: ValueWriter) -> Task:
        """Write the parts of a value."""
        raise NotImplementedError

    def read_parts(self, source: ValueReader) -> Task:
        """Read the parts of a value."""
        raise NotImplementedError


@dataclass(eq=False, slots=True)
class Around(Composed):
    """A construct around another one, whose value it has: at another place, aligned, compressed.

    Attributes:
        part: The construct inside.
        item: Its kind.
    """

    without_bytes: ClassVar[frozenset[str]] = Run.without_bytes | {"part"}

    part: Any = None
    item: Kind = None  # type: ignore[assignment]  # always given

    @property
    def parts(self) -> Sequence[tuple[Any, Kind]]:
        """The construct inside."""
        return ((self.part, self.item),)

    def write_parts(self, value: Any, out: ValueWriter) -> Task:
        """Write the value inside; None for what construct did not read, or supplies itself."""
        if isinstance(self.construct, construct.Lazy) and callable(value):
            value = _parsed(value, out)
        if value is None and not isinstance(self.item, Leaf):
            out.write_unit(self)
            return None
        self._validate(value, out)
        return (yield from _written(self.item, value, out))

    def read_parts(self, source: ValueReader) -> Task:
        """Read the value inside."""
        if source.is_null():
            return None
        value = yield from _read(self.item, source)
        self._validate(value, source)
        return value

    def _validate(self, value: Any, traversal: Traversal) -> None:
        """Refuse a value that an `ExprValidator` refuses."""
        if isinstance(self.construct, construct.ExprValidator):
            try:
                self.construct._decode(value, traversal.context(), "(validating)")
            except Exception as error:
                traversal.fail(describe_exception(error), cause=error)


@dataclass(eq=False, slots=True)
class Repeat(Composed):
    """construct's `GreedyRange` and `RepeatUntil`: elements until one can't be read, or is the last.

    Attributes:
        part: The construct of an element.
        item: Its kind.
    """

    without_bytes: ClassVar[frozenset[str]] = Run.without_bytes | {"part"}

    part: Any = None
    item: Kind = None  # type: ignore[assignment]  # always given

    @property
    def parts(self) -> Sequence[tuple[Any, Kind]]:
        """The construct of an element."""
        return ((self.part, self.item),)

    def write_parts(self, value: Any, out: ValueWriter) -> Task:
        """Write the elements."""
        values = _listed(value, out)
        out.write_seq(self, len(values))
        out.claim_elements(self, len(values))
        context = out.context()
        for position, each in enumerate(values):
            out.enter(0, position)
            context["_index"] = position
            yield from _written(self.item, each, out)
            out.leave()
        return value

    def read_parts(self, source: ValueReader) -> Task:
        """Read the elements."""
        values = construct.ListContainer()
        count = source.read_seq(self)
        source.claim_elements(self, count)
        context = source.context()
        for position in range(count):
            source.enter(0, position)
            context["_index"] = position
            values.append((yield from _read(self.item, source)))
            source.leave()
        return values


@dataclass(eq=False, slots=True)
class Grouped(Composed):
    """A construct of several parts, with a context of their own.

    Attributes:
        fields: The parts.
        subs: Their constructs.
        subcons: construct's `_subcons` for the context.
    """

    without_bytes: ClassVar[frozenset[str]] = Run.without_bytes | {"subs", "subcons"}
    #: As in `Struct`.
    name: ClassVar[str] = ""
    style: ClassVar[str] = "struct"
    cls: ClassVar[None] = None

    fields: tuple[Field, ...] = ()
    subs: tuple[Any, ...] = ()
    subcons: Any = None

    @property
    def parts(self) -> Sequence[tuple[Any, Kind]]:
        """The constructs with their kinds."""
        return tuple((sub, each.kind) for sub, each in zip(self.subs, self.fields, strict=True))

    def children(self) -> Sequence[Kind]:
        """The kinds of the parts."""
        return tuple(each.kind for each in self.fields)

    def write_parts(self, value: Any, out: ValueWriter) -> Task:
        """Write the parts of a value."""
        outer = out.enter_context(self.subcons)
        written = yield from self.write_group(value, out)
        out.scope = outer
        return written

    def read_parts(self, source: ValueReader) -> Task:
        """Read the parts of a value."""
        outer = source.enter_context(self.subcons)
        value = yield from self.read_group(source)
        source.scope = outer
        return value

    def write_group(self, value: Any, out: ValueWriter) -> Task:
        """Write the parts of a value, in their context."""
        raise NotImplementedError

    def read_group(self, source: ValueReader) -> Task:
        """Read the parts of a value, in their context."""
        raise NotImplementedError


@dataclass(eq=False, slots=True)
class Items(Grouped):
    """construct's `Sequence`: a list of parts."""

    def write_group(self, value: Any, out: ValueWriter) -> Task:
        """Write the elements; a `StopIf` may have left out the last ones."""
        values = _listed(value, out)
        if len(values) > len(self.fields):
            out.misfit(f"at most {len(self.fields)} elements", value)
        out.write_tuple(self, len(values))
        for position, (part, each) in enumerate(zip(values, self.fields, strict=False)):
            out.enter(position, position)
            out.scope[each.attr] = part
            out.scope[each.attr] = yield from _written(each.kind, part, out)
            out.leave()
        return value

    def read_group(self, source: ValueReader) -> Task:
        """Read the elements."""
        values = construct.ListContainer()
        count = source.read_seq(self)
        if count > len(self.fields):
            source.refuse(f"an array of at most {len(self.fields)}")
        for position, each in zip(range(count), self.fields, strict=False):
            source.enter(position, position)
            values.append((yield from _read(each.kind, source)))
            source.scope[each.attr] = values[-1]
            source.leave()
        return values


@dataclass(eq=False, slots=True)
class Fields(Grouped):
    """Named parts that construct reads in a way of its own: a `Union`, or a Struct that may stop early."""

    def write_group(self, value: Any, out: ValueWriter) -> Task:
        """Write the fields that the value has."""
        if not isinstance(value, Mapping):
            out.fail(out.misfit_message, "a mapping of fields", describe_value(value))
        fill_context(out.scope, value)
        names = set(value.keys())  # of a LazyContainer, not only those that were read
        present = tuple(each for each in self.fields if each.attr is not None and each.attr in names)
        out.write_struct(Struct("", "struct", None, "", present))
        for index, each in enumerate(present):
            out.enter(index, each.name or "")
            part = _parsed(partial(value.__getitem__, each.attr), out)
            out.scope[each.attr] = yield from _written(each.kind, part, out)
            out.leave()
        return value

    def read_group(self, source: ValueReader) -> Task:
        """Read the fields that are there."""
        values = construct.Container()
        members = source.read_object()
        if members is None:
            source.refuse("an object")
        known = {str(each.name): (at, each) for at, each in enumerate(self.fields) if each.attr is not None}
        for name in members:
            if name not in known:
                source.fail(f"unknown field {name!r}", f"the fields: {', '.join(known)}")
        fill_context(source.scope, {known[name][1].attr: members[name] for name in members})
        for name, (index, each) in known.items():
            if name in members:
                source.enter(index, name)
                values[each.attr] = source.scope[each.attr] = yield from _read(each.kind, source)
                source.leave()
        return values


@dataclass(eq=False, slots=True)
class Choice(Grouped):
    """construct's `Select` and `Optional`: the first part that can be read, or that takes the value."""

    def write_parts(self, value: Any, out: ValueWriter) -> Task:
        """Write by the first part that takes the value."""
        if value is None:
            out.write_unit(self)
            return None
        for each in self.fields[:-1]:
            state = out.state()
            try:
                written = each.kind.write(value, out)
                return written if each.kind.is_leaf else run(written)
            except SnapshotError:
                out.restore(state)
        return (yield from _written(self.fields[-1].kind, value, out))

    def read_parts(self, source: ValueReader) -> Task:
        """Read by the first part that takes the input."""
        if source.is_null():
            return None
        for each in self.fields[:-1]:
            state = source.state()
            try:
                found = each.kind.read(source)
                return found if each.kind.is_leaf else run(found)
            except SnapshotError:
                source.restore(state)
        return (yield from _read(self.fields[-1].kind, source))


@dataclass(eq=False, slots=True)
class Focus(Grouped):
    """construct's `FocusedSeq`: parts of which one is the value.

    Attributes:
        chosen: Name of the one that is the value, or an expression of it.
    """

    chosen: Any = None

    @property
    def position(self) -> int | None:
        """Position of the part that is the value; None if that depends on the context, or none is."""
        return self._position_of(self.chosen)

    def _position_of(self, name: Any) -> int | None:
        named = [index for index, each in enumerate(self.fields) if each.attr is not None]
        found = [index for index in named if self.fields[index].attr == name]
        return found[-1] if found else None

    def write_group(self, value: Any, out: ValueWriter) -> Task:
        """Write the value."""
        return (yield from _written(self._focus(value, out), value, out))

    def read_group(self, source: ValueReader) -> Task:
        """Read the value."""
        return (yield from _read(self._focus(source.coming_value(), source), source))

    def _focus(self, value: Any, traversal: Traversal) -> Kind:
        """Put into the context, for expressions, what construct computes from the value; return its kind."""
        name = traversal.evaluate(self.chosen)
        position = self._position_of(name)
        if position is None:
            traversal.fail(f"no part is named {describe_value(name)}")
        traversal.scope[name] = value
        for each in self.fields[:position]:
            if isinstance(each.kind, Computed | Const | Default | Rebuild):
                with suppress(SnapshotError):  # construct can't build it, but has read it
                    traversal.scope[each.attr] = traversal.evaluate(each.kind.value)
        return self.fields[position].kind


@dataclass(eq=False, slots=True)
class Raw(Composed):
    """construct's `RawCopy`: a value with its bytes and its place.

    Attributes:
        part: The construct inside.
        item: Its kind.
    """

    without_bytes: ClassVar[frozenset[str]] = Run.without_bytes | {"part"}

    part: Any = None
    item: Kind = None  # type: ignore[assignment]  # always given

    @property
    def parts(self) -> Sequence[tuple[Any, Kind]]:
        """The construct inside."""
        return ((self.part, self.item),)

    def write_parts(self, value: Any, out: ValueWriter) -> Task:
        """Write the members that there are; for bytes that the value is built as, a unit."""
        if value is None:
            value = {"value": None}
        if not isinstance(value, Mapping) or ("value" not in value and "data" not in value):
            out.fail(out.misfit_message, "a mapping with value or data", describe_value(value))
        present = [each for each in self._members() if each.attr in value]
        out.write_struct(Struct("", "struct", None, "", tuple(present)))
        built = construct.Container(value)
        for index, each in enumerate(present):
            name, kind, part = each.attr, each.kind, value[each.attr]
            if name == "data" and "value" in value and self._built(value["value"], out) == part:
                kind, part = _UNIT, None
            out.copies += 1
            out.enter(index, name or "")
            written = yield from _written(kind, part, out)
            if kind is not _UNIT:
                built[name] = written
            out.leave()
            out.copies -= 1
        return built

    def read_parts(self, source: ValueReader) -> Task:
        """Read the members that there are."""
        given = source.read_object()
        if given is None:
            source.refuse("an object with value or data")
        members = {str(each.attr): (index, each.kind) for index, each in enumerate(self._members())}
        for name in given:
            if name not in members:
                source.fail(f"unknown field {excerpt(name)!r}", f"the fields: {', '.join(members)}")
        if not given.keys() & {"value", "data"}:
            source.fail("neither value nor data is given")
        found = construct.Container()
        for name, (index, kind) in members.items():
            if name in given:
                source.copies += 1
                source.enter(index, name)
                is_built = name == "data" and source.is_null()
                found[name] = None if is_built else (yield from _read(kind, source))
                source.leave()
                source.copies -= 1
        if "data" in found and found["data"] is None:
            found["data"] = self._built(found.get("value"), source)
            if found["data"] is None:
                del found["data"]
        return found

    def _members(self) -> tuple[Field, ...]:
        places = (Field(name, name, _PLACE) for name in ("offset1", "offset2", "length"))
        return Field("data", "data", Bytes()), Field("value", "value", self.item), *places

    def _built(self, value: Any, traversal: Traversal) -> Any:
        """Return the bytes that construct builds of a value; None if it refuses."""
        if traversal.copies > _MOST_COPIES:
            return None
        built = traversal.built_by_construct(self, {"value": value})
        return None if built is None else built["data"]


def _parsed(deferred: Callable[[], Any], out: ValueWriter) -> Any:
    """Return a value that construct may only parse now."""
    try:
        return deferred()
    except Exception as error:
        out.fail(describe_exception(error), cause=error)


def _written(kind: Kind, value: Any, out: ValueWriter) -> Task:
    return kind.write(value, out) if kind.is_leaf else (yield kind.write(value, out))


def _read(kind: Kind, source: ValueReader) -> Task:
    return kind.read(source) if kind.is_leaf else (yield kind.read(source))


def _listed(value: Any, out: ValueWriter) -> list[Any]:
    if not isinstance(value, list | tuple):
        out.misfit("a list", value)
    return list(value)
