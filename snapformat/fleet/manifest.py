"""The manifest of a run that changes files: what was begun, and what came of it, a line of JSON each.

A line `begun` is written and flushed to the disk before a worker may touch the file; a line with the result
follows. So after a crash the manifest names every file that may have been changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from snapformat.errors import DecodeError, SnapshotIOError
from snapformat.fleet.contents import Item

BEGUN = "begun"
#: States of files that a further run skips.
_OVER = ("changed", "same")


class Manifest:
    """A manifest that is written.

    Args:
        path: Its path.

    Raises:
        SnapshotIOError: It can't be written.
        DecodeError: The file is not a manifest.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._over: dict[str, tuple[list[Any], list[Any]]] = {}
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            end = self._read()
            os.ftruncate(self._descriptor, end)  # a line that was not completed
        except OSError as cause:
            raise SnapshotIOError(f"cannot write: {cause.strerror}", cause=cause, file=path) from cause

    def _read(self) -> int:
        """Read the lines of former runs; return where the complete ones end."""
        end = 0
        with open(self._path, "rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                end += len(line)
                try:
                    row = json.loads(line)
                    if row["state"] in _OVER:
                        self._over[row["location"]] = row["before"], row["after"]
                except (ValueError, KeyError, TypeError):
                    raise DecodeError("not the manifest of a run", file=self._path, offset=end) from None
        return end

    def is_over(self, item: Item, *, in_place: bool) -> bool:
        """Return whether a former run finished a file, which is unchanged since.

        Args:
            item: The file.
            in_place: Whether the file itself was changed; else it is as it was before.
        """
        found = self._over.get(item.location)
        return found is not None and found[in_place] == [*item.stamp]

    def write(self, rows: Iterable[dict[str, Any]]) -> None:
        """Append lines, and flush them to the disk.

        Raises:
            SnapshotIOError: They can't be written.
        """
        data = "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows).encode()
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._descriptor, view) :]
            os.fsync(self._descriptor)
        except OSError as cause:
            raise SnapshotIOError(f"cannot write: {cause.strerror}", cause=cause, file=self._path) from cause

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
