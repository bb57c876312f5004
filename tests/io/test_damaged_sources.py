"""Compressed files that are damaged, and other file objects that fail by exceptions of their own."""

from __future__ import annotations

import binascii
import bz2
import codecs
import errno
import gzip
import http.client
import importlib
import io
import lzma
import random
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import construct as c
import pytest

from snapformat import DecodeIOError, EncodeIOError, SnapshotError, SnapshotIOError, decode_stream
from snapformat.bincode import u8
from snapformat.io import ExactReader, read_all, write_all

CONTENT = random.Random(7).randbytes(3000) + bytes(3000)
Codec = tuple[Callable[[bytes], bytes], Callable[[bytes], Any]]


class Unpacking(io.RawIOBase):
    """A stream that unpacks by zlib, as many a network library has one."""

    def __init__(self, packed: bytes) -> None:
        self._packed = io.BytesIO(packed)
        self._unpack = zlib.decompressobj()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while piece := self._unpack.unconsumed_tail or self._packed.read(64):
            found = self._unpack.decompress(piece, len(buffer))
            if found:
                buffer[: len(found)] = found
                return len(found)
        return 0


def zipped(content: bytes, method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("member", content)
    return buffer.getvalue()


def member(packed: bytes) -> Any:
    return zipfile.ZipFile(io.BytesIO(packed)).open("member")


def xz(packed: bytes) -> Any:
    return lzma.LZMAFile(io.BytesIO(packed))


CODECS: dict[str, Codec] = {
    "gzip": (gzip.compress, lambda packed: gzip.GzipFile(fileobj=io.BytesIO(packed))),
    "bz2": (bz2.compress, lambda packed: bz2.BZ2File(io.BytesIO(packed))),
    "xz": (lzma.compress, xz),
    "zlib": (zlib.compress, Unpacking),
    "zip, stored": (lambda content: zipped(content, zipfile.ZIP_STORED), member),
    "zip, deflated": (lambda content: zipped(content, zipfile.ZIP_DEFLATED), member),
    "zip, bz2": (lambda content: zipped(content, zipfile.ZIP_BZIP2), member),
    "zip, lzma": (lambda content: zipped(content, zipfile.ZIP_LZMA), member),
}
try:
    zstd: Any = importlib.import_module("compression.zstd")  # from Python 3.14 on
    CODECS["zstd"] = (zstd.compress, lambda packed: zstd.ZstdFile(io.BytesIO(packed)))
except ModuleNotFoundError:
    pass


def refusal(source: Any) -> SnapshotIOError | None:
    try:
        read_all(source, max_size=10_000)
    except SnapshotIOError as error:
        return error
    return None


@pytest.mark.parametrize("codec", CODECS)
def test_damage_is_a_failed_read(codec: str) -> None:
    pack, unpack = CODECS[codec]
    packed = pack(CONTENT)
    assert read_all(unpack(packed), max_size=10_000) == CONTENT
    refused = 0
    for place in range(10, len(packed), max(1, len(packed) // 60)):
        flipped = packed[:place] + bytes([packed[place] ^ 0xFF]) + packed[place + 1 :]
        for damaged in (flipped, packed[:place]):
            try:
                whole, single, value = unpack(damaged), unpack(damaged), unpack(damaged)
            except Exception:  # the archive itself can't be opened, which is between it and the caller
                continue
            error = refusal(whole)
            if error is None or error.errno == errno.EFBIG:  # damage that unpacks to more is none of this
                continue
            refused += 1
            assert "cannot read: " in str(error)
            assert error.__cause__ is not None
            with pytest.raises(DecodeIOError), ExactReader(single) as reader:
                reader.read(10_000)
            with pytest.raises(DecodeIOError):
                decode_stream(value, c.GreedyRange(c.Byte))
    assert refused > 3


FAILURES = [
    zlib.error("Error -3 while decompressing data: invalid block type"),
    lzma.LZMAError("Corrupt input data"),
    zipfile.BadZipFile("Bad CRC-32 for file 'member'"),
    EOFError("Compressed file ended before the end-of-stream marker was reached"),
    struct.error("unpack requires a buffer of 2 bytes"),
    binascii.Error("Incorrect padding"),
    http.client.IncompleteRead(b"", 5),
    RuntimeError("LZ4F_decompress failed with code: ERROR_contentChecksum_invalid"),
    type("WithoutText", (Exception,), {"__str__": lambda self: 1 / 0})(),
]
MISTAKES = [
    KeyError("a"),
    TypeError("b"),
    AttributeError("c"),
    MemoryError(),
    ValueError("I/O on closed file"),
]


class Failing:
    """A file object whose every call raises."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def read(self, size: int = -1) -> bytes:
        raise self.error

    def write(self, data: bytes) -> int:
        raise self.error


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_exceptions_of_file_objects_are_ours(error: Exception) -> None:
    calls: list[tuple[type[SnapshotError], Callable[[], object]]] = [
        (SnapshotIOError, lambda: read_all(Failing(error), max_size=10)),
        (DecodeIOError, lambda: ExactReader(Failing(error)).read(1)),
        (DecodeIOError, lambda: decode_stream(Failing(error), u8)),
        (DecodeIOError, lambda: decode_stream(Failing(error), c.Optional(c.Byte))),
        (EncodeIOError, lambda: write_all(Failing(error), b"content")),
    ]
    for kind, call in calls:
        with pytest.raises(kind) as caught:
            call()
        assert caught.value.__cause__ is error
        assert caught.value.errno == errno.EIO
        text = "WithoutText" if type(error).__name__ == "WithoutText" else str(error)
        assert text in str(caught.value)


@pytest.mark.parametrize("error", [*MISTAKES, KeyboardInterrupt()], ids=lambda error: type(error).__name__)
def test_mistakes_and_interrupts_pass(error: BaseException) -> None:
    for call in (
        lambda: read_all(Failing(error), max_size=10),
        lambda: ExactReader(Failing(error)).read(1),
        lambda: decode_stream(Failing(error), c.Optional(c.Byte)),
    ):
        with pytest.raises(type(error)) as caught:
            call()
        assert caught.value is error
    with pytest.raises(type(error)):
        write_all(Failing(error), b"content")


def test_a_source_that_decodes_text_is_in_text_mode() -> None:
    with tempfile.NamedTemporaryFile("w+", encoding="utf-8") as file:
        file.buffer.write(b"\xff\xff")
        file.seek(0)
        with pytest.raises(TypeError, match='in text mode: open it with "rb"'):
            read_all(file, max_size=10)
    with pytest.raises(TypeError, match="in text mode"):
        read_all(codecs.getreader("utf-8")(io.BytesIO(b"\xff")), max_size=10)


def test_a_name_that_fails_is_no_name() -> None:
    class Nameless(Failing):
        @property
        def name(self) -> str:
            raise ValueError("closed")

    with pytest.raises(SnapshotIOError) as caught:
        read_all(Nameless(EOFError("early")), max_size=10)
    assert caught.value.file is None


def test_a_failing_source_is_no_end_for_what_construct_repeats() -> None:
    class Breaking:
        left = 3

        def read(self, size: int) -> bytes:
            self.left -= 1
            if self.left < 0:
                raise zlib.error("damaged")
            return b"\1"

    with pytest.raises(DecodeIOError, match="damaged"):
        decode_stream(Breaking(), c.Struct("all" / c.GreedyRange(c.Byte)))
