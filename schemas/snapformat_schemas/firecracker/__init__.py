"""Firecracker's vmstate files: the catalogue of releases.

A payload is named by its place and imported when a file needs it, so that listing the releases is cheap.
"""

from snapformat import CheckOrder, Encoding, SnapshotFormat
from snapformat.snapshot import FIRECRACKER_FORMAT

#: Fixed-width, little endian, at most 10 MiB claimed in the header and in the payload each. bincode 1.3, used
#: up to 1.11 (`VM_STATE_DESERIALIZE_LIMIT`), writes and counts as bincode 2 does.
ENCODING = Encoding(limit=10 * 1024 * 1024)


def _release(
    release: str, version: str, order: CheckOrder = CheckOrder.CHECKSUM_FIRST
) -> list[SnapshotFormat]:
    """The formats of a release, one for each architecture."""
    module = f"{__name__}.v{release.replace('.', '_')}"
    return [
        SnapshotFormat(
            name=f"firecracker/{release}/{arch}",
            magic={arch: FIRECRACKER_FORMAT.magic_of(arch)},
            version=version,
            payload=f"{module}.{arch}:MicrovmState",
            encoding=ENCODING,
            order=order,
        )
        for arch in ("x86_64", "aarch64")
    ]


#: Releases by name, oldest first. Magic and header version are upstream's `SNAPSHOT_MAGIC_ID`
#: (`src/vmm/src/snapshot/mod.rs`) and `SNAPSHOT_VERSION` (`src/vmm/src/persist.rs`) at the release's tag.
#: All patch releases of a name are alike in both, and in their layout.
SCHEMAS = (
    *_release("1.8", "2.0.0"),
    *_release("1.9", "3.0.0"),
    *_release("1.10.0", "3.0.0"),
    *_release("1.10.1", "4.0.0"),
    *_release("1.11", "5.0.0"),
    *_release("1.12", "6.0.0"),
    *_release("1.13", "8.0.0"),
    *_release("1.14", "8.0.0", CheckOrder.PAYLOAD_FIRST),
)
