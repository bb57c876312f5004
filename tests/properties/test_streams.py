"""Reading from a stream is reading from bytes: one value, one error, and no byte of what follows."""

from __future__ import annotations

import dataclasses
import io
import pickle
from typing import Annotated, Any

import construct as c
import pytest
from construct import this
from hypothesis import given
from hypothesis import strategies as st

from codec.agreement import assert_same, verdict
from codec.constructs import pairs
from properties.alone import inside
from properties.compositions import Composition, compositions
from properties.strategies import Sample, damageable, encodings, mutated
from snapformat import (
    DecodeError,
    DecodeIOError,
    Encoding,
    Limits,
    SnapshotFormat,
    decode_prefix,
    decode_stream,
    encode,
    schema,
)
from snapformat.bincode import FIRECRACKER, u16
from snapformat.limits import MADE_BY_CONSTRUCT

FEW = Limits(zero_sized=200 * MADE_BY_CONSTRUCT)


class Pipe:
    """A source that can only be read, in small pieces."""

    def __init__(self, data: bytes, piece: int = 3) -> None:
        self._data = io.BytesIO(data)
        self._piece = piece

    def read(self, size: int = -1) -> bytes:
        return self._data.read(self._piece if size < 0 else min(size, self._piece))

    def taken(self) -> int:
        return self._data.tell()


def agree(data: bytes, payload: Any, encoding: Encoding = FIRECRACKER, *, ahead: bool = False) -> Any:
    """Slices and streams of both kinds give one verdict; gives what it is.

    Args:
        data: The bytes.
        payload: The type.
        encoding: The encoding.
        ahead: The type looks at bytes that it does not take.
    """
    expected = verdict(lambda: decode_prefix(data, payload, encoding, limits=FEW))
    for source in (io.BytesIO(data), Pipe(data)):
        found = verdict(lambda source=source: decode_stream(source, payload, encoding, limits=FEW))
        if expected[0] == "gives":
            assert_same(found, ("gives", expected[1][0]))
            taken = source.tell() if isinstance(source, io.BytesIO) else source.taken()
            assert taken == expected[1][1] or (ahead and taken > expected[1][1])
        else:
            assert_same(found, expected)
    return expected


@given(st.data())
def test_types(data: st.DataObject) -> None:
    sample: Sample = data.draw(damageable)
    encoding = data.draw(encodings)
    sound = encode(data.draw(sample.values), sample.kind, encoding)
    agree(sound + data.draw(st.binary(max_size=5)), sample.kind, encoding)
    for _ in range(4):
        agree(data.draw(mutated(sound)), sample.kind, encoding)


@given(st.data())
def test_types_under_a_limit(data: st.DataObject) -> None:
    sample: Sample = data.draw(damageable)
    encoding = data.draw(st.builds(Encoding, limit=st.integers(0, 40)))
    sound = encode(data.draw(sample.values), sample.kind, encoding.without_limit())
    for _ in range(4):
        agree(data.draw(st.just(sound) | mutated(sound)), sample.kind, encoding)


@given(st.data())
def test_constructs(data: st.DataObject) -> None:
    made: Composition = data.draw(compositions)
    try:
        sound = made.construct.build(data.draw(made.values))
    except c.ConstructError:
        sound = b"\1\2\3\4"
    ahead = any(isinstance(each, c.Select) for _, each in inside(made.construct))  # `Optional` too
    for changed in (sound, sound + b"\1\2", *(data.draw(mutated(sound)) for _ in range(4))):
        agree(changed, made.construct, ahead=ahead)


@given(st.data())
def test_constructs_that_are_partly_opaque(data: st.DataObject) -> None:
    struct, values = data.draw(pairs)
    try:
        sound = struct.build(data.draw(values))
    except Exception:  # an unnamed field that can't be built
        sound = b"\1\2\3\4"
    for changed in (sound, sound + b"\1\2", *(data.draw(mutated(sound)) for _ in range(4))):
        agree(changed, struct, ahead=True)


@schema
class Held:
    part: Annotated[int, c.Prefixed(c.Int8ub, c.Int16ub)]
    number: u16


