"""All releases with snapshots: the version in their files, their encoder, and the package of the layout.

Versions are those of Firecracker. Up to 1.6 the data version is a number, `FC_V*_SNAP_VERSION` of
`src/vmm/src/version_map.rs`, after a magic whose last 16 bits are the container's version (`BASE_MAGIC_ID`
of `src/snapshot/src/lib.rs`). From 1.7 on it is a semantic version after the bare magic, `SNAPSHOT_VERSION`
of `src/vmm/src/persist.rs`. From 1.15 on header and data are encoded as one value by bitcode
(`src/vmm/src/snapshot/mod.rs`). Patch releases of a release have the same, but for 1.10.1 and 1.16.2. The
versions of 1.16.2 and 1.17 are known from pull requests and users' reports (firecracker PR 6185).
"""

from __future__ import annotations

import enum

from snapformat.lazy_dataclasses import dataclass
from snapformat.snapshot import FIRECRACKER_FORMAT

#: Magic by architecture.
MAGICS = dict(FIRECRACKER_FORMAT.magics)

ARCHITECTURES = tuple(MAGICS)


class Encoder(enum.Enum):
    """The Rust crate that writes the files of a release."""

    VERSIONIZE = "versionize"
    BINCODE_1 = "bincode 1.3"
    BINCODE_2 = "bincode 2.0"
    BITCODE = "bitcode 0.6"


@dataclass(frozen=True, slots=True)
class Release:
    """A release, or several patch releases with the same format.

    Attributes:
        name: Its name, such as `1.14`; with the patch level only if patch releases differ.
        version: Data version in its files: a semantic version, or up to 1.6 a number.
        encoder: The encoder of its files.
        checksum_first: Whether the checksum is verified before anything is decoded.
        module: Package of its layouts below this one, or None.
        also: Other builds with the same version, in words; empty if there are none.
        from_source: Architectures whose layout is read from the source, without a file to compare it with.
    """

    name: str
    version: str
    encoder: Encoder
    checksum_first: bool = True
    module: str | None = None
    also: str = ""
    from_source: frozenset[str] = frozenset()


#: No real file of these releases was at hand.
_ARM = frozenset({"aarch64"})

_OLD = ("0.23", "0.24", "0.25", "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6")

#: All releases, oldest first.
RELEASES = (
    *(Release(name, str(number), Encoder.VERSIONIZE) for number, name in enumerate(_OLD, 1)),
    Release("1.7", "1.0.0", Encoder.BINCODE_1),
    Release("1.8", "2.0.0", Encoder.BINCODE_1, module="v1_8"),
    Release("1.9", "3.0.0", Encoder.BINCODE_1, module="v1_9"),
    Release("1.10.0", "3.0.0", Encoder.BINCODE_1, module="v1_10_0"),
    Release("1.10.1", "4.0.0", Encoder.BINCODE_1, module="v1_10_1"),
    Release("1.11", "5.0.0", Encoder.BINCODE_1, module="v1_11"),
    Release("1.12", "6.0.0", Encoder.BINCODE_2, module="v1_12"),
    Release("1.13", "8.0.0", Encoder.BINCODE_2, module="v1_13"),
    Release("1.14", "8.0.0", Encoder.BINCODE_2, module="v1_14", checksum_first=False),
    Release("1.15", "9.0.0", Encoder.BITCODE, checksum_first=False, module="v1_15", from_source=_ARM),
    Release("1.16", "10.0.0", Encoder.BITCODE, checksum_first=False, module="v1_16", from_source=_ARM),
    Release("1.16.2", "11.0.0", Encoder.BITCODE, checksum_first=False, also="builds between 1.16 and 1.17"),
    Release("1.17", "12.0.0", Encoder.BITCODE, checksum_first=False),
)

#: What is to be known before a file is migrated, by architecture.
MIGRATION_NOTES = {
    "x86_64": "",
    "aarch64": "read from the source, and not seen to work: refused without --unproven",
}


def release_of(text: str) -> str | None:
    """Return the release whose format a release has: `1.14` for `1.14.4`; None for a name of another form.

    Raises:
        ValueError: The patch level decides and is missing, or the format is not declared here.
    """
    parts = text.split(".")
    if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    number = tuple(map(int, parts))
    if len(text) > 20 or text != ".".join(map(str, number)):
        return None
    known = {tuple(map(int, each.name.split("."))): each for each in RELEASES}
    same = {key: each for key, each in known.items() if key[:2] == number[:2]}
    if len(number) == 2 and same and number not in same:
        names = " or ".join(each.name for each in same.values())
        raise ValueError(f"patch releases of {text} have several formats: name {names}")
    # The latest change of the format up to this patch release.
    before = [key for key in same if key <= number]
    if not before:
        return None
    found = same[max(before)]
    if found.module is None:
        raise ValueError(f"the layout of {found.name} is not declared here")
    return found.name
