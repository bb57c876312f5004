"""Differences of values made by hand: every shape."""

from __future__ import annotations

import enum
from typing import Annotated, Any

import construct as c
import numpy as np
import pytest
from construct import this

from properties.test_every_kind import CLASSES, SAMPLES, _holder
from snapformat import Bits, DataEnum, EncodeError, SchemaError, UnitEnum, decode, doc, schema, variant
from snapformat.bincode import (
    Blob,
    BTreeMap,
    BTreeSet,
    CStruct,
    Duration,
    HashMap,
    HashSet,
    Hex,
    Len,
    Option,
    PairMap,
    PairSet,
    Some,
    Unit,
    f32,
    f64,
    u8,
    u16,
    u32,
    u64,
)
from snapformat.inspect.diff import Action, diff_values
from snapformat.inspect.diff_text import report
from snapformat.inspect.locations import PathError
from snapformat.model import kinds


@schema
class Inner:
    x: u8
    y: u8


@schema
class Mode(UnitEnum):
    A = variant("")
    B = variant("")


@schema
class Shape(DataEnum):
    """With data."""


@schema(name="Circle")
class Circle(Shape):
    radius: u32


@schema(name="Pair", kind="tuple")
class Both(Shape):
    one: u32
    two: u32


@schema(name="Wrapped", kind="newtype")
class Wrapped(Shape):
    inner: Inner


@schema(name="Nothing", kind="unit")
class Nothing(Shape):
    """Without data."""


def found(left: Any, right: Any, kind: Any, **options: Any) -> list[tuple[Any, ...]]:
    """The changes: path, left and right value; None for a side that lacks the part."""
    difference = diff_values(left, right, kind, **options)
    rows = []
    for change in difference:
        if change.action is Action.REMOVED:
            assert change.right is None
        if change.action is Action.ADDED:
            assert change.left is None
        rows.append((change.path, change.action.value, change.left, change.right))
    return rows


def changed(left: Any, right: Any, kind: Any, **options: Any) -> list[tuple[Any, ...]]:
    """The changes, all of which must be of values that both have."""
    rows = found(left, right, kind, **options)
    assert {row[1] for row in rows} <= {"changed"}
    return [(row[0], *row[2:]) for row in rows]


LARGE = 1 << 60
NAN = float("nan")


