"""Machine state on aarch64, from the vCPU registers up to `MicrovmState`, the root of the file.

Read from `src/vmm/src/persist.rs`, `src/vmm/src/arch/aarch64/{regs,vcpu,vm}.rs` and
`src/vmm/src/device_manager/{mod,persist}.rs` of Firecracker v1.13.2, and from the serializers of the crate
kvm-bindings, which Firecracker uses at 0.13.0.

KVM structures are stored as bytes with a length prefix. Firecracker pads shorter ones with zeros and cuts
longer ones, so the sizes given here are those that it writes, not those that it requires.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import Blob, Hex, u64
from snapformat_schemas.firecracker.depends import MPIDR, VCPUS
from snapformat_schemas.firecracker.register_list import Aarch64RegisterVec
from snapformat_schemas.firecracker.v1_8.acpi import ACPIDeviceManagerState
from snapformat_schemas.firecracker.v1_8.device_type_aarch64 import DeviceType
from snapformat_schemas.firecracker.v1_8.vm_info_aarch64 import VmInfo
from snapformat_schemas.firecracker.v1_11.machine import KvmState
from snapformat_schemas.firecracker.v1_11.memory import GuestMemoryState
from snapformat_schemas.firecracker.v1_13.allocator import ResourceAllocator
from snapformat_schemas.firecracker.v1_13.device_manager import (
    MMIODeviceInfo,
    MmioVirtioDeviceState,
    PciDevicesState,
)
from snapformat_schemas.firecracker.v1_13.devices import (
    BalloonState,
    BlockState,
    EntropyState,
    MmdsState,
    NetState,
    VsockState,
)
from snapformat_schemas.firecracker.v1_13.gic import GicState
from snapformat_schemas.kvm.aarch64.vcpu import KvmMpState, KvmVcpuInit


@schema
class VmState:
    """State of the KVM virtual machine: memory layout, interrupt controller, resources."""

    memory: GuestMemoryState = doc("Guest physical memory map, which describes the memory file")
    gic: GicState = doc("Registers of Arm's interrupt controller, version 2 or 3")
    resource_allocator: ResourceAllocator = doc("Interrupt lines and address ranges that are in use")


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
    pvtime_ipa: Hex[u64] | None = doc(
        "Guest physical address of the 64-byte record of stolen time; None where the host offers none"
    )


@schema
class ConnectedLegacyState:
    """Device of the board that is not a virtio device."""

    type_: DeviceType = doc("Which device it is: serial console or clock")
    device_info: MMIODeviceInfo = doc("Address of its registers in guest memory, and its interrupt line")


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
