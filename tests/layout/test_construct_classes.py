"""construct's common classes, lowered: as construct alone reads and writes them."""

from __future__ import annotations

import math
import sys

import construct as c
import pytest
from construct import len_, this

from layout.agreement import agree, opaque, write_both
from snapformat import DecodeError, EncodeError, decode, encode
from snapformat.encodings.bincode import ops
from snapformat.layout import layout_of

KIND = c.Enum(c.Int8ub, small=1, large=2)

CASES = {"small": c.Struct("z" / c.Array(this._._.n, c.Int8ub))}

LOWERED = {
    "integers": (
        c.Struct(
            "a" / c.Int8ub,
            "b" / c.Int16ul,
            "c" / c.Int24sb,
            "d" / c.Int64sl,
            "e" / c.Int32sb,
            "f" / c.BytesInteger(16, signed=True, swapped=True),
            "g" / c.Int24ul,
            "h" / c.Int16sn,
        ),
        [dict(zip("abcdefgh", (255, 1, -(1 << 23), -1, -2, -(1 << 127), 3, -5), strict=True))],
    ),
    "Bytes": (c.Bytes(3), [b"abc", bytearray(b"abc")]),
    "Array": (c.Array(2, c.Int16ub), [[1, 2], (3, 4)]),
    "Array of none": (c.Array(0, c.Int16ub), [[]]),
    "Array of Arrays": (c.Array(2, c.Array(2, c.Bytes(1))), [[[b"a", b"b"], [b"c", b"d"]]]),
    "PrefixedArray": (c.PrefixedArray(c.Int8ub, c.Int16ul), [[], [1, 2]]),
    "PrefixedArray of Structs": (
        c.PrefixedArray(c.Int16ub, c.Struct("x" / c.Int8ub, "y" / c.PrefixedArray(c.Int8ub, c.Int8ub))),
        [[{"x": 1, "y": [2, 3]}, {"x": 4, "y": []}]],
    ),
    "PrefixedArray, signed count": (c.PrefixedArray(c.Int8sb, c.Int8ub), [[1, 2]]),
    "Prefixed": (c.Prefixed(c.Int8ub, c.Struct("x" / c.Int8ub, "y" / c.Int8ub)), [{"x": 1, "y": 2}]),
    "Prefixed with its own length": (c.Prefixed(c.Int16ub, c.Int16ub, includelength=True), [7]),
    "PascalString": (c.PascalString(c.Int8ub, "utf8"), ["", "aé"]),
    "PascalString, other codecs": (
        c.Struct("a" / c.PascalString(c.Int8ub, "ascii"), "b" / c.PascalString(c.Int16ul, "utf_16_le")),
        [{"a": "x", "b": "é"}],
    ),
    "Const": (c.Struct("m" / c.Const(b"MZ"), c.Const(7, c.Int16ub), "v" / c.Int8ub), [{"v": 1}]),
    "Enum": (
        c.Struct("k" / KIND, "s" / c.Enum(c.Int8sb, down=-1)),
        [{"k": "large", "s": "down"}, {"k": 9, "s": 5}],
    ),
    "Switch": (
        c.Struct(
            "t" / c.Int8ub,
            "v" / c.Switch(this.t, {1: c.Int8ub, 2: c.Int16ub, 3: c.PascalString(c.Int8ub, "utf8")}),
        ),
        [{"t": 1, "v": 5}, {"t": 3, "v": "ab"}, {"t": 9, "v": None}],
    ),
    "Switch on a label, with a default": (
        c.Struct("t" / KIND, "v" / c.Switch(this.t, {"small": c.Int8ub}, default=c.Bytes(2))),
        [{"t": "small", "v": 5}, {"t": "large", "v": b"ab"}, {"t": 77, "v": b"ab"}],
    ),
    "If": (
        c.Struct(
            "t" / c.Int8ub, "v" / c.If(this.t > 1, c.Int16ub), "w" / c.IfThenElse(this.t == 2, KIND, c.Pass)
        ),
        [{"t": 2, "v": 3, "w": "small"}, {"t": 0, "v": None, "w": None}],
    ),
    "Padding": (
        c.Struct("a" / c.Int8ub, c.Padding(2), "b" / c.Int8ub, "p" / c.Padding(1)),
        [{"a": 1, "b": 2}],
    ),
    "Padded": (
        c.Struct("n" / c.Int8ub, "p" / c.Padded(this.n, c.Int8ub, pattern=b"\xff")),
        [{"n": 3, "p": 1}],
    ),
    "Computed": (c.Struct("a" / c.Int8ub, "b" / c.Computed(this.a * 2), "c" / c.Computed("x")), [{"a": 4}]),
    "Rebuild and Default": (
        c.Struct(
            "n" / c.Rebuild(c.Int8ub, len_(this.d)), "v" / c.Default(c.Int8ub, 9), "d" / c.Bytes(this.n)
        ),
        [{"d": b"abc"}, {"n": 9, "v": 1, "d": b""}, {"v": None, "d": b"x"}],
    ),
    "BitStruct": (
        c.BitStruct(
            "a" / c.BitsInteger(3),
            "f" / c.Flag,
            c.Padding(2),
            "n" / c.Nibble,
            "k" / c.Enum(c.BitsInteger(2), x=1, y=2),
            "s" / c.BitsInteger(4, signed=True),
            "o" / c.Octet,
        ),
        [
            {"a": 5, "f": True, "n": 15, "k": "y", "s": -8, "o": 255},
            {"a": 0, "f": 0, "n": 0, "k": 3, "s": 7, "o": 0},
        ],
    ),
    "a name and a description above": ("top" / (c.Struct("a" / c.Int8ub * "the a") * "the top"), [{"a": 1}]),
    "Pass": (c.Struct("a" / c.Pass, "b" / c.Int8ub), [{"b": 1}, {"a": None, "b": 1}]),
    "nested": (
        c.Struct(
            "n" / c.Int8ub, "list" / c.Array(2, c.Struct("k" / KIND, "v" / c.Switch(this.k, CASES, KIND)))
        ),
        [{"n": 2, "list": [{"k": "small", "v": {"z": [1, 2]}}, {"k": "large", "v": "small"}]}],
    ),
}


