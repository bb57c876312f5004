"""Replacing a file so that the old one or the new one is there, whole, whatever happens."""

from __future__ import annotations

import errno
import os
from contextlib import suppress

from snapformat.errors import SnapshotIOError
from snapformat.io._access import access_list, take_over
from snapformat.io._failure import failure, nothing_taken, os_error
from snapformat.io._places import Place

# Bytes of the target's name that its temporary file repeats. With the rest it stays far below the
# shortest NAME_MAX around (143 on eCryptfs, 255 elsewhere).
_MOST_NAME = 64


def replace_file(place: Place, old: os.stat_result | None, data: bytes, *, file: str) -> None:
    """Write a regular file atomically.

    Args:
        place: Where it is to be.
        old: State of the file that is there, or None.
        data: The new content.
        file: Its name for messages.

    Raises:
        SnapshotIOError: It can't be done. The old file is untouched and no temporary file is left,
            unless only flushing the folder failed (the message says so): then the new file is there,
            but may be gone after a power failure.
    """
    temporary = _temporary_name(place.name)
    # A new file gets what the kernel makes of 0666: umask and default access lists in one step, where
    # asking for the umask would change it for all threads. A replaced one's mode is set later, and
    # until then nobody else may look.
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
            os.replace(temporary, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
        except FileExistsError:
            # Not ours to remove. The name can't be foreseen, so this is no accident: no second try.
            raise
        except BaseException:
            # An interrupt can strike as soon as the file is there, before its descriptor gets here.
            with suppress(OSError):
                os.unlink(temporary, dir_fd=place.folder)
            raise
        doing = "written, but its folder can't be flushed to the disk"
        _flush_folder(place.folder)
    except OSError as cause:
        if isinstance(cause, PermissionError) and doing == "cannot create a file beside it":
            hint = "a file is replaced by a new one, so its folder must be writable too"
        raise failure(SnapshotIOError, doing, cause, file=file, hint=hint) from cause


def write_once(descriptor: int, view: memoryview) -> int:
    """Call `os.write` once on at least one byte; return how many were taken, never 0."""
    taken = os.write(descriptor, view)
    if taken == 0:
        raise nothing_taken()
    return taken


def _temporary_name(stem: str) -> str:
    """Make up a name that nobody can foresee, of a form that shows what it belongs to."""
    # Cut by characters, as a file system may refuse half of one.
    while len(os.fsencode(stem)) > _MOST_NAME:
        stem = stem[:-1]
    return f".{stem}.{os.urandom(8).hex()}.tmp"


def _demand_permission(place: Place) -> None:
    """Refuse a file that may not be written to: replacing its name alone would need no permission."""
    if not os.access(place.name, os.W_OK, dir_fd=place.folder, effective_ids=True):
        read_only = os.fstatvfs(place.folder).f_flag & os.ST_RDONLY
        raise os_error(errno.EROFS if read_only else errno.EACCES)


def _fill(descriptor: int, data: bytes, old: os.stat_result | None, old_list: bytes | None) -> None:
    """Write, flush to the disk and close."""
    try:
        view = memoryview(data)
        while view:
            view = view[write_once(descriptor, view) :]
        if old is not None:
            # After the content: a write clears the set-id bits.
            take_over(descriptor, old, old_list)
        os.fsync(descriptor)
    except BaseException:
        with suppress(OSError):
            os.close(descriptor)
        raise
    # Network file systems report a failed write as late as here.
    os.close(descriptor)


def _flush_folder(folder: int) -> None:
    """Make the new name outlast a power failure."""
    try:
        # The descriptor at hand is an O_PATH one, which fsync() does not take.
        descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    except PermissionError:
        # A folder that may be written to but not read: there is no descriptor to flush it by.
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems (FUSE, network) can't flush folders.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)
