"""Devices as they are attached to the MMIO bus: on every architecture, and those of Arm.

Read from `src/vmm/src/device_manager/{mmio,persist}.rs` of Firecracker v1.8.0.
"""

from __future__ import annotations

from snapformat import UnitEnum, doc, schema, variant
from snapformat.bincode import Hex, u32, u64
from snapformat_schemas.firecracker.depends import DEVICE_ID, LINE, PLACE
from snapformat_schemas.firecracker.v1_8.devices import (
    BalloonState,
    BlockState,
    EntropyState,
    NetState,
    VsockState,
)
from snapformat_schemas.firecracker.v1_8.virtio import MmioTransportState


@schema
class MMIODeviceInfo:
    """Resources of a memory-mapped device."""

    addr: Hex[u64] = doc(
        "Guest physical address of its register page; from 0xd0000000 (x86) or 0x40000000 (Arm) up",
        depends=PLACE,
    )
    len: u64 = doc("Bytes of the register range, 4096", depends=PLACE)
    irqs: list[u32] = doc(
        "Interrupt lines the device raises: exactly one for virtio; 5 to 23 on x86, 32 up on Arm",
        depends=LINE,
    )


@schema
class ConnectedBalloonState:
    """Memory balloon on the MMIO transport."""

    device_id: str = doc("Always `balloon`: there is at most one, and the API gives it no name")
    device_state: BalloonState = doc("Target and actual size, statistics, queues")
    transport_state: MmioTransportState = doc("Registers of the virtio-MMIO transport")
    device_info: MMIODeviceInfo = doc("Address of its registers in guest memory, and its interrupt line")


@schema
class ConnectedBlockState:
    """Drive on the MMIO transport."""

    device_id: str = doc("Name in the API, the drive_id", depends=DEVICE_ID)
    device_state: BlockState = doc("Backing file or process, limits, queue")
    transport_state: MmioTransportState = doc("Registers of the virtio-MMIO transport")
    device_info: MMIODeviceInfo = doc("Address of its registers in guest memory, and its interrupt line")


@schema
class ConnectedNetState:
    """Network interface on the MMIO transport."""

    device_id: str = doc("Name in the API, the iface_id", depends=DEVICE_ID)
    device_state: NetState = doc("TAP device, limits, Ethernet address, queues")
    transport_state: MmioTransportState = doc("Registers of the virtio-MMIO transport")
    device_info: MMIODeviceInfo = doc("Address of its registers in guest memory, and its interrupt line")


@schema
class ConnectedVsockState:
    """Socket channel between guest and host, on the MMIO transport."""

    device_id: str = doc("Always `vsock`, regardless of the vsock_id given to the API")
    device_state: VsockState = doc("The host's Unix socket, the guest's address and queues")
    transport_state: MmioTransportState = doc("Registers of the virtio-MMIO transport")
    device_info: MMIODeviceInfo = doc("Address of its registers in guest memory, and its interrupt line")


@schema
class ConnectedEntropyState:
    """Random number source (virtio-rng) on the MMIO transport."""

    device_id: str = doc("Always `rng`: there is at most one, and the API gives it no name")
    device_state: EntropyState = doc("Limits on what is handed out, and the queue")
    transport_state: MmioTransportState = doc("Registers of the virtio-MMIO transport")
    device_info: MMIODeviceInfo = doc("Address of its registers in guest memory, and its interrupt line")


@schema
class MmdsVersionState(UnitEnum):
    """Protocol of the microVM metadata service, after EC2's IMDS."""

    V1 = variant("Plain request and response, no session token needed")
    V2 = variant("Session oriented: a request must carry a token obtained by PUT")
