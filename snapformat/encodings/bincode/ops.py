"""Operations: the layout of a type in bytes, as a small program of typed data.

`encodings.bincode.plan` makes them from kinds. The generators of readers, writers, skippers, checkers and
indexers execute them. They consist of numbers and references to objects, without Python source. Operations
are compared by identity; recursion goes through `Call`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import field, fields
from functools import cache
from typing import Any

from snapformat.encodings.bincode import sizes
from snapformat.encodings.bincode.varints import Varint
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.c_struct import CStruct
from snapformat.model.costs import Costs, element_costs
from snapformat.model.expressions import Expr
from snapformat.model.floats import ByteOrder
from snapformat.model.kinds import LETTERS


@dataclass(eq=False, slots=True, weakref_slot=True)
class Op:
    """An operation: reads or writes one value, of any size.

    Attributes:
        kind: The kind of the value.
        config: The configuration of bincode that it was planned for.
        codec: The generated code, kept by `encodings.bincode.codec`.
    """

    kind: Any = field(default=None, init=False, repr=False)
    config: Any = field(default=None, init=False, repr=False)
    codec: Any = field(default=None, init=False, repr=False)

    @property
    def least_size(self) -> int:
        """The minimum size of a value in bytes; 0 where it is unknown."""
        return sizes.least_size(self.kind, self.config)

    @property
    def fixed_size(self) -> int | None:
        """The size of every value, if fixed and without zero-sized elements to count; else None."""
        return sizes.fixed_size(self.kind, self.config)

    @property
    def expressions(self) -> list[Expr]:
        """The expressions that are parameters of it."""
        cls: Any = type(self)
        values = (getattr(self, name, None) for name in _parameters(cls))
        return [value for value in values if isinstance(value, Expr)]

    @property
    def costs(self) -> Costs:
        """The costs of an element of a sequence, or of an entry of a map."""
        return element_costs(self.kind)

    @property
    def has_zero_sized_elements(self) -> bool:
        """Whether the elements of a sequence, or the entries of a map, never take bytes."""
        return self.costs.known == self.costs.zero_sized


@cache
def _parameters(cls: Any) -> tuple[str, ...]:
    """Return the names of the attributes of an operation that may be expressions."""
    return tuple(each.name for each in fields(cls) if each.name not in ("kind", "config", "codec"))


# --- without parts --------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Int(Op):
    """An integer.

    Attributes:
        name: `u8` to `i128`, `usize`, `isize`; other widths are named alike (`u24`).
        size: Nominal width, bytes.
        signed: Two's complement, or zigzag if it has a variable length.
        byteorder: Order of the bytes.
        variable: Its form if it has a variable length; None if its width is fixed.
        nonzero: Whether zero is refused.
        most: The highest unsigned number; None for that of the width.
        packer: The `struct.Struct` of fixed widths that `struct` knows; else None.
    """

    name: str
    size: int
    signed: bool
    byteorder: ByteOrder
    variable: Varint | None = None
    nonzero: bool = False
    most: int | None = None
    packer: struct.Struct | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        if not self.variable and self.size in LETTERS:
            order = "<" if self.byteorder == "little" else ">"
            self.packer = struct.Struct(order + LETTERS[self.size][not self.signed])


@dataclass(eq=False, slots=True)
class Float(Op):
    """An IEEE 754 float.

    Attributes:
        size: 2, 4 or 8 bytes.
        byteorder: Order of the bytes.
        has_nan: Whether it may be NaN.
    """

    size: int
    byteorder: ByteOrder
    has_nan: bool = True


@dataclass(eq=False, slots=True)
class Bool(Op):
    """A bool in one byte; if `lenient`, any byte but 0 is true, and is kept."""

    lenient: bool = False


@dataclass(eq=False, slots=True)
class Char(Op):
    """One Unicode scalar value in UTF-8.

    Attributes:
        length: The number of its bytes, which precedes it; None if there is none.
    """

    length: Int | None = None


@dataclass(eq=False, slots=True)
class Str(Op):
    """Text after its length in bytes.

    Attributes:
        length: The length.
        encoding: Name of the codec.
    """

    length: Int
    encoding: str = "utf-8"


@dataclass(eq=False, slots=True)
class Bytes(Op):
    """Bytes after their length.

    Attributes:
        length: The length.
        exact: The only length accepted, or None.
        no_nul: Whether a zero byte is refused.
    """

    length: Int
    exact: int | None = None
    no_nul: bool = False


@dataclass(eq=False, slots=True)
class CStructBytes(Op):
    """Bytes after their length that contain a C struct; they may be shorter or longer than it.

    Attributes:
        length: The length.
        item: The struct.
        cls: Its class.
        size: Size of the struct, bytes.
        fits_any: Whether any bytes are such a struct.
    """

    length: Int
    item: Struct
    cls: type[CStruct]
    size: int
    fits_any: bool = True


@dataclass(eq=False, slots=True)
class FixedBytes(Op):
    """Bytes whose number is a constant or an expression."""

    count: int | Expr


@dataclass(eq=False, slots=True)
class Unit(Op):
    """No bytes; the value is `value`."""

    value: Any = ()


@dataclass(eq=False, slots=True)
class Computed(Op):
    """No bytes; the value is a constant or an expression of earlier fields."""

    value: Any


@dataclass(eq=False, slots=True)
class Bits(Op):
    """A number of `size` bytes, big-endian, whose bits are fields; see `kinds.BitStruct`."""

    size: int


@dataclass(eq=False, slots=True)
class Run(Op):
    """A construct that construct runs where it is.

    Attributes:
        construct: The construct.
        is_pure: Whether it looks neither at its context, nor at its position, nor at the end of the data.
        reads_context: Whether it may look at its context.
    """

    construct: Any
    is_pure: bool = False
    reads_context: bool = True


class OfConstruct(Op):
    """An operation of one of construct's classes: see `encodings.bincode.construct_ops`."""

    __slots__ = ()

    @property
    def inner(self) -> tuple[Op, ...]:
        """The operations inside."""
        return ()


