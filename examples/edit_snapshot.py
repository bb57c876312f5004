"""Edit the snapshot of a microVM: another disk and other boot arguments; then show what differs.

Run it as `python examples/edit_snapshot.py [FILE]`. The file itself is not changed: the edited copy is
written to a temporary folder.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import snapformat
from snapformat.inspect import judge, summarize
from snapformat.inspect.diff import diff
from snapformat.inspect.diff_text import report
from snapformat_schemas import firecracker

EXAMPLE = Path(__file__).with_name("microvm.vmstate")


def main() -> int:
    original = Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE
    print(f"The snapshot {original.name}")
    if not verified(original):
        return 1
    describe(original)

    with tempfile.TemporaryDirectory() as folder:
        edited = Path(folder) / "edited.vmstate"
        with snapformat.edit(original, target=edited) as snapshot:
            snapshot.set_text("vm_info.boot_source.boot_args", "console=ttyS0 quiet")
            for drive in firecracker.drives(snapshot.snapshot.data)[:1]:
                drive.path = "/srv/disks/copy-of-rootfs.ext4"
        print(f"\nEdited and saved as {edited.name}")
        if not verified(edited):
            return 1
        describe(edited)
        print("\nDifferences")
        difference = diff(firecracker.load_snapshot(original), firecracker.load_snapshot(edited))
        for line in report(difference, sides=("before", "after")):
            print(f"  {''.join(piece.text for piece in line)}".rstrip())
    return 0


def verified(path: Path) -> bool:
    """Check a file as Firecracker does, and print its format."""
    verdict = judge(path)
    if verdict.error is not None:
        print(f"  bad file: {verdict.error}")
        return False
    found = summarize(path)
    print(f"  verified: {found.schema}, header version {found.version}, {found.size:,} bytes")
    return True


def describe(path: Path) -> None:
    """Print the machine. These names hold in every release; editors complete them, and mypy checks them."""
    machine = firecracker.machine(firecracker.load_snapshot(path))
    print(f"  machine:  {len(machine.vcpus)} vCPU, {machine.memory.mib} MiB of memory")
    print(f"  kernel:   {machine.kernel.path} {machine.boot_args or ''}")
    for drive in machine.drives:
        print(f"  drive:    {drive.id} is {drive.path}")


if __name__ == "__main__":
    sys.exit(main())
