"""Writing to targets of all types, and to those that can't be replaced: pipes, devices, descriptors."""

from __future__ import annotations

import errno
import io
import operator
import os
import select
import stat
import time
from collections.abc import Callable
from contextlib import closing

from snapformat.errors import EncodeIOError, SnapshotIOError
from snapformat.io._atomic import replace_file, write_once
from snapformat.io._ends import SupportsWrite, Target, name_of, path_of, text_mode, wrong_target
from snapformat.io._failure import failure, nothing_taken, object_failure, origin_of, os_error
from snapformat.io._places import Descriptor, find_place, socket_hint
from snapformat.io._sparse import SparseFile
from snapformat.io._waiting import Patience

# Maximum number of bytes passed to a file object at once: a short write costs a copy of the rest.
_PIECE = 1 << 18

# Seconds between attempts to open a FIFO without a reader, which can't be waited for.
_RETRY = 0.01


def write_all(target: Target, data: bytes, *, timeout: float = 5.0) -> None:
    """Write the whole content of a file.

    A path is written atomically: at any time, a reader finds either the old or the new file, complete. The
    content is written to a hidden temporary file in the same folder, which is flushed to the disk and
    renamed to the target; then the folder is flushed too. Links are followed; for a dangling link, the file
    that it names is created. The permissions of an existing file are kept, and its owner and POSIX access
    list if the system allows it; hard links to it and other extended attributes are not. The default access
    list of a folder is applied to new files only, so replacing a file never adds permissions. A file without
    write permission is not replaced. A killed process can leave the temporary file (`.NAME.*.tmp`) behind,
    but never a partly written target.

    Pipes, devices and descriptors (`/dev/stdout`, `/dev/fd/3`) are written in place, as they can't be
    replaced.

    The `write` of a file object is called until all bytes are written. The object is neither flushed nor
    closed: both are up to the caller, and can still fail.

    Args:
        target: A path or a binary file object.
        data: The content.
        timeout: Seconds to wait for a reader of a pipe, and for a pipe or device to accept data. Has no
            effect on files, file objects and descriptors of this process.

    Raises:
        SnapshotIOError: Writing to a path failed: no such folder, no permission, the path is a folder or a
            socket, the disk is full, a pipe has no reader (ETIMEDOUT).
        EncodeIOError: A file object failed (with the errno of its error), accepted nothing, or would block
            (EAGAIN). Its code is `Encode`, not `Io`, as in Firecracker.
        TypeError: The target is of an unsupported type, or a file object in text mode.
    """
    if type(target) is io.BytesIO:  # a fast path: the checks below take as long as the write
        target.write(data)
        return
    path = path_of(target)
    if path is not None:
        _write_path(path, data, timeout)
    elif isinstance(target, io.TextIOBase):
        raise text_mode(target, "wb")
    elif not callable(getattr(target, "write", None)):
        raise wrong_target(target)
    else:
        _write_object(target, data)  # type: ignore[arg-type]  # paths were handled above


def write_sparse(target: str | os.PathLike[str], fill: Callable[[SparseFile], None]) -> None:
    """Write a regular file piece by piece, atomically as `write_all`; what is not written is a hole.

    Args:
        target: A path.
        fill: Writes the content to the new file, which is open and empty. If it raises, the old file is
            untouched, and no temporary file is left.

    Raises:
        SnapshotIOError: As `write_all`; or the path is no regular file.
    """
    path = os.fsdecode(target)

    def write(descriptor: int) -> None:
        with SparseFile.over(os.dup(descriptor), path) as file:
            fill(file)

    try:
        place = find_place(path)
        if isinstance(place, Descriptor):
            raise SnapshotIOError("it is not a regular file", file=path)
        with closing(place):
            old = place.status()
            if old is not None and not stat.S_ISREG(old.st_mode):
                raise SnapshotIOError("it is not a regular file", file=path)
            replace_file(place, old, write, file=path)
    except SnapshotIOError:
        raise
    except OSError as cause:
        raise failure(SnapshotIOError, "cannot write", cause, file=path) from cause


def write_new(path: str, data: bytes) -> None:
    """Write a new file: its folder may be missing, but no file of this name is replaced.

    At any time there is no file, or the whole one; it is flushed to the disk.

    Args:
        path: The path.
        data: The content.

    Raises:
        SnapshotIOError: There is a file (EEXIST), or writing failed.
    """
    try:
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        place = find_place(path)
        if isinstance(place, Descriptor):
            raise os_error(errno.EEXIST)
        with closing(place):
            if place.status() is not None:
                raise os_error(errno.EEXIST)
            replace_file(place, None, data, file=path, only_new=True)
    except SnapshotIOError:
        raise
    except OSError as cause:
        raise failure(SnapshotIOError, "cannot create", cause, file=path) from cause


