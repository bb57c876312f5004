"""Views of vCPUs on x86_64. The tables of the architecture are imported where a file of it needs them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from snapformat.inspect.locations import Location
from snapformat.inspect.view_locations import ViewLocation
from snapformat.inspect.view_tables import ByName
from snapformat.inspect.views import (
    HEX,
    NUMBER,
    NUMBER_OR_NONE,
    PART,
    TEXT_OR_NONE,
    Part,
    View,
    Views,
    computed,
    follow,
)
from snapformat.path import Segment

if TYPE_CHECKING:
    from snapformat_schemas.kvm.x86_64.cpuid import KvmCpuidEntry2, Signature

#: Model-specific registers that are stored elsewhere: their place in a vCPU's state.
_ELSEWHERE = {
    0x1B: "sregs.apic_base",
    0xC000_0080: "sregs.efer",
    0xC000_0100: "sregs.fs.base",
    0xC000_0101: "sregs.gs.base",
}
_DERIVED = "CPUID of each vCPU has it"


class Msrs(ByName[int]):
    """The model-specific registers of a vCPU, by the manuals' names, or by number: `EFER`, `0xc0000080`."""

    __slots__ = ()

    def _places(self) -> Iterator[tuple[int, Any, str, tuple[Segment, ...]]]:
        """Iterate over the stored registers: number, object and attribute of the value, and its path."""
        for index, path in _ELSEWHERE.items():
            owner, _, attribute = path.rpartition(".")
            found = follow(self._raw, path)
            around = follow(self._raw, owner)
            if found is not None and around is not None:
                yield index, around.opened().value, attribute, found.segments
        for number, (_, entries) in enumerate(self._raw.value.saved_msrs):
            for position, entry in enumerate(entries):
                path_of = (*self._raw.segments, "saved_msrs", number, 1, position, "data")
                yield entry.index, entry, "data", path_of

    def _names(self) -> list[str]:
        from snapformat_schemas.kvm.x86_64 import msr_names

        return [*dict.fromkeys(msr_names.name_of(index) for index, *_ in self._places())]

    def _locate(self, name: str) -> Location | None:
        from snapformat_schemas.kvm.x86_64 import msr_names

        index = msr_names.index_of(name)
        places = [place for place in self._places() if place[0] == index]
        if index is None or not places:
            return None

        def put(new: int) -> None:
            for _, owner, attribute, _ in places:
                setattr(owner, attribute, new)

        # KVM sets them in this order: of several with one number, the last counts.
        _, owner, attribute, origin = places[-1]
        segments = (*self._segments, msr_names.name_of(index))
        return ViewLocation(HEX.kind, getattr(owner, attribute), segments, put, origin)

    def _missing(self, name: str) -> str:
        from snapformat_schemas.kvm.x86_64 import msr_names

        return "" if msr_names.index_of(name) is None else "this vCPU has no such register"


class CpuidLeaves(ByName["KvmCpuidEntry2"]):
    """The answers of CPUID, by leaf, and by index where it counts: `0x1`, `0xd:1`."""

    __slots__ = ()

    placeholder = "LEAF"
    type_text = "fields"

    def _names(self) -> list[str]:
        return [*dict.fromkeys(_leaf_name(entry) for entry in self._raw.value.cpuid[1])]

    def _locate(self, name: str) -> Location | None:
        from snapformat_schemas.kvm.x86_64 import cpuid

        entries = self._raw.value.cpuid[1]
        try:
            leaf, _, index = name.replace(".", ":").partition(":")
            wanted = int(leaf, 0), int(index or "0", 0)
        except ValueError:
            return None
        found = cpuid.find(entries, *wanted)
        if found is None:
            return None
        position = next(at for at, entry in enumerate(entries) if entry is found)
        pair: Any = follow(self._raw, "cpuid")

        def put(new: Any) -> None:
            entries[position] = new

        kind = pair.kind.item.items[1].item
        return ViewLocation(
            kind, found, (*self._segments, _leaf_name(found)), put, (*pair.segments, 1, position)
        )


def _leaf_name(entry: KvmCpuidEntry2) -> str:
    return f"{entry.function:#x}:{entry.index}" if entry.flags & 1 else f"{entry.function:#x}"


