"""Code of users that runs inside: conversions, constructors, constructs. It may raise anything."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import construct as c
import pytest
from construct import this

from snapformat import (
    CRC64_JONES,
    DecodeError,
    EncodeError,
    Encoding,
    SnapshotError,
    SnapshotFormat,
    decode,
    decode_stream,
    encode,
    register,
    schema,
)
from snapformat.bincode import BTreeMap, BTreeSet, HashMap, HashSet, Option, Vec, Via, u8, u16
from snapformat.layout import layout_of, walk
from snapformat.values import dumps, from_json, loads, to_json


class Odd(Exception):
    """No exception that anybody could have foreseen."""

    def __str__(self) -> str:
        raise ValueError("an exception that can't even be printed")


ERRORS: list[Exception] = [
    ValueError("v"),
    TypeError("t"),
    KeyError("k"),
    IndexError("i"),
    AttributeError("a"),
    ZeroDivisionError("z"),
    OverflowError("o"),
    AssertionError("a"),
    RuntimeError("r"),
    RecursionError("r"),
    StopIteration("s"),
    StopAsyncIteration("s"),
    MemoryError(),
    NotImplementedError(),
    OSError(5, "I/O error"),
    UnicodeDecodeError("utf-8", b"x", 0, 1, "odd"),
    c.ConstructError("c"),
    c.StreamError("c"),
    c.CancelParsing("c"),
    DecodeError("d"),
    EncodeError("e"),
    ValueError(),
    ValueError("two\nlines"),
    ValueError("long" * 100_000),
    EOFError(),
    LookupError("l"),
    Odd(),
]


def raising(error: BaseException) -> Callable[..., Any]:
    def convert(*_: Any) -> Any:
        raise error

    return convert


def shown(error: Exception) -> str:
    return f"{type(error).__name__}-{ERRORS.index(error)}"


def reads(kind: Any, data: bytes) -> Iterator[Callable[[], Any]]:
    """All ways to read."""
    yield lambda: decode(data, kind)
    yield lambda: decode_stream(io.BytesIO(data), kind)
    yield lambda: list(walk(layout_of(kind), data))
    fmt = SnapshotFormat(name="t", magic=7, version="1.0.0", payload=kind)
    whole = (7).to_bytes(8, "little") + (5).to_bytes(8, "little") + b"1.0.0" + data
    whole += CRC64_JONES.compute(whole).to_bytes(8, "little")
    yield lambda: fmt.load(whole)
    yield lambda: fmt.load_without_crc_check(whole)
    yield lambda: list(fmt.walk(whole))


def refused_as(expected: type[SnapshotError], call: Callable[[], Any]) -> SnapshotError:
    with pytest.raises(SnapshotError) as caught:
        call()
    assert isinstance(caught.value, expected)
    assert len(str(caught.value)) < 5_000
    return caught.value


@pytest.mark.parametrize("error", ERRORS, ids=shown)
def test_conversions(error: Exception) -> None:
    kind: Any = Annotated[int, Via(u8, decode=raising(error), encode=raising(error))]
    for wrapped, data in ((kind, b"\1"), (Vec[kind], b"\1" + bytes(7) + b"\1"), (Option[kind], b"\1\1")):
        for read in reads(wrapped, data):
            found = refused_as(DecodeError, read)
            assert found.path is not None
    for value, wrapped, path in ((1, kind, "$"), ([1], Vec[kind], "$[0]"), ((1, 2), tuple[u8, kind], "$[1]")):
        assert refused_as(EncodeError, lambda: encode(value, wrapped)).path == path  # noqa: B023
        assert refused_as(EncodeError, lambda: to_json(value, wrapped)).path == path  # noqa: B023
    refused_as(EncodeError, lambda: encode({1: 2, 3: 4}, BTreeMap[kind, u8]))
    refused_as(EncodeError, lambda: encode({1, 2}, BTreeSet[kind]))
    refused_as(EncodeError, lambda: encode({1, 2}, HashSet[kind]))
    refused_as(DecodeError, lambda: from_json(1, kind))
    refused_as(DecodeError, lambda: loads("[1]", Vec[kind]))


@pytest.mark.parametrize("error", ERRORS, ids=shown)
def test_constructors(error: Exception) -> None:
    @schema
    class Point:
        x: u8
        y: u8

        def __post_init__(self) -> None:
            raise error

    for kind, data in ((Point, b"\1\2"), (Vec[Point], b"\1" + bytes(7) + b"\1\2")):
        for read in reads(kind, data):
            refused_as(DecodeError, read)
    refused_as(DecodeError, lambda: from_json({"x": 1, "y": 2}, Point))
    refused_as(DecodeError, lambda: loads('{"x": 1, "y": 2}', Point))


@pytest.mark.parametrize("error", ERRORS, ids=shown)
def test_constructors_of_registered_classes(error: Exception) -> None:
    class Plain:
        def __init__(self, x: int) -> None:
            raise error

    register(Plain, c.Struct("x" / c.Byte))
    for read in reads(Plain, b"\1"):
        refused_as(DecodeError, read)
    refused_as(DecodeError, lambda: from_json({"x": 1}, Plain))


@pytest.mark.parametrize("error", ERRORS, ids=shown)
def test_properties_of_values(error: Exception) -> None:
    class Plain:
        def __init__(self, x: int) -> None:
            pass

        x = property(raising(error))

    register(Plain, c.Struct("x" / c.Byte))
    value = Plain(1)
    refused_as(EncodeError, lambda: encode(value, Plain))
    refused_as(EncodeError, lambda: to_json(value, Plain))


@pytest.mark.parametrize("error", ERRORS, ids=shown)
def test_opaque_constructs(error: Exception) -> None:
    class Raising(c.Construct):  # type: ignore[misc]
        def _parse(self, stream: Any, context: Any, path: Any) -> Any:
            raise error

        def _build(self, obj: Any, stream: Any, context: Any, path: Any) -> Any:
            raise error

    class RaisingAdapter(c.Adapter):  # type: ignore[misc]
        def _decode(self, obj: Any, context: Any, path: Any) -> Any:
            raise error

        def _encode(self, obj: Any, context: Any, path: Any) -> Any:
            raise error

    class RaisingValidator(c.Validator):  # type: ignore[misc]
        def _validate(self, obj: Any, context: Any, path: Any) -> Any:
            raise error

    for construct in (Raising(), RaisingAdapter(c.Byte), RaisingValidator(c.Byte)):
        for kind in (construct, c.Struct("a" / construct), c.Array(1, construct)):
            for read in reads(kind, b"\1\2\3"):
                refused_as(DecodeError, read)
        refused_as(EncodeError, lambda: encode(1, construct))  # noqa: B023
        refused_as(EncodeError, lambda: to_json(1, construct))  # noqa: B023
        refused_as(DecodeError, lambda: from_json({"$bytes": "01"}, construct))  # noqa: B023
        refused_as(EncodeError, lambda: encode({"a": 1}, c.Struct("a" / construct)))  # noqa: B023


@pytest.mark.parametrize("error", ERRORS, ids=shown)
def test_functions_in_constructs(error: Exception) -> None:
    fail = raising(error)
    for kind in (
        c.Struct("n" / c.Byte, "a" / c.Array(fail, c.Byte)),
        c.Struct("n" / c.Byte, "a" / c.Computed(fail)),
        c.Struct("n" / c.Byte, "a" / c.If(fail, c.Byte)),
        c.Struct("n" / c.Byte, "a" / c.Switch(fail, {})),
        c.Struct("n" / c.Byte, "a" / c.Rebuild(c.Byte, fail)),
        c.Struct("n" / c.Byte, "a" / c.Bytes(fail)),
        c.Struct("n" / c.Byte, c.Check(fail)),
        c.Struct("n" / c.Byte * fail),
        c.Array(2, c.Byte * fail),
        c.ExprAdapter(c.Byte, fail, fail),
        c.RepeatUntil(fail, c.Byte),
        c.Struct("n" / c.Byte, c.StopIf(fail)),
        c.LazyBound(fail),
        c.Prefixed(c.Byte, c.Computed(fail)),
    ):
        is_build_only = "Rebuild" in repr(kind)
        for read in reads(kind, b"\1\2\3"):
            if is_build_only or isinstance(error, c.CancelParsing):
                try:
                    read()
                except DecodeError:
                    pass
            else:
                refused_as(DecodeError, read)
        for call in (encode, to_json):
            try:
                call({"n": 1, "a": 1}, kind)
            except EncodeError:
                pass


def test_an_interrupt_passes() -> None:
    """What is no `Exception` is no verdict about data."""
    for error in (KeyboardInterrupt(), SystemExit(3), GeneratorExit()):
        kind: Any = Annotated[int, Via(u8, decode=raising(error), encode=raising(error))]
        for read in reads(kind, b"\1"):
            with pytest.raises(type(error)):
                read()
        with pytest.raises(type(error)):
            encode(1, kind)


def test_conversions_that_give_odd_values() -> None:
    """What can't be hashed, compared or printed is a value all the same."""

    class Awkward:
        __hash__ = None  # type: ignore[assignment]

        def __init__(self, number: int) -> None:
            self.number = number

        def __eq__(self, other: object) -> bool:
            raise RuntimeError("not to be compared")

        def __repr__(self) -> str:
            raise RuntimeError("not to be printed")

    awkward: Any = Annotated[Awkward, Via(u8, decode=Awkward, encode=lambda value: value.number)]
    array: Any = Annotated[bytearray, Via(u8, decode=lambda v: bytearray([v]), encode=lambda v: v[0])]
    numbers: Any = Annotated[set, Via(u8, decode=lambda v: {v}, encode=lambda v: next(iter(v)))]
    odd: Any = Annotated[dict, Via(u8, decode=lambda v: {v: [v]}, encode=lambda v: next(iter(v)))]
    data = b"\2" + bytes(7) + b"\5\6"
    for item in (awkward, array, numbers, odd):
        assert encode(decode(data, Vec[item]), Vec[item]) == data
        for read in reads(HashSet[item], data):
            try:
                value = read()
            except DecodeError:
                continue
            assert value is not None
        for read in reads(HashMap[item, u8], b"\1" + bytes(7) + b"\5\6"):
            try:
                value = read()
            except DecodeError:
                continue
            assert value is not None
    refused_as(EncodeError, lambda: encode(Awkward(1), u8))
    refused_as(EncodeError, lambda: encode(Awkward(1), Vec[u8]))
    refused_as(EncodeError, lambda: encode(Awkward(1), c.Const(5, c.Byte)))
    refused_as(EncodeError, lambda: encode(Awkward(1), c.Struct("a" / c.Byte)))
    refused_as(EncodeError, lambda: encode(Awkward(300), awkward))


