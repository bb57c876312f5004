"""zlib's decompressor with the methods that those of other libraries have."""

from __future__ import annotations

import zlib


class Inflate:
    """A stream of zlib or gzip, read as `bz2.BZ2Decompressor` reads its own.

    Args:
        window: `wbits` of `zlib.decompressobj`.
    """

    def __init__(self, window: int = zlib.MAX_WBITS) -> None:
        self._inner = zlib.decompressobj(window)

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether more can only come of more data."""
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """The bytes after the stream."""
        return self._inner.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        """Return up to `most` bytes of the content."""
        return self._inner.decompress(self._inner.unconsumed_tail + data, most)
