"""Machine state on aarch64: KVM's machine, the devices, and `MicrovmState`, the root of the file.

Read from `src/vmm/src/persist.rs`, `src/vmm/src/arch/aarch64/vm.rs` and
`src/vmm/src/device_manager/{mod,persist}.rs` of Firecracker v1.14.4. The crate kvm-bindings is
used at 0.14.0.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat_schemas.firecracker.depends import VCPUS
from snapformat_schemas.firecracker.v1_8.acpi import VMGenIDState
from snapformat_schemas.firecracker.v1_8.vm_info_aarch64 import VmInfo
from snapformat_schemas.firecracker.v1_11.machine import KvmState
from snapformat_schemas.firecracker.v1_13.aarch64 import ConnectedLegacyState, VcpuState
from snapformat_schemas.firecracker.v1_13.device_manager import MmioVirtioDeviceState
from snapformat_schemas.firecracker.v1_13.devices import (
    BlockState,
    EntropyState,
    MmdsState,
    NetState,
    VsockState,
)
from snapformat_schemas.firecracker.v1_13.gic import GicState
from snapformat_schemas.firecracker.v1_14.allocator import ResourceAllocator
from snapformat_schemas.firecracker.v1_14.device_manager import PciDevicesState
from snapformat_schemas.firecracker.v1_14.devices import BalloonState, PmemState, VirtioMemState
from snapformat_schemas.firecracker.v1_14.memory import GuestMemoryState


@schema
class VmState:
    """State of the KVM virtual machine: memory layout, interrupt controller, resources."""

    memory: GuestMemoryState = doc("Guest physical memory map, which describes the memory file")
    gic: GicState = doc("Registers of Arm's interrupt controller, version 2 or 3")
    resource_allocator: ResourceAllocator = doc("Interrupt lines and address ranges that are in use")


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
class ACPIDeviceManagerState:
    """Devices of the kind that ACPI tables describe; here the device tree does."""

    vmgenid: VMGenIDState = doc("Generation ID device: lets the guest notice that it was cloned")


@schema
class DevicesState:
    """All devices, by how the guest reaches them: MMIO, ACPI or PCI."""

    mmio_state: DeviceStates = doc("Devices with memory-mapped registers")
    acpi_state: ACPIDeviceManagerState = doc("Generation ID device, described by the device tree")
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
    device_states: DevicesState = doc("Serial console, clock, virtio devices, and the generation ID")