@dataclass(eq=False, slots=True)
class Interpret(Op):
    """A value that its kind reads and writes itself, by the reference reader and writer."""


# --- with parts -----------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Option(Op):
    """A tag byte, 0 or 1, then the value if it is 1.

    Attributes:
        item: The value.
        wrapped: Whether the value is wrapped in `Some`.
    """

    item: Op
    wrapped: bool = False


@dataclass(eq=False, slots=True)
class Seq(Op):
    """A number of elements, then the elements.

    Attributes:
        item: The operation of an element.
        length: The operation of the number.
    """

    item: Op
    length: Op


@dataclass(eq=False, slots=True)
class Array(Op):
    """Elements whose number is a constant or an expression; `indexed` if they may look at their index."""

    item: Op
    count: int | Expr
    indexed: bool = False


@dataclass(eq=False, slots=True)
class Set(Op):
    """A number of elements, then the elements.

    Attributes:
        item: The operation of an element.
        length: The operation of the number.
        ordered: Whether elements are written sorted.
    """

    item: Op
    length: Op
    ordered: bool


@dataclass(eq=False, slots=True)
class Map(Op):
    """A number of entries, then keys and values in turn.

    Attributes:
        key: The operation of a key.
        value: The operation of a value.
        length: The operation of the number.
        ordered: Whether entries are written sorted by key.
        by_bytes: Whether they are sorted by the bytes of their keys, when read too.
    """

    key: Op
    value: Op
    length: Op
    ordered: bool
    by_bytes: bool = False


@dataclass(eq=False, slots=True)
class Tuple(Op):
    """Values one after the other."""

    items: tuple[Op, ...]


@dataclass(eq=False, slots=True)
class Field:
    """A field of a struct.

    Attributes:
        attr: Attribute or key of the value; None if it has none (padding).
        op: The field's operation.
        optional: Whether it may be left out when a container is built (constants, computed values).
        name: Its name in paths.
    """

    attr: str | None
    op: Op
    optional: bool = False
    name: str | None = None


