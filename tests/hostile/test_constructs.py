"""Classes of construct's that take the square of the time, or never end: run in a linear time by us."""

from __future__ import annotations

import io
from typing import Any

import construct as c
import pytest

from hostile.bounded import run_bounded
from snapformat.encodings.construct.running import BuildStream, build_run, parse_run
from snapformat.limits import Budget
from snapformat.model import kinds

#: Constructs, and a megabyte or more for them.
LONG = {
    "CString": ("c.CString('utf8')", "b'a' * (1 << 21) + b'\\0'"),
    "CString in UTF-16": ("c.CString('utf16')", "b'ab' * (1 << 20) + bytes(2)"),
    "many": ("c.GreedyRange(c.CString('utf8'))", "b'ab\\0' * 100_000"),
    "many within their lengths": (
        "c.GreedyRange(c.Prefixed(c.Byte, c.CString('utf8')))",
        "b'\\3ab\\0' * 50_000",
    ),
    "beside": ("c.Struct('a' / c.CString('utf8'), 'b' / c.Byte)", "b'a' * (1 << 21) + b'\\0b'"),
    "NullTerminated": ("c.NullTerminated(c.GreedyBytes, include=True)", "b'a' * (1 << 21) + b'\\0'"),
    "without an end": ("c.NullTerminated(c.GreedyBytes, require=False)", "b'a' * (1 << 21)"),
    "a term out of step": ("c.NullTerminated(c.GreedyBytes, term=b'ab', require=False)", "b'ba' * (1 << 20)"),
    "NullStripped": ("c.NullStripped(c.GreedyBytes, pad=b'ab')", "b'ab' * (1 << 20)"),
    "RepeatUntil": (
        "c.RepeatUntil(lambda item, so_far, context: item == 0, c.Byte)",
        "b'a' * (1 << 18) + b'\\0'",
    ),
    "bits": ("c.Bitwise(c.GreedyBytes)", "b'a' * (1 << 20)"),
    "a wide number of bits": ("c.Bitwise(c.BitsInteger(lambda context: 8 << 20))", "b'a' * (1 << 20)"),
    "a number that goes on": ("c.VarInt", "b'\\xff' * (1 << 20) + b'\\1'"),
}


@pytest.mark.parametrize("how", ["decode(data, kind)", "decode_stream(io.BytesIO(data), kind)"])
@pytest.mark.parametrize("name", LONG)
def test_time_follows_the_length(name: str, how: str) -> None:
    kind, data = LONG[name]
    outcome = run_bounded(f"kind, data = {kind}, {data}\nresult = verdict(lambda: {how})", hangs=60)
    assert outcome.verdict == "ok"
    assert outcome.grown < 300


@pytest.mark.parametrize(
    "how",
    [
        "decode(data, kind)",
        "decode_stream(io.BytesIO(data), kind)",
        "loads(json.dumps({'$bytes': data.hex()}), kind)",
        "list(walk(layout_of(kind), data))",
    ],
)
@pytest.mark.parametrize("kind", ["c.Rebuffered(c.Int32ub)", "c.Rebuffered(c.Bytes(1 << 60), tailcutoff=10)"])
def test_bytes_that_never_come_are_not_waited_for(kind: str, how: str) -> None:
    outcome = run_bounded(f"kind, data = {kind}, b'abc'\nresult = verdict(lambda: {how})", hangs=60)
    assert outcome.verdict == "DecodeError"


def test_bytes_that_were_never_written_are_not_waited_for() -> None:
    code = """
kind = c.Rebuffered(c.Struct(c.Seek(9), "a" / c.Byte))
result = [verdict(lambda: encode({"a": 1}, kind)), dumps({"a": 1}, kind), loads('{"a": 1}', kind).a]
"""
    assert run_bounded(code, hangs=60).verdict == ["EncodeError", '{\n "a": 1\n}', 1]


