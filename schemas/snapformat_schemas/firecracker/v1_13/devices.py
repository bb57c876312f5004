"""States of the virtio devices, whichever transport they are attached to.

Read from Firecracker v1.13.2, below `src/vmm/src/`: `devices/virtio/block/persist.rs`,
`devices/virtio/block/{virtio,vhost_user}/persist.rs`, `devices/virtio/{balloon,net,rng,vsock}/persist.rs`,
`device_manager/persist.rs` and `mmds/data_store.rs`.
"""

from __future__ import annotations

from snapformat import DataEnum, UnitEnum, doc, schema, variant
from snapformat.bincode import Hex, u8, u16, u64
from snapformat_schemas.firecracker.depends import STATE_ID, STATS
from snapformat_schemas.firecracker.v1_8.device_parts import (
    BalloonConfigSpaceState,
    BalloonStatsState,
    CacheType,
    FileEngineTypeState,
    NetConfigSpaceState,
    VsockBackendState,
)
from snapformat_schemas.firecracker.v1_8.virtio import RateLimiterState
from snapformat_schemas.firecracker.v1_11.mmds import MmdsNetworkStackState
from snapformat_schemas.firecracker.v1_13.virtio import VirtioDeviceState


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

    Declared upstream but unused: Firecracker leaves such drives out of a snapshot and restores none.
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
class MmdsVersion(UnitEnum):
    """Protocol of the microVM metadata service, after EC2's IMDS."""

    V1 = variant("Plain request and response, no session token needed")
    V2 = variant("Session oriented: a request must carry a token obtained by PUT")


@schema
class MmdsState:
    """Settings of the metadata service; its contents and tokens are not part of a snapshot."""

    version: MmdsVersion = doc("Whether a guest needs a session token")
    imds_compat: bool = doc("Always answer in EC2's IMDS format, regardless of the request's Accept header")


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
    virtio_state: VirtioDeviceState = doc(
        "Features and the inflate and deflate queues, and one for statistics where they are on"
    )


@schema
class EntropyState:
    """Source of random numbers (virtio-rng)."""

    virtio_state: VirtioDeviceState = doc("Features and the single request queue")
    rate_limiter_state: RateLimiterState = doc("Limits on requests and on random bytes handed out")
