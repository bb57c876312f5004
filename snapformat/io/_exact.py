"""Exact reads: a stream that never reads ahead."""

from __future__ import annotations

import errno
import io

from snapformat.errors import DecodeIOError
from snapformat.io._closing import Closing
from snapformat.io._ends import Source
from snapformat.io._failure import failure, origin_of, os_error
from snapformat.io._inputs import CHUNK, open_input


class ExactReader(Closing):
    """A stream over a source, for decoding value by value.

    Bytes after the last value stay in the caller's file object, pipe or socket. A path is opened here, and
    closed by `close` or at the end of a `with` block; a file object is not closed.

    Args:
        source: A path, a binary file object (read from its current position), or a bytes-like object.
        max_size: Maximum number of bytes to read in total, or None for no limit.
        timeout: Seconds to wait for data from a pipe or a device in one `read`.

    Raises:
        SnapshotIOError: The path can't be opened, or is a directory.
        TypeError: The source is of an unsupported type, or a file object in text mode.
    """

    __slots__ = ("_closed", "_consumed", "_input", "_max_size", "_surplus")

    def __init__(self, source: Source, *, max_size: int | None = None, timeout: float = 5.0) -> None:
        self._input = open_input(source, timeout)
        self._max_size = max_size
        self._consumed = io.BytesIO()
        self._surplus = b""
        self._closed = False

    @property
    def consumed(self) -> bytes:
        """All bytes read so far, including those of a read that failed half-way."""
        return self._consumed.getvalue()

    @property
    def name(self) -> str | None:
        """The name of the source for messages, or None."""
        return self._input.name

    def tell(self) -> int:
        """Return the number of bytes read so far."""
        return self._consumed.tell()

    def read(self, size: int = -1, /) -> bytes:
        """Read `size` bytes, or fewer at the end of the source.

        At most 1 MiB is requested at once and memory grows with the data received, so any `size` is safe.

        Args:
            size: Number of bytes; negative to read until the end.

        Returns:
            Exactly `size` bytes; fewer only at the end of the source.

        Raises:
            DecodeIOError: The source failed (with the errno of its error), sent no data in time
                (ETIMEDOUT), is a non-blocking file object without data (EAGAIN), or has more than
                `max_size` bytes (EFBIG). Its code is `Decode`, not `Io`, as in Firecracker.
            TypeError: The file object returned something other than bytes.
            ValueError: The reader is closed.
        """
        if self._closed:
            raise ValueError("read of a closed reader")
        begin = self.tell()
        end = begin + size if size >= 0 else None
        limit = self._max_size
        while end is None or self.tell() < end:
            at = self.tell()
            want = CHUNK if end is None else min(CHUNK, end - at)
            try:
                # Read one byte more than the limit, to detect a source that goes on.
                piece = self._take(want if limit is None else min(want, max(0, limit - at) + 1))
            except OSError as cause:
                raise failure(DecodeIOError, "cannot read", cause, file=self.name, offset=at) from origin_of(
                    cause
                )
            if limit is not None and at + len(piece) > limit:
                raise failure(
                    DecodeIOError,
                    "cannot read",
                    os_error(errno.EFBIG),
                    file=self.name,
                    offset=at,
                    expected=f"at most {limit} bytes",
                    found="more",
                )
            if not piece:
                break
            self._consumed.write(piece)
        self._consumed.seek(begin)
        return self._consumed.read()

    def _take(self, size: int) -> bytes:
        """Return up to `size` bytes, b"" at the end."""
        piece = self._surplus or self._input.read(size)
        # A file object may return more than requested: the rest is kept for the next read.
        self._surplus = piece[size:]
        return piece[:size]

    def close(self) -> None:
        """Close a path that was opened here. `consumed` stays available."""
        if not self._closed:
            self._closed = True
            self._input.close()
