"""PCI: configuration space, MSI-X and the virtio-PCI transport.

Read from `src/pci/src/{configuration,lib,msix}.rs`, `src/vmm/src/vstate/vm.rs` and
`src/vmm/src/devices/virtio/transport/pci/{common_config,device}.rs` of Firecracker v1.13.2.
"""

from __future__ import annotations

from snapformat import UnitEnum, doc, schema, variant
from snapformat.bincode import Hex, u8, u16, u32, u64, usize
from snapformat_schemas.firecracker.conversions import PciBdf
from snapformat_schemas.firecracker.depends import BAR, PCI
from snapformat_schemas.virtio.names import STATUS


@schema
class PciBarRegionType(UnitEnum):
    """Address space of a base address register. The number of a variant is not the register's type bits."""

    Memory32BitRegion = variant("Memory that lies below 4 GiB, bits 0 to 2 of the register 000")
    IoRegion = variant("I/O ports, bit 0 of the register 1")
    Memory64BitRegion = variant(
        "Memory anywhere, bits 0 to 2 of the register 100; the next register is the high half"
    )


@schema
class PciBarPrefetchable(UnitEnum):
    """Whether reading the memory behind a base address register has no side effects."""

    NotPrefetchable = variant("Reads may have side effects, bit 3 of the register 0; what Firecracker uses")
    Prefetchable = variant("Reads may be merged and repeated, bit 3 of the register 1")


@schema
class PciBar:
    """One 32-bit base address register; a 64-bit BAR takes two of them, low half first."""

    addr: Hex[u32] = doc(
        "Half of the guest physical address; the low register carries type bits in bits 0 to 3", depends=BAR
    )
    size: Hex[u32] = doc(
        "Value read back after writing all ones: this half of the two's complement of the length", depends=BAR
    )
    used: bool = doc("The register belongs to a BAR that the device has set up")
    type: PciBarRegionType | None = doc("Address space; None for unused ones and for the high half of a pair")


@schema
class PciBarConfiguration:
    """The one BAR that a virtio device has, as it was set up."""

    addr: Hex[u64] = doc("Guest physical address it got at boot, inside mmio64_memory", depends=BAR)
    size: u64 = doc("Bytes it covers, 524288", depends=BAR)
    idx: usize = doc("First of the registers it takes, 0")
    region_type: PciBarRegionType = doc("Address space and width: 64-bit memory")
    prefetchable: PciBarPrefetchable = doc("Whether the guest may read ahead in the memory; never allowed")


@schema
class PciConfigurationState:
    """PCI Express configuration space of a device (type 0 header, 4096 bytes)."""

    registers: list[Hex[u32]] = doc(
        "The 1024 dwords of configuration space; a restore aborts on any other number"
    )
    writable_bits: list[Hex[u32]] = doc("Mask for each of the 1024 dwords: bits that the guest may change")
    bars: list[PciBar] = doc(
        "The six base address registers; Firecracker uses the first two, as one 64-bit BAR"
    )
    rom_bar_addr: Hex[u32] = doc("Address of an expansion ROM; 0, as no device has one")
    rom_bar_size: Hex[u32] = doc("Size mask of an expansion ROM; 0 as well")
    rom_bar_used: bool = doc("An expansion ROM is set up; always false")
    last_capability: tuple[usize, usize] | None = doc(
        "Offset and length, in bytes, of the capability added last; the next one would follow it"
    )
    msix_cap_reg_idx: usize | None = doc(
        "Dword index of the MSI-X capability, whose control word the VMM intercepts"
    )


@schema
class MsixTableEntry:
    """One vector of the MSI-X table, as the guest programmed it."""

    msg_addr_lo: Hex[u32] = doc(
        "Bits 0 to 31 of the address the interrupt message goes to; 0xfee..... on x86"
    )
    msg_addr_hi: Hex[u32] = doc("Bits 32 to 63 of the address the interrupt message goes to")
    msg_data: Hex[u32] = doc("Value of the message: on x86 the interrupt vector and its delivery mode")
    vector_ctl: Hex[u32] = doc("Bit 0 masks the vector (set until the guest clears it); the rest is reserved")


@schema
class MsixConfigState:
    """MSI-X interrupts of one PCI device."""

    table_entries: list[MsixTableEntry] = doc(
        "One per vector: as many as the device has queues, plus one for configuration changes", key=()
    )
    pba_entries: list[Hex[u64]] = doc(
        "Pending bit array, 64 vectors to a word: interrupts raised while masked"
    )
    masked: bool = doc("Function Mask, bit 14 of Message Control: masks every vector of the device")
    enabled: bool = doc("MSI-X Enable, bit 15 of Message Control: set by the driver before it uses MSI-X")


@schema
class VirtioPciCommonConfigState:
    """Values last set by the driver in `virtio_pci_common_cfg` (virtio specification, section 4.1.4.3)."""

    driver_status: Hex[u8] = doc("Register device_status: how far the driver has come", bits=STATUS)
    config_generation: u8 = doc(
        "Changes when the device-specific configuration does; lets the driver detect a torn read"
    )
    device_feature_select: u32 = doc("Which 32 offered feature bits the driver reads: 0 low, 1 high")
    driver_feature_select: u32 = doc("Which 32 accepted feature bits the driver writes: 0 low, 1 high")
    queue_select: u16 = doc("Virtqueue that the queue_* registers refer to")
    msix_config: Hex[u16] = doc(
        "MSI-X vector for configuration changes; 0xffff (VIRTIO_MSI_NO_VECTOR) for none"
    )
    msix_queues: list[Hex[u16]] = doc(
        "MSI-X vector of each virtqueue, in queue order; 0xffff for none", key=()
    )


@schema
class VirtioPciDeviceState:
    """Transport of a virtio device on the PCI bus: configuration space, BAR and interrupts."""

    pci_device_bdf: PciBdf = doc(
        "PCI address as text, `segment:bus:device.function` in hex: `0000:00:02.0`", depends=PCI
    )
    device_activated: bool = doc("The driver reached DRIVER_OK; a restore then activates the device at once")
    cap_pci_cfg_offset: usize = doc(
        "Byte offset, in configuration space, of the body of the VIRTIO_PCI_CAP_PCI_CFG capability"
    )
    cap_pci_cfg: list[u8] = doc(
        "Body of that capability, 18 bytes (id and next pointer left out): BAR, offset, length, data window"
    )
    pci_configuration_state: PciConfigurationState = doc(
        "Registers that the guest finds at the device's PCI address"
    )
    pci_dev_state: VirtioPciCommonConfigState = doc("Virtio registers at the start of the device's BAR")
    msix_state: MsixConfigState = doc("Message-signalled interrupts: the table and pending bits")
    msi_vector_group: list[u32] = doc(
        "GSI that KVM routes each MSI-X vector through, one of gsi_msi_allocator's numbers", key=()
    )
    bar_configuration: PciBarConfiguration = doc(
        "Where the registers of virtio and MSI-X lie in guest memory", depends=BAR
    )
