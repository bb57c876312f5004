"""Registers of the interrupt controller, in the order in which Firecracker stores them.

Read from `src/vmm/src/arch/aarch64/gic/{gicv2,gicv3}/regs/*.rs` and `gic/regs.rs` of Firecracker v1.14.4; the
lists have been the same since v1.8.0, and the ITS came with v1.13.0. Names and meaning: the GICv2 and the
GICv3 and GICv4 Architecture Specifications, and `include/linux/irqchip/arm-gic-v3.h` of Linux 6.12.

An entry of `dist` and `rdist` holds a register's value in chunks of 4 bytes; one of the CPU interface is a
single chunk of 8 bytes, regardless of the size of the register. Registers with one field per interrupt are
stored for the 96 interrupts from 32 on.
"""

from __future__ import annotations

from typing import NamedTuple

from snapformat_schemas.kvm.aarch64.sysregs_debug import GIC as ICC_REGISTERS
from snapformat_schemas.kvm.aarch64.sysregs_el1 import Encoding

#: First shared interrupt (SPI): those before it belong to one processor each.
FIRST_SPI = 32

#: Shared interrupts that Firecracker stores: 32 to 127.
STORED_SPIS = 96


class GicRegister(NamedTuple):
    """A register of the interrupt controller, as stored.

    Attributes:
        name: The specification's name, without the number of its row.
        offset: Where its first stored byte lies, from the component's base; for a CPU interface of GICv3, 0.
        size: Bytes of the register, or of the stored part of a row.
        about: Its contents.
        bits: Bits per interrupt, in a register with one field per interrupt; else 0.
        first: First interrupt of the stored part.
        stride: Bytes from one register of a row to the next.
    """

    name: str
    offset: int
    size: int
    about: str
    bits: int = 0
    first: int = 0
    stride: int = 4


