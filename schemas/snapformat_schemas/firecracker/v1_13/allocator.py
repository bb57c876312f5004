"""Resource allocators: which interrupt lines and guest addresses are taken.

Read from `src/vmm/src/vstate/resources.rs` and `src/vmm/src/arch/{x86_64,aarch64}/layout.rs` of Firecracker
v1.13.2, and from `src/{lib,id_allocator,address_allocator}.rs` and `src/allocation_engine/interval_tree.rs`
of the crate vm-allocator, which Firecracker uses at 0.1.3.
"""

from __future__ import annotations

from snapformat import UnitEnum, doc, schema, variant
from snapformat.bincode import BTreeSet, Hex, u32, u64
from snapformat_schemas.firecracker.depends import GIVEN, TAKEN


@schema
class RangeInclusive:
    """Closed interval of guest physical addresses, vm-allocator's own type (both ends belong to it)."""

    start: Hex[u64] = doc("Lowest address that belongs to the interval")
    end: Hex[u64] = doc("Highest address that belongs to it: the interval covers end - start + 1 bytes")


@schema
class NodeState(UnitEnum):
    """Whether an interval of an address space has been handed out."""

    Free = variant("Available: a later allocation may take or split the interval")
    Allocated = variant("Handed out to a device or a system table")


@schema
class InnerNode:
    """Node of a balanced (AVL) binary tree whose intervals do not overlap."""

    key: RangeInclusive = doc("Interval of guest addresses this node stands for; the tree is ordered by it")
    node_state: NodeState = doc("Whether the interval is taken or available")
    left: InnerNode | None = doc("Subtree of the lower addresses, None at the edge of the tree")
    right: InnerNode | None = doc("Subtree of the higher addresses, None at the edge of the tree")
    height: u64 = doc("Levels below and including this node, 1 for a leaf; drives rebalancing, at most 50")


@schema
class IntervalTree:
    """Partition of one address space into free and allocated intervals."""

    root: InnerNode | None = doc("Topmost node; a fresh tree is one free node that covers the whole space")


@schema
class AddressAllocator:
    """Allocator of address ranges out of one fixed window of guest physical memory."""

    address_space: RangeInclusive = doc(
        "Window that is managed; set at boot and never resized", depends=TAKEN
    )
    interval_tree: IntervalTree = doc("Partition of the window into free and taken intervals", depends=TAKEN)


@schema
class IdAllocator:
    """Allocator of numbers out of a closed range, used for GSIs (KVM's global system interrupts)."""

    range_base: u32 = doc("Lowest number that may be given out", depends=GIVEN)
    next_id: u32 | None = doc(
        "Lowest number never given out so far; None once counting passed 2^32 - 1", depends=GIVEN
    )
    range_end: u32 = doc("Highest number that may be given out, inclusive", depends=GIVEN)
    freed_ids: BTreeSet[u32] = doc(
        "Numbers given back, in ascending order; the lowest is reused first", depends=GIVEN
    )


@schema
class ResourceAllocator:
    """All interrupt lines and guest address windows that devices draw from."""

    gsi_legacy_allocator: IdAllocator = doc(
        "Wired interrupts, for VMGenID and devices on MMIO; GSI 5 to 23 on x86, 0 to 95 on Arm"
    )
    gsi_msi_allocator: IdAllocator = doc(
        "GSIs routed as MSI-X vectors of PCI devices; from 24 (x86) or 96 (Arm) to 4095"
    )
    mmio32_memory: AddressAllocator = doc(
        "Device window below 4 GiB (x86) or 2 GiB (Arm); each virtio-MMIO device takes a 4 KiB page"
    )
    mmio64_memory: AddressAllocator = doc(
        "256 GiB window from 256 GiB up; PCI devices place their 512 KiB BARs here"
    )
    system_memory: AddressAllocator = doc(
        "Low guest RAM kept for ACPI tables and devices; x86: 0x9fc00 to 0xdffff, Arm: the first 2 MiB"
    )
