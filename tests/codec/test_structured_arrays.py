"""Fixed-width records as structured arrays of numpy: views of the bytes, and arrays that are written."""

from __future__ import annotations

import copy
import pickle
import struct
from contextlib import nullcontext
from typing import Annotated, Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codec.agreement import assert_same, identical, verdict
from codec.strategies import Color, Unknown, struct_of, values_of
from codec.test_random_types import agreement
from snapformat import DecodeError, EncodeError, Encoding, decode, decoder, encode, schema, validate
from snapformat import bincode as bc
from snapformat.bincode import FixedBytes, Len, NonZeroU16, Option, Vec, Via, f32, f64, i8, u8, u32, u64
from snapformat.encodings.bincode.codec import engine
from snapformat.layout import layout_of
from snapformat.layout import write as reference_write
from snapformat.limits import Limits
from snapformat.values import from_json, to_json

numpy = pytest.importorskip("numpy")

BIG = Encoding(byteorder="big")
VARIABLE = Encoding(integers="variable")


@schema
class Point:
    """Inside."""

    x: i8
    is_set: bool


@schema
class Row:
    """All that a record may have."""

    id: u32
    ready: bool
    color: Color
    hash: FixedBytes[5]
    point: Point
    points: Annotated[list[Point], Len(2)]
    pair: tuple[u8, f64]
    count: NonZeroU16
    ratio: f32


@schema
class Table:
    """Holds records where lazy reading comes by."""

    few: Annotated[list[Point], Len(64)]
    many: Annotated[list[Point], Len(65)]
    rows: Vec[Row]
    maybe: Option[Vec[Point]]


def row(number: int) -> Row:
    inner = Point(-number, number % 2 == 0)
    color = [*Color][number % 3]
    pair = (number, number / 4)
    return Row(number, number % 3 == 0, color, b"\0a\0\0" + bytes([number]), inner, [inner] * 2, pair, 7, 0.5)


ROWS = [row(number) for number in range(40)]
#: A NaN that signals, which the processor's own conversion changes.
SIGNALLING = 0x7F800001


def table() -> Table:
    points = [Point(number, True) for number in range(65)]
    return Table(points[:64], points, ROWS, points[:3])


def as_array(value: Any, kind: Any, encoding: Encoding = BIG) -> Any:
    """A list of records as an array that can be changed."""
    found = decode(encode(value, kind, encoding), kind, encoding, lazy=True, arrays="numpy")
    assert isinstance(found, numpy.ndarray)
    return found.copy()


def verdicts(value: Any, kind: Any, encoding: Encoding) -> tuple[Any, Any]:
    """Write a value, without a fallback, and by the reference; return both verdicts."""
    node = layout_of(kind, encoding)
    before = engine.statistics.write_fallbacks
    found = verdict(lambda: encode(value, kind, encoding))
    assert engine.statistics.write_fallbacks == before
    return found, verdict(lambda: bytes(reference_write(node, value)))


@pytest.mark.parametrize("encoding", [Encoding(), BIG])
def test_views(encoding: Encoding) -> None:
    data = encode(ROWS, Vec[Row], encoding)
    order = "<" if encoding == Encoding() else ">"
    point = [("x", "i1"), ("is_set", "?")]
    expected = numpy.dtype(
        [
            ("id", f"{order}u4"),
            ("ready", "?"),
            ("color", f"{order}u4"),
            ("hash", "u1", 5),
            ("point", point),
            ("points", point, 2),
            ("pair", [("f0", "u1"), ("f1", f"{order}f8")]),
            ("count", f"{order}u2"),
            ("ratio", f"{order}f4"),
        ]
    )
    for found in (
        decode(data, Vec[Row], encoding, lazy=True, arrays="numpy"),
        decoder(Vec[Row], encoding, lazy=True, arrays="numpy")(data),
    ):
        assert found.dtype == expected
        assert numpy.shares_memory(found, numpy.frombuffer(data, "u1"))
        assert not found.flags.writeable
        assert found["id"].tolist() == [each.id for each in ROWS]
        assert found["ready"].tolist() == [each.ready for each in ROWS]
        assert [[*Color][index] for index in found["color"]] == [each.color for each in ROWS]
        assert [each.tobytes() for each in found["hash"]] == [each.hash for each in ROWS]
        assert found["points"]["x"].tolist() == [[p.x for p in each.points] for each in ROWS]
        assert encode(found, Vec[Row], encoding) == data


