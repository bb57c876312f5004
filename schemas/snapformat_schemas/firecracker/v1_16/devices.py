"""States of network interfaces and of persistent memory, whichever transport they are attached to.

Read from Firecracker v1.16.1, below `src/vmm/src/`: `devices/virtio/{net,pmem}/{device,persist}.rs`,
`vmm_config/{mod,pmem}.rs` and `rate_limiter/mod.rs`.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import u16, u64
from snapformat_schemas.firecracker.conversions import MacAddr
from snapformat_schemas.firecracker.depends import STATE_ID
from snapformat_schemas.firecracker.v1_8.virtio import RateLimiterState
from snapformat_schemas.firecracker.v1_11.mmds import MmdsNetworkStackState
from snapformat_schemas.firecracker.v1_14.devices import PmemConfigSpace
from snapformat_schemas.firecracker.v1_15.virtio import VirtioDeviceState


@schema
class NetConfigSpaceState:
    """Contents of `struct virtio_net_config`, which the guest reads."""

    guest_mac: MacAddr | None = doc(
        "Ethernet address as six hex pairs, `06:00:ac:10:00:02`; None: the guest picks one"
    )
    mtu: u16 | None = doc(
        "Largest packet in bytes, 68 or more, offered with VIRTIO_NET_F_MTU; None: the guest picks it"
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
    config_space: NetConfigSpaceState = doc("Guest-visible configuration: Ethernet address and packet size")
    virtio_state: VirtioDeviceState = doc("Features and the receive and transmit queues")


@schema
class TokenBucketConfig:
    """Token bucket as configured: a budget that refills with time; a token is one operation or one byte."""

    size: u64 = doc("Capacity in tokens, and what one refill_time brings back; zero sets no limit")
    one_time_burst: u64 | None = doc("Tokens of extra credit at start, spent first and never refilled")
    refill_time: u64 = doc("Milliseconds an empty bucket takes to fill up; zero sets no limit")


@schema
class RateLimiterConfig:
    """Limits on a device's traffic as given to the API; a limit that is None does not apply."""

    bandwidth: TokenBucketConfig | None = doc("Bucket that counts bytes moved")
    ops: TokenBucketConfig | None = doc("Bucket that counts operations")


@schema
class PmemConfig:
    """Persistent memory as configured with `PUT /pmem`."""

    id: str = doc("Name of the device in the API, as in `PUT /pmem/{id}`", depends=STATE_ID)
    path_on_host: str = doc("Host path of the file mapped into the guest; mapped again on restore")
    root_device: bool = doc("The guest's root file system lives on this device")
    read_only: bool = doc("Mapped without write permission, as a KVM_MEM_READONLY slot")
    rate_limiter: RateLimiterConfig | None = doc(
        "Limits on flushes at first; a later `PATCH /pmem` changes rate_limiter_state only"
    )


@schema
class PmemState:
    """Persistent memory (virtio-pmem): a host file mapped straight into guest memory."""

    virtio_state: VirtioDeviceState = doc("Features and the single queue of flush requests")
    config_space: PmemConfigSpace = doc("Guest-visible configuration: address and size of the mapping")
    config: PmemConfig = doc("Configuration given to the API: the file and how to map it")
    rate_limiter_state: RateLimiterState = doc(
        "Limits on flushes now: each takes one operation, and as many bytes as the backing file has"
    )
