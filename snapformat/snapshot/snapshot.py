"""`Snapshot` and `SnapshotFormat`: files of a declared format, loaded and saved."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import semver

from snapformat import once
from snapformat.errors import EncodeError, SnapshotError
from snapformat.io import Source, Target, read_all, write_all
from snapformat.layout.reader import Event
from snapformat.layout.walk import walk
from snapformat.lazy.value import LazyValue
from snapformat.snapshot.derived import derived
from snapformat.snapshot.reading import (
    check_checksum,
    check_end,
    check_room,
    load_bytes,
    named,
    payload_stop,
    read_header,
    read_header_from,
)
from snapformat.snapshot.spec import FormatSpec, Header, Trailing

if TYPE_CHECKING:
    from snapformat.layout.arrays import Arrays
    from snapformat.snapshot.lazily import FileSource

T = TypeVar("T")


@cache
def _lazily() -> Any:
    """What reads lazily and writes: the command line mostly loads, and no more."""
    from snapformat.snapshot import lazily

    return lazily


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
        """The same format with another type of data; of a class the same object every time."""
        return derived(self, payload)

    def new(self, data: Any, *, arch: str | None = None) -> Snapshot[Any]:
        """A snapshot of data, with this format's version.

        Args:
            data: The data; it is checked when it is saved.
            arch: Architecture whose magic is written; by default this machine's.
        """
        return Snapshot(Header(self.magic_of(arch), self.supported), data, self)

    def load(
        self, source: Source, *, strict: bool = False, lazy: bool = False, arrays: Arrays | None = None
    ) -> Snapshot[Any]:
        """Read a file, checking all of it; its rule for bytes after the data is the format's `trailing`.

        With `lazy`, the checksum vouches for the data: structs and sequences are decoded when they are
        touched, and what is never touched is written as the very bytes it was read from. Bytes that are no
        value of their type raise when they are touched; `Snapshot.validate` touches all. Header and checksum
        are judged as ever. A layout that can't be passed over (one with construct's `Checksum`, say) is read
        at once.

        Args:
            source: A path, a bytes-like object or a binary file object.
            strict: Read by the rule `trailing="refuse"`, whatever the format's is.
            lazy: Decode what is touched.
            arrays: With `lazy`: `"memoryview"` or `"numpy"` hands out sequences of numbers, and fixed arrays
                of more than 64, as views of the file's bytes, not as lists. Those in variants of enums,
                tuples, sets and maps are lists all the same. In the byte order that is not the machine's, a
                memoryview is one of a copy.

        Raises:
            SnapshotIOError: The file can't be read.
            DecodeError: Header or payload can't be decoded, or bytes are left that are refused.
            InvalidMagicError: Another magic.
            InvalidFormatVersionError: A version that is not read.
            Crc64Error: The checksum does not hold.
        """
        return self._load(source, True, strict, lazy, arrays)

    def load_without_crc_check(
        self, source: Source, *, strict: bool = False, lazy: bool = False, arrays: Arrays | None = None
    ) -> Snapshot[Any]:
        """Read a file without looking at its checksum; else as `load`.

        The checksum's bytes have their place at the end of the file all the same, whatever they are, and are
        no part of the data. A buffer without them is read by the format `dataclasses.replace(format,
        checksum=None)`. Under `trailing="ignore"`, only header and data have to be there.
        """
        return self._load(source, False, strict, lazy, arrays)

    def _load(
        self, source: Source, check_crc: bool, strict: bool, lazy: bool, arrays: Arrays | None
    ) -> Snapshot[Any]:
        if arrays is not None:
            from snapformat.lazy.opening import check_arrays

            check_arrays(lazy, arrays)
        trailing: Trailing = "refuse" if strict else self.trailing
        try:
            data = read_all(source, max_size=self.max_file_size)
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

        Paths are those of errors: `$.header` for the header, `$` for the data itself. Bytes after the data
        that the format keeps are an event of the kind `trailing`.

        Raises:
            SnapshotIOError: The file can't be read.
            DecodeError: It can't be decoded, or bytes are left that are refused.
            Crc64Error: The checksum does not hold.
        """
        data = read_all(source, max_size=self.max_file_size)
        header_end = read_header(self, data)[1]
        limit, limits = self.encoding.limit, self.limits
        yield from walk(self.header_node, data, limit=limit, limits=limits, root=("header",))
        stop = payload_stop(self, len(data), self.trailing, check_crc=False)
        check_room(self, data, header_end, stop)
        payload = data[:stop]
        data_end = yield from walk(self.payload_node, payload, header_end, limit=limit, limits=limits)
        at = data_end if self.trailing == "ignore" else stop
        check_checksum(self, data, data_end, at)
        if self.trailing == "refuse":
            check_end(self, data, data_end)
        elif data_end < at:
            yield Event(data_end, at - data_end, "trailing", (), data[data_end:at])
        if self.checksum is not None:
            stored = data[at : at + self.checksum.size]
            value = int.from_bytes(stored, self.encoding.byteorder)
            yield Event(at, len(stored), "checksum", (), value)


