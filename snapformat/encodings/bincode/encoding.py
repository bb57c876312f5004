"""Encodings, and the construct of a type under one of them."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import construct

from snapformat.class_attrs import READER, WRITER
from snapformat.encodings.bincode import walk
from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.interpreted import Interpreted
from snapformat.encodings.bincode.rules import BCS, BORSH, PLAIN, POSTCARD
from snapformat.encodings.bincode.rules import BINCODE_1 as BINCODE_1_RULES
from snapformat.encodings.bincode.sizes import c_layout
from snapformat.encodings.construct import composites, named, scalars
from snapformat.encodings.construct.wrappers import left_over
from snapformat.errors import DecodeError, SchemaError
from snapformat.lazy_dataclasses import dataclass
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model import kinds
from snapformat.model.annotations import kind_of
from snapformat.model.class_scopes import check_outermost, surroundings_of
from snapformat.model.declaration import seal, unsortable
from snapformat.model.declare.registry import resolved
from snapformat.model.floats import ByteOrder
from snapformat.model.from_construct import ClassAdapter
from snapformat.model.graph import walk_kinds
from snapformat.model.kinds import Kind
from snapformat.trampoline import Task, run

if TYPE_CHECKING:
    from snapformat.encodings.bitcode.encoding import Bitcode

#: The decode limit of the original module: 10 MiB of claimed bytes.
DEFAULT_LIMIT = 10 * 1024 * 1024

_SCALARS: dict[type[Kind], type[Any]] = {
    kinds.Bool: scalars.Bool,
    kinds.Int: scalars.Int,
    kinds.Float: scalars.Float,
    kinds.Char: scalars.Char,
    kinds.Str: scalars.Str,
    kinds.Bytes: scalars.Bytes,
    kinds.Unit: scalars.Unit,
}
_ELEMENTS: dict[type[Kind], type[Any]] = {
    kinds.Option: composites.Option,
    kinds.Seq: composites.Seq,
    kinds.Array: composites.Array,
    kinds.Set: composites.Set,
    kinds.Adapted: composites.Adapted,
    kinds.Absent: composites.Adapted,
    kinds.Checked: composites.Checked,
}


_PLAIN_FORM = Config().form


@dataclass(frozen=True, slots=True)
class Encoding(Config):
    """An encoding of the serde data model whose values lie one after the other.

    The default is that of Firecracker's snapshots: bincode with fixed-width integers, little endian, at most
    10 MiB claimed when decoding. The presets are bincode's configurations by the names of the Rust calls
    (`bincode1`, `bincode1_options`, `bincode2_standard`, `bincode2_legacy`), `borsh`, `bcs`, `postcard` and
    `short_vec`. Other encodings are described by their parameters: `Encoding(lengths="u16", tags="u8")`.

    Attributes:
        integers: `"fixed"` writes every integer in its nominal width. `"variable"` writes those of more than
            one byte in 1, 3, 5, 9 or 17 bytes, as bincode does; `"leb128"` in groups of seven bits, the
            lowest first. Signed ones are then zigzag: 0, -1, 1, -2 are stored as 0, 1, 2, 3.
        byteorder: Order of the bytes of integers and floats, `"little"` or `"big"`.
        limit: Maximum number of bytes that a decoder may claim, by nominal widths (LEB128: by the bytes
            taken); None for no limit. A value that reading would refuse is not written either.
        lengths: The width of lengths of text, bytes and collections: `"u8"`, `"u16"`, `"u32"`, `"u64"`,
            `"variable"`, `"leb128"` or `"compact-u16"`. None is u64, as `integers` says.
        tags: The width of the numbers of an enum's variants. None is u32, as `integers` says. The tag of an
            option is always one byte.
        rules: What a preset does otherwise; set by the presets.
        trailing: What `snapformat.decode` does with bytes after the value: `"refuse"` or `"ignore"`.
    """

    limit: int | None = DEFAULT_LIMIT
    trailing: Literal["refuse", "ignore"] = "ignore"
    #: The attributes in which classes of structs keep their generated code for this encoding.
    reader: str = dataclasses.field(init=False, repr=False, compare=False, default=READER)
    writer: str = dataclasses.field(init=False, repr=False, compare=False, default=WRITER)

    def __post_init__(self) -> None:
        Config.__post_init__(self)
        if self.trailing not in ("refuse", "ignore"):
            raise ValueError(f"trailing must be 'refuse' or 'ignore', not {self.trailing!r}")
        if self.form != _PLAIN_FORM:
            object.__setattr__(self, "reader", f"{READER} {self.form}")
            object.__setattr__(self, "writer", f"{WRITER} {self.form}")

    def without_limit(self) -> Encoding:
        """Return the same encoding without its limit."""
        return _without_limit(self)

    # --- presets --------------------------------------------------------------------------------------

    @staticmethod
    def bincode1() -> Encoding:
        """Return the encoding of bincode 1's `serialize` and `deserialize`.

        Integers have their nominal widths, little-endian; there is no limit, and bytes after the value are
        ignored.
        """
        return BINCODE_1

    @staticmethod
    def bincode1_options(
        integers: Literal["fixed", "variable"] = "variable",
        byteorder: ByteOrder = "little",
        limit: int | None = None,
        trailing: Literal["refuse", "ignore"] = "refuse",
    ) -> Encoding:
        """Return the encoding of bincode 1's `DefaultOptions::new()`.

        Args:
            integers: `"fixed"` as after `with_fixint_encoding()`.
            byteorder: `"big"` as after `with_big_endian()`.
            limit: Bytes that may be claimed, as after `with_limit(n)`.
            trailing: `"ignore"` as after `allow_trailing_bytes()`.
        """
        rules = BINCODE_1_RULES if integers == "variable" else PLAIN
        return Encoding(integers, byteorder, limit, rules=rules, trailing=trailing)

    @staticmethod
    def bincode2_standard(byteorder: ByteOrder = "little", limit: int | None = None) -> Encoding:
        """Return the encoding of bincode 2's `config::standard()`: integers of variable length.

        Args:
            byteorder: `"big"` as after `with_big_endian()`.
            limit: Bytes that may be claimed, as after `with_limit::<N>()`.
        """
        return Encoding("variable", byteorder, limit)

    @staticmethod
    def bincode2_legacy(byteorder: ByteOrder = "little", limit: int | None = None) -> Encoding:
        """Return the encoding of bincode 2's `config::legacy()`: integers in their nominal widths.

        Args:
            byteorder: `"big"` as after `with_big_endian()`.
            limit: Bytes that may be claimed, as after `with_limit::<N>()`.
        """
        return Encoding("fixed", byteorder, limit)

    @staticmethod
    def borsh() -> Encoding:
        """Return the encoding of borsh 1: lengths are u32, tags one byte.

        Maps and sets are written sorted, NaN is refused. Chars, collections of zero-sized elements, and enums
        of more than 256 variants can't be stored.
        """
        return _BORSH

    @staticmethod
    def bcs() -> Encoding:
        """Return the encoding of BCS: lengths and tags are LEB128 in its shortest form.

        Entries of maps are sorted by the bytes of their keys. Structs and enums are nested at most 500 deep,
        and lengths are below 2^31. Floats and chars can't be stored.
        """
        return _BCS

    @staticmethod
    def postcard() -> Encoding:
        """Return the encoding of postcard 1: integers, lengths and tags are LEB128, a char is text."""
        return _POSTCARD

    @staticmethod
    def short_vec() -> Encoding:
        """Return bincode 1 with every length as Solana's `short_vec` has it: a compact-u16.

        Where only some lengths are, they are declared: `Annotated[list[T], Length(compact_u16)]`.
        """
        return _SHORT_VEC

    # --- use ------------------------------------------------------------------------------------------

    def construct(self, annotation: Any) -> Any:
        """Return the construct of a type under this encoding: the same object every time for a class.

        Args:
            annotation: A class declared with `@schema`, an annotation such as `list[u16]`, a kind, or a
                construct, which is returned as it is.

        Returns:
            A `construct.Construct` that parses and builds by itself.

        Raises:
            SchemaError: Not a type of the serde data model, or it contains undefined names.
        """
        deriving = _Deriving()
        made = run(_derive(sealed(annotation, is_outermost=False), self, deriving))
        # Only now, and outer ones first: an inner one may refer back to an outer one.
        for kind, encoding, inner in reversed(deriving.made.values()):
            first = kind.derived.setdefault(("construct", encoding), inner)  # of several threads, the first
            made = first if made is inner else made
        return made

    @staticmethod
    def bitcode() -> Bitcode:
        """Return the encoding of bitcode 0.6's serde format, which Firecracker uses since 1.15."""
        from snapformat.encodings.bitcode.encoding import Bitcode  # here, as few files need it

        return Bitcode()

    def bind(self, kind: Kind) -> None:
        """Check that values of a kind can be stored.

        Raises:
            SchemaError: A C struct in it has no fixed size, or the preset can't carry a type in it.
        """
        self.check_types(kind)
        for inner in walk_kinds(kind):
            if isinstance(inner, kinds.Blob):
                c_layout(inner)

    def write(self, kind: Kind, value: Any, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
        """Return the bytes of a value, by the reference; `snapformat.encode` gives the same bytes faster.

        Raises:
            EncodeError: The value does not fit its kind; the path says where.
        """
        return walk.write_value(kind, self, value, limits=limits)

    def read(self, kind: Kind, data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Any:
        """Return the value of bytes, all of which must be used, by the reference.

        Raises:
            DecodeError: The bytes are not such a value; path and offset say where.
        """
        value, end = walk.read_value(kind, self, data, limit=self.limit, limits=limits)
        if end != len(data):
            raise DecodeError(left_over(len(data) - end, "after the value"), offset=end)
        return value


@cache
def _without_limit(encoding: Encoding) -> Encoding:
    return dataclasses.replace(encoding, limit=None)


#: Firecracker's encoding.
FIRECRACKER = Encoding()
#: bincode 1's own functions, and `encode` and `decode` without an encoding.
BINCODE_1 = Encoding(limit=None)
_BORSH = Encoding("fixed", "little", None, "u32", "u8", BORSH, "refuse")
_BCS = Encoding("fixed", "little", None, "leb128", "leb128", BCS, "refuse")
_POSTCARD = Encoding("leb128", "little", None, rules=POSTCARD)
_SHORT_VEC = Encoding("fixed", "little", None, "compact-u16")
#: The layout of the members of a C struct: packed, since the kernel's headers declare all padding.
C_LAYOUT = Encoding(limit=None)


def layout_for(payload: Any, encoding: Encoding = FIRECRACKER) -> Any:
    """The construct of a class, an annotation, a construct or a registered name.

    Raises:
        SchemaError: The name is unknown, or the type can't be stored.
    """
    return encoding.construct(resolved(payload))


def sealed(annotation: Any, *, is_outermost: bool = True) -> Kind:
    """Return the kind of a type, with everything it refers to filled in.

    Args:
        annotation: The type.
        is_outermost: Whether there is nothing around it that its expressions could name.

    Raises:
        SchemaError: Not a type of the serde data model, or it contains undefined names.
    """
    kind = seal(kind_of(annotation))
    unsorted = unsortable(kind)
    if unsorted is not None:
        raise SchemaError(unsorted)
    if is_outermost:
        check_outermost(surroundings_of(kind))
    return kind


#: The form of these in a preset, or with other widths, is read and written by the reference.
_WITH_RULES = (kinds.Float, kinds.Char, kinds.Str, kinds.Bytes, kinds.Seq, kinds.Set, kinds.Map, kinds.Blob)


def _is_interpreted(kind: Kind, encoding: Encoding) -> bool:
    """Return whether a kind has a form that no construct of its own reads: lengths or rules of a preset."""
    if isinstance(kind, kinds.Int):
        return kind.variable is not None or encoding.integers == "leb128" or encoding.rules is not PLAIN
    is_plain = encoding.lengths is None and encoding.rules is PLAIN and encoding.integers != "leb128"
    if isinstance(kind, kinds.Enum):
        return not is_plain or encoding.tags is not None
    return isinstance(kind, _WITH_RULES) and not is_plain


class _Deriving:
    """One derivation.

    Attributes:
        open: Named kinds that are being derived, by identity and encoding.
        made: Derived kinds, with their encodings and constructs.
    """

    __slots__ = ("made", "open")

    def __init__(self) -> None:
        self.open: set[tuple[int, Encoding]] = set()
        self.made: dict[tuple[int, Encoding], tuple[kinds.Struct | kinds.Enum, Encoding, Any]] = {}


def _derive(kind: Kind, encoding: Encoding, deriving: _Deriving) -> Task:
    """Derive a construct; a named kind that is being derived further up becomes a reference to it."""
    if getattr(kind, "length", None) is not None or _is_interpreted(kind, encoding):
        return Interpreted(kind, encoding)
    if type(kind) in _SCALARS:
        return _SCALARS[type(kind)](kind, encoding)
    if type(kind) in _ELEMENTS:
        (item,) = kind.children()
        return _ELEMENTS[type(kind)](kind, encoding, (yield _derive(item, encoding, deriving)))
    match kind:
        case kinds.Tuple(items):
            subs = []
            for item in items:
                subs.append((yield _derive(item, encoding, deriving)))
            return composites.Tuple(kind, encoding, subs)
        case kinds.Map(key, value):
            key_sub = yield _derive(key, encoding, deriving)
            return composites.Map(kind, encoding, key_sub, (yield _derive(value, encoding, deriving)))
        case kinds.Blob(item):
            # A C struct has the processor's layout, independent of the encoding around it.
            sub = yield _derive(item, C_LAYOUT, deriving)
            try:
                return composites.Blob(kind, encoding, sub)
            except construct.SizeofError:
                raise SchemaError("a class in a Blob must have a fixed size", owner=item.name) from None
        case kinds.Foreign():
            return kind.construct if kind.cls is None else ClassAdapter(kind.construct, kind.cls)
        case kinds.Struct() | kinds.Enum():
            known = kind.derived.get(("construct", encoding))
            if known is not None:
                return known
            place = id(kind), encoding
            if place in deriving.made:
                return deriving.made[place][2]
            if place in deriving.open:
                return named.Recursive(kind.name, lambda: kind.derived["construct", encoding])
            deriving.open.add(place)
            subs = []
            for child in kind.children():
                subs.append((yield _derive(child, encoding, deriving)))
            made = _named(kind, encoding, subs)
            deriving.made[place] = kind, encoding, made
            return made
    return Interpreted(kind, encoding)


def _named(kind: kinds.Struct | kinds.Enum, encoding: Encoding, subs: list[Any]) -> Any:
    if isinstance(kind, kinds.Struct):
        return named.Struct(kind, encoding, subs)
    payloads = iter(subs)
    by_variant = [None if variant.payload is None else next(payloads) for variant in kind.variants]
    return named.Enum(kind, encoding, by_variant)
