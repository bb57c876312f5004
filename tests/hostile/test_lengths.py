"""Lengths that no data can have: refused before anything is allocated."""

from __future__ import annotations

import io
import tracemalloc
from typing import Annotated, Any

import construct as c
import pytest
from construct import this

from hostile.bounded import run_bounded
from snapformat import DecodeError, Encoding, decode, decode_stream
from snapformat.bincode import (
    BTreeMap,
    BTreeSet,
    ByteArray,
    CString,
    HashMap,
    HashSet,
    Option,
    OsString,
    Path,
    Vec,
    Version,
    VersionReq,
    f32,
    u8,
    u64,
    u128,
)
from snapformat.layout import layout_of, walk

LENGTHS = (1 << 40, 1 << 63, (1 << 64) - 1)
KINDS: dict[str, Any] = {
    "str": str,
    "bytes": bytes,
    "ByteArray": Annotated[bytes, ByteArray(4)],
    "Vec<u8>": Vec[u8],
    "Vec<u128>": Vec[u128],
    "Vec<f32>": Vec[f32],
    "Vec<bool>": Vec[bool],
    "Vec<String>": Vec[str],
    "Vec<Vec<u8>>": Vec[Vec[u8]],
    "Vec<Option<u8>>": Vec[Option[u8]],
    "Vec<(u8, u64)>": Vec[tuple[u8, u64]],
    "BTreeMap": BTreeMap[u8, u8],
    "BTreeMap of nothing": BTreeMap[u8, tuple[()]],
    "HashMap": HashMap[str, u64],
    "BTreeSet": BTreeSet[u8],
    "HashSet": HashSet[str],
    "Path": Path,
    "CString": CString,
    "Version": Version,
    "VersionReq": VersionReq,
}
#: construct's own, with a length of 64 bits, little endian.
CONSTRUCTS: dict[str, Any] = {
    "PrefixedArray": c.PrefixedArray(c.Int64ul, c.Byte),
    "PrefixedArray of Struct": c.PrefixedArray(c.Int64ul, c.Struct("a" / c.Byte)),
    "Prefixed": c.Prefixed(c.Int64ul, c.Byte),
    "Prefixed GreedyBytes": c.Prefixed(c.Int64ul, c.GreedyBytes),
    "PascalString": c.PascalString(c.Int64ul, "utf8"),
    "Bytes": c.Struct("n" / c.Int64ul, "data" / c.Bytes(this.n)),
    "Array": c.Struct("n" / c.Int64ul, "data" / c.Array(this.n, c.Byte)),
    "Padding": c.Struct("n" / c.Int64ul, c.Padding(this.n)),
    "Padded": c.Struct("n" / c.Int64ul, "data" / c.Padded(this.n, c.Byte)),
    "Array of product": c.Struct("n" / c.Int64ul, "data" / c.Array(this.n * this.n, c.Byte)),
}
ENCODINGS = [
    Encoding(integers, byteorder, limit)  # type: ignore[arg-type]
    for integers in ("fixed", "variable")
    for byteorder in ("little", "big")
    for limit in (None, 10 << 20)
]


def _refused(kind: Any, data: bytes, encoding: Encoding) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(DecodeError):
            decode(data, kind, encoding)
        with pytest.raises(DecodeError):
            decode_stream(io.BytesIO(data), kind, encoding)
        with pytest.raises(DecodeError):
            for _ in walk(layout_of(kind, encoding), data, limit=encoding.limit):
                pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 << 20


@pytest.mark.parametrize("encoding", ENCODINGS, ids=lambda e: f"{e.integers}-{e.byteorder}-{e.limit}")
@pytest.mark.parametrize("name", KINDS)
def test_a_length_beyond_the_data(name: str, encoding: Encoding) -> None:
    for length in LENGTHS:
        prefix = length.to_bytes(8, encoding.byteorder)
        if encoding.integers == "variable":
            prefix = b"\xfd" + prefix
        for rest in (b"", bytes(100), b"a" * 100):
            _refused(KINDS[name], prefix + rest, encoding)
            _refused(tuple[u8, KINDS[name]], b"\7" + prefix + rest, encoding)


def test_a_length_beyond_the_data_in_os_string() -> None:
    for length in LENGTHS:
        _refused(OsString, bytes(4) + length.to_bytes(8, "little") + bytes(100), Encoding())


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_a_length_beyond_the_data_in_constructs(name: str) -> None:
    for length in LENGTHS:
        for rest in (b"", bytes(100)):
            for limit in (None, 10 << 20):
                _refused(CONSTRUCTS[name], length.to_bytes(8, "little") + rest, Encoding(limit=limit))


@pytest.mark.parametrize("count", [5000, 1 << 20, 1 << 34, (1 << 64) - 1])
@pytest.mark.parametrize("how", ["decode(data, kind)", "decode_stream(io.BytesIO(data), kind)"])
@pytest.mark.parametrize(
    "expression", ["2**this.n", "1 << this.n", "this.n ** this.n", "(this.n ** 4000) ** 4000"]
)
def test_a_length_that_takes_long_to_compute(expression: str, how: str, count: int) -> None:
    """An expression may not size an allocation, nor keep the machine busy."""
    code = f"""
kind = c.Struct("n" / c.Int64ul, "data" / c.Bytes({expression}))
data = u64_bytes({count}) + bytes(100)
result = verdict(lambda: {how})
"""
    outcome = run_bounded(code, hangs=40)
    assert outcome.verdict == "DecodeError"
    assert outcome.grown < 100


@pytest.mark.parametrize("how", ["decode(data, kind)", "decode_stream(io.BytesIO(data), kind)"])
def test_text_times_a_number(how: str) -> None:
    code = f"""
kind = c.Struct("s" / c.PascalString(c.Byte, "utf8"), "n" / c.Int64ul, "t" / c.Computed(this.s * this.n))
data = b"\\1a" + u64_bytes(1 << 31)
result = verdict(lambda: {how})
"""
    outcome = run_bounded(code, hangs=40)
    assert outcome.verdict == "DecodeError"
    assert outcome.grown < 100
