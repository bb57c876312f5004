"""Random constructs of construct's own classes, each with a strategy of its values."""

from __future__ import annotations

from typing import Any

import construct as c
from construct import len_, this
from hypothesis import strategies as st

#: A construct and its values.
Pair = tuple[Any, st.SearchStrategy[Any]]


def _ints(size: int, signed: bool) -> st.SearchStrategy[int]:
    low = -(1 << 8 * size - 1) if signed else 0
    return st.integers(low, low + (1 << 8 * size) - 1)


_KIND = c.Enum(c.Int8ub, small=1, large=2)
_BITS = c.BitStruct("a" / c.BitsInteger(3), "f" / c.Flag, "n" / c.Nibble)
_bits = st.fixed_dictionaries({"a": st.integers(0, 7), "f": st.booleans(), "n": st.integers(0, 15)})
_floats = st.one_of(st.just(float("nan")), st.floats(width=32))

_LEAVES: list[Pair] = [
    *(
        (getattr(c, f"Int{8 * n}{s}{o}"), _ints(n, s == "s"))
        for n in (1, 2, 3, 4, 8)
        for s in "su"
        for o in "bl"
    ),
    (c.BytesInteger(5, signed=True), _ints(5, True)),
    (c.Float32b, _floats),
    (c.Float32l, _floats),
    (c.Float64l, st.floats()),
    (c.Float16l, st.floats(width=16)),
    (c.Flag, st.booleans()),
    (c.Bytes(3), st.binary(min_size=3, max_size=3)),
    (c.Bytes(0), st.just(b"")),
    (c.PascalString(c.Int8ub, "utf8"), st.text("aé", max_size=3)),
    (c.PascalString(c.Int16sl, "utf_16_le"), st.text("aé", max_size=3)),
    (_KIND, st.one_of(st.sampled_from(["small", "large"]), st.integers(0, 255))),
    (c.Const(b"MZ"), st.sampled_from([None, b"MZ"])),
    (c.Const(7, c.Int16ub), st.sampled_from([None, 7])),
    (c.Padding(2), st.none()),
    (c.Pass, st.none()),
    (c.Computed("x"), st.none()),
    (c.Default(c.Int8ub, 9), st.one_of(st.none(), st.integers(0, 255))),
    (c.Rebuild(c.Int8ub, 5), st.one_of(st.none(), st.integers(0, 255))),
    (_BITS, _bits),
    # Without lowering: run as they are.
    (c.VarInt, st.integers(0, 1 << 40)),
    (c.Aligned(4, c.Int8ub), st.integers(0, 255)),
]


def _padded(pair: Pair) -> Pair:
    return c.Padded(40, pair[0], pattern=b"\xee"), pair[1]


def _prefixed(pair: Pair) -> Pair:
    return c.Prefixed(c.Int16ub, pair[0]), pair[1]


def _measured(pair: Pair) -> Pair:
    return c.Prefixed(c.Int16ub, pair[0], includelength=True), pair[1]


def _array(pair: Pair) -> Pair:
    return c.Array(2, pair[0]), st.lists(pair[1], min_size=2, max_size=2)


def _counted(pair: Pair) -> Pair:
    return c.PrefixedArray(c.Int8ub, pair[0]), st.lists(pair[1], max_size=3)


def _struct(pairs: list[Pair]) -> Pair:
    fields = [f"f{i}" / pair[0] for i, pair in enumerate(pairs)]
    return c.Struct(*fields), st.fixed_dictionaries({f"f{i}": pair[1] for i, pair in enumerate(pairs)})


def _unnamed(pairs: list[Pair]) -> Pair:
    """Fields without names, between named ones."""
    return c.Struct("a" / c.Int8ub, c.Padding(1), c.Const(3, c.Int8ub), *([pairs[0][0]] if pairs else [])), (
        st.fixed_dictionaries({"a": st.integers(0, 255)})
    )


def _sized(pair: Pair) -> Pair:
    """Numbers and conditions that are computed from fields."""
    struct = c.Struct(
        "n" / c.Rebuild(c.Int8ub, len_(this.data)),
        "data" / c.Bytes(this.n),
        "m" / c.Rebuild(c.Int8ub, len_(this.items)),
        "items" / c.Array(this.m, pair[0]),
        "twice" / c.Computed(this.n * 2),
        "padded" / c.Padded(this.n + 3, c.Int8ub),
    )
    values = {
        "data": st.binary(max_size=3),
        "items": st.lists(pair[1], max_size=3),
        "padded": st.integers(0, 255),
    }
    return struct, st.fixed_dictionaries(values)


def _chosen(pairs: tuple[Pair, Pair]) -> Pair:
    (one, ones), (two, twos) = pairs
    struct = c.Struct(
        "t" / c.Int8ub,
        "v" / c.Switch(this.t, {1: one, 2: c.Int16ub}, default=two),
        "w" / c.If(this.t > 1, one),
        "inner"
        / c.Struct("x" / c.IfThenElse(this._.t == 2, two, c.Pass), "l" / c.Array(this._.t % 3, c.Int8ub)),
        "label" / _KIND,
        "u" / c.Switch(this.label, {"small": one}),
    )

    def values(t: int) -> st.SearchStrategy[Any]:
        v = ones if t == 1 else st.integers(0, 65535) if t == 2 else twos
        inner = {
            "x": twos if t == 2 else st.none(),
            "l": st.lists(st.integers(0, 255), min_size=t % 3, max_size=t % 3),
        }
        fields = {"v": v, "w": ones if t > 1 else st.none(), "inner": st.fixed_dictionaries(inner)}
        return st.one_of(
            st.fixed_dictionaries({"t": st.just(t), **fields, "label": st.just("small"), "u": ones}),
            st.fixed_dictionaries({"t": st.just(t), **fields, "label": st.integers(2, 9), "u": st.none()}),
        )

    return struct, st.integers(0, 3).flatmap(values)


#: Constructs and their values.
pairs: st.SearchStrategy[Pair] = st.recursive(
    st.sampled_from(_LEAVES),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5).map(_struct),
        st.lists(inner, max_size=5).map(_struct),
        st.lists(inner, max_size=1).map(_unnamed),
        inner.map(_padded),
        inner.map(_prefixed),
        inner.map(_measured),
        inner.map(_array),
        inner.map(_counted),
        inner.map(_sized),
        st.tuples(inner, inner).map(_chosen),
    ),
    max_leaves=6,
)
