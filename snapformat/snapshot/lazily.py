"""Reading a file of a declared format without decoding its payload, and writing it back."""

from __future__ import annotations

from typing import Any

from snapformat.codec.engine import write_value
from snapformat.codec.lazy import Opener, write_lazily
from snapformat.codec.sections import Origin
from snapformat.errors import DecodeError, SnapshotError
from snapformat.io import Source
from snapformat.layout.arrays import Arrays
from snapformat.snapshot.reading import (
    check_magic,
    check_version,
    explain,
    named,
    read_header,
)
from snapformat.snapshot.spec import CheckOrder, FormatSpec, Header

#: Pieces that are larger in the mean are not joined before their checksum is computed.
_LARGE = 1 << 15


class Known:
    """A header that was found good: it is judged only once, and written as it was if nobody looks at it.

    Attributes:
        data: Its bytes.
        size: How many these are.
        magic: Its magic.
        version: Its version.
        opener: Opens what follows it.
    """

    __slots__ = ("data", "magic", "opener", "size", "version")

    def __init__(self, header: Header, data: bytes, opener: Opener) -> None:
        self.data = data
        self.size = len(data)
        self.magic = header.magic
        self.version = header.version
        self.opener = opener


class _FileOrigin(Origin):
    """A file.

    Attributes:
        spec: Its format.
        source: Where its bytes are from.
    """

    __slots__ = ("source", "spec")

    def __init__(self, data: bytes, arrays: Arrays | None, spec: FormatSpec, source: Source) -> None:
        self.data = data
        self.arrays = arrays
        self.spec = spec
        self.source = source

    def explain(self, error: DecodeError) -> None:
        """Say what the checksum says, and the file's name."""
        explain(self.spec, self.data, error)
        named(error, self.source)


def load_lazily(
    spec: FormatSpec, data: bytes, source: Source, check_crc: bool, strict: bool, arrays: Arrays | None
) -> tuple[Any, Known] | None:
    """Read a file; its payload is passed over, and checked by its checksum only.

    Args:
        spec: The format.
        data: All bytes of the file.
        source: Where they are from, for errors.
        check_crc: Check the checksum.
        strict: The payload and its checksum must end the file exactly.
        arrays: How long arrays of numbers are handed out.

    Returns:
        The payload's value, which may be `Untouched`, and its header; None where the file must be read at
        once, which says what is wrong with it: or its layout can't be passed over.
    """
    stop = len(data)
    checksum = spec.checksum
    if checksum is not None and check_crc:
        if not checksum.holds(data, spec.encoding.byteorder):
            return None
        if spec.order is CheckOrder.CHECKSUM_FIRST:
            stop -= checksum.size  # they are the checksum's, whatever stands before them
    known: Known | None = spec.known
    if known is None or not data.startswith(known.data):  # most files of a format have the same
        known = _known(spec, data)
        if known is None:
            return None
    opened = known.opener.open(_FileOrigin(data, arrays, spec, source), known.size, stop)
    if opened is None or (strict and opened[1] + _size(spec) != len(data)):
        return None
    return opened[0], known


def _known(spec: FormatSpec, data: bytes) -> Known | None:
    """What is known of a header, which is put into the format for the next file; None where it is bad."""
    try:
        header, end = read_header(spec, data)
        check_magic(spec, header)
        check_version(spec, header)
    except SnapshotError:
        return None
    known = Known(header, data[:end], Opener(spec.payload_node, spec.encoding.limit, spec.limits))
    object.__setattr__(spec, "known", known)
    return known


def _size(spec: FormatSpec) -> int:
    return 0 if spec.checksum is None else spec.checksum.size


def file_bytes(spec: FormatSpec, header: Header | Known, data: Any) -> bytes:
    """A whole file: header, data, checksum; undecoded parts are the bytes they were read from.

    Raises:
        EncodeError: Header or data don't fit their types; the path says where.
    """
    if type(header) is Known:
        head = header.data
    else:
        head = write_value(spec.header_node, header, limits=spec.limits, root=("header",))
    pieces = [head, *write_lazily(spec.payload_node, data, spec.limits)]
    checksum = spec.checksum
    if checksum is None:
        return b"".join(pieces)
    if sum(map(len, pieces)) <= _LARGE * len(pieces):
        # Joining them once more takes less than going through them one by one.
        pieces = [b"".join(pieces)]
    value = None
    for piece in pieces:
        value = checksum.compute(piece, value)
    assert value is not None
    pieces.append(value.to_bytes(checksum.size, spec.encoding.byteorder))
    return b"".join(pieces)
