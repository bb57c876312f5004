"""Decoding some system registers: processor state, system control, identity of the processor.

Read from the Arm Architecture Reference Manual (A-profile), "AArch64 System Register Descriptions"; parts of
implementers from `arch/arm64/include/asm/cputype.h` of Linux 6.12.
"""

from __future__ import annotations

from typing import NamedTuple

from snapformat.bits import Bits

#: Processor state, as in PSTATE and the SPSR registers.
PSTATE = (
    Bits(
        "M",
        0,
        "Exception level and stack pointer",
        4,
        {0x0: "EL0t", 0x4: "EL1t", 0x5: "EL1h", 0x8: "EL2t", 0x9: "EL2h", 0xC: "EL3t", 0xD: "EL3h"},
    ),
    Bits("nRW", 4, "AArch32"),
    Bits("F", 6, "FIQs are masked"),
    Bits("I", 7, "IRQs are masked"),
    Bits("A", 8, "System errors are masked"),
    Bits("D", 9, "Debug exceptions are masked"),
    Bits("BTYPE", 10, "Kind of the branch that led here", 2),
    Bits("SSBS", 12, "Loads may be speculated past stores"),
    Bits("ALLINT", 13, "All interrupts are masked"),
    Bits("IL", 20, "Illegal execution state"),
    Bits("SS", 21, "Single step"),
    Bits("PAN", 22, "The kernel is kept off user pages"),
    Bits("UAO", 23, "Unprivileged accesses count as privileged"),
    Bits("DIT", 24, "Timing does not depend on data"),
    Bits("TCO", 25, "Memory tags are not checked"),
    Bits("V", 28, "Signed overflow"),
    Bits("C", 29, "Carry"),
    Bits("Z", 30, "Result is zero"),
    Bits("N", 31, "Result is negative"),
)

#: System control register of EL1.
SCTLR_EL1 = (
    Bits("M", 0, "MMU is on"),
    Bits("A", 1, "Alignment is checked"),
    Bits("C", 2, "Data caches are on"),
    Bits("SA", 3, "Stack alignment is checked at EL1"),
    Bits("SA0", 4, "Stack alignment is checked at EL0"),
    Bits("CP15BEN", 5, "AArch32 barriers are on"),
    Bits("nAA", 6, "Some unaligned accesses are allowed"),
    Bits("ITD", 7, "Some AArch32 IT instructions are off"),
    Bits("SED", 8, "AArch32 SETEND is off"),
    Bits("UMA", 9, "User code may mask interrupts"),
    Bits("EnRCTX", 10, "User code may restrict prediction"),
    Bits("EOS", 11, "An exception's exit synchronizes"),
    Bits("I", 12, "Instruction caches are on"),
    Bits("EnDB", 13, "Pointer authentication with data key B"),
    Bits("DZE", 14, "User code may use DC ZVA"),
    Bits("UCT", 15, "User code may read CTR_EL0"),
    Bits("nTWI", 16, "User code may wait for interrupts"),
    Bits("nTWE", 18, "User code may wait for events"),
    Bits("WXN", 19, "Writable pages can't be executed"),
    Bits("TSCXT", 20, "User code may not use SCXTNUM_EL0"),
    Bits("IESB", 21, "Exceptions are error barriers"),
    Bits("EIS", 22, "An exception's entry synchronizes"),
    Bits("SPAN", 23, "PAN stays as it is on an exception"),
    Bits("E0E", 24, "Data of EL0 is big-endian"),
    Bits("EE", 25, "Data of EL1 is big-endian"),
    Bits("UCI", 26, "User code may maintain caches"),
    Bits("EnDA", 27, "Pointer authentication with data key A"),
    Bits("nTLSMD", 28, "Some AArch32 multiple accesses don't trap"),
    Bits("LSMAOE", 29, "AArch32 multiple accesses keep their order"),
    Bits("EnIB", 30, "Pointer authentication with instruction key B"),
    Bits("EnIA", 31, "Pointer authentication with instruction key A"),
    Bits("CMOW", 32, "Cache maintenance needs write permission"),
    Bits("MSCEn", 33, "User code may copy memory by instruction"),
    Bits("BT0", 35, "Branch targets at EL0 are checked strictly"),
    Bits("BT1", 36, "Branch targets at EL1 are checked strictly"),
    Bits("ITFSB", 37, "Tag faults are synchronized on entry"),
    Bits("TCF0", 38, "Effect of a tag fault at EL0", 2),
    Bits("TCF", 40, "Effect of a tag fault at EL1", 2),
    Bits("ATA0", 42, "EL0 may use memory tags"),
    Bits("ATA", 43, "EL1 may use memory tags"),
    Bits("DSSBS", 44, "SSBS on an exception"),
    Bits("TWEDEn", 45, "WFE traps after a delay"),
    Bits("TWEDEL", 46, "That delay", 4),
    Bits("EnASR", 54, "User code may store 64 bytes"),
    Bits("EnAS0", 55, "User code may store 64 bytes with status and data"),
    Bits("EnALS", 56, "User code may load and store 64 bytes"),
    Bits("EPAN", 57, "PAN counts execute-only pages too"),
    Bits("EnTP2", 60, "User code may use TPIDR2_EL0"),
    Bits("NMI", 61, "Non-maskable interrupts are on"),
    Bits("SPINTMASK", 62, "The stack pointer selects whether interrupts are masked"),
    Bits("TIDCP", 63, "Implementer's registers trap at EL0"),
)

