"""Machine state on x86_64, from the vCPU registers up to `MicrovmState`, the root of the file.

Read from `src/vmm/src/persist.rs`, `src/vmm/src/vstate/vm.rs`, `src/vmm/src/vstate/vcpu/x86_64.rs`,
`src/vmm/src/cpu_config/templates.rs` and `src/vmm/src/device_manager/persist.rs` of Firecracker v1.8.0, and
from the serializers of the crate kvm-bindings, which Firecracker uses at 0.8.2.

KVM structures are stored as bytes with a length prefix. Firecracker pads shorter ones with zeros and cuts
longer ones, so the sizes given here are those that it writes, not those that it requires.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import Blob, u32
from snapformat_schemas.firecracker.conversions import KvmCapability
from snapformat_schemas.firecracker.depends import VCPUS
from snapformat_schemas.firecracker.flexible_arrays import CpuId, Msrs
from snapformat_schemas.firecracker.v1_8.acpi import ACPIDeviceManagerState
from snapformat_schemas.firecracker.v1_8.device_manager import (
    ConnectedBalloonState,
    ConnectedBlockState,
    ConnectedEntropyState,
    ConnectedNetState,
    ConnectedVsockState,
    MmdsVersionState,
)
from snapformat_schemas.firecracker.v1_8.memory import GuestMemoryState
from snapformat_schemas.firecracker.v1_8.vm_info_x86_64 import VmInfo
from snapformat_schemas.kvm.x86_64.debugregs import KvmDebugregs, KvmXcrs
from snapformat_schemas.kvm.x86_64.events import KvmMpState, KvmVcpuEvents
from snapformat_schemas.kvm.x86_64.irqchip import KvmIrqchipIoapic, KvmIrqchipPic
from snapformat_schemas.kvm.x86_64.lapic import KvmLapicState
from snapformat_schemas.kvm.x86_64.regs import KvmRegs
from snapformat_schemas.kvm.x86_64.sregs import KvmSregs
from snapformat_schemas.kvm.x86_64.timers import KvmClockData, KvmPitState2
from snapformat_schemas.kvm.x86_64.xsave import KvmXsave


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
    kvm_cap_modifiers: list[KvmCapability] = doc(
        "KVM_CAP_* numbers of a custom CPU template: `121` also requires that one, `!56` lifts a requirement"
    )


@schema
class VcpuState:
    """One virtual CPU, as KVM's getters return it. Index 0 is the boot processor."""

    cpuid: CpuId = doc(
        "`struct kvm_cpuid2`: 8-byte header (count), then a 40-byte kvm_cpuid_entry2 per leaf",
        key=("function", "index"),
        names="snapformat_schemas.kvm.x86_64.cpuid_names:entry_name",
    )
    saved_msrs: list[Msrs] = doc(
        "`struct kvm_msrs` in chunks: 8-byte header (count), 16-byte entries, at most 256; TSC_DEADLINE last",
        key="index",
        names="snapformat_schemas.kvm.x86_64.msr_names:name_of",
    )
    debug_regs: Blob[KvmDebugregs] = doc("`struct kvm_debugregs`, 128 bytes: DR0 to DR3, DR6, DR7")
    lapic: Blob[KvmLapicState] = doc("`struct kvm_lapic_state`, 1024 bytes: register page of the local APIC")
    mp_state: Blob[KvmMpState] = doc(
        "`struct kvm_mp_state`, 4 bytes: run state; 0 runnable, 1 uninitialized, 3 halted"
    )
    regs: Blob[KvmRegs] = doc("`struct kvm_regs`, 144 bytes: RAX to R15, RIP and RFLAGS")
    sregs: Blob[KvmSregs] = doc(
        "`struct kvm_sregs`, 312 bytes: segments, GDTR, IDTR, CR0 to CR8, EFER, APIC base"
    )
    vcpu_events: Blob[KvmVcpuEvents] = doc(
        "`struct kvm_vcpu_events`, 64 bytes: exceptions, interrupts, NMI, SMI in flight"
    )
    xcrs: Blob[KvmXcrs] = doc("`struct kvm_xcrs`, 392 bytes: extended control registers, XCR0 foremost")
    xsave: Blob[KvmXsave] = doc(
        "`struct kvm_xsave`, 4096 bytes: FPU and vector registers, but not AMX's (KVM_GET_XSAVE)"
    )
    tsc_khz: u32 | None = doc("Time-stamp counter's rate, kHz; a restore scales it where the host's differs")


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
    vm_state: VmState = doc("Interrupt controllers, timers, and required KVM capabilities")
    vcpu_states: list[VcpuState] = doc(
        "Registers of each virtual CPU, by index; at most 32", depends=VCPUS, key=()
    )
    device_states: DeviceStates = doc("Drives, network interfaces and all other virtio devices")
    acpi_dev_state: ACPIDeviceManagerState = doc("Generation ID device, described by ACPI tables")
