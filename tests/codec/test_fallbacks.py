"""What is left to the reference: nothing that is valid, but for the few cases listed here."""

from __future__ import annotations

import enum
import gc
import math
import struct
import sys
from collections import ChainMap, OrderedDict, UserList, defaultdict, namedtuple
from typing import Annotated, Any

import construct as c
import pytest

from codec.agreement import read_agrees, write_agrees
from codec.shapes import PACKET, Device, Mode, NodeLeaf, Queue
from layout.agreement import below
from snapformat import DecodeError, EncodeError, Limits, decode, encode
from snapformat.bincode import Len, Option, Some, Vec, f32, f64, i64, u8, u16, u32, u64, u128
from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.codec import engine
from snapformat.encodings.bincode.codec.read_helpers import GuardError
from snapformat.encodings.bincode.codec.shape import zero_sized_cost
from snapformat.layout import layout_of
from snapformat.snapshot import SnapshotFormat
from snapformat.snapshot.catalogue import formats
from snapshots import data
from snapshots.data import StateFile


class Number(enum.IntEnum):
    """An int, for Python."""

    SEVEN = 7


class Index:
    """A number, by `__index__`."""

    def __index__(self) -> int:
        return 7


class Text(str):
    """A str, for Python."""


class Data(bytes):
    """A bytes, for Python."""


class Values(list):
    """A list, for Python."""


class Better(Queue):
    """A subclass that is not declared itself."""


Two = namedtuple("Two", "a b")
NAN = struct.unpack("<d", ((0x7FF4 << 48) + (5 << 29)).to_bytes(8, "little"))[0]
POINT = c.Struct("a" / c.Int8ub, "b" / c.Int8ub)

TAKEN = {
    "IntEnum": (Number.SEVEN, u64),
    "__index__": (Index(), u8),
    "__index__, 128 bits": (Index(), u128),
    "__index__ among others": ([1, Index()], Vec[u16]),
    "IntEnum among others": ([1, Number.SEVEN], Vec[u32]),
    "IntEnum in a short array": ([1, Number.SEVEN], Annotated[list[u32], Len(2)]),
    "IntEnum in bytes": ([1, Number.SEVEN], Vec[u8]),
    "an int for a float": (7, f64),
    "an int for an f32": (7, f32),
    "an int among floats": ([1.5, 7], Vec[f64]),
    "an int among f32": ([1.5, 7], Vec[f32]),
    "NaN with a payload, f32": (NAN, f32),
    "NaN with a payload, f64": (NAN, f64),
    "NaN among f32": ([1.5, NAN, math.inf], Vec[f32]),
    "str subclass": (Text("abc"), str),
    "bytes subclass": (Data(b"abc"), bytes),
    "bytearray": (bytearray(b"abc"), bytes),
    "memoryview of numbers among bytes": ([memoryview(b"abcdabcd").cast("I"), b"xy"], Vec[bytes]),
    "bytes of different lengths": ([b"ab", b"abc"], Vec[bytes]),
    "memoryview": (memoryview(b"abc"), bytes),
    "list subclass": (Values([1, 2]), Vec[u8]),
    "list subclass of structs": (Values([Queue(1, True, 2)]), Vec[Queue]),
    "tuple for a list": ((1, 2), Vec[u16]),
    "list for a tuple": ([1, 2], tuple[u8, u8]),
    "namedtuple": (Two(1, 2), tuple[u8, u8]),
    "subclass of a struct": (Better(1, True, 2), Queue),
    "wrapped option": (Some(None), Option[Option[u8]]),
    "dict": ({"a": 1, "b": 2}, POINT),
    "OrderedDict": (OrderedDict(a=1, b=2), POINT),
    "ChainMap": (ChainMap({"a": 1}, {"b": 2}), POINT),
    "container": (c.Container(a=1, b=2), POINT),
    "ListContainer": (c.ListContainer([1, 2]), c.PrefixedArray(c.Int8ub, c.Int8ub)),
    "what construct alone has read": (POINT.parse(b"\1\2"), POINT),
    "constants that are left out": ({"kind": "end", "body": b"", "extra": None}, PACKET),
}


@pytest.mark.parametrize("name", TAKEN)
def test_taken_without_the_reference(name: str) -> None:
    value, declared = TAKEN[name]
    written = write_agrees(layout_of(declared), value)
    assert written is not None
    assert read_agrees(layout_of(declared), written) is not None


