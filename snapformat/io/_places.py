"""Resolving the path of a file that is to be written."""

from __future__ import annotations

import errno
import os
import re
import stat
from typing import NamedTuple

from snapformat.io._failure import os_error, unusable_name
from snapformat.io._platform import check_platform

# The kernel's limit of links in one path.
_MOST_LINKS = 40

# Links in these folders are open descriptors, not names. Their text leads nowhere ("pipe:[4711]"), or to a
# file that a process has open and must not be replaced.
_DESCRIPTORS = r"/proc/(\d+)(?:/task/\d+)?/fd"


class Place:
    """A name in an open folder, with all links followed; the file need not exist.

    The folder is kept open, so all operations apply to the same folder, even if it is renamed, the working
    directory changes, or its path is very long.

    Attributes:
        folder: Descriptor of the folder for `dir_fd=` (opened with O_PATH).
        name: The name in it, which is not a link.
    """

    __slots__ = ("folder", "name")

    def __init__(self, folder: int, name: str) -> None:
        self.folder = folder
        self.name = name

    def status(self) -> os.stat_result | None:
        """Return the status of the file, or None if there is none."""
        try:
            return os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def close(self) -> None:
        """Close the folder."""
        os.close(self.folder)


class Descriptor(NamedTuple):
    """An open descriptor of a process, reached through `/proc`, `/dev/stdout` or similar.

    Attributes:
        number: Its number if it belongs to this process, else None.
    """

    number: int | None


def find_place(path: str) -> Place | Descriptor:
    """Follow all links of a path to the final name. The caller closes the `Place`.

    `os.path.realpath` would follow a dangling link through folders that do not exist, take `new/` for
    `new`, and resolve `/dev/stdout` to the text behind a descriptor.

    Raises:
        OSError: A folder on the way is missing or not searchable, the links form a cycle (ELOOP), the path
            can only be a folder (EISDIR), or is not a valid path (EINVAL).
        SnapshotIOError: This system can't write paths.
    """
    check_platform("written", path)
    folder: int | None = None
    try:
        for _ in range(_MOST_LINKS):
            head, name = os.path.split(path)
            if name in ("", ".", ".."):
                raise os_error(errno.EISDIR if path else errno.ENOENT)
            inner = os.open(head or ".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
            folder, outer = inner, folder
            if outer is not None:
                os.close(outer)
            if name.isdecimal() and (process := _process_of(folder)) is not None:
                number = int(name) if process == os.getpid() else None
                break
            try:
                path = os.readlink(name, dir_fd=folder)
            except OSError as error:
                # EINVAL: it is not a link; ENOENT: it does not exist. Either way, the name is final.
                if error.errno not in (errno.EINVAL, errno.ENOENT):
                    raise
                return Place(folder, name)
        else:
            raise os_error(errno.ELOOP)
    except BaseException as error:
        if folder is not None:
            os.close(folder)
        if isinstance(error, ValueError):
            raise unusable_name(error) from error
        raise
    os.close(folder)
    return Descriptor(number)


def _process_of(folder: int) -> int | None:
    """Return the process whose descriptors a folder of `/proc` lists, or None for any other folder."""
    try:
        match = re.fullmatch(_DESCRIPTORS, os.readlink(f"/proc/self/fd/{folder}"))
    except OSError:
        # /proc is not mounted, so there are no such folders.
        return None
    return int(match[1]) if match is not None else None


def socket_hint(path: str, cause: OSError) -> str | None:
    """Return a hint if a path can't be opened because it is a socket, as ENXIO alone is not clear."""
    try:
        if cause.errno == errno.ENXIO and stat.S_ISSOCK(os.stat(path).st_mode):
            return "it is a socket, which can't be opened as a file"
    except OSError:
        pass
    return None
