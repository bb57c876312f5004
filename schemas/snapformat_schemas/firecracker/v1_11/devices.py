"""Network interfaces.

Read from `src/vmm/src/devices/virtio/net/{device,persist}.rs` of Firecracker v1.11.0.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat_schemas.firecracker.depends import STATE_ID
from snapformat_schemas.firecracker.v1_8.device_parts import NetConfigSpaceState
from snapformat_schemas.firecracker.v1_8.virtio import RateLimiterState, VirtioDeviceState
from snapformat_schemas.firecracker.v1_10_0.devices import RxBufferState
from snapformat_schemas.firecracker.v1_11.mmds import MmdsNetworkStackState


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