#: Companies that build processors (MIDR_EL1, bits 31:24).
IMPLEMENTERS: dict[int, str] = {
    0x41: "Arm",
    0x42: "Broadcom",
    0x43: "Cavium",
    0x46: "Fujitsu",
    0x48: "HiSilicon",
    0x4E: "NVIDIA",
    0x50: "Applied Micro",
    0x51: "Qualcomm",
    0x61: "Apple",
    0x6D: "Microsoft",
    0xC0: "Ampere",
}

#: Processors by implementer and part number (MIDR_EL1, bits 15:4).
PARTS: dict[tuple[int, int], str] = {
    (0x41, 0xD03): "Cortex-A53",
    (0x41, 0xD04): "Cortex-A35",
    (0x41, 0xD05): "Cortex-A55",
    (0x41, 0xD07): "Cortex-A57",
    (0x41, 0xD08): "Cortex-A72",
    (0x41, 0xD09): "Cortex-A73",
    (0x41, 0xD0A): "Cortex-A75",
    (0x41, 0xD0B): "Cortex-A76",
    (0x41, 0xD0C): "Neoverse N1",
    (0x41, 0xD0D): "Cortex-A77",
    (0x41, 0xD0E): "Cortex-A76AE",
    (0x41, 0xD40): "Neoverse V1",
    (0x41, 0xD41): "Cortex-A78",
    (0x41, 0xD42): "Cortex-A78AE",
    (0x41, 0xD44): "Cortex-X1",
    (0x41, 0xD46): "Cortex-A510",
    (0x41, 0xD47): "Cortex-A710",
    (0x41, 0xD48): "Cortex-X2",
    (0x41, 0xD49): "Neoverse N2",
    (0x41, 0xD4B): "Cortex-A78C",
    (0x41, 0xD4C): "Cortex-X1C",
    (0x41, 0xD4D): "Cortex-A715",
    (0x41, 0xD4E): "Cortex-X3",
    (0x41, 0xD4F): "Neoverse V2",
    (0x41, 0xD80): "Cortex-A520",
    (0x41, 0xD81): "Cortex-A720",
    (0x41, 0xD82): "Cortex-X4",
    (0x41, 0xD83): "Neoverse V3AE",
    (0x41, 0xD84): "Neoverse V3",
    (0x41, 0xD85): "Cortex-X925",
    (0x41, 0xD87): "Cortex-A725",
    (0x41, 0xD8E): "Neoverse N3",
    (0x43, 0x0A1): "ThunderX",
    (0x43, 0x0AF): "ThunderX2",
    (0x46, 0x001): "A64FX",
    (0x48, 0xD01): "TSV110 (Kunpeng 920)",
    (0xC0, 0xAC3): "Ampere-1",
    (0xC0, 0xAC4): "Ampere-1A",
    (0x6D, 0xD49): "Azure Cobalt 100",
}


class Midr(NamedTuple):
    """The fields of MIDR_EL1.

    Attributes:
        implementer: Company that built the processor, or its code as text.
        part: Processor, or its part number as text.
        variant: Major revision (the n of rNpM).
        revision: Minor revision (the m of rNpM).
    """

    implementer: str
    part: str
    variant: int
    revision: int

    def __str__(self) -> str:
        return f"{self.implementer} {self.part} r{self.variant}p{self.revision}"


def midr(value: int) -> Midr:
    """Identify the processor from MIDR_EL1."""
    implementer, part = value >> 24 & 0xFF, value >> 4 & 0xFFF
    return Midr(
        IMPLEMENTERS.get(implementer, f"implementer {implementer:#x}"),
        PARTS.get((implementer, part), f"part {part:#x}"),
        value >> 20 & 0xF,
        value & 0xF,
    )


def affinity(mpidr: int) -> tuple[int, int, int, int]:
    """Aff3, Aff2, Aff1, Aff0 of MPIDR_EL1: from the outermost group to the processor."""
    return mpidr >> 32 & 0xFF, mpidr >> 16 & 0xFF, mpidr >> 8 & 0xFF, mpidr & 0xFF
