"""Queries: the parts of a snapshot that a selector chooses."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from snapformat.inspect.families import views_of
from snapformat.inspect.locations import Location, MissingPartError, PathError
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
    parse_selector,
)
from snapformat.model import kinds
from snapformat.model.graph import walk_kinds
from snapformat.model.kinds import Kind
from snapformat.path import Root, Segment, format_path
from snapformat.printable import middle_cut
from snapformat.snapshot.header import header_kind
from snapformat.snapshot.snapshot import Snapshot

#: Maximum number of names in a message.
_MOST_NAMED = 12


def select(snapshot: Snapshot[Any], selector: str | Selector) -> list[Location]:
    """Return the parts of a snapshot that a selector chooses, in the order of the snapshot.

    Args:
        snapshot: The snapshot; one that was loaded lazily is decoded only where the selector leads.
        selector: The selector, or its text: see `snapformat.inspect.selectors`.

    Raises:
        PathError: The text is not a selector; or it names one part, and there is none.
        MissingPartError: It names one part, and what should contain that part has none with this name.
        DecodeError: Bytes of a snapshot that was loaded lazily are not a value of their type.
    """
    if isinstance(selector, str):
        try:
            selector = parse_selector(selector)
        except ValueError as error:
            raise PathError(str(error)) from None
    start = _start(snapshot, selector)
    found = [*_chosen(start, selector.steps)]
    if not found and selector.is_single:
        _fail(snapshot, selector, start)
    return found


def _start(snapshot: Snapshot[Any], selector: Selector) -> Location:
    """Return where a selector begins; without `$` and `@`, a field of the payload comes before a view."""
    if selector.root == VIEWS:
        views = views_of(snapshot)
        if views is None:
            raise PathError(f"{snapshot.format.name} has no names that hold in every release")
        return views
    root = root_of(snapshot, selector.root)
    first = selector.steps[0] if selector.steps and not selector.is_rooted else None
    if isinstance(first, Name) and root.field(first.name) is None:
        views = views_of(snapshot)
        if views is not None and (views.field(first.name) is not None or views.missing(first.name)):
            return views
    return root


def root_of(snapshot: Snapshot[Any], name: str = "") -> Location:
    """Return the location of the payload, or of a part of the file beside it: see `selectors.ROOTS`."""
    format_ = snapshot.format
    if not name:
        return Location(format_.payload_kind, snapshot.data, (), lambda new: setattr(snapshot, "data", new))
    segments: tuple[Segment, ...] = (Root(name),)
    if name == "header":
        if format_.is_bare:
            raise PathError(f"files of {format_.name} have no header")
        return Location(header_kind(), snapshot.header, segments)
    if name == "trailing":
        return Location(kinds.Bytes(), snapshot.trailing, segments)
    if format_.checksum is None:
        raise PathError(f"files of {format_.name} have no checksum")
    size = format_.checksum.size
    stored = int.from_bytes(snapshot.to_bytes()[-size:], format_.encoding.byteorder)
    return Location(kinds.Int(f"u{8 * size}", size, signed=False, hex=True), stored, segments)


def _chosen(location: Location, steps: tuple[Step, ...]) -> Iterator[Location]:
    if not steps:
        yield location
        return
    for each in _stepped(location, steps[0]):
        yield from _chosen(each, steps[1:])


def _stepped(location: Location, step: Step) -> Iterator[Location]:
    """Return the parts that a step leads to."""
    match step:
        case Name(name):
            found = location.field(name)
            if found is not None:
                yield found
        case InVariant(name):
            found = location.variant(name)
            if found is not None:
                yield found
        case Index(index):
            count = location.count()
            if count is not None and -count <= index < count:
                yield location.at(index % count)
        case Slice():
            count = location.count()
            if count is not None:
                yield from map(location.at, step.of(count))
        case Every():
            yield from location.parts()
        case Where():
            yield from (part for part in location.parts() if _fits(part, step))
        case Anywhere(inner):
            yield from _anywhere(location, inner)


def _fits(part: Location, where: Where) -> bool:
    """Return whether a part has all fields that a step names."""
    wanted: Where | None = where
    while wanted is not None:
        if not _has(part, wanted.names, wanted.text):
            return False
        wanted = wanted.and_also
    return True


def _has(part: Location, names: tuple[str, ...], text: str) -> bool:
    """Return whether a field has this value, as text; also in the fields of a variant."""
    here: Location | None = part
    for name in names:
        assert here is not None
        inside = here.field(name)
        if inside is None:
            variants = [*here.parts()] if isinstance(here.opened().kind, kinds.Enum) else []
            inside = variants[0].field(name) if variants else None
        if inside is None:
            return False
        here = inside
    assert here is not None
    number = number_of(here)
    if number is None:
        return text_of(here) == text
    try:
        return number == int(text, 0)
    except ValueError:
        return False


def _anywhere(location: Location, step: Name | Every | InVariant) -> Iterator[Location]:
    waiting = [location]
    while waiting:
        here = waiting.pop()
        yield from _stepped(here, step)
        parts = [part for part in here.parts() if part.is_view or _may_hold(part.kind, step)]
        waiting.extend(reversed(parts))


def _may_hold(kind: Kind, step: Name | Every | InVariant) -> bool:
    """Return whether something below a kind may be what a step names; kinds of constructs may hold all."""
    if isinstance(step, Every):
        return True
    names = kind.derive("names below", lambda: _names_below(kind))
    return None in names or step.name in names


def _names_below(kind: Kind) -> frozenset[str | None]:
    found: set[str | None] = set()
    for inner in walk_kinds(kind):
        match inner:
            case kinds.Struct():
                found.update(each.name for each in inner.fields if each.name is not None)
            case kinds.Enum():
                found.update(variant.name for variant in inner.variants)
            case kinds.Foreign() | kinds.Map():
                found.add(None)
            case kinds.Adapted() if inner.shown is not None:
                found.add(None)
    return frozenset(found)


def number_of(location: Location) -> int | None:
    """Return an integer; None for other values."""
    opened = location.opened()
    value = opened.value
    is_number = isinstance(opened.kind, kinds.Int) and isinstance(value, int)
    return int(value) if is_number and not isinstance(value, bool) else None


def text_of(location: Location) -> str:
    """Return a value as one line of text: text itself, integers in decimal, all else as JSON."""
    number = number_of(location)
    if number is not None:
        return str(number)
    data = location.to_json()
    if isinstance(data, str):
        return data
    from snapformat.encodings.json.text import format_json

    return format_json(data)


def _fail(snapshot: Snapshot[Any], selector: Selector, start: Location) -> None:
    """Raise the error for a selector of one part that is not there."""
    here = start
    for position, step in enumerate(selector.steps):
        found = [*_stepped(here, step)]
        if found:
            here = found[0]
            continue
        error = MissingPartError if position == len(selector.steps) - 1 else PathError
        count = here.count()
        if isinstance(step, Index) and count is not None:
            raise error(f"{here.path} has {count} elements, and no [{step.index}]")
        name = step.name if isinstance(step, Name | InVariant) else ""
        shown = f"<{name}>" if isinstance(step, InVariant) else name
        names = here.names()
        why = here.missing(name)
        if why:
            raise error(f"{format_path((*here.segments, name))}: {why}")
        views = views_of(snapshot) if here is start and not selector.root else None
        if views is not None and selector.is_rooted:
            names = [f"{VIEWS}{name}"] if views.field(name) is not None else names
        elif views is not None:
            names += views.names()
        if here.value is None:
            raise error(f"{here.path} is null, so it has no {middle_cut(shown or 'elements')}")
        close = difflib.get_close_matches(shown, names, 1)
        hint = f": did you mean {close[0]}?" if close else ""
        if not hint and names:
            more = ", ..." if len(names) > _MOST_NAMED else ""
            hint = f", only {', '.join(names[:_MOST_NAMED])}{more}"
        raise error(f"{here.path} has no {middle_cut(shown or 'elements')}{hint}")


def select_in(root: Location, selector: str | Selector) -> list[Location]:
    """Return the parts of a value that a selector chooses, in their order.

    Args:
        root: The location of the value.
        selector: The selector, or its text.

    Raises:
        PathError: The text is not a selector, or it begins beside the payload.
    """
    if isinstance(selector, str):
        try:
            selector = parse_selector(selector)
        except ValueError as error:
            raise PathError(str(error)) from None
    if selector.root:
        name = VIEWS if selector.root == VIEWS else f"${selector.root}"
        raise PathError(f"a value has no {name}")
    return [*_chosen(root, selector.steps)]
