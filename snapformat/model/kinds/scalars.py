"""Kinds without parts: numbers, text, bytes, unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from snapformat.lazy_dataclasses import dataclass
from snapformat.model import checks
from snapformat.model.expressions import Expr
from snapformat.model.floats import ByteOrder
from snapformat.model.kinds.base import Kind
from snapformat.model.values import RawFlag

if TYPE_CHECKING:
    from snapformat.model.protocol import Planner, ValueReader, ValueWriter

#: Letters of `struct` for a signed and an unsigned integer, by width.
LETTERS = {1: "bB", 2: "hH", 4: "iI", 8: "qQ"}


@dataclass(frozen=True, slots=True)
class Bool(Kind):
    """`bool`: one byte, 0 or 1.

    Attributes:
        lenient: Whether any byte but 0 is true, and is kept (construct's `Flag`).
    """

    is_leaf: ClassVar[bool] = True

    lenient: bool = False

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Write a bool."""
        given = value
        if not self.lenient:
            given = out.check(checks.as_bool, value)
        elif not isinstance(value, RawFlag):
            given = bool(value)
        out.write_bool(self, given)
        return value

    def read(self, source: ValueReader) -> Any:
        """Read a bool."""
        return source.read_bool(self)

    def plan(self, planner: Planner) -> Any:
        """Plan the operation."""
        return planner.plan_bool(self)


@dataclass(frozen=True, slots=True)
class Int(Kind):
    """An integer.

    Attributes:
        name: serde's name, `u8` to `i128`, `usize`, `isize`; other widths are named alike (`u24`).
        size: Nominal width, bytes.
        signed: Two's complement (fixed width) or zigzag (variable width).
        nonzero: Whether zero is refused (`NonZeroU8` and so on).
        byteorder: Order of its bytes; None for that of the encoding.
        variable: Whether it has bincode's variable length, or the name of another form; None as in the
            encoding.
        most: The highest number, if it is lower than the width allows; only for forms of variable length.
        hex: Whether it is shown in hexadecimal, as addresses and registers are.
    """

    is_leaf: ClassVar[bool] = True
    without_bytes: ClassVar[frozenset[str]] = frozenset({"name", "byteorder", "variable", "hex"})

    name: str
    size: int
    signed: bool
    nonzero: bool = False
    byteorder: ByteOrder | None = None
    variable: bool | str | None = None
    hex: bool = False
    most: int | None = None

    @property
    def letter(self) -> str | None:
        """The letter of `struct` for this width; None if there is none, or if zero is refused."""
        found = LETTERS.get(self.size) if not self.nonzero else None
        return None if found is None else found[not self.signed]

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Write an integer in range."""
        number = out.check(checks.as_int, value, self.name, self.size, self.signed, self.nonzero)
        if self.most is not None and number > self.most:
            out.misfit(f"{self.name} up to {self.most}", value)
        out.write_int(self, number)
        return value

    def read(self, source: ValueReader) -> int:
        """Read an integer."""
        return source.read_int(self)

    def plan(self, planner: Planner) -> Any:
        """Plan the operation."""
        return planner.plan_int(self)

    def in_encoding(self, config: Any) -> Mapping[str, Any]:
        """Return the form, and the byte order if there are several bytes."""
        variable = self.variable
        if variable is None and config is not None:
            variable = config.varint(self.size)
        # For comparisons: False is a fixed width, True is bincode's form.
        found: dict[str, Any] = {"variable": variable is not None and (variable == "bincode" or variable)}
        return found | _byteorder(self, config) if self.size > 1 else found


@dataclass(frozen=True, slots=True)
class Float(Kind):
    """`f32` or `f64`, or construct's half precision, IEEE 754.

    Attributes:
        size: 2, 4 or 8 bytes.
        byteorder: Order of its bytes; None for that of the encoding.
    """

    is_leaf: ClassVar[bool] = True
    without_bytes: ClassVar[frozenset[str]] = frozenset({"byteorder"})

    size: int
    byteorder: ByteOrder | None = None

    @property
    def letter(self) -> str | None:
        """The letter of `struct` for this width, or None if buffers don't have it."""
        return {4: "f", 8: "d"}.get(self.size)

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Write a float in range."""
        out.write_float(self, out.check(checks.as_double, value, self.size))
        return value

    def read(self, source: ValueReader) -> float:
        """Read a float."""
        return source.read_float(self)

    def plan(self, planner: Planner) -> Any:
        """Plan the operation."""
        return planner.plan_float(self)

    def in_encoding(self, config: Any) -> Mapping[str, Any]:
        """Return the byte order."""
        return _byteorder(self, config)


def _byteorder(kind: Int | Float, config: Any) -> dict[str, Any]:
    return {"byteorder": kind.byteorder or ("little" if config is None else config.byteorder)}


#: The length of a sequence where neither it nor the encoding has a kind for it.
LENGTH = Int("u64", 8, False)


def length_in(config: Any) -> Kind:
    """Return the kind of lengths in a configuration; None stands for that of C structs."""
    found: Kind = LENGTH if config is None else config.length_kind
    return found


@dataclass(frozen=True, slots=True)
class Char(Kind):
    """`char`: one Unicode scalar value as 1 to 4 bytes of UTF-8."""

    is_leaf: ClassVar[bool] = True

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Write a char."""
        out.check(checks.as_char, value)
        out.write_char(self, str(value))
        return value

    def read(self, source: ValueReader) -> str:
        """Read a char."""
        return source.read_char(self)

    def plan(self, planner: Planner) -> Any:
        """Plan the operation."""
        return planner.plan_char(self)

    def in_encoding(self, config: Any) -> Mapping[str, Any]:
        """Return whether it is stored as text, after its length."""
        return {"length": length_in(config)} if config is not None and config.rules.char_text else {}


@dataclass(frozen=True, slots=True)
class Str(Kind):
    """Text after its length in bytes.

    Attributes:
        length: The kind of the length; None for that of the encoding.
        encoding: Name of the text encoding.
    """

    is_leaf: ClassVar[bool] = True
    without_bytes: ClassVar[frozenset[str]] = frozenset({"length"})

    length: Int | None = None
    encoding: str = "utf-8"

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Write text."""
        data = out.check(checks.as_str, value, self.encoding)
        out.write_str(self, str(value), data)
        return value

    def read(self, source: ValueReader) -> str:
        """Read text."""
        return source.read_str(self)

    def plan(self, planner: Planner) -> Any:
        """Plan the operation."""
        return planner.plan_str(self)

    def in_encoding(self, config: Any) -> Mapping[str, Any]:
        """Return the kind of the length."""
        return {"length": self.length or length_in(config)}


@dataclass(frozen=True, slots=True)
class Bytes(Kind):
    """serde `bytes`: length, then the bytes.

    Attributes:
        exact: The only length accepted (`serde_bytes::ByteArray<N>`), or None.
        no_nul: Whether a zero byte is refused (`CString`).
        length: The kind of the length; None for that of the encoding.
    """

    is_leaf: ClassVar[bool] = True
    without_bytes: ClassVar[frozenset[str]] = frozenset({"length"})

    exact: int | None = None
    no_nul: bool = False
    length: Int | None = None

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Write bytes."""
        data = out.check(checks.as_bytes, value, self.exact, self.no_nul)
        out.write_bytes(self, data)
        return data

    def read(self, source: ValueReader) -> bytes:
        """Read bytes."""
        return source.read_bytes(self)

    def plan(self, planner: Planner) -> Any:
        """Plan the operation."""
        return planner.plan_bytes(self)

    def in_encoding(self, config: Any) -> Mapping[str, Any]:
        """Return the kind of the length."""
        return {"length": self.length or length_in(config)}


@dataclass(frozen=True, slots=True)
class FixedBytes(Kind):
    """`[u8; N]` as bytes, and construct's `Bytes`, whose number may be an expression of earlier fields."""

    is_leaf: ClassVar[bool] = True

    count: int | Expr

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Write bytes of the right number."""
        data = out.check(checks.as_bytes, value, out.count(self.count, "number of bytes"))
        out.write_fixed_bytes(self, data)
        return data

    def read(self, source: ValueReader) -> bytes:
        """Read the bytes."""
        return source.read_fixed_bytes(self, source.count(self.count, "number of bytes"))

    def plan(self, planner: Planner) -> Any:
        """Plan the operation."""
        return planner.plan_fixed_bytes(self)


#: The kind of an element of bytes.
BYTE = Int("u8", 1, False)


@dataclass(frozen=True, slots=True)
class Unit(Kind):
    """`()` and `PhantomData`: no bytes; the value is `()`, or None where construct's `Pass` declares it."""

    is_leaf: ClassVar[bool] = True
    without_bytes: ClassVar[frozenset[str]] = frozenset({"value"})

    value: Any = ()

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Write nothing."""
        if self.value is not None:
            out.check(checks.as_tuple, value, 0)
        out.write_unit(self)
        return value

    def read(self, source: ValueReader) -> Any:
        """Read nothing."""
        source.read_unit(self)
        return self.value

    def plan(self, planner: Planner) -> Any:
        """Plan the operation."""
        return planner.plan_unit(self)
