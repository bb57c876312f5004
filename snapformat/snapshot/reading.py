"""Reading a file of a declared format: the order of checks, and their errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from snapformat.bincode import u64
from snapformat.encodings.bincode.codec.engine import check_value, read_value
from snapformat.encodings.bincode.plan import layout_of
from snapformat.encodings.construct.reach import Reach, goes_back
from snapformat.errors import DecodeError, EncodeError
from snapformat.io import ExactReader, Source
from snapformat.layout import read as read_from_layout
from snapformat.layout import read_stream
from snapformat.snapshot.checks import (
    check_checksum,
    check_end,
    check_magic,
    check_room,
    check_version,
    crc_error,
    expected_magic,
    explain,
    not_of,
)
from snapformat.snapshot.header import HEADER, NO_HEADER, Header
from snapformat.snapshot.spec import CheckOrder, FormatSpec, Trailing, message, records

if TYPE_CHECKING:
    import semver

Spec = TypeVar("Spec", bound=FormatSpec)

#: Maximum size of a magic in bytes: with integers of variable length, a marker and the number.
MOST_OF_MAGIC = 9


#: In place of a payload that was only checked.
NOT_DECODED: Any = object()


class Parts(NamedTuple):
    """The decoded parts of a file.

    Attributes:
        header: The header.
        header_end: Offset after the header, where the payload begins.
        data: The value of the payload.
        data_end: Offset after the payload.
        trailing: Bytes after the payload that the format keeps.
    """

    header: Header
    header_end: int
    data: Any
    data_end: int
    trailing: bytes = b""


def read_header(spec: FormatSpec, data: bytes, stop: int | None = None) -> tuple[Header, int]:
    """Decode the header at the start of a file, without checking it.

    Args:
        spec: The format.
        data: All bytes of the file.
        stop: Offset where the readable bytes end; by default the end of the file.

    Returns:
        The header and the offset after it.

    Raises:
        DecodeError: The file is too short, or the version is not a semantic version.
    """
    if spec.is_bare:
        return NO_HEADER, 0
    latest = spec.latest_header.found
    end = len(data) if stop is None else stop
    if latest is not None and data.startswith(latest[0], 0, end):  # most files of a format share their header
        known, header = latest
        return Header(header.magic, header.version), len(known)
    try:
        if spec.is_message:
            header, end = message().read_header(spec, data, stop)
        else:
            header, end = read_value(
                spec.header_layout,
                data,
                limit=spec.bincode.limit,
                limits=spec.all_limits,
                root=HEADER,
                stop=stop,
            )
    except DecodeError as error:
        explain_header(spec, data, error)
        raise
    spec.latest_header.found = data[:end], Header(header.magic, header.version)
    return header, end


def as_of(spec: Spec, data: bytes) -> Spec:
    """Return a format as files of the version in a header have it: without the fields added since."""
    if not spec.added_since:
        return spec
    try:
        version = read_header(spec, data)[0].version
    except DecodeError:  # which reading the file raises again
        return spec
    found: Spec = spec.at(version) if spec.accepts(spec.supported, version) else spec
    return found


def check_fields(spec: FormatSpec, version: semver.Version) -> None:
    """Check that files of a version have the fields that a format writes.

    Raises:
        EncodeError: They have others.
    """
    if spec.declared.at(version).payload_kind is not spec.payload_kind:
        raise EncodeError(
            f"files of version {version} have other fields than those of {spec.version}",
            path="$header.version",
            hint="migrate the snapshot: snapformat.migrate, or load(..., upgrade=True)",
        )


def explain_header(spec: FormatSpec, data: bytes, error: DecodeError) -> None:
    """Reword the error of an undecodable header that begins with another magic: it is another format.

    The class of the error is kept, as Firecracker decodes the whole header before it checks the magic.
    """
    magic = magic_in(spec, data)
    if magic is not None and magic not in spec.magics.values() and not isinstance(error, OSError):
        error.hint = f"the rest of the header can't be decoded either: {error.message}"
        error.message, error.path, error.offset = not_of(spec), "$header.magic", 0
        error.expected, error.found = expected_magic(spec), f"0x{magic:016x}"


def magic_in(spec: FormatSpec, data: bytes) -> int | None:
    """Decode the magic at the start of a file, or return None if it is too short."""
    if spec.is_bare:
        return None
    if spec.is_message:
        found: int | None = message().magic_in(data)
        return found
    try:
        magic: int = read_value(layout_of(u64, spec.bincode), data[:MOST_OF_MAGIC])[0]
    except DecodeError:
        return None
    return magic


def read_header_from(spec: FormatSpec, source: Source) -> Header:
    """Decode the header of a source, without reading any byte after it.

    Raises:
        SnapshotIOError: The file can't be opened.
        DecodeError: The source fails or ends within the header, or the version is not a semantic version.
        SchemaError: The files have no header.
    """
    spec.check_header()
    with ExactReader(source) as reader:
        try:
            header: Header
            if spec.is_message:
                header = message().read_header_from(spec, reader)
                return header
            header = read_stream(
                spec.header_layout,
                reader,
                limit=spec.bincode.limit,
                limits=spec.all_limits,
                root=HEADER,
            )
        except DecodeError as error:
            explain_header(spec, reader.consumed, error)
            raise
        return header


def payload_stop(spec: FormatSpec, size: int, trailing: Trailing, check_crc: bool) -> int:
    """Return the offset where the payload must end at the latest.

    This is where the checksum begins, unless trailing bytes are ignored.

    Args:
        spec: The format.
        size: Size of the file in bytes.
        trailing: The rule for bytes after the payload.
        check_crc: Whether the checksum is checked.

    Returns:
        The offset; negative if the file is too short for its checksum.
    """
    if spec.checksum is None:
        return size
    if trailing == "ignore" and not (check_crc and spec.order is CheckOrder.CHECKSUM_FIRST):
        return size
    return size - spec.checksum.size


def load_bytes(
    spec: FormatSpec,
    data: bytes,
    *,
    check_crc: bool = True,
    trailing: Trailing | None = None,
    decode: bool = True,
) -> Parts:
    """Read a whole file.

    Args:
        spec: The format.
        data: All bytes of the file.
        check_crc: Whether to check the checksum.
        trailing: The rule for bytes after the payload; by default the format's.
        decode: Whether to decode the payload, or only to check that this is possible.

    Returns:
        Header, data, and the offsets after them.

    Raises:
        DecodeError: Header or payload can't be decoded, or bytes are left over that the rule refuses.
        InvalidMagicError: The magic is another one.
        InvalidFormatVersionError: The format does not read this version.
        Crc64Error: The checksum does not match.
    """
    spec = as_of(spec, data)
    parts = read_parts(spec, data, check_crc, trailing, decode=decode)
    if (spec.trailing if trailing is None else trailing) == "refuse":
        check_end(spec, data, parts.data_end)
    return parts


def read_parts(
    spec: FormatSpec,
    data: bytes,
    check_crc: bool = True,
    trailing: Trailing | None = None,
    *,
    decode: bool = True,
) -> Parts:
    """Read a whole file like `load_bytes`, without refusing bytes left over."""
    rule = spec.trailing if trailing is None else trailing
    stop = payload_stop(spec, len(data), rule, check_crc)
    if spec.order is CheckOrder.CHECKSUM_FIRST:
        parts = _checksum_first(spec, data, stop, check_crc, decode)
    else:
        if spec.order is CheckOrder.DECODE_FIRST:
            parts = _decode_first(spec, data, stop, decode)
        else:
            header, header_end = read_header(spec, data)
            check_magic(spec, header)
            check_version(spec, header)
            check_room(spec, data, header_end, stop)
            parts = Parts(header, header_end, *read_payload(spec, data, header_end, stop, decode=decode))
        if check_crc:
            check_checksum(spec, data, parts.data_end, parts.data_end if rule == "ignore" else stop)
    return parts._replace(trailing=data[parts.data_end : stop]) if rule == "keep" else parts


def _checksum_first(spec: FormatSpec, data: bytes, stop: int, check_crc: bool, decode: bool) -> Parts:
    """Read a file as releases up to 1.13 do, which compare the checksum before anything else."""
    check_room(spec, data, 0, stop)
    if spec.checksum is not None and check_crc:
        stored = int.from_bytes(data[stop:], spec.encoding.byteorder)
        computed = spec.checksum.compute(memoryview(data)[:stop])
        if stored != computed:
            raise crc_error(spec, stored, computed, stop)
    header, header_end = read_header(spec, data, stop)
    check_magic(spec, header)
    parts = Parts(header, header_end, *read_payload(spec, data, header_end, stop, decode=decode))
    check_version(spec, header)
    return parts


def _decode_first(spec: FormatSpec, data: bytes, stop: int, decode: bool) -> Parts:
    """Read a file as releases since 1.15 do, which decode header and payload before they check either."""
    check_room(spec, data, 0, stop)
    if spec.is_message:
        header, value = _read_message(spec, data, stop)
        parts = Parts(header, read_header(spec, data, stop)[1], value, stop)
    else:
        header, header_end = read_header(spec, data, stop)
        parts = Parts(header, header_end, *read_payload(spec, data, header_end, stop, decode=decode))
    check_magic(spec, header)
    check_version(spec, header)
    return parts


def _read_message(spec: FormatSpec, data: bytes, stop: int) -> tuple[Header, Any]:
    try:
        header, value = message().read_parts(spec, data, stop)
    except DecodeError as error:
        explain_header(spec, data, error)
        message().explain_other(spec, data, error)
        explain(spec, data, error)
        raise
    return header, value


def read_payload(
    spec: FormatSpec, data: bytes, offset: int, stop: int, *, decode: bool = True
) -> tuple[Any, int]:
    """Decode the payload. The hint of an error tells whether the checksum of the file matches.

    Args:
        spec: The format.
        data: All bytes of the file.
        offset: Offset of the payload.
        stop: Offset where it must end at the latest.
        decode: Whether to decode the value, or only to check that this is possible.

    Returns:
        The value, which is `NOT_DECODED` if it was only checked, and the offset after it: after the last of
        its bytes, if a `Pointer` or `Seek` has gone back.

    Raises:
        DecodeError: The bytes are not a value of the payload's type.
    """
    if spec.is_message:
        return _read_message(spec, data, stop)[1], stop
    if spec.many:
        return _read_many(spec, data, stop, decode=decode)
    op, limit = spec.payload_layout, spec.limit
    reach = Reach() if goes_back(op.kind) else None
    try:
        if decode:
            value, end = read_value(op, data, offset, limit, spec.all_limits, stop=stop, reach=reach)
        else:
            value, end = NOT_DECODED, check_value(op, data, offset, limit, spec.all_limits, stop, reach)
    except DecodeError as error:
        explain(spec, data, error)
        raise
    if reach is not None:
        end = max(end, min(offset + reach.furthest, stop))
    return value, end


def _read_many(spec: FormatSpec, data: bytes, stop: int, *, decode: bool) -> tuple[Any, int]:
    """Decode the values of a bare file; the reference raises the error with the place of it."""
    op, limit, limits = spec.record_layout, spec.limit, spec.all_limits
    if not decode and records().are_records(op, data, stop, limit, limits):
        return NOT_DECODED, stop
    values = records().read_records(op, data, stop, limit, limits)
    if values is not None:
        return values, stop
    return read_from_layout(spec.payload_layout, data, limit=limit, limits=limits, stop=stop)
