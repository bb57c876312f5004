"""Views in tests: all values of a snapshot by paths that last, and other values for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snapformat import Snapshot
from snapformat.inspect.families import views_of
from snapformat.inspect.locations import Location
from snapformat.inspect.query import select
from snapformat.inspect.view_tables import TableLocation
from snapformat.model import kinds
from snapformat.path import VIEWS, format_path

#: Values for texts that are not any text.
_SPECIAL = {"mac": "02:00:00:00:00:99", "pci": "0000:00:1f.0"}


def leaves(snapshot: Snapshot[Any]) -> Iterator[tuple[str, Location]]:
    """All values that views lead to, in tables by position: setting an id does not change these paths."""
    root = views_of(snapshot)
    assert root is not None
    return _leaves((VIEWS,), root)


def _leaves(segments: tuple[Any, ...], location: Location) -> Iterator[tuple[str, Location]]:
    is_table = isinstance(location, TableLocation)
    parts = [*location.parts()]
    for position, part in enumerate(parts):
        yield from _leaves((*segments, position if is_table else part.segments[-1]), part)
    if not parts and not location.is_view:
        yield format_path(segments), location


def one(snapshot: Snapshot[Any], path: str) -> Location:
    """The part at a path."""
    (found,) = select(snapshot, path)
    return found


def another(path: str, location: Location) -> Any:
    """Another value as plain data; the value itself where there is none."""
    shown, kind = location.to_json(), location.kind
    if ".cpuid" in path and path.endswith((".function", ".index", ".flags")):
        return shown  # the name of the leaf
    name = path.rpartition(".")[2]
    if name in _SPECIAL:
        return _SPECIAL[name]
    if isinstance(kind, kinds.Option):
        kind = kind.item
    match kind:
        case kinds.Bool():
            return not shown
        case kinds.Int():
            value = location.opened().value
            return (1 if value is None else value ^ 1) if value != 1 else 3
        case kinds.Str():
            return f"{shown}-x"
        case kinds.Enum():
            return next((each.name for each in kind.variants if each.name != shown), shown)
    return shown


def fields(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Plain data as its scalars by path."""
    if isinstance(data, dict):
        for name, part in data.items():
            yield from fields(part, f"{path}.{name}")
    elif isinstance(data, list):
        for position, part in enumerate(data):
            yield from fields(part, f"{path}[{position}]")
    else:
        yield path, data
