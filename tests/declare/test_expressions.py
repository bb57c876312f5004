"""Fields of declared classes that depend on others: by construct's expressions, and by code."""

from __future__ import annotations

import zlib
from typing import Annotated, Any, Generic, TypeVar

import construct as c
import pytest
from construct import len_, obj_, this

from layout.agreement import variations
from properties.classes import mapping_of, reads, writes
from snapformat import DataEnum, Encoding, SnapshotFormat, decode, doc, encode, schema
from snapformat.bincode import Blob, CStruct, HashMap, Len, Option, u8, u16
from snapformat.docs import describe
from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.codec import engine
from snapformat.layout import layout_of, walk
from snapformat.layout.compare import compare
from snapformat.values import from_json, to_json

FIXED = Encoding()
VARIABLE = Encoding("variable", "big")
T = TypeVar("T")


class Times(c.Adapter):
    """A number that is stored as a multiple of another field."""

    def _decode(self, obj: Any, context: Any, path: str) -> Any:
        return obj * context.n

    def _encode(self, obj: Any, context: Any, path: str) -> Any:
        return obj // context.n


@schema
class Image:
    """A picture."""

    width: u8 = doc("Width, pixels")
    height: u8 = doc("Height, pixels")
    pixels: Annotated[list[int], c.Array(this.width * this.height, c.Byte)] = doc("Row by row")


IMAGE = c.Struct("width" / c.Byte, "height" / c.Byte, "pixels" / c.Array(this.width * this.height, c.Byte))


@schema
class Message:
    kind: u8
    flag: u8
    maybe: Annotated[Any, c.If(this.flag, c.Int16ul)]
    body: Annotated[Any, c.Switch(this.kind, {1: c.Int16ub, 2: c.Bytes(3)}, default=c.Byte)]
    either: Annotated[int, c.IfThenElse(this.kind > 1, c.Int16ub, c.Byte)]
    total: Annotated[int, c.Computed(this.kind + this.either)]


MESSAGE = c.Struct(
    "kind" / c.Byte,
    "flag" / c.Byte,
    "maybe" / c.If(this.flag, c.Int16ul),
    "body" / c.Switch(this.kind, {1: c.Int16ub, 2: c.Bytes(3)}, default=c.Byte),
    "either" / c.IfThenElse(this.kind > 1, c.Int16ub, c.Byte),
    "total" / c.Computed(this.kind + this.either),
)


@schema
class Counts:
    """What is in front is made from what is behind."""

    size: Annotated[int, c.Rebuild(c.Int16ub, len_(this.data))]
    kind: Annotated[int, c.Default(c.Byte, this.size + 1)]
    magic: Annotated[bytes, c.Const(b"M")]
    data: Annotated[bytes, c.Bytes(this.size)]
    rest: Annotated[bytes, c.Bytes(len_(this.magic) + this.kind - this.size)]


COUNTS = c.Struct(
    "size" / c.Rebuild(c.Int16ub, len_(this.data)),
    "kind" / c.Default(c.Byte, this.size + 1),
    "magic" / c.Const(b"M"),
    "data" / c.Bytes(this.size),
    "rest" / c.Bytes(len_(this.magic) + this.kind - this.size),
)


@schema
class Head:
    count: Annotated[int, c.Rebuild(c.Byte, len_(this._.data))]
    kind: Annotated[int, c.Default(c.Byte, 7)]


@schema
class Headed:
    """Expressions see what was built of the class in front."""

    head: Head
    data: Annotated[bytes, c.Bytes(this.head.count)]
    more: Annotated[Any, c.If(this.head.kind == 7, c.Byte)]


HEADED = c.Struct(
    "head" / c.Struct("count" / c.Rebuild(c.Byte, len_(this._.data)), "kind" / c.Default(c.Byte, 7)),
    "data" / c.Bytes(this.head.count),
    "more" / c.If(this.head.kind == 7, c.Byte),
)


@schema
class Deepest:
    a: Annotated[bytes, c.Bytes(this._._.n)]
    b: Annotated[bytes, c.Bytes(this._.n + this._._.n)]


@schema
class Deep:
    n: u8
    inner: Deepest


@schema
class Nested:
    n: u8
    deep: Deep
    again: Deep
    raw: Annotated[Any, c.Struct("n" / c.Byte, "d" / c.Bytes(this.n), "e" / c.Bytes(this._.n))]


