"""The layout tree: what the bytes of a type are, under one encoding.

A Struct lowers to this tree (`layout.lower`), and all that reads, writes, shows or documents bytes reads
the tree, never construct's internals. Nodes are compared by identity: recursive types refer to themselves
through `Ref`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import field
from typing import Any

from snapformat.bits import Bits as Names
from snapformat.encodings.bincode.config import ByteOrder
from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.c_struct import CStruct
from snapformat.model.expressions import Expr
from snapformat.model.kinds import Style

#: Variants that a message lists.
_SHOWN = 12
_FORMATS = {1: "bB", 2: "hH", 4: "iI", 8: "qQ"}


@dataclass(eq=False, slots=True, weakref_slot=True)
class Node:
    """A node of the layout tree.

    Attributes:
        doc: Description, or empty.
        codec: Where `snapformat.codec` keeps the code it made for this layout, so that it goes with it.
        kind: The kind that it is the layout of.
        config: bincode's configuration.
    """

    doc: str = field(default="", kw_only=True)
    codec: Any = field(default=None, init=False, repr=False)
    kind: Any = field(default=None, init=False, repr=False)
    config: Any = field(default=None, init=False, repr=False)


@dataclass(eq=False, slots=True)
class Int(Node):
    """An integer.

    Attributes:
        name: `u8` to `i128`, `usize`, `isize`; other widths are named alike (`u24`).
        size: Bytes; the nominal width where the integer is of variable length.
        signed: Two's complement, or zigzag where it is of variable length.
        byteorder: Order of the bytes.
        variable: bincode's variable-length form.
        nonzero: Zero is refused.
        packer: For the widths that `struct` knows: its format.
    """

    name: str
    size: int
    signed: bool
    byteorder: ByteOrder
    variable: bool = False
    nonzero: bool = False
    packer: struct.Struct | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        if not self.variable and self.size in _FORMATS:
            order = "<" if self.byteorder == "little" else ">"
            self.packer = struct.Struct(order + _FORMATS[self.size][not self.signed])


@dataclass(eq=False, slots=True)
class Float(Node):
    """An IEEE 754 float; `size` 2, 4 or 8 bytes."""

    size: int
    byteorder: ByteOrder


@dataclass(eq=False, slots=True)
class Bool(Node):
    """One byte; `lenient` ones take any byte but 0 as true and keep it."""

    lenient: bool = False


@dataclass(eq=False, slots=True)
class Char(Node):
    """One Unicode scalar value in UTF-8."""


@dataclass(eq=False, slots=True)
class Str(Node):
    """Text behind its length in bytes.

    Attributes:
        length: The length prefix.
        encoding: Name of the codec.
    """

    length: Node
    encoding: str = "utf-8"


@dataclass(eq=False, slots=True)
class Bytes(Node):
    """Bytes behind their length.

    Attributes:
        length: The length prefix.
        exact: The only length accepted, or None.
        no_nul: A zero byte is refused.
    """

    length: Node
    exact: int | None = None
    no_nul: bool = False


@dataclass(eq=False, slots=True)
class Blob(Node):
    """Bytes behind their length that hold a C struct; shorter ones are filled with zeros, longer ones kept.

    Attributes:
        length: The length prefix.
        item: The struct, whose class is a `CStruct`.
        size: Bytes of the struct.
        fits_any: Whatever these bytes are, they are one: there is nothing to check before it is looked at.
    """

    length: Node
    item: Struct
    size: int
    fits_any: bool = True

    @property
    def cls(self) -> type[CStruct]:
        """Class of the values."""
        found: type[CStruct] | None = self.item.cls
        assert found is not None
        return found


@dataclass(eq=False, slots=True)
class FixedBytes(Node):
    """Bytes of a number known from the declaration or from fields before."""

    count: int | Expr


@dataclass(eq=False, slots=True)
class Unit(Node):
    """No bytes; the value is `()`, or None where construct's `Pass` declares it."""

    value: Any = ()


