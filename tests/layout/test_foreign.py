"""What construct, or code of a user's in it, says is wrong: kept whole, with field, element and offset."""

# ruff: noqa: E501 - tables read better in one line each
from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from typing import Annotated, Any

import construct as c
import pytest

from snapformat import DecodeError, EncodeError, SnapshotError, decode, decode_stream, encode, schema
from snapformat.bincode import HashMap, Via, u8
from snapformat.docs import build
from snapformat.encodings.bincode.encoding import layout_for
from snapformat.layout import layout_of, walk
from snapformat.values import dumps, loads

this = c.this


def refuse(value: Any, context: Any) -> Any:
    raise RuntimeError(f"the sensor\n   is off: {value}")


OPAQUE = "opaque" / c.Optional(c.Byte)  # which construct runs, before or behind the part in question
WORDS = c.Struct("kind" / c.Byte, "body" / c.Struct("words" / c.Array(3, c.Struct("x" / c.Int32ub))), OPAQUE)
SUM = c.Struct(
    "f" / c.RawCopy(c.Bytes(2)), "sum" / c.Checksum(c.Byte, lambda data: sum(data) & 255, this.f.data)
)
PARSED: list[tuple[str, Any, bytes, str, int, str]] = [
    ("stream", WORDS, b"\1" + bytes(10), "$.body.words[2].x", 9, "the data ends too early: expected 4 bytes, found 2"),
    ("check", c.Struct("a" / c.Byte, c.Check(this.a == 2)), b"\1", "$._1", 1, "CheckError: check failed"),
    ("one of", c.Struct("a" / c.Byte, "b" / c.OneOf(c.Int16ub, [1])), b"\1\0\3", "$.b", 1, "validation: 3"),
    ("checksum", SUM, b"\1\1\3", "$.sum", 2, "ChecksumError: wrong checksum, read 3, computed 2"),
    ("mapping", c.Struct(OPAQUE, "m" / c.Mapping(c.Byte, {"x": 1})), b"\1\2", "$.m", 1, "no decoding mapping for 2, only for 1"),
    ("const", c.Struct(OPAQUE, "m" / c.Const(b"AB")), b"\1CD", "$.m", 1, "not the constant: expected b'AB', found b'CD'"),
    ("select", c.Struct("a" / c.Byte, "s" / c.Select(c.Int32ub, c.Int16ub)), b"\1\2", "$.s", 1, "SelectError: no sub"),
    ("error", c.Struct("a" / c.Byte, "s" / c.Struct("e" / c.Error)), b"\1", "$.s.e", 1, "ExplicitError: Error field"),
    ("terminated", c.Struct("a" / c.Byte, c.Terminated), b"\1\2", "$._1", 1, "TerminatedError: expected end"),
    ("text", c.Struct("a" / c.Byte, "t" / c.PaddedString(2, "utf8")), b"\1\xff\xff", "$.t", 1, "StringError: cannot use encoding 'utf8'"),
    ("integer", c.Struct(OPAQUE, "i" / c.BytesInteger(this.opaque - 1)), b"\1", "$.i", 1, "IntegerError: length 0"),
    ("users'", c.Struct("a" / c.ExprAdapter(c.Int16ub, refuse, refuse)), b"\0\7", "$.a", 0, "RuntimeError: the sensor is off: 7"),
    ("range", c.Struct(OPAQUE, "r" / c.Array(lambda ctx: -1, c.Byte)), b"\1", "$.r", 1, "a bad number of elements: expected a number of 0 or more, found -1"),
    ("counted", c.Struct(OPAQUE, "r" / c.PrefixedArray(c.Byte, c.Struct("y" / c.Int16ub))), b"\1\2\0\0\0", "$.r", 1, "more elements than the data can hold: expected at most 1 elements of 2 bytes or more, found 2"),
    ("element", c.Struct(OPAQUE, "r" / c.PrefixedArray(c.Byte, c.Struct("y" / c.OneOf(c.Int16ub, [0])))), b"\1\2\0\0\0\1", "$.r[1].y", 4, "validation: 1"),
    ("until", c.Struct("r" / c.RepeatUntil(lambda x, *_: x == 0, c.OneOf(c.Byte, [0, 1]))), b"\1\1\5", "$.r[2]", 2, "validation: 5"),
    ("prefixed", c.Struct(OPAQUE, "p" / c.Prefixed(c.Byte, c.Struct("q" / c.Int32ub))), b"\1\2\0\0", "$.p.q", 2, "found 2"),
    ("bits", c.Struct("a" / c.Byte, "b" / c.BitStruct("n" / c.OneOf(c.Nibble, [1]), "m" / c.Nibble)), b"\1\x55", "$.b.n", 1, "validation: 5"),
    ("names of bytes", c.Struct(b"a" / c.Struct(b"z\xff" / c.Int16ub), OPAQUE), b"\1", '$.a["z\\\\xff"]', 0, "found 1"),
    ("of nothing", c.Struct("k" / c.Byte, "v" / c.Switch(this.k, {1: c.Byte, 2: None})), b"\2", "$.v", 1, "AttributeError: 'None"),
]  # fmt: skip


