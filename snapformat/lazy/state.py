"""The state of structs that are read lazily: the bytes, and the offsets of the fields in them.

Each undecoded slot holds the instance's `LazyState`; the lazy subclass has a descriptor in front of the slot,
which decodes the field on first access.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.arrays import Arrays
from snapformat.encodings.bincode.codec.claims import Claims
from snapformat.encodings.bincode.codec.engine import (
    Codec,
    Indexer,
    Skipper,
    codec_of,
    indexer_of,
    skipper_of,
)
from snapformat.encodings.bincode.codec.read_helpers import skipped_fields
from snapformat.encodings.bincode.codec.shape import is_plain
from snapformat.encodings.bincode.codec.source import Source
from snapformat.encodings.bincode.ops import Op
from snapformat.errors import DecodeError
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model.c_struct import CStruct
from snapformat.model.declaration import declaration_of
from snapformat.model.lazy_class import LazyClass, can_be_lazy, keep, set_class
from snapformat.once import cached_property, first, replace
from snapformat.path import Segment

Path = tuple[Segment, ...]


class LazyBytes(Protocol):
    """The bytes that values are read from lazily: see `lazy.reading.LazySource`."""

    data: bytes
    arrays: Arrays | None
    limit: int | None

    def explain(self, error: DecodeError) -> None:
        """Complete the error of bytes that turn out to be bad."""

    def read_at_once(self) -> Any:
        """Read the whole value."""

    def read(self, op: Op, start: int, stop: int, depth: int, path: Path) -> Any:
        """The value between two positions."""


#: Smaller structs are read at once: that takes no longer than finding their fields.
LEAST_STRUCT = 512

#: Marks a field that must be read in another way.
NOT_LAZY: Any = object()


class LazyState:
    """The bytes of a struct that is decoded field by field.

    Attributes:
        lazy_type: The struct's layout.
        source: The bytes.
        places: Offset of each field, and the end of the last one. If a checksum matched, they are only
            located as far as needed.
        stop: End of the struct.
        depth: Number of structs and enums around the fields.
        path: The struct's own path.
        decoded: Positions of the fields that were decoded, set or deleted; the others still have these bytes.
            A field is marked before it changes, so after an interrupt a marked one may have them too.
    """

    __slots__ = ("decoded", "depth", "lazy_type", "path", "places", "source", "stop")

    lazy_type: LazyType
    source: LazyBytes
    places: tuple[int, ...]
    stop: int
    depth: int
    path: Path
    decoded: set[int]

    def decode(self, instance: Any, field: LazyField) -> Any:
        """Decode a field on first access; return the value of another thread that was faster."""
        lazy_type = self.lazy_type
        index = lazy_type.index_of[field.name]
        value = self.read_first() if len(self.places) == 1 and not index else NOT_LAZY
        if value is NOT_LAZY:
            places = self.locate(index)
            if places is None:
                self.fill_from(instance, self.source.read_at_once())
                return field.get(instance)
            path = self.path + lazy_type.segments[index]
            op = lazy_type.ops[index]
            value = self.source.read(op, places[index], places[index + 1], self.depth, path)
        self.mark_decoded(index)
        if not replace(field.get, field.set, instance, self, value):
            value = field.get(instance)
        if len(self.decoded) == len(lazy_type.ops):
            self.finish(instance)
        return value

    def mark_decoded(self, index: int) -> None:
        """Mark a field whose value is no longer these bytes, or is about to change."""
        self.decoded.add(index)

    def read_first(self) -> Any:
        """Read the first field, whose end need not be located, if it is read eagerly."""
        lazy_type, source = self.lazy_type, self.source
        codec = lazy_type.ops[0].codec
        if not lazy_type.is_first_small or source.arrays is not None or codec is None or codec.has_claims:
            return NOT_LAZY
        start = self.places[0]
        try:
            value, end = codec.reader(source.data, start, self.stop, self.depth, None)
        except Exception:  # any guard's exception, or there is no reader yet
            return NOT_LAZY
        lazy_type.is_first_small = end - start < LEAST_STRUCT
        if end > self.stop or not lazy_type.is_first_small:
            return NOT_LAZY
        self.places = (start, end)
        return value

    def locate(self, index: int) -> tuple[int, ...] | None:
        """Return the offsets up to the end of a field; None if reading the whole must raise the error."""
        places = self.places
        if len(places) > index + 1:
            return places
        start, data = places[0], self.source.data
        skip = None if index else self.lazy_type.skip_first
        claims = Claims(DEFAULT_LIMITS.zero_sized, self.stop - start, self.source.limit)
        try:
            if skip is not None:  # the first field needs no other offsets
                places = (start, skip(data, start, self.stop, self.depth, claims))
            else:
                places = self.lazy_type.index(data, start, self.stop, self.depth - 1, claims)
        except Exception:  # any guard's exception
            return None
        limit, end = self.source.limit, places[-1]
        if end > self.stop or (limit is not None and end - start + claims.claimed > limit):
            return None
        self.places = places
        return places

    def is_in(self, instance: Any, index: int) -> bool:
        """Return whether a field still has these bytes, although it may be marked."""
        try:
            return self.lazy_type.fields[index].get(instance) is self
        except AttributeError:
            return False

    def fill_from(self, instance: Any, value: Any) -> None:
        """Fill the undecoded fields from a complete instance."""
        for index, field in enumerate(self.lazy_type.fields):
            if self.is_in(instance, index):
                self.mark_decoded(index)
                replace(field.get, field.set, instance, self, getattr(value, field.name))
        self.finish(instance)

    def finish(self, instance: Any) -> None:
        """Give an instance whose fields are all decoded its own class."""
        lazy_type = self.lazy_type
        if len(self.decoded) == len(lazy_type.ops) and lazy_type.state_of(instance) is None:
            set_class(instance, lazy_type.cls)


class LazyField:
    """A field of a lazy subclass: a descriptor in front of the class's own slot."""

    __slots__ = ("delete", "get", "name", "set")

    def __init__(self, name: str, slot: Any) -> None:
        self.name: str = name
        self.get: Any = slot.__get__
        self.set: Any = slot.__set__
        self.delete: Any = slot.__delete__

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        value = self.get(instance)
        return value.decode(instance, self) if type(value) is LazyState else value

    def __set__(self, instance: Any, value: Any) -> None:
        state = self._mark(instance)
        self.set(instance, value)
        if state is not None:
            state.finish(instance)

    def __delete__(self, instance: Any) -> None:
        state = self._mark(instance)
        self.delete(instance)
        if state is not None:
            state.finish(instance)

    def _mark(self, instance: Any) -> LazyState | None:
        """Mark the field as decoded; return the state in the slot."""
        try:
            found = self.get(instance)
        except AttributeError:
            return None
        if type(found) is not LazyState:
            return None
        found.mark_decoded(found.lazy_type.index_of[self.name])
        return found


