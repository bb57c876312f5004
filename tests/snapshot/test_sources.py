"""Where snapshots come from and go to; the header alone takes no more than the header."""

from __future__ import annotations

import io
from abc import ABC
from typing import Self

import pytest

from snapformat import DecodeError, EncodeError, Persist, Snapshot, SnapshotFormat, get_format_version, schema
from snapformat.bincode import u8, u32

FORMAT = SnapshotFormat(name="demo", magic=7, version="1.2.3-rc.1+build", payload=list[u8])
DATA = FORMAT.new([1, 2]).to_bytes()
HEADER_SIZE = 16 + len("1.2.3-rc.1+build")


class Counting(io.RawIOBase):
    """A stream that can't seek, gives as little as it may, and notes what was taken."""

    def __init__(self, data: bytes, most: int = 1) -> None:
        self.data = data
        self.most = most
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        part = self.data[self.taken : self.taken + min(self.most, len(buffer))]
        buffer[: len(part)] = part
        self.taken += len(part)
        return len(part)


@pytest.mark.parametrize("most", [1, 3, 1000])
def test_the_header_alone(most):
    stream = Counting(DATA, most)
    assert str(FORMAT.get_format_version(stream)) == "1.2.3-rc.1+build"
    assert stream.taken == HEADER_SIZE
    stream = Counting(DATA, most)
    assert get_format_version(stream) == FORMAT.supported
    assert stream.taken == HEADER_SIZE


def test_the_header_alone_from_a_file_object_and_what_follows_it():
    stream = io.BytesIO(DATA)
    header = FORMAT.get_header(stream)
    assert (header.magic, stream.tell()) == (7, HEADER_SIZE)
    assert stream.read() == DATA[HEADER_SIZE:]


def test_the_header_is_not_judged(tmp_path):
    other = b"\xff" * 8 + DATA[8:HEADER_SIZE].replace(b"1.2.3", b"9.9.9")
    (tmp_path / "header").write_bytes(other)
    for source in (other, bytearray(other), memoryview(other), tmp_path / "header", str(tmp_path / "header")):
        assert str(get_format_version(source)) == "9.9.9-rc.1+build"


@pytest.mark.parametrize("size", range(HEADER_SIZE))
def test_a_header_cut_short(size):
    stream = Counting(DATA[:size])
    with pytest.raises(DecodeError):
        FORMAT.get_format_version(stream)


def test_a_failing_reader_is_a_decoding_error_for_the_header():
    class Bad(io.RawIOBase):
        def readinto(self, buffer):
            raise OSError(5, "Input/output error")

    with pytest.raises(DecodeError) as caught:
        FORMAT.get_format_version(Bad())
    assert isinstance(caught.value, OSError)
    assert caught.value.errno == 5


def test_a_header_that_claims_to_be_huge():
    stream = Counting(DATA[:8] + b"\xff" * 8 + b"1" * 100, 1000)
    with pytest.raises(DecodeError, match="limit"):
        FORMAT.get_format_version(stream)
    assert stream.taken == 16


def test_every_source_and_target(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(DATA)
    with path.open("rb") as file:
        sources = [
            path,
            str(path),
            DATA,
            bytearray(DATA),
            memoryview(DATA),
            io.BytesIO(DATA),
            Counting(DATA, 7),
            file,
        ]
        for source in sources:
            assert FORMAT.load(source).data == [1, 2]
    FORMAT.load(DATA).save(tmp_path / "a")
    FORMAT.load(DATA).save(str(tmp_path / "b"))
    with (tmp_path / "c").open("wb") as file:
        FORMAT.load(DATA).save(file)
    stream = io.BytesIO()
    FORMAT.load(DATA).save(stream)
    written = [(tmp_path / name).read_bytes() for name in "abc"]
    assert [*written, stream.getvalue()] == [DATA] * 4


def test_things_that_are_no_source():
    for source in (None, 5, ["file"]):
        with pytest.raises(TypeError):
            FORMAT.load(source)


def test_a_failing_writer_is_an_encoding_error():
    class Full(io.RawIOBase):
        def writable(self):
            return True

        def write(self, data):
            raise OSError(28, "No space left on device")

    with pytest.raises(EncodeError) as caught:
        FORMAT.load(DATA).save(Full())
    assert (caught.value.code, caught.value.errno) == ("Encode", 28)


@schema
class CounterState:
    count: u32


class Clock:
    ticks = 0


class Counter(Persist[CounterState, Clock]):
    def __init__(self, clock: Clock, count: int = 0) -> None:
        self.clock = clock
        self.count = count

    def save(self) -> CounterState:
        return CounterState(self.count)

    @classmethod
    def restore(cls, arguments: Clock, state: CounterState) -> Self:
        return cls(arguments, state.count)


def test_persist(tmp_path):
    Snapshot.new(Counter(Clock(), 5).save()).save(tmp_path / "counter")
    clock = Clock()
    again = Counter.restore(clock, Snapshot.load(tmp_path / "counter", CounterState).data)
    assert (again.count, again.clock) == (5, clock)
    assert issubclass(Persist, ABC)
    with pytest.raises(TypeError, match="abstract"):
        Persist()
