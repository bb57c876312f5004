"""Machine state on aarch64: the devices, and `MicrovmState`, the root of the file.

Read from `src/vmm/src/persist.rs` and `src/vmm/src/device_manager/{mod,persist}.rs` of Firecracker v1.15.1.
The crate kvm-bindings is used at 0.14.0. The layout is not measured: no file of this release was at hand
that was written on aarch64.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat_schemas.firecracker.depends import VCPUS
from snapformat_schemas.firecracker.v1_8.vm_info_aarch64 import VmInfo
from snapformat_schemas.firecracker.v1_11.machine import KvmState
from snapformat_schemas.firecracker.v1_13.aarch64 import ConnectedLegacyState, VcpuState
from snapformat_schemas.firecracker.v1_13.device_manager import MmioVirtioDeviceState
from snapformat_schemas.firecracker.v1_13.devices import MmdsState
from snapformat_schemas.firecracker.v1_14.aarch64 import VmState
from snapformat_schemas.firecracker.v1_15.acpi import ACPIDeviceManagerState
from snapformat_schemas.firecracker.v1_15.device_manager import PciDevicesState
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
class DeviceStates:
    """Serial console, clock, and virtio devices on the MMIO transport; of these none when PCI is on."""

    legacy_devices: list[ConnectedLegacyState] = doc(
        "Serial console and real-time clock: their addresses only, in no particular order", key="type_"
    )
    block_devices: list[MmioVirtioDeviceState[BlockState]] = doc(
        "Drives, in no particular order", key="device_id"
    )
    net_devices: list[MmioVirtioDeviceState[NetState]] = doc(
        "Network interfaces, in no particular order", key="device_id"
    )
    vsock_device: MmioVirtioDeviceState[VsockState] | None = doc(
        "Socket channel between guest and host, at most one"
    )
    balloon_device: MmioVirtioDeviceState[BalloonState] | None = doc(
        "Balloon that takes memory back from the guest, at most one"
    )
    mmds: MmdsState | None = doc(
        "Metadata service; set when a network interface of this bus gives access to it"
    )
    entropy_device: MmioVirtioDeviceState[EntropyState] | None = doc(
        "Random number source (virtio-rng), at most one"
    )
    pmem_devices: list[MmioVirtioDeviceState[PmemState]] = doc(
        "Files mapped as persistent memory, in no particular order", key="device_id"
    )
    memory_device: MmioVirtioDeviceState[VirtioMemState] | None = doc(
        "Memory hot-plug device (virtio-mem), at most one"
    )


@schema
class DevicesState:
    """All devices, by how the guest reaches them: MMIO, ACPI or PCI."""

    mmio_state: DeviceStates = doc("Devices with memory-mapped registers")
    acpi_state: ACPIDeviceManagerState = doc("Generation ID and clock, described by the device tree")
    pci_state: PciDevicesState = doc("Virtio devices on the PCI bus, and whether there is one")


@schema
class MicrovmState:
    """A microVM without the contents of its memory: the data of a vmstate file."""

    vm_info: VmInfo = doc("Configuration the machine was booted with")
    kvm_state: KvmState = doc("KVM capabilities required beyond the usual ones")
    vm_state: VmState = doc("Memory map, interrupt controller, resource allocators")
    vcpu_states: list[VcpuState] = doc(
        "Registers of each virtual CPU, by index; at most 32", depends=VCPUS, key=()
    )
    device_states: DevicesState = doc("Serial console, clocks, virtio devices, and the generation ID")
