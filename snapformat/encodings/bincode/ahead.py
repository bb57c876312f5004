"""Bytes that are fetched from a source as they are needed, and a stream for construct over them."""

from __future__ import annotations

import io

from snapformat.encodings.construct.bounded import RefusedError
from snapformat.encodings.construct.counted import LookAheadStream
from snapformat.io import SupportsRead

#: Number of bytes fetched at once from a source that is read to its end.
_PIECE = 1 << 20


class Fetched:
    """The bytes of a source so far.

    Args:
        source: Object whose `read` returns fewer bytes than asked only at its end.
        in_pieces: Whether it does so with any number, and not with none instead of fewer.

    Attributes:
        data: The bytes.
        failure: An error of the source, which construct would take for its end.
    """

    __slots__ = ("_in_pieces", "_source", "data", "failure")

    def __init__(self, source: SupportsRead, *, in_pieces: bool = True) -> None:
        self.data: bytearray = bytearray()
        self.failure: Exception | None = None
        self._source = source
        self._in_pieces = in_pieces

    def fetch(self, stop: int) -> int:
        """Fetch the bytes before a place that are missing; return the number of all bytes."""
        missing = stop - len(self.data)
        if missing > 0:
            self.data += self._source.read(missing) or b""
        return len(self.data)

    def fetch_all(self, most: int | None = None) -> int:
        """Fetch all bytes, or somewhat more than a number of them; return their number."""
        if not self._in_pieces:
            self.data += self._source.read(None) or b""  # type: ignore[arg-type]  # construct's
        else:
            while (most is None or len(self.data) <= most) and (piece := self._source.read(_PIECE)):
                self.data += piece
        return len(self.data)


class Ahead(LookAheadStream):
    """A stream over the bytes that a reader fetches; construct may look ahead and go back.

    Args:
        fetched: The bytes.
        origin: Where positions count from.

    Attributes:
        most: Maximum number of bytes that may have been fetched.
    """

    def __init__(self, fetched: Fetched, origin: int) -> None:
        self.most = 0
        self._fetched = fetched
        self._origin = self._place = origin

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        start = self._place
        stop = None if size is None or size < 0 else start + size
        data = self._fetched.data
        if stop is None or stop > len(data):
            self._fetch(stop)
        found = bytes(data[start:stop])
        self._place += len(found)
        return found

    def _fetch(self, stop: int | None) -> None:
        """Fetch the bytes before a place, or all bytes."""
        most = self.most
        try:
            if stop is not None and stop <= most:
                self._fetched.fetch(stop)
                return
            found = self._fetched.fetch_all(most) if stop is None else self._fetched.fetch(most + 1)
            if found > most:
                raise RefusedError("the limit of claimed bytes is exceeded", f"at most {most} bytes")
        except Exception as error:  # construct may take it for the data's end
            self._fetched.failure = error
            raise

    def tell(self) -> int:
        return self._place - self._origin

    def overrun(self) -> int:
        if self._place > len(self._fetched.data):
            self._fetch(self._place)
        return max(0, self._place - len(self._fetched.data))

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence == io.SEEK_END:
            place = self._place
            self.read()
            self._place = place
            offset += len(self._fetched.data)
        else:
            offset += self._place if whence == io.SEEK_CUR else self._origin
        if offset < self._origin and whence == io.SEEK_SET:
            raise ValueError("a place before the start")
        self._place = max(self._origin, offset)  # as `BytesIO` does
        return self.tell()
