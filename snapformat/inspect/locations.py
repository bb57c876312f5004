"""Locations: parts of a value, with their kinds, that can be read and replaced.

A location knows the value around it, so that a new value goes to the right place, through options, newtypes
and conversions. Parts that construct reads by itself, and values that are shown in a form of their own, are
plain data inside (`PlainLocation`): the data is changed, and the whole is read back from it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NoReturn

from snapformat.errors import DecodeError, EncodeError, SnapshotError
from snapformat.inspect.form import FORM, key_reader
from snapformat.limits import Limits
from snapformat.model import kinds
from snapformat.model.kinds import Kind
from snapformat.model.numpy_scalars import as_records, is_structured
from snapformat.model.values import PairSet, Some
from snapformat.path import Key, Segment, Variant, ViewRoot, format_path


class PathError(ValueError):
    """A path names no part, or one that can't be changed in this way."""


class MissingPartError(PathError):
    """A path names a part that is not there, though what should contain it is."""


class Location:
    """A part of a value.

    Attributes:
        is_view: Whether it is a group of views, which can hold any name.
        kind: Its kind; an option, a newtype or a conversion is still around it.
        value: The value.
        segments: Its path.
        around: The location that contains it, or None.
    """

    __slots__ = ("_put", "around", "kind", "segments", "value")

    is_view: ClassVar[bool] = False

    def __init__(
        self,
        kind: Kind,
        value: Any,
        segments: tuple[Segment, ...] = (),
        put: Callable[[Any], None] | None = None,
        around: Location | None = None,
    ) -> None:
        self.kind: Kind = kind
        self.value: Any = value
        self.segments: tuple[Segment, ...] = segments
        self.around: Location | None = around
        self._put = put

    @property
    def path(self) -> str:
        """Its path as text."""
        return format_path(self.segments)

    @property
    def raw_segments(self) -> tuple[Segment, ...] | None:
        """The path of the field: its own, or that behind a view that leads here; None if there is none."""
        if not self.segments or not isinstance(self.segments[0], ViewRoot):
            return self.segments
        outer = None if self.around is None else self.around.raw_segments
        if self.around is None or outer is None:
            return None
        return (*outer, *self.segments[len(self.around.segments) :])

    @property
    def raw(self) -> str | None:
        """`raw_segments` as text."""
        return None if self.raw_segments is None else format_path(self.raw_segments)

    @property
    def fixed(self) -> str:
        """Why a view can't be changed; empty if it can."""
        return "" if self.around is None else self.around.fixed

    @property
    def why_fixed(self) -> str:
        """Why it can't be changed, and the field that can."""
        if not self.fixed:
            return "it can't be changed"
        return self.fixed if self.raw is None else f"{self.fixed} (its field is {self.raw})"

    @property
    def depends(self) -> str:
        """Why it is not enough to change this part; empty if nothing else has to agree with it."""
        around = self.around
        if around is None:
            return ""
        if self.segments == around.segments:  # inside an option or a newtype
            return around.depends
        fields = around.kind.fields if isinstance(around.kind, kinds.Struct) else ()
        return next((field.depends for field in fields if field.name == self.segments[-1]), "")

    def to_json(self) -> Any:
        """Return the value as plain data, as `dump --format decoded` shows it.

        Raises:
            EncodeError: It does not fit its kind.
        """
        try:
            return FORM.write(self.kind, self.value)
        except EncodeError:
            if self.around is None:
                raise
            return PlainLocation.of(self).value  # perhaps it needs other fields, as counts do

    def set(self, value: Any) -> None:
        """Replace the value, which is checked when it is written.

        Raises:
            PathError: It can't be replaced.
        """
        if self._put is None or self.fixed:
            self.refuse(self.why_fixed)
        self._put(value)
        self.value = value

    def set_json(self, data: Any, limits: Limits) -> None:
        """Replace the value by one given as plain data.

        Raises:
            DecodeError: The data does not fit the kind; the path is that below this location.
            PathError: It can't be replaced.
        """
        try:
            value = FORM.read(self.kind, data, limits=limits)
        except DecodeError as error:
            whole = PlainLocation.of(self)
            if whole.shows is self or whole.shows.segments == self.segments:
                raise
            try:
                whole.set(data)
            except DecodeError as inner:
                raise inner from error
            return
        self.set(value)

    def remove(self) -> None:
        """Remove an element or an entry, or set an option to None.

        Raises:
            PathError: It is neither.
        """
        if self.around is not None and self.segments != self.around.segments:
            owner = self.around.opened()
            if owner.remove_part(self.segments[-1]):
                return
        kind = self.kind
        if isinstance(kind, kinds.Option):
            self.set(None)
            return
        self.refuse("only elements, entries of maps and options can be removed")

    def remove_part(self, segment: Segment) -> bool:
        """Remove an element or entry; return False if this has none that can be removed."""
        value: Any = self.value
        match self.kind:
            case kinds.Seq() if isinstance(segment, int):
                value = as_records(self.kind.item, value)
                self.set([each for position, each in enumerate(value) if position != segment])
            case kinds.Set() if isinstance(segment, int):
                self.set(PairSet(each for position, each in enumerate(value) if position != segment))
            case kinds.Map():
                del value[_key_of(self.kind, str(segment))]
                self.set(value)
            case _:
                return False
        return True

    def append_json(self, data: Any, limits: Limits) -> None:
        """Append an element given as plain data.

        Raises:
            DecodeError: The data does not fit the kind of the elements.
            PathError: This is no sequence.
        """
        owner = self.opened()
        kind: Any = owner.kind
        if not isinstance(kind, kinds.Seq | kinds.Set):
            owner.refuse("only sequences and sets can be appended to")
        element = FORM.read(kind.item, data, limits=limits)
        if isinstance(kind, kinds.Set):
            owner.set(PairSet([*owner.value, element]))
        else:
            owner.set([*as_records(kind.item, owner.value), element])

    def refuse(self, why: str) -> NoReturn:
        """Raise the error for a change that is not possible."""
        raise PathError(f"{self.path}: {why}")

    # --- what is inside -------------------------------------------------------------------------------

    def opened(self) -> Location:
        """Return the location with the parts: inside options, newtypes and conversions."""
        here = self
        while True:
            inner = here._inside()
            if inner is None:
                return here
            here = inner

    def _inside(self) -> Location | None:
        """Return the location one step inside, at the same path; None if this has the parts."""
        kind, value = self.kind, self.value
        match kind:
            case kinds.Option():
                if value is None:
                    return None
                if kind.wrapped:
                    return self._at(kind.item, value.value, lambda new: self.set(Some(new)))
                return self._at(kind.item, value, self.set)
            case kinds.Struct() if kind.style == "newtype" and kind.cls is not None:
                (field,) = kind.fields
                return self._at(field.kind, getattr(value, str(field.attr)), self._setter(value, field.attr))
            case kinds.LazyBound() if kind.target is not None:
                return self._at(kind.target, value, self.set)
            case kinds.Blob():
                return self._at(kind.item, value, self.set)
            case kinds.Absent():
                return self._at(kind.declared, value, self.set)
            case kinds.Checked():  # checked when it is written: several parts may have to change before
                return self._at(kind.item, value, self.set)
            case kinds.Adapted() if kind.text is not None:
                return None
            case kinds.Adapted() if kind.shown is None:
                return self._at(kind.item, kind.encode(value), lambda new: self.set(kind.decode(new)))
            case kinds.Adapted() | kinds.Foreign() | kinds.Encoded():
                return PlainLocation.of(self)
            case kinds.Map() if key_reader(kind.key) is None:
                return PlainLocation.of(self)
        return None

    def _at(self, kind: Kind, value: Any, put: Callable[[Any], None]) -> Location:
        return Location(kind, value, self.segments, put, self)

    def _setter(self, owner: Any, attr: Any) -> Callable[[Any], None]:
        def put(new: Any) -> None:
            try:
                setattr(owner, str(attr), new)
            except dataclasses.FrozenInstanceError:
                self.set(dataclasses.replace(self.value, **{str(attr): new}))

        return put

    def _part(self, segment: Segment, kind: Kind, value: Any, put: Callable[[Any], None]) -> Location:
        return Location(kind, value, (*self.segments, segment), put, self)

    def parts(self) -> Iterator[Location]:
        """Iterate over the parts, in their order."""
        owner = self.opened()
        if owner is not self:
            yield from owner.parts()
            return
        kind, value = self.kind, self.value
        match kind:
            case kinds.Struct():
                yield from self._fields(kind)
            case kinds.Enum():
                variant = kind.variant_of(value)
                if variant is not None and variant.payload is not None and variant.payload.style != "unit":
                    yield self._of_variant(variant)
            case kinds.Seq() | kinds.Array() | kinds.Set():
                for position in range(len(value)):
                    yield self.element(position)
            case kinds.Tuple():
                for position in range(len(value)):
                    yield self.element(position)
            case kinds.Map():
                for key in value:
                    text = _key_text(kind, key)
                    yield self._part(Key(text), kind.value, value[key], self._entry_setter(key))
            case kinds.Bytes():
                for position in range(len(value)):
                    yield self.element(position)

    def _fields(self, kind: kinds.Struct) -> Iterator[Location]:
        for position, field in enumerate(kind.fields):
            if field.attr is not None:
                yield self._field(kind, position)

    def _field(self, kind: kinds.Struct, position: int) -> Location:
        field, value = kind.fields[position], self.value
        segment: Segment = position if kind.style == "tuple" else str(field.name)
        part = getattr(value, str(field.attr))
        return self._part(segment, field.kind, part, self._setter(value, field.attr))

    def _of_variant(self, variant: kinds.EnumVariant) -> Location:
        assert variant.payload is not None
        return self._part(Variant(variant.name), variant.payload, self.value, self.set)

    def _entry_setter(self, key: Any) -> Callable[[Any], None]:
        def put(new: Any) -> None:
            self.value[key] = new
            self.set(self.value)

        return put

    def element(self, position: int) -> Location:
        """Return an element of a sequence, an array, a tuple, a set or bytes."""
        kind, value = self.kind, self.value

        def put(new: Any) -> None:
            self.set(_replaced(kind, self.value, position, new))

        match kind:
            case kinds.Tuple():
                return self._part(position, kind.items[position], value[position], put)
            case kinds.Bytes():
                return self._part(position, _BYTE, value[position], put)
            case kinds.Set():
                return self._part(position, kind.item, [*value][position], put)
            case kinds.Seq() | kinds.Array() if is_structured(value):
                (record,) = as_records(kind.item, value[position : position + 1])
                return RecordLocation(kind.item, record, (*self.segments, position), put, self)
            case kinds.Seq() | kinds.Array():
                return self._part(position, kind.item, value[position], put)
            case _:
                raise PathError(f"{self.path}: it has no elements")

    def field(self, name: str) -> Location | None:
        """Return a field, or the value of a map's key; None if there is no such name."""
        owner = self.opened()
        if owner is not self:
            return owner.field(name)
        match self.kind:
            case kinds.Struct() if self.kind.style == "struct":
                for position, field in enumerate(self.kind.fields):
                    if field.name == name and field.attr is not None:
                        return self._field(self.kind, position)
            case kinds.Map():
                key = _key_of(self.kind, name)
                if key is not _NO_KEY and key in self.value:
                    return self._part(Key(name), self.kind.value, self.value[key], self._entry_setter(key))
        return None

    def variant(self, name: str) -> Location | None:
        """Return the fields of a variant; None if the value is of another."""
        owner = self.opened()
        if owner is not self:
            return owner.variant(name)
        if isinstance(self.kind, kinds.Enum):
            variant = self.kind.variant_of(self.value)
            if variant is not None and variant.name == name and variant.payload is not None:
                return self._of_variant(variant)
        return None

    def count(self) -> int | None:
        """Return the number of elements; None if this has no elements by position."""
        owner = self.opened()
        if owner is not self:
            return owner.count()
        if isinstance(self.kind, kinds.Seq | kinds.Array | kinds.Set | kinds.Tuple | kinds.Bytes):
            return len(self.value)
        if isinstance(self.kind, kinds.Struct) and self.kind.style == "tuple":
            return len(self.kind.fields)
        return None

    def at(self, position: int) -> Location:
        """Return the element at a position, which must be one of `count`."""
        owner = self.opened()
        if owner is not self:
            return owner.at(position)
        if isinstance(self.kind, kinds.Struct):
            return self._field(self.kind, position)
        return self.element(position)

    def missing(self, name: str) -> str:
        """Return why there is no part with a known name; empty if the name is not known."""
        return ""

    def names(self) -> list[str]:
        """Return the names of the fields, keys or variants, for messages."""
        owner = self.opened()
        if owner is not self:
            return owner.names()
        match self.kind:
            case kinds.Struct() if self.kind.style == "struct":
                return [str(each.name) for each in self.kind.fields if each.attr is not None]
            case kinds.Enum():
                return [f"<{each.name}>" for each in self.kind.variants]
            case kinds.Map():
                return [_key_text(self.kind, key) for key in self.value]
        return []


