"""Declared and registered classes inside construct Structs, by their constructs."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import construct as c
import pytest
from construct import len_, this

from codec.agreement import read_agrees, write_agrees
from layout.agreement import opaque, read_both, variations, write_both
from snapformat import (
    DecodeError,
    Encoding,
    SchemaError,
    SnapshotFormat,
    decode,
    doc,
    encode,
    register,
    schema,
)
from snapformat.bincode import Option, u8, u16
from snapformat.docs import describe
from snapformat.layout import layout_of, walk
from snapformat.values import from_json, to_json

FIXED = Encoding()


@schema
class Inner:
    """What is inside."""

    number: u16 = doc("Little-endian, as everything of this encoding")
    body: Annotated[bytes, c.Bytes(this._.size)] = doc("As long as the Struct around says")


OUTER = c.Struct(
    "size" / c.Byte,
    "inner" / FIXED.construct(Inner) * "The class",
    "more" / c.If(this.inner.number > 1, c.Bytes(this.inner.number)),
    "listed" / c.Array(this.size, FIXED.construct(Inner)),
    "maybe" / FIXED.construct(Option[Inner]),
    "chosen" / c.Switch(this.size, {1: FIXED.construct(Inner), 2: c.Int16ub}),
    "deep" / c.Struct("size" / c.Byte, "inner" / FIXED.construct(Inner)),
)
VALUE = {
    "size": 1,
    "inner": Inner(2, b"a"),
    "more": b"xy",
    "listed": [Inner(3, b"b")],
    "maybe": Inner(4, b"c"),
    "chosen": Inner(5, b"d"),
    "deep": {"size": 2, "inner": Inner(6, b"ef")},
}


def _file_agrees(struct: Any, value: Any) -> Any:
    """A file with the value: eagerly, lazily, and by the format's construct; gives the loaded value."""
    form = SnapshotFormat("test", 1, "1.0.0", struct)
    file = form.new(value).to_bytes()
    loaded = [form.load(file, lazy=lazy) for lazy in (False, True)]
    assert loaded[0].data == loaded[1].data == form.struct.parse(file).data
    assert [snapshot.to_bytes() for snapshot in loaded] == [file, file]
    return loaded[0].data


def test_a_declared_class_in_a_struct():
    data = write_both(OUTER, VALUE)
    assert data is not None
    assert write_agrees(layout_of(OUTER), VALUE) == data
    for changed in (data, *variations(data)):
        found = read_both(OUTER, changed)
        assert (read_agrees(layout_of(OUTER), changed) is None) == (found is None)
        if found is not None:
            write_both(OUTER, found[0])
    assert opaque(OUTER) == []
    loaded = _file_agrees(OUTER, VALUE)
    assert loaded.inner == Inner(2, b"a")
    assert from_json(to_json(loaded, OUTER), OUTER) == loaded
    assert to_json(loaded, OUTER)["inner"] == {"number": 2, "body": [97]}


def test_its_documents_and_events():
    document = describe(SnapshotFormat("test", 1, "1.0.0", OUTER))
    row = document.by_label["Data"].fields[1]
    assert (row.name, row.type_text, row.doc) == ("inner", "Inner", "The class")
    assert [field.type_text for field in document.by_label["Inner"].fields] == ["u16", "[u8; this._.size]"]
    events = {event.path for event in walk(layout_of(OUTER), encode(VALUE, OUTER))}
    assert {"$.inner.number", "$.inner.body", "$.listed[0].number", "$.deep.inner.body"} <= events


def test_expressions_see_what_was_built_of_a_class():
    @schema
    class Header:
        count: Annotated[int, c.Rebuild(c.Byte, len_(this._.data))]
        kind: Annotated[int, c.Default(c.Byte, 3)]

    struct = c.Struct(
        "header" / FIXED.construct(Header),
        "data" / c.Bytes(this.header.count),
        "rest" / c.Array(lambda context: context.header.kind, c.Byte),
    )
    value = {"header": Header(99, None), "data": b"ab", "rest": [1, 2, 3]}
    for _ in range(2):
        assert write_both(struct, value) == b"\2\3ab\1\2\3"
    assert value["header"] == Header(99, None)


def test_compiled_constructs_call_the_construct_of_a_class():
    compiled = OUTER.compile()
    data = OUTER.build(VALUE)
    assert compiled.build(VALUE) == data
    for read in (compiled.parse, OUTER.parse, lambda data: decode(data, compiled)):
        assert read(data).inner == Inner(2, b"a")
        assert read(data) == OUTER.parse(data)
    pair = c.Struct("pair" / FIXED.construct(tuple[u8, u16]))
    assert pair.compile().parse(b"\1\2\0").pair == (1, 2)
    chain = FIXED.construct(Link)
    assert chain.compile().parse(b"\1\1\2\0") == Link(1, Link(2, None))


@schema
class Link:
    number: u8
    next: Option[Link]


