"""Importing formats and types by name, from folders that are on the import path only meanwhile."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from snapformat.model.declare.registry import import_reference, is_reference
from snapformat.snapshot.snapshot import SnapshotFormat


@contextlib.contextmanager
def on_import_path(*folders: str) -> Iterator[None]:
    """Find modules in more folders, after all others, within a `with` block."""
    before = sys.path[:]
    sys.path.extend(folders)
    try:
        yield
    finally:
        # A module may have changed the path as well: only what was added is removed.
        for folder in folders:
            if folder not in before or sys.path.count(folder) > before.count(folder):
                _remove_last(folder)


def _remove_last(folder: str) -> None:
    for position in reversed(range(len(sys.path))):
        if sys.path[position] == folder:
            del sys.path[position]
            return


def import_format(reference: str) -> Any:
    """Import a `SnapshotFormat` or a type by `module:attribute`, with the types that it refers to.

    Raises:
        SchemaError: The import fails.
    """
    found = import_reference(reference)
    payload: Any = found.payload if isinstance(found, SnapshotFormat) else None
    return found.with_payload(import_reference(payload)) if is_reference(payload) else found
