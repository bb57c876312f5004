"""Fields of many numbers and of C structs: read and written by generated code as by the reference."""

from __future__ import annotations

import copy
import dataclasses
import math
import pickle
import struct
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codec.agreement import assert_same, generated_read, generated_write, read_agrees, verdict, write_agrees
from snapformat import DataEnum, DecodeError, EncodeError, bincode, decode, encode, schema, validate
from snapformat.bincode import Blob, Counted, CStruct, Encoding, Len, Vec, Via, f32, u8, u16, u32, u64
from snapformat.encodings.bincode.codec import engine
from snapformat.layout import layout_of, read


@schema
class Head(CStruct):
    """What counts the entries."""

    n: u32
    pad: u32


@schema
class Entry(CStruct):
    """Six bytes."""

    index: u16
    data: u32


_counted = Counted("n", 4, most=5)
Entries = Annotated[
    tuple[Head, list[Entry]],
    Via(tuple[Blob[Head], list[Blob[Entry]]], decode=_counted, encode=_counted, name="entries"),
]


@schema
class Device:
    """Lists of numbers, short and long, and of C structs."""

    name: str
    numbers: Vec[u32]
    fixed: Annotated[list[u16], Len(100)]
    short: Annotated[list[u16], Len(3)]
    floats: Vec[f32]
    octets: Vec[u8]
    structs: Vec[Blob[Entry]]
    counted: Entries
    chunks: Vec[Entries]
    last: u64


FIELDS = ("fixed", "structs", "counted", "chunks", "numbers", "floats", "octets")
LITTLE = Encoding()
BIG = Encoding(byteorder="big")
NODE = layout_of(Device)


def entries(count: int) -> tuple[Head, list[Entry]]:
    return Head(count, 7), [Entry(i, i * 5) for i in range(count)]


def device(count: int = 80) -> Device:
    return Device(
        "é",
        list(range(count)),
        list(range(100)),
        [1, 2, 3],
        [float(i) for i in range(count)],
        [i % 256 for i in range(count)],
        [Entry(i, i) for i in range(count)],
        entries(2),
        [entries(3), entries(0), entries(5)],
        2**63,
    )


DATA = encode(device(), Device)


def fresh(data: bytes = DATA) -> Device:
    """As generated code reads it."""
    value = generated_read(NODE, data)[0]
    assert isinstance(value, Device)
    return value


def test_fields_are_plain_values() -> None:
    value = fresh()
    for name in FIELDS:
        found = getattr(value, name)
        assert found == getattr(device(), name)
        assert type(found) is (tuple if name == "counted" else list)
        assert vars(Device)[name].__get__(value) is found
    assert value == device()
    assert repr(value) == repr(device())


@pytest.mark.parametrize("name", FIELDS)
def test_bytes_are_written_as_they_were(name: str) -> None:
    value = fresh()
    getattr(value, name)
    before = engine.statistics.write_fallbacks
    assert encode(value, Device) == DATA
    assert engine.statistics.write_fallbacks == before


@pytest.mark.parametrize("name", FIELDS)
def test_changed_ones_are_written(name: str) -> None:
    changed, expected = fresh(), device()
    for value in (changed, expected):
        found = getattr(value, name)
        if name == "counted":
            found[1][1].data = 99
        elif name == "chunks":
            found[0][1].pop()
            found[0][0].n -= 1
        elif name == "structs":
            found[70].index = 8
        else:
            found[70] = 9
    assert encode(changed, Device) == encode(expected, Device) != DATA
    assert changed == expected


@pytest.mark.parametrize("name", FIELDS)
def test_set_and_deleted_without_a_look(name: str) -> None:
    value, other = fresh(), getattr(device(70), name)
    setattr(value, name, other)
    assert getattr(value, name) is other
    assert encode(value, Device) == encode(dataclasses.replace(device(), **{name: other}), Device)
    value = fresh()
    delattr(value, name)
    assert not hasattr(value, name)
    with pytest.raises(EncodeError, match=name):
        encode(value, Device)


def test_wrong_values_are_refused_as_ever() -> None:
    cases: list[tuple[str, Any]] = [("numbers", [True] * 80), ("numbers", "x"), ("fixed", [1])]
    for name, wrong in (*cases, ("structs", [Head(1, 2)])):
        value, expected = fresh(), device()
        setattr(value, name, wrong)
        setattr(expected, name, wrong)
        assert_same(verdict(lambda v=value: encode(v, Device)), verdict(lambda v=expected: encode(v, Device)))
        with pytest.raises(EncodeError):
            encode(value, Device)


def test_another_encoding_writes_the_values() -> None:
    assert encode(fresh(), Device, BIG) == encode(device(), Device, BIG)
    other = encode(device(), Device, BIG)
    value = decode(other, Device, BIG)
    value = decode(other, Device, BIG)  # by generated code
    assert encode(value, Device, BIG) == other
    assert encode(value, Device) == DATA


