"""Reading a file of a declared format: which check comes when, and what is said when one fails."""

from __future__ import annotations

from typing import Any, NamedTuple

from snapformat.bincode import u64
from snapformat.codec.engine import read_value
from snapformat.errors import (
    Crc64Error,
    DecodeError,
    InvalidFormatVersionError,
    InvalidMagicError,
    SnapshotError,
)
from snapformat.io import ExactReader, Source, name_of
from snapformat.layout.lower import layout_of
from snapformat.layout.walk import read_stream
from snapformat.snapshot.spec import CheckOrder, FormatSpec, Header

#: The most bytes of a magic: its marker and the number, where integers are of variable length.
MOST_OF_MAGIC = 9


class Parts(NamedTuple):
    """What a file was read into.

    Attributes:
        header: The header.
        header_end: Offset of the payload.
        data: The payload's value.
        data_end: Offset after the payload.
    """

    header: Header
    header_end: int
    data: Any
    data_end: int


def read_header(spec: FormatSpec, data: bytes) -> tuple[Header, int]:
    """Decode the header at the start of a file, without judging it.

    Returns:
        The header and the offset after it.

    Raises:
        DecodeError: Too short, or the version is no semantic version.
    """
    try:
        header, end = read_value(
            spec.header_node, data, limit=spec.encoding.limit, limits=spec.limits, root=("header",)
        )
    except DecodeError as error:
        explain_header(spec, data, error)
        raise
    return header, end


def explain_header(spec: FormatSpec, data: bytes, error: DecodeError) -> None:
    """Say so where a header that can't be decoded begins with another magic: the file is of another format.

    The error's class stays: the original decodes the whole header before it looks at the magic.
    """
    magic = magic_in(spec, data)
    if magic is not None and magic not in spec.magics.values() and not isinstance(error, OSError):
        error.hint = f"nor can the rest of the header be decoded: {error.message}"
        error.message, error.path, error.offset = not_of(spec), "$.header.magic", 0
        error.expected, error.found = expected_magic(spec), f"0x{magic:016x}"


def magic_in(spec: FormatSpec, data: bytes) -> int | None:
    """The number at the start of bytes, read as the format reads its magic; None where there is none."""
    try:
        magic: int = read_value(layout_of(u64, spec.encoding), data[:MOST_OF_MAGIC])[0]
    except DecodeError:
        return None
    return magic


def not_of(spec: FormatSpec) -> str:
    """What is to be said of a file with another magic."""
    return f"not a {spec.name} file, by its magic"


def expected_magic(spec: FormatSpec) -> str:
    """The magic, or those of the architectures, in words."""
    shown = (f"0x{magic:016x}" + (f" ({arch})" if arch else "") for arch, magic in spec.magics.items())
    return " or ".join(shown)


def read_header_from(spec: FormatSpec, source: Source) -> Header:
    """Decode the header of a source, taking no more from it than the header has.

    Raises:
        SnapshotIOError: The file can't be opened.
        DecodeError: The source fails or ends within the header, or the version is none.
    """
    with ExactReader(source) as reader:
        try:
            header: Header = read_stream(
                spec.header_node, reader, limit=spec.encoding.limit, limits=spec.limits, root=("header",)
            )
        except DecodeError as error:
            explain_header(spec, reader.consumed, error)
            raise
        return header


def check_magic(spec: FormatSpec, header: Header) -> None:
    """Raise `InvalidMagicError` unless the magic is one of the format's."""
    if header.magic not in spec.magics.values():
        raise InvalidMagicError(
            not_of(spec),
            magic=header.magic,
            path="$.header.magic",
            offset=0,
            expected=expected_magic(spec),
            found=f"0x{header.magic:016x}",
        )


def check_version(spec: FormatSpec, header: Header) -> None:
    """Raise `InvalidFormatVersionError` unless the format reads the version."""
    if not spec.accepts(spec.supported, header.version):
        raise InvalidFormatVersionError(
            "the format version is not supported",
            version=header.version,
            path="$.header.version",
            offset=8,
            expected=f"{spec.supported.major}.0 to {spec.supported.major}.{spec.supported.minor}",
            found=str(header.version),
        )


def load_bytes(spec: FormatSpec, data: bytes, *, check_crc: bool = True, strict: bool = False) -> Parts:
    """Read a whole file.

    Args:
        spec: The format.
        data: All bytes of the file.
        check_crc: Check the checksum.
        strict: The payload and its checksum must end the file exactly.

    Returns:
        Header, data, and where they end.

    Raises:
        DecodeError: Header or payload can't be decoded, or `strict` does not hold.
        InvalidMagicError: Another magic.
        InvalidFormatVersionError: A version that is not read.
        Crc64Error: The checksum does not hold.
    """
    if spec.order is CheckOrder.CHECKSUM_FIRST:
        parts = _checksum_first(spec, data, check_crc)
    else:
        header, header_end = read_header(spec, data)
        check_magic(spec, header)
        check_version(spec, header)
        parts = Parts(header, header_end, *read_payload(spec, data, data, header_end))
        if check_crc:
            check_checksum(spec, data, parts.data_end)
    if strict:
        check_end(spec, data, parts.data_end)
    return parts


