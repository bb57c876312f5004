"""Devices as they are attached to a bus: MMIO or PCI. Everything here is the same on every architecture.

Read from `src/vmm/src/device_manager/{mmio,persist,pci_mngr}.rs` of Firecracker v1.13.2.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from snapformat import doc, schema
from snapformat.bincode import Hex, u32, u64
from snapformat_schemas.firecracker.depends import BUS, DEVICE_ID, LINE, PCI, PLACE
from snapformat_schemas.firecracker.v1_13.devices import (
    BalloonState,
    BlockState,
    EntropyState,
    MmdsState,
    NetState,
    VsockState,
)
from snapformat_schemas.firecracker.v1_13.pci import VirtioPciDeviceState
from snapformat_schemas.firecracker.v1_13.virtio import MmioTransportState

T = TypeVar("T")


@schema
class MMIODeviceInfo:
    """Resources of a memory-mapped device."""

    addr: Hex[u64] = doc(
        "Guest physical address of its register page: inside mmio32_memory, or just below on Arm",
        depends=PLACE,
    )
    len: u64 = doc("Bytes of the register range, 4096", depends=PLACE)
    gsi: u32 | None = doc(
        "Interrupt line the device raises, one of gsi_legacy_allocator's numbers; always set", depends=LINE
    )


@schema(name="VirtioDeviceState")
class MmioVirtioDeviceState(Generic[T]):
    """Virtio device on the MMIO transport: its own state, the transport's, and its place."""

    device_id: str = doc(
        "Name in the API: drive_id, iface_id, ...; `vsock`, `balloon`, `rng`, `mem` for single devices",
        depends=DEVICE_ID,
    )
    device_state: T = doc("The device's own state: drive, network interface, balloon and so on")
    transport_state: MmioTransportState = doc("Registers of the virtio-MMIO transport")
    device_info: MMIODeviceInfo = doc("Address of its registers in guest memory, and its interrupt line")


@schema(name="VirtioDeviceState")
class PciVirtioDeviceState(Generic[T]):
    """Virtio device on the PCI transport: its own state, the transport's, and its address."""

    device_id: str = doc(
        "Name in the API: drive_id, iface_id, ...; `vsock`, `balloon`, `rng` for single devices",
        depends=DEVICE_ID,
    )
    pci_device_bdf: Hex[u32] = doc(
        "PCI address as a number: segment << 16 | bus << 8 | device << 3 | function", depends=PCI
    )
    device_state: T = doc("The device's own state: drive, network interface, balloon and so on")
    transport_state: VirtioPciDeviceState = doc(
        "Configuration space, BAR and interrupts of the virtio-PCI transport"
    )


@schema
class PciDevicesState:
    """Devices on the PCI bus; all empty when PCI is off, as devices then are on MMIO."""

    pci_enabled: bool = doc(
        "Firecracker was started with --enable-pci; all virtio devices are PCI devices then", depends=BUS
    )
    block_devices: list[PciVirtioDeviceState[BlockState]] = doc(
        "Drives, in no particular order", key="device_id"
    )
    net_devices: list[PciVirtioDeviceState[NetState]] = doc(
        "Network interfaces, in no particular order", key="device_id"
    )
    vsock_device: PciVirtioDeviceState[VsockState] | None = doc(
        "Socket channel between guest and host, at most one"
    )
    balloon_device: PciVirtioDeviceState[BalloonState] | None = doc(
        "Balloon that takes memory back from the guest, at most one"
    )
    mmds: MmdsState | None = doc(
        "Metadata service; set when a network interface of this bus gives access to it"
    )
    entropy_device: PciVirtioDeviceState[EntropyState] | None = doc(
        "Random number source (virtio-rng), at most one"
    )
