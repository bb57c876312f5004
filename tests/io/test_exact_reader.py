"""Reads of exactly what is asked for."""

from __future__ import annotations

import ctypes
import errno
import io
import os
import tracemalloc
from pathlib import Path

import construct
import pytest

from snapformat.errors import DecodeError, DecodeIOError, SnapshotIOError
from snapformat.io import ExactReader

pytestmark = pytest.mark.usefixtures("open_files")


class Dripping:
    """Gives at most `step` bytes a call and records how many it gave."""

    def __init__(self, content: bytes, step: int = 1) -> None:
        self.content = content
        self.step = step
        self.given = 0

    def read(self, size: int, /) -> bytes:
        piece = self.content[self.given : self.given + min(size, self.step)]
        self.given += len(piece)
        return piece


def test_loops_over_short_reads_and_takes_no_byte_more() -> None:
    stream = Dripping(b"0123456789")
    reader = ExactReader(stream)
    assert reader.read(0) == b""
    assert stream.given == 0
    assert reader.read(3) == b"012"
    assert stream.given == 3
    assert reader.tell() == 3
    assert reader.read(4) == b"3456"
    assert stream.given == 7
    assert reader.consumed == b"0123456"
    assert reader.read(100) == b"789"
    assert reader.read(100) == b""
    assert (reader.tell(), reader.consumed) == (10, b"0123456789")


def test_the_rest_stays_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"headerpayload")
    with path.open("rb") as file, ExactReader(file) as reader:
        assert reader.read(6) == b"header"
        assert reader.name == str(path)
        assert file.read() == b"payload"
        reader.close()
        assert not file.closed


