"""Reading pieces of a file by position."""

from __future__ import annotations

import os

from snapformat.errors import SnapshotIOError
from snapformat.io._closing import Closing
from snapformat.io._failure import failure
from snapformat.io._regular import open_regular


class PositionReader(Closing):
    """A regular file, opened for reading only, of which pieces are read by their position.

    It is a context manager that closes the file.

    Args:
        path: The path.

    Attributes:
        name: The path as text.
        size: Size in bytes when it was opened.

    Raises:
        SnapshotIOError: The file can't be opened, or is not a regular file.
    """

    __slots__ = ("_descriptor", "name", "size")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.name: str = os.fsdecode(path)
        self._descriptor = open_regular(self.name, os.O_RDONLY)
        self.size: int = os.fstat(self._descriptor).st_size

    def read(self, position: int, count: int) -> bytes:
        """Read a piece.

        Args:
            position: Position of its first byte.
            count: Number of bytes.

        Raises:
            SnapshotIOError: The file can't be read, or ends before the end of the piece.
        """
        pieces: list[bytes] = []
        missing = count
        while missing:
            try:
                piece = os.pread(self._descriptor, missing, position)
            except (OSError, OverflowError) as error:
                cause = error if isinstance(error, OSError) else OSError(0, str(error))
                raise failure(
                    SnapshotIOError, "cannot read", cause, file=self.name, offset=position
                ) from error
            if not piece:
                raise SnapshotIOError(
                    "the file is too short",
                    file=self.name,
                    offset=position,
                    expected=f"{missing} bytes more",
                    found="the end of the file",
                )
            pieces.append(piece)
            missing -= len(piece)
            position += len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)
