"""A whole value of which nothing is decoded; this module is all that is imported where nothing is lazy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class LazyValue:
    """A whole value of which nothing is decoded.

    Attributes:
        value: Makes it, as lazy as its layout allows. Raises DecodeError where the bytes are no such value.
        data: The bytes.
        start: Where it begins.
        stop: Where it ends.
    """

    __slots__ = ("data", "start", "stop", "value")

    def __init__(self, value: Callable[[], Any], data: bytes, start: int, stop: int) -> None:
        self.value = value
        self.data = data
        self.start = start
        self.stop = stop
