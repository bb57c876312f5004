"""Values that are made, named or shown: Const, Default, Rebuild, Enum, FlagsEnum, Mapping, Hex, adapters."""

from __future__ import annotations

import enum

import construct as c
from construct import len_, obj_, this

from constructs.declaration import of


class Color(enum.IntEnum):
    RED = 1
    GREEN = 2


class Access(enum.IntFlag):
    READ = 1
    WRITE = 2


VALUES = [
    of("Const bytes", c.Const(b"MZ"), b"MZ", None, data=b"XY"),
    of("Const number", c.Const(7, c.Int16ub), 7, None),
    of(
        "Const in a Struct",
        c.Struct("m" / c.Const(b"PNG"), "v" / c.Byte),
        {"v": 1},
        {"m": b"PNG", "v": 1},
        edit=lambda value: value.update({"m": b"GIF"}),
    ),
    of("Const enum", c.Struct("k" / c.Const("one", c.Enum(c.Byte, one=1, two=2)), "v" / c.Byte), {"v": 1}),
    of("Const flag", c.Const(True, c.Flag), None, True),
    of("Default", c.Default(c.Byte, 9), None, 5),
    of(
        "Default in a Struct",
        c.Struct("a" / c.Default(c.Int16ub, 300), "b" / c.Byte),
        {"b": 1},
        {"a": 2, "b": 1},
        edit=lambda value: value.update({"a": None}),
    ),
    of(
        "Default by a field",
        c.Struct("a" / c.Byte, "b" / c.Default(c.Byte, this.a + 1)),
        {"a": 1},
        {"a": 1, "b": None},
        {"a": 1, "b": 9},
    ),
    of(
        "Default of a Struct",
        c.Struct("p" / c.Default(c.Struct("x" / c.Byte, "y" / c.Byte), {"x": 1, "y": 2})),
        {},
        {"p": {"x": 5, "y": 6}},
    ),
    of("Default of a list", c.Default(c.PrefixedArray(c.Byte, c.Byte), [1, 2]), None, [3]),
    of("Default by a lambda", c.Struct("a" / c.Default(c.Byte, lambda ctx: 7)), {}),
    of(
        "Rebuild",
        c.Struct("n" / c.Rebuild(c.Byte, len_(this.v)), "v" / c.Array(this.n, c.Byte)),
        {"v": [1, 2]},
        edit=lambda value: value["v"].append(9),
    ),
    of("Rebuild by a constant", c.Rebuild(c.Byte, 5), None, 9),
    of(
        "Rebuild of a sum",
        c.Struct("total" / c.Rebuild(c.Int16ub, this.a + this.b), "a" / c.Byte, "b" / c.Byte),
        {"a": 1, "b": 2},
        edit=lambda value: value.update({"a": 100}),
    ),
    of(
        "Rebuild by a lambda",
        c.Struct("n" / c.Rebuild(c.Byte, lambda ctx: len(ctx.d) * 2), "d" / c.Bytes(2)),
        {"d": b"ab"},
    ),
    of(
        "Rebuild in an inner Struct",
        c.Struct("h" / c.Struct("n" / c.Rebuild(c.Byte, len_(this._.d))), "d" / c.Bytes(this.h.n)),
        {"h": {}, "d": b"abc"},
        edit=lambda value: value.update({"d": b"abcdef"}),
    ),
    of(
        "Rebuild of a rebuilt one",
        c.Struct(
            "a" / c.Rebuild(c.Byte, len_(this.d)), "b" / c.Rebuild(c.Byte, this.a + 1), "d" / c.Bytes(this.a)
        ),
        {"d": b"ab"},
    ),
    of(
        "two counts, two lists",
        c.Struct(
            "n" / c.Rebuild(c.Byte, len_(this.a)),
            "m" / c.Rebuild(c.Byte, len_(this.b)),
            "a" / c.Array(this.n, c.Byte),
            "b" / c.Array(this.m, c.Int16ub),
        ),
        {"a": [1], "b": [2, 3]},
        edit=lambda value: value.update({"a": [], "b": [5]}),
    ),
    of("Computed", c.Computed(5), None),
    of("Computed by a lambda", c.Struct("a" / c.Byte, "b" / c.Computed(lambda ctx: ctx.a * 2)), {"a": 4}),
    of("Computed of a rebuilt one", c.Struct("n" / c.Rebuild(c.Byte, 4), "m" / c.Computed(this.n * 2)), {}),
    of("Pass", c.Struct("p" / c.Pass, "v" / c.Byte), {"p": None, "v": 1}, {"v": 1}),
    of("Enum", c.Enum(c.Byte, one=1, two=2), "one", 2, 9),
    of("Enum of words", c.Enum(c.Int16sb, low=-1, high=0x7FFF), "low", 5),
    of("Enum of classes", c.Enum(c.Byte, Color, blue=3), "RED", Color.GREEN, "blue", 9),
    of(
        "Enum in a Struct",
        c.Struct("k" / c.Enum(c.Byte, a=1, b=2), "v" / c.Byte),
        {"k": "a", "v": 1},
        {"k": 7, "v": 1},
        edit=lambda value: value.update({"k": "b"}),
    ),
    of("Enum in an Array", c.Array(3, c.Enum(c.Byte, a=1)), ["a", 2, "a"]),
    of("Enum of texts", c.Enum(c.PascalString(c.Byte, "ascii"), short="s", long="l"), "short"),
    of("Enum of VarInt", c.Enum(c.VarInt, small=1, large=300), "large", 7),
    of("Enum of one name twice", c.Enum(c.Byte, a=1, b=1), "a", "b"),
    of("FlagsEnum", c.FlagsEnum(c.Byte, a=1, b=2, c=8), {"a": True, "c": True}, 3, "a|b", {}),
    of("FlagsEnum unknown bits", c.FlagsEnum(c.Byte, a=1, b=2), data=b"\xff"),
    of(
        "FlagsEnum of classes",
        c.FlagsEnum(c.Int16ub, Access, EXECUTE=4),
        {"READ": True},
        Access.READ | Access.WRITE,
    ),
    of(
        "FlagsEnum in a Struct",
        c.Struct("f" / c.FlagsEnum(c.Int32ul, a=1, b=0x80000000), "v" / c.Byte),
        {"f": {"b": True}, "v": 1},
        edit=lambda value: value.update({"f": {"a": True, "b": False}}),
    ),
    of(
        "FlagsEnum that decides",
        c.Struct(
            "f" / c.FlagsEnum(c.Byte, big=1, named=2),
            "v" / c.IfThenElse(this.f.big, c.Int16ub, c.Byte),
            "s" / c.If(this.f.named, c.CString("ascii")),
        ),
        {"f": {"big": True}, "v": 300, "s": None},
        {"f": {"named": True}, "v": 3, "s": "x"},
    ),
    of("FlagsEnum of several bits", c.FlagsEnum(c.Byte, low=3, high=0xF0), {"low": True}, data=b"\x13"),
    of("Mapping", c.Mapping(c.Byte, {"x": 0, "y": 1}), "x", data=b"\7"),
    of("Mapping of texts", c.Mapping(c.Bytes(2), {"little": b"II", "big": b"MM"}), "big"),
    of(
        "Mapping to objects",
        c.Struct("m" / c.Mapping(c.Byte, {Color.RED: 1, None: 0}), "v" / c.Byte),
        {"m": Color.RED, "v": 1},
        {"m": None, "v": 1},
    ),
    of("Hex", c.Hex(c.Int32ub), 0xDEADBEEF),
    of("Hex bytes", c.Hex(c.Bytes(3)), b"abc"),
    of("Hex Const", c.Struct("m" / c.Hex(c.Const(b"\x7fELF")), "v" / c.Hex(c.Int16ub)), {"v": 1}),
    of("Hex RawCopy", c.Hex(c.RawCopy(c.Int16ub)), {"value": 5}),
    of("Hex the rest", c.Struct("a" / c.Byte, "r" / c.Hex(c.GreedyBytes)), {"a": 1, "r": b"xyz"}),
    of("HexDump", c.HexDump(c.Bytes(20)), bytes(range(20))),
    of("HexDump RawCopy", c.HexDump(c.RawCopy(c.Bytes(2))), {"value": b"ab"}),
    of("ExprAdapter", c.ExprAdapter(c.Byte, obj_ + 1, obj_ - 1), 5),
    of(
        "ExprAdapter by lambdas",
        c.ExprAdapter(c.Byte, lambda obj, ctx: obj * 2, lambda obj, ctx: obj // 2),
        10,
    ),
    of(
        "ExprAdapter of a field",
        c.Struct(
            "k" / c.Byte,
            "v" / c.ExprAdapter(c.Byte, lambda obj, ctx: obj ^ ctx.k, lambda obj, ctx: obj ^ ctx.k),
        ),
        {"k": 3, "v": 9},
    ),
    of(
        "ExprAdapter to a list",
        c.ExprAdapter(
            c.Array(3, c.Byte),
            lambda obj, ctx: ".".join(map(str, obj)),
            lambda obj, ctx: [int(x) for x in obj.split(".")],
        ),
        "1.2.3",
    ),
    of("ExprSymmetricAdapter", c.ExprSymmetricAdapter(c.Byte, obj_ & 15), 5, data=b"\xff"),
    of("ExprAdapter in an Array", c.Array(2, c.ExprAdapter(c.Int16ub, obj_ * 10, obj_ // 10)), [10, 200]),
    of(
        "a scaled number",
        c.Struct("t" / c.ExprAdapter(c.Int16sb, obj_ / 16, obj_ * 16), "v" / c.Byte),
        data=b"\0\x28\1",
    ),
]
