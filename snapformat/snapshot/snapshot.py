"""`Snapshot` and `SnapshotFormat`: loading and saving files of a declared format."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, overload

import semver

from snapformat import once
from snapformat.bincode import Encoding
from snapformat.encodings.bincode.limit import BINCODE
from snapformat.encodings.construct.reach import goes_back
from snapformat.errors import EncodeError, SchemaError, SnapshotError
from snapformat.io import Source, Target, read_all, write_all
from snapformat.layout import Event, walk
from snapformat.lazy.value import LazyValue
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model.declare.display import html_of
from snapformat.path import Root
from snapformat.snapshot.checks import (
    check_checksum,
    check_end,
    check_magic,
    check_room,
    check_version,
    named,
)
from snapformat.snapshot.derived import derived
from snapformat.snapshot.header import HEADER, NO_HEADER, Header
from snapformat.snapshot.reading import (
    as_of,
    check_fields,
    load_bytes,
    payload_stop,
    read_header,
    read_header_from,
)
from snapformat.snapshot.spec import MAX_FILE_SIZE, Compression, FormatSpec, Trailing, compressor, message
from snapformat.type_of import T, U

if TYPE_CHECKING:
    from snapformat.encodings.bincode.arrays import Arrays
    from snapformat.encodings.bitcode.encoding import Bitcode
    from snapformat.encodings.bitcode.reader import Column
    from snapformat.snapshot.lazily import FileSource
    from snapformat.type_of import TypeOf


@cache
def _lazily() -> Any:
    """Import the module for lazy reading and writing, which most runs of the command line don't need."""
    from snapformat.snapshot import lazily

    return lazily