@dataclass(eq=False, slots=True)
class Option(Node):
    """A tag byte 0 or 1, then the value if 1; a `wrapped` value is a `Some`."""

    item: Node
    wrapped: bool = False


@dataclass(eq=False, slots=True)
class Seq(Node):
    """Elements behind their number.

    Attributes:
        item: An element.
        length: The number's node.
        zero_sized: Elements take no bytes.
    """

    item: Node
    length: Node
    zero_sized: bool = False


@dataclass(eq=False, slots=True)
class Array(Node):
    """Elements of a number known from the declaration or from fields before."""

    item: Node
    count: int | Expr


@dataclass(eq=False, slots=True)
class Tuple(Node):
    """Nodes one after the other; the value is a tuple."""

    items: tuple[Node, ...]


@dataclass(eq=False, slots=True)
class Map(Node):
    """Keys and values in turn, behind their number.

    Attributes:
        key: A key.
        value: A value.
        length: The number's node.
        of: The kind, which knows the order of keys.
        zero_sized: Entries take no bytes.
    """

    key: Node
    value: Node
    length: Node
    of: kinds.Map
    zero_sized: bool = False


@dataclass(eq=False, slots=True)
class Set(Node):
    """Elements behind their number; `of` is the kind, which knows the order."""

    item: Node
    length: Node
    of: kinds.Set
    zero_sized: bool = False


@dataclass(eq=False, slots=True)
class Field:
    """A field of a struct.

    Attributes:
        name: Name in paths and JSON; None for what has no name (padding).
        attr: Attribute or key of the value.
        node: What it is.
        doc: One line of description.
        optional: May be left out when building (constants, computed values).
        bits: Names for the bits of the number.
    """

    name: str | None
    attr: str | None
    node: Node
    doc: str = ""
    optional: bool = False
    bits: tuple[Names, ...] = ()


@dataclass(eq=False, slots=True)
class Struct(Node):
    """Fields one after the other.

    Attributes:
        name: serde's name, or the name given to construct; may be empty.
        style: How the value shows itself in JSON.
        fields: The fields.
        cls: Class of the values; None for construct's containers.
        make: From the list of named fields' values to the value.
        scoped: Expressions below look at the values of these fields.
        named: The fields whose values they look at.
    """

    name: str
    style: Style
    fields: tuple[Field, ...]
    cls: type | None
    make: Callable[[list[Any]], Any]
    scoped: bool = False
    named: frozenset[Any] = frozenset()


@dataclass(eq=False, slots=True)
class Variant:
    """A variant of an enum.

    Attributes:
        name: serde's name.
        index: Its number in the bytes.
        payload: Its fields, or None for a constant.
        constant: The value, where there are no fields.
        doc: Description.
    """

    name: str
    index: int
    payload: Struct | None
    constant: Any = None
    doc: str = ""

    @property
    def style(self) -> Style:
        """Serde's style of the variant."""
        return "unit" if self.payload is None else self.payload.style


@dataclass(eq=False, slots=True)
class Enum(Node):
    """A variant's index, then its fields.

    Attributes:
        name: serde's name.
        index: Node of the index.
        variants: All of them, by index.
        other: Takes unknown indexes; or None.
        by_value: Finds the variant of a value: by constant, or by class.
    """

    name: str
    index: Int
    variants: tuple[Variant, ...]
    other: Variant | None = None
    by_value: dict[Any, Variant] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.by_value = {
            variant.constant if variant.payload is None else variant.payload.cls: variant
            for variant in self.variants
        }

    @property
    def expected(self) -> str:
        """Describe the expected value, with the first of the variants."""
        names = [variant.name for variant in self.variants[:_SHOWN]]
        more = ", ..." if len(self.variants) > _SHOWN else ""
        return f"a variant of {self.name} ({', '.join(names)}{more})"

    def variant_of(self, value: Any) -> Variant | None:
        """The variant that a value is, or None."""
        found = self.by_value.get(type(value))
        if found is None:
            try:
                found = self.by_value.get(value)
            except TypeError:
                return None
            if found is not None and found.constant is not value:
                return None
        return found


