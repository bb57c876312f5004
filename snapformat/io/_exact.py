"""Exact reads: a stream that takes no byte that nobody asked for."""

from __future__ import annotations

import errno
import io
from types import TracebackType

from snapformat.errors import DecodeIOError
from snapformat.io._ends import Source
from snapformat.io._failure import failure, origin_of, os_error
from snapformat.io._inputs import CHUNK, open_input


class ExactReader:
    """A source as a stream for decoding value by value.

    What follows the last value that was read stays in the caller's file object, pipe or socket. A path
    is opened here, and closed by `close` or at the end of a `with` block; a file object is not closed.

    Args:
        source: A path, a binary file object (read from where it stands), or a bytes-like object.
        max_size: The most bytes that may be read in all, or None for no limit.
        timeout: Seconds that a pipe or a device may stay silent in one `read`.

    Raises:
        SnapshotIOError: A path that can't be opened, or is a directory.
        TypeError: The source is of no accepted kind, or a file object in text mode.
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
        """All bytes that were read so far, those of a read that failed half-way among them."""
        return self._consumed.getvalue()

    @property
    def name(self) -> str | None:
        """Name of the source for messages, or None."""
        return self._input.name

    def tell(self) -> int:
        """Return how many bytes were read so far: the offset from where the reader began."""
        return self._consumed.tell()

    def read(self, size: int = -1, /) -> bytes:
        """Read until `size` bytes are there, or the source ends.

        Memory follows what arrives (at most 1 MiB is asked for at once), so any `size` may be tried.

        Args:
            size: How many bytes; negative for all until the end.

        Returns:
            Exactly `size` bytes; fewer only at the end of the source.

        Raises:
            DecodeIOError: The source failed (errno of its error), stayed silent (ETIMEDOUT), is a
                non-blocking file object without data (EAGAIN), or has more than `max_size` bytes
                (EFBIG). A failing reader is `Decode` to the format, not `Io`.
            TypeError: A file object that returns something else than bytes.
            ValueError: The reader was closed.
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
                # One byte beyond the limit tells a source that ends there from one that goes on.
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
        """Get up to `size` bytes, b"" at the end."""
        piece = self._surplus or self._input.read(size)
        # A file object that returns more than it was asked for: the rest is kept for the next read.
        self._surplus = piece[size:]
        return piece[:size]

    def close(self) -> None:
        """Close what was opened here. What was consumed stays to be had."""
        if not self._closed:
            self._closed = True
            self._input.close()

    def __enter__(self) -> ExactReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
