"""Options of classes: `kw_only`, `frozen` and `order`, and defaults anywhere."""

from __future__ import annotations

import copy
import dataclasses
import enum
import itertools
import pickle
from typing import Annotated, Any

import annotated_types as at
import pytest

from snapformat import (
    DataEnum,
    DecodeError,
    EncodeError,
    Encoding,
    SchemaError,
    SnapshotFormat,
    UnitEnum,
    decode,
    doc,
    encode,
    schema,
    variant,
)
from snapformat.bincode import BTreeMap, BTreeSet, CStruct, PairMap, PairSet, f64, u8, u16, u32
from snapformat.inspect.edit import Editor
from snapformat.migrate import Change, Step, migrate, renamed
from snapformat.values import dumps, from_json, loads, to_json

ENCODINGS = [Encoding(), Encoding("variable", "big"), Encoding.bitcode()]


@schema(kw_only=True)
class Player:
    """A default in the middle."""

    name: str
    lives: u8 = 3
    bag: list[u16]


@schema
class Mixed:
    """One field by name only."""

    x: u8
    y: u8 = doc("Down", default=7)
    z: u8 = doc("Deep", kw_only=True)
    cached: u8 = doc("Not stored", skip=True, default=9)


@schema(kw_only=True)
class Checked:
    """With code of its own."""

    a: u8 = 1
    b: u8

    def __post_init__(self) -> None:
        if self.b > 5:
            raise ValueError("b is too large")


@schema(frozen=True)
class Point:
    """A key."""

    x: u8
    y: u16 = 0
    label: str = doc("Not stored", skip=True, default="")


@schema(frozen=True, order=True)
class Cell:
    row: u32
    column: u32 | None


@schema(order=True)
class Level(UnitEnum):
    Easy = variant()
    Normal = variant(discriminant=9)
    Hard = variant(discriminant=5)


@schema(frozen=True, order=True)
class Shape(DataEnum):
    """A figure."""


@schema
class Free(UnitEnum):
    One = variant()
    Two = variant()


@schema(frozen=True)
class ShapeDot(Shape): ...


@schema(frozen=True, kind="newtype")
class ShapeCircle(Shape):
    radius: u8


@schema(frozen=True)
class ShapeBox(Shape):
    corner: Cell
    name: str = ""


SAMPLES: list[tuple[Any, Any, str]] = [
    (Player, Player(bag=[1], name="a"), "0100000000000000 61 03 0100000000000000 0100"),
    (Mixed, Mixed(1, z=3), "010703"),
    (Checked, Checked(b=2), "0102"),
    (Point, Point(1, 2), "010200"),
    (Cell, Cell(1, None), "0100000000"),
    (Shape, ShapeBox(Cell(1, 2), "n"), "02000000 01000000 01 02000000 0100000000000000 6e"),
    (Shape, ShapeDot(), "00000000"),
]


@pytest.mark.parametrize(("kind", "value", "form"), SAMPLES)
def test_bytes_are_those_of_the_declared_order(kind: Any, value: Any, form: str) -> None:
    assert encode(value, kind).hex() == form.replace(" ", "")
    for encoding in ENCODINGS:
        data = encode(value, kind, encoding)
        many = encode([value] * 3, list[kind], encoding)
        for lazy in (False, False, True):
            found = decode(data, kind, encoding, lazy=lazy)
            assert (found, type(found)) == (value, type(value))
            assert decode(many, list[kind], encoding, lazy=lazy) == [value] * 3
    assert loads(dumps(value, kind), kind) == value
    struct = Encoding().construct(kind)
    assert (struct.parse(encode(value, kind)), struct.build(value)) == (value, encode(value, kind))
    assert copy.copy(value) == copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value


# --- kw_only --------------------------------------------------------------------------------------------


def test_by_name_only() -> None:
    with pytest.raises(TypeError, match="positional"):
        Player("a", bag=[])  # type: ignore[misc]
    with pytest.raises(TypeError, match="positional"):
        Mixed(1, 2, 3)  # type: ignore[misc]
    assert Player(name="a", bag=[]).lives == 3
    assert Player.__match_args__ == ()
    assert Mixed.__match_args__ == ("x", "y")


def test_code_of_a_class_by_name_only() -> None:
    with pytest.raises(DecodeError, match="not a Checked: ValueError: b is too large"):
        decode(b"\1\6", Checked)


def test_a_field_after_a_default_says_what_to_do() -> None:
    with pytest.raises(SchemaError, match=r"'bag' follows .* say @schema\(kw_only=True\), or doc\(kw_only"):

        @schema
        class Wrong:
            lives: u8 = 3
            bag: u8