def test_what_the_struct_around_lacks():
    for struct in (
        c.Struct("inner" / FIXED.construct(Inner), "size" / c.Byte),
        c.Struct("size" / c.Byte, "deep" / c.Struct("inner" / FIXED.construct(Inner))),
        FIXED.construct(Inner),
        FIXED.construct(list[Inner]),
    ):
        with pytest.raises(SchemaError, match=r"^Inner\.body: the expression names this\._\.size, "):
            decode(b"\1\0\1", struct)
        with pytest.raises(SchemaError, match=r"^Inner\.body: "):
            layout_of(struct)
    for use in (encode, to_json):
        with pytest.raises(SchemaError, match="but there is no class or Struct that far around it"):
            use(Inner(1, b""), Inner)


def test_a_class_itself_is_no_construct():
    with pytest.raises(TypeError):
        "inner" / Inner  # type: ignore[operator]
    struct = c.Struct("size" / c.Byte, "inner" / c.LazyBound(lambda: Inner))
    with pytest.raises(
        SchemaError, match=r"^Inner: a class in place of a construct: write Encoding\(\)\.construct"
    ):
        decode(b"\1", struct)


# --- registered classes ---------------------------------------------------------------------------------


class Reading:
    def __init__(self, size: int | None, data: bytes, tail: bytes = b"") -> None:
        self.size = size
        self.data = data
        self.tail = tail

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reading) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


@dataclasses.dataclass(frozen=True)
class Frozen:
    size: int | None
    data: bytes
    tail: bytes


_FIELDS = (
    "size" / c.Rebuild(c.Byte, len_(this.data)) * "Made from the data",
    "data" / c.Bytes(this.size),
    "tail" / c.Bytes(this._.width),
)
register(Reading, c.Struct(*_FIELDS))
register(Frozen, c.Struct(*_FIELDS))


@pytest.mark.parametrize("cls", [Reading, Frozen])
def test_a_registered_class_with_expressions(cls: type[Any]) -> None:
    struct = c.Struct(
        "width" / c.Byte,
        "reading" / FIXED.construct(cls),
        "more" / c.Bytes(lambda context: context.reading.size),
        "listed" / c.PrefixedArray(c.Byte, c.Byte),
    )
    value = {"width": 1, "reading": cls(None, b"ab", b"z"), "more": b"cd", "listed": [1]}
    data = b"\1\2abzcd\1\1"
    for _ in range(2):
        assert write_both(struct, value) == data
        assert write_agrees(layout_of(struct), value) == data
    assert value["reading"] == cls(None, b"ab", b"z")
    found = read_both(struct, data)
    assert found is not None
    assert found[0].reading == cls(2, b"ab", b"z")
    for changed in variations(data):
        assert (read_both(struct, changed) is None) == (read_agrees(layout_of(struct), changed) is None)
    # A function is code that is run, but the class has its fields.
    assert to_json(found[0], struct)["reading"] == {"size": 2, "data": [97, 98], "tail": [122]}
    assert from_json(to_json(found[0], struct), struct).reading == cls(2, b"ab", b"z")
    document = describe(SnapshotFormat("test", 1, "1.0.0", struct))
    rows = document.by_label[cls.__name__].fields
    assert [(row.name, row.type_text) for row in rows] == [
        ("size", "u8"),
        ("data", "[u8; this.size]"),
        ("tail", "[u8; this._.width]"),
    ]
    assert rows[0].doc == "Made from the data"
    assert _file_agrees(struct, value).reading == cls(2, b"ab", b"z")


def test_a_registered_class_in_a_declared_one():
    @schema
    class Log:
        width: u8
        first: Reading
        all: list[Reading]
        size: Annotated[int, c.Computed(this.first.size + len_(this.all))]

    value = Log(1, Reading(0, b"ab", b"x"), [Reading(0, b"", b"y")], 0)
    for _ in range(3):
        data = encode(value, Log)
        assert decode(data, Log) == Log(1, Reading(2, b"ab", b"x"), [Reading(0, b"", b"y")], 3)
    assert data == b"\1\2abx" + b"\1" + bytes(7) + b"\0y"
    assert FIXED.construct(Log).build(value) == data
    assert to_json(value, Log)["first"] == {"size": 2, "data": [97, 98], "tail": [120]}


def test_a_registered_class_around_something_else():
    class Listed:
        def __init__(self, items: list[int]) -> None:
            self.items = items

    register(Listed, c.Padded(4, c.Struct("items" / c.PrefixedArray(c.Byte, c.Byte))))
    assert decode(b"\1\7\0\0", Listed).items == [7]
    assert encode(Listed([1, 2]), Listed) == b"\2\1\2\0"


def test_a_stop_without_a_struct():
    for struct in (c.StopIf(True), c.Array(1, c.StopIf(True)), c.Prefixed(c.Byte, c.StopIf(True))):
        for read in (
            lambda data, made=struct: decode(data, made),
            lambda data, made=struct: [*walk(layout_of(made), data)],
        ):
            with pytest.raises(DecodeError, match="a StopIf with no Struct around it to end"):
                read(b"\0")