def test_the_type_says_which_are_views() -> None:
    value = table()
    data = encode(value, Table)
    found = decode(data, Table, lazy=True, arrays="numpy")
    assert type(found.few) is list
    assert [type(each) for each in (found.many, found.rows, found.maybe)] == [numpy.ndarray] * 3
    assert encode(found, Table) == data
    validate(found)
    assert encode(found, Table) == data
    assert to_json(found, Table) == to_json(value, Table)
    numbers = decode(data, Table, lazy=True, arrays="memoryview")
    validate(numbers)
    assert numbers == value
    empty = decode(encode([], Vec[Row]), Vec[Row], lazy=True, arrays="numpy")
    assert (type(empty), len(empty), encode(empty, Vec[Row])) == (numpy.ndarray, 0, bytes(8))


@schema
class Checked:
    """With a constructor of its own."""

    x: u32

    def __init__(self, x: int) -> None:
        self.x = x


def others() -> dict[str, Any]:
    """Elements that are no fixed-width records of numpy's types, with values."""
    via = Annotated[int, Via(u8, decode=int, encode=int)]
    return {
        "text": (struct_of("struct", "A", [str]), ["a"]),
        "u128": (struct_of("struct", "B", [bc.u128]), [1]),
        "char": (struct_of("struct", "C", [bc.char]), ["a"]),
        "option": (struct_of("struct", "D", [Option[u8]]), [None]),
        "conversion": (struct_of("struct", "E", [via]), [3]),
        "unit": (struct_of("struct", "F", [u8, bc.Unit]), [1, ()]),
        "nothing": (struct_of("struct", "G", []), []),
        "no elements": (struct_of("struct", "H", [u8, Annotated[list[u8], Len(0)]]), [1, []]),
        "other variants": (struct_of("struct", "I", [Unknown]), [Unknown.A]),
        "constructor": (Checked, [1]),
    }


@pytest.mark.parametrize("name", others())
def test_other_elements_are_lists(name: str) -> None:
    cls, fields = others()[name]
    data = encode([cls(*fields)] * 70, Vec[cls])
    found = decode(data, Vec[cls], lazy=True, arrays="numpy")
    assert found == [cls(*fields)] * 70
    with pytest.raises(EncodeError, match="expected list"):
        encode(numpy.zeros(2, "u1,u1"), Vec[cls])


def test_variable_lengths_and_limits() -> None:
    data = encode(ROWS, Vec[Row], VARIABLE)
    assert decode(data, Vec[Row], VARIABLE, lazy=True, arrays="numpy") == ROWS
    assert encode(as_array(ROWS, Vec[Row]), Vec[Row], VARIABLE) == data
    fixed = encode(ROWS, Vec[Row])
    assert decode(fixed, Vec[Row], limits=Limits(depth=5), lazy=True, arrays="numpy") == ROWS
    short = Encoding(limit=len(fixed) - 1)
    for read in (decoder(Vec[Row], short), decoder(Vec[Row], short, lazy=True, arrays="numpy")):
        with pytest.raises(DecodeError, match="limit"):
            read(fixed)
    whole = decoder(Vec[Row], trailing="refuse", lazy=True, arrays="numpy")
    assert len(whole(fixed)) == len(ROWS)
    for bad in (fixed + b"x", fixed[:-1], fixed[:7], b""):
        eager = verdict(lambda bad=bad: decode(bad, Vec[Row], trailing="refuse"))
        assert_same(verdict(lambda bad=bad: whole(bad)), eager)


@pytest.mark.parametrize(
    ("field", "bad", "expected"),
    [
        ("ready", 2, "not a bool: expected 0 or 1, found 2 - at `$[7].ready`"),
        ("color", 3, "at `$[7].color`"),
        ("count", 0, "at `$[7].count`"),
    ],
)
@pytest.mark.parametrize("encoding", [Encoding(), BIG])
def test_damage_is_found_by_column(field: str, bad: int, expected: str, encoding: Encoding) -> None:
    array = as_array(ROWS, Vec[Row], encoding)
    _bytes_of(array[field])[7] = bad
    data = struct.pack("<Q" if encoding == Encoding() else ">Q", len(ROWS)) + array.tobytes()
    eager = verdict(lambda: decode(data, Vec[Row], encoding))
    assert eager[0] == "raises"
    assert expected in eager[1][1]
    assert_same(verdict(lambda: decode(data, Vec[Row], encoding, lazy=True, arrays="numpy")), eager)
    fast, slow = verdicts(array, Vec[Row], encoding)
    assert_same(fast, slow)
    assert fast[0] == "raises"
    assert f"$[7].{field}" in fast[1][1]


def _bytes_of(column: Any) -> Any:
    """A column that takes any byte in place of a bool."""
    return column.view("u1") if column.dtype.kind == "b" else column


