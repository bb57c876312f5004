"""Writers with limited room, and readers that give little at a time and then fail.

The rows of `save` do not say what is saved; other rows of the file do (a value that was loaded, the version
and magic of a whole file), and each row's `written_hex` holds us to it.
"""

from __future__ import annotations

import errno
import io
import re
from typing import Any

import pytest

from snapformat.errors import SnapshotError
from vectors import formats
from vectors.checks import assert_bytes, assert_error, assert_same, world
from vectors.data import Row, each_row, rows

#: What the rows' program saved, should no other row of the file tell.
_USUAL = {"magic": "0x0710198486640000", "file_version": "1.2.3", "value": 42}


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


def _told(row: Row, key: str) -> Any:
    """What a row says, or another row of its file with the same payload type."""
    if key in row:
        return row[key]
    same = (other for other in rows(row.file) if other["payload_type"] == row["payload_type"])
    return next((other[key] for other in same if key in other), _USUAL[key])


@each_row("save_errors*.jsonl")
def test_save_error(row: Row) -> None:
    magic, version = int(_told(row, "magic"), 16), _told(row, "file_version")
    form = formats.format_of(magic, version, row["payload_type"])
    if row["op"] == "save":
        _check_save(row, form)
    else:
        _check_read(row, form)


def _check_save(row: Row, form: Any) -> None:
    shape = world().shape(row["payload_type"])
    snapshot = form.new(shape.from_value(_told(row, "value")))
    if "one byte a call" in row["note"]:
        (message,) = re.findall(r"io::Error Other\((\w+)\)", row["note"])
        writer = RoomyWriter(row["writer_len"], step=1, failure=OSError(errno.EIO, message))
    else:
        writer = RoomyWriter(row["writer_len"])
    if row["result"] == "ok":
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
    if row["result"] != "ok":
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
