"""A whole value that nobody has looked at: all that has to be known of lazy reading where nothing is lazy."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Untouched:
    """A whole value that nobody has looked at.

    Args:
        read: Makes it.

    Attributes:
        data: The bytes.
        start: Where it begins.
        stop: Where it ends.
    """

    __slots__ = ("_found", "_lock", "_read", "data", "start", "stop")

    def __init__(self, read: Callable[[], Any], data: bytes, start: int, stop: int) -> None:
        self.data = data
        self.start = start
        self.stop = stop
        self._read = read
        self._found: list[Any] = []
        self._lock = threading.Lock()

    def value(self) -> Any:
        """The value, as lazy as its layout allows; the same object every time.

        Raises:
            DecodeError: The bytes are no such value.
        """
        with self._lock:
            if not self._found:
                self._found.append(self._read())
            return self._found[0]
