"""Faults that no comparison with construct shows: how often code runs, what errors say, limits, and JSON."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import construct as c
import pytest
from construct import this

from snapformat import DecodeError, EncodeError, Encoding, decode, decode_stream, encode
from snapformat.docs import describe
from snapformat.values import dumps, loads


class Counting(c.Adapter):
    """Counts how often it runs."""

    def __init__(self, subcon: Any, runs: list[str]) -> None:
        super().__init__(subcon)
        self.runs = runs

    def _decode(self, obj: Any, context: Any, path: str) -> Any:
        self.runs.append("decode")
        return obj

    def _encode(self, obj: Any, context: Any, path: str) -> Any:
        self.runs.append("encode")
        return obj


def _surroundings(part: Any) -> list[Any]:
    return [
        c.Struct("a" / c.Byte, "x" / part, "b" / c.Byte),
        c.Struct("a" / c.Byte, "x" / c.Struct("y" / part), "b" / c.Byte),
        c.Struct("a" / c.Byte, "x" / c.Prefixed(c.Byte, part), "b" / c.Byte),
        c.Struct("a" / c.Byte, "x" / c.Array(1, part), "b" / c.Byte),
        c.Struct("a" / c.Byte, "x" / c.GreedyRange(c.FixedSized(1, part))),
        c.Struct("a" / c.Byte, "x" / c.Optional(part), "b" / c.Byte),
        c.Struct("a" / c.Byte, "x" / c.If(this.a, part), "b" / c.Byte),
    ]


READS: list[Callable[[Any, bytes], Any]] = [
    lambda made, data: decode(data, made),
    lambda made, data: decode_stream(io.BytesIO(data), made),
]


@pytest.mark.parametrize("number", range(7))
def test_adapters_and_hooks_run_as_often_as_in_construct(number: int) -> None:
    """Also for the second and third read, when code was generated."""
    runs: list[str] = []
    part = Counting(c.Byte, runs) * (lambda obj, context: runs.append("hook"))
    made = _surroundings(part)[number]
    data = made.build(_value_of(number))
    runs.clear()
    made.parse(data)
    expected = [*runs]  # construct itself runs the hook of what it names twice
    for _ in range(3):
        for read in READS:
            runs.clear()
            value = read(made, data)
            assert runs == expected
        runs.clear()
        assert encode(value, made) == data
        assert runs == ["encode"]


def _value_of(number: int) -> Any:
    inside = [3, {"y": 3}, 3, [3], [3], 3, 3][number]
    return {"a": 1, "x": inside} if number == 4 else {"a": 1, "x": inside, "b": 2}


def _raise(obj: Any, context: Any) -> None:
    raise ValueError("this value is wrong")


REASONS = [
    (c.Const(b"MZ"), b"AB", "expected b'MZ', found b'AB'"),
    (c.Struct("x" / c.GreedyRange(c.Byte), c.Terminated, "y" / c.Check(this.x == [])), b"\1", "check failed"),
    (
        c.Struct("d" / c.Byte, "s" / c.Checksum(c.Byte, lambda d: d + 1, this.d)),
        b"\1\7",
        "read 7, computed 2",
    ),
    (c.OneOf(c.Byte, [1]), b"\2", "object failed validation: 2"),
    (c.Select(c.Int32ub, c.Const(b"A")), b"B", "no subconstruct matched"),
    (c.Struct("e" / c.Error), b"", "Error field was activated during parsing"),
    (c.Aligned(1, c.Byte), b"\1", "modulo"),
    (c.FixedSized(4, c.Int16ub), b"\1\2", "expected 4, found 2"),
    (c.Byte * _raise, b"\1", "this value is wrong"),
    (c.Mapping(c.Byte, {"x": 1}), b"\2", "2"),
]


@pytest.mark.parametrize(("made", "data", "reason"), REASONS)
def test_errors_keep_their_reason(made: Any, data: bytes, reason: str) -> None:
    outer = c.Struct("field" / made)
    for struct in (made, outer):
        with pytest.raises(DecodeError) as caught:
            decode(data, struct)
        assert reason in str(caught.value)
    assert "$.field" in str(caught.value)


BIG = 11 << 20


@pytest.mark.parametrize(
    "made",
    [
        c.Bytes(BIG),
        c.GreedyBytes,
        c.Struct("d" / c.Bytes(BIG)),
        c.Struct("n" / c.Int32ub, "d" / c.Bytes(this.n)),
        c.Struct("a" / c.Byte, "d" / c.Hex(c.GreedyBytes)),
        c.Prefixed(c.Int32ub, c.GreedyBytes),
    ],
)
def test_the_limit_is_the_same_for_all_bytes(made: Any) -> None:
    """construct's own lengths are no claims: the data bounds them."""
    data = BIG.to_bytes(4, "big") + bytes(BIG)
    seen = _outcome(made, data)
    opaque = _outcome(Counting(made, []), data)
    assert seen == opaque


def _outcome(made: Any, data: bytes) -> str:
    try:
        decode(data, made, Encoding())
    except DecodeError as error:
        return f"refused: {error.message.partition(':')[0]}"
    return "read"


def test_what_construct_supplies_may_be_left_out_of_json() -> None:
    made = c.Struct(
        "c" / c.Const(b"M"),
        "d" / c.Default(c.Byte, 5),
        "r" / c.Rebuild(c.Byte, 6),
        "t" / c.Tell,
        "v" / c.Byte,
    )
    assert loads(dumps({"v": 1}, made), made).v == 1
    assert encode(loads('{"v": 1}', made), made) == b"M\5\6\1"


def test_tell_in_json_is_the_place() -> None:
    made = c.Struct("a" / c.Int16ub, "t" / c.Tell, "b" / c.Byte)
    value = decode(b"\0\1\2", made)
    assert value.t == 2
    assert '"t": 2' in dumps(value, made)


@pytest.mark.parametrize("size", [0, -1])
def test_documents_of_integers_without_bytes(size: int) -> None:
    made = c.Struct("a" / c.Byte, "n" / c.BytesInteger(size))
    (table,) = describe(made).types
    assert [field.name for field in table.fields] == ["a", "n"]
    with pytest.raises(EncodeError):
        encode({"a": 1, "n": 0}, made)
