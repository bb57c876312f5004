"""Atomic writes of files: POSIX access lists, of the file and of its folder."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from snapformat.errors import SnapshotIOError
from snapformat.io import write_all

pytestmark = pytest.mark.usefixtures("open_files")

OWN, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
NO_ID = 0xFFFFFFFF
BOB, STAFF = 1234, 2345


def acl(owner: int, group: int, others: int, *, mask: int | None = None, **named: int) -> bytes:
    """A list in the form in which the kernel takes it; `named` are `user` and `group_too`."""
    entries = [(0x01, owner, NO_ID)]
    if "user" in named:
        entries.append((0x02, named["user"], BOB))
    entries.append((0x04, group, NO_ID))
    if "group_too" in named:
        entries.append((0x08, named["group_too"], STAFF))
    if mask is not None:
        entries.append((0x10, mask, NO_ID))
    entries.append((0x20, others, NO_ID))
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def list_of(path: Path, name: str = OWN) -> bytes | None:
    return os.getxattr(path, name) if name in os.listxattr(path) else None


def has_lists(folder: Path) -> bool:
    try:
        os.setxattr(folder, DEFAULT, acl(7, 0, 0, mask=7, user=7))
        os.removexattr(folder, DEFAULT)
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        return False
    return True


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others reach, where there are access lists."""
    for place in (tempfile.gettempdir(), "/dev/shm", "/var/tmp", os.getcwd()):
        if not os.access(place, os.W_OK):
            continue
        made = Path(tempfile.mkdtemp(prefix="snapformat-", dir=place))
        try:
            if has_lists(made):
                made.chmod(0o777)
                yield made
                return
        finally:
            shutil.rmtree(made)
    pytest.fail("no file system with access lists is at hand: what is promised of them is not tested")


def made(folder: Path, mode: int = 0o600, own: bytes | None = None) -> Path:
    path = folder / "f"
    path.write_bytes(b"old")
    if own is not None:
        os.setxattr(path, OWN, own)
        mode = stat.S_IMODE(path.stat().st_mode) & 0o777 | mode & 0o7000
    path.chmod(mode)
    return path


def state(path: Path) -> tuple[int, bytes | None]:
    return stat.S_IMODE(path.stat().st_mode), list_of(path)


LISTS = {
    "a user": acl(6, 0, 0, mask=6, user=6),
    "a user, masked": acl(6, 0, 0, mask=4, user=7),
    "a user, masked wholly": acl(6, 4, 0, mask=0, user=6),
    "a group": acl(6, 4, 0, mask=7, group_too=6),
    "both": acl(7, 5, 4, mask=7, user=0, group_too=3),
    "none": None,
}
FOLDERS = {
    "plain": None,
    "a user": acl(7, 5, 5, mask=7, user=7),
    "both": acl(7, 7, 7, mask=7, user=7, group_too=7),
}


@pytest.mark.parametrize("default", FOLDERS.values(), ids=list(FOLDERS))
@pytest.mark.parametrize("bits", [0, 0o6000])
@pytest.mark.parametrize("own", LISTS.values(), ids=list(LISTS))
def test_an_old_list_is_kept(folder: Path, own: bytes | None, bits: int, default: bytes | None) -> None:
    """And only that: what a folder gives to new files is not added."""
    path = made(folder, 0o640 | bits, own)
    before = state(path)
    assert before[1] == own
    if default is not None:
        os.setxattr(folder, DEFAULT, default)
    for content in (b"new", b"newer"):
        write_all(path, content)
        assert state(path) == before
        assert path.read_bytes() == content
    assert os.listdir(folder) == ["f"]


@pytest.mark.parametrize("default", [default for default in FOLDERS.values() if default is not None])
def test_a_new_file_gets_what_its_folder_gives(folder: Path, default: bytes) -> None:
    os.setxattr(folder, DEFAULT, default)
    write_all(folder / "new", b"new")
    (folder / "other").write_bytes(b"")
    assert state(folder / "new") == state(folder / "other")
    assert list_of(folder / "new") is not None


@pytest.mark.parametrize("default", FOLDERS.values(), ids=list(FOLDERS))
@pytest.mark.parametrize("own", LISTS.values(), ids=list(LISTS))
def test_nobody_has_more_at_any_moment(folder: Path, own: bytes | None, default: bytes | None) -> None:
    path = made(folder, 0o2640, own)
    before = state(path)
    if default is not None:
        os.setxattr(folder, DEFAULT, default)
    seen: set[tuple[int, bytes | None]] = set()

    def look(frame: FrameType, event: str, _: object) -> Any:
        for name in os.listdir(folder):
            if name != "f":
                seen.add(state(folder / name))
        return look if "snapformat" in frame.f_code.co_filename else None

    sys.settrace(look)
    try:
        write_all(path, b"new")
    finally:
        sys.settrace(None)
    for mode, found in seen:
        # The middle bits are the mask, beyond which nobody has anything; then it is as it was.
        assert not mode & 0o077 or (mode | 0o2000, found) == before
    assert state(path) == before
    assert len(seen) > 1


