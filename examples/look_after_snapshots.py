"""Snapshots of many releases: what each is, what it holds, new disk paths, and which can be carried to 1.14.

`python examples/look_after_snapshots.py FOLDER` looks at all files below a folder; without one, at the
samples beside this file.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from snapformat import Snapshot, SnapshotError, edit
from snapformat.inspect import Severity, deep_findings, judge
from snapformat.migrate import find_target, migrate_file
from snapformat_schemas import firecracker

#: The release that hosts run.
WANTED = "1.14"
#: Where disk images lie now.
DISKS = Path("/srv/disks")


@dataclass
class Row:
    """A file, and what was read from it."""

    path: Path
    release: str = "?"
    arch: str = "?"
    vcpus: int = 0
    memory_mib: int = 0
    drives: tuple[str, ...] = ()
    trouble: str = ""


def look(path: Path) -> Row:
    """Return the row of a file; where it can't be read, `trouble` says why."""
    row = Row(path)
    verdict = judge(path)
    if verdict.error is not None:
        row.trouble = f"{verdict.condition}: {verdict.error.message}"
        return row
    found = firecracker.identify(path)
    snapshot: Snapshot[firecracker.State] = firecracker.load_snapshot(path)
    state = snapshot.data
    row.release, row.arch = ", ".join(found.releases), snapshot.arch or "?"
    row.vcpus = len(state.vcpu_states)
    row.memory_mib = state.vm_info.mem_size_mib
    row.drives = tuple(f"{drive.id}={drive.path}" for drive in firecracker.drives(state))
    fatal = [finding for finding in deep_findings(snapshot) if finding.severity is Severity.FATAL]
    if fatal:
        row.trouble = f"{len(fatal)} findings, first at {fatal[0].path}"
    return row


def move_disks(path: Path, target: Path) -> list[str]:
    """Write a copy of a file whose disk images lie in `DISKS`; return the new paths."""
    moved: list[str] = []
    with edit(path, target=target) as editor:
        for drive in firecracker.drives(editor.snapshot.data):
            if drive.path is not None:
                drive.path = str(DISKS / Path(drive.path).name)
                moved.append(drive.path)
    return moved


def instruction_pointers(path: Path) -> list[str]:
    """Return where the vCPUs of an x86_64 file stand."""
    state = firecracker.load(path, arch="x86_64")
    return [f"0x{vcpu.regs.rip:x}" for vcpu in state.vcpu_states]


def can_be_carried(path: Path) -> str:
    """Return whether a file can be carried to `WANTED`, and what would be lost otherwise."""
    try:
        report = migrate_file(path, find_target(WANTED)).report
    except SnapshotError as error:
        return f"no: {error.message}"
    return f"yes, {len(report.entries)} changes"


def files(arguments: list[str]) -> Iterator[Path]:
    """Yield the files to look at."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parent
    yield from sorted(each for each in folder.rglob("*vmstate*") if each.is_file())


def main() -> int:
    """Print a line for each file, and what can be done with the sound ones."""
    rows = [look(path) for path in files(sys.argv[1:])]
    for row in rows:
        about = f"{row.release:8} {row.arch:8} {row.vcpus:2} vCPUs {row.memory_mib:5} MiB"
        print(f"{row.path.parent.name}/{row.path.name}: {row.trouble or about}")
    with tempfile.TemporaryDirectory() as folder:
        for row in rows:
            if row.trouble:
                continue
            copy = Path(folder, "copy.vmstate")
            moved = move_disks(row.path, copy)
            assert not look(copy).trouble
            places = instruction_pointers(row.path) if row.arch == "x86_64" else []
            print(f"\n{row.path.parent.name}/{row.path.name}\n  drives: {', '.join(row.drives)}")
            print(f"  moved: {', '.join(moved)}\n  vCPUs at {', '.join(places)}")
            print(f"  to {WANTED}: {can_be_carried(row.path)}")
    return int(any(row.trouble for row in rows))


if __name__ == "__main__":
    sys.exit(main())
