"""Values: the machine, generated Python and the reference agree; code of users can't break the machine."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from contextlib import suppress
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codec.agreement import guarded, identical, verdict, write_agrees
from codec.strategies import annotations, damaged, encodings, values_of
from codec.test_random_types import agreement
from presets.test_properties import layout, presets
from snapformat import DecodeError, EncodeError, decode, encode, schema
from snapformat.bincode import (
    Blob,
    BTreeMap,
    CStruct,
    HashMap,
    Len,
    NonZeroU8,
    Option,
    Vec,
    Via,
    f32,
    f64,
    u8,
    u16,
    u32,
    u64,
)
from snapformat.encodings.bincode.codec.claims import Claims
from snapformat.encodings.bincode.codec.machine import Program, program_of
from snapformat.encodings.bincode.codec.read_helpers import GuardError
from snapformat.encodings.bincode.codec.read_source import generate_reader
from snapformat.encodings.bincode.codec.write_source import generate_writer
from snapformat.encodings.bincode.ops import Op
from snapformat.layout import layout_of
from snapformat.layout import read as reference_read
from snapformat.layout import write as reference_write

try:
    import _testcapi
except ImportError:  # a Python without its own tests
    _testcapi = None


def programs(node: Op) -> tuple[Program, Program]:
    reading, writing = program_of(node, reading=True), program_of(node, reading=False)
    assert reading is not None
    assert writing is not None
    return reading, writing


@settings(agreement, max_examples=300)
@given(annotation=annotations, encoding=st.one_of(encodings, presets), data=st.data())
def test_three_executors(annotation: Any, encoding: Any, data: st.DataObject) -> None:
    """Each alone, without falling back: the same value, end, claims and bytes, and the same refusals."""
    node = layout(annotation, encoding)
    reading, writing = (program_of(node, reading=each) for each in (True, False))
    if reading is None or writing is None:
        return  # nothing of it is the machine's
    read = generate_reader(node).compile("read", "read")["read"]
    write = generate_writer(node).compile("write", "write")["write"]
    value = data.draw(values_of(node))
    written = reference_write(node, value)
    assert writing.code.write(value) == write(value) == written
    for each in (written, *(data.draw(damaged(written)) for _ in range(6))):
        found: list[tuple[str, Any]] = []
        for one in (reading.code.read, read):
            claims = Claims(1 << 20, len(each))
            outcome = guarded(lambda one=one, claims=claims: one(each, 0, len(each), 0, claims))  # noqa: B023
            found.append((outcome[0], (outcome[1], claims.claimed) if outcome[0] == "gives" else None))
        said, expected = verdict(lambda: reference_read(node, each))  # noqa: B023
        assert found[0][0] == found[1][0] == said
        assert identical(found[0][1], found[1][1])
        assert said == "raises" or identical(found[0][1][0], expected)
        if reading.can_skip:
            ended = guarded(lambda: reading.code.skip(each, 0, len(each), 0, Claims(1 << 20)))  # noqa: B023
            assert said == "raises" or ended == ("gives", expected[1])
        if reading.can_check:
            ended = guarded(lambda: reading.code.check(each, 0, len(each), 0, Claims(1 << 20)))  # noqa: B023
            assert ended[0] == "raises" or (said, ended[1]) == ("gives", expected[1])
            assert said == "raises" or ended[0] == "gives"


class Shrinks:
    """An integer that changes the list it is in."""

    def __init__(self, values: list[Any], change: Any) -> None:
        self.values = values
        self.change = change

    def __index__(self) -> int:
        self.change(self.values)
        return 1


CHANGES: dict[str, Any] = {
    "cleared": lambda values: values.clear(),
    "shorter": lambda values: values.__delitem__(slice(2, None)),
    "longer": lambda values: values.append(3),
    "others": lambda values: values.__setitem__(slice(None), [2] * len(values)),
}


@pytest.mark.parametrize("item", [u8, u32, u64, f32, f64, Option[u8]], ids=str)
@pytest.mark.parametrize("change", CHANGES)
def test_a_list_that_changes_while_it_is_written(item: Any, change: str) -> None:
    values: list[Any] = [0] * 5000
    values[1] = Shrinks(values, CHANGES[change])
    with suppress(EncodeError, RuntimeError):
        encode(values, Vec[item])
    for count in (3, 5000):
        values[:] = [0] * count
        values[1] = Shrinks(values, CHANGES[change])
        with suppress(EncodeError, RuntimeError):
            encode(values, Annotated[list[item], Len(count)])


@schema
class Point:
    """Two numbers."""

    x: u8
    y: u64


@schema
class Registers(CStruct):
    """A structure in C."""

    number: u64


@schema
class Other:
    """Of other fields."""

    name: str


class Turns:
    """An integer that gives its owner another class, or takes a field from it."""

    def __init__(self, owner: Any, act: Any) -> None:
        self.owner = owner
        self.act = act

    def __index__(self) -> int:
        self.act(self.owner)
        return 1


@schema
class Twin:
    """Slots as those of `Point`."""

    x: u8
    y: u64


def test_a_struct_that_changes_while_it_is_written() -> None:
    point = Point(1, 2)
    point.x = Turns(point, lambda owner: owner.__delattr__("y"))  # type: ignore[assignment]
    with pytest.raises(EncodeError):
        encode(point, Point)
    point = Point(1, 2)

    def turn(owner: Any) -> None:
        owner.__class__ = Twin

    point.x = Turns(point, turn)  # type: ignore[assignment]
    assert encode([point], Vec[Point])[8:] == b"\1\2" + bytes(7)


def test_code_that_raises() -> None:
    class Interrupts:
        def __index__(self) -> int:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode([1, Interrupts()], Vec[u8])
    with pytest.raises(KeyboardInterrupt):
        encode(Point(1, Interrupts()), Point)  # type: ignore[arg-type]


def test_code_that_comes_again() -> None:
    """Conversions that read and write themselves, and collect garbage meanwhile."""
    calls = 0

    def again(value: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls < 12:
            gc.collect()
            assert encode(decode(data, kind), kind) == data
        return value

    kind = Vec[tuple[u8, Annotated[int, Via(u16, decode=again, encode=again)], str, Option[Vec[u8]]]]
    values = [(1, 2, "a", [1]), (3, 4, "b", None)]
    plain = Vec[tuple[u8, u16, str, Option[Vec[u8]]]]
    data = encode(values, plain)
    assert decode(data, kind) == values


def test_code_that_looks_at_all_objects() -> None:
    """What is half made can be found by the collector's list, and must be whole enough to look at."""
    seen = 0

    def look(value: Any) -> Any:
        nonlocal seen
        for each in gc.get_objects():
            if type(each) in (list, tuple, Point):
                seen += len(repr(each)) if type(each) is Point else len(each)
        return value

    kind = Vec[tuple[Point, Annotated[int, Via(u16, decode=look, encode=look)], Vec[Vec[u8]]]]
    values = [(Point(1, 2), 2, [[1], []])] * 3
    assert decode(encode(values, kind), kind) == values
    assert seen


