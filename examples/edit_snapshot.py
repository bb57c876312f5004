"""Edit the snapshot of a microVM: another disk, more memory; then show the differences between the files.

Run it as `python examples/edit_snapshot.py [FILE]`. The file itself is not changed: the edited copy is
written to a temporary folder.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from snapformat import Snapshot
from snapformat.inspect import judge, summarize
from snapformat.snapshot.catalogue import find_format
from snapformat_schemas.firecracker.v1_13.devices import BlockState, BlockStateVirtio
from snapformat_schemas.firecracker.v1_14.x86_64 import MicrovmState

EXAMPLE = Path(__file__).with_name("microvm.vmstate")


def main() -> int:
    original = Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE
    print(f"The snapshot {original.name}")
    if not verified(original):
        return 1

    snapshot = Snapshot.load(original, MicrovmState)
    describe(snapshot.data)
    change(snapshot.data)

    with tempfile.TemporaryDirectory() as folder:
        edited = Path(folder) / "edited.vmstate"
        snapshot.save(edited)
        print(f"\nEdited and saved as {edited.name}")
        if not verified(edited):
            return 1
        reloaded = Snapshot.load(edited, MicrovmState)
        assert reloaded == snapshot
        describe(reloaded.data)
        print("\nDifferences")
        show_difference(original, edited)
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


def describe(state: MicrovmState) -> None:
    """Print the machine. Editors complete these fields, and mypy checks them."""
    info = state.vm_info
    print(f"  machine:  {len(state.vcpu_states)} vCPU, {info.mem_size_mib} MiB of memory")
    print(f"  kernel:   {info.boot_source.kernel_image_path} {info.boot_source.boot_args or ''}")
    for device in state.device_states.mmio_state.block_devices:
        print(f"  drive:    {device.device_id} is {disk_of(device.device_state)}")


def disk_of(drive: BlockState) -> str:
    """Return the backing file of a drive. The variants of an enum are classes to `match` on."""
    match drive:
        case BlockStateVirtio(state):
            return state.disk_path
        case _:
            return "another process"


def change(state: MicrovmState) -> None:
    """Double the memory of the machine, and change the file of its first drive."""
    state.vm_info.mem_size_mib *= 2
    for device in state.device_states.mmio_state.block_devices[:1]:
        match device.device_state:
            case BlockStateVirtio(drive):
                drive.disk_path = "/srv/disks/copy-of-rootfs.ext4"


def show_difference(before: Path, after: Path) -> None:
    """Print every value that differs, by its path."""
    old, new = values(before), values(after)
    for path in {**old, **new}:
        if old.get(path) != new.get(path):
            print(f"  {path}\n    - {old.get(path)!r}\n    + {new.get(path)!r}")


def values(path: Path) -> dict[str, object]:
    """List the values of a file by path, in the order of the bytes."""
    listed: dict[str, object] = {}
    for event in find_format("firecracker/1.14/x86_64").walk(path):
        if event.kind == "checksum":
            listed["checksum"] = f"0x{event.value:016x}"
        elif event.size:
            listed[event.path] = event.value
    return listed


if __name__ == "__main__":
    sys.exit(main())
