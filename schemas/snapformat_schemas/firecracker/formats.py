"""The formats: one for each release and architecture."""

from __future__ import annotations

from typing import Any

from snapformat import CheckOrder, Encoding, SnapshotFormat
from snapformat_schemas.firecracker.releases import MAGICS, RELEASES, Encoder, Release

#: Fixed-width, little-endian, with a limit of 10 MiB for the header and for the payload each. bincode 1.3,
#: used up to 1.11 (`VM_STATE_DESERIALIZE_LIMIT`), writes and counts in the same way as bincode 2.
ENCODING = Encoding(limit=10 * 1024 * 1024)

#: The encoding since 1.15.
BITCODE = Encoding.bitcode()
#: Maximum size of a file in bytes since 1.15: `SNAPSHOT_MAX_SIZE` of `src/vmm/src/snapshot/mod.rs`.
_MAX_SIZE = 10_000_000
#: The note on formats whose layout is read from the source.
_FROM_SOURCE = "Read from Firecracker's source code alone; no file of this architecture was at hand."


def _reading(release: Release) -> dict[str, Any]:
    """Return the encoding and the checks of a release."""
    if release.encoder is Encoder.BITCODE:
        return {"encoding": BITCODE, "order": CheckOrder.DECODE_FIRST, "max_file_size": _MAX_SIZE}
    order = CheckOrder.CHECKSUM_FIRST if release.checksum_first else CheckOrder.PAYLOAD_FIRST
    return {"encoding": ENCODING, "order": order, "trailing": "ignore"}


#: The formats of all releases with a layout here, oldest first. Payloads are imported on first use.
SCHEMAS = tuple(
    SnapshotFormat(
        name=f"firecracker/{release.name}/{arch}",
        release=release.name,
        magic={arch: magic},
        version=release.version,
        payload=f"{__package__}.{release.module}.{arch}:MicrovmState",
        family=f"{__package__}.family:FAMILY",
        note=_FROM_SOURCE if arch in release.from_source else "",
        **_reading(release),
    )
    for release in RELEASES
    if release.module is not None
    for arch, magic in MAGICS.items()
)
