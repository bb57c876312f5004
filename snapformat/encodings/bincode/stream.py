"""The reference reader over a source: it fetches the bytes of the value, and no more."""

from __future__ import annotations

from snapformat.encodings.bincode.ahead import Fetched
from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.reader import BincodeReader
from snapformat.io import SupportsRead
from snapformat.limits import Budget, Limits


class StreamReader(BincodeReader):
    """A reader that fetches the bytes of the value from a source, and no more.

    Args:
        source: Object whose `read` returns fewer bytes than asked only at its end.
        config: The configuration of bincode.
        budget: The remaining claims.
        limits: Bounds of depth and of zero-sized elements.
    """

    __slots__ = ()

    def __init__(self, source: SupportsRead, config: Config, budget: Budget, limits: Limits) -> None:
        super().__init__(b"", 0, config, budget, limits)
        self.fetched: Fetched = Fetched(source)
        self.data = self.fetched.data
