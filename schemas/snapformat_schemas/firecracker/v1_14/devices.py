"""States of the balloon, of hot-pluggable and of persistent memory, whichever transport they are attached to.

Read from Firecracker v1.14.4, below `src/vmm/src/`: `devices/virtio/{balloon,mem,pmem}/{device,persist}.rs`,
`devices/virtio/balloon/mod.rs` and `vmm_config/pmem.rs`.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import Hex, u16, u32, u64, usize
from snapformat_schemas.firecracker.depends import BLOCKS, HOTPLUG, PMEM, REQUESTED, STATE_ID, STATS
from snapformat_schemas.firecracker.v1_8.device_parts import BalloonConfigSpaceState
from snapformat_schemas.firecracker.v1_13.virtio import VirtioDeviceState


@schema
class BalloonStatsState:
    """Memory statistics the guest reported last; None where it never sent that tag."""

    swap_in: u64 | None = doc("VIRTIO_BALLOON_S_SWAP_IN: bytes read back from swap")
    swap_out: u64 | None = doc("VIRTIO_BALLOON_S_SWAP_OUT: bytes written to swap")
    major_faults: u64 | None = doc("VIRTIO_BALLOON_S_MAJFLT: page faults that needed I/O, a count")
    minor_faults: u64 | None = doc("VIRTIO_BALLOON_S_MINFLT: page faults served from memory, a count")
    free_memory: u64 | None = doc("VIRTIO_BALLOON_S_MEMFREE: bytes that the guest does not use")
    total_memory: u64 | None = doc("VIRTIO_BALLOON_S_MEMTOT: bytes the guest's kernel manages")
    available_memory: u64 | None = doc(
        "VIRTIO_BALLOON_S_AVAIL: bytes a new program could get without swapping, estimated"
    )
    disk_caches: u64 | None = doc(
        "VIRTIO_BALLOON_S_CACHES: bytes of file cache that can be reclaimed without I/O"
    )
    hugetlb_allocations: u64 | None = doc("VIRTIO_BALLOON_S_HTLB_PGALLOC: huge pages obtained, a count")
    hugetlb_failures: u64 | None = doc("VIRTIO_BALLOON_S_HTLB_PGFAIL: huge pages refused, a count")
    oom_kill: u64 | None = doc(
        "VIRTIO_BALLOON_S_OOM_KILL: out-of-memory kills, a count; guests from Linux 6.12 on"
    )
    alloc_stall: u64 | None = doc(
        "VIRTIO_BALLOON_S_ALLOC_STALL: allocations that had to wait for reclaim, a count"
    )
    async_scan: u64 | None = doc("VIRTIO_BALLOON_S_ASYNC_SCAN: bytes examined by background reclaim (kswapd)")
    direct_scan: u64 | None = doc(
        "VIRTIO_BALLOON_S_DIRECT_SCAN: bytes examined by allocating tasks themselves"
    )
    async_reclaim: u64 | None = doc(
        "VIRTIO_BALLOON_S_ASYNC_RECLAIM: bytes freed by background reclaim (kswapd)"
    )
    direct_reclaim: u64 | None = doc(
        "VIRTIO_BALLOON_S_DIRECT_RECLAIM: bytes freed by allocating tasks themselves"
    )


@schema
class HintingState:
    """Free page hinting: runs in which the guest names pages it does not use."""

    host_cmd: u32 = doc(
        "Command shown to the guest: 0 stop, 1 done (it may use hinted pages again), 2 and up: a run"
    )
    last_cmd_id: u32 = doc("Number given to the most recent run; the next is one more, skipping 0 and 1")
    guest_cmd: u32 | None = doc(
        "Command the guest echoed last on the hinting queue; hints of another run are dropped"
    )
    acknowledge_on_finish: bool = doc("Set host_cmd to done unasked once the guest reports the end of a run")


@schema
class BalloonState:
    """Memory balloon: takes pages from the guest and gives them back."""

    stats_polling_interval_s: u16 = doc(
        "Seconds between two requests for statistics; 0: no statistics, no queue for them", depends=STATS
    )
    stats_desc_index: u16 | None = doc(
        "Head of the guest's statistics buffer, kept until the next request is due"
    )
    latest_stats: BalloonStatsState = doc("Guest memory statistics as of the last poll")
    config_space: BalloonConfigSpaceState = doc(
        "Guest-visible configuration: target and actual size of the balloon"
    )
    hinting_state: HintingState = doc("Progress of free page hinting; all zero where the feature is off")
    virtio_state: VirtioDeviceState = doc(
        "Features and the inflate, deflate and (by features) statistics, hinting and reporting queues"
    )


@schema
class VirtioMemState:
    """Memory hot-plug device (virtio-mem)."""

    virtio_state: VirtioDeviceState = doc("Features and the single queue of plug and unplug requests")
    addr: Hex[u64] = doc("Guest physical address at which the hot-pluggable range starts", depends=HOTPLUG)
    region_size: u64 = doc(
        "Bytes of address space set aside: the most that can ever be plugged", depends=HOTPLUG
    )
    block_size: u64 = doc(
        "Bytes in a block, the unit the guest plugs and unplugs; a power of two, 2 MiB by default",
        depends=HOTPLUG,
    )
    usable_region_size: u64 = doc(
        "Bytes from addr on within which the guest may plug blocks at present", depends=HOTPLUG
    )
    requested_size: u64 = doc("Bytes the host wants plugged; the guest works towards it", depends=REQUESTED)
    slot_size: usize = doc(
        "Bytes in a KVM memory slot, the unit the host (un)maps; 128 MiB by default", depends=HOTPLUG
    )
    plugged_blocks: list[bool] = doc(
        "One flag per block of the range, true where the guest has plugged it", depends=BLOCKS
    )


@schema(name="ConfigSpace")
class PmemConfigSpace:
    """Location of persistent memory in the guest, `struct virtio_pmem_config`."""

    start: Hex[u64] = doc("Guest physical address of the first byte, 2 MiB aligned", depends=PMEM)
    size: u64 = doc("Bytes in the range: the backing file's size, rounded up to 2 MiB", depends=PMEM)


@schema
class PmemConfig:
    """Persistent memory as configured with `PUT /pmem`."""

    id: str = doc("Name of the device in the API, as in `PUT /pmem/{id}`", depends=STATE_ID)
    path_on_host: str = doc("Host path of the file mapped into the guest; mapped again on restore")
    root_device: bool = doc("The guest's root file system lives on this device")
    read_only: bool = doc("Mapped without write permission, as a KVM_MEM_READONLY slot")


@schema
class PmemState:
    """Persistent memory (virtio-pmem): a host file mapped straight into guest memory."""

    virtio_state: VirtioDeviceState = doc("Features and the single queue of flush requests")
    config_space: PmemConfigSpace = doc("Guest-visible configuration: address and size of the mapping")
    config: PmemConfig = doc("Configuration given to the API: the file and how to map it")
