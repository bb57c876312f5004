"""Transformations of bytes: swapped, masked, rotated, compressed, checked, read again."""

from __future__ import annotations

import hashlib
import zlib

import construct as c
from construct import this
from construct.lib import swapbytes
from cryptography.hazmat.primitives.ciphers import Cipher, aead, algorithms, modes

from constructs.declaration import of

POINT = c.Struct("x" / c.Byte, "y" / c.Int16ub)


def _flip(data: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in data)


def _crc(data: bytes) -> int:
    return zlib.crc32(data)


KEY = bytes(16)
CIPHER = Cipher(algorithms.AES(KEY), modes.CBC(bytes(range(16))))

TRANSFORMS = [
    of("Transformed", c.Transformed(c.Bytes(4), swapbytes, 4, swapbytes, 4), b"abcd"),
    of("Transformed by a function", c.Transformed(c.Int16ub, _flip, 2, _flip, 2), 258),
    of("Transformed to the end", c.Transformed(c.GreedyBytes, _flip, None, _flip, None), b"abc"),
    of(
        "Transformed Struct",
        c.Struct("h" / c.Byte, "t" / c.Transformed(POINT, _flip, 3, _flip, 3)),
        {"h": 1, "t": {"x": 1, "y": 2}},
    ),
    of("Restreamed", c.Restreamed(c.Bytes(4), _flip, 1, _flip, 1, lambda n: n), b"abcd"),
    of(
        "Restreamed in a Struct",
        c.Struct("a" / c.Restreamed(c.Int16ub, _flip, 1, _flip, 1, lambda n: n), "b" / c.Byte),
        {"a": 5, "b": 6},
    ),
    of("RestreamData", c.Struct("d" / c.Bytes(2), "n" / c.RestreamData(this.d, c.Int16ub)), {"d": b"\1\2"}),
    of(
        "RestreamData of a construct", c.RestreamData(c.FixedSized(2, c.GreedyBytes), c.Int16ub), data=b"\1\2"
    ),
    of("RestreamData of a constant", c.RestreamData(b"\7", c.Byte), data=b""),
    of("ProcessXor", c.ProcessXor(0x5A, c.GreedyBytes), b"abc"),
    of("ProcessXor by bytes", c.ProcessXor(b"key", c.GreedyBytes), b"some text"),
    of("ProcessXor by zero", c.ProcessXor(0, c.Int16ub), 258),
    of(
        "ProcessXor by a field",
        c.Struct("k" / c.Byte, "v" / c.ProcessXor(this.k, c.GreedyString("ascii"))),
        {"k": 9, "v": "abc"},
    ),
    of(
        "ProcessXor in FixedSized",
        c.Struct("v" / c.FixedSized(3, c.ProcessXor(0xFF, POINT)), "e" / c.Byte),
        {"v": {"x": 1, "y": 2}, "e": 3},
    ),
    of("ProcessXor in Prefixed", c.Prefixed(c.Byte, c.ProcessXor(b"\1\2", c.GreedyRange(c.Int16ub))), [1, 2]),
    of("ProcessRotateLeft", c.ProcessRotateLeft(4, 1, c.Int16ub), 0x0F0F),
    of("ProcessRotateLeft over groups", c.ProcessRotateLeft(3, 2, c.Int32ub), 0x01020304),
    of("ProcessRotateLeft by nothing", c.ProcessRotateLeft(0, 1, c.GreedyBytes), b"abc"),
    of(
        "ProcessRotateLeft by a field",
        c.Struct("k" / c.Byte, "v" / c.ProcessRotateLeft(this.k, 1, c.GreedyBytes)),
        {"k": 3, "v": b"abc"},
    ),
    of("ProcessRotateLeft far", c.ProcessRotateLeft(13, 2, c.GreedyBytes), b"abcd"),
    of("Compressed zlib", c.Compressed(c.GreedyBytes, "zlib"), b"x" * 100),
    of("Compressed gzip level", c.Compressed(c.GreedyBytes, "zlib", level=9), b"x" * 100),
    of("Compressed bzip2", c.Prefixed(c.Int16ub, c.Compressed(c.GreedyBytes, "bzip2")), b"y" * 50),
    of("Compressed lzma", c.Prefixed(c.Int16ub, c.Compressed(c.GreedyBytes, "lzma")), b"z" * 50),
    of("Compressed hex", c.Prefixed(c.Byte, c.Compressed(c.GreedyBytes, "hex")), b"abc"),
    of(
        "Compressed Struct",
        c.Prefixed(c.VarInt, c.Compressed(c.Struct("n" / c.Byte, "d" / c.GreedyBytes), "zlib")),
        {"n": 1, "d": b"aaaa"},
        edit=lambda value: value.update({"d": b"changed"}),
    ),
    of(
        "Checksum of RawCopy",
        c.Struct(
            "body" / c.RawCopy(c.Struct("a" / c.Byte, "b" / c.Int16ub)),
            "sum" / c.Checksum(c.Int32ub, _crc, this.body.data),
        ),
        {"body": {"value": {"a": 1, "b": 2}}},
    ),
    of(
        "Checksum of bytes",
        c.Struct(
            "d" / c.Bytes(3), "sum" / c.Checksum(c.Bytes(16), lambda d: hashlib.md5(d).digest(), this.d)
        ),
        {"d": b"abc"},
        edit=lambda value: value.update({"d": b"xyz"}),
    ),
    of(
        "Checksum in front",
        c.Struct(
            "at" / c.Tell,
            "sum" / c.Padding(4),
            "body" / c.RawCopy(c.Struct("n" / c.Byte, "d" / c.Bytes(this.n))),
            "check" / c.Pointer(this.at, c.Checksum(c.Int32ub, _crc, this.body.data)),
        ),
        {"body": {"value": {"n": 2, "d": b"ab"}}},
    ),
    of("Rebuffered", c.Rebuffered(c.Struct("a" / c.Byte, "b" / c.Int16ub)), data=b"\1\0\2"),
    of(
        "Rebuffered and what follows",
        c.Struct("r" / c.Rebuffered(c.Int16ub), "e" / c.GreedyBytes),
        data=b"\1\2\3",
    ),
    of("Rebuffered with a tail", c.Rebuffered(c.Array(3, c.Byte), tailcutoff=1024), data=b"\1\2\3"),
    of("swapped in Prefixed", c.Prefixed(c.Byte, c.ByteSwapped(c.Int32ub)), 5),
    of("two masks", c.ProcessXor(1, c.ProcessXor(2, c.GreedyBytes)), b"abc"),
    of(
        "compressed in an Array",
        c.Array(2, c.Prefixed(c.Byte, c.Compressed(c.GreedyBytes, "zlib"))),
        [b"aaa", b"bbb"],
    ),
    of(
        "masked text in a Struct",
        c.Struct(
            "n" / c.Byte,
            "s" / c.FixedSized(this.n, c.ProcessXor(0x20, c.GreedyString("ascii"))),
            "e" / c.Byte,
        ),
        {"n": 3, "s": "abc", "e": 1},
    ),
    of("CompressedLZ4", c.Prefixed(c.Int16ub, c.CompressedLZ4(c.GreedyBytes)), b"x" * 100),
    of("EncryptedSym", c.EncryptedSym(c.Bytes(16), lambda ctx: CIPHER), b"sixteen bytes ok"),
    of("EncryptedSymAead", c.EncryptedSymAead(c.GreedyBytes, aead.AESGCM(KEY), bytes(12)), b"secret"),
]
