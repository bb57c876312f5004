"""Virtio parts that every device shares: queues, device header, MMIO transport, rate limiter.

Read from `src/vmm/src/devices/virtio/{persist,queue,mmio}.rs` and `src/vmm/src/rate_limiter/{mod,persist}.rs`
of Firecracker v1.8.0.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import Hex, u16, u32, u64
from snapformat_schemas.firecracker.depends import INDEX, QUEUE, RING, TYPE
from snapformat_schemas.virtio.names import COMMON_FEATURES, INTERRUPT_STATUS, STATUS


@schema
class QueueState:
    """A split virtqueue: the addresses of its three rings in guest memory, and the progress of the device."""

    max_size: u16 = doc(
        "Maximum number of descriptors the device offers; a restore requires the built-in 256", depends=QUEUE
    )
    size: u16 = doc(
        "Number of descriptors the driver chose, a power of two not above max_size", depends=QUEUE
    )
    ready: bool = doc("The driver has finished setting the queue up (QueueReady / queue_enable)")
    desc_table: Hex[u64] = doc(
        "Guest physical address of the descriptor table, 16 bytes per descriptor", depends=RING
    )
    avail_ring: Hex[u64] = doc("Guest physical address of the available (driver) ring", depends=RING)
    used_ring: Hex[u64] = doc("Guest physical address of the used (device) ring", depends=RING)
    next_avail: u16 = doc(
        "Available-ring index the device takes next; runs freely and wraps at 2^16", depends=INDEX
    )
    next_used: u16 = doc(
        "Used-ring index the device fills next; runs freely and wraps at 2^16", depends=INDEX
    )
    num_added: u16 = doc(
        "Buffers returned since the guest was last interrupted; for VIRTIO_F_EVENT_IDX, wraps at 2^16"
    )


@schema
class VirtioDeviceState:
    """Part of a virtio device's state that does not depend on the kind of device."""

    device_type: u32 = doc("Virtio device ID: 1 net, 2 block, 4 rng, 5 balloon, 19 vsock", depends=TYPE)
    avail_features: Hex[u64] = doc(
        "Feature bits the device offers; those below 24 are its kind's own", bits=COMMON_FEATURES
    )
    acked_features: Hex[u64] = doc(
        "Feature bits the driver accepted; restore refuses bits that are not offered", bits=COMMON_FEATURES
    )
    queues: list[QueueState] = doc(
        "Virtqueues in the order the device type defines; a restore checks how many", key=()
    )
    interrupt_status: Hex[u32] = doc(
        "InterruptStatus, register 0x60: causes not acknowledged yet", bits=INTERRUPT_STATUS
    )
    activated: bool = doc("The driver reached DRIVER_OK and the device processes its queues")


@schema
class MmioTransportState:
    """Registers of a virtio-MMIO transport (virtio specification, section 4.2.2)."""

    features_select: u32 = doc("DeviceFeaturesSel, 0x14: which 32 offered feature bits the driver reads")
    acked_features_select: u32 = doc(
        "DriverFeaturesSel, 0x24: which 32 accepted feature bits the driver writes"
    )
    queue_select: u32 = doc("QueueSel, 0x30: the virtqueue that the Queue* registers refer to")
    device_status: Hex[u32] = doc("Status, 0x70: how far the driver has come with the device", bits=STATUS)
    config_generation: u32 = doc("ConfigGeneration, 0xfc: changes when the device's configuration space does")


@schema
class TokenBucketState:
    """Token bucket: a budget that refills with time; a token is one operation or one byte."""

    size: u64 = doc("Capacity in tokens, and what one refill_time brings back; not zero")
    one_time_burst: u64 = doc("Tokens left of the extra credit given at start; spent first, never refilled")
    refill_time: u64 = doc("Milliseconds an empty bucket takes to fill up; not zero")
    budget: u64 = doc("Tokens in the bucket now, at most size")
    elapsed_ns: u64 = doc("Nanoseconds between the bucket's last update and the moment of saving")


@schema
class RateLimiterState:
    """Limits on a device's traffic; a limit that is None does not apply."""

    ops: TokenBucketState | None = doc("Bucket that counts operations: block requests, network packets")
    bandwidth: TokenBucketState | None = doc("Bucket that counts bytes moved")
