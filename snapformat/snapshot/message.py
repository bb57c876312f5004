"""Files of one message: header and payload share the columns of bitcode, and the checksum lies behind.

So the payload can't be read without the header, nor the header skipped. But the header's columns come first,
each with one value: it can be read alone, whatever follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from snapformat.encodings.bitcode.engine import read_message, write_message
from snapformat.encodings.bitcode.packing import ColumnError, ColumnInput, StreamInput
from snapformat.encodings.bitcode.reader import BitcodeReader, Column, fail_rest
from snapformat.errors import DecodeError
from snapformat.io import ExactReader
from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.kinds import Kind
from snapformat.model.std.semver_text import parse_version
from snapformat.snapshot.header import HEADER, NO_HEADER, Header
from snapformat.trampoline import Task

if TYPE_CHECKING:
    from snapformat.model.protocol import Planner, ValueReader, ValueWriter
    from snapformat.snapshot.spec import FormatSpec


@dataclass(eq=False, slots=True)
class Message(Kind):
    """A header and a payload in one message. The payload is the root of paths in errors.

    Attributes:
        header: The kind of the header.
        payload: The kind of the payload.
    """

    header: kinds.Struct
    payload: Kind

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write a pair of header and payload."""
        out.write_tuple(self, 2)
        out.enter(0, HEADER[0])
        yield self.header.write(value[0], out)
        out.leave()
        out.enter(1, "data")
        outside, out.path = out.path, []
        if self.payload.is_leaf:
            self.payload.write(value[1], out)
        else:
            yield self.payload.write(value[1], out)
        out.path = outside
        out.leave()
        return value

    def read(self, source: ValueReader) -> Task:
        """Read a pair of header and payload."""
        source.read_tuple(self, 2)
        source.enter(0, HEADER[0])
        header = yield self.header.read(source)
        source.leave()
        source.enter(1, "data")
        outside, source.path = source.path, []
        payload = self.payload.read(source) if self.payload.is_leaf else (yield self.payload.read(source))
        source.path = outside
        source.leave()
        return header, payload

    def plan(self, planner: Planner) -> Any:
        """Plan a tuple."""
        return planner.plan_tuple(kinds.Tuple((self.header, self.payload)))

    def children(self) -> tuple[Kind, ...]:
        """The kinds of header and payload."""
        return self.header, self.payload


def read_header(spec: FormatSpec, data: bytes, stop: int | None = None) -> tuple[Header, int]:
    """Decode the header at the start of a file; see `reading.read_header`."""
    end = len(data) if stop is None else stop
    source = ColumnInput(data, 0, end)
    try:
        return _read_header(source), source.pos
    except ValueError:  # of a column, or of the version
        return _header_by_reference(spec, ColumnInput(data, 0, end))


def read_header_from(spec: FormatSpec, reader: ExactReader) -> Header:
    """Decode the header of a stream, without reading any byte after it."""
    return _header_by_reference(spec, StreamInput(reader))[0]


def _read_header(source: ColumnInput) -> Header:
    (magic,) = source.ints(1, 8)
    (text,) = source.texts(1)
    return Header(magic, parse_version(text))


def _header_by_reference(spec: FormatSpec, source: ColumnInput) -> tuple[Header, int]:
    reader = BitcodeReader(source, spec.all_limits)
    reader.read_tuple(spec.header_kind, 2)
    reader.enter(0, HEADER[0])
    header: Header = reader.read(spec.header_kind)
    return header, reader.pos


def magic_in(data: bytes) -> int | None:
    """Decode the magic at the start of a file, or return None if it is too short."""
    try:
        (magic,) = ColumnInput(data, 0, len(data)).ints(1, 8)
    except ColumnError:
        return None
    return magic


def read_parts(spec: FormatSpec, data: bytes, stop: int) -> tuple[Header, Any]:
    """Decode header and payload of a file.

    Raises:
        DecodeError: The bytes before `stop` are not such a message.
    """
    found = read_message(spec.message_kind, data, stop, spec.all_limits)
    return (NO_HEADER, found) if spec.is_bare else found


def read_columns(spec: FormatSpec, data: bytes, stop: int) -> Iterator[Column]:
    """Read a file by the reference, and yield its columns in their order.

    Raises:
        DecodeError: The bytes before `stop` are not such a message. The columns up to there come first.
    """
    reader = BitcodeReader(ColumnInput(data, 0, stop), spec.all_limits)
    reader.columns = []
    failure: DecodeError | None = None
    try:
        reader.read(spec.message_kind)
        if reader.pos != stop:
            fail_rest(stop - reader.pos, reader.pos)
    except DecodeError as error:
        failure = error
    yield from reader.columns
    if failure is not None:
        raise failure


def to_bytes(spec: FormatSpec, header: Header, payload: Any) -> bytes:
    """Return the bytes of a file.

    Raises:
        EncodeError: Header or payload don't fit their types.
    """
    message = write_message(
        spec.message_kind, payload if spec.is_bare else (header, payload), spec.all_limits
    )
    checksum = spec.checksum
    if checksum is None:
        return message
    return message + checksum.compute(message).to_bytes(checksum.size, "little")


def explain_other(spec: FormatSpec, data: bytes, error: DecodeError) -> None:
    """Add the version in the header to the error of an undecodable message, if it is another one."""
    if error.hint is not None or spec.is_bare:
        return
    try:
        header = _read_header(ColumnInput(data, 0, len(data)))
    except ValueError:
        return
    if not spec.accepts(spec.supported, header.version):
        error.hint = f"the header has version {header.version}, which this format does not read"
