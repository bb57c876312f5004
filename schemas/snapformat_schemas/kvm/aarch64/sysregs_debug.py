"""System registers of debugging, counting and timing, and of the GIC's CPU interface.

Read from the Arm Architecture Reference Manual (A-profile), "AArch64 System Register Descriptions", and for
ICC_* from the GICv3 and GICv4 Architecture Specification; encodings checked against `asm/sysreg.h` and its
generated part of Linux 6.12.
"""

from __future__ import annotations

from snapformat_schemas.kvm.aarch64.sysregs_el1 import Encoding, SystemRegister

_R = SystemRegister

#: Self-hosted debug.
DEBUG: dict[Encoding, SystemRegister] = {
    (2, 0, 0, 0, 2): _R("OSDTRRX_EL1", "Debug data received, for saving"),
    (2, 0, 0, 2, 0): _R("MDCCINT_EL1", "Interrupts of the debug channel"),
    (2, 0, 0, 2, 2): _R("MDSCR_EL1", "Single step and breakpoints, on or off"),
    (2, 0, 0, 3, 2): _R("OSDTRTX_EL1", "Debug data sent, for saving"),
    (2, 0, 0, 6, 2): _R("OSECCR_EL1", "Exceptions that halt, for saving"),
    (2, 0, 1, 0, 0): _R("MDRAR_EL1", "Address of the debug ROM table"),
    (2, 0, 1, 0, 4): _R("OSLAR_EL1", "A write locks the debug registers"),
    (2, 0, 1, 1, 4): _R("OSLSR_EL1", "Whether the debug registers are locked"),
    (2, 0, 1, 3, 4): _R("OSDLR_EL1", "Whether they are locked twice, for power down"),
    (2, 0, 1, 4, 4): _R("DBGPRCR_EL1", "Power control of debugging"),
    (2, 0, 7, 8, 6): _R("DBGCLAIMSET_EL1", "Claims of debuggers: set"),
    (2, 0, 7, 9, 6): _R("DBGCLAIMCLR_EL1", "Claims of debuggers: clear"),
    (2, 0, 7, 14, 6): _R("DBGAUTHSTATUS_EL1", "Whether debugging is permitted"),
    (2, 3, 0, 1, 0): _R("MDCCSR_EL0", "State of the debug channel"),
    (2, 3, 0, 4, 0): _R("DBGDTR_EL0", "Debug data, both halves"),
    (2, 3, 0, 5, 0): _R("DBGDTRRX_EL0", "Debug data; DBGDTRTX_EL0 when written"),
    (2, 4, 0, 7, 0): _R("DBGVCR32_EL2", "Vector catch of AArch32"),
    **{(2, 0, 0, n, 4): _R(f"DBGBVR{n}_EL1", f"Breakpoint {n}: address or context") for n in range(16)},
    **{(2, 0, 0, n, 5): _R(f"DBGBCR{n}_EL1", f"Breakpoint {n}: bit 0 is on") for n in range(16)},
    **{(2, 0, 0, n, 6): _R(f"DBGWVR{n}_EL1", f"Watchpoint {n}: address") for n in range(16)},
    **{(2, 0, 0, n, 7): _R(f"DBGWCR{n}_EL1", f"Watchpoint {n}: bit 0 is on") for n in range(16)},
}

