"""Elements that take no bytes: what they count as, and making them without reading.

Nothing in the data bounds how many there are, so `Limits` does; up to there they should not take long.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from snapformat.bincode.classes import declaration_of
from snapformat.budget import MADE_BY_CONSTRUCT, OBJECT
from snapformat.layout import nodes
from snapformat.layout.nodes import Node
from snapformat.steps import Step, run


def empty_weight(*items: Node) -> int:
    """What an element of these layouts, one after the other, counts as where it takes no bytes.

    That goes by the objects that are made for it. Whatever runs construct's own classes counts as more.
    """
    made = 0
    for item in items:
        size = run(_objects(item, {}))
        if size is None:
            return MADE_BY_CONSTRUCT
        made += size
    return OBJECT * made or 1


def _objects(node: Node, known: dict[Node, int | None]) -> Step:
    """Objects made for a value, but for elements in it, which count by themselves; None where unknown."""
    if node not in known:
        known[node] = yield _objects_of(node, known)
    return known[node]


def _objects_of(node: Node, known: dict[Node, int | None]) -> Step:
    match node:
        case nodes.Unit():
            return 0
        case nodes.Array():
            return None if (yield _objects(node.item, known)) is None else 1
        case nodes.Adapted():
            return (yield _objects(node.item, known))
        case nodes.Tuple() | nodes.Struct():
            if isinstance(node, nodes.Struct) and node.cls is None:
                return None
            total = 0
            for item in node.items if isinstance(node, nodes.Tuple) else [f.node for f in node.fields]:
                size = yield _objects(item, known)
                if size is None:
                    return None
                total += size
            is_shared = isinstance(node, nodes.Tuple) or (node.cls is not None and _has_no_state(node.cls))
            return total if is_shared and not total else total + 1
        case _:
            return None


def maker_of(item: Node) -> Callable[[], Any] | None:
    """What makes values that take no bytes and are made of nothing else; None for anything that is read."""
    make: Callable[[], Any] | None = run(_maker(item, {}))
    return make


#: Objects that are made to be compared.
_MOST_COMPARED = 64


def _all_alike(item: Node) -> bool:
    """Whether values take no bytes and are equal: however many are counted, a set of them has one element."""
    make = maker_of(item) if empty_weight(item) <= _MOST_COMPARED else None
    try:
        return make is not None and bool(make() == make())
    except Exception:  # code of their class: whoever makes one meets it again
        return False


def keeps_one(key: Node, *values: Node) -> bool:
    """Whether a set or map of these has one entry at most: none takes bytes, and all keys are equal."""
    return _all_alike(key) and all(maker_of(value) is not None for value in values)


class Same:
    """Gives one value again and again, which nobody can change.

    Attributes:
        value: The value.
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self) -> Any:
        """The value."""
        return self.value


def _maker(node: Node, known: dict[Node, Any]) -> Step:
    if node not in known:
        known[node] = yield _made_by(node, known)
    return known[node]


def _made_by(node: Node, known: dict[Node, Any]) -> Step:
    finish: Callable[[list[Any]], Any]
    if isinstance(node, nodes.Unit):
        return Same(node.value)
    if isinstance(node, nodes.Tuple):
        inner, finish, is_fixed = [(part, True) for part in node.items], tuple, True
    elif isinstance(node, nodes.Struct):
        inner, finish = [(field.node, field.attr is not None) for field in node.fields], node.make
        is_fixed = node.cls is not None and _has_no_state(node.cls)
    else:
        return None
    makers = []
    for part, is_named in inner:
        make = yield _maker(part, known)
        if make is None:
            return None
        if is_named:
            makers.append(make)
    if not all(isinstance(make, Same) for make in makers):
        return lambda: finish([make() for make in makers])
    values = [make() for make in makers]
    return Same(finish(values)) if is_fixed else partial(finish, values)


def _has_no_state(cls: type) -> bool:
    """Whether one instance is as good as many: there is nothing to set, and no code that makes it."""
    declared = declaration_of(cls)
    is_bare = cls.__basicsize__ == object.__basicsize__ and not cls.__dictoffset__
    return declared is not None and declared.plain and is_bare
