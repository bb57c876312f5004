"""Errors show what matters: no tracebacks from inside, the foreign reason as their cause, nothing raw."""

from __future__ import annotations

import array
import io
import mmap
import pickle
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import construct as c
import pytest

from snapformat import (
    DataEnum,
    DecodeError,
    EncodeError,
    SchemaError,
    Snapshot,
    SnapshotError,
    SnapshotFormat,
    SnapshotIOError,
    UnitEnum,
    decode,
    decode_prefix,
    decode_stream,
    decoder,
    encode,
    schema,
    variant,
)
from snapformat.bincode import BTreeMap, HashMap, Option, Via, char, u8, u16
from snapformat.layout import layout_of, walk
from snapformat.path import Variant, format_path, parse_path
from snapformat.values import dumps, loads


@schema
class Level(UnitEnum):
    LOW = variant()
    HIGH = variant()


@schema
class Item(DataEnum):
    pass


@schema
class Gold(Item):
    amount: u16


@schema
class Save:
    name: str
    level: Level
    items: list[Item]
    bag: HashMap[str, u8]


def even(value: int) -> int:
    if value % 2:
        raise ValueError("it is odd")
    return value


Even = Annotated[int, Via(u8, decode=even, encode=even, name="Even")]
FORMAT = SnapshotFormat(name="saves", magic=7, version="1.0.0", payload=Save)
GOOD = Save("a", Level.LOW, [Gold(1)], {"a": 1})

#: Calls that fail by what our own code found.
OWN: list[Callable[[], Any]] = [
    lambda: encode(300, u8),
    lambda: encode("x", u8),
    lambda: encode(Save(1, Level.LOW, [], {}), Save),
    lambda: encode(Save("a\ud800", Level.LOW, [], {}), Save),
    lambda: encode(Save("a", 2, [], {}), Save),
    lambda: encode(Save("a", Level.LOW, [Gold(70000)], {}), Save),
    lambda: encode(Save("a", Level.LOW, [], {"a": 256}), Save),
    lambda: encode({2: 1, "a": 1}, BTreeMap[u8, u8]),
    lambda: encode("ab", char),
    lambda: encode({"n": 300}, c.Struct("n" / c.Byte)),
    lambda: encode({"k": 1}, c.Struct("k" / c.Byte, "b" / c.Bytes(c.this.k))),
    lambda: FORMAT.new(Save(1, Level.LOW, [], {})).to_bytes(),
    lambda: FORMAT.new(Save(1, Level.LOW, [], {})).save(io.BytesIO()),
    lambda: dumps(300, u8),
    lambda: dumps(Save("a", 2, [], {}), Save),
    lambda: decode(b"", u8),
    lambda: decode(b"\2", Option[u8]),
    lambda: decode(b"\1" + bytes(7) + b"\xff", str),
    lambda: decode(encode(GOOD, Save)[:-1], Save),
    lambda: decode(encode(GOOD, Save)[:-1], Save, lazy=True),
    lambda: decode_stream(io.BytesIO(b"\1"), u16),
    lambda: FORMAT.load(FORMAT.new(GOOD).to_bytes()[:-1]),
    lambda: FORMAT.load(FORMAT.new(GOOD).to_bytes()[:-1], lazy=True),
    lambda: FORMAT.load(b"no snapshot, but some text"),
    lambda: loads("300", u8),
    lambda: loads("{", u8),
    lambda: loads('{"a": "b"}', HashMap[u8, u8]),
]
#: Calls that fail by what code of others raised.
FOREIGN: list[Callable[[], Any]] = [
    lambda: encode(3, Even),
    lambda: encode([2, 3], list[Even]),
    lambda: dumps(3, Even),
    lambda: decode(b"\3", Even),
    lambda: loads("3", Even),
    lambda: encode({"b": 3}, c.Struct("b" / c.OneOf(c.Byte, [1]))),
    lambda: decode(b"\3", c.Struct("b" / c.OneOf(c.Byte, [1]))),
]


@pytest.mark.parametrize("call", OWN)
def test_nothing_from_inside_comes_before_an_error(call: Callable[[], Any]) -> None:
    for _ in range(3):  # by the reference, then by generated code
        with pytest.raises(SnapshotError) as caught:
            call()
        shown = "".join(traceback.format_exception(caught.value))
        assert "During handling" not in shown
        assert "direct cause" not in shown
        assert shown.count("Traceback") == 1
        assert "GuardError" not in shown


