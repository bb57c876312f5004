"""Random types, as Rust text, and random values of them, as trees of serde calls.

Everything comes from a source of random numbers, which may be one of hypothesis. Values are made so that
columns get all packings: the numbers at one place of a type are drawn from one narrow or wide range.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from random import Random
from typing import Any

from snapformat.model.annotations import kind_of
from snapformat.model.declaration import seal
from vectors import shapes
from vectors.compounds import EnumShape, Fields, StructShape
from vectors.rust_build import World
from vectors.shapes import NotExpressible, Shape

_INTEGERS = [f"{sign}{width}" for sign in "ui" for width in ("8", "16", "32", "64", "128", "size")]
_LEAVES = [*_INTEGERS, "bool", "bool", "f32", "f64", "char", "String", "String", "()", "serde_bytes::ByteBuf"]
#: What may be the key of a map.
_KEYS = ["u8", "i8", "u16", "i32", "u64", "i128", "bool", "char", "String", "(u8, String)"]
_FORMS = [
    *("option", "option", "vec", "vec", "vec", "tuple", "array", "hash_map", "btree_map", "set", "result"),
    *("range", "struct", "struct", "struct", "enum", "enum", "recursive", "recursive_enum"),
]


class Declarations:
    """Random type expressions, and the declarations that they name."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.texts: list[str] = []
        self._count = 0

    def type(self, depth: int) -> str:
        """A type expression with so many levels at most."""
        if depth <= 0 or self.random.random() < 0.2:
            return self.random.choice(_LEAVES)
        form = self.random.choice(_FORMS)
        below = depth - 1
        match form:
            case "option":
                return f"Option<{self.type(below)}>"
            case "vec":
                return f"Vec<{self.type(below)}>"
            case "tuple":
                return f"({', '.join(self._several(1, 4, below))},)"
            case "array":
                return f"[{self.type(below)}; {self.random.randint(0, 4)}]"
            case "hash_map":
                return f"HashMap<{self.random.choice(_KEYS)}, {self.type(below)}>"
            case "btree_map":
                return f"BTreeMap<{self.random.choice(_KEYS)}, {self.type(below)}>"
            case "set":
                return f"{self.random.choice(['BTreeSet', 'HashSet'])}<{self.random.choice(_KEYS)}>"
            case "result":
                return f"Result<{self.type(below)}, {self.type(below)}>"
            case "range":
                return f"Range<{self.type(below)}>"
            case "enum":
                return self._enum(below, recursive=False)
            case "recursive_enum":
                return self._enum(below, recursive=True)
        return self._struct(below, recursive=form == "recursive")

    def _several(self, least: int, most: int, depth: int) -> list[str]:
        return [self.type(depth) for _ in range(self.random.randint(least, most))]

    def _name(self) -> str:
        self._count += 1
        return f"T{self._count}"

    def _struct(self, depth: int, *, recursive: bool) -> str:
        name = self._name()
        more = [self._around(name)] if recursive else []
        style = self.random.choice(["struct", "struct", "tuple", "newtype", "unit"])
        end = "" if style == "struct" else ";"
        self.texts.append(f"struct {name}{self._fields(style, depth, more)}{end}")
        return name

    def _enum(self, depth: int, *, recursive: bool) -> str:
        name = self._name()
        variants = []
        for index in range(self.random.choice([1, 2, 2, 3, 3, 4, 7])):
            style = self.random.choice(["struct", "tuple", "newtype", "unit", "unit"])
            variants.append(f"V{index}{self._fields(style, depth, [])}")
        if recursive:
            variants.append(f"Again{self._fields('tuple', 0, [f'Box<{name}>'])}")
        self.texts.append(f"enum {name}{{{', '.join(variants)}}}")
        return name

    def _around(self, name: str) -> str:
        around = ["Option<Box<{}>>", "Vec<{}>", "HashMap<u8, {}>", "(u8, Option<Box<{}>>)"]
        return self.random.choice(around).format(name)

    def _fields(self, style: str, depth: int, more: list[str]) -> str:
        if style == "unit" and not more:
            return ""
        if style == "newtype":
            return f"({(more or [self.type(depth)])[0]})"
        types = [*self._several(0, 3, depth), *more]
        self.random.shuffle(types)
        if style != "struct":
            # One field alone is a newtype: no tuple struct of one can be written down.
            return f"({', '.join(types if len(types) != 1 else [*types, 'u8'])})"
        return f"{{{', '.join(f'f{at}: {text}' for at, text in enumerate(types))}}}"


