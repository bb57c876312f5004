"""Network interfaces.

Read from `src/vmm/src/devices/virtio/net/{device,persist}.rs` and `src/vmm/src/mmds/persist.rs` of
Firecracker v1.10.0.
"""

from __future__ import annotations

from typing import Annotated

from snapformat import doc, schema
from snapformat.bincode import Hex, Len, NonZeroUsize, u8, u16, u32
from snapformat_schemas.firecracker.depends import STATE_ID
from snapformat_schemas.firecracker.v1_8.device_parts import NetConfigSpaceState
from snapformat_schemas.firecracker.v1_8.virtio import RateLimiterState, VirtioDeviceState


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
    max_connections: NonZeroUsize = doc(
        "Maximum number of TCP connections the guest may have open at a time, 30"
    )
    max_pending_resets: NonZeroUsize = doc("Maximum number of RST segments waiting to be sent, 100")


@schema
class RxBufferState:
    """Receive buffers the device has taken from the queue, so that a frame can be read into them at once."""

    parsed_descriptor_chains_nr: u16 = doc(
        "Descriptor chains taken from the available ring but not used up; a restore takes them again"
    )
    used_descriptors: u16 = doc("Chains filled, but not yet shown to the guest in the used ring")
    used_bytes: u32 = doc(
        "Bytes of a frame that is in the buffers but held back by the rate limiter; 0: none"
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
    rx_buffers_state: RxBufferState = doc("Number of buffers of the receive queue that the device holds")
