"""The configuration of an encoding whose values lie one after the other."""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

from snapformat.encodings.bincode.rules import BCS, PLAIN, Rules, check_types
from snapformat.encodings.bincode.varints import (
    VARINT_MARKERS,
    VARINT_SINGLE,
    Varint,
    encode_variable,
    encode_varint,
    unzigzag,
    zigzag,
)
from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.floats import ByteOrder

__all__ = ["VARINT_MARKERS", "VARINT_SINGLE", "Config", "encode_int", "encode_varint", "unzigzag", "zigzag"]

#: How integers of more than one byte are stored.
Integers = Literal["fixed", "variable", "leb128"]
#: How lengths and tags are stored.
Width = Literal["u8", "u16", "u32", "u64", "variable", "leb128", "compact-u16"]

#: Lengths of text, bytes, sequences and maps, and numbers of variants, unless the encoding has others.
LENGTH = kinds.Int("u64", 8, False)
INDEX = kinds.Int("u32", 4, False)

_WIDTHS = {
    **{f"u{8 * size}": kinds.Int(f"u{8 * size}", size, False, variable=False) for size in (1, 2, 4, 8)},
    "compact-u16": kinds.Int("compact_u16", 2, False, variable="strict leb128"),
}
_LENGTHS = {
    **_WIDTHS,
    "variable": kinds.Int("u64", 8, False, variable="bincode"),
    "leb128": kinds.Int("u64", 8, False, variable="leb128"),
}
_INDEXES = {
    **_WIDTHS,
    "variable": kinds.Int("u32", 4, False, variable="bincode"),
    "leb128": kinds.Int("u32", 4, False, variable="leb128"),
}
#: Lengths and numbers of variants in LEB128, where longer forms are refused.
_STRICT_LENGTH = kinds.Int("u32", 4, False, variable="strict leb128", most=BCS.most_length)
_STRICT_INDEX = kinds.Int("u32", 4, False, variable="strict leb128")


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration of an encoding.

    Attributes:
        integers: `fixed` writes every integer in its nominal width; `variable` writes those of more than
            one byte in 1, 3, 5, 9 or 17 bytes, as bincode does; `leb128` writes them in groups of seven bits,
            the lowest first. With both, signed ones are zigzag: 0, -1, 1, -2 are stored as 0, 1, 2, 3.
        byteorder: Order of the bytes of integers and floats.
        limit: Maximum number of bytes that a decoder may claim, by nominal widths (LEB128: by the bytes
            taken); None for no limit.
        lengths: The width of lengths of text, bytes and collections; None for u64 as `integers` says.
        tags: The width of the numbers of an enum's variants; None for u32 as `integers` says. The tag of an
            option is always one byte.
        rules: What a preset does otherwise.
    """

    #: Whether values are stored in columns. Here they lie one after the other.
    columnar: ClassVar[bool] = False

    integers: Integers = "fixed"
    byteorder: ByteOrder = "little"
    limit: int | None = None
    lengths: Width | None = None
    tags: Width | None = None
    rules: Rules = PLAIN

    def __post_init__(self) -> None:
        if self.integers not in get_args(Integers):
            raise ValueError(f"integers must be {_one_of(Integers)}, not {self.integers!r}")
        if self.byteorder not in ("little", "big"):
            raise ValueError(f"byteorder must be 'little' or 'big', not {self.byteorder!r}")
        if self.limit is not None and self.limit < 0:
            raise ValueError(f"limit must not be negative: {self.limit}")
        for name, width in (("lengths", self.lengths), ("tags", self.tags)):
            if width is not None and width not in get_args(Width):
                raise ValueError(f"{name} must be {_one_of(Width)} or None, not {width!r}")

    @property
    def name(self) -> str:
        """The name of the encoding: that of its preset, else `bincode`."""
        return self.rules.name

    @property
    def is_plain(self) -> bool:
        """Whether lengths, tags and rules are bincode's."""
        return self.lengths is None and self.tags is None and self.rules is PLAIN

    @property
    def description(self) -> str:
        """All but the limit, in words."""
        found = f"{self.integers} integers, {self.byteorder}-endian"
        for name, width in (("lengths", self.lengths), ("tags", self.tags)):
            if width is not None:
                found += f", {name} {width}"
        return found if self.rules is PLAIN else f"{self.rules.name}: {found}"

    @property
    def form(self) -> str:
        """All but the limit, as text: two that store values alike have the same form."""
        plain = f"{self.integers} {self.byteorder}"
        if self.is_plain:
            return plain
        return f"{plain} {self.lengths} {self.tags} {self.rules.name}"

    @property
    def length_kind(self) -> kinds.Int:
        """The kind of lengths."""
        if self.lengths is None:
            return LENGTH
        return _STRICT_LENGTH if self.lengths == "leb128" and self.rules.strict else _LENGTHS[self.lengths]

    @property
    def index_kind(self) -> kinds.Int:
        """The kind of the numbers of variants."""
        if self.tags is None:
            return INDEX
        return _STRICT_INDEX if self.tags == "leb128" and self.rules.strict else _INDEXES[self.tags]

    def check_types(self, kind: kinds.Kind) -> None:
        """Check that a preset, or the width of tags, can carry a kind.

        Raises:
            SchemaError: It can't; the error has the class and the field.
        """
        if self.rules is not PLAIN or self.tags is not None:
            check_types(kind, self.rules, 1 << 8 * self.index_kind.size)

    def is_variable(self, size: int) -> bool:
        """Return whether integers of `size` bytes have a variable length; single bytes never have."""
        return self.integers != "fixed" and size > 1

    def varint(self, size: int) -> Varint | None:
        """Return the form of integers of `size` bytes, if they have a variable length."""
        if self.integers == "fixed" or size == 1:
            return None
        if self.integers == "variable":
            return self.rules.varint
        return "strict leb128" if self.rules.strict else "leb128"


def _one_of(choices: object) -> str:
    *first, last = map(repr, get_args(choices))
    return f"{', '.join(first)} or {last}"


def encode_int(value: int, size: int, signed: bool, config: Config) -> bytes:
    """Write an integer that is within its range."""
    form = config.varint(size)
    if form is not None:
        return encode_variable(value, form, signed, config.byteorder)
    return value.to_bytes(size, config.byteorder, signed=signed)