#: Parts that end before the data does.
BOUNDED: dict[str, tuple[Any, bytes]] = {
    "a Prefixed": (c.Struct("p" / c.Prefixed(c.Int8ub, c.Int16ub), "n" / c.Int8ub), b"\2abc"),
    "a Prefixed in a Prefixed": (
        c.Prefixed(c.Int8ub, c.Struct("p" / c.Prefixed(c.Int8ub, c.Int16ub), "n" / c.Int8ub)),
        b"\4\2abc",
    ),
    "a Prefixed that counts itself": (c.Prefixed(c.Int8ub, c.Int16ub, includelength=True), b"\3ab"),
    "elements in a Prefixed": (c.Prefixed(c.Int8ub, c.PrefixedArray(c.Int8ub, c.Int16ub)), b"\5\2abcd"),
    "text in a Prefixed": (c.Prefixed(c.Int8ub, c.PascalString(c.Int8ub, "ascii")), b"\3\2ab"),
    "an opaque part in a Prefixed": (
        c.Struct(
            "a" / c.Int8ub,
            "p" / c.Prefixed(c.Int8ub, c.Struct("a" / c.Int8ub, "b" / c.GreedyString("ascii"))),
        ),
        b"x\3abc",
    ),
    "a place in a Prefixed": (
        c.Struct("a" / c.Int8ub, "p" / c.Prefixed(c.Int8ub, c.Struct("a" / c.Int8ub, "at" / c.Tell))),
        b"x\1a",
    ),
    "a FixedSized": (c.Struct("f" / c.FixedSized(3, c.GreedyBytes), "n" / c.Int8ub), b"abcd"),
    "a FixedSized that is too small": (c.FixedSized(1, c.Int16ub), b"abcd"),
    "text that ends somewhere": (c.Struct("t" / c.CString("ascii"), "n" / c.Int8ub), b"ab\0c"),
    "a VarInt": (c.Struct("v" / c.VarInt, "n" / c.Int8ub), b"\xac\2c"),
    "an Aligned": (c.Struct("v" / c.Aligned(4, c.Int8ub), "n" / c.Int8ub), b"a\0\0\0b"),
    "a whole that construct runs": (c.Struct("a" / c.Int8ub, c.Check(this.a < 200), "b" / c.Int16ub), b"abc"),
    "a class with a Prefixed": (Held, b"\2abc\0"),
    "a list of a class with a Prefixed": (list[Held], b"\1\0\0\0\0\0\0\0\2abc\0"),
}
#: What looks at bytes behind it, or at the end of all.
AHEAD: dict[str, tuple[Any, bytes]] = {
    "GreedyBytes": (c.GreedyBytes, b"abc"),
    "GreedyRange": (c.GreedyRange(c.Int16ub), b"abcde"),
    "Optional": (c.Struct("o" / c.Optional(c.Int16ub), "n" / c.Int8ub), b"abc"),
    "Peek": (c.Struct("o" / c.Peek(c.Int16ub), "n" / c.Int8ub), b"ab"),
    "Select": (c.Select(c.Const(b"ac"), c.Int8ub), b"ab"),
    "Terminated": (c.Struct("a" / c.Int8ub, c.Terminated), b"a"),
    "Pointer": (c.Struct("p" / c.Pointer(2, c.Int8ub), "n" / c.Int8ub), b"abc"),
    "Pointer from the end": (c.Struct("p" / c.Pointer(-1, c.Int8ub), "n" / c.Int8ub), b"abc"),
    "a Pointer back, in a Prefixed": (
        c.Struct("a" / c.Int8ub, "p" / c.Prefixed(c.Int8ub, c.Pointer(0, c.Int8ub))),
        b"a\1b",
    ),
    "OffsettedEnd": (c.Struct("o" / c.OffsettedEnd(-1, c.GreedyBytes), "n" / c.Int8ub), b"abc"),
    "Seek": (c.Struct("a" / c.Int8ub, c.Seek(2), "b" / c.Int8ub), b"abcd"),
    "Seek behind the end": (c.Struct("a" / c.Int8ub, c.Seek(9)), b"abcd"),
    "RawCopy": (c.RawCopy(c.Int16ub), b"abc"),
    "Pickled": (c.Pickled, pickle.dumps([1, "a"])),
    "Union": (c.Union(None, "a" / c.Int16ub, "b" / c.Bytes(2)), b"abc"),
}


