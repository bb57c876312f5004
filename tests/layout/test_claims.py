"""The limit counts the bytes that are read, whoever reads them: every reader refuses at the same number."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any

import construct as c
import pytest
from construct import this

from snapformat import DecodeError, Encoding, SnapshotFormat, decode, decode_stream, decoder
from snapformat.layout import layout_of, walk

X = b"x" * 40
S = c.Struct
#: Constructs, and 40 bytes that they read.
CASES: dict[str, tuple[Any, bytes]] = {
    "GreedyBytes": (c.GreedyBytes, X),
    "Bytes": (c.Bytes(40), X),
    "the rest": (S("a" / c.Byte, "b" / c.GreedyBytes), X),
    "CString": (c.CString("ascii"), X[1:] + b"\0"),
    "PascalString": (c.PascalString(c.Byte, "ascii"), b"\x27" + X[1:]),
    "PaddedString": (c.PaddedString(40, "ascii"), X[1:] + b"\0"),
    "GreedyString": (c.GreedyString("utf8"), X),
    "GreedyRange": (c.GreedyRange(c.Byte), X),
    "Array": (c.Array(40, c.Byte), X),
    "PrefixedArray": (c.PrefixedArray(c.Byte, c.Byte), b"\x27" + X[1:]),
    "RepeatUntil": (c.RepeatUntil(c.obj_ == 0, c.Byte), X[1:] + b"\0"),
    "Prefixed": (c.Prefixed(c.Byte, c.GreedyBytes), b"\x27" + X[1:]),
    "Prefixed, skipped": (c.Prefixed(c.Byte, c.Byte), b"\x27" + X[1:]),
    "FixedSized": (c.FixedSized(40, c.Byte), X),
    "Padded": (c.Padded(40, c.Byte), X),
    "Padding": (c.Padding(40), bytes(40)),
    "Aligned": (c.Aligned(40, c.Byte), X),
    "NullTerminated": (c.NullTerminated(c.GreedyBytes), X[1:] + b"\0"),
    "NullStripped": (c.NullStripped(c.GreedyBytes), X[1:] + b"\0"),
    "RawCopy": (c.RawCopy(c.Bytes(40)), X),
    "Optional": (S("a" / c.Byte, "b" / c.Optional(c.Bytes(39))), X),
    "Union": (c.Union(0, "a" / c.Bytes(40), "b" / c.Byte), X),
    "Sequence": (c.Sequence(c.Bytes(20), c.GreedyBytes), X),
    "FocusedSeq": (c.FocusedSeq("a", "a" / c.Bytes(30), c.Bytes(10)), X),
    "Peek": (S("p" / c.Peek(c.Byte), "b" / c.GreedyBytes), X),
    "StopIf": (S("a" / c.Byte, c.StopIf(this.a == 0), "b" / c.GreedyBytes), X),
    "If": (S("a" / c.Byte, "b" / c.If(this.a == 120, c.Bytes(39))), X),
    "Switch": (S("a" / c.Byte, "b" / c.Switch(this.a, {120: c.Bytes(39)})), X),
    "LazyBound": (c.LazyBound(lambda: c.Bytes(40)), X),
    "Rebuffered": (c.Rebuffered(c.Bytes(40)), X),
    "numbers": (c.Array(10, c.Float32l), bytes(40)),
    "a wide number": (c.BytesInteger(40), X),
    "VarInt": (c.VarInt, b"\xff" * 39 + b"\1"),
    "flags": (c.Array(40, c.Flag), b"\1" * 40),
    "labels": (c.Array(40, c.Enum(c.Byte, a=120)), X),
    "BitStruct": (c.BitStruct("a" / c.BitsInteger(320)), X),
    "Bitwise": (c.Bitwise(c.Bytes(320)), X),
    "ProcessXor": (c.ProcessXor(1, c.Bytes(40)), X),
    "an adapter": (c.ExprAdapter(c.Bytes(40), lambda obj, _: obj, lambda obj, _: obj), X),
    "a lambda": (S("n" / c.Byte, "b" / c.Bytes(lambda context: 39)), X),
    "Compressed": (c.Compressed(c.Bytes(40), "zlib"), zlib.compress(X)),
}


def outcome_of(call: Callable[[], Any]) -> str:
    try:
        call()
    except DecodeError as error:
        return "limit" if "limit of " in str(error) else str(error)
    return "read"


@pytest.mark.parametrize(("limit", "expected"), [(40, "read"), (39, "limit")])
@pytest.mark.parametrize("name", CASES)
def test_every_reader_counts_alike(name: str, limit: int, expected: str) -> None:
    kind, data = CASES[name]
    encoding = Encoding(limit=limit)
    spec = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=kind, encoding=encoding)
    file = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=c.GreedyBytes).new(data).to_bytes()
    read = decoder(kind, encoding)
    ways: dict[str, Callable[[], Any]] = {
        "decode": lambda: decode(data, kind, encoding),
        "decode lazily": lambda: repr(decode(data, kind, encoding, lazy=True)),
        "decoder": lambda: read(data),
        "decode_stream": lambda: decode_stream(io.BytesIO(data), kind, encoding),
        "walk": lambda: list(walk(layout_of(kind, encoding), data, limit=limit)),
        "load": lambda: spec.load(file).data,
        "load lazily": lambda: repr(spec.load(file, lazy=True).data),
    }
    for way, call in ways.items():
        for _ in range(2):  # by the reference, and by generated code
            assert outcome_of(call) == expected, way