@schema(kw_only=True)
class Registers(CStruct):
    a: u32 = 0
    b: u32


def test_keys_are_told_apart_by_all_fields() -> None:
    """Fields by name only are no positional patterns, but count like all others."""
    players = [Player(name="a", bag=[1]), Player(name="b", bag=[1]), Player(name="a", bag=[2])]
    assert len(PairSet(players)) == 3
    assert len(PairMap((each, 0) for each in [*players, *players])) == 3
    data = encode(PairSet(players), BTreeSet[Player])
    assert len(decode(data, BTreeSet[Player])) == 3
    frozen = [ShapeBox(Cell(1, None)), ShapeBox(Cell(2, None))]
    assert len(PairSet([*frozen, *frozen])) == 2


def test_frozen_values_with_lists_are_keys_of_maps() -> None:
    @schema(frozen=True)
    class Path:
        steps: list[u8]

    paths = PairMap([(Path([1]), 1), (Path([2]), 2)])
    data = encode(paths, BTreeMap[Path, u8])
    assert decode(data, BTreeMap[Path, u8]) == paths
    with pytest.raises(TypeError, match="unhashable type: 'list'"):
        hash(Path([1]))


def test_copies_of_a_c_struct() -> None:
    value = Registers(a=1, b=2)
    assert copy.copy(value) == pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == value
    assert copy.copy(value).b == 2


def test_validating_looks_at_all_fields() -> None:
    @schema(kw_only=True)
    class Inner:
        pad: list[u32] = doc("Filling", default_factory=list)
        flag: bool

    @schema(kw_only=True)
    class Outer:
        inner: Inner

    format_ = SnapshotFormat(name="flags", magic=1, version="1.0.0", payload=Outer)
    data = bytearray(format_.new(Outer(inner=Inner(pad=[0] * 200, flag=True))).to_bytes())
    data[-9] = 2
    assert format_.checksum is not None
    data[-8:] = format_.checksum.compute(bytes(data[:-8])).to_bytes(8, "little")
    loaded = format_.load(bytes(data), lazy=True)
    with pytest.raises(DecodeError, match=r"not a bool"):
        loaded.validate()


# --- frozen ---------------------------------------------------------------------------------------------


def test_frozen_values_can_be_keys() -> None:
    assert {Point(1): 1, Point(1, 2): 2}[Point(1, 2)] == 2
    assert hash(Point(1)) == hash(Point(1))
    with pytest.raises(dataclasses.FrozenInstanceError):
        Point(1).x = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del decode(b"\1\0\0", Point).x
    assert dataclasses.replace(Point(1), y=4) == Point(1, 4)
    data = encode({Point(2): 1, Point(1): 2}, BTreeMap[Point, u8])
    found = decode(data, BTreeMap[Point, u8])
    assert [*found] == [Point(1), Point(2)]
    assert {**found} == {Point(1): 2, Point(2): 1}
    assert Point.__hash__ is not None
    assert Player.__hash__ is None  # type: ignore[comparison-overlap]


def test_frozen_and_changeable_classes_do_not_mix() -> None:
    with pytest.raises(SchemaError, match="Round: Shape is frozen: say the same of both"):

        @schema
        class Round(Shape):
            x: u8

    with pytest.raises(SchemaError, match="Sub: Mixed is not frozen: say the same of both"):

        @schema(frozen=True)
        class Sub(Mixed):
            w: u8 = 0

    with pytest.raises(SchemaError, match="Frozen: a CStruct can't be frozen"):

        @schema(frozen=True)
        class Frozen(CStruct):
            x: u32


def test_editing_frozen_values() -> None:
    @schema
    class Map:
        start: Point
        boxes: list[Shape]
        names: BTreeMap[u8, Point]

    whole = Map(Point(1, 2), [ShapeBox(Cell(1, 2))], {1: Point(3)})
    format_ = SnapshotFormat(name="map", magic=1, version="1.0.0", payload=Map)
    editor = Editor(format_.load(format_.new(whole).to_bytes()))
    editor.set_text("start.x", "9")
    editor.set_text("start.y", "8")
    editor.set_text("boxes[0]<Box>.corner.row", "7")
    editor.set_text("names.1.y", "6")
    assert editor.snapshot.data == Map(Point(9, 8), [ShapeBox(Cell(7, 2))], {1: Point(3, 6)})
    assert whole.start == Point(1, 2)