_DEEP = c.Struct(
    "n" / c.Byte,
    "inner" / c.Struct("a" / c.Bytes(this._._.n), "b" / c.Bytes(this._.n + this._._.n)),
)
NESTED = c.Struct(
    "n" / c.Byte,
    "deep" / _DEEP,
    "again" / _DEEP,
    "raw" / c.Struct("n" / c.Byte, "d" / c.Bytes(this.n), "e" / c.Bytes(this._.n)),
)


@schema
class Row:
    number: u8
    cells: Annotated[bytes, c.Bytes(this._.width)]


@schema
class Grid:
    width: u8
    height: Annotated[int, c.Rebuild(c.Byte, len_(this.rows))]
    rows: Annotated[list[Row], c.Array(this.height, FIXED.construct(Row))]
    last: Annotated[Any, c.If(this.height > 1, FIXED.construct(Row))]


_ROW = c.Struct("number" / c.Byte, "cells" / c.Bytes(this._.width))
GRID = c.Struct(
    "width" / c.Byte,
    "height" / c.Rebuild(c.Byte, len_(this.rows)),
    "rows" / c.Array(this.height, _ROW),
    "last" / c.If(this.height > 1, _ROW),
)


@schema
class Watched:
    """Code that sees the contexts."""

    n: u8
    data: Annotated[bytes, c.Bytes(lambda context: context.n)]
    times: Annotated[int, Times(c.Byte)]
    inner: Annotated[Any, c.Struct("d" / c.Bytes(lambda context: context._.n + len(context._.data)))]
    keys: Annotated[list[str], c.Computed(lambda context: [k for k in context if not k.startswith("_")][:2])]
    root: Annotated[bytes, c.Bytes(this._root.n)]


WATCHED = c.Struct(
    "n" / c.Byte,
    "data" / c.Bytes(lambda context: context.n),
    "times" / Times(c.Byte),
    "inner" / c.Struct("d" / c.Bytes(lambda context: context._.n + len(context._.data))),
    "keys" / c.Computed(lambda context: [k for k in context if not k.startswith("_")][:2]),
    "root" / c.Bytes(this._root.n),
)


@schema
class Ran:
    """Constructs that look at more than values."""

    n: u8
    aligned: Annotated[bytes, c.Aligned(this.n, c.Bytes(1))]
    fixed: Annotated[bytes, c.FixedSized(this.n, c.GreedyBytes)]
    padded: Annotated[int, c.Padded(this.n, c.Byte)]
    first: Annotated[int, c.Pointer(this.n - this.n, c.Byte)]
    items: Annotated[list[int], c.PrefixedArray(c.Byte, c.Byte)]
    check: Annotated[None, c.Check(len_(this.items) < this.n)]
    until: Annotated[list[int], c.RepeatUntil(obj_ == 0, c.Byte)]
    copy: Annotated[Any, c.RawCopy(c.Bytes(this.n))]
    checksum: Annotated[int, c.Checksum(c.Int32ul, zlib.crc32, this.copy.data)]
    listed: Annotated[list[Any], c.Sequence(c.Byte, c.Bytes(this._.n))]
    focus: Annotated[bytes, c.FocusedSeq("b", "a" / c.Const(b"x"), "b" / c.Bytes(this._.n))]
    rest: Annotated[list[int], c.GreedyRange(c.Int16ul)]


RAN = c.Struct(
    "n" / c.Byte,
    "aligned" / c.Aligned(this.n, c.Bytes(1)),
    "fixed" / c.FixedSized(this.n, c.GreedyBytes),
    "padded" / c.Padded(this.n, c.Byte),
    "first" / c.Pointer(this.n - this.n, c.Byte),
    "items" / c.PrefixedArray(c.Byte, c.Byte),
    "check" / c.Check(len_(this.items) < this.n),
    "until" / c.RepeatUntil(obj_ == 0, c.Byte),
    "copy" / c.RawCopy(c.Bytes(this.n)),
    "checksum" / c.Checksum(c.Int32ul, zlib.crc32, this.copy.data),
    "listed" / c.Sequence(c.Byte, c.Bytes(this._.n)),
    "focus" / c.FocusedSeq("b", "a" / c.Const(b"x"), "b" / c.Bytes(this._.n)),
    "rest" / c.GreedyRange(c.Int16ul),
)