@pytest.mark.parametrize(
    ("kind", "left", "right", "rows"),
    [
        pytest.param(u8, 1, 2, [("$", 1, 2)], id="int"),
        pytest.param(u64, 1, LARGE, [("$", 1, str(LARGE))], id="large int"),
        pytest.param(Hex[u64], 1, LARGE, [("$", 1, hex(LARGE))], id="hex"),
        pytest.param(bool, False, True, [("$", False, True)], id="bool"),
        pytest.param(str, "a", "b", [("$", "a", "b")], id="str"),
        pytest.param(f64, 0.0, -0.0, [("$", 0.0, -0.0)], id="negative zero"),
        pytest.param(f64, NAN, NAN, [], id="NaN"),
        pytest.param(f64, NAN, 1.0, [("$", {"$float": "7ff8000000000000"}, 1.0)], id="NaN or not"),
        pytest.param(f32, 0.5, 0.25, [("$", 0.5, 0.25)], id="f32"),
        pytest.param(Unit, (), (), [], id="unit"),
        pytest.param(Mode, Mode.A, Mode.B, [("$", "A", "B")], id="unit enum"),
        pytest.param(Duration, Duration(1, 2), Duration(1, 3), [("$.nanos", 2, 3)], id="conversion"),
        pytest.param(Option[u8], None, 0, [("$", None, 0)], id="option"),
        pytest.param(Option[Option[u8]], None, Some(None), [("$", None, {"$some": None})], id="some none"),
        pytest.param(Option[Option[u8]], Some(None), Some(3), [("$", {"$some": None}, 3)], id="some"),
        pytest.param(Inner, Inner(1, 2), Inner(1, 3), [("$.y", 2, 3)], id="field"),
        pytest.param(
            Option[Inner], None, Inner(1, 3), [("$", None, {"x": 1, "y": 3})], id="option of struct"
        ),
        pytest.param(tuple[u8, str], (1, "a"), (1, "b"), [("$[1]", "a", "b")], id="tuple"),
        pytest.param(list[u16], [1, 2, 3], [1, 9, 3], [("$[1]", 2, 9)], id="list"),
        pytest.param(
            Annotated[list[bool], Len(2)], [True, False], [False, False], [("$[0]", True, False)], id="array"
        ),
        pytest.param(bytes, b"abcd", b"aXYd", [("$[1:3]", [98, 99], [88, 89])], id="bytes"),
        pytest.param(bytes, b"abcd", b"Xbcd", [("$[0]", 97, 88)], id="a byte"),
        pytest.param(
            list[u8], [1, 2, 3, 4], [9, 2, 8, 7], [("$[0]", 1, 9), ("$[2:4]", [3, 4], [8, 7])], id="u8s"
        ),
        pytest.param(Shape, Circle(1), Circle(2), [("$<Circle>.radius", 1, 2)], id="variant"),
        pytest.param(Shape, Both(1, 2), Both(1, 3), [("$<Pair>[1]", 2, 3)], id="tuple variant"),
        pytest.param(
            Shape, Wrapped(Inner(1, 2)), Wrapped(Inner(3, 2)), [("$<Wrapped>.x", 1, 3)], id="newtype"
        ),
        pytest.param(Shape, Nothing(), Nothing(), [], id="unit variant"),
        pytest.param(
            Shape, Nothing(), Circle(3), [("$", "Nothing", {"Circle": {"radius": 3}})], id="variants"
        ),
        pytest.param(
            BTreeMap[str, u8], PairMap({"a b": 1}), PairMap({"a b": 2}), [('$["a b"]', 1, 2)], id="map"
        ),
        pytest.param(
            HashMap[tuple[u8, u8], u8],
            PairMap([((1, 2), 3), ((4, 5), 6)]),
            PairMap([((1, 2), 3), ((4, 5), 7)]),
            [('$["$map"][1][1]', 6, 7)],
            id="map by pairs",
        ),
    ],
)
def test_changed(kind: Any, left: Any, right: Any, rows: list[tuple[Any, ...]]):
    assert repr(changed(left, right, kind)) == repr(rows)
    assert repr(changed(right, left, kind)) == repr([(path, two, one) for path, one, two in rows])
    assert not diff_values(left, left, kind)
    assert not diff_values(right, right, kind)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_kind(cls: type[kinds.Kind]):
    sample = SAMPLES[cls]
    holder = _holder(sample.annotation)
    small, large = holder(field=sample.small, behind=7), holder(field=sample.large, behind=7)
    assert not diff_values(small, holder(field=sample.small, behind=7), holder)
    paths = [change.path for change in diff_values(small, large, holder)]
    assert all(path.startswith("$.field") for path in paths)
    assert bool(paths) == (sample.small != sample.large)
    assert [change.path for change in diff_values(small, holder(field=sample.small, behind=8), holder)] == [
        "$.behind"
    ]


