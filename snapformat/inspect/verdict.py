"""The verdict on a file: whether the program that writes the format would load it, and its error if not."""

from __future__ import annotations

import copy

from snapformat.errors import DecodeError, SnapshotError
from snapformat.inspect.condition import Condition, of_format, with_damage, without_format, without_header
from snapformat.inspect.families import recognize
from snapformat.inspect.identify import best_candidate, identify, max_file_size
from snapformat.io import Source, read_all
from snapformat.lazy_dataclasses import dataclass
from snapformat.snapshot.reading import load_bytes
from snapformat.snapshot.snapshot import SnapshotFormat


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of checking a file.

    Attributes:
        format: The format that the file was checked with, or None if no format claims the file.
        error: The error, or None.
        condition: Whether the file is damaged, or sound but not readable.
    """

    format: SnapshotFormat | None
    error: SnapshotError | None
    condition: Condition

    @property
    def ok(self) -> bool:
        """Whether the file loads."""
        return self.error is None

    @property
    def code(self) -> str | None:
        """Firecracker's name for the error, such as `Crc64`; see `SnapshotError.code`."""
        return None if self.error is None else self.error.code

    @property
    def path(self) -> str | None:
        """The value path of the error, or None."""
        return None if self.error is None else self.error.path

    @property
    def offset(self) -> int | None:
        """The byte offset of the error, or None."""
        return None if self.error is None else self.error.offset

    @property
    def message(self) -> str | None:
        """The text of the error without file, path and offset; None if there is no error."""
        if self.error is None:
            return None
        bare = copy.copy(self.error)
        bare.file = bare.path = bare.offset = None
        return str(bare)


def judge(source: Source, format: SnapshotFormat | None = None) -> Verdict:
    """Check a file by loading it.

    With a format, the error is the one that its program reports. Without one, the error for a file whose
    checksum does not match is that of the checksum, if no known format reads the version in its header, or if
    the format decodes the data first and that fails.

    Args:
        source: A path, a bytes-like object or a binary file object.
        format: The format to check with: its magic, version and order of checks. By default, of the formats
            that claim the header, the one that fits best.

    Raises:
        SchemaError: The declaration of the format can't be used.
    """
    try:
        data = read_all(source, max_size=max_file_size() if format is None else format.max_file_size)
    except SnapshotError as error:
        return Verdict(format, error, Condition.UNREADABLE)
    if format is not None:
        try:
            load_bytes(format, format.unpacked(data), decode=False)
        except SnapshotError as error:
            return Verdict(format, error, of_format(data, format, error))
        return Verdict(format, None, Condition.OK)
    try:
        identity = identify(data)
    except DecodeError as error:
        condition, reported = without_header(data, error, is_recognized=recognize(data) is not None)
        return Verdict(None, reported, condition)
    if not identity.formats:
        condition, reported = without_format(data, identity)
        return Verdict(None, reported, condition)
    best = best_candidate(data, identity.formats, decode=False)
    if best.error is None:
        return Verdict(best.format, None, Condition.OK)
    reported = with_damage(data, best.format, identity.header_end, best.error)
    return Verdict(best.format, reported, of_format(data, best.format, best.error))
