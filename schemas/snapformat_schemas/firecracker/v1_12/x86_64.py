"""Machine state on x86_64: KVM's machine, and `MicrovmState`, the root of the file.

Read from `src/vmm/src/persist.rs` and `src/vmm/src/arch/x86_64/vm.rs` of Firecracker v1.12.1, and from
`src/serialize.rs` and `src/x86_64/serialize.rs` of the crate kvm-bindings, which Firecracker uses at 0.11.1.

KVM structures are stored as bytes with a length prefix. Firecracker pads shorter ones with zeros and cuts
longer ones, so the sizes given here are those that it writes, not those that it requires.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import Blob
from snapformat_schemas.firecracker.depends import VCPUS
from snapformat_schemas.firecracker.v1_8.acpi import ACPIDeviceManagerState
from snapformat_schemas.firecracker.v1_8.vm_info_x86_64 import VmInfo
from snapformat_schemas.firecracker.v1_11.machine import KvmState
from snapformat_schemas.firecracker.v1_11.memory import GuestMemoryState
from snapformat_schemas.firecracker.v1_11.x86_64 import DeviceStates
from snapformat_schemas.firecracker.v1_12.vcpu_x86_64 import VcpuState
from snapformat_schemas.kvm.x86_64.irqchip import KvmIrqchipIoapic, KvmIrqchipPic
from snapformat_schemas.kvm.x86_64.timers import KvmClockData, KvmPitState2


@schema
class VmState:
    """State of the KVM virtual machine: memory layout, timers and interrupt controllers."""

    memory: GuestMemoryState = doc("Guest physical memory map, which describes the memory file")
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
class MicrovmState:
    """A microVM without the contents of its memory: the data of a vmstate file."""

    vm_info: VmInfo = doc("Configuration the machine was booted with")
    kvm_state: KvmState = doc("KVM capabilities required beyond the usual ones")
    vm_state: VmState = doc("Memory map, interrupt controllers and timers of the machine")
    vcpu_states: list[VcpuState] = doc(
        "Registers of each virtual CPU, by index; at most 32", depends=VCPUS, key=()
    )
    device_states: DeviceStates = doc("Drives, network interfaces and all other virtio devices")
    acpi_dev_state: ACPIDeviceManagerState = doc("Generation ID device, described by ACPI tables")
