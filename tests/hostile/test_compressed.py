"""What `Compressed` uncompresses is bounded by the limit, and is what construct uncompresses."""

from __future__ import annotations

import bz2
import gzip
import importlib.util
import lzma
import struct
import zlib
from collections.abc import Callable
from typing import Annotated, Any

import construct as c
import pytest

from hostile.bounded import run_bounded
from snapformat import DecodeError, Encoding, decode, decode_prefix, decoder, schema

#: A gigabyte of zeros, in a megabyte or less.
BOMBS = """
import bz2, gzip, lzma, zlib

PART, PARTS = bytes(1 << 22), 256

def lz4_bomb():
    import lz4.frame
    with lz4.frame.LZ4FrameCompressor() as made:
        return made.begin() + b"".join(made.compress(PART) for _ in range(PARTS)) + made.flush()

def zlib_bomb():
    made = zlib.compressobj()
    return b"".join(made.compress(PART) for _ in range(PARTS)) + made.flush()

MAKE = {
    "zlib": zlib_bomb,
    "zlib_codec": zlib_bomb,
    "gzip": lambda: gzip.compress(PART) * PARTS,
    "bzip2": lambda: bz2.compress(PART) * PARTS,
    "bz2_codec": lambda: bz2.compress(PART) * PARTS,
    "lzma": lambda: lzma.compress(PART) * PARTS,
    "lz4": lz4_bomb,
}

def compressed(name, inner=c.GreedyBytes):
    return c.CompressedLZ4(inner) if name == "lz4" else c.Compressed(inner, name)

def refusal(call):
    try:
        call()
    except SnapshotError as error:
        is_limit = "the uncompressed data exceeds the limit" in str(error)
        return [type(error).__name__, is_limit, error.path, error.offset]
    return "read"
"""
NAMES = ["zlib", "zlib_codec", "gzip", "bzip2", "bz2_codec", "lzma"]
NAMES += ["lz4"] if importlib.util.find_spec("lz4") else []


@pytest.mark.parametrize("name", NAMES)
def test_a_bomb_is_refused_before_it_is_large(name: str) -> None:
    code = f"""
bomb = MAKE[{name!r}]()
kind = c.Struct("head" / c.Byte, "body" / c.Prefixed(c.Int32ub, compressed({name!r})), "end" / c.Byte)
data = b"h" + len(bomb).to_bytes(4, "big") + bomb + b"e"
spec = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=kind)
file = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=c.GreedyBytes).new(data).to_bytes()
_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
ways = [
    lambda: decode(data, kind),
    lambda: decode(data, kind),  # by generated code
    lambda: decode_stream(io.BytesIO(data), kind),
    lambda: list(walk(layout_of(kind), data, limit=10 << 20)),
    lambda: spec.load(file),
    lambda: spec.load(file, lazy=True).data.body,
]
result = [refusal(way) for way in ways]
try:
    spec.struct.parse(file)
except c.ConstructError as error:
    result.append("the uncompressed data exceeds the limit" in str(error))
"""
    outcome = run_bounded(BOMBS + code)
    header = 8 + 8 + 5
    by_itself, in_a_file = (["DecodeError", True, "$.body", at] for at in (5, header + 5))
    assert outcome.verdict == [by_itself] * 4 + [in_a_file] * 2 + [True]
    assert outcome.grown < 200


def test_a_bomb_in_a_bomb_is_refused() -> None:
    code = """
class Own(c.Subconstruct):
    "A construct of a user, which is not analyzed."
    def _parse(self, stream, context, path):
        return self.subcon._parsereport(stream, context, path)

kind = c.Compressed(c.Compressed(c.GreedyBytes, "zlib"), "zlib")
data = zlib.compress(MAKE["zlib"]())
ways = [
    lambda: decode(data, kind),
    lambda: decode(data, c.GreedyRange(kind)),
    lambda: decode(data, c.Optional(kind)),
    lambda: decode(data, Own(kind)),
    lambda: list(walk(layout_of(kind), data, limit=10 << 20)),
    lambda: loads(json.dumps({"$bytes": data.hex()}), Own(kind)),
]
result = [refusal(way)[:2] for way in ways]
"""
    outcome = run_bounded(BOMBS + code)
    assert outcome.verdict == [["DecodeError", True]] * 6
    assert outcome.grown < 400


def test_parts_share_the_limit() -> None:
    kind = c.PrefixedArray(c.Byte, c.Prefixed(c.Int16ub, c.Compressed(c.GreedyBytes, "zlib")))
    data = kind.build([bytes(1000)] * 10)
    assert decode(data, kind, Encoding(limit=10_021)) == [bytes(1000)] * 10
    for _ in range(3):  # by the reference, and by generated code
        with pytest.raises(DecodeError, match="at most 10020 bytes in all") as caught:
            decode(data, kind, Encoding(limit=10_020))
        assert caught.value.path == "$[9]"


def outcome_of(call: Any) -> Any:
    try:
        return call()
    except Exception:
        return "refused"


@pytest.mark.parametrize("name", ["zlib", "gzip", "bzip2", "lzma"])
def test_bytes_are_those_of_construct(name: str) -> None:
    library = {"zlib": zlib, "gzip": gzip, "bzip2": bz2, "lzma": lzma}[name]
    kind = c.Compressed(c.GreedyBytes, name)
    noise = bytes((each * each >> 3) % 251 for each in range(70_000))
    for value in (b"", b"a", b"abc" * 10_000, noise, bytes(1 << 20)):
        whole = library.compress(value)
        sizes = (0, 1, 5, len(whole) // 2, len(whole) - 4, len(whole) - 1)
        found = [whole, *(whole[:size] for size in sizes)]
        found += [whole + more for more in (whole, b"\0\0", b"xx", whole[:5], whole + b"xx", b"\0" + whole)]
        for data in found:
            expected = outcome_of(lambda data=data: kind.parse(data))  # type: ignore[misc]
            assert outcome_of(lambda data=data: decode(data, kind)) == expected  # type: ignore[misc]


@pytest.mark.parametrize("name", ["bzip2", "gzip", "lzma"])
def test_many_streams_take_linear_time(name: str) -> None:
    code = f"""
data = {{"bzip2": bz2, "gzip": gzip, "lzma": lzma}}[{name!r}].compress(b"") * 50_000
result = len(decode(data, compressed({name!r})))
"""
    assert run_bounded(BOMBS + code, hangs=60).verdict == 0


@schema
class Packed:
    """A field that construct uncompresses."""

    data: Annotated[bytes, c.Prefixed(c.Int32ul, c.Compressed(c.GreedyBytes, "zlib"))]


@pytest.mark.parametrize(
    "read",
    [
        lambda data: decode(data, Packed),
        lambda data: decode(data, Packed, trailing="refuse"),
        lambda data: decode(data, Packed, trailing="ignore"),
        lambda data: decode(data, Packed, lazy=True).data,
        decoder(Packed),
        decoder(Packed, trailing="refuse"),
        lambda data: decode_prefix(data, Packed)[0],
    ],
)
def test_without_an_encoding_what_construct_uncompresses_is_bounded(read: Callable[[bytes], Any]) -> None:
    def file(size: int) -> bytes:
        data = zlib.compress(bytes(size))
        return struct.pack("<I", len(data)) + data

    for _ in range(2):  # generated code is used from the second call on
        read(file(100))
        with pytest.raises(DecodeError, match="the uncompressed data exceeds the limit"):
            read(file(11 << 20))
