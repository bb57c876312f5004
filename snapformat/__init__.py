"""Declare a binary snapshot format once; read, write, check, show and edit it from Python."""

from snapformat.bincode import Encoding
from snapformat.bits import Bits
from snapformat.budget import Limits
from snapformat.codec import decode, decode_prefix, decode_stream, encode
from snapformat.declare import DataEnum, UnitEnum, doc, register, schema, variant
from snapformat.errors import (
    Crc64Error,
    DecodeError,
    DecodeIOError,
    EncodeError,
    EncodeIOError,
    InvalidFormatVersionError,
    InvalidMagicError,
    SchemaError,
    SnapshotError,
    SnapshotIOError,
)
from snapformat.snapshot import (
    CRC64_JONES,
    CheckOrder,
    Checksum,
    ChecksumWriter,
    Header,
    Persist,
    Snapshot,
    SnapshotFormat,
    get_format_version,
)

__all__ = [
    "CRC64_JONES",
    "Bits",
    "CheckOrder",
    "Checksum",
    "ChecksumWriter",
    "Crc64Error",
    "DataEnum",
    "DecodeError",
    "DecodeIOError",
    "EncodeError",
    "EncodeIOError",
    "Encoding",
    "Header",
    "InvalidFormatVersionError",
    "InvalidMagicError",
    "Limits",
    "Persist",
    "SchemaError",
    "Snapshot",
    "SnapshotError",
    "SnapshotFormat",
    "SnapshotIOError",
    "UnitEnum",
    "decode",
    "decode_prefix",
    "decode_stream",
    "doc",
    "encode",
    "get_format_version",
    "register",
    "schema",
    "variant",
]