def test_damage_in_a_field_that_is_read_later() -> None:
    value = table()
    value.maybe = None
    data = bytearray(encode(value, Table))
    at = len(data) - 1 - len(ROWS) * as_array(ROWS, Vec[Row]).dtype.itemsize
    data[at + 4] = 9
    eager = verdict(lambda: decode(bytes(data), Table))
    assert "$.rows[0].ready" in eager[1][1]
    assert_same(verdict(lambda: decode(bytes(data), Table, lazy=True, arrays="numpy").rows), eager)


def test_arrays_of_other_forms_are_written() -> None:
    """Other byte orders, places and orders of the fields, and steps between the elements."""
    expected = encode(ROWS, Vec[Row])
    little = as_array(ROWS, Vec[Row], Encoding())
    doubled = numpy.repeat(little, 2)
    names = [*reversed(little.dtype.names)]
    padded = numpy.zeros(len(little), [("pad", "u8"), *[(name, little.dtype[name]) for name in names]])
    for name in names:
        padded[name] = little[name]
    for array in (as_array(ROWS, Vec[Row]), doubled[::2], padded[names], little[::-1][::-1]):
        for encoding in (Encoding(), BIG, VARIABLE):
            fast, slow = verdicts(array, Vec[Row], encoding)
            assert fast == slow == ("gives", encode(ROWS, Vec[Row], encoding))
        assert encode(array, Annotated[list[Row], Len(40)]) == expected[8:]
    with pytest.raises(EncodeError, match="40"):
        encode(little, Annotated[list[Row], Len(41)])


def test_arrays_of_other_fields_are_refused() -> None:
    good = as_array([Point(1, True)], Vec[Point])
    bad = [
        numpy.zeros(1, [("x", "i1")]),
        numpy.zeros(1, [("x", "i1"), ("is_set", "?"), ("z", "u1")]),
        numpy.zeros(1, [("x", "i1"), ("other", "?")]),
        numpy.zeros(1, [("x", "u1"), ("is_set", "?")]),
        numpy.zeros(1, [("x", "i2"), ("is_set", "?")]),
        numpy.zeros(1, [("x", "i1"), ("is_set", "u1")]),
        numpy.zeros(1, [("x", "i1", 1), ("is_set", "?")]),
        numpy.zeros(1, [("x", "i1"), ("is_set", object)]),
        good.reshape(1, 1),
        good.reshape(()),
    ]
    for array in bad:
        fast, slow = verdicts(array, Vec[Point], Encoding())
        assert_same(fast, slow)
        assert fast[0] == "raises"
        assert "an array of records {x: i1, is_set: ?}, found an array of [(" in fast[1][1]
    fast, slow = verdicts(numpy.ma.array(good, mask=[(True, False)]), Vec[Point], Encoding())
    assert_same(fast, slow)
    assert "expected list, found numpy.ma" in fast[1][1]
    assert encode(good.view(numpy.recarray), Vec[Point]) == encode([Point(1, True)], Vec[Point])
    with pytest.raises(EncodeError, match="expected Point"):
        encode(list(good), Vec[Point])
    with pytest.raises(EncodeError):
        encode(good, Vec[u8])


def test_floats_keep_their_bits() -> None:
    cls = struct_of("struct", "Floats", [f32, f64])
    bits = struct.pack("<IQ", SIGNALLING, 0x7FF0000000000001)
    data = struct.pack("<Q", 1) + bits
    found = decode(data, Vec[cls], lazy=True, arrays="numpy")
    for encoding in (Encoding(), BIG, VARIABLE):
        fast, slow = verdicts(found, Vec[cls], encoding)
        assert fast == slow
    assert verdicts(found, Vec[cls], Encoding())[0] == ("gives", data)


