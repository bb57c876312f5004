"""The serde data model as neutral kinds: what a value is, apart from how it is encoded.

Kinds are made from annotations (`bincode.annotations`) and bound to an `Encoding` to give a construct.
Named kinds (structs, enums) are compared by identity and filled in after their creation, since types
may refer to themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any, Literal, TypeAlias

from snapformat.bits import Bits
from snapformat.lazy_dataclasses import dataclass

Style: TypeAlias = Literal["struct", "tuple", "newtype", "unit"]


class Kind:
    """A type of the serde data model."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Bool(Kind):
    """`bool`: one byte, 0 or 1."""


@dataclass(frozen=True, slots=True)
class Int(Kind):
    """An integer.

    Attributes:
        name: serde's name, `u8` to `i128`, `usize`, `isize`.
        size: Nominal width, bytes.
        signed: Two's complement (fixed width) or zigzag (variable width).
        nonzero: Zero is refused (`NonZeroU8` and so on).
    """

    name: str
    size: int
    signed: bool
    nonzero: bool = False


@dataclass(frozen=True, slots=True)
class Float(Kind):
    """`f32` or `f64`, IEEE 754; `size` in bytes."""

    size: int


@dataclass(frozen=True, slots=True)
class Char(Kind):
    """`char`: one Unicode scalar value as 1 to 4 bytes of UTF-8."""


@dataclass(frozen=True, slots=True)
class Str(Kind):
    """`str`: length in bytes, then UTF-8."""


@dataclass(frozen=True, slots=True)
class Bytes(Kind):
    """serde `bytes`: length, then the bytes.

    Attributes:
        exact: The only length accepted (`serde_bytes::ByteArray<N>`), or None.
        no_nul: A zero byte is refused (`CString`).
    """

    exact: int | None = None
    no_nul: bool = False


@dataclass(frozen=True, slots=True)
class Unit(Kind):
    """`()` and `PhantomData`: no bytes; the value is `()`."""


@dataclass(frozen=True, slots=True)
class Option(Kind):
    """`Option<T>`: tag byte 0 or 1, then the value if 1.

    Attributes:
        item: The kind inside.
        wrapped: The present value is wrapped in `Some`, since `item` is an option itself.
    """

    item: Kind
    wrapped: bool = False


@dataclass(frozen=True, slots=True)
class Seq(Kind):
    """`Vec<T>` and its like: length, then the elements."""

    item: Kind


@dataclass(frozen=True, slots=True)
class Array(Kind):
    """`[T; N]`: N elements without a length."""

    item: Kind
    count: int


@dataclass(frozen=True, slots=True)
class Tuple(Kind):
    """A tuple: its elements one after the other."""

    items: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Map(Kind):
    """A map: length, then keys and values in turn; `ordered` ones are written sorted (`BTreeMap`)."""

    key: Kind
    value: Kind
    ordered: bool


@dataclass(frozen=True, slots=True)
class Set(Kind):
    """A set: length, then the elements; `ordered` ones are written sorted (`BTreeSet`)."""

    item: Kind
    ordered: bool


@dataclass(frozen=True, slots=True)
class Adapted(Kind):
    """A kind whose Python value is converted by code, as Rust's `try_from` and `with` do.

    Attributes:
        item: What is in the bytes.
        decode: From the stored value to the Python value; `ValueError` refuses it.
        encode: Back; `ValueError` and `TypeError` refuse it.
        name: What the value is called in messages and documents.
        text: The JSON form is text where the stored form is not (`IpAddr`): a pair of functions from
            the Python value to `str` and back; None where JSON shows the stored value.
        order: Gives a key that sorts Python values as Rust does; None where the stored value's order is it.
        shown: The decoded JSON form is an object of its own (a register list by names): a pair of functions
            from the Python value to that object and back; None where it is like the plain form.
    """

    item: Kind
    decode: Callable[[Any], Any]
    encode: Callable[[Any], Any]
    name: str
    text: tuple[Callable[[Any], str], Callable[[str], Any]] | None = None
    order: Callable[[Any], Any] | None = None
    shown: tuple[Callable[[Any], dict[str, Any]], Callable[[dict[str, Any]], Any]] | None = None


@dataclass(frozen=True, slots=True)
class Blob(Kind):
    """serde `bytes` that hold a C struct: a length, then the bytes, shorter or longer than the struct or not.

    Attributes:
        item: The struct; its class is a `CStruct`.
    """

    item: Struct


