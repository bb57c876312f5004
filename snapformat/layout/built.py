"""Which values building may change: a default is filled in, a count made again, a tuple becomes a list.

An expression sees what a field was built into. Mostly that is the value that was given.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from snapformat.layout import nodes
from snapformat.layout.nodes import Node
from snapformat.trampoline import Task, run

_known: WeakKeyDictionary[Node, bool] = WeakKeyDictionary()


def may_change(node: Node) -> bool:
    """Whether the value that a field is built into may be another than the one that was given."""
    found: bool = run(_may_change(node))
    return found


def _may_change(node: Node) -> Task:
    if node not in _known:
        _known[node] = True  # for what contains itself
        _known[node] = yield _changes(node)
    return _known[node]


def _changes(node: Node) -> Task:
    match node:
        case nodes.Struct() if node.cls is None:
            for field in node.fields:
                if field.optional or (yield _may_change(field.node)):
                    return True
            return False
        case nodes.Option() | nodes.Padded() | nodes.Prefixed() | nodes.Limited():
            return (yield _may_change(node.item))
        case nodes.Switch():
            for case in (*node.cases.values(), node.default):
                if (yield _may_change(case)):
                    return True
            return False
        case nodes.If():
            return (yield _may_change(node.then)) or (yield _may_change(node.otherwise))
        case nodes.Ref():
            return (yield _may_change(node.target))
        case (
            nodes.Seq()
            | nodes.Array()
            | nodes.Tuple()
            | nodes.Bytes()
            | nodes.FixedBytes()
            | nodes.Bits()
            | nodes.Opaque()
            | nodes.Computed()
            | nodes.Const()
            | nodes.Rebuilt()
            | nodes.Default()
        ):
            return True
    return False
