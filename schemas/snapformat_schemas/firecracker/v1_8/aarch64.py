"""Machine state on aarch64, from the vCPU registers up to `MicrovmState`, the root of the file.

Read from `src/vmm/src/persist.rs`, `src/vmm/src/arch/mod.rs`, `src/vmm/src/arch/aarch64/regs.rs`,
`src/vmm/src/vstate/vm.rs`, `src/vmm/src/vstate/vcpu/aarch64.rs`,
`src/vmm/src/cpu_config/aarch64/static_cpu_templates/{mod,v1n1}.rs` and
`src/vmm/src/device_manager/persist.rs` of Firecracker v1.8.0, and from the serializers of the crate
kvm-bindings, which Firecracker uses at 0.8.2.

KVM structures are stored as their bytes, with a length before them. Firecracker fills a shorter one up with
zeros and cuts a longer one, so the sizes given here are what it writes, not what it demands.
"""

from __future__ import annotations

from snapformat import DataEnum, UnitEnum, doc, schema, variant
from snapformat.bincode import Blob, u32, u64
from snapformat_schemas.firecracker.conversions import KvmCapability
from snapformat_schemas.firecracker.register_list import Aarch64RegisterVec
from snapformat_schemas.firecracker.v1_8.device_manager import (
    ConnectedBalloonState,
    ConnectedBlockState,
    ConnectedEntropyState,
    ConnectedNetState,
    ConnectedVsockState,
    MmdsVersionState,
    MMIODeviceInfo,
)
from snapformat_schemas.firecracker.v1_8.gic import GicState
from snapformat_schemas.firecracker.v1_8.machine import BootSourceConfig, HugePageConfig
from snapformat_schemas.firecracker.v1_8.memory import GuestMemoryState
from snapformat_schemas.kvm.aarch64.vcpu import KvmMpState, KvmVcpuInit


@schema
class StaticCpuTemplate(UnitEnum):
    """Built-in CPU template, which hides features of the host's processor from the guest."""

    V1N1 = variant("Makes a Neoverse V1 (Graviton3) host look like a Neoverse N1 (Graviton2)")
    None_ = variant("No built-in template; a custom one may have been applied", rename="None")


@schema
class VmInfo:
    """How the machine was configured before it was booted, apart from its devices."""

    mem_size_mib: u64 = doc("Guest memory given at boot, MiB; what is hot-plugged later is not counted")
    smt: bool = doc("Threads of one core for vCPUs; always false, as Firecracker refuses it on Arm")
    cpu_template: StaticCpuTemplate = doc("Built-in mask applied to the guest's ID registers at boot")
    boot_source: BootSourceConfig = doc("Kernel, initrd and command line of the boot")
    huge_pages: HugePageConfig = doc("Host page size that backs guest memory; the restore keeps to it")


@schema
class VmState:
    """State of the KVM virtual machine: the interrupt controller."""

    gic: GicState = doc("Registers of Arm's interrupt controller, version 2 or 3")
    kvm_cap_modifiers: list[KvmCapability] = doc(
        "KVM_CAP_* numbers of a custom CPU template: `170` also requires that one, `!102` lifts a requirement"
    )


@schema
class VcpuState:
    """One virtual CPU. Index 0 is the boot processor."""

    mp_state: Blob[KvmMpState] = doc(
        "`struct kvm_mp_state`, 4 bytes: run state; 0 runnable, 5 stopped (powered off)"
    )
    regs: Aarch64RegisterVec = doc(
        "Register ids of KVM_GET_REG_LIST, and all values one after the other, 2^(id >> 52 & 15) bytes each"
    )
    mpidr: u64 = doc("MPIDR_EL1, the processor's affinity; names it to the interrupt controller")
    kvi: Blob[KvmVcpuInit] = doc(
        "`struct kvm_vcpu_init`, 32 bytes: target and KVM_ARM_VCPU_* feature bits, POWER_OFF cleared"
    )


@schema
class DeviceType(DataEnum):
    """Kind of a device on the MMIO bus; only serial console and clock are saved under it."""


@schema(name="Virtio", kind="newtype")
class DeviceTypeVirtio(DeviceType):
    """Virtio device. Never among the saved ones, which are listed by their own kinds."""

    value: u32 = doc("Virtio device ID: 1 net, 2 block and so on")


@schema(name="Serial")
class DeviceTypeSerial(DeviceType):
    """Serial console, a 16550A UART; its registers are not saved."""


@schema(name="Rtc")
class DeviceTypeRtc(DeviceType):
    """Real-time clock, a PL031; it shows the host's time, and its registers are not saved."""


@schema(name="BootTimer")
class DeviceTypeBootTimer(DeviceType):
    """Pseudo device that measures how long the boot takes; never saved."""


@schema
class ConnectedLegacyState:
    """Device of the board that is not a virtio device."""

    type_: DeviceType = doc("Which device it is: serial console or clock")
    device_info: MMIODeviceInfo = doc("Address of its registers in guest memory, and its interrupt line")


@schema
class DeviceStates:
    """Serial console, clock and virtio devices, all of them memory-mapped."""

    legacy_devices: list[ConnectedLegacyState] = doc(
        "Serial console and real-time clock: their places only, in no particular order"
    )
    block_devices: list[ConnectedBlockState] = doc("Drives, in no particular order")
    net_devices: list[ConnectedNetState] = doc("Network interfaces, in no particular order")
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
    """A whole microVM apart from the contents of its memory: the data of a vmstate file."""

    vm_info: VmInfo = doc("Configuration the machine was booted with")
    memory_state: GuestMemoryState = doc("Guest physical memory map, which tells what the memory file holds")
    vm_state: VmState = doc("Interrupt controller, demands on KVM")
    vcpu_states: list[VcpuState] = doc("Registers of each virtual CPU, by index; at most 32")
    device_states: DeviceStates = doc("Serial console, clock, drives and all other devices")
