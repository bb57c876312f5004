"""The model: sizes, offsets, constraints, names, descriptions of the kinds of layouts there are."""

from __future__ import annotations

import json
from typing import Annotated, Generic, TypeVar

import construct as c
import pytest

from docs import schemas
from snapformat import DataEnum, Encoding, SnapshotFormat, UnitEnum, doc, schema, variant
from snapformat.bincode import (
    Blob,
    BTreeSet,
    ByteArray,
    CString,
    CStruct,
    HashMap,
    Len,
    Option,
    Result,
    SocketAddr,
    Unit,
    Via,
    char,
    f64,
    u8,
    u16,
    u32,
    u64,
)
from snapformat.docs import build, describe
from snapformat.docs.collect import attributes
from snapformat.docs.model import Document, Example, Type
from snapformat.docs.text import blocks, inlines, visible_directions
from unknown_construct import Word

T = TypeVar("T")


def only(what: object, encoding: Encoding | None = None) -> Type:
    """The one type of a document."""
    document = describe(what) if encoding is None else describe(what, encoding=encoding)
    assert len(document.types) == 1
    return document.types[0]


@pytest.mark.parametrize(
    ("annotation", "text", "least", "most"),
    [
        (u8, "1", 1, 1),
        (u64, "8", 8, 8),
        (f64, "8", 8, 8),
        (char, "1 to 4", 1, 4),
        (str, "8 + len", 8, None),
        (bytes, "8 + len", 8, None),
        (CString, "8 + len", 8, None),
        (Annotated[bytes, ByteArray(16)], "24", 24, 24),
        (Annotated[list[u16], Len(3)], "6", 6, 6),
        (Annotated[list[str], Len(3)], "24 or more", 24, None),
        (Unit, "0", 0, 0),
        (list[Unit], "8", 8, 8),
        (Option[u32], "1 or 5", 1, 5),
        (Option[char], "1 to 5", 1, 5),
        (Option[str], "1 or more", 1, None),
        (list[u8], "8 + count", 8, None),
        (list[u32], "8 + 4 × count", 8, None),
        (BTreeSet[u16], "8 + 2 × count", 8, None),
        (HashMap[u8, u16], "8 + 3 × count", 8, None),
        (tuple[u8, Option[u8]], "2 to 3", 2, 3),
        (SocketAddr, "10 to 22", 10, 22),
    ],
)
def test_sizes(annotation: object, text: str, least: int, most: int | None):
    size = only(annotation).size
    assert (size.text, size.least, size.most) == (text, least, most)


def test_sizes_under_variable_integers():
    variable = Encoding("variable", "little", None)
    assert only(u64, variable).size.text == "1 to 9"
    assert only(u8, variable).size.text == "1"
    assert only(list[u8], variable).size.text == "1 or more"


def test_offsets_behind_variable_fields():
    @schema
    class Record:
        a: u16
        name: str
        b: u8
        items: list[u32]
        c: u8
        maybe: Option[u8]
        data: bytes
        d: u8

    offsets = [field.offset for field in only(Record).fields]
    assert [offset.text for offset in offsets] == [
        "0",
        "2",
        "10 + len(name)",
        "11 + len(name)",
        "19 + len(name) + 4 × count(items)",
        "20 + len(name) + 4 × count(items)",
        "20 + len(name) + 4 × count(items) + size(maybe)",
        "end(data)",
    ]
    assert offsets[7].constant == 28
    assert [term.text for term in offsets[7].terms] == [
        "len(name)",
        "4 × count(items)",
        "size(maybe)",
        "len(data)",
    ]


def test_recursion_ends():
    @schema
    class Tree:
        left: Option[Tree]
        right: Option[Tree]
        value: u32

    tree = only(Tree)
    assert tree.recursive
    assert (tree.size.least, tree.size.most) == (6, None)
    assert [use.field for use in tree.used_by] == ["left", "right"]
    shape = describe(schemas.Shape).types[0]
    assert shape.recursive
    assert shape.size.least == 4


@schema
class Part(CStruct):
    """A part, 4 bytes."""

    low: u16 = doc("Lower half")
    high: u16 = doc("Upper half")


@schema
class Holder:
    """Holds parts."""

    first: Blob[Part] = doc("The first")
    more: list[Blob[Part]] = doc("The others")


HOLDERS = SnapshotFormat(name="holders", magic=3, version="1.0.0", payload=Holder)


def test_blobs_are_looked_into(tmp_path):
    document = describe(HOLDERS)
    holder, part = document.types
    assert (part.label, part.nested, part.size.text) == ("Part", True, "4")
    assert [field.type_text for field in holder.fields] == ["blob<Part>", "Vec<blob<Part>>"]
    padding = "4 bytes; shorter data is read as if zeros followed, longer data is kept"
    assert holder.fields[0].constraints == (padding,)
    assert holder.fields[1].offset.text == "8 + len(first)"
    assert "blob" in {each.name for each in document.primitives}
    sample = tmp_path / "sample"
    HOLDERS.new(Holder(Part(1, 2), [Part(3, 4)])).save(sample)
    model = build([HOLDERS], outputs=("json",), samples=[sample]).files["holders.json"]
    assert '"path": "$.first"' in model
    assert '"data": "0100"' in model


def test_an_example_of_data_that_takes_all_there_is(tmp_path):
    format_ = SnapshotFormat(
        name="greedy", magic=3, version="1.0.0", payload=c.Struct("kind" / c.Int8ul, "rest" / c.GreedyBytes)
    )
    sample = tmp_path / "sample"
    format_.new({"kind": 1, "rest": b"abc"}).save(sample)
    model = json.loads(build([format_], outputs=("json",), samples=[sample]).files["greedy.json"])
    rows = model["file"]["example"]["rows"]
    assert [(row["name"], row["size"]) for row in rows[-2:]] == [("data", 4), ("checksum", 8)]


