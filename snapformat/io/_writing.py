"""Writing: the one call for all kinds of targets, and those that can't be replaced whole."""

from __future__ import annotations

import errno
import io
import operator
import os
import select
import stat
import time
from contextlib import closing

from snapformat.errors import EncodeIOError, SnapshotIOError
from snapformat.io._atomic import replace_file, write_once
from snapformat.io._ends import SupportsWrite, Target, name_of, path_of, text_mode, wrong_target
from snapformat.io._failure import failure, nothing_taken, object_failure, origin_of, os_error
from snapformat.io._places import Descriptor, find_place, socket_hint
from snapformat.io._waiting import Patience

# At most this much is handed to a file object at once: its short writes cost a copy of the rest.
_PIECE = 1 << 18

# How often a FIFO without a reader is tried again, in seconds: there is nothing to wait on.
_RETRY = 0.01


def write_all(target: Target, data: bytes, *, timeout: float = 5.0) -> None:
    """Write a whole content.

    A path is written atomically: whatever happens, a reader finds the old file or the new one, whole.
    The content goes to a hidden temporary file in the same folder, which is flushed to the disk and
    takes the target's place; then the folder is flushed too. Links are followed, a dangling one makes
    the file that it names. An existing file's permissions are kept, and its owner and POSIX access list
    where the system lets us; hard links to it and other extended attributes are not. A folder's default
    access list is for new files: it gives nobody more than the old file did. A file that may not be
    written to is not replaced either. A process killed half-way can leave the temporary file behind
    (`.NAME.*.tmp`), never a torn target.

    Pipes, devices and descriptors (`/dev/stdout`, `/dev/fd/3`) are written where they are, as they
    can't be replaced.

    A file object gets the bytes by its `write`, as often as it takes. It is neither flushed nor closed:
    both are the caller's, and can still fail.

    Args:
        target: A path or a binary file object.
        data: The content.
        timeout: Seconds that a pipe may have no reader, or a pipe or device may take no data. Files,
            file objects and our own descriptors know no time-out.

    Raises:
        SnapshotIOError: Anything that goes wrong with a path: no such folder, no permission, a folder
            or a socket in its place, a full disk, no reader for a pipe (ETIMEDOUT).
        EncodeIOError: A file object that fails (errno of its error), takes nothing, or would block
            (EAGAIN). A failing writer is `Encode` to the format, not `Io`.
        TypeError: The target is of no accepted kind, or a file object in text mode.
    """
    if type(target) is io.BytesIO:  # at once: to ask for all that it is not takes as long as to write
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
        _write_object(target, data)  # type: ignore[arg-type]  # a path was done above


def _write_object(stream: SupportsWrite, data: bytes) -> None:
    """Write to a caller's file object, held to the contract of binary files."""
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
        # Text files that are no TextIOBase, such as tempfile's wrappers, say it only here.
        raise TypeError(f"write() of {type(stream).__name__} does not take bytes: {error}") from error
    except OSError:
        raise
    except Exception as error:
        failed = object_failure(error)
        if failed is None:
            raise
        raise failed from error


def _written(stream: SupportsWrite, asked: int, answer: object) -> int:
    """Make sense of what `write` returned: how many of `asked` bytes were taken."""
    if answer is None:
        # A raw file says so that it would block. Everyone else just did not care to count.
        if isinstance(stream, io.RawIOBase):
            raise os_error(errno.EAGAIN)
        return asked
    try:
        taken = operator.index(answer)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(
            f"write() of {type(stream).__name__} must return how many bytes it took, "
            f"got {type(answer).__name__}"
        ) from None
    if taken == 0:
        raise nothing_taken()
    if not 0 < taken <= asked:
        raise OSError(f"write() says that it took {taken} of {asked} bytes")
    return taken


def _write_path(path: str, data: bytes, timeout: float) -> None:
    try:
        place = find_place(path)
        if isinstance(place, Descriptor):
            return _write_in_place(path, place.ours, data, timeout)
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


def _write_in_place(path: str, ours: int | None, data: bytes, timeout: float) -> None:
    """Write to a pipe, a device or a descriptor, which can't be replaced. Raises OSError.

    Args:
        path: The path.
        ours: The number behind it, where it is a descriptor of this process, else None.
        data: The content.
        timeout: Seconds to wait for a reader, and for each piece to be taken.
    """
    descriptor = -1
    try:
        if ours is not None:
            # Opened anew, a redirected standard output would begin again at its first byte. Sharing
            # the descriptor also shares its blocking mode: `| less` may take as long as it likes.
            descriptor = os.dup(ours)
        else:
            descriptor = _open_for_writing(path, timeout)
        view = memoryview(data)
        while view:
            view = view[_put(descriptor, view, timeout) :]
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _put(descriptor: int, view: memoryview, timeout: float) -> int:
    """Write once to something that may have to be waited for; return how many bytes were taken."""
    patience = Patience(timeout)
    what = "nothing was taken"
    while True:
        try:
            return write_once(descriptor, view)
        except BlockingIOError:
            # The pipe is full; or not full enough to say so, when another writer is faster than us.
            if patience.over():
                raise patience.exhausted(what) from None
            patience.wait(descriptor, select.POLLOUT, what)


def _open_for_writing(path: str, timeout: float) -> int:
    """Open something that is there already, waiting for a reader where it is a FIFO."""
    patience = Patience(timeout)
    # O_NONBLOCK: opening a FIFO would wait for a reader without end. O_TRUNC is for files behind another
    # process' descriptor; pipes and devices know nothing of it.
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
