"""Devices as they are attached to the PCI bus. Everything here is the same on every architecture.

Read from `src/vmm/src/device_manager/pci_mngr.rs` of Firecracker v1.15.1.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat_schemas.firecracker.depends import BUS
from snapformat_schemas.firecracker.v1_13.devices import MmdsState
from snapformat_schemas.firecracker.v1_14.device_manager import PciVirtioDeviceState
from snapformat_schemas.firecracker.v1_15.devices import (
    BalloonState,
    BlockState,
    EntropyState,
    NetState,
    PmemState,
    VirtioMemState,
    VsockState,
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
