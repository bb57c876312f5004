"""The entry points, and the demo."""

from __future__ import annotations

import resource
import subprocess
import sys
from importlib.metadata import entry_points, version

import pytest

from cli.support import EXAMPLES, SNAPSHOT, call, process, sound
from snapformat.cli import main


def test_version():
    done = process("--version")
    assert (done.returncode, done.stdout) == (0, f"snapformat {version('snapformat')}\n".encode())


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help(flag: str):
    shown = call(flag)
    assert shown.exit_code == 0
    for name in ("info", "verify", "dump", "build", "schemas"):
        assert f"\n  {name} " in shown.stdout
        assert call(name, flag).exit_code == 0


def test_entry_point():
    (entry,) = entry_points(group="console_scripts", name="snapformat")
    assert entry.value == "snapformat.cli:main"
    assert entry.load() is main


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["--nonsense"], ["info"], ["info", "a", "b"], ["schemas", "a"]]
)
def test_wrong_calls(arguments: list[str]):
    result = call(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


def test_demo():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, EXAMPLES / "edit_snapshot.py"], capture_output=True, check=False, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (done.returncode, done.stderr) == (0, "")
    # The processor's time: the clock's depends on what else runs.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2
    assert done.stdout.count("verified: firecracker/1.14/x86_64, header version 8.0.0") == 2
    assert "\n  $.vm_info.mem_size_mib\n    - 256\n    + 512\n" in done.stdout
    assert "disk_path\n    - 'rootfs'\n    + '/srv/disks/copy-of-rootfs.ext4'\n" in done.stdout
    assert "\n  checksum\n    - '0xb640458e06cb5258'\n" in done.stdout
    assert done.stdout.count("    + ") == 3
    assert SNAPSHOT.read_bytes() == sound()


def test_demo_of_a_bad_file():
    done = subprocess.run(
        [sys.executable, EXAMPLES / "edit_snapshot.py", "/dev/null"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 1
    assert "not good: " in done.stdout
