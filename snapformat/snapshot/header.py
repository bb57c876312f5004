"""The header of a snapshot file."""

from __future__ import annotations

from functools import cache

import semver

from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.annotations import Hex, kind_of
from snapformat.model.std.primitives import u64
from snapformat.model.std.versions import Version
from snapformat.path import Root

#: The path of the header.
HEADER = (Root("header"),)
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


#: In place of the header of files that have none.
NO_HEADER = Header(0, semver.Version(0))


@cache
def header_kind() -> kinds.Struct:
    """Make the kind of the header: magic (u64), then the version as a str."""
    fields = (
        kinds.Field("magic", "magic", kind_of(Hex[u64]), MAGIC_DOC),
        kinds.Field("version", "version", kind_of(Version), VERSION_DOC),
    )
    return kinds.Struct("Header", "struct", Header, fields=fields, make=lambda values: Header(*values))
