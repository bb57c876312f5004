"""Firecracker's vmstate files: the catalogue of releases.

A payload is named by its place and imported when a file needs it, so that listing the releases is cheap.
"""

from snapformat import SnapshotFormat
from snapformat.snapshot import FIRECRACKER_FORMAT

#: Releases by name, oldest first. Magic and header version are upstream's `SNAPSHOT_MAGIC_ID`
#: (`src/vmm/src/snapshot/mod.rs`) and `SNAPSHOT_VERSION` (`src/vmm/src/persist.rs`) at the release's tag.
SCHEMAS = (
    SnapshotFormat(
        name="firecracker/1.14/x86_64",
        magic={"x86_64": FIRECRACKER_FORMAT.magic_of("x86_64")},
        version="8.0.0",
        payload="snapformat_schemas.firecracker.v1_14.x86_64:MicrovmState",
    ),
)
