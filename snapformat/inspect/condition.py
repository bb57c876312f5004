"""The condition of a file: whether it is damaged, or sound but not readable.

The checksum tells both apart. The class of an error often does not: programs that decode before they compare
the checksum report damage as any error.
"""

from __future__ import annotations

import enum

from snapformat.errors import (
    Crc64Error,
    DecodeError,
    InvalidFormatVersionError,
    SnapshotError,
    SnapshotIOError,
)
from snapformat.inspect.families import recognize
from snapformat.inspect.identify import Identity, identify, known_arch, magic_of
from snapformat.snapshot.checks import check_checksum
from snapformat.snapshot.reading import magic_in, read_header
from snapformat.snapshot.snapshot import FIRECRACKER_FORMAT, SnapshotFormat
from snapformat.snapshot.spec import CheckOrder


class Condition(enum.StrEnum):
    """The condition of a file.

    Attributes:
        OK: It loads.
        OTHER_RELEASE: It is sound, but of a release or version that is not read.
        OTHER_LAYOUT: It is sound, but the data is not what the release in its header writes.
        DAMAGED: It is a snapshot, and its checksum does not match.
        NOT_A_SNAPSHOT: It has neither a known magic nor a header.
        UNREADABLE: The file can't be read, or is too large.
    """

    OK = "ok"
    OTHER_RELEASE = "other-release"
    OTHER_LAYOUT = "other-layout"
    DAMAGED = "damaged"
    NOT_A_SNAPSHOT = "not-a-snapshot"
    UNREADABLE = "unreadable"

    @property
    def words(self) -> str:
        """The condition in words."""
        return _WORDS.get(self, self.value)


_WORDS = {
    Condition.OTHER_RELEASE: "sound, of another release",
    Condition.OTHER_LAYOUT: "of another layout",
    Condition.NOT_A_SNAPSHOT: "not a snapshot",
}


def is_sound(data: bytes, format_: SnapshotFormat) -> bool:
    """Return whether the checksum of a whole file matches; False for a format without one."""
    checksum = format_.checksum
    return checksum is not None and bool(data) and checksum.holds(data, format_.encoding.byteorder)


def of_format(data: bytes, format_: SnapshotFormat, error: SnapshotError | None) -> Condition:
    """Return the condition of a file that a format has read, or refused with an error."""
    if error is None:
        return Condition.OK
    if isinstance(error, SnapshotIOError):
        return Condition.UNREADABLE
    if format_.is_bare:
        return Condition.DAMAGED
    try:
        header = read_header(format_, data)[0]
    except DecodeError:
        header = None
    is_known = magic_in(format_, data) in format_.magics.values()
    if not is_known and not _is_snapshot(data):
        return Condition.NOT_A_SNAPSHOT
    is_own = header is not None and is_known and format_.accepts(format_.supported, header.version)
    if format_.checksum is None:
        return Condition.DAMAGED if is_own else Condition.OTHER_RELEASE
    if not is_sound(data, format_):
        return Condition.DAMAGED
    return Condition.OTHER_LAYOUT if is_own else Condition.OTHER_RELEASE


def without_header(
    data: bytes, error: DecodeError, *, is_recognized: bool
) -> tuple[Condition, SnapshotError]:
    """Return the condition of a file whose header can't be read, and the error to report.

    Args:
        data: All bytes of the file.
        error: The error of reading the header.
        is_recognized: Whether a family of formats recognizes the file.
    """
    sound = is_sound(data, FIRECRACKER_FORMAT)
    if is_recognized:
        if sound:
            return Condition.OTHER_RELEASE, error
        return Condition.DAMAGED, _damage(data, FIRECRACKER_FORMAT, min(8, len(data)), error)
    magic = magic_of(data)
    if magic is None or not known_arch(magic)[0]:
        return Condition.NOT_A_SNAPSHOT, error
    return Condition.OTHER_LAYOUT if sound else Condition.DAMAGED, error


def without_format(data: bytes, identity: Identity) -> tuple[Condition, SnapshotError]:
    """Return the condition of a file whose header no format claims, and the error to report."""
    error = identity.refusal()
    if identity.reader.checksum is None or is_sound(data, identity.reader):
        return Condition.OTHER_RELEASE, error
    if not known_arch(identity.header.magic)[0]:  # perhaps of a format with another checksum
        return Condition.DAMAGED, error
    return Condition.DAMAGED, _damage(data, identity.reader, identity.header_end, error)


def with_damage(data: bytes, format_: SnapshotFormat, header_end: int, error: SnapshotError) -> SnapshotError:
    """Return the error to report for a file that a format refuses: the damage, where that is not said yet.

    A format that decodes before it compares the checksum finds anything in a damaged file.
    """
    says_nothing = isinstance(error, DecodeError) and format_.order is CheckOrder.DECODE_FIRST
    if says_nothing and format_.checksum is not None and not is_sound(data, format_):
        return _damage(data, format_, header_end, error)
    return error


def _damage(data: bytes, format_: SnapshotFormat, header_end: int, error: SnapshotError) -> SnapshotError:
    """Return the error for a checksum that does not match; the hint has what was found first."""
    assert format_.checksum is not None
    try:
        check_checksum(format_, data, max(header_end, len(data) - format_.checksum.size))
    except Crc64Error as damage:
        if isinstance(error, InvalidFormatVersionError):
            damage.hint = f"{damage.hint}; its header has version {error.version}, which is not read either"
        else:
            damage.hint = f"{damage.hint}; decoding it finds: {error.message}"
        return damage
    return error


def _is_snapshot(data: bytes) -> bool:
    """Return whether a file has the header or the magic of any format, or is recognized."""
    try:
        identify(data)
    except DecodeError:
        magic = magic_of(data)
        return (magic is not None and known_arch(magic)[0]) or recognize(data) is not None
    return True