def test_conversions_into_what_is_stored_wrongly() -> None:
    for stored in (None, "text", -1, 256, 1.0, True, [], object()):
        kind: Any = Annotated[int, Via(u8, decode=int, encode=lambda value, stored=stored: stored)]
        refused_as(EncodeError, lambda: encode(1, kind))  # noqa: B023
        refused_as(EncodeError, lambda: to_json(1, kind))  # noqa: B023
        refused_as(EncodeError, lambda: encode({1: 1, 2: 2}, BTreeMap[kind, u8]))  # noqa: B023


def test_constructs_with_odd_parameters() -> None:
    """Codecs that do not exist or fail in their own way, integers of absurd width, halves of floats."""
    big = c.BytesInteger(2000)
    ones = b"\x7f" * 2000
    for kind, data in (
        (c.PascalString(c.Byte, "no such codec"), b"\1a"),
        (c.PascalString(c.Byte, "idna"), b"\x05xn--a"),
        (c.PascalString(c.Byte, "punycode"), b"\3a-\xff"),
        (c.PascalString(c.Byte, "utf-16"), b"\3a\0b"),
        (c.PascalString(c.Byte, "utf-7"), b"\3+AA"),
        (c.PascalString(c.Byte, "hex"), b"\2zz"),
        (c.PrefixedArray(big, c.Byte), ones),
        (c.Prefixed(big, c.Byte), ones),
        (c.Const(1, big), ones),
        (c.Struct("n" / big, "a" / c.Bytes(this.n)), ones),
        (c.Struct("n" / big, "a" / c.Array(this.n, c.Byte)), ones),
        (c.Struct("n" / big, "a" / c.Padding(this.n)), ones),
    ):
        for read in reads(kind, data):
            refused_as(DecodeError, read)
    assert decode(ones, big) == int.from_bytes(ones, "big")
    assert decode(ones, c.Enum(big, a=1)) == int.from_bytes(ones, "big")
    assert loads(dumps(1, c.Float16l), c.Float16l) == 1.0
    for half in (c.Float16l, c.Float16b):
        assert decode(half.build(1.5), half) == 1.5
        assert encode(1.5, half) == half.build(1.5)
        refused_as(EncodeError, lambda: encode(1e9, half))  # noqa: B023
    for kind, value in (
        (c.PascalString(c.Byte, "no such codec"), "a"),
        (c.PascalString(c.Byte, "idna"), ".."),
        (c.PascalString(c.Byte, "ascii"), "\xe9"),
        (c.PascalString(c.Byte, "utf8"), "a" * 256),
        (c.PrefixedArray(c.Byte, c.Byte), [1] * 256),
        (c.Prefixed(c.Byte, c.GreedyBytes), bytes(256)),
        (c.Enum(c.Byte, a=1), "b"),
        (c.Enum(c.Byte, a=1), None),
        (c.Enum(c.Byte, a=1), [1]),
        (c.BitStruct("a" / c.BitsInteger(8)), {}),
        (c.BitStruct("a" / c.BitsInteger(8)), 5),
        (c.BitStruct("a" / c.BitsInteger(8)), {"a": None}),
        (c.BitStruct("a" / c.BitsInteger(8)), {"a": 256}),
        (c.Struct("a" / c.Byte), []),
        (c.Struct("a" / c.Byte), {}),
    ):
        refused_as(EncodeError, lambda: encode(value, kind))  # noqa: B023
        refused_as(EncodeError, lambda: to_json(value, kind))  # noqa: B023


