"""Sizes that follow from the layout alone."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from snapformat.layout import nodes
from snapformat.layout.nodes import Node
from snapformat.trampoline import Task, run

_known: WeakKeyDictionary[Node, int] = WeakKeyDictionary()


def least_size(node: Node) -> int:
    """The fewest bytes that a value of this layout can take; 0 where nothing is known."""
    size: int = run(_least(node))
    return size


def _least(node: Node) -> Task:
    # Kept for inner nodes too: types that hold one another twice are a tree of exponential size.
    size = _known.get(node)
    if size is None:
        size = _known[node] = yield _counted(node)
    return size


def _counted(node: Node) -> Task:
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


_fixed: WeakKeyDictionary[Node, int | None] = WeakKeyDictionary()


def fixed_size(node: Node) -> int | None:
    """The bytes that every value of this layout takes, and no elements without bytes to count; else None."""
    size: int | None = run(_fixed_of(node))
    return size


def _fixed_of(node: Node) -> Task:
    if node not in _fixed:
        _fixed[node] = yield _fixed_counted(node)
    return _fixed[node]


def _fixed_counted(node: Node) -> Task:
    match node:
        case nodes.Int():
            return None if node.variable else node.size
        case nodes.Float() | nodes.Bits():
            return node.size
        case nodes.Bool():
            return 1
        case nodes.Unit() | nodes.Computed():
            return 0
        case nodes.FixedBytes():
            return node.count if isinstance(node.count, int) else None
        case nodes.Padded():
            # What is inside may claim more than its bytes.
            inside = yield _fixed_of(node.item)
            return node.count if isinstance(node.count, int) and inside is not None else None
        case nodes.Array():
            size = yield _fixed_of(node.item)
            # Elements without bytes are counted one by one.
            return node.count * size if isinstance(node.count, int) and size else None
        case nodes.Tuple() | nodes.Struct():
            inner = node.items if isinstance(node, nodes.Tuple) else tuple(f.node for f in node.fields)
            total = 0
            for item in inner:
                size = yield _fixed_of(item)
                if size is None:
                    return None
                total += size
            return total
        case nodes.Enum():
            return (
                None if any(v.payload is not None for v in node.variants) else (yield _fixed_of(node.index))
            )
        case nodes.Adapted() | nodes.Labels() | nodes.Const() | nodes.Rebuilt() | nodes.Default():
            return (yield _fixed_of(node.item))
        case _:
            return None


def fits_any(node: Node) -> bool:
    """Whether every bytes of its fixed size are a value of this layout."""
    found: bool = run(_fits_any(node))
    return found


def _fits_any(node: Node) -> Task:
    match node:
        case nodes.Int():
            return not node.nonzero
        case nodes.Float() | nodes.FixedBytes() | nodes.Unit():
            return True
        case nodes.Array():
            return (yield _fits_any(node.item))
        case nodes.Struct():
            for field in node.fields:
                if not (yield _fits_any(field.node)):
                    return False
            return True
        case _:
            return False
