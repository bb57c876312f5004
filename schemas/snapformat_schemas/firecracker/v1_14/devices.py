"""States of the virtio devices, whichever transport they are attached to.

Read from Firecracker v1.14.4, below `src/vmm/src/`: `devices/virtio/block/{mod,persist}.rs`,
`devices/virtio/block/{virtio,vhost_user}/{device,persist}.rs`, `devices/virtio/{net,rng,vsock}/persist.rs`,
`devices/virtio/{balloon,mem,pmem}/{device,persist}.rs`, `devices/virtio/balloon/mod.rs`,
`mmds/{data_store,ns,persist}.rs`, `utils/net/mac.rs` and `vmm_config/pmem.rs`.
"""

from __future__ import annotations

from typing import Annotated

from snapformat import DataEnum, UnitEnum, doc, schema, variant
from snapformat.bincode import Len, u8, u16, u32, u64, usize
from snapformat_schemas.firecracker.v1_14.virtio import RateLimiterState, VirtioDeviceState


@schema
class CacheType(UnitEnum):
    """Whether guest flush requests reach the host's storage."""

    Unsafe = variant("Flush is not offered to the driver: data may be lost when the host fails")
    Writeback = variant("VIRTIO_BLK_F_FLUSH is offered, and a flush is carried out with fsync")


@schema
class FileEngineTypeState(UnitEnum):
    """How a drive's backing file is read and written."""

    Sync = variant("Blocking system calls on the VMM's own thread")
    Async = variant("Queued through io_uring")


@schema
class VirtioBlockState:
    """Drive backed by a file or block device of the host.

    Whether it is read-only is not stored apart: it is bit 5, VIRTIO_BLK_F_RO, of avail_features.
    """

    id: str = doc("Name of the drive in the API, its drive_id")
    partuuid: str | None = doc(
        "Partition UUID put into `root=PARTUUID=` at boot; only of use on the root drive"
    )
    cache_type: CacheType = doc("Whether the guest can force its writes to stable storage")
    root_device: bool = doc("The guest booted from this drive")
    disk_path: str = doc("Host path of the backing file; opened anew when the snapshot is restored")
    virtio_state: VirtioDeviceState = doc("Features and the single request queue")
    rate_limiter_state: RateLimiterState = doc("Limits on requests and bytes, reads and writes together")
    file_engine_type: FileEngineTypeState = doc("I/O engine that serves the backing file")


@schema
class VhostUserBlockState:
    """Drive served by a vhost-user process.

    Declared upstream but out of use: this release leaves such drives out of a snapshot and restores none.
    """

    id: str = doc("Name of the drive in the API, its drive_id")
    partuuid: str | None = doc(
        "Partition UUID put into `root=PARTUUID=` at boot; only of use on the root drive"
    )
    cache_type: CacheType = doc("Whether the guest can force its writes to stable storage")
    root_device: bool = doc("The guest booted from this drive")
    socket_path: str = doc("Host path of the Unix socket on which the backend process listens")
    vu_acked_protocol_features: u64 = doc("VHOST_USER_PROTOCOL_F_* bits agreed on with the backend")
    config_space: list[u8] = doc("`struct virtio_blk_config` as the backend reported it, 60 bytes")
    virtio_state: VirtioDeviceState = doc("Features and the single request queue")


@schema
class BlockState(DataEnum):
    """A drive, by the kind of its backend."""


@schema(name="Virtio", kind="newtype")
class BlockStateVirtio(BlockState):
    """Drive that Firecracker serves itself, from a file or block device."""

    value: VirtioBlockState = doc("Backing file, limits and queue of the drive")


@schema(name="VhostUser", kind="newtype")
class BlockStateVhostUser(BlockState):
    """Drive that another process serves over vhost-user; no snapshot of this release contains one."""

    value: VhostUserBlockState = doc("Socket, negotiated features and queue of the drive")


@schema
class MmdsVersion(UnitEnum):
    """Protocol of the microVM metadata service, after EC2's IMDS."""

    V1 = variant("Plain request and response, no session token needed")
    V2 = variant("Session oriented: a request must carry a token obtained by PUT")


@schema
class MmdsState:
    """Settings of the metadata service; its contents and tokens are not part of a snapshot."""

    version: MmdsVersion = doc("Whether a guest needs a session token")
    imds_compat: bool = doc("Answer in EC2's IMDS format always, whatever the request's Accept header says")


@schema
class MmdsNetworkStackState:
    """Addresses at which a network interface intercepts traffic to the metadata service."""

    mac_addr: Annotated[list[u8], Len(6)] = doc(
        "Ethernet address the service answers ARP with, 06:01:23:45:67:01"
    )
    ipv4_addr: u32 = doc("IPv4 address as a number, first octet in bits 24 to 31; 169.254.169.254 by default")
    tcp_port: u16 = doc("Port of the service's HTTP endpoint, 80")


@schema
class NetConfigSpaceState:
    """What `struct virtio_net_config` shows the guest."""

    guest_mac: str | None = doc(
        "Ethernet address as six hex pairs, `06:00:ac:10:00:02`; None: the guest picks one"
    )


