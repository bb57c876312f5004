# The names of the package: for type checkers, and for `lazy_exports` at run time.
# ruff: isort: skip_file
__version__: str

from snapformat.bincode import Encoding as Encoding
from snapformat.bits import Bits as Bits
from snapformat._machine import machine as machine
from snapformat.limits import Limits as Limits
from snapformat.api import (
    decode as decode,
    decode_prefix as decode_prefix,
    decode_stream as decode_stream,
    decoder as decoder,
    encode as encode,
)
from snapformat.streams import encode_to as encode_to, iter_decode as iter_decode
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
    MigrationError as MigrationError,
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
from snapformat.inspect.edit import edit as edit
from snapformat.inspect.query import select as select
