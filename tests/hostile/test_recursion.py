"""Depth: 512 levels are read, written and shown; 100,000 levels and circles are clean errors."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import construct as c
import pytest

from hostile import shapes
from hostile.bounded import run_bounded
from hostile.shapes import Chain, Link, LinkCons, Named, Pair, Tree
from snapformat import DecodeError, EncodeError, Limits, decode, decode_stream, encode
from snapformat.bincode import BTreeMap, BTreeSet, Encoding, HashMap, HashSet, PairMap, Some, Vec, u8
from snapformat.layout import layout_of, walk
from snapformat.values import dumps, from_json, loads, parse_json, to_json

DEEP = 100_000
MOST = 512
READING: dict[str, tuple[Any, Callable[[int], bytes]]] = {
    "Chain": (Chain, shapes.chain_bytes),
    "Tree": (Tree, shapes.tree_bytes),
    "Link": (Link, shapes.link_bytes),
    "Named": (Named, shapes.named_bytes),
    "Pair": (Pair, shapes.pair_bytes),
}
WRITING: dict[str, tuple[Any, Callable[[int], Any]]] = {
    "Chain": (Chain, shapes.chain),
    "Tree": (Tree, shapes.tree),
    "Link": (Link, shapes.link),
}


@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize("levels", [100, 200, 300, 400, MOST])
def test_depths_within_the_bound(name: str, levels: int) -> None:
    """Slice, stream, walk and JSON all do them, with one result."""
    kind, make = READING[name]
    data = make(levels)
    value = decode(data, kind)
    assert encode(value, kind) == data
    assert sum(event.size for event in walk(layout_of(kind), data)) == len(data)
    assert value == decode(data, kind)
    assert len(repr(value)) > levels
    shown = to_json(value, kind)
    assert from_json(shown, kind) == value
    assert loads(dumps(value, kind), kind) == value
    assert decode_stream(io.BytesIO(data), kind) == value


@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize("levels", [MOST + 1, 1000, DEEP])
def test_depths_beyond_the_bound(name: str, levels: int) -> None:
    kind, make = READING[name]
    data = make(levels)
    with pytest.raises(DecodeError, match="nested too deeply"):
        decode(data, kind)
    with pytest.raises(DecodeError, match="nested too deeply"):
        list(walk(layout_of(kind), data))
    with pytest.raises(DecodeError, match="nested too deeply"):
        decode_stream(io.BytesIO(data), kind)


@pytest.mark.parametrize("name", READING)
def test_a_larger_bound(name: str) -> None:
    """The bound can be set, beyond what the interpreter's stack holds."""
    kind, make = READING[name]
    data, limits = make(20_000), Limits(depth=20_000)
    value = decode(data, kind, limits=limits)
    assert encode(value, kind, limits=limits) == data


@pytest.mark.parametrize("name", WRITING)
@pytest.mark.parametrize("levels", [MOST + 1, DEEP])
def test_deep_objects(name: str, levels: int) -> None:
    kind, make = WRITING[name]
    value = make(levels)
    with pytest.raises(EncodeError, match="nested too deeply"):
        encode(value, kind)
    with pytest.raises(EncodeError, match="nested too deeply"):
        to_json(value, kind)


def test_circles_when_writing() -> None:
    by_field = Chain(None)
    by_field.next = by_field
    by_list = Tree([])
    by_list.children.append(by_list)
    by_variant = LinkCons(shapes.LinkNil())
    by_variant.rest = by_variant
    by_map = Named(PairMap())
    by_map.parts[1] = by_map
    two = Chain(Chain(None))
    two.next.next = two  # type: ignore[union-attr]
    cases = [(by_field, Chain), (by_list, Tree), (by_variant, Link), (by_map, Named), (two, Chain)]
    for value, kind in cases:
        with pytest.raises(EncodeError, match="in a circle"):
            encode(value, kind)
        with pytest.raises(EncodeError, match="in a circle"):
            to_json(value, kind)
        with pytest.raises(EncodeError, match="in a circle"):
            encode([value], Vec[kind])


@pytest.mark.parametrize("kind", ["BTreeMap[Chain, u8]", "BTreeSet[Chain]", "HashMap[Chain, u8]"])
@pytest.mark.parametrize("how", ["encode", "to_json"])
def test_circles_in_keys(kind: str, how: str) -> None:
    """A key that became circular after it was put into the map: sorting may not follow it for ever."""
    make = "PairSet([key])" if "Set" in kind else "PairMap([(key, 1)])"
    outcome = run_bounded(
        f"key = Chain(None); value = {make}; key.next = key\nresult = verdict(lambda: {how}(value, {kind}))",
        hangs=60,
    )
    assert outcome.verdict == "EncodeError"
    assert outcome.grown < 200


@pytest.mark.parametrize("levels", [3, 30, 200])
@pytest.mark.parametrize("how", ["decode(data, Sorted)", "decode_stream(io.BytesIO(data), Sorted)"])
def test_keys_within_keys(levels: int, how: str) -> None:
    """Maps whose keys hold maps: time grows with the depth, and no faster than its square."""
    code = f"""
data = sorted_bytes({levels})
def roundtrip():
    value = {how}
    assert encode(value, Sorted) == data
    assert from_json(to_json(value, Sorted), Sorted) == value
result = verdict(roundtrip)
"""
    outcome = run_bounded(code, hangs=60)
    assert outcome.verdict == "ok"


