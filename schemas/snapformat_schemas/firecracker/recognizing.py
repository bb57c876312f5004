"""Recognizing files of releases without a layout here, with the evidence and advice.

Read from `src/snapshot/src/lib.rs` of Firecracker v1.6.0 (older container) and
`src/vmm/src/snapshot/mod.rs` of v1.15.0 (bitcode), and for bitcode from `src/serde/ser.rs`, `src/str.rs` and
`src/pack_ints.rs` of the crate: it writes one column after the other, so the file begins with magic and
version there too, but with other bytes around them. Their exact offsets are not relied on.
"""

from __future__ import annotations

import re

import semver

from snapformat.errors import DecodeError
from snapformat.inspect import Recognition
from snapformat.model.std.semver_text import parse_version
from snapformat.snapshot.reading import read_header
from snapformat.snapshot.snapshot import FIRECRACKER_FORMAT
from snapformat_schemas.firecracker.releases import MAGICS, RELEASES, Encoder, Release

#: Size of the header of the older container: magic with the container's version, and data version.
_OLD_HEADER = 10

#: In a bitcode file, the magic is within the first 16 bytes, and the version follows it after fewer than the
#: 8 bytes of the length that precedes the version in all other files.
_BITCODE_MAGIC = 16
_BITCODE_VERSION = rb"[^0-9]{0,3}?((?:0|[1-9]\d{0,3})(?:\.(?:0|[1-9]\d{0,3})){2})(?![0-9.])"

_READABLE = [release for release in RELEASES if release.module is not None]


def recognize(data: bytes) -> Recognition | None:
    """Recognize a file that no format here reads; None if it is not Firecracker's."""
    return _older_container(data) or _bare_magic(data) or _bitcode(data)


def _older_container(data: bytes) -> Recognition | None:
    magic = int.from_bytes(data[:8], "little")
    container = magic & 0xFFFF
    arch = _arch_of(magic - container)
    if arch is None or container == 0 or len(data) < _OLD_HEADER:
        return None
    number = int.from_bytes(data[8:_OLD_HEADER], "little")
    found = _of_version(str(number), Encoder.VERSIONIZE)
    where = f"data version {number} in the container of Firecracker up to 1.6"
    if not found:
        return Recognition((), where, "no release has that version", arch)
    (release,) = found
    advice = f"snapformat reads 1.8 to 1.14; restore this with Firecracker {release.name} to 1.6"
    return Recognition((release.name,), f"{where}: Firecracker {release.name} wrote it", advice, arch)


def _bare_magic(data: bytes) -> Recognition | None:
    try:
        header, _ = read_header(FIRECRACKER_FORMAT, data)
    except DecodeError:
        return None
    arch = _arch_of(header.magic)
    if arch is None:
        return None
    version = header.version
    why = f"header version {version}"
    found = _of_version(f"{version.major}.0.0")
    if version.major > _major(RELEASES[-1]):
        newer = f"{why}, newer than Firecracker {RELEASES[-1].name}, the newest known release"
        return Recognition((), newer, "look for a newer snapformat", arch, version)
    if not found:
        return Recognition((), f"{why}, which no release has", _developers(version), arch, version)
    names = tuple(release.name for release in reversed(found))
    if found[0].module is not None:  # its minor is too new
        advice = f"Firecracker {' and '.join(names)} read {found[0].version} and nothing newer"
        return Recognition((), f"{why}, which no release has", advice, arch, version)
    who = f"{why}: Firecracker {' or '.join(names)}"
    if found[0].encoder is Encoder.BITCODE:
        return Recognition(names, f"{who}, though not in its encoding (bitcode)", _only(names), arch, version)
    return Recognition(names, who, _only(names), arch, version)


def _bitcode(data: bytes) -> Recognition | None:
    for arch, magic in MAGICS.items():
        at = data.find(magic.to_bytes(8, "little"), 0, _BITCODE_MAGIC)
        if at < 0:
            continue
        match = re.compile(_BITCODE_VERSION).match(data, at + 8)
        if match is None:
            continue
        version = parse_version(match[1].decode())
        names = tuple(release.name for release in _of_version(f"{version.major}.0.0", Encoder.BITCODE))
        why = f"version {version} after the magic, in bitcode, which Firecracker uses from 1.15 on"
        if names:
            return Recognition(names, f"{why}: Firecracker {names[0]}", _only(names), arch, version)
        return Recognition((), why, _developers(version), arch, version)
    return None


def _only(names: tuple[str, ...]) -> str:
    return f"snapformat reads 1.8 to 1.14; restore this with Firecracker {' or '.join(names)}"


def _developers(version: semver.Version) -> str:
    before = [r for r in RELEASES if r.encoder is not Encoder.VERSIONIZE and _major(r) < version.major]
    after = [r for r in RELEASES if r.encoder is not Encoder.VERSIONIZE and _major(r) > version.major]
    if not before or not after:
        return "no known release wrote it"
    return (
        f"a development build between Firecracker {before[-1].name} and {after[0].name} may have written it"
    )


def _major(release: Release) -> int:
    return parse_version(release.version).major


def _of_version(version: str, encoder: Encoder | None = None) -> list[Release]:
    """Return the releases with a version, oldest first."""
    return [r for r in RELEASES if r.version == version and (encoder is None or r.encoder is encoder)]


def _arch_of(magic: int) -> str | None:
    return next((arch for arch, known in MAGICS.items() if known == magic), None)
