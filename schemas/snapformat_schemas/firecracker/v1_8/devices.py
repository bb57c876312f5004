"""States of the virtio devices, whichever transport they are attached to.

Read from Firecracker v1.8.0: `devices/virtio/block/{mod,persist}.rs`,
`devices/virtio/block/{virtio,vhost_user}/{device,persist}.rs`,
`devices/virtio/{balloon,net,rng,vsock}/persist.rs`, `devices/virtio/balloon/{mod,device}.rs`, and
`mmds/{ns,persist}.rs` below `src/vmm/src/`.
"""

from __future__ import annotations

from typing import Annotated

from snapformat import DataEnum, doc, schema
from snapformat.bincode import Hex, Len, u8, u16, u32, u64, usize
from snapformat_schemas.firecracker.depends import STATE_ID, STATS
from snapformat_schemas.firecracker.v1_8.device_parts import (
    BalloonConfigSpaceState,
    BalloonStatsState,
    CacheType,
    FileEngineTypeState,
    NetConfigSpaceState,
    VsockBackendState,
)
from snapformat_schemas.firecracker.v1_8.virtio import RateLimiterState, VirtioDeviceState


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
class MmdsNetworkStackState:
    """Addresses and limits of the network stack that stands between an interface and the metadata service."""

    mac_addr: Annotated[list[u8], Len(6)] = doc(
        "Ethernet address the service answers ARP with, 06:01:23:45:67:01"
    )
    ipv4_addr: Hex[u32] = doc(
        "IPv4 address as a number, first octet in bits 24 to 31; 169.254.169.254 by default"
    )
    tcp_port: u16 = doc("Port of the service's HTTP endpoint, 80")
    max_connections: usize = doc(
        "Maximum number of TCP connections the guest may have open at a time, 30; zero aborts a restore"
    )
    max_pending_resets: usize = doc(
        "Maximum number of RST segments waiting to be sent, 100; zero aborts a restore"
    )


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
