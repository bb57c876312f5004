"""Replacing a file atomically: either the old or the new file is there, complete, whatever happens."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress

from snapformat.errors import SnapshotIOError
from snapformat.io._access import access_list, take_over
from snapformat.io._failure import failure, nothing_taken, os_error
from snapformat.io._places import Place

# Bytes of the target's name in the name of the temporary file, which stays far below the smallest NAME_MAX
# in use (143 on eCryptfs, 255 elsewhere).
_MOST_NAME = 64


def replace_file(
    place: Place,
    old: os.stat_result | None,
    data: bytes | Callable[[int], None],
    *,
    file: str,
    only_new: bool = False,
) -> None:
    """Write a regular file atomically.

    Args:
        place: The place of the file.
        old: Status of the existing file, or None.
        data: The new content, or a function that writes it to a descriptor.
        file: Name of the file for messages.
        only_new: Whether to fail (EEXIST) if there is a file when the new one gets its name.

    Raises:
        SnapshotIOError: Writing failed. The old file is untouched and no temporary file is left. If only
            flushing the folder failed, which the message mentions, the new file is there, but may be lost
            in a power failure.
    """
    temporary = _temporary_name(place.name)
    # For a new file, the kernel applies the umask and default access lists to 0666; reading the umask
    # would change it for all threads. The mode of a replaced file is set later; until then, only its owner
    # has access.
    mode = 0o666 if old is None else 0o600
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    doing, hint, old_list = "cannot write", None, None
    try:
        if old is not None:
            _demand_permission(place)
            old_list = access_list(place)
        try:
            doing = "cannot create a file beside it" if old is not None else "cannot create"
            descriptor = os.open(temporary, flags, mode, dir_fd=place.folder)
            doing = "cannot write"
            _fill(descriptor, data, old, old_list)
            doing = "cannot replace it" if old is not None else "cannot move the new file to its name"
            if only_new:
                _name_new(temporary, place)
            else:
                os.replace(temporary, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
        except FileExistsError:
            # Another process made this file, so it is not removed. The name is random, so there is no retry:
            # a collision is not an accident.
            raise
        except BaseException:
            # An interrupt can arrive after the file is created, but before `descriptor` is assigned.
            with suppress(OSError):
                os.unlink(temporary, dir_fd=place.folder)
            raise
        doing = "written, but its folder can't be flushed to the disk"
        _flush_folder(place.folder)
    except SnapshotIOError:  # of the function
        raise
    except OSError as cause:
        if isinstance(cause, PermissionError) and doing == "cannot create a file beside it":
            hint = "the file is replaced by a new one, so its folder must be writable too"
        raise failure(SnapshotIOError, doing, cause, file=file, hint=hint) from cause


def _name_new(temporary: str, place: Place) -> None:
    """Give a file its name, unless there is a file of this name."""
    try:
        os.link(
            temporary, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder, follow_symlinks=False
        )
    except FileExistsError:
        os.unlink(temporary, dir_fd=place.folder)
        raise
    os.unlink(temporary, dir_fd=place.folder)


def write_once(descriptor: int, view: memoryview) -> int:
    """Call `os.write` once with at least one byte; return the number of bytes written, never 0."""
    taken = os.write(descriptor, view)
    if taken == 0:
        raise nothing_taken()
    return taken


def _temporary_name(stem: str) -> str:
    """Return an unpredictable name that contains the name of the target."""
    # Cut whole characters, as a file system may refuse half of one.
    while len(os.fsencode(stem)) > _MOST_NAME:
        stem = stem[:-1]
    return f".{stem}.{os.urandom(8).hex()}.tmp"


def _demand_permission(place: Place) -> None:
    """Refuse a file without write permission, which replacing its name would not need."""
    if not os.access(place.name, os.W_OK, dir_fd=place.folder, effective_ids=True):
        read_only = os.fstatvfs(place.folder).f_flag & os.ST_RDONLY
        raise os_error(errno.EROFS if read_only else errno.EACCES)


def _fill(
    descriptor: int,
    data: bytes | Callable[[int], None],
    old: os.stat_result | None,
    old_list: bytes | None,
) -> None:
    """Write the content and the permissions, flush to the disk and close."""
    try:
        if callable(data):
            data(descriptor)
        else:
            view = memoryview(data)
            while view:
                view = view[write_once(descriptor, view) :]
        if old is not None:
            # After the content, as a write clears the set-id bits.
            take_over(descriptor, old, old_list)
        os.fsync(descriptor)
    except BaseException:
        with suppress(OSError):
            os.close(descriptor)
        raise
    # Network file systems may report a failed write only here.
    os.close(descriptor)


def _flush_folder(folder: int) -> None:
    """Flush a folder, so that a new name in it survives a power failure."""
    try:
        # `folder` is opened with O_PATH, which fsync() does not accept.
        descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    except PermissionError:
        # The folder is writable but not readable, so it can't be flushed.
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems (FUSE, network) can't flush folders.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)
