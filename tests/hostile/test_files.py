"""Files that are none, that vanish, that change: the right class and code, from a format's own methods."""

from __future__ import annotations

import dataclasses
import errno
import io
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from snapformat import (
    CRC64_JONES,
    CheckOrder,
    DecodeError,
    DecodeIOError,
    EncodeError,
    EncodeIOError,
    InvalidFormatVersionError,
    InvalidMagicError,
    Snapshot,
    SnapshotError,
    SnapshotFormat,
    SnapshotIOError,
    get_format_version,
)
from snapformat.bincode import Vec, u8, u32

FORMAT = SnapshotFormat(name="t", magic=7, version="1.2.3", payload=Vec[u32])
OLD = SnapshotFormat(name="old", magic=7, version="1.2.3", payload=Vec[u32], order=CheckOrder.CHECKSUM_FIRST)
DATA = FORMAT.new([1, 2, 3]).to_bytes()

READERS = {
    "load": FORMAT.load,
    "load_without_crc_check": FORMAT.load_without_crc_check,
    "Snapshot.load": lambda source: Snapshot.load(source, Vec[u32], format=FORMAT),
    "walk": lambda source: list(FORMAT.walk(source)),
    "get_format_version": FORMAT.get_format_version,
    "get_format_version()": get_format_version,
    "old": OLD.load,
}


def _caught(read: Any, source: Any) -> SnapshotError:
    with pytest.raises(SnapshotError) as caught:
        read(source)
    return caught.value


@pytest.mark.parametrize("name", READERS)
def test_paths_that_can_not_be_read(name: str, tmp_path: Path) -> None:
    read = READERS[name]
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path, number in (
        (tmp_path / "missing", errno.ENOENT),
        (tmp_path, errno.EISDIR),
        (tmp_path / "missing" / "file", errno.ENOENT),
        (loop, errno.ELOOP),
        (tmp_path / ("a" * 300), errno.ENAMETOOLONG),
        (str(tmp_path) + "/nul\0byte", errno.EINVAL),
    ):
        error = _caught(read, path)
        assert isinstance(error, SnapshotIOError | DecodeIOError)
        assert isinstance(error, OSError)
        assert error.errno == number
        assert error.file is not None
        assert error.code in ("Io", "Decode")
        if name not in ("get_format_version", "get_format_version()"):
            assert error.code == "Io"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(DATA)
    path.chmod(0)
    for read in READERS.values():
        error = _caught(read, path)
        assert isinstance(error, OSError)
        assert error.errno == errno.EACCES


@pytest.mark.parametrize("name", READERS)
def test_an_empty_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b"")
    for source in (path, b"", io.BytesIO(), bytearray(), memoryview(b"")):
        error = _caught(READERS[name], source)
        assert isinstance(error, DecodeError)
        assert error.code == "Decode"


@pytest.mark.parametrize("name", READERS)
def test_every_prefix(name: str) -> None:
    """A file cut anywhere: our errors, or what a cut file still gives."""
    for size in range(len(DATA)):
        if name.startswith("get_format_version") and size >= 8 + 8 + 5:
            continue
        if name == "load_without_crc_check" and size >= len(DATA) - 8:
            continue
        error = _caught(READERS[name], DATA[:size])
        assert error.code in ("Decode", "Crc64")


def test_a_fifo_with_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    for read in (FORMAT.load, OLD.load):
        writer = threading.Thread(target=path.write_bytes, args=(DATA,))
        writer.start()
        assert read(path).data == [1, 2, 3]
        writer.join()
    # The header's reader is gone when it has the header; the rest has no reader then.
    writer = threading.Thread(target=path.write_bytes, args=(DATA[:21],))
    writer.start()
    assert str(FORMAT.get_format_version(path)) == "1.2.3"
    writer.join()


