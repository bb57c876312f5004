"""PCI ids, configuration space and MSI-X of virtio devices.

Read from `linux/virtio_pci.h` and `linux/pci_regs.h` of linux-libc-dev 6.1, from
`src/vmm/src/devices/virtio/transport/pci/device.rs`, `src/vmm/src/pci/{configuration,msix}.rs` and
`src/pci/src/lib.rs` of Firecracker v1.14.4, and for the meaning from the virtio specification 1.3, section
4.1, the PCI Local Bus Specification 3.0 and, for messages on x86, the Intel SDM, volume 3, "Message
Signalled Interrupts".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from snapformat.bits import Bits
from snapformat_schemas.virtio.names import DEVICE_TYPES

#: PCI vendor of all virtio devices (Red Hat).
VENDOR_ID = 0x1AF4

#: The PCI device id of a virtio 1.0 device is this plus its type.
DEVICE_ID_BASE = 0x1040

#: PCI device ids of devices that keep to drafts as well.
TRANSITIONAL_IDS: dict[int, int] = {
    0x1000: 1,
    0x1001: 2,
    0x1002: 5,
    0x1003: 3,
    0x1004: 8,
    0x1005: 4,
    0x1009: 9,
}

#: Fields of the first 64 bytes of configuration space, by the number of the 4-byte register.
CONFIGURATION_REGISTERS: dict[int, str] = {
    0: "device id, vendor id",
    1: "status, command",
    2: "class, subclass, programming interface, revision",
    3: "self test, header type, latency timer, cache line size",
    4: "BAR 0",
    5: "BAR 1",
    6: "BAR 2",
    7: "BAR 3",
    8: "BAR 4",
    9: "BAR 5",
    10: "CardBus",
    11: "subsystem id, subsystem vendor id",
    12: "expansion ROM",
    13: "capabilities pointer",
    14: "reserved",
    15: "latencies, interrupt pin, interrupt line",
}

#: Command register (lower half of register 1).
COMMAND = (
    Bits("IO", 0, "Answers in I/O space"),
    Bits("MEMORY", 1, "Answers in memory space"),
    Bits("MASTER", 2, "May access memory by itself"),
    Bits("SPECIAL", 3, "Monitors special cycles"),
    Bits("INVALIDATE", 4, "May write and invalidate"),
    Bits("VGA_PALETTE", 5, "Snoops palette writes"),
    Bits("PARITY", 6, "Reports parity errors"),
    Bits("WAIT", 7, "Address stepping"),
    Bits("SERR", 8, "May signal system errors"),
    Bits("FAST_BACK", 9, "Fast back-to-back writes"),
    Bits("INTX_DISABLE", 10, "May not raise line interrupts"),
)

#: Base classes (top byte of register 2).
CLASSES: dict[int, str] = {
    0x00: "unclassified",
    0x01: "mass storage",
    0x02: "network",
    0x05: "memory",
    0x06: "bridge",
    0x07: "communication",
    0x08: "system peripheral",
    0x0D: "wireless",
    0x10: "encryption",
    0xFF: "other",
}

#: Capabilities.
CAPABILITIES: dict[int, str] = {
    0x01: "power management",
    0x05: "MSI",
    0x09: "vendor specific (virtio)",
    0x10: "PCI Express",
    0x11: "MSI-X",
}

#: Kinds of virtio's own capabilities (cfg_type).
VIRTIO_CAPABILITIES: dict[int, str] = {
    1: "common configuration",
    2: "notifications",
    3: "interrupt status",
    4: "device configuration",
    5: "access through configuration space",
    8: "shared memory",
    9: "vendor data",
}

#: Vector number that means no interrupt (msix_config, msix_queues).
NO_VECTOR = 0xFFFF

#: Message control of the MSI-X capability.
MSIX_CONTROL = (
    Bits("TABLE_SIZE", 0, "Number of vectors, less one", 11),
    Bits("FUNCTION_MASK", 14, "All vectors are masked"),
    Bits("ENABLE", 15, "MSI-X is on; line interrupts are off"),
)

#: Vector control of an MSI-X table entry (vector_ctl).
VECTOR_CONTROL = (Bits("MASKED", 0, "The vector is masked"),)

#: Lower half of a message's address (msg_addr_lo) on x86.
MESSAGE_ADDRESS = (
    Bits("DEST_MODE", 2, "The destination is a logical one"),
    Bits("REDIRECTION", 3, "The interrupt may go to one of several"),
    Bits("EXTENDED_ID", 5, "Upper bits of the destination (extended ID)", 7),
    Bits("DEST_ID", 12, "APIC ID of the destination, or a set of logical ones", 8),
    Bits("BASE", 20, "Always 0xfee", 12),
)

#: A message's data (msg_data) on x86.
MESSAGE_DATA = (
    Bits("VECTOR", 0, "Vector of the interrupt", 8),
    Bits(
        "DELIVERY_MODE",
        8,
        "How the interrupt is delivered",
        3,
        {0: "fixed", 1: "lowest priority", 2: "SMI", 4: "NMI", 5: "INIT", 7: "ExtINT"},
    ),
    Bits("ASSERT", 14, "Level of the interrupt"),
    Bits("TRIGGER", 15, "Level-triggered"),
)


class Address(NamedTuple):
    """The address of a device on PCI.

    Attributes:
        segment: PCI segment group.
        bus: Bus, 0 to 255.
        device: Slot, 0 to 31.
        function: Function, 0 to 7.
    """

    segment: int
    bus: int
    device: int
    function: int

    def __str__(self) -> str:
        return f"{self.segment:04x}:{self.bus:02x}:{self.device:02x}.{self.function}"


def address(value: int) -> Address:
    """Decode a packed address: segment in 31:16, bus in 15:8, device in 7:3, function in 2:0."""
    return Address(value >> 16, value >> 8 & 0xFF, value >> 3 & 0x1F, value & 7)


def virtio_type(device_id: int) -> int | None:
    """Return the device type of a PCI device id of virtio's vendor; None for another device."""
    if device_id in TRANSITIONAL_IDS:
        return TRANSITIONAL_IDS[device_id]
    device_type = device_id - DEVICE_ID_BASE
    return device_type if device_type in DEVICE_TYPES else None


class Capability(NamedTuple):
    """A capability found in configuration space.

    Attributes:
        offset: Its offset in bytes.
        id: Its id.
        name: Its name in `CAPABILITIES` or `VIRTIO_CAPABILITIES`.
    """

    offset: int
    id: int
    name: str


def capabilities(registers: Sequence[int]) -> list[Capability]:
    """Follow the list of capabilities through configuration space.

    Args:
        registers: Configuration space as 4-byte registers.
    """
    found: list[Capability] = []
    seen: set[int] = set()
    offset = registers[13] & 0xFC if len(registers) > 13 else 0
    while offset and offset not in seen and offset // 4 < len(registers):
        seen.add(offset)
        word = registers[offset // 4]
        name = CAPABILITIES.get(word & 0xFF, f"capability {word & 0xFF:#x}")
        if word & 0xFF == 0x09:
            name = "virtio " + VIRTIO_CAPABILITIES.get(word >> 24, f"capability {word >> 24}")
        found.append(Capability(offset, word & 0xFF, name))
        offset = word >> 8 & 0xFC
    return found


def pending(pba_entries: Sequence[int]) -> list[int]:
    """Return the vectors with a pending, masked interrupt: bits of the pending bit array."""
    return [
        64 * index + bit for index, entry in enumerate(pba_entries) for bit in range(64) if entry >> bit & 1
    ]