READERS: list[Callable[[bytes, Any], Any]] = [
    decode,
    lambda data, layout: decode(data, layout, lazy=True),
    lambda data, layout: list(walk(layout_of(layout), data)),
    lambda data, layout: decode_stream(io.BytesIO(data), layout),
]


@pytest.mark.parametrize("row", PARSED, ids=[row[0] for row in PARSED])
def test_reading(row: tuple[str, Any, bytes, str, int, str]) -> None:
    _, layout, data, path, offset, reason = row
    for read in READERS:
        with pytest.raises(DecodeError, match=reason) as caught:
            read(data, layout)
        error = caught.value
        assert (error.path, error.offset) == (path, offset)
        assert "Error in path" not in str(error)
        assert "\n" not in str(error)


BUILT: list[tuple[str, Any, Any, str, str]] = [
    ("one of", c.Struct("b" / c.OneOf(c.Byte, [1])), {"b": 3}, "$.b", "ValidationError: object failed validation: 3"),
    ("range", c.Struct(OPAQUE, "r" / c.Array(2, c.Byte)), {"r": [1]}, "$.r", "the value does not fit: expected 2 elements, found 1"),
    ("element", c.Struct(OPAQUE, "r" / c.Array(2, c.Struct("y" / c.Byte))), {"r": [{"y": 1}, {"y": 300}]}, "$.r[1].y", "the value does not fit: expected u8 from 0 to 255, found 300"),
    ("counted", c.Struct(OPAQUE, "r" / c.PrefixedArray(c.Byte, c.Byte)), {"r": [1, "x"]}, "$.r[1]", "the value does not fit: expected u8, found str 'x'"),
    ("mapping", c.Struct("m" / c.Mapping(c.Byte, {"x": 1})), {"m": "y"}, "$.m", "no encoding mapping for 'y', only for x"),
    ("users'", c.Struct("a" / c.ExprAdapter(c.Byte, refuse, refuse)), {"a": 7}, "$.a", "RuntimeError: the sensor is off: 7"),
    ("of nothing", c.Struct("k" / c.Byte, "v" / c.Switch(this.k, {1: c.Byte, 2: None})), {"k": 2, "v": 1}, "$.v", "AttributeError: 'None"),
]  # fmt: skip


@pytest.mark.parametrize("row", BUILT, ids=[row[0] for row in BUILT])
def test_writing(row: tuple[str, Any, Any, str, str]) -> None:
    _, layout, value, path, reason = row
    for write in (encode, dumps):
        with pytest.raises(EncodeError, match=reason) as caught:
            write(value, layout)
        assert caught.value.path == path
        assert "Error in path" not in str(caught.value)
        assert "\n" not in str(caught.value)


