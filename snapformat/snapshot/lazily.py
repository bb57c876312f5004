"""Reading a file of a declared format without decoding its payload, and writing it back."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from snapformat.encodings.bincode.arrays import Arrays
from snapformat.encodings.bincode.codec.engine import (
    CLAIMED_PER_BYTE,
    check_limit,
    runs_constructs,
    write_value,
)
from snapformat.encodings.construct.wrappers import counted
from snapformat.errors import DecodeError, EncodeError, SnapshotError
from snapformat.io import Source
from snapformat.lazy.opening import LazyReader
from snapformat.lazy.reading import LazySource
from snapformat.lazy.writing import write_lazily
from snapformat.model.floats import ByteOrder
from snapformat.snapshot.checks import check_magic, check_version, explain, named
from snapformat.snapshot.checksum import Checksum
from snapformat.snapshot.header import HEADER, Header
from snapformat.snapshot.reading import payload_stop, read_header, read_payload
from snapformat.snapshot.spec import FormatSpec, Trailing, message

if TYPE_CHECKING:
    import semver

#: Pieces with a larger mean size are not joined before their checksum is computed; the checksum of a larger
#: unchanged end of a file is not computed again.
_LARGE = 1 << 14


class CachedHeader:
    """A validated header, cached for files with the same start, and written back while it is unchanged.

    Attributes:
        data: Its bytes.
        magic: Its magic.
        version: Its version.
        reader: The reader of the payload.
        runs_constructs: Whether the payload has constructs that may seek to any place.
    """

    __slots__ = ("data", "magic", "reader", "runs_constructs", "version")

    def __init__(self, spec: FormatSpec, header: Header, data: bytes) -> None:
        self.data: bytes = data
        self.magic: int = header.magic
        self.version: semver.Version = header.version
        self.runs_constructs: bool = runs_constructs(spec.payload_layout)
        self.reader: LazyReader = LazyReader(spec.payload_layout, spec.limit, spec.all_limits)


class FileSource(LazySource):
    """The bytes of a file.

    Attributes:
        spec: Its format.
        source: The source of its bytes, for errors.
        cached: Its header.
        sound_end: Offset of its checksum, if that matches and ends the file; else 0.
        stop: Maximum offset of the payload's end.
        whole: All bytes; `data` lacks the checksum if constructs would see its bytes.
    """

    __slots__ = ("cached", "sound_end", "source", "spec", "stop", "whole")

    def __init__(
        self,
        data: bytes,
        arrays: Arrays | None,
        spec: FormatSpec,
        source: Source,
        cached: CachedHeader,
        stop: int,
    ) -> None:
        self.data = data[:stop] if cached.runs_constructs else data
        self.whole: bytes = data
        self.stop: int = stop
        self.arrays = arrays
        self.limit = spec.limit
        self.spec: FormatSpec = spec
        self.source: Source = source
        self.cached: CachedHeader = cached
        self.sound_end: int = 0

    def explain(self, error: DecodeError) -> None:
        """Complete an error with the checksum's result and the file's name."""
        explain(self.spec, self.whole, error)
        named(error, self.source)

    def read_at_once(self) -> Any:
        """Read the data as without `lazy`."""
        try:
            return read_payload(self.spec, self.whole, len(self.cached.data), self.stop)[0]
        except DecodeError as error:
            raise named(error, self.source)  # noqa: B904 - the same error, with the file's name


def load_lazily(
    spec: FormatSpec, data: bytes, source: Source, check_crc: bool, trailing: Trailing, arrays: Arrays | None
) -> tuple[FileSource, Any, bytes] | None:
    """Read a file without decoding its payload.

    If bytes after the payload don't matter and the checksum matches, only the used parts of the payload are
    looked at. Otherwise the payload is skipped, which locates its fields and its end.

    Args:
        spec: The format.
        data: All bytes of the file.
        source: The source of the bytes, for errors.
        check_crc: Check the checksum.
        trailing: The rule for bytes after the payload.
        arrays: Type of the views of long arrays of numbers.

    Returns:
        The file with its header; the payload's value, which may be a `LazyValue`; and the bytes after it that
        are kept. None if the file must be read eagerly: it is damaged, or its layout has no skipper.
    """
    if spec.is_message or spec.many:
        return None
    cached: CachedHeader | None = spec.cached_header
    if cached is None or not data.startswith(cached.data):  # most files of a format have the same
        cached = _cache_header(spec, data)
        if cached is None:
            return None
    checksum, start = spec.checksum, len(cached.data)
    stop = payload_stop(spec, len(data), trailing, check_crc)
    if stop < start:
        return None
    file = FileSource(data, arrays, spec, source, cached, stop)
    if checksum is not None and check_crc:
        if not checksum.holds(data, spec.encoding.byteorder):
            return None
        end = file.sound_end = len(data) - checksum.size
        if stop != end and data[-1:] != b"\0":  # zeros after a checksum don't change the residue
            value = cached.reader.open_trusted(file, start, end)
            if value is not None:
                return file, value, b""
    opened = cached.reader.open(file, start, stop)
    if opened is None or (trailing == "refuse" and opened[1] != stop):
        return None
    return file, opened[0], data[opened[1] : stop] if trailing == "keep" else b""


def _cache_header(spec: FormatSpec, data: bytes) -> CachedHeader | None:
    """Check a header, and cache it in the format for the next file; return None if it is bad."""
    try:
        header, end = read_header(spec, data)
        check_magic(spec, header)
        check_version(spec, header)
    except SnapshotError:
        return None
    cached = CachedHeader(spec, header, data[:end])
    object.__setattr__(spec, "cached_header", cached)
    return cached


def file_bytes(
    spec: FormatSpec, header: Header, data: Any, file: FileSource | None, trailing: bytes = b""
) -> bytes:
    """Return the bytes of a file: header, data, checksum; undecoded parts are copied unchanged.

    Args:
        spec: The format.
        header: The header.
        data: The data.
        file: The file that they were read from, or None.
        trailing: Bytes to write after the data.

    Raises:
        EncodeError: Header or data don't fit their types, or there are trailing bytes and the format does not
            keep them.
    """
    if trailing and spec.trailing != "keep":
        raise EncodeError(
            f"the format {spec.name} has no place for the {counted(len(trailing))} after the data",
            hint='SnapshotFormat(trailing="keep") has; or set `trailing` of the snapshot to b""',
        )
    if spec.is_message:
        written: bytes = message().to_bytes(spec, header, data)
        return written
    if file is not None and file.spec is not spec:
        file = None
    cached = None if file is None else file.cached
    if cached is not None and header.magic == cached.magic and header.version is cached.version:
        head = cached.data
    elif spec.is_bare:
        head = b""
    else:
        head = write_value(spec.header_layout, header, limits=spec.all_limits, root=HEADER)
    if spec.many:
        return _many_bytes(spec, data)
    parts, stop = write_lazily(spec.payload_layout, data, spec.all_limits)
    limit = spec.limit
    if limit is not None:
        if head:
            check_limit(spec.header_layout, head, limit, spec.all_limits, HEADER)
        if CLAIMED_PER_BYTE * sum(map(len, parts)) > limit:
            check_limit(spec.payload_layout, b"".join(parts), limit, spec.all_limits)
    pieces = [head, *parts]
    if trailing:
        pieces.append(trailing)
        stop = 0
    checksum, order = spec.checksum, spec.encoding.byteorder
    if checksum is None:
        return b"".join(pieces)
    value = None if file is None else _by_difference(checksum, file, pieces, stop, order)
    if value is None:
        for piece in pieces if sum(map(len, pieces)) > _LARGE * len(pieces) else [b"".join(pieces)]:
            value = checksum.compute(piece, value)
    assert value is not None
    pieces.append(value.to_bytes(checksum.size, order))
    return b"".join(pieces)


def _many_bytes(spec: FormatSpec, data: Any) -> bytes:
    """Return the bytes of many values; the reference raises the error with the place of it."""
    op, limit, limits = spec.record_layout, spec.limit, spec.all_limits
    written: list[bytes] | None = None
    if isinstance(data, list | tuple):
        with suppress(EncodeError):
            written = [b"".join(write_lazily(op, each, limits)[0]) for each in data]
    if written is None:
        return write_value(spec.payload_layout, data, limits=limits)
    if limit is not None:
        for index, each in enumerate(written):
            check_limit(op, each, limit, limits, (index,))
    return b"".join(written)


def _by_difference(
    checksum: Checksum, file: FileSource, pieces: list[Any], stop: int, order: ByteOrder
) -> int | None:
    """Compute the checksum from that of a file whose end is the last piece; None if it is not, or is short.

    Args:
        checksum: The algorithm.
        file: The file.
        pieces: The pieces.
        stop: End of the last piece in the bytes that it is a view of, or 0.
        order: Byte order of the checksum.
    """
    old, rest = file.data, pieces[-1]
    if not stop or stop != file.sound_end or rest.obj is not old or len(rest) < _LARGE:
        return None
    stored = int.from_bytes(file.whole[stop:], order)
    return checksum.replaced(stored, old[: stop - len(rest)], b"".join(pieces[:-1]), len(rest))
