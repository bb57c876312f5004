"""Sizes that follow from the layout alone."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from snapformat.layout import nodes
from snapformat.layout.nodes import Node
from snapformat.steps import Step, run

_known: WeakKeyDictionary[Node, int] = WeakKeyDictionary()


def least_size(node: Node) -> int:
    """The fewest bytes that a value of this layout can take; 0 where nothing is known."""
    size: int = run(_least(node))
    return size


def _least(node: Node) -> Step:
    # Kept for inner nodes too: types that hold one another twice are a tree of exponential size.
    size = _known.get(node)
    if size is None:
        size = _known[node] = yield _counted(node)
    return size


def _counted(node: Node) -> Step:
    match node:
        case nodes.Int():
            return 1 if node.variable else node.size
        case nodes.Float() | nodes.Bits():
            return node.size
        case nodes.Bool() | nodes.Char() | nodes.Option():
            return 1
        case (
            nodes.Str()
            | nodes.Bytes()
            | nodes.Seq()
            | nodes.Set()
            | nodes.Map()
            | nodes.Blob()
            | nodes.Prefixed()
        ):
            return (yield _least(node.length))
        case nodes.FixedBytes() | nodes.Padded():
            return node.count if isinstance(node.count, int) else 0
        case nodes.Array():
            return node.count * (yield _least(node.item)) if isinstance(node.count, int) else 0
        case nodes.Tuple():
            total = 0
            for item in node.items:
                total += yield _least(item)
            return total
        case nodes.Struct():
            total = 0
            for field in node.fields:
                total += yield _least(field.node)
            return total
        case nodes.Enum():
            return (yield _least(node.index))
        case (
            nodes.Adapted()
            | nodes.Labels()
            | nodes.Const()
            | nodes.Rebuilt()
            | nodes.Default()
            | nodes.Limited()
        ):
            return (yield _least(node.item))
        case nodes.Checksummed():
            return node.stored.size + (yield _least(node.item))
        case _:
            # References stand for what contains them: what comes on top of it is not counted.
            return 0
