"""Groups: Struct, Sequence, FocusedSeq, Union, NamedTuple, and fields that depend on others."""

from __future__ import annotations

import construct as c
from construct import len_, this

from constructs.declaration import of

POINT = c.Struct("x" / c.Int16sb, "y" / c.Int16sb)
_BOX = {"low": {"x": 1, "y": 2}, "high": {"x": 3, "y": 4}}

GROUPS = [
    of("Struct", c.Struct("a" / c.Byte, "b" / c.Int16ub), {"a": 1, "b": 2}),
    of("empty Struct", c.Struct(), {}),
    of("Struct by keywords", c.Struct(a=c.Byte, b=c.Int16ub), {"a": 1, "b": 2}),
    of("Struct by addition", "a" / c.Byte + "b" / c.Byte, {"a": 1, "b": 2}),
    of("Struct with unnamed fields", c.Struct("a" / c.Byte, c.Const(b"\0"), c.Padding(1), c.Pass), {"a": 1}),
    of(
        "Struct in Struct",
        c.Struct("low" / POINT, "high" / POINT),
        _BOX,
        edit=lambda value: value["high"].update({"x": -1}),
    ),
    of(
        "three deep",
        c.Struct("a" / c.Struct("b" / c.Struct("c" / c.Byte, "d" / c.Byte), "e" / c.Byte)),
        {"a": {"b": {"c": 1, "d": 2}, "e": 3}},
    ),
    of(
        "names used twice",
        c.Struct("n" / c.Byte, "in" / c.Struct("n" / c.Int16ub, "m" / c.Computed(this._.n))),
        {"n": 1, "in": {"n": 2}},
    ),
    of("a field given twice", c.Struct("a" / c.Byte, "a" / c.Int16ub), {"a": 1}),
    of(
        "names that are Python's",
        c.Struct("class" / c.Byte, "self" / c.Byte, "keys" / c.Byte, "mro" / c.Byte),
        {"class": 1, "self": 2, "keys": 3, "mro": 4},
    ),
    of(
        "names that are no identifiers",
        c.Struct("a b" / c.Byte, "1" / c.Byte, "é.x" / c.Byte),
        {"a b": 1, "1": 2, "é.x": 3},
    ),
    of("private names", c.Struct("_n" / c.Byte, "d" / c.Bytes(this._n)), {"_n": 2, "d": b"ab"}),
    of(
        "Computed of others",
        c.Struct("w" / c.Byte, "h" / c.Byte, "area" / c.Computed(this.w * this.h)),
        {"w": 3, "h": 4},
        edit=lambda value: value.update({"w": 5}),
    ),
    of(
        "Computed of all kinds of expressions",
        c.Struct(
            "a" / c.Byte,
            "b" / c.Byte,
            "sum" / c.Computed(this.a + this.b - 1),
            "quotient" / c.Computed(this.a // 2),
            "rest" / c.Computed(this.a % 3),
            "shift" / c.Computed(this.a << 2 >> 1),
            "bits" / c.Computed(this.a & 3 | 8 ^ this.b),
            "less" / c.Computed(this.a < this.b),
            "equal" / c.Computed(this.a == this.b),
            "none" / c.Computed(~this.a),
            "negative" / c.Computed(-this.a),
            "power" / c.Computed(this.a**2),
            "real" / c.Computed(this.a / 4),
        ),
        {"a": 7, "b": 9},
    ),
    of(
        "Computed constants", c.Struct("n" / c.Computed(5), "s" / c.Computed("x"), "d" / c.Computed(b"y")), {}
    ),
    of(
        "Computed by functions of expressions",
        c.Struct(
            "items" / c.Array(3, c.Byte),
            "sum" / c.Computed(c.sum_(this.items)),
            "most" / c.Computed(c.max_(this.items)),
            "least" / c.Computed(c.min_(this.items)),
            "count" / c.Computed(len_(this.items)),
        ),
        {"items": [3, 1, 2]},
    ),
    of(
        "the root",
        c.Struct("n" / c.Byte, "a" / c.Struct("b" / c.Struct("d" / c.Bytes(this._root.n)))),
        {"n": 2, "a": {"b": {"d": b"xy"}}},
    ),
    of(
        "a field two above",
        c.Struct("n" / c.Byte, "a" / c.Struct("b" / c.Struct("d" / c.Bytes(this._._.n)))),
        {"n": 2, "a": {"b": {"d": b"xy"}}},
    ),
    of(
        "a field of another Struct",
        c.Struct("h" / c.Struct("n" / c.Byte), "d" / c.Bytes(this.h.n)),
        {"h": {"n": 3}, "d": b"abc"},
    ),
    of(
        "a rebuilt field of another Struct",
        c.Struct(
            "h" / c.Struct("n" / c.Rebuild(c.Byte, len_(this._.d))),
            "d" / c.PrefixedArray(c.Byte, c.Byte),
            "x" / c.If(this.h.n > 2, c.Byte),
        ),
        {"h": {}, "d": [1, 2, 3], "x": 9},
        edit=lambda value: value.update({"d": [1], "x": None}),
    ),
    of(
        "parsing or building", c.Struct("p" / c.Computed(this._parsing), "b" / c.Computed(this._building)), {}
    ),
    of("Sequence", c.Sequence(c.Byte, c.Int16ub, c.CString("ascii")), [1, 2, "abc"]),
    of("Sequence with names", c.Sequence("n" / c.Byte, "d" / c.Bytes(this.n)), [2, b"ab"]),
    of(
        "Sequence in a Struct",
        c.Struct("s" / c.Sequence(c.Byte, c.Byte), "e" / c.Byte),
        {"s": [1, 2], "e": 3},
        edit=lambda value: value.update({"s": [5, 6]}),
    ),
    of("Sequence by shifts", c.Byte >> c.Int16ub, [1, 2]),
    of(
        "Sequence of constants",
        c.Sequence(c.Const(b"M"), c.Byte, c.Computed(3)),
        [b"M", 1, 3],
        [None, 1, None],
    ),
    of("Sequence of Structs", c.Sequence(POINT, POINT), [{"x": 1, "y": 2}, {"x": 3, "y": 4}]),
    of("empty Sequence", c.Sequence(), []),
    of("FocusedSeq", c.FocusedSeq("v", c.Const(b"<"), "v" / c.Byte, c.Const(b">")), 7),
    of(
        "FocusedSeq that counts",
        c.FocusedSeq("d", "n" / c.Rebuild(c.Byte, len_(this.d)), "d" / c.Bytes(this.n)),
        b"abc",
        b"",
        edit=lambda value: b"longer",
    ),
    of(
        "FocusedSeq in a Struct",
        c.Struct("a" / c.FocusedSeq("v", "magic" / c.Const(b"A"), "v" / c.Int16ub), "b" / c.Byte),
        {"a": 300, "b": 1},
    ),
    of("FocusedSeq of a Struct", c.FocusedSeq("p", c.Padding(1), "p" / POINT), {"x": 1, "y": 2}),
    of("Union", c.Union(0, "number" / c.Int32ub, "bytes" / c.Bytes(4)), {"number": 258}, {"bytes": b"abcd"}),
    of("Union by name", c.Union("b", "a" / c.Byte, "b" / c.Int32ub), {"b": 7}),
    of(
        "Union that takes nothing",
        c.Struct("u" / c.Union(None, "a" / c.Byte, "b" / c.Int16ub), "v" / c.Int16ub),
        data=b"\x01\x02",
    ),
    of(
        "Union in a Struct",
        c.Struct("k" / c.Byte, "u" / c.Union(0, "n" / c.Int16ub, "p" / c.Array(2, c.Byte)), "e" / c.Byte),
        {"k": 1, "u": {"n": 258}, "e": 3},
    ),
    of("Union of Structs", c.Union("raw", "raw" / c.Bytes(4), "point" / POINT), {"raw": b"\0\1\0\2"}),
    of("Union with floats", c.Union(0, "bits" / c.Int32ub, "real" / c.Float32b), {"bits": 0x3FC00000}),
    of("NamedTuple of a Sequence", c.NamedTuple("pair", "x y", c.Byte >> c.Byte), (1, 2)),
    of(
        "NamedTuple of a Struct",
        c.NamedTuple("pair", "x y", c.Struct("x" / c.Byte, "y" / c.Int16ub)),
        data=b"\1\0\2",
    ),
    of("NamedTuple of an Array", c.NamedTuple("triple", "x y z", c.Byte[3]), (1, 2, 3)),
    of(
        "NamedTuples in a Struct",
        c.Struct("p" / c.NamedTuple("pair", "x y", c.Sequence(c.Byte, c.Byte)), "z" / c.Byte),
        {"p": (1, 2), "z": 3},
    ),
    of(
        "AlignedStruct of several",
        c.AlignedStruct(4, "a" / c.Byte, "b" / c.Int32ub, "c" / c.Bytes(3)),
        {"a": 1, "b": 2, "c": b"xyz"},
    ),
    of(
        "a tree of two levels",
        c.Struct(
            "count" / c.Rebuild(c.Byte, len_(this.nodes)),
            "nodes"
            / c.Array(
                this.count,
                c.Struct("n" / c.Rebuild(c.Byte, len_(this.leaves)), "leaves" / c.Array(this.n, POINT)),
            ),
        ),
        {"nodes": [{"leaves": [{"x": 1, "y": 2}]}, {"leaves": []}]},
        edit=lambda value: value["nodes"].append({"leaves": []}),
    ),
    of(
        "documents of fields",
        c.Struct(
            "a" / c.Byte * "The first.\n\nWith two paragraphs.",
            "p" / (POINT * "A point"),
            "b" / c.Byte * "<b> | & `x`",
        ),
        {"a": 1, "p": {"x": 1, "y": 1}, "b": 2},
    ),
    of("a long Struct", c.Struct(*[f"f{i}" / c.Int16ub for i in range(40)]), {f"f{i}": i for i in range(40)}),
]
