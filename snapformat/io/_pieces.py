"""Reading a stream piece by piece, as far as it has come, without keeping what was read."""

from __future__ import annotations

from snapformat.errors import DecodeIOError
from snapformat.io._closing import Closing
from snapformat.io._ends import Source, path_of
from snapformat.io._failure import failure, origin_of
from snapformat.io._inputs import open_input

#: Maximum number of bytes requested at once.
PIECE = 1 << 16


class PieceReader(Closing):
    """A stream over a source that returns what is there. A path is closed by `close`, a file object is not.

    Args:
        source: A path, a binary file object (read from its current position), or a bytes-like object.
        timeout: Seconds to wait for data from a pipe or a device in one read.

    Raises:
        SnapshotIOError: The path can't be opened, or is a directory.
        TypeError: The source is of an unsupported type, or a file object in text mode.
    """

    __slots__ = ("_input", "_position")

    def __init__(self, source: Source, *, timeout: float = 5.0) -> None:
        given: object = source
        read_some = None
        if not isinstance(source, bytes | bytearray | memoryview) and path_of(source) is None:
            # The `read` of a buffered pipe or socket waits until all bytes are there; `read1` does not.
            read_some = getattr(source, "read1", None)
        self._input = open_input(source, timeout) if read_some is None else open_input(_Some(given), timeout)
        self._position = 0

    def read(self) -> bytes:
        """Return the next bytes, at least one; b"" at the end.

        Raises:
            DecodeIOError: The source failed (with the errno of its error), sent no data in time (ETIMEDOUT),
                or is a non-blocking file object without data (EAGAIN).
            TypeError: The file object returned something other than bytes.
        """
        try:
            piece = self._input.read(PIECE)
        except OSError as cause:
            at, name = self._position, self._input.name
            raise failure(DecodeIOError, "cannot read", cause, file=name, offset=at) from origin_of(cause)
        self._position += len(piece)
        return piece

    def close(self) -> None:
        """Close a path that was opened here."""
        self._input.close()


class _Some:
    """A file object whose `read` returns what is there."""

    def __init__(self, stream: object) -> None:
        self.read = stream.read1  # type: ignore[attr-defined]  # the caller has looked
        self.name = getattr(stream, "name", None)
