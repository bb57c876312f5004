"""Snapshot files: header, version, payload, checksum."""

from snapformat.snapshot.checksum import CRC64_JONES, Checksum, ChecksumWriter
from snapformat.snapshot.header import Header
from snapformat.snapshot.persist import Persist
from snapformat.snapshot.snapshot import FIRECRACKER_FORMAT, Snapshot, SnapshotFormat, get_format_version
from snapformat.snapshot.spec import CheckOrder, same_major

__all__ = [
    "CRC64_JONES",
    "FIRECRACKER_FORMAT",
    "CheckOrder",
    "Checksum",
    "ChecksumWriter",
    "Header",
    "Persist",
    "Snapshot",
    "SnapshotFormat",
    "get_format_version",
    "same_major",
]
