"""Depth: generated code gives up at the very level at which the reference does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import construct as c
import pytest

from codec.agreement import generated_read, read_agrees, write_agrees
from hostile import shapes
from snapformat import schema
from snapformat._machine import CORE
from snapformat.bincode import Blob, BTreeMap, CStruct, Len, Option, Vec, u8
from snapformat.encodings.bincode.codec import engine
from snapformat.layout import layout_of

MOST = 512
READING: dict[str, tuple[Any, Callable[[int], bytes]]] = {
    "Chain": (shapes.Chain, shapes.chain_bytes),
    "Tree": (shapes.Tree, shapes.tree_bytes),
    "Link": (shapes.Link, shapes.link_bytes),
    "Named": (shapes.Named, shapes.named_bytes),
    "Pair": (shapes.Pair, shapes.pair_bytes),
}
WRITING: dict[str, tuple[Any, Callable[[int], Any]]] = {
    "Chain": (shapes.Chain, shapes.chain),
    "Tree": (shapes.Tree, shapes.tree),
    "Link": (shapes.Link, shapes.link),
}
#: A struct around, which is a level of its own, and things that are none.
AROUND: dict[str, tuple[Callable[[Any], Any], bytes, int]] = {
    "itself": (lambda kind: kind, b"", 0),
    "a list": (lambda kind: Vec[kind], b"\1" + bytes(7), 0),
    "an option": (lambda kind: Option[kind], b"\1", 0),
    "a struct": (
        lambda kind: schema(type("Around", (), {"__doc__": ".", "__annotations__": {"a": kind}})),
        b"",
        1,
    ),
    "a tuple": (lambda kind: tuple[u8, kind], b"\7", 0),
}


@pytest.mark.parametrize("levels", [MOST - 1, MOST, MOST + 1])
@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("name", READING)
def test_reading(name: str, around: str, levels: int) -> None:
    kind, make = READING[name]
    wrap, before, more = AROUND[around]
    node = layout_of(wrap(kind))
    assert engine.reader_of(node) is not None
    found = read_agrees(node, before + make(levels - more))
    assert (found is not None) == (levels <= MOST)
    if found is not None:
        write_agrees(node, found[0])


@pytest.mark.parametrize("levels", [MOST - 1, MOST, MOST + 1])
@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("name", WRITING)
def test_writing(name: str, around: str, levels: int) -> None:
    kind, make = WRITING[name]
    wrap, _, more = AROUND[around]
    declared = wrap(kind)
    value = make(levels - more)
    wrapped = {"a list": [value], "a tuple": (7, value)}.get(around, value)
    if around == "a struct":
        wrapped = declared(value)
    assert (write_agrees(layout_of(declared), wrapped) is not None) == (levels <= MOST)


def nested(levels: int) -> Any:
    """So many classes, each in the next: deep without recursion."""
    kind: Any = u8
    for level in range(levels):
        kind = schema(type(f"Level{level}", (), {"__doc__": ".", "__annotations__": {"a": kind}}))
    return kind


@pytest.mark.parametrize("levels", [100, 300])
def test_declared_depth(levels: int) -> None:
    node = layout_of(nested(levels))
    found = read_agrees(node, b"\7")
    assert found is not None
    assert write_agrees(node, found[0]) == b"\7"


@pytest.mark.parametrize("levels", [MOST, MOST + 1])
def test_declared_depth_at_the_bound(levels: int) -> None:
    """Whoever declares this gets what the reference gives, generated or not."""
    node = layout_of(nested(levels))
    data = b"\7"
    if engine.reader_of(node) is not None:
        assert (read_agrees(node, data) is not None) == (levels <= MOST)
    elif levels <= MOST:
        assert engine.read_value(node, data)[1] == 1
    else:
        with pytest.raises(Exception, match="nested too deeply"):
            engine.read_value(node, data)


DEEP: dict[str, tuple[Callable[[Any], Any], bytes]] = {
    "lists": (lambda kind: Vec[kind], b"\1" + bytes(7)),
    "options": (lambda kind: Option[kind], b"\1"),
    "tuples": (lambda kind: tuple[kind], b""),
    "arrays": (lambda kind: Annotated[list[kind], Len(1)], b""),
    "maps": (lambda kind: BTreeMap[u8, kind], b"\1" + bytes(7) + b"\5"),
}


@pytest.mark.parametrize("name", DEEP)
@pytest.mark.parametrize("levels", [10, 19, 20, 21, 25, 99, 101, 110])
def test_deep_annotations(name: str, levels: int) -> None:
    """More loops in one another than a function of Python's may have, and more blocks."""
    wrap, before = DEEP[name]
    kind: Any = u8
    for _ in range(levels):
        kind = wrap(kind)
    node = layout_of(kind)
    data = before * levels + b"\7"
    found = read_agrees(node, data)
    assert found is not None
    assert found[1] == len(data)
    assert write_agrees(node, found[0]) == data
    assert read_agrees(node, data[:-1]) is None


def test_deep_switches() -> None:
    struct: Any = c.Int8ub
    for _ in range(30):
        struct = c.Struct("t" / c.Int8ub, "v" / c.If(c.this.t == 1, struct))
    node = layout_of(struct)
    data = b"\1" * 30 + b"\7"
    found = read_agrees(node, data)
    assert found is not None
    assert write_agrees(node, found[0]) == data


def test_recursion_deeper_than_the_stack() -> None:
    """A caller far down: the reference goes on. The machine does not use Python's stack."""
    node = layout_of(shapes.Tree)
    data = shapes.tree_bytes(MOST)
    expected = engine.read_value(node, data)

    def down(levels: int) -> Any:
        return down(levels - 1) if levels else engine.read_value(node, data)

    before = engine.statistics.read_fallbacks
    assert down(700) == expected
    if CORE is None:
        assert engine.statistics.read_fallbacks == before + 1
        with pytest.raises(RecursionError):
            _far_down(node, data)
    else:
        assert engine.statistics.read_fallbacks == before
        _far_down(node, data)


def _far_down(node: Any, data: bytes) -> None:
    def down(levels: int) -> Any:
        return down(levels - 1) if levels else generated_read(node, data)

    down(700)


@schema
class Inside(CStruct):
    """A C struct."""

    a: u8
    b: u8


@schema
class Outside:
    """With blobs."""

    one: Blob[Inside]
    many: Vec[Blob[Inside]]


@pytest.mark.parametrize("sizes", [(2, 2, 2), (0, 1, 2), (3, 9, 0), (1, 1, 1)])
def test_blobs(sizes: tuple[int, int, int]) -> None:
    node = layout_of(Outside)
    one, two, three = (size.to_bytes(8, "little") + bytes(range(1, size + 1)) for size in sizes)
    data = one + (2).to_bytes(8, "little") + two + three
    untouched = engine.read_value(node, data)[0]
    assert write_agrees(node, untouched) == data
    touched = read_agrees(node, data)
    assert touched is not None
    assert write_agrees(node, touched[0]) == data
    for place in range(len(data)):
        read_agrees(node, data[:place])
        read_agrees(node, data[:place] + b"\xff" + data[place + 1 :])
    write_agrees(node, Outside(Inside(1, 2), [Inside(3, 4)]))
    for bad in (Outside(None, []), Outside(Inside(1, 256), []), Outside(Inside(1, 2), [None])):
        assert write_agrees(node, bad) is None