#: A class, the Struct of the same fields, and values.
CASES: dict[str, tuple[type, Any, list[Any]]] = {
    "product": (Image, IMAGE, [Image(2, 1, [97, 98]), Image(0, 9, []), Image(2, 2, [1])]),
    "choices": (
        Message,
        MESSAGE,
        [
            Message(1, 1, 5, 6, 7, None),
            Message(2, 0, None, b"abc", 300, 0),
            Message(3, 9, 1, 2, 3, 9),
        ],
    ),
    "rebuilt": (Counts, COUNTS, [Counts(None, None, None, b"abc", b"de"), Counts(9, 1, b"M", b"", b"xy")]),
    "rebuilt inside": (
        Headed,
        HEADED,
        [Headed(Head(99, None), b"abc", 5), Headed(Head(None, 1), b"", None), Headed(Head(0, 7), b"a", None)],
    ),
    "nested": (
        Nested,
        NESTED,
        [
            Nested(
                1,
                Deep(2, Deepest(b"a", b"abc")),
                Deep(0, Deepest(b"b", b"c")),
                {"n": 1, "d": b"x", "e": b"y"},
            )
        ],
    ),
    "elements": (
        Grid,
        GRID,
        [Grid(2, 0, [Row(1, b"ab"), Row(2, b"cd")], Row(3, b"ef")), Grid(9, 9, [], None)],
    ),
    "code": (Watched, WATCHED, [Watched(2, b"ab", 4, {"d": b"wxyz"}, None, b"zz")]),
    "run": (
        Ran,
        RAN,
        [
            Ran(
                3,
                b"a",
                b"ab",
                5,
                3,
                [1, 2],
                None,
                [1, 0],
                {"value": b"abc"},
                None,
                [7, b"xyz"],
                b"uvw",
                [1, 2],
            )
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_class_is_as_the_struct_of_its_fields(name: str) -> None:
    cls, struct, values = CASES[name]
    for value in values:
        data = writes(cls, struct, value)
        if data is None:
            continue
        loaded = reads(cls, struct, data)
        for changed in variations(data):
            found = reads(cls, struct, changed)
            if found is not None:
                writes(cls, struct, found)
        # A file, eagerly and lazily, and the file as a construct.
        form = SnapshotFormat("test", 1, "1.0.0", cls)
        file = form.new(value).to_bytes()
        for lazy in (False, True):
            snapshot = form.load(file, lazy=lazy)
            assert snapshot.data == loaded
            assert snapshot.to_bytes() == file
        assert form.struct.parse(file).data == loaded
        assert form.struct.build({"header": form.new(value).header, "data": value}) == file


@pytest.mark.parametrize("name", CASES)
def test_json(name: str) -> None:
    cls, struct, values = CASES[name]
    for value in values[:1]:
        loaded = decode(encode(value, cls), cls)
        assert from_json(to_json(loaded, cls), cls) == loaded
        if name != "run":  # values that are made are shown as they are written
            assert to_json(value, cls) == to_json(loaded, cls)
        assert to_json(mapping_of(loaded, struct), struct) == to_json(loaded, cls)


@pytest.mark.parametrize("name", ["product", "choices", "rebuilt", "rebuilt inside", "nested", "elements"])
def test_generated_code(name: str) -> None:
    """Where no code looks at contexts, none are made."""
    cls, _, values = CASES[name]
    before = engine.statistics.read_fallbacks, engine.statistics.write_fallbacks
    data = [encode(values[0], cls) for _ in range(3)][-1]
    loaded = [decode(data, cls) for _ in range(3)]
    assert loaded[0] == loaded[2]
    assert (engine.statistics.read_fallbacks, engine.statistics.write_fallbacks) == before
    node = layout_of(cls)
    assert engine.reader_of(node) is not None
    assert isinstance(node, ops.Struct)


# --- the vocabulary around ------------------------------------------------------------------------------


@schema
class Shape(DataEnum):
    """A figure."""


@schema(name="Polygon")
class ShapePolygon(Shape):
    count: Annotated[int, c.Rebuild(c.Byte, len_(this.points))]
    points: Annotated[list[int], c.Array(this.count, c.Int16ub)]
    label: Annotated[bytes, c.Bytes(this._.width)]


@schema(name="Label", kind="newtype")
class ShapeLabel(Shape):
    text: Annotated[bytes, c.Bytes(this._.width)]


@schema(name="Pair", kind="tuple")
class ShapePair(Shape):
    size: u8
    data: Annotated[bytes, c.Bytes(this.size)]


@schema(name="Empty")
class ShapeEmpty(Shape):
    """Nothing."""


@schema
class Drawing:
    width: u8
    shape: Shape
    listed: list[Shape]
    maybe: Option[Shape]
    fixed: Annotated[list[Shape], Len(2)]
    by_number: HashMap[u8, Shape]
    pair: tuple[u8, Shape]
    count: Annotated[int, c.Computed(len_(this.listed) + this.shape.count)]


DRAWING = Drawing(
    2,
    ShapePolygon(9, [1, 2], b"ab"),
    [ShapeLabel(b"cd"), ShapePair(1, b"e"), ShapeEmpty()],
    ShapePolygon(0, [], b"fg"),
    [ShapeEmpty(), ShapeLabel(b"hi")],
    {3: ShapeLabel(b"jk")},
    (1, ShapePair(0, b"")),
    None,
)


def _agree(value: Any, encoding: Encoding = FIXED) -> bytes:
    """All ways of reading and writing a value give the same; gives the bytes."""
    cls = type(value)
    node = layout_of(cls, encoding)
    data = [encode(value, cls, encoding) for _ in range(3)][-1]
    assert encoding.write(node.kind, value) == encoding.construct(cls).build(value) == data
    loaded = [decode(data, cls, encoding) for _ in range(3)][-1]
    assert encoding.read(node.kind, data) == encoding.construct(cls).parse(data) == loaded
    assert from_json(to_json(loaded, cls), cls) == loaded
    assert encode(loaded, cls, encoding) == data
    form = SnapshotFormat("test", 1, "1.0.0", cls, encoding=encoding)
    file = form.new(value).to_bytes()
    for lazy in (False, True):
        assert form.load(file, lazy=lazy).data == loaded
    assert form.struct.parse(file).data == loaded
    assert sum(event.size for event in walk(node, data)) == len(data)
    return data


def test_enums_options_lists_and_maps():
    data = _agree(DRAWING)
    assert data == bytes.fromhex(
        "02 00000000 02 0001 0002 6162"
        "0300000000000000 01000000 6364 02000000 01 65 03000000"
        "01 00000000 00 6667"
        "03000000 01000000 6869"
        "0100000000000000 03 01000000 6a6b"
        "01 02000000 00"
    )
    assert _agree(DRAWING, VARIABLE) == bytes.fromhex(
        "02 00 02 0001 0002 6162 03 01 6364 02 01 65 03 01 00 00 6667 03 01 6869 01 03 01 6a6b 01 02 00"
    )
    loaded = decode(data, Drawing)
    assert (loaded.count, loaded.shape.count) == (5, 2)


@schema
class Node:
    size: u8
    data: Annotated[bytes, c.Bytes(this.size)]
    next: Option[Node]


@schema
class Child:
    name: Annotated[bytes, c.Bytes(this._.size)]
    parents: list[Parent]


@schema
class Parent:
    size: u8
    child: Option[Child]


def test_classes_that_contain_themselves():
    assert _agree(Node(1, b"a", Node(2, b"bc", None))) == b"\1a\1\2bc\0"
    inner = Child(b"z", [Parent(0, None)])
    data = _agree(Parent(2, Child(b"ab", [Parent(1, inner), Parent(0, Child(b"", []))])))
    assert data.startswith(b"\2\1ab\2")


@schema
class Held:
    data: Annotated[bytes, c.Bytes(this._.size)]


@schema
class Holder(Generic[T]):
    size: u8
    item: T


@schema
class Base:
    size: u8
    data: Annotated[bytes, c.Bytes(this.size)]


@schema
class Derived(Base):
    more: Annotated[bytes, c.Bytes(this.size + len_(this.data))]


@schema
class Checked:
    size: u8
    data: Annotated[bytes, c.Bytes(this.size)]
    note: u8 = doc("Not in the bytes", skip=True, default=4)

    def __post_init__(self) -> None:
        if self.size > 9:
            raise ValueError("too large")


@schema(kind="newtype")
class Wrapped:
    text: Annotated[bytes, c.Bytes(this._.size)]


@schema(kind="tuple")
class Positional:
    size: u8
    text: Wrapped
    count: Annotated[int, c.Rebuild(c.Byte, len_(this.name))]
    name: str


def test_every_way_to_declare_a_class():
    assert _agree(Derived(1, b"a", b"bc")) == b"\1abc"
    assert _agree(Checked(2, b"ab")) == b"\2ab"
    assert _agree(Positional(2, Wrapped(b"ab"), 0, "x"))[:4] == b"\2ab\1"
    held = Holder[Held]
    for _ in range(3):
        assert encode(Holder(2, Held(b"ab")), held) == b"\2ab"
        assert decode(b"\2ab", held) == Holder(2, Held(b"ab"))
    assert from_json(to_json(Holder(1, Held(b"a")), held), held) == Holder(1, Held(b"a"))


@schema
class Register(CStruct):
    value: u8
    twice: Annotated[int, c.Computed(this.value * 2)]


def test_a_c_struct_names_its_own_fields():
    data = (1).to_bytes(8, "little") + b"\7"
    loaded = decode(data, Blob[Register])
    assert loaded.twice == 14
    loaded.value = 8
    assert encode(loaded, Blob[Register])[-1] == 8


# --- around values --------------------------------------------------------------------------------------


def test_what_is_shown():
    document = describe(SnapshotFormat("test", 1, "1.0.0", Image))
    pixels = document.by_label["Image"].fields[2]
    assert (pixels.type_text, pixels.doc) == ("[u8; (this.width * this.height)]", "Row by row")
    assert (pixels.offset.text, pixels.size.text) == ("2", "0 or more")
    events = list(walk(layout_of(Image), b"\1\2ab"))
    assert [(event.path, event.value) for event in events][-2:] == [("$.pixels[0]", 97), ("$.pixels[1]", 98)]

    @schema(name="Image")
    class Other:
        """A picture."""

        width: u8 = doc("Width, pixels")
        height: u8 = doc("Height, pixels")
        pixels: Annotated[list[int], c.Array(this.width + this.height, c.Byte)] = doc("Row by row")

    assert compare(layout_of(Image), layout_of(Image)) == []
    changes = compare(layout_of(Image), layout_of(Other))
    assert [(change.type, change.member) for change in changes] == [("Image", "pixels")]


def test_fields_by_name():
    """construct's expressions look up a class's fields as they look up those of a container."""
    image = Image(1, 2, [3, 4])
    assert image["width"] == 1
    with pytest.raises(KeyError, match="depth"):
        image["depth"]
    with pytest.raises(TypeError, match="has fields by name only, not 0"):
        image[0]
    with pytest.raises(TypeError, match=r"not iterable|not a container"):
        iter(image)
    with pytest.raises(TypeError, match=r"not iterable|not a container"):
        assert 3 in image

    @schema
    class Own:
        n: u8

        def __getitem__(self, index: int) -> int:
            return index

    assert Own(1)[5] == 5


def test_values_are_left_as_they_are():
    value = Headed(Head(99, None), b"abc", 5)
    encode(value, Headed)
    FIXED.write(layout_of(Headed).kind, value)
    FIXED.construct(Headed).build(value)
    assert value == Headed(Head(99, None), b"abc", 5)


def test_an_edit():
    loaded = decode(b"\2\7ab\5", Headed)
    loaded.data = b"longer"
    assert encode(loaded, Headed) == b"\6\7longer\5"
    image = decode(b"\1\1a", Image)
    image.width, image.pixels = 2, [1, 2]
    assert encode(image, Image) == b"\2\1\1\2"


@schema
class Sized:
    size: Annotated[int, c.Rebuild(c.Int16ub, len_(this.data))] = doc("Made when written", default=None)
    data: Annotated[bytes, c.Bytes(this.size)] = doc("Data", default=b"")


def test_what_is_made_needs_no_argument():
    assert encode(Sized(data=b"ab"), Sized) == b"\0\2ab"
    assert encode(Sized(), Sized) == b"\0\0"
    assert decode(b"\0\1x", Sized) == Sized(1, b"x")


def test_what_is_made_may_be_left_out_of_json():
    assert from_json({"data": [1, 2]}, Sized) == Sized(2, b"\1\2")
    assert from_json({"kind": 1, "flag": 0, "maybe": None, "body": 3, "either": 4}, Message).total == 5


def test_the_encoding_around_does_not_matter_for_constructs():
    @schema
    class Mixed:
        number: u16
        data: Annotated[list[int], c.Array(this.number, c.Int16ub)]

    assert encode(Mixed(2, [1, 2]), Mixed) == b"\2\0\0\1\0\2"
    assert encode(Mixed(2, [1, 2]), Mixed, VARIABLE) == b"\2\0\1\0\2"
