"""Guest memory: the regions, in the order of the guest memory file.

Read from `src/vmm/src/vstate/memory.rs` of Firecracker v1.14.4.
"""

from __future__ import annotations

from snapformat import UnitEnum, doc, schema, variant
from snapformat.bincode import Hex, u64, usize
from snapformat_schemas.firecracker.depends import BLOCKS, REGION


@schema
class GuestRegionType(UnitEnum):
    """Whether a range of memory was there at boot or is plugged in later."""

    Dram = variant("Ordinary RAM, present from boot on; always a single, plugged slot")
    Hotpluggable = variant("Address range of the virtio-mem device, filled slot by slot as the guest asks")


@schema
class GuestMemoryRegionState:
    """One contiguous range of guest physical memory.

    The memory file holds the regions one after the other, unplugged slots included (as holes): a region
    starts at the sum of the sizes before it.
    """

    base_address: Hex[u64] = doc(
        "Guest physical address of the first byte (not a host address)", depends=REGION
    )
    size: usize = doc("Length in bytes, in guest memory as in the memory file", depends=REGION)
    region_type: GuestRegionType = doc("RAM given at boot, or the range that virtio-mem fills")
    plugged: list[bool] = doc(
        "One flag per equally sized KVM memory slot: true where the slot is mapped for the guest",
        depends=BLOCKS,
    )


@schema
class GuestMemoryState:
    """Map of the guest's physical memory: which addresses are backed by RAM."""

    regions: list[GuestMemoryRegionState] = doc(
        "Ranges in ascending address order; their sizes add up to the memory file's",
        depends=REGION,
        key="base_address",
    )
