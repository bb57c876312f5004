"""Machine state on aarch64: `MicrovmState`, the root of the file.

Read from `src/vmm/src/persist.rs` and `src/vmm/src/device_manager/persist.rs` of Firecracker v1.9.1. The
crate kvm-bindings is used at 0.9.1.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat_schemas.firecracker.depends import VCPUS
from snapformat_schemas.firecracker.v1_8.aarch64 import DeviceStates, VcpuState, VmState
from snapformat_schemas.firecracker.v1_8.acpi import ACPIDeviceManagerState
from snapformat_schemas.firecracker.v1_8.memory import GuestMemoryState
from snapformat_schemas.firecracker.v1_8.vm_info_aarch64 import VmInfo


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
