"""Cases of files of other versions, and of commands that write to their own input."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from snapformat import DecodeError, SnapshotFormat, doc, schema
from snapformat.bincode import Option, u8, u32, u64

MAGIC = 0x53415645


@schema(name="Save")
class Old:
    level: u64 = doc("Level reached")


@schema
class Save:
    level: u64 = doc("Level reached")
    gold: u64 = doc("Added in 1.1", default=0)


def newer(kind: Any, default: Any) -> type:
    class Save:
        level: u64 = doc("Level reached")

    Save.__annotations__ = {"level": u64, "gold": kind}
    Save.gold = doc("Added in 1.1", default=default)  # type: ignore[attr-defined]  # a field
    return schema(Save)


V1 = SnapshotFormat(name="saves", magic=MAGIC, version="1.0.0", payload=Old)


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(("kind", "default"), [(u8, 0), (u32, 0), (u64, 0), (Option[u8], None)])
def test_the_checksum_is_no_field(kind: Any, default: Any, lazy: bool) -> None:
    """A file of version 1.0, read under 1.1, whose type has one field more at the end."""
    newest = SnapshotFormat(name="saves", magic=MAGIC, version="1.1.0", payload=newer(kind, default))
    for level in range(100):
        with pytest.raises(DecodeError):
            newest.load(V1.new(Old(level)).to_bytes(), lazy=lazy).validate()


def test_bytes_that_are_not_known_are_not_lost() -> None:
    """A file of a newer minor version, edited by a format that accepts any minor; two files in one."""
    accepting = SnapshotFormat(
        name="saves",
        magic=MAGIC,
        version="1.0.0",
        payload=Old,
        accepts=lambda supported, found: supported.major == found.major,
    )
    newest = SnapshotFormat(name="saves", magic=MAGIC, version="1.1.0", payload=Save)
    both = accepting.new(Old(1)).to_bytes() + accepting.new(Old(2)).to_bytes()
    for data in (newest.new(Save(5, 1000)).to_bytes(), both):
        with pytest.raises(DecodeError):
            accepting.load(data)


def test_a_command_does_not_write_to_its_input(tmp_path: Path) -> None:
    file, link = tmp_path / "f", tmp_path / "link"
    before = V1.new(Old(1)).to_bytes()
    file.write_bytes(before)
    link.symlink_to("f")
    for target in (file, tmp_path / "." / "f", link):
        done = subprocess.run(
            [sys.executable, "-m", "snapformat", "dump", str(file), "-o", str(target)],
            capture_output=True,
            check=False,
        )
        assert done.returncode != 0
        assert file.read_bytes() == before