#: Performance monitor, statistical profiling, trace buffer.
MONITORS: dict[Encoding, SystemRegister] = {
    (3, 0, 9, 9, 0): _R("PMSCR_EL1", "Profiling: control"),
    (3, 0, 9, 9, 1): _R("PMSNEVFR_EL1", "Profiling: events to leave out"),
    (3, 0, 9, 9, 2): _R("PMSICR_EL1", "Profiling: counter of the interval"),
    (3, 0, 9, 9, 3): _R("PMSIRR_EL1", "Profiling: length of the interval"),
    (3, 0, 9, 9, 4): _R("PMSFCR_EL1", "Profiling: filters on or off"),
    (3, 0, 9, 9, 5): _R("PMSEVFR_EL1", "Profiling: events to keep"),
    (3, 0, 9, 9, 6): _R("PMSLATFR_EL1", "Profiling: latency from which samples are kept"),
    (3, 0, 9, 9, 7): _R("PMSIDR_EL1", "Profiling features"),
    (3, 0, 9, 10, 0): _R("PMBLIMITR_EL1", "Profiling buffer: end"),
    (3, 0, 9, 10, 1): _R("PMBPTR_EL1", "Profiling buffer: write pointer"),
    (3, 0, 9, 10, 3): _R("PMBSR_EL1", "Profiling buffer: status"),
    (3, 0, 9, 10, 7): _R("PMBIDR_EL1", "Profiling buffer features"),
    (3, 0, 9, 11, 0): _R("TRBLIMITR_EL1", "Trace buffer: end"),
    (3, 0, 9, 11, 1): _R("TRBPTR_EL1", "Trace buffer: write pointer"),
    (3, 0, 9, 11, 2): _R("TRBBASER_EL1", "Trace buffer: start"),
    (3, 0, 9, 11, 3): _R("TRBSR_EL1", "Trace buffer: status"),
    (3, 0, 9, 11, 4): _R("TRBMAR_EL1", "Trace buffer: memory attributes"),
    (3, 0, 9, 11, 6): _R("TRBTRG_EL1", "Trace buffer: bytes until the trigger"),
    (3, 0, 9, 11, 7): _R("TRBIDR_EL1", "Trace buffer features"),
    (3, 0, 9, 14, 1): _R("PMINTENSET_EL1", "Counters whose overflow interrupts: set"),
    (3, 0, 9, 14, 2): _R("PMINTENCLR_EL1", "Counters whose overflow interrupts: clear"),
    (3, 0, 9, 14, 6): _R("PMMIR_EL1", "Parameters of the performance monitor"),
    (3, 3, 9, 4, 0): _R("PMICNTR_EL0", "Instruction counter"),
    (3, 3, 9, 6, 0): _R("PMICFILTR_EL0", "Instruction counter: where it counts"),
    (3, 3, 9, 12, 0): _R("PMCR_EL0", "Performance monitor: on, reset, number of counters"),
    (3, 3, 9, 12, 1): _R("PMCNTENSET_EL0", "Counters that run: set"),
    (3, 3, 9, 12, 2): _R("PMCNTENCLR_EL0", "Counters that run: clear"),
    (3, 3, 9, 12, 3): _R("PMOVSCLR_EL0", "Counters that have overflowed: clear"),
    (3, 3, 9, 12, 4): _R("PMSWINC_EL0", "A write counts a software event"),
    (3, 3, 9, 12, 5): _R("PMSELR_EL0", "Counter that PMXEVTYPER_EL0 and PMXEVCNTR_EL0 show"),
    (3, 3, 9, 12, 6): _R("PMCEID0_EL0", "Events that can be counted, part 0"),
    (3, 3, 9, 12, 7): _R("PMCEID1_EL0", "Events that can be counted, part 1"),
    (3, 3, 9, 13, 0): _R("PMCCNTR_EL0", "Cycle counter"),
    (3, 3, 9, 13, 1): _R("PMXEVTYPER_EL0", "Event of the selected counter"),
    (3, 3, 9, 13, 2): _R("PMXEVCNTR_EL0", "The selected counter"),
    (3, 3, 9, 14, 0): _R("PMUSERENR_EL0", "Whether user code may use the monitor"),
    (3, 3, 9, 14, 3): _R("PMOVSSET_EL0", "Counters that have overflowed: set"),
    (3, 3, 14, 15, 7): _R("PMCCFILTR_EL0", "Cycle counter: where it counts"),
    **{(3, 3, 14, 8 + n // 8, n % 8): _R(f"PMEVCNTR{n}_EL0", f"Event counter {n}") for n in range(31)},
    **{
        (3, 3, 14, 12 + n // 8, n % 8): _R(f"PMEVTYPER{n}_EL0", f"Event of event counter {n}")
        for n in range(31)
    },
}

#: Generic timers. KVM's API swaps two of them: see `registers.KVM_TIMERS`.
TIMERS: dict[Encoding, SystemRegister] = {
    (3, 0, 14, 1, 0): _R("CNTKCTL_EL1", "Whether user code may use timers and counters"),
    (3, 3, 14, 0, 0): _R("CNTFRQ_EL0", "Rate of the counters as set by firmware, Hz"),
    (3, 3, 14, 0, 1): _R("CNTPCT_EL0", "Physical counter, ticks"),
    (3, 3, 14, 0, 2): _R("CNTVCT_EL0", "Virtual counter, ticks"),
    (3, 3, 14, 0, 5): _R("CNTPCTSS_EL0", "Physical counter, read in order"),
    (3, 3, 14, 0, 6): _R("CNTVCTSS_EL0", "Virtual counter, read in order"),
    (3, 3, 14, 2, 0): _R("CNTP_TVAL_EL0", "Physical timer: ticks left"),
    (3, 3, 14, 2, 1): _R("CNTP_CTL_EL0", "Physical timer: on, masked, fired"),
    (3, 3, 14, 2, 2): _R("CNTP_CVAL_EL0", "Physical timer: counter value at which it fires"),
    (3, 3, 14, 3, 0): _R("CNTV_TVAL_EL0", "Virtual timer: ticks left"),
    (3, 3, 14, 3, 1): _R("CNTV_CTL_EL0", "Virtual timer: on, masked, fired"),
    (3, 3, 14, 3, 2): _R("CNTV_CVAL_EL0", "Virtual timer: counter value at which it fires"),
}

#: The GIC's CPU interface as system registers.
GIC: dict[Encoding, SystemRegister] = {
    (3, 0, 4, 6, 0): _R("ICC_PMR_EL1", "Priority below which interrupts get through"),
    (3, 0, 12, 8, 0): _R("ICC_IAR0_EL1", "A read takes an interrupt of group 0"),
    (3, 0, 12, 8, 1): _R("ICC_EOIR0_EL1", "A write ends an interrupt of group 0"),
    (3, 0, 12, 8, 2): _R("ICC_HPPIR0_EL1", "Highest pending interrupt of group 0"),
    (3, 0, 12, 8, 3): _R("ICC_BPR0_EL1", "Where priorities of group 0 split into group and subpriority"),
    (3, 0, 12, 8, 4): _R("ICC_AP0R0_EL1", "Active priorities of group 0, part 0"),
    (3, 0, 12, 8, 5): _R(
        "ICC_AP0R1_EL1", "Active priorities of group 0, part 1; with 6 priority bits or more"
    ),
    (3, 0, 12, 8, 6): _R("ICC_AP0R2_EL1", "Active priorities of group 0, part 2; with 7 priority bits"),
    (3, 0, 12, 8, 7): _R("ICC_AP0R3_EL1", "Active priorities of group 0, part 3; with 7 priority bits"),
    (3, 0, 12, 9, 0): _R("ICC_AP1R0_EL1", "Active priorities of group 1, part 0"),
    (3, 0, 12, 9, 1): _R(
        "ICC_AP1R1_EL1", "Active priorities of group 1, part 1; with 6 priority bits or more"
    ),
    (3, 0, 12, 9, 2): _R("ICC_AP1R2_EL1", "Active priorities of group 1, part 2; with 7 priority bits"),
    (3, 0, 12, 9, 3): _R("ICC_AP1R3_EL1", "Active priorities of group 1, part 3; with 7 priority bits"),
    (3, 0, 12, 9, 5): _R("ICC_NMIAR1_EL1", "A read takes a non-maskable interrupt"),
    (3, 0, 12, 11, 1): _R("ICC_DIR_EL1", "A write deactivates an interrupt"),
    (3, 0, 12, 11, 3): _R("ICC_RPR_EL1", "Priority of the interrupt in service"),
    (3, 0, 12, 11, 5): _R("ICC_SGI1R_EL1", "A write sends interrupts of group 1 to other processors"),
    (3, 0, 12, 11, 6): _R("ICC_ASGI1R_EL1", "A write sends interrupts of the other state's group 1"),
    (3, 0, 12, 11, 7): _R("ICC_SGI0R_EL1", "A write sends interrupts of group 0 to other processors"),
    (3, 0, 12, 12, 0): _R("ICC_IAR1_EL1", "A read takes an interrupt of group 1"),
    (3, 0, 12, 12, 1): _R("ICC_EOIR1_EL1", "A write ends an interrupt of group 1"),
    (3, 0, 12, 12, 2): _R("ICC_HPPIR1_EL1", "Highest pending interrupt of group 1"),
    (3, 0, 12, 12, 3): _R("ICC_BPR1_EL1", "Where priorities of group 1 split into group and subpriority"),
    (3, 0, 12, 12, 4): _R("ICC_CTLR_EL1", "CPU interface: control, number of priority bits less one in 10:8"),
    (3, 0, 12, 12, 5): _R("ICC_SRE_EL1", "Bit 0: the CPU interface is used by system registers"),
    (3, 0, 12, 12, 6): _R("ICC_IGRPEN0_EL1", "Interrupts of group 0, on or off"),
    (3, 0, 12, 12, 7): _R("ICC_IGRPEN1_EL1", "Interrupts of group 1, on or off"),
}
