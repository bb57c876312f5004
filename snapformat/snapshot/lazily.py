"""Reading a file of a declared format without decoding its payload, and writing it back."""

from __future__ import annotations

from functools import partial
from typing import Any

from snapformat.codec.engine import write_value
from snapformat.codec.lazy import open_lazily, write_lazily
from snapformat.codec.sections import Origin
from snapformat.errors import DecodeError
from snapformat.io import Source
from snapformat.layout.arrays import Arrays
from snapformat.snapshot.reading import (
    check_end,
    check_magic,
    check_version,
    explain,
    named,
    read_header,
)
from snapformat.snapshot.spec import CheckOrder, FormatSpec, Header

#: Pieces that are larger in the mean are not joined before their checksum is computed.
_LARGE = 1 << 15


class Kept:
    """A header that was found good: it is judged only once, and written as it was while nobody changes it.

    Attributes:
        data: Its bytes.
        magic: Its magic.
        version: Its version.
    """

    __slots__ = ("data", "magic", "version")

    def __init__(self, header: Header, data: bytes) -> None:
        self.data = data
        self.magic = header.magic
        self.version = header.version


def load_lazily(
    spec: FormatSpec, data: bytes, source: Source, *, check_crc: bool, strict: bool, arrays: Arrays | None
) -> tuple[Header, Any, Kept] | None:
    """Read a file; its payload is passed over, and checked by its checksum only.

    Args:
        spec: The format.
        data: All bytes of the file.
        source: Where they are from, for errors.
        check_crc: Check the checksum.
        strict: The payload and its checksum must end the file exactly.
        arrays: How long arrays of numbers are handed out.

    Returns:
        The header, the payload's value, which may be `Untouched`, and the header as it was in the file;
        None where the payload must be read at once: something is wrong with the file, or its layout can't
        be passed over.

    Raises:
        DecodeError: `strict` does not hold.
        InvalidMagicError: Another magic.
        InvalidFormatVersionError: A version that is not read.
    """
    checksum = spec.checksum if check_crc else None
    checksum_first = spec.order is CheckOrder.CHECKSUM_FIRST
    stop = len(data)
    if checksum is not None and checksum_first:
        # This order takes the last bytes for the checksum, whatever stands between.
        stop -= checksum.size
        stored = int.from_bytes(data[max(stop, 0) :], spec.encoding.byteorder)
        if stop < 0 or checksum.compute(memoryview(data)[:stop]) != stored:
            return None
    elif checksum is not None and not checksum.holds(data, spec.encoding.byteorder):
        return None
    kept: Kept | None = spec.kept
    if kept is not None and data.startswith(kept.data):
        # Most files of a format have the same.
        header, header_end = Header(kept.magic, kept.version), len(kept.data)
    else:
        kept = None
        try:
            header, header_end = read_header(spec, data)
        except DecodeError:
            return None  # where the header's bytes end is for the order to say
    if header_end > stop:
        return None
    if kept is None:
        check_magic(spec, header)
        if not checksum_first:
            check_version(spec, header)
    origin = Origin(data, arrays, partial(_explain, spec, data, source))
    opened = open_lazily(
        spec.payload_node, origin, header_end, stop, limit=spec.encoding.limit, limits=spec.limits
    )
    if opened is None:
        return None
    if kept is None:
        if checksum_first:
            check_version(spec, header)
        kept = Kept(header, data[:header_end])
        object.__setattr__(spec, "kept", kept)
    if strict:
        check_end(spec, data, opened[1])
    return header, opened[0], kept


def _explain(spec: FormatSpec, data: bytes, source: Source, error: DecodeError) -> None:
    explain(spec, data, error)
    named(error, source)


def file_bytes(spec: FormatSpec, header: Header, data: Any, kept: Kept | None) -> bytes:
    """A whole file: header, data, checksum; undecoded parts are the bytes they were read from.

    Raises:
        EncodeError: Header or data don't fit their types; the path says where.
    """
    if kept is not None and header.magic == kept.magic and header.version is kept.version:
        head = kept.data
    else:
        head = write_value(spec.header_node, header, limits=spec.limits, root=("header",))
    pieces = [head, *write_lazily(spec.payload_node, data, limits=spec.limits)]
    if spec.checksum is None:
        return b"".join(pieces)
    value: int | None = None
    for piece in pieces if _are_large(pieces) else [b"".join(pieces)]:
        value = spec.checksum.compute(piece, value)
    assert value is not None
    pieces.append(value.to_bytes(spec.checksum.size, spec.encoding.byteorder))
    return b"".join(pieces)


def _are_large(pieces: list[Any]) -> bool:
    """Whether going through the pieces one by one takes less than joining them once more."""
    return sum(map(len, pieces)) > _LARGE * len(pieces)
