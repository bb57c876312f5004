"""PCI: configuration space, MSI-X and the virtio-PCI transport.

Read from `src/vmm/src/pci/{configuration,msix}.rs`, `src/vmm/src/vstate/interrupts.rs`,
`src/vmm/src/devices/virtio/transport/pci/{common_config,device}.rs` and `src/pci/src/lib.rs` of Firecracker
v1.14.4.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import Hex, u8, u32, u64, usize
from snapformat_schemas.firecracker.conversions import PciBdf
from snapformat_schemas.firecracker.depends import BAR, PCI
from snapformat_schemas.firecracker.v1_13.pci import MsixTableEntry, VirtioPciCommonConfigState


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
    last_capability: tuple[usize, usize] | None = doc(
        "Offset and length, in bytes, of the capability added last; the next one would follow it"
    )
    msix_cap_reg_idx: usize | None = doc(
        "Dword index of the MSI-X capability, whose control word the VMM intercepts"
    )


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
    vectors: list[u32] = doc(
        "GSI that KVM routes each vector through, one of gsi_msi_allocator's numbers", key=()
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
    msix_state: MsixConfigState = doc("Message-signalled interrupts: the table, pending bits and their GSIs")
    bar_address: Hex[u64] = doc(
        "Guest physical address of the device's 512 KiB virtio BAR, inside mmio64_memory", depends=BAR
    )
