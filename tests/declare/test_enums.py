"""Enums: without data by `UnitEnum`, with data by `DataEnum` and its subclasses."""

from __future__ import annotations

import enum

import pytest

from snapformat import (
    DataEnum,
    DecodeError,
    EncodeError,
    SchemaError,
    UnitEnum,
    decode,
    doc,
    encode,
    schema,
    variant,
)
from snapformat.bincode import Encoding, u8, u16, u32
from snapformat.layout import layout_of
from snapformat.values import from_json, to_json


@schema
class Cache(UnitEnum):
    """How writes are acknowledged."""

    Unsafe = variant("At once")
    Writeback = variant("When flushed", rename="write-back")


@schema
class Shape(DataEnum):
    """A figure."""


@schema(name="Unit")
class ShapeUnit(Shape):
    """Nothing."""


@schema(name="New", kind="newtype")
class ShapeNew(Shape):
    value: u32 = doc("Area")


@schema(name="Tup", kind="tuple")
class ShapeTup(Shape):
    a: u8
    b: u16


@schema(name="Struct")
class ShapeStruct(Shape):
    first: u8 = doc("The first", rename="1st")


@schema(name="EmptyTup", kind="tuple")
class ShapeEmptyTup(Shape): ...


@schema(name="EmptyStruct", kind="struct")
class ShapeEmptyStruct(Shape): ...


SHAPES = [
    (ShapeUnit(), "", "Unit"),
    (ShapeNew(5), "05000000", {"New": 5}),
    (ShapeTup(1, 2), "010200", {"Tup": [1, 2]}),
    (ShapeStruct(9), "09", {"Struct": {"1st": 9}}),
    (ShapeEmptyTup(), "", {"EmptyTup": []}),
    (ShapeEmptyStruct(), "", {"EmptyStruct": {}}),
]


@pytest.mark.parametrize(("index", "case"), list(enumerate(SHAPES)))
def test_variants_with_data(index, case):
    value, payload, form = case
    data = index.to_bytes(4, "little") + bytes.fromhex(payload)
    assert encode(value, Shape) == data
    assert decode(data, Shape) == value
    assert type(decode(data, Shape)) is type(value)
    assert (to_json(value, Shape), from_json(form, Shape)) == (form, value)
    assert not hasattr(value, "__dict__")


def test_match_over_variants():
    def name(shape: Shape) -> str:
        match shape:
            case ShapeUnit():
                return "unit"
            case ShapeNew(value=area):
                return f"new {area}"
            case ShapeTup(1, b):
                return f"tup {b}"
        return "other"

    assert [name(value) for value, _, _ in SHAPES[:4]] == ["unit", "new 5", "tup 2", "other"]


def test_variants_are_told_apart():
    assert ShapeUnit() != ShapeEmptyTup()
    assert repr(ShapeTup(1, 2)) == "ShapeTup(a=1, b=2)"
    assert isinstance(ShapeNew(1), Shape)


def test_a_value_of_no_variant():
    with pytest.raises(DecodeError, match="an index from 0 to 5, found 6") as caught:
        decode(b"\6\0\0\0", Shape)
    assert caught.value.offset == 0
    for value in (Shape(), "Unit", 1, None, ShapeNew):
        with pytest.raises(EncodeError, match="a variant of Shape"):
            encode(value, Shape)


def test_without_data():
    assert Cache.Writeback.value == 1
    assert repr(Cache.Unsafe) == "Cache.Unsafe"
    assert encode([Cache.Writeback, Cache.Unsafe], tuple[Cache, Cache]) == b"\1\0\0\0\0\0\0\0"
    assert decode(b"\1\0\0\0", Cache) is Cache.Writeback
    assert to_json(Cache.Writeback, Cache) == "write-back"
    assert from_json("write-back", Cache) is Cache.Writeback
    with pytest.raises(DecodeError, match="an index from 0 to 1, found 2"):
        decode(b"\2\0\0\0", Cache)
    for value in (1, "Unsafe", None):
        with pytest.raises(EncodeError):
            encode(value, Cache)
    assert encode(Cache.Writeback, Cache, Encoding("variable")) == b"\1"


