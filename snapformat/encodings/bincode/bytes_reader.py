"""Where a reader of bincode is: position, claims, events, and streams for construct."""

from __future__ import annotations

import io
from typing import Any

import construct

from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.events import Event
from snapformat.encodings.bincode.forms import form_key
from snapformat.limits import Budget, Limits
from snapformat.model.checks import describe_value
from snapformat.model.protocol import ValueReader

#: Events that may wait to be taken.
_MOST_EVENTS = 1000


class BytesReader(ValueReader):
    """A position in bytes.

    Args:
        data: All bytes.
        pos: Where to begin.
        config: How bincode is configured.
        budget: Claims allowed.
        limits: Bounds of depth and of zero-sized elements.
        emit: Collect events.
        blobs: Collect the events of C structs in bytes, in place of one of their bytes.

    Attributes:
        config: The configuration of what is being read.
        pos: Next byte.
        begin: Where the part of known length begins that is being read; 0 outside of such parts.
        end: Where the readable bytes end.
        events: Events that were not taken yet; None where none are collected.
        failure: The error of the source, which construct would take for the end of the data.
    """

    __slots__ = ("_key", "_stream", "begin", "blobs", "config", "data", "end", "events", "failure", "pos")

    def __init__(
        self,
        data: bytes,
        pos: int,
        config: Config,
        budget: Budget,
        limits: Limits,
        *,
        emit: bool = False,
        blobs: bool = False,
    ) -> None:
        super().__init__(limits, budget)
        self.data: bytes | bytearray = data
        self.pos = pos
        self.begin = 0
        self.end = len(data)
        self.events: list[Event] | None = [] if emit else None
        self.blobs = blobs
        self.failure: Exception | None = None
        self.config = config
        self._key = form_key(config)
        self._stream: tuple[int, int, Any] | None = None

    @property
    def pauses(self) -> bool:
        """Events pile up: whoever drives the read must take them."""
        return self.events is not None and len(self.events) > _MOST_EVENTS

    # --- bytes ----------------------------------------------------------------------------------------

    def mark(self) -> int:
        return self.pos

    def offset_of(self, mark: int | None) -> int:
        return self.pos if mark is None else mark

    def emit(self, offset: int, kind: str, value: Any, size: int | None = None) -> None:
        """Collect an event that ends at the current position, or of the given size."""
        if self.events is not None:
            width = self.pos - offset if size is None else size
            self.events.append(Event(offset, width, kind, self.segments(), value))

    def claim(self, size: int, offset: int | None = None) -> None:
        """Claim bytes of the budget before they are read; `offset` is where their number stands."""
        if not self.budget.claim(size):
            self.fail(
                f"the limit of {self.budget.limit} claimed bytes is exceeded",
                f"at most {self.budget.left + size} bytes more",
                describe_value(size),
                offset,
            )

    def take(self, size: int) -> bytes:
        """The next bytes."""
        start = self.pos
        stop = start + size
        if stop > self.end:
            self.need(size)
        self.pos = stop
        return bytes(self.data[start:stop])

    def _take_counted(self, size: int, offset: int) -> bytes:
        """The next bytes, whose number was given at `offset`: there the fault is, if they are too many."""
        self.claim(size, offset)
        if size > self.end - self.pos:
            self.need(size, offset)
        return self.take(size)

    def need(self, size: int, offset: int | None = None) -> None:
        """Raise the error for bytes that are missing, unless they can be fetched."""
        left = self.end - self.pos
        self.fail("the data ends too early", f"{describe_value(size)} bytes", f"{left}", offset)

    def expect(self, size: int) -> int:
        """How many of the next `size` bytes there are."""
        return self.end - self.pos

    def expect_all(self) -> None:
        """Fetch all bytes, for a value that reaches to the end."""

    def stream(self) -> Any:
        """A stream that is positioned here and ends where the readable bytes end, for opaque constructs.

        Its positions are offsets in the data, as those of construct's streams for parts of their bytes are.
        """
        kept = self._stream
        if kept is None or kept[:2] != (self.begin, self.end):
            made = self.stream_of(self.begin)
            kept = self._stream = (self.begin, self.end, made)
        stream = kept[2]
        stream.seek(self.pos)
        return stream

    def stream_of(self, begin: int) -> Any:
        """A stream from a place to where the readable bytes end."""
        return stream_at(self.data[begin : self.end], begin)


def stream_at(data: bytes | bytearray, base: int) -> io.BytesIO:
    """A stream of bytes that stand at `base` in others."""
    if not base:
        return io.BytesIO(data)
    made: io.BytesIO = construct.core.BytesIOWithOffsets(data, None, base)
    return made
