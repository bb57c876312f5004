"""Batches of files: which they are, and reading them where they are scanned.

A batch is what a worker gets. It may hold credentials: `repr` shows none, because Dask logs the arguments of
a failed task.
"""

from __future__ import annotations

import errno
import io
import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from snapformat.errors import SnapshotIOError
from snapformat.fleet.safe_names import as_text, member_name, without_secrets
from snapformat.io import read_all
from snapformat.model.checks import describe_exception

_NANOSECONDS = 1_000_000_000
#: Latest time that the table holds: the year 2262.
_LAST = (1 << 63) - 1
#: Size and modification time.
Stamp: TypeAlias = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Item:
    """A file to look at.

    Attributes:
        location: Its name in the table: unique, without credentials.
        path: Its path in its file system.
        size: Size in bytes, or None if it was not listed.
        mtime: Modification time in nanoseconds since the epoch, or None.
        offset: In an archive, the position of its bytes.
        fault: The reason it can't be read, or None.
        former: Size and time in the table of a former run: if they are still the same, the file is skipped.
    """

    location: str
    path: str
    size: int | None = None
    mtime: int | None = None
    offset: int | None = None
    fault: str | None = None
    former: Stamp | None = None

    @property
    def stamp(self) -> Stamp:
        """Size and modification time."""
        return self.size, self.mtime


Found: TypeAlias = tuple[Item, "bytes | SnapshotIOError"]


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that one task reads.

    Attributes:
        items: The files; the only one of a compressed archive is the archive.
        fs: Their file system of fsspec; None for local files.
        archive: The path of the archive that they are members of, or None.
        packed: Whether the archive is compressed, so that its members are listed where they are read.
        members: Regular expression of the members of a compressed archive to read; empty for all.
        secrets: Texts that messages must not repeat.
    """

    items: tuple[Item, ...]
    fs: Any = field(default=None, repr=False)
    archive: str | None = field(default=None, repr=False)
    packed: bool = False
    members: str = ""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    def __repr__(self) -> str:
        return f"Batch({len(self.items)} files)"

    def contents(self, most: int) -> Iterator[Found]:
        """Read the files, one after the other; those that are as a former run found them are left out.

        Args:
            most: Maximum size of a file in bytes.
        """
        if self.archive is None:
            for item in self.items:
                yield from self._file(item, most)
        elif self.packed:
            yield from self._packed(most)
        else:
            yield from self._members(most)

    def _file(self, item: Item, most: int) -> Iterator[Found]:
        if item.fault is not None:
            yield item, SnapshotIOError(item.fault)
            return
        try:
            if item.size is None:
                size, mtime = self._stamp(item.path)
                item = replace(item, size=size, mtime=mtime)
            if item.former == item.stamp:
                return
            yield item, self._read(item, most)
        except SnapshotIOError as error:
            error.file = None  # the row has the location
            yield item, error
        except Exception as error:
            yield item, self._fault("cannot read", error)

    def _stamp(self, path: str) -> Stamp:
        return local_stamp(os.stat(path)) if self.fs is None else stamp_of(self.fs.info(path))

    def _read(self, item: Item, most: int) -> bytes:
        if self.fs is None:
            return read_all(item.path, max_size=most)
        if not item.size:  # a range of an empty object is refused
            return b""
        if item.size > most:
            raise _too_large(most, item.size)
        # One request, and never more than that: the object may have been replaced by a larger one.
        data: bytes = self.fs.cat_file(item.path, start=0, end=most + 1)
        return read_all(data, max_size=most)

    def _open(self, path: str) -> Any:
        return open(path, "rb") if self.fs is None else self.fs.open(path, "rb")

    def _members(self, most: int) -> Iterator[Found]:
        """Read members of an archive that is not compressed, at their positions."""
        assert self.archive is not None
        try:
            with self._open(self.archive) as file:
                for item in self.items:
                    yield item, _member(file, item, most)
        except Exception as error:
            fault = self._fault("cannot read the archive", error)
            yield from ((item, fault) for item in self.items)

    def _packed(self, most: int) -> Iterator[Found]:
        """Read the members of a compressed archive in their order."""
        (archive,) = self.items
        assert self.archive is not None
        names: dict[str, int] = {}
        try:
            with (
                self._open(self.archive) as raw,
                tarfile.open(fileobj=raw, mode="r|*", tarinfo=StrictHeader) as tar,
            ):
                for member in members(tar):
                    item = member_item(archive.location, member, names)
                    if self.members and not re.match(self.members, item.path):
                        continue
                    if item.fault is not None:
                        yield item, SnapshotIOError(item.fault)
                    elif member.size > most:
                        yield item, _too_large(most, member.size)
                    else:
                        content = tar.extractfile(member)
                        assert content is not None
                        data = content.read(most + 1)
                        yield item, data if len(data) == member.size else _cut_off()
        except Exception as error:
            yield archive, self._fault("cannot read the archive", error)

    def _fault(self, doing: str, error: Exception) -> SnapshotIOError:
        return fault_of(doing, error, self.secrets)


def fault_of(doing: str, error: Exception, secrets: frozenset[str]) -> SnapshotIOError:
    """Return the error for a file or listing that foreign code failed on, without credentials."""
    if isinstance(error, OSError) and error.strerror:
        why = error.strerror
    else:
        why = describe_exception(error)
    return SnapshotIOError(f"{doing}: {as_text(without_secrets(why, secrets))}")


def _too_large(most: int, size: int) -> SnapshotIOError:
    cause = OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return SnapshotIOError(
        f"cannot read: {cause.strerror}",
        cause=cause,
        expected=f"at most {most} bytes",
        found=f"{size} bytes",
    )


def _member(file: Any, item: Item, most: int) -> bytes | SnapshotIOError:
    if item.fault is not None:
        return SnapshotIOError(item.fault)
    assert item.size is not None
    assert item.offset is not None
    if item.size > most:
        return _too_large(most, item.size)
    file.seek(item.offset)
    content = io.BytesIO()
    while (left := item.size - content.tell()) > 0:
        piece = file.read(left)
        if not piece:
            return _cut_off()
        content.write(piece)
    return content.getvalue()


def _cut_off() -> SnapshotIOError:
    return SnapshotIOError("cannot read: the archive ends inside the file")


class StrictHeader(tarfile.TarInfo):
    """A header of a member; an archive that ends without its mark is an error, not the end."""

    @classmethod
    def fromtarfile(cls, tar: Any) -> Any:
        """Read the next header."""
        try:
            return super().fromtarfile(tar)
        except tarfile.HeaderError as error:
            if type(error).__name__ == "EOFHeaderError":  # the mark; the class has no public name
                raise
            raise OSError(errno.EIO, "it ends early, or has a damaged header") from None


def members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Iterate over the files of an archive; folders, links and devices are left out."""
    kept: list[tarfile.TarInfo] = vars(tar)["members"]
    while (member := tar.next()) is not None:
        kept.clear()  # it keeps all, which have no bound
        if member.isfile():
            yield member


