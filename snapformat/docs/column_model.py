"""The part of the document model about columns; see `snapformat.docs.model`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column of a sample.

    Attributes:
        offset: Offset in the sample.
        size: Its number of bytes.
        kind: Its kind, as in `Columns.kinds`.
        packing: How its numbers are packed: `none`, `bits`, `split` (of `f32`), `base 16 + 3`, `u8, base 4`;
            of lengths, that of the long ones after a semicolon.
        count: Number of values.
        path: The place in the type: `.field`, `.0` in a tuple or an array, `[]` for elements, `{key}` and
            `{value}`, `?` for the value of an option, `<Name>` for the fields of a variant.
        type: Label of the innermost type around it, or None.
        member: Name of the field there, named as in `Type.members`; None for the type itself.
    """

    offset: int
    size: int
    kind: str
    packing: str
    count: int
    path: str
    type: str | None = None
    member: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """All columns of a sample, in order.

    Attributes:
        sample: Name of the sample, or the value in words.
        rows: The columns.
        data: The bytes of the message, of a small one; else empty.
    """

    sample: str
    rows: tuple[ColumnRow, ...]
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class ColumnKind:
    """A kind of columns.

    Attributes:
        kind: Its name.
        of: What makes such a column.
        values: What is in it.
    """

    kind: str
    of: str
    values: str


@dataclass(frozen=True, slots=True)
class Packing:
    """A way to pack numbers of one byte.

    Attributes:
        first: First byte of the column.
        with_minimum: First byte if the minimum follows, which is added to each number; None if it never does.
        base: Numbers below it can be packed; None if each has a byte of its own.
        count: Numbers in a byte.
    """

    first: int
    with_minimum: int | None
    base: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Width:
    """A way to pack integers of several bytes.

    Attributes:
        first: First byte of the column.
        with_minimum: First byte if the minimum follows, which is added to each number; None if it never does.
        stored: For each kind of column, the kind of integers that are stored; None if there is none.
    """

    first: int
    with_minimum: int | None
    stored: tuple[tuple[str, str | None], ...]


@dataclass(slots=True)
class Columns:
    """How an encoding stores values in columns.

    Attributes:
        about: Which encoding it is, in words.
        kinds: The kinds of columns.
        examples: Small messages that show the order of columns.
        packings: Packings of numbers of one byte.
        widths: Packings of integers of several bytes.
        bare: A column of at most so many numbers of one byte has no first byte.
        few: A column of at most so many numbers is written without a minimum.
        long: A length from here on is stored in a column behind that of the lengths.
        limits: Bounds of reading and writing, a sentence each, without full stop.
        counts: How many values the column of a place has: the place, and the number.
        reading: How a message is read, in sentences.
        notes: More about packings: what is written, and what reading accepts.
        wide: An example of a column of wide integers with a minimum.
        listed: What else to know about a list of columns.
        sample: The columns of a sample, or None.
    """

    about: str
    kinds: tuple[ColumnKind, ...]
    examples: tuple[ColumnMap, ...]
    packings: tuple[Packing, ...]
    widths: tuple[Width, ...]
    bare: int
    few: int
    long: int
    limits: tuple[str, ...]
    counts: tuple[tuple[str, str], ...]
    reading: str
    notes: tuple[str, ...]
    wide: str
    listed: str
    sample: ColumnMap | None = None