@pytest.mark.parametrize("name", [*BOUNDED, *AHEAD])
def test_named(name):
    payload, data = {**BOUNDED, **AHEAD}[name]
    ahead = name in AHEAD
    for size in range(len(data) + 1):
        agree(data[:size], payload, ahead=ahead)
    agree(data + b"more", payload, ahead=ahead)
    if "Pickled" not in name:
        for place in range(len(data)):
            for byte in (0, 1, 5, 255):
                agree(data[:place] + bytes((byte,)) + data[place + 1 :], payload, ahead=ahead)


def test_bytes_behind_a_part_are_not_taken():
    struct = c.Prefixed(c.Int8ub, c.Int16ub)
    with pytest.raises(DecodeError, match="ends too early"):
        decode_stream(io.BytesIO(b"\1ab"), struct)


@pytest.mark.parametrize("name", sorted(BOUNDED))
def test_values_one_after_the_other(name):
    payload, data = BOUNDED[name]
    said, expected = agree(data, payload)
    if said == "raises":
        return
    first = data[: expected[1]]
    for source in (io.BytesIO(first * 3), Pipe(first * 3)):
        for _ in range(3):
            decode_stream(source, payload)


def test_hooks_run_once():
    seen: list[int] = []
    struct = c.Struct("a" / c.Int8ub * (lambda value, context: seen.append(value)))
    decode_stream(io.BytesIO(b"\7"), struct)
    assert seen == [7]


class Broken(Pipe):
    """A source that fails behind some bytes."""

    def read(self, size: int = -1) -> bytes:
        found = super().read(size)
        if not found:
            raise OSError(5, "broken")
        return found


@pytest.mark.parametrize(
    "struct", [c.Optional(c.Int32ub), c.GreedyRange(c.Int8ub), c.CString("ascii"), c.GreedyBytes]
)
def test_a_source_that_fails_is_no_end(struct):
    with pytest.raises(DecodeIOError):
        decode_stream(Broken(b"ab"), struct)


#: Payloads that construct runs as a whole, with values.
OPAQUE: dict[str, tuple[Any, Any]] = {
    "Check": (c.Struct("a" / c.Int8ub, c.Check(this.a < 100)), {"a": 5}),
    "a function": (c.Struct("n" / c.Int8ub, "d" / c.Bytes(lambda context: context.n)), {"n": 2, "d": b"ab"}),
    "text": (c.CString("utf8"), "abc"),
    "an Adapter": (c.Hex(c.Int8ub), 7),
    "compiled": (c.Struct("a" / c.Int8ub).compile(), {"a": 5}),
    "partly": (c.Struct("a" / c.Int8ub, "t" / c.CString("utf8")), {"a": 5, "t": "abc"}),
    "Tell": (c.Struct("a" / c.Int8ub, "at" / c.Tell, c.Check(this.a < 100)), {"a": 5}),
    "GreedyRange": (c.Prefixed(c.Int8ub, c.GreedyRange(c.Int16ub)), [1, 2]),
}


@pytest.mark.parametrize("with_checksum", [True, False])
@pytest.mark.parametrize("name", OPAQUE)
def test_a_file_whose_payload_construct_runs(name, with_checksum):
    payload, value = OPAQUE[name]
    more = {} if with_checksum else {"checksum": None}
    file = SnapshotFormat("test", 1, "1.0.0", payload, **more)
    data = file.new(value).to_bytes()
    expected = file.load(data)
    for source in (io.BytesIO(data), Pipe(data), io.BufferedReader(io.BytesIO(data))):
        found = decode_stream(source, file.struct)
        assert found.header == expected.header
        assert found.data == expected.data
    # Two behind one another are refused, or the first is taken, and no more.
    with pytest.raises(DecodeError):
        decode_stream(Pipe(data + data), file.struct)
    ignoring = dataclasses.replace(file, trailing="ignore")
    if not with_checksum:  # which is read over the whole stream
        source = Pipe(data + data)
        for _ in range(2):
            assert decode_stream(source, ignoring.struct).data == expected.data
    for size in range(len(data)):
        with pytest.raises(DecodeError):
            decode_stream(Pipe(data[:size]), file.struct)
        assert_same(
            verdict(lambda size=size: decode_stream(Pipe(data[:size]), file.struct)),
            verdict(lambda size=size: decode_prefix(data[:size], file.struct)),
        )