@pytest.mark.parametrize(
    ("kind", "left", "right", "rows"),
    [
        pytest.param(bytes, b"abcd", b"abXYcd", [("$[2:4]", "added", None, [88, 89])], id="bytes"),
        pytest.param(bytes, b"abXcd", b"abcd", [("$[2]", "removed", 88, None)], id="a byte"),
        pytest.param(bytes, b"abcd", b"aXYZd", [("$[1:3]", "changed", [98, 99], [88, 89, 90])], id="both"),
        pytest.param(list[u16], [1, 2, 3], [1, 3], [("$[1]", "removed", 2, None)], id="removed"),
        pytest.param(list[u16], [1, 3], [1, 2, 3], [("$[1]", "added", None, 2)], id="added"),
        pytest.param(
            list[Inner],
            [Inner(1, 1), Inner(2, 2), Inner(3, 3)],
            [Inner(0, 0), Inner(1, 1), Inner(2, 9), Inner(3, 3)],
            [("$[0]", "added", None, {"x": 0, "y": 0}), ("$[1].y", "changed", 2, 9)],
            id="structs",
        ),
        pytest.param(
            BTreeSet[u8],
            PairSet([1, 2]),
            PairSet([2, 3]),
            [("$[0]", "removed", 1, None), ("$[1]", "added", None, 3)],
            id="set",
        ),
        pytest.param(
            BTreeMap[u8, u8],
            PairMap({1: 1, 2: 2}),
            PairMap({2: 2, 3: 3}),
            [('$["1"]', "removed", 1, None), ('$["3"]', "added", None, 3)],
            id="map",
        ),
        pytest.param(
            HashMap[tuple[u8], u8],
            PairMap({}),
            PairMap([((1,), 3)]),
            [('$["$map"][0]', "added", None, [[1], 3])],
            id="map by pairs",
        ),
    ],
)
def test_only_one_side(kind: Any, left: Any, right: Any, rows: list[tuple[Any, ...]]):
    assert found(left, right, kind) == rows
    swapped = {"added": "removed", "removed": "added", "changed": "changed"}
    expected = {repr((swapped[action], two, one)) for _, action, one, two in rows}
    assert {repr(row[1:]) for row in found(right, left, kind)} == expected


def test_the_path_in_the_right_value():
    left, right = [Inner(1, 1), Inner(2, 2)], [Inner(0, 0), Inner(1, 1), Inner(2, 3)]
    added, moved = diff_values(left, right, list[Inner])
    assert (added.path, added.right_path) == ("$[0]", None)
    assert (moved.path, moved.right_path) == ("$[1].y", "$[2].y")
    assert [*map(text, report(diff_values(left, right, list[Inner])))] == [
        '$[0]: only in B: {"x":0,"y":0}',
        "$[1].y (B: $[2].y): 2 -> 3",
        "",
        "2 values differ",
    ]


def text(line: Any) -> str:
    return "".join(piece.text for piece in line)


# --- keys -------------------------------------------------------------------------------------------------


@schema
class Device:
    id: str
    slot: u8
    value: u32


@schema
class Config:
    devices: list[Device] = doc("", key="id")
    by_two: tuple[u8, list[Device]] = doc("", key=("id", "slot"))
    by_position: list[Device] = doc("", key=())


def config(*devices: Device) -> Config:
    return Config([*devices], (0, [*devices]), [*devices])


def named(key: str) -> str | None:
    if key == "d":
        raise ValueError(key)
    return f"{key.upper()}!" if len(key) == 1 else None


A, B, C = Device("a", 0, 1), Device("b c", 1, 2), Device("d", 2, 3)


def test_reordered_elements_are_no_difference():
    left, right = config(A, B, C), config(C, A, B)
    difference = diff_values(left, right, Config, ignore=["by_position"])
    assert not difference
    assert difference.reordered == ("$.devices", "$.by_two[1]")
    assert [*map(text, report(difference))] == [
        "no difference",
        "2 sequences have the same elements in another order: devices, by_two[1]",
    ]
    rows = found(left, right, Config, ignore=["by_position"], order=True)
    assert rows == [
        ("$.devices", "reordered", [["a"], ["b c"], ["d"]], [["d"], ["a"], ["b c"]]),
        (
            "$.by_two[1]",
            "reordered",
            [["a", "0"], ["b c", "1"], ["d", "2"]],
            [["d", "2"], ["a", "0"], ["b c", "1"]],
        ),
    ]