def test_copies_are_independent() -> None:
    for made in (
        copy.copy(fresh()),
        copy.deepcopy(fresh()),
        pickle.loads(pickle.dumps(fresh())),
        dataclasses.replace(fresh()),
    ):
        assert made == device()
        assert encode(made, Device) == DATA
    value = fresh()
    twin = copy.deepcopy(value)
    twin.numbers[0] = 5
    twin.structs[0].index = 5
    assert value == device()
    assert dataclasses.asdict(fresh())["numbers"] == device().numbers


def test_bytes_beyond_a_struct_and_payloads_of_nan_are_kept() -> None:
    nan = struct.pack("<I", 0x7FC12345)
    at = DATA.index(struct.pack("<3f", 0, 1, 2))
    data = DATA[:at] + nan + DATA[at + 4 :]
    # An entry of 5 bytes, and one of 8.
    two = struct.pack("<Q", 6) + struct.pack("<HI", 1, 1) + struct.pack("<Q", 6) + struct.pack("<HI", 2, 2)
    odd = struct.pack("<Q", 5) + bytes(5) + struct.pack("<Q", 8) + b"\1" * 8
    assert two in data
    data = data.replace(two, odd, 1)
    untouched, touched = fresh(data), fresh(data)
    assert encode(untouched, Device) == data
    assert math.isnan(touched.floats[0])
    assert touched.structs[2].data == 0x01010101
    validate(touched)
    assert encode(touched, Device) == data
    read_agrees(NODE, data)


@pytest.mark.parametrize("count", [0, 1, 4, 6, 2**32 - 1])
def test_a_wrong_count_is_refused_when_it_is_read(count: int) -> None:
    at = DATA.index(struct.pack("<QII", 8, 2, 7)) + 8
    data = DATA[:at] + struct.pack("<I", count) + DATA[at + 4 :]
    assert read_agrees(NODE, data) is None
    for lazy in (False, True):
        with pytest.raises(DecodeError, match="header counts"):
            decode(data, Device, lazy=lazy)


def test_more_than_are_taken() -> None:
    value = device()
    value.counted = entries(5)
    data = encode(value, Device)
    assert read_agrees(NODE, data) is not None
    grown = struct.pack("<QII", 8, 6, 7) + struct.pack("<Q", 6)
    grown += b"".join(struct.pack("<QHI", 6, e.index, e.data) for e in entries(6)[1])
    known = struct.pack("<QII", 8, 5, 7) + struct.pack("<Q", 5)
    known += b"".join(struct.pack("<QHI", 6, e.index, e.data) for e in entries(5)[1])
    data = data.replace(known, grown, 1)
    assert read_agrees(NODE, data) is None
    with pytest.raises(DecodeError, match="at most 5"):
        decode(data, Device)


def test_a_header_shorter_than_its_count() -> None:
    """Missing bytes are zero, so it counts what the bytes that are there say."""
    known = struct.pack("<QII", 8, 2, 7) + struct.pack("<Q", 2)
    data = DATA.replace(known, struct.pack("<Q", 1) + b"\2" + struct.pack("<Q", 2), 1)
    assert read_agrees(NODE, data) is not None
    assert fresh(data).counted[0] == Head(2, 0)
    assert encode(fresh(data), Device) == data


def test_every_damage_has_the_verdict_of_the_reference() -> None:
    for cut in range(0, len(DATA), 13):
        assert read_agrees(NODE, DATA[:cut]) is None
    for at in range(0, len(DATA), 3):
        read_agrees(NODE, DATA[:at] + bytes([DATA[at] ^ (1 << at % 8)]) + DATA[at + 1 :])


@given(st.integers(0, 70), st.integers(55, 75), st.lists(st.integers(0, 5), max_size=3), st.randoms())
def test_any_sizes(structs: int, numbers: int, chunks: list[int], random: Any) -> None:
    value = Device(
        "",
        [random.randrange(2**32) for _ in range(numbers)],
        [random.randrange(2**16) for _ in range(100)],
        [0, 0, 0],
        [random.random() for _ in range(numbers)],
        [random.randrange(256) for _ in range(numbers)],
        [Entry(random.randrange(2**16), i) for i in range(structs)],
        entries(0),
        [entries(count) for count in chunks],
        0,
    )
    data = write_agrees(NODE, value)
    assert data is not None
    found = read_agrees(NODE, data)
    assert found is not None
    kept = generated_read(NODE, data)[0]
    for name in random.sample(Device.__match_args__, 3):
        getattr(kept, name)
    assert generated_write(NODE, kept) == data
    assert kept == read(NODE, data)[0]


def test_lazily_read_ones() -> None:
    @schema
    class Outer:
        """Large enough to be read field by field."""

        first: Device
        second: Device

    data = DATA * 2
    for _ in range(3):
        value = decode(data, Outer, lazy=True)
        value.first.last = 5
        assert value.second.numbers[3] == 3
        changed = encode(value, Outer)
        assert changed == encode(dataclasses.replace(device(), last=5), Device) + DATA
        value.first.structs[3].index = 77
        assert encode(value, Outer) != changed
        validate(value)
        assert type(value.first) is Device
    views = decode(data, Outer, lazy=True, arrays="memoryview")
    assert views.first.numbers.tolist() == device().numbers


