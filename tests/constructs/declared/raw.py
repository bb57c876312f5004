"""Bytes: of a fixed size, of a computed one, up to a terminator, up to the end; with lengths in front."""

from __future__ import annotations

import construct as c
from construct import len_, this

from constructs.declaration import of

PACKET = c.Struct("tag" / c.Byte, "size" / c.Int16ub, "body" / c.Bytes(this.size), "crc" / c.Int32ub)

RAW = [
    of("Bytes", c.Bytes(4), b"abcd"),
    of("Bytes of nothing", c.Bytes(0), b""),
    of(
        "Bytes sized by a field",
        c.Struct("n" / c.Byte, "d" / c.Bytes(this.n)),
        {"n": 3, "d": b"abc"},
        {"n": 0, "d": b""},
        edit=lambda value: value.update({"n": 2, "d": b"xy"}),
    ),
    of(
        "Bytes sized by two fields",
        c.Struct("w" / c.Byte, "h" / c.Byte, "d" / c.Bytes(this.w * this.h)),
        {"w": 2, "h": 3, "d": b"abcdef"},
    ),
    of(
        "Bytes sized by a field above",
        c.Struct("n" / c.Byte, "i" / c.Struct("d" / c.Bytes(this._.n))),
        {"n": 2, "i": {"d": b"ab"}},
    ),
    of(
        "Bytes sized by a bit",
        c.Struct("b" / c.BitStruct("n" / c.Nibble, "m" / c.Nibble), "d" / c.Bytes(this.b.n)),
        {"b": {"n": 2, "m": 5}, "d": b"ab"},
    ),
    of(
        "Bytes and the rest of a size",
        c.Struct("size" / c.Byte, "k" / c.Byte, "d" / c.Bytes(this.size - 1)),
        {"size": 3, "k": 9, "d": b"ab"},
    ),
    of(
        "Bytes by a lambda",
        c.Struct("n" / c.Byte, "d" / c.Bytes(lambda ctx: ctx.n + 1)),
        {"n": 2, "d": b"abc"},
    ),
    of("GreedyBytes", c.GreedyBytes, b"", b"abc"),
    of(
        "GreedyBytes at the end",
        c.Struct("k" / c.Byte, "rest" / c.GreedyBytes),
        {"k": 1, "rest": b"abc"},
        {"k": 1, "rest": b""},
        edit=lambda value: value.update({"rest": b"more than before"}),
    ),
    of("GreedyBytes in Prefixed", c.Prefixed(c.Byte, c.GreedyBytes), b"", b"abc"),
    of("Prefixed of all", c.Prefixed(c.Int16ul, c.GreedyBytes, includelength=True), b"abc", b""),
    of("Prefixed VarInt", c.Prefixed(c.VarInt, c.GreedyBytes), b"x" * 130),
    of(
        "Prefixed with room",
        c.Struct("p" / c.Prefixed(c.Byte, c.Byte), "q" / c.Byte),
        {"p": 1, "q": 2},
        data=b"\x03\x01zz\x02",
    ),
    of(
        "Prefixed Struct",
        c.Prefixed(c.Int32ub, c.Struct("a" / c.Byte, "rest" / c.GreedyBytes)),
        {"a": 1, "rest": b"xyz"},
        edit=lambda value: value.update({"rest": b""}),
    ),
    of(
        "Prefixed in Prefixed",
        c.Prefixed(c.Byte, c.Struct("a" / c.Byte, "p" / c.Prefixed(c.Byte, c.GreedyBytes))),
        {"a": 1, "p": b"ab"},
    ),
    of("a packet", PACKET, {"tag": 1, "size": 2, "body": b"hi", "crc": 5}),
    of(
        "packets to the end",
        c.GreedyRange(PACKET),
        [{"tag": 1, "size": 2, "body": b"hi", "crc": 5}, {"tag": 2, "size": 0, "body": b"", "crc": 6}],
        edit=lambda value: value[:1],
    ),
    of(
        "a packet that counts itself",
        c.Struct("size" / c.Rebuild(c.Int16ub, len_(this.body)), "body" / c.Bytes(this.size)),
        {"body": b"abc"},
        edit=lambda value: value.update({"body": b"longer body"}),
    ),
    of(
        "a packet whose size counts its header",
        c.Struct("size" / c.Rebuild(c.Int16ub, len_(this.body) + 2), "body" / c.Bytes(this.size - 2)),
        {"body": b"abc"},
        edit=lambda value: value.update({"body": b""}),
    ),
    of("NullTerminated", c.NullTerminated(c.GreedyBytes), b"", b"abc"),
    of("NullTerminated by two", c.NullTerminated(c.GreedyBytes, term=b"\0\0"), b"abcd"),
    of("NullTerminated kept", c.NullTerminated(c.GreedyBytes, include=True), b"abc", data=b"abc\0"),
    of(
        "NullTerminated not consumed",
        c.Struct(
            "a" / c.NullTerminated(c.GreedyBytes, term=b";", consume=False), "b" / c.Const(b";"), "c" / c.Byte
        ),
        {"a": b"abc", "b": b";", "c": 7},
    ),
    of("NullTerminated perhaps", c.NullTerminated(c.GreedyBytes, require=False), b"abc", data=b"abc"),
    of("NullTerminated number", c.NullTerminated(c.Int16ub), 0x6162),
    of(
        "NullTerminated Struct",
        c.NullTerminated(c.Struct("a" / c.Byte, "b" / c.GreedyBytes), term=b"/"),
        {"a": 65, "b": b"xyz"},
    ),
    of("NullStripped", c.NullStripped(c.GreedyBytes), b"abc", data=b"abc\0\0"),
    of("NullStripped by another pad", c.NullStripped(c.GreedyBytes, pad=b"  "), b"ab", data=b"ab    "),
    of("NullStripped in FixedSized", c.FixedSized(6, c.NullStripped(c.GreedyBytes)), b"abc"),
    of("FixedSized", c.FixedSized(4, c.Int16ub), 5),
    of("FixedSized of all", c.FixedSized(4, c.GreedyBytes), b"abcd", b"ab"),
    of(
        "FixedSized by a field",
        c.Struct("n" / c.Byte, "d" / c.FixedSized(this.n, c.GreedyBytes)),
        {"n": 3, "d": b"abc"},
    ),
    of(
        "FixedSized records",
        c.Array(2, c.FixedSized(4, c.Struct("n" / c.Byte, "d" / c.Bytes(this.n)))),
        [{"n": 1, "d": b"a"}, {"n": 3, "d": b"abc"}],
    ),
    of("Padded", c.Padded(4, c.Byte), 1, data=b"\x01\xff\xff\xff"),
    of("Padded by another byte", c.Padded(4, c.Int16ub, pattern=b"\xee"), 1),
    of("Padded by a field", c.Struct("n" / c.Byte, "v" / c.Padded(this.n, c.Byte)), {"n": 3, "v": 1}),
    of("Padded Struct", c.Padded(8, c.Struct("a" / c.Byte, "b" / c.CString("ascii"))), {"a": 1, "b": "ab"}),
    of("Padding", c.Struct("a" / c.Byte, c.Padding(3), "b" / c.Byte), {"a": 1, "b": 2}, data=b"\1zzz\2"),
    of("Padding by a field", c.Struct("n" / c.Byte, c.Padding(this.n), "b" / c.Byte), {"n": 2, "b": 5}),
    of(
        "Padding by a flag",
        c.Struct("v" / c.Byte, c.Padding(this.v > 1), "b" / c.Byte),
        {"v": 2, "b": 5},
        {"v": 1, "b": 5},
    ),
    of(
        "Padding to four",
        c.Struct("n" / c.Byte, "d" / c.Bytes(this.n), c.Padding((-1 - this.n) % 4)),
        {"n": 2, "d": b"ab"},
    ),
    of("Aligned", c.Aligned(4, c.Byte), 1),
    of("Aligned bytes", c.Aligned(4, c.Prefixed(c.Byte, c.GreedyBytes)), b"ab", b"abc"),
    of("Aligned by a field", c.Struct("m" / c.Byte, "v" / c.Aligned(this.m, c.Int16ub)), {"m": 4, "v": 1}),
    of("Aligned by another byte", c.Aligned(8, c.Int24ub, pattern=b"*"), 7),
    of("AlignedStruct", c.AlignedStruct(4, "a" / c.Byte, "b" / c.Int16ub), {"a": 1, "b": 2}),
    of("Aligned list", c.Aligned(4, c.PrefixedArray(c.Byte, c.Byte)), [1, 2], [1, 2, 3]),
    of(
        "the end of a block",
        c.Struct("head" / c.Bytes(2), "body" / c.OffsettedEnd(-2, c.GreedyBytes), "tail" / c.Bytes(2)),
        {"head": b"ab", "body": b"cdef", "tail": b"gh"},
    ),
    of(
        "bytes by their name",
        c.Struct("bytes" / c.Bytes(1), "len" / c.Byte, "type" / c.Byte),
        {"bytes": b"a", "len": 1, "type": 2},
    ),
]
