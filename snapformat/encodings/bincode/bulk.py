"""Runs of fixed-size elements of one kind, read at once where no events are collected.

Claims and results equal those of reading one by one. If anything is wrong, no bytes are taken, and reading
one by one raises the error.
"""

from __future__ import annotations

import struct
from array import array
from typing import Any, Protocol

from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.forms import number_format
from snapformat.limits import Budget
from snapformat.model import kinds
from snapformat.model.buffers import NATIVE
from snapformat.model.kinds import Kind


class Bytes(Protocol):
    """The bytes that a reader is in: of `BincodeReader`, as far as it is used here."""

    data: bytes | bytearray
    pos: int
    end: int
    config: Config
    budget: Budget

    def claim(self, size: int, offset: int | None = None) -> None:
        """Claim bytes before they are read."""

    def claim_zero_sized(self, count: int, cost: int) -> None:
        """Claim zero-sized values."""


def read_run(item: Kind, count: int, r: Bytes) -> list[Any] | None:
    """Read `count` elements; return None if this is not such a run, or if something in it is wrong."""
    if isinstance(item, kinds.Unit):
        r.claim_zero_sized(count, 1)
        return [item.value] * count
    if isinstance(item, kinds.Char) and not r.config.rules.char_text:
        return _chars(count, r)
    format_ = _format_of(item, r.config)
    if format_ is None or (isinstance(item, kinds.Float) and item.size != 8):
        return None
    size = struct.calcsize(format_)
    total = count * size
    if total > r.end - r.pos or total > r.budget.left:
        return None
    data = r.data[r.pos : r.pos + total]
    if isinstance(item, kinds.Bool):
        if data.translate(None, b"\0\1"):
            return None
        values: list[Any] = list(map(bool, data))
    elif format_[1] == "B":
        values = list(data)
    else:
        values = list(struct.unpack(f"{format_[0]}{count}{format_[1]}", data))
    r.claim(total)
    r.pos += total
    return values


def _format_of(item: Kind, config: Config) -> str | None:
    if isinstance(item, kinds.Bool):
        return None if item.lenient else "<B"
    return number_format(item, config)


def _chars(count: int, r: Bytes) -> list[str] | None:
    """Read chars, which are UTF-8: decode as many bytes as they can take, and use those they do take."""
    data = r.data[r.pos : min(r.end, r.pos + 4 * count)]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = data[: error.start].decode("utf-8")
    chars = list(text[:count])
    if len(chars) < count:
        return None
    size = len(text[:count].encode("utf-8"))
    if size > r.budget.left:
        return None
    r.claim(size)
    r.pos += size
    return chars


def packed(item: Kind, values: Any, config: Config) -> bytes | None:
    """Return the bytes of integers or bools; None if it is not such a run, or something in it is wrong."""
    format_ = _format_of(item, config)
    if isinstance(values, memoryview):
        if format_ is None:
            return None
        numbers = values.tobytes()
        if values.itemsize == 1 or format_[0] == NATIVE:
            return numbers
        swapped = array(format_[1], numbers)
        swapped.byteswap()
        return swapped.tobytes()
    if format_ is None or isinstance(item, kinds.Float):
        return None
    if set(map(type, values)) - {bool if isinstance(item, kinds.Bool) else int}:
        return None
    try:
        return struct.pack(f"{format_[0]}{len(values)}{format_[1]}", *values)
    except struct.error:
        return None
