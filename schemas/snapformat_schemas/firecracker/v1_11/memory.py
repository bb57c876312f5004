"""Guest memory: the regions, in the order of the guest memory file.

Read from `src/vmm/src/vstate/memory.rs` of Firecracker v1.11.0.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import Hex, u64, usize
from snapformat_schemas.firecracker.depends import REGION


@schema
class GuestMemoryRegionState:
    """One contiguous range of guest physical memory.

    The memory file holds the regions one after the other: one starts at the sum of the sizes before it.
    """

    base_address: Hex[u64] = doc(
        "Guest physical address of the first byte (not a host address)", depends=REGION
    )
    size: usize = doc("Length in bytes, in guest memory as in the memory file", depends=REGION)


@schema
class GuestMemoryState:
    """Map of the guest's physical memory: which addresses are backed by RAM."""

    regions: list[GuestMemoryRegionState] = doc(
        "Ranges in ascending address order; their sizes add up to the memory file's",
        depends=REGION,
        key="base_address",
    )
