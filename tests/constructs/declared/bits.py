"""Bits: BitStruct in all its shapes, Bitwise, Bytewise, swapped bits and bytes."""

from __future__ import annotations

import construct as c
from construct import this

from constructs.declaration import of

IPV4 = c.BitStruct(
    "version" / c.Const(4, c.Nibble),
    "length" / c.Nibble,
    "precedence" / c.BitsInteger(3),
    "delay" / c.Flag,
    "throughput" / c.Flag,
    "reliability" / c.Flag,
    c.Padding(2),
)

BITS = [
    of(
        "BitStruct",
        c.BitStruct("a" / c.BitsInteger(3), "f" / c.Flag, "n" / c.Nibble),
        {"a": 5, "f": True, "n": 9},
        edit=lambda value: value.update({"a": 1, "n": 0}),
    ),
    of(
        "BitStruct of two bytes",
        c.BitStruct("a" / c.BitsInteger(3), "b" / c.BitsInteger(10), c.Padding(3)),
        {"a": 5, "b": 1000},
    ),
    of(
        "BitStruct signed",
        c.BitStruct("a" / c.BitsInteger(4, signed=True), "b" / c.BitsInteger(4)),
        {"a": -3, "b": 3},
    ),
    of(
        "BitStruct swapped",
        c.BitStruct("a" / c.BitsInteger(16, swapped=True), "b" / c.Octet),
        {"a": 258, "b": 3},
    ),
    of(
        "BitStruct with Const",
        c.BitStruct("m" / c.Const(5, c.BitsInteger(3)), "v" / c.BitsInteger(5)),
        {"v": 7},
    ),
    of(
        "BitStruct with Default",
        c.BitStruct("m" / c.Default(c.BitsInteger(3), 2), "v" / c.BitsInteger(5)),
        {"m": None, "v": 7},
    ),
    of(
        "BitStruct with Enum",
        c.BitStruct("k" / c.Enum(c.BitsInteger(2), low=0, high=3), "v" / c.BitsInteger(6)),
        {"k": "high", "v": 1},
        {"k": 2, "v": 1},
    ),
    of("BitStruct with Computed", c.BitStruct("v" / c.Octet, "w" / c.Computed(this.v + 1)), {"v": 1}),
    of("BitStruct with Rebuild", c.BitStruct("w" / c.Rebuild(c.Nibble, this.v), "v" / c.Nibble), {"v": 9}),
    of(
        "BitStruct with an adapter",
        c.BitStruct("v" / c.ExprAdapter(c.Nibble, c.obj_ * 4, c.obj_ / 4), c.Padding(4)),
        data=b"\x30",
    ),
    of("BitStruct with Hex", c.BitStruct("v" / c.Hex(c.Octet), "w" / c.Hex(c.Octet)), {"v": 255, "w": 0}),
    of(
        "BitStruct with Array",
        c.BitStruct("v" / c.Array(3, c.BitsInteger(5)), "f" / c.Flag),
        {"v": [1, 2, 31], "f": True},
    ),
    of(
        "BitStruct with If",
        c.BitStruct("f" / c.Flag, "v" / c.IfThenElse(this.f, c.BitsInteger(7), c.Padding(7))),
        {"f": True, "v": 100},
        {"f": False, "v": None},
    ),
    of(
        "BitStruct with Switch",
        c.BitStruct(
            "k" / c.BitsInteger(2),
            "v"
            / c.Switch(this.k, {0: c.BitsInteger(6), 1: c.Array(2, c.BitsInteger(3))}, default=c.Padding(6)),
        ),
        {"k": 0, "v": 33},
        {"k": 1, "v": [7, 1]},
        {"k": 3, "v": None},
    ),
    of(
        "BitStruct with Struct",
        c.BitStruct("in" / c.Struct("a" / c.BitsInteger(3), "b" / c.BitsInteger(5)), "c" / c.Octet),
        {"in": {"a": 1, "b": 2}, "c": 3},
    ),
    of(
        "BitStruct with a width from a field",
        c.BitStruct("n" / c.Nibble, "v" / c.BitsInteger(this.n)),
        {"n": 4, "v": 9},
    ),
    of(
        "BitStruct with a width of the rest",
        c.BitStruct("n" / c.Nibble, "v" / c.BitsInteger(this.n), c.Padding(12 - this.n)),
        {"n": 5, "v": 17},
    ),
    of(
        "BitStruct with FlagsEnum",
        c.BitStruct("f" / c.FlagsEnum(c.BitsInteger(4), a=1, b=8), "n" / c.Nibble),
        {"f": {"a": True, "b": True}, "n": 1},
    ),
    of(
        "BitStruct with Mapping",
        c.BitStruct("m" / c.Mapping(c.Bit, {"no": 0, "yes": 1}), "r" / c.BitsInteger(7)),
        {"m": "yes", "r": 3},
    ),
    of(
        "BitStruct with Check",
        c.BitStruct("a" / c.Nibble, c.Check(this.a < 10), "b" / c.Nibble),
        {"a": 3, "b": 4},
    ),
    of(
        "BitStruct with OneOf", c.BitStruct("a" / c.OneOf(c.Nibble, [1, 2]), "b" / c.Nibble), {"a": 2, "b": 4}
    ),
    of(
        "BitStruct with bytes",
        c.BitStruct("a" / c.Nibble, "b" / c.Bytewise(c.Bytes(2)), "c" / c.Nibble),
        {"a": 1, "b": b"xy", "c": 2},
    ),
    of(
        "BitStruct with a float",
        c.BitStruct("a" / c.Nibble, "b" / c.Bytewise(c.Float32b), c.Padding(4)),
        {"a": 1, "b": 1.5},
    ),
    of(
        "BitStruct of bits",
        c.BitStruct(*[f"b{i}" / c.Bit for i in range(8)]),
        {f"b{i}": i % 2 for i in range(8)},
    ),
    of(
        "BitStruct of padding bits",
        c.BitStruct("a" / c.Flag, c.Padding(6), "b" / c.Flag),
        {"a": True, "b": False},
        data=b"\xfe",
    ),
    of(
        "BitStruct of a long number",
        c.BitStruct("a" / c.BitsInteger(65), "b" / c.BitsInteger(7)),
        {"a": 1 << 64, "b": 127},
    ),
    of("BitStruct with Tell", c.BitStruct("a" / c.Nibble, "t" / c.Tell, "b" / c.Nibble), {"a": 1, "b": 2}),
    of(
        "BitStruct whose names are keywords",
        c.BitStruct("class" / c.Nibble, "self" / c.Nibble),
        {"class": 1, "self": 2},
    ),
    of(
        "IPv4's first bytes",
        IPV4,
        {"length": 5, "precedence": 1, "delay": True, "throughput": False, "reliability": True},
    ),
    of(
        "two BitStructs and what they say",
        c.Struct(
            "flags" / c.BitStruct("has_a" / c.Flag, "has_b" / c.Flag, "n" / c.BitsInteger(6)),
            "a" / c.If(this.flags.has_a, c.Byte),
            "b" / c.If(this.flags.has_b, c.Int16ub),
            "items" / c.Array(this.flags.n, c.Byte),
        ),
        {"flags": {"has_a": True, "has_b": False, "n": 2}, "a": 1, "b": None, "items": [5, 6]},
        {"flags": {"has_a": False, "has_b": True, "n": 0}, "a": None, "b": 9, "items": []},
    ),
    of(
        "BitStructs in an array",
        c.Array(2, c.BitStruct("a" / c.Nibble, "b" / c.Nibble)),
        [{"a": 1, "b": 2}, {"a": 3, "b": 4}],
    ),
    of("Bitwise number", c.Bitwise(c.BitsInteger(8)), 200),
    of("Bitwise signed number", c.Bitwise(c.BitsInteger(16, signed=True)), -2),
    of("Bitwise array", c.Bitwise(c.Array(8, c.Bit)), [1, 0, 0, 0, 0, 0, 0, 1]),
    of("Bitwise to the end", c.Bitwise(c.GreedyRange(c.Nibble)), [1, 2, 3, 4]),
    of("Bitwise sequence", c.Bitwise(c.Sequence(c.Nibble, c.Flag, c.BitsInteger(3))), [9, True, 5]),
    of("Bitwise of bytes", c.Bitwise(c.Bytes(8)), b"\1\0\0\0\0\0\0\1"),
    of(
        "Bitwise counted",
        c.Bitwise(c.Struct("n" / c.Octet, "v" / c.Array(this.n, c.Nibble))),
        {"n": 2, "v": [3, 4]},
    ),
    of("Bytewise", c.Bitwise(c.Struct("a" / c.Bytewise(c.Int16ub), "b" / c.Octet)), {"a": 258, "b": 3}),
    of(
        "Bytewise text",
        c.Bitwise(c.Struct("a" / c.Octet, "s" / c.Bytewise(c.CString("ascii")))),
        {"a": 1, "s": "xy"},
    ),
    of("ByteSwapped", c.ByteSwapped(c.Int24ub), 0x010203),
    of("ByteSwapped Struct", c.ByteSwapped(c.Struct("a" / c.Byte, "b" / c.Int16ub)), {"a": 1, "b": 2}),
    of(
        "ByteSwapped bits",
        c.ByteSwapped(c.BitStruct("a" / c.BitsInteger(4), "b" / c.BitsInteger(12))),
        {"a": 1, "b": 2},
    ),
    of("BitsSwapped", c.BitsSwapped(c.Bytes(3)), b"\x01\x80\x0f"),
    of("BitsSwapped bits", c.BitsSwapped(c.BitStruct("a" / c.Nibble, "b" / c.Nibble)), {"a": 1, "b": 2}),
    of("BitsSwapped to the end", c.BitsSwapped(c.GreedyBytes), b"\x01\x80"),
    of("both swapped", c.ByteSwapped(c.BitsSwapped(c.Int16ub)), 0x0180),
    of("octets", c.Bitwise(c.Array(2, c.Octet)), [1, 255]),
]
