"""Atomic writes of files: modes, owners, permissions."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from snapformat.io import write_all

pytestmark = pytest.mark.usefixtures("open_files")


def test_nobody_else_sees_the_content_before_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    path.chmod(0o644)
    modes: list[int] = []
    write = os.write

    def seen(descriptor: int, data: bytes) -> int:
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", seen)
    write_all(path, b"new")
    assert modes == [0o600]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o755, 0o777, 0o400, 0o4755, 0o2755])
def test_mode_is_kept(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    if not mode & 0o200 and os.getuid() != 0:
        mode |= 0o200
    path.chmod(mode)
    write_all(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o137])
def test_umask_holds_for_new_files(tmp_path: Path, run_python: Callable[..., str], umask: int) -> None:
    out = run_python(
        """
        import os, sys
        from snapformat.io import write_all
        os.umask(int(sys.argv[2]))
        write_all(sys.argv[1], b"new")
        print(os.stat(sys.argv[1]).st_mode & 0o7777)
        """,
        tmp_path / "f",
        umask,
    )
    assert int(out) == 0o666 & ~umask


OWNERS = """
    import os, sys
    from snapformat.errors import SnapshotIOError
    from snapformat.io import write_all
    os.umask(0o022)
    path, user, groups = sys.argv[1], int(sys.argv[2]), [int(group) for group in sys.argv[3].split(",")]
    if user:
        os.setgroups(groups), os.setgid(groups[0]), os.setuid(user)
    try:
        write_all(path, b"new")
    except SnapshotIOError as error:
        print(error)
    state = os.stat(path)
    print(oct(state.st_mode & 0o7777), state.st_uid, state.st_gid, os.listdir(os.path.dirname(path)))
"""

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can act for several users")


@needs_root
@pytest.mark.parametrize(
    ("mode", "owner", "user", "groups", "after"),
    [
        (0o640, (1234, 2345), 0, "0", "0o640 1234 2345"),
        (0o6750, (1234, 2345), 0, "0", "0o6750 1234 2345"),
        # A member of the file's group: the owner can't be kept, the group can.
        (0o660, (1234, 2345), 1111, "3333,2345", "0o660 1111 2345"),
        (0o6770, (1234, 2345), 1111, "3333,2345", "0o770 1111 2345"),
        # A stranger who may write to it: their own group must not get what the file's group had.
        (0o666, (1234, 2345), 1111, "3333", "0o666 1111 3333"),
        (0o672, (1234, 2345), 1111, "3333", "0o622 1111 3333"),
        (0o640, (1111, 2345), 1111, "3333", "0o600 1111 3333"),
    ],
)
def test_owner_is_kept_where_permitted(
    open_folder: Path,
    run_python: Callable[..., str],
    mode: int,
    owner: tuple[int, int],
    user: int,
    groups: str,
    after: str,
) -> None:
    path = open_folder / "f"
    path.write_bytes(b"old")
    os.chown(path, *owner)
    path.chmod(mode)
    assert run_python(OWNERS, path, user, groups) == f"{after} ['f']\n"
    assert path.read_bytes() == b"new"


@needs_root
def test_read_only_file_is_not_replaced(open_folder: Path, run_python: Callable[..., str]) -> None:
    # The folder would allow it, but so much for having made it read-only.
    path = open_folder / "f"
    path.write_bytes(b"old")
    path.chmod(0o444)
    out = run_python(OWNERS, path, 1111, "1111")
    assert out == f"{path}: cannot write: Permission denied\n0o444 0 0 ['f']\n"
    assert path.read_bytes() == b"old"


@needs_root
def test_folder_without_permission(open_folder: Path, run_python: Callable[..., str]) -> None:
    path = open_folder / "f"
    path.write_bytes(b"old")
    path.chmod(0o666)
    open_folder.chmod(0o755)
    out = run_python(OWNERS, path, 1111, "1111")
    assert out.startswith(f"{path}: cannot create a file beside it: Permission denied (")
    assert "folder must be writable too" in out
    assert path.read_bytes() == b"old"


@needs_root
def test_folder_that_can_not_be_read(open_folder: Path, run_python: Callable[..., str]) -> None:
    # Nothing to flush it by; written all the same.
    (open_folder / "drop").mkdir()
    (open_folder / "drop").chmod(0o333)
    path = open_folder / "drop" / "f"
    out = run_python(OWNERS.replace("os.listdir(os.path.dirname(path))", "[]"), path, 1111, "1111")
    assert out == "0o644 1111 1111 []\n"
    assert path.read_bytes() == b"new"
