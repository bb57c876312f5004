"""System registers of EL1 and EL0: identification, control, memory, exceptions.

Read from the Arm Architecture Reference Manual (A-profile), "AArch64 System Register Descriptions"; encodings
checked against `asm/sysreg.h` and its generated part of Linux 6.12.
"""

from __future__ import annotations

from typing import NamedTuple

#: op0, op1, CRn, CRm, op2: how an instruction names a system register.
Encoding = tuple[int, int, int, int, int]


class SystemRegister(NamedTuple):
    """A system register.

    Attributes:
        name: Arm's name.
        about: Its contents.
    """

    name: str
    about: str


_R = SystemRegister

#: Identification and features of the processor. KVM keeps most of them as the guest sees them.
IDENTIFICATION: dict[Encoding, SystemRegister] = {
    (3, 0, 0, 0, 0): _R("MIDR_EL1", "Implementer, part and revision of the processor"),
    (3, 0, 0, 0, 5): _R("MPIDR_EL1", "Affinity: which processor of the machine it is"),
    (3, 0, 0, 0, 6): _R("REVIDR_EL1", "Revision details left to the implementer"),
    (3, 0, 0, 1, 0): _R("ID_PFR0_EL1", "AArch32 instruction sets"),
    (3, 0, 0, 1, 1): _R("ID_PFR1_EL1", "AArch32 programmers' model, timer, GIC interface"),
    (3, 0, 0, 1, 2): _R("ID_DFR0_EL1", "AArch32 debug and trace"),
    (3, 0, 0, 1, 3): _R("ID_AFR0_EL1", "AArch32 features left to the implementer"),
    (3, 0, 0, 1, 4): _R("ID_MMFR0_EL1", "AArch32 memory model, part 0"),
    (3, 0, 0, 1, 5): _R("ID_MMFR1_EL1", "AArch32 memory model, part 1"),
    (3, 0, 0, 1, 6): _R("ID_MMFR2_EL1", "AArch32 memory model, part 2"),
    (3, 0, 0, 1, 7): _R("ID_MMFR3_EL1", "AArch32 memory model, part 3"),
    (3, 0, 0, 2, 0): _R("ID_ISAR0_EL1", "AArch32 instructions, part 0"),
    (3, 0, 0, 2, 1): _R("ID_ISAR1_EL1", "AArch32 instructions, part 1"),
    (3, 0, 0, 2, 2): _R("ID_ISAR2_EL1", "AArch32 instructions, part 2"),
    (3, 0, 0, 2, 3): _R("ID_ISAR3_EL1", "AArch32 instructions, part 3"),
    (3, 0, 0, 2, 4): _R("ID_ISAR4_EL1", "AArch32 instructions, part 4"),
    (3, 0, 0, 2, 5): _R("ID_ISAR5_EL1", "AArch32 instructions, part 5: AES, SHA, CRC32"),
    (3, 0, 0, 2, 6): _R("ID_MMFR4_EL1", "AArch32 memory model, part 4"),
    (3, 0, 0, 2, 7): _R("ID_ISAR6_EL1", "AArch32 instructions, part 6"),
    (3, 0, 0, 3, 0): _R("MVFR0_EL1", "AArch32 floating point, part 0"),
    (3, 0, 0, 3, 1): _R("MVFR1_EL1", "AArch32 floating point, part 1"),
    (3, 0, 0, 3, 2): _R("MVFR2_EL1", "AArch32 floating point, part 2"),
    (3, 0, 0, 3, 4): _R("ID_PFR2_EL1", "AArch32 speculation safety"),
    (3, 0, 0, 3, 5): _R("ID_DFR1_EL1", "AArch32 debug, part 1"),
    (3, 0, 0, 3, 6): _R("ID_MMFR5_EL1", "AArch32 memory model, part 5"),
    (3, 0, 0, 4, 0): _R("ID_AA64PFR0_EL1", "Exception levels, floating point, SVE, RAS, GIC interface"),
    (3, 0, 0, 4, 1): _R("ID_AA64PFR1_EL1", "Branch targets, SSBS, memory tagging, SME"),
    (3, 0, 0, 4, 2): _R("ID_AA64PFR2_EL1", "Memory tagging extensions, FPMR"),
    (3, 0, 0, 4, 4): _R("ID_AA64ZFR0_EL1", "SVE features"),
    (3, 0, 0, 4, 5): _R("ID_AA64SMFR0_EL1", "SME features"),
    (3, 0, 0, 4, 7): _R("ID_AA64FPFR0_EL1", "8-bit floating point"),
    (3, 0, 0, 5, 0): _R("ID_AA64DFR0_EL1", "Debug version, breakpoints, performance monitor, trace"),
    (3, 0, 0, 5, 1): _R("ID_AA64DFR1_EL1", "Debug, part 1"),
    (3, 0, 0, 5, 4): _R("ID_AA64AFR0_EL1", "Features left to the implementer, part 0"),
    (3, 0, 0, 5, 5): _R("ID_AA64AFR1_EL1", "Features left to the implementer, part 1"),
    (3, 0, 0, 6, 0): _R("ID_AA64ISAR0_EL1", "Instructions: AES, SHA, CRC32, atomics, random numbers"),
    (3, 0, 0, 6, 1): _R("ID_AA64ISAR1_EL1", "Instructions: pointer authentication, JSCVT, DC CVAP"),
    (3, 0, 0, 6, 2): _R("ID_AA64ISAR2_EL1", "Instructions: memory copy, WFxT, QARMA3"),
    (3, 0, 0, 6, 3): _R("ID_AA64ISAR3_EL1", "Instructions: checked pointer arithmetic, FAMINMAX"),
    (3, 0, 0, 7, 0): _R("ID_AA64MMFR0_EL1", "Physical address size, ASID size, page sizes"),
    (3, 0, 0, 7, 1): _R("ID_AA64MMFR1_EL1", "Access flags by hardware, PAN, virtualization host extensions"),
    (3, 0, 0, 7, 2): _R("ID_AA64MMFR2_EL1", "Virtual address size, cache coherence, nested virtualization"),
    (3, 0, 0, 7, 3): _R("ID_AA64MMFR3_EL1", "Permission indirection and overlays"),
    (3, 0, 0, 7, 4): _R("ID_AA64MMFR4_EL1", "Memory model, part 4"),
    (3, 1, 0, 0, 0): _R("CCSIDR_EL1", "Size of the cache that CSSELR_EL1 selects"),
    (3, 1, 0, 0, 1): _R("CLIDR_EL1", "Which cache levels there are"),
    (3, 1, 0, 0, 2): _R("CCSIDR2_EL1", "Number of sets of the selected cache"),
    (3, 1, 0, 0, 4): _R("GMID_EL1", "How many memory tags are moved at once"),
    (3, 1, 0, 0, 6): _R("SMIDR_EL1", "Which streaming unit the processor uses"),
    (3, 1, 0, 0, 7): _R("AIDR_EL1", "Left to the implementer"),
    (3, 2, 0, 0, 0): _R("CSSELR_EL1", "Selects a cache: level in bits 3:1, bit 0 instruction"),
    (3, 3, 0, 0, 1): _R("CTR_EL0", "Cache line sizes and coherence"),
    (3, 3, 0, 0, 7): _R("DCZID_EL0", "How much DC ZVA clears"),
}

