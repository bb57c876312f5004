"""Places in a type: bitcode's tree, whose nodes have the columns."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

from snapformat.encodings.bincode.sizes import c_layout
from snapformat.errors import SchemaError
from snapformat.model import kinds
from snapformat.model.kinds import Kind
from snapformat.trampoline import Task, run

#: Most elements of Rust's size zero in a sequence or keys in a map: bitcode's `ZST_LIMIT`.
MOST_ZERO_SIZED = 1 << 16
#: Most variants of an enum that can be written: their number takes a byte.
MOST_VARIANTS = 256
#: Sizes of integers in bytes.
INTEGER_SIZES = (1, 2, 4, 8, 16)
#: Most columns that a type may have, without those of types inside themselves.
MOST_COLUMNS = 1 << 16


class Way(enum.Enum):
    """The way from a value to its parts.

    Attributes:
        SAME: The parts are at the same place, as that of a newtype.
        ONE: The same, of a tuple, array or struct with one part.
        FIELD: Each part has a place of its own.
        EACH: The same, of an array: all of them are child 0 of its kind.
        ELEMENT: All parts share one place.
        ENTRY: All keys share a place, and all values.
        OPTION: The value of an option.
        VARIANT: The fields of a variant.
    """

    SAME = "same"
    ONE = "one"
    FIELD = "field"
    EACH = "each"
    ELEMENT = "element"
    ENTRY = "entry"
    OPTION = "option"
    VARIANT = "variant"

    @staticmethod
    def of(count: int, style: str = "tuple") -> Way:
        """Return the way to the parts of a tuple or struct."""
        if style == "newtype":
            return Way.SAME
        return Way.ONE if count == 1 else Way.FIELD

    @property
    def has_places(self) -> bool:
        """Whether the parts have places of their own."""
        return self not in (Way.SAME, Way.ONE)

    def suffix(self, step: Any) -> str:
        """Return what a step adds to a path; see `Column.path`."""
        match self:
            case Way.ONE | Way.FIELD | Way.EACH:
                return f".{step}"
            case Way.ELEMENT:
                return "[]"
            case Way.ENTRY:
                return f"{{{step[1]}}}"
            case Way.OPTION:
                return "?"
            case Way.VARIANT:
                return f"<{step}>"
        return ""


def is_zero_sized_in_rust(kind: Kind) -> bool:
    """Return whether Rust's type has the size 0: all values are alike, and bitcode bounds their number."""
    waiting = [kind]
    while waiting:
        current = waiting.pop()
        match current:
            case kinds.Unit():
                pass
            case kinds.Array():
                if current.count:
                    waiting.append(current.item)
            case kinds.Struct():
                if current.skipped:
                    return False
                waiting.extend(current.children())
            case kinds.Tuple() | kinds.Adapted():
                waiting.extend(current.children())
            case kinds.Enum():
                if len(current.variants) != 1:
                    return False
                waiting.extend(current.children())
            case _:
                return False
    return True


#: Kinds that have no column, or one that has the same bytes as bincode's value if there is only one value.
_ALIKE = (kinds.Unit, kinds.Bool, kinds.Option, kinds.Tuple, kinds.Array, kinds.Struct, kinds.Adapted)


def column_facts(kind: Kind) -> Mapping[str, Any]:
    """Return what bitcode adds to the attributes of a kind, for comparisons.

    Without sequences and maps there is one value at each place. Then the columns lie as bincode's values do,
    and numbers of up to two bytes, and f32, have bincode's bytes (fixed, little-endian) too.
    """
    match kind:
        case kinds.Int() if kind.size <= 2:
            return kind.in_encoding(None)
        case kinds.Float() if kind.size == 4:
            return kind.in_encoding(None)
    return {} if isinstance(kind, _ALIKE) else {"column": True}


def check_bindable(kind: Kind) -> int:
    """Check that values of a kind can be stored; return the number of columns of the type.

    Raises:
        SchemaError: A part of it has no form in bitcode, or it has too many columns.
    """
    seen: set[int] = set()
    waiting: list[tuple[Kind, str | None, str | None]] = [(kind, None, None)]
    while waiting:
        current, owner, field = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        reason = _refusal(current)
        if reason is not None:
            raise SchemaError(reason, owner=owner, field=field)
        if isinstance(current, kinds.Blob):
            c_layout(current)  # positional inside, as the processor has it
        elif isinstance(current, kinds.Struct):
            waiting.extend((each.kind, current.name, each.name) for each in current.fields)
        else:
            waiting.extend((each, owner, field) for each in current.children())
    columns: int = run(_columns(kind, {}))
    if columns > MOST_COLUMNS:
        raise SchemaError(f"the type has more than {MOST_COLUMNS} columns in bitcode", owner=_name(kind))
    return columns


def _refusal(kind: Kind) -> str | None:
    """Return the reason why a kind, without its parts, has no form in bitcode; None if it has one."""
    match kind:
        case kinds.Int() if kind.size not in INTEGER_SIZES:
            return no_integers(kind)
        case kinds.Float() if kind.size == 2:
            return "bitcode has no half-precision floats"
        case kinds.Str() if kind.encoding != "utf-8":
            return f"text in bitcode is UTF-8, not {kind.encoding}"
        case kinds.Foreign() | kinds.Encoded():
            return "a construct has bytes of its own, and bitcode stores columns: declare a class instead"
    return None


def no_integers(kind: kinds.Int) -> str:
    """Return the reason why integers of a kind have no form in bitcode."""
    return f"bitcode has no integers of {8 * kind.size} bits"


def _columns(kind: Kind, known: dict[int, int]) -> Task:
    """Return the number of columns of a kind; that of a kind inside itself counts once."""
    found = known.get(id(kind))
    if found is not None:
        return found
    known[id(kind)] = 0
    match kind:
        case kinds.Array():
            assert isinstance(kind.count, int)
            found = min(kind.count * (yield _columns(kind.item, known)), MOST_COLUMNS + 1)
        case kinds.Blob() | kinds.Bytes() | kinds.Str():
            found = 2
        case _:
            found = int(not isinstance(kind, kinds.Struct | kinds.Tuple | kinds.Adapted | kinds.Unit))
            for part in kind.children():
                found += yield _columns(part, known)
    known[id(kind)] = min(found, MOST_COLUMNS + 1)
    return known[id(kind)]


def _name(kind: Kind) -> str | None:
    return kind.name if isinstance(kind, kinds.Struct | kinds.Enum) else None
