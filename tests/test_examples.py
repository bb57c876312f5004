"""The programs of `examples`, as their users call them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"


def output(name: str, *arguments: str | Path, status: int = 0) -> list[str]:
    """Return the lines that a program prints."""
    command = [sys.executable, "-W", "error", ROOT / "examples" / name, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (status, "")
    return done.stdout.splitlines()


def test_save_game():
    *lines, damaged = output("save_game.py")
    assert lines == [
        "saved: 143 bytes",
        "loaded: Ada, level 2, a bag worth 115",
        "edited: Hard",
        "version 1.0.0: Grace, 0 s played",
    ]
    assert damaged.startswith("damaged: the checksum does not match")


def test_all_releases():
    """Every real file is recognized, has its disks moved, and is carried."""
    lines = output("look_after_snapshots.py", GOLDEN / "snapshots")
    files = [each for each in (GOLDEN / "snapshots").rglob("*vmstate*") if each.is_file()]
    assert sum(line.endswith(" MiB") for line in lines) == len(files) == 20
    assert sum(line.startswith("  moved: /srv/disks/") for line in lines) > 10
    assert sum(line.startswith("  to 1.14: yes") for line in lines) == len(files)


def test_the_newest_releases():
    """Only the files of a development build are not read."""
    folder = GOLDEN / "bitcode" / "snapshots"
    later = [each for each in folder.glob("main-*/*/*vmstate*") if each.is_file()]
    lines = output("look_after_snapshots.py", folder, status=1)
    assert (
        sum(": other-release: the format version is not supported" in line for line in lines)
        == len(later)
        > 0
    )
    assert sum(line.startswith("  to 1.14: no: 1.15 has a new serial console") for line in lines) >= 5


def test_a_folder_without_files(tmp_path):
    assert output("look_after_snapshots.py", tmp_path) == []
