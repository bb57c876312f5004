"""The table of shapes: cases, contenders, names and the report derive from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import construct as c
from construct import this

from benchmarks import by_hand, payloads, plain, tables
from benchmarks.by_hand_tables import TABLES
from snapformat import Encoding, encode

#: Elements of a table.
MANY = 10_000


@dataclass(frozen=True, slots=True)
class Form:
    """An encoding, for us and for construct.

    Attributes:
        name: Part of a case's title.
        encoding: Ours.
        numbers: construct's.
    """

    name: str
    encoding: Encoding
    numbers: plain.Numbers


FIXED = Form("", Encoding(), plain.LITTLE)
VARINT = Form("varint", Encoding(integers="variable"), plain.VARIABLE)
BIG_ENDIAN = Form("big-endian", Encoding(byteorder="big"), plain.BIG)
ALL_FORMS = (FIXED, VARINT, BIG_ENDIAN)


@dataclass(frozen=True, slots=True)
class Shape:
    """One row of the table.

    Attributes:
        name: First part of a case's title.
        about: For the report.
        kind: Our type; None for a construct that is the type itself.
        make: Gives a value of so many elements.
        struct: The plain construct, of an encoding's numbers.
        count: Elements.
        forms: The encodings under which it is measured.
        by_hand: Calls that parse and build by code written for this shape.
        is_map: construct has entries, of which a dict is made.
    """

    name: str
    about: str
    kind: Any
    make: Callable[[int], Any]
    struct: Callable[[plain.Numbers], Any]
    count: int = MANY
    forms: tuple[Form, ...] = ALL_FORMS
    by_hand: tuple[Callable[[bytes], Any], Callable[[Any], bytes]] | None = None
    is_map: bool = False

    @property
    def is_table(self) -> bool:
        """Whether there are many elements."""
        return self.count > 1

    def title(self, form: Form, verb: str = "") -> str:
        """Title of a case."""
        return " ".join(filter(None, (self.name, form.name, verb)))

    def payload(self, form: Form, count: int | None = None) -> Payload:
        """The shape's value and bytes under one encoding."""
        value = self.make(self.count if count is None else min(count, self.count))
        struct = self.struct(form.numbers)
        if self.kind is None:
            data = struct.build(value)
            value = struct.parse(data)
        else:
            data = encode(value, self.kind, form.encoding)
        return Payload(self, form, value, data, struct)


@dataclass(frozen=True, slots=True)
class Payload:
    """A value of a shape and its bytes.

    Attributes:
        shape: The shape.
        form: The encoding.
        value: An instance of the shape's type.
        data: The bytes.
        struct: The plain construct of these bytes.
    """

    shape: Shape
    form: Form
    value: Any
    data: bytes
    struct: Any


def _table(name: str, about: str, kind: Any, make: Any, struct: Any, count: int = MANY) -> Shape:
    return Shape(name, about, kind, make, struct, count, by_hand=TABLES[name], is_map=name == "map")


def _packet(name: str, about: str, struct: Any, value: dict[str, Any]) -> Shape:
    return Shape(f"packet, {name},", about, None, lambda _: value, lambda _: struct, 1, (FIXED,))


_SWITCH = c.Struct(
    "kind" / c.Int8ub,
    "body" / c.Switch(this.kind, {1: c.Struct("port" / c.Int16ub), 2: c.Struct("seq" / c.Int32ub)}),
)
_ARRAY = c.Struct(
    "count" / c.Int8ub, "items" / c.Array(this.count, c.Struct("a" / c.Int16ub, "b" / c.Int8ub))
)
_BITS = c.BitStruct(
    "version" / c.BitsInteger(4), "urgent" / c.Flag, c.Padding(3), "length" / c.BitsInteger(8)
)
_ALL = c.Struct("flags" / _BITS, "head" / _SWITCH, "entries" / _ARRAY)
_bits = {"version": 4, "urgent": True, "length": 200}
_switch = {"kind": 2, "body": {"seq": 77}}
_array = {"count": 12, "items": [{"a": 300 * number, "b": number} for number in range(12)]}

SINGLE = Shape(
    "S",
    "a struct of 10 mixed fields",
    payloads.Single,
    lambda _: payloads.single(),
    plain.single,
    1,
    by_hand=(by_hand.parse_single, by_hand.build_single),
)
RECORDS = Shape(
    "M",
    "1,000 records of 8 mixed fields",
    payloads.Records,
    payloads.records,
    plain.records,
    1000,
    by_hand=(by_hand.parse_records, by_hand.build_records),
)
SHAPES = (
    SINGLE,
    RECORDS,
    _table("structs", "10,000 structs of three u32", tables.Points, tables.points, plain.structs),
    _table("texts", "10,000 structs of two texts and an Option", tables.People, tables.people, plain.texts),
    _table("enum", "10,000 of an enum of six variants", tables.Events, tables.events, plain.variants),
    _table("map", "a sorted map of 10,000 texts to u64", tables.Sizes, tables.sizes, plain.pairs),
    _table("floats", "5,000 lists of f32", tables.Vectors, tables.vectors, plain.floats, 5000),
    _packet("Switch", "a construct with a Switch", _SWITCH, _switch),
    _packet("Array", "a construct with an Array of Structs", _ARRAY, _array),
    _packet("bits", "a construct with a BitStruct", _BITS, _bits),
    _packet("all", "a construct with all three", _ALL, {"flags": _bits, "head": _switch, "entries": _array}),
)
TABLE_SHAPES = tuple(shape for shape in SHAPES if shape.is_table)