@schema
class NetState:
    """Network interface backed by a TAP device of the host."""

    id: str = doc("Name of the interface in the API, its iface_id")
    tap_if_name: str = doc("Host TAP device that frames go through; must exist when the snapshot is restored")
    rx_rate_limiter_state: RateLimiterState = doc("Limits on what the guest receives")
    tx_rate_limiter_state: RateLimiterState = doc("Limits on what the guest sends")
    mmds_ns: MmdsNetworkStackState | None = doc(
        "Set where the guest can reach the metadata service by this interface"
    )
    config_space: NetConfigSpaceState = doc("Guest-visible configuration: the Ethernet address")
    virtio_state: VirtioDeviceState = doc("Features and the receive and transmit queues")


@schema
class VsockUdsState:
    """Host side of a vsock device that maps guest ports to Unix sockets."""

    path: str = doc(
        "Host path of the listening Unix socket; `_PORT` is appended for connections the guest makes"
    )


@schema
class VsockBackendState(DataEnum):
    """Host side of a vsock device."""


@schema(name="Uds", kind="newtype")
class VsockBackendStateUds(VsockBackendState):
    """Backend on Unix domain sockets, the only one there is."""

    value: VsockUdsState = doc("Where on the host the socket lives")


@schema
class VsockFrontendState:
    """Guest side of a vsock device."""

    cid: u64 = doc("Context ID, the guest's AF_VSOCK address; 3 or above")
    virtio_state: VirtioDeviceState = doc("Features and the receive, transmit and event queues")


@schema
class VsockState:
    """Vsock device. Open connections are not kept: the guest is told of a transport reset before saving."""

    backend: VsockBackendState = doc("Where the host's end of each connection lives")
    frontend: VsockFrontendState = doc("What the guest's driver sees: its address and queues")


@schema
class BalloonStatsState:
    """Memory statistics the guest reported last; None where it never sent that tag."""

    swap_in: u64 | None = doc("VIRTIO_BALLOON_S_SWAP_IN: bytes read back from swap")
    swap_out: u64 | None = doc("VIRTIO_BALLOON_S_SWAP_OUT: bytes written to swap")
    major_faults: u64 | None = doc("VIRTIO_BALLOON_S_MAJFLT: page faults that needed I/O, a count")
    minor_faults: u64 | None = doc("VIRTIO_BALLOON_S_MINFLT: page faults served from memory, a count")
    free_memory: u64 | None = doc("VIRTIO_BALLOON_S_MEMFREE: bytes the guest uses for nothing at all")
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
class BalloonConfigSpaceState:
    """Target and actual size of the balloon: `struct virtio_balloon_config` without its hinting command."""

    num_pages: u32 = doc("Size the host asks for, in 4 KiB pages")
    actual_pages: u32 = doc("What the guest says it has given up, in 4 KiB pages")


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
        "Seconds between two requests for statistics; 0: no statistics, no queue for them"
    )
    stats_desc_index: u16 | None = doc(
        "Head of the guest's statistics buffer, kept until the next request is due"
    )
    latest_stats: BalloonStatsState = doc("Guest memory statistics as of the last poll")
    config_space: BalloonConfigSpaceState = doc(
        "Guest-visible configuration: how large the balloon is to be and is"
    )
    hinting_state: HintingState = doc("Progress of free page hinting; all zero where the feature is off")
    virtio_state: VirtioDeviceState = doc(
        "Features and the inflate, deflate and (by features) statistics, hinting and reporting queues"
    )


@schema
class VirtioMemState:
    """Memory hot-plug device (virtio-mem)."""

    virtio_state: VirtioDeviceState = doc("Features and the single queue of plug and unplug requests")
    addr: u64 = doc("Guest physical address at which the hot-pluggable range starts")
    region_size: u64 = doc("Bytes of address space set aside: the most that can ever be plugged")
    block_size: u64 = doc(
        "Bytes in a block, the unit the guest plugs and unplugs; a power of two, 2 MiB by default"
    )
    usable_region_size: u64 = doc("Bytes from addr on within which the guest may plug blocks at present")
    requested_size: u64 = doc("Bytes the host wants plugged; the guest works towards it")
    slot_size: usize = doc("Bytes in a KVM memory slot, the unit the host (un)maps; 128 MiB by default")
    plugged_blocks: list[bool] = doc("One flag per block of the range, true where the guest has plugged it")


@schema
class EntropyState:
    """Source of random numbers (virtio-rng)."""

    virtio_state: VirtioDeviceState = doc("Features and the single request queue")
    rate_limiter_state: RateLimiterState = doc("Limits on requests and on random bytes handed out")


@schema(name="ConfigSpace")
class PmemConfigSpace:
    """Where the guest finds its persistent memory, `struct virtio_pmem_config`."""

    start: u64 = doc("Guest physical address of the first byte, 2 MiB aligned")
    size: u64 = doc("Bytes in the range: the backing file's size, rounded up to 2 MiB")


@schema
class PmemConfig:
    """Persistent memory as configured with `PUT /pmem`."""

    id: str = doc("Name of the device in the API, as in `PUT /pmem/{id}`")
    path_on_host: str = doc("Host path of the file mapped into the guest; mapped anew on restore")
    root_device: bool = doc("The guest's root file system lives on this device")
    read_only: bool = doc("Mapped without write permission, as a KVM_MEM_READONLY slot")


@schema
class PmemState:
    """Persistent memory (virtio-pmem): a host file mapped straight into guest memory."""

    virtio_state: VirtioDeviceState = doc("Features and the single queue of flush requests")
    config_space: PmemConfigSpace = doc("Guest-visible configuration: address and size of the mapping")
    config: PmemConfig = doc("What the API was given: the file and how to map it")
