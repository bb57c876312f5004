"""Errors of construct, and of users' code in it, keep their reason, and have their place."""

# ruff: noqa: E501 - tables read better in one line each
from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any

import construct as c
import pytest
from construct import this

from snapformat import DecodeError, EncodeError, SnapshotFormat, decode, decode_stream, encode
from snapformat.layout import layout_of, walk
from snapformat.values import dumps

S = c.Struct


class OwnError(Exception):
    """An exception of a user."""


class Refusing(c.Adapter):  # type: ignore[misc]  # construct is untyped
    """An adapter that takes numbers up to 3."""

    def _decode(self, obj: Any, context: Any, path: str) -> Any:
        if obj > 3:
            raise OwnError(f"{obj} is too large")
        return obj

    _encode = _decode


class Silent(c.Adapter):  # type: ignore[misc]  # construct is untyped
    """An adapter whose exception has no text."""

    def _decode(self, obj: Any, context: Any, path: str) -> Any:
        raise KeyError

    _encode = _decode


class Coloured(c.Adapter):  # type: ignore[misc]  # construct is untyped
    """An adapter whose exception has control characters and several lines."""

    def _decode(self, obj: Any, context: Any, path: str) -> Any:
        raise OwnError("first\x1b[31m\nsecond\x9b")

    _encode = _decode


class Circular(c.Adapter):  # type: ignore[misc]  # construct is untyped
    """An adapter whose exception is its own cause."""

    def _decode(self, obj: Any, context: Any, path: str) -> Any:
        error = OwnError("its own cause")
        raise error from error

    _encode = _decode


