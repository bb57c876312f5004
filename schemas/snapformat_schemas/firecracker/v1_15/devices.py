"""States of the virtio devices, whichever transport they are attached to.

Read from Firecracker v1.15.1, below `src/vmm/src/`: `devices/virtio/block/persist.rs`,
`devices/virtio/block/{virtio,vhost_user}/persist.rs`,
`devices/virtio/{balloon,mem,net,pmem,rng,vsock}/persist.rs` and `devices/virtio/vsock/unix/muxer.rs`.
"""

from __future__ import annotations

from snapformat import DataEnum, doc, schema
from snapformat.bincode import Hex, u8, u16, u32, u64, usize
from snapformat_schemas.firecracker.depends import BLOCKS, HOTPLUG, REQUESTED, STATE_ID, STATS
from snapformat_schemas.firecracker.v1_8.device_parts import (
    BalloonConfigSpaceState,
    CacheType,
    FileEngineTypeState,
    NetConfigSpaceState,
)
from snapformat_schemas.firecracker.v1_8.virtio import RateLimiterState
from snapformat_schemas.firecracker.v1_11.mmds import MmdsNetworkStackState
from snapformat_schemas.firecracker.v1_14.devices import (
    BalloonStatsState,
    HintingState,
    PmemConfig,
    PmemConfigSpace,
)
from snapformat_schemas.firecracker.v1_15.virtio import VirtioDeviceState


@schema
class VirtioBlockState:
    """Drive backed by a file or block device of the host.

    Whether it is read-only is not stored separately: it is bit 5, VIRTIO_BLK_F_RO, of avail_features.
    """

    id: str = doc("Name of the drive in the API, its drive_id", depends=STATE_ID)
    partuuid: str | None = doc(
        "Partition UUID put into `root=PARTUUID=` at boot; only of use on the root drive"
    )
    cache_type: CacheType = doc("Whether the guest can force its writes to stable storage")
    root_device: bool = doc("The guest booted from this drive")
    disk_path: str = doc("Host path of the backing file; opened again when the snapshot is restored")
    virtio_state: VirtioDeviceState = doc("Features and the single request queue")
    rate_limiter_state: RateLimiterState = doc("Limits on requests and bytes, reads and writes together")
    file_engine_type: FileEngineTypeState = doc("I/O engine that serves the backing file")


@schema
class VhostUserBlockState:
    """Drive served by a vhost-user process.

    Declared upstream but unused: no snapshot contains such a drive, and Firecracker restores none.
    """

    id: str = doc("Name of the drive in the API, its drive_id", depends=STATE_ID)
    partuuid: str | None = doc(
        "Partition UUID put into `root=PARTUUID=` at boot; only of use on the root drive"
    )
    cache_type: CacheType = doc("Whether the guest can force its writes to stable storage")
    root_device: bool = doc("The guest booted from this drive")
    socket_path: str = doc("Host path of the Unix socket on which the backend process listens")
    vu_acked_protocol_features: Hex[u64] = doc("VHOST_USER_PROTOCOL_F_* bits agreed on with the backend")
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
class NetState:
    """Network interface backed by a TAP device of the host."""

    id: str = doc("Name of the interface in the API, its iface_id", depends=STATE_ID)
    tap_if_name: str = doc("Host TAP device that frames go through; must exist when the snapshot is restored")
    rx_rate_limiter_state: RateLimiterState = doc("Token buckets that limit what the guest receives")
    tx_rate_limiter_state: RateLimiterState = doc("Token buckets that limit what the guest sends")
    mmds_ns: MmdsNetworkStackState | None = doc(
        "Set if the guest can reach the metadata service through this interface"
    )
    config_space: NetConfigSpaceState = doc("Guest-visible configuration: the Ethernet address")
    virtio_state: VirtioDeviceState = doc("Features and the receive and transmit queues")


@schema
class VsockFrontendState:
    """Guest side of a vsock device."""

    cid: u64 = doc("Context ID, the guest's AF_VSOCK address; 3 or above")
    virtio_state: VirtioDeviceState = doc("Features and the receive, transmit and event queues")


@schema
class VsockBackendState:
    """Host side of a vsock device, which maps guest ports to Unix sockets."""

    uds_path: str = doc(
        "Host path of the listening Unix socket; `_PORT` is appended for connections the guest makes"
    )
    local_port_last: u32 = doc(
        "Host-side port given out last, 2^30 to 2^31 - 1, or 2^30 - 1 where none was; the next is one more"
    )


@schema
class VsockState:
    """Vsock device. Open connections are not kept: saving notifies the guest of a transport reset."""

    backend: VsockBackendState = doc("Host side of the connections")
    frontend: VsockFrontendState = doc("Guest side: its address and queues")


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
class EntropyState:
    """Source of random numbers (virtio-rng)."""

    virtio_state: VirtioDeviceState = doc("Features and the single request queue")
    rate_limiter_state: RateLimiterState = doc("Limits on requests and on random bytes handed out")


@schema
class PmemState:
    """Persistent memory (virtio-pmem): a host file mapped straight into guest memory."""

    virtio_state: VirtioDeviceState = doc("Features and the single queue of flush requests")
    config_space: PmemConfigSpace = doc("Guest-visible configuration: address and size of the mapping")
    config: PmemConfig = doc("Configuration given to the API: the file and how to map it")


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