def _checksum_first(spec: FormatSpec, data: bytes, check_crc: bool) -> Parts:
    """Releases up to 1.13: the last bytes are the checksum of those before, whatever these are."""
    size = 0 if spec.checksum is None or not check_crc else spec.checksum.size
    if len(data) < size:
        raise DecodeError(
            "the file is too short for its checksum", offset=0, expected=f"{size} bytes", found=f"{len(data)}"
        )
    covered = data[: len(data) - size]
    if spec.checksum is not None and check_crc:
        stored = int.from_bytes(data[len(covered) :], spec.encoding.byteorder)
        computed = spec.checksum.compute(covered)
        if stored != computed:
            raise _crc_error(spec, stored, computed, len(covered))
    header, header_end = read_header(spec, covered)
    check_magic(spec, header)
    parts = Parts(header, header_end, *read_payload(spec, covered, data, header_end))
    check_version(spec, header)
    return parts


def read_payload(spec: FormatSpec, data: bytes, whole: bytes, offset: int) -> tuple[Any, int]:
    """Decode the payload; an error says what the checksum of the whole file says.

    Returns:
        The value and the offset after it.

    Raises:
        DecodeError: The bytes are no such value.
    """
    try:
        return read_value(spec.payload_node, data, offset, limit=spec.encoding.limit, limits=spec.limits)
    except DecodeError as error:
        explain(spec, whole, error)
        raise


def explain(spec: FormatSpec, whole: bytes, error: DecodeError) -> None:
    """Say what the checksum says about a payload that can't be decoded."""
    if error.hint is None and spec.checksum is not None:
        if spec.checksum.holds(whole, spec.encoding.byteorder):
            error.hint = "the checksum holds: this is another layout, try another schema"
        else:
            error.hint = "the checksum fails too: the file is damaged"


def check_checksum(spec: FormatSpec, data: bytes, data_end: int) -> None:
    """Raise `Crc64Error` unless the checksum of the whole file holds.

    Args:
        spec: The format.
        data: All bytes of the file.
        data_end: Where the payload ends: there the checksum is stored.
    """
    checksum, order = spec.checksum, spec.encoding.byteorder
    if checksum is None or checksum.holds(data, order):
        return
    stored = data[data_end : data_end + checksum.size]
    raise _crc_error(
        spec,
        int.from_bytes(stored, order) if len(stored) == checksum.size else None,
        checksum.compute(data[:data_end]),
        data_end,
        extra_bytes(spec, data, data_end),
    )


def _crc_error(
    spec: FormatSpec, stored: int | None, computed: int, offset: int, after: int = 0
) -> Crc64Error:
    """The error for a checksum that does not hold; `after` bytes follow it."""
    assert spec.checksum is not None
    digits = 2 * spec.checksum.size
    message, hint = "the checksum does not hold", "the file is damaged"
    expected: str | None = f"0x{computed:0{digits}x}"
    found = "none" if stored is None else f"0x{stored:0{digits}x}"
    if stored == computed:  # two equal numbers would say nothing
        message, expected = "the checksum does not hold for the whole file", None
        found = f"{after} byte{'' if after == 1 else 's'} after it"
        hint = "the payload's own checksum is right: bytes follow it that it does not cover"
    return Crc64Error(
        message,
        stored=stored,
        computed=computed,
        offset=offset,
        expected=expected,
        found=found,
        hint=hint,
    )


def extra_bytes(spec: FormatSpec, data: bytes, data_end: int) -> int:
    """How many bytes follow the payload and its checksum; below 0 where some of these are missing."""
    return len(data) - data_end - (0 if spec.checksum is None else spec.checksum.size)


def check_end(spec: FormatSpec, data: bytes, data_end: int) -> None:
    """Raise `DecodeError` unless the payload and its checksum end the file."""
    extra = extra_bytes(spec, data, data_end)
    if extra:
        end = len(data) - extra
        raise DecodeError(
            "the file does not end with its checksum",
            offset=end if extra > 0 else data_end,
            expected=f"{end} bytes in all",
            found=f"{len(data)}",
        )


def named(error: SnapshotError, source: Source) -> SnapshotError:
    """Put the file's name into an error, where there is one."""
    if error.file is None:
        name = source if isinstance(source, str) else name_of(source)
        if hasattr(source, "__fspath__"):
            name = source.__fspath__()
        error.file = name if isinstance(name, str) else None
    return error