def test_descriptions_of_variants():
    node = layout_of(Cache)
    assert node.kind.doc == "How writes are acknowledged."
    assert [(v.name, v.doc, v.style) for v in node.kind.variants] == [
        ("Unsafe", "At once", "unit"),
        ("write-back", "When flushed", "unit"),
    ]
    node = layout_of(Shape)
    assert [v.style for v in node.kind.variants] == ["unit", "newtype", "tuple", "struct", "tuple", "struct"]
    assert (node.kind.variants[0].doc, node.kind.variants[1].payload.fields[0].doc) == ("Nothing.", "Area")


def test_unknown_indexes_into_other():
    @schema
    class Mode(UnitEnum):
        Known = variant()
        Rest = variant(other=True)

    @schema
    class Event(DataEnum): ...

    @schema(name="Key", kind="newtype")
    class EventKey(Event):
        code: u8

    @schema(name="Unknown", other=True)
    class EventUnknown(Event): ...

    assert decode(b"\x63\0\0\0", Mode) is Mode.Rest
    assert encode(Mode.Rest, Mode) == b"\1\0\0\0"
    assert decode(b"\x63\0\0\0", Event) == EventUnknown()
    assert decode(b"\0\0\0\0\7", Event) == EventKey(7)


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ("lowercase", "hugepages"),
        ("camelCase", "hugePages"),
        ("snake_case", "huge_pages"),
        ("SCREAMING_SNAKE_CASE", "HUGE_PAGES"),
        ("kebab-case", "huge-pages"),
    ],
)
def test_rename_all_of_variants(rule, name):
    @schema(rename_all=rule)
    class Pages(UnitEnum):
        HugePages = variant()
        Own = variant(rename="As it is")

    assert [to_json(member, Pages) for member in Pages] == [name, "As it is"]


def test_pythons_own_enum():
    @schema
    class Plain(enum.Enum):
        A = "a"
        B = "b"

    assert encode(Plain.B, Plain) == b"\1\0\0\0"
    assert decode(b"\0\0\0\0", Plain) is Plain.A


def test_numbers_that_would_not_be_written():
    for base in (UnitEnum, enum.Enum, enum.IntEnum):
        with pytest.raises(SchemaError, match=r"B: the number 7 would not be in the bytes") as caught:
            schema(base("Numbers", {"A": 0, "B": 7}))
        assert "variant(discriminant=7)" in str(caught.value)

        same = schema(base("Same", {"A": 0, "B": 1}))
        assert encode(same.B, same) == b"\1\0\0\0"

    @schema
    class Auto(UnitEnum):
        A = enum.auto()
        B = enum.auto()

    assert [encode(each, Auto)[0] for each in Auto] == [0, 1]
    assert [each.value for each in Auto] == [0, 1]


def test_values_that_would_be_lost():
    for value in ("text", 0.0, True, b"x", [1]):
        with pytest.raises(SchemaError, match=r"A: the (value|number) .* would"):
            schema(UnitEnum("Lost", [("A", value), ("B", variant())]))
    with pytest.raises(SchemaError, match=r"say Annotated\[Level, Via\(u8, decode=Level, encode=int\)\]"):
        schema(enum.IntEnum("Level", {"LOW": 1, "HIGH": 7}))
    mixed = schema(UnitEnum("Mixed", [("A", variant("x")), ("B", 1), ("C", enum.auto()), ("D", None)]))
    assert [(each.value, encode(each, mixed)[0]) for each in mixed] == [(0, 0), (1, 1), (2, 2), (3, 3)]


def test_flags_are_no_enum_of_rusts():
    for base in (enum.Flag, enum.IntFlag):
        for members in ({"A": 1, "B": 2}, {"A": 0, "B": 1}):
            with pytest.raises(SchemaError, match="combinations of flags are not variants"):
                schema(base("Rights", members))


def test_variants_that_share_fields_through_a_base():
    @schema
    class Named:
        name: str

    @schema
    class Device(DataEnum): ...

    @schema(name="Disk")
    class Disk(Named, Device):
        size: u8

    assert encode(Disk("a", 2), Device) == b"\0\0\0\0\1\0\0\0\0\0\0\0a\2"
    assert decode(encode(Disk("a", 2), Device), Device) == Disk("a", 2)