class Snapshot(Generic[T]):
    """A snapshot in memory: its header and its data.

    Attributes:
        header: Magic and version; a loaded snapshot keeps the file's own.
        data: The data.
        format: The format it was made or loaded with.
        trailing: Bytes after the data that the file's checksum covers: what a newer program has added, say.
            A format with `trailing="keep"` reads and writes them; under any other they are empty.
    """

    __slots__ = ("_data", "_file", "format", "header", "trailing")

    def __init__(self, header: Header, data: T, format: SnapshotFormat, trailing: bytes = b"") -> None:
        self.header = header
        self._data: T | LazyValue = data
        self._file: FileSource | None = None
        self.format = format
        self.trailing = trailing

    @property
    def data(self) -> T:
        """The data."""
        # Not `isinstance`, which would ask what is undecoded for its class.
        while type(found := self._data) is LazyValue:
            # Unless another thread was first, or has set it: then all get what is there.
            once.replace(*_DATA, self, found, found.value())
        return found  # type: ignore[return-value]  # read by its layout

    @data.setter
    def data(self, value: T) -> None:
        self._data = value

    def validate(self) -> None:
        """Decode all that a lazy `load` has left undecoded; the data is then as any other.

        Raises:
            DecodeError: Bytes are no value of their type; path and offset say where.
        """
        from snapformat.lazy.validating import validate

        validate(self.data)

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
        cls,
        source: Source,
        payload: type[T],
        *,
        format: SnapshotFormat | None = None,
        strict: bool = False,
        lazy: bool = False,
        arrays: Arrays | None = None,
    ) -> Snapshot[T]: ...

    @overload
    @classmethod
    def load(
        cls,
        source: Source,
        payload: Any,
        *,
        format: SnapshotFormat | None = None,
        strict: bool = False,
        lazy: bool = False,
        arrays: Arrays | None = None,
    ) -> Snapshot[Any]: ...

    @classmethod
    def load(
        cls,
        source: Source,
        payload: Any,
        *,
        format: SnapshotFormat | None = None,
        strict: bool = False,
        lazy: bool = False,
        arrays: Arrays | None = None,
    ) -> Snapshot[Any]:
        """Read a file whose data is of the given type; see `SnapshotFormat.load`.

        Without a format of your own, the rule for bytes after the data is that of Firecracker's code:
        `trailing="ignore"`.

        Args:
            source: A path, a bytes-like object or a binary file object.
            payload: Type of the data.
            format: The format; by default Firecracker's, of either architecture.
            strict: Refuse bytes left after the data.
            lazy: Decode what is touched.
            arrays: With `lazy`: how sequences of numbers are handed out.
        """
        chosen = FIRECRACKER_FORMAT if format is None else format
        return chosen.with_payload(payload).load(source, strict=strict, lazy=lazy, arrays=arrays)

    @overload
    @classmethod
    def load_without_crc_check(
        cls,
        source: Source,
        payload: type[T],
        *,
        format: SnapshotFormat | None = None,
        lazy: bool = False,
        arrays: Arrays | None = None,
    ) -> Snapshot[T]: ...

    @overload
    @classmethod
    def load_without_crc_check(
        cls,
        source: Source,
        payload: Any,
        *,
        format: SnapshotFormat | None = None,
        lazy: bool = False,
        arrays: Arrays | None = None,
    ) -> Snapshot[Any]: ...

    @classmethod
    def load_without_crc_check(
        cls,
        source: Source,
        payload: Any,
        *,
        format: SnapshotFormat | None = None,
        lazy: bool = False,
        arrays: Arrays | None = None,
    ) -> Snapshot[Any]:
        """Read a file without looking at its checksum; else as `load`."""
        chosen = FIRECRACKER_FORMAT if format is None else format
        return chosen.with_payload(payload).load_without_crc_check(source, lazy=lazy, arrays=arrays)

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
        """The whole file: header, data, what is kept after it, checksum.

        Raises:
            EncodeError: Header or data don't fit their types; the path says where.
            DecodeError: What was read lazily turns out to be bad where it has to be looked at.
        """
        data: bytes = _lazily().file_bytes(self.format, self.header, self._data, self._file, self.trailing)
        return data

    def save(self, target: Target) -> None:
        """Write the file: all of it is encoded first, and a path is replaced in one step or not at all.

        Args:
            target: A path or a binary file object.

        Raises:
            EncodeError: Header or data don't fit their types, or the file object fails.
            DecodeError: What was read lazily turns out to be bad where it has to be looked at.
            SnapshotIOError: The path can't be written; what was there before is still there.
        """
        try:
            data = self.to_bytes()
        except EncodeError as error:
            raise named(error, target)  # type: ignore[arg-type]  # noqa: B904 - the same error, with the name
        write_all(target, data)

    def __reduce__(self) -> tuple[Any, ...]:
        # Nothing else refers to the bytes it was read from.
        return Snapshot, (self.header, self.data, self.format, self.trailing)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Snapshot):
            return NotImplemented
        if self.header != other.header or self.trailing != other.trailing:
            return False
        return bool(self.data == other.data)

    __hash__ = None  # type: ignore[assignment]  # mutable

    def __repr__(self) -> str:
        return f"<Snapshot of {self.format.name} {self.header.version}: {type(self.data).__name__}>"


_slot: Any = vars(Snapshot)["_data"]
_DATA = _slot.__get__, _slot.__set__

#: Firecracker's files from outside: both architectures, the version of release 1.14, no type of data.
FIRECRACKER_FORMAT = SnapshotFormat(
    name="firecracker",
    magic={"x86_64": 0x0710_1984_8664_0000, "aarch64": 0x0710_1984_AAAA_0000},
    version="8.0.0",
    trailing="ignore",
)


def get_format_version(source: Source) -> semver.Version:
    """The version in the header of a snapshot file; see `SnapshotFormat.get_format_version`."""
    return FIRECRACKER_FORMAT.get_format_version(source)