#: Control of the guest's kernel and of its memory.
CONTROL: dict[Encoding, SystemRegister] = {
    (3, 0, 1, 0, 0): _R("SCTLR_EL1", "MMU, caches, alignment checks, on or off"),
    (3, 0, 1, 0, 1): _R("ACTLR_EL1", "Left to the implementer"),
    (3, 0, 1, 0, 2): _R("CPACR_EL1", "Which accesses to floating point, SVE and trace trap"),
    (3, 0, 1, 0, 3): _R("SCTLR2_EL1", "System control, second part"),
    (3, 0, 1, 0, 5): _R("RGSR_EL1", "Seed of random memory tags"),
    (3, 0, 1, 0, 6): _R("GCR_EL1", "Memory tags that are not picked at random"),
    (3, 0, 1, 2, 0): _R("ZCR_EL1", "SVE vector length for EL0 and EL1"),
    (3, 0, 1, 2, 1): _R("TRFCR_EL1", "Trace of EL0 and EL1, on or off"),
    (3, 0, 1, 2, 3): _R("TRCITECR_EL1", "Instrumentation trace"),
    (3, 0, 1, 2, 4): _R("SMPRI_EL1", "Priority of streaming mode"),
    (3, 0, 1, 2, 6): _R("SMCR_EL1", "Streaming vector length"),
    (3, 0, 2, 0, 0): _R("TTBR0_EL1", "Page table of the lower address range (user) and ASID"),
    (3, 0, 2, 0, 1): _R("TTBR1_EL1", "Page table of the upper address range (kernel) and ASID"),
    (3, 0, 2, 0, 2): _R("TCR_EL1", "Sizes of the two address ranges, page sizes"),
    (3, 0, 2, 0, 3): _R("TCR2_EL1", "Translation control, second part"),
    (3, 0, 2, 1, 0): _R("APIAKEYLO_EL1", "Pointer authentication: instruction key A, lower half"),
    (3, 0, 2, 1, 1): _R("APIAKEYHI_EL1", "Pointer authentication: instruction key A, upper half"),
    (3, 0, 2, 1, 2): _R("APIBKEYLO_EL1", "Pointer authentication: instruction key B, lower half"),
    (3, 0, 2, 1, 3): _R("APIBKEYHI_EL1", "Pointer authentication: instruction key B, upper half"),
    (3, 0, 2, 2, 0): _R("APDAKEYLO_EL1", "Pointer authentication: data key A, lower half"),
    (3, 0, 2, 2, 1): _R("APDAKEYHI_EL1", "Pointer authentication: data key A, upper half"),
    (3, 0, 2, 2, 2): _R("APDBKEYLO_EL1", "Pointer authentication: data key B, lower half"),
    (3, 0, 2, 2, 3): _R("APDBKEYHI_EL1", "Pointer authentication: data key B, upper half"),
    (3, 0, 2, 3, 0): _R("APGAKEYLO_EL1", "Pointer authentication: generic key, lower half"),
    (3, 0, 2, 3, 1): _R("APGAKEYHI_EL1", "Pointer authentication: generic key, upper half"),
    (3, 0, 2, 5, 0): _R("GCSCR_EL1", "Guarded control stack of EL1"),
    (3, 0, 2, 5, 1): _R("GCSPR_EL1", "Guarded control stack pointer of EL1"),
    (3, 0, 2, 5, 2): _R("GCSCRE0_EL1", "Guarded control stack of EL0"),
    (3, 0, 4, 0, 0): _R("SPSR_EL1", "Processor state before the last exception"),
    (3, 0, 4, 0, 1): _R("ELR_EL1", "Address to return to from the last exception"),
    (3, 0, 4, 2, 3): _R("PAN", "Whether EL1 is kept off user pages"),
    (3, 0, 4, 3, 0): _R("ALLINT", "Whether all interrupts are masked"),
    (3, 0, 5, 1, 0): _R("AFSR0_EL1", "Fault status left to the implementer, part 0"),
    (3, 0, 5, 1, 1): _R("AFSR1_EL1", "Fault status left to the implementer, part 1"),
    (3, 0, 5, 2, 0): _R("ESR_EL1", "Cause of the last exception: class in bits 31:26"),
    (3, 0, 5, 3, 0): _R("ERRIDR_EL1", "How many error records there are"),
    (3, 0, 5, 3, 1): _R("ERRSELR_EL1", "Which error record the ERX registers show"),
    (3, 0, 5, 4, 0): _R("ERXFR_EL1", "Selected error record: features"),
    (3, 0, 5, 4, 1): _R("ERXCTLR_EL1", "Selected error record: control"),
    (3, 0, 5, 4, 2): _R("ERXSTATUS_EL1", "Selected error record: status"),
    (3, 0, 5, 4, 3): _R("ERXADDR_EL1", "Selected error record: address"),
    (3, 0, 5, 4, 4): _R("ERXPFGF_EL1", "Selected error record: fault generation features"),
    (3, 0, 5, 4, 5): _R("ERXPFGCTL_EL1", "Selected error record: fault generation control"),
    (3, 0, 5, 4, 6): _R("ERXPFGCDN_EL1", "Selected error record: fault generation countdown"),
    (3, 0, 5, 5, 0): _R("ERXMISC0_EL1", "Selected error record: more, part 0"),
    (3, 0, 5, 5, 1): _R("ERXMISC1_EL1", "Selected error record: more, part 1"),
    (3, 0, 5, 5, 2): _R("ERXMISC2_EL1", "Selected error record: more, part 2"),
    (3, 0, 5, 5, 3): _R("ERXMISC3_EL1", "Selected error record: more, part 3"),
    (3, 0, 5, 6, 0): _R("TFSR_EL1", "Memory tag faults of EL1"),
    (3, 0, 5, 6, 1): _R("TFSRE0_EL1", "Memory tag faults of EL0"),
    (3, 0, 6, 0, 0): _R("FAR_EL1", "Virtual address that the last fault was about"),
    (3, 0, 7, 4, 0): _R("PAR_EL1", "Result of the last address translation instruction"),
    (3, 0, 10, 2, 0): _R("MAIR_EL1", "Memory types that page attributes select, a byte each"),
    (3, 0, 10, 2, 1): _R("MAIR2_EL1", "Memory types, second part"),
    (3, 0, 10, 2, 2): _R("PIRE0_EL1", "Permission indirection of EL0"),
    (3, 0, 10, 2, 3): _R("PIR_EL1", "Permission indirection of EL1"),
    (3, 0, 10, 2, 4): _R("POR_EL1", "Permission overlays of EL1"),
    (3, 0, 10, 2, 5): _R("S2POR_EL1", "Permission overlays of stage 2"),
    (3, 0, 10, 3, 0): _R("AMAIR_EL1", "Memory attributes left to the implementer"),
    (3, 0, 10, 3, 1): _R("AMAIR2_EL1", "Memory attributes left to the implementer, second part"),
    (3, 0, 10, 4, 0): _R("LORSA_EL1", "Limited ordering region: start"),
    (3, 0, 10, 4, 1): _R("LOREA_EL1", "Limited ordering region: end"),
    (3, 0, 10, 4, 2): _R("LORN_EL1", "Limited ordering region: number"),
    (3, 0, 10, 4, 3): _R("LORC_EL1", "Limited ordering regions: control"),
    (3, 0, 10, 4, 7): _R("LORID_EL1", "How many limited ordering regions there are"),
    (3, 0, 12, 0, 0): _R("VBAR_EL1", "Address of the exception vectors"),
    (3, 0, 12, 1, 0): _R("ISR_EL1", "Interrupts and errors that are pending"),
    (3, 0, 12, 1, 1): _R("DISR_EL1", "Deferred system error"),
    (3, 0, 13, 0, 1): _R("CONTEXTIDR_EL1", "Number of the process, for debuggers"),
    (3, 0, 13, 0, 3): _R("RCWSMASK_EL1", "Read-check-write mask of soft-checked instructions"),
    (3, 0, 13, 0, 4): _R("TPIDR_EL1", "Left to the kernel; Linux keeps its per-CPU base there"),
    (3, 0, 13, 0, 5): _R("ACCDATA_EL1", "Lower bits of a 64-byte store"),
    (3, 0, 13, 0, 6): _R("RCWMASK_EL1", "Read-check-write mask"),
    (3, 0, 13, 0, 7): _R("SCXTNUM_EL1", "Software context, for branch prediction, of EL1"),
    (3, 3, 2, 4, 0): _R("RNDR", "Random number"),
    (3, 3, 2, 4, 1): _R("RNDRRS", "Random number after a reseed"),
    (3, 3, 2, 5, 1): _R("GCSPR_EL0", "Guarded control stack pointer of EL0"),
    (3, 3, 4, 2, 2): _R("SVCR", "Streaming mode and matrix storage, on or off"),
    (3, 3, 4, 4, 0): _R("FPCR", "Floating point: rounding and traps"),
    (3, 3, 4, 4, 1): _R("FPSR", "Floating point: status flags"),
    (3, 3, 4, 4, 2): _R("FPMR", "Formats of 8-bit floating point"),
    (3, 3, 10, 2, 4): _R("POR_EL0", "Permission overlays of EL0"),
    (3, 3, 13, 0, 2): _R("TPIDR_EL0", "Left to user code: thread pointer"),
    (3, 3, 13, 0, 3): _R("TPIDRRO_EL0", "Readable by user code, written by the kernel"),
    (3, 3, 13, 0, 5): _R("TPIDR2_EL0", "Left to user code: pointer for lazy saving of SME state"),
    (3, 3, 13, 0, 7): _R("SCXTNUM_EL0", "Software context, for branch prediction, of EL0"),
}