@schema
class Inner:
    numbers: list[u8]
    flag: bool


def test_kinds_of_ours_in_what_construct_runs() -> None:
    layout = c.Struct("a" / c.Byte, "inner" / layout_for(list[Inner]), OPAQUE)
    with pytest.raises(DecodeError) as caught:
        decode(b"\1" + encode([Inner([], True), Inner([], True)], list[Inner])[:-1] + b"\7", layout)
    assert (caught.value.path, caught.value.offset) == ("$.inner[1].flag", 26)


@pytest.mark.parametrize("size", [0, -1, 1 << 70])
def test_sizes_that_are_none(size: int) -> None:
    layouts = [
        c.Struct("a" / c.BytesInteger(size)),
        c.Struct("a" / c.Bytes(size)),
        c.Struct("a" / c.Padding(size)),
        c.Struct("a" / c.Array(size, c.Byte)),
        c.Struct("a" / c.BitStruct("b" / c.BitsInteger(size * 8))) if size < 1 << 60 else c.Pass,
    ]
    for layout in layouts:
        for call in (
            lambda layout=layout: decode(b"\1\2", layout),
            lambda layout=layout: decode(b"\1\2", layout, lazy=True),
            lambda layout=layout: encode({"a": 1}, layout),
            lambda layout=layout: dumps({"a": {"b": 1}}, layout),
            lambda layout=layout: loads('{"a": 1}', layout),
        ):
            with contextlib.suppress(SnapshotError):
                call()
        build([layout], outputs=("html", "markdown", "json"))


def test_names_of_bytes() -> None:
    layout = c.Struct(b"count" / c.Byte, "items" / c.Array(this[b"count"], c.Byte))
    value = decode(b"\2\1\1", layout)
    assert value == {b"count": 2, "items": [1, 1]}
    assert encode(value, layout) == b"\2\1\1"
    assert loads(dumps(value, layout), layout) == value
    assert "count" in build([layout], outputs=("markdown",)).files["data.md"]
    with pytest.raises(DecodeError) as caught:
        decode(b"", layout)
    assert caught.value.path == "$.count"


class Speechless(ValueError):
    def __str__(self) -> str:
        raise KeyError


def fail(value: object) -> Any:
    raise Speechless


def test_an_exception_without_a_text() -> None:
    annotation = Annotated[int, Via(u8, decode=fail, encode=fail, name="Thing")]

    @schema
    class Loud:
        x: u8

        def __post_init__(self) -> None:
            fail(self.x)

    for call in (
        lambda: decode(b"\1", annotation),
        lambda: encode(1, annotation),
        lambda: dumps(1, annotation),
        lambda: loads("1", annotation),
        lambda: encode({1: 1}, HashMap[annotation, u8]),
        lambda: decode(b"\1", c.Struct("a" / layout_for(annotation), OPAQUE)),
        lambda: encode({"a": 1}, c.Struct("a" / layout_for(annotation), OPAQUE)),
        lambda: decode(b"\1", Loud),
        lambda: loads('{"x": 1}', Loud),
        lambda: decode(b"\1", c.Struct("a" / c.ExprAdapter(c.Byte, lambda *_: fail(1), fail))),
    ):
        with pytest.raises(SnapshotError) as caught:
            call()
        assert "Speechless" in str(caught.value)


def test_all_lines_of_a_reason_are_kept() -> None:
    @schema
    class Checked:
        x: u8

        def __post_init__(self) -> None:
            if self.x == 1:
                raise ValueError(
                    "1 validation error for Checked\nx\n  Input should be greater than 1 [type=gt]"
                )

    for call in (lambda: decode(b"\1", Checked), lambda: loads('{"x": 1}', Checked)):
        with pytest.raises(DecodeError) as caught:
            call()
        assert str(caught.value).startswith(
            "not a Checked: ValueError: 1 validation error for Checked x Input should be greater than 1 [type=gt]"
        )