class LazyStruct(LazyClass):
    """The lazy subclass of a struct's class.

    Attributes:
        fields: Its descriptors, by attribute.
    """

    __slots__ = ("fields",)

    def __init__(self, cls: type, declared: Any, attrs: list[str]) -> None:
        self.fields: dict[str, LazyField] = {attr: LazyField(attr, getattr(cls, attr)) for attr in attrs}
        super().__init__(cls, declared, self.fields)

    def complete(self, instance: Any) -> None:
        """Decode all fields; those of structs inside may still be undecoded."""
        for attr in self.fields:
            getattr(instance, attr, None)
        set_class(instance, self.cls)  # for an interrupt that came before it


class LazyType:
    """The layout of a struct, prepared for lazy reading.

    Attributes:
        of: The layout's fields, which identify it.
        ops: The operations of these fields.
        cls: The class.
        lazy: Its lazy subclass.
        fields: The descriptors, one per field.
        segments: The path segment of each field.
        index_of: Position of a field by attribute.
        make: Function that makes an undecoded instance from the other attributes of its state.
        index: The indexer, which locates the fields.
        is_first_small: Whether the first field was small in every read.
        holders: Slot getter and layout of each field that may contain undecoded structs.
    """

    def __init__(self, op: ops.Struct, index: Indexer) -> None:
        assert op.cls is not None
        self.of: tuple[Any, ...] = op.fields
        self.ops: list[Op] = [field.op for field in op.fields]
        self.cls: type = op.cls
        self.index = index
        known = _lazy_struct(op.cls, [str(field.attr) for field in op.fields])
        self.lazy: type[Any] = known.lazy
        self.fields: list[LazyField] = [known.fields[str(field.attr)] for field in op.fields]
        self.index_of: dict[str, int] = {field.name: position for position, field in enumerate(self.fields)}
        self.is_first_small = True
        self.make = _maker(self)
        self.holders: list[tuple[Any, Op]] = [
            (field.get, part.op)
            for field, part in zip(self.fields, op.fields, strict=True)
            if may_hold(part.op)
        ]
        self.segments: list[Path] = [()]
        if op.style != "newtype":
            positional = op.style == "tuple"
            self.segments = [
                (i if positional else field.name or f"_{i}",) for i, field in enumerate(op.fields)
            ]

    @cached_property
    def skip_first(self) -> Skipper | None:
        """The skipper of the first field."""
        return skipper_of(self.ops[0])

    def state_of(self, value: Any) -> LazyState | None:
        """Return the state of an instance of this layout with undecoded fields; else None."""
        for field in reversed(self.fields):  # most changes are to the first fields
            try:
                found = field.get(value)
            except AttributeError:  # deleted
                continue
            if type(found) is LazyState:
                return found if found.lazy_type.of is self.of else None
        return None


