"""Choices: Switch, If, Select, Optional, StopIf; checks and validators."""

from __future__ import annotations

import construct as c
from construct import obj_, this

from constructs.declaration import of

KIND = c.Enum(c.Byte, number=1, text=2, pair=3)
MESSAGE = c.Struct(
    "kind" / KIND,
    "body"
    / c.Switch(
        this.kind,
        {
            "number": c.Int32ub,
            "text": c.PascalString(c.Byte, "utf8"),
            "pair": c.Struct("a" / c.Byte, "b" / c.Byte),
        },
    ),
)

CHOICES = [
    of(
        "Switch by a number",
        c.Struct("t" / c.Byte, "v" / c.Switch(this.t, {1: c.Byte, 2: c.Int16ub})),
        {"t": 1, "v": 5},
        {"t": 2, "v": 5},
        {"t": 3, "v": None},
        edit=lambda value: value.update({"t": 2, "v": 500}),
    ),
    of(
        "Switch by a name",
        MESSAGE,
        {"kind": "number", "body": 1},
        {"kind": "text", "body": "é"},
        {"kind": "pair", "body": {"a": 1, "b": 2}},
        edit=lambda value: value.update({"kind": "number", "body": 9}),
    ),
    of(
        "Switch with a default",
        c.Struct("t" / c.Byte, "v" / c.Switch(this.t, {1: c.Byte}, default=c.Bytes(2))),
        {"t": 1, "v": 5},
        {"t": 9, "v": b"ab"},
    ),
    of(
        "Switch to an error",
        c.Struct("t" / c.Byte, "v" / c.Switch(this.t, {1: c.Byte}, default=c.Error)),
        {"t": 1, "v": 5},
    ),
    of(
        "Switch by an expression",
        c.Struct("t" / c.Byte, "v" / c.Switch(this.t & 3, {0: c.Byte, 1: c.Int16ub}, default=c.Pass)),
        {"t": 4, "v": 5},
        {"t": 5, "v": 5},
        {"t": 2, "v": None},
    ),
    of(
        "Switch by a flag",
        c.Struct("f" / c.Flag, "v" / c.Switch(this.f, {True: c.Byte, False: c.Int16ub})),
        {"f": True, "v": 1},
        {"f": False, "v": 1},
    ),
    of(
        "Switch by bytes",
        c.Struct("t" / c.Bytes(2), "v" / c.Switch(this.t, {b"IN": c.Int32ub, b"TX": c.CString("ascii")})),
        {"t": b"IN", "v": 1},
        {"t": b"TX", "v": "x"},
    ),
    of(
        "Switch by None",
        c.Struct("o" / c.Optional(c.Const(b"!")), "v" / c.Switch(this.o, {None: c.Byte, b"!": c.Int16ub})),
        {"o": b"!", "v": 5},
        data=b"\x05",
    ),
    of(
        "Switch of constants",
        c.Struct("t" / c.Byte, "v" / c.Switch(this.t, {1: c.Const(b"A"), 2: c.Default(c.Byte, 3)})),
        {"t": 1, "v": None},
        {"t": 2, "v": None},
    ),
    of(
        "Switch in Prefixed",
        c.Struct(
            "t" / c.Byte, "v" / c.Prefixed(c.Byte, c.Switch(this.t, {1: c.Byte}, default=c.GreedyBytes))
        ),
        {"t": 1, "v": 7},
        {"t": 2, "v": b"abc"},
    ),
    of(
        "Switch by a field above",
        c.Struct("t" / c.Byte, "in" / c.Struct("v" / c.Switch(this._.t, {1: c.Byte, 2: c.Int16ub}))),
        {"t": 2, "in": {"v": 5}},
    ),
    of(
        "Switch by two fields",
        c.Struct("a" / c.Byte, "b" / c.Byte, "v" / c.Switch(this.a * 16 + this.b, {0x12: c.Int16ub})),
        {"a": 1, "b": 2, "v": 7},
        {"a": 0, "b": 0, "v": None},
    ),
    of(
        "Switch by a lambda",
        c.Struct("t" / c.Byte, "v" / c.Switch(lambda ctx: ctx.t > 5, {True: c.Byte, False: c.Int16ub})),
        {"t": 9, "v": 1},
        {"t": 1, "v": 1},
    ),
    of(
        "messages to the end",
        c.GreedyRange(MESSAGE),
        [{"kind": "number", "body": 1}, {"kind": "text", "body": "x"}],
    ),
    of(
        "If",
        c.Struct("t" / c.Byte, "v" / c.If(this.t == 1, c.Byte), "e" / c.Byte),
        {"t": 1, "v": 5, "e": 6},
        {"t": 0, "v": None, "e": 6},
        edit=lambda value: value.update({"t": 1, "v": 3}),
    ),
    of(
        "If by a flag",
        c.Struct("f" / c.Flag, "v" / c.If(this.f, c.Struct("a" / c.Byte, "b" / c.Byte))),
        {"f": True, "v": {"a": 1, "b": 2}},
        {"f": False, "v": None},
    ),
    of(
        "If by a constant", c.Struct("a" / c.If(True, c.Byte), "b" / c.If(False, c.Byte)), {"a": 1, "b": None}
    ),
    of(
        "If by a lambda",
        c.Struct("t" / c.Byte, "v" / c.If(lambda ctx: ctx.t % 2, c.Byte)),
        {"t": 1, "v": 5},
        {"t": 2, "v": None},
    ),
    of(
        "If on a default",
        c.Struct("v" / c.Default(c.Byte, 2), "x" / c.If(this.v == 2, c.Byte)),
        {"v": None, "x": 3},
        {"v": 1, "x": None},
    ),
    of(
        "If on a constant",
        c.Struct("size" / c.Const(3, c.Byte), "n" / c.Byte, "d" / c.Bytes(this.size * this.n)),
        {"n": 1, "d": b"abc"},
    ),
    of(
        "If in an array",
        c.Struct("n" / c.Byte, "v" / c.Array(2, c.If(this.n > 1, c.Byte))),
        {"n": 2, "v": [1, 2]},
        {"n": 0, "v": [None, None]},
    ),
    of(
        "IfThenElse",
        c.Struct("w" / c.Flag, "v" / c.IfThenElse(this.w, c.Int32ub, c.Int16ub)),
        {"w": True, "v": 5},
        {"w": False, "v": 5},
    ),
    of(
        "IfThenElse in IfThenElse",
        c.Struct(
            "t" / c.Byte,
            "v" / c.IfThenElse(this.t == 0, c.Byte, c.IfThenElse(this.t == 1, c.Int16ub, c.Bytes(3))),
        ),
        {"t": 0, "v": 1},
        {"t": 1, "v": 1},
        {"t": 2, "v": b"abc"},
    ),
    of(
        "conditions of several fields",
        c.Struct(
            "a" / c.Byte,
            "b" / c.Byte,
            "v" / c.If((this.a > 1) & (this.b < 5), c.Byte),
            "w" / c.If((this.a == 0) | (this.b == 0), c.Byte),
        ),
        {"a": 2, "b": 0, "v": 7, "w": 8},
        {"a": 1, "b": 9, "v": None, "w": None},
    ),
    of("Select", c.Select(c.Int32ub, c.Int16ub, c.Byte), 5, data=(b"\1\2\3\4", b"\1\2", b"\1")),
    of("Select by constants", c.Select(c.Const(b"AB"), c.Const(b"A"), c.Bytes(1)), b"AB", b"A", data=b"Z"),
    of(
        "Select of Structs",
        c.Select(c.Struct(c.Const(b"1"), "a" / c.Byte), c.Struct(c.Const(b"2"), "b" / c.Int16ub)),
        {"a": 7},
        {"b": 300},
    ),
    of(
        "Select of text or bytes",
        c.Select(c.PascalString(c.Byte, "ascii"), c.GreedyBytes),
        "abc",
        data=(b"\3ab", b"\1\xff"),
    ),
    of(
        "Select in a Struct",
        c.Struct("s" / c.Select("x" / c.Const(b"long"), "y" / c.Const(b"sh")), "e" / c.Byte),
        {"s": b"long", "e": 1},
        {"s": b"sh", "e": 1},
    ),
    of("Optional", c.Optional(c.Int16ub), 5, None, data=(b"", b"\1")),
    of(
        "Optional at the end",
        c.Struct("a" / c.Byte, "t" / c.Optional(c.Int16ul)),
        {"a": 1, "t": None},
        {"a": 1, "t": 5},
        edit=lambda value: value.update({"t": 7}),
    ),
    of(
        "Optional in the middle",
        c.Struct("m" / c.Optional(c.Const(b"##")), "v" / c.Byte),
        {"m": b"##", "v": 1},
        {"m": None, "v": 1},
    ),
    of(
        "two Optionals",
        c.Struct("a" / c.Optional(c.Int32ub), "b" / c.Optional(c.Byte)),
        {"a": 1, "b": 2},
        data=(b"\1\2", b""),
    ),
    of(
        "Optional of a Struct",
        c.Struct("a" / c.Byte, "o" / c.Optional(c.Struct("x" / c.Byte, "y" / c.Byte))),
        {"a": 1, "o": {"x": 1, "y": 2}},
        {"a": 1, "o": None},
    ),
    of(
        "Optional in Prefixed",
        c.Prefixed(c.Byte, c.Struct("a" / c.Byte, "o" / c.Optional(c.Int16ub))),
        {"a": 1, "o": None},
        {"a": 1, "o": 2},
    ),
    of("StopIf", c.Struct("a" / c.Byte, c.StopIf(this.a == 0), "b" / c.Byte), {"a": 1, "b": 2}, {"a": 0}),
    of(
        "StopIf in a Sequence",
        c.Sequence("a" / c.Byte, c.StopIf(this.a == 0), c.Byte),
        [1, None, 2],
        data=b"\0",
    ),
    of(
        "StopIf in GreedyRange",
        c.GreedyRange(c.FocusedSeq("v", "v" / c.Byte, c.StopIf(this.v == 0))),
        data=b"\1\2\0",
    ),
    of(
        "StopIf in a Struct in an Array",
        c.Array(2, c.Struct("a" / c.Byte, c.StopIf(this.a > 5), "b" / c.Byte)),
        [{"a": 9}, {"a": 1, "b": 2}],
    ),
    of(
        "Check",
        c.Struct("a" / c.Byte, c.Check(this.a < 100)),
        {"a": 1},
        data=b"\xff",
        edit=lambda value: value.update({"a": 200}),
    ),
    of(
        "Check of two fields",
        c.Struct("a" / c.Byte, "b" / c.Byte, c.Check(this.a + this.b == 10)),
        {"a": 4, "b": 6},
        data=b"\1\2",
    ),
    of(
        "Check by a lambda",
        c.Struct("a" / c.Byte, c.Check(lambda ctx: ctx.a in (1, 2))),
        {"a": 1},
        data=b"\3",
    ),
    of(
        "Error in a branch",
        c.Struct("a" / c.Byte, "e" / c.If(this.a == 0, c.Error)),
        {"a": 1, "e": None},
        data=b"\0",
    ),
    of("OneOf", c.OneOf(c.Byte, [1, 2, 3]), 1, data=b"\x09"),
    of("OneOf texts", c.OneOf(c.PascalString(c.Byte, "ascii"), {"a", "bc"}), "bc", data=b"\1x"),
    of("NoneOf", c.NoneOf(c.Byte, [0, 255]), 1, data=b"\xff"),
    of(
        "OneOf in a Struct",
        c.Struct("a" / c.OneOf(c.Byte, [1]), "b" / c.Byte),
        {"a": 1, "b": 2},
        edit=lambda value: value.update({"a": 2}),
    ),
    of("ExprValidator", c.ExprValidator(c.Byte, obj_ & 1 == 0), 2, data=b"\3"),
    of("ExprValidator by a lambda", c.ExprValidator(c.Byte, lambda obj, ctx: obj < 10), 2, data=b"\x63"),
    of(
        "ExprValidator of a field",
        c.Struct("a" / c.Byte, "b" / c.ExprValidator(c.Byte, lambda obj, ctx: obj > ctx.a)),
        {"a": 1, "b": 2},
        data=b"\2\1",
    ),
]
