"""Declare a binary snapshot format once; read, write, check, show and edit it from Python."""

# ruff: isort: skip_file
# `X as X`, which exports a name to type checkers, would be a statement each.
from snapformat.exports import lazy_exports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from snapformat.bincode import (
        Encoding as Encoding,
    )
    from snapformat.bits import Bits as Bits
    from snapformat.budget import (
        Limits as Limits,
    )
    from snapformat.codec import (
        decode as decode,
    )
    from snapformat.codec import (
        decode_prefix as decode_prefix,
    )
    from snapformat.codec import (
        decode_stream as decode_stream,
    )
    from snapformat.codec import (
        encode as encode,
    )
    from snapformat.declare import (
        DataEnum as DataEnum,
    )
    from snapformat.declare import (
        UnitEnum as UnitEnum,
    )
    from snapformat.declare import (
        doc as doc,
    )
    from snapformat.declare import (
        register as register,
    )
    from snapformat.declare import (
        schema as schema,
    )
    from snapformat.declare import (
        variant as variant,
    )
    from snapformat.errors import (
        Crc64Error as Crc64Error,
    )
    from snapformat.errors import (
        DecodeError as DecodeError,
    )
    from snapformat.errors import (
        DecodeIOError as DecodeIOError,
    )
    from snapformat.errors import (
        EncodeError as EncodeError,
    )
    from snapformat.errors import (
        EncodeIOError as EncodeIOError,
    )
    from snapformat.errors import (
        InvalidFormatVersionError as InvalidFormatVersionError,
    )
    from snapformat.errors import (
        InvalidMagicError as InvalidMagicError,
    )
    from snapformat.errors import (
        SchemaError as SchemaError,
    )
    from snapformat.errors import (
        SnapshotError as SnapshotError,
    )
    from snapformat.errors import (
        SnapshotIOError as SnapshotIOError,
    )
    from snapformat.snapshot import (
        CRC64_JONES as CRC64_JONES,
    )
    from snapformat.snapshot import (
        CheckOrder as CheckOrder,
    )
    from snapformat.snapshot import (
        Checksum as Checksum,
    )
    from snapformat.snapshot import (
        ChecksumWriter as ChecksumWriter,
    )
    from snapformat.snapshot import (
        Header as Header,
    )
    from snapformat.snapshot import (
        Persist as Persist,
    )
    from snapformat.snapshot import (
        Snapshot as Snapshot,
    )
    from snapformat.snapshot import (
        SnapshotFormat as SnapshotFormat,
    )
    from snapformat.snapshot import (
        get_format_version as get_format_version,
    )
else:
    __getattr__, __dir__, __all__ = lazy_exports(
        __name__,
        {
            "bincode": ("Encoding",),
            "bits": ("Bits",),
            "budget": ("Limits",),
            "codec": (
                "decode",
                "decode_prefix",
                "decode_stream",
                "encode",
            ),
            "declare": (
                "DataEnum",
                "UnitEnum",
                "doc",
                "register",
                "schema",
                "variant",
            ),
            "errors": (
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
            "snapshot": (
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
