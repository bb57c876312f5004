"""Files of any payload read lazily: roots that are no struct, headers, memory."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import pytest

from snapformat import (
    CheckOrder,
    Crc64Error,
    DecodeError,
    InvalidFormatVersionError,
    Limits,
    Snapshot,
    SnapshotError,
    SnapshotFormat,
    encode,
    get_format_version,
)
from snapformat.bincode import Vec, u64
from snapformat.snapshot import Header

WORDS = list(range(500))


def words(**options: Any) -> SnapshotFormat:
    return SnapshotFormat(name="words", magic=7, version="1.2.0", payload=Vec[u64], **options)


@pytest.mark.parametrize("order", CheckOrder)
def test_a_sequence_is_read_when_it_is_touched(order: CheckOrder) -> None:
    format_ = words(order=order)
    file = format_.new(WORDS).to_bytes()
    snapshot = format_.load(file, lazy=True)
    assert snapshot.to_bytes() == file
    assert snapshot.data == WORDS
    assert snapshot.data is snapshot.data
    assert snapshot == format_.load(file)
    snapshot.data.append(1)
    assert format_.load(snapshot.to_bytes()).data == [*WORDS, 1]
    snapshot = format_.load(file, lazy=True)
    snapshot.data = [3]
    assert snapshot.to_bytes() == format_.new([3]).to_bytes()


@pytest.mark.parametrize("order", CheckOrder)
def test_a_changed_header_is_written(order: CheckOrder) -> None:
    format_ = words(order=order)
    snapshot = format_.load(format_.new(WORDS).to_bytes(), lazy=True)
    snapshot.header = Header(7, type(snapshot.version)(1, 1, 0))
    assert format_.load(snapshot.to_bytes()).version == snapshot.version
    snapshot.header.version = type(snapshot.version)(1, 0, 9)
    assert format_.load(snapshot.to_bytes()).version == snapshot.version


@pytest.mark.parametrize("order", CheckOrder)
def test_verdicts_are_those_of_eager_loading(order: CheckOrder) -> None:
    format_ = words(order=order)
    file = format_.new(WORDS).to_bytes()
    newer = Snapshot(Header(7, type(format_.supported)(1, 3, 0)), WORDS, format_).to_bytes()
    other = Snapshot(Header(8, format_.supported), WORDS, format_).to_bytes()
    files = [b"", file[:5], file[:20], file[:-1], file[:-9], file + b"\0", file + b"\1", newer, other]
    for at in range(40):
        files.append(file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :])
    files += [newer[:-1] + b"!", file + file]
    for content in files:
        for strict in (False, True):
            for check in (format_.load, format_.load_without_crc_check):
                said: list[Any] = []
                for lazy in (False, True):
                    try:
                        said.append(check(content, strict=strict, lazy=lazy).data)
                    except SnapshotError as error:
                        said.append((type(error), str(error), vars(error)))
                assert said[0] == said[1]


def test_limits_of_its_own() -> None:
    format_ = words(limits=Limits(depth=4))
    assert format_.load(format_.new(WORDS).to_bytes(), lazy=True).data == WORDS


def test_the_class_methods_take_it() -> None:
    file = Snapshot.new(WORDS, Vec[u64]).to_bytes()
    for load in (Snapshot.load, Snapshot.load_without_crc_check):
        assert load(file, Vec[u64], lazy=True).data == WORDS
        assert load(file, Vec[u64], lazy=True, arrays="memoryview").data.tolist() == WORDS
    with pytest.raises(Crc64Error):
        Snapshot.load(file[:-1] + bytes([file[-1] ^ 1]), Vec[u64], lazy=True)


class Counting(io.BytesIO):
    """Counts the bytes that are read."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def test_a_header_is_read_without_what_follows() -> None:
    format_ = words()
    file = format_.new(WORDS).to_bytes()
    head = 8 + len(encode("1.2.0", str))
    for read in (format_.get_format_version, format_.get_header, get_format_version):
        source = Counting(file)
        read(source)
        assert source.taken == head
    source = Counting(file[: head - 1])
    with pytest.raises(DecodeError):
        format_.get_header(source)
    with pytest.raises(InvalidFormatVersionError):
        words(accepts=lambda supported, found: False).load(file, lazy=True)


PEAK = """
import sys, tracemalloc
from snapformat import SnapshotFormat
from snapformat.bincode import Vec, u64

format_ = SnapshotFormat(name="words", magic=7, version="1.2.0", payload=Vec[u64])
format_.load(format_.new([1, 2]).to_bytes(), lazy=True, arrays="memoryview").data
tracemalloc.start()
view = format_.load(sys.argv[1], lazy=True, arrays="memoryview").data
assert len(view) == 1 << 20 and view[5] == 5
print(tracemalloc.get_traced_memory()[1])
"""


def test_memory_of_a_view(tmp_path: Any) -> None:
    path = tmp_path / "words"
    words().new(list(range(1 << 20))).save(path)
    done = subprocess.run([sys.executable, "-c", PEAK, str(path)], check=True, capture_output=True, text=True)
    assert int(done.stdout) <= 1.2 * path.stat().st_size
