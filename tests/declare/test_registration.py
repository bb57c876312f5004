"""The three ways to register a type: a Struct under a name, a Struct for a class, a declared class."""

from __future__ import annotations

from typing import Annotated, Any

import construct as c
import pytest
from construct import this

from snapformat import (
    DecodeError,
    EncodeError,
    SchemaError,
    Snapshot,
    SnapshotFormat,
    decode,
    doc,
    encode,
    register,
    schema,
)
from snapformat.bincode import BTreeMap, Encoding, u8, u16, u32
from snapformat.encodings.bincode.encoding import layout_for
from snapformat.layout import layout_of
from snapformat.model.declare.registry import registered
from snapformat.values import from_json, to_json

HEADER = c.Struct("count" / c.Int8ub, "name" / c.PascalString(c.Int8ub, "utf8") * "What it is called")
register("tests/header", HEADER)


class Sample:
    """A class of the user's own, with a constructor that takes the Struct's fields."""

    def __init__(self, rate: int, values: list[int]) -> None:
        self.rate = rate
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sample) and (self.rate, self.values) == (other.rate, other.values)

    __hash__ = None


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a: int, b: bytes) -> None:
        self.a = a
        self.b = b


register(Sample, c.Struct("rate" / c.Int16ub, "values" / c.PrefixedArray(c.Int8ub, c.Int8ub)))
register(Slotted, c.Struct("a" / c.Int8ub, c.Padding(1), "b" / c.Bytes(2)))


@schema
class Recording:
    title: str
    best: Sample = doc("The one that was chosen")
    all: list[Sample]
    by_id: BTreeMap[u8, Sample]
    raw: Annotated[Any, HEADER]


def test_a_struct_under_a_name():
    assert dict(registered())["tests/header"] is HEADER
    assert layout_for("tests/header") is HEADER
    data = b"\2\3abc"
    value = decode(data, "tests/header")
    assert (value.count, value["name"]) == (2, "abc")
    assert encode(value, "tests/header") == encode({"count": 2, "name": "abc"}, "tests/header") == data
    assert layout_of(HEADER).kind.fields[1].doc == "What it is called"


def test_a_snapshot_of_a_registered_name(tmp_path):
    Snapshot.new({"count": 1, "name": "x"}, "tests/header").save(tmp_path / "file")
    assert Snapshot.load(tmp_path / "file", "tests/header").data.name == "x"
    format_ = SnapshotFormat(name="demo", magic=7, version="1.0.0", payload="tests/header")
    assert format_.load(format_.new({"count": 1, "name": "y"}).to_bytes()).data.name == "y"


def test_a_struct_for_a_class():
    data = b"\1\0\2\5\6"
    value = decode(data, Sample)
    assert type(value) is Sample
    assert value == Sample(256, [5, 6])
    assert encode(value, Sample) == data
    slotted = decode(b"\1\0ab", Slotted)
    assert (slotted.a, slotted.b) == (1, b"ab")
    assert encode(slotted, Slotted) == b"\1\0ab"
    with pytest.raises(EncodeError, match="expected Sample, found Slotted"):
        encode(slotted, Sample)


def test_a_registered_class_as_an_annotation():
    value = Recording("t", Sample(1, [2]), [Sample(3, [])], {9: Sample(4, [])}, {"count": 1, "name": "n"})
    data = (
        b"\1\0\0\0\0\0\0\0t"
        + b"\0\1\1\2"
        + b"\1\0\0\0\0\0\0\0\0\3\0"
        + b"\1\0\0\0\0\0\0\0\x09\0\4\0"
        + b"\1\1n"
    )
    assert encode(value, Recording) == data
    loaded = decode(data, Recording)
    assert loaded == value
    assert type(loaded.all[0]) is Sample
    # construct's own classes bring their own encoding.
    variable = Encoding("variable", "big")
    assert encode(value, Recording, variable) == b"\1t\0\1\1\2\1\0\3\0\1\x09\0\4\0\1\1n"
    assert decode(encode(value, Recording, variable), Recording, variable) == value
    struct = Encoding().construct(Recording)
    assert (struct.parse(data), struct.build(value)) == (value, data)
    assert layout_of(Recording).kind.fields[1].doc == "The one that was chosen"


def test_errors_inside_a_registered_struct_say_where():
    value = Recording("t", Sample(1, [2]), [Sample(3, [0, 300])], {}, {"count": 1, "name": "n"})
    with pytest.raises(EncodeError, match="u8 from 0 to 255, found 300") as caught:
        encode(value, Recording)
    assert caught.value.path == "$.all[0].values[1]"
    with pytest.raises(DecodeError) as caught:
        decode(b"\0\0\0\0\0\0\0\0\0\1\5\1", Recording)
    assert (caught.value.path, caught.value.offset) == ("$.best.values", 10)


def test_json_of_registered_structs():
    assert to_json(Sample(1, [2, 3]), Sample) == {"rate": 1, "values": [2, 3]}
    assert from_json({"rate": 1, "values": [2, 3]}, Sample) == Sample(1, [2, 3])
    assert to_json(Slotted(1, b"ab"), Slotted) == {"a": 1, "b": [97, 98]}


def test_a_class_for_a_struct_that_reads_its_context():
    class Packet:
        def __init__(self, size: int, body: bytes) -> None:
            self.size = size
            self.body = body

    register(Packet, c.Struct("size" / c.Int8ub, "body" / c.Bytes(this.size)))
    value = decode(b"\2ab", Packet)
    assert (value.size, value.body) == (2, b"ab")
    assert encode(value, Packet) == b"\2ab"


def test_registering_again():
    register("tests/header", HEADER)
    with pytest.raises(SchemaError, match="the name 'tests/header' is registered for another layout"):
        register("tests/header", c.Struct("a" / c.Int8ub))
    with pytest.raises(SchemaError, match=r"^Sample: the class has a layout already$"):
        register(Sample, HEADER)
    with pytest.raises(SchemaError, match=r"^Recording: the class has a layout already$"):
        register(Recording, HEADER)


def test_what_can_not_be_registered():
    with pytest.raises(SchemaError, match="expected a construct, found <class 'int'>"):
        register("tests/int", int)
    with pytest.raises(SchemaError, match="under a name or for a class, not under 5"):
        register(5, HEADER)
    with pytest.raises(SchemaError, match=r"no layout .* 'tests/none'; known: .*tests/header"):
        decode(b"", "tests/none")


def test_a_type_by_its_place():
    assert layout_for("construct:Int8ub") is c.Int8ub
    missing = SnapshotFormat(name="demo", magic=7, version="1.0.0", payload="nowhere:Thing")
    file = SnapshotFormat(name="demo", magic=7, version="1.0.0", payload=u8).new(1).to_bytes()
    with pytest.raises(SchemaError, match="can't import 'nowhere:Thing': ModuleNotFoundError"):
        missing.load(file)
    assert missing.get_header(file).magic == 7


def test_annotations_that_are_constructs():
    @schema
    class Mixed:
        number: u16
        big: Annotated[int, c.Int16ub]
        flags: Annotated[list[bool], c.Array(2, c.Flag)]

    assert encode(Mixed(1, 2, [True, False]), Mixed) == b"\1\0\0\2\1\0"
    assert decode(b"\1\0\0\2\1\0", Mixed) == Mixed(1, 2, [True, False])
    assert (
        encode([(1, 2)], list[tuple[u32, Annotated[int, c.Int24ub]]]) == b"\1" + bytes(7) + b"\1\0\0\0\0\0\2"
    )
