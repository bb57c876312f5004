"""Declare a binary snapshot format once; read, write, check, show and edit it from Python."""

# ruff: isort: skip_file
# `X as X`, which exports a name to type checkers, would be a statement each.
from snapformat.exports import lazy_exports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from snapformat.bincode import Encoding as Encoding
    from snapformat.bits import Bits as Bits
    from snapformat.limits import Limits as Limits
    from snapformat.api import (
        decode as decode,
        decode_prefix as decode_prefix,
        decode_stream as decode_stream,
        decoder as decoder,
        encode as encode,
    )
    from snapformat.lazy.validating import validate as validate
    from snapformat.model.declare import (
        DataEnum as DataEnum,
        UnitEnum as UnitEnum,
        doc as doc,
        register as register,
        schema as schema,
        variant as variant,
    )
    from snapformat.errors import (
        Crc64Error as Crc64Error,
        DecodeError as DecodeError,
        DecodeIOError as DecodeIOError,
        EncodeError as EncodeError,
        EncodeIOError as EncodeIOError,
        InvalidFormatVersionError as InvalidFormatVersionError,
        InvalidMagicError as InvalidMagicError,
        SchemaError as SchemaError,
        SnapshotError as SnapshotError,
        SnapshotIOError as SnapshotIOError,
    )
    from snapformat.snapshot import (
        CRC64_JONES as CRC64_JONES,
        CheckOrder as CheckOrder,
        Checksum as Checksum,
        ChecksumWriter as ChecksumWriter,
        Header as Header,
        Persist as Persist,
        Snapshot as Snapshot,
        SnapshotFormat as SnapshotFormat,
        get_format_version as get_format_version,
    )
else:
    __getattr__, __dir__, __all__ = lazy_exports(
        __name__,
        {
            ".bincode": ("Encoding",),
            ".bits": ("Bits",),
            ".limits": ("Limits",),
            ".api": (
                "decode",
                "decode_prefix",
                "decode_stream",
                "decoder",
                "encode",
            ),
            "snapformat.lazy.validating": ("validate",),
            ".model.declare": (
                "DataEnum",
                "UnitEnum",
                "doc",
                "register",
                "schema",
                "variant",
            ),
            ".errors": (
                "Crc64Error",
                "DecodeError",
                "DecodeIOError",
                "EncodeError",
                "EncodeIOError",
                "InvalidFormatVersionError",
                "InvalidMagicError",
                "SchemaError",
                "SnapshotError",
                "SnapshotIOError",
            ),
            ".snapshot": (
                "CRC64_JONES",
                "CheckOrder",
                "Checksum",
                "ChecksumWriter",
                "Header",
                "Persist",
                "Snapshot",
                "SnapshotFormat",
                "get_format_version",
            ),
        },
    )
