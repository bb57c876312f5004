"""Where a path really leads, when something is to be put there."""

from __future__ import annotations

import errno
import os
import re
import stat
from typing import NamedTuple

from snapformat.io._failure import os_error, unusable_name

# The kernel's own limit on links in one path.
_MOST_LINKS = 40

# Links in these folders are no names but open descriptors: following their text leads nowhere
# ("pipe:[4711]"), or to a file that someone has open and expects to go on writing to.
_DESCRIPTORS = r"/proc/(\d+)(?:/task/\d+)?/fd"


class Place:
    """A name in an open folder, with all links followed; nothing needs to be there yet.

    The folder is held open rather than named: all that happens to the name happens in that very folder,
    whoever renames it or changes the working directory meanwhile, and however long its path is.

    Attributes:
        folder: Descriptor of the folder, for `dir_fd=` (O_PATH: good for nothing else).
        name: The name in it, which is no link.
    """

    __slots__ = ("folder", "name")

    def __init__(self, folder: int, name: str) -> None:
        self.folder = folder
        self.name = name

    def status(self) -> os.stat_result | None:
        """Return the state of what is there, or None."""
        try:
            return os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self.folder)


class Descriptor(NamedTuple):
    """An open descriptor of some process, reached through `/proc` or `/dev/stdout` and the like.

    Attributes:
        ours: Its number, if it is one of this process, else None.
    """

    ours: int | None


def find_place(path: str) -> Place | Descriptor:
    """Follow all links of a path to the name that they end at; a `Place` is the caller's to close.

    `os.path.realpath` would follow a dangling link through folders that do not exist, take `new/` for
    `new`, and resolve `/dev/stdout` to the text behind a descriptor.

    Raises:
        OSError: A folder on the way is missing or may not be searched, the links go in a circle
            (ELOOP), the path can only mean a folder (EISDIR), or is no path at all (EINVAL).
    """
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
                # EINVAL: something else than a link, ENOENT: nothing. That is the place.
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
        # Where /proc is not mounted, there are no such folders.
        return None
    return int(match[1]) if match is not None else None


def socket_hint(path: str, cause: OSError) -> str | None:
    """Say that a path is a socket, where that is why it can't be opened: ENXIO alone tells nobody."""
    try:
        if cause.errno == errno.ENXIO and stat.S_ISSOCK(os.stat(path).st_mode):
            return "it is a socket, which can't be opened as a file"
    except OSError:
        pass
    return None