_BYTE = kinds.Int("u8", 1, signed=False)


class RecordLocation(Location):
    """An element of a structured array, or a part of one: a copy, which is put back where it is changed.

    A change makes the array a list.
    """

    __slots__ = ()

    def _at(self, kind: Kind, value: Any, put: Callable[[Any], None]) -> Location:
        return RecordLocation(kind, value, self.segments, put, self)

    def _part(self, segment: Segment, kind: Kind, value: Any, put: Callable[[Any], None]) -> Location:
        return RecordLocation(kind, value, (*self.segments, segment), put, self)

    def _setter(self, owner: Any, attr: Any) -> Callable[[Any], None]:
        def put(new: Any) -> None:
            setattr(owner, str(attr), new)
            self.set(owner)

        return put


class PlainLocation(Location):
    """A part of plain data, in which a value is shown.

    Attributes:
        shows: The location of the whole value.
        whole: The plain data of it.
    """

    __slots__ = ("shows", "whole")

    shows: Location
    whole: Any

    @classmethod
    def of(cls, shown: Location) -> PlainLocation:
        """Return the location of the plain data of a value: alone, or in what contains the fields it needs.

        Raises:
            EncodeError: A value does not fit its kind.
        """
        outer = shown
        while True:
            try:
                data = FORM.write(outer.kind, outer.value)
                break
            except EncodeError:
                if outer.around is None:
                    raise
                outer = outer.around
        made = cls(outer.kind, data, outer.segments, None, outer)
        made.shows, made.whole = outer, data
        for segment in shown.segments[len(outer.segments) :]:
            made = made._of(segment)
        return made

    def to_json(self) -> Any:
        """Return the data."""
        return self.value

    def set(self, value: Any) -> None:
        """Replace the data, and read the whole value back from it.

        Raises:
            DecodeError: The value does not fit; the path is that below this location.
        """
        if self._put is not None:
            self._put(value)
            self.value = value
        else:
            self.whole = value
            self.value: Any = value
        try:
            read = FORM.read(self.shows.kind, self.whole)
        except DecodeError as error:
            here = format_path(self.segments[len(self.shows.segments) :])
            if error.path is not None and error.path.startswith(here):
                error.path = f"${error.path.removeprefix(here)}"
            raise
        self.shows.set(read)

    def set_json(self, data: Any, limits: Limits) -> None:
        """Replace the data."""
        self.set(data)

    def append_json(self, data: Any, limits: Limits) -> None:
        """Append an element."""
        if not isinstance(self.value, list):
            self.refuse("only sequences can be appended to")
        self.value.append(data)
        self.set(self.value)

    def remove_part(self, segment: Segment) -> bool:
        """Remove an element or a member."""
        del self.value[segment]
        self.set(self.value)
        return True

    def _inside(self) -> Location | None:
        return None  # plain data has its parts

    def _of(self, segment: Any) -> PlainLocation:
        container = self.value

        def put(new: Any) -> None:
            container[segment] = new

        made = PlainLocation(self.kind, container[segment], (*self.segments, segment), put, self)
        made.shows, made.whole = self.shows, self.whole
        return made

    def parts(self) -> Iterator[Location]:
        """Iterate over elements or members."""
        if isinstance(self.value, list):
            yield from map(self._of, range(len(self.value)))
        elif isinstance(self.value, dict):
            yield from map(self._of, self.value)

    def field(self, name: str) -> Location | None:
        """Return a member."""
        return self._of(name) if isinstance(self.value, dict) and name in self.value else None

    def variant(self, name: str) -> Location | None:
        """Return the member with a variant's fields."""
        return self.field(name) if isinstance(self.value, dict) and len(self.value) == 1 else None

    def count(self) -> int | None:
        """Return the number of elements."""
        return len(self.value) if isinstance(self.value, list) else None

    def at(self, position: int) -> Location:
        """Return an element."""
        return self._of(position)

    def names(self) -> list[str]:
        """Return the names of the members."""
        return [*self.value] if isinstance(self.value, dict) else []


def _replaced(kind: Kind, value: Any, position: int, new: Any) -> Any:
    """Return a sequence with another element."""
    if isinstance(kind, kinds.Bytes):
        return value[:position] + bytes([new]) + value[position + 1 :]
    if isinstance(value, list):
        value[position] = new
        return value
    listed = [*(as_records(kind.item, value) if isinstance(kind, kinds.Seq | kinds.Array) else value)]
    listed[position] = new
    if isinstance(kind, kinds.Set):
        return PairSet(listed)
    return tuple(listed) if isinstance(kind, kinds.Tuple) else listed


def _key_text(kind: kinds.Map, key: Any) -> str:
    """Return the text of a key, as JSON shows it."""
    text = FORM.write(kind.key, key)
    if isinstance(text, bool):
        return "true" if text else "false"
    return str(text)


#: In place of a key, for a text that is none.
_NO_KEY: Any = object()


def _key_of(kind: kinds.Map, text: str) -> Any:
    """Return the key of a text, or `_NO_KEY`."""
    read = key_reader(kind.key)
    assert read is not None
    try:
        return FORM.read(kind.key, read(text))
    except (ValueError, KeyError, SnapshotError):
        return _NO_KEY