def test_a_small_struct_in_a_lazily_read_one() -> None:
    """It is read at once, by generated code, and has parts; what is around it is written piece by piece."""

    @schema
    class Small:
        """Less than what is read lazily."""

        structs: Vec[Blob[Entry]]
        numbers: Annotated[list[u8], Len(70)]
        last: u8

    @schema
    class Large:
        """Read lazily."""

        log: bytes
        small: Small

    value = Large(bytes(5000), Small([Entry(1, 2)], [3] * 70, 4))
    data = encode(value, Large)
    for _ in range(4):
        lazily = decode(data, Large, lazy=True)
        lazily.small.last = 5
        expected = data[:-1] + b"\5"
        assert encode(lazily, Large) == expected
        assert encode(decode(expected, Large, lazy=True).small, Small) == expected[5008:]


def test_fields_of_a_base_class() -> None:
    @schema
    class Base:
        """Has the slot."""

        numbers: Vec[u64]

    @schema
    class Derived(Base):
        """Inherits it."""

        more: Vec[u64]

    value = Derived(list(range(70)), list(range(80)))
    data = encode(value, Derived)
    node = layout_of(Derived)
    found = generated_read(node, data)[0]
    assert generated_write(node, found) == data
    assert found == value

    # A class that declares the field again has no default for it.
    @schema
    class Narrower(Base):
        """By dataclasses' shorter way."""

        numbers: Vec[u32]
        more: u8

    @schema
    class Other(Base):
        """By dataclasses itself, which takes this annotation apart."""

        numbers: Vec[u32]
        more: bincode.u8

    for cls in (Narrower, Other):
        with pytest.raises(TypeError, match="numbers"):
            cls(more=1)  # type: ignore[call-arg]
        narrow = cls(list(range(70)), 1)
        assert generated_read(layout_of(cls), encode(narrow, cls))[0] == narrow

    base = Base([1])
    assert base.numbers == [1]
    assert decode(encode(base, Base), Base) == base


def test_variants() -> None:
    @schema
    class Event(DataEnum):
        """Its variants have lists as structs do."""

    @schema
    class Log(Event):
        """Numbers."""

        numbers: Vec[u16]
        fixed: Annotated[list[u8], Len(65)]

    @schema
    class Chunk(Event):
        """C structs."""

        structs: Vec[Blob[Entry]]

    node = layout_of(Vec[Event])
    values = [Log(list(range(70)), [7] * 65), Chunk([Entry(1, 2)]), Log([1], [2] * 65)]
    data = write_agrees(node, values)
    assert data is not None
    found = generated_read(node, data)[0]
    assert generated_write(node, found) == data
    assert found == values
    assert read_agrees(node, data[:-1]) is None


def test_code_in_front_of_a_slot_is_left_alone() -> None:
    @schema
    class Shown:
        """Has a property of its own where the slot was."""

        numbers: Vec[u64]

    slot: Any = vars(Shown)["numbers"]
    own: Any = property(lambda self: slot.__get__(self), lambda self, value: slot.__set__(self, value))
    Shown.numbers = own
    value = Shown(list(range(70)))
    data = encode(value, Shown)
    for _ in range(3):
        found = decode(data, Shown)
        assert type(slot.__get__(found)) is list
        assert encode(found, Shown) == data
        assert found == value
    assert vars(Shown)["numbers"] is own


def test_reading_changes_no_class() -> None:
    """What a class has in front of a field is there before and after values are read."""

    @schema
    class Numbers:
        """Long, and C structs."""

        numbers: Vec[u64]
        structs: Vec[Blob[Entry]]

    before = {name: vars(Numbers)[name] for name in Numbers.__match_args__}
    data = encode(Numbers(list(range(100)), [Entry(1, 2)]), Numbers)
    for lazy in (False, True, False):
        decode(data, Numbers, lazy=lazy).structs[0].index += 1
        assert {name: vars(Numbers)[name] for name in Numbers.__match_args__} == before


@schema
class Plain:
    """A number and a list."""

    n: u32
    xs: list[u32]


class Overriding(Plain):
    """Has code of its own in front of both."""

    @property  # type: ignore[override]
    def n(self) -> int:
        return 77

    @n.setter
    def n(self, value: int) -> None:
        pass

    @property  # type: ignore[override]
    def xs(self) -> list[int]:
        return [1, 2, 3]

    @xs.setter
    def xs(self, value: list[int]) -> None:
        pass


def test_code_of_a_subclass_in_front_of_a_field() -> None:
    value = Overriding(5, [9])
    for _ in range(3):
        assert encode(value, Plain) == encode(Plain(77, [1, 2, 3]), Plain)
        assert encode([value], list[Plain]) == encode([Plain(77, [1, 2, 3])], list[Plain])