def test_path(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(content := os.urandom(3 << 20))
    with ExactReader(path) as reader:
        assert reader.read(5) == content[:5]
        assert reader.read(2 << 20) == content[5 : (2 << 20) + 5]
        assert reader.read(2**63) == content[(2 << 20) + 5 :]
        assert reader.name == str(path)
    assert reader.consumed == content
    with pytest.raises(ValueError, match="closed"):
        reader.read(1)
    reader.close()


def test_changing_files_are_no_concern(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"header")
    with ExactReader(path) as reader:
        assert reader.read(6) == b"header"
        with path.open("ab") as file:
            file.write(b"more")
        assert reader.read(6) == b"more"


@pytest.mark.parametrize("size", [2**31, 2**63 - 1, 2**63, 2**64 - 1, 2**200])
def test_huge_sizes_cost_what_arrives(size: int) -> None:
    content = os.urandom(100_000)
    for source in (content, bytearray(content), io.BytesIO(content), Dripping(content, 60_000)):
        tracemalloc.start()
        reader = ExactReader(source)
        got = reader.read(size)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert got == content
        assert peak < 4 << 20


def test_reads_to_the_end() -> None:
    reader = ExactReader(Dripping(b"0123456789", 4))
    assert reader.read(2) == b"01"
    assert reader.read() == b"23456789"
    assert reader.read(-1) == b""


@pytest.mark.parametrize(
    "source",
    [
        b"abcdef",
        bytearray(b"abcdef"),
        memoryview(b"abcdef"),
        memoryview(b"fedcba")[::-1],
        memoryview(b"abcdef").cast("B", (3, 2)),
        memoryview((ctypes.c_uint16 * 3).from_buffer_copy(b"abcdef")),
    ],
)
def test_buffers(source: bytes | bytearray | memoryview) -> None:
    with ExactReader(source) as reader:
        assert reader.name is None
        assert reader.read(4) == b"abcd"
        assert reader.consumed == b"abcd"
        assert reader.read(4) == b"ef"
        assert reader.read(4) == b""


def test_empty_buffers() -> None:
    for source in (b"", bytearray(), memoryview(b""), memoryview(b"").cast("H")):
        assert ExactReader(source).read(5) == b""


def test_a_buffer_is_free_again_after_close() -> None:
    buffer = bytearray(b"abc")
    with ExactReader(buffer) as reader:
        assert reader.read(1) == b"a"
        with pytest.raises(BufferError):
            buffer.append(0)
    buffer.append(0)


def test_limit() -> None:
    source = b"0123456789"
    assert ExactReader(source, max_size=10).read() == source
    assert ExactReader(source, max_size=10).read(100) == source
    assert ExactReader(source, max_size=5).read(5) == b"01234"
    for size in (6, 100, -1):
        stream = Dripping(source, 100)
        reader = ExactReader(stream, max_size=5)
        reader.read(2)
        with pytest.raises(DecodeIOError) as caught:
            reader.read(size)
        assert caught.value.errno == errno.EFBIG
        assert caught.value.expected == "at most 5 bytes"
        assert stream.given == 6
    with ExactReader("/dev/zero", max_size=1 << 20) as reader, pytest.raises(DecodeIOError):
        reader.read()


def test_more_than_asked_is_kept() -> None:
    class Generous(Dripping):
        def read(self, size: int, /) -> bytes:
            return super().read(1000)

    reader = ExactReader(Generous(b"0123456789", 4))
    assert reader.read(1) == b"0"
    assert reader.consumed == b"0"
    assert reader.read(5) == b"12345"
    assert reader.read(1) == b"6"
    assert reader.read() == b"789"


class Breaking(Dripping):
    error: object = OSError(errno.EIO, os.strerror(errno.EIO))

    def read(self, size: int, /) -> bytes:
        piece = super().read(size)
        if piece:
            return piece
        if isinstance(self.error, BaseException):
            raise self.error
        return self.error


def test_a_failing_reader_is_a_decode_error() -> None:
    reader = ExactReader(Breaking(b"abc"))
    assert reader.read(2) == b"ab"
    with pytest.raises(DecodeIOError, match="cannot read: Input/output error") as caught:
        reader.read(5)
    error = caught.value
    assert isinstance(error, DecodeError)
    assert isinstance(error, OSError)
    assert (error.code, error.errno, error.offset) == ("Decode", errno.EIO, 3)
    assert reader.consumed == b"abc"


def test_nothing_yet_is_a_decode_error() -> None:
    stream = Breaking(b"abc")
    stream.error = None
    with pytest.raises(DecodeIOError) as caught:
        ExactReader(stream).read(5)
    assert caught.value.errno == errno.EAGAIN


def test_misuse() -> None:
    stream = Breaking(b"")
    stream.error = "text"
    with pytest.raises(TypeError, match="text mode"):
        ExactReader(stream).read(5)
    with pytest.raises(TypeError, match="text mode"):
        ExactReader(io.StringIO("text"))
    with pytest.raises(TypeError, match="bytes-like object"):
        ExactReader(7)


def test_what_can_not_be_opened_is_no_decode_error(tmp_path: Path) -> None:
    for path, number in [(tmp_path, errno.EISDIR), (tmp_path / "x", errno.ENOENT), ("a\0", errno.EINVAL)]:
        with pytest.raises(SnapshotIOError) as caught:
            ExactReader(path)
        assert caught.value.errno == number


def test_construct_parses_from_it() -> None:
    header = construct.Struct(
        "magic" / construct.Int64ul,
        "version" / construct.PascalString(construct.Int64ul, "utf8"),
        "place" / construct.Tell,
    )
    content = header.build({"magic": 7, "version": "1.2.3", "place": 21})
    stream = Dripping(content + b"payload", 3)
    reader = ExactReader(stream)
    parsed = header.parse_stream(reader)
    assert (parsed.magic, parsed.version, parsed.place) == (7, "1.2.3", 21)
    assert stream.given == len(content)
    assert reader.consumed == content
    assert construct.GreedyBytes.parse_stream(reader) == b"payload"
    with pytest.raises(construct.StreamError):
        construct.Int8ul.parse_stream(reader)
