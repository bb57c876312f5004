"""Network interfaces as they are attached to the MMIO bus.

Read from `src/vmm/src/device_manager/{mmio,persist}.rs` of Firecracker v1.10.0.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat_schemas.firecracker.depends import DEVICE_ID
from snapformat_schemas.firecracker.v1_8.device_manager import MMIODeviceInfo
from snapformat_schemas.firecracker.v1_8.virtio import MmioTransportState
from snapformat_schemas.firecracker.v1_10_0.devices import NetState


@schema
class ConnectedNetState:
    """Network interface on the MMIO transport."""

    device_id: str = doc("Name in the API, the iface_id", depends=DEVICE_ID)
    device_state: NetState = doc("TAP device, limits, Ethernet address, queues")
    transport_state: MmioTransportState = doc("Registers of the virtio-MMIO transport")
    device_info: MMIODeviceInfo = doc("Address of its registers in guest memory, and its interrupt line")