@pytest.mark.parametrize("name", READERS)
def test_a_fifo_without_a_writer(name: str, tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    began = time.monotonic()
    error = _caught(READERS[name], path)
    assert isinstance(error, OSError)
    assert error.errno == errno.ETIMEDOUT
    assert time.monotonic() - began < 60


def test_a_vanishing_file(tmp_path: Path) -> None:
    """Removed while it is open: read as it was. Removed before: an error."""
    path = tmp_path / "file"
    path.write_bytes(DATA)
    with path.open("rb") as file:
        path.unlink()
        assert FORMAT.load(file).data == [1, 2, 3]
    error = _caught(FORMAT.load, path)
    assert isinstance(error, SnapshotIOError)
    assert error.errno == errno.ENOENT


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    """Grown and cut again and again by another thread: right, or one of our errors, and never a crash."""
    path = tmp_path / "file"
    large = FORMAT.new(list(range(300_000))).to_bytes()
    path.write_bytes(large)
    over = threading.Event()

    def change() -> None:
        with path.open("r+b") as file:
            while not over.is_set():
                file.truncate(0)
                file.truncate(len(large) // 2)
                file.seek(0)
                file.write(large)
                file.flush()

    writer = threading.Thread(target=change)
    writer.start()
    codes = set()
    try:
        for _ in range(60):
            try:
                assert len(FORMAT.load(path).data) == 300_000
                codes.add("ok")
            except SnapshotError as error:
                codes.add(error.code)
    finally:
        over.set()
        writer.join()
    assert codes <= {"ok", "Io", "Decode", "Crc64", "InvalidMagic"}


class Failing(io.RawIOBase):
    """A reader or writer that fails after some bytes."""

    def __init__(self, data: bytes, error: BaseException | None) -> None:
        self.data = io.BytesIO(data)
        self.error = error
        self.taken = 0

    def read(self, size: int = -1, /) -> bytes:
        piece = self.data.read(size)
        if not piece and self.error is not None:
            raise self.error
        return piece

    def write(self, data: Any, /) -> int:
        if self.taken + len(data) > 30 and self.error is not None:
            raise self.error
        self.taken += len(data)
        return len(data)


def test_readers_that_fail() -> None:
    for error in (OSError(errno.EIO, "I/O error"), TimeoutError("slow"), ConnectionResetError("gone")):
        for cut in (0, 5, 20, 30):
            found = _caught(FORMAT.load, Failing(DATA[:cut], error))
            assert (type(found), found.code) == (SnapshotIOError, "Io")
        for cut in (0, 5, 20):
            found = _caught(FORMAT.get_format_version, Failing(DATA[:cut], error))
            assert (type(found), found.code) == (DecodeIOError, "Decode")
        assert str(FORMAT.get_format_version(Failing(DATA[:21], error))) == "1.2.3"


def test_readers_that_read_odd_amounts() -> None:
    class Dripping(io.RawIOBase):
        def __init__(self, step: int) -> None:
            self.step = step
            self.data = io.BytesIO(DATA)

        def read(self, size: int = -1, /) -> bytes:
            return self.data.read(self.step)

    for step in (1, 2, 7, 1000):
        assert FORMAT.load(Dripping(step)).data == [1, 2, 3]
        assert str(FORMAT.get_format_version(Dripping(step))) == "1.2.3"


def test_writers_that_fail() -> None:
    for error in (OSError(errno.ENOSPC, "No space left on device"), BrokenPipeError("gone")):
        with pytest.raises(EncodeIOError) as caught:
            FORMAT.new(list(range(100))).save(Failing(b"", error))
        assert caught.value.code == "Encode"
        assert isinstance(caught.value, OSError)


def test_nothing_is_written_of_what_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(DATA)
    for data in ([1, 2, -1], [1 << 32], "text", None, [True]):
        snapshot = FORMAT.new(data)
        with pytest.raises(EncodeError) as caught:
            snapshot.save(path)
        assert caught.value.code == "Encode"
        assert caught.value.path is not None
        assert path.read_bytes() == DATA
        target = io.BytesIO()
        with pytest.raises(EncodeError):
            snapshot.save(target)
        assert target.getvalue() == b""
    assert sorted(tmp_path.iterdir()) == [path]


def test_targets_that_can_not_be_written(tmp_path: Path) -> None:
    snapshot = FORMAT.new([1])
    file = tmp_path / "file"
    file.write_bytes(b"")
    for target in (tmp_path, tmp_path / "missing" / "file", file / "below", str(tmp_path) + "/a\0b"):
        with pytest.raises(SnapshotIOError) as caught:
            snapshot.save(target)
        assert caught.value.code == "Io"
    with pytest.raises(TypeError):
        snapshot.save(7)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        FORMAT.load(7)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        FORMAT.load(io.StringIO("text"))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        FORMAT.load(None)  # type: ignore[arg-type]


def test_the_order_of_errors() -> None:
    """A wrong string beats a wrong magic, that a wrong version, that the payload, that the checksum."""
    magic, version, payload, end = DATA[:8], DATA[8:21], DATA[21:-8], DATA[-8:]
    bad_magic, bad_version = b"\xff" * 8, b"\5" + bytes(7) + b"9.2.3"
    no_version, bad_payload, bad_end = b"\5" + bytes(7) + b"1.2.x", b"\xff" * 8, bytes(8)
    cases = [
        (bad_magic + no_version + bad_payload + bad_end, DecodeError),
        (bad_magic + bad_version + bad_payload + bad_end, InvalidMagicError),
        (magic + bad_version + bad_payload + bad_end, InvalidFormatVersionError),
        (magic + version + bad_payload + bad_end, DecodeError),
    ]
    for data, expected in cases:
        assert type(_caught(FORMAT.load, data)) is expected
        assert type(_caught(FORMAT.load_without_crc_check, data)) is expected
        assert _caught(OLD.load, data).code == "Crc64"
    assert _caught(FORMAT.load, magic + version + payload + bad_end).code == "Crc64"
    sound = bad_magic + bad_version + payload
    sound += CRC64_JONES.compute(sound).to_bytes(8, "little")
    assert _caught(OLD.load, sound).code == "InvalidMagic"
    sound = magic + bad_version + bad_payload
    sound += CRC64_JONES.compute(sound).to_bytes(8, "little")
    assert _caught(OLD.load, sound).code == "Decode"
    assert _caught(OLD.load, b"\0" * 7).code == "Decode"
    upstream = dataclasses.replace(FORMAT, trailing="ignore")
    for more in (bytes(100), DATA):
        assert upstream.load(DATA + more).data == [1, 2, 3]
        assert _caught(FORMAT.load, DATA + more).code == "Decode"
    assert end == CRC64_JONES.compute(DATA[:-8]).to_bytes(8, "little")


@pytest.mark.parametrize(
    "text",
    [
        "1.2.3\n",
        "1.2.3\r",
        "\n1.2.3",
        " 1.2.3",
        "1.2.3 ",
        "1.2.\u0663",
        "\uff11.2.3",
        "1.2.3-\u0663",
        "1.2.3-\u00e9",
        "1.2.3+\u0661",
        "v1.2.3",
        "1.2",
        "1.2.3.4",
        "01.2.3",
        "1.2.3-01",
        "1.2.3-",
        "1.2.3+",
        "1.2.3-a..b",
        "1_0.2.3",
        "+1.2.3",
        "-1.2.3",
        "1.2.3\0",
        "\ufeff1.2.3",
        "18446744073709551616.0.0",
        "1.99999999999999999999999.0",
        "",
        "1.2.\u00b2",
        "1" * 5000 + ".2.3",
        "1.2.3-" + "9" * 5000 + "\n",
    ],
)
def test_texts_that_are_no_version(text: str) -> None:
    data = text.encode()
    header = (7).to_bytes(8, "little") + len(data).to_bytes(8, "little") + data
    body = header + bytes(8)
    for read in (FORMAT.get_format_version, get_format_version, FORMAT.load, FORMAT.load_without_crc_check):
        assert type(_caught(read, body)) is DecodeError
        assert type(_caught(read, io.BytesIO(body))) is DecodeError


@pytest.mark.parametrize(
    "text", ["1.2.3-" + "9" * 5000, "1.2.3-a.b.c+d.e-f", "1.0.18446744073709551615", "1.2.3--", "1.2.3-0a+01"]
)
def test_texts_that_are_versions(text: str) -> None:
    data = text.encode()
    header = (7).to_bytes(8, "little") + len(data).to_bytes(8, "little") + data
    assert str(FORMAT.get_format_version(header)) == text
    payload = header + bytes(8)
    payload += CRC64_JONES.compute(payload).to_bytes(8, "little")
    loaded = FORMAT.load(payload)
    assert str(loaded.version) == text
    assert loaded.to_bytes() == payload


def test_odd_buffers() -> None:
    array = bytearray(DATA)
    assert FORMAT.load(array).data == [1, 2, 3]
    array += b"x"  # no view of it is left open
    assert FORMAT.load(memoryview(DATA)).data == [1, 2, 3]
    double = bytes(byte for pair in zip(DATA, DATA, strict=True) for byte in pair)
    assert FORMAT.load(memoryview(double)[::2]).data == [1, 2, 3]
    assert str(FORMAT.get_format_version(memoryview(double)[::2])) == "1.2.3"
    wide = DATA + bytes(-len(DATA) % 4)
    upstream = dataclasses.replace(FORMAT, trailing="ignore")
    assert upstream.load(memoryview(wide).cast("I")).data == [1, 2, 3]
    assert str(FORMAT.get_format_version(memoryview(wide).cast("I"))) == "1.2.3"


def test_a_header_that_is_no_header() -> None:
    """What a caller did to a snapshot is checked when it is saved."""
    for name, value in (("magic", -1), ("magic", 1 << 64), ("magic", True), ("magic", "7"), ("version", "x")):
        snapshot = FORMAT.new([1])
        setattr(snapshot.header, name, value)
        with pytest.raises(EncodeError) as caught:
            snapshot.to_bytes()
        assert caught.value.path is not None
        assert name in caught.value.path
    snapshot = FORMAT.new([1])
    snapshot.header = None  # type: ignore[assignment]
    with pytest.raises(EncodeError):
        snapshot.to_bytes()


def test_formats_without_checksum_and_with_others() -> None:
    from snapformat import Checksum

    none = SnapshotFormat(name="n", magic=7, version="1.2.3", payload=u8, checksum=None)
    crc32 = SnapshotFormat(
        name="c",
        magic=7,
        version="1.2.3",
        payload=u8,
        checksum=Checksum("CRC-32", 32, 0x04C11DB7, 0xFFFFFFFF, xorout=0xFFFFFFFF),
    )
    for fmt in (none, crc32):
        data = fmt.new(5).to_bytes()
        assert fmt.load(data, strict=True).data == 5
        for size in range(len(data)):
            assert _caught(fmt.load, data[:size]).code in ("Decode", "Crc64")
        for position in range(21, len(data)):
            broken = bytearray(data)
            broken[position] ^= 0x10
            if fmt is crc32:
                assert _caught(fmt.load, broken).code == "Crc64"
