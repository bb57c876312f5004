"""While building, expressions see what a field was built into, as construct puts it into the context."""

from __future__ import annotations

import copy
from typing import Annotated, Any

import construct as c
import pytest
from construct import len_, this

from layout.agreement import opaque, read_both, write_both
from snapformat import EncodeError, SnapshotFormat, decode, encode, register, schema
from snapformat.bincode import Encoding, Option, u8
from snapformat.encodings.bincode.codec import engine
from snapformat.layout import layout_of
from snapformat.values import dumps, from_json, loads, to_json

ENCODING = Encoding()
HEADER = c.Struct("size" / c.Rebuild(c.Int8ub, len_(this._.body)), "flags" / c.Default(c.Int8ub, 1))
PACKET = c.Struct(
    "header" / HEADER,
    "body" / c.PascalString(c.Int8ub, "ascii"),
    "big" / c.If(this.header.size > 3, c.Int16ub),
)


@schema
class Inner:
    kind: u8
    more: Annotated[Any, c.If(this._.n == 2, c.Int8ub)]


class Registered:
    def __init__(self, a: int, b: int | None) -> None:
        self.a, self.b = a, b


register(Registered, c.Struct("a" / c.Int8ub, "b" / c.Default(c.Int8ub, 7)))

#: A Struct, and what is given to build: all of it is taken.
TAKEN: dict[str, tuple[Any, Any]] = {
    "a rebuilt number that was left out": (PACKET, {"header": {}, "body": "abcdef", "big": 9}),
    "a rebuilt number that is stale": (PACKET, {"header": {"size": 1}, "body": "abcdef", "big": 9}),
    "no header at all": (PACKET, {"header": None, "body": "abc", "big": None}),
    "a default that was left out": (
        c.Struct("n" / c.Default(c.Int8ub, 3), "d" / c.Bytes(this.n)),
        {"d": b"abc"},
    ),
    "a default in place of None": (
        c.Struct("v" / c.Default(c.Int8ub, 2), "x" / c.If(this.v == 2, c.Int8ub)),
        {"v": None, "x": 3},
    ),
    "a constant": (
        c.Struct("size" / c.Const(3, c.Int8ub), "n" / c.Int8ub, "d" / c.Bytes(this.size * this.n)),
        {"n": 1, "d": b"abc"},
    ),
    "a constant that chooses": (
        c.Struct("kind" / c.Const(2, c.Int8ub), "x" / c.Switch(this.kind, {2: c.Int16ub})),
        {"kind": None, "x": 5},
    ),
    "a place": (
        c.Struct("a" / c.Int8ub, "at" / c.Tell, "end" / c.Rebuild(c.Int8ub, this.at + 1)),
        {"a": 7, "at": 99},
    ),
    "a place in a Padded": (
        c.Struct(
            "a" / c.Int16ub, "p" / c.Padded(4, c.Struct("at" / c.Tell)), "b" / c.Rebuild(c.Int8ub, this.p.at)
        ),
        {"a": 7, "p": {}},
    ),
    "a place in a Prefixed": (
        c.Struct(
            "a" / c.Int16ub,
            "p" / c.Prefixed(c.Int8ub, c.Struct("at" / c.Tell)),
            "b" / c.Rebuild(c.Int8ub, this.p.at),
        ),
        {"a": 7, "p": {}},
    ),
    "places of elements": (
        c.Struct(
            "l" / c.Array(3, c.Struct("at" / c.Tell, "v" / c.VarInt)), "b" / c.Rebuild(c.Int8ub, this.l[2].at)
        ),
        {"l": [{"v": 1}, {"v": 300}, {"v": 0}]},
    ),
    "a number in an element": (
        c.Struct("l" / c.Array(2, c.Struct("n" / c.Default(c.Int8ub, 2))), "d" / c.Bytes(this.l[1].n)),
        {"l": [{}, {"n": None}], "d": b"ab"},
    ),
    "a number in an element of a PrefixedArray": (
        c.Struct(
            "l" / c.PrefixedArray(c.Int8ub, c.Struct("n" / c.Rebuild(c.Int8ub, 2))),
            "d" / c.Bytes(this.l[1].n),
        ),
        {"l": [{}, {"n": 9}], "d": b"ab"},
    ),
    "a number in an If": (
        c.Struct("h" / c.If(True, c.Default(c.Int8ub, 2)), "d" / c.Bytes(this.h)),
        {"h": None, "d": b"ab"},
    ),
    "a number in a Switch": (
        c.Struct(
            "k" / c.Int8ub,
            "h" / c.Switch(this.k, {1: c.Const(2, c.Int8ub)}, c.Default(c.Int8ub, 1)),
            "d" / c.Bytes(this.h),
        ),
        {"k": 1, "d": b"ab"},
    ),
    "a number in a Padded": (
        c.Struct("h" / c.Padded(3, c.Struct("n" / c.Rebuild(c.Int8ub, 2))), "d" / c.Bytes(this.h.n)),
        {"h": {"n": 7}, "d": b"ab"},
    ),
    "a number in a Prefixed": (
        c.Struct("h" / c.Prefixed(c.Int8ub, c.Struct("n" / c.Rebuild(c.Int8ub, 2))), "d" / c.Bytes(this.h.n)),
        {"h": {"n": 7}, "d": b"ab"},
    ),
    "a number that an Aligned holds": (
        c.Struct("h" / c.Aligned(4, c.Struct("n" / c.Rebuild(c.Int8ub, 2))), "d" / c.Bytes(this.h.n)),
        {"h": {"n": 7}, "d": b"ab"},
    ),
    "the struct around": (
        c.Struct("n" / c.Default(c.Int8ub, 2), "i" / c.Struct("j" / c.Struct("d" / c.Bytes(this._._.n)))),
        {"i": {"j": {"d": b"ab"}}},
    ),
    "the struct around a Padded": (
        c.Struct("n" / c.Default(c.Int8ub, 2), "i" / c.Padded(4, c.Struct("d" / c.Bytes(this._.n)))),
        {"i": {"d": b"ab"}},
    ),
    "a computed number that is stale": (
        c.Struct("n" / c.Int8ub, "m" / c.Computed(this.n * 2), "d" / c.Bytes(this.m)),
        {"n": 1, "m": 7, "d": b"ab"},
    ),
    "a bytearray that chooses": (
        c.Struct("k" / c.Bytes(1), "x" / c.Switch(this.k, {b"a": c.Int8ub})),
        {"k": bytearray(b"a"), "x": 3},
    ),
    "a vocabulary's list": (
        c.Struct(
            "l" / ENCODING.construct(list[Annotated[Any, c.Struct("n" / c.Default(c.Int8ub, 2))]]),
            "d" / c.Bytes(this.l[0].n),
        ),
        {"l": [{}], "d": b"ab"},
    ),
    "a vocabulary's option": (
        c.Struct(
            "o" / ENCODING.construct(Option[Annotated[Any, c.Struct("n" / c.Default(c.Int8ub, 2))]]),
            "d" / c.Bytes(this.o.n),
        ),
        {"o": {}, "d": b"ab"},
    ),
    "a vocabulary's tuple": (
        c.Struct(
            "t" / ENCODING.construct(tuple[u8, Annotated[Any, c.Default(c.Int8ub, 2)]]),
            "d" / c.Bytes(this.t[1]),
        ),
        {"t": (1, None), "d": b"ab"},
    ),
    "a class of ours in it": (
        c.Struct("n" / c.Default(c.Int8ub, 2), "i" / ENCODING.construct(Inner)),
        {"i": Inner(1, 3)},
    ),
    "classes of ours in a list in it": (
        c.Struct("n" / c.Rebuild(c.Int8ub, len_(this.i)), "i" / ENCODING.construct(list[Inner])),
        {"n": 0, "i": [Inner(1, 3), Inner(1, 4)]},
    ),
    "a flag that counts": (
        c.Struct("has" / c.Default(c.Flag, True), "x" / c.Array(this.has, c.Int8ub), c.Padding(this.has)),
        {"x": [5]},
    ),
    "the truth of an expression": (
        c.Struct(
            "v" / c.Int8ub,
            "is_large" / c.Rebuild(c.Int8ub, this.v > 3),
            "is_small" / c.Default(c.Int16ub, this.v < 3),
            "x" / c.If(this.is_large, c.Int8ub),
        ),
        {"v": 5, "x": 1},
    ),
    "constants that count": (
        c.Struct("x" / c.Array(True, c.Int8ub), "b" / c.Bytes(True), "c" / c.Bytes(False), c.Padding(True)),
        {"x": [5], "b": b"a", "c": b""},
    ),
}


