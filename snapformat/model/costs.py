"""Costs of zero-sized elements: the number of objects that reading makes for them.

Nothing in the data bounds the number of elements, so `Limits` bounds the number of objects.
"""

from __future__ import annotations

from snapformat.lazy_dataclasses import dataclass
from snapformat.limits import CONTAINER, FREE_PER_BYTE, MADE_BY_CONSTRUCT
from snapformat.model import kinds
from snapformat.model.graph import is_zero_sized, walk_kinds
from snapformat.model.kinds import Kind
from snapformat.trampoline import Task, run


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs of an element of a sequence, or of an entry of a map.

    Attributes:
        zero_sized: Its cost if it takes no bytes.
        surplus: Its cost if it takes bytes.
        known: Its cost if that does not depend on the data: `zero_sized` if it never takes bytes.
    """

    zero_sized: int
    surplus: int
    known: int


def element_costs(kind: Kind) -> Costs:
    """Return the costs of an element of a sequence, or of an entry of a map.

    Args:
        kind: The sequence or map: its children make up an element.
    """
    return kind.derive(element_costs, lambda: costs_of(*kind.children()))


def costs_of(*items: Kind) -> Costs:
    """Return the costs of an element that consists of these kinds, one after the other."""
    cost = max(1, sum(run(_cost(item, {}, is_zero=True)) for item in items))
    free = FREE_PER_BYTE * sum(map(nominal_size, items))
    surplus = sum(run(_cost(item, {}, is_zero=False)) for item in items) - free if free else 0
    surplus = max(0, surplus)
    return Costs(cost, surplus, cost if all(map(is_zero_sized, items)) else surplus)


def collapses_to_one(kind: kinds.Set | kinds.Map) -> bool:
    """Return whether a set or map has at most one entry: all its keys are equal and take no bytes."""
    return kind.derive(collapses_to_one, lambda: (all(map(_is_plain, walk_kinds(*kind.children()))),))[0]


def _is_plain(kind: Kind) -> bool:
    return isinstance(kind, kinds.Unit | kinds.Tuple) or (
        isinstance(kind, kinds.Struct) and kind.cls is not None
    )


def nominal_size(kind: Kind) -> int:
    """Return the minimum size of a value with integers in their nominal widths; 0 where unknown."""
    size: int = run(_nominal(kind, {}))
    return size


def _nominal(kind: Kind, known: dict[int, int]) -> Task:
    size = known.get(id(kind))
    if size is None:
        known[id(kind)] = 0  # a kind inside itself is not counted again
        size = known[id(kind)] = yield _nominal_of(kind, known)
    return size


def _nominal_of(kind: Kind, known: dict[int, int]) -> Task:
    match kind:
        case kinds.Int():
            return 1 if kind.variable else kind.size
        case kinds.Float() | kinds.BitStruct():
            return kind.size
        case kinds.Bool() | kinds.Char() | kinds.Option():
            return 1
        case kinds.Enum():
            return 4
        case kinds.Blob() | kinds.Map() | kinds.Set():
            return 8
        case kinds.Str() | kinds.Bytes() | kinds.Seq() | kinds.Prefixed():
            return 8 if kind.length is None else (yield _nominal(kind.length, known))
        case kinds.FixedBytes() | kinds.Padded():
            return kind.count if isinstance(kind.count, int) else 0
        case kinds.Array():
            return kind.count * (yield _nominal(kind.item, known)) if isinstance(kind.count, int) else 0
        case kinds.Unit() | kinds.Computed() | kinds.Run() | kinds.Switch() | kinds.If() | kinds.Tail():
            return 0
    total = kind.stored.size if isinstance(kind, kinds.Checksummed) else 0
    for item in kind.children():
        total += yield _nominal(item, known)
    return total


def _cost(kind: Kind, known: dict[int, int], *, is_zero: bool) -> Task:
    cost = known.get(id(kind))
    if cost is None:
        known[id(kind)] = 0  # a kind inside itself is not counted again
        cost = known[id(kind)] = yield _made_of(kind, known, is_zero=is_zero)
    return cost


def _made_of(kind: Kind, known: dict[int, int], *, is_zero: bool) -> Task:
    """Return the number of objects made for a value, without its elements, which are counted when read."""
    match kind:
        case kinds.Array():
            return int(is_zero or is_zero_sized(kind))
        case kinds.Seq() | kinds.Set() | kinds.Map() | kinds.Blob():
            return 0
        case kinds.Run():
            return MADE_BY_CONSTRUCT + kind.cost if is_zero else 0
        case kinds.Tuple() | kinds.Struct():
            return (yield _made_of_fields(kind, known, is_zero=is_zero))
        case kinds.Switch() | kinds.If() if not is_zero:
            return 0
        case kinds.Adapted() | kinds.Labelled() if is_zero:
            return 1 + (yield _cost(kind.item, known, is_zero=is_zero))  # the conversion makes an object
    largest = 0
    for part in kind.children():
        largest = max(largest, (yield _cost(part, known, is_zero=is_zero)))
    return largest


def _made_of_fields(kind: kinds.Tuple | kinds.Struct, known: dict[int, int], *, is_zero: bool) -> Task:
    """Return the cost of an object with one value, plus a slot and its objects for each further value."""
    made = slots = 0
    for item in kind.children():
        made += yield _cost(item, known, is_zero=is_zero)
        slots += is_zero or is_zero_sized(item)
    is_shared = isinstance(kind, kinds.Tuple)
    if isinstance(kind, kinds.Struct):
        slots += kind.skipped
        is_shared = kind.shared
    if not is_zero and not is_zero_sized(kind):
        return made + slots
    if isinstance(kind, kinds.Struct) and kind.cls is None:
        return CONTAINER + slots + made
    return 0 if is_shared and not slots else made + max(slots, 1)
