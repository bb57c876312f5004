"""Whole reads of regular files, and of what is none but has a path."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from snapformat.errors import SnapshotError, SnapshotIOError
from snapformat.io import read_all
from snapformat.printable import shortened

pytestmark = pytest.mark.usefixtures("open_files")


def refusal(path: str | os.PathLike[str], max_size: int = 1000, **options: float) -> SnapshotIOError:
    with pytest.raises(SnapshotIOError) as caught:
        read_all(path, max_size=max_size, **options)
    error = caught.value
    assert isinstance(error, OSError)
    assert isinstance(error, SnapshotError)
    assert error.code == "Io"
    assert error.file == os.fspath(path)
    assert str(error).startswith(f"{shortened(error.file)}: cannot ")
    return error


@pytest.mark.parametrize("size", [0, 1, 999, 1000])
def test_whole_content(tmp_path: Path, size: int) -> None:
    path = tmp_path / "f"
    path.write_bytes(content := os.urandom(size))
    assert read_all(path, max_size=1000) == content
    assert read_all(str(path), max_size=1000) == content


def test_more_than_one_chunk(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(content := os.urandom((3 << 20) + 17))
    assert read_all(path, max_size=len(content)) == content


def test_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f"
    path.touch()
    os.truncate(path, 1 << 40)

    def no_read(*_: object) -> bytes:
        raise AssertionError("was read")

    with monkeypatch.context() as patch:
        patch.setattr(os, "read", no_read)
        error = refusal(path, max_size=1 << 30)
    assert error.errno == errno.EFBIG
    assert error.expected == "at most 1073741824 bytes"
    assert error.found == "1099511627776 bytes"


@pytest.mark.parametrize(
    ("make", "number"),
    [
        (lambda path: None, errno.ENOENT),
        (lambda path: path.mkdir(), errno.EISDIR),
        (lambda path: path.symlink_to("nowhere"), errno.ENOENT),
        (lambda path: path.symlink_to(path.name), errno.ELOOP),
        (lambda path: path.symlink_to("x" * 300), errno.ENAMETOOLONG),
    ],
    ids=["missing", "folder", "dangling", "circle", "long-link"],
)
def test_what_can_not_be_opened(tmp_path: Path, make: Callable[[Path], None], number: int) -> None:
    path = tmp_path / "thing"
    make(path)
    error = refusal(path)
    assert error.errno == number
    assert os.strerror(number) in str(error)
    assert error.strerror == os.strerror(number)


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("", errno.ENOENT),
        ("a\0b", errno.EINVAL),
        ("\ud800", errno.EINVAL),
        ("x" * 300, errno.ENAMETOOLONG),
        ("x/" * 3000, errno.ENAMETOOLONG),
        ("/dev/null/x", errno.ENOTDIR),
    ],
)
def test_names_that_can_not_be(path: str, number: int) -> None:
    error = refusal(path)
    assert error.errno == number
    assert os.strerror(number) in str(error)


def test_permission(run_python: Callable[..., str], open_folder: Path) -> None:
    path = open_folder / "secret"
    path.write_bytes(b"x")
    path.chmod(0)
    out = run_python(
        """
        import os, sys
        from snapformat.errors import SnapshotIOError
        from snapformat.io import read_all
        if os.getuid() == 0:
            os.setgroups([]), os.setgid(65534), os.setuid(65534)
        try:
            read_all(sys.argv[1], max_size=10)
        except SnapshotIOError as error:
            print(error.errno, error)
        """,
        path,
    )
    assert out == f"{errno.EACCES} {path}: cannot open: Permission denied\n"


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"content")
    (tmp_path / "one").symlink_to("real")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    assert read_all(tmp_path / "two", max_size=10) == b"content"


@pytest.fixture
def during_read(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, Callable[[], None]], None]:
    """Make something happen to a file after its first piece was read, and before the next one is."""

    def arrange(path: Path, happening: Callable[[], None]) -> None:
        inode = path.stat().st_ino
        read = os.read
        done = []

        def hooked(descriptor: int, size: int) -> bytes:
            if os.fstat(descriptor).st_ino != inode:
                return read(descriptor, size)
            if done:
                return read(descriptor, size)
            piece = read(descriptor, min(size, 10))
            done.append(piece)
            happening()
            return piece

        monkeypatch.setattr(os, "read", hooked)

    return arrange


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


@pytest.mark.parametrize(
    ("before", "happening", "now"),
    [
        (100, lambda path: append(path, b"x"), 101),
        (100, lambda path: append(path, b"x" * 5000), 5100),
        (100, lambda path: os.truncate(path, 99), 99),
        (100, lambda path: os.truncate(path, 10), 10),
        (100, lambda path: os.truncate(path, 0), 0),
        (0, lambda path: append(path, b"x" * 50), 50),
    ],
    ids=["grows", "grows-beyond-limit", "shrinks", "shrinks-to-what-was-read", "emptied", "filled"],
)
def test_size_changes_meanwhile(
    tmp_path: Path,
    during_read: Callable[..., None],
    before: int,
    happening: Callable[[Path], None],
    now: int,
) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"-" * before)
    during_read(path, lambda: happening(path))
    error = refusal(path)
    assert error.errno == errno.EBUSY
    assert "changed its size while it was read" in str(error)
    assert (error.expected, error.found) == (f"{before} bytes", f"{now} bytes")


def test_shrinks_and_grows_back_meanwhile(tmp_path: Path, during_read: Callable[..., None]) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"-" * 100)
    size = os.fstat

    def shrink() -> None:
        os.truncate(path, 50)

    during_read(path, shrink)
    # Grown again by the time that its size is looked at once more.
    with pytest.MonkeyPatch.context() as patch:

        def fstat(descriptor: int) -> os.stat_result:
            if size(descriptor).st_size == 50:
                os.truncate(path, 100)
            return size(descriptor)

        opened = []

        def late(descriptor: int) -> os.stat_result:
            # The hook of the read looks at the descriptor too: only the last look counts.
            opened.append(descriptor)
            return fstat(descriptor) if len(opened) > 4 else size(descriptor)

        patch.setattr(os, "fstat", late)
        error = refusal(path)
    assert error.errno == errno.EBUSY
    assert (error.expected, error.found) == ("100 bytes", "50 bytes")


@pytest.mark.parametrize("now", [0, 19, 21, 5000])
def test_size_changes_after_the_last_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: int) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"-" * 20)
    read = os.read

    def late(descriptor: int, size: int) -> bytes:
        piece = read(descriptor, size)
        if not piece:
            os.truncate(path, now)
        return piece

    monkeypatch.setattr(os, "read", late)
    error = refusal(path)
    assert error.errno == errno.EBUSY
    assert (error.expected, error.found) == ("20 bytes", f"{now} bytes")


def test_filled_and_emptied_again_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Empty before and after, as all of /proc is; but those files were not written a moment ago.
    path = tmp_path / "f"
    path.touch()
    os.utime(path, (0, 0))
    read = os.read

    def late(descriptor: int, size: int) -> bytes:
        append(path, b"x" * 50)
        piece = read(descriptor, size)
        os.truncate(path, 0)
        return piece

    monkeypatch.setattr(os, "read", late)
    error = refusal(path)
    assert error.errno == errno.EBUSY
    assert error.expected == "0 bytes"


def test_vanishes_meanwhile(tmp_path: Path, during_read: Callable[..., None]) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"0123456789abcdef")
    during_read(path, path.unlink)
    assert read_all(path, max_size=100) == b"0123456789abcdef"


def test_replaced_meanwhile(tmp_path: Path, during_read: Callable[..., None]) -> None:
    path, other = tmp_path / "f", tmp_path / "g"
    path.write_bytes(b"0123456789abcdef")
    other.write_bytes(b"other")
    during_read(path, lambda: other.replace(path))
    assert read_all(path, max_size=100) == b"0123456789abcdef"
    assert path.read_bytes() == b"other"


def test_a_writer_beside_never_confuses(tmp_path: Path, beside: Callable[..., object]) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"")
    stop = []

    def grow_and_shrink() -> None:
        while not stop:
            append(path, b"x" * 100_000)
            os.truncate(path, 0)

    beside(grow_and_shrink)
    end = time.monotonic() + 0.5
    seen: set[object] = set()
    try:
        while time.monotonic() < end:
            try:
                seen.add(len(read_all(path, max_size=150_000)))
            except SnapshotIOError as error:
                seen.add(f"errno {error.errno}")
    finally:
        stop.append(True)
    # Sizes between the two are those that the file had for a while: the kernel appends in pieces.
    assert {words for words in seen if isinstance(words, str)} <= {f"errno {errno.EBUSY}"}


def test_a_failing_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"content")
    inode = path.stat().st_ino
    read = os.read

    def broken(descriptor: int, size: int) -> bytes:
        if os.fstat(descriptor).st_ino == inode:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read(descriptor, size)

    monkeypatch.setattr(os, "read", broken)
    error = refusal(path)
    assert error.errno == errno.EIO
    assert error.offset == 0


def test_proc_has_content_without_a_size() -> None:
    assert Path("/proc/self/status").stat().st_size == 0
    content = read_all("/proc/self/status", max_size=100_000)
    assert content.startswith(b"Name:")
    assert content.count(b"\n") > 20
    assert refusal("/proc/self/status", max_size=10).errno == errno.EFBIG


def test_paths_come_before_file_objects(tmp_path: Path) -> None:
    class Both(os.PathLike[str]):
        def __fspath__(self) -> str:
            return str(tmp_path / "f")

        def read(self, *_: object) -> str:
            raise AssertionError("this is a path")

    (tmp_path / "f").write_bytes(b"content")
    assert read_all(Both(), max_size=10) == b"content"


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    Path(path).write_bytes(b"content")
    assert read_all(path, max_size=10) == b"content"


def test_descriptors_are_not_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x")
    seen = []
    fstat = os.fstat

    def look(descriptor: int) -> os.stat_result:
        seen.append(os.get_inheritable(descriptor))
        return fstat(descriptor)

    monkeypatch.setattr(os, "fstat", look)
    read_all(path, max_size=1)
    assert seen
    assert not any(seen)
