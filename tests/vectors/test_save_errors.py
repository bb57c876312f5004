"""Writers with limited room, and readers that give little at a time and then fail.

The rows of `save` do not say what is saved. The bytes that were written do, or other rows of the file (a
value that was loaded); each row's `written_hex` holds the library to it.
"""

from __future__ import annotations

import errno
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

import snapformat
from snapformat.errors import SnapshotError
from vectors import formats
from vectors.checks import assert_bytes, assert_error, assert_same, world
from vectors.data import Row, each_row, rows

#: What may stand in for what neither a row nor the bytes of it say: then nothing of it shows.
_ANY_MAGIC = 0x0710_1984_8664_0000
_ANY_VERSION = "1.2.3"


class RoomyWriter(io.RawIOBase):
    """A writer with room for so many bytes; then it takes nothing more, or fails."""

    def __init__(self, room: int, *, step: int | None = None, failure: OSError | None = None) -> None:
        super().__init__()
        self.room = room
        self.step = step
        self.failure = failure
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        left = self.room - len(self.written)
        if left <= 0 and self.failure is not None:
            raise self.failure
        part = bytes(data)[: left if self.step is None else min(left, self.step)]
        self.written += part
        return len(part)


class HaltingReader(io.RawIOBase):
    """A reader that gives at most `chunk` bytes a call, then the end or EINVAL (Rust's InvalidInput)."""

    def __init__(self, data: bytes, chunk: int, *, fails: bool) -> None:
        super().__init__()
        self._data = data
        self._chunk = chunk
        self._fails = fails

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._data[: min(len(buffer), self._chunk)]
        if not part and self._fails and len(buffer):
            raise OSError(errno.EINVAL, "invalid input parameter")
        self._data = self._data[len(part) :]
        buffer[: len(part)] = part
        return len(part)


@dataclass(frozen=True)
class Saved:
    """What a row's program saved or read.

    Attributes:
        magic: The magic.
        version: The version.
        value: The value, as rows write it, in a list; empty where no row says it.
        payload: The bytes of the value, where a row has all of them.
    """

    magic: int
    version: str
    value: list[Any]
    payload: bytes | None


def saved_by(row: Row, others: Iterable[Row]) -> Saved:
    """Find out what was saved: from the row, from the bytes of it, then from other rows of its type.

    Of the rows whose bytes begin like the row's, the longest shows the most.
    """
    same = [row, *(other for other in others if other["payload_type"] == row["payload_type"])]
    visible = _file_of(row)
    longest = max((_file_of(other) for other in same if _file_of(other).startswith(visible)), key=len)
    magic, version, payload = _header_of(longest)
    for other in same:
        if magic is None and "magic" in other:
            magic = int(other["magic"], 16)
        if version is None:
            version = other.get("file_version", other.get("version"))
    whole = [other for other in same if other["op"] == "save" and other["result"] == "ok"]
    complete = any(_file_of(other) == longest for other in whole)
    if "magic" in row:
        magic = int(row["magic"], 16)
    return Saved(
        magic=_ANY_MAGIC if magic is None else magic,
        version=row.get("file_version", version or _ANY_VERSION),
        value=next(([other["value"]] for other in same if "value" in other), []),
        payload=payload[:-8] if complete and payload is not None else None,
    )


def _file_of(row: Row) -> bytes:
    return bytes.fromhex(row["written_hex"]) if "written_hex" in row else row.bytes


def _header_of(data: bytes) -> tuple[int | None, str | None, bytes | None]:
    """Magic, version and the bytes behind them, as far as they are there."""
    magic = int.from_bytes(data[:8], "little") if len(data) >= 8 else None
    size = int.from_bytes(data[8:16], "little")
    if len(data) < 16 + size or len(data) < 16:
        return magic, None, None
    return magic, data[16 : 16 + size].decode(), data[16 + size :]


@each_row("save_errors*.jsonl")
def test_save_error(row: Row) -> None:
    saved = saved_by(row, rows(row.file))
    form = formats.format_of(saved.magic, saved.version, row["payload_type"])
    if row["op"] == "save":
        _check_save(row, form, saved)
    else:
        _check_read(row, form)


def _check_save(row: Row, form: Any, saved: Saved) -> None:
    shape = world().shape(row["payload_type"])
    if saved.value:
        value = shape.from_value(saved.value[0])
    elif saved.payload is not None:
        value = snapformat.decode(saved.payload, world().annotation(row["payload_type"]))
    else:
        value = shape.default()
    snapshot = form.new(value)
    if "one byte a call" in row["note"]:
        (message,) = re.findall(r"io::Error Other\((\w+)\)", row["note"])
        writer = RoomyWriter(row["writer_len"], step=1, failure=OSError(errno.EIO, message))
    else:
        writer = RoomyWriter(row["writer_len"])
    if row.is_ok:
        snapshot.save(writer)
    else:
        with pytest.raises(SnapshotError) as caught:
            snapshot.save(writer)
        assert_error(caught.value, row)
    assert_bytes(bytes(writer.written), bytes.fromhex(row["written_hex"]), "what the writer got")


def _check_read(row: Row, form: Any) -> None:
    data = row.bytes
    assert len(data) == row["bytes_before_end"]
    reader = HaltingReader(data, row["chunk"], fails=row["error_at_end"])
    operation = {"load": form.load, "get_format_version": form.get_format_version}[row["op"]]
    if not row.is_ok:
        with pytest.raises(SnapshotError) as caught:
            operation(reader)
        assert_error(caught.value, row)
        if "InvalidInput" in row["error_debug"]:
            assert isinstance(caught.value, OSError)
            assert caught.value.errno == errno.EINVAL
        return
    got = operation(reader)
    if row["op"] == "get_format_version":
        assert str(got) == row["file_version"]
        return
    assert str(got.version) == row["file_version"]
    shape = world().shape(row["payload_type"])
    assert_same(shape, got.data, shape.from_value(row["value"]), row["op"])


def _row(**fields: Any) -> Row:
    return Row({"payload_type": "i32", "op": "save", "result": "error", **fields}, "save_errors.jsonl", 1)


#: A file of aarch64 with version 2.0.0-x and a payload of 7, as a program saved it.
_WRITTEN = formats.saved(formats.format_of(0x0710_1984_AAAA_0000, "2.0.0-x", "i32").new(7))


def test_what_was_saved_is_in_the_bytes() -> None:
    """No row says magic, version or value: the longest of those that begin alike shows them."""
    every = [_row(written_hex=_WRITTEN[:size].hex()) for size in (0, 5, 17, 30)]
    whole = _row(written_hex=_WRITTEN.hex(), result="ok")
    other = _row(written_hex=bytes(40).hex(), result="ok")
    for row in (*every, whole):
        found = saved_by(row, [*every, whole])
        assert found == Saved(0x0710_1984_AAAA_0000, "2.0.0-x", [], (7).to_bytes(4, "little"))
    assert saved_by(every[1], [*every, other]) == Saved(0x0710_1984_AAAA_0000, "2.0.0-x", [], None)


def test_what_a_row_says_comes_first() -> None:
    row = _row(written_hex="", magic="0x5", file_version="3.0.0", value=9)
    assert saved_by(row, [_row(written_hex=_WRITTEN.hex(), value=7)]) == Saved(5, "3.0.0", [9], None)


def test_what_shows_nowhere_may_be_anything() -> None:
    assert saved_by(_row(written_hex=""), []) == Saved(_ANY_MAGIC, _ANY_VERSION, [], None)
