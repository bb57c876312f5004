"""The formats of installed packages, found through the entry points `snapformat.schemas`.

Each entry point names a `SnapshotFormat`, or an iterable of them. Names of formats are unique, such as
`firecracker/1.14/x86_64`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any

from snapformat.errors import SchemaError
from snapformat.model.checks import describe_value
from snapformat.printable import printable, text_of
from snapformat.snapshot.header import Header
from snapformat.snapshot.installed import entry_points
from snapformat.snapshot.snapshot import SnapshotFormat
from snapformat.snapshot.spec import machine_arch

GROUP = "snapformat.schemas"
#: Maximum number of names that a message lists.
_MOST_NAMES = 8


#: Formats of a project, by name; see `add_formats`.
_added: dict[str, SnapshotFormat] = {}


def formats() -> dict[str, SnapshotFormat]:
    """Return all formats by name: those of packages in the order of their declaration, then a project's."""
    return {**_installed(), **_added} if _added else _installed()


def add_formats(more: Mapping[str, SnapshotFormat]) -> None:
    """Make formats known in this process, as those of a project."""
    _added.update(more)


def bare_formats() -> list[SnapshotFormat]:
    """Return the known formats of bare files, which nothing in the file names."""
    return [format_ for format_ in formats().values() if format_.is_bare]


@cache
def _installed() -> dict[str, SnapshotFormat]:
    """Return the formats of installed packages.

    A package whose schemas can't be imported is skipped with a warning.
    """
    found: dict[str, SnapshotFormat] = {}
    for entry in entry_points(GROUP):
        try:
            found.update(
                (format_.name, format_) for format_ in _declared(entry.load()) if format_.name not in found
            )
        except Exception as error:  # an import may raise anything
            # One broken package must not hide the others.
            warnings.warn(
                f"the schemas {entry.name!r} can't be loaded: {printable(text_of(error))}",
                RuntimeWarning,
                stacklevel=2,
            )
    return found


def _declared(loaded: Any) -> list[SnapshotFormat]:
    """Return the formats that an entry point names: one, or several."""
    found = [loaded] if isinstance(loaded, SnapshotFormat) else list(loaded)
    for each in found:
        if not isinstance(each, SnapshotFormat):
            raise TypeError(f"expected a SnapshotFormat, or a list of them, found {describe_value(each)}")
    return found


def find_format(name: str) -> SnapshotFormat:
    """Find a format by name: `firecracker/1.14/x86_64`, its end (`1.14/x86_64`), or without architecture.

    A name without architecture means the format for this machine's architecture, or the only match.

    Raises:
        SchemaError: No format has this name, or several have it.
    """
    known = formats()
    if name in known:
        return known[name]
    matching = [format_ for key, format_ in known.items() if _matches(key, name)]
    if not matching:
        raise SchemaError(f"unknown schema {name!r}; {_suggestion(name, list(known))}")
    if len(matching) > 1:
        matching = [f for f in matching if machine_arch() in f.magics] or matching
    if len(matching) > 1:
        raise SchemaError(f"ambiguous schema {name!r}: {' or '.join(f.name for f in matching)}")
    return matching[0]


def _suggestion(name: str, known: list[str]) -> str:
    """Suggest names close to an unknown one, or list the known names."""
    from difflib import get_close_matches  # imported here, as most names are correct

    ends = {
        "/".join(parts[at:]): key for key in known for parts in [key.split("/")] for at in range(len(parts))
    }
    meant = dict.fromkeys(ends[end] for end in get_close_matches(name, ends, 8, 0.7))
    if meant:
        return f"did you mean {' or '.join(list(meant)[:3])}?"
    if len(known) > _MOST_NAMES:
        return f"`snapformat schemas` lists the {len(known)} known ones, such as {known[-1]}"
    return f"known: {', '.join(known) or 'none'}"


def _matches(key: str, name: str) -> bool:
    wanted, parts = name.split("/"), key.split("/")
    return any(parts[start : start + len(wanted)] == wanted for start in range(len(parts)))


def formats_for(header: Header) -> list[SnapshotFormat]:
    """Return the formats whose magic and version rule accept a header, newest last."""
    return [
        format_
        for format_ in formats().values()
        if header.magic in format_.magics.values() and format_.accepts(format_.supported, header.version)
    ]
