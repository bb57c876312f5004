"""Recognizing files of releases without a layout here, with the evidence and advice.

Read from `src/snapshot/src/lib.rs` of Firecracker v1.6.0 (older container) and
`src/vmm/src/snapshot/mod.rs` of v1.15.0 (bitcode).
"""

from __future__ import annotations

import dataclasses

import semver

from snapformat import Encoding
from snapformat.errors import DecodeError
from snapformat.inspect import Recognition
from snapformat.model.std.semver_text import parse_version
from snapformat.snapshot.reading import read_header
from snapformat.snapshot.snapshot import FIRECRACKER_FORMAT
from snapformat_schemas.firecracker.releases import MAGICS, RELEASES, Encoder, Release

#: Size of the header of the older container: magic with the container's version, and data version.
_OLD_HEADER = 10
#: Reads the header of any file in bitcode.
_BITCODE = dataclasses.replace(FIRECRACKER_FORMAT, encoding=Encoding.bitcode(), trailing="refuse")

_READABLE = [release.name for release in RELEASES if release.module is not None]
#: The releases with a layout here, in words.
_READS = f"snapformat reads {_READABLE[0]} to {_READABLE[-1]}"


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
    advice = f"{_READS}; restore this with Firecracker {release.name} to 1.6"
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
    who = f"{why}: Firecracker {' or '.join(names)}"
    if found[0].encoder is Encoder.BITCODE:
        return Recognition(names, f"{who}, though not in its encoding (bitcode)", _only(names), arch, version)
    if found[0].module is not None:
        return _newer_minor(why, found, arch, version)
    return Recognition(names, who, _only(names), arch, version)


def _newer_minor(why: str, found: list[Release], arch: str, version: semver.Version) -> Recognition:
    """Describe a file with the major version of releases that are read, and a newer minor one."""
    names = " and ".join(release.name for release in reversed(found))
    verb = "read" if len(found) > 1 else "reads"
    advice = f"Firecracker {names} {verb} {found[0].version} and nothing newer"
    return Recognition((), f"{why}, which no release has", advice, arch, version)


def _bitcode(data: bytes) -> Recognition | None:
    try:
        header, _ = read_header(_BITCODE, data)
    except DecodeError:
        return None
    arch, version = _arch_of(header.magic), header.version
    if arch is None:
        return None
    found = _of_version(f"{version.major}.0.0", Encoder.BITCODE)
    names = tuple(release.name for release in found)
    why = f"version {version} in bitcode, which Firecracker uses from 1.15 on"
    if found and found[0].module is not None:
        return _newer_minor(f"version {version} in bitcode", found, arch, version)
    if names:
        who = f"Firecracker {names[0]}" + (f", or {found[0].also}" if found[0].also else "")
        return Recognition(names, f"{why}: {who}", _only(names), arch, version)
    return Recognition((), why, _developers(version), arch, version)


def _only(names: tuple[str, ...]) -> str:
    return f"{_READS}; restore this with Firecracker {' or '.join(names)}"


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