@dataclass(eq=False, slots=True)
class Struct(Op):
    """Fields one after the other.

    Attributes:
        name: serde's name; empty for construct's Structs.
        style: serde's style.
        fields: The fields.
        cls: Class of the value; None for construct's containers.
        make: Function from the values of the fields that have an `attr` to the value.
        scoped: Whether expressions inside name its fields.
        named: The fields that they name.
        subcons: construct's `_subcons` of a struct whose parts may look at its whole context; else None.
    """

    name: str
    style: str
    fields: tuple[Field, ...]
    cls: type | None
    make: Callable[[list[Any]], Any]
    scoped: bool = False
    named: frozenset[Any] = frozenset()
    subcons: Any = None


@dataclass(eq=False, slots=True)
class Variant:
    """A variant of an enum.

    Attributes:
        index: Its number.
        payload: Its fields, or None for a constant.
        constant: The value, if there are no fields.
    """

    index: int
    payload: Struct | None
    constant: Any = None


@dataclass(eq=False, slots=True)
class Enum(Op):
    """A variant's number, then its fields.

    Attributes:
        name: serde's name.
        index: The number.
        variants: All of them, by number.
        other: The variant for unknown numbers, or None.
    """

    name: str
    index: Int
    variants: tuple[Variant, ...]
    other: Variant | None = None


@dataclass(eq=False, slots=True)
class Convert(Op):
    """A stored value that is converted to a Python value.

    Attributes:
        item: The stored value.
        decode: Function from the stored to the Python value.
        encode: Function from the Python to the stored value.
        pure: Whether the conversions are code of this library, which can be called at any time.
    """

    item: Op
    decode: Callable[[Any], Any]
    encode: Callable[[Any], Any]
    pure: bool = False


@dataclass(eq=False, slots=True)
class Const(Op):
    """A constant, which may be left out when it is written."""

    item: Op
    value: Any


@dataclass(eq=False, slots=True)
class Rebuild(Op):
    """A value that is computed when it is written: a constant, or an expression of fields."""

    item: Op
    value: Any


@dataclass(eq=False, slots=True)
class Default(Op):
    """A value; if it is None, a constant or an expression of fields is written instead."""

    item: Op
    value: Any


@dataclass(eq=False, slots=True)
class Switch(Op):
    """One of several operations, by the value of an expression."""

    key: Any
    cases: dict[Any, Op]
    default: Op


@dataclass(eq=False, slots=True)
class If(Op):
    """One of two operations, by the truth of an expression."""

    condition: Any
    then: Op
    otherwise: Op


@dataclass(eq=False, slots=True)
class Padded(Op):
    """A value, then fill bytes up to `count` bytes in all.

    Attributes:
        item: The value.
        count: Size in bytes: a number or an expression.
        pattern: The fill byte.
    """

    item: Op
    count: int | Expr
    pattern: bytes


@dataclass(eq=False, slots=True)
class Prefixed(Op):
    """A value within a number of bytes that precedes it; bytes that it leaves over are skipped.

    Attributes:
        item: The value.
        length: The operation of the number.
        including: Bytes of the number itself, if it counts these too; else 0.
    """

    item: Op
    length: Op
    including: int = 0


@dataclass(eq=False, slots=True)
class Call(Op):
    """A call of the operation of a type around this one."""

    name: str
    target: Op = field(init=False, repr=False)


def children(op: Op) -> list[Op]:
    """Return the operations directly inside; no other code lists the parts of each operation."""
    match op:
        case Struct():
            return [each.op for each in op.fields]
        case Enum():
            return [variant.payload for variant in op.variants if variant.payload is not None]
        case Tuple():
            return list(op.items)
        case Map():
            return [op.key, op.value] if isinstance(op.length, Int) else [op.length, op.key, op.value]
        case Switch():
            return [*op.cases.values(), op.default]
        case If():
            return [op.then, op.otherwise]
        case Call():
            return [op.target]
        case Seq() | Set() | Prefixed():
            return [op.item] if isinstance(op.length, Int) else [op.length, op.item]
        case Option() | Array() | Convert() | Const() | Rebuild() | Default() | Padded():
            return [op.item]
        case OfConstruct():
            return list(op.inner)
    return []


def operations(root: Op) -> Iterator[Op]:
    """Return all operations of a layout, each once."""
    seen = {root}
    waiting = [root]
    while waiting:
        op = waiting.pop()
        yield op
        for part in children(op):
            if part not in seen:
                seen.add(part)
                waiting.append(part)
