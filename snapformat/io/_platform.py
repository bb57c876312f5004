"""Checks that the system can open paths, as Linux can; elsewhere bytes and file objects still work."""

from __future__ import annotations

import os
from typing import Literal

from snapformat.errors import SnapshotIOError

_READING = ("O_CLOEXEC", "O_NOCTTY", "O_NONBLOCK")
_WRITING = (*_READING, "O_DIRECTORY", "O_NOFOLLOW", "O_PATH", "fchown", "getxattr")


def _missing() -> dict[str, str | None]:
    """Return by use the first thing that the system lacks for it, or None."""
    without_folders = None if os.open in os.supports_dir_fd else "dir_fd of os.open"
    lacks = {name: f"os.{name}" for name in _WRITING if not hasattr(os, name)}
    reading = next((lacks[name] for name in _READING if name in lacks), None)
    return {"read": reading, "written": reading or next(iter(lacks.values()), without_folders)}


_LACKS = _missing()
_HINTS = {
    "read": "pass bytes, or a file opened in binary mode",
    "written": "write the bytes of `to_bytes()`, or save to a file opened in binary mode",
}


def check_platform(use: Literal["read", "written"], path: str) -> None:
    """Check that this system can open a path for a use.

    Raises:
        SnapshotIOError: It can't.
    """
    lacks = _LACKS[use]
    if lacks is not None:
        raise SnapshotIOError(
            f"a path can only be {use} on Linux: this system has no {lacks}", file=path, hint=_HINTS[use]
        )
