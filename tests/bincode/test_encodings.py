"""The four encodings, and the limit of claimed bytes."""

from __future__ import annotations

from typing import Annotated

import pytest

from snapformat import (
    DecodeError,
    EncodeError,
    Encoding,
    Limits,
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
    ByteArray,
    Len,
    Option,
    Unit,
    char,
    f32,
    f64,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
)

FIXED_LE = Encoding()
FIXED_BE = Encoding(byteorder="big")
VARIABLE_LE = Encoding("variable")
VARIABLE_BE = Encoding("variable", "big")


@schema
class Pick(UnitEnum):
    A = variant()
    B = variant()


#: Type, value, and its bytes: fixed little, fixed big, variable little, variable big.
CASES = [
    (u8, 255, "ff", "ff", "ff", "ff"),
    (i8, -1, "ff", "ff", "ff", "ff"),
    (u16, 250, "fa00", "00fa", "fa", "fa"),
    (u16, 251, "fb00", "00fb", "fbfb00", "fb00fb"),
    (u32, 65535, "ffff0000", "0000ffff", "fbffff", "fbffff"),
    (u32, 65536, "00000100", "00010000", "fc00000100", "fc00010000"),
    (u64, 1 << 32, "0000000001000000", "0000000100000000", "fd0000000001000000", "fd0000000100000000"),
    (usize, 5, "0500000000000000", "0000000000000005", "05", "05"),
    (isize, -3, "fdffffffffffffff", "fffffffffffffffd", "05", "05"),
    (i16, -1, "ffff", "ffff", "01", "01"),
    (i16, 125, "7d00", "007d", "fa", "fa"),
    (i16, -126, "82ff", "ff82", "fbfb00", "fb00fb"),
    (i32, -(1 << 31), "00000080", "80000000", "fcffffffff", "fcffffffff"),
    (i64, (1 << 63) - 1, "ffffffffffffff7f", "7fffffffffffffff", "fdfeffffffffffffff", "fdfffffffffffffffe"),
    (
        u128,
        1 << 64,
        "00" * 8 + "01" + "00" * 7,
        "00" * 7 + "01" + "00" * 8,
        "fe" + "00" * 8 + "01" + "00" * 7,
        None,
    ),
    (i128, -1, "ff" * 16, "ff" * 16, "01", "01"),
    (f32, 1.0, "0000803f", "3f800000", "0000803f", "3f800000"),
    (f64, 1.0, "000000000000f03f", "3ff0000000000000", "000000000000f03f", "3ff0000000000000"),
    (bool, True, "01", "01", "01", "01"),
    (char, "€", "e282ac", "e282ac", "e282ac", "e282ac"),
    (str, "é", "0200000000000000c3a9", "0000000000000002c3a9", "02c3a9", "02c3a9"),
    (bytes, b"a", "010000000000000061", "000000000000000161", "0161", "0161"),
    (Option[u16], 1, "010100", "010001", "0101", "0101"),
    (list[u16], [1], "01000000000000000100", "00000000000000010001", "0101", "0101"),
    (Annotated[list[u16], Len(2)], [1, 2], "01000200", "00010002", "0102", "0102"),
    (Annotated[bytes, ByteArray(1)], b"a", "010000000000000061", "000000000000000161", "0161", "0161"),
    (tuple[u8, u16], (1, 2), "010200", "010002", "0102", "0102"),
    (BTreeMap[u8, u16], {1: 2}, "0100000000000000010200", "0000000000000001010002", "010102", "010102"),
    (Pick, Pick.B, "01000000", "00000001", "01", "01"),
    (Unit, (), "", "", "", ""),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]!r}-{case[2]}")
def test_bytes(case):
    annotation, value, *wanted = case
    for encoding, text in zip((FIXED_LE, FIXED_BE, VARIABLE_LE, VARIABLE_BE), wanted, strict=True):
        data = encode(value, annotation, encoding)
        if text is not None:
            assert data.hex() == text
        assert decode_prefix(data + b"\xaa", annotation, encoding) == (value, len(data))
        struct = encoding.construct(annotation)
        assert (struct.build(value), struct.parse(data)) == (data, value)
        for size in range(len(data)):
            with pytest.raises(DecodeError):
                decode(data[:size], annotation, encoding)


