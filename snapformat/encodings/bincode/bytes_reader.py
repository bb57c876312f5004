"""Where a reader of bincode is: position, claims, events, and streams for construct."""

from __future__ import annotations

import io
from typing import Any

import construct

from snapformat.encodings.bincode.ahead import Ahead, Fetched
from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.events import Event
from snapformat.encodings.bincode.forms import form_key
from snapformat.encodings.bincode.rules import limited
from snapformat.encodings.construct.reach import Reach
from snapformat.limits import Budget, Limits
from snapformat.model.checks import describe_value
from snapformat.model.kinds import Run
from snapformat.model.protocol import ValueReader

#: Maximum number of pending events.
_MOST_EVENTS = 1000


class BytesReader(ValueReader):
    """A position in bytes.

    Args:
        data: All bytes.
        pos: Where to begin.
        config: The configuration of bincode.
        budget: The remaining claims.
        limits: Bounds of depth and of zero-sized elements.
        emit: Whether to collect events.
        blobs: Whether to collect the events of C structs in bytes, instead of one event for the bytes.

    Attributes:
        config: The configuration of the current part.
        pos: Offset of the next byte.
        origin: Start of the value that constructs count positions from.
        begin: Start of the current part of known length; 0 outside such parts.
        end: End of the readable bytes.
        events: Pending events; None if none are collected.
        ahead: Number to add to offsets, while the data are a part of other bytes.
        anchor: Offset of everything in bytes that a construct has made of others, such as uncompressed ones;
            else None.
        reach: The furthest place that was read by constructs that go back; None if it does not matter.
        fetched: The bytes of a source, from which further ones are fetched; None if all are there.
        is_exhausted: Whether a limit was exceeded, so that construct must not go on with something else.
        watched: For events, each kind that construct runs, with one whose parts are read by their kinds.
    """

    runs_constructs = True

    __slots__ = (
        "_key",
        "_stream",
        "ahead",
        "anchor",
        "begin",
        "blobs",
        "config",
        "data",
        "end",
        "events",
        "fetched",
        "is_exhausted",
        "origin",
        "pos",
        "reach",
        "watched",
    )

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
        super().__init__(limits if config.rules.depth is None else limited(limits, config.rules), budget)
        self.data: bytes | bytearray = data
        self.pos = self.origin = pos
        self.begin: int = 0
        self.ahead: int = 0
        self.anchor: int | None = None
        self.end: int = len(data)
        self.events: list[Event] | None = [] if emit else None
        self.blobs: bool = blobs
        self.fetched: Fetched | None = None
        self.reach: Reach | None = None
        self.is_exhausted: bool = False
        self.watched: dict[Run, Run] = {}
        self.config: Config = config
        self._key = form_key(config)
        self._stream: tuple[tuple[int, int, int | None], Any] | None = None

    @property
    def pauses(self) -> bool:
        """Whether so many events are pending that the caller should take them."""
        return self.events is not None and len(self.events) > _MOST_EVENTS

    def state(self) -> Any:
        places = self.begin, self.end, self.origin, self._stream, self.ahead, self.anchor
        parts = self.data, self.fetched, *places
        return super().state(), parts, (self.budget, self.config, self._key, self.events)

    def restore(self, state: Any) -> None:
        outer, parts, (self.budget, self.config, self._key, self.events) = state
        super().restore(outer)
        self.data, self.fetched, *places = parts
        self.begin, self.end, self.origin, self._stream, self.ahead, self.anchor = places

    # --- bytes ----------------------------------------------------------------------------------------

    def mark(self) -> int:
        return self.pos

    def offset_of(self, mark: int | None) -> int:
        if self.anchor is not None:
            return self.anchor
        return (self.pos if mark is None else mark) + self.ahead

    def emit(self, offset: int, kind: str, value: Any, size: int | None = None) -> None:
        """Collect an event that ends at the current position, or of the given size."""
        if self.events is not None:
            width = self.pos - offset if size is None else size
            if self.anchor is not None:
                width = 0
            self.events.append(Event(self.offset_of(offset), width, kind, self.segments(), value))

    def descend(self) -> None:
        if self.depth >= self.limits.depth:
            self.is_exhausted = True
        super().descend()

    def claim(self, size: int, offset: int | None = None) -> None:
        """Claim bytes of the budget before they are read; `offset` is that of their number."""
        if not self.budget.claim(size):
            message = f"the limit of {self.budget.limit} claimed bytes is exceeded"
            expected, found = f"at most {self.budget.left + size} bytes more", describe_value(size)
            self.is_exhausted = True
            self.fail(message, expected, found, offset)

    def take(self, size: int) -> bytes:
        """Take the next bytes."""
        start = self.pos
        stop = start + size
        if stop > self.end:
            self.need(size)
        self.pos = stop
        return bytes(self.data[start:stop])

    def _take_counted(self, size: int, offset: int) -> bytes:
        """Take the next bytes, whose number is at `offset`: an error for too many has that offset."""
        self.claim(size, offset)
        if size > self.end - self.pos:
            self.need(size, offset)
        return self.take(size)

    def need(self, size: int, offset: int | None = None) -> None:
        """Fetch bytes; raise the error at the end of the data or of the current part."""
        if self.expect(size) < size:
            left = max(0, self.end - self.pos)
            self.fail("the data ends too early", f"{describe_value(size)} bytes", f"{left}", offset)

    def expect(self, size: int) -> int:
        """Fetch the missing ones of the next `size` bytes, which the value needs in any case.

        Returns:
            The number of all bytes that are there.
        """
        if self.fetched is not None and not self.begin:
            self.end = self.fetched.fetch(self.pos + size)
        return self.end - self.pos

    def expect_all(self) -> None:
        """Fetch the rest of the source, unless the current part ends before it."""
        if self.fetched is not None and not self.begin:
            self.end = self.fetched.fetch_all()

    def stream(self) -> Any:
        """Return a stream for opaque constructs, at this position, that ends with the readable bytes.

        Its positions count from the origin, as those of construct's streams count from the start of the data.
        """
        kept, extent = self._stream, (self.origin, self.begin, self.stream_end())
        if kept is None or kept[0] != extent:
            kept = self._stream = (extent, self.new_stream())
        stream = kept[1]
        if isinstance(stream, Ahead):
            stream.most = self.pos + self.budget.left
        stream.seek(self.pos - self.origin)
        return stream

    def construct_stream(self) -> Any:
        return self.stream()

    def stream_end(self) -> int | None:
        """Return the end of the bytes that a stream from here has; None for those still to be fetched."""
        return self.end if self.fetched is None or self.begin else None

    def new_stream(self) -> Any:
        """Make a stream from the origin, or the current part's start, to the end of the readable bytes."""
        if self.fetched is not None and not self.begin:
            return Ahead(self.fetched, self.origin)
        begin = self.begin or self.origin
        return stream_at(self.data[begin : self.end], begin - self.origin)


def stream_at(data: bytes | bytearray, base: int) -> io.BytesIO:
    """Return a stream of bytes that are at `base` in others."""
    if not base:
        return io.BytesIO(data)
    made: io.BytesIO = construct.core.BytesIOWithOffsets(data, None, base)
    return made