def test_values_with_arrays() -> None:
    """JSON and copies of an array of records are those of a list, as with numbers."""
    found = decode(encode(table(), Table), Table, lazy=True, arrays="numpy")
    plain = to_json(table(), Table)
    assert to_json(found, Table) == plain
    assert from_json(to_json(found, Table), Table) == table()
    for same in (copy.copy(found), copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert to_json(same, Table) == plain
    assert "array(" in repr(found)
    found.rows = found.rows[:2]
    changed = table()
    changed.rows = ROWS[:2]
    assert encode(found, Table) == encode(changed, Table)


def test_deep_and_wide_records() -> None:
    """numpy is not asked for types without end."""
    deep: Any = u8
    for level in range(20):
        deep = struct_of("newtype", f"Level{level}", [deep])
    wide: Any = struct_of("struct", "Wide", [u8] * 5)
    for level in range(6):
        wide = struct_of("struct", f"Wide{level}", [wide] * 5)
    large = struct_of("struct", "Large", [Annotated[list[u64], Len(1 << 30)]])
    assert type(decode(encode([], Vec[deep]), Vec[deep], lazy=True, arrays="numpy")) is list
    assert type(decode(encode([], Vec[wide]), Vec[wide], lazy=True, arrays="numpy")) is list
    assert type(decode(encode([], Vec[large]), Vec[large], lazy=True, arrays="numpy")) is list


# --- random records ---------------------------------------------------------------------------------------

_LEAVES = [
    *(bc.u8, bc.u16, bc.u32, bc.u64, bc.usize, bc.i8, bc.i16, bc.i32, bc.i64, bc.isize),
    *(bc.NonZeroU8, bc.NonZeroU32, bc.NonZeroI64, f32, f64, bool, Color, FixedBytes[3]),
]
_parts = st.recursive(
    st.sampled_from(_LEAVES),
    lambda inner: st.one_of(
        st.tuples(inner, st.integers(1, 3)).map(lambda p: Annotated[list[p[0]], Len(p[1])]),
        st.lists(inner, min_size=1, max_size=3).map(lambda ts: tuple[tuple(ts)]),
        st.lists(inner, min_size=1, max_size=3).map(lambda ts: struct_of("struct", "Inner", ts)),
    ),
    max_leaves=5,
)
records = st.lists(_parts, min_size=1, max_size=5).map(lambda fields: struct_of("struct", "Record", fields))
orders = st.sampled_from([Encoding(), BIG])


EXECUTORS = pytest.mark.parametrize("by_machine", [True, False])


def chosen(by_machine: bool) -> Any:
    """The executor of new layouts: the default one, or generated Python."""
    return nullcontext() if by_machine else mock.patch.object(engine, "CORE", None)


@EXECUTORS
@agreement
@given(cls=records, encoding=orders, data=st.data())
def test_random_records(by_machine: bool, cls: Any, encoding: Encoding, data: st.DataObject) -> None:
    with chosen(by_machine):
        _check_values(cls, encoding, data)


def _check_values(cls: Any, encoding: Encoding, data: st.DataObject) -> None:
    node = layout_of(Vec[cls], encoding)
    values = data.draw(values_of(node))
    written = encode(values, Vec[cls], encoding)
    values = decode(written, Vec[cls], encoding)  # as they are read: floats are rounded
    found = decode(written, Vec[cls], encoding, lazy=True, arrays="numpy")
    assert isinstance(found, numpy.ndarray)
    assert found.tobytes() == written[8:]
    assert to_json(found, Vec[cls]) == to_json(values, Vec[cls])
    for name in found.dtype.names:
        for number, value in enumerate(values):
            assert _is_same(found[name][number], getattr(value, name))
    for other in (encoding, Encoding(), BIG, VARIABLE):
        fast, slow = verdicts(found, Vec[cls], other)
        assert fast == slow == ("gives", encode(values, Vec[cls], other))


def _is_same(found: Any, value: Any) -> bool:
    """Whether a part of an array is a part of an instance."""
    if isinstance(value, bytes):
        return found.tobytes() == value
    if isinstance(value, list):
        return len(found) == len(value) and all(map(_is_same, found, value))
    if isinstance(value, tuple):
        return all(_is_same(found[f"f{index}"], part) for index, part in enumerate(value))
    if isinstance(value, Color):
        return bool(found == value.value)
    if found.dtype.names is not None:
        return all(_is_same(found[name], getattr(value, name)) for name in found.dtype.names)
    return bool(value != value) if found != found else identical(found.item(), value)


@EXECUTORS
@agreement
@given(cls=records, encoding=orders, data=st.data())
def test_damaged_records(by_machine: bool, cls: Any, encoding: Encoding, data: st.DataObject) -> None:
    """Any bytes in place of records: the same error as without arrays, or all of it."""
    with chosen(by_machine):
        _check_damage(cls, encoding, data)


def _check_damage(cls: Any, encoding: Encoding, data: st.DataObject) -> None:
    size = layout_of(cls, encoding).fixed_size
    assert size is not None
    count = data.draw(st.integers(1, 3))
    junk = data.draw(st.binary(min_size=count * size, max_size=count * size))
    given_bytes = encode(count, u64, encoding) + junk
    eager = verdict(lambda: decode(given_bytes, Vec[cls], encoding))
    found = verdict(lambda: decode(given_bytes, Vec[cls], encoding, lazy=True, arrays="numpy"))
    assert found[0] == eager[0]
    if found[0] == "raises":
        assert_same(found, eager)
        array = numpy.frombuffer(junk, as_array([], Vec[cls], encoding).dtype)
        fast, slow = verdicts(array, Vec[cls], encoding)
        assert_same(fast, slow)
        assert fast[0] == "raises"
    else:
        assert encode(found[1], Vec[cls], encoding) == encode(eager[1], Vec[cls], encoding) == given_bytes
