"""Summaries of files: the facts that any file with a readable header has, and a status."""

from __future__ import annotations

import enum
from typing import Any

import semver

from snapformat.errors import DecodeError, SnapshotError, SnapshotIOError
from snapformat.inspect.condition import Condition, of_format, with_damage, without_format, without_header
from snapformat.inspect.families import Recognition, family_of, recognize
from snapformat.inspect.identify import (
    Candidate,
    Identity,
    fitting_candidates,
    identify,
    known_arch,
    magic_of,
    max_file_size,
)
from snapformat.io import Source, read_all
from snapformat.lazy_dataclasses import dataclass
from snapformat.snapshot.checks import extra_bytes
from snapformat.snapshot.reading import read_header
from snapformat.snapshot.snapshot import FIRECRACKER_FORMAT, Snapshot, SnapshotFormat


class Status(enum.StrEnum):
    """The status of a file.

    `Condition` tells more: whether a file that can't be loaded is damaged.

    Attributes:
        OK: A known format loads it.
        DAMAGED: It is a snapshot, but its header, data or checksum is broken.
        UNKNOWN_VERSION: An intact snapshot of a version or magic that no installed schema reads.
        NOT_A_SNAPSHOT: It has neither a known magic nor a header.
    """

    OK = "ok"
    DAMAGED = "damaged"
    UNKNOWN_VERSION = "unknown-version"
    NOT_A_SNAPSHOT = "not-a-snapshot"


_STATUS = {
    Condition.OK: Status.OK,
    Condition.OTHER_RELEASE: Status.UNKNOWN_VERSION,
    Condition.OTHER_LAYOUT: Status.DAMAGED,
    Condition.DAMAGED: Status.DAMAGED,
    Condition.NOT_A_SNAPSHOT: Status.NOT_A_SNAPSHOT,
}


@dataclass(frozen=True, slots=True)
class ChecksumSummary:
    """The checksum of a file.

    Attributes:
        stored: The last bytes of the file. If the format ignores trailing bytes and the data can be read, the
            bytes after the data instead. None if the file has no such bytes.
        computed: The checksum of all bytes before it; None if there are none.
        ok: Whether the checksum of the whole file matches, by Firecracker's rule. Trailing bytes can make
            this differ from `stored == computed`.
        size: Size of a stored value in bytes.
    """

    stored: int | None = None
    computed: int | None = None
    ok: bool | None = None
    size: int = 8