@pytest.mark.parametrize("name", LOWERED)
def test_lowered_as_construct_has_it(name: str):
    struct, values = LOWERED[name]
    agree(struct, *values)
    assert opaque(struct) == []


def test_flags_keep_their_byte():
    struct = c.Struct("f" / c.Flag, "g" / c.Array(2, c.Flag), "v" / c.If(this.f, c.Int8ub))
    agree(
        struct,
        {"f": True, "g": [True, False], "v": 1},
        {"f": False, "g": [False, True], "v": None},
        kept=True,
    )
    value = decode(b"\7\2\0\1", struct)
    assert (value.f, value.g) == (True, [True, False])
    # construct alone writes 1 for every true flag.
    assert struct.build(value) == b"\1\1\0\1"
    assert opaque(struct) == []


def test_undeclared_numbers_of_enums_stay():
    value = decode(b"\x09", KIND)
    assert value == 9
    assert encode(value, KIND) == b"\x09"
    assert (decode(b"\1", KIND), str(decode(b"\2", KIND))) == ("small", "large")


def test_recursion_by_lazy_bound():
    tree = c.Struct("v" / c.Int8ub, "next" / c.If(this.v > 0, c.LazyBound(lambda: tree)))
    agree(tree, {"v": 1, "next": {"v": 2, "next": {"v": 0, "next": None}}})
    deep = bytes([1]) * 300 + b"\0"
    value = decode(deep, tree)
    assert encode(value, tree) == deep
    with pytest.raises(DecodeError, match="nested too deeply"):
        decode(bytes([1]) * 600, tree)


