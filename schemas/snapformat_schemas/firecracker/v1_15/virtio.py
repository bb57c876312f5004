"""The header of a virtio device, which now names the device's kind.

Read from `src/vmm/src/devices/virtio/{device,persist}.rs` and
`src/vmm/src/devices/virtio/generated/virtio_ids.rs` of Firecracker v1.15.1.
"""

from __future__ import annotations

from snapformat import UnitEnum, doc, schema, variant
from snapformat.bincode import Hex, u64
from snapformat_schemas.firecracker.depends import TYPE
from snapformat_schemas.firecracker.v1_8.virtio import QueueState
from snapformat_schemas.virtio.names import COMMON_FEATURES


@schema
class VirtioDeviceType(UnitEnum):
    """Kind of a virtio device. The number of a variant is not virtio's device ID."""

    Net = variant("Network interface, device ID 1")
    Block = variant("Drive, device ID 2")
    Rng = variant("Random number source, device ID 4")
    Balloon = variant("Memory balloon, device ID 5")
    Vsock = variant("Socket channel between guest and host, device ID 19")
    Mem = variant("Hot-pluggable memory, device ID 24")
    Pmem = variant("Persistent memory, device ID 27")


@schema
class VirtioDeviceState:
    """Part of a virtio device's state that depends neither on its kind nor on its transport."""

    device_type: VirtioDeviceType = doc(
        "Kind of the device; restore refuses another than the list it is in", depends=TYPE
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
