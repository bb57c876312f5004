"""The state of a microVM on x86_64 as a development build saves it: no release of Firecracker.

Read from main at 81b38b9 of August 2026, between 1.16.1 and 1.17: `src/vmm/src/persist.rs`,
`src/vmm/src/arch/x86_64/vm.rs`, `src/vmm/src/vstate/resources.rs`,
`src/vmm/src/vmm_config/machine_config.rs`, `src/vmm/src/device_manager/{mod,pci_mngr,persist}.rs` and
`src/vmm/src/devices/virtio/{transport/pci/device,vsock/persist}.rs`. Its header version is 11.0.0, and that
of 1.17 is 12.0.0. All that did not change comes from the releases.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from snapformat import DataEnum, UnitEnum, doc, schema, variant
from snapformat.bincode import Blob, Hex, u8, u16, u32, u64
from snapformat_schemas.firecracker.depends import BAR, DEVICE_ID, MEMORY, PCI, VCPUS
from snapformat_schemas.firecracker.v1_8.machine import BootSourceConfig
from snapformat_schemas.firecracker.v1_8.vm_info_x86_64 import StaticCpuTemplate
from snapformat_schemas.firecracker.v1_11.machine import KvmState
from snapformat_schemas.firecracker.v1_12.vcpu_x86_64 import VcpuState
from snapformat_schemas.firecracker.v1_13.allocator import AddressAllocator
from snapformat_schemas.firecracker.v1_13.device_manager import MmioVirtioDeviceState
from snapformat_schemas.firecracker.v1_13.devices import MmdsState
from snapformat_schemas.firecracker.v1_13.pci import VirtioPciCommonConfigState
from snapformat_schemas.firecracker.v1_14.memory import GuestMemoryState
from snapformat_schemas.firecracker.v1_14.pci import MsixConfigState
from snapformat_schemas.firecracker.v1_15.acpi import ACPIDeviceManagerState
from snapformat_schemas.firecracker.v1_15.devices import (
    BalloonState,
    BlockState,
    EntropyState,
    VirtioMemState,
    VsockBackendState,
)
from snapformat_schemas.firecracker.v1_15.virtio import VirtioDeviceState
from snapformat_schemas.firecracker.v1_16.devices import NetState, PmemState
from snapformat_schemas.firecracker.v1_16.pci import Bars, PciConfigurationState
from snapformat_schemas.firecracker.v1_16.serial import SerialState
from snapformat_schemas.kvm.x86_64.irqchip import KvmIrqchipIoapic, KvmIrqchipPic
from snapformat_schemas.kvm.x86_64.timers import KvmClockData, KvmPitState2

T = TypeVar("T")


@schema
class HugePageConfig(UnitEnum):
    """Host page size behind the guest's memory."""

    None_ = variant("Ordinary 4 KiB pages", rename="None")
    Transparent = variant("Pages that the host may merge into 2 MiB ones (MADV_HUGEPAGE)")
    Hugetlbfs2M = variant("2 MiB pages from hugetlbfs", rename="2M")


@schema
class VmInfo:
    """Configuration of the machine before it was booted, without its devices."""

    mem_size_mib: u64 = doc(
        "Guest memory given at boot, MiB; what is hot-plugged later is not counted", depends=MEMORY
    )
    smt: bool = doc("Two vCPUs show up as the threads of one core (simultaneous multithreading)")
    cpu_template: StaticCpuTemplate = doc("Built-in mask applied to the guest's CPUID and MSRs at boot")
    boot_source: BootSourceConfig = doc("Kernel, initrd and command line of the boot")
    huge_pages: HugePageConfig = doc("Host page size that backs guest memory")


@schema
class ResourceAllocatorState:
    """Guest address windows that devices draw from; a restore takes interrupt lines from the devices."""

    mmio32_memory: AddressAllocator = doc("Device window below 4 GiB")
    mmio64_memory: AddressAllocator = doc("256 GiB window from 256 GiB up, for BARs")
    past_mmio64_memory: AddressAllocator = doc("512 GiB window above, for pmem and hot-pluggable memory")
    system_memory: AddressAllocator = doc("Low guest RAM kept for ACPI tables and devices")


@schema
class VmState:
    """State of the KVM virtual machine: memory layout, resources, timers and interrupt controllers."""

    memory: GuestMemoryState = doc("Guest physical memory map, which describes the memory file")
    resource_allocator: ResourceAllocatorState = doc("Address ranges that are in use")
    pitstate: Blob[KvmPitState2] = doc("`struct kvm_pit_state2`, 112 bytes")
    clock: Blob[KvmClockData] = doc("`struct kvm_clock_data`, 48 bytes")
    pic_master: Blob[KvmIrqchipPic] = doc("`struct kvm_irqchip`, 520 bytes, chip_id 0")
    pic_slave: Blob[KvmIrqchipPic] = doc("`struct kvm_irqchip`, 520 bytes, chip_id 1")
    ioapic: Blob[KvmIrqchipIoapic] = doc("`struct kvm_irqchip`, 520 bytes, chip_id 2")


