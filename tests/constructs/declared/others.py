"""Classes of users, hooks, functions; what is deferred, compiled, pickled; recursion."""

from __future__ import annotations

import arrow
import construct as c
import numpy
from construct import this

from constructs.declaration import of


class Reversed(c.Adapter):
    """Presents bytes in reverse."""

    def _decode(self, obj, context, path):
        return obj[::-1]

    def _encode(self, obj, context, path):
        return obj[::-1]


class Scaled(c.Adapter):
    """Presents a number times a field of what is around it."""

    def _decode(self, obj, context, path):
        return obj * context.scale

    def _encode(self, obj, context, path):
        return obj // context.scale


class Even(c.Validator):
    """Takes even numbers only."""

    def _validate(self, obj, context, path):
        return obj % 2 == 0


class Inverted(c.SymmetricAdapter):
    """Presents a byte with its bits turned."""

    def _decode(self, obj, context, path):
        return obj ^ 0xFF


class Doubled(c.Tunnel):
    """Writes every byte twice."""

    def _decode(self, data, context, path):
        return data[::2]

    def _encode(self, data, context, path):
        return bytes(byte for byte in data for _ in range(2))


class Triple(c.Construct):
    """Three bytes as a number, by a class of its own."""

    def _parse(self, stream, context, path):
        return int.from_bytes(c.stream_read(stream, 3, path), "big")

    def _build(self, obj, stream, context, path):
        c.stream_write(stream, obj.to_bytes(3, "big"), 3, path)
        return obj

    def _sizeof(self, context, path):
        return 3


class Logged(c.Subconstruct):
    """Does nothing by itself."""


def _nothing(obj, context):
    """A hook."""


def _refuse(obj, context):
    if obj > 100:
        raise ValueError("too large")


def _cancel(obj, context):
    if obj == 0:
        raise c.CancelParsing


LIST = c.Struct("value" / c.Byte, "next" / c.If(this.value > 0, c.LazyBound(lambda: LIST)))
TREE = c.Struct(
    "name" / c.PascalString(c.Byte, "utf8"), "kids" / c.PrefixedArray(c.Byte, c.LazyBound(lambda: TREE))
)
VALUE = c.Struct(
    "t" / c.Byte,
    "v"
    / c.Switch(
        this.t, {1: c.Byte, 2: c.CString("utf8"), 3: c.PrefixedArray(c.Byte, c.LazyBound(lambda: VALUE))}
    ),
)
SOURCE = c.Struct("n" / c.Byte, "d" / c.Bytes(this.n), "w" / c.Array(2, c.Int16ub))

WHEN = arrow.Arrow(2020, 5, 17, 12, 30, 20)