class Whole(c.Construct):  # type: ignore[misc]  # construct is untyped
    """A construct of a user, with an error of construct of two lines."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        raise c.ValidationError("the reason\nof a user", path=path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        raise c.ValidationError("the reason\nof a user", path=path)


def divide(value: Any, context: Any) -> Any:
    return value / 0


#: Constructs; data that they refuse; path and offset of the error; what it says.
READ: dict[str, tuple[Any, bytes, str, int, str]] = {
    "ConstError": (S("a" / c.Byte, "b" / c.Const(b"xy")), b"\1zz", "$.b", 1, "expected b'xy', found b'zz'"),
    "ConstError in what construct runs": (
        S("a" / c.Byte, "b" / c.Sequence(c.Byte, c.Const(b"xy"))), b"\1\1zz", "$.b[1]", 2, "b'xy' .* b'zz'",
    ),
    "ChecksumError": (
        S("f" / c.RawCopy(c.Bytes(2)), "sum" / c.Checksum(c.Byte, lambda data: sum(data) & 255, this.f.data)),
        b"\1\1\3", "$.sum", 2, "ChecksumError: wrong checksum, read 3, computed 2",
    ),
    "ValidationError": (
        S("a" / c.Byte, "b" / c.OneOf(c.Byte, [1, 2])), b"\1\3", "$.b", 1,
        "ValidationError: object failed validation: 3",
    ),
    "SelectError": (
        S("a" / c.Byte, "b" / c.Select(c.Int32ub, c.Const(b"q"))), b"\1\3", "$.b", 1,
        "SelectError: no subconstruct matched",
    ),
    "ExplicitError": (S("a" / c.Byte, "b" / c.Error), b"\1", "$.b", 1, "ExplicitError: Error field was activated"),
    "CheckError": (S("a" / c.Byte, "c" / c.Check(this.a == 2)), b"\1", "$.c", 1, "CheckError: check failed"),
    "CheckError without a name": (S("a" / c.Byte, c.Check(this.a == 2)), b"\1", "$._1", 1, "CheckError: check failed"),
    "IntegerError": (S("a" / c.Byte, "b" / c.BytesInteger(this.a)), b"\0\1", "$.b", 1, "length 0 must be positive"),
    "StreamError": (S("a" / c.Byte, "b" / c.CString("ascii")), b"\1xy", "$.b", 3, "expected 1, found 0"),
    "StreamError of a number": (S("a" / c.Byte, "b" / c.Int32ub), b"\1\2", "$.b", 1, "expected 4 bytes, found 1"),
    "StringError": (
        S("a" / c.Byte, "b" / c.GreedyString("ascii")), b"\1\xff", "$.b", 1, "cannot use encoding 'ascii' to decode"
    ),
    "MappingError": (
        S("a" / c.Byte, "b" / c.Mapping(c.Byte, {"x": 1})), b"\1\2", "$.b", 1, "no decoding mapping for 2"
    ),
    "RangeError": (S("a" / c.Int8sb, "b" / c.Array(this.a, c.Byte)), b"\xff", "$.b", 1, "number of 0 or more, found -1"),
    "RotationError": (
        S("a" / c.Byte, "b" / c.ProcessRotateLeft(3, 2, c.GreedyBytes)), b"\0\1", "$.b", 1,
        "RotationError: data length must be a multiple of group size",
    ),
    "PaddingError": (
        S("a" / c.Byte, "b" / c.NullTerminated(c.Byte, term=b"")), b"\1", "$.b", 1, "PaddingError: NullTerminated term"
    ),
    "TerminatedError": (S("a" / c.Byte, "b" / c.Terminated), b"\1\2", "$.b", 1, "TerminatedError: expected end of stream"),
    "an adapter": (S("a" / c.Byte, "b" / Refusing(c.Byte)), b"\1\4", "$.b", 1, "OwnError: 4 is too large"),
    "an adapter in an Array": (
        S("a" / c.Byte, "b" / c.Array(3, S("q" / Refusing(c.Byte)))), b"\1\1\2\4", "$.b[2].q", 3, "4 is too large"
    ),
    "an adapter in a GreedyRange": (
        S("b" / c.RepeatUntil(this.q == 9, S("q" / Refusing(c.Byte)))), b"\1\2\4", "$.b[2].q", 2, "4 is too large"
    ),
    "an adapter within a length": (
        S("b" / c.Prefixed(c.Byte, S("x" / c.Byte, "q" / Refusing(c.Byte)))), b"\2\1\4", "$.b.q", 2, "4 is too large"
    ),
    "an adapter before a terminator": (
        S("b" / c.NullTerminated(S("x" / c.Byte, "q" / Refusing(c.Byte)))), b"\1\4\0", "$.b.q", 1, "4 is too large"
    ),
    "an adapter in a RawCopy": (S("b" / c.RawCopy(S("q" / Refusing(c.Byte)))), b"\4", "$.b.value.q", 0, "4 is too large"),
    "an adapter in a Union": (
        S("b" / c.Union(0, "x" / c.Byte, "q" / Refusing(c.Byte))), b"\4", "$.b.q", 0, "4 is too large"
    ),
    "an adapter at a Pointer": (S("a" / c.Byte, "b" / c.Pointer(2, Refusing(c.Byte))), b"\1\1\4", "$.b", 2, "4 is too large"),
    "an adapter in compressed bytes": (
        S("a" / c.Byte, "b" / c.Compressed(S("q" / Refusing(c.Byte)), "zlib")),
        b"\1" + zlib.compress(b"\4"), "$.b.q", 1, "4 is too large",
    ),
    "an adapter of named elements": (
        S("b" / c.Array(2, "q" / Refusing(c.Byte))), b"\1\4", "$.b[1]", 1, "4 is too large"
    ),
    "no text": (S("a" / c.Byte, "b" / Silent(c.Byte)), b"\1\2", "$.b", 1, "KeyError"),
    "a circle of causes": (S("a" / c.Byte, "b" / Circular(c.Byte)), b"\1\2", "$.b", 1, "its own cause"),
    "a lambda": (S("a" / c.Byte, "b" / c.Bytes(lambda context: 1 / 0)), b"\1", "$.b", 1, "ZeroDivisionError: division by zero"),
    "a hook": (S("a" / c.Byte, "b" / (c.Byte * divide)), b"\1\2", "$.b", 1, "ZeroDivisionError: division by zero"),
    "a construct of a user": (S("a" / c.Byte, "b" / Whole()), b"\1", "$.b", 1, "ValidationError: the reason of a user"),
    "one in an Array": (S("b" / c.Array(2, S("z" / Whole()))), b"\1", "$.b[0].z", 0, "the reason of a user"),
    "control characters": (S("b" / Coloured(c.Byte)), b"\1", "$.b", 0, r"first\\x1b\[31m second"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_reading(name: str) -> None:
    kind, data, path, offset, text = READ[name]
    spec = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=kind)
    file = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=c.GreedyBytes).new(data).to_bytes()
    by_itself: list[Callable[[], Any]] = [
        lambda: decode(data, kind),
        lambda: decode(data, kind),  # by generated code
        lambda: decode_stream(io.BytesIO(data), kind),
    ]
    in_a_file: list[Callable[[], Any]] = [
        lambda: spec.load(file).data,
        lambda: repr(spec.load(file, lazy=True).data),
        lambda: spec.load(io.BytesIO(file)),
    ]
    for call in by_itself + in_a_file:
        with pytest.raises(DecodeError, match=text) as caught:
            call()
        assert caught.value.path == path
        assert caught.value.offset == offset + (0 if call in by_itself else 8 + 8 + 5)
        assert str(caught.value).isprintable()
    with pytest.raises(DecodeError) as caught:
        list(walk(layout_of(kind), data))
    assert (caught.value.path, str(caught.value).isprintable()) == (path, True)


#: Constructs; values that they refuse; the path of the error; what it says.
WRITTEN: dict[str, tuple[Any, Any, str, str]] = {
    "ValidationError": (S("b" / c.OneOf(c.Byte, [1, 2])), {"b": 3}, "$.b", "object failed validation: 3"),
    "MappingError": (S("b" / c.Mapping(c.Byte, {"x": 1})), {"b": "y"}, "$.b", "no encoding mapping for 'y'"),
    "FlagsEnum": (S("b" / c.FlagsEnum(c.Byte, x=1)), {"b": {"y": True}}, "$.b", "unknown label 'y'"),
    "SelectError": (S("b" / c.Select(c.Byte, c.Int16ub)), {"b": "y"}, "$.b", "no subconstruct matched"),
    "StringError": (S("b" / c.CString("ascii")), {"b": "\xe9"}, "$.b", "cannot use encoding 'ascii' to encode"),
    "PaddingError": (S("b" / c.PaddedString(2, "ascii")), {"b": "xyz"}, "$.b", "PaddingError: subcon build 3 bytes but was allowed only 2"),
    "IntegerError": (S("b" / c.VarInt), {"b": -1}, "$.b", "-1"),
    "an adapter": (S("b" / Refusing(c.Byte)), {"b": 4}, "$.b", "OwnError: 4 is too large"),
    "an adapter in an Array": (
        S("b" / c.Array(2, S("q" / Refusing(c.Byte)))), {"b": [{"q": 1}, {"q": 4}]}, "$.b[1].q", "4 is too large"
    ),
    "an adapter in a Sequence": (
        S("b" / c.Sequence(c.Byte, "q" / Refusing(c.Byte))), {"b": [1, 4]}, r"$.b[1]", "4 is too large"
    ),
    "a construct of a user": (S("b" / Whole()), {"b": 1}, "$.b", "ValidationError: the reason of a user"),
    "control characters": (S("b" / Coloured(c.Byte)), {"b": 1}, "$.b", r"first\\x1b\[31m second"),
}  # fmt: skip


#: What only the bytes can't have: JSON takes any text, and any number.
OF_BYTES = {"StringError", "PaddingError", "IntegerError"}


@pytest.mark.parametrize("name", WRITTEN)
def test_writing(name: str) -> None:
    kind, value, path, text = WRITTEN[name]
    for _ in range(2):
        with pytest.raises(EncodeError, match=text) as caught:
            encode(value, kind)
        assert caught.value.path == path
        assert str(caught.value).isprintable()
    if name not in OF_BYTES:
        with pytest.raises(EncodeError) as caught:
            dumps(value, kind)
        assert caught.value.path == path