@dataclass(frozen=True, slots=True)
class Summary:
    """The facts of a file. Unknown ones are None.

    Attributes:
        size: Size of the file in bytes.
        magic: The u64 at its start.
        arch: The architecture that the magic identifies.
        version: The version in the header.
        format: The format that claims the file and fits it best.
        also: Other formats that fit equally well.
        payload_bytes: Size of the data in bytes, without header and checksum.
        trailing_bytes: Number of bytes that are neither header nor data nor checksum.
        checksum: The checksum.
        status: The status.
        error: The reason it is not `ok`, or None.
        recognized: If no format claims the file, the description by a family that recognizes it.
        about: The summary of the data by the format's family; None if the file is damaged, or its format has
            no family.
        condition: The condition, as `judge` tells it.
    """

    size: int
    magic: int | None
    arch: str | None
    version: semver.Version | None
    format: SnapshotFormat | None
    also: tuple[SnapshotFormat, ...]
    payload_bytes: int | None
    trailing_bytes: int | None
    checksum: ChecksumSummary
    status: Status
    error: SnapshotError | None
    recognized: Recognition | None = None
    about: dict[str, Any] | None = None
    condition: Condition = Condition.OK

    @property
    def releases(self) -> tuple[str, ...]:
        """The releases that may have written the file, most likely first; names of formats without one."""
        if self.format is not None:
            return tuple(f.release or f.name for f in (self.format, *self.also))
        return () if self.recognized is None else self.recognized.releases

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The summary of the data as names and values."""
        family = None if self.format is None or self.about is None else family_of(self.format)
        return [] if family is None or self.about is None else family.facts(self.about)

    @property
    def schema(self) -> str | None:
        """The name of the format, or None."""
        return None if self.format is None else self.format.name

    def to_json(self) -> dict[str, Any]:
        """Return the facts as plain data; magics and checksums are hexadecimal text with all digits."""
        digits = 2 * self.checksum.size
        return {
            "size": self.size,
            "magic": _hex(self.magic, 16),
            "arch": self.arch,
            "version": None if self.version is None else str(self.version),
            "schema": self.schema,
            "payload_bytes": self.payload_bytes,
            "trailing_bytes": self.trailing_bytes,
            "checksum": {
                "stored": _hex(self.checksum.stored, digits),
                "computed": _hex(self.checksum.computed, digits),
                "ok": self.checksum.ok,
            },
            "status": self.status.value,
            "condition": self.condition.value,
            "releases": list(self.releases),
            "summary": self.about,
        }


def summarize(source: Source, format: SnapshotFormat | None = None) -> Summary:
    """Identify a file and summarize it.

    Args:
        source: A path, a bytes-like object or a binary file object.
        format: The format; by default, of the formats that claim the header, the one that fits best.

    Raises:
        SnapshotIOError: It can't be read.
        SchemaError: A schema that claims the file can't be used.
    """
    data = read_all(source, max_size=max_file_size() if format is None else format.max_file_size)
    return examine(data, format)[0]


def examine(data: bytes, format: SnapshotFormat | None = None) -> tuple[Summary, Snapshot[Any] | None]:
    """Return the summary of a file, and the loaded snapshot if its format accepts it; see `summarize`."""
    try:
        identity = identify(data) if format is None else _given(data, format)
    except DecodeError as error:
        return _without_header(data, error, recognize(data)), None
    if not identity.formats:
        return _unclaimed(data, identity), None
    best, *others = fitting_candidates(data, identity.formats)
    if isinstance(best.error, SnapshotIOError):
        raise best.error
    loaded = None
    if best.parts is not None and best.error is None:
        loaded = Snapshot(best.parts.header, best.parts.data, best.format, best.parts.trailing)
    return _claimed(data, identity, best, tuple(each.format for each in others), loaded), loaded


def _given(data: bytes, format_: SnapshotFormat) -> Identity:
    header, end = read_header(format_, data)
    return Identity(header, end, format_, (format_,))


def _without_header(data: bytes, error: DecodeError, recognized: Recognition | None) -> Summary:
    magic = magic_of(data)
    arch = None if magic is None else known_arch(magic)[1]
    condition, reported = without_header(data, error, is_recognized=recognized is not None)
    start = 0 if magic is None else min(8, len(data))
    checksum = _checksum_at_end(FIRECRACKER_FORMAT, data, start)
    if recognized is not None:
        arch = recognized.arch
    return Summary(
        size=len(data),
        magic=magic,
        arch=arch,
        version=None if recognized is None else recognized.version,
        format=None,
        also=(),
        payload_bytes=None,
        trailing_bytes=None,
        checksum=checksum,
        status=_STATUS[condition],
        error=reported,
        recognized=recognized,
        condition=condition,
    )


def _unclaimed(data: bytes, identity: Identity) -> Summary:
    checksum = _checksum_at_end(identity.reader, data, identity.header_end)
    condition, error = without_format(data, identity)
    return Summary(
        size=len(data),
        magic=identity.header.magic,
        arch=known_arch(identity.header.magic)[1],
        version=identity.header.version,
        format=None,
        also=(),
        payload_bytes=None,
        trailing_bytes=None,
        checksum=checksum,
        status=_STATUS[condition],
        error=error,
        recognized=identity.recognized,
        condition=condition,
    )


def _claimed(
    data: bytes,
    identity: Identity,
    best: Candidate,
    also: tuple[SnapshotFormat, ...],
    loaded: Snapshot[Any] | None,
) -> Summary:
    payload = trailing = None
    if best.parts is None:
        checksum = _checksum_at_end(best.format, data, identity.header_end)
    else:
        data_end = best.parts.data_end
        if best.format.trailing == "ignore":
            checksum = _checksum_at(best.format, data, data_end)
        else:
            checksum = _checksum_at_end(best.format, data, data_end)
        payload = data_end - best.parts.header_end
        trailing = 0 if best.exact else max(0, extra_bytes(best.format, best.format.unpacked(data), data_end))
    condition, error = of_format(data, best.format, best.error), best.error
    if error is not None:
        error = with_damage(data, best.format, identity.header_end, error)
    return Summary(
        size=len(data),
        magic=None if best.format.is_bare else identity.header.magic,
        arch=best.format.arch_of(identity.header.magic),
        version=None if best.format.is_bare else identity.header.version,
        format=best.format,
        also=also,
        payload_bytes=payload,
        trailing_bytes=trailing,
        checksum=checksum,
        status=_STATUS[condition],
        error=error,
        about=None if loaded is None else _about(loaded),
        condition=condition,
    )


def _about(snapshot: Snapshot[Any]) -> dict[str, Any] | None:
    family = family_of(snapshot.format)
    return None if family is None else family.summary(snapshot)


def _checksum_at_end(format_: SnapshotFormat, data: bytes, start: int) -> ChecksumSummary:
    """Return the checksum in the last bytes of a file whose data begins at `start` and was not read."""
    if format_.checksum is None:
        return ChecksumSummary()
    return _checksum_at(format_, data, max(start, len(data) - format_.checksum.size))


def _checksum_at(format_: SnapshotFormat, data: bytes, offset: int) -> ChecksumSummary:
    checksum, order = format_.checksum, format_.encoding.byteorder
    if checksum is None:
        return ChecksumSummary()
    stored = data[offset : offset + checksum.size]
    whole = len(stored) == checksum.size
    return ChecksumSummary(
        stored=int.from_bytes(stored, order) if whole else None,
        computed=checksum.compute(data[:offset]) if offset else None,
        ok=checksum.holds(data, order) if data else None,
        size=checksum.size,
    )


def _hex(number: int | None, digits: int) -> str | None:
    return None if number is None else f"0x{number:0{digits}x}"
