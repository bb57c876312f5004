"""The reference reader over a source: it fetches the bytes of the value, and no more."""

from __future__ import annotations

import io
from typing import Any

from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.reader import BincodeReader
from snapformat.encodings.construct.counted import LookAheadStream
from snapformat.io import SupportsRead
from snapformat.limits import Budget, Limits

#: Number of bytes fetched at once from a source that is read to its end.
_PIECE = 1 << 20


class StreamReader(BincodeReader):
    """A reader that fetches the bytes of the value from a source, and no more.

    Args:
        source: Object whose `read` returns fewer bytes than asked only at its end.
        config: The configuration of bincode.
        budget: The remaining claims.
        limits: Bounds of depth and of zero-sized elements.
    """

    __slots__ = ("_source",)

    def __init__(self, source: SupportsRead, config: Config, budget: Budget, limits: Limits) -> None:
        super().__init__(b"", 0, config, budget, limits)
        self.data = bytearray()
        self._source = source

    def stream_end(self) -> int | None:
        return self.end if self.begin else None

    def new_stream(self) -> Any:
        """Make a stream to the end of the source, or of the current part of known length."""
        return super().new_stream() if self.begin else _Ahead(self)

    def need(self, size: int, offset: int | None = None) -> None:
        """Fetch bytes; raise the error at the end of the source or of the current part."""
        if self.expect(size) < size:
            super().need(size, offset)

    def expect(self, size: int) -> int:
        """Fetch the missing ones of the next `size` bytes, which the value needs in any case."""
        missing = self.pos + size - self.end
        if missing > 0 and not self.begin:
            self.data += self._source.read(missing) or b""
            self.end = len(self.data)
        return self.end - self.pos

    def expect_all(self) -> None:
        """Fetch the rest of the source, unless the current part ends before it."""
        if not self.begin:
            while piece := self._source.read(_PIECE):
                self.data += piece
            self.end = len(self.data)


class _Ahead(LookAheadStream):
    """A stream over the bytes that a reader fetches; construct may look ahead and go back.

    Args:
        reader: The reader; its position is not changed. Positions count from its origin.
    """

    def __init__(self, reader: StreamReader) -> None:
        self._reader = reader
        self._origin = self._place = reader.origin

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        reader, start = self._reader, self._place
        everything = size is None or size < 0
        self._fetch(None if everything or size is None else start + size)
        found = bytes(reader.data[start:] if everything else reader.data[start : start + (size or 0)])
        self._place += len(found)
        return found

    def _fetch(self, stop: int | None) -> None:
        """Fetch the bytes before a place, or all bytes."""
        reader = self._reader
        try:
            if stop is None:
                reader.expect_all()
            else:
                reader.expect(stop - reader.pos)
        except Exception as error:  # by the source: construct may take it for the data's end
            reader.failure = error
            raise

    def tell(self) -> int:
        return self._place - self._origin

    def overrun(self) -> int:
        if self._place > len(self._reader.data):
            self._fetch(self._place)
        return max(0, self._place - len(self._reader.data))

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence == io.SEEK_END:
            place = self._place
            self.read()
            self._place = place
            offset += len(self._reader.data)
        else:
            offset += self._place if whence == io.SEEK_CUR else self._origin
        if offset < self._origin and whence == io.SEEK_SET:
            raise ValueError("a place before the start")
        self._place = max(self._origin, offset)  # as `BytesIO` does
        return self.tell()
