"""Sources that never end: no more is fetched from them than the limit allows."""

from __future__ import annotations

from typing import Any

import construct as c
import pytest
from construct import this

from snapformat import DecodeError, Encoding, decode_stream

LIMIT = 1 << 14
#: Bytes that may be fetched beyond the limit: what the reader asks for at once.
MORE = 1 << 20


class Endless:
    """A source of ones that counts what is read."""

    def __init__(self) -> None:
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        size = 1 << 16 if size < 0 else min(size, 1 << 16)
        self.count += size
        return b"\1" * size


CONSTRUCTS: dict[str, Any] = {
    "GreedyBytes": c.GreedyBytes,
    "in a Struct": c.Struct("a" / c.Byte, "b" / c.GreedyBytes),
    "GreedyString": c.GreedyString("ascii"),
    "CString": c.CString("ascii"),
    "NullTerminated": c.NullTerminated(c.GreedyBytes, term=b"\0\0"),
    "NullStripped": c.NullStripped(c.GreedyBytes),
    "GreedyRange": c.GreedyRange(c.Byte),
    "RepeatUntil": c.RepeatUntil(lambda item, so_far, context: False, c.Byte),
    "Bytes": c.Bytes(1 << 40),
    "Bytes by a lambda": c.Bytes(lambda context: 1 << 40),
    "Array": c.Array(1 << 40, c.Byte),
    "FixedSized": c.FixedSized(1 << 40, c.Byte),
    "Padded": c.Padded(1 << 40, c.Byte),
    "Padding": c.Padding(1 << 40),
    "Aligned": c.Aligned(1 << 40, c.Byte),
    "PascalString": c.PascalString(c.Int64ub, "ascii"),
    "Prefixed": c.Prefixed(c.Int64ub, c.Byte),
    "Prefixed, all of it": c.Prefixed(c.Int64ub, c.GreedyBytes),
    "PrefixedArray": c.PrefixedArray(c.Int64ub, c.Byte),
    "Optional": c.Optional(c.Bytes(1 << 40)),
    "Select": c.Select(c.Bytes(1 << 40), c.Byte),
    "Peek": c.Peek(c.GreedyBytes),
    "Pointer": c.Pointer(1 << 40, c.Byte),
    "Pointer from the end": c.Pointer(-1, c.Byte),
    "Seek": c.Struct(c.Seek(1 << 40), "a" / c.Byte),
    "Seek at the end": c.Struct("a" / c.Byte, c.Seek(1 << 40)),
    "OffsettedEnd": c.OffsettedEnd(-1, c.GreedyBytes),
    "RawCopy": c.RawCopy(c.GreedyBytes),
    "Union": c.Union(0, "a" / c.Byte, "b" / c.GreedyBytes),
    "Compressed": c.Compressed(c.GreedyBytes, "zlib"),
    "ProcessXor": c.ProcessXor(1, c.GreedyBytes),
    "Bitwise": c.Bitwise(c.GreedyRange(c.Bit)),
    "Rebuffered": c.Rebuffered(c.GreedyRange(c.Byte)),
    "a condition": c.Struct("a" / c.Byte, "b" / c.If(this.a == 1, c.GreedyBytes)),
}


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_no_more_is_fetched_than_the_limit_allows(name: str) -> None:
    source = Endless()
    with pytest.raises(DecodeError, match=r"the limit of (16384 )?claimed bytes is exceeded"):
        decode_stream(source, CONSTRUCTS[name], Encoding(limit=LIMIT))
    assert source.count <= LIMIT + MORE