@dataclass(eq=False, slots=True)
class Adapted(Node):
    """A stored value and the Python value it is converted to.

    Attributes:
        item: What is in the bytes.
        decode: From stored to Python.
        encode: From Python to stored.
        name: What the value is called.
        text: Functions to JSON text and back, where JSON does not show the stored value.
        shown: Functions to an object of the decoded JSON form and back, where it has one.
    """

    item: Node
    decode: Callable[[Any], Any]
    encode: Callable[[Any], Any]
    name: str
    text: tuple[Callable[[Any], str], Callable[[str], Any]] | None = None
    shown: tuple[Callable[[Any], dict[str, Any]], Callable[[dict[str, Any]], Any]] | None = None


@dataclass(eq=False, slots=True)
class Ref(Node):
    """A reference to a named node that contains this one.

    Attributes:
        name: Its name.
        target: The node referred to; set when all around it is lowered.
    """

    name: str
    target: Node = field(init=False, repr=False)


# --- construct's own classes ---------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Labels(Node):
    """construct's `Enum`: an integer, shown by its label; an undeclared number is kept.

    Attributes:
        item: The integer.
        decode: Number -> label (an `EnumIntegerString`).
        encode: Label -> number.
    """

    item: Node
    decode: dict[int, Any]
    encode: dict[str, int]


@dataclass(eq=False, slots=True)
class Const(Node):
    """A value that must be there: `value`, stored as `item`."""

    item: Node
    value: Any


@dataclass(eq=False, slots=True)
class Computed(Node):
    """No bytes; a constant or an expression of fields before."""

    value: Any


@dataclass(eq=False, slots=True)
class Rebuilt(Node):
    """Stored as `item`; when written, the value is computed, whatever is given."""

    item: Node
    value: Any


@dataclass(eq=False, slots=True)
class Default(Node):
    """Stored as `item`; when written without a value, `value` is taken."""

    item: Node
    value: Any


@dataclass(eq=False, slots=True)
class Switch(Node):
    """One of several nodes, by the value of an expression."""

    key: Any
    cases: dict[Any, Node]
    default: Node


@dataclass(eq=False, slots=True)
class If(Node):
    """One of two nodes, by the truth of an expression."""

    condition: Any
    then: Node
    otherwise: Node


@dataclass(eq=False, slots=True)
class Padded(Node):
    """A node, then fill bytes up to `count` bytes in all; what was there is not kept.

    Attributes:
        item: The node.
        count: Bytes in all.
        pattern: The fill byte.
    """

    item: Node
    count: int | Expr
    pattern: bytes


@dataclass(eq=False, slots=True)
class Prefixed(Node):
    """A node within a number of bytes given before it; bytes it leaves are passed over.

    Attributes:
        item: The node.
        length: The number's node.
        including: The number counts its own bytes too: how many those are, else 0.
    """

    item: Node
    length: Node
    including: int = 0


@dataclass(eq=False, slots=True)
class Bits(Node):
    """construct's `BitStruct`: fields of bits, the highest bit of the first byte first.

    Attributes:
        size: Bytes in all.
        bits: The fields.
    """

    size: int
    bits: tuple[kinds.Bit, ...]


@dataclass(eq=False, slots=True)
class Opaque(Node):
    """A construct that has no lowering: run as it is.

    Attributes:
        construct: The construct.
        reason: Why it is not lowered.
    """

    construct: Any
    reason: str


@dataclass(eq=False, slots=True)
class Limited(Node):
    """A node with a byte budget of its own; None is no limit."""

    item: Node
    limit: int | None


@dataclass(eq=False, slots=True)
class Checksummed(Node):
    """A node, then a checksum over all of it.

    Attributes:
        item: What is covered.
        stored: Node of the stored checksum.
        checksum: How it is computed: see `snapshot.checksum`.
        to_the_end: The last bytes are the checksum, and the item must take all that stands before them.
    """

    item: Node
    stored: Int
    checksum: Any
    to_the_end: bool = False
