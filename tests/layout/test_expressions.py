"""Expressions: what construct computes, we compute; what can't be looked into sees construct's context."""

from __future__ import annotations

import construct as c
import pytest
from construct import abs_, len_, max_, min_, obj_, sum_, this

from layout.agreement import agree, opaque, read_both, write_both
from snapformat import DecodeError, EncodeError, decode, encode
from snapformat.layout import layout_of

OPERATORS = [
    this.a + this.b,
    this.a - this.b,
    this.a - 1,
    1 + this.a,
    10 - this.a,
    this.a * this.b,
    this.a / 2,
    this.a // this.b,
    7 % this.a,
    this.a**2,
    this.a << 3,
    1 << this.a,
    this.a >> 1,
    this.a & 6,
    this.a | 1,
    this.a ^ this.b,
    this.a == this.b,
    this.a != 3,
    this.a < this.b,
    this.a <= 3,
    this.a > 3,
    this.a >= this.b,
    -this.a,
    +this.a,
    ~this.a,
    (this.a > 1) & (this.b > 1),
    (this.a == 0) | (this.b == 0),
    this["a"] + 2 * this["b"],
    (this.a + 3) * (this.b - 4) // 2,
]


def _operator_cases():
    for expression in OPERATORS:
        yield pytest.param(expression, id=str(expression))


@pytest.mark.parametrize("expression", list(_operator_cases()))
def test_operators(expression):
    struct = c.Struct("a" / c.Int8ub, "b" / c.Int8sb, "v" / c.Computed(expression))
    assert opaque(struct) == []
    found = [read_both(struct, bytes((a, b & 0xFF))) for a in (0, 1, 2, 7, 200) for b in (0, 1, 3, -1, -128)]
    # Only a division by zero gives no value.
    assert found.count(None) in (0, 5)


PATHS = {
    "a field": (c.Struct("n" / c.Int8ub, "d" / c.Bytes(this.n)), {"n": 2, "d": b"ab"}),
    "a field of a field": (
        c.Struct("h" / c.Struct("n" / c.Int8ub), "d" / c.Bytes(this.h.n)),
        {"h": {"n": 2}, "d": b"ab"},
    ),
    "an element": (
        c.Struct("l" / c.Array(2, c.Int8ub), "d" / c.Bytes(this.l[1])),
        {"l": [9, 2], "d": b"ab"},
    ),
    "the struct around": (
        c.Struct("n" / c.Int8ub, "i" / c.Struct("m" / c.Int8ub, "d" / c.Bytes(this._.n * this.m))),
        {"n": 2, "i": {"m": 1, "d": b"ab"}},
    ),
    "two structs around": (
        c.Struct("n" / c.Int8ub, "i" / c.Struct("j" / c.Struct("d" / c.Bytes(this._._.n)))),
        {"n": 2, "i": {"j": {"d": b"ab"}}},
    ),
    "the struct around an Array": (
        c.Struct("n" / c.Int8ub, "l" / c.Array(2, c.Struct("d" / c.Bytes(this._.n)))),
        {"n": 1, "l": [{"d": b"a"}, {"d": b"b"}]},
    ),
    "an element of an Array": (
        c.Struct("n" / c.Int8ub, "l" / c.Array(this.n, c.Array(this.n, c.Bytes(this.n)))),
        {"n": 2, "l": [[b"ab", b"cd"], [b"ef", b"gh"]]},
    ),
    "the struct around a Prefixed": (
        c.Struct("n" / c.Int8ub, "p" / c.Prefixed(c.Int8ub, c.Struct("d" / c.Bytes(this._.n)))),
        {"n": 1, "p": {"d": b"a"}},
    ),
    "a field of two names": (
        c.Struct(
            "n" / c.Int8ub, "i" / c.Struct("n" / c.Int8ub, "d" / c.Bytes(this.n), "e" / c.Bytes(this._.n))
        ),
        {"n": 1, "i": {"n": 2, "d": b"ab", "e": b"c"}},
    ),
    "a computed field": (
        c.Struct("n" / c.Int8ub, "m" / c.Computed(this.n * 2), "d" / c.Bytes(this.m)),
        {"n": 1, "d": b"ab"},
    ),
    "functions of a field": (
        c.Struct(
            "l" / c.PrefixedArray(c.Int8ub, c.Int8sb),
            "n" / c.Computed(len_(this.l)),
            "s" / c.Bytes(abs_(sum_(this.l))),
            "m" / c.Computed(min_(this.l)),
            "x" / c.Computed(max_(this.l)),
        ),
        {"l": [1, 2, -4], "s": b"a"},
    ),
    "a flag": (
        c.Struct("t" / c.Enum(c.Int8ub, a=1), "v" / c.If(this.t == "a", c.Int8ub)),
        {"t": "a", "v": 1},
    ),
}


