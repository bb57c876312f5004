"""Layouts and code are made once for each type, and go with it."""

from __future__ import annotations

import gc
import linecache
import weakref
from typing import Annotated, Any

import construct as c
import pytest

from snapformat import DecodeError, Encoding, SchemaError, decode, encode, schema
from snapformat._machine import CORE
from snapformat.bincode import FIRECRACKER, Len, Option, Vec, u8, u16
from snapformat.encodings.bincode.codec.layouts import cached_layout
from snapformat.layout import layout_of
from snapformat.model.declare import register


@schema
class Pair:
    """Two numbers."""

    a: u8
    b: Option[u16]


class Child(Pair):
    """Not declared itself."""


@pytest.mark.parametrize("payload", [Pair, Vec[Pair], list[Pair], Option[Pair], str, c.Int8ub])
def test_made_once(payload: Any) -> None:
    assert cached_layout(payload, FIRECRACKER) is cached_layout(payload, FIRECRACKER)


def test_equal_annotations_share() -> None:
    assert cached_layout(list[Pair], FIRECRACKER) is cached_layout(list[Pair], FIRECRACKER)
    assert cached_layout(Annotated[list[u8], Len(2)], FIRECRACKER) is not cached_layout(
        Annotated[list[u8], Len(3)], FIRECRACKER
    )


def test_each_encoding_has_its_own() -> None:
    big = Encoding(byteorder="big")
    assert encode(Pair(1, 2), Pair, big) == b"\1\1\0\2"
    assert encode(Pair(1, 2), Pair) == b"\1\1\2\0"
    assert encode(Pair(1, 2), Pair, Encoding("variable", "big")) == b"\1\1\2"
    assert cached_layout(Pair, big) is cached_layout(Pair, Encoding(byteorder="big"))
    with pytest.raises(DecodeError):
        decode(bytes(4), Pair, Encoding(limit=1))


def test_a_class_without_a_declaration_does_not_pass_for_its_base() -> None:
    with pytest.raises(SchemaError):
        cached_layout(Child, FIRECRACKER)


def test_annotations_without_a_hash() -> None:
    payload = Annotated[list[u8], Len(2), ["a list has no hash"]]
    assert decode(b"\1\2", payload) == [1, 2]
    assert encode([1, 2], payload) == b"\1\2"


def test_names_are_looked_up() -> None:
    register("tests/layouts", c.Int16ub)
    assert decode(b"\1\2", "tests/layouts") == 258
    assert cached_layout("construct:Int16ub", FIRECRACKER) is cached_layout("tests/layouts", FIRECRACKER)


def used() -> tuple[weakref.ref[type], list[str]]:
    """A class made at run time, after use, and the files of the code made for it."""

    @schema
    class Gone:
        """Made at run time."""

        x: u8

    assert encode(decode(b"\7", Gone), Gone) == b"\7"
    codec = layout_of(Gone).codec
    made = codec.reader, codec.writer
    return weakref.ref(Gone), [f.__code__.co_filename for f in made if hasattr(f, "__code__")]


def test_code_goes_with_its_class() -> None:
    alive, files = used()
    assert len(files) == (2 if CORE is None else 0)
    gc.collect()
    assert alive() is None
    assert not linecache.cache.keys() & files


def _plain() -> Any:
    return c.Struct("a" / c.Byte, "rest" / c.GreedyRange(c.Byte))


def _recursive() -> Any:
    made: Any = c.Struct("v" / c.Byte, "next" / c.PrefixedArray(c.Byte, c.LazyBound(lambda: made)))
    return made


@pytest.mark.parametrize("make", [_plain, _recursive])
def test_layouts_of_constructs_go_with_them(make: Any) -> None:
    def use() -> weakref.ref[Any]:
        made = make()
        for _ in range(3):
            decode(b"\1\0", made)
        return weakref.ref(made)

    alive = use()
    gc.collect()
    assert alive() is None


def _run() -> Any:
    return c.GreedyRange(c.Byte)


def _recursive_and_run() -> Any:
    made: Any = c.Struct("v" / c.VarInt, "next" / c.PrefixedArray(c.Byte, c.LazyBound(lambda: made)))
    return made


@pytest.mark.parametrize("make", [_run, _recursive_and_run])
def test_layouts_that_hold_their_constructs_go_in_time(make: Any) -> None:
    def use() -> weakref.ref[Any]:
        made = make()
        assert encode(decode(b"\1\0", made), made) == b"\1\0"
        return weakref.ref(made)

    alive = [use() for _ in range(1000)]
    gc.collect()
    assert sum(each() is not None for each in alive) <= 256


def test_one_layout_whatever_the_limit() -> None:
    nodes = {layout_of(Pair, Encoding(limit=limit)) for limit in (None, 10, 1000)}
    assert len(nodes) == 1
    assert {layout_of(Encoding(limit=limit).construct(Pair)) for limit in (None, 10)} == nodes
    with pytest.raises(DecodeError, match="the limit of 1 claimed bytes"):
        decode(b"\1\0", Pair, Encoding(limit=1))
    assert decode(b"\1\0", Pair, Encoding(limit=2)) == Pair(1, None)
