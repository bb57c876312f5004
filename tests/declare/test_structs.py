"""What a declared class is: slots, equality, repr, patterns, names, and its bytes."""

from __future__ import annotations

import copy
import pickle
from typing import ClassVar

import pytest

from snapformat import DecodeError, SchemaError, decode, doc, encode, schema
from snapformat.bincode import Unit, i16, u8, u16, u32
from snapformat.layout import layout_of
from snapformat.values import from_json, to_json


@schema
class Point:
    """A place.

    On the plane.
    """

    x: i16 = doc("Column")
    y: i16 = doc("Row", rename="type")


@schema
class Solid(Point):
    z: u8 = doc("Height")


def test_a_class_of_ones_own():
    point = Point(1, y=-2)
    assert repr(point) == "Point(x=1, y=-2)"
    assert point == Point(1, -2)
    assert point != Point(1, 2)
    assert not hasattr(point, "__dict__")
    with pytest.raises(AttributeError):
        point.z = 1
    point.x = 7
    assert encode(point, Point) == b"\7\0\xfe\xff"
    assert copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point


def test_values_are_not_checked_before_they_are_written():
    assert Point("a", None).x == "a"


def test_patterns():
    match decode(b"\1\0\2\0", Point):
        case Point(x, y=2):
            assert x == 1
        case _:
            pytest.fail("no match")


def test_descriptions_are_kept():
    node = layout_of(Point)
    assert Point.__doc__.startswith("A place.")
    assert node.kind.doc == "A place.\n\nOn the plane."
    assert [(field.name, field.attr, field.doc) for field in node.kind.fields] == [
        ("x", "x", "Column"),
        ("type", "y", "Row"),
    ]
    assert layout_of(Unadorned).kind.doc == ""


@schema
class Unadorned:
    x: u8


def test_fields_are_inherited_first():
    assert encode(Solid(1, 2, 3), Solid) == b"\1\0\2\0\3"
    assert decode(b"\1\0\2\0\3", Solid) == Solid(1, 2, 3)
    assert to_json(Solid(1, 2, 3), Solid) == {"x": 1, "type": 2, "z": 3}
    assert layout_of(Solid).kind.fields[1].doc == "Row"
    # A subclass is written as the declared class.
    assert encode(Solid(1, 2, 3), Point) == b"\1\0\2\0"


def test_methods_and_class_variables_are_no_fields():
    @schema
    class Counter:
        WIDTH: ClassVar[int] = 4
        value: u32

        @property
        def double(self) -> int:
            return 2 * self.value

    assert decode(encode(Counter(4), Counter), Counter).double == 8
    assert Counter.WIDTH == 4


def test_a_class_may_refuse_values():
    @schema
    class Even:
        value: u8

        def __post_init__(self) -> None:
            if self.value % 2:
                raise ValueError(f"{self.value} is odd")

    assert decode(b"\2", Even) == Even(2)
    with pytest.raises(DecodeError, match="3 is odd") as caught:
        decode(b"\1\0\0\0\0\0\0\0\3", list[Even])
    assert (caught.value.path, caught.value.offset) == ("$[0]", 8)


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ("lowercase", "mem_size"),
        ("UPPERCASE", "MEM_SIZE"),
        ("PascalCase", "MemSize"),
        ("camelCase", "memSize"),
        ("snake_case", "mem_size"),
        ("SCREAMING_SNAKE_CASE", "MEM_SIZE"),
        ("kebab-case", "mem-size"),
        ("SCREAMING-KEBAB-CASE", "MEM-SIZE"),
    ],
)
def test_rename_all_of_fields(rule, name):
    @schema(rename_all=rule)
    class Machine:
        mem_size: u8
        other: u8 = doc(rename="As it is")

    assert to_json(Machine(1, 2), Machine) == {name: 1, "As it is": 2}


def test_skipped_fields_are_not_in_the_bytes():
    @schema
    class Cached:
        a: u8
        seen: list[u8] = doc("Not stored", skip=True, default_factory=list)
        b: u8
        count: int = doc("Not even a type that could be", skip=True, default=7)

    value = Cached(1, 2, seen=[9])
    assert encode(value, Cached) == b"\1\2"
    loaded = decode(b"\1\2", Cached)
    assert loaded == Cached(1, 2, seen=[], count=7)
    assert decode(b"\1\2", Cached).seen is not loaded.seen
    assert to_json(value, Cached) == {"a": 1, "b": 2}
    assert from_json({"a": 1, "b": 2}, Cached) == loaded


def test_defaults_and_attributes_without_effect():
    @schema(deny_unknown_fields=True)
    class Options:
        a: u8 = doc(alias="old", has_default=True)
        b: u8 = 5
        c: list[u8] = doc("Empty by default", default_factory=list)
        d: u8 = doc(default=6)

    assert encode(Options(1), Options) == b"\1\5" + bytes(8) + b"\6"


def test_styles():
    @schema(kind="tuple")
    class Pair:
        a: u8
        b: u16

    @schema(kind="newtype")
    class Meters:
        value: u16

    @schema(kind="unit")
    class Nothing: ...

    @schema
    class Empty: ...

    @schema(kind="tuple")
    class NoTuple: ...

    @schema(transparent=True)
    class Thin:
        cache: u8 = doc(skip=True, default=0)
        value: u16

    shown = [
        (Pair(1, 2), b"\1\2\0", [1, 2]),
        (Meters(3), b"\3\0", 3),
        (Nothing(), b"", None),
        (Empty(), b"", {}),
        (NoTuple(), b"", []),
        (Thin(4), b"\4\0", 4),
    ]
    for value, data, form in shown:
        cls = type(value)
        assert (encode(value, cls), decode(data, cls)) == (data, value)
        assert to_json(value, cls) == form
        assert from_json(form, cls) == value


def test_name_is_serdes():
    @schema(name="vm-info")
    class VmInfo:
        unit: Unit

    assert layout_of(VmInfo).name == "vm-info"
    assert repr(VmInfo(())).endswith("VmInfo(unit=())")


def test_a_subclass_that_is_not_declared_is_no_type():
    @schema
    class Base:
        x: u8

    class Sub(Base): ...

    data = encode(Base(1), Base)
    assert decode(data, Base) == decode(data, Base) == Base(1)
    with pytest.raises(SchemaError):
        encode(Sub(1), Sub)
    with pytest.raises(SchemaError):
        decode(data, Sub)
