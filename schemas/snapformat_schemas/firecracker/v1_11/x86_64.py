"""Machine state on x86_64: the devices, KVM's machine, and `MicrovmState`, the root of the file.

Read from `src/vmm/src/persist.rs`, `src/vmm/src/vstate/vm/x86_64.rs` and
`src/vmm/src/device_manager/persist.rs` of Firecracker v1.11.0. The crate kvm-bindings is used at 0.11.0.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import Blob
from snapformat_schemas.firecracker.depends import VCPUS
from snapformat_schemas.firecracker.v1_8.acpi import ACPIDeviceManagerState
from snapformat_schemas.firecracker.v1_8.device_manager import MmdsVersionState
from snapformat_schemas.firecracker.v1_8.vm_info_x86_64 import VmInfo
from snapformat_schemas.firecracker.v1_8.x86_64 import VcpuState
from snapformat_schemas.firecracker.v1_11.device_manager import (
    ConnectedBalloonState,
    ConnectedBlockState,
    ConnectedEntropyState,
    ConnectedNetState,
    ConnectedVsockState,
)
from snapformat_schemas.firecracker.v1_11.machine import KvmState
from snapformat_schemas.firecracker.v1_11.memory import GuestMemoryState
from snapformat_schemas.kvm.x86_64.irqchip import KvmIrqchipIoapic, KvmIrqchipPic
from snapformat_schemas.kvm.x86_64.timers import KvmClockData, KvmPitState2


@schema
class VmState:
    """State of the KVM virtual machine: timers and interrupt controllers."""

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
    """Virtio devices, all of them on the MMIO transport."""

    block_devices: list[ConnectedBlockState] = doc("Drives, in no particular order", key="device_id")
    net_devices: list[ConnectedNetState] = doc("Network interfaces, in no particular order", key="device_id")
    vsock_device: ConnectedVsockState | None = doc("Socket channel between guest and host, at most one")
    balloon_device: ConnectedBalloonState | None = doc(
        "Balloon that takes memory back from the guest, at most one"
    )
    mmds_version: MmdsVersionState | None = doc(
        "Protocol of the metadata service; set when a network interface gives access to it"
    )
    entropy_device: ConnectedEntropyState | None = doc("Random number source (virtio-rng), at most one")


@schema
class MicrovmState:
    """A microVM without the contents of its memory: the data of a vmstate file."""

    vm_info: VmInfo = doc("Configuration the machine was booted with")
    memory_state: GuestMemoryState = doc("Guest physical memory map, which describes the memory file")
    kvm_state: KvmState = doc("KVM capabilities required beyond the usual ones")
    vm_state: VmState = doc("Interrupt controllers and timers of the machine")
    vcpu_states: list[VcpuState] = doc(
        "Registers of each virtual CPU, by index; at most 32", depends=VCPUS, key=()
    )
    device_states: DeviceStates = doc("Drives, network interfaces and all other virtio devices")
    acpi_dev_state: ACPIDeviceManagerState = doc("Generation ID device, described by ACPI tables")
