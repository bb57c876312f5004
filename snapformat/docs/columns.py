"""How bitcode stores values in columns: those of a type, the kinds there are, packings, the order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from snapformat.bincode import u8
from snapformat.docs.model import ColumnKind, ColumnMap, ColumnRow, Columns, Packing, Width
from snapformat.encodings.bitcode.encoding import Bitcode
from snapformat.encodings.bitcode.packing import BARE, FEW, LONG, PACKINGS, ColumnInput, pack_ints
from snapformat.encodings.bitcode.places import INTEGER_SIZES, MOST_COLUMNS, MOST_VARIANTS, MOST_ZERO_SIZED
from snapformat.encodings.bitcode.reader import BitcodeReader, Column
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model import kinds
from snapformat.model.naming import Bound, LabelOf, unwrapped
from snapformat.trampoline import Task, run

#: Stands for the columns of a type that has a section of its own.
OF_THE_TYPE = "…"
#: Widths of integers, bytes.
_WIDTHS = tuple(size for size in INTEGER_SIZES if size > 1)
#: Kinds without parts that have no column.
_WITHOUT_COLUMN = (kinds.Unit, kinds.Tuple, kinds.Struct)

#: The kinds of columns, as `BitcodeReader` names them: what makes one, and what is in it.
_KINDS = (
    ColumnKind("bool", "bool", "a bit each, eight in a byte, the first in the lowest bit"),
    ColumnKind("u8", "u8, i8; what is in byte strings", "numbers of one byte, packed"),
    ColumnKind(
        "u16 to u128",
        "integers of this width, signed or not; the number of a `char` (u32) and the bits of an f64 (u64)",
        "packed: all as narrow as the largest one allows",
    ),
    ColumnKind("f32", "f32", "the lower three bytes of each value, then the highest byte of each"),
    ColumnKind("str", "text", "the lengths in bytes, then all texts in UTF-8 without anything between them"),
    ColumnKind(
        "seq",
        "`Vec`, sets, byte strings",
        "the lengths; the elements of all of them have columns of their own",
    ),
    ColumnKind("map", "maps", "the lengths; the keys have columns of their own, and so have the values"),
    ColumnKind(
        "enum",
        "enums and options",
        "the index of each variant; of an option 0 for None and 1 for Some; numbers of one byte, packed",
    ),
)

#: How many values the column of a place has.
_COUNTS = (
    ("the root", "1"),
    ("a field of a struct, a part of a tuple, an index of an array", "that of the struct, tuple or array"),
    ("the elements of a sequence, the keys or the values of a map", "the sum of the lengths in its column"),
    ("the value of an option", "the number of ones in its enum column"),
    ("a field of variant i", "the number of i in the enum column"),
)
_READING = (
    "To read a message, walk the type as if decoding one value after another, depth first. Where a place"
    " is met for the first time, its whole column begins at the current position: read it, and keep a"
    " cursor into its values. Later visits of the place take the next value. Each level of a recursive"
    " type is a place of its own."
)
_NOTES = (
    f"Columns of up to {BARE} numbers are the bare bytes, without a first byte: those of u8, enum and"
    " lengths (also the lengths of texts), and what a column of wider integers stores as u8, behind its"
    " own first byte. Columns of bool and f32 never have a first byte.",
    f"Lengths of {LONG} and more are stored as {LONG}. If there are such numbers after unpacking, with the"
    f" minimum added, a column of u64 follows at once: for each {LONG} the whole length, in their order."
    " Of texts it lies between the lengths and the text.",
    "A sum with a minimum wraps around at the width of the type. The minimum of signed numbers is in two's"
    " complement.",
    "Unused bits of a column of bool and unused digits of the last byte are written as 0; reading ignores"
    " them. A byte that is too large for its digits is no error: its highest digit is taken modulo the"
    " base.",
    "A first byte that is not in the tables is refused, and so is one whose width is not there for the type.",
    "Reading accepts any packing of the tables; what it reads is written in the packings described here.",
)
_LISTED = (
    "The packing `none` says that numbers are stored as they are: bare, or after the first byte 0; of a"
    " text, the packing is that of the lengths. If the file has a header, the list has"
    " its columns too; the example of the file counts only those of the data."
)

#: Two messages with the same places, whose columns are in another order.
_ORDERS: tuple[tuple[str, list[Any]], ...] = (
    ("[([], 0), ([true], 1)]", [([], 0), ([True], 1)]),
    ("[([true], 1), ([], 0)]", [([True], 1), ([], 0)]),
)


def columns_text(bound: Bound, label_of: LabelOf) -> str:
    """Return the kinds of the columns that a kind makes, in the order of first use.

    Args:
        bound: The kind.
        label_of: Function from a kind to its label, if it is a type with a section of its own.
    """
    return ", ".join(run(_columns(bound, label_of))) or "none"


def _columns(bound: Bound, label_of: LabelOf) -> Task:
    bound = unwrapped(bound)
    if label_of(bound) is not None:
        return [OF_THE_TYPE]
    kind, own = bound.kind, []
    match kind:
        case kinds.Bytes() | kinds.Blob():
            return ["seq", "u8"]
        case kinds.FixedBytes():
            return _repeated(kind.count, ["u8"])
        case kinds.Int():
            return [f"u{8 * kind.size}"]
        case kinds.Float():
            return ["f32" if kind.size == 4 else "u64"]
        case kinds.Char():
            return ["u32"]
        case kinds.Bool() | kinds.Str() | kinds.Map():
            own = [type(kind).__name__.lower()]
        case kinds.Option() | kinds.Enum():
            own = ["enum"]
        case kinds.Seq() | kinds.Set():
            own = ["seq"]
    found: list[str] = []
    for child in bound.children():
        found += yield _columns(child, label_of)
    if isinstance(kind, kinds.Array):
        return _repeated(kind.count, found)
    if not own and not found and not isinstance(kind, _WITHOUT_COLUMN):  # a kind of another package
        return [OF_THE_TYPE]
    return own + found


def _repeated(count: Any, found: list[str]) -> list[str]:
    if not count or not found:
        return []
    if count == 1:
        return found
    inside = found[0] if len(found) == 1 else f"({', '.join(found)})"
    return [f"{count} × {inside}"]


def own_column(bound: Bound) -> str:
    """Return the kind of the column that a type itself has, beside those of its parts; or empty."""
    return "enum" if isinstance(bound.kind, kinds.Enum) else ""


def describe_columns(limits: Limits) -> Columns:
    """Return how bitcode stores values, from the library's own tables.

    Args:
        limits: Bounds of depth and of zero-sized elements.
    """
    return Columns(
        about="the serde format of bitcode 0.6",
        kinds=_KINDS,
        examples=tuple(_order(text, value) for text, value in _ORDERS),
        packings=tuple(
            Packing(2 * place, 2 * place - 1 if place else None, each.base if place else None, each.count)
            for place, each in enumerate(PACKINGS)
        ),
        widths=tuple(map(_width, range(max(_WIDTHS).bit_length()))),
        bare=BARE,
        few=FEW,
        long=LONG,
        limits=(
            f"at most {limits.depth} nested structs and enums",
            f"at most {MOST_ZERO_SIZED} elements that are zero-sized in Rust in a sequence, and at most"
            f" {limits.zero_sized} objects made of zero-sized elements in a message",
            f"at most {MOST_COLUMNS} columns of a type",
            f"only the first {MOST_VARIANTS} variants of an enum can be written",
        ),
        counts=_COUNTS,
        reading=_READING,
        notes=_NOTES,
        wide=_wide(),
        listed=_LISTED,
    )


def _wide() -> str:
    """Return an example of a column of wide integers with a minimum."""
    least, size = 100_000, 4
    numbers = [*range(least, least + FEW + 1)]
    data = pack_ints(numbers, size)
    packing = PACKINGS[data[1 + size] // 2]
    head, low, packed = data[:1], data[1 : 1 + size], data[1 + size :]
    return (
        f"For example, the {len(numbers)} numbers of u{8 * size} from {least} to {numbers[-1]} are"
        f" `{data.hex(' ')}`: `{head.hex()}` stands for u8 with a minimum, `{low.hex(' ')}` is the"
        f" minimum, and `{packed.hex(' ')}` is the column of u8, with 0 to {FEW} as digits of base"
        f" {packing.base}."
    )


def _width(halvings: int) -> Width:
    stored = ((f"u{8 * size}", f"u{8 * size >> halvings}" if size >> halvings else None) for size in _WIDTHS)
    return Width(2 * halvings, 2 * halvings - 1 if halvings else None, tuple(stored))


def _order(text: str, value: Any) -> ColumnMap:
    encoding = Bitcode()
    kind = encoding.kind_of(list[tuple[list[bool], u8]])
    data = encoding.write(kind, value)
    reader = BitcodeReader(ColumnInput(data, 0, len(data)), DEFAULT_LIMITS)
    found: list[Column] = []
    reader.columns = found
    reader.read(kind)
    return ColumnMap(text, rows_of(found), data)


def rows_of(
    columns: Sequence[Column], members: Iterable[tuple[str | None, str | None]] | None = None
) -> tuple[ColumnRow, ...]:
    """Return columns for the model.

    Args:
        columns: The columns.
        members: Label and member of each, or None.
    """
    known = [(None, None)] * len(columns) if members is None else members
    return tuple(
        ColumnRow(each.offset, each.size, each.kind, each.packing, each.count, each.path, label, member)
        for each, (label, member) in zip(columns, known, strict=True)
    )