class X86VcpuViews(Views):
    """A vCPU of x86_64."""

    __slots__ = ()

    rip: View[int] = View(HEX, "Address of the next instruction", at="regs.rip")
    rflags: View[int] = View(HEX, "Condition codes and system flags", at="regs.rflags")
    rsp: View[int] = View(HEX, "Stack pointer", at="regs.rsp")
    rbp: View[int] = View(HEX, "Frame pointer, where the compiler keeps one", at="regs.rbp")
    rax: View[int] = View(HEX, "General register", at="regs.rax")
    rbx: View[int] = View(HEX, "General register", at="regs.rbx")
    rcx: View[int] = View(HEX, "General register", at="regs.rcx")
    rdx: View[int] = View(HEX, "General register", at="regs.rdx")
    rsi: View[int] = View(HEX, "General register", at="regs.rsi")
    rdi: View[int] = View(HEX, "General register", at="regs.rdi")
    r8: View[int] = View(HEX, "General register", at="regs.r8")
    r9: View[int] = View(HEX, "General register", at="regs.r9")
    r10: View[int] = View(HEX, "General register", at="regs.r10")
    r11: View[int] = View(HEX, "General register", at="regs.r11")
    r12: View[int] = View(HEX, "General register", at="regs.r12")
    r13: View[int] = View(HEX, "General register", at="regs.r13")
    r14: View[int] = View(HEX, "General register", at="regs.r14")
    r15: View[int] = View(HEX, "General register", at="regs.r15")
    cr0: View[int] = View(HEX, "Control register: protection, paging, caches", at="sregs.cr0")
    cr2: View[int] = View(HEX, "Linear address of the last page fault", at="sregs.cr2")
    cr3: View[int] = View(HEX, "Physical address of the top page table", at="sregs.cr3")
    cr4: View[int] = View(HEX, "Control register: extensions switched on", at="sregs.cr4")
    cr8: View[int] = View(HEX, "Task priority", at="sregs.cr8")
    efer: View[int] = View(
        HEX, "Extended features: long mode, no-execute; also `msr.IA32_EFER`", at="sregs.efer"
    )
    apic_base: View[int] = View(
        HEX, "Local APIC's address and mode; also `msr.IA32_APIC_BASE`", at="sregs.apic_base"
    )
    cs: View[Any] = View(PART, "Code segment", at="sregs.cs")
    ds: View[Any] = View(PART, "Data segment", at="sregs.ds")
    es: View[Any] = View(PART, "Data segment that string instructions write to", at="sregs.es")
    fs: View[Any] = View(PART, "Extra data segment; thread data of user space", at="sregs.fs")
    gs: View[Any] = View(PART, "Extra data segment; per-CPU data of the kernel", at="sregs.gs")
    ss: View[Any] = View(PART, "Stack segment", at="sregs.ss")
    tr: View[Any] = View(PART, "Task register", at="sregs.tr")
    ldt: View[Any] = View(PART, "Local descriptor table", at="sregs.ldt")
    gdt: View[Any] = View(PART, "Global descriptor table", at="sregs.gdt")
    idt: View[Any] = View(PART, "Interrupt descriptor table", at="sregs.idt")
    dr0: View[int] = View(HEX, "Linear address of breakpoint 0", at="debug_regs.db[0]")
    dr1: View[int] = View(HEX, "Linear address of breakpoint 1", at="debug_regs.db[1]")
    dr2: View[int] = View(HEX, "Linear address of breakpoint 2", at="debug_regs.db[2]")
    dr3: View[int] = View(HEX, "Linear address of breakpoint 3", at="debug_regs.db[3]")
    dr6: View[int] = View(HEX, "Cause of the last debug exception", at="debug_regs.dr6")
    dr7: View[int] = View(HEX, "Armed breakpoints", at="debug_regs.dr7")
    xcr0: View[int] = View(HEX, "State components that are enabled", at="xcrs.xcrs[0].value")
    mp_state: View[int] = View(
        NUMBER, "Run state: 0 runnable, 1 uninitialized, 3 halted", at="mp_state.mp_state"
    )
    tsc_khz: View[int | None] = View(NUMBER_OR_NONE, "Rate of the time-stamp counter, kHz", at="tsc_khz")
    msr: Part[Msrs] = Part(
        Msrs, "Model-specific register, by name or number: `EFER`, `IA32_TSC`, `0xc0000082`"
    )
    cpuid: Part[CpuidLeaves] = Part(
        CpuidLeaves, "Answer of CPUID, by leaf, and index where it counts: `0x1`, `0xd:1`"
    )


class X86Cpu(Views):
    """The processor that the first vCPU shows the guest; the part is that vCPU."""

    __slots__ = ()

    @computed(TEXT_OR_NONE, "Vendor", at="cpuid", read_only=_DERIVED)
    def vendor(self) -> str | None:
        """The vendor."""
        from snapformat_schemas.kvm.x86_64 import cpuid

        return cpuid.vendor(self._raw.value.cpuid[1])

    @computed(TEXT_OR_NONE, "Model", at="cpuid", read_only=_DERIVED)
    def brand(self) -> str | None:
        """The brand string."""
        from snapformat_schemas.kvm.x86_64 import cpuid

        return cpuid.brand(self._raw.value.cpuid[1])

    @computed(NUMBER_OR_NONE, "Family, with the extended family added", at="cpuid", read_only=_DERIVED)
    def family(self) -> int | None:
        """The family."""
        return None if (found := self._signature()) is None else found.family

    @computed(NUMBER_OR_NONE, "Model number, with the extended model", at="cpuid", read_only=_DERIVED)
    def model(self) -> int | None:
        """The model number."""
        return None if (found := self._signature()) is None else found.model

    @computed(NUMBER_OR_NONE, "Revision", at="cpuid", read_only=_DERIVED)
    def stepping(self) -> int | None:
        """The revision."""
        return None if (found := self._signature()) is None else found.stepping

    def _signature(self) -> Signature | None:
        from snapformat_schemas.kvm.x86_64 import cpuid

        return cpuid.signature(self._raw.value.cpuid[1])
