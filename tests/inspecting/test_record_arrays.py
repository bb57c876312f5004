"""Paths, edits and differences of values whose lists of records are structured arrays of numpy."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest

from snapformat import (
    DataEnum,
    Encoding,
    SnapshotFormat,
    UnitEnum,
    decode,
    encode,
    schema,
    variant,
)
from snapformat.bincode import FixedBytes, Len, Option, Vec, u8, u16, u32, u64
from snapformat.inspect.diff import diff_values
from snapformat.inspect.edit import Editor
from snapformat.model.unstructured import without_arrays
from snapformat.values import to_json

numpy = pytest.importorskip("numpy")


@schema
class Color(UnitEnum):
    """Without data."""

    Red = variant("")
    Green = variant("")


@schema
class Corner:
    """Inside a record."""

    x: u16
    y: u16


@schema(kind="newtype")
class Number:
    """One field without a name."""

    value: u32


@schema
class Box:
    """A record, whose names are also those of what numpy's scalars have."""

    size: u64
    base: Corner
    flags: Annotated[list[u8], Len(3)]
    hash: FixedBytes[4]
    color: Color
    number: Number
    pair: tuple[u8, bool]


@schema
class Shape(DataEnum):
    """With data."""


@schema
class Boxes(Shape):
    """A variant with a list of records."""

    boxes: Vec[Box]


@schema
class Room:
    """Holds records."""

    name: str
    boxes: Vec[Box]
    maybe: Option[Vec[Box]]
    numbers: Vec[u32]
    shape: Shape
    many: Vec[Vec[Box]]


FORMAT = SnapshotFormat(name="room", magic=0x524F4F4D, version="1.0.0", payload=Room)


def box(number: int) -> Box:
    corner = Corner(number, number + 1)
    return Box(
        number * 1000, corner, [number] * 3, bytes([number, 0, 0, 0]), Color.Green, Number(number), (1, True)
    )


def room() -> Room:
    boxes = [box(number) for number in range(4)]
    return Room("a", boxes, boxes[:2], [1, 2], Boxes(boxes[:1]), [boxes[:1], []])


def loaded(**options: Any) -> Any:
    return FORMAT.load(FORMAT.new(room()).to_bytes(), **options)


def with_arrays() -> Any:
    found = loaded(lazy=True, arrays="numpy")
    assert type(found.data.boxes) is numpy.ndarray
    return found


PATHS = [
    "boxes",
    "boxes[1]",
    "boxes[1].size",
    "boxes[*].base",
    "boxes[2].base.y",
    "boxes[3].flags[1]",
    "boxes[0].hash",
    "boxes[0].color",
    "boxes[0].number",
    "boxes[1].pair[1]",
    "boxes[size=2000].base.x",
    "maybe[0].size",
    "many[0][0].size",
    "**.y",
]


@pytest.mark.parametrize("path", PATHS)
def test_paths(path: str):
    plain, found = Editor(loaded()), Editor(with_arrays())
    shown = [[(part.path, part.to_json()) for part in each.select(path)] for each in (found, plain)]
    assert shown[0] == shown[1]
    assert type(found.snapshot.data.boxes) is numpy.ndarray


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("boxes[1].size", "7"),
        ("boxes[*].size", "7"),
        ("boxes[2].base.y", "9"),
        ("boxes[2].base", '{"x": 5, "y": 6}'),
        ("boxes[3].flags[1]", "8"),
        ("boxes[0].hash", "[1, 2, 3, 4]"),
        ("boxes[0].color", "Red"),
        ("boxes[0].number", "77"),
        ("boxes[1].pair[1]", "false"),
        ("boxes[0]", json.dumps(to_json(box(9), Box))),
        ("maybe[0].size", "3"),
        ("many[0][0].base.x", "3"),
    ],
)
def test_edits(path: str, text: str):
    plain, found = Editor(loaded()), Editor(with_arrays())
    for each in (plain, found):
        each.set_text(path, text)
    assert found.snapshot.to_bytes() == plain.snapshot.to_bytes() != loaded().to_bytes()


def test_edits_one_after_the_other():
    plain, found = Editor(loaded()), Editor(with_arrays())
    for each in (plain, found):
        each.remove("boxes[1]")
        each.set_text("boxes[1].size", "5")
        each.set_text("boxes[1].base.x", "6")
        each.append_text("maybe", json.dumps(to_json(box(7), Box)))
    assert found.snapshot.to_bytes() == plain.snapshot.to_bytes()
    assert found.get("boxes[1].size") == 5


def test_differences():
    old, new = with_arrays().data, room()
    assert not diff_values(old, new, Room)
    new.boxes[1].size = 5
    found, plain = diff_values(old, new, Room), diff_values(room(), new, Room)
    assert [(each.path, each.old, each.new) for each in found] == [
        (each.path, each.old, each.new) for each in plain
    ]
    assert [each.path for each in found] == ["$.boxes[1].size", "$.maybe[1].size"]


def test_lists_in_place_of_arrays():
    kind, found = FORMAT.payload_kind, with_arrays().data
    found.shape = Boxes(found.boxes[:1])
    kept = found.boxes
    assert without_arrays(kind, found, numbers=True) == room()
    assert found.boxes is kept
    eager = room()
    assert without_arrays(kind, eager) is eager
    found.boxes = numpy.zeros(2, "u4,u4")  # not of these records: writing it raises the error
    assert without_arrays(kind, found).boxes is found.boxes


def test_other_encodings_write_arrays():
    boxes = decode(encode(room().boxes, Vec[Box]), Vec[Box], lazy=True, arrays="numpy")
    for encoding in (Encoding.bitcode(), Encoding.postcard(), Encoding.bcs()):
        assert encode(boxes, Vec[Box], encoding) == encode(room().boxes, Vec[Box], encoding)