def member_item(archive: str, member: tarfile.TarInfo, names: dict[str, int]) -> Item:
    """Return the item of a member.

    Args:
        archive: The location of the archive.
        member: The member.
        names: How often each name was met: a name is not unique in an archive.
    """
    name = member_name(member.name)
    number = names[name] = names.get(name, 0) + 1
    location = f"tar://{name}{'' if number == 1 else f'#{number}'}::{archive}"
    fault = "cannot read: a sparse file in an archive" if member.issparse() else None
    mtime = nanoseconds(member.mtime)
    return Item(location, name, member.size, mtime, offset=member.offset_data, fault=fault)


def nanoseconds(seconds: float | int) -> int | None:
    """Return a time in nanoseconds; None if the table can't hold it."""
    whole = int(seconds)
    return bounded_time(whole * _NANOSECONDS + round((seconds - whole) * _NANOSECONDS))


def bounded_time(mtime: int) -> int | None:
    """Return a time in nanoseconds; None if the table can't hold it: before 1970, or after 2262."""
    return mtime if 0 <= mtime <= _LAST else None


def local_stamp(status: os.stat_result) -> Stamp:
    """Return size and modification time of a local file."""
    return status.st_size, bounded_time(status.st_mtime_ns)


def stamp_of(info: dict[str, Any]) -> Stamp:
    """Return size and modification time, of what a file system of fsspec says about a file."""
    size = info.get("size")
    found: Any = next((info[name] for name in _TIMES if info.get(name) is not None), None)
    if hasattr(found, "timestamp"):
        found = found.timestamp()
    mtime = nanoseconds(found) if isinstance(found, int | float) else None
    return (size if isinstance(size, int) else None), mtime


#: What file systems call the modification time: seconds, or a `datetime`.
_TIMES = ("mtime", "LastModified", "last_modified", "modified", "updated", "created")