def test_without_extended_attributes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(folder, 0o640)
    monkeypatch.delattr(os, "getxattr")
    write_all(path, b"new")
    monkeypatch.undo()
    assert state(path) == (0o640, None)


@pytest.mark.parametrize("number", [errno.ENOTSUP, errno.ENOSYS])
def test_a_file_system_without_lists(folder: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    path = made(folder, 0o640)

    def refused(*_: object, **__: object) -> bytes:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "getxattr", refused)
    write_all(path, b"new")
    monkeypatch.undo()
    assert state(path) == (0o640, None)


@pytest.mark.parametrize(
    ("own", "mode"),
    [
        (acl(6, 0, 0, mask=6, user=6), 0o600),
        (acl(6, 6, 4, mask=4, user=6), 0o644),
        (acl(7, 5, 1, mask=7, user=0), 0o751),
    ],
)
def test_a_list_that_can_not_be_set(
    folder: Path, monkeypatch: pytest.MonkeyPatch, own: bytes, mode: int
) -> None:
    """The group has what it had, and not what the mask lets others have."""
    path = made(folder, own=own)

    def refused(*_: object) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "setxattr", refused)
    write_all(path, b"new")
    assert state(path) == (mode, None)


def test_no_space_for_a_list(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(folder, own=LISTS["a user"])

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "setxattr", full)
    with pytest.raises(SnapshotIOError, match="No space left"):
        write_all(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(folder) == ["f"]


AS_ANOTHER = """
    import os, sys
    from snapformat.io import write_all
    path, user, groups = sys.argv[1], int(sys.argv[2]), [int(group) for group in sys.argv[3].split(",")]
    os.setgroups(groups), os.setgid(groups[0]), os.setuid(user)
    for flags in (os.O_RDONLY, os.O_WRONLY):
        try:
            os.close(os.open(path, flags))
            print("yes", end=" ")
        except PermissionError:
            print("no", end=" ")
    if sys.argv[4:]:
        write_all(path, b"new")
"""

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can act for several users")


@needs_root
@pytest.mark.parametrize("default", FOLDERS.values(), ids=list(FOLDERS))
def test_who_may_read_it(folder: Path, run_python: Callable[..., str], default: bytes | None) -> None:
    for own, bob, staff in (
        (LISTS["a user"], "yes yes ", "no no "),
        (LISTS["a user, masked"], "yes no ", "no no "),
        (LISTS["both"], "no no ", "no yes "),
        (None, "no no ", "yes no "),
    ):
        path = made(folder, 0o640, own)
        os.chown(path, 0, 0 if own == LISTS["both"] else STAFF)
        if default is not None:
            os.setxattr(folder, DEFAULT, default)
        for _ in range(2):
            assert run_python(AS_ANOTHER, path, BOB, "9999") == bob
            assert run_python(AS_ANOTHER, path, 8888, str(STAFF)) == staff
            write_all(path, b"new")
        path.unlink()
        if default is not None:
            os.removexattr(folder, DEFAULT)


@needs_root
@pytest.mark.parametrize(
    ("own", "groups", "after"),
    [
        # A named user, in the file's group: it becomes theirs, the group and the list stay.
        (acl(6, 4, 0, mask=6, user=6), f"9999,{STAFF}", (STAFF, acl(6, 4, 0, mask=6, user=6))),
        # Not in the group: their own one gets what everyone has.
        (acl(6, 6, 0, mask=6, user=6), "9999", (9999, acl(6, 0, 0, mask=6, user=6))),
        (acl(6, 6, 4, mask=7, user=2), "9999", (9999, acl(6, 4, 4, mask=7, user=2))),
    ],
)
def test_a_named_user_writes(
    folder: Path,
    run_python: Callable[..., str],
    own: bytes,
    groups: str,
    after: tuple[int, bytes],
) -> None:
    path = made(folder, own=own)
    os.chown(path, 0, STAFF)
    run_python(AS_ANOTHER, path, BOB, groups, "write")
    assert path.read_bytes() == b"new"
    assert (path.stat().st_uid, path.stat().st_gid, list_of(path)) == (BOB, *after)
