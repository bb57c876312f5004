"""Presets: their rules, what they can't carry, and lengths of other widths."""

from __future__ import annotations

import math
from typing import Annotated, Any

import construct as c
import pytest

from codec.agreement import read_agrees, write_agrees
from snapformat import (
    DecodeError,
    EncodeError,
    Encoding,
    SchemaError,
    UnitEnum,
    decode,
    decode_prefix,
    decoder,
    encode,
    schema,
    variant,
)
from snapformat.bincode import (
    BTreeMap,
    BTreeSet,
    Err,
    HashMap,
    HashSet,
    Len,
    Length,
    Ok,
    Option,
    Result,
    Unit,
    char,
    compact_u16,
    f32,
    f64,
    i16,
    leb128,
    u8,
    u16,
    u32,
    u64,
    varint,
)
from snapformat.layout import layout_of
from snapformat.values import dumps, loads

BORSH, BCS, POSTCARD = Encoding.borsh(), Encoding.bcs(), Encoding.postcard()


@schema
class Item:
    """An item."""

    id: u32
    name: str


@schema
class Chain:
    """A list of structs in structs."""

    next: Option[Chain]


@schema
class Color(UnitEnum):
    """A color."""

    Red = variant("")
    Green = variant("")


def both(data: bytes, annotation: Any, encoding: Encoding) -> Any:
    """Return the value that all ways read; raise their error."""
    found = read_agrees(layout_of(annotation, encoding), data)
    value = decode(data, annotation, encoding)
    assert found is not None
    assert encoding.construct(annotation).parse(data) == value
    return value


def written(value: Any, annotation: Any, encoding: Encoding) -> bytes | None:
    """Return the bytes that all ways write."""
    return write_agrees(layout_of(annotation, encoding), value, fallback=True)


# --- the bytes of each -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "annotation", "value", "text"),
    [
        (Encoding.bincode1(), list[u16], [1], "0100000000000000 0100"),
        (Encoding.bincode1_options(), list[u16], [1], "01 01"),
        (Encoding.bincode1_options("fixed", "big"), list[u16], [1], "0000000000000001 0001"),
        (Encoding.bincode2_standard(), list[u32], [300], "01 fb2c01"),
        (Encoding.bincode2_standard("big"), u32, 300, "fb012c"),
        (Encoding.bincode2_legacy(), list[u16], [1], "0100000000000000 0100"),
        (Encoding.short_vec(), list[u16], [1] * 128, "8001" + "0100" * 128),
        (BORSH, list[u16], [1], "01000000 0100"),
        (BORSH, Color, Color.Green, "01"),
        (BORSH, Result[u8, u8], Ok(7), "01 07"),
        (BORSH, Result[u8, u8], Err(7), "00 07"),
        (BORSH, HashMap[u8, u8], {2: 0, 1: 9}, "02000000 0109 0200"),
        (BORSH, HashSet[u16], {258, 1}, "02000000 0100 0201"),
        (BCS, list[u16], [1], "01 0100"),
        (BCS, str, "a" * 128, "8001" + "61" * 128),
        (BCS, HashMap[u16, u8], {1: 0, 256: 9}, "02 000109 010000"),
        (POSTCARD, tuple[u16, i16], (300, -300), "ac02 d704"),
        (POSTCARD, char, "€", "03 e282ac"),
        (Encoding(lengths="u16", tags="u8"), tuple[str, Color], ("a", Color.Green), "0100 61 01"),
        (Encoding(lengths="leb128", byteorder="big"), list[u16], [1], "01 0001"),
    ],
)
def test_bytes(encoding: Encoding, annotation: Any, value: Any, text: str) -> None:
    data = bytes.fromhex(text)
    assert written(value, annotation, encoding) == data
    assert encode(value, annotation, encoding) == data
    assert encoding.construct(annotation).build(value) == data
    assert both(data, annotation, encoding) == value


# --- rules -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "annotation", "text", "message"),
    [
        (BCS, list[u8], "8000", "a longer form of a number"),
        (BCS, str, "ffffffff0f", "at most 2147483647"),
        (BCS, Color, "8000", "a longer form of a number"),
        (BCS, HashMap[u8, u8], "02 0201 0101", "not sorted by their bytes"),
        (BCS, BTreeMap[u8, u8], "02 0101 0101", "the same key again"),
        (BORSH, f32, "0000c07f", "NaN is not allowed"),
        (BORSH, list[f64], "01000000 000000000000f87f", "NaN is not allowed"),
        (BORSH, Annotated[list[f32], Len(2)], "00000000 0000c07f", "NaN is not allowed"),
        (POSTCARD, u16, "808004", "beyond the range"),
        (POSTCARD, u16, "80808000", "not a variable-length integer"),
        (POSTCARD, char, "05 6161616161", "not a char"),
        (POSTCARD, char, "00", "not a char"),
        (Encoding.bincode1_options(), u16, "fcffffffff", "beyond the range"),
        (Encoding.bincode2_standard(), u16, "fc01000000", "marker 252"),
        (Encoding.short_vec(), list[u8], "8000", "a longer form of a number"),
        (Encoding.short_vec(), list[u8], "ffff04", "beyond the range"),
        (Encoding(lengths="u8"), list[Unit], "", "ends too early"),
    ],
)
def test_refused_bytes(encoding: Encoding, annotation: Any, text: str, message: str) -> None:
    data = bytes.fromhex(text)
    assert read_agrees(layout_of(annotation, encoding), data) is None
    with pytest.raises(DecodeError, match=message):
        decode(data, annotation, encoding)
    with pytest.raises(c.ConstructError):
        encoding.construct(annotation).parse(data)


