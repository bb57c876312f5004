"""Atomic writes of files: links, and names that can and can't be."""

from __future__ import annotations

import errno
import os
import stat
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


def test_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_all("f", b"one")
    write_all("./f", b"two")
    assert Path("f").read_bytes() == b"two"


def test_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "links").mkdir()
    target, one, two = tmp_path / "real" / "f", tmp_path / "links" / "one", tmp_path / "two"
    target.write_bytes(b"old")
    target.chmod(0o640)
    one.symlink_to("../real/f")
    two.symlink_to(one)
    write_all(two, b"new")
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert two.is_symlink()
    assert one.is_symlink()
    assert os.listdir(tmp_path / "links") == ["one"]
    assert os.listdir(tmp_path / "real") == ["f"]


def test_dangling_link_makes_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("real/f")
    write_all(tmp_path / "one", b"new")
    assert (tmp_path / "real" / "f").read_bytes() == b"new"
    assert (tmp_path / "one").is_symlink()
    (tmp_path / "three").symlink_to("missing/f")
    assert refusal(tmp_path / "three").errno == errno.ENOENT
    (tmp_path / "four").symlink_to("missing/../f")
    assert refusal(tmp_path / "four").errno == errno.ENOENT
    assert sorted(os.listdir(tmp_path)) == ["four", "one", "real", "three", "two"]


def test_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    error = refusal(tmp_path / "one")
    assert error.errno == errno.ELOOP
    assert os.strerror(errno.ELOOP) in str(error)


def test_linked_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write_all(tmp_path / "link" / "f", b"new")
    assert (tmp_path / "real" / "f").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("", errno.ENOENT),
        ("a\0b", errno.EINVAL),
        ("a\0b/c", errno.EINVAL),
        ("\ud800", errno.EINVAL),
        ("x" * 300, errno.ENAMETOOLONG),
        ("missing/f", errno.ENOENT),
        ("missing/../f", errno.ENOENT),
        ("new/", errno.EISDIR),
        ("new/.", errno.EISDIR),
        (".", errno.EISDIR),
        ("..", errno.EISDIR),
        ("/", errno.EISDIR),
        ("folder", errno.EISDIR),
        ("folder/", errno.EISDIR),
        ("to-folder", errno.EISDIR),
        ("file/f", errno.ENOTDIR),
    ],
)
def test_names_that_can_not_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, number: int
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("to-folder").symlink_to("folder")
    Path("file").touch()
    error = refusal(path)
    assert error.errno == number
    assert os.strerror(number) in str(error)
    assert sorted(os.listdir()) == ["file", "folder", "to-folder"]


@pytest.mark.parametrize("name", ["x" * 255, "ä" * 127, "€" * 85, "🦀" * 63, "\udcff" * 255], ids=ascii)
def test_names_as_long_as_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    seen = []
    opened = os.open

    def spy(path: str, flags: int, mode: int = 0o777, **options: int | None) -> int:
        if flags & os.O_EXCL:
            seen.append(path)
        return opened(path, flags, mode, **options)

    monkeypatch.setattr(os, "open", spy)
    for content in (b"one", b"two"):
        write_all(tmp_path / name, content)
        assert (tmp_path / name).read_bytes() == content
    assert len(seen) == 2
    assert all(temporary.startswith("." + name[:16]) for temporary in seen)
    # Names of 143 bytes are all that some file systems have.
    assert all(len(os.fsencode(temporary)) < 143 for temporary in seen)


def test_folder_deeper_than_a_path_can_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(20):
        os.mkdir("d" * 250)
        os.chdir("d" * 250)
    write_all("f", b"one")
    write_all("f", b"two")
    assert Path("f").read_bytes() == b"two"
    assert os.listdir() == ["f"]


def test_a_changed_working_folder_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    write = os.write

    def wandering(descriptor: int, data: bytes) -> int:
        os.chdir(tmp_path / "elsewhere")
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", wandering)
    write_all("f", b"new")
    assert (tmp_path / "f").read_bytes() == b"new"
    assert sorted(os.listdir(tmp_path)) == ["elsewhere", "f"]
    assert os.listdir(tmp_path / "elsewhere") == []
