"""The kinds of the parts that a selector chooses, known from a format without a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from snapformat.inspect.families import NamesInEveryRelease, family_of
from snapformat.inspect.selectors import (
    VIEWS,
    Anywhere,
    Every,
    Index,
    InVariant,
    Name,
    Selector,
    Slice,
    Step,
    Where,
)
from snapformat.inspect.view_tables import ByName, TableOf
from snapformat.inspect.views import HEX, PART, Choice, Named, OptionalPart, Part, View, Views
from snapformat.model import kinds
from snapformat.model.kinds import Kind
from snapformat.snapshot.header import header_kind
from snapformat.snapshot.snapshot import SnapshotFormat

#: The kind of plain data of any shape.
ANY_SHAPE: Kind = kinds.Computed(None)
_BYTE = kinds.Int("u8", 1, signed=False)
_ADDRESS = kinds.Int("u64", 8, signed=False, hex=True)


class _Table:
    """A table of views, as a type.

    Attributes:
        of: The class of its groups.
    """

    __slots__ = ("of",)

    def __init__(self, of: type[Any]) -> None:
        self.of = of


#: A kind, a class of views, or a table of them.
_Place: TypeAlias = "Kind | type[Any] | _Table"


def kinds_at(format_: SnapshotFormat, selector: Selector) -> list[Kind]:
    """Return the kinds of the parts that a selector may choose in files of a format; empty if there are none.

    Groups of views, and parts of what construct reads by itself, are `ANY_SHAPE`.
    """
    places = _start(format_, selector)
    for step in selector.steps:
        places = _unique(found for place in places for found in _stepped(place, step))
    return [place if isinstance(place, Kind) else ANY_SHAPE for place in places]


def _unique(places: Iterator[_Place]) -> list[_Place]:
    """Return places once each; the same class of kind is met again and again in a walk."""
    return [*{id(place): place for place in places}.values()]


def _start(format_: SnapshotFormat, selector: Selector) -> list[_Place]:
    if selector.root == VIEWS:
        return _views(format_)
    if selector.root == "header":
        return [header_kind()]
    if selector.root == "trailing":
        return [kinds.Bytes()]
    if selector.root == "checksum":
        size = 0 if format_.checksum is None else format_.checksum.size
        return [kinds.Int(f"u{8 * size}", size, signed=False, hex=True)] if size else []
    payload = format_.payload_kind
    first = selector.steps[0] if selector.steps and not selector.is_rooted else None
    if isinstance(first, Name) and not [*_stepped(payload, first)]:
        views = _views(format_)
        if any([*_stepped(place, first)] for place in views):
            return views
    return [payload]


def _views(format_: SnapshotFormat) -> list[_Place]:
    family: object = family_of(format_)
    return [family.views_type()] if isinstance(family, NamesInEveryRelease) else []


def _opened(kind: Kind) -> Kind | None:
    """Return the kind with the parts, as `Location.opened` does; None if they are plain data."""
    while True:
        match kind:
            case kinds.Option() | kinds.Blob():
                kind = kind.item
            case kinds.Struct() if kind.style == "newtype" and kind.cls is not None:
                kind = kind.fields[0].kind
            case kinds.LazyBound() if kind.target is not None:
                kind = kind.target
            case kinds.Adapted() if kind.text is None and kind.shown is None:
                kind = kind.item
            case kinds.Foreign() | kinds.Encoded():
                return None
            case kinds.Adapted() if kind.text is None:
                return None
            case _:
                return kind


def _stepped(place: _Place, step: Step) -> Iterator[_Place]:
    """Iterate over the places that a step may lead to."""
    if isinstance(step, Anywhere):
        for below in _below(place):
            yield from _stepped(below, step.step)
        return
    if isinstance(place, _Table):
        if isinstance(step, Name | Index | Slice | Every | Where):
            yield place.of
        return
    if isinstance(place, type):
        yield from _in_views(place, step)
        return
    if place is ANY_SHAPE:
        yield ANY_SHAPE
        return
    kind = _opened(place)
    if kind is None:
        yield ANY_SHAPE
        return
    yield from _in_kind(kind, step)


def _in_kind(kind: Kind, step: Step) -> Iterator[Kind]:
    match kind, step:
        case kinds.Struct(style="struct"), Name(name):
            yield from (each.kind for each in kind.fields if each.attr is not None and each.name == name)
        case kinds.Struct(), Every() | Where():
            yield from (each.kind for each in kind.fields if each.attr is not None)
        case kinds.Struct(style="tuple"), Index(index):
            yield from _at([each.kind for each in kind.fields], index)
        case kinds.Map(), Name() | Every() | Where():
            yield kind.value
        case kinds.Seq() | kinds.Array() | kinds.Set(), Index() | Slice() | Every() | Where():
            yield kind.item
        case kinds.Bytes(), Index() | Slice() | Every():
            yield _BYTE
        case kinds.Tuple(), Index(index):
            yield from _at([*kind.items], index)
        case kinds.Tuple(), Slice() | Every() | Where():
            yield from kind.items
        case kinds.Enum(), InVariant(name):
            found = (each.payload for each in kind.variants if each.name == name)
            yield from (each for each in found if each is not None)
        case kinds.Enum(), Every() | Where():
            yield from (each.payload for each in kind.variants if each.payload is not None)


def _at(items: list[Kind], index: int) -> Iterator[Kind]:
    if -len(items) <= index < len(items):
        yield items[index]


def _in_views(cls: type[Any], step: Step) -> Iterator[_Place]:
    if issubclass(cls, ByName):  # values by names that only a file has
        if isinstance(step, Name | Every | Where):
            yield _ADDRESS
        return
    declared: dict[str, Named] = cls._declared() if issubclass(cls, Views) else {}
    if isinstance(step, Name):
        declared = {step.name: declared[step.name]} if step.name in declared else {}
    elif not isinstance(step, Every | Where):
        return
    for each in declared.values():
        yield from _named(each)


def _named(named: Named) -> Iterator[_Place]:
    match named:
        case View() if named.type is PART:
            yield ANY_SHAPE
        case View():
            yield _ADDRESS if named.type is HEX else named.type.kind
        case TableOf():
            yield from map(_Table, _classes(named.of))
        case Part() | OptionalPart():
            yield from _classes(named.of)
        case _:
            yield ANY_SHAPE


def _classes(of: Any) -> list[type[Any]]:
    return of.all() if isinstance(of, Choice) else [of]


def _below(place: _Place) -> Iterator[_Place]:
    """Iterate over a place and all places below it, each once."""
    seen: set[Any] = set()
    waiting: list[_Place] = [place]
    while waiting:
        here = waiting.pop()
        key = here.of if isinstance(here, _Table) else here if isinstance(here, type) else id(here)
        if (type(here), key) in seen:
            continue
        seen.add((type(here), key))
        yield here
        if here is not ANY_SHAPE:
            waiting.extend(_stepped(here, Every()))
