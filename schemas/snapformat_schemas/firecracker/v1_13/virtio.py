"""Virtio parts that every device shares: the device header and the MMIO transport.

Read from `src/vmm/src/devices/virtio/persist.rs` and `src/vmm/src/devices/virtio/transport/mmio.rs` of
Firecracker v1.13.2.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import Hex, u32, u64
from snapformat_schemas.firecracker.depends import TYPE
from snapformat_schemas.firecracker.v1_8.virtio import QueueState
from snapformat_schemas.virtio.names import COMMON_FEATURES, INTERRUPT_STATUS, STATUS


@schema
class VirtioDeviceState:
    """Part of a virtio device's state that depends neither on its kind nor on its transport."""

    device_type: u32 = doc(
        "Virtio device ID: 1 net, 2 block, 4 rng, 5 balloon, 19 vsock, 24 mem, 27 pmem", depends=TYPE
    )
    avail_features: Hex[u64] = doc(
        "Feature bits the device offers; those below 24 are its kind's own", bits=COMMON_FEATURES
    )
    acked_features: Hex[u64] = doc(
        "Feature bits the driver accepted; restore refuses bits that are not offered", bits=COMMON_FEATURES
    )
    queues: list[QueueState] = doc(
        "Virtqueues in the order the device type defines; a restore checks how many", key=()
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
    interrupt_status: Hex[u32] = doc(
        "InterruptStatus, 0x60: causes not acknowledged yet", bits=INTERRUPT_STATUS
    )
