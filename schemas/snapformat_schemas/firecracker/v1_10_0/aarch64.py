"""Machine state on aarch64: the devices, and `MicrovmState`, the root of the file.

Read from `src/vmm/src/persist.rs` and `src/vmm/src/device_manager/persist.rs` of Firecracker v1.10.0. The
crate kvm-bindings is used at 0.10.0.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat_schemas.firecracker.depends import VCPUS
from snapformat_schemas.firecracker.v1_8.aarch64 import ConnectedLegacyState, VcpuState, VmState
from snapformat_schemas.firecracker.v1_8.acpi import ACPIDeviceManagerState
from snapformat_schemas.firecracker.v1_8.device_manager import (
    ConnectedBalloonState,
    ConnectedBlockState,
    ConnectedEntropyState,
    ConnectedVsockState,
    MmdsVersionState,
)
from snapformat_schemas.firecracker.v1_8.memory import GuestMemoryState
from snapformat_schemas.firecracker.v1_8.vm_info_aarch64 import VmInfo
from snapformat_schemas.firecracker.v1_10_0.device_manager import ConnectedNetState


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
    acpi_dev_state: ACPIDeviceManagerState = doc("Generation ID device, described by the device tree")
