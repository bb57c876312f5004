"""Numbers: formats of `struct`, integers of any width, of variable width, floats, flags."""

from __future__ import annotations

import construct as c
from construct import this

from constructs.declaration import Declaration, of


def _edges(size: int, signed: bool) -> tuple[int, ...]:
    bits = 8 * size
    return (0, 1, (1 << bits - 1) - 1, -(1 << bits - 1), -1) if signed else (0, 1, (1 << bits) - 1)


def _fixed() -> list[Declaration]:
    found = []
    for size in (1, 2, 3, 4, 8):
        for sign in "us":
            for order in "bln":
                name = f"Int{8 * size}{sign}{order}"
                found.append(of(name, getattr(c, name), *_edges(size, sign == "s")))
    for name in ("Byte", "Short", "Int", "Long"):
        found.append(of(name, getattr(c, name), 0, 77))
    return found


def _floats() -> list[Declaration]:
    values = (0.0, -0.0, 1.5, -2.25, float("inf"))
    found = [of(f"Float{w}{o}", getattr(c, f"Float{w}{o}"), *values) for w in (16, 32, 64) for o in "bln"]
    found += [of(name, getattr(c, name), 0.5, 8.0) for name in ("Half", "Single", "Double")]
    found.append(of("not a number", c.Float64b, data=bytes.fromhex("7ff8000000000001")))
    return found


HEADER = c.Struct(
    "version" / c.Int8ub,
    "length" / c.Int16ub,
    "checksum" / c.Int24ul,
    "ratio" / c.Float32l,
    "address" / c.Int64ul,
)

NUMBERS = [
    *_fixed(),
    *_floats(),
    of("FormatField native", c.FormatField("=", "h"), -3, 300),
    of(
        "FormatField letters",
        c.Struct(*[f"n{x}" / c.FormatField("<", x) for x in "bBhHlLqQ"]),
        {f"n{x}": 7 for x in "bBhHlLqQ"},
    ),
    of("FormatField flag", c.FormatField(">", "?"), True, False),
    of("Flag", c.Flag, True, False),
    of("Flag of another byte", c.Struct("f" / c.Flag, "x" / c.Byte), data=(b"\x02\x01", b"\xff\x00")),
    of("BytesInteger", c.BytesInteger(5), 0, (1 << 40) - 1),
    of("BytesInteger signed", c.BytesInteger(7, signed=True), -(1 << 55), 5),
    of("BytesInteger swapped", c.BytesInteger(6, swapped=True), 0x010203040506),
    of("BytesInteger wide", c.BytesInteger(16, signed=True, swapped=True), -1, 1 << 120),
    of(
        "BytesInteger sized by a field",
        c.Struct("n" / c.Byte, "v" / c.BytesInteger(this.n)),
        {"n": 3, "v": 70000},
        {"n": 1, "v": 2},
    ),
    of(
        "BytesInteger sized by a sum",
        c.Struct("n" / c.Byte, "v" / c.BytesInteger(this.n + 1, signed=True)),
        {"n": 2, "v": -70000},
    ),
    of(
        "BytesInteger swapped by a field",
        c.Struct("le" / c.Flag, "v" / c.BytesInteger(4, swapped=this.le)),
        {"le": True, "v": 258},
        {"le": False, "v": 258},
    ),
    of("VarInt", c.VarInt, 0, 127, 128, 300, 1 << 70),
    of("VarInt not shortest", c.VarInt, data=(b"\x80\x00", b"\xff\x80\x01")),
    of("ZigZag", c.ZigZag, 0, -1, 1, -300, 1 << 40),
    of(
        "VarInts in a row",
        c.Struct("a" / c.VarInt, "b" / c.ZigZag, "c" / c.Byte),
        {"a": 500, "b": -70, "c": 1},
    ),
    of("Array of VarInt", c.Array(3, c.VarInt), [1, 200, 70000]),
    of(
        "a header of numbers",
        HEADER,
        {"version": 1, "length": 20, "checksum": 5, "ratio": 0.5, "address": 1 << 40},
        edit=lambda value: value.update({"length": 21, "ratio": 1.0}),
    ),
    of(
        "numbers of both orders",
        c.Struct("a" / c.Int16ub, "b" / c.Int16ul, "c" / c.Int32ub, "d" / c.Int32ul),
        {"a": 1, "b": 1, "c": 1, "d": 1},
    ),
    of(
        "documented numbers", c.Struct("a" / c.Byte * "First", "b" / (c.Int16ub * "Second")), {"a": 1, "b": 2}
    ),
    of("a matrix", c.Array(2, c.Array(3, c.Int16sl)), [[1, 2, 3], [-1, -2, -3]]),
    of(
        "points",
        c.Array(3, c.Struct("x" / c.Float32l, "y" / c.Float32l)),
        [{"x": 1.0, "y": 2.0}, {"x": 0.5, "y": 0.25}, {"x": -1.0, "y": 0.0}],
    ),
]
