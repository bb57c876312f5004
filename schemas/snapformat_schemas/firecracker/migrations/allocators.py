"""The resource allocators of a state: reading, building and changing them.

An `AddressAllocator` is a partition of an address space into free and taken intervals, kept as a balanced
search tree; an `IdAllocator` is a counter and the numbers given back below it. All functions return new
values and change none. Read from `src/{id_allocator,address_allocator}.rs` and
`src/allocation_engine/interval_tree.rs` of the crate vm-allocator, which Firecracker uses at 0.1.3.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from snapformat.bincode import PairSet
from snapformat_schemas.firecracker.v1_13.allocator import (
    AddressAllocator,
    IdAllocator,
    InnerNode,
    IntervalTree,
    NodeState,
    RangeInclusive,
)

#: Bytes of a page, and the alignment of one.
PAGE = 0x1000
#: Maximum size of a range of numbers; the largest that a release has is 4,072.
_MOST_IDS = 1 << 16


class Extent(NamedTuple):
    """Addresses from the first to the last, both included.

    Attributes:
        start: First address.
        end: Last address.
        name: What lies there, for messages.
    """

    start: int
    end: int
    name: str = ""

    @property
    def text(self) -> str:
        """The extent in messages."""
        place = f"0x{self.start:x}..0x{self.end:x}"
        return f"{self.name} at {place}" if self.name else place

    def overlaps(self, other: Extent) -> bool:
        """Return whether the two have an address in common."""
        return self.start <= other.end and other.start <= self.end


class AllocationError(ValueError):
    """An allocator can't be built, read or changed: something overlaps, lies outside, or makes no sense.

    Attributes:
        places: What does not fit where, if that is known.
    """

    def __init__(self, message: str, *places: Extent) -> None:
        super().__init__(message)
        self.places = places


def extent(start: int, size: int, name: str = "") -> Extent:
    """Return the extent of `size` bytes from an address up."""
    return Extent(start, start + size - 1, name)


# -- addresses ----------------------------------------------------------------------------------------------


def address_allocator(space: Extent, taken: Iterable[Extent] = ()) -> AddressAllocator:
    """Build an allocator of addresses.

    Args:
        space: The address space.
        taken: What is allocated in it, in any order.

    Raises:
        AllocationError: Two overlap, or one is not inside the space.
    """
    return _built(space, _partition(space, sorted(taken)))


def intervals(allocator: AddressAllocator) -> list[tuple[Extent, bool]]:
    """List the intervals of an allocator in ascending order, each with whether it is allocated.

    Raises:
        AllocationError: The tree is not a partition of the address space.
    """
    space = Extent(allocator.address_space.start, allocator.address_space.end, "the address space")
    found = [
        (Extent(node.key.start, node.key.end), node.node_state is NodeState.Allocated)
        for node in _in_order(allocator.interval_tree.root)
    ]
    expected = space.start
    for place, _ in found:
        if place.start != expected or place.end < place.start:
            raise AllocationError(f"the tree has {place.text} where an interval from 0x{expected:x} is due")
        expected = place.end + 1
    if expected != space.end + 1:
        raise AllocationError(f"the tree does not cover {space.text}")
    return found


def allocated(allocator: AddressAllocator) -> list[Extent]:
    """List what is allocated, in ascending order.

    Raises:
        AllocationError: The tree is not a partition of the address space.
    """
    return [place for place, taken in intervals(allocator) if taken]


def is_free(allocator: AddressAllocator, place: Extent) -> bool:
    """Return whether all of an extent is inside the address space and free.

    Raises:
        AllocationError: The tree is not a partition of the address space.
    """
    return any(
        not taken and free.start <= place.start and place.end <= free.end
        for free, taken in intervals(allocator)
    )


def highest_free(allocator: AddressAllocator, size: int = PAGE, alignment: int = PAGE) -> Extent | None:
    """Return the highest aligned place of a size that is free, as an allocation "last match" does.

    Raises:
        AllocationError: The tree is not a partition of the address space.
    """
    for free, taken in reversed(intervals(allocator)):
        start = (free.end - size + 1) // alignment * alignment
        if not taken and start >= free.start:
            return extent(start, size)
    return None


def allocate(allocator: AddressAllocator, *places: Extent) -> AddressAllocator:
    """Return an allocator in which some free places are allocated too; the same one without places.

    Raises:
        AllocationError: A place is not free, or the tree is not a partition of the address space.
    """
    if not places:
        return allocator
    space = Extent(allocator.address_space.start, allocator.address_space.end)
    # The partition keeps its cuts: only what a place lies in is split.
    cut: list[tuple[Extent, bool]] = []
    waiting = sorted(places)
    for interval, taken in intervals(allocator):
        here: list[Extent] = []
        while waiting and waiting[0].start <= interval.end:
            place = waiting.pop(0)
            if taken or place.start < interval.start or place.end > interval.end:
                raise AllocationError(f"{place.text} is not free", place)
            here.append(place)
        cut += [(interval, taken)] if taken or not here else _partition(interval, here)
    if waiting:
        raise AllocationError(f"{waiting[0].text} is outside 0x{space.start:x}..0x{space.end:x}", waiting[0])
    return _built(space, cut)


def _partition(space: Extent, taken: Sequence[Extent]) -> list[tuple[Extent, bool]]:
    """Cut a space: taken places, in ascending order, and what is free between them."""
    found: list[tuple[Extent, bool]] = []
    free = space.start
    before: Extent | None = None
    for place in taken:
        if place.end < place.start:
            raise AllocationError(f"{place.text} is empty", place)
        if place.start < space.start or place.end > space.end:
            raise AllocationError(f"{place.text} is outside 0x{space.start:x}..0x{space.end:x}", place)
        if before is not None and place.overlaps(before):
            raise AllocationError(f"{place.text} overlaps {before.text}", place, before)
        if place.start > free:
            found.append((Extent(free, place.start - 1), False))
        found.append((place, True))
        free, before = place.end + 1, place
    if free <= space.end:
        found.append((Extent(free, space.end), False))
    return found


def _built(space: Extent, parts: Sequence[tuple[Extent, bool]]) -> AddressAllocator:
    return AddressAllocator(
        address_space=RangeInclusive(start=space.start, end=space.end),
        interval_tree=IntervalTree(root=_tree(parts)),
    )


def _tree(parts: Sequence[tuple[Extent, bool]]) -> InnerNode | None:
    """Build the tree whose root is the middle of the parts; its depth is the logarithm of their number."""
    if not parts:
        return None
    middle = len(parts) // 2
    (start, end, _), taken = parts[middle]
    left, right = _tree(parts[:middle]), _tree(parts[middle + 1 :])
    return InnerNode(
        key=RangeInclusive(start=start, end=end),
        node_state=NodeState.Allocated if taken else NodeState.Free,
        left=left,
        right=right,
        height=1 + max(left.height if left else 0, right.height if right else 0),
    )


def _in_order(root: InnerNode | None) -> Iterator[InnerNode]:
    """Iterate over the nodes of a tree of any shape, however deep, in order."""
    waiting: list[InnerNode] = []
    node = root
    while node is not None or waiting:
        while node is not None:
            waiting.append(node)
            node = node.left
        node = waiting.pop()
        yield node
        node = node.right


# -- numbers ------------------------------------------------------------------------------------------------


def id_allocator(base: int, end: int, used: Iterable[int] = ()) -> IdAllocator:
    """Build an allocator of numbers from `base` to `end`, some of which are used.

    The next number is one more than the highest that is used, None when there is none left; the unused ones
    below it are those given back.

    Raises:
        AllocationError: A used number is not in the range.
    """
    taken = set(used)
    for number in sorted(taken):
        if not base <= number <= end:
            raise AllocationError(f"{number} is not one of {base} to {end}")
    above = max(taken, default=base - 1) + 1
    return IdAllocator(
        range_base=base,
        next_id=above if above <= end else None,
        range_end=end,
        freed_ids=PairSet(number for number in range(base, above) if number not in taken),
    )


def used_ids(allocator: IdAllocator) -> list[int]:
    """List the numbers that were given out and not given back, in ascending order.

    Raises:
        AllocationError: The range is larger than any release has.
    """
    _check_range(allocator)
    end = allocator.range_end + 1
    above = end if allocator.next_id is None else min(allocator.next_id, end)
    freed = set(allocator.freed_ids)
    return [number for number in range(allocator.range_base, above) if number not in freed]


def lowest_free_id(allocator: IdAllocator, besides: Collection[int | None] = ()) -> int | None:
    """Return the lowest number that is not used, neither by the allocator nor besides; None: no more.

    Raises:
        AllocationError: The range is larger than any release has.
    """
    used = {*used_ids(allocator), *besides}
    numbers = range(allocator.range_base, allocator.range_end + 1)
    return next((number for number in numbers if number not in used), None)


def take_id(allocator: IdAllocator, number: int) -> IdAllocator:
    """Return an allocator in which a free number is used.

    Raises:
        AllocationError: The number is used or not in the range, or the range is larger than any release has.
    """
    _check_range(allocator)
    freed = set(allocator.freed_ids)
    following = allocator.next_id
    if number in freed:
        freed.remove(number)
    elif following is None or not following <= number <= allocator.range_end:
        raise AllocationError(f"{number} is not free")
    else:
        freed.update(range(following, number))
        following = number + 1
    return _with_ids(allocator, following, freed)


def free_id(allocator: IdAllocator, number: int) -> IdAllocator:
    """Return an allocator in which a used number was given back; one that is free stays free.

    The highest number that is used lowers the next one: the allocator is as if it had never been given out.

    Raises:
        AllocationError: The range is larger than any release has.
    """
    if number not in used_ids(allocator):
        return allocator
    freed = {*allocator.freed_ids, number}
    following = allocator.next_id
    above = allocator.range_end + 1 if following is None else following
    while above - 1 in freed:
        above -= 1
        freed.remove(above)
    return _with_ids(allocator, above, freed)


def _check_range(allocator: IdAllocator) -> None:
    """Refuse a range whose numbers can't be listed."""
    if allocator.range_end - allocator.range_base >= _MOST_IDS:
        raise AllocationError(
            f"the range {allocator.range_base} to {allocator.range_end} has more than {_MOST_IDS} numbers"
        )


def _with_ids(allocator: IdAllocator, following: int | None, freed: Iterable[int]) -> IdAllocator:
    return IdAllocator(
        range_base=allocator.range_base,
        next_id=following,
        range_end=allocator.range_end,
        freed_ids=PairSet(sorted(freed)),
    )