def test_seeking_constructs() -> None:
    """Constructs that look around in the stream give the same from a stream as from bytes."""
    for kind in (
        c.GreedyRange(c.Byte),
        c.Optional(c.Int16ul),
        c.Select(c.Int32ul, c.Int16ul),
        c.Struct("a" / c.Peek(c.Byte), "b" / c.Byte),
        c.Struct("a" / c.Tell, "b" / c.Byte, "c" / c.Tell),
        c.Struct("a" / c.Byte, "b" / c.Pointer(2, c.Byte)),
        c.Struct("a" / c.Byte, "b" / c.GreedyBytes),
        c.Struct("a" / c.Byte, "b" / c.Union(0, "x" / c.Byte, "y" / c.Int16ul)),
        c.Struct("a" / c.RawCopy(c.Byte)),
        c.NullTerminated(c.GreedyBytes),
        c.Aligned(4, c.Byte),
        c.Struct("a" / c.Bytes(3), c.Terminated),
    ):
        data = b"\1\2\0"
        if isinstance(kind, c.Aligned):
            data += b"\0"
        assert decode(data, kind) == kind.parse(data)
        assert decode_stream(io.BytesIO(data), kind) == kind.parse(data)


def test_values_that_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    encoding = Encoding()
    node = layout_of(u16, encoding)
    assert node is layout_of(u16, encoding) or layout_of(u16, encoding) is not None
    with pytest.raises(EncodeError):
        encode(type("Liar", (), {"__class__": int})(), u16)
