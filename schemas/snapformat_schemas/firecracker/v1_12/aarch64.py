"""Machine state on aarch64: KVM's machine, and `MicrovmState`, the root of the file.

Read from `src/vmm/src/persist.rs` and `src/vmm/src/arch/aarch64/{vcpu,vm}.rs` of Firecracker v1.12.1. The
crate kvm-bindings is used at 0.11.1.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat_schemas.firecracker.depends import VCPUS
from snapformat_schemas.firecracker.v1_8.aarch64 import VcpuState
from snapformat_schemas.firecracker.v1_8.acpi import ACPIDeviceManagerState
from snapformat_schemas.firecracker.v1_8.gic import GicState
from snapformat_schemas.firecracker.v1_8.vm_info_aarch64 import VmInfo
from snapformat_schemas.firecracker.v1_11.aarch64 import DeviceStates
from snapformat_schemas.firecracker.v1_11.machine import KvmState
from snapformat_schemas.firecracker.v1_11.memory import GuestMemoryState


@schema
class VmState:
    """State of the KVM virtual machine: memory layout and interrupt controller."""

    memory: GuestMemoryState = doc("Guest physical memory map, which describes the memory file")
    gic: GicState = doc("Registers of Arm's interrupt controller, version 2 or 3")


@schema
class MicrovmState:
    """A microVM without the contents of its memory: the data of a vmstate file."""

    vm_info: VmInfo = doc("Configuration the machine was booted with")
    kvm_state: KvmState = doc("KVM capabilities required beyond the usual ones")
    vm_state: VmState = doc("Memory map and interrupt controller of the machine")
    vcpu_states: list[VcpuState] = doc(
        "Registers of each virtual CPU, by index; at most 32", depends=VCPUS, key=()
    )
    device_states: DeviceStates = doc("Serial console, clock, drives and all other devices")
    acpi_dev_state: ACPIDeviceManagerState = doc("Generation ID device, described by the device tree")