def _run(sub: Any, data: bytes, *, ours: bool) -> Any:
    """What came of it, and where the stream is then."""
    stream = io.BytesIO(data)
    stream.seek(1)
    try:
        if ours:
            value = parse_run(kinds.Opaque(sub, reason="a test"), stream, None, Budget(None))
        else:
            value = sub.parse_stream(stream)
    except (c.ConstructError, ValueError) as error:
        return type(error), str(error), stream.tell()
    return value, stream.tell()


TERMINATED = [
    c.NullTerminated(inner, term=term, include=include, consume=consume, require=require)
    for inner in (c.GreedyBytes, c.Struct("at" / c.Tell, "rest" / c.GreedyBytes))
    for term in (b"\0", b"\0\0", b"\0\1", b"")
    for include in (False, True)
    for consume in (False, True)
    for require in (False, True)
]
TEXTS = [b"\0", b"ab\0c", b"abc", b"\0\0\0\0\0", b"a\0\0b\0\0c", b"ab\0\1", b"b\0\1\0\1", b"", b"\0a\0\0"]


@pytest.mark.parametrize("around", ["alone", "in a struct", "within a length", "in bits"])
def test_terminated_parts_are_those_of_construct(around: str) -> None:
    for sub in TERMINATED:
        made: Any = {
            "alone": sub,
            "in a struct": c.Struct("a" / sub, "b" / c.Tell, "c" / c.GreedyBytes),
            "within a length": c.Struct("a" / c.Prefixed(c.Byte, sub), "b" / c.Tell),
            "in bits": c.Bitwise(c.Struct("a" / sub, "b" / c.Tell)),
        }[around]
        for text in TEXTS:
            data = b"x" + (bytes([len(text)]) if around == "within a length" else b"") + text
            assert _run(made, data, ours=True) == _run(made, data, ours=False), (sub, text)


def test_bits_are_those_of_construct() -> None:
    double = (lambda data: data * 2, 3, lambda data: data, 1, None)
    for length in (0, 1, 7, 8, 300):
        for signed in (False, True):
            for swapped in (False, True):
                number = c.BitsInteger(lambda context, length=length: length, signed=signed, swapped=swapped)
                for data in (b"x" + bytes(range(256)) * 2, b"x" + b"\xa5" * 60, b"x" + b"\1\0" * 200):
                    for made in (number, c.Bitwise(c.Struct("a" / number, "b" / c.Tell))):
                        assert _run(made, data, ours=True) == _run(made, data, ours=False)
    for inner in (c.GreedyBytes, c.Bytes(5), c.Bytes(6), c.Struct("a" / c.Bytes(4), "b" / c.Bytes(2))):
        made = c.Restreamed(inner, *double)
        for data in (b"", b"x", b"xabc", b"xabcdefg"):
            assert _run(made, data, ours=True) == _run(made, data, ours=False)


def test_what_stands_in_builds_as_construct_does() -> None:
    value = {"a": "text", "b": b"ab", "c": 5, "d": 300}
    made = c.Struct(
        "a" / c.CString("utf8"),
        "b" / c.NullTerminated(c.GreedyBytes, term=b"\0\0"),
        "c" / c.Bitwise(c.BitsInteger(lambda context: 8)),
        "d" / c.VarInt,
    )
    built = made.build(value)
    node, out = kinds.Opaque(made, reason="a test"), BuildStream()
    assert build_run(node, value, out, None) == value
    assert out.getvalue() == built
    assert parse_run(node, io.BytesIO(built), None, Budget(None)) == value


def test_a_rebuffered_part_begins_anew_each_time() -> None:
    kind = c.Rebuffered(c.Struct("a" / c.Byte, "b" / c.Int16ub))
    node = kinds.Opaque(kind, reason="a test")
    for data in (b"abc", b"def"):
        found = parse_run(node, io.BytesIO(data), None, Budget(None))
        assert (found.a, found.b) == (data[0], int.from_bytes(data[1:], "big"))
