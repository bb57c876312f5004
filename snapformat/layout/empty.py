"""Elements that take no bytes: what they count as, and making them without reading.

Nothing in the data bounds how many there are, so `Limits` does; up to there they should not take long.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from snapformat.bincode.classes import declaration_of
from snapformat.budget import MADE_BY_CONSTRUCT
from snapformat.layout import nodes
from snapformat.layout.nodes import Node
from snapformat.steps import Step, run


def empty_weight(*items: Node) -> int:
    """What an element of these layouts, one after the other, counts as where it takes no bytes."""
    return 1 if all(run(_is_declared(item)) for item in items) else MADE_BY_CONSTRUCT


def _is_declared(node: Node) -> Step:
    """Whether values are made without construct's containers, and without running anything of its own."""
    match node:
        case nodes.Unit():
            return True
        case nodes.Array() | nodes.Adapted():
            return (yield _is_declared(node.item))
        case nodes.Tuple() | nodes.Struct():
            if isinstance(node, nodes.Struct) and node.cls is None:
                return False
            inner = node.items if isinstance(node, nodes.Tuple) else tuple(f.node for f in node.fields)
            for item in inner:
                if not (yield _is_declared(item)):
                    return False
            return True
        case _:
            return False


def maker_of(item: Node) -> Callable[[], Any] | None:
    """What makes values that take no bytes and are made of nothing else; None for anything that is read."""
    make: Callable[[], Any] | None = run(_maker(item))
    return make


def all_alike(item: Node) -> bool:
    """Whether values take no bytes and are equal: however many are counted, a set of them has one element."""
    make = maker_of(item)
    try:
        return make is not None and bool(make() == make())
    except Exception:  # code of their class: whoever makes one meets it again
        return False


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


def _maker(node: Node) -> Step:
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
        make = yield _maker(part)
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
    return declared is not None and declared.plain and cls.__basicsize__ == object.__basicsize__
