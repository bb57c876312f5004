"""A disk that is full, or may not be written to, leaves the old file and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

SCRIPT = """
    import os, resource, sys
    from snapformat.errors import SnapshotIOError
    from snapformat.io import write_all
    folder, mounted = sys.argv[1], sys.argv[2] == "mounted"
    path = folder + "/f"
    write_all(path, b"old")
    if not mounted:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    for target in (path, folder + "/g"):
        try:
            write_all(target, bytes(1_000_000))
        except SnapshotIOError as error:
            print(error)
        print(open(path, "rb").read(), os.listdir(folder))
    write_all(path, b"new")
    print(open(path, "rb").read(), os.listdir(folder))
    if mounted:
        os.system("mount -o remount,ro " + folder)
        for target in (path, folder + "/g"):
            try:
                write_all(target, b"newer")
            except SnapshotIOError as error:
                print(error)
        print(open(path, "rb").read(), os.listdir(folder))
"""

PRIVATE_MOUNTS = ("unshare", "--mount", "sh", "-ec", 'mount -t tmpfs -o size=64k tmpfs "$0"; exec "$@"')


@cache
def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*PRIVATE_MOUNTS, "/mnt", "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="needs the right to mount; the size limit below stands in")
def test_full_file_system(run_python: Callable[..., str], tmp_path: Path) -> None:
    out = run_python(SCRIPT, tmp_path, "mounted", before=(*PRIVATE_MOUNTS, str(tmp_path)))
    assert out.splitlines() == [
        f"{tmp_path}/f: cannot write: No space left on device",
        "b'old' ['f']",
        f"{tmp_path}/g: cannot write: No space left on device",
        "b'old' ['f']",
        "b'new' ['f']",
        f"{tmp_path}/f: cannot write: Read-only file system",
        f"{tmp_path}/g: cannot create: Read-only file system",
        "b'new' ['f']",
    ]
    assert os.listdir(tmp_path) == []


def test_size_limit(run_python: Callable[..., str], tmp_path: Path) -> None:
    out = run_python(SCRIPT, tmp_path, "limited")
    assert out.splitlines() == [
        f"{tmp_path}/f: cannot write: File too large",
        "b'old' ['f']",
        f"{tmp_path}/g: cannot write: File too large",
        "b'old' ['f']",
        "b'new' ['f']",
    ]
