"""Regular files that are read and written in place, piece by piece: files too large to hold in memory."""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Iterator
from typing import Self

from snapformat.errors import SnapshotIOError
from snapformat.io._closing import Closing
from snapformat.io._failure import failure, os_error
from snapformat.io._regular import open_regular

#: File systems without locks.
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)
#: The lock is held by another open file.
_LOCKED = (errno.EACCES, errno.EAGAIN)
#: `struct flock`: type, whence, start, length (0: to the end), process; padded as C does.
_FLOCK = struct.Struct("hhqqi0q")


class SparseFile(Closing):
    """An open regular file.

    Args:
        path: Its path; links are followed.
        writable: Open it for writing, not for reading.

    Attributes:
        name: The path as text.
        size: Its size in bytes when it was opened.
        block_size: The unit in bytes in which its file system stores data.

    Raises:
        SnapshotIOError: It can't be opened, or is not a regular file.
    """

    __slots__ = ("_descriptor", "_status", "block_size", "name", "size")

    def __init__(self, path: str | os.PathLike[str], *, writable: bool = False) -> None:
        self.name: str = os.fsdecode(path)
        self._keep(open_regular(self.name, os.O_WRONLY if writable else os.O_RDONLY))

    @classmethod
    def over(cls, descriptor: int, name: str) -> Self:
        """Return the file of an open descriptor, which is closed with it."""
        made = cls.__new__(cls)
        made.name = name
        made._keep(descriptor)
        return made

    def _keep(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._status = os.fstat(self._descriptor)
        self.size = self._status.st_size
        self.block_size = self._status.st_blksize

    def close(self) -> None:
        """Close the file, which releases its lock."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def is_same_file(self, other: SparseFile) -> bool:
        """Return whether another name leads to the same file."""
        return os.path.samestat(self._status, other._status)

    def has_changed(self) -> bool:
        """Return whether the file was written to since it was opened, as far as the file system tells."""
        now, then = os.fstat(self._descriptor), self._status
        return (now.st_size, now.st_mtime_ns) != (then.st_size, then.st_mtime_ns)

    def lock(self, *, shared: bool = False) -> None:
        """Lock the file until it is closed; a file system without locks is not locked.

        Programs use one of two kinds of locks, which don't see each other: both are taken.

        Raises:
            SnapshotIOError: Another program has locked it.
        """
        try:
            self._lock_as(shared)
            self._lock_range(shared)
        except OSError as error:
            if error.errno in _LOCKED:
                raise SnapshotIOError(
                    "it is locked by another program", cause=error, file=self.name
                ) from error
            raise self._failure("cannot lock", error) from error

    def _lock_as(self, shared: bool) -> None:
        import fcntl  # Windows has none, and needs none to import this module

        try:
            fcntl.flock(self._descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise

    def _lock_range(self, shared: bool) -> None:
        import fcntl

        kind = fcntl.F_RDLCK if shared else fcntl.F_WRLCK
        try:
            fcntl.fcntl(self._descriptor, fcntl.F_OFD_SETLK, _FLOCK.pack(kind, os.SEEK_SET, 0, 0, 0))
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise

    def free_bytes(self) -> int | None:
        """Return the free space of its file system in bytes; None if that is not known."""
        try:
            status = os.fstatvfs(self._descriptor)
        except OSError:
            return None
        if not status.f_blocks:  # some network file systems
            return None
        return status.f_frsize * (status.f_bavail if os.geteuid() else status.f_bfree)

    def data_ranges(self) -> Iterator[tuple[int, int]]:
        """Iterate over start and end of the ranges that are not holes, within `size`.

        A file system that knows no holes has one range.

        Raises:
            SnapshotIOError: The file system failed.
        """
        position = 0
        while position < self.size:
            try:
                start = os.lseek(self._descriptor, position, os.SEEK_DATA)
                end = min(os.lseek(self._descriptor, start, os.SEEK_HOLE), self.size)
            except OSError as error:
                if error.errno == errno.ENXIO:  # only holes follow
                    return
                if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                    raise self._failure("cannot find the holes", error) from error
                start, end = position, self.size
            if start >= end:
                return
            yield start, end
            position = end

    def read_into(self, buffer: memoryview, offset: int) -> None:
        """Fill a buffer with the bytes at an offset.

        Raises:
            SnapshotIOError: Reading failed, or the file has become shorter.
        """
        done = 0
        while done < len(buffer):
            try:
                count = os.preadv(self._descriptor, [buffer[done:]], offset + done)
            except OSError as error:
                raise self._failure("cannot read", error, offset=offset + done) from error
            if not count:
                raise SnapshotIOError(
                    "it has become shorter while it was read", file=self.name, offset=offset + done
                )
            done += count

    def write(self, data: memoryview, offset: int) -> None:
        """Write all of `data` at an offset.

        Raises:
            SnapshotIOError: Writing failed; a part may have been written.
        """
        done = 0
        while done < len(data):
            try:
                count = os.pwrite(self._descriptor, data[done:], offset + done)
                if not count:
                    raise os_error(errno.EIO)
            except OSError as error:
                raise self._failure("cannot write", error, offset=offset + done) from error
            done += count

    def resize(self, size: int) -> None:
        """Set the size; what is added is a hole.

        Raises:
            SnapshotIOError: The file system can't hold such a file.
        """
        try:
            os.ftruncate(self._descriptor, size)
        except OSError as error:
            raise self._failure("cannot resize", error, offset=size) from error
        self.size = size

    def restrict(self, other: SparseFile) -> None:
        """Take permissions away that another file does not give.

        Raises:
            SnapshotIOError: They can't be changed.
        """
        mode = stat.S_IMODE(self._status.st_mode) & stat.S_IMODE(other._status.st_mode)
        try:
            os.fchmod(self._descriptor, mode)
        except OSError as error:
            raise self._failure("cannot change the permissions", error) from error

    def sync(self) -> None:
        """Wait until everything written is on the disk.

        Raises:
            SnapshotIOError: The disk failed.
        """
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise self._failure("cannot write", error) from error

    def _failure(
        self, doing: str, cause: OSError, hint: str | None = None, offset: int | None = None
    ) -> SnapshotIOError:
        return failure(SnapshotIOError, doing, cause, file=self.name, hint=hint, offset=offset)
