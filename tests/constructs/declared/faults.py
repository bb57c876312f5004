"""Declarations that were once read or written wrongly, by the kind of fault."""

from __future__ import annotations

import construct as c
from construct import len_, this

from constructs.declaration import of

BYTES = c.PrefixedArray(c.Byte, c.Byte)


def _refuse(value, context):
    if value > 9:
        raise ValueError("above 9")


FAULTS = [
    # Building sees what was built.
    of(
        "a stale count in an inner Struct",
        c.Struct(
            "h" / c.Struct("n" / c.Rebuild(c.Byte, len_(this._.d))),
            "d" / BYTES,
            "x" / c.If(this.h.n > 2, c.Byte),
        ),
        {"h": {"n": 0}, "d": [1, 2, 3], "x": 9},
        {"h": {"n": 9}, "d": [1], "x": None},
        edit=lambda value: value.h.update({"n": 0}),
    ),
    of(
        "a count that does not match",
        c.Struct("n" / c.Rebuild(c.Byte, 2), "v" / c.Array(this.n, c.Byte)),
        {"v": [1, 2]},
        {"v": [1, 2, 3]},
    ),
    of(
        "a default that decides",
        c.Struct("v" / c.Default(c.Byte, 2), "x" / c.If(this.v == 2, c.Byte), "y" / c.Computed(this.v)),
        {"v": None, "x": 3},
        {"x": 3},
        {"v": 2, "x": 3},
        edit=lambda value: value.update({"v": None}),
    ),
    of(
        "a constant that counts",
        c.Struct("size" / c.Const(3, c.Byte), "n" / c.Byte, "d" / c.Bytes(this.size * this.n)),
        {"n": 1, "d": b"abc"},
        {"size": None, "n": 1, "d": b"abc"},
        edit=lambda value: value.pop("size") and None,
    ),
    of(
        "what is rebuilt in an Array",
        c.Struct("a" / c.Array(2, c.Struct("n" / c.Rebuild(c.Byte, 3))), "d" / c.Bytes(this.a[1].n)),
        {"a": [{}, {"n": 1}], "d": b"abc"},
    ),
    of(
        "what is rebuilt in If, Switch and Padded",
        c.Struct(
            "a" / c.If(True, c.Rebuild(c.Byte, 1)),
            "b" / c.Switch(1, {1: c.Default(c.Byte, 2)}),
            "c" / c.Padded(2, c.Const(3, c.Byte)),
            "d" / c.Bytes(this.a + this.b + this.c),
        ),
        {"b": None, "d": b"abcdef"},
    ),
    of(
        "Tell that decides",
        c.Struct("s" / c.CString("ascii"), "t" / c.Tell, "v" / c.If(this.t > 3, c.Byte)),
        {"s": "abcd", "v": 1},
        {"s": "a", "v": None},
        edit=lambda value: value.update({"s": "longer", "v": 7}),
    ),
    # LazyBound and what is around it.
    of(
        "LazyBound and the root above",
        c.Struct(
            "n" / c.Byte, "x" / c.LazyBound(lambda: c.Struct("n" / c.Byte, "d" / c.Bytes(this._root.n)))
        ),
        data=b"\1\2abc",
    ),
    of(
        "LazyBound and a field above",
        c.Struct("n" / c.Byte, "d" / c.LazyBound(lambda: c.Bytes(this.n))),
        data=b"\2abc",
    ),
    of(
        "LazyBound to the end",
        c.Struct("a" / c.Byte, "r" / c.LazyBound(lambda: c.GreedyBytes)),
        {"a": 1, "r": b"rest"},
    ),
    # Ends and places.
    of(
        "GreedyBytes in an inner Struct",
        c.Struct("a" / c.Byte, "b" / c.Struct("r" / c.GreedyBytes)),
        {"a": 1, "b": {"r": b"xy"}},
    ),
    of(
        "Select at the end",
        c.Struct("a" / c.Byte, "s" / c.Select(c.Int32ub, c.Int16ub, c.Pass)),
        data=(b"\1\2\3\4\5", b"\1\2\3", b"\1"),
    ),
    of("Peek at the end", c.Struct("a" / c.Byte, "p" / c.Peek(c.Int16ub)), data=b"\1"),
    of(
        "Terminated behind Optional",
        c.Struct("o" / c.Optional(c.Int16ub), c.Terminated),
        {"o": 5},
        {"o": None},
        data=b"\1",
    ),
    of(
        "Pointer at the end of Prefixed",
        c.Prefixed(c.Byte, c.Struct("a" / c.Byte, "p" / c.Pointer(3, c.Byte))),
        data=(b"\2\1\2", b"\2\1\2\7"),
    ),
    of(
        "Pointer to the last byte",
        c.Struct("a" / c.Byte, "p" / c.Pointer(-1, c.Byte), c.Bytes(2)),
        data=b"\1\2\3",
    ),
    of(
        "OffsettedEnd of all",
        c.Struct("d" / c.OffsettedEnd(-2, c.GreedyBytes), "e" / c.Int16ub),
        {"d": b"abc", "e": 5},
    ),
    # Counts and flags.
    of(
        "Array by a flag",
        c.Struct("has" / c.Flag, "v" / c.Array(this.has, c.Byte)),
        {"has": True, "v": [1]},
        {"has": False, "v": []},
    ),
    of("Array by True", c.Array(True, c.Byte), [1], data=b"\1\2"),
    of(
        "Padding by a comparison",
        c.Struct("v" / c.Byte, c.Padding(this.v > 1), "w" / c.Byte),
        {"v": 1, "w": 1},
        {"v": 2, "w": 1},
    ),
    of(
        "If by an odd flag",
        c.Struct("f" / c.Flag, "v" / c.If(this.f, c.Byte)),
        {"f": True, "v": 1},
        data=b"\2\1",
    ),
    # Exceptions of others.
    of(
        "Switch to None",
        c.Struct("t" / c.Byte, "v" / c.Switch(this.t, {2: c.Byte, 1: None})),
        {"t": 2, "v": 5},
        data=b"\1",
    ),
    of(
        "a name of bytes", c.Struct(c.Renamed(c.Int16ub, newname=b"a"), "b" / c.Byte), data=(b"\0\1\2", b"\0")
    ),
    of("BytesInteger of nothing", c.Struct("a" / c.Byte, "n" / c.BytesInteger(0)), data=b"\1"),
    of("BytesInteger of less", c.Struct("a" / c.Byte, "n" / c.BytesInteger(-1)), data=b"\1"),
    of(
        "BytesInteger of no bytes by a field",
        c.Struct("n" / c.Byte, "v" / c.BytesInteger(this.n)),
        {"n": 2, "v": 7},
        data=b"\0",
    ),
    of(
        "Bytes of less", c.Struct("n" / c.Byte, "d" / c.Bytes(this.n - 3)), {"n": 5, "d": b"ab"}, data=b"\1ab"
    ),
    of("Rebuffered on cut bytes", c.Struct("a" / c.Rebuffered(c.Int32ub)), data=(b"\0\0\0\1", b"\0\0")),
    # What may be left out when building.
    of(
        "all that may be left out",
        c.Struct(
            "c" / c.Const(b"M"),
            "d" / c.Default(c.Byte, 5),
            "r" / c.Rebuild(c.Byte, 6),
            "e" / c.Computed(7),
            "t" / c.Tell,
            "p" / c.Pass,
            "o" / c.Optional(c.Int16ub),
        ),
        {},
        {"d": 1, "o": 258},
    ),
    # Errors keep their reason.
    of(
        "a hook above a limit",
        c.Struct("a" / (c.Byte * _refuse), "b" / c.Byte),
        {"a": 1, "b": 2},
        data=b"\x0a\1",
    ),
    of(
        "a checksum",
        c.Struct("d" / c.Bytes(2), "s" / c.Checksum(c.Byte, sum, this.d)),
        {"d": b"\1\2"},
        data=b"\1\2\4",
    ),
]
