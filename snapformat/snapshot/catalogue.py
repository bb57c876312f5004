"""The formats that installed packages bring: found through the entry points `snapformat.schemas`.

Each entry point names an iterable of `SnapshotFormat`, whose names are unique: `firecracker/1.14/x86_64`.
"""

from __future__ import annotations

import warnings
from functools import cache

from snapformat.errors import SchemaError
from snapformat.printable import printable, text_of
from snapformat.snapshot.installed import entry_points
from snapformat.snapshot.snapshot import SnapshotFormat
from snapformat.snapshot.spec import Header, machine_arch

GROUP = "snapformat.schemas"
#: Names that a message lists.
_SHOWN = 20


@cache
def formats() -> dict[str, SnapshotFormat]:
    """All formats by name, in the order in which they were declared.

    A package whose schemas can't be imported is left out, with a warning.
    """
    found: dict[str, SnapshotFormat] = {}
    for entry in entry_points(GROUP):
        try:
            declared = list(entry.load())
        except Exception as error:  # whatever an installed package does when it is imported
            # One broken package must not take the others away.
            warnings.warn(
                f"the schemas {entry.name!r} can't be loaded: {printable(text_of(error))}",
                RuntimeWarning,
                stacklevel=2,
            )
            continue
        for format_ in declared:
            found.setdefault(format_.name, format_)
    return found


def find_format(name: str) -> SnapshotFormat:
    """The format of a name: `firecracker/1.14/x86_64`, or its end (`1.14/x86_64`), or without architecture.

    Without architecture, that of this machine is taken, or the only one there is.

    Raises:
        SchemaError: No format has this name, or several have.
    """
    known = formats()
    if name in known:
        return known[name]
    matching = [format_ for key, format_ in known.items() if _matches(key, name)]
    if not matching:
        raise SchemaError(f"there is no schema {name!r}; {_suggestion(name, list(known))}")
    if len(matching) > 1:
        matching = [f for f in matching if machine_arch() in f.magics] or matching
    if len(matching) > 1:
        raise SchemaError(f"the schema {name!r} may be {' or '.join(f.name for f in matching)}")
    return matching[0]


def _suggestion(name: str, known: list[str]) -> str:
    """Suggest names close to an unknown one, or list the known names."""
    from difflib import get_close_matches  # here and not above: names are mostly right

    ends = {
        "/".join(parts[at:]): key for key in known for parts in [key.split("/")] for at in range(len(parts))
    }
    meant = dict.fromkeys(ends[end] for end in get_close_matches(name, ends, 8, 0.7))
    if meant:
        return f"did you mean {' or '.join(list(meant)[:3])}?"
    more = f", ... ({len(known)} in all)" if len(known) > _SHOWN else ""
    return f"known: {', '.join(known[:_SHOWN]) or 'none'}{more}"


def _matches(key: str, name: str) -> bool:
    wanted, parts = name.split("/"), key.split("/")
    return any(parts[start : start + len(wanted)] == wanted for start in range(len(parts)))


def formats_for(header: Header) -> list[SnapshotFormat]:
    """The formats whose magic and version rule take a file with this header, newest last."""
    return [
        format_
        for format_ in formats().values()
        if header.magic in format_.magics.values() and format_.accepts(format_.supported, header.version)
    ]
