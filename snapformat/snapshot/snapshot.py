"""`Snapshot` and `SnapshotFormat`: files of a declared format, loaded and saved."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Generic, TypeVar, overload

import semver

from snapformat.codec.engine import write_value
from snapformat.errors import EncodeError, SnapshotError
from snapformat.io import Source, Target, read_all, write_all
from snapformat.layout.reader import Event
from snapformat.layout.walk import walk
from snapformat.snapshot.reading import check_checksum, load_bytes, named, read_header, read_header_from
from snapformat.snapshot.spec import FormatSpec, Header

T = TypeVar("T")


class SnapshotFormat(FormatSpec):
    """A family of snapshot files, declared in a few lines.

    Example:
        ```python
        SAVES = SnapshotFormat(name="game", magic=0x47414D45, version="1.2.0", payload=SaveGame)
        SAVES.new(SaveGame(level=3)).save("slot1.sav")
        print(SAVES.load("slot1.sav").data.level)
        ```

    See `FormatSpec` for the parameters.
    """

    def with_payload(self, payload: Any) -> SnapshotFormat:
        """The same format with another type of data."""
        return dataclasses.replace(self, payload=payload)

    def new(self, data: Any, *, arch: str | None = None) -> Snapshot[Any]:
        """A snapshot of data, with this format's version.

        Args:
            data: The data; it is checked when it is saved.
            arch: Architecture whose magic is written; by default this machine's.
        """
        return Snapshot(Header(self.magic_of(arch), self.supported), data, self)

    def load(self, source: Source, *, strict: bool = False) -> Snapshot[Any]:
        """Read a file, checking all of it.

        Args:
            source: A path, a bytes-like object or a binary file object.
            strict: The payload and its checksum must end the file exactly.

        Raises:
            SnapshotIOError: The file can't be read.
            DecodeError: Header or payload can't be decoded.
            InvalidMagicError: Another magic.
            InvalidFormatVersionError: A version that is not read.
            Crc64Error: The checksum does not hold.
        """
        return self._load(source, check_crc=True, strict=strict)

    def load_without_crc_check(self, source: Source, *, strict: bool = False) -> Snapshot[Any]:
        """Read a file without looking at its checksum; else as `load`."""
        return self._load(source, check_crc=False, strict=strict)

    def _load(self, source: Source, *, check_crc: bool, strict: bool) -> Snapshot[Any]:
        try:
            data = read_all(source, max_size=self.max_file_size)
            parts = load_bytes(self, data, check_crc=check_crc, strict=strict)
        except SnapshotError as error:
            raise named(error, source)  # noqa: B904 - the same error, with the file's name
        return Snapshot(parts.header, parts.data, self)

    def get_format_version(self, source: Source) -> semver.Version:
        """The version in a file's header; nothing else is read, and nothing judged.

        Raises:
            SnapshotIOError: The file can't be opened.
            DecodeError: The source fails or ends within the header, or the version is none.
        """
        return self.get_header(source).version

    def get_header(self, source: Source) -> Header:
        """A file's header; nothing else is read, and nothing judged. Raises as `get_format_version`."""
        try:
            return read_header_from(self, source)
        except SnapshotError as error:
            raise named(error, source)  # noqa: B904 - the same error, with the file's name

    def walk(self, source: Source) -> Iterator[Event]:
        """What is where in a file: header, data and checksum, in the order of the bytes.

        Paths are those of errors: `$.header` for the header, `$` for the data itself.

        Raises:
            SnapshotIOError: The file can't be read.
            DecodeError: It can't be decoded, or its checksum does not hold.
        """
        data = read_all(source, max_size=self.max_file_size)
        _, header_end = read_header(self, data)
        limit, limits = self.encoding.limit, self.limits
        yield from walk(self.header_node, data, limit=limit, limits=limits, root=("header",))
        data_end = header_end
        for event in walk(self.payload_node, data, header_end, limit=limit, limits=limits):
            data_end = event.offset + event.size
            yield event
        if self.checksum is not None:
            check_checksum(self, data, data_end)
            stored = data[data_end : data_end + self.checksum.size]
            value = int.from_bytes(stored, self.encoding.byteorder)
            yield Event(data_end, len(stored), "checksum", (), value)


