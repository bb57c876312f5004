"""The table of the manual: what it says differs from construct does, and nothing else is passed over."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import construct as c
import pytest

from constructs.manual import ROWS, refused_by_manual
from snapformat import DecodeError, EncodeError, decode, encode

MANUAL = Path(__file__).parents[2] / "docs" / "recipes.md"


@pytest.mark.parametrize("begin", ROWS.values(), ids=list(ROWS))
def test_rows_are_in_the_manual(begin: str) -> None:
    lines = MANUAL.read_text().splitlines()
    assert sum(line.startswith(begin) for line in lines) == 1


REFUSED = [
    ("a bool", c.Byte, True),
    ("a bool", c.Int16ub, False),
    ("a bool", c.Float32b, True),
    ("a bool", c.BitStruct("n" / c.Octet), {"n": True}),
    ("a bool", c.Struct("a" / c.Byte, "n" / c.Int24ub), {"a": 1, "n": True}),
    ("an integer for bytes", c.Bytes(2), 258),
    ("an integer for bytes", c.Struct("a" / c.Byte, "b" / c.Bytes(c.this.a)), {"a": 1, "b": 5}),
    ("something else than a list", c.Array(2, c.Byte), {1: 2, 3: 4}),
    ("something else than a list", c.PrefixedArray(c.Byte, c.Byte), {1, 2}),
]


@pytest.mark.parametrize(("row", "made", "value"), REFUSED)
def test_refused_values(row: str, made: Any, value: Any) -> None:
    assert made.build(value)
    assert refused_by_manual(lambda: made.build(value)) == row
    with pytest.raises(EncodeError):
        encode(value, made)


def test_a_count_is_an_integer() -> None:
    made = c.Struct("n" / c.Byte, "v" / c.Array(c.this.n / 1, c.Byte))
    value = {"n": 2, "v": [1, 2]}
    assert made.build(value) == b"\2\1\2"
    with pytest.raises(EncodeError):
        encode(value, made)


def test_a_hook_that_cancels() -> None:
    def cancel(obj: Any, context: Any) -> None:
        raise c.CancelParsing

    made = c.Struct("a" / (c.Byte * cancel))
    assert made.parse(b"\1") is None
    assert refused_by_manual(lambda: made.parse(b"\1")) == "a hook that cancels"
    with pytest.raises(DecodeError):
        decode(b"\1", made)


def test_bytes_that_are_kept() -> None:
    assert c.Flag.parse(b"\2") is True
    assert decode(b"\2", c.Flag)
    assert encode(decode(b"\2", c.Flag), c.Flag) == b"\2"
    flags = c.FlagsEnum(c.Byte, a=1)
    assert flags.build(flags.parse(b"\7")) == b"\1"
    assert decode(b"\7", flags)["_unnamed"] == 6
    assert encode(decode(b"\7", flags), flags) == b"\7"
    data = bytes.fromhex("7fc00123")
    assert math.isnan(struct.unpack(">f", data)[0])
    assert encode(decode(data, c.Float32b), c.Float32b) == data


def test_a_compiled_construct_on_too_few_bytes() -> None:
    compiled = c.Struct("n" / c.Byte, "d" / c.Bytes(c.this.n)).compile()
    assert compiled.parse(b"\5ab").d == b"ab"
    with pytest.raises(DecodeError):
        decode(b"\5ab", compiled)
