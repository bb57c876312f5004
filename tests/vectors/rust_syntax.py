"""What the parser of Rust text yields: type expressions, and the items (structs, enums, ...) of types.json.

Apart from the parser so that the rest of the suite can match on these classes without reading grammar. A
type expression keeps only what serde can see: lifetimes and the difference between `&T` and `T` are gone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Path:
    """A named type: `u8`, `std::rc::Weak<u8>`; `parts` are the segments, `args` the last one's arguments."""

    parts: tuple[str, ...]
    args: tuple[Any, ...] = ()

    @property
    def name(self) -> str:
        return self.parts[-1]


@dataclass(frozen=True)
class Tuple:
    """`(A, B)`; no items for unit."""

    items: tuple[Any, ...]


@dataclass(frozen=True)
class Array:
    """`[T; N]`; the length is a number or the name of a constant."""

    item: Any
    length: Const | Name


@dataclass(frozen=True)
class Slice:
    """`[T]`."""

    item: Any


@dataclass(frozen=True)
class Const:
    """A number in place of a type argument or of a length."""

    value: int


@dataclass(frozen=True)
class Name:
    """The name of a constant (a const parameter, a `const` item) where a number is wanted."""

    name: str


@dataclass(frozen=True, eq=False)
class Inline:
    """`struct{ ... }` written in place of a type, as some rows do."""

    item: Struct


RustType = Path | Tuple | Array | Slice | Const | Name | Inline


@dataclass(frozen=True)
class Meta:
    """One entry of `#[serde(...)]`: a bare word (True), `name = "text"`, or `name(entries)`."""

    name: str
    value: Any = True


class Attrs:
    """The serde attributes of one item, variant or field, and the names of all other attributes."""

    def __init__(self, serde: list[Meta] | None = None, others: list[str] | None = None) -> None:
        self.serde = serde or []
        self.others = others or []

    def __contains__(self, name: str) -> bool:
        return any(meta.name == name for meta in self.serde)

    def get(self, name: str) -> Any:
        """The value of the last entry of that name, or None."""
        return next((meta.value for meta in reversed(self.serde) if meta.name == name), None)

    def writing(self, name: str) -> str | None:
        """Text of an entry whose directions may differ, `rename(serialize = "a", ...)`: the written one."""
        value = self.get(name)
        if isinstance(value, list):
            return next((meta.value for meta in value if meta.name == "serialize"), None)
        return value

    def without(self, *names: str) -> Attrs:
        return Attrs([meta for meta in self.serde if meta.name not in names], self.others)


@dataclass
class RustField:
    """A field of a struct or variant; `name` is None in tuple styles."""

    name: str | None
    type: RustType
    attrs: Attrs


@dataclass
class Generics:
    """Type and const parameters with their defaults; lifetimes and bounds are dropped."""

    types: list[tuple[str, RustType | None]] = field(default_factory=list)
    consts: list[tuple[str, RustType | None]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)


@dataclass
class Struct:
    """A struct; `style` is `struct`, `tuple`, `newtype` or `unit`, by its text as serde has it."""

    name: str
    style: str
    fields: list[RustField]
    attrs: Attrs
    generics: Generics = field(default_factory=Generics)


@dataclass
class Variant:
    name: str
    style: str
    fields: list[RustField]
    attrs: Attrs


@dataclass
class Enum:
    name: str
    variants: list[Variant]
    attrs: Attrs
    generics: Generics = field(default_factory=Generics)


@dataclass
class Alias:
    """`type Name<..> = T;`."""

    name: str
    type: RustType
    generics: Generics


@dataclass
class ConstItem:
    """`const NAME: T = 5;`; value None where it is no plain number."""

    name: str
    value: int | None


@dataclass
class Function:
    """`fn name() -> T { literal }`, for `default = "name"`; `body` is the tokens between the braces."""

    name: str
    body: list[str]


Item = Struct | Enum | Alias | ConstItem | Function