@pytest.mark.parametrize(
    ("encoding", "annotation", "value", "message"),
    [
        (BORSH, f64, math.nan, "NaN is not allowed"),
        (BORSH, list[f32], [0.0, math.nan], "NaN is not allowed"),
        (Encoding(lengths="u8"), str, "a" * 256, "u8"),
        (Encoding.short_vec(), list[u8], [0] * 65536, "compact_u16"),
    ],
)
def test_refused_values(encoding: Encoding, annotation: Any, value: Any, message: str) -> None:
    assert written(value, annotation, encoding) is None
    with pytest.raises(EncodeError, match=message):
        encode(value, annotation, encoding)


def test_bincode_1_reads_wider_forms() -> None:
    """A number behind any marker is read, as by the crate; it is written in the shortest form."""
    encoding = Encoding.bincode1_options()
    assert both(bytes.fromhex("fc07000000"), u16, encoding) == 7
    assert encode(7, u16, encoding) == b"\x07"


def test_bcs_is_nested_500_deep() -> None:
    value = Chain(None)
    for _ in range(499):
        value = Chain(value)
    data = encode(value, Chain, BCS)
    assert read_agrees(layout_of(Chain, BCS), data) == (value, 500)
    with pytest.raises(EncodeError, match="nested too deeply"):
        encode(Chain(value), Chain, BCS)
    with pytest.raises(DecodeError, match="nested too deeply"):
        decode(b"\x01" + data, Chain, BCS)
    assert decode(b"\x01" + data, Chain) == Chain(value)


@pytest.mark.parametrize(
    ("encoding", "annotation", "message"),
    [
        (BCS, f32, "BCS has no floats"),
        (BCS, list[Option[f64]], "BCS has no floats"),
        (BCS, char, "BCS has no chars"),
        (BORSH, char, "borsh has no chars"),
        (BORSH, list[Unit], "zero-sized"),
        (BORSH, HashSet[HashSet[u8]], "no order"),
    ],
)
def test_refused_types(encoding: Encoding, annotation: Any, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        encode(None, annotation, encoding)
    with pytest.raises(SchemaError, match=message):
        decode(b"", annotation, encoding)


def test_a_refused_type_is_named() -> None:
    @schema
    class Point:
        x: u8
        y: f32

    with pytest.raises(SchemaError, match="BCS has no floats") as caught:
        decode(b"", list[Point], BCS)
    assert (caught.value.owner, caught.value.field) == (Point.__qualname__, "y")


def test_more_variants_than_a_tag_has() -> None:
    cls = schema(UnitEnum("Many", {f"V{at}": variant("") for at in range(257)}, module=__name__))
    for encoding in (BORSH, Encoding(tags="u8")):
        with pytest.raises(SchemaError, match="at most 256 variants"):
            decode(b"\0", cls, encoding)
    assert decode(b"\x80\x02", cls, BCS) == list(cls)[256]


# --- bytes after the value ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "refuses"),
    [
        (Encoding.bincode1(), False),
        (Encoding.bincode1_options(), True),
        (Encoding.bincode1_options(trailing="ignore"), False),
        (Encoding.bincode2_standard(), False),
        (BORSH, True),
        (BCS, True),
        (POSTCARD, False),
    ],
)
@pytest.mark.parametrize("annotation", [u8, Item, list[u64]])
def test_trailing(annotation: Any, encoding: Encoding, refuses: bool) -> None:
    value = {u8: 1}.get(annotation, [3] if annotation is not Item else Item(1, "a"))
    data = encode(value, annotation, encoding)
    for lazy in (False, True):
        for _ in range(3):  # by the reference, and by generated code
            assert decode(data, annotation, encoding, lazy=lazy) == value
            assert decode(data, annotation, encoding, trailing="refuse", lazy=lazy) == value
            assert decode(data + b"\0", annotation, encoding, trailing="ignore", lazy=lazy) == value
            assert decoder(annotation, encoding, trailing="ignore", lazy=lazy)(data + b"\0") == value
            assert decode_prefix(data + b"\0", annotation, encoding) == (value, len(data))
            with pytest.raises(DecodeError, match="1 byte left after the value") as caught:
                decode(data + b"\0", annotation, encoding, trailing="refuse", lazy=lazy)
            assert caught.value.offset == len(data)
            if refuses:
                with pytest.raises(DecodeError, match="1 byte left after the value"):
                    decode(data + b"\0", annotation, encoding, lazy=lazy)
            else:
                assert decode(data + b"\0", annotation, encoding, lazy=lazy) == value


