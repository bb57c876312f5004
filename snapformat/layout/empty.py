"""Zero-sized elements: their cost, and constructing them without reading.

Nothing in the data bounds how many there are, so `Limits` bounds how many objects are made of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from snapformat.encodings.construct.counted import cost_of
from snapformat.layout import nodes
from snapformat.layout.nodes import Node
from snapformat.layout.size import least_size
from snapformat.lazy_dataclasses import dataclass
from snapformat.limits import CONTAINER, FREE_PER_BYTE, MADE_BY_CONSTRUCT
from snapformat.model.declaration import declaration_of
from snapformat.trampoline import Task, run


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs of an element of a sequence, or of an entry of a map.

    Attributes:
        zero_sized: Its cost where it takes no bytes.
        surplus: Its cost where it takes some.
        known: Its cost where that is known without bytes: `zero_sized` if it never takes any.
    """

    zero_sized: int
    surplus: int
    known: int


def element_costs(item: Node) -> Costs:
    """Costs of an element."""
    costs: Costs | None = item.costs
    if costs is None:
        costs = item.costs = _costs_of(item)
    return costs


def entry_costs(node: nodes.Map) -> Costs:
    """Costs of an entry of a map."""
    costs: Costs | None = node.entry_costs
    if costs is None:
        costs = node.entry_costs = _costs_of(node.key, node.value)
    return costs


def _costs_of(*items: Node) -> Costs:
    zero_sized, surplus = zero_sized_cost(*items), surplus_cost(*items)
    return Costs(zero_sized, surplus, zero_sized if all(map(is_zero_sized, items)) else surplus)


def zero_sized_cost(*items: Node) -> int:
    """Cost of a zero-sized element of these layouts, one after the other: the objects made for it.

    What is inside of arrays in it costs by itself, when these are read.
    """
    cost: int = sum(run(_cost(item, _costs, is_zero=True)) for item in items)
    return max(1, cost)


def surplus_cost(*items: Node) -> int:
    """Cost of an element that does take bytes: 0, unless far more is made of its zero-sized parts."""
    free = FREE_PER_BYTE * sum(map(least_size, items))
    return max(0, sum(run(_cost(item, _sure_costs, is_zero=False)) for item in items) - free) if free else 0


#: Costs of values that turn out to take no bytes, and of those parts of any value that never take any.
_costs: WeakKeyDictionary[Node, int] = WeakKeyDictionary()
_sure_costs: WeakKeyDictionary[Node, int] = WeakKeyDictionary()


def _cost(node: Node, known: WeakKeyDictionary[Node, int], *, is_zero: bool) -> Task:
    cost = known.get(node)
    if cost is None:
        cost = known[node] = yield _made_of(node, known, is_zero=is_zero)
    return cost


def _made_of(node: Node, known: WeakKeyDictionary[Node, int], *, is_zero: bool) -> Task:
    """Objects made for a value, but for those of elements in it."""
    parts: list[Node] = []
    match node:
        case nodes.Array():
            return int(is_zero or is_zero_sized(node))
        case nodes.Opaque():
            return MADE_BY_CONSTRUCT + cost_of(node.construct) if is_zero else 0
        case nodes.Tuple() | nodes.Struct():
            return (yield _made_of_fields(node, known, is_zero=is_zero))
        case nodes.Enum():
            parts = [variant.payload for variant in node.variants if variant.payload is not None]
        case nodes.Switch():
            parts = [*node.cases.values(), node.default] if is_zero else []
        case nodes.If():
            parts = [node.then, node.otherwise] if is_zero else []
        case nodes.Adapted() if is_zero:
            return 1 + (yield _cost(node.item, known, is_zero=is_zero))  # code of the user's makes it
        case nodes.Option() | nodes.Adapted() | nodes.Labels() | nodes.Const() | nodes.Rebuilt():
            parts = [node.item]
        case nodes.Default() | nodes.Padded() | nodes.Prefixed() | nodes.Limited() | nodes.Checksummed():
            parts = [node.item]
    largest = 0
    for part in parts:
        largest = max(largest, (yield _cost(part, known, is_zero=is_zero)))
    return largest


def _made_of_fields(
    node: nodes.Tuple | nodes.Struct, known: WeakKeyDictionary[Node, int], *, is_zero: bool
) -> Task:
    """An object with a value in it; each further one is a slot to fill, and what is made for it."""
    items = node.items if isinstance(node, nodes.Tuple) else tuple(field.node for field in node.fields)
    made = slots = 0
    for item in items:
        made += yield _cost(item, known, is_zero=is_zero)
        slots += is_zero or is_zero_sized(item)
    cls = node.cls if isinstance(node, nodes.Struct) else None
    declared = declaration_of(cls) if cls is not None else None
    slots += sum(spec.skip for spec in declared.fields) if declared is not None else 0
    if not is_zero and not is_zero_sized(node):
        return made + slots
    if isinstance(node, nodes.Struct) and cls is None:
        return CONTAINER + slots + made
    is_shared = cls is None or _has_no_state(cls)
    return 0 if is_shared and not slots else made + max(slots, 1)


def is_zero_sized(node: Node) -> bool:
    """Whether no value of this layout ever takes any bytes."""
    found: bool = run(_is_zero_sized(node, {}))
    return found


def _is_zero_sized(node: Node, known: dict[Node, bool]) -> Task:
    if node in known:
        return known[node]
    match node:
        case nodes.Unit() | nodes.Computed():
            items: list[Node] | None = []
        case nodes.FixedBytes():
            items = [] if node.count == 0 else None
        case nodes.Padded():
            items = [node.item] if node.count == 0 else None
        case nodes.Array():
            items = [] if node.count == 0 else [node.item]
        case nodes.Tuple() | nodes.Struct():
            items = (
                list(node.items) if isinstance(node, nodes.Tuple) else [field.node for field in node.fields]
            )
        case nodes.Adapted() | nodes.Const() | nodes.Rebuilt() | nodes.Default():
            items = [node.item]
        case _:
            items = None
    known[node] = items is not None
    for item in items or []:
        if not (yield _is_zero_sized(item, known)):
            known[node] = False
            break
    return known[node]


def maker_of(item: Node) -> Callable[[], Any] | None:
    """What makes values that take no bytes and are made of nothing else; None for anything that is read."""
    make: Callable[[], Any] | None = run(_maker(item, {}))
    return make


#: Cost of objects that are made to be compared.
_MOST_COMPARED = 64


def _all_alike(item: Node) -> bool:
    """Whether values take no bytes and are equal: however many are counted, a set of them has one element."""
    make = maker_of(item) if zero_sized_cost(item) <= _MOST_COMPARED else None
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


def _maker(node: Node, known: dict[Node, Any]) -> Task:
    if node not in known:
        known[node] = yield _made_by(node, known)
    return known[node]


def _made_by(node: Node, known: dict[Node, Any]) -> Task:
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
