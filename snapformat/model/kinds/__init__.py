"""The kinds of values: serde's data model, and construct's classes. One class a kind."""

from snapformat.model.kinds.base import Kind
from snapformat.model.kinds.collections import Array, Map, Option, Seq, Set, Tuple
from snapformat.model.kinds.conversions import Adapted, Computed, Const, Default, IntEnum, Rebuild
from snapformat.model.kinds.foreign import Blob, Encoded, Foreign, Opaque
from snapformat.model.kinds.named import Enum, EnumVariant, Field, Struct, Style
from snapformat.model.kinds.positional import (
    Bit,
    BitStruct,
    Checksummed,
    If,
    LazyBound,
    Limited,
    Padded,
    Prefixed,
    Region,
    Switch,
)
from snapformat.model.kinds.scalars import (
    LETTERS,
    Bool,
    Bytes,
    Char,
    FixedBytes,
    Float,
    Int,
    Str,
    Unit,
)

__all__ = [
    "LETTERS",
    "Adapted",
    "Array",
    "Bit",
    "BitStruct",
    "Blob",
    "Bool",
    "Bytes",
    "Char",
    "Checksummed",
    "Computed",
    "Const",
    "Default",
    "Encoded",
    "Enum",
    "EnumVariant",
    "Field",
    "FixedBytes",
    "Float",
    "Foreign",
    "If",
    "Int",
    "IntEnum",
    "Kind",
    "LazyBound",
    "Limited",
    "Map",
    "Opaque",
    "Option",
    "Padded",
    "Prefixed",
    "Rebuild",
    "Region",
    "Seq",
    "Set",
    "Str",
    "Struct",
    "Style",
    "Switch",
    "Tuple",
    "Unit",
]