@schema
class VsockFrontendState:
    """Guest side of a vsock device."""

    cid: u64 = doc("Context ID, the guest's AF_VSOCK address; 3 or above")
    virtio_state: VirtioDeviceState = doc("Features and the receive, transmit and event queues")
    pending_event_ack: bool = doc("The guest gets no data before it has taken the transport reset")


@schema
class VsockState:
    """Vsock device."""

    backend: VsockBackendState = doc("Host side of the connections")
    frontend: VsockFrontendState = doc("Guest side: its address and queues")


@schema
class VirtioPciDeviceState:
    """Transport of a virtio device on the PCI bus: configuration space, BAR and interrupts."""

    sbdf: Hex[u32] = doc("PCI address as a number", depends=PCI)
    device_activated: bool = doc("The driver reached DRIVER_OK")
    cap_pci_cfg_offset: u16 = doc("Offset of the body of the VIRTIO_PCI_CAP_PCI_CFG capability")
    cap_pci_cfg: list[u8] = doc("Body of that capability, 18 bytes")
    pci_configuration_state: PciConfigurationState = doc("Registers at the device's PCI address")
    pci_dev_state: VirtioPciCommonConfigState = doc("Virtio registers at the start of the device's BAR")
    msix_state: MsixConfigState = doc("Message-signalled interrupts")
    bars: Bars = doc("Address and size of the device's virtio BAR, as the guest wrote it last")
    msix_config_cap_offset: u16 = doc("Offset of the MSI-X capability")
    bar_address: Hex[u64] = doc(
        "Guest physical address at which the BAR is mapped now; 0: nowhere", depends=BAR
    )


@schema(name="VirtioDeviceState")
class PciVirtioDeviceState(Generic[T]):
    """Virtio device on the PCI transport: its own state, the transport's, and its address."""

    device_id: str = doc("Name in the API", depends=DEVICE_ID)
    sbdf: Hex[u32] = doc("PCI address as a number", depends=PCI)
    device_state: T = doc("The device's own state")
    transport_state: VirtioPciDeviceState = doc("State of the virtio-PCI transport")


@schema
class DeviceStates:
    """Virtio devices on the MMIO transport."""

    block_devices: list[MmioVirtioDeviceState[BlockState]] = doc("Drives")
    net_devices: list[MmioVirtioDeviceState[NetState]] = doc("Network interfaces")
    vsock_device: MmioVirtioDeviceState[VsockState] | None = doc("Socket channel")
    balloon_device: MmioVirtioDeviceState[BalloonState] | None = doc("Memory balloon")
    mmds: MmdsState | None = doc("Metadata service")
    entropy_device: MmioVirtioDeviceState[EntropyState] | None = doc("Random number source")
    pmem_devices: list[MmioVirtioDeviceState[PmemState]] = doc("Persistent memory")
    memory_device: MmioVirtioDeviceState[VirtioMemState] | None = doc("Hot-pluggable memory")


@schema
class PciDevicesState:
    """Virtio devices on the PCI bus."""

    block_devices: list[PciVirtioDeviceState[BlockState]] = doc("Drives")
    net_devices: list[PciVirtioDeviceState[NetState]] = doc("Network interfaces")
    vsock_device: PciVirtioDeviceState[VsockState] | None = doc("Socket channel")
    balloon_device: PciVirtioDeviceState[BalloonState] | None = doc("Memory balloon")
    mmds: MmdsState | None = doc("Metadata service")
    entropy_device: PciVirtioDeviceState[EntropyState] | None = doc("Random number source")
    pmem_devices: list[PciVirtioDeviceState[PmemState]] = doc("Persistent memory")
    memory_device: PciVirtioDeviceState[VirtioMemState] | None = doc("Hot-pluggable memory")


@schema
class VirtioDevicesState(DataEnum):
    """Virtio devices, by their transport."""


@schema(name="Mmio", kind="newtype")
class VirtioDevicesStateMmio(VirtioDevicesState):
    """Devices with memory-mapped registers."""

    value: DeviceStates = doc("The devices")


@schema(name="Pci", kind="newtype")
class VirtioDevicesStatePci(VirtioDevicesState):
    """Devices on the PCI bus."""

    value: PciDevicesState = doc("The devices")


@schema
class MMIOPlatformDevicesState:
    """Memory-mapped devices other than virtio's: there are none on x86_64."""


@schema
class DevicesState:
    """All devices, by how the guest reaches them."""

    virtio_state: VirtioDevicesState = doc("Virtio devices, on MMIO or PCI")
    mmio_platform_state: MMIOPlatformDevicesState = doc("Serial console and clock of Arm")
    acpi_state: ACPIDeviceManagerState = doc("Generation ID and clock, described by ACPI")
    serial_state: SerialState | None = doc("Registers of the serial console")


@schema
class MicrovmState:
    """A microVM without the contents of its memory: the data of a vmstate file."""

    vm_info: VmInfo = doc("Configuration the machine was booted with")
    kvm_state: KvmState = doc("KVM capabilities required beyond the usual ones")
    vm_state: VmState = doc("Memory map, resource allocators, interrupt controllers and timers")
    vcpu_states: list[VcpuState] = doc("Registers of each virtual CPU, by index; at most 32", depends=VCPUS)
    device_states: DevicesState = doc("Virtio devices, the two ACPI ones, and the serial console")