def example_of(document: Document, label: str) -> Example:
    found = document.by_label[label].example
    assert found is not None
    return found


def test_examples_are_the_bytes_of_the_sample(tmp_path):
    from snapformat.docs.examples import add_examples

    data = schemas.machine_file()
    document = describe(schemas.MACHINES)
    add_examples(document, schemas.MACHINES, data, "sample")
    for label in ("Machine", "Drive", "Cache"):
        example = example_of(document, label)
        for row in example.rows:
            assert data[row.offset : row.offset + min(16, row.size)] == row.data
    rows = example_of(document, "Machine").rows
    assert [row.name for row in rows] == ["mem_size_mib", "drives", "uuid"]
    assert [a.offset + a.size for a in rows[:-1]] == [b.offset for b in rows[1:]]
    assert document.file is not None
    assert document.file.example is not None
    assert sum(row.size for row in document.file.example.rows) == len(data)


def test_generic_types_are_told_apart():
    @schema
    class Pair(Generic[T]):
        one: T
        two: list[T]

    @schema
    class Both:
        numbers: Pair[u8]
        texts: Pair[str]
        nested: Pair[Pair[u8]]
        again: Pair[u8]

    labels = list(describe(Both).by_label)
    assert labels == ["Both", "Pair<u8>", "Pair<str>", "Pair<Pair<u8>>"]


def test_types_of_one_name_are_told_apart():
    def made(name: str, kind: object) -> type:
        return schema(name="State")(
            type(name, (), {"__annotations__": {"value": kind}, "__module__": __name__})
        )

    first, second = made("Block", u8), made("Net", u16)
    labels = list(describe(tuple[first, second]).by_label)
    assert labels == ["Data", "Block", "Net"]


def test_fields_without_description_take_it_from_the_class():
    class Described:
        """Something.

        Attributes:
            one: The first,
                of two lines.
            two (int): The second.

        More.
        """

    assert attributes(Described) == {"one": "The first, of two lines.", "two": "The second."}
    result = describe(Result[u8, str]).types[0]
    assert [variant.doc for variant in result.variants] == [
        "Success, with its value.",
        "Failure, with its error.",
    ]
    assert [field.doc for _, field in result.members] == ["The result.", "The error."]


def test_constraints():
    @schema
    class Many:
        name: CString
        unique: BTreeSet[u8]
        even: Annotated[int, Via(u32, decode=int, encode=int, name="even number")]
        evens: list[Annotated[int, Via(u32, decode=int, encode=int, name="even number")]]
        nothing: list[Unit]

    assert [field.constraints for field in only(Many).fields] == [
        ("without zero bytes",),
        ("written sorted, in Rust's order",),
        ("must be a valid even number",),
        ("each element: must be a valid even number",),
        ("elements are zero-sized: at most 1048576 in total",),
    ]


def test_other_variants_and_enums_without_descriptions():
    @schema
    class Kind(UnitEnum):
        One = variant("The one")
        Rest = variant("The others", other=True)

    kind = only(Kind)
    assert [(v.name, v.index, v.other) for v in kind.variants] == [("One", "0", False), ("Rest", "1", True)]


def test_constructs():
    assert only(c.Struct("a" / c.Int16ub)).fields[0].constraints == ("big-endian",)
    (text,) = only(c.Struct("x" / c.CString("utf8") * "Text")).fields
    assert (text.type_text, text.doc) == ("text", "Text")
    assert text.constraints == ("text in utf8", "ends with the bytes 00")
    (cut,) = only(c.Struct("x" / c.FixedSized(4, c.VarInt))).fields
    assert (cut.type_text, cut.constraints[0]) == ("VarInt", "within 4 bytes")
    (opaque,) = only(c.Struct("x" / Word() * "Nobody knows")).fields
    assert opaque.type_text == "opaque Word"
    assert "construct" in opaque.constraints[0]
    padded = only(c.Struct("x" / c.Padded(4, c.Int8ub), "y" / c.Computed(c.this.x + 1), "z" / c.Int8ub))
    assert [field.offset.text for field in padded.fields] == ["0", "4", "4"]
    assert padded.fields[1].constraints == ("not in the bytes, computed as `(this.x + 1)`",)


def test_data_enum_payload_offsets_count_from_the_index():
    @schema
    class Figure(DataEnum):
        """A figure."""

    @schema(name="Square")
    class FigureSquare(Figure):
        """A square."""

        side: u16 = doc("Side")
        label: str = doc("Label")
        rest: u8 = doc("Rest")

    square = only(Figure).variants[0]
    assert [field.offset.text for field in square.fields] == ["4", "6", "14 + len(label)"]
    assert square.doc == "A square."
    assert square.size.text == "15 or more"


def test_texts():
    found = [(piece.text, piece.code) for piece in inlines("a `b` ``c`d`` e ` f")]
    assert found == [("a ", False), ("b", True), (" ", False), ("c`d", True), (" e ` f", False)]
    assert visible_directions("a\u202eb\x07\ud800") == "a\\u202eb\\u0007\\ud800"
    kinds = [block.kind for block in blocks("One\ntwo.\n\n* a\n* b\n  c\n\n```python\nx\n```\n\n    y")]
    assert kinds == ["paragraph", "list", "code", "code"]
    assert blocks("* a\n* b\n  c")[0].items == ("a", "b c")
