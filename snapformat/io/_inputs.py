"""One way to read from each kind of source: `read(n)` gives 1 to n bytes, b"" at the end, or an OSError."""

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
from snapformat.io._waiting import Patience

CHUNK = 1 << 20
"""The most bytes that are asked for at once, 1 MiB: what is allocated follows what arrives, not a claim."""


class Input(Protocol):
    """A source, opened."""

    @property
    def name(self) -> str | None:
        """The name for messages, or None."""

    def read(self, size: int, /) -> bytes:
        """Read once: at most `size` bytes (a file object may break that), b"" at the end."""

    def close(self) -> None:
        """Let go of what was opened here; a caller's file object stays open."""


class PathInput:
    """A path, opened for reading without ever blocking for longer than `timeout`.

    Attributes:
        name: The path as it was given.
        size: Size in bytes of a regular file when it was opened, None for anything else.
        time: When its content was changed last, by then, in nanoseconds since the epoch.

    Raises:
        SnapshotIOError: It can't be opened, or is a directory.
    """

    __slots__ = ("_descriptor", "_fifo", "_timeout", "name", "size", "time")

    def __init__(self, path: str, timeout: float) -> None:
        self.name = path
        self._timeout = timeout
        self._descriptor = -1
        try:
            # O_NONBLOCK: opening a FIFO would wait for a writer without end. O_NOCTTY: looking at a
            # terminal must not make it ours.
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
        """Return what `size` and `time` of a regular file are by now."""
        status = os.fstat(self._descriptor)
        return status.st_size, status.st_mtime_ns

    def read(self, size: int, /) -> bytes:
        """Read once, waiting for at most the time-out. Raises OSError."""
        patience = Patience(self._timeout)
        what = "nothing was written to the pipe" if self._fifo else "no data came"
        # Regular files need no wait, and some of /proc answer poll() with "not ready" for good.
        if self.size is None:
            patience.wait(self._descriptor, select.POLLIN, what)
        while True:
            try:
                return os.read(self._descriptor, size)
            except BlockingIOError:
                # Another reader of the same pipe was faster, or a /proc file that has to be waited for.
                if patience.over():
                    raise patience.exhausted(what) from None
                patience.wait(self._descriptor, select.POLLIN, what)

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


class BufferInput:
    """A bytes-like object, read where it lies: a header costs no copy of the whole."""

    __slots__ = ("_at", "_view")

    name = None

    def __init__(self, source: bytes | bytearray | memoryview) -> None:
        self._view = flat(source)
        self._at = 0

    def read(self, size: int, /) -> bytes:
        """Copy out the next bytes."""
        piece = bytes(self._view[self._at : self._at + size])
        self._at += len(piece)
        return piece

    def close(self) -> None:
        """Release the buffer, so that a bytearray can be resized again."""
        self._view.release()


class ObjectInput:
    """A caller's file object, held to the contract of binary files."""

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
            OSError: The object's own; EAGAIN where it has nothing yet; EIO where it failed by another
                exception, as files of damaged compressed data do.
            TypeError: It returned something else than bytes, or decodes text.
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
        """Leave the caller's object as it is."""


def open_input(source: Source, timeout: float) -> Input:
    """Open a source of any kind.

    Raises:
        SnapshotIOError: A path that can't be opened.
        TypeError: No source at all, or a file object in text mode.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return BufferInput(source)
    path = path_of(source)
    return PathInput(path, timeout) if path is not None else ObjectInput(source)


def flat(source: bytes | bytearray | memoryview) -> memoryview:
    """Return the bytes of a buffer as a one-dimensional view, copied only where they don't lie in a row."""
    view = memoryview(source)
    try:
        return view.cast("B")
    except TypeError:
        # Strided or empty views, and element formats that cast() does not know (ctypes' "<i").
        return memoryview(view.tobytes())
