"""The verdict on a file: whether the program that writes the format would load it, and its error if not."""

from __future__ import annotations

import copy

from snapformat.errors import SnapshotError
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
    """

    format: SnapshotFormat | None
    error: SnapshotError | None

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

    Args:
        source: A path, a bytes-like object or a binary file object.
        format: The format to check with: its magic, version and order of checks. By default, of the formats
            that claim the header, the one that fits best.

    Raises:
        SchemaError: The declaration of the format can't be used.
    """
    try:
        data = read_all(source, max_size=max_file_size() if format is None else format.max_file_size)
        if format is not None:
            load_bytes(format, data, decode=False)
            return Verdict(format, None)
        identity = identify(data)
    except SnapshotError as error:
        return Verdict(format, error)
    if not identity.formats:
        return Verdict(None, identity.refusal())
    best = best_candidate(data, identity.formats, decode=False)
    return Verdict(best.format, best.error)