def test_keys_within_too_many_keys() -> None:
    for levels in (MOST + 1, DEEP):
        outcome = run_bounded(f"result = verdict(lambda: decode(sorted_bytes({levels}), Sorted))", hangs=60)
        assert outcome.verdict == "DecodeError"


def test_deep_keys() -> None:
    """Maps and sets by deep values."""
    for kind in (HashMap[Chain, u8], BTreeMap[Chain, u8]):
        data = b"\2" + bytes(7) + shapes.chain_bytes(400) + b"\1" + shapes.chain_bytes(MOST) + b"\2"
        value = decode(data, kind)
        assert len(value) == 2
        assert encode(value, kind) == data
        assert value[shapes.chain(400)] == 1
    for kind in (HashSet[Chain], BTreeSet[Chain]):
        data = b"\1" + bytes(7) + shapes.chain_bytes(MOST)
        assert encode(decode(data, kind), kind) == data


def test_deep_values_compare_and_print() -> None:
    one, other = shapes.chain(MOST), shapes.chain(MOST)
    assert one == other
    assert one != shapes.chain(MOST - 1)
    assert repr(one).count("Chain") == MOST
    assert shapes.tree(MOST) == shapes.tree(MOST)
    assert shapes.link(MOST) == shapes.link(MOST)
    assert Some(one) == Some(other)
    assert PairMap([(one, 1)]) == PairMap([(other, 1)])
    assert "Chain" in repr(PairMap([(one, other)]))
    assert "Tree" in repr([shapes.tree(MOST)])


def test_circular_values_compare_and_print() -> None:
    """Our own mistakes are worth a readable repr."""
    value = Chain(None)
    value.next = value
    assert repr(value)
    other = Tree([])
    other.children.append(other)
    assert repr(other)


RECURSIVE_CONSTRUCTS = """
lists = c.PrefixedArray(c.Byte, c.LazyBound(lambda: lists))
structs = c.Struct("next" / c.PrefixedArray(c.Byte, c.LazyBound(lambda: structs)))
prefixed = c.Prefixed(c.VarInt, c.LazyBound(lambda: prefixed))
"""


@pytest.mark.parametrize("name", ["lists", "structs"])
def test_recursion_through_constructs(name: str) -> None:
    """A LazyBound without a Struct is a level too."""
    code = f"result = verdict(lambda: decode(b'\\1' * 2_000_000 + b'\\0', {name}))"
    outcome = run_bounded(RECURSIVE_CONSTRUCTS + code, hangs=60)
    assert outcome.verdict == "DecodeError"
    assert outcome.grown < 200


@pytest.mark.parametrize("how", ["encode", "to_json"])
def test_circles_through_constructs(how: str) -> None:
    code = f"circle = []; circle.append(circle)\nresult = verdict(lambda: {how}(circle, lists))"
    outcome = run_bounded(RECURSIVE_CONSTRUCTS + code, hangs=60)
    assert outcome.verdict == "EncodeError"
    assert outcome.grown < 200


def test_construct_alone_refuses_depth_in_its_own_way() -> None:
    """Without the tree there is only the interpreter's stack: an error, no crash."""
    struct = Encoding().construct(Chain)
    for levels in (MOST + 1, DEEP):
        with pytest.raises((c.ConstructError, RecursionError)):
            struct.parse(shapes.chain_bytes(levels))
        with pytest.raises((c.ConstructError, RecursionError)):
            struct.build(shapes.chain(levels))


def test_deep_json_text() -> None:
    for text in ("[" * DEEP, '{"a":' * DEEP, '[{"a":' * DEEP):
        with pytest.raises(DecodeError):
            parse_json(text)
        with pytest.raises(DecodeError):
            loads(text, Tree)
    with pytest.raises(DecodeError):
        loads("[" * DEEP + "]" * DEEP, Tree)
    with pytest.raises(DecodeError):
        loads('{"next":' * DEEP + "null" + "}" * DEEP, Chain)


def test_deep_json_data() -> None:
    data: Any = {"next": None}
    for _ in range(DEEP):
        data = {"next": data}
    with pytest.raises(DecodeError, match="nested too deeply"):
        from_json(data, Chain)
    circle: dict[str, Any] = {}
    circle["next"] = circle
    with pytest.raises(DecodeError, match="nested too deeply"):
        from_json(circle, Chain)
    children: dict[str, Any] = {"children": []}
    children["children"].append(children)
    with pytest.raises(DecodeError, match="nested too deeply"):
        from_json(children, Tree)


def test_a_c_struct_that_contains_itself() -> None:
    """It has no fixed size: that is said, whichever way the type is used first."""
    code = """
found = []
for use in (Encoding(limit=None).construct, lambda kind: decode(bytes(30), kind)):
    @schema
    class Own(CStruct):
        number: u8
        own: "Blob[Own]"
    try:
        use(Blob[Own])
    except SchemaError as error:
        found.append(error.message)
result = found
"""
    outcome = run_bounded(code)
    assert outcome.verdict == ["a class in a Blob must have a fixed size"] * 2
    assert outcome.grown < 100
