"""Where a value ends, found without reading it; `codec.agreement` holds that it agrees with the readers."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from typing import Annotated, Any

import construct as c
import pytest

from codec.shapes import Device, Mode, NodeBranch, NodeLeaf, Queue
from codec.shapes import Node as Tree
from hostile import shapes
from snapformat import Limits, decode, encode, schema
from snapformat.bincode import Blob, CStruct, Unit, Vec, Via, u8, u16, u32, u64
from snapformat.encodings.bincode.codec import engine
from snapformat.encodings.bincode.codec.ends import NOWHERE, find_end
from snapformat.layout import layout_of

DEVICE = Device("é", Mode.Poll, 1, [1, 2, 3, 4, 5, 6], 7, [Queue(1, True, 2)], [1, 2, 3], 0.5)


@schema
class Registers(CStruct):
    """A C struct."""

    a: u64
    b: u32
    c: u32


@schema
class Cpu:
    """C structs beside each other, whose bytes may be fewer."""

    first: Blob[Registers]
    second: Blob[Registers]
    third: Blob[Registers]


def ready(kind: Any) -> Any:
    """A layout by which much was read."""
    node = layout_of(kind)
    assert engine.reader_of(node) is not None
    return node


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Device, DEVICE),
        (Vec[Device], [DEVICE] * 3),
        (Tree, NodeBranch({1: NodeLeaf(1), 2: NodeBranch({}, None)}, DEVICE)),
        (Vec[u16], [1, 2]),
        (str, "text"),
        (u8, 1),
    ],
    ids=str,
)
def test_ends(kind: Any, value: Any) -> None:
    node, written = ready(kind), encode(value, kind)
    assert find_end(node, b"??" + written + b"more", 2) == 2 + len(written)
    assert find_end(node, written, 0) == len(written)
    for size in range(len(written)):
        assert find_end(node, written[:size], 0) == NOWHERE
    for _ in range(40):  # values whose parts are where they were before
        assert find_end(node, written, 0) == len(written)


def test_what_can_not_be_read() -> None:
    node, written = ready(Device), encode(DEVICE, Device)
    for place, byte in ((0, 0xFF), (28, 2)):
        assert find_end(node, written[:place] + bytes([byte]) + written[place + 1 :], 0) == NOWHERE
    assert find_end(node, b"", 0) == NOWHERE
    assert find_end(node, b"\xff" * 40, 0) == NOWHERE


@pytest.mark.usefixtures("python_only")
def test_nothing_is_made_before_much_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "COMPILE_THRESHOLD", 1 << 16)  # the suite's own is smaller

    @schema
    class Rare:
        x: u8

    node = layout_of(Rare)
    assert find_end(node, b"\1", 0) is None
    assert decode(b"\1", Rare).x == 1
    assert find_end(node, b"\1", 0) is None
    assert node.codec.skipper is node.codec.indexer is node.codec.reader is None
    assert decode(b"\1", Rare).x == 1
    assert find_end(node, b"\1", 0) == 1


def test_nothing_is_sure_where_code_of_others_runs() -> None:
    for kind in (c.GreedyRange(c.Byte), c.Struct("n" / c.Byte, "a" / c.Array(c.this.n, c.Byte))):
        node = layout_of(kind)
        engine.reader_of(node)
        assert find_end(node, b"\1\1", 0) is None


def test_conversions_are_not_run() -> None:
    def refuse(value: int) -> int:
        raise AssertionError(value)

    node = ready(Annotated[int, Via(u16, decode=refuse, encode=refuse)])
    assert find_end(node, b"\1\1\1", 0) == 2


def test_other_limits_are_the_references() -> None:
    assert find_end(ready(Device), encode(DEVICE, Device), 0, Limits(depth=1)) is None


@pytest.mark.parametrize("levels", [510, 511, 512, 513, 600])
def test_depth_is_counted_by_the_reference(levels: int) -> None:
    for kind, make in ((shapes.Chain, shapes.chain_bytes), (shapes.Tree, shapes.tree_bytes)):
        data = make(levels)
        found = find_end(ready(kind), data, 0)
        assert found in (None, len(data)), "a value that can be read may be denied"


def test_elements_without_bytes_are_counted_by_the_reference() -> None:
    node = ready(Vec[Unit])
    most = 1 << 20
    assert find_end(node, (most << 8).to_bytes(8, "little"), 0) is None


def test_c_structs_that_are_short_at_the_end() -> None:
    """Their lengths are looked at together, which must not need bytes that no value has to have."""
    node = ready(Cpu)
    whole = (16).to_bytes(8, "little") + bytes(16)
    for sizes in ((16, 16, 16), (16, 16, 0), (16, 0, 0), (0, 0, 0), (0, 16, 0), (1, 2, 3)):
        data = b"".join(size.to_bytes(8, "little") + bytes(size) for size in sizes)
        assert find_end(node, data, 0) == len(data)
        assert decode(data, Cpu) is not None
    assert find_end(node, whole * 2, 0) == NOWHERE


def test_where_the_stack_ends_nothing_is_said_of_the_bytes() -> None:
    node, data = ready(Tree), encode(NodeBranch({1: NodeLeaf(1)}, None), Tree)
    found: list[Any] = []

    def deeper() -> None:
        with suppress(RecursionError):
            deeper()
        try:
            found.append(find_end(node, data, 0))
        except RecursionError:
            found.append(None)

    limit = sys.getrecursionlimit()
    thread = threading.Thread(target=deeper)
    try:
        sys.setrecursionlimit(300)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
    assert set(found) == {None, len(data)}
