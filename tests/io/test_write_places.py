"""Writes to paths that are no regular files: pipes, devices, sockets, descriptors."""

from __future__ import annotations

import errno
import os
import socket
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from snapformat.errors import SnapshotIOError
from snapformat.io import read_all, write_all

pytestmark = pytest.mark.usefixtures("open_files")

Beside = Callable[[Callable[[], object]], threading.Thread]


@pytest.mark.parametrize("size", [0, 1, 70_000, 3_000_000])
@pytest.mark.parametrize("delay", [0.0, 0.1])
def test_fifo_with_a_reader(fifo: Path, beside: Beside, size: int, delay: float) -> None:
    content = os.urandom(size)
    got = []

    def read() -> None:
        time.sleep(delay)
        got.append(fifo.read_bytes())

    reader = beside(read)
    write_all(fifo, content)
    reader.join()
    assert got == [content]
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert os.listdir(fifo.parent) == ["fifo"]


def test_fifo_with_our_own_reader(fifo: Path, beside: Beside) -> None:
    content = os.urandom(1_000_000)
    beside(lambda: write_all(fifo, content))
    assert read_all(fifo, max_size=1_000_000) == content


def test_fifo_behind_a_link(fifo: Path, beside: Beside) -> None:
    link = fifo.with_name("link")
    link.symlink_to("fifo")
    beside(lambda: write_all(link, b"content"))
    assert fifo.read_bytes() == b"content"
    assert link.is_symlink()


def test_fifo_without_a_reader(fifo: Path) -> None:
    begin = time.monotonic()
    with pytest.raises(SnapshotIOError, match=r"nothing opened the pipe for reading for 0\.2 s") as caught:
        write_all(fifo, b"content", timeout=0.2)
    assert 0.15 < time.monotonic() - begin < 3
    assert caught.value.errno == errno.ETIMEDOUT
    assert caught.value.file == str(fifo)


def test_fifo_whose_reader_stalls(fifo: Path) -> None:
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(SnapshotIOError, match="no data was accepted") as caught:
            write_all(fifo, bytes(1_000_000), timeout=0.2)
    finally:
        os.close(reader)
    assert caught.value.errno == errno.ETIMEDOUT


def test_fifo_whose_reader_goes_away(fifo: Path, beside: Beside) -> None:
    def read_a_little() -> None:
        with fifo.open("rb", buffering=0) as file:
            file.read(10)

    beside(read_a_little)
    with pytest.raises(SnapshotIOError, match="Broken pipe") as caught:
        write_all(fifo, bytes(1_000_000))
    assert caught.value.errno == errno.EPIPE


def test_fifo_shared_with_another_writer(fifo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    refused = []

    def late(descriptor: int, data: bytes) -> int:
        if len(refused) < 3:
            refused.append(len(data))
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return write(descriptor, data)

    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        monkeypatch.setattr(os, "write", late)
        write_all(fifo, b"content")
        assert os.read(reader, 100) == b"content"
        monkeypatch.setattr(os, "write", lambda *_: late(-1, refused.clear() or b""))
        with pytest.raises(SnapshotIOError) as caught:
            write_all(fifo, b"content", timeout=0.1)
        assert caught.value.errno == errno.ETIMEDOUT
    finally:
        os.close(reader)


def test_full_device() -> None:
    before = Path("/dev/full").stat()
    with pytest.raises(SnapshotIOError, match="cannot write: No space left on device") as caught:
        write_all("/dev/full", b"content")
    assert caught.value.errno == errno.ENOSPC
    assert Path("/dev/full").stat().st_ino == before.st_ino


def test_null_device(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("/dev/null")
    write_all("/dev/null", b"content")
    write_all(link, b"content")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert link.is_symlink()


def test_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("sock")
        with pytest.raises(SnapshotIOError, match="it is a socket") as caught:
            write_all("sock", b"content")
    assert caught.value.errno == errno.ENXIO
    assert os.listdir() == ["sock"]


TO_STANDARD_OUTPUT = """
    import sys
    from snapformat.io import write_all
    print("before", flush=True)
    write_all(sys.argv[1], b"content" * 20_000)
    print("after")
"""
WRITTEN = "before\n" + "content" * 20_000 + "after\n"

STANDARD_OUTPUT = pytest.mark.parametrize("path", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])


@STANDARD_OUTPUT
def test_standard_output_to_a_pipe(run_python: Callable[..., str], path: str) -> None:
    assert run_python(TO_STANDARD_OUTPUT, path) == WRITTEN


@STANDARD_OUTPUT
@pytest.mark.parametrize("mode", ["w", "a"])
def test_standard_output_to_a_file(
    run_python: Callable[..., str], tmp_path: Path, path: str, mode: str
) -> None:
    # Not replaced: whoever redirected it has it open, and goes on writing where this ends.
    target = tmp_path / "f"
    target.write_text("old\n")
    inode = target.stat().st_ino
    with target.open(mode) as file:
        run_python(TO_STANDARD_OUTPUT, path, stdout=file)
    assert target.read_text() == ("old\n" if mode == "a" else "") + WRITTEN
    assert target.stat().st_ino == inode
    assert os.listdir(tmp_path) == ["f"]


def test_our_own_descriptors_may_be_slow_and_non_blocking(beside: Beside) -> None:
    content = os.urandom(300_000)
    for blocking in (True, False):
        ours, theirs = os.pipe()
        os.set_blocking(theirs, blocking)
        got = []

        def read(descriptor: int = ours, got: list[bytes] = got) -> None:
            with open(descriptor, "rb") as file:
                time.sleep(0.1)
                got.append(file.read())

        reader = beside(read)
        write_all(f"/dev/fd/{theirs}", content, timeout=0.05 if blocking else 5)
        os.close(theirs)
        reader.join()
        assert got == [content]


def test_closed_descriptor() -> None:
    with pytest.raises(SnapshotIOError) as caught:
        write_all("/dev/fd/987654", b"content")
    assert caught.value.errno == errno.EBADF


def test_descriptor_of_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_python: Callable[..., str]
) -> None:
    target = tmp_path / "f"
    target.write_bytes(b"longer than the new content")
    inode = target.stat().st_ino
    with target.open("r+b") as file:
        run_python(
            """
            import sys
            from snapformat.io import write_all
            write_all(sys.argv[1], b"content")
            """,
            f"/proc/{os.getpid()}/fd/{file.fileno()}",
        )
    assert target.read_bytes() == b"content"
    assert target.stat().st_ino == inode
