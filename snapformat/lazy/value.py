"""A whole undecoded value; the part of lazy reading that eager code imports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class LazyValue:
    """A whole undecoded value.

    Attributes:
        value: Function that makes it, as lazy as its layout allows. Raises DecodeError for damaged bytes.
        data: The bytes.
        start: Offset of the value.
        stop: Offset after the value.
    """

    __slots__ = ("data", "start", "stop", "value")

    def __init__(self, value: Callable[[], Any], data: bytes, start: int, stop: int) -> None:
        self.value: Callable[[], Any] = value
        self.data: bytes = data
        self.start: int = start
        self.stop: int = stop
