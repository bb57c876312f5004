"""Places: Pointer, Peek, Seek, Tell, OffsettedEnd, Terminated, and what they are used for."""

from __future__ import annotations

import construct as c
from construct import len_, this

from constructs.declaration import of

BITMAP = c.Struct(
    "magic" / c.Const(b"BM"),
    "offset" / c.Int16ul,
    "width" / c.Byte,
    "height" / c.Byte,
    "pixels" / c.Pointer(this.offset, c.Array(this.width * this.height, c.Byte)),
)
SECTIONS = c.Struct(
    "count" / c.Byte,
    "sections"
    / c.Array(
        this.count, c.Struct("at" / c.Byte, "size" / c.Byte, "data" / c.Pointer(this.at, c.Bytes(this.size)))
    ),
)

PLACES = [
    of("Tell", c.Struct("a" / c.Int16ub, "t" / c.Tell), {"a": 1}),
    of(
        "Tell before and after",
        c.Struct(
            "s" / c.Tell,
            "d" / c.PascalString(c.Byte, "ascii"),
            "e" / c.Tell,
            "n" / c.Computed(this.e - this.s),
        ),
        {"d": "abc"},
        edit=lambda value: value.update({"d": "longer"}),
    ),
    of("Tell alone", c.Tell, None),
    of(
        "Tell in an Array",
        c.Array(3, c.Struct("t" / c.Tell, "v" / c.Int16ub)),
        [{"v": 1}, {"v": 2}, {"v": 3}],
    ),
    of(
        "Tell in Prefixed",
        c.Struct(
            "a" / c.Byte,
            "p" / c.Prefixed(c.Byte, c.Struct("t" / c.Tell, "v" / c.Byte, "u" / c.Tell)),
            "t" / c.Tell,
        ),
        {"a": 1, "p": {"v": 2}},
    ),
    of(
        "Tell for padding",
        c.Struct("d" / c.CString("ascii"), "t" / c.Tell, c.Padding(-this.t % 4), "e" / c.Byte),
        {"d": "ab", "e": 7},
        {"d": "abc", "e": 7},
    ),
    of(
        "Tell that counts what is left",
        c.Struct("n" / c.Byte, "t" / c.Tell, "d" / c.Bytes(this.n - this.t)),
        {"n": 4, "d": b"abc"},
    ),
    of("Pointer", c.Pointer(4, c.Byte), 7, data=b"\0\1\2\3\4\5"),
    of(
        "Pointer in a Struct",
        c.Struct("at" / c.Byte, "v" / c.Pointer(this.at, c.Int16ub)),
        {"at": 3, "v": 258},
        data=b"\3zz\1\2",
        edit=lambda value: value.update({"v": 5}),
    ),
    of(
        "Pointer back",
        c.Struct("a" / c.Byte, "b" / c.Byte, "again" / c.Pointer(0, c.Byte)),
        {"a": 1, "b": 2, "again": 1},
    ),
    of("Pointer from the end", c.Struct("a" / c.Byte, "last" / c.Pointer(-1, c.Byte)), data=b"\1\2\3"),
    of(
        "Pointer to the rest",
        c.Struct("at" / c.Byte, "rest" / c.Pointer(this.at, c.GreedyBytes)),
        data=b"\2x\5\6",
    ),
    of(
        "Pointer to a Struct",
        c.Struct("at" / c.Byte, "p" / c.Pointer(this.at, c.Struct("x" / c.Byte, "y" / c.Byte)), "e" / c.Byte),
        {"at": 2, "p": {"x": 1, "y": 2}, "e": 3},
    ),
    of("Pointers in an Array", SECTIONS, data=b"\2\5\2\7\1abc"),
    of(
        "Pointer to text",
        c.Struct("at" / c.Int16ub, "s" / c.Pointer(this.at, c.CString("utf8"))),
        {"at": 2, "s": "hello"},
    ),
    of("Pointer outside", c.Struct("at" / c.Byte, "v" / c.Pointer(this.at, c.Byte)), data=(b"\xc8", b"\1")),
    of(
        "Pointer in Prefixed",
        c.Prefixed(c.Byte, c.Struct("a" / c.Byte, "v" / c.Pointer(1, c.Byte), "b" / c.Byte)),
        data=b"\2\1\2",
    ),
    of(
        "Pointers that chain",
        c.Struct(
            "a" / c.Byte, "b" / c.Pointer(this.a, c.Struct("n" / c.Byte, "v" / c.Pointer(this.n, c.Byte)))
        ),
        data=b"\1\2\3",
    ),
    of(
        "a bitmap",
        BITMAP,
        {"offset": 6, "width": 2, "height": 2, "pixels": [1, 2, 3, 4]},
        edit=lambda value: value.update({"pixels": [9, 9, 9, 9]}),
    ),
    of("Peek", c.Struct("p" / c.Peek(c.Byte), "v" / c.Int16ub), {"p": None, "v": 258}),
    of("Peek of too much", c.Struct("p" / c.Peek(c.Int32ub), "v" / c.Byte), {"p": None, "v": 1}),
    of(
        "Peek to choose",
        c.Struct("k" / c.Peek(c.Byte), "v" / c.IfThenElse(this.k < 128, c.Byte, c.Int16ub)),
        data=(b"\1", b"\x81\2"),
    ),
    of("Peek at the end", c.Struct("v" / c.Byte, "p" / c.Peek(c.Byte)), {"v": 1, "p": None}, data=b"\1"),
    of(
        "Peek of a constant",
        c.Struct("p" / c.Peek(c.Const(b"AB")), "d" / c.Bytes(2)),
        {"p": None, "d": b"AB"},
        data=b"xy",
    ),
    of("Seek", c.Struct("a" / c.Byte, c.Seek(3), "b" / c.Byte), {"a": 1, "b": 2}, data=b"\1zz\2"),
    of("Seek by a field", c.Struct("at" / c.Byte, c.Seek(this.at), "b" / c.Byte), {"at": 4, "b": 2}),
    of("Seek on", c.Struct("a" / c.Byte, c.Seek(2, 1), "b" / c.Byte), {"a": 1, "b": 2}),
    of("Seek back", c.Struct("a" / c.Byte, c.Seek(0), "b" / c.Byte), {"a": 1, "b": 1}),
    of("Seek from the end", c.Struct(c.Seek(-1, 2), "last" / c.Byte), data=b"\1\2\3"),
    of("Seek and its result", c.Struct("a" / c.Byte, "s" / c.Seek(2), "b" / c.Byte), {"a": 1, "b": 2}),
    of(
        "OffsettedEnd",
        c.Struct("h" / c.Bytes(1), "d" / c.OffsettedEnd(-2, c.GreedyBytes), "t" / c.Bytes(2)),
        {"h": b"a", "d": b"bcd", "t": b"ef"},
        edit=lambda value: value.update({"d": b""}),
    ),
    of(
        "OffsettedEnd of numbers",
        c.Struct("d" / c.OffsettedEnd(-1, c.GreedyRange(c.Int16ub)), "t" / c.Byte),
        {"d": [1, 2], "t": 3},
    ),
    of(
        "OffsettedEnd by a field",
        c.Struct("n" / c.Byte, "d" / c.OffsettedEnd(-this.n, c.GreedyBytes), "t" / c.Bytes(this.n)),
        {"n": 2, "d": b"abc", "t": b"de"},
    ),
    of("Terminated", c.Struct("a" / c.Byte, c.Terminated), {"a": 1}, data=b"\1\2"),
    of("Terminated alone", c.Terminated, None, data=b"x"),
    of(
        "Terminated in Prefixed",
        c.Struct("p" / c.Prefixed(c.Byte, c.Struct("a" / c.Byte, c.Terminated)), "b" / c.Byte),
        {"p": {"a": 1}, "b": 2},
        data=b"\2\1\0\2",
    ),
    of(
        "the rest and its end",
        c.Struct("n" / c.Byte, "v" / c.Array(this.n, c.Byte), "rest" / c.GreedyBytes, c.Terminated),
        {"n": 1, "v": [1], "rest": b"x"},
    ),
    of("RawCopy", c.RawCopy(c.Int16ub), {"value": 258}, {"data": b"\1\2"}),
    of(
        "RawCopy in a Struct",
        c.Struct("a" / c.Byte, "r" / c.RawCopy(c.Struct("x" / c.Byte, "y" / c.Byte)), "e" / c.Byte),
        {"a": 1, "r": {"value": {"x": 1, "y": 2}}, "e": 3},
        edit=lambda value: value.update({"r": {"value": {"x": 7, "y": 8}}}),
    ),
    of(
        "RawCopy and its size",
        c.Struct("r" / c.RawCopy(c.PascalString(c.Byte, "ascii")), "n" / c.Computed(len_(this.r.data))),
        {"r": {"value": "abc"}},
    ),
    of("RawCopy in Prefixed", c.Prefixed(c.Byte, c.RawCopy(c.Int16ub)), {"value": 5}),
    of("RawCopy of the end", c.RawCopy(c.GreedyBytes), {"value": b"abc"}),
    of(
        "the position by the stream",
        c.Struct("a" / c.Int16ub, "p" / c.Computed(lambda ctx: ctx._io.tell())),
        {"a": 1},
    ),
    of(
        "a lookup table",
        c.Struct(
            "n" / c.Byte,
            "names"
            / c.Array(
                this.n, c.Struct("at" / c.Byte, "name" / c.Pointer(this.at, c.PascalString(c.Byte, "ascii")))
            ),
        ),
        data=b"\2\3\5\1a\2bc",
    ),
    of(
        "header, index, body",
        c.Struct(
            "magic" / c.Const(b"IX"),
            "count" / c.Rebuild(c.Byte, len_(this.items)),
            "items" / c.Array(this.count, c.PascalString(c.Byte, "utf8")),
            "end" / c.Tell,
            "tail" / c.GreedyBytes,
        ),
        {"items": ["a", "bc"], "tail": b"xyz"},
        edit=lambda value: value.update({"items": ["q"], "tail": b""}),
    ),
]
