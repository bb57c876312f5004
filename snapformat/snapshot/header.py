"""The header of a snapshot file."""

from __future__ import annotations

import semver

from snapformat.lazy_dataclasses import dataclass

MAGIC_DOC = "Identifies the format and the architecture"
VERSION_DOC = "Version of the payload's format"


@dataclass(slots=True)
class Header:
    """The header of a snapshot file.

    Attributes:
        magic: u64 at offset 0; identifies the format and the architecture.
        version: Version of the payload's format, a semantic version.
    """

    magic: int
    version: semver.Version
