"""Reading a file of a declared format without decoding its payload, and writing it back."""

from __future__ import annotations

from typing import Any

from snapformat.bincode.wire import ByteOrder
from snapformat.codec.engine import write_value
from snapformat.codec.lazy import Opener, write_lazily
from snapformat.codec.sections import Origin
from snapformat.errors import DecodeError, SnapshotError
from snapformat.io import Source
from snapformat.layout.arrays import Arrays
from snapformat.snapshot.checksum import Checksum
from snapformat.snapshot.reading import (
    check_magic,
    check_version,
    explain,
    named,
    read_header,
    read_payload,
)
from snapformat.snapshot.spec import CheckOrder, FormatSpec, Header

#: Pieces that are larger in the mean are not joined before their checksum is computed; an end of a file that
#: is larger is not looked at again.
_LARGE = 1 << 14


class Known:
    """A header that was found good: it is judged only once, and written as it was if nobody looks at it.

    Attributes:
        data: Its bytes.
        size: How many these are.
        magic: Its magic.
        version: Its version.
        opener: Opens what follows it.
        checksum_size: Bytes of the checksum at the end.
    """

    __slots__ = ("checksum_size", "data", "magic", "opener", "size", "version")

    def __init__(self, spec: FormatSpec, header: Header, data: bytes) -> None:
        self.data = data
        self.size = len(data)
        self.magic = header.magic
        self.version = header.version
        self.opener = Opener(spec.payload_node, spec.encoding.limit, spec.limits)
        self.checksum_size = 0 if spec.checksum is None else spec.checksum.size


class FileOrigin(Origin):
    """A file.

    Attributes:
        spec: Its format.
        source: Where its bytes are from.
        known: Its header.
        sound_end: Where its checksum begins, if that holds and ends the file, else 0.
    """

    __slots__ = ("known", "sound_end", "source", "spec")

    def __init__(
        self, data: bytes, arrays: Arrays | None, spec: FormatSpec, source: Source, known: Known
    ) -> None:
        self.data = data
        self.arrays = arrays
        self.spec = spec
        self.source = source
        self.known = known
        self.sound_end = 0

    @property
    def limit(self) -> int | None:  # type: ignore[override]  # it is never set
        """The limit of the format's encoding."""
        return self.spec.encoding.limit

    @property
    def header(self) -> Header:
        """A header to be looked at, and changed."""
        return Header(self.known.magic, self.known.version)

    def explain(self, error: DecodeError) -> None:
        """Say what the checksum says, and the file's name."""
        explain(self.spec, self.data, error)
        named(error, self.source)

    def read_at_once(self) -> Any:
        """Read the data, as without `lazy`."""
        try:
            return read_payload(self.spec, self.data, self.data, self.known.size)[0]
        except DecodeError as error:
            raise named(error, self.source)  # noqa: B904 - the same error, with the file's name


def load_lazily(
    spec: FormatSpec, data: bytes, source: Source, check_crc: bool, strict: bool, arrays: Arrays | None
) -> tuple[FileOrigin, Any] | None:
    """Read a file whose payload nobody has looked at.

    Where the checksum covers whatever there is, a payload that it vouches for is looked at as far as it is
    touched. All others are passed over: what is found is where their fields are, and where they end.

    Args:
        spec: The format.
        data: All bytes of the file.
        source: Where they are from, for errors.
        check_crc: Check the checksum.
        strict: The payload and its checksum must end the file exactly.
        arrays: How long arrays of numbers are handed out.

    Returns:
        The file with its header, and the payload's value, which may be `Untouched`; None where the file must
        be read at once, which says what is wrong with it: or its layout can't be passed over.
    """
    known: Known | None = spec.known
    if known is None or not data.startswith(known.data):  # most files of a format have the same
        known = _known(spec, data)
        if known is None:
            return None
    origin = FileOrigin(data, arrays, spec, source, known)
    checksum, stop = spec.checksum, len(data)
    if checksum is not None and check_crc:
        if not checksum.holds(data, spec.encoding.byteorder):
            return None
        end = origin.sound_end = stop - known.checksum_size
        if spec.order is CheckOrder.CHECKSUM_FIRST:
            stop = end  # the last bytes are the checksum's, whatever stands before them
        elif not strict and data[-1:] != b"\0":  # zeros may follow the checksum, which is none the wiser
            value = known.opener.promise(origin, known.size, end)
            if value is not None:
                return origin, value
    opened = known.opener.open(origin, known.size, stop)
    if opened is None or (strict and opened[1] + known.checksum_size != len(data)):
        return None
    return origin, opened[0]


def _known(spec: FormatSpec, data: bytes) -> Known | None:
    """What is known of a header, which is put into the format for the next file; None where it is bad."""
    try:
        header, end = read_header(spec, data)
        check_magic(spec, header)
        check_version(spec, header)
    except SnapshotError:
        return None
    known = Known(spec, header, data[:end])
    object.__setattr__(spec, "known", known)
    return known


def file_bytes(spec: FormatSpec, header: Header | FileOrigin, data: Any) -> bytes:
    """A whole file: header, data, checksum; undecoded parts are the bytes they were read from.

    Args:
        spec: The format.
        header: The header, or the file it was read from, if it is the same still.
        data: The data.

    Raises:
        EncodeError: Header or data don't fit their types; the path says where.
    """
    origin = header if type(header) is FileOrigin and header.spec is spec else None
    if origin is not None:
        pieces: list[Any] = [origin.known.data]
    else:
        header = header.header if type(header) is FileOrigin else header
        pieces = [write_value(spec.header_node, header, limits=spec.limits, root=("header",))]
    parts, stop = write_lazily(spec.payload_node, data, spec.limits)
    pieces += parts
    checksum = spec.checksum
    if checksum is None:
        return b"".join(pieces)
    order = spec.encoding.byteorder
    value = None
    if origin is not None and stop == origin.sound_end and stop:
        value = _by_difference(checksum, origin, pieces, order)
    if value is None:
        for piece in pieces if sum(map(len, pieces)) > _LARGE * len(pieces) else [b"".join(pieces)]:
            value = checksum.compute(piece, value)
    assert value is not None
    pieces.append(value.to_bytes(checksum.size, order))
    return b"".join(pieces)


def _by_difference(checksum: Checksum, origin: FileOrigin, pieces: list[Any], order: ByteOrder) -> int | None:
    """The checksum of pieces, the last of which ends a file as it was; None where that is too short."""
    old, stop, rest = origin.data, origin.sound_end, pieces[-1]
    if rest.obj is not old or len(rest) < _LARGE:
        return None
    stored = int.from_bytes(old[stop:], order)
    return checksum.replaced(stored, old[: stop - len(rest)], b"".join(pieces[:-1]), len(rest))