@dataclass(eq=False, slots=True)
class Foreign(Kind):
    """A layout declared with construct's own classes; it brings its own encoding.

    Attributes:
        construct: The construct.
        cls: The class its values are turned into, or None for what the construct itself gives.
    """

    construct: Any
    cls: type | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a struct or variant.

    Attributes:
        name: serde's name, as in JSON and paths.
        attr: The attribute of the Python object.
        kind: What it is.
        doc: One line of description.
        bits: Names for the bits of the number.
    """

    name: str
    attr: str
    kind: Kind
    doc: str = ""
    bits: tuple[Bits, ...] = ()


@dataclass(eq=False, slots=True)
class Struct(Kind):
    """A struct of any style; identity is what equality means here.

    Attributes:
        name: serde's name.
        style: `struct`, `tuple`, `newtype` or `unit`.
        cls: The Python class of its values.
        doc: Description.
        fields: What is in the bytes, in order; filled once all names are known.
        make: From the list of field values to an instance.
        fill: Fills in `fields` and `make`; None once that is done.
        generation: How deeply its type arguments are nested.
        constructs: Constructs derived so far, by encoding.
        layouts: Layout trees made so far, by encoding. Kept here, and not in a table of all, so that a class
            made at run time goes when nobody else has it.
    """

    name: str
    style: Style
    cls: type
    doc: str = ""
    fields: tuple[Field, ...] = ()
    make: Callable[[list[Any]], Any] = lambda values: values
    fill: Callable[[], None] | None = None
    generation: int = 1
    constructs: dict[Any, Any] = field(default_factory=dict)
    layouts: dict[Any, Any] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class EnumVariant:
    """A variant of an enum.

    Attributes:
        name: serde's name.
        index: What stands in the bytes: the order of declaration.
        payload: A struct kind whose style is the variant's (its `cls` holds the values), or None where
            the value is a constant (`UnitEnum`).
        constant: That constant.
        doc: Description.
        discriminant: Rust's number of the variant, by which variants are sorted; it is not in the bytes.
    """

    name: str
    index: int
    payload: Struct | None
    constant: Any = None
    doc: str = ""
    discriminant: int | None = None

    @property
    def rank(self) -> int:
        """Place in the order of variants."""
        return self.index if self.discriminant is None else self.discriminant


@dataclass(eq=False, slots=True)
class Enum(Kind):
    """An enum: variant index, then the variant's payload.

    Attributes:
        name: serde's name.
        cls: The Python class of its values.
        doc: Description.
        variants: All of them; filled once all names are known.
        other: The variant that takes unknown indexes (`#[serde(other)]`), or None.
        fill: Fills in `variants`; None once that is done.
        generation: How deeply its type arguments are nested.
        constructs: Constructs derived so far, by encoding.
        layouts: Layout trees made so far, by encoding. Kept here, and not in a table of all, so that a class
            made at run time goes when nobody else has it.
    """

    name: str
    cls: type
    doc: str = ""
    variants: tuple[EnumVariant, ...] = ()
    other: EnumVariant | None = None
    fill: Callable[[], None] | None = None
    generation: int = 1
    constructs: dict[Any, Any] = field(default_factory=dict)
    layouts: dict[Any, Any] = field(default_factory=dict)


def children(kind: Kind) -> list[Kind]:
    """The kinds directly inside a kind, in the order of the bytes."""
    if isinstance(kind, Struct):
        return [field.kind for field in kind.fields]
    if isinstance(kind, Option | Seq | Array | Set | Adapted | Blob):
        return [kind.item]
    if isinstance(kind, Enum):
        return [variant.payload for variant in kind.variants if variant.payload is not None]
    if isinstance(kind, Tuple):
        return list(kind.items)
    if isinstance(kind, Map):
        return [kind.key, kind.value]
    return []


def is_zero_sized(kind: Kind) -> bool:
    """Whether no value of this kind takes any bytes: nothing in the data bounds how many there are."""
    return _foreign_alone(kind) == []


def may_be_empty(kind: Kind) -> bool:
    """Whether it is constructs of others, of unknown size, that decide if values of this kind take bytes."""
    return bool(_foreign_alone(kind))


def _foreign_alone(kind: Kind) -> list[Foreign] | None:
    """The constructs of others in a kind of which nothing else takes bytes; None where something does."""
    foreign: list[Foreign] = []
    seen: set[int] = set()
    waiting = [kind]
    while waiting:
        current = waiting.pop()
        if id(current) in seen or (isinstance(current, Array) and current.count == 0):
            continue
        seen.add(id(current))
        if isinstance(current, Foreign):
            foreign.append(current)
        elif not isinstance(current, Unit | Array | Tuple | Struct | Adapted):
            return None
        waiting.extend(children(current))
    return foreign
