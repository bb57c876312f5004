"""Systems other than Linux: bytes and file objects work, and a path is refused in one sentence.

The calls that such a system lacks are deleted in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

MACOS = ["os.O_PATH", "os.getxattr", "os.setxattr"]
WINDOWS = [
    *MACOS,
    *("os.O_CLOEXEC", "os.O_DIRECTORY", "os.O_NOCTTY", "os.O_NOFOLLOW", "os.O_NONBLOCK"),
    *("os.fchown", "os.geteuid", "os.getuid", "os.pread", "os.preadv", "os.pwrite", "select.poll"),
]
PREPARED = """
import io, os, select, sys
for name in {names!r}:
    module, _, name = name.partition(".")
    delattr(sys.modules[module], name)
{more}
from snapformat import SnapshotFormat, SnapshotIOError
from snapformat.bincode import u32
FORMAT = SnapshotFormat(name="count", magic=7, version="1.0.0", payload=u32)
data = FORMAT.new(5).to_bytes()
"""
NO_FCNTL = "sys.modules['fcntl'] = None"
SYSTEMS = [
    pytest.param(MACOS, "", "os.O_PATH", id="macos"),
    pytest.param(WINDOWS, NO_FCNTL, "os.O_CLOEXEC", id="windows"),
    pytest.param([], "os.supports_dir_fd = frozenset()", "dir_fd of os.open", id="pyodide"),
]


def run(names: list[str], more: str, code: str, cwd: object) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PREPARED.format(names=names, more=more) + code],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=str(cwd),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("names", "more", "lacks"), SYSTEMS)
def test_bytes_and_file_objects(names, more, lacks, tmp_path):
    code = """
stream = io.BytesIO()
FORMAT.load(data).save(stream)
with open("file", "wb") as file:
    FORMAT.new(6).save(file)
with open("file", "rb") as file:
    print(stream.getvalue() == data, FORMAT.load(io.BytesIO(data)).data, FORMAT.load(file).data)
"""
    assert run(names, more, code, tmp_path) == "True 5 6\n"


@pytest.mark.parametrize(("names", "more", "lacks"), SYSTEMS)
def test_saving_to_a_path_is_refused(names, more, lacks, tmp_path):
    code = """
try:
    FORMAT.new(5).save("file")
except SnapshotIOError as error:
    print(error)
"""
    assert run(names, more, code, tmp_path) == (
        f"file: a path can only be written on Linux: this system has no {lacks} "
        "(write the bytes of `to_bytes()`, or save to a file opened in binary mode)\n"
    )
    assert not list(tmp_path.iterdir())


def test_opening_a_path_is_refused_on_windows(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    code = """
from snapformat.io import PositionReader
for opened in (FORMAT.load, PositionReader):
    try:
        opened("file")
    except SnapshotIOError as error:
        print(error)
"""
    assert run(WINDOWS, NO_FCNTL, code, tmp_path) == 2 * (
        "file: a path can only be read on Linux: this system has no os.O_CLOEXEC "
        "(pass bytes, or a file opened in binary mode)\n"
    )


def test_opening_a_path_works_on_macos(tmp_path):
    code = """
with open("file", "wb") as file:
    file.write(data)
print(FORMAT.load("file").data)
"""
    assert run(MACOS, "", code, tmp_path) == "5\n"
