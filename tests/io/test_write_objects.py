"""Writes to file objects."""

from __future__ import annotations

import codecs
import errno
import gzip
import hashlib
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from snapformat.errors import EncodeError, EncodeIOError
from snapformat.io import write_all


class Scripted:
    """Takes as many bytes as it is told to call by call, or raises; later everything, without a count."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.content = b""

    def write(self, data: bytes, /) -> object:
        assert type(data) is bytes
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, BaseException):
            raise answer
        self.content += data[:answer] if isinstance(answer, int) else data
        return answer


class Raw(io.RawIOBase):
    """The same as a raw file, where None means that it would block."""

    def __init__(self, *answers: int | None) -> None:
        self.answers = list(answers)
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int | None:
        answer = self.answers.pop(0)
        self.content += data[: answer or 0]
        return answer


def refusal(stream: object, data: bytes = b"0123456789") -> EncodeIOError:
    with pytest.raises(EncodeIOError) as caught:
        write_all(stream, data)
    error = caught.value
    assert isinstance(error, EncodeError)
    assert isinstance(error, OSError)
    assert error.code == "Encode"
    return error


@pytest.mark.parametrize("size", [0, 1, (3 << 20) + 1])
def test_real_files(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    for buffering in (-1, 0):
        with (tmp_path / "f").open("wb", buffering=buffering) as file:
            write_all(file, content)
            assert not file.closed
        assert (tmp_path / "f").read_bytes() == content
    buffer = io.BytesIO()
    write_all(buffer, content)
    assert buffer.getvalue() == content


def test_writes_where_it_stands(tmp_path: Path) -> None:
    with (tmp_path / "f").open("wb+") as file:
        file.write(b"before, ")
        write_all(file, b"content")
        file.write(b", after")
        file.seek(0)
        assert file.read() == b"before, content, after"


def test_does_not_flush(tmp_path: Path) -> None:
    with (tmp_path / "f").open("wb") as file:
        write_all(file, b"content")
        assert (tmp_path / "f").read_bytes() == b""


@pytest.mark.parametrize(
    "stream", [Scripted(), Scripted(1, 2, 3, 4), Scripted(*[1] * 10), Scripted(None), Scripted(3, None)]
)
def test_short_writes_and_uncounted_ones(stream: Scripted) -> None:
    write_all(stream, b"0123456789")
    assert stream.content == b"0123456789"


def test_no_call_for_no_bytes() -> None:
    stream = Scripted(OSError("not to be called"))
    write_all(stream, b"")
    assert stream.answers


def test_raw_file_that_would_block() -> None:
    stream = Raw(4, None)
    error = refusal(stream)
    assert (error.errno, error.offset) == (errno.EAGAIN, 4)
    assert stream.content == b"0123"


def test_real_non_blocking_pipe() -> None:
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    with open(ours, "rb"), open(theirs, "wb", buffering=0) as raw:
        assert refusal(raw, bytes(1_000_000)).errno == errno.EAGAIN
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    with open(ours, "rb") as reader:
        buffered = open(theirs, "wb")  # noqa: SIM115
        assert refusal(buffered, bytes(1_000_000)).errno == errno.EAGAIN
        os.set_blocking(ours, False)
        while reader.raw.read(1 << 20):
            pass
        buffered.close()


def test_nothing_taken() -> None:
    for stream in (Scripted(4, 0), Raw(4, 0)):
        error = refusal(stream)
        assert "failed to write whole buffer" in str(error)
        assert error.offset == 4


@pytest.mark.parametrize("count", [-1, 11, 1000])
def test_impossible_counts(count: int) -> None:
    assert f"write() returned {count} for 10 bytes" in str(refusal(Scripted(count)))


def test_failing_writer_keeps_its_errno() -> None:
    cause = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    error = refusal(Scripted(4, cause))
    assert (error.errno, error.strerror, error.offset) == (errno.ENOSPC, "No space left on device", 4)
    assert error.__cause__ is cause
    with open("/dev/full", "wb", buffering=0) as file:
        error = refusal(file)
    assert str(error).startswith("/dev/full: cannot write: No space left on device")


def test_file_open_for_reading(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    with (tmp_path / "f").open("rb") as file:
        assert str(refusal(file)).startswith(f"{tmp_path / 'f'}: cannot write: write")


def test_broken_pipe() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with open(theirs, "wb", buffering=0) as file:
        error = refusal(file)
    assert error.errno == errno.EPIPE
    # Its name is a number, which is none to show.
    assert error.file is None


def text_wrapper() -> object:
    return tempfile.NamedTemporaryFile("w")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (io.StringIO, 'in text mode: open it with "wb", or pass its .buffer'),
        (lambda: io.TextIOWrapper(io.BytesIO()), "in text mode"),
        (text_wrapper, "write() of _TemporaryFileWrapper does not take bytes: "),
        (lambda: codecs.getwriter("utf-8")(io.BytesIO()), "does not take bytes"),
    ],
)
def test_text_mode(make: Callable[[], object], words: str) -> None:
    stream = make()
    with pytest.raises(TypeError) as caught:
        write_all(stream, b"content")
    assert words in str(caught.value)
    if hasattr(stream, "close"):
        stream.close()


def test_empty_content_to_a_text_file() -> None:
    with pytest.raises(TypeError, match="text mode"):
        write_all(io.StringIO(), b"")


@pytest.mark.parametrize("answer", ["text", 1.5, b"x"])
def test_answers_that_are_no_count(answer: object) -> None:
    with pytest.raises(
        TypeError, match=r"write\(\) of Scripted must return the number of bytes written, got "
    ):
        write_all(Scripted(answer), b"content")


@pytest.mark.parametrize("target", [None, 1, b"path", bytearray(5), object(), hashlib.sha256()])
def test_no_target_at_all(target: object) -> None:
    with pytest.raises(TypeError, match=r"expected a path .* or a binary file object, got "):
        write_all(target, b"content")


def test_interrupts_and_bugs_of_the_object_pass() -> None:
    for error in (KeyboardInterrupt, ZeroDivisionError, ValueError):
        with pytest.raises(error):
            write_all(Scripted(error()), b"content")


def test_compressing_writer() -> None:
    content = os.urandom(1000) * 1000
    buffer = io.BytesIO()
    with gzip.open(buffer, "wb") as file:
        write_all(file, content)
    assert gzip.decompress(buffer.getvalue()) == content
