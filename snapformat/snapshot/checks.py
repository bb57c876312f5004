"""The checks of a file: magic, version, checksum, bytes left over; and their errors."""

from __future__ import annotations

from snapformat.encodings.construct.wrappers import counted, left_over
from snapformat.errors import (
    Crc64Error,
    DecodeError,
    InvalidFormatVersionError,
    InvalidMagicError,
    SnapshotError,
)
from snapformat.io import Source, name_of
from snapformat.snapshot.header import Header
from snapformat.snapshot.spec import FormatSpec


def not_of(spec: FormatSpec) -> str:
    """Return the message for a file with another magic."""
    return f"not a {spec.name} file: wrong magic"


def expected_magic(spec: FormatSpec) -> str:
    """Return the magic in words, or those of all architectures."""
    magics = (f"0x{magic:016x}" + (f" ({arch})" if arch else "") for arch, magic in spec.magics.items())
    return " or ".join(magics)


def check_magic(spec: FormatSpec, header: Header) -> None:
    """Raise `InvalidMagicError` unless the magic is one of the format's; bare files have none."""
    if not spec.is_bare and header.magic not in spec.magics.values():
        raise InvalidMagicError(
            not_of(spec),
            magic=header.magic,
            path="$header.magic",
            offset=0,
            expected=expected_magic(spec),
            found=f"0x{header.magic:016x}",
        )


def check_version(spec: FormatSpec, header: Header) -> None:
    """Raise `InvalidFormatVersionError` unless the format reads the version; bare files have none."""
    if not spec.is_bare and not spec.accepts(spec.supported, header.version):
        raise InvalidFormatVersionError(
            "the format version is not supported",
            version=header.version,
            path="$header.version",
            offset=9 if spec.is_message else 8,
            expected=f"{spec.supported.major}.0 to {spec.supported.major}.{spec.supported.minor}",
            found=str(header.version),
        )


def check_room(spec: FormatSpec, data: bytes, offset: int, stop: int) -> None:
    """Raise `DecodeError` if the payload would have to end before its start at `offset`."""
    if stop < offset:
        assert spec.checksum is not None
        raise DecodeError(
            "the file is too short for its checksum",
            offset=offset,
            expected=f"{spec.checksum.size} bytes",
            found=f"{len(data) - offset}",
        )


def explain(spec: FormatSpec, whole: bytes, error: DecodeError) -> None:
    """Add a hint to the error of an undecodable payload: damage, or another layout."""
    if error.hint is None and spec.checksum is not None:
        if spec.checksum.holds(whole, spec.encoding.byteorder):
            error.hint = "the checksum matches: another layout, or a value that this schema refuses"
        else:
            error.hint = "the checksum doesn't match either: the file is damaged"


def check_checksum(spec: FormatSpec, data: bytes, data_end: int, offset: int | None = None) -> None:
    """Raise `Crc64Error` unless the checksum of the whole file matches.

    Args:
        spec: The format.
        data: All bytes of the file.
        data_end: Offset after the payload.
        offset: Offset of the stored checksum; by default `data_end`.
    """
    checksum, order = spec.checksum, spec.encoding.byteorder
    if checksum is None or checksum.holds(data, order):
        return
    offset = data_end if offset is None else offset
    stored = data[offset : offset + checksum.size]
    raise crc_error(
        spec,
        int.from_bytes(stored, order) if len(stored) == checksum.size else None,
        checksum.compute(memoryview(data)[:offset]),
        offset,
        _after_checksum(spec, data, data_end),
    )


def crc_error(spec: FormatSpec, stored: int | None, computed: int, offset: int, after: int = 0) -> Crc64Error:
    """Make the error for a checksum that does not match; `after` bytes follow one that does."""
    assert spec.checksum is not None
    digits = 2 * spec.checksum.size
    message, hint = "the checksum does not match", "the file is damaged"
    expected: str | None = f"0x{computed:0{digits}x}"
    found = "none" if stored is None else f"0x{stored:0{digits}x}"
    if after or stored == computed:  # two equal numbers would explain nothing
        message, expected = "the checksum does not match for the whole file", None
        found = f"{counted(after)} after it"
        hint = f"the checksum of the payload is correct, but does not cover {counted(after)} after it"
    return Crc64Error(
        message,
        stored=stored,
        computed=computed,
        offset=offset,
        expected=expected,
        found=found,
        hint=hint,
    )


def _after_checksum(spec: FormatSpec, data: bytes, data_end: int) -> int:
    """Return the number of bytes after a matching checksum that follows the payload; 0 if there is none."""
    checksum = spec.checksum
    end = data_end if checksum is None else data_end + checksum.size
    if checksum is None or end >= len(data):
        return 0
    stored = int.from_bytes(data[data_end:end], spec.encoding.byteorder)
    return len(data) - end if stored == checksum.compute(memoryview(data)[:data_end]) else 0


def extra_bytes(spec: FormatSpec, data: bytes, data_end: int) -> int:
    """Return the number of bytes that are neither header nor payload nor checksum; negative if too few."""
    return len(data) - data_end - (0 if spec.checksum is None else spec.checksum.size)


def check_end(spec: FormatSpec, data: bytes, data_end: int) -> None:
    """Raise `DecodeError` unless the file ends with the payload and its checksum."""
    extra = extra_bytes(spec, data, data_end)
    if extra <= 0:  # too few bytes are another error
        return
    after = _after_checksum(spec, data, data_end)
    if spec.checksum is None:
        where = "after the data"
    else:
        where = "after the checksum" if after else "between the data and the checksum"
    raise DecodeError(
        left_over(extra, where),
        offset=len(data) - after if after else data_end,
        hint='SnapshotFormat(trailing="keep") keeps such bytes, trailing="ignore" ignores them',
    )


def named(error: SnapshotError, source: Source) -> SnapshotError:
    """Add the name of the file to an error, if it has one."""
    if error.file is None:
        name = source if isinstance(source, str) else name_of(source)
        if hasattr(source, "__fspath__"):
            name = source.__fspath__()
        error.file = name if isinstance(name, str) else None
    return error