@pytest.mark.parametrize("name", TAKEN)
def test_taken(name):
    struct, value = TAKEN[name]
    kept = copy.deepcopy(value)
    for _ in range(2):
        data = write_both(struct, value)
        assert data is not None, "both refuse"
    assert read_both(struct, data) is not None
    file = SnapshotFormat("test", 1, "1.0.0", struct).new(copy.deepcopy(value))
    assert data in file.to_bytes()
    assert repr(value) == repr(kept)


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_by_generated_code(name):
    struct, value = TAKEN[name]
    before = engine.statistics.write_fallbacks
    data = encode(value, struct)
    assert engine.statistics.write_fallbacks == before
    writer = engine.writer_of(layout_of(struct))
    assert writer is not None
    assert writer(value) == data


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_edited_and_written(name):
    """Numbers that were read and are stale are made again."""
    struct, value = TAKEN[name]
    loaded = decode(struct.build(value), struct)
    for field, part in copy.deepcopy(value).items():
        loaded[field] = part
    assert write_both(struct, loaded) == struct.build(value)


#: What construct refuses, as what was built does not fit what is behind it.
REFUSED: dict[str, tuple[Any, Any]] = {
    "a count that was made again": (
        c.Struct("n" / c.Rebuild(c.Int8ub, 3), "l" / c.Array(this.n, c.Int8ub)),
        {"n": 2, "l": [1, 2]},
    ),
    "a size that is a constant": (
        c.Struct("h" / c.Struct("n" / c.Const(3, c.Int8ub)), "d" / c.Bytes(this.h.n)),
        {"h": {"n": None}, "d": b"ab"},
    ),
    "a padding too small": (
        c.Struct("n" / c.Default(c.Int8ub, 1), "p" / c.Padded(this.n, c.Int16ub)),
        {"n": None, "p": 1},
    ),
    "what is behind is not there yet": (
        c.Struct("n" / c.Rebuild(c.Int8ub, this.v), "v" / c.Default(c.Int8ub, 1)),
        {},
    ),
    "a list that chooses": (
        c.Struct("l" / c.Array(1, c.Int8ub), "x" / c.Switch(this.l, {1: c.Int8ub})),
        {"l": [1], "x": 5},
    ),
    "its own value was left out": (c.Struct("n" / c.Rebuild(c.Int8ub, this.n)), {}),
    "a chosen field that is missing": (PACKET, {"header": {}, "body": "abcdef", "big": None}),
    "an unnamed number that can't be computed": (c.Struct("a" / c.Int8ub, c.Computed(1 // this.a)), {"a": 0}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    struct, value = REFUSED[name]
    for _ in range(2):
        assert write_both(struct, value) is None


def test_all_of_it_is_looked_into():
    for name, (struct, _) in TAKEN.items():
        kinds = {type(node.construct) for node in opaque(struct)}
        assert kinds <= {type(c.Tell), type(c.VarInt)} or "Aligned" in name, name


def test_a_struct_that_contains_itself():
    tree: Any = c.Struct(
        "n" / c.Rebuild(c.Int8ub, len_(this.next)), "next" / c.Array(this.n, c.LazyBound(lambda: tree))
    )
    value = {"n": 7, "next": [{"next": []}, {"n": 3, "next": [{"next": []}]}]}
    assert write_both(tree, value) == bytes((2, 0, 1, 0))
    around = c.Struct("t" / tree, "x" / c.Bytes(this.t.n))
    assert write_both(around, {"t": value, "x": b"ab"}) == bytes((2, 0, 1, 0)) + b"ab"


def test_a_registered_class_with_a_default():
    made = encode(Registered(1, None), Registered)
    assert made == bytes((1, 7))
    value = Registered(1, 2)
    del value.b
    assert encode(value, Registered) == made


@pytest.mark.parametrize("struct", [c.Padding(this.n), c.Array(this.n, c.Int8ub), c.Bytes(this.n)])
def test_numbers_that_do_not_count(struct):
    whole = c.Struct("n" / c.Computed(this._.v), "x" / struct)
    for bad in (1.0, "1", None, -1):
        assert write_both(c.Struct("v" / c.Pass, "i" / whole), {"v": bad, "i": {"x": None}}) is None
    with pytest.raises(EncodeError, match="a bad number of"):
        encode({"n": -1, "x": b""}, c.Struct("n" / c.Int8sb, "x" / struct))


def test_json_shows_what_is_written():
    """Nothing is lost on the way through JSON, where numbers are stale or were left out."""
    for name, (struct, value) in TAKEN.items():
        if "place" in name or "Aligned" in name or "vocabulary" in name:
            continue
        data = encode(value, struct)
        assert encode(loads(dumps(value, struct), struct), struct) == data, name
    shown = to_json({"header": {"size": 1}, "body": "abcdef", "big": 9}, PACKET)
    assert shown == {"header": {"size": 6, "flags": 1}, "body": "abcdef", "big": 9}


def test_json_may_leave_out_what_building_may():
    assert encode(from_json({"header": {}, "body": "abcdef", "big": 9}, PACKET), PACKET) == encode(
        {"header": {}, "body": "abcdef", "big": 9}, PACKET
    )
    struct = c.Struct("v" / c.Default(c.Int8ub, 2), "x" / c.If(this.v == 2, c.Int8ub))
    assert from_json({"x": 3}, struct) == {"v": 2, "x": 3}
