"""Declared summaries: names and values of a snapshot for an overview, with their kinds.

A family declares its summary once, from its views: the plain data of `info`, and the columns of a table of
many files, come from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from snapformat.inspect.view_tables import TableOf
from snapformat.inspect.views import HEX, Choice, Named, OptionalPart, View, Views
from snapformat.model import kinds
from snapformat.model.kinds import Kind
from snapformat.snapshot.snapshot import Snapshot

Group: TypeAlias = "type[Any] | Choice[Any]"


class Entry(NamedTuple):
    """A name of a summary.

    Attributes:
        kind: Returns the kind of its value; it imports the classes of groups, which reading does not need.
        doc: One line of description.
        read: Returns its value as plain data, of a snapshot and its views.
    """

    kind: Callable[[], Kind]
    doc: str
    read: Callable[[Snapshot[Any], Any], Any]


def value(view: View[Any], *around: Named) -> Entry:
    """Return the entry of a view: null if a group around it is absent.

    Args:
        view: The view.
        around: The names of the groups around it, from the outside in.
    """

    def read(_: Snapshot[Any], views: Any) -> Any:
        for each in around:
            views = getattr(views, each.name)
            if views is None:
                return None
        return getattr(views, view.name)

    def kind() -> Kind:
        is_optional = any(isinstance(each, OptionalPart) for each in around)
        return kinds.Option(_kind_of(view)) if is_optional else _kind_of(view)

    return Entry(kind, view.doc, read)


def group(part: OptionalPart[Any], shape: Callable[[Any], Any] | None = None) -> Entry:
    """Return the entry of a group: null if the state has none.

    Args:
        part: The name of the group.
        shape: Makes its plain data; by default `plain_group`.
    """
    shape = shape or plain_group
    return Entry(
        lambda: kinds.Option(group_kind(part.of)),
        part.doc,
        lambda _, views: shape(getattr(views, part.name)),
    )


def groups(table: TableOf[Any], shape: Callable[[Any], Any] | None = None) -> Entry:
    """Return the entry of a table: a list.

    Args:
        table: The name of the table.
        shape: Makes the plain data of a group; by default `plain_group`.
    """
    shape = shape or plain_group
    return Entry(
        lambda: kinds.Seq(group_kind(table.of)),
        table.doc,
        lambda _, views: [shape(each) for each in getattr(views, table.name)],
    )


def plain_group(views: Views | None) -> dict[str, Any] | None:
    """Return the values of a group that belong to summaries; numbers in hexadecimal as text."""
    if views is None:
        return None
    found: dict[str, Any] = {}
    for each, location in views._values():
        if each.in_summary:
            value = each.value_of(location)
            found[each.name] = f"{value:#x}" if each.type is HEX else value
    return found


def group_kind(group: Group) -> Kind:
    """Return the kind of a group's values in summaries; not every state has all of them.

    Args:
        group: The class, or the classes of which one fits: then the kind has the values of all.
    """
    fields: dict[str, kinds.Field] = {}
    for cls in group.all() if isinstance(group, Choice) else [group]:
        for name, each in cls._declared().items():
            if isinstance(each, View) and each.in_summary:
                kind = _kind_of(each)
                option = kind if isinstance(kind, kinds.Option) else kinds.Option(kind)
                fields.setdefault(name, kinds.Field(name, name, option, each.doc))
    return kinds.Struct("", "struct", None, fields=tuple(fields.values()))


def _kind_of(view: View[Any]) -> Kind:
    return kinds.Str() if view.type is HEX else view.type.kind


def summary_kind(entries: Mapping[str, Entry]) -> Kind:
    """Return the kind of a whole summary."""
    fields = tuple(kinds.Field(name, name, each.kind(), each.doc) for name, each in entries.items())
    return kinds.Struct("", "struct", None, fields=fields)