class Snapshot(Generic[T]):
    """A snapshot in memory: its header and its data.

    Attributes:
        header: Magic and version; a loaded snapshot keeps the file's own.
        data: The data.
        format: The format it was made or loaded with.
    """

    __slots__ = ("data", "format", "header")

    def __init__(self, header: Header, data: T, format: SnapshotFormat) -> None:
        self.header = header
        self.data = data
        self.format = format

    @classmethod
    def new(
        cls, data: T, payload: Any = None, *, format: SnapshotFormat | None = None, arch: str | None = None
    ) -> Snapshot[T]:
        """A snapshot of data.

        Args:
            data: The data; it is checked when it is saved.
            payload: Its type, where the data's class is not declared (`Snapshot.new(42, u32)`).
            format: The format; by default Firecracker's, version and all.
            arch: Architecture whose magic is written; by default this machine's.
        """
        chosen = FIRECRACKER_FORMAT if format is None else format
        if payload is not None or chosen.payload is None:
            chosen = chosen.with_payload(type(data) if payload is None else payload)
        return chosen.new(data, arch=arch)

    @overload
    @classmethod
    def load(
        cls, source: Source, payload: type[T], *, format: SnapshotFormat | None = None, strict: bool = False
    ) -> Snapshot[T]: ...

    @overload
    @classmethod
    def load(
        cls, source: Source, payload: Any, *, format: SnapshotFormat | None = None, strict: bool = False
    ) -> Snapshot[Any]: ...

    @classmethod
    def load(
        cls, source: Source, payload: Any, *, format: SnapshotFormat | None = None, strict: bool = False
    ) -> Snapshot[Any]:
        """Read a file whose data is of the given type; see `SnapshotFormat.load`.

        Args:
            source: A path, a bytes-like object or a binary file object.
            payload: Type of the data.
            format: The format; by default Firecracker's, of either architecture.
            strict: The payload and its checksum must end the file exactly.
        """
        chosen = FIRECRACKER_FORMAT if format is None else format
        return chosen.with_payload(payload).load(source, strict=strict)

    @overload
    @classmethod
    def load_without_crc_check(
        cls, source: Source, payload: type[T], *, format: SnapshotFormat | None = None
    ) -> Snapshot[T]: ...

    @overload
    @classmethod
    def load_without_crc_check(
        cls, source: Source, payload: Any, *, format: SnapshotFormat | None = None
    ) -> Snapshot[Any]: ...

    @classmethod
    def load_without_crc_check(
        cls, source: Source, payload: Any, *, format: SnapshotFormat | None = None
    ) -> Snapshot[Any]:
        """Read a file without looking at its checksum; else as `load`."""
        chosen = FIRECRACKER_FORMAT if format is None else format
        return chosen.with_payload(payload).load_without_crc_check(source)

    @property
    def version(self) -> semver.Version:
        """The header's version."""
        return self.header.version

    @property
    def magic(self) -> int:
        """The header's magic."""
        return self.header.magic

    @property
    def arch(self) -> str | None:
        """The architecture that the magic stands for, or None."""
        return self.format.arch_of(self.header.magic)

    def to_bytes(self) -> bytes:
        """The whole file: header, data, checksum.

        Raises:
            EncodeError: Header or data don't fit their types; the path says where.
        """
        spec = self.format
        parts = write_value(spec.header_node, self.header, limits=spec.limits, root=("header",))
        parts += write_value(spec.payload_node, self.data, limits=spec.limits)
        if spec.checksum is not None:
            value = spec.checksum.compute(parts)
            parts += value.to_bytes(spec.checksum.size, spec.encoding.byteorder)
        return parts

    def save(self, target: Target) -> None:
        """Write the file: all of it is encoded first, and a path is replaced in one step or not at all.

        Args:
            target: A path or a binary file object.

        Raises:
            EncodeError: Header or data don't fit their types, or the file object fails.
            SnapshotIOError: The path can't be written; what was there before is still there.
        """
        try:
            data = self.to_bytes()
        except EncodeError as error:
            raise named(error, target)  # type: ignore[arg-type]  # noqa: B904 - the same error, with the name
        write_all(target, data)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Snapshot):
            return NotImplemented
        return self.header == other.header and bool(self.data == other.data)

    __hash__ = None  # type: ignore[assignment]  # mutable

    def __repr__(self) -> str:
        return f"<Snapshot of {self.format.name} {self.header.version}: {type(self.data).__name__}>"


#: Firecracker's files from outside: both architectures, the version of release 1.14, no type of data.
FIRECRACKER_FORMAT = SnapshotFormat(
    name="firecracker",
    magic={"x86_64": 0x0710_1984_8664_0000, "aarch64": 0x0710_1984_AAAA_0000},
    version="8.0.0",
)


def get_format_version(source: Source) -> semver.Version:
    """The version in the header of a snapshot file; see `SnapshotFormat.get_format_version`."""
    return FIRECRACKER_FORMAT.get_format_version(source)