OTHERS = [
    of("an adapter", Reversed(c.Bytes(3)), b"abc"),
    of(
        "an adapter in a Struct",
        c.Struct("a" / c.Byte, "r" / Reversed(c.Bytes(2)), "b" / c.Byte),
        {"a": 1, "r": b"ab", "b": 2},
        edit=lambda value: value.update({"r": b"xy"}),
    ),
    of(
        "an adapter that reads the context",
        c.Struct("scale" / c.Byte, "v" / Scaled(c.Byte)),
        {"scale": 2, "v": 8},
    ),
    of("an adapter in an Array", c.Array(2, Reversed(c.Bytes(2))), [b"ab", b"cd"]),
    of("an adapter of the rest", Reversed(c.GreedyBytes), b"abc"),
    of("a validator", Even(c.Byte), 2, data=b"\3"),
    of("a symmetric adapter", Inverted(c.Byte), 5),
    of("a tunnel", Doubled(c.Int16ub), 258),
    of("a construct of its own", Triple(), 70000),
    of(
        "a construct of its own in a Struct",
        c.Struct("a" / Triple(), "b" / c.Byte, "c" / Triple()),
        {"a": 1, "b": 2, "c": 3},
    ),
    of("a subconstruct of its own", Logged(c.Struct("a" / c.Byte)), {"a": 1}),
    of("a hook", c.Struct("a" / (c.Byte * _nothing), "b" / c.Byte), {"a": 1, "b": 2}),
    of(
        "a hook that refuses",
        c.Struct("a" / (c.Byte * _refuse), "b" / c.Byte),
        {"a": 1, "b": 2},
        data=b"\xc8\1",
    ),
    of("a hook of a Struct", c.Struct("a" / c.Byte) * _nothing, {"a": 1}),
    of("a hook that cancels", c.Struct("a" / (c.Byte * _cancel), "b" / c.Byte), {"a": 1, "b": 2}),
    of("LazyBound", c.LazyBound(lambda: c.Int16ub), 5),
    of(
        "LazyBound list",
        LIST,
        {"value": 2, "next": {"value": 1, "next": {"value": 0, "next": None}}},
        edit=lambda value: value["next"].update({"value": 0, "next": None}),
    ),
    of(
        "LazyBound tree",
        TREE,
        {
            "name": "root",
            "kids": [{"name": "a", "kids": []}, {"name": "b", "kids": [{"name": "c", "kids": []}]}],
        },
        edit=lambda value: value["kids"].append({"name": "new", "kids": []}),
    ),
    of("LazyBound values", VALUE, {"t": 3, "v": [{"t": 1, "v": 5}, {"t": 2, "v": "x"}, {"t": 3, "v": []}]}),
    of(
        "LazyBound and the root",
        c.Struct(
            "n" / c.Byte, "x" / c.LazyBound(lambda: c.Struct("n" / c.Byte, "d" / c.Bytes(this._root.n)))
        ),
        {"n": 1, "x": {"n": 2, "d": b"a"}},
    ),
    of(
        "LazyBound and a field",
        c.Struct("n" / c.Byte, "d" / c.LazyBound(lambda: c.Bytes(this.n))),
        {"n": 2, "d": b"ab"},
    ),
    of("compiled", SOURCE.compile(), {"n": 2, "d": b"ab", "w": [1, 2]}),
    of(
        "compiled inside",
        c.Struct("a" / c.Byte, "s" / c.Struct("x" / c.Int16ub, "y" / c.Byte).compile(), "b" / c.Byte),
        {"a": 1, "s": {"x": 1, "y": 2}, "b": 2},
    ),
    of("compiled elements", c.PrefixedArray(c.Byte, c.Struct("x" / c.Byte).compile()), [{"x": 1}, {"x": 2}]),
    of(
        "compiled records to the end",
        c.GreedyRange(c.Struct("k" / c.Byte, "v" / c.Int16ub).compile()),
        [{"k": 1, "v": 2}],
    ),
    of("Pickled", c.Pickled, [1, "a", None]),
    of(
        "Pickled in a Struct",
        c.Struct("a" / c.Byte, "p" / c.Prefixed(c.Byte, c.Pickled)),
        {"a": 1, "p": [1, 2]},
    ),
    of("Numpy", c.Numpy, numpy.array([1, 2, 3], dtype="<i4")),
    of("Probe", c.Struct("a" / c.Byte, c.Probe(), "b" / c.Byte), {"a": 1, "b": 2}),
    of("Debugger", c.Struct("a" / c.Debugger(c.GreedyBytes)), {"a": b"abc"}),
    of("documents only", (c.Byte * "A byte") * "Said again", 5),
    of("a name of its own", "named" / c.Int16ub, 5),
    of(
        "a foreign leaf between fields",
        c.Struct(
            "a" / c.Int16ub,
            "f" / c.ExprAdapter(c.Byte, lambda obj, ctx: [obj], lambda obj, ctx: obj[0]),
            "s" / c.CString("ascii"),
            "e" / c.Byte,
        ),
        {"a": 1, "f": [2], "s": "x", "e": 3},
        edit=lambda value: value.update({"s": "changed"}),
    ),
    of("an Index at the top", c.Struct("i" / c.Index, "a" / c.Byte), {"a": 1}),
    of("Timestamp", c.Timestamp(c.Int64ub, 1.0, 1970), WHEN),
    of("Timestamp of Windows", c.Timestamp(c.Int64ul, 10**-7, 1600), WHEN),
    of("Timestamp of DOS", c.Timestamp(c.Int32ub, "msdos", "msdos"), WHEN),
    of(
        "Timestamps in a Struct",
        c.Struct("made" / c.Timestamp(c.Int32ul, 1, 1970), "size" / c.Int32ul),
        {"made": WHEN, "size": 5},
    ),
]