class SnapshotFormat(FormatSpec[T]):
    """A format of snapshot files, declared in a few lines.

    Example:
        ```python
        SAVES = SnapshotFormat(name="game", magic=0x47414D45, version="1.2.0", payload=SaveGame)
        SAVES.new(SaveGame(level=3)).save("slot1.sav")
        print(SAVES.load("slot1.sav").data.level)
        ```

    The parameters are its attributes, from `name` to `note`.
    """

    @overload
    @classmethod
    def bare(
        cls,
        name: str,
        payload: TypeOf[U],
        encoding: Encoding | Bitcode = ...,
        *,
        many: Literal[True],
        compression: Compression | None = ...,
        trailing: Trailing = ...,
        limits: Limits = ...,
        allow_pickle: bool = ...,
        max_file_size: int = ...,
        note: str = ...,
    ) -> SnapshotFormat[list[U]]: ...

    @overload
    @classmethod
    def bare(
        cls,
        name: str,
        payload: TypeOf[U],
        encoding: Encoding | Bitcode = ...,
        *,
        many: Literal[False] = ...,
        compression: Compression | None = ...,
        trailing: Trailing = ...,
        limits: Limits = ...,
        allow_pickle: bool = ...,
        max_file_size: int = ...,
        note: str = ...,
    ) -> SnapshotFormat[U]: ...

    @overload
    @classmethod
    def bare(
        cls,
        name: str,
        payload: TypeOf[Any],
        encoding: Encoding | Bitcode = ...,
        *,
        many: bool,
        compression: Compression | None = ...,
        trailing: Trailing = ...,
        limits: Limits = ...,
        allow_pickle: bool = ...,
        max_file_size: int = ...,
        note: str = ...,
    ) -> SnapshotFormat[Any]: ...

    @classmethod
    def bare(
        cls,
        name: str,
        payload: TypeOf[U],
        encoding: Encoding | Bitcode = BINCODE,
        *,
        many: bool = False,
        compression: Compression | None = None,
        trailing: Trailing = "refuse",
        limits: Limits = DEFAULT_LIMITS,
        allow_pickle: bool = False,
        max_file_size: int = MAX_FILE_SIZE,
        note: str = "",
    ) -> SnapshotFormat[Any]:
        """Declare a format of bare files, which have neither magic nor version nor checksum.

        Such a file is the bytes of a value, as `encode` returns them: what most programs write with bincode.

        Example:
            ```python
            HISTORY = SnapshotFormat.bare("history", Visit, many=True)
            visits = HISTORY.load("history.bin").data
            ```

        Args:
            name: Name of the format.
            payload: Type of the data: see `FormatSpec`.
            encoding: Encoding of the data; by default that of bincode's `serialize`: integers of fixed width,
                little endian, without a limit unless construct runs a part.
            many: Whether the file has any number of values one after the other; `Snapshot.data` is their
                list. The encoding's limit applies to each.
            compression: The compression around the whole file: `"gzip"`, `"zlib"` or `"zstd"`. zstd needs
                Python 3.14, or the package backports.zstd.
            trailing: The treatment of bytes after the value: see `FormatSpec`.
            limits: Limits of depth and of zero-sized elements.
            allow_pickle: Whether construct's `Pickled` is read.
            max_file_size: Maximum size in bytes, of the file and of its content.
            note: A sentence that its documents begin with, or empty.

        Raises:
            SchemaError: The payload is not a type, or values of it take no bytes and there are many.
        """
        kind: Any = payload
        return cls(
            name=name,
            magic=None,
            version="0.0.0",
            payload=kind,
            encoding=encoding,
            checksum=None,
            limits=limits,
            allow_pickle=allow_pickle,
            max_file_size=max_file_size,
            trailing=trailing,
            note=note,
            many=many,
            compression=compression,
        )

    def with_payload(self, payload: TypeOf[U]) -> SnapshotFormat[U]:
        """Return this format with another type of data; for a class, the same object every time."""
        found: SnapshotFormat[Any] = derived(self, payload)
        return found

    def new(self, data: T, *, arch: str | None = None) -> Snapshot[T]:
        """Make a snapshot of data, with this format's version.

        Args:
            data: The data; it is checked when the snapshot is saved.
            arch: Architecture whose magic is written; by default this machine's.
        """
        header = NO_HEADER if self.is_bare else Header(self.magic_of(arch), self.supported)
        return Snapshot(header, data, self)

    def load(
        self,
        source: Source,
        *,
        strict: bool = False,
        lazy: bool = False,
        arrays: Arrays | None = None,
        upgrade: bool = False,
    ) -> Snapshot[T]:
        """Read a file and check all of it. Bytes after the data are treated as the format's `trailing` says.

        With `lazy`, header and checksum are checked, but structs and sequences are decoded on first access;
        untouched ones are written back byte for byte. Bytes that are not a value of their type raise a
        `DecodeError` on first access; `Snapshot.validate` decodes everything. A layout that can't be skipped
        without decoding (one with construct's `Checksum`, for example) is read at once.

        Args:
            source: A path, a bytes-like object or a binary file object.
            strict: Read with the rule `trailing="refuse"`, whatever the rule of the format.
            lazy: Decode on first access.
            arrays: With `lazy`: `"memoryview"` or `"numpy"` returns sequences of numbers, and fixed arrays of
                more than 64 numbers, as views of the file's bytes instead of lists. Those in variants of
                enums, tuples, sets and maps stay lists. If the byte order is not that of the machine, a
                memoryview refers to a copy. With `"numpy"`, the same holds for fixed-width records, which are
                structured arrays.
            upgrade: Read files of older versions too, and return a snapshot of this format's version: by its
                steps (`snapformat.migrate`), and with the defaults of fields that the file lacks
                (`doc(since=...)`). Losses are refused.

        Raises:
            SnapshotIOError: The file can't be read.
            DecodeError: Header or payload can't be decoded, or bytes are left over that are refused.
            InvalidMagicError: The magic is another one.
            InvalidFormatVersionError: The format does not read this version.
            Crc64Error: The checksum does not match.
            MigrationError: With `upgrade`: the data can't be carried to this version.
        """
        return (
            self._upgraded(source, strict, lazy)
            if upgrade
            else self._load(source, True, strict, lazy, arrays)
        )

    def _upgraded(self, source: Source, strict: bool, lazy: bool) -> Snapshot[T]:
        if lazy:
            raise ValueError("a file is read at once to be upgraded: leave out lazy or upgrade")
        steps = self.all_steps
        if steps:
            made: Snapshot[T] = steps.upgrade(self, source, strict=strict)
            return made
        found = self._load(source, True, strict, lazy, None)
        return Snapshot(Header(found.magic, self.supported), found.data, self, found.trailing)

    def load_without_crc_check(
        self, source: Source, *, strict: bool = False, lazy: bool = False, arrays: Arrays | None = None
    ) -> Snapshot[T]:
        """Read a file like `load`, without comparing its checksum.

        The bytes of the checksum are still expected at the end of the file, and are not part of the data. To
        read a buffer without them, use the format `dataclasses.replace(format, checksum=None)`. With
        `trailing="ignore"`, only header and data have to be there.
        """
        return self._load(source, False, strict, lazy, arrays)

    def _load(
        self, source: Source, check_crc: bool, strict: bool, lazy: bool, arrays: Arrays | None
    ) -> Snapshot[T]:
        if arrays is not None:
            from snapformat.lazy.opening import check_arrays

            check_arrays(lazy, arrays, packed=self.is_message)
        trailing: Trailing = "refuse" if strict else self.trailing
        try:
            data = self.unpacked(read_all(source, max_size=self.max_file_size))
            self = as_of(self, data)
            if lazy:
                found = _lazily().load_lazily(self, data, source, check_crc, trailing, arrays)
                if found is not None:
                    file, value, kept = found
                    header = Header(file.cached.magic, file.cached.version)
                    made = Snapshot(header, value, self, kept)
                    made._file = file
                    return made
            parts = load_bytes(self, data, check_crc=check_crc, trailing=trailing)
        except SnapshotError as error:
            raise named(error, source)  # noqa: B904 - the same error, with the file's name
        return Snapshot(parts.header, parts.data, self, parts.trailing)

    def get_format_version(self, source: Source) -> semver.Version:
        """Return the version in the header of a file, without reading or checking anything else.

        Raises:
            SnapshotIOError: The file can't be opened.
            DecodeError: The source fails or ends within the header, or the version is not a semantic version.
        """
        return self.get_header(source).version

    def get_header(self, source: Source) -> Header:
        """Return the header of a file, without checking it. Raises as `get_format_version`."""
        try:
            return read_header_from(self, source)
        except SnapshotError as error:
            raise named(error, source)  # noqa: B904 - the same error, with the file's name

    def walk(self, source: Source, *, c_structs: bool = False) -> Iterator[Event]:
        """Iterate over the values of a file with their offsets: header, data and checksum.

        Paths are those of errors: `$header` for the header, `$` for the data, `$checksum` for the checksum.
        Trailing bytes that the format keeps are an event of the kind `trailing`.

        Args:
            source: A path, a bytes-like object or a binary file object.
            c_structs: Whether bytes of exactly the size of the C struct in them are split into its fields.

        Raises:
            SnapshotIOError: The file can't be read.
            DecodeError: It can't be decoded, or bytes are left over that are refused.
            Crc64Error: The checksum does not match.
            SchemaError: The encoding stores columns (bitcode), whose values have no offsets.
        """
        data = self.unpacked(read_all(source, max_size=self.max_file_size))
        self = as_of(self, data)
        header_end = read_header(self, data)[1]
        limit, limits = self.limit, self.all_limits
        if not self.is_bare:
            yield from walk(self.header_layout, data, limit=limit, limits=limits, root=HEADER)
        stop = payload_stop(self, len(data), self.trailing, check_crc=False)
        check_room(self, data, header_end, stop)
        payload = data[:stop]
        options: dict[str, Any] = {"limit": limit, "limits": limits, "blobs": c_structs}
        events = walk(self.payload_layout, payload, header_end, **options)
        data_end = yield from _to_the_last(events) if goes_back(self.payload_layout.kind) else events
        at = data_end if self.trailing == "ignore" else stop
        check_checksum(self, data, data_end, at)
        if self.trailing == "refuse":
            check_end(self, data, data_end)
        elif data_end < at:
            yield Event(data_end, at - data_end, "trailing", (Root("trailing"),), data[data_end:at])
        if self.checksum is not None:
            stored = data[at : at + self.checksum.size]
            value = int.from_bytes(stored, self.encoding.byteorder)
            yield Event(at, len(stored), "checksum", (Root("checksum"),), value)

    def columns(self, source: Source) -> Iterator[Column]:
        """Iterate over the columns of a file in bitcode: header and data are one message of columns.

        Yields:
            Columns in their order, with offset, size, packing, number of values, and their place in the type.
            Those of a damaged file up to the error come before it is raised.

        Raises:
            SnapshotIOError: The file can't be read.
            DecodeError: It can't be decoded.
            InvalidMagicError: The magic is another one.
            InvalidFormatVersionError: The format does not read this version.
            Crc64Error: The checksum does not match.
            SchemaError: The encoding has no columns (bincode).
        """
        if not self.is_message:
            raise SchemaError(f"the values of {self.name} lie one after the other: `walk` iterates over them")
        data = self.unpacked(read_all(source, max_size=self.max_file_size))
        self = as_of(self, data)
        stop = payload_stop(self, len(data), self.trailing, check_crc=False)
        check_room(self, data, 0, stop)
        yield from message().read_columns(self, data, stop)
        header, _ = read_header(self, data)
        check_magic(self, header)
        check_version(self, header)
        check_checksum(self, data, stop)