REFUSED = {
    "bool for an integer": (True, u8),
    "bool for a float": (True, f64),
    "bool among integers": ([1, True], Vec[u64]),
    "bool among floats": ([1.0, True], Vec[f64]),
    "bool among f32": ([1.0, True], Vec[f32]),
    "bool for a label": (True, c.Enum(c.Int8ub, a=1)),
    "float for a label": (1.5, c.Enum(c.Int8ub, a=1)),
    "bool for a half float": (True, c.Float16l),
    "integer for a bool": (1, bool),
    "integer among bools": ([True, 1], Vec[bool]),
    "float for an integer": (1.0, u8),
    "f32 beyond its range": (1e39, f32),
    "integer beyond doubles": (1 << 2000, f64),
    "list by another name": (UserList([1]), Vec[u8]),
    "an equal value of another enum": (Number.SEVEN, Mode),
    "an index for a variant": (1, Mode),
    "a variant of another enum": (NodeLeaf(1), Device),
    "what makes up missing fields": (defaultdict(int), POINT),
    "a mapping of no fields": (5, c.Struct()),
    "anything where all is padding": ("x", c.Struct(c.Padding(2))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_the_reference_s_error(name: str) -> None:
    value, declared = REFUSED[name]
    before = engine.statistics.write_fallbacks
    assert write_agrees(layout_of(declared), value) is None
    assert engine.statistics.write_fallbacks == before, "a refusal is no fallback"


def test_numpy() -> None:
    numpy = pytest.importorskip("numpy")
    for value, declared in [(numpy.uint16(7), u16), (numpy.float64(1.5), f64), ([numpy.int8(-1)], Vec[i64])]:
        assert write_agrees(layout_of(declared), value) is not None
    for value, declared in [(numpy.bool_(True), u8), (numpy.float32(1.5), u8)]:
        assert write_agrees(layout_of(declared), value) is None


def test_other_limits_are_the_reference_s() -> None:
    """Bounds other than the usual ones are kept by the reference alone."""
    before = (engine.statistics.read_fallbacks, engine.statistics.write_fallbacks)
    limits = Limits(depth=1)
    assert decode(encode([1], Vec[u8], limits=limits), Vec[u8], limits=limits) == [1]
    assert (engine.statistics.read_fallbacks, engine.statistics.write_fallbacks) == before


def test_what_a_guard_stopped_is_let_go() -> None:
    """A failure keeps nothing alive: neither the bytes nor the half-made value."""
    node = layout_of(Option[bytes])
    data = b"\2" + bytes(100)
    before = sys.getrefcount(data)
    for _ in range(3):
        with pytest.raises(DecodeError):
            engine.read_value(node, data)
    gc.collect()
    assert sys.getrefcount(data) == before


def test_fallbacks_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    node = layout_of(Vec[i64])

    def give_up(*_: Any) -> Any:
        raise ZeroDivisionError

    assert engine.reader_of(node) is not None
    assert engine.writer_of(node) is not None
    monkeypatch.setattr(node.codec, "reader", give_up)
    monkeypatch.setattr(node.codec, "writer", give_up)
    before = (engine.statistics.read_fallbacks, engine.statistics.write_fallbacks)
    assert engine.read_value(node, engine.write_value(node, [-1])) == ([-1], 16)
    after = (engine.statistics.read_fallbacks, engine.statistics.write_fallbacks)
    assert after == (before[0] + 1, before[1] + 1)
    with pytest.raises(EncodeError):
        engine.write_value(node, [True])
    assert engine.statistics.write_fallbacks == after[1]


# --- zero-sized elements, which only an claims bounds ------------------------------------------------

HOLLOW = {
    "arrays of nothing in a list": (
        Vec[Annotated[list[tuple[()]], Len(1000)]],
        (16_760).to_bytes(8, "little"),
    ),
    "arrays of nothing in an array": (Annotated[list[Annotated[list[tuple[()]], Len(5000)]], Len(3355)], b""),
    "a computed number of nothing": (
        c.Struct("n" / c.Int32ub, "a" / c.Array(c.this.n, c.Pass)),
        (1 << 24).to_bytes(4, "big"),
    ),
}


@pytest.mark.parametrize("name", HOLLOW)
def test_elements_without_bytes_are_counted(name: str) -> None:
    """At the edge of what is allowed, and beyond it; counted with a small bound, so that it is quick."""
    declared, data = HOLLOW[name]
    node = layout_of(declared)
    reader = engine.reader_of(node)
    assert reader is not None
    claims = engine.Claims(500)
    with pytest.raises(GuardError):
        reader(data, 0, len(data), 0, claims)


def test_elements_that_may_be_without_bytes() -> None:
    item = c.Struct("v" / c.If(c.this._.n == 0, c.Int8ub))
    node = layout_of(c.Struct("n" / c.Int8ub, "a" / c.Array(c.this.n, item)))
    reader = engine.reader_of(node)
    assert reader is not None
    cost = zero_sized_cost(node.fields[1].op.item)  # type: ignore[attr-defined]
    claims = engine.Claims(7 * cost)
    assert len(reader(b"\7", 0, 1, 0, claims)[0].a) == 7
    assert claims.zero_sized == 0
    with pytest.raises(GuardError):
        reader(b"\x08", 0, 1, 0, engine.Claims(7 * cost))


# --- shipped schemas ----------------------------------------------------------------------------------

FORMATS = [each for each in formats().values() if not each.is_message]


@pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.name)
def test_shipped_schemas_are_generated(format_: SnapshotFormat) -> None:
    before = engine.statistics.not_generated
    for node in (format_.header_layout, format_.payload_layout):
        assert engine.reader_of(node) is not None
        assert engine.writer_of(node) is not None
        assert not [part for part in below(node) if isinstance(part, ops.Run)]
    assert engine.statistics.not_generated == before


@data.each(data.state_files())
def test_real_files_need_no_reference(file: StateFile) -> None:
    before = (engine.statistics.read_fallbacks, engine.statistics.write_fallbacks)
    loaded = file.format.load(file.bytes, strict=True)
    assert loaded.to_bytes() == file.bytes
    assert (engine.statistics.read_fallbacks, engine.statistics.write_fallbacks) == before


@data.each(data.state_files())
def test_real_files_give_what_the_reference_gives(file: StateFile) -> None:
    node = file.format.payload_layout
    found = read_agrees(node, file.bytes, file.header_end)
    assert found is not None
    assert found[1] == len(file.bytes) - 8
    assert write_agrees(node, found[0]) == file.bytes[file.header_end : -8]
