"""Streams of records: values one after the other, each with no more than its own bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, overload

from snapformat.api import encode
from snapformat.bincode import Encoding
from snapformat.encodings.bincode.codec.engine import read_value, runs_constructs
from snapformat.encodings.bincode.codec.layouts import cached_layout
from snapformat.encodings.bincode.limit import BINCODE, limit_of
from snapformat.errors import DecodeError, SchemaError
from snapformat.io import PieceReader, Source, Target, write_all
from snapformat.layout.walk import read_ahead
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model.graph import is_zero_sized

if TYPE_CHECKING:
    from snapformat.encodings.bitcode.encoding import Bitcode

T = TypeVar("T")


@overload
def iter_decode(
    source: Source, payload: type[T], encoding: Encoding | Bitcode = ..., *, limits: Limits = ...
) -> Iterator[T]: ...


@overload
def iter_decode(
    source: Source, payload: Any, encoding: Encoding | Bitcode = ..., *, limits: Limits = ...
) -> Iterator[Any]: ...


def iter_decode(
    source: Source,
    payload: Any,
    encoding: Encoding | Bitcode = BINCODE,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Any]:
    """Read the records of a stream, one at a time, until it ends.

    A record is returned as soon as all of its bytes have come, where the file object has a `read1`, as pipes
    and sockets have. The stream may end between two records. In all other cases the error has the number of
    the record in its path (`$[3].name`), and its offset counts from where reading began.

    Args:
        source: A path, a binary file object (read from its current position), or a bytes-like object. Some
            bytes after the last record may have been read when iterating stops early.
        payload: Type of a record.
        encoding: The encoding; bincode's limit of claimed bytes applies to each record.
        limits: Bounds of depth and of zero-sized elements, of each record.

    Raises:
        DecodeError: A record is cut or damaged, or the source fails.
        SnapshotIOError: The path can't be opened.
        SchemaError: Records take no bytes, so that there is no end to them.
    """
    read, take = _readers(payload, encoding, limits)
    return _records(source, read, take)


def encode_to(
    target: Target,
    value: Any,
    payload: Any,
    encoding: Encoding | Bitcode = BINCODE,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> int:
    """Write a value to a binary file object, where `iter_decode` or `decode_stream` reads it.

    To append to a file, open it with mode `"ab"`. A path is replaced by the value, atomically.

    Args:
        target: A binary file object, or a path.
        value: The value.
        payload: Its type.
        encoding: The encoding.
        limits: Bounds of depth and of zero-sized elements.

    Returns:
        The number of bytes written.

    Raises:
        EncodeError: The value does not fit the type, and nothing was written; or the file object fails.
        SnapshotIOError: The path can't be written; the old file is unchanged.
    """
    data = encode(value, payload, encoding, limits=limits)
    write_all(target, data)
    return len(data)


#: Reads a record at an offset of bytes: the value, and the offset after it.
_Read = Callable[[bytes, int], tuple[Any, int]]
#: Reads a record from a stream: the value, and bytes after it that were taken, too.
_Take = Callable[["_Stream"], tuple[Any, bytes]]


def _readers(payload: Any, encoding: Encoding | Bitcode, limits: Limits) -> tuple[_Read | None, _Take]:
    if not isinstance(encoding, Encoding):
        columns = encoding
        if is_zero_sized(columns.kind_of(payload)):
            raise SchemaError("records without bytes have no end")
        return None, lambda stream: (columns.decode_stream(stream, payload, limits), b"")
    layout = cached_layout(payload, encoding)
    limit = limit_of(layout, encoding)
    if is_zero_sized(layout.kind):
        raise SchemaError("records without bytes have no end")

    def read(data: bytes, offset: int) -> tuple[Any, int]:
        return read_value(layout, data, offset, limit, limits)

    # Constructs may look at the end of the data, which only a stream knows.
    may_look_ahead = runs_constructs(layout)
    return None if may_look_ahead else read, lambda stream: read_ahead(
        layout, stream, limit=limit, limits=limits
    )


class _Stream:
    """The bytes of a source that have come, and those that are still to come.

    Attributes:
        data: The bytes at hand.
        position: Offset in them of the next byte.
        passed: Number of bytes before them.
    """

    def __init__(self, pieces: PieceReader) -> None:
        self._pieces = pieces
        self.data = b""
        self.position = 0
        self.passed = 0

    def is_at_end(self) -> bool:
        """Return whether the stream ends here."""
        if self.position == len(self.data):
            self.passed += self.position
            self.position = 0
            self.data = self._pieces.read()
        return not self.data

    def put_back(self, data: bytes) -> None:
        """Make bytes that were taken the next ones again."""
        if data:
            self.passed += self.position - len(data)
            self.data, self.position = data + self.data[self.position :], 0

    def read(self, size: int = -1, /) -> bytes:
        """Take bytes; fewer than asked, or than all, only at the end."""
        stop = self.position + size
        if size >= 0 and stop <= len(self.data):
            taken = self.data[self.position : stop]
            self.position = stop
            return taken
        pieces, found = [self.data[self.position :]], len(self.data) - self.position
        while (found < size or size < 0) and (piece := self._pieces.read()):
            pieces.append(piece)
            found += len(piece)
        self.passed += self.position
        self.data = b"".join(pieces)
        taken = self.data if size < 0 else self.data[:size]
        self.position = len(taken)
        return taken


def _records(source: Source, read: _Read | None, take: _Take) -> Iterator[Any]:
    with PieceReader(source) as pieces:
        stream = _Stream(pieces)
        index = 0
        while not stream.is_at_end():
            start = stream.passed + stream.position
            value = found = None
            if read is not None:
                with suppress(DecodeError):  # damaged, or not all of its bytes have come
                    value, found = read(stream.data, stream.position)
            if found is not None:
                stream.position = found
            else:
                try:
                    value, rest = take(stream)
                except DecodeError as error:
                    _place(error, index, start)
                    raise
                stream.put_back(rest)
            if stream.passed + stream.position == start:
                raise DecodeError("a record without bytes", path=f"$[{index}]", offset=start)
            yield value
            index += 1


def _place(error: DecodeError, index: int, start: int) -> None:
    """Make path and offset of an error those of the stream."""
    error.path = f"$[{index}]{(error.path or '$')[1:]}"
    if not isinstance(error, OSError):
        error.offset = start + (error.offset or 0)