def _to_the_last(events: Generator[Event, None, int]) -> Generator[Event, None, int]:
    """Iterate over events; return the offset after the last of all bytes that have one."""
    last = 0
    while True:
        try:
            event = next(events)
        except StopIteration as stop:
            return max(last, int(stop.value))
        last = max(last, event.offset + event.size)
        yield event


class Snapshot(Generic[T]):
    """A snapshot in memory: its header and its data.

    Attributes:
        header: Magic and version; a loaded snapshot keeps those of its file. A bare file has none: using
            it is a `SchemaError`.
        data: The data.
        format: The format it was made or loaded with.
        trailing: Bytes between the data and the checksum, such as fields added by a newer program. A format
            with `trailing="keep"` reads and writes them; with any other format they are empty.
    """

    __slots__ = ("_data", "_file", "_header", "format", "trailing")

    def __init__(self, header: Header, data: T, format: SnapshotFormat[T], trailing: bytes = b"") -> None:
        self._header = header
        self._data: T | LazyValue = data
        self._file: FileSource | None = None
        self.format: SnapshotFormat[T] = format
        self.trailing: bytes = trailing

    @property
    def header(self) -> Header:
        """Magic and version."""
        self.format.check_header()
        return self._header

    @header.setter
    def header(self, value: Header) -> None:
        self.format.check_header()
        self._header = value

    @property
    def data(self) -> T:
        """The data."""
        # `type()`, because `isinstance` would trigger the lazy `__class__` property.
        while type(found := self._data) is LazyValue:
            # If another thread was first, or has set it, all threads get that value.
            once.replace(*_DATA, self, found, found.value())
        return found  # type: ignore[return-value]  # its layout ensures the type

    @data.setter
    def data(self, value: T) -> None:
        self._data = value

    def validate(self) -> None:
        """Decode everything that a lazy `load` has deferred; afterwards the data is as if read at once.

        Raises:
            DecodeError: Bytes are not a value of their type; the error has the path and the offset.
        """
        from snapformat.lazy.validating import validate

        validate(self.data)

    @classmethod
    def new(
        cls,
        data: U,
        payload: TypeOf[Any] | None = None,
        *,
        format: SnapshotFormat[Any] | None = None,
        arch: str | None = None,
    ) -> Snapshot[U]:
        """Make a snapshot of data.

        Args:
            data: The data; it is checked when the snapshot is saved.
            payload: Its type, unless the class of the data is declared (`Snapshot.new(42, u32)`).
            format: The format; by default Firecracker's, with the version of release 1.14.
            arch: Architecture whose magic is written; by default this machine's.
        """
        chosen = FIRECRACKER_FORMAT if format is None else format
        if payload is not None or chosen.payload is None:
            chosen = chosen.with_payload(type(data) if payload is None else payload)
        return chosen.new(data, arch=arch)

    @classmethod
    def load(
        cls,
        source: Source,
        payload: TypeOf[U],
        *,
        format: SnapshotFormat[Any] | None = None,
        strict: bool = False,
        lazy: bool = False,
        arrays: Arrays | None = None,
    ) -> Snapshot[U]:
        """Read a file whose data is of the given type; see `SnapshotFormat.load`.

        Without a format of your own, bytes after the data are treated as in Firecracker's code:
        `trailing="ignore"`.

        Args:
            source: A path, a bytes-like object or a binary file object.
            payload: Type of the data.
            format: The format; by default Firecracker's, of either architecture.
            strict: Refuse bytes left over after the data.
            lazy: Decode on first access.
            arrays: With `lazy`: the class of sequences of numbers; see `SnapshotFormat.load`.
        """
        chosen = FIRECRACKER_FORMAT if format is None else format
        return chosen.with_payload(payload).load(source, strict=strict, lazy=lazy, arrays=arrays)

    @classmethod
    def load_without_crc_check(
        cls,
        source: Source,
        payload: TypeOf[U],
        *,
        format: SnapshotFormat[Any] | None = None,
        lazy: bool = False,
        arrays: Arrays | None = None,
    ) -> Snapshot[U]:
        """Read a file like `load`, without comparing its checksum."""
        chosen = FIRECRACKER_FORMAT if format is None else format
        return chosen.with_payload(payload).load_without_crc_check(source, lazy=lazy, arrays=arrays)

    @property
    def version(self) -> semver.Version:
        """The version in the header."""
        return self.header.version

    @property
    def magic(self) -> int:
        """The magic in the header."""
        return self.header.magic

    @property
    def arch(self) -> str | None:
        """The architecture that the magic identifies, or None."""
        return self.format.arch_of(self._header.magic)

    def to_bytes(self) -> bytes:
        """Return the bytes of the whole file: header, data, kept trailing bytes, checksum.

        A bare file has only the data, perhaps compressed. The bytes of compressed files depend on the
        compressor: a file that another program has compressed is rarely the same after saving, its content
        is.

        Raises:
            EncodeError: Header or data don't fit their types; the error has the path.
            DecodeError: A deferred field has to be decoded, and its bytes are not a value of its type.
        """
        spec = self.format
        if spec.declared.added_since:
            check_fields(spec, self._header.version)
        data: bytes = _lazily().file_bytes(spec, self._header, self._data, self._file, self.trailing)
        if spec.compression is None:
            return data
        packed: bytes = compressor().pack(data, spec.compression)
        return packed

    def save(self, target: Target) -> None:
        """Encode the snapshot and write it; a path is replaced atomically.

        Args:
            target: A path or a binary file object.

        Raises:
            EncodeError: Header or data don't fit their types, or the file object fails.
            DecodeError: A deferred field has to be decoded, and its bytes are not a value of its type.
            SnapshotIOError: The path can't be written; the old file is unchanged.
        """
        try:
            data = self.to_bytes()
        except EncodeError as error:
            raise named(error, target)  # type: ignore[arg-type]  # noqa: B904 - the same error, with the name
        write_all(target, data)

    def __reduce__(self) -> tuple[Any, ...]:
        # Without the bytes of the file that it was read from.
        return Snapshot, (self._header, self.data, self.format, self.trailing)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Snapshot):
            return NotImplemented
        if self._header != other._header or self.trailing != other.trailing:
            return False
        return bool(self.data == other.data)

    __hash__: ClassVar[None]  # type: ignore[assignment]  # mutable

    def __repr__(self) -> str:
        version = "" if self.format.is_bare else f" {self._header.version}"
        return f"<Snapshot of {self.format.name}{version}: {type(self.data).__name__}>"

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:
        yield "format", self.format.name
        yield "version", str(self.header.version)
        yield "data", self.data

    def _repr_html_(self) -> str:
        return html_of(self.data, f"{self.format.name} {self.header.version}")


_slot: Any = vars(Snapshot)["_data"]
_DATA = _slot.__get__, _slot.__set__

#: Firecracker's files without a type of data: both architectures, the version of release 1.14.
FIRECRACKER_FORMAT = SnapshotFormat(
    name="firecracker",
    magic={"x86_64": 0x0710_1984_8664_0000, "aarch64": 0x0710_1984_AAAA_0000},
    version="8.0.0",
    trailing="ignore",
)


def get_format_version(source: Source) -> semver.Version:
    """Return the version in the header of a snapshot file; see `SnapshotFormat.get_format_version`."""
    return FIRECRACKER_FORMAT.get_format_version(source)
