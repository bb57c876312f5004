"""Names of model-specific registers by number, those in rows included.

Read from the same sources as `msr_table`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from snapformat_schemas.kvm.x86_64.msr_table import AMD, HYPERV, INTEL, KVM, Msr

#: Registers of the local APIC in x2APIC mode, by the lower byte of their number.
_X2APIC = {
    0x02: "APICID",
    0x03: "VERSION",
    0x08: "TPR",
    0x0A: "PPR",
    0x0B: "EOI",
    0x0D: "LDR",
    0x0F: "SIVR",
    0x28: "ESR",
    0x2F: "LVT_CMCI",
    0x30: "ICR",
    0x32: "LVT_TIMER",
    0x33: "LVT_THERMAL",
    0x34: "LVT_PMI",
    0x35: "LVT_LINT0",
    0x36: "LVT_LINT1",
    0x37: "LVT_ERROR",
    0x38: "INIT_COUNT",
    0x39: "CUR_COUNT",
    0x3E: "DIV_CONF",
    0x3F: "SELF_IPI",
}

_BANK = {
    0: ("CTL", "which errors are reported"),
    1: ("STATUS", "the last error"),
    2: ("ADDR", "address of the last error"),
    3: ("MISC", "more about the last error"),
}

_FIXED = {
    0x250: ("64K_00000", "0x00000", 64),
    0x258: ("16K_80000", "0x80000", 16),
    0x259: ("16K_A0000", "0xa0000", 16),
    **{0x268 + n: (f"4K_{0xC0000 + n * 0x8000:X}", f"{0xC0000 + n * 0x8000:#x}", 4) for n in range(8)},
}


def _fixed_range(index: int, at: int) -> Msr | None:
    del at
    found = _FIXED.get(index)
    if found is None:
        return None
    name, start, size = found
    return Msr(
        f"IA32_MTRR_FIX{name}", f"Memory types of eight ranges of {size} KiB from {start} on, a byte each"
    )


def _variable_range(index: int, at: int) -> Msr:
    del index
    if at % 2:
        return Msr(f"IA32_MTRR_PHYSMASK{at // 2}", f"Memory range {at // 2}: its size; bit 11 is on")
    return Msr(f"IA32_MTRR_PHYSBASE{at // 2}", f"Memory range {at // 2}: its address and memory type")


def _machine_check(index: int, at: int) -> Msr:
    del index
    name, about = _BANK[at % 4]
    return Msr(f"IA32_MC{at // 4}_{name}", f"Machine-check bank {at // 4}: {about}")


def _x2apic(index: int, at: int) -> Msr | None:
    del index
    for first, name, about in (
        (0x10, "ISR", "interrupts in service"),
        (0x18, "TMR", "trigger modes"),
        (0x20, "IRR", "interrupts requested"),
    ):
        if first <= at < first + 8:
            n = at - first
            return Msr(f"IA32_X2APIC_{name}{n}", f"Local APIC: {about}, vectors {32 * n} to {32 * n + 31}")
    found = _X2APIC.get(at)
    return None if found is None else Msr(f"IA32_X2APIC_{found}", f"Local APIC: register {at << 4:#05x}")


def _row(name: str, about: str) -> Callable[[int, int], Msr]:
    return lambda index, at: Msr(name.format(at), about.format(at))


def _pairs(first: str, second: str) -> Callable[[int, int], Msr]:
    return lambda index, at: (
        Msr(second.format(at // 2), f"Performance counter {at // 2}")
        if at % 2
        else Msr(first.format(at // 2), f"Event of performance counter {at // 2}")
    )


def _trace_range(index: int, at: int) -> Msr:
    del index
    end = ("A", "start"), ("B", "end")
    letter, about = end[at % 2]
    return Msr(f"IA32_RTIT_ADDR{at // 2}_{letter}", f"Processor Trace: {about} of address range {at // 2}")


def _synthetic_timer(index: int, at: int) -> Msr:
    del index
    if at % 2:
        return Msr(f"HV_X64_MSR_STIMER{at // 2}_COUNT", f"Synthetic timer {at // 2}: when it fires")
    return Msr(f"HV_X64_MSR_STIMER{at // 2}_CONFIG", f"Synthetic timer {at // 2}: its mode")


#: Rows of registers: first number, how many, and a function that describes one.
_ROWS: tuple[tuple[int, int, Callable[[int, int], Msr | None]], ...] = (
    (0xC1, 8, _row("IA32_PMC{}", "Performance counter {}")),
    (0x186, 8, _row("IA32_PERFEVTSEL{}", "Event of performance counter {}")),
    (0x200, 0x20, _variable_range),
    (0x250, 0x20, _fixed_range),
    (0x280, 0x20, _row("IA32_MC{}_CTL2", "Machine-check bank {}: interrupt for corrected errors")),
    (0x309, 4, _row("IA32_FIXED_CTR{}", "Fixed performance counter {}")),
    (0x400, 0x80, _machine_check),
    (0x4C1, 8, _row("IA32_A_PMC{}", "Performance counter {}, full width")),
    (0x580, 8, _trace_range),
    (0x800, 0x100, _x2apic),
    (0x1200, 0x20, _row("IA32_LBR_{}_INFO", "Branch record {}: cycles and prediction")),
    (0x1500, 0x20, _row("IA32_LBR_{}_FROM_IP", "Branch record {}: where it came from")),
    (0x1600, 0x20, _row("IA32_LBR_{}_TO_IP", "Branch record {}: where it went to")),
    (0x4000_0090, 16, _row("HV_X64_MSR_SINT{}", "Synthetic interrupt source {}")),
    (0x4000_00B0, 8, _synthetic_timer),
    (0x4000_0100, 5, _row("HV_X64_MSR_CRASH_P{}", "Crash information of the guest, part {}")),
    (0xC001_0000, 4, _row("PERF_LEGACY_CTL{}", "Event of performance counter {} (AMD)")),
    (0xC001_0004, 4, _row("PERF_LEGACY_CTR{}", "Performance counter {} (AMD)")),
    (0xC001_0064, 8, _row("PStateDef{}", "Frequency and voltage of performance state {}")),
    (0xC001_0200, 12, _pairs("PERF_CTL{}", "PERF_CTR{}")),
    (0xC001_0230, 12, _pairs("L2I_PERF_CTL{}", "L2I_PERF_CTR{}")),
    (0xC001_0240, 8, _pairs("NB_PERF_CTL{}", "NB_PERF_CTR{}")),
)


def lookup(index: int) -> Msr | None:
    """Name and meaning of a model-specific register; None for one that is not known here."""
    for table in (INTEL, AMD, KVM, HYPERV):
        if index in table:
            return table[index]
    for first, count, describe in _ROWS:
        if first <= index < first + count:
            return describe(index, index - first)
    return None


def name_of(index: int) -> str:
    """Name of a model-specific register; `MSR 0x...` for one that is not known here."""
    found = lookup(index)
    return f"MSR {index:#x}" if found is None else found.name


#: Linux' names of registers, where they are not those of the manuals without a prefix.
_LINUX_NAMES = {"TSC": "IA32_TIME_STAMP_COUNTER", "SYSCALL_MASK": "IA32_FMASK"}


def _without_prefix(name: str) -> str:
    name = name.upper()
    return name.removeprefix("MSR_").removeprefix("IA32_") or name


@cache
def _indexes() -> dict[str, int]:
    """Numbers by name, and by name without a prefix in capitals."""
    known = [(msr.name, index) for table in (INTEL, AMD, KVM, HYPERV) for index, msr in table.items()]
    for first, count, describe in _ROWS:
        rows = ((describe(index, index - first), index) for index in range(first, first + count))
        known += [(msr.name, index) for msr, index in rows if msr is not None]
    found: dict[str, int] = {}
    for name, index in known:
        found.setdefault(name, index)
    for name, index in known:
        found.setdefault(_without_prefix(name), index)
    return found


def index_of(name: str) -> int | None:
    """Return the number of a register by its name, or by its number as text; None if it is not known.

    `IA32_` and `MSR_` may be left out, and the names of Linux are known too: `EFER`, `MSR_EFER`, `IA32_TSC`.
    """
    given = name.removeprefix("MSR ")
    if given.lower().startswith("0x"):
        try:
            return int(given, 16)
        except ValueError:
            return None
    bare = _without_prefix(name)
    known = _indexes()
    return known.get(name, known.get(_LINUX_NAMES.get(bare, bare)))