def random_type(random: Random, depth: int = 3) -> tuple[str, str]:
    """Declarations, and an expression of a type that may name them."""
    declarations = Declarations(random)
    text = declarations.type(random.randint(0, depth))
    return " ".join(declarations.texts), text


def built(declarations: str, text: str) -> tuple[Shape, Any]:
    """The shape and annotation of a type in Rust's text."""
    world = World({"all": declarations})
    shape, annotation = world.shape(text), world.annotation(text)
    seal(kind_of(annotation))  # looks up the names in the module, which is let go
    sys.modules.pop(world.module.__name__)
    return shape, annotation


# --- values -------------------------------------------------------------------------------------------


@dataclass
class _Place:
    """A place in the type: what numbers and lengths are drawn from there.

    Attributes:
        low: The lowest number, or None before one is drawn.
        high: The highest number.
        most: The highest length of a sequence.
        children: The places below.
    """

    low: int | None = None
    high: int = 0
    most: int | None = None
    children: dict[Any, _Place] = field(default_factory=dict)

    def child(self, index: Any) -> _Place:
        return self.children.setdefault(index, _Place())


class Values:
    """Random values of types.

    Args:
        random: The source of random numbers.
        size: About how many numbers and texts a value has at most.
        long: Whether sequences and texts of 255 and more may be made.
    """

    def __init__(self, random: Random, size: int = 120, *, long: bool = True) -> None:
        self.random = random
        self.left = size
        self.long = long

    def model(self, shape: Shape) -> list[Any]:
        """A value of a type, as the tree of serde calls that writing it makes.

        Raises:
            NotExpressible: A part of it is converted by code of its own.
        """
        return self._value(shape, _Place(), 0)

    def _value(self, shape: Shape, place: _Place, depth: int) -> list[Any]:
        self.left -= 1
        match shape:
            case shapes.Bool():
                return ["bool", self.random.random() < 0.5]
            case shapes.Int():
                return [shape.tag, str(self._int(shape.tag, place) or int("NonZero" in shape.source))]
            case shapes.Float():
                return [shape.tag, f"{self._bits(shape.width, place):0{shape.width // 4}x}"]
            case shapes.Char():
                return ["char", ord(self._char())]
            case shapes.Str():
                if shape.source != "str":
                    raise NotExpressible(f"text of {shape.source} is checked")
                return ["str", "".join(self._char() for _ in range(self._length(place)))]
            case shapes.Bytes():
                count = self._length(place) if shape.count is None else shape.count
                least = int(shape.source == "bc.CString")
                inner = place.child("element")
                numbers = [max(least, self._int("u8", inner)) for _ in range(count)]
                return ["bytes", bytes(numbers).hex()]
            case shapes.Unit():
                return shape.model
            case shapes.Weak():
                return ["none"]
            case shapes.Option(item=item):
                if self.left <= 0 or depth > 20 or self.random.random() < 0.4:
                    return ["none"]
                return ["some", self._value(item, place.child(1), depth + 1)]
            case shapes.Seq(item=item):
                return ["seq", self._elements(item, self._count(place, depth), place, depth)]
            case shapes.Array(item=item, count=count):
                parts = [self._value(item, place.child(at), depth + 1) for at in range(count)]
                return ["tuple", parts]
            case shapes.Tuple(items=items):
                return ["tuple", self._parts(items, place, depth)]
            case shapes.Map(key=key, value=value):
                keys = self._distinct(key, place, depth, ordered="BTree" in shape.source)
                return ["map", [[name, self._value(value, place.child("value"), depth + 1)] for name in keys]]
            case shapes.Set(item=item):
                return ["seq", self._distinct(item, place, depth, ordered="BTree" in shape.source)]
            case StructShape(transparent=True, fields=fields):
                return self._value(fields.items[0].shape, place, depth + 1)
            case StructShape(name=name, fields=fields):
                tag = "struct" if fields.style == "struct" else f"{fields.style}_struct"
                return [tag, name, *self._fields(fields, place, depth)]
            case EnumShape():
                return self._variant(shape, place, depth)
        raise NotExpressible(f"values of {shape.source} are converted by code")

    def _variant(self, shape: EnumShape, place: _Place, depth: int) -> list[Any]:
        usable = shape.variants[:256]
        if self.left <= 0 or depth > 20:
            usable = [variant for variant in usable if variant.style == "unit"] or usable[:1]
        variant = self.random.choice(usable)
        head = [f"{variant.style}_variant", shape.name, variant.index, variant.name]
        if variant.fields is None:
            return head
        return head + self._fields(variant.fields, place.child(variant.index), depth)

    def _fields(self, fields: Fields, place: _Place, depth: int) -> list[Any]:
        parts = self._parts([item.shape for item in fields.items], place, depth)
        if fields.style == "struct":
            return [[[item.name, part] for item, part in zip(fields.items, parts, strict=True)]]
        return [parts] if fields.style == "tuple" else parts

    def _parts(self, items: list[Shape], place: _Place, depth: int) -> list[Any]:
        return [self._value(item, place.child(at), depth + 1) for at, item in enumerate(items)]

    def _elements(self, item: Shape, count: int, place: _Place, depth: int) -> list[Any]:
        return [self._value(item, place.child("element"), depth + 1) for _ in range(count)]

    def _distinct(self, item: Shape, place: _Place, depth: int, *, ordered: bool) -> list[Any]:
        """Different keys; those of a BTreeMap in Rust's order."""
        found = {
            repr(model): model
            for model in self._elements(item, min(20, self._count(place, depth)), place, depth)
        }
        models = list(found.values())
        return sorted(models, key=_rank) if ordered else models

    def _count(self, place: _Place, depth: int) -> int:
        if self.left <= 0 or depth > 20:
            return 0
        return min(self._length(place), 300 if self.left > 60 else 9)

    def _length(self, place: _Place) -> int:
        if place.most is None:
            long = [254, 255, 256, 300] if self.long and self.random.random() < 0.1 else []
            place.most = self.random.choice([0, 1, 2, 3, 4, 6, 7, 9, 17, 30, *long])
        length = place.most if self.random.random() < 0.3 else self.random.randint(0, place.most)
        self.left -= length // 8
        return length

    def _char(self) -> str:
        return self.random.choice("aaabcxyz0 \0\x7fé߿ࠀ퟿￿\U00010000\U0010ffff")

    def _int(self, tag: str, place: _Place) -> int:
        bits = int(tag[1:])
        least, most = (-1 << bits - 1, (1 << bits - 1) - 1) if tag[0] == "i" else (0, (1 << bits) - 1)
        if place.low is None:
            span = self.random.choice([0, 1, 2, 3, 5, 6, 15, 16, 255, 256, 65535, 65536, 1 << 32, 1 << 64])
            span = min(span, most - least)
            starts = [0, 0, 0, 1, -1, -span // 2, 250, least, most - span, self.random.randint(least, most)]
            place.low = max(least, min(self.random.choice(starts), most - span))
            place.high = place.low + span
        if self.random.random() < 0.3:
            return self.random.choice([place.low, place.high])
        return self.random.randint(place.low, place.high)

    def _bits(self, width: int, place: _Place) -> int:
        if self.random.random() < 0.5:
            return self._int(f"u{width}", place)
        if width == 32:
            return self.random.choice([0, 1 << 31, 0x7F80_0000, 0x7FC0_0001, 0x7F80_0001, 0x3F80_0000])
        return self.random.choice(
            [0, 1 << 63, 0x7FF0 << 48, 0x7FF8 << 48 | 1, 0x7FF0 << 48 | 1, 0x3FF0 << 48]
        )


def _rank(model: list[Any]) -> Any:
    """A sort key in Rust's order, of what may be a key here."""
    match model:
        case ["tuple", parts]:
            return [_rank(part) for part in parts]
        case ["str", text]:
            return text.encode()
        case ["bool" | "char", value]:
            return value
    return int(model[1])
