"""Atomic writes of files: what is there when, and what becomes of the old file if it fails."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from snapformat.errors import SnapshotError, SnapshotIOError
from snapformat.io import write_all

pytestmark = pytest.mark.usefixtures("open_files")


def refusal(path: str | os.PathLike[str], data: bytes = b"new", **options: float) -> SnapshotIOError:
    with pytest.raises(SnapshotIOError) as caught:
        write_all(path, data, **options)
    error = caught.value
    assert isinstance(error, OSError)
    assert isinstance(error, SnapshotError)
    assert error.code == "Io"
    assert error.file == os.fspath(path)
    return error


@pytest.mark.parametrize("size", [0, 1, 3 << 20])
@pytest.mark.parametrize("old", [None, b"", b"old" * 1_000_000])
def test_content(tmp_path: Path, old: bytes | None, size: int) -> None:
    path = tmp_path / "f"
    if old is not None:
        path.write_bytes(old)
    write_all(path, content := os.urandom(size))
    assert path.read_bytes() == content
    write_all(str(path), b"again")
    assert path.read_bytes() == b"again"
    assert os.listdir(tmp_path) == ["f"]


def test_the_old_file_is_replaced_and_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    with path.open("rb") as reader:
        write_all(path, b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"


def test_the_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "vmstate.bin"
    path.write_bytes(b"old")
    path.chmod(0o644)
    events: list[str] = []
    names: list[str] = []
    fsync, replace = os.fsync, os.replace

    def seen_fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            events.append(f"flush folder, {path.read_bytes()!r}")
        else:
            [name] = set(os.listdir(tmp_path)) - {path.name}
            names.append(name)
            events.append(f"flush file, {(tmp_path / name).read_bytes()!r}, {path.read_bytes()!r}")
        fsync(descriptor)

    def seen_replace(*args: object, **kwargs: object) -> None:
        events.append("replace")
        replace(*args, **kwargs)

    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(os, "replace", seen_replace)
    write_all(path, b"new")
    assert events == ["flush file, b'new', b'old'", "replace", "flush folder, b'new'"]
    path.write_bytes(b"old")
    write_all(path, b"new")
    assert all(name.startswith(".vmstate.bin.") for name in names)
    assert len(set(names)) == 2


def test_short_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, bytes(data[:3])))
    write_all(tmp_path / "f", b"0123456789")
    assert (tmp_path / "f").read_bytes() == b"0123456789"


@pytest.mark.parametrize("old", [None, b"old"])
@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace", "fchmod"])
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    "what", [KeyboardInterrupt(), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))], ids=repr
)
def test_failure_leaves_nothing_behind(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    old: bytes | None,
    call: str,
    before: bool,
    what: BaseException,
) -> None:
    """Each system call on the way fails, or is interrupted before or just after it has worked."""
    path = tmp_path / "f"
    if old is not None:
        path.write_bytes(old)
        path.chmod(0o640)
    real = getattr(os, call)
    failed = []

    def failing(*args: object, **kwargs: object) -> object:
        if failed or (call == "open" and not args[1] & os.O_EXCL):
            return real(*args, **kwargs)
        failed.append(call)
        if not before:
            done = real(*args, **kwargs)
            if call == "open":
                os.close(done)
        raise what

    monkeypatch.setattr(os, call, failing)
    expected = KeyboardInterrupt if isinstance(what, KeyboardInterrupt) else SnapshotIOError
    if call == "fchmod" and old is None:
        write_all(path, b"new")
        return
    with pytest.raises(expected) as caught:
        write_all(path, b"new")
    monkeypatch.undo()
    assert failed
    if isinstance(caught.value, SnapshotIOError):
        assert caught.value.errno == errno.ENOSPC
        assert "No space left on device" in str(caught.value)
    if call == "replace" and not before:
        assert path.read_bytes() == b"new"
    else:
        assert (path.read_bytes() if path.exists() else None) == old
    assert os.listdir(tmp_path) in ([], ["f"])


def test_a_write_that_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "write", lambda *_: 0)
    error = refusal(tmp_path / "f")
    assert "failed to write whole buffer" in str(error)
    assert os.listdir(tmp_path) == []


def test_a_stranger_s_temporary_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "urandom", lambda size: bytes(size))
    stranger = tmp_path / f".f.{bytes(8).hex()}.tmp"
    stranger.write_bytes(b"mine")
    assert refusal(tmp_path / "f").errno == errno.EEXIST
    assert stranger.read_bytes() == b"mine"
    stranger.unlink()
    stranger.symlink_to("elsewhere")
    assert refusal(tmp_path / "f").errno == errno.EEXIST
    assert os.listdir(tmp_path) == [stranger.name]


@pytest.mark.parametrize(("number", "fails"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_flushing_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, fails: bool
) -> None:
    fsync = os.fsync

    def picky(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", picky)
    if fails:
        assert str(refusal(tmp_path / "f")).startswith(f"{tmp_path / 'f'}: written, but ")
    else:
        write_all(tmp_path / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"new"


def test_many_writers_and_readers(tmp_path: Path, beside: Callable[[Callable[[], object]], object]) -> None:
    path = tmp_path / "f"
    contents = [bytes([number]) * (100_000 + number) for number in range(4)]
    path.write_bytes(contents[0])
    seen: set[bytes] = set()
    stop: list[bool] = []

    def write(content: bytes) -> None:
        for _ in range(30):
            write_all(path, content)

    def read() -> None:
        while not stop:
            seen.add(path.read_bytes())

    writers = [beside(lambda content=content: write(content)) for content in contents]
    beside(read)
    for writer in writers:
        writer.join()
    stop.append(True)
    assert path.read_bytes() in contents
    assert seen <= set(contents)
    assert os.listdir(tmp_path) == ["f"]
