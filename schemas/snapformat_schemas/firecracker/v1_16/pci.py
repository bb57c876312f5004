"""PCI: configuration space, its base address registers, and the virtio-PCI transport.

Read from `src/vmm/src/pci/{configuration,mod}.rs` and
`src/vmm/src/devices/virtio/transport/pci/device.rs` of Firecracker v1.16.1.
"""

from __future__ import annotations

from typing import Annotated

from snapformat import doc, schema
from snapformat.bincode import Hex, Len, u8, u16, u32
from snapformat_schemas.firecracker.depends import BAR, PCI
from snapformat_schemas.firecracker.v1_13.pci import VirtioPciCommonConfigState
from snapformat_schemas.firecracker.v1_14.pci import MsixConfigState


@schema
class Bar:
    """One 32-bit base address register; a 64-bit BAR takes two of them, low half first."""

    encoded_addr: Hex[u32] = doc(
        "Half of the guest physical address; the low register carries type bits in bits 0 to 3", depends=BAR
    )
    encoded_size: Hex[u32] = doc(
        "Value read back after writing all ones: this half of the two's complement of the length", depends=BAR
    )
    about_to_be_read: bool = doc("The guest has written all ones: its next read gets encoded_size, once")


@schema
class Bars:
    """Base address registers of a device, dwords 4 to 9 of its configuration space."""

    bars: Annotated[list[Bar], Len(6)] = doc(
        "All six; Firecracker uses the first two, as one 64-bit BAR, and the others are zero"
    )


@schema
class PciConfigurationState:
    """PCI Express configuration space of a device (type 0 header, 4096 bytes), its BARs aside."""

    registers: list[Hex[u32]] = doc(
        "The 1024 dwords of configuration space, the BARs zero; a restore refuses any other number"
    )
    writable_bits: list[Hex[u32]] = doc("Mask for each of the 1024 dwords: bits that the guest may change")
    last_capability: tuple[u8, u8] | None = doc(
        "Offset and length, in bytes, of the capability added last; the next one would follow it"
    )


@schema
class VirtioPciDeviceState:
    """Transport of a virtio device on the PCI bus: configuration space, BAR and interrupts."""

    sbdf: Hex[u32] = doc(
        "PCI address as a number: segment << 16 | bus << 8 | device << 3 | function", depends=PCI
    )
    device_activated: bool = doc(
        "The driver reached DRIVER_OK; a restore then wants driver_status 15 or 0, and activates the device"
    )
    cap_pci_cfg_offset: u16 = doc(
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
    bars: Bars = doc("Address and size of the device's 512 KiB virtio BAR, inside mmio64_memory")
    msix_config_cap_offset: u16 = doc(
        "Byte offset, in configuration space, of the MSI-X capability, whose control word the VMM intercepts"
    )