def _maker(lazy_type: LazyType) -> Callable[[LazyBytes, tuple[int, ...], int, int, Path], Any]:
    """Generate the function that makes instances; every lazy read begins with it."""
    out = Source()
    out.names.update(NEW=object.__new__, STATE=LazyState, LAZY_TYPE=lazy_type, CLASS=lazy_type.cls)
    with out.block("def make(source, places, stop, depth, path):"):
        out.line("s = NEW(STATE)")
        out.line("s.lazy_type = LAZY_TYPE")
        for name in ("source", "places", "stop", "depth", "path"):
            out.line(f"s.{name} = {name}")
        out.line("s.decoded = set()")
        out.line("x = NEW(CLASS)")
        out.line(f"{''.join(f'x.{field.name} = ' for field in lazy_type.fields)}s")
        for attr, default in skipped_fields(lazy_type.cls):
            out.line(f"x.{attr} = {out.refer('default', default)}()")
        out.line(f"x.__class__ = {out.refer('lazy', lazy_type.lazy)}")
        out.line("return x")
    make: Callable[..., Any] = out.compile(f"make {lazy_type.cls.__name__}", "make")["make"]
    return make


def lazy_type_of(op: ops.Struct) -> LazyType | None:
    """Return the lazy type of a struct; None where its class or layout does not allow one."""
    codec = op.codec or codec_of(op)
    if codec.lazy_type is None:
        index = indexer_of(op) if _is_suitable(op) else None
        first(_lazy_type_slot, codec, False if index is None else LazyType(op, index))
    return codec.lazy_type or None


_lazy_type_slot = vars(Codec)["lazy_type"]


def _is_suitable(op: ops.Struct) -> bool:
    cls = op.cls
    if cls is None or not op.fields or op.scoped or not is_plain(op):
        return False
    if issubclass(cls, CStruct) or hasattr(cls, "__getattr__"):
        return False
    return can_be_lazy(cls, [str(field.attr) for field in op.fields])


def _lazy_struct(cls: type, attrs: list[str]) -> LazyStruct:
    """Return the lazy subclass of a class, the same one for all threads."""
    declared: Any = declaration_of(cls)
    found: Any = declared.lazy or keep(declared, LazyStruct(cls, declared, attrs))
    return found  # type: ignore[no-any-return]  # of a struct's declaration


def may_hold(op: Op) -> bool:
    """Return whether a layout has structs that may be undecoded, also in options, lists and arrays."""
    while isinstance(op, ops.Option | ops.Seq | ops.Array):
        op = op.item
    return isinstance(op, ops.Struct | ops.Call)
