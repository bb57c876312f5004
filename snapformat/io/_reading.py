"""Whole reads: everything that a source holds, within a limit."""

from __future__ import annotations

import errno
import io
from contextlib import closing

from snapformat.errors import SnapshotIOError
from snapformat.io._ends import Source, path_of
from snapformat.io._failure import failure, origin_of, os_error
from snapformat.io._inputs import CHUNK, Input, ObjectInput, PathInput


def read_all(source: Source, *, max_size: int, timeout: float = 5.0) -> bytes:
    """Return everything that a source holds.

    Args:
        source: A path; a binary file object, read from where it stands to its end, not closed; or a
            bytes-like object (`bytes` come back as they are, anything else is copied).
        max_size: The most bytes to accept, whatever the source. A regular file that is larger is
            refused unread; anything else as soon as one byte more has come.
        timeout: Seconds that a pipe or a device may stay silent, before its first byte and between
            any two. Regular files and file objects know no time-out.

    Raises:
        SnapshotIOError: It can't be opened or read, is a directory or a socket (errno as the system
            gives it; EINVAL for a name with a NUL), is too large (EFBIG), changed its size meanwhile
            (EBUSY), stayed silent (ETIMEDOUT), or is a non-blocking file object without data
            (EAGAIN).
        TypeError: The source is of no accepted kind, or a file object in text mode.
    """
    if type(source) is bytes and len(source) <= max_size:
        return source
    if isinstance(source, bytes | bytearray | memoryview):
        size = source.nbytes if isinstance(source, memoryview) else len(source)
        if size > max_size:
            raise _too_large(max_size, size, None)
        return bytes(source)
    path = path_of(source)
    if path is None:
        return _read_stream(ObjectInput(source), max_size)
    with closing(PathInput(path, timeout)) as file:
        # /proc says 0 of files that have content.
        return _read_file(file, file.size, max_size) if file.size else _read_stream(file, max_size)


def _read_file(file: PathInput, size: int, max_size: int) -> bytes:
    """Read a regular file that says how large it is."""
    if size > max_size:
        raise _too_large(max_size, size, file.name)
    # Here the size is no claim, but the system's word.
    content = _gather(file, size, size + 1)
    now, _ = file.now()
    # Either may tell: a file can grow behind the read, and shrink and grow again beside it.
    if now != size or len(content) != size:
        raise _changed(size, now if now != size else len(content), file.name)
    return content


def _read_stream(stream: Input, max_size: int) -> bytes:
    """Read what has no size until it ends."""
    content = _gather(stream, max_size)
    if len(content) > max_size:
        raise _too_large(max_size, None, stream.name)
    if isinstance(stream, PathInput) and stream.size == 0:
        size, time = stream.now()
        # Not one of /proc after all, but an empty file that was written meanwhile (and emptied again).
        if size != 0 or (content and time != stream.time):
            raise _changed(0, size or len(content), stream.name)
    return content


def _gather(stream: Input, limit: int, most: int = CHUNK) -> bytes:
    """Read to the end, or until it is clear that there are more than `limit` bytes, `most` at once."""
    # BytesIO hands its buffer over without a copy, and a million small pieces cost no object each.
    content = io.BytesIO()
    first = b""
    got = 0
    while got <= limit:
        try:
            piece = stream.read(min(most, limit + 1 - got))
        except OSError as cause:
            raise failure(SnapshotIOError, "cannot read", cause, file=stream.name, offset=got) from origin_of(
                cause
            )
        if not piece:
            break
        if not got:
            first = bytes(piece)
        else:
            if got == len(first):
                content.write(first)
            content.write(piece)
        got += len(piece)
    # What came at once needs no second place.
    return first if got == len(first) else content.getvalue()


def _changed(size: int, now: int, name: str) -> SnapshotIOError:
    # EBUSY, as the one thing to be done about it is to try again when the writer is through.
    return failure(
        SnapshotIOError,
        "cannot read",
        os_error(errno.EBUSY, "the file changed its size while it was read"),
        file=name,
        expected=f"{size} bytes",
        found=f"{now} bytes",
    )


def _too_large(max_size: int, size: int | None, name: str | None) -> SnapshotIOError:
    return failure(
        SnapshotIOError,
        "cannot read",
        os_error(errno.EFBIG),
        file=name,
        expected=f"at most {max_size} bytes",
        found=f"{size} bytes" if size is not None else "more",
    )
