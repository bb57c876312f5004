"""Makes a fleet: copies of real files with changed paths, some damaged, some of other programs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from snapformat.inspect.edit import Editor, open_lazily
from snapformat.snapshot.checksum import Checksum

ROOT = Path(__file__).resolve().parents[2]
#: In place of a path, which becomes another one in each copy.
_MARK = "/fleet/0123456789abcdef.ext4"
#: How many of a thousand files are damaged, and of other programs.
DAMAGED, FOREIGN = 10, 10
#: Files of a folder.
_TOGETHER = 1000


class Template(NamedTuple):
    """A real file with marks in place of paths.

    Attributes:
        data: All bytes.
        checksum: Its checksum.
    """

    data: bytes
    checksum: Checksum


@cache
def _templates(few: bool) -> list[Template]:
    golden = ROOT / "tests" / "golden"
    paths = [
        *sorted(golden.glob("snapshots/*/*/vmstate")),
        *sorted(golden.glob("snapshots-aarch64/*/*/vmstate")),
        *sorted(golden.glob("bitcode/snapshots/1.*/*/vmstate")),
        *sorted((ROOT / "examples").glob("*.vmstate")),
    ]
    found = []
    for path in paths[::5] if few else paths:
        editor = Editor(open_lazily(path))
        for each in ("vm_info.boot_source.kernel_image_path", "..disk_path"):
            if editor.select(each):
                editor.set_text(each, _MARK)
        checksum = editor.snapshot.format.checksum
        assert checksum is not None
        found.append(Template(editor.snapshot.to_bytes(), checksum))
    return found


def contents(number: int, seed: int = 1, *, few: bool = False) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of files, the same for the same seed; with `few`, of fewer real files."""
    random = Random(seed)
    templates = _templates(few)
    mark = _MARK.encode()
    for count in range(number):
        data, checksum = random.choice(templates)
        path = f"/fleet/{random.getrandbits(64):016x}.ext4".encode()
        changed = data.replace(mark, path)[:-8]
        data = changed + checksum.compute(changed).to_bytes(8, "little")
        chance = random.randrange(1000)
        if chance < DAMAGED:
            data = _damaged(data, random)
        elif chance < DAMAGED + FOREIGN:
            data = _foreign(random)
        yield f"{count // _TOGETHER:03}/vm-{count:06}.vmstate", data


def _damaged(data: bytes, random: Random) -> bytes:
    if random.random() < 0.3:
        return data[: random.randrange(len(data))]
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def _foreign(random: Random) -> bytes:
    return random.choice(
        [b"", b"#!/bin/sh\necho no snapshot\n", b"\x89PNG\r\n\x1a\n" + bytes(100), random.randbytes(5000)]
    )


def make(folder: Path, number: int, seed: int = 1, *, few: bool = False) -> None:
    """Write a fleet to a folder."""
    for name, data in contents(number, seed, few=few):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
