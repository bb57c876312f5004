"""The formats: one for each release and architecture."""

from __future__ import annotations

from snapformat import CheckOrder, Encoding, SnapshotFormat
from snapformat_schemas.firecracker.releases import MAGICS, RELEASES

#: Fixed-width, little-endian, with a limit of 10 MiB for the header and for the payload each. bincode 1.3,
#: used up to 1.11 (`VM_STATE_DESERIALIZE_LIMIT`), writes and counts in the same way as bincode 2.
ENCODING = Encoding(limit=10 * 1024 * 1024)

#: The formats of all releases with a layout here, oldest first. Payloads are imported on first use.
SCHEMAS = tuple(
    SnapshotFormat(
        name=f"firecracker/{release.name}/{arch}",
        release=release.name,
        magic={arch: magic},
        version=release.version,
        payload=f"{__package__}.{release.module}.{arch}:MicrovmState",
        encoding=ENCODING,
        order=CheckOrder.CHECKSUM_FIRST if release.checksum_first else CheckOrder.PAYLOAD_FIRST,
        family=f"{__package__}.family:FAMILY",
        trailing="ignore",
    )
    for release in RELEASES
    if release.module is not None
    for arch, magic in MAGICS.items()
)
