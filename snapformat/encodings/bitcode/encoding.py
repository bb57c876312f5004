"""bitcode as an encoding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from snapformat.errors import SchemaError
from snapformat.io import SupportsRead, bytes_of
from snapformat.lazy_dataclasses import dataclass
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model.floats import ByteOrder

if TYPE_CHECKING:
    from snapformat.model.kinds import Kind


@cache
def _engine() -> Any:
    """Import the reader and the writer, which declaring a format does not need."""
    from snapformat.encodings.bitcode import engine

    return engine


@dataclass(frozen=True, slots=True)
class Bitcode:
    """The serde format of bitcode 0.6 (`bitcode::serialize`, not that of its derive macro).

    A message is one column after the other, each with all values of one place in the type, in the order in
    which the places are first used. There are no names, lengths or types in it: only the schema tells where
    a column ends. Unlike bincode it has no settings, and values have no offsets of their own.
    """

    name: ClassVar[str] = "bitcode"
    columnar: ClassVar[bool] = True

    @property
    def byteorder(self) -> ByteOrder:
        """Order of the bytes of integers, and of a file's checksum: always little-endian."""
        return "little"

    def construct(self, annotation: Any) -> NoReturn:
        """Refuse: values of a construct lie one after the other, those of bitcode in columns.

        Raises:
            SchemaError: Always.
        """
        raise SchemaError("bitcode stores columns: there is no construct of a type in it")

    def bind(self, kind: Kind) -> None:
        """Check that values of a kind can be stored.

        Raises:
            SchemaError: A part of it has no form in bitcode, such as a construct.
        """
        _engine().bind(kind)

    def kind_of(self, payload: Any) -> Kind:
        """Return the kind of a class, an annotation or a registered name.

        Raises:
            SchemaError: It has no form in bitcode, or there is no such name.
        """
        kind: Kind = _engine().kind_of(payload)
        return kind

    def in_column(self, kind: Kind) -> Mapping[str, Any]:
        """Return what this encoding adds to the attributes of a kind, as `Kind.in_encoding` does for bincode.

        Byte orders, and widths of lengths and indexes, don't exist in it. All that counts is whether the
        column of a single value has other bytes than bincode's value.
        """
        found: Mapping[str, Any] = _engine().column_facts(kind)
        return found

    def write(self, kind: Kind, value: Any, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
        """Return the message with a value.

        Raises:
            EncodeError: The value does not fit its kind; the path says where.
        """
        written: bytes = _engine().write_message(kind, value, limits)
        return written

    def read(self, kind: Kind, data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Any:
        """Return the value of a message, all of which must be used.

        Raises:
            DecodeError: The bytes are not such a message; the path, and the offset of the column, say where.
        """
        return _engine().read_message(kind, data, len(data), limits)

    # --- for `snapformat.encode` and `snapformat.decode` ------------------------------------------------

    def encode(self, value: Any, payload: Any, limits: Limits) -> bytes:
        """Return the message with a value of a type."""
        return self.write(self.kind_of(payload), value, limits=limits)

    def decode(self, data: bytes, payload: Any, limits: Limits) -> Any:
        """Return the value of a message, all of which must be used."""
        return self.read(self.kind_of(payload), data, limits=limits)

    def decoder(self, payload: Any, limits: Limits) -> Callable[[bytes | bytearray | memoryview], Any]:
        """Return a function that does so for one type."""
        kind = self.kind_of(payload)
        return lambda data: self.read(kind, bytes_of(data), limits=limits)

    def decode_prefix(self, data: bytes, payload: Any, limits: Limits, offset: int = 0) -> tuple[Any, int]:
        """Return the value of a message at an offset of the data, and the size of the message."""
        value, end = _engine().read_prefix(self.kind_of(payload), data, len(data), limits, offset)
        return value, end - offset

    def decode_stream(self, source: SupportsRead, payload: Any, limits: Limits) -> Any:
        """Return the value of a message, taking no more bytes from a source than it has."""
        return _engine().read_stream(self.kind_of(payload), source, limits)
