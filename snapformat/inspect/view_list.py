"""All names of a class of views, for documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from snapformat.inspect.view_tables import ByName, TableOf
from snapformat.inspect.views import Choice, OptionalPart, Part, View, Views


class ListedView(NamedTuple):
    """A name.

    Attributes:
        path: Its path; what depends on the snapshot is in capitals, as in `drives.ID.path`.
        type: The type of its values.
        doc: One line of description.
        read_only: Why it can't be changed; empty if it can.
    """

    path: str
    type: str
    doc: str
    read_only: str


def list_views(group: type[Any], prefix: str = "") -> Iterator[ListedView]:
    """Iterate over the values that a class of views names, with those of the groups in it.

    Args:
        group: The class.
        prefix: Path of the group, with a dot at its end unless it is empty.
    """
    declared = group._declared().values() if issubclass(group, Views) else ()
    for each in declared:
        path = prefix + each.name
        if isinstance(each, View):
            yield ListedView(path, each.type.text, each.doc, each.read_only)
        elif isinstance(each, TableOf):
            yield from _in_groups(each.of, path + (".ID" if each.key else "[N]"), each.doc)
        elif isinstance(each, Part | OptionalPart):
            yield from _in_groups(each.of, path, each.doc)


def _in_groups(of: type[Any] | Choice[Any], path: str, doc: str) -> Iterator[ListedView]:
    """Iterate over the names in a group; those that several classes have come once."""
    seen = set()
    for group in of.all() if isinstance(of, Choice) else [of]:
        if issubclass(group, ByName):
            yield ListedView(f"{path}.{group.placeholder}", group.type_text, doc, "")
        for each in list_views(group, f"{path}."):
            if each.path not in seen:
                seen.add(each.path)
                yield each


def table_of(group: type[Any]) -> str:
    """Return a table of all names in Markdown."""
    lines = ["| name | type | meaning | can be set |", "|---|---|---|---|"]
    for each in list_views(group):
        can_be_set = f"no: {each.read_only}" if each.read_only else "yes"
        lines.append(f"| `{each.path}` | {each.type} | {each.doc} | {can_be_set} |")
    return "".join(f"{line}\n" for line in lines)