def _write_object(stream: SupportsWrite, data: bytes) -> None:
    """Write to a caller's file object, and check that its `write` behaves as that of a binary file."""
    at = 0
    while at < len(data):
        piece = data[at : at + _PIECE]
        try:
            at += _written(stream, len(piece), _write_once(stream, piece))
        except OSError as cause:
            raise failure(
                EncodeIOError, "cannot write", cause, file=name_of(stream), offset=at
            ) from origin_of(cause)


def _write_once(stream: SupportsWrite, piece: bytes) -> object:
    try:
        return stream.write(piece)
    except TypeError as error:
        # Text files that are not a TextIOBase, such as tempfile's wrappers, are only detected here.
        raise TypeError(f"write() of {type(stream).__name__} does not take bytes: {error}") from error
    except OSError:
        raise
    except Exception as error:
        failed = object_failure(error)
        if failed is None:
            raise
        raise failed from error


def _written(stream: SupportsWrite, asked: int, answer: object) -> int:
    """Return how many of `asked` bytes were written, given the return value of `write`."""
    if answer is None:
        # None from a raw file means that it would block; other files just don't count.
        if isinstance(stream, io.RawIOBase):
            raise os_error(errno.EAGAIN)
        return asked
    try:
        taken = operator.index(answer)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(
            f"write() of {type(stream).__name__} must return the number of bytes written, "
            f"got {type(answer).__name__}"
        ) from None
    if taken == 0:
        raise nothing_taken()
    if not 0 < taken <= asked:
        raise OSError(f"write() returned {taken} for {asked} bytes")
    return taken


def _write_path(path: str, data: bytes, timeout: float) -> None:
    try:
        place = find_place(path)
        if isinstance(place, Descriptor):
            return _write_in_place(path, place.number, data, timeout)
        with closing(place):
            old = place.status()
            if old is None or stat.S_ISREG(old.st_mode):
                return replace_file(place, old, data, file=path)
        if stat.S_ISDIR(old.st_mode):
            raise os_error(errno.EISDIR)
        return _write_in_place(path, None, data, timeout)
    except SnapshotIOError:
        raise
    except OSError as cause:
        hint = socket_hint(path, cause)
        raise failure(SnapshotIOError, "cannot write", cause, file=path, hint=hint) from cause


def _write_in_place(path: str, number: int | None, data: bytes, timeout: float) -> None:
    """Write to a pipe, a device or a descriptor, which can't be replaced. Raises OSError.

    Args:
        path: The path.
        number: The number of a descriptor of this process, else None.
        data: The content.
        timeout: Seconds to wait for a reader, and for each piece to be accepted.
    """
    descriptor = -1
    try:
        if number is not None:
            # Opening a redirected standard output again would overwrite it from its first byte. The shared
            # descriptor also shares the blocking mode: `| less` may wait for as long as it needs.
            descriptor = os.dup(number)
        else:
            descriptor = _open_for_writing(path, timeout)
        view = memoryview(data)
        while view:
            view = view[_put(descriptor, view, timeout) :]
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _put(descriptor: int, view: memoryview, timeout: float) -> int:
    """Write once to a descriptor that may not be ready; return the number of bytes written."""
    patience = Patience(timeout)
    what = "no data was accepted"
    while True:
        try:
            return write_once(descriptor, view)
        except BlockingIOError:
            # The pipe is full, or another writer filled it after poll() reported it as ready.
            if patience.over():
                raise patience.exhausted(what) from None
            patience.wait(descriptor, select.POLLOUT, what)


def _open_for_writing(path: str, timeout: float) -> int:
    """Open an existing file for writing; wait for a reader if it is a FIFO."""
    patience = Patience(timeout)
    # O_NONBLOCK: opening a FIFO would wait for a reader forever. O_TRUNC is for files behind a descriptor of
    # another process; pipes and devices ignore it.
    flags = os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    while True:
        try:
            return os.open(path, flags)
        except OSError as cause:
            if cause.errno != errno.ENXIO or not stat.S_ISFIFO(os.stat(path).st_mode):
                raise
            if patience.over():
                raise patience.exhausted("nothing opened the pipe for reading") from None
        time.sleep(min(_RETRY, timeout))
