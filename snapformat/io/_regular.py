"""Opening what must be a regular file."""

from __future__ import annotations

import os
import stat

from snapformat.errors import SnapshotIOError
from snapformat.io._failure import failure, unusable_name
from snapformat.io._places import socket_hint
from snapformat.io._platform import check_platform


def open_regular(name: str, mode: int) -> int:
    """Open a regular file; return its descriptor.

    Args:
        name: The path; links are followed.
        mode: `os.O_RDONLY` or another mode.

    Raises:
        SnapshotIOError: It can't be opened, or is not a regular file.
    """
    check_platform("read", name)
    descriptor = -1
    try:
        # Asked first, since opening some devices does something.
        if stat.S_ISREG(os.stat(name).st_mode):
            # Should it be replaced by a pipe in between, opening it must not wait.
            descriptor = os.open(name, mode | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        hint = socket_hint(name, error)
        raise failure(SnapshotIOError, "cannot open", error, file=name, hint=hint) from error
    except ValueError as error:
        raise failure(SnapshotIOError, "cannot open", unusable_name(error), file=name) from error
    if descriptor < 0 or not stat.S_ISREG(os.fstat(descriptor).st_mode):
        if descriptor >= 0:
            os.close(descriptor)
        raise SnapshotIOError("it is not a regular file", file=name)
    return descriptor