def test_longer_forms_of_variable_integers_are_taken():
    for text in ("05", "fb0500", "fc05000000", "fd0500000000000000"):
        assert decode(bytes.fromhex(text), u64, VARIABLE_LE) == 5
    assert decode(bytes.fromhex("fb0300"), i64, VARIABLE_LE) == -2


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (u16, "fc05000000"),
        (u32, "fd0500000000000000"),
        (u64, "fe" + "00" * 16),
        (u64, "ff"),
        (str, "ff"),
        (Pick, "ff"),
    ],
)
def test_markers_too_wide(annotation, text):
    with pytest.raises(DecodeError, match="marker") as caught:
        decode(bytes.fromhex(text), annotation, VARIABLE_LE)
    assert caught.value.offset == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"integers": "huge"}, "integers must be 'fixed', 'variable' or 'leb128', not 'huge'"),
        ({"byteorder": "middle"}, "byteorder must be 'little' or 'big', not 'middle'"),
        ({"limit": -1}, "limit must not be negative: -1"),
    ],
)
def test_no_such_encoding(arguments, message):
    with pytest.raises(ValueError, match=message):
        Encoding(**arguments)


#: Type, value, claimed bytes: nominal widths, whatever the encoding.
CLAIMS = [
    (u8, 1, 1),
    (u128, 1, 16),
    (bool, True, 1),
    (char, "€", 3),
    (f32, 1.0, 4),
    (str, "abc", 11),
    (bytes, b"abc", 11),
    (Option[u32], None, 1),
    (Option[u32], 1, 5),
    (list[u8], [1, 2], 10),
    (list[Unit], [()] * 100, 8),
    (Annotated[list[u64], Len(3)], [1, 2, 3], 24),
    (BTreeMap[u8, u16], {1: 2, 2: 3}, 14),
    (tuple[u8, str], (1, "a"), 10),
    (Pick, Pick.A, 4),
    (Unit, (), 0),
]


@pytest.mark.parametrize("integers", ["fixed", "variable"])
@pytest.mark.parametrize(("annotation", "value", "claim"), CLAIMS)
def test_limit_counts_nominal_widths(annotation, value, claim, integers):
    data = encode(value, annotation, Encoding(integers))
    assert decode(data, annotation, Encoding(integers, limit=claim)) == value
    assert Encoding(integers, limit=claim).construct(annotation).parse(data) == value
    if claim:
        with pytest.raises(DecodeError, match="limit"):
            decode(data, annotation, Encoding(integers, limit=claim - 1))


@pytest.mark.parametrize("integers", ["fixed", "variable"])
@pytest.mark.parametrize(("annotation", "value", "claim"), CLAIMS)
def test_writing_refuses_what_reading_would(annotation, value, claim, integers):
    data = encode(value, annotation, Encoding(integers, limit=None))
    assert encode(value, annotation, Encoding(integers, limit=claim)) == data
    if claim:
        with pytest.raises(EncodeError, match=f"limit of {claim - 1} bytes"):
            encode(value, annotation, Encoding(integers, limit=claim - 1))


def test_without_an_encoding_there_is_no_limit():
    data = encode("a" * 11_000_000, str)
    assert decode(data, str) == decoder(str)(data) == "a" * 11_000_000
    with pytest.raises(DecodeError, match="limit of 10485760 claimed bytes"):
        decode(data, str, Encoding())
    with pytest.raises(EncodeError, match="limit of 10485760 bytes"):
        encode("a" * 11_000_000, str, Encoding())


def test_claims_come_before_reads():
    with pytest.raises(DecodeError, match="limit of 10485760 claimed bytes"):
        decode((1 << 40).to_bytes(8, "little"), str, Encoding())
    # Nothing is claimed for the elements before they are read: these are only too many for the data.
    with pytest.raises(DecodeError, match="more elements than the data can hold"):
        decode((1 << 63).to_bytes(8, "little"), list[u8])
    with pytest.raises(DecodeError, match="ends too early"):
        decode((1 << 63).to_bytes(8, "little"), str)


def test_bounds_of_our_own_can_be_set():
    assert len(decode((1 << 20).to_bytes(8, "little"), list[Unit])) == 1 << 20
    with pytest.raises(DecodeError, match="too many zero-sized elements: expected at most 9"):
        decode((10).to_bytes(8, "little"), list[Unit], limits=Limits(zero_sized=9))
    nested = list[list[list[Unit]]]
    data = encode([[[()] * 5] * 2] * 3, nested)
    assert len(decode(data, nested, limits=Limits(zero_sized=30))) == 3
    with pytest.raises(DecodeError, match="too many zero-sized elements"):
        decode(data, nested, limits=Limits(zero_sized=29))
