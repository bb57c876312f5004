"""Shapes: what a Rust type is here, with its values both ways, for everything but structs and enums.

A shape knows the annotation that stands for its type (as text, `source`, so that it may name classes that do
not exist yet), makes a Python value from a row's `value`, and gives the tree of serde calls (`model`) of a
Python value. The tree is made by type from the value, never from the library's own view of the type, and it
is picky about Python types: a decoded `True` is no `1`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as SetOf
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from snapformat import bincode as bc


class NotExpressible(Exception):
    """A row's type or value has no counterpart here: the row fails."""


def _check(condition: bool, value: Any, wanted: str) -> None:
    if not condition:
        raise AssertionError(f"{value!r} ({type(value).__name__}) is no {wanted}")


class Shape:
    """A type: its annotation, and its values in the three forms (row, Python, model)."""

    source: str

    def from_value(self, value: Any) -> Any:
        """The Python value for a row's `value`."""
        raise NotImplementedError

    def to_model(self, value: Any) -> list[Any]:
        """The tree of serde calls that writing the Python value makes."""
        raise NotImplementedError

    def default(self) -> Any:
        """What Rust's `Default::default()` gives."""
        raise NotExpressible(f"the default of {self.source} is not known")


class Parameter(Shape):
    """A generic class's type parameter, while the class itself is being made."""

    def __init__(self, name: str) -> None:
        self.source = name


class Bool(Shape):
    source = "bool"

    def from_value(self, value: Any) -> bool:
        _check(type(value) is bool, value, "bool")
        return bool(value)

    def to_model(self, value: Any) -> list[Any]:
        _check(type(value) is bool, value, "bool")
        return ["bool", value]

    def default(self) -> bool:
        return False


class Int(Shape):
    """All integers and NonZero integers; `tag` is the serde call, `u64` for usize."""

    def __init__(self, source: str, tag: str) -> None:
        self.source = f"bc.{source}"
        self.tag = tag

    def from_value(self, value: Any) -> int:
        _check(type(value) in (int, str), value, self.source)
        return int(value)

    def to_model(self, value: Any) -> list[Any]:
        _check(type(value) is int, value, self.source)
        return [self.tag, str(value)]

    def default(self) -> int:
        return 0


