"""Machine state on aarch64, from the vCPU registers up to `MicrovmState`, the root of the file.

Read from `src/vmm/src/persist.rs`, `src/vmm/src/arch/aarch64/regs.rs`, `src/vmm/src/vstate/vm.rs`,
`src/vmm/src/vstate/vcpu/aarch64.rs` and `src/vmm/src/device_manager/persist.rs` of Firecracker v1.8.0, and
from the serializers of the crate kvm-bindings, which Firecracker uses at 0.8.2.

KVM structures are stored as bytes with a length prefix. Firecracker pads shorter ones with zeros and cuts
longer ones, so the sizes given here are those that it writes, not those that it requires.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import Blob, Hex, u64
from snapformat_schemas.firecracker.conversions import KvmCapability
from snapformat_schemas.firecracker.depends import MPIDR, VCPUS
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
from snapformat_schemas.firecracker.v1_8.device_type_aarch64 import DeviceType
from snapformat_schemas.firecracker.v1_8.gic import GicState
from snapformat_schemas.firecracker.v1_8.memory import GuestMemoryState
from snapformat_schemas.firecracker.v1_8.vm_info_aarch64 import VmInfo
from snapformat_schemas.kvm.aarch64.vcpu import KvmMpState, KvmVcpuInit


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
        "Register ids of KVM_GET_REG_LIST, and all values one after the other, 2^(id >> 52 & 15) bytes each",
        key="id",
        names="snapformat_schemas.firecracker.register_list:register_name",
    )
    mpidr: Hex[u64] = doc(
        "MPIDR_EL1, the processor's affinity; names it to the interrupt controller", depends=MPIDR
    )
    kvi: Blob[KvmVcpuInit] = doc(
        "`struct kvm_vcpu_init`, 32 bytes: target and KVM_ARM_VCPU_* feature bits, POWER_OFF cleared"
    )


@schema
class ConnectedLegacyState:
    """Device of the board that is not a virtio device."""

    type_: DeviceType = doc("Which device it is: serial console or clock")
    device_info: MMIODeviceInfo = doc("Address of its registers in guest memory, and its interrupt line")


@schema
class DeviceStates:
    """Serial console, clock and virtio devices, all of them memory-mapped."""

    legacy_devices: list[ConnectedLegacyState] = doc(
        "Serial console and real-time clock: their addresses only, in no particular order", key="type_"
    )
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
    vm_state: VmState = doc("Interrupt controller and required KVM capabilities")
    vcpu_states: list[VcpuState] = doc(
        "Registers of each virtual CPU, by index; at most 32", depends=VCPUS, key=()
    )
    device_states: DeviceStates = doc("Serial console, clock, drives and all other devices")
