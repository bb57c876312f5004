"""A common interface of all sources: `read(n)` returns 1 to n bytes, b"" at the end, or raises OSError."""

from __future__ import annotations

import errno
import io
import os
import select
import stat
from typing import Protocol

from snapformat.errors import SnapshotIOError
from snapformat.io._ends import Source, name_of, path_of, text_mode, wrong_source
from snapformat.io._failure import failure, object_failure, os_error, unusable_name
from snapformat.io._places import socket_hint
from snapformat.io._platform import check_platform
from snapformat.io._waiting import Patience

CHUNK = 1 << 20
"""Maximum number of bytes requested at once, 1 MiB, so that memory grows with the data received."""


class Input(Protocol):
    """An open source."""

    @property
    def name(self) -> str | None:
        """The name for messages, or None."""

    def read(self, size: int, /) -> bytes:
        """Read once: at most `size` bytes (a file object may return more), b"" at the end."""

    def close(self) -> None:
        """Close a path that was opened here; a caller's file object stays open."""


class PathInput:
    """A path opened for reading, which never blocks for longer than `timeout`.

    Attributes:
        name: The path as given.
        size: Size of a regular file in bytes when it was opened; None for anything else.
        time: Modification time when it was opened, in nanoseconds since the epoch.

    Raises:
        SnapshotIOError: The path can't be opened, or is a directory.
    """

    __slots__ = ("_descriptor", "_fifo", "_timeout", "name", "size", "time")

    def __init__(self, path: str, timeout: float) -> None:
        self.name = path
        self._timeout = timeout
        self._descriptor = -1
        check_platform("read", path)
        try:
            # O_NONBLOCK: opening a FIFO would wait for a writer forever. O_NOCTTY: opening a terminal must
            # not make it the controlling terminal.
            flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
            self._descriptor = os.open(path, flags)
            status = os.fstat(self._descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise os_error(errno.EISDIR)
        except ValueError as error:
            raise failure(SnapshotIOError, "cannot open", unusable_name(error), file=path) from error
        except OSError as cause:
            self.close()
            raise failure(
                SnapshotIOError, "cannot open", cause, file=path, hint=socket_hint(path, cause)
            ) from cause
        self._fifo = stat.S_ISFIFO(status.st_mode)
        self.size = status.st_size if stat.S_ISREG(status.st_mode) else None
        self.time = status.st_mtime_ns

    def now(self) -> tuple[int, int]:
        """Return the current size and modification time of a regular file."""
        status = os.fstat(self._descriptor)
        return status.st_size, status.st_mtime_ns

    def read(self, size: int, /) -> bytes:
        """Read once, waiting at most `timeout` seconds. Raises OSError."""
        patience = Patience(self._timeout)
        what = "nothing was written to the pipe" if self._fifo else "no data came"
        # Regular files need no wait, and poll() on some files of /proc never reports them as ready.
        if self.size is None:
            patience.wait(self._descriptor, select.POLLIN, what)
        while True:
            try:
                return os.read(self._descriptor, size)
            except BlockingIOError:
                # Another reader of the same pipe was faster, or this is a /proc file without data yet.
                if patience.over():
                    raise patience.exhausted(what) from None
                patience.wait(self._descriptor, select.POLLIN, what)

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


class BufferInput:
    """A bytes-like object, read without copying the whole."""

    __slots__ = ("_at", "_view")

    name = None

    def __init__(self, source: bytes | bytearray | memoryview) -> None:
        self._view = flat(source)
        self._at = 0

    def read(self, size: int, /) -> bytes:
        """Return a copy of the next bytes."""
        piece = bytes(self._view[self._at : self._at + size])
        self._at += len(piece)
        return piece

    def close(self) -> None:
        """Release the buffer, so that a bytearray can be resized again."""
        self._view.release()


class ObjectInput:
    """A caller's file object, whose `read` is checked to behave as that of a binary file."""

    __slots__ = ("_read", "_stream", "name")

    def __init__(self, stream: object) -> None:
        if isinstance(stream, io.TextIOBase):
            raise text_mode(stream, "rb")
        read = getattr(stream, "read", None)
        if not callable(read):
            raise wrong_source(stream)
        self._stream = stream
        self._read = read
        self.name = name_of(stream)

    def read(self, size: int, /) -> bytes:
        """Call the object's `read` once.

        Raises:
            OSError: The object raised it; EAGAIN if no data is available yet; EIO if it raised another
                exception, as a compressed file with damaged data does.
            TypeError: It returned something other than bytes, or decodes text.
        """
        try:
            piece: object = self._read(size)
        except OSError:
            raise
        except UnicodeError as error:
            raise text_mode(self._stream, "rb") from error
        except Exception as error:
            failed = object_failure(error)
            if failed is None:
                raise
            raise failed from error
        if isinstance(piece, bytes):
            return piece
        if isinstance(piece, bytearray | memoryview):
            return bytes(piece)
        if piece is None:
            raise os_error(errno.EAGAIN)
        if isinstance(piece, str):
            raise text_mode(self._stream, "rb")
        raise TypeError(
            f"read() of {type(self._stream).__name__} must return bytes, got {type(piece).__name__}"
        )

    def close(self) -> None:
        """Do nothing: the caller closes the object."""


def open_input(source: Source, timeout: float) -> Input:
    """Open a source of any type.

    Raises:
        SnapshotIOError: The path can't be opened.
        TypeError: The source is of an unsupported type, or a file object in text mode.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return BufferInput(source)
    path = path_of(source)
    return PathInput(path, timeout) if path is not None else ObjectInput(source)


def flat(source: bytes | bytearray | memoryview) -> memoryview:
    """Return the bytes of a buffer as a one-dimensional view, copied only if they are not contiguous."""
    view = memoryview(source)
    try:
        return view.cast("B")
    except TypeError:
        # Strided or empty views, and element formats that cast() does not support (ctypes' "<i").
        return memoryview(view.tobytes())
