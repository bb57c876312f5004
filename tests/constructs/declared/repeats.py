"""Repetition: arrays of a number, counted, to a condition, to the end; lazy ones."""

from __future__ import annotations

import construct as c
from construct import len_, obj_, this

from constructs.declaration import of

ENTRY = c.Struct("key" / c.Byte, "value" / c.PascalString(c.Byte, "utf8"))
_ENTRIES = [{"key": 1, "value": "one"}, {"key": 2, "value": "two"}]

REPEATS = [
    of("Array", c.Array(3, c.Byte), [1, 2, 3]),
    of("Array by brackets", c.Int16ub[2], [1, 2]),
    of("Array of none", c.Array(0, c.Byte), []),
    of(
        "Array counted by a field",
        c.Struct("n" / c.Byte, "v" / c.Array(this.n, c.Int16ub)),
        {"n": 2, "v": [1, 2]},
        {"n": 0, "v": []},
        edit=lambda value: value.update({"n": 3, "v": [7, 8, 9]}),
    ),
    of(
        "Array counted by a rebuilt field",
        c.Struct("n" / c.Rebuild(c.Byte, len_(this.v)), "v" / c.Array(this.n, c.Byte)),
        {"v": [1, 2, 3]},
        edit=lambda value: value["v"].append(4),
    ),
    of(
        "Array counted by a product",
        c.Struct("w" / c.Byte, "h" / c.Byte, "v" / c.Array(this.w * this.h, c.Byte)),
        {"w": 2, "h": 2, "v": [1, 2, 3, 4]},
    ),
    of(
        "Array counted by a flag",
        c.Struct("f" / c.Flag, "v" / c.Array(this.f, c.Byte)),
        {"f": True, "v": [1]},
        {"f": False, "v": []},
    ),
    of(
        "Array counted by a comparison",
        c.Struct("a" / c.Byte, "v" / c.Array(this.a > 3, c.Byte)),
        {"a": 5, "v": [1]},
        {"a": 1, "v": []},
    ),
    of(
        "Array counted by a field above",
        c.Struct("n" / c.Byte, "in" / c.Struct("v" / c.Array(this._.n, c.Byte))),
        {"n": 2, "in": {"v": [1, 2]}},
    ),
    of(
        "Array counted by a lambda",
        c.Struct("n" / c.Byte, "v" / c.Array(lambda ctx: ctx.n, c.Byte)),
        {"n": 2, "v": [1, 2]},
    ),
    of("Array discarding", c.Array(3, c.Byte, discard=True), data=b"\1\2\3"),
    of("Array of Structs", c.Array(2, ENTRY), _ENTRIES, edit=lambda value: value[0].update({"value": "uno"})),
    of("Array of Arrays", c.Array(2, c.Array(2, c.Byte)), [[1, 2], [3, 4]]),
    of(
        "Array of jagged rows",
        c.Struct("n" / c.Byte, "rows" / c.Array(this.n, c.PrefixedArray(c.Byte, c.Byte))),
        {"n": 2, "rows": [[1], [2, 3]]},
    ),
    of("Array of text", c.Array(2, c.CString("utf8")), ["a", "é"]),
    of("Array of flags", c.Array(3, c.Flag), [True, False, True]),
    of("Array of bytes", c.Array(2, c.Bytes(2)), [b"ab", b"cd"]),
    of(
        "Array that knows its index",
        c.Array(3, c.Struct("i" / c.Index, "v" / c.Byte)),
        [{"v": 5}, {"v": 6}, {"v": 7}],
    ),
    of(
        "Array of sizes by the index",
        c.Array(3, c.Struct("v" / c.Bytes(this._index + 1))),
        [{"v": b"a"}, {"v": b"ab"}, {"v": b"abc"}],
    ),
    of("PrefixedArray", c.PrefixedArray(c.Byte, c.Int16ub), [1, 2, 3], [], edit=lambda value: [*value, 9]),
    of("PrefixedArray VarInt", c.PrefixedArray(c.VarInt, c.Byte), [1] * 130),
    of("PrefixedArray of Structs", c.PrefixedArray(c.Int16ul, ENTRY), _ENTRIES, []),
    of(
        "PrefixedArray in PrefixedArray",
        c.PrefixedArray(c.Byte, c.PrefixedArray(c.Byte, c.Byte)),
        [[1], [], [2, 3]],
    ),
    of(
        "PrefixedArrays in a Struct",
        c.Struct("a" / c.PrefixedArray(c.Byte, c.Byte), "b" / c.PrefixedArray(c.Byte, c.CString("ascii"))),
        {"a": [1, 2], "b": ["x", "yz"]},
    ),
    of(
        "PrefixedArray that depends on a field",
        c.Struct(
            "wide" / c.Flag, "v" / c.PrefixedArray(c.Byte, c.IfThenElse(this._.wide, c.Int16ub, c.Byte))
        ),
        {"wide": True, "v": [1, 2]},
        {"wide": False, "v": [1, 2]},
    ),
    of("GreedyRange", c.GreedyRange(c.Byte), [1, 2, 3], []),
    of("GreedyRange of words", c.GreedyRange(c.Int16ub), [1, 2], data=b"\0\1\2"),
    of("GreedyRange of Structs", c.GreedyRange(ENTRY), _ENTRIES, edit=lambda value: value[1:]),
    of(
        "GreedyRange at the end",
        c.Struct("h" / c.Byte, "rest" / c.GreedyRange(c.Struct("a" / c.Byte, "b" / c.Byte))),
        {"h": 1, "rest": [{"a": 1, "b": 2}, {"a": 3, "b": 4}]},
    ),
    of("GreedyRange in Prefixed", c.Prefixed(c.Byte, c.GreedyRange(c.Int16ub)), [1, 2]),
    of(
        "GreedyRange until it fails",
        c.Struct("v" / c.GreedyRange(c.OneOf(c.Byte, [1, 2])), "e" / c.Byte),
        {"v": [1, 2, 1], "e": 9},
    ),
    of(
        "GreedyRange before a mark",
        c.Struct("v" / c.GreedyRange(c.Struct(c.Const(b"."), "x" / c.Byte)), "e" / c.Const(b"!")),
        {"v": [{"x": 1}, {"x": 2}]},
    ),
    of("GreedyRange discarding", c.GreedyRange(c.Byte, discard=True), data=b"\1\2"),
    of("RepeatUntil", c.RepeatUntil(obj_ == 0, c.Byte), [1, 2, 0], edit=lambda value: [5, 0]),
    of("RepeatUntil larger", c.RepeatUntil(obj_ > 9, c.Int16ub), [1, 2, 10]),
    of(
        "RepeatUntil of Structs",
        c.RepeatUntil(obj_.last, c.Struct("last" / c.Flag, "v" / c.Byte)),
        [{"last": False, "v": 1}, {"last": True, "v": 2}],
    ),
    of("RepeatUntil by a lambda", c.RepeatUntil(lambda item, items, ctx: len(items) == 2, c.Byte), [1, 2]),
    of(
        "RepeatUntil by the list",
        c.RepeatUntil(lambda item, items, ctx: items[-2:] == [0, 0], c.Byte),
        [1, 0, 0],
    ),
    of(
        "RepeatUntil by a field",
        c.Struct("stop" / c.Byte, "v" / c.RepeatUntil(lambda item, items, ctx: item == ctx.stop, c.Byte)),
        {"stop": 7, "v": [1, 2, 7]},
    ),
    of(
        "RepeatUntil in a Struct",
        c.Struct("v" / c.RepeatUntil(obj_ == 255, c.Byte), "e" / c.Byte),
        {"v": [1, 255], "e": 2},
    ),
    of("LazyArray", c.LazyArray(3, c.Int16ub), [1, 2, 3]),
    of(
        "LazyArray counted by a field",
        c.Struct("n" / c.Byte, "v" / c.LazyArray(this.n, c.Byte)),
        {"n": 2, "v": [1, 2]},
    ),
    of("LazyArray of texts", c.LazyArray(2, c.PascalString(c.Byte, "utf8")), ["a", "bc"]),
    of(
        "LazyStruct",
        c.LazyStruct("a" / c.Byte, "b" / c.Bytes(3), "c" / c.Int16ub),
        {"a": 1, "b": b"xyz", "c": 2},
    ),
    of(
        "LazyStruct with a text",
        c.LazyStruct("s" / c.PascalString(c.Byte, "utf8"), "n" / c.Byte),
        {"s": "é", "n": 1},
    ),
    of(
        "LazyStruct in a Struct",
        c.Struct("l" / c.LazyStruct("a" / c.Byte, "b" / c.Byte), "c" / c.Byte),
        {"l": {"a": 1, "b": 2}, "c": 3},
    ),
    of("Lazy", c.Lazy(c.Int32ub), 5),
    of(
        "Lazy in a Struct",
        c.Struct("n" / c.Byte, "v" / c.Lazy(c.Int16ub), "e" / c.Byte),
        {"n": 1, "v": 2, "e": 3},
    ),
    of(
        "Lazy bytes",
        c.Struct("n" / c.Byte, "v" / c.Lazy(c.Bytes(this.n)), "e" / c.Byte),
        {"n": 2, "v": b"ab", "e": 3},
    ),
    of("Slicing", c.Slicing(c.Array(4, c.Byte), 4, 1, 3, empty=0), [2, 3]),
    of("Slicing every second", c.Slicing(c.Array(4, c.Byte), 4, 0, 4, 2, empty=9), [1, 2]),
    of("Slicing to the end", c.Slicing(c.Array(4, c.Byte), 4, 1, None, empty=0), [2, 3, 4]),
    of("Indexing", c.Indexing(c.Array(4, c.Byte), 4, 2, empty=0), 5),
    of(
        "Indexing in a Struct",
        c.Struct("v" / c.Indexing(c.Array(3, c.Int16ub), 3, 0, empty=0), "e" / c.Byte),
        {"v": 5, "e": 1},
    ),
    of("Filter", c.Filter(obj_ != 0, c.GreedyRange(c.Byte)), [1, 2], data=b"\0\1\0\2"),
    of("many small numbers", c.PrefixedArray(c.Int16ub, c.Byte), list(range(256)) * 2),
    of("elements of nothing", c.Array(5, c.Pass), [None] * 5),
    of("elements that are constants", c.Array(2, c.Const(b"ab")), [None, None], [b"ab", b"ab"]),
    of("elements with defaults", c.Array(3, c.Default(c.Byte, 7)), [1, None, 2]),
    of(
        "elements with a rebuilt part",
        c.PrefixedArray(c.Byte, c.Struct("n" / c.Rebuild(c.Byte, len_(this.d)), "d" / c.Bytes(this.n))),
        [{"d": b"a"}, {"d": b"bcd"}],
        edit=lambda value: value[0].update({"d": b"changed"}),
    ),
]
