"""Reading the whole content of a source, up to a limit."""

from __future__ import annotations

import errno
import io
from contextlib import closing

from snapformat.errors import SnapshotIOError
from snapformat.io._ends import Source, path_of
from snapformat.io._failure import failure, origin_of, os_error
from snapformat.io._inputs import CHUNK, Input, ObjectInput, PathInput


def read_all(source: Source, *, max_size: int, timeout: float = 5.0) -> bytes:
    """Return the whole content of a source.

    Args:
        source: A path; a binary file object, which is read from its current position to its end and not
            closed; or a bytes-like object (`bytes` are returned unchanged, anything else is copied).
        max_size: Maximum size in bytes. A larger regular file is refused without reading it, any other
            source as soon as one byte more has been read.
        timeout: Seconds to wait for the first and for each following data of a pipe or a device. Has no
            effect on regular files and file objects.

    Raises:
        SnapshotIOError: It can't be opened or read, is a directory or a socket (with the errno of the
            system; EINVAL for a name with a NUL), is too large (EFBIG), changed its size meanwhile
            (EBUSY), sent no data in time (ETIMEDOUT), or is a non-blocking file object without data
            (EAGAIN).
        TypeError: The source is of an unsupported type, or a file object in text mode.
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
        # Files of /proc with content have the size 0.
        return _read_file(file, file.size, max_size) if file.size else _read_stream(file, max_size)


def _read_file(file: PathInput, size: int, max_size: int) -> bytes:
    """Read a regular file of a known size."""
    if size > max_size:
        raise _too_large(max_size, size, file.name)
    # The size comes from the system, so it can be requested at once.
    content = _gather(file, size, size + 1)
    now, _ = file.now()
    # Both are checked: a file can grow after the read, or shrink and grow again during it.
    if now != size or len(content) != size:
        raise _changed(size, now if now != size else len(content), file.name)
    return content


def _read_stream(stream: Input, max_size: int) -> bytes:
    """Read a source of unknown size to its end."""
    content = _gather(stream, max_size)
    if len(content) > max_size:
        raise _too_large(max_size, None, stream.name)
    if isinstance(stream, PathInput) and stream.size == 0:
        size, time = stream.now()
        # Not a file of /proc, but an empty file that was written (and perhaps truncated again) meanwhile.
        if size != 0 or (content and time != stream.time):
            raise _changed(0, size or len(content), stream.name)
    return content


def _gather(stream: Input, limit: int, most: int = CHUNK) -> bytes:
    """Read to the end, or until more than `limit` bytes were read, requesting at most `most` at once."""
    # BytesIO returns its buffer without a copy, and keeps no object per piece.
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
    # A single piece is returned without a copy.
    return first if got == len(first) else content.getvalue()


def _changed(size: int, now: int, name: str) -> SnapshotIOError:
    # EBUSY, as the caller should try again after the writer has finished.
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