def test_elements_by_key():
    other = Device("b c", 1, 9)
    rows = found(config(A, B), config(C, other), Config, ignore=["by_position"])
    shown = {"id": "a", "slot": 0, "value": 1}, {"id": "d", "slot": 2, "value": 3}
    assert rows == [
        ("$.devices[id=a]", "removed", shown[0], None),
        ('$.devices[id="b c"].value', "changed", 2, 9),
        ("$.devices[id=d]", "added", None, shown[1]),
        ("$.by_two[1][id=a,slot=0]", "removed", shown[0], None),
        ('$.by_two[1][id="b c",slot=1].value', "changed", 2, 9),
        ("$.by_two[1][id=d,slot=2]", "added", None, shown[1]),
    ]


def test_elements_by_position():
    rows = found(config(A, B), config(A, C, B), Config, ignore=["devices", "by_two"])
    assert [row[:2] for row in rows] == [
        ("$.by_position[1].id", "changed"),
        ("$.by_position[1].slot", "changed"),
        ("$.by_position[1].value", "changed"),
        ("$.by_position[2]", "added"),
    ]


def test_keys_that_occur_again():
    again = Device("a", 0, 7)
    rows = found(config(A, again), config(again, A, B), Config, ignore=["by_two", "by_position"])
    assert [row[:2] for row in rows] == [
        ("$.devices[0].value", "changed"),
        ("$.devices[1].value", "changed"),
        ('$.devices[id="b c"]', "added"),
    ]


def test_a_key_in_variants_and_inside():
    @schema
    class Nested:
        shapes: list[Shape] = doc("", key="radius")
        deep: list[tuple[u8, list[Wrapper]]] = doc("", key="inner.x")

    @schema
    class Wrapper:
        inner: Inner
        n: u8

    left = Nested(
        [Circle(1), Circle(2), Nothing()], [(0, [Wrapper(Inner(1, 2), 3), Wrapper(Inner(4, 5), 6)])]
    )
    right = Nested(
        [Circle(2), Nothing(), Circle(1)], [(0, [Wrapper(Inner(4, 5), 7), Wrapper(Inner(1, 2), 3)])]
    )
    assert changed(left, right, Nested) == [("$.deep[0][1][inner.x=4].n", 6, 7)]


def test_a_key_that_is_hexadecimal():
    @schema
    class Register:
        index: Hex[u32]
        value: u64 = doc("", bits=[Bits("ON", 0, ""), Bits("FAST", 3, "", width=2)])

    @schema
    class Registers:
        entries: list[Register] = doc("", key="index")

    left, right = Registers([Register(16, 1), Register(17, 0)]), Registers([Register(17, 9), Register(16, 8)])
    difference = diff_values(left, right, Registers)
    assert [*map(text, report(difference))][:2] == [
        "entries[index=0x10].value: 1 -> 8 (-ON +FAST=0x1)",
        "entries[index=0x11].value: 0 -> 9 (+ON +FAST=0x1)",
    ]


def test_named_elements():
    @schema
    class Bag:
        devices: list[Device] = doc("", key="id", names=f"{__name__}:named")

    difference = diff_values(Bag([A, B]), Bag([B, C, Device("a", 0, 5)]), Bag)
    assert [change.name for change in difference] == ["A!", None]
    assert text(next(report(difference))) == "devices[id=a].value: 1 -> 5 (A!)"

    @schema
    class Unnamed:
        devices: list[Device] = doc("", key="id", names="no_such_module:named")

    with pytest.raises(SchemaError, match="can't import 'no_such_module:named'"):
        diff_values(Unnamed([A]), Unnamed([Device("a", 0, 5)]), Unnamed)


# --- kinds that are shown in another form -----------------------------------------------------------------


@schema
class Registers(CStruct):
    a: u16
    b: u16


@schema
class Cpu:
    regs: Blob[Registers]


def cpu(*raw: int) -> Cpu:
    found: Cpu = decode(len(raw).to_bytes(8, "little") + bytes(raw), Cpu)
    return found


