"""How bitcode stores values in columns: those of a type, the kinds there are, packings, the order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from snapformat.bincode import u8
from snapformat.docs.model import ColumnKind, ColumnMap, ColumnRow, Columns, Packing, Width
from snapformat.encodings.bitcode.encoding import Bitcode
from snapformat.encodings.bitcode.packing import BARE, FEW, LONG, PACKINGS, ColumnInput
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