class Float(Shape):
    """f32 and f64; a Python float carries both, the bits of a NaN included."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.tag = f"f{width}"
        self.source = f"bc.f{width}"

    def from_value(self, value: Any) -> float:
        if not isinstance(value, dict):
            return float(value)
        ((tag, digits),) = value.items()
        _check(tag == f"{self.tag}_bits", value, self.source)
        bits = int(digits, 16)
        if self.width == 64:
            return float(struct.unpack("<d", struct.pack("<Q", bits))[0])
        if bits & 0x7F80_0000 != 0x7F80_0000:
            return float(struct.unpack("<f", struct.pack("<I", bits))[0])
        # Infinities and NaN are widened by hand: the C conversion would make a signalling NaN quiet.
        wide = (bits >> 31) << 63 | 0x7FF << 52 | (bits & 0x7F_FFFF) << 29
        return float(struct.unpack("<d", struct.pack("<Q", wide))[0])

    def to_model(self, value: Any) -> list[Any]:
        _check(type(value) is float, value, self.source)
        wide = struct.unpack("<Q", struct.pack("<d", value))[0]
        if self.width == 64:
            return ["f64", f"{wide:016x}"]
        if math.isnan(value) or math.isinf(value):
            return ["f32", f"{(wide >> 63) << 31 | 0x7F80_0000 | (wide >> 29 & 0x7F_FFFF):08x}"]
        return ["f32", struct.pack(">f", value).hex()]

    def default(self) -> float:
        return 0.0


class Char(Shape):
    source = "bc.char"

    def from_value(self, value: Any) -> str:
        _check(isinstance(value, str) and len(value) == 1, value, "char")
        return str(value)

    def to_model(self, value: Any) -> list[Any]:
        _check(type(value) is str and len(value) == 1, value, "char")
        return ["char", ord(value)]

    def default(self) -> str:
        return "\0"


class Str(Shape):
    """String, and what serde writes as one: paths, version requirements."""

    def __init__(self, source: str = "str") -> None:
        self.source = source

    def from_value(self, value: Any) -> str:
        if isinstance(value, dict):
            text, times = value["repeat"]
            return str(text * times)
        _check(isinstance(value, str), value, self.source)
        return str(value)

    def to_model(self, value: Any) -> list[Any]:
        _check(type(value) is str, value, self.source)
        return ["str", value]

    def default(self) -> str:
        return ""


class Bytes(Shape):
    """serde_bytes and CString; `count` for `ByteArray<N>`."""

    def __init__(self, source: str = "bytes", count: int | None = None) -> None:
        self.source = source if count is None else f"typing.Annotated[bytes, bc.ByteArray({count})]"
        self.count = count

    def from_value(self, value: Any) -> bytes:
        inside = value.get("bytes", value)
        if isinstance(inside, str):
            return bytes.fromhex(inside)
        item, times = inside["repeat"]
        return (bytes.fromhex(item) if isinstance(item, str) else bytes([item])) * times

    def to_model(self, value: Any) -> list[Any]:
        _check(type(value) is bytes, value, "bytes")
        return ["bytes", value.hex()]

    def default(self) -> bytes:
        return bytes(self.count or 0)


class Unit(Shape):
    """`()`; with a name, a unit struct that has no class of its own (PhantomData)."""

    def __init__(self, source: str = "bc.Unit", name: str | None = None) -> None:
        self.source = source
        self.model = ["unit"] if name is None else ["unit_struct", name]

    def from_value(self, value: Any) -> tuple[()]:
        _check(value is None, value, "unit")
        return ()

    def to_model(self, value: Any) -> list[Any]:
        _check(type(value) is tuple and not value, value, "unit")
        return self.model

    def default(self) -> tuple[()]:
        return ()


class Option(Shape):
    """None or the value; options of options are wrapped in `Some`."""

    def __init__(self, item: Shape) -> None:
        if isinstance(item, Weak):
            raise NotExpressible("an option of a Weak: a dead one and none are both None")
        self.item = item
        self.source = f"bc.Option[{item.source}]"
        self.wrapped = isinstance(item, Option)

    def from_value(self, value: Any) -> Any:
        if value is None:
            return None
        inside = self.item.from_value(value["some"])
        return bc.Some(inside) if self.wrapped else inside

    def to_model(self, value: Any) -> list[Any]:
        if value is None:
            return ["none"]
        if self.wrapped:
            _check(type(value) is bc.Some, value, "Some")
            value = value.value
        return ["some", self.item.to_model(value)]

    def default(self) -> None:
        return None


class Weak(Option):
    """`rc::Weak` and `sync::Weak`: written as an option of what is pointed to, read as one that is dead.

    `Option<Weak<T>>` has no counterpart: both options would be None.
    """

    def __init__(self, item: Shape) -> None:
        super().__init__(item)
        self.source = f"weak({item.source})"

    def from_value(self, value: Any) -> Any:
        return None if _READ.get() else super().from_value(value)


#: Whether values are made as reading gives them.
_READ = ContextVar("_READ", default=False)


@contextmanager
def as_read() -> Iterator[None]:
    """In here `from_value` gives what reading gives: a live `Weak` is written, but never read."""
    before = _READ.set(True)
    try:
        yield
    finally:
        _READ.reset(before)


def _elements(value: Any, item: Shape) -> list[Any]:
    """The elements of a row's list, `{"repeat": [x, n]}` as a whole or among the elements."""
    pieces = value if isinstance(value, list) else [value]
    made: list[Any] = []
    for piece in pieces:
        run = piece.get("repeat") if isinstance(piece, dict) and set(piece) == {"repeat"} else None
        if isinstance(run, list) and len(run) == 2 and isinstance(run[1], int):
            made.extend(item.from_value(run[0]) for _ in range(run[1]))
        else:
            made.append(item.from_value(piece))
    return made


class Seq(Shape):
    """Vec, VecDeque, LinkedList, slices: a list."""

    def __init__(self, item: Shape) -> None:
        self.item = item
        self.source = f"list[{item.source}]"

    def from_value(self, value: Any) -> list[Any]:
        return _elements(value, self.item)

    def to_model(self, value: Any) -> list[Any]:
        _check(type(value) is list, value, "list")
        return ["seq", [self.item.to_model(item) for item in value]]

    def default(self) -> list[Any]:
        return []


class Array(Shape):
    """`[T; N]`: a tuple for serde, a list of fixed length for Python."""

    def __init__(self, item: Shape, count: int) -> None:
        self.item = item
        self.count = count
        self.source = f"typing.Annotated[list[{item.source}], bc.Len({count})]"

    def from_value(self, value: Any) -> list[Any]:
        return _elements(value, self.item)

    def to_model(self, value: Any) -> list[Any]:
        _check(type(value) is list and len(value) == self.count, value, f"list of {self.count}")
        return ["tuple", [self.item.to_model(item) for item in value]]

    def default(self) -> list[Any]:
        return [self.item.default() for _ in range(self.count)]