#: What construct writes and we refuse: a bool is no integer, not all that can be iterated is a list.
STRICTER = [
    (c.Int8ub, True),
    (c.Int24ul, True),
    (c.Float32b, True),
    (c.Bytes(2), 5),
    (c.Array(2, c.Int8ub), {1: 2, 3: 4}),
    (c.BitStruct("a" / c.BitsInteger(8)), {"a": True}),
]


@pytest.mark.parametrize(("struct", "value"), STRICTER)
def test_stricter_than_construct(struct, value):
    assert isinstance(struct.build(value), bytes)
    with pytest.raises(EncodeError):
        encode(value, struct)


REFUSED = [
    (c.Int8ub, [256, -1, "1", None, 1.0]),
    (c.Int24sb, [1 << 23, -(1 << 23) - 1]),
    (c.Float32b, [1e39, "1"]),
    (c.Bytes(2), [b"a", b"abc", "ab", None]),
    (c.Array(2, c.Int8ub), [[1], [1, 2, 3], None, 5]),
    (c.PrefixedArray(c.Int8ub, c.Int8ub), [[0] * 256, None]),
    (c.PascalString(c.Int8ub, "utf8"), ["x" * 256, b"ab", "\ud800"]),
    (c.PascalString(c.Int8ub, "ascii"), ["é"]),
    (c.Const(b"MZ"), [b"XX", 5]),
    (KIND, ["huge", 256, None]),
    (c.Struct("a" / c.Int8ub), [{}, None, {"b": 1}]),
    (c.Struct("n" / c.Int8ub, "d" / c.Bytes(this.n)), [{"n": 1, "d": b"ab"}, {"d": b"ab"}]),
    (
        c.BitStruct("a" / c.Nibble, "b" / c.Enum(c.Nibble, x=1)),
        [{"a": 16, "b": 1}, {"a": 1, "b": "y"}, {"a": 1}],
    ),
    (c.Prefixed(c.Int8ub, c.Bytes(256)), [b"x" * 256]),
    (c.Padded(1, c.Int16ub), [1]),
]


@pytest.mark.parametrize(("struct", "values"), REFUSED)
def test_both_refuse_to_write(struct, values):
    for value in values:
        assert write_both(struct, value) is None


def test_floats_keep_their_bits():
    struct = c.Struct("f" / c.Float32l, "d" / c.Float64b)
    agree(struct, {"f": 1.5, "d": -0.0}, {"f": math.inf, "d": 2}, {"f": math.nan, "d": math.nan}, kept=True)
    signalling = bytes.fromhex("0100807f 7ff0000000000001")
    assert encode(decode(signalling, struct), struct) == signalling
    # `struct`, which construct uses, has the processor convert, which quiets it.
    if sys.version_info < (3, 14):
        assert struct.build(struct.parse(signalling)) != signalling


def test_short_floats():
    agree(c.Struct("h" / c.Float16b, "l" / c.Float16l), {"h": 1.5, "l": -2.0}, {"h": 0.1, "l": 65504})


def test_names_and_descriptions():
    node = layout_of(c.Struct("a" / c.Int8ub * "The first", c.Padding(1), "b" / c.Computed(1)))
    assert isinstance(node, ops.Struct)
    assert [(field.name, field.doc, field.optional) for field in node.kind.fields] == [
        ("a", "The first", False),
        (None, "", True),
        ("b", "", True),
    ]


def test_a_construct_that_is_nothing_but_lists_of_itself() -> None:
    nested = c.PrefixedArray(c.Int8ub, c.LazyBound(lambda: nested))
    for _ in range(3):
        assert decode(b"\2\0\1\0", nested) == [[], [[]]]
        assert encode([[], [[]]], nested) == b"\2\0\1\0"
    with pytest.raises(DecodeError):
        decode(b"\1" * 2000, nested)