def test_c_structs():
    assert not diff_values(cpu(1, 0, 2, 0), cpu(1, 0, 2, 0), Cpu)
    assert changed(cpu(1, 0, 2, 0), cpu(1, 0, 3, 0), Cpu) == [("$.regs.b", 2, 3)]
    assert found(cpu(1, 0, 2, 0), cpu(1, 0, 2, 0, 9), Cpu) == [
        ('$.regs["$length"]', "added", None, 5),
        ('$.regs["$rest"]', "added", None, "09"),
    ]
    assert found(cpu(1, 0, 2, 0, 7), cpu(1, 0, 3, 0, 9), Cpu) == [
        ('$.regs["$rest"]', "changed", "07", "09"),
        ("$.regs.b", "changed", 2, 3),
    ]
    assert found(cpu(1, 0, 2), cpu(1, 0, 2, 0), Cpu) == [('$.regs["$length"]', "removed", 3, None)]


@schema
class Image:
    width: u8
    height: u8
    pixels: Annotated[list[int], c.Array(this.width * this.height, c.Byte)] = doc("")
    devices: list[Device] = doc("", key="id")


@schema
class Page:
    images: list[Image]


def test_constructs_that_look_at_fields_around_them():
    left, right = (Page([Image(2, 1, [1, third], devices)]) for third, devices in ((2, [A, B]), (3, [B, A])))
    assert changed(left, right, Page) == [("$.images[0].pixels[1]", 2, 3)]
    wider = Page([Image(3, 1, [1, 2, 3], [A, B])])
    assert found(left, wider, Page) == [
        ("$.images[0].width", "changed", 2, 3),
        ("$.images[0].pixels[2]", "added", None, 3),
    ]


def test_types_of_other_releases():
    """Two releases are compared by name: numbers of other widths are the same, other types are a change."""
    from snapformat import SnapshotFormat
    from snapformat.inspect.diff import diff

    @schema(name="State")
    class Old:
        id: u32
        kind: u8
        gone: str
        inner: Inner
        addr: u64

    @schema(name="State")
    class New:
        id: u64
        kind: Mode
        inner: Option[Inner]
        addr: Hex[u64]
        come: list[u8]

    old = SnapshotFormat(name="old", magic=1, version="1.0.0", payload=Old)
    new = SnapshotFormat(name="new", magic=1, version="2.0.0", payload=New)
    difference = diff(old.new(Old(5, 1, "x", Inner(1, 2), 16)), new.new(New(5, Mode.A, Inner(1, 3), 16, [1])))
    assert [(each.path, each.action.value, each.left, each.right) for each in difference] == [
        ("$header.version", "changed", "1.0.0", "2.0.0"),
        ("$.kind", "changed", 1, "A"),
        ("$.gone", "removed", "x", None),
        ("$.inner.y", "changed", 2, 3),
        ("$.come", "added", None, [1]),
    ]
    assert [*map(text, report(difference))][-2:] == [
        "4 values differ in 4 parts: kind 1, gone 1, inner 1, come 1",
        "1 in the header",
    ]


# --- many, deep, wrong ------------------------------------------------------------------------------------


@schema
class Link:
    value: u8
    next: Link | None


def chain(length: int, last: int) -> Link:
    found = Link(last, None)
    for _ in range(length - 1):
        found = Link(0, found)
    return found


def test_deep_values():
    deep, path = 500, "$" + 499 * ".next"
    assert changed(chain(deep, 1), chain(deep, 2), Link) == [(f"{path}.value", 1, 2)]


class Number(enum.IntEnum):
    ONE = 1


class Text(str):
    pass


def test_values_of_subclasses_are_the_same():
    assert not diff_values([Inner(1, 2)], [Inner(Number.ONE, 2)], list[Inner])
    assert not diff_values([1, 2], [Number.ONE, np.uint32(2)], list[u32])
    assert not diff_values({"a": 1}, {Text("a"): np.uint8(1)}, HashMap[str, u8])
    assert not diff_values(Device("a", 1, 2), Device(Text("a"), np.uint8(1), np.int64(2)), Device)
    assert changed([1.0], [np.float32(1.5)], list[f32]) == [("$[0]", 1.0, 1.5)]