class Tuple(Shape):
    """`(A, B)`, one element or more."""

    def __init__(self, items: list[Shape]) -> None:
        self.items = items
        self.source = f"tuple[{', '.join(item.source for item in items)}]"

    def from_value(self, value: Any) -> tuple[Any, ...]:
        return tuple(item.from_value(part) for item, part in zip(self.items, value, strict=True))

    def to_model(self, value: Any) -> list[Any]:
        _check(type(value) is tuple, value, "tuple")
        return ["tuple", [item.to_model(part) for item, part in zip(self.items, value, strict=True)]]

    def default(self) -> tuple[Any, ...]:
        return tuple(item.default() for item in self.items)


class Unordered(list[Any]):
    """Entries of a map or set in a model: equal in any order, as the values are.

    The order in which they are written is held to Rust's by the bytes.
    """

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and sorted(map(repr, self)) == sorted(map(repr, other))

    __hash__ = None  # type: ignore[assignment]  # mutable, like list


class Map(Shape):
    """BTreeMap and HashMap: a PairMap."""

    def __init__(self, name: str, key: Shape, value: Shape) -> None:
        self.key = key
        self.value = value
        self.source = f"bc.{name}[{key.source}, {value.source}]"

    def from_value(self, value: Any) -> Any:
        pairs = [(self.key.from_value(k), self.value.from_value(v)) for k, v in value["map"]]
        return bc.PairMap(pairs)

    def to_model(self, value: Any) -> list[Any]:
        _check(isinstance(value, Mapping), value, "mapping")
        pairs = ([self.key.to_model(k), self.value.to_model(v)] for k, v in value.items())
        return ["map", Unordered(pairs)]

    def default(self) -> Any:
        return bc.PairMap([])


class Set(Shape):
    """BTreeSet and HashSet: a PairSet, a sequence for serde."""

    def __init__(self, name: str, item: Shape) -> None:
        self.item = item
        self.source = f"bc.{name}[{item.source}]"

    def from_value(self, value: Any) -> Any:
        return bc.PairSet(_elements(value, self.item))

    def to_model(self, value: Any) -> list[Any]:
        _check(isinstance(value, SetOf), value, "set")
        return ["seq", Unordered(self.item.to_model(item) for item in value)]

    def default(self) -> Any:
        return bc.PairSet([])


class Converted(Shape):
    """A type whose Python values stand for values of another shape: addresses, hand-written conversions.

    Args:
        inner: The shape of what serde sees.
        source: The annotation.
        python: Class of the Python values.
        make: From the inner Python value to the Python value. It refuses nothing: Rust may hold, and write,
            values that it would not read.
        unmake: The way back.
    """

    def __init__(
        self,
        inner: Shape,
        source: str,
        python: type,
        make: Callable[[Any], Any],
        unmake: Callable[[Any], Any],
    ) -> None:
        self.inner = inner
        self.source = source
        self.python = python
        self.make = make
        self.unmake = unmake

    def from_value(self, value: Any) -> Any:
        return self.make(self.inner.from_value(value))

    def to_model(self, value: Any) -> list[Any]:
        _check(type(value) is self.python, value, self.python.__name__)
        return self.inner.to_model(self.unmake(value))

    def default(self) -> Any:
        return self.make(self.inner.default())


def expand(model: list[Any]) -> list[Any]:
    """A row's model with its runs written out: `["seq_repeat", m, n]` is `["seq", [m, m, ...]]`."""
    tag = model[0]
    if isinstance(tag, str) and tag.endswith("_repeat") and len(model) == 3:
        item, times = model[1], int(model[2])
        if tag in ("str_repeat", "bytes_repeat"):
            return [tag.removesuffix("_repeat"), item * times]
        return [tag.removesuffix("_repeat"), [expand(item)] * times]
    return [expand(part) if isinstance(part, list) and part else part for part in model]


def has_nan(model: Any) -> bool:
    """Whether a model holds a NaN, which makes `==` of the Python values say nothing."""
    if not isinstance(model, list):
        return False
    if len(model) == 2 and model[0] in ("f32", "f64") and isinstance(model[1], str):
        sign, infinity = (1 << 31, 0x7F80_0000) if model[0] == "f32" else (1 << 63, 0x7FF0_0000_0000_0000)
        return int(model[1], 16) & ~sign > infinity
    return any(has_nan(part) for part in model)