def test_objects_that_are_let_go_while_they_are_read() -> None:
    """A refusal frees what was made so far, in whose classes code of users may be."""
    gone: list[int] = []

    @schema
    class Ends:
        x: u8
        y: bool

        def __del__(self) -> None:
            gone.append(len(gc.get_objects()))

    data = encode([Ends(1, True)] * 5, Vec[Ends])
    gone.clear()
    with pytest.raises(DecodeError):
        decode(data[:-1] + b"\2", Vec[Ends])
    assert gone


def test_memory_of_a_write() -> None:
    kind = BTreeMap[str, Vec[u64]]
    value = {str(number): list(range(number % 50)) for number in range(2000)}
    encode(value, kind)
    tracemalloc.start()
    try:
        size = len(encode(value, kind))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2.5 * size + (2000 * 100)  # and the sorted entries


if _testcapi is not None:

    @pytest.mark.parametrize("name", ["read", "write"])
    def test_allocations_that_fail(name: str) -> None:
        """Each allocation in turn: nothing breaks, and the next call works."""

        @schema
        class Row:
            name: str
            maybe: Option[u64]
            values: Vec[u64]
            pairs: BTreeMap[str, tuple[u64, Option[str]]]
            point: Point
            real: f64

        node = layout_of(Vec[Row])
        reading, writing = programs(node)
        pairs = {"k" * 20: (1 << 62, "ü"), "a": (5, None)}
        row = Row("ä" * 300, 1 << 60, [1 << 40] * 5, pairs, Point(1, 1 << 50), 0.5)
        value = [row, row]
        data = encode(value, Vec[Row])
        limit = len(data)
        refused = 0
        for first in range(400):
            claims = Claims(1 << 20)
            _testcapi.set_nomemory(first, first + 1)
            try:
                try:
                    if name == "read":
                        found = reading.code.read(data, 0, limit, 0, claims)
                    else:
                        found = writing.code.write(value)
                finally:
                    _testcapi.remove_mem_hooks()
            except (MemoryError, GuardError):
                refused += 1
                continue
            if name == "read":
                assert found == (value, limit)
            else:
                assert found == data
        assert refused > 3
        assert write_agrees(node, value) == data


def test_values_of_keys_without_bytes_are_checked() -> None:
    node = layout_of(HashMap[tuple[()], NonZeroU8])
    reading, _ = programs(node)
    data = (1).to_bytes(8, "little")
    assert reading.code.check(data + b"\1", 0, 9, 0, Claims(1 << 20)) == 9
    with pytest.raises(GuardError):
        reading.code.check(data + b"\0", 0, 9, 0, Claims(1 << 20))


@pytest.mark.parametrize("count", [3, 20_000])
def test_the_collector_sees_values_when_they_are_whole(count: int) -> None:
    @schema
    class Row:
        point: Point
        maybe: Option[Vec[u64]]
        pair: tuple[u8, Vec[Vec[u8]]]
        seen: Annotated[list[int], Via(Vec[u8], decode=list, encode=list)]
        table: BTreeMap[str, Vec[Point]]
        blob: Blob[Registers]

    made = [Row(Point(1, 2), [3], (4, [[5]]), [6], {"a": [Point(7, 8)]}, Registers(1))]
    kind = Vec[Row]
    data = encode(made * count, kind)
    reading, _ = programs(layout_of(kind))
    young: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            young.append(len(gc.get_objects(0)))

    gc.collect()
    gc.callbacks.append(note)
    try:
        rows, _ = reading.code.read(data, 0, len(data), 0, Claims(1 << 20))
    finally:
        gc.callbacks.remove(note)
    # From 3.12 on, none begins before the call has ended.
    assert sys.version_info >= (3, 12) or count == 3 or len(young) > 9
    assert all(each < 20_000 for each in young[:-1])
    assert rows == made * count
    everything = [rows, *rows]
    for row in rows:
        everything += [row.point, row.maybe, row.pair, row.pair[1], row.pair[1][0], row.seen, row.blob]
        everything += [row.table["a"], row.table["a"][0]]
    assert all(map(gc.is_tracked, everything))
