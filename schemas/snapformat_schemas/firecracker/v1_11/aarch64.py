"""Machine state on aarch64: the devices, KVM's machine, and `MicrovmState`, the root of the file.

Read from `src/vmm/src/persist.rs`, `src/vmm/src/vstate/vm/aarch64.rs` and
`src/vmm/src/device_manager/persist.rs` of Firecracker v1.11.0. The crate kvm-bindings is used at 0.11.0.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat_schemas.firecracker.depends import VCPUS
from snapformat_schemas.firecracker.v1_8.aarch64 import VcpuState
from snapformat_schemas.firecracker.v1_8.acpi import ACPIDeviceManagerState
from snapformat_schemas.firecracker.v1_8.device_manager import MmdsVersionState
from snapformat_schemas.firecracker.v1_8.device_type_aarch64 import DeviceType
from snapformat_schemas.firecracker.v1_8.gic import GicState
from snapformat_schemas.firecracker.v1_8.vm_info_aarch64 import VmInfo
from snapformat_schemas.firecracker.v1_11.device_manager import (
    ConnectedBalloonState,
    ConnectedBlockState,
    ConnectedEntropyState,
    ConnectedNetState,
    ConnectedVsockState,
    MMIODeviceInfo,
)
from snapformat_schemas.firecracker.v1_11.machine import KvmState
from snapformat_schemas.firecracker.v1_11.memory import GuestMemoryState


@schema
class VmState:
    """State of the KVM virtual machine: the interrupt controller."""

    gic: GicState = doc("Registers of Arm's interrupt controller, version 2 or 3")


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
    kvm_state: KvmState = doc("KVM capabilities required beyond the usual ones")
    vm_state: VmState = doc("Interrupt controller of the machine")
    vcpu_states: list[VcpuState] = doc(
        "Registers of each virtual CPU, by index; at most 32", depends=VCPUS, key=()
    )
    device_states: DeviceStates = doc("Serial console, clock, drives and all other devices")
    acpi_dev_state: ACPIDeviceManagerState = doc("Generation ID device, described by the device tree")