def test_migrating_to_frozen_and_by_name_only() -> None:
    @schema(name="Cell")
    class Old:
        line: u32
        column: u32 | None

    before = SnapshotFormat(name="one", magic=1, version="1.0.0", payload=Old)
    after = SnapshotFormat(name="two", magic=1, version="2.0.0", payload=Cell)
    step = Step(before, after, changes=[Change(Old, Cell, given={"row": renamed("line")})])
    assert migrate(before.new(Old(1, 2)), to=after, steps=[step]).snapshot.data == Cell(1, 2)


def test_a_frozen_value_that_does_not_fit() -> None:
    @schema(frozen=True)
    class Bounded:
        x: Annotated[u8, at.Le(5)]

    with pytest.raises(EncodeError, match="at most 5"):
        encode(Bounded(6), Bounded)
    with pytest.raises(DecodeError, match="at most 5"):
        decode(b"\6", Bounded)


# --- order ----------------------------------------------------------------------------------------------


def _is_sorted(values: list[Any]) -> bool:
    pairs = itertools.combinations(values, 2)
    return all(a < b and a <= b and b > a and b >= a and not b < a and not a >= b for a, b in pairs)


def test_structs_compare_by_their_fields() -> None:
    assert _is_sorted([Cell(0, 9), Cell(1, None), Cell(1, 0), Cell(1, 1), Cell(2, None)])
    assert Cell(1, None) <= Cell(1, None) >= Cell(1, None)
    assert not Cell(1, 2) < Cell(1, 2)
    with pytest.raises(TypeError):
        Cell(1, 2) < 5  # type: ignore[operator]  # noqa: B015
    with pytest.raises(TypeError):
        Point(1) < Point(2)  # type: ignore[operator]  # noqa: B015


def test_unit_enums_compare_by_rusts_numbers() -> None:
    assert _is_sorted([Level.Easy, Level.Hard, Level.Normal])
    assert max(Level) is Level.Normal
    assert [*decode(encode({*Level}, BTreeSet[Level]), BTreeSet[Level])] == sorted(Level)
    for other in (1, Free.Two):
        with pytest.raises(TypeError, match="not supported"):
            Level.Easy < other  # type: ignore[operator]  # noqa: B015
    with pytest.raises(TypeError):
        Free.One < Free.Two  # noqa: B015
    with pytest.raises(SchemaError, match="order=True is for a UnitEnum"):
        schema(order=True)(enum.Enum("Own", {"A": 0}))


def test_variants_compare_in_the_order_of_their_declaration() -> None:
    shapes = [
        ShapeDot(),
        ShapeCircle(1),
        ShapeCircle(2),
        ShapeBox(Cell(1, None), "z"),
        ShapeBox(Cell(1, 0), "a"),
        ShapeBox(Cell(1, 0), "b"),
    ]
    assert _is_sorted(shapes)
    assert sorted({*shapes}) == shapes
    in_rusts_order = decode(encode({*shapes}, BTreeSet[Shape]), BTreeSet[Shape])
    assert [*in_rusts_order] == shapes
    with pytest.raises(SchemaError, match="order=True belongs on the enum Shape"):

        @schema(order=True, frozen=True)
        class Late(Shape): ...


def test_fields_of_every_type_compare() -> None:
    @schema(order=True)
    class Whole:
        parts: list[Cell]
        shape: Shape | None
        pair: tuple[u8, f64]

    assert _is_sorted(
        [
            Whole([], None, (9, 9.0)),
            Whole([], ShapeDot(), (0, 0.0)),
            Whole([], ShapeCircle(1), (0, -1.0)),
            Whole([], ShapeCircle(1), (0, 1.5)),
            Whole([Cell(1, 1)], None, (0, 0.0)),
            Whole([Cell(1, 1), Cell(0, 0)], None, (0, 0.0)),
            Whole([Cell(2, None)], None, (0, 0.0)),
        ]
    )


def test_order_and_a_method_of_the_class() -> None:
    with pytest.raises(SchemaError, match="order=True makes the method __lt__, which the class has already"):

        @schema(order=True)
        class Own:
            x: u8

            def __lt__(self, other: Any) -> bool:
                return True


def test_deep_values_are_compared_without_the_stack() -> None:
    @schema(order=True, kw_only=True)
    class Chain:
        next: Chain | None = None
        value: u8

    def chain(last: int) -> Chain:
        made = Chain(value=last)
        for _ in range(5000):
            made = Chain(next=made, value=0)
        return made

    assert chain(1) < chain(2)
    assert not chain(2) < chain(2)


def test_json_of_a_class_with_a_default_in_the_middle() -> None:
    assert to_json(Player(name="a", bag=[1]), Player) == {"name": "a", "lives": 3, "bag": [1]}
    assert from_json({"name": "a", "lives": 3, "bag": [1]}, Player) == Player(name="a", bag=[1])