def test_trailing_of_views() -> None:
    data = encode([1, 2], list[u64])
    assert decode(data + b"\0", list[u64], lazy=True, arrays="memoryview").tolist() == [1, 2]
    with pytest.raises(DecodeError, match="1 byte left"):
        decode(data + b"\0", list[u64], trailing="refuse", lazy=True, arrays="memoryview")


def test_trailing_of_bitcode() -> None:
    encoding = Encoding.bitcode()
    data = encode(7, u8, encoding)
    assert decode(data + b"\0", u8, encoding, trailing="ignore") == 7
    with pytest.raises(DecodeError):
        decode(data + b"\0", u8, encoding)


def test_no_such_rule() -> None:
    with pytest.raises(ValueError, match="trailing must be 'refuse' or 'ignore'"):
        decode(b"\0", u8, trailing="keep")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="lengths must be"):
        Encoding(lengths="u12")  # type: ignore[arg-type]


# --- lengths of fields -------------------------------------------------------------------------------------


@schema
class Parts:
    """Lengths of many widths."""

    items: Annotated[list[Item], Length(compact_u16)]
    by_id: Annotated[BTreeMap[u8, Item], Length(leb128)]
    marks: Annotated[BTreeSet[u8], Length(u16)]
    raw: Annotated[bytes, Length(varint)]
    text: Annotated[str, Length(u8)]
    plain: list[u8]


PARTS = Parts([Item(1, "a")] * 130, {7: Item(2, "b")}, {1, 2}, b"raw", "text", [9])


@pytest.mark.parametrize(
    "encoding",
    [Encoding.bincode1(), Encoding.bincode1_options(), BORSH, BCS, POSTCARD, Encoding("fixed", "big")],
)
def test_lengths_of_fields(encoding: Encoding) -> None:
    data = written(PARTS, Parts, encoding)
    assert data is not None
    assert data.startswith(b"\x82\x01" + encode(Item(1, "a"), Item, encoding))
    assert both(data, Parts, encoding) == PARTS
    assert encoding.construct(Parts).build(PARTS) == data
    assert decode(data, Parts, encoding, lazy=True) == PARTS
    assert loads(dumps(PARTS, Parts), Parts) == PARTS
    for size in range(len(data)):
        assert read_agrees(layout_of(Parts, encoding), data[:size]) is None


def test_errors_in_them_have_a_path() -> None:
    bad = Parts([Item(1, "a"), Item("x", "a")], {}, set(), b"", "", [])  # type: ignore[arg-type]
    with pytest.raises(EncodeError) as caught:
        encode(bad, Parts)
    assert caught.value.path == "$.items[1].id"
    with pytest.raises(DecodeError) as refused:
        decode(b"\x80\x00", Parts)
    assert (refused.value.path, refused.value.offset) == ("$.items", 0)


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (Annotated[u8, Length(u8)], "Length belongs on"),
        (Annotated[list[u8], Length(i16)], "needs an unsigned integer"),
        (Annotated[list[u8], Length(str)], "needs an unsigned integer"),
        (Annotated[list[u8], Length(u8), Length(u16)], "a Length already"),
        (Annotated[list[u8], Length(u8), Len(2)], "Length belongs on"),
    ],
)
def test_refused_lengths(annotation: Any, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        encode([], annotation)


def test_they_have_no_place_in_columns() -> None:
    bitcode = Encoding.bitcode()
    assert decode(encode(PARTS, Parts, bitcode), Parts, bitcode) == PARTS
    assert encode([1], Annotated[list[u8], Length(u16)], bitcode) == encode([1], list[u8], bitcode)
    assert encode(300, compact_u16, bitcode) == encode(300, u16, bitcode)


# --- in constructs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", [Encoding.bincode1(), BORSH, POSTCARD])
def test_prefixed_array_with_a_compact_length(encoding: Encoding) -> None:
    count, item = encoding.construct(compact_u16), encoding.construct(Item)
    declared = c.Struct("items" / c.PrefixedArray(count, item), "end" / c.Int8ul)
    value = {"items": [Item(at, "n") for at in range(200)], "end": 7}
    data = declared.build(value)
    assert data.startswith(b"\xc8\x01" + encode(Item(0, "n"), Item, encoding))
    layout = layout_of(declared)
    found = read_agrees(layout, data)
    assert found is not None
    assert (found[0]["items"], found[0]["end"]) == (value["items"], 7)
    assert write_agrees(layout, value) == data
    with pytest.raises(DecodeError) as caught:
        decode(data[:-2], declared)
    assert caught.value.path == "$.items[199].name"
