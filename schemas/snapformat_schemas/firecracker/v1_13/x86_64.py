"""Machine state on x86_64: KVM's machine, the devices, and `MicrovmState`, the root of the file.

Read from `src/vmm/src/persist.rs`, `src/vmm/src/arch/x86_64/vm.rs` and
`src/vmm/src/device_manager/{mod,persist}.rs` of Firecracker v1.13.2. The crate kvm-bindings is
used at 0.13.0.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import Blob
from snapformat_schemas.firecracker.depends import VCPUS
from snapformat_schemas.firecracker.v1_8.acpi import ACPIDeviceManagerState
from snapformat_schemas.firecracker.v1_8.vm_info_x86_64 import VmInfo
from snapformat_schemas.firecracker.v1_11.machine import KvmState
from snapformat_schemas.firecracker.v1_11.memory import GuestMemoryState
from snapformat_schemas.firecracker.v1_12.vcpu_x86_64 import VcpuState
from snapformat_schemas.firecracker.v1_13.allocator import ResourceAllocator
from snapformat_schemas.firecracker.v1_13.device_manager import MmioVirtioDeviceState, PciDevicesState
from snapformat_schemas.firecracker.v1_13.devices import (
    BalloonState,
    BlockState,
    EntropyState,
    MmdsState,
    NetState,
    VsockState,
)
from snapformat_schemas.kvm.x86_64.irqchip import KvmIrqchipIoapic, KvmIrqchipPic
from snapformat_schemas.kvm.x86_64.timers import KvmClockData, KvmPitState2


@schema
class VmState:
    """State of the KVM virtual machine: memory layout, resources, timers and interrupt controllers."""

    memory: GuestMemoryState = doc("Guest physical memory map, which describes the memory file")
    resource_allocator: ResourceAllocator = doc("Interrupt lines and address ranges that are in use")
    pitstate: Blob[KvmPitState2] = doc(
        "`struct kvm_pit_state2`, 112 bytes: i8254 timer with three channels (KVM_GET_PIT2)"
    )
    clock: Blob[KvmClockData] = doc(
        "`struct kvm_clock_data`, 48 bytes: kvmclock in ns, host time, TSC (KVM_GET_CLOCK)"
    )
    pic_master: Blob[KvmIrqchipPic] = doc(
        "`struct kvm_irqchip`, 520 bytes, chip_id 0: first i8259 PIC, IRQ 0 to 7"
    )
    pic_slave: Blob[KvmIrqchipPic] = doc(
        "`struct kvm_irqchip`, 520 bytes, chip_id 1: second i8259 PIC, IRQ 8 to 15"
    )
    ioapic: Blob[KvmIrqchipIoapic] = doc(
        "`struct kvm_irqchip`, 520 bytes, chip_id 2: I/O APIC and its 24 redirection entries"
    )


@schema
class DeviceStates:
    """Virtio devices on the MMIO transport; all empty when PCI is on."""

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


@schema
class DevicesState:
    """All devices, by how the guest reaches them: MMIO, ACPI or PCI."""

    mmio_state: DeviceStates = doc("Virtio devices with memory-mapped registers")
    acpi_state: ACPIDeviceManagerState = doc("Generation ID device, described by ACPI tables")
    pci_state: PciDevicesState = doc("Virtio devices on the PCI bus, and whether there is one")


@schema
class MicrovmState:
    """A microVM without the contents of its memory: the data of a vmstate file."""

    vm_info: VmInfo = doc("Configuration the machine was booted with")
    kvm_state: KvmState = doc("KVM capabilities required beyond the usual ones")
    vm_state: VmState = doc("Memory map, resource allocators, interrupt controllers and timers")
    vcpu_states: list[VcpuState] = doc(
        "Registers of each virtual CPU, by index; at most 32", depends=VCPUS, key=()
    )
    device_states: DevicesState = doc("Virtio devices, and the generation ID")