def test_values_that_are_too_deep_are_refused():
    with pytest.raises(EncodeError, match="nested too deeply"):
        diff_values(chain(2000, 1), chain(2000, 2), Link)
    left, right = Link(1, None), Link(1, None)
    left.next, right.next = left, right
    with pytest.raises(EncodeError, match="nested too deeply, or in a circle"):
        diff_values(left, right, Link)


@pytest.mark.parametrize(
    ("kind", "wrong", "path"),
    [
        (Inner, Inner("a", 2), "$.x"),  # type: ignore[arg-type]
        (Inner, 5, "$"),
        (list[Inner], 5, "$"),
        (list[Inner], [Inner(1, 2), None], "$[1]"),
        (Shape, Inner(1, 2), "$"),
        (HashSet[u8], 5, "$"),
        (HashMap[u8, u8], 5, "$"),
        (list[u8], [300], "$[0]"),
    ],
)
def test_values_that_do_not_fit(kind: Any, wrong: Any, path: str):
    right: Any = {Inner: Inner(1, 2), Shape: Circle(1)}.get(kind, [])
    right = {HashSet[u8]: PairSet(), HashMap[u8, u8]: PairMap()}.get(kind, right)
    for sides in ((wrong, right), (right, wrong)):
        with pytest.raises(EncodeError) as caught:
            diff_values(*sides, kind)
        assert caught.value.path == path


def test_many_numbers_that_differ():
    """Neighbours are one change then: a million changes would be no report."""
    many = 100_000
    (change,) = diff_values([0] * many, [1] * many, list[u32])
    assert change.path == f"$[0:{many}]"
    changes = diff_values([0] * many, [n % 2 for n in range(many)], list[u32])
    assert [each.path for each in changes] == [f"$[1:{many}]"]
    assert [each.path for each in diff_values(bytes(many), bytes(many - 1) + b"\1", bytes)] == [
        f"$[{many - 1}]"
    ]
    assert len(diff_values([0] * 999, [1] * 999, list[u32])) == 999


def test_long_texts_are_shown_where_they_differ():
    left, right = "console=ttyS0 " * 20 + "pci=off", "console=ttyS0 " * 20 + "pci=on"
    line, *_ = report(diff_values(left, right, str))
    assert text(line) == '$: ...sole=ttyS0 pci=off" -> ...sole=ttyS0 pci=on"'
    line, *_ = report(diff_values(bytes(100), bytes(50), bytes))
    assert text(line) == f"$[50:100]: only in A: {'00 ' * 16}... (50 bytes)"


def test_many_elements_are_counted():
    changes = diff_values(list(range(100)), list(range(1, 101)), list[u32])
    lines = [*map(text, report(changes))]
    assert lines[:2] == ["$[0]: 0 -> 1", "$[1]: 1 -> 2"]
    assert lines[8:] == ["... and 92 more in $", "", "100 values differ"]
    assert len([*report(changes, full=True)]) == 102


# --- what is left out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ignore", "left_out"),
    [
        ("devices", True),
        ("$.devices", True),
        ("$", True),
        ("devices[*].value", True),
        ("devices[id=a]", True),
        ("devices[0].value", True),
        ("devices[-1].value", True),
        ("$..value", True),
        ("devices[1]", True),
        ("devices[*].slot", False),
        ("by_two", False),
    ],
)
def test_ignored(ignore: str, left_out: bool):
    left, right = Config([A, B], (0, []), []), Config([B, Device("a", 0, 2)], (0, []), [])
    assert bool(diff_values(left, right, Config, ignore=[ignore])) is not left_out


def test_ignored_elements_of_one_side():
    left, right = Config([A], (0, []), []), Config([B, C], (0, []), [])
    rows = found(left, right, Config, ignore=["devices[id=a]", "devices[id=d]"])
    assert [row[0] for row in rows] == ['$.devices[id="b c"]']
    with pytest.raises(PathError, match=r"not a path"):
        diff_values(left, right, Config, ignore=["devices["])
    with pytest.raises(PathError, match=r"has no \$header"):
        diff_values(left, right, Config, ignore=["$header"])