@pytest.mark.parametrize("name", PATHS)
def test_paths(name):
    struct, value = PATHS[name]
    agree(struct, value)
    assert opaque(struct) == []


def test_the_context_of_a_prefixed_arrays_elements():
    # construct composes it of a struct of its own, so the outer struct is two levels up.
    struct = c.Struct("n" / c.Int8ub, "l" / c.PrefixedArray(c.Int8ub, c.Bytes(this._.n)))
    agree(struct, {"n": 1, "l": [b"a", b"b"]})


@pytest.mark.parametrize(
    "parameter",
    [
        this.missing,
        this._.n,
        this.n.deeper,
        this.n[3],
        this.text * 1,
        -1 * this.n,
        this.n / 2,
    ],
    ids=str,
)
def test_what_gives_no_length(parameter):
    struct = c.Struct("n" / c.Int8ub, "text" / c.Computed("x"), "d" / c.Bytes(parameter))
    assert read_both(struct, b"\3abcdef") is None
    with pytest.raises(EncodeError) as caught:
        encode({"n": 3, "text": "x", "d": b"abc"}, struct)
    assert caught.value.path in ("$.d", "$")


def test_the_message_names_expression_and_place():
    struct = c.Struct("list" / c.Array(2, c.Struct("n" / c.Int8ub, "d" / c.Bytes(7 // this.n))))
    with pytest.raises(
        DecodeError, match=r"the expression \(7 // this\['n'\]\) can't be computed: Zero"
    ) as caught:
        decode(b"\7a\0", struct)
    assert (caught.value.path, caught.value.offset) == ("$.list[1].d", 3)


@pytest.mark.parametrize("expression", [this.a**this.b, 1 << this.a, (1 << this.a) ** this.b], ids=str)
def test_data_does_not_make_us_compute_for_long(expression):
    struct = c.Struct("a" / c.Int64ub, "b" / c.Int64ub, "v" / c.Computed(expression))
    with pytest.raises(DecodeError, match="too large"):
        decode(b"\0\0\0\xff" + bytes(4) + b"\0\0\0\xff" + bytes(4), struct)


@pytest.mark.parametrize(
    "parameter",
    [
        this._root.n,
        this._params.n,
        this._index,
        lambda context: context.n,
        lambda context: len(context),
        this.n + len_(this),
    ],
    ids=["root", "params", "index", "function", "function of the whole", "len_ of the whole"],
)
def test_what_can_not_be_looked_into(parameter):
    struct = c.Struct("n" / c.Int8ub, "d" / c.Bytes(parameter))
    assert opaque(struct) == []
    assert layout_of(struct).subcons is not None
    for data in (b"\2abcdef", b"\0", b"", b"\7a"):
        for _ in range(3):  # by the reference, and by generated code
            found = read_both(struct, data)
        if found is not None:
            assert write_both(struct, found[0]) == data[: found[1]]
    for size in range(12):
        write_both(struct, {"n": 2, "d": bytes(size)})
    inside = c.Struct("n" / c.Int8ub, "l" / c.Array(2, c.Struct("n" / c.Int8ub, "d" / c.Bytes(parameter))))
    for data in (b"\2\2abc\0de", b"\1\1a\1bcdefghijklmn", b"\2\0\0", b"\2\1"):
        found = read_both(inside, data + bytes(20))
        if found is not None:
            write_both(inside, found[0])
        read_both(inside, data)


def test_the_message_about_a_function_names_it_and_the_place():
    struct = c.Struct(
        "l" / c.Array(2, c.Struct("n" / c.Int8ub, "d" / c.Bytes(lambda context: 7 // context.n)))
    )
    with pytest.raises(DecodeError, match=r"the expression .*<lambda> can't be computed: Zero") as caught:
        decode(b"\7a\0", struct)
    assert (caught.value.path, caught.value.offset) == ("$.l[1].d", 3)
    with pytest.raises(EncodeError, match=r"the expression .*<lambda> can't be computed: Zero") as written:
        encode({"l": [{"n": 7, "d": b"a"}, {"n": 0, "d": b""}]}, struct)
    assert written.value.path == "$.l[1].d"


def test_expressions_of_the_value():
    agree(c.Struct("l" / c.RepeatUntil(obj_ == 0, c.Int8ub), "v" / c.Int8ub), {"l": [1, 0], "v": 2})
