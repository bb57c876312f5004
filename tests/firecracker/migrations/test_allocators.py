"""Allocators that are built are those that real files have."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapformat_schemas import firecracker
from snapformat_schemas.firecracker.migrations.allocators import (
    AllocationError,
    Extent,
    address_allocator,
    allocate,
    allocated,
    extent,
    free_id,
    highest_free,
    id_allocator,
    intervals,
    is_free,
    lowest_free_id,
    take_id,
    used_ids,
)
from snapformat_schemas.firecracker.v1_13.allocator import (
    AddressAllocator,
    IdAllocator,
    InnerNode,
    IntervalTree,
    NodeState,
    RangeInclusive,
)
from snapshots import data
from snapshots.data import StateFile

SPACE = Extent(0x9FC00, 0xDFFFF)


def _allocators(file: StateFile) -> tuple[list[AddressAllocator], list[IdAllocator]]:
    allocator = getattr(firecracker.load(file.path).vm_state, "resource_allocator", None)
    values = [] if allocator is None else [getattr(allocator, name) for name in _fields(allocator)]
    return (
        [each for each in values if isinstance(each, AddressAllocator)],
        [each for each in values if isinstance(each, IdAllocator)],
    )


def _fields(value: object) -> list[str]:
    return list(type(value).__annotations__)


def _heights(node: InnerNode | None) -> int:
    """The height of a tree; each node has its own, and is balanced."""
    if node is None:
        return 0
    left, right = _heights(node.left), _heights(node.right)
    assert abs(left - right) <= 1
    assert node.height == 1 + max(left, right)
    return node.height


@data.each(data.state_files())
def test_real_allocators_can_be_built_again(file: StateFile):
    addresses, numbers = _allocators(file)
    for allocator in addresses:
        space = Extent(allocator.address_space.start, allocator.address_space.end)
        again = address_allocator(space, allocated(allocator))
        assert intervals(again) == intervals(allocator)
        assert again.address_space == allocator.address_space
        _heights(again.interval_tree.root)
    for allocator in numbers:
        again = id_allocator(allocator.range_base, allocator.range_end, used_ids(allocator))
        assert again == allocator


@given(st.lists(st.integers(0x9FC00 // 16, 0xDFFFF // 16), unique=True), st.data())
def test_allocating_one_by_one_and_at_once(places: list[int], chosen: st.DataObject):
    taken = [extent(place * 16, 16) for place in places]
    first = chosen.draw(st.integers(0, len(taken)))
    at_once = address_allocator(SPACE, taken)
    one_by_one = allocate(address_allocator(SPACE, taken[:first]), *taken[first:])
    assert allocated(at_once) == sorted(taken) == allocated(one_by_one)
    assert at_once == one_by_one
    _heights(at_once.interval_tree.root)
    for place in taken:
        assert not is_free(at_once, place)
    page = highest_free(at_once)
    if page is None:
        starts = range(0xA0000, 0xE0000, 0x1000)
        assert all(any(place.overlaps(extent(start, 0x1000)) for place in taken) for start in starts)
    else:
        assert page.start % 0x1000 == 0
        assert is_free(at_once, page)
        for start in range(page.start + 0x1000, 0xE0000, 0x1000):
            assert any(place.overlaps(extent(start, 0x1000)) for place in taken)


def test_the_shape_is_that_of_migrated_files():
    # Of proven/v1.12.1-to-v1.13.2/min: the MP table, four tables of ACPI, and the generation ID.
    starts = (0x9FC00, 0x9FD30, 0x9FF4E, 0xA0062, 0xA00A2, 0xA00D6)
    taken = [Extent(start, end - 1) for start, end in itertools.pairwise(starts)]
    tree = address_allocator(SPACE, [*taken, extent(0xDFFF0, 16)]).interval_tree
    root = tree.root
    assert root.key == RangeInclusive(start=0xA0062, end=0xA00A1)
    assert (root.height, root.left.height, root.right.height) == (3, 2, 2)
    assert root.left.key.start == 0x9FD30
    assert root.right.key == RangeInclusive(start=0xA00D6, end=0xDFFEF)
    assert root.right.node_state is NodeState.Free
    assert root.right.left.key.start == 0xA00A2


@pytest.mark.parametrize(
    ("taken", "message"),
    [
        (
            [Extent(0x9FC00, 0x9FC0F, "a"), Extent(0x9FC0F, 0x9FC10, "b")],
            "b at 0x9fc0f.* overlaps a at 0x9fc00",
        ),
        ([Extent(0x9FBFF, 0x9FC00)], "0x9fbff..0x9fc00 is outside 0x9fc00..0xdffff"),
        ([Extent(0xDFFF8, 0xE0007)], "outside"),
        ([extent(0xA0000, 0)], "is empty"),
    ],
)
def test_places_that_are_refused(taken: list[Extent], message: str):
    with pytest.raises(AllocationError, match=message):
        address_allocator(SPACE, taken)
    with pytest.raises(AllocationError):
        allocate(address_allocator(SPACE), *taken)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (0x9FC00, 0xDFFFE, "does not cover"),
        (0x9FC01, 0xDFFFF, "where an interval from 0x9fc00 is due"),
        (0xDFFFF, 0x9FC00, "where an interval"),
    ],
)
def test_trees_that_are_no_partition(start: int, end: int, message: str):
    node = InnerNode(
        key=RangeInclusive(start=start, end=end), node_state=NodeState.Free, left=None, right=None, height=1
    )
    space = RangeInclusive(start=SPACE.start, end=SPACE.end)
    with pytest.raises(AllocationError, match=message):
        intervals(AddressAllocator(address_space=space, interval_tree=IntervalTree(root=node)))
    with pytest.raises(AllocationError, match="does not cover"):
        intervals(AddressAllocator(address_space=space, interval_tree=IntervalTree(root=None)))


@given(st.sets(st.integers(5, 23)), st.integers(5, 23))
def test_numbers(used: set[int], number: int):
    allocator = id_allocator(5, 23, used)
    assert used_ids(allocator) == sorted(used)
    assert lowest_free_id(allocator) == min(set(range(5, 24)) - used, default=None)
    if number in used:
        with pytest.raises(AllocationError, match=f"{number} is not free"):
            take_id(allocator, number)
        assert used_ids(free_id(allocator, number)) == sorted(used - {number})
    else:
        taken = take_id(allocator, number)
        assert used_ids(taken) == sorted(used | {number})
        assert used_ids(free_id(taken, number)) == sorted(used)
        assert free_id(allocator, number) == allocator
        if 23 not in used:
            assert free_id(taken, number) == allocator


def test_the_next_number():
    assert id_allocator(5, 23) == IdAllocator(range_base=5, next_id=5, range_end=23, freed_ids=set())
    assert id_allocator(5, 23, [6, 8]).next_id == 9
    assert set(id_allocator(5, 23, [6, 8]).freed_ids) == {5, 7}
    assert id_allocator(5, 23, range(5, 24)).next_id is None
    with pytest.raises(AllocationError, match="24 is not one of 5 to 23"):
        id_allocator(5, 23, [24])
    huge = IdAllocator(range_base=0, next_id=2**32 - 1, range_end=2**32 - 1, freed_ids=set())
    with pytest.raises(AllocationError, match="more than 65536 numbers"):
        used_ids(huge)