@pytest.mark.parametrize("call", FOREIGN)
def test_a_foreign_reason_is_the_cause(call: Callable[[], Any]) -> None:
    for _ in range(3):
        with pytest.raises(SnapshotError) as caught:
            call()
        error = caught.value
        shown = "".join(traceback.format_exception(error))
        assert "During handling" not in shown
        assert shown.count("direct cause") == 1
        assert isinstance(error.__cause__, ValueError | c.ConstructError)
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize(
    "call",
    [
        lambda data: decode(data, u8),
        lambda data: decode(data, u8, lazy=True),
        lambda data: decode(data, list[u16], lazy=True, arrays="memoryview"),
        lambda data: decoder(u8)(data),
        lambda data: decoder(u8, lazy=True)(data),
        lambda data: decode_prefix(data, u8),
        lambda data: list(walk(layout_of(u8), data)),
    ],
)
def test_a_path_in_place_of_bytes(call: Callable[[Any], Any], tmp_path: Path) -> None:
    for given in ("file.bin", tmp_path, io.BytesIO(b"\1")):
        with pytest.raises(
            TypeError, match=r"expected a bytes-like object .*: use decode_stream to read a value from"
        ):
            call(given)
    for given in (5, None, [1, 2], 1.5):
        with pytest.raises(TypeError, match=r"expected a bytes-like object .*, got "):
            call(given)


def test_all_that_has_a_buffer_is_bytes() -> None:
    with mmap.mmap(-1, 16) as mapped:
        assert decode(mapped, u16) == 0
    assert decode(array.array("B", [1, 2]), u16) == 513
    assert decode_prefix(bytearray(b"\1\2"), u8) == (1, 1)


NASTY = "a\x9b31m\u202e\u2028\n\x1b[31m\ud800"
RAW = re.compile("[\0-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def test_errors_print_nothing_raw() -> None:
    errors: list[BaseException] = [
        DecodeError(NASTY, path=NASTY, offset=1, expected=NASTY, found=NASTY, hint=NASTY, file=NASTY),
        SnapshotIOError(NASTY, cause=OSError(5, NASTY), file=NASTY),
        SchemaError(NASTY, owner=NASTY, field=NASTY),
    ]
    for error in errors:
        assert not RAW.search(str(error))
        assert "\\x9b" in str(error)
        assert not RAW.search("".join(traceback.format_exception_only(error)).rstrip("\n"))
    assert errors[0].message == NASTY  # type: ignore[attr-defined]


def test_paths_hold_nothing_raw() -> None:
    segments = (NASTY, Variant(NASTY), 3, "plain", Variant("plain"))
    path = format_path(segments)
    assert not RAW.search(path)
    assert parse_path(path) == segments


def test_variants_are_listed() -> None:
    for call in (encode, dumps):
        with pytest.raises(EncodeError, match=r"expected a variant of Level \(LOW, HIGH\), found 2"):
            call(2, Level)
        with pytest.raises(EncodeError, match=r"a variant of Item \(Gold\), found int|found 2"):
            call(2, Item)


def test_a_file_of_another_magic() -> None:
    other = SnapshotFormat(name="others", magic={"big": 8, "small": 9}, version="1.0.0", payload=u8)
    data = FORMAT.new(GOOD).to_bytes()
    expected = (
        r"not a others file: wrong magic: expected 0x0{15}8 \(big\) or 0x0{15}9 \(small\), found 0x0{15}7"
    )
    with pytest.raises(SnapshotError, match=expected) as caught:
        other.load(data)
    assert caught.value.code == "InvalidMagic"
    text = b"root:x:0:0:root:/root:/bin/bash"
    for call in (
        FORMAT.load,
        lambda data: FORMAT.load(data, lazy=True),
        FORMAT.load_without_crc_check,
        FORMAT.get_header,
        FORMAT.get_format_version,
        lambda data: FORMAT.get_header(io.BytesIO(data)),
        lambda data: list(FORMAT.walk(data)),
        lambda data: Snapshot.load(data, Save, format=FORMAT),
    ):
        # The original's verdict: the whole header is decoded before its magic is looked at.
        for given in (text, text[:9]):
            with pytest.raises(DecodeError) as caught:
                call(given)
            error = caught.value
            assert (error.code, error.path, error.offset) == ("Decode", "$header.magic", 0)
            assert (error.expected, error.found) == ("0x0000000000000007", "0x303a783a746f6f72")
            assert error.message == "not a saves file: wrong magic"
            assert error.hint is not None
            assert error.hint.startswith("the rest of the header can't be decoded either: ")
        with pytest.raises(DecodeError, match="the data ends too early"):
            call(b"abc")
        with pytest.raises(DecodeError, match="the data ends too early") as caught:
            call(data[:12])
        assert caught.value.path == "$header.version"


def test_a_source_that_fails_is_not_of_another_format() -> None:
    class Failing:
        left = b"root:x:0"

        def read(self, size: int) -> bytes:
            found, self.left = self.left, b""
            if found:
                return found
            raise OSError(5, "gone")

    with pytest.raises(DecodeError, match="cannot read: gone"):
        FORMAT.get_header(Failing())


def test_two_equal_numbers_are_not_told_apart() -> None:
    data = FORMAT.new(GOOD).to_bytes()
    with pytest.raises(SnapshotError) as caught:
        FORMAT.load(data + b"abc")
    found = re.findall("0x[0-9a-f]{16}", str(caught.value))
    assert len(found) == len(set(found))
    assert "3 bytes" in str(caught.value)
