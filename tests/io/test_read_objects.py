"""Whole reads of file objects and of bytes."""

from __future__ import annotations

import array
import bz2
import errno
import gzip
import io
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from snapformat.errors import SnapshotIOError
from snapformat.io import read_all


class Scripted:
    """A file object that gives (or raises) one thing after the other, then b"" for ever."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.asked: list[int] = []

    def read(self, size: int, /) -> object:
        self.asked.append(size)
        answer = self.answers.pop(0) if self.answers else b""
        if isinstance(answer, BaseException):
            raise answer
        return answer


def test_reads_from_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        file.seek(4)
        assert read_all(file, max_size=6) == b"456789"
        assert not file.closed
    with path.open("rb", buffering=0) as raw:
        assert read_all(raw, max_size=10) == b"0123456789"
    assert read_all(io.BytesIO(b"abc"), max_size=3) == b"abc"


def test_short_reads() -> None:
    assert read_all(Scripted(b"a", b"bc", bytearray(b"d"), memoryview(b"ef")), max_size=100) == b"abcdef"


def test_asks_in_bounded_pieces_and_only_for_what_it_may_take() -> None:
    stream = Scripted(b"a" * 10, b"b" * 10)
    assert len(read_all(stream, max_size=1 << 40)) == 20
    assert set(stream.asked) == {1 << 20}
    stream = Scripted(b"a" * 10)
    read_all(stream, max_size=10)
    assert stream.asked == [11, 1]


@pytest.mark.parametrize("answers", [(b"12345", b"6"), (b"123456",), (b"1" * 1000,)])
def test_beyond_the_limit(answers: tuple[bytes, ...]) -> None:
    with pytest.raises(SnapshotIOError) as caught:
        read_all(Scripted(*answers), max_size=5)
    assert caught.value.errno == errno.EFBIG
    assert caught.value.file is None


def test_more_than_asked_within_the_limit() -> None:
    class Whole:
        content = b"all of it at once"

        def read(self, size: int, /) -> bytes:
            content, self.content = self.content, b""
            return content

    # Asked for 5 bytes beyond what has come so far: it does not care.
    assert read_all(Whole(), max_size=17) == b"all of it at once"


def test_nothing_yet() -> None:
    with pytest.raises(SnapshotIOError) as caught:
        read_all(Scripted(b"ab", None), max_size=100)
    assert caught.value.errno == errno.EAGAIN
    assert caught.value.offset == 2


def test_real_non_blocking_pipe() -> None:
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    with open(theirs, "wb"), open(ours, "rb", buffering=0) as raw, pytest.raises(SnapshotIOError) as caught:
        read_all(raw, max_size=100)
    assert caught.value.errno == errno.EAGAIN


def test_socket_file() -> None:
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"content")
        one.shutdown(socket.SHUT_WR)
        with other.makefile("rb") as file:
            assert read_all(file, max_size=100) == b"content"


def test_failing_object_keeps_its_errno(tmp_path: Path) -> None:
    cause = OSError(errno.EIO, "the disk is on fire")
    with pytest.raises(SnapshotIOError, match="cannot read: the disk is on fire") as caught:
        read_all(Scripted(b"abc", cause), max_size=100)
    assert caught.value.errno == errno.EIO
    assert caught.value.__cause__ is cause
    with (tmp_path / "f").open("wb") as file, pytest.raises(SnapshotIOError, match="read") as caught:
        read_all(file, max_size=100)
    assert caught.value.file == str(tmp_path / "f")


@pytest.mark.parametrize("codec", [gzip, bz2])
def test_cut_off_compressed_file(codec: object) -> None:
    packed = codec.compress(os.urandom(1000))
    with codec.open(io.BytesIO(packed)) as file:
        assert len(read_all(file, max_size=1000)) == 1000
    with (
        codec.open(io.BytesIO(packed[:500])) as file,
        pytest.raises(SnapshotIOError, match="end-of-stream") as caught,
    ):
        read_all(file, max_size=1000)
    assert caught.value.errno == errno.EIO


def test_interrupts_and_bugs_of_the_object_pass() -> None:
    with pytest.raises(KeyboardInterrupt):
        read_all(Scripted(KeyboardInterrupt()), max_size=100)
    with pytest.raises(ZeroDivisionError):
        read_all(Scripted(ZeroDivisionError()), max_size=100)


def text_wrapper() -> object:
    return tempfile.NamedTemporaryFile("r")


@pytest.mark.parametrize(
    "make", [lambda: io.StringIO("text"), lambda: io.StringIO(""), lambda: Scripted("text"), text_wrapper]
)
def test_text_mode(make: Callable[[], object]) -> None:
    stream = make()
    with pytest.raises(TypeError, match='in text mode: open it with "rb"'):
        read_all(stream, max_size=100)
    if hasattr(stream, "close"):
        stream.close()


def test_objects_that_return_something_else() -> None:
    with pytest.raises(TypeError, match=r"read\(\) of Scripted must return bytes, got int"):
        read_all(Scripted(7), max_size=100)


@pytest.mark.parametrize("source", [None, 3, 1.5, [1], {}, object(), True])
def test_no_source_at_all(source: object) -> None:
    with pytest.raises(TypeError, match=r"a path .* a binary file object or a bytes-like object .*, got "):
        read_all(source, max_size=100)


def test_bytes_are_not_copied() -> None:
    content = os.urandom(100)
    assert read_all(content, max_size=100) is content


@pytest.mark.parametrize(
    ("source", "content"),
    [
        (bytearray(b"abc"), b"abc"),
        (memoryview(b"abc"), b"abc"),
        (memoryview(b"abcdef")[::2], b"ace"),
        (memoryview(b"abcdef")[::-1], b"fedcba"),
        (memoryview(b"abcdef").cast("B", (2, 3)), b"abcdef"),
        (memoryview(array.array("H", [1, 2])), array.array("H", [1, 2]).tobytes()),
        (memoryview(b""), b""),
    ],
)
def test_buffers_are_copied(source: bytearray | memoryview, content: bytes) -> None:
    got = read_all(source, max_size=6)
    assert type(got) is bytes
    assert got == content


@pytest.mark.parametrize("source", [b"123456", bytearray(b"123456"), memoryview(array.array("H", [1, 2, 3]))])
def test_the_limit_holds_for_buffers_too(source: bytes | bytearray | memoryview) -> None:
    with pytest.raises(SnapshotIOError) as caught:
        read_all(source, max_size=5)
    assert caught.value.errno == errno.EFBIG
    assert caught.value.found == "6 bytes"


def test_bytes_are_content_and_no_path(tmp_path: Path) -> None:
    assert read_all(os.fsencode(tmp_path), max_size=1000) == os.fsencode(tmp_path)
