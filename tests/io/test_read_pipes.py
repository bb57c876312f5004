"""Whole reads of what may stay silent or never end: pipes, devices, sockets."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from snapformat.errors import DecodeIOError, SnapshotIOError
from snapformat.io import ExactReader, read_all

pytestmark = pytest.mark.usefixtures("open_files")

Beside = Callable[[Callable[[], object]], threading.Thread]


@pytest.mark.parametrize("size", [0, 1, 70_000, 3_000_000])
@pytest.mark.parametrize("delay", [0.0, 0.05])
def test_fifo_with_a_writer(fifo: Path, beside: Beside, size: int, delay: float) -> None:
    content = os.urandom(size)

    def write() -> None:
        time.sleep(delay)
        fifo.write_bytes(content)

    beside(write)
    assert read_all(fifo, max_size=size, timeout=5) == content


def test_fifo_whose_writer_pauses(fifo: Path, beside: Beside) -> None:
    def write() -> None:
        with fifo.open("wb", buffering=0) as file:
            for _ in range(4):
                time.sleep(0.1)
                file.write(b"ab")

    beside(write)
    # Longer in all than the time-out, which counts silence.
    assert read_all(fifo, max_size=100, timeout=0.3) == b"abababab"


def test_fifo_without_a_time_out(fifo: Path, beside: Beside) -> None:
    beside(lambda: (time.sleep(0.05), fifo.write_bytes(b"late")))
    assert read_all(fifo, max_size=100, timeout=math.inf) == b"late"


def test_fifo_without_a_writer(fifo: Path) -> None:
    begin = time.monotonic()
    with pytest.raises(SnapshotIOError, match=r"nothing was written to the pipe for 0\.2 s") as caught:
        read_all(fifo, max_size=100, timeout=0.2)
    assert 0.15 < time.monotonic() - begin < 3
    assert caught.value.errno == errno.ETIMEDOUT
    assert caught.value.file == str(fifo)


def test_fifo_whose_writer_stalls(fifo: Path, beside: Beside) -> None:
    enough = threading.Event()

    def stall() -> None:
        with fifo.open("wb", buffering=0) as file:
            file.write(b"abc")
            enough.wait(10)

    beside(stall)
    try:
        with pytest.raises(SnapshotIOError) as caught:
            read_all(fifo, max_size=100, timeout=0.2)
    finally:
        enough.set()
    assert caught.value.errno == errno.ETIMEDOUT
    assert caught.value.offset == 3


def test_fifo_beyond_the_limit(fifo: Path, beside: Beside) -> None:
    def flood() -> None:
        with fifo.open("wb", buffering=0) as file, contextlib.suppress(BrokenPipeError):
            while True:
                file.write(bytes(10_000))

    beside(flood)
    with pytest.raises(SnapshotIOError) as caught:
        read_all(fifo, max_size=100_000)
    assert caught.value.errno == errno.EFBIG
    assert caught.value.found == "more"


def test_fifo_shared_with_another_reader(fifo: Path, monkeypatch: pytest.MonkeyPatch, beside: Beside) -> None:
    # poll() said that there is something, and then there was nothing.
    read = os.read
    inode = fifo.stat().st_ino
    stolen = []

    def late(descriptor: int, size: int) -> bytes:
        if os.fstat(descriptor).st_ino == inode and len(stolen) < 3:
            stolen.append(size)
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return read(descriptor, size)

    monkeypatch.setattr(os, "read", late)
    beside(lambda: fifo.write_bytes(b"rest"))
    assert read_all(fifo, max_size=100) == b"rest"
    assert len(stolen) == 3


def test_fifo_always_ready_and_never_with_data(
    fifo: Path, monkeypatch: pytest.MonkeyPatch, beside: Beside
) -> None:
    inode = fifo.stat().st_ino
    read = os.read

    def nothing(descriptor: int, size: int) -> bytes:
        if os.fstat(descriptor).st_ino == inode:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return read(descriptor, size)

    monkeypatch.setattr(os, "read", nothing)
    beside(lambda: fifo.write_bytes(b"x"))
    with pytest.raises(SnapshotIOError) as caught:
        read_all(fifo, max_size=100, timeout=0.2)
    assert caught.value.errno == errno.ETIMEDOUT


def test_signals_do_not_disturb(fifo: Path, run_python: Callable[..., str]) -> None:
    out = run_python(
        """
        import signal, sys, threading, time
        from snapformat.io import read_all
        ticks = []
        signal.signal(signal.SIGALRM, lambda *_: ticks.append(1))
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        def write():
            with open(sys.argv[1], "wb", buffering=0) as file:
                for _ in range(5):
                    time.sleep(0.05)
                    file.write(b"ab")
        threading.Thread(target=write).start()
        content = read_all(sys.argv[1], max_size=100)
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(content, len(ticks) > 3)
        """,
        fifo,
    )
    assert out == "b'ababababab' True\n"


def test_exact_reader_of_a_fifo(fifo: Path, beside: Beside) -> None:
    enough = threading.Event()

    def stall() -> None:
        with fifo.open("wb", buffering=0) as file:
            file.write(b"head")
            file.write(b"er, and")
            enough.wait(10)

    beside(stall)
    with ExactReader(fifo, timeout=0.3) as reader:
        assert reader.read(6) == b"header"
        with pytest.raises(DecodeIOError) as caught:
            reader.read(100)
        enough.set()
        assert caught.value.errno == errno.ETIMEDOUT
        assert caught.value.offset == len(b"header, and")
        assert reader.consumed == b"header, and"


def test_endless_device() -> None:
    with pytest.raises(SnapshotIOError) as caught:
        read_all("/dev/zero", max_size=3 << 20)
    assert caught.value.errno == errno.EFBIG
    assert caught.value.file == "/dev/zero"


def test_empty_device() -> None:
    assert read_all("/dev/null", max_size=10) == b""


def test_silent_terminal() -> None:
    ours, theirs = os.openpty()
    try:
        with pytest.raises(SnapshotIOError) as caught:
            read_all(os.ttyname(theirs), max_size=10, timeout=0.1)
    finally:
        os.close(ours)
        os.close(theirs)
    assert caught.value.errno == errno.ETIMEDOUT


def test_pipe_by_its_descriptor() -> None:
    # What a shell makes of `<(command)`.
    ours, theirs = os.pipe()
    try:
        os.write(theirs, b"content")
        os.close(theirs)
        assert read_all(f"/dev/fd/{ours}", max_size=10) == b"content"
    finally:
        os.close(ours)


def test_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("sock")
        with pytest.raises(SnapshotIOError, match="it is a socket") as caught:
            read_all("sock", max_size=10)
    assert caught.value.errno == errno.ENXIO