def _shared(name: str, base: int, bits: int, about: str) -> GicRegister:
    start = base + FIRST_SPI * bits // 8
    return GicRegister(name, start, STORED_SPIS * bits // 8, about, bits, FIRST_SPI, 8 if bits == 64 else 4)


_CTLR = GicRegister("GICD_CTLR", 0x0, 4, "Distributor control: groups on or off, affinity routing")
_STATUSR = GicRegister("GICD_STATUSR", 0x10, 4, "Accesses to the distributor that failed")
_IGROUPR = _shared("GICD_IGROUPR", 0x80, 1, "Group of each interrupt")
_ISENABLER = _shared("GICD_ISENABLER", 0x100, 1, "Interrupts that are on; a write of 1 switches on")
_ICENABLER = _shared("GICD_ICENABLER", 0x180, 1, "Interrupts that are on; a write of 1 switches off")
_ISPENDR = _shared("GICD_ISPENDR", 0x200, 1, "Interrupts that are pending; a write of 1 sets")
_ICPENDR = _shared("GICD_ICPENDR", 0x280, 1, "Interrupts that are pending; a write of 1 clears")
_ISACTIVER = _shared("GICD_ISACTIVER", 0x300, 1, "Interrupts in service; a write of 1 sets")
_ICACTIVER = _shared("GICD_ICACTIVER", 0x380, 1, "Interrupts in service; a write of 1 clears")
_IPRIORITYR = _shared("GICD_IPRIORITYR", 0x400, 8, "Priority of each interrupt, 0 the highest")
_ICFGR = _shared("GICD_ICFGR", 0xC00, 2, "Trigger of each interrupt: bit 1 edge")
_IROUTER = _shared("GICD_IROUTER", 0x6000, 64, "Affinity of the processor each interrupt goes to; bit 31 any")

#: `gic.dist` of a GICv3.
GICV3_DISTRIBUTOR = (
    _CTLR,
    _STATUSR,
    _ICENABLER,
    _ISENABLER,
    _IGROUPR,
    _IROUTER,
    _ICFGR,
    _ICPENDR,
    _ISPENDR,
    _ICACTIVER,
    _ISACTIVER,
    _IPRIORITYR,
)

#: `gic.dist` of a GICv2.
GICV2_DISTRIBUTOR = (
    _CTLR,
    _ICENABLER,
    _ISENABLER,
    _IGROUPR,
    _ICFGR,
    _ICPENDR,
    _ISPENDR,
    _ICACTIVER,
    _ISACTIVER,
    _IPRIORITYR,
    GicRegister("GICD_CPENDSGIR", 0xF10, 16, "Pending interrupts between processors, a byte each", 8),
    GicRegister("GICD_SPENDSGIR", 0xF20, 16, "Pending interrupts between processors, a byte each", 8),
)

_SGI = 0x1_0000

#: `gic.gic_vcpu_states[].rdist` of a GICv3: the redistributor, then its part for interrupts 0 to 31.
GICV3_REDISTRIBUTOR = (
    GicRegister("GICR_STATUSR", 0x10, 4, "Accesses to the redistributor that failed"),
    GicRegister("GICR_WAKER", 0x14, 4, "Whether the processor is asleep: bits 1 and 2"),
    GicRegister("GICR_PROPBASER", 0x70, 8, "Address of the table with the LPIs' properties", stride=8),
    GicRegister("GICR_PENDBASER", 0x78, 8, "Address of the table with pending LPIs", stride=8),
    GicRegister("GICR_CTLR", 0x0, 4, "Redistributor control: bit 0 LPIs on"),
    GicRegister("GICR_IGROUPR0", _SGI + 0x80, 4, "Group of each interrupt, 0 to 31", 1),
    GicRegister("GICR_ICENABLER0", _SGI + 0x180, 4, "Interrupts 0 to 31 that are on", 1),
    GicRegister(
        "GICR_ISENABLER0", _SGI + 0x100, 4, "Interrupts 0 to 31 that are on; a write of 1 switches on", 1
    ),
    GicRegister("GICR_ICFGR", _SGI + 0xC00, 8, "Trigger of each interrupt, 0 to 31: bit 1 edge", 2),
    GicRegister("GICR_ICPENDR0", _SGI + 0x280, 4, "Interrupts 0 to 31 that are pending", 1),
    GicRegister(
        "GICR_ISPENDR0", _SGI + 0x200, 4, "Interrupts 0 to 31 that are pending; a write of 1 sets", 1
    ),
    GicRegister("GICR_ICACTIVER0", _SGI + 0x380, 4, "Interrupts 0 to 31 in service", 1),
    GicRegister("GICR_ISACTIVER0", _SGI + 0x300, 4, "Interrupts 0 to 31 in service; a write of 1 sets", 1),
    GicRegister("GICR_IPRIORITYR", _SGI + 0x400, 32, "Priority of each interrupt, 0 to 31", 8),
)


def _icc(*encodings: Encoding) -> tuple[GicRegister, ...]:
    return tuple(
        GicRegister(ICC_REGISTERS[at].name, 0, 8, ICC_REGISTERS[at].about, stride=8) for at in encodings
    )


#: `gic.gic_vcpu_states[].icc.main_icc_regs` of a GICv3.
GICV3_CPU_INTERFACE = _icc(
    (3, 0, 12, 12, 5),
    (3, 0, 12, 12, 4),
    (3, 0, 12, 12, 6),
    (3, 0, 12, 12, 7),
    (3, 0, 4, 6, 0),
    (3, 0, 12, 8, 3),
    (3, 0, 12, 12, 3),
)

#: `gic.gic_vcpu_states[].icc.ap_icc_regs` of a GICv3; None where the priority bits do not ask for it.
GICV3_ACTIVE_PRIORITIES = _icc(
    *((3, 0, 12, 8, 4 + n) for n in range(4)),
    *((3, 0, 12, 9, n) for n in range(4)),
)

#: `gic.gic_vcpu_states[].icc.main_icc_regs` of a GICv2, which has no ap_icc_regs and no rdist.
GICV2_CPU_INTERFACE = (
    GicRegister("GICC_CTLR", 0x0, 4, "CPU interface: groups on or off"),
    GicRegister("GICC_PMR", 0x4, 4, "Priority below which interrupts get through"),
    GicRegister("GICC_BPR", 0x8, 4, "Where priorities split into group and subpriority"),
    GicRegister("GICC_ABPR", 0x1C, 4, "The same, for group 1"),
    GicRegister("GICC_APR0", 0xD0, 4, "Active priorities, part 0"),
    GicRegister("GICC_APR1", 0xD4, 4, "Active priorities, part 1"),
    GicRegister("GICC_APR2", 0xD8, 4, "Active priorities, part 2"),
    GicRegister("GICC_APR3", 0xDC, 4, "Active priorities, part 3"),
)

#: `gic.its_state`: the interrupt translation service, by the name of the field.
ITS_REGISTERS: dict[str, GicRegister] = {
    "iidr": GicRegister("GITS_IIDR", 0x4, 4, "Implementer and revision; determines the format of the tables"),
    "cbaser": GicRegister("GITS_CBASER", 0x80, 8, "Command queue: address and size; bit 63 valid", stride=8),
    "creadr": GicRegister("GITS_CREADR", 0x90, 8, "Command queue: where the ITS reads next, bytes", stride=8),
    "cwriter": GicRegister(
        "GITS_CWRITER", 0x88, 8, "Command queue: where the guest writes next, bytes", stride=8
    ),
    "baser": GicRegister("GITS_BASER", 0x100, 64, "Tables: address, kind and size; bit 63 valid", stride=8),
    "ctlr": GicRegister("GITS_CTLR", 0x0, 4, "Bit 0 on; bit 31 no commands in progress"),
}

#: All registers of the distributor by offset: where a row begins, how many bytes each takes, how many.
DISTRIBUTOR: dict[int, tuple[str, int, int]] = {
    0x0000: ("GICD_CTLR", 4, 1),
    0x0004: ("GICD_TYPER", 4, 1),
    0x0008: ("GICD_IIDR", 4, 1),
    0x000C: ("GICD_TYPER2", 4, 1),
    0x0010: ("GICD_STATUSR", 4, 1),
    0x0040: ("GICD_SETSPI_NSR", 4, 1),
    0x0048: ("GICD_CLRSPI_NSR", 4, 1),
    0x0050: ("GICD_SETSPI_SR", 4, 1),
    0x0058: ("GICD_CLRSPI_SR", 4, 1),
    0x0080: ("GICD_IGROUPR", 4, 32),
    0x0100: ("GICD_ISENABLER", 4, 32),
    0x0180: ("GICD_ICENABLER", 4, 32),
    0x0200: ("GICD_ISPENDR", 4, 32),
    0x0280: ("GICD_ICPENDR", 4, 32),
    0x0300: ("GICD_ISACTIVER", 4, 32),
    0x0380: ("GICD_ICACTIVER", 4, 32),
    0x0400: ("GICD_IPRIORITYR", 4, 255),
    0x0800: ("GICD_ITARGETSR", 4, 255),
    0x0C00: ("GICD_ICFGR", 4, 64),
    0x0D00: ("GICD_IGRPMODR", 4, 32),
    0x0E00: ("GICD_NSACR", 4, 64),
    0x0F00: ("GICD_SGIR", 4, 1),
    0x0F10: ("GICD_CPENDSGIR", 4, 4),
    0x0F20: ("GICD_SPENDSGIR", 4, 4),
    0x6000: ("GICD_IROUTER", 8, 1020),
    0xFFE8: ("GICD_PIDR2", 4, 1),
}

#: All registers of a redistributor by offset.
REDISTRIBUTOR: dict[int, tuple[str, int, int]] = {
    0x0000: ("GICR_CTLR", 4, 1),
    0x0004: ("GICR_IIDR", 4, 1),
    0x0008: ("GICR_TYPER", 8, 1),
    0x0010: ("GICR_STATUSR", 4, 1),
    0x0014: ("GICR_WAKER", 4, 1),
    0x0040: ("GICR_SETLPIR", 8, 1),
    0x0048: ("GICR_CLRLPIR", 8, 1),
    0x0070: ("GICR_PROPBASER", 8, 1),
    0x0078: ("GICR_PENDBASER", 8, 1),
    0x00A0: ("GICR_INVLPIR", 8, 1),
    0x00B0: ("GICR_INVALLR", 8, 1),
    0x00C0: ("GICR_SYNCR", 4, 1),
    0xFFE8: ("GICR_PIDR2", 4, 1),
    _SGI + 0x080: ("GICR_IGROUPR0", 4, 1),
    _SGI + 0x100: ("GICR_ISENABLER0", 4, 1),
    _SGI + 0x180: ("GICR_ICENABLER0", 4, 1),
    _SGI + 0x200: ("GICR_ISPENDR0", 4, 1),
    _SGI + 0x280: ("GICR_ICPENDR0", 4, 1),
    _SGI + 0x300: ("GICR_ISACTIVER0", 4, 1),
    _SGI + 0x380: ("GICR_ICACTIVER0", 4, 1),
    _SGI + 0x400: ("GICR_IPRIORITYR", 4, 8),
    _SGI + 0xC00: ("GICR_ICFGR", 4, 2),
    _SGI + 0xD00: ("GICR_IGRPMODR0", 4, 1),
    _SGI + 0xE00: ("GICR_NSACR", 4, 1),
}

#: All registers of the ITS by offset.
ITS: dict[int, tuple[str, int, int]] = {
    0x0000: ("GITS_CTLR", 4, 1),
    0x0004: ("GITS_IIDR", 4, 1),
    0x0008: ("GITS_TYPER", 8, 1),
    0x0080: ("GITS_CBASER", 8, 1),
    0x0088: ("GITS_CWRITER", 8, 1),
    0x0090: ("GITS_CREADR", 8, 1),
    0x0100: ("GITS_BASER", 8, 8),
    0xFFE8: ("GITS_PIDR2", 4, 1),
    0x1_0040: ("GITS_TRANSLATER", 4, 1),
}


def name_at(table: dict[int, tuple[str, int, int]], offset: int) -> str:
    """Name of the register at an offset: `GICD_CTLR`, `GICD_ISENABLER1`, `GICD_IROUTER32+4`, or `+0x...`."""
    for start, (name, size, count) in table.items():
        if start <= offset < start + size * count:
            number, within = divmod(offset - start, size)
            return name + (str(number) if count > 1 else "") + (f"+{within}" if within else "")
    return f"+{offset:#x}"


def interrupts(register: GicRegister, chunk: int, size: int = 4) -> range:
    """Return the interrupts of a chunk of a register; empty if it has no fields per interrupt.

    Args:
        register: The register, one of the lists above.
        chunk: Index of the chunk.
        size: Bytes in a chunk.
    """
    if not register.bits:
        return range(0)
    start, end = chunk * size * 8, (chunk + 1) * size * 8
    return range(register.first + start // register.bits, register.first + -(-end // register.bits))
