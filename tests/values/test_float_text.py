"""The text of floats: the shortest that gives the same float, in the form of Rust's `ryu`."""

from __future__ import annotations

import random
import struct

import pytest

from snapformat import encode
from snapformat.bincode import f32, f64
from snapformat.values import dumps, loads

F64 = [
    ("0.0", 0.0),
    ("-0.0", -0.0),
    ("1.0", 1.0),
    ("-1.5", -1.5),
    ("0.1", 0.1),
    ("0.3333333333333333", 1 / 3),
    ("123456789.125", 123456789.125),
    ("1000000000000000.0", 1e15),
    ("1234567890123456.0", 1234567890123456.0),
    ("9007199254740993.0", None),
    ("1e16", 1e16),
    ("1.2345678901234568e17", 123456789012345680.0),
    ("1e21", 1e21),
    ("0.001", 0.001),
    ("0.0001234", 0.0001234),
    ("0.00001", 1e-5),
    ("1e-6", 1e-6),
    ("1.5e-7", 1.5e-7),
    ("1.7976931348623157e308", 1.7976931348623157e308),
    ("2.2250738585072014e-308", 2.2250738585072014e-308),
    ("5e-324", 5e-324),
]


@pytest.mark.parametrize(("text", "value"), F64)
def test_f64(text, value):
    if value is None:
        # 2^53 + 1 is none: the nearest is printed.
        assert dumps(loads(text, f64), f64) == "9007199254740992.0"
        return
    assert dumps(value, f64) == text
    assert struct.pack("<d", loads(text, f64)) == struct.pack("<d", value)


F32 = [
    ("0.1", 0.1),
    ("0.3", 0.3),
    ("-0.0", -0.0),
    ("16777216.0", 16777216.0),
    ("3.4028235e38", 3.4028234663852886e38),
    ("1.1754944e-38", 1.1754943508222875e-38),
    ("1e-45", 1.401298464324817e-45),
    ("0.33333334", 1 / 3),
    ("3.1415927", 3.14159265358979),
    ("1000000000000.0", 1e12),
    ("0.00001", 1e-5),
    ("1e-7", 1e-7),
    ("4194304.5", 4194304.5),
]


@pytest.mark.parametrize(("text", "value"), F32)
def test_f32(text, value):
    assert dumps(value, f32) == text
    assert encode(loads(text, f32), f32) == struct.pack("<f", value)


@pytest.mark.parametrize(("text", "value"), [("1e13", 1e13), ("1e14", 1e14), ("0.000001", 1e-6)])
def test_where_the_exponent_begins_in_f32(text, value):
    assert dumps(value, f32) == text


def test_integers_are_floats_too():
    assert loads("5", f64) == 5.0
    assert type(loads("5", f64)) is float
    assert dumps(5, f64) == "5.0"


def test_a_short_float_is_rounded_once():
    assert loads("0.1", f32) == struct.unpack("<f", struct.pack("<f", 0.1))[0]
    assert encode(loads("16777217", f32), f32) == struct.pack("<f", 16777216.0)


def test_random_floats_come_back():
    numbers = random.Random(5)
    for _ in range(2000):
        (wide,) = struct.unpack("<d", numbers.randbytes(8))
        (short,) = struct.unpack("<f", numbers.randbytes(4))
        if wide - wide == 0:
            assert loads(dumps(wide, f64), f64) == wide
        if short - short == 0:
            text = dumps(short, f32)
            assert encode(loads(text, f32), f32) == struct.pack("<f", short)
            assert len(text.strip("-").replace(".", "").partition("e")[0].strip("0")) <= 9
