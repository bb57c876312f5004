"""Devices as they are attached to the PCI bus. Everything here is the same on every architecture.

Read from `src/vmm/src/device_manager/pci_mngr.rs` of Firecracker v1.14.4.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from snapformat import doc, schema
from snapformat.bincode import Hex, u32
from snapformat_schemas.firecracker.depends import BUS, DEVICE_ID, PCI
from snapformat_schemas.firecracker.v1_13.devices import (
    BlockState,
    EntropyState,
    MmdsState,
    NetState,
    VsockState,
)
from snapformat_schemas.firecracker.v1_14.devices import (
    BalloonState,
    PmemState,
    VirtioMemState,
)
from snapformat_schemas.firecracker.v1_14.pci import VirtioPciDeviceState

T = TypeVar("T")


@schema(name="VirtioDeviceState")
class PciVirtioDeviceState(Generic[T]):
    """Virtio device on the PCI transport: its own state, the transport's, and its address."""

    device_id: str = doc(
        "Name in the API: drive_id, iface_id, ...; `vsock`, `balloon`, `rng`, `mem` for single devices",
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
    pmem_devices: list[PciVirtioDeviceState[PmemState]] = doc(
        "Files mapped as persistent memory, in no particular order", key="device_id"
    )
    memory_device: PciVirtioDeviceState[VirtioMemState] | None = doc(
        "Memory hot-plug device (virtio-mem), at most one"
    )
