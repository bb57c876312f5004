"""Documents of types under presets: widths, forms, orders."""

from __future__ import annotations

from typing import Annotated

import pytest

from snapformat import Encoding, doc, schema
from snapformat.bincode import (
    BTreeMap,
    HashMap,
    HashSet,
    Length,
    Result,
    char,
    compact_u16,
    f64,
    i32,
    leb128,
    u8,
    u16,
    u64,
    varint,
)
from snapformat.docs import build, describe
from snapformat.layout import layout_of
from snapformat.model.compare import compare


@schema
class Reading:
    """A reading."""

    values: Annotated[list[u16], Length(compact_u16)] = doc("Values")
    by_id: HashMap[u16, u8] = doc("By id")
    names: BTreeMap[str, varint] = doc("Names")
    marks: HashSet[u8] = doc("Marks")
    outcome: Result[u8, str] = doc("Outcome")
    delta: i32 = doc("Delta")
    count: leb128 = doc("Count")


@schema
class Odd:
    """What some presets have not."""

    letter: char = doc("Letter")


@schema
class Level:
    """A level."""

    level: f64 = doc("Level")


BORSH, BCS, POSTCARD = Encoding.borsh(), Encoding.bcs(), Encoding.postcard()


def primitive(name: str, encoding: Encoding, cls: type = Reading) -> str:
    """Return the description of a primitive, and the bytes of its example."""
    (found,) = (each for each in describe(cls, encoding=encoding).primitives if each.name == name)
    return f"{found.doc} {found.refused} = {found.data.hex()}"


def test_widths_and_rules() -> None:
    plain = describe(Reading, encoding=Encoding.bincode2_standard())
    assert (plain.encoding, plain.integers, plain.lengths, plain.tags, plain.rules) == (
        "bincode", "variable", "", "", (),
    )  # fmt: skip
    borsh = describe(Reading, encoding=BORSH)
    assert (borsh.encoding, borsh.integers, borsh.lengths, borsh.tags) == ("borsh", "fixed", "u32", "u8")
    assert "NaN is refused" in borsh.rules
    bcs = describe(Reading, encoding=BCS)
    assert (bcs.lengths, bcs.max_depth) == ("u32, LEB128 in its shortest form", 500)
    postcard = describe(Reading, encoding=POSTCARD)
    assert (postcard.integers, postcard.lengths, postcard.tags) == ("leb128", "u64, LEB128", "u32, LEB128")


def test_fields() -> None:
    fields = {each.name: each for each in describe(Reading, encoding=BORSH).by_label["Reading"].fields}
    assert fields["values"].constraints == ("its length: u16, LEB128 in its shortest form",)
    assert fields["by_id"].size.text == "4 + 3 × count"
    assert fields["marks"].size.text == "4 + count"
    fields = {each.name: each for each in describe(Reading, encoding=BCS).by_label["Reading"].fields}
    assert fields["names"].constraints == ("sorted by the bytes of the keys, which must differ",)


def test_indexes_of_a_result() -> None:
    for encoding, indexes in ((BORSH, ["1", "0"]), (BCS, ["0", "1"])):
        result = describe(Reading, encoding=encoding).by_label["Result<u8, str>"]
        assert [(each.index, each.name) for each in result.variants] == [
            *zip(indexes, ["Ok", "Err"], strict=True)
        ]


@pytest.mark.parametrize(
    ("encoding", "name", "cls", "wanted"),
    [
        (BORSH, "HashMap", Reading, "(u32), then key and value in turn, written sorted by key."),
        (BORSH, "HashSet", Reading, "The number of elements (u32), then the elements written sorted."),
        (BCS, "BTreeMap", Reading, "sorted by the bytes of the keys."),
        (BORSH, "f64", Level, "IEEE 754 binary64. Little-endian. NaN ="),
        (POSTCARD, "char", Odd, "(u64, LEB128), then one char in UTF-8. invalid UTF-8 = 02c3a9"),
        (POSTCARD, "i32", Reading, "zigzag first"),
        (POSTCARD, "f64", Level, "every bit pattern is preserved"),
        (BORSH, "compact_u16", Reading, ""),
        (BORSH, "leb128", Reading, "LEB128: groups of seven bits"),
        (BORSH, "varint", Reading, "253 and 8 bytes. the markers 254 and 255 = fbe803"),
    ],
)  # fmt: skip
def test_primitives(encoding: Encoding, name: str, cls: type, wanted: str) -> None:
    if name == "compact_u16":  # as a length it is told at the field
        assert name not in [each.name for each in describe(cls, encoding=encoding).primitives]
    else:
        assert wanted in primitive(name, encoding, cls)


def test_pages() -> None:
    files = build([Reading], encoding=BORSH, outputs=("markdown", "html")).files
    for name in ("reading.md", "reading.html"):
        assert "Lengths are u32; indexes of variants u8." in files[name]
        assert "In borsh, NaN is refused;" in files[name]


def test_a_change_of_the_encoding() -> None:
    (change, *_) = compare(layout_of(Reading, Encoding.bincode1()), layout_of(Reading, BORSH))
    assert change.action == "encoding"
    assert change.before == "fixed integers, little-endian"
    assert change.after == "borsh: fixed integers, little-endian, lengths u32, tags u8"
    (change, *_) = compare(layout_of(list[u64]), layout_of(Annotated[list[u64], Length(u16)]))
    assert "length" in str(change)
