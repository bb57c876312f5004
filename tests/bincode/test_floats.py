"""Floats keep every bit: signs of zero, payloads of NaN, signalling or quiet."""

from __future__ import annotations

import math
import struct
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

import pytest

from snapformat import EncodeError, Encoding, decode, encode
from snapformat.bincode import HashMap, Len, Option, PairMap, f32, f64

F32_BITS = [
    0x00000000,
    0x80000000,
    0x00000001,
    0x807FFFFF,
    0x3F800000,
    0x7F7FFFFF,
    0x7F800000,
    0xFF800000,
    0x7FC00000,
    0xFFC00000,
    0x7F800001,
    0xFF800001,
    0x7FA00000,
    0x7FBFFFFF,
    0xFFFFFFFF,
]
F64_BITS = [
    0x0000000000000000,
    0x8000000000000000,
    0x0000000000000001,
    0x7FF0000000000000,
    0xFFF0000000000000,
    0x7FF8000000000000,
    0xFFF8000000000123,
    0x7FF0000000000001,
    0xFFF4000000000000,
    0xFFFFFFFFFFFFFFFF,
]


@pytest.mark.parametrize("byteorder", ["little", "big"])
@pytest.mark.parametrize(
    ("annotation", "size", "bits"),
    [*((f32, 4, bits) for bits in F32_BITS), *((f64, 8, bits) for bits in F64_BITS)],
)
def test_every_bit(annotation, size, bits, byteorder):
    encoding = Encoding(byteorder=byteorder)
    data = bits.to_bytes(size, byteorder)
    whole = [
        (annotation, data),
        (Annotated[list[annotation], Len(3)], data * 3),
        (list[annotation], (2).to_bytes(8, byteorder) + data * 2),
        (tuple[annotation, annotation], data * 2),
        (Option[annotation], b"\1" + data),
    ]
    for kind, stored in whole:
        value = decode(stored, kind, encoding)
        assert encode(value, kind, encoding) == stored
        alone = encoding.construct(kind)
        assert alone.build(alone.parse(stored)) == stored


def test_values():
    assert decode(struct.pack("<f", 0.1), f32) == struct.unpack("<f", struct.pack("<f", 0.1))[0]
    assert math.copysign(1, decode(bytes.fromhex("00000080"), f32)) == -1
    assert math.isnan(decode(bytes.fromhex("0100807f"), f32))
    assert encode(0.1, f32) == bytes.fromhex("cdcccc3d")
    assert encode(math.nan, f32) == bytes.fromhex("0000c07f")
    assert encode(-math.inf, f32) == bytes.fromhex("000080ff")


def test_the_edge_of_f32():
    largest = 3.4028234663852886e38
    assert encode(largest, f32) == bytes.fromhex("ffff7f7f")
    # Rounds down to the largest; half a step more would be infinite.
    assert encode(3.4028235e38, f32) == bytes.fromhex("ffff7f7f")
    assert encode(1e-46, f32) == bytes(4)


def test_a_nan_whose_payload_f32_does_not_have_is_still_a_nan():
    (value,) = struct.unpack("<d", (0x7FF0000000000001).to_bytes(8, "little"))
    assert decode(encode(value, f32), f32) != decode(encode(value, f32), f32)


def test_nans_as_keys():
    value = PairMap([(math.nan, 1.0), (-math.inf, 2.0)])
    data = encode(value, HashMap[f64, f64])
    assert encode(decode(data, HashMap[f64, f64]), HashMap[f64, f64]) == data


@pytest.mark.parametrize("value", [Fraction(3, 2), Decimal("1.5"), Decimal("Infinity"), Decimal("1e-400")])
def test_other_real_numbers(value):
    for annotation in (f32, f64, list[f32], tuple[f64, f64]):
        given = {list[f32]: [value] * 9, tuple[f64, f64]: (value, 1.0)}.get(annotation, value)
        equal = {list[f32]: [float(value)] * 9, tuple[f64, f64]: (float(value), 1.0)}.get(
            annotation, float(value)
        )
        assert encode(given, annotation) == encode(equal, annotation)
        assert Encoding().construct(annotation).build(given) == encode(equal, annotation)


@pytest.mark.parametrize("value", [1j, True, "1.5", b"1", None, Decimal("sNaN"), object()])
def test_what_is_no_real_number(value):
    for annotation in (f32, f64):
        with pytest.raises(EncodeError, match=r"expected f(32|64), found"):
            encode(value, annotation)


@pytest.mark.parametrize("value", [Decimal("1e400"), Fraction(10**400), 10**400])
def test_beyond_a_double(value):
    with pytest.raises(EncodeError, match="expected f64 within its range"):
        encode(value, f64)
