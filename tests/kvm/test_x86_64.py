"""What the structures of a real x86_64 guest say, by name."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from kvm import data
from kvm.blobs import class_of
from snapformat import decode
from snapformat.bits import fields, names
from snapformat_schemas.kvm.x86_64 import (
    control,
    cpuid,
    events,
    irqchip,
    lapic,
    msr_names,
    segments,
    timers,
    xsave,
)
from snapformat_schemas.kvm.x86_64.cpuid import KvmCpuidEntry2, Signature
from snapformat_schemas.kvm.x86_64.cpuid_names import LEAVES, leaf_name
from snapformat_schemas.kvm.x86_64.msrs import KvmMsrEntry

NEW, OLD = "1.14.4-x86_64", "1.8.0-x86_64"
COPIES = pytest.mark.parametrize("name", [NEW, OLD])


def entries(name: str) -> list[KvmCpuidEntry2]:
    return data.several(name, "vcpu_states[0].cpuid[1]")


@COPIES
def test_counts(name: str) -> None:
    assert data.one(name, "vcpu_states[0].cpuid[0]").nent == len(entries(name))
    for chunk in (0, 1):
        header = data.one(name, f"vcpu_states[0].saved_msrs[{chunk}][0]")
        assert header.nmsrs == len(data.several(name, f"vcpu_states[0].saved_msrs[{chunk}][1]"))


@COPIES
def test_processor(name: str) -> None:
    found = entries(name)
    assert cpuid.vendor(found) == "AuthenticAMD"
    assert cpuid.hypervisor(found) == "KVMKVMKVM"
    assert cpuid.brand(found) == "AMD EPYC"
    assert cpuid.signature(found) == Signature(family=26, model=2, stepping=1)
    features = cpuid.features(found)
    assert {"lm", "sse2", "avx2", "hypervisor", "x2apic", "kvm_clocksource2", "constant_tsc"} <= set(features)
    assert "vmx" not in features
    assert len(features) == len(set(features))


def test_processor_without_leaves() -> None:
    assert cpuid.vendor([]) is None
    assert cpuid.brand([]) is None
    assert cpuid.signature([]) is None
    assert cpuid.features([]) == []


def test_signature_of_intel() -> None:
    """The extended model counts from family 6 on, the extended family from 15 on."""
    entry = KvmCpuidEntry2(1, 0, 0, 0x00050654, 0, 0, 0, [0, 0, 0])
    assert cpuid.signature([entry]) == Signature(family=6, model=0x55, stepping=4)
    entry.eax = 0x00800F12
    assert cpuid.signature([entry]) == Signature(family=0x17, model=1, stepping=2)


def test_index_counts_with_the_flag_only() -> None:
    with_flag = [KvmCpuidEntry2(7, index, 1, index, 0, 0, 0, [0, 0, 0]) for index in (0, 1)]
    found = cpuid.find(with_flag, 7, 1)
    assert found is not None
    assert found.eax == 1
    assert cpuid.find(with_flag, 7, 2) is None
    without = [KvmCpuidEntry2(1, 0, 0, 5, 0, 0, 0, [0, 0, 0])]
    assert cpuid.find(without, 1, 9) is without[0]


@COPIES
def test_leaves_with_content_are_named(name: str) -> None:
    told = {e.function for e in entries(name) if e.eax or e.ebx or e.ecx or e.edx}
    assert told <= set(LEAVES)
    assert leaf_name(0x13) == "leaf 0x13"


@COPIES
def test_msrs_are_named(name: str) -> None:
    saved: list[KvmMsrEntry] = [
        entry for chunk in (0, 1) for entry in data.several(name, f"vcpu_states[0].saved_msrs[{chunk}][1]")
    ]
    assert len(saved) == 189
    named = [msr_names.name_of(entry.index) for entry in saved]
    assert not [entry.index for entry in saved if msr_names.lookup(entry.index) is None]
    # KVM lists IA32_PAT twice, so not even all indexes differ.
    assert len(set(named)) == len({entry.index for entry in saved})
    assert named[-1] == "IA32_TSC_DEADLINE"
    assert {"IA32_TIME_STAMP_COUNTER", "IA32_MC31_MISC", "IA32_MTRR_FIX4K_C0000", "IA32_LSTAR"} <= set(named)


@pytest.mark.parametrize("file", data.real_files(), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_msrs_of_files_are_named(file: Path) -> None:
    for path, _, blob, raw in data.blobs_of(file):
        if class_of(blob) is KvmMsrEntry:
            index = decode(raw, KvmMsrEntry).index
            assert msr_names.lookup(index) is not None, f"{path} {index:#x}"


@pytest.mark.parametrize(
    ("index", "name"),
    [
        (0x1B, "IA32_APIC_BASE"),
        (0xC1, "IA32_PMC0"),
        (0x187, "IA32_PERFEVTSEL1"),
        (0x200, "IA32_MTRR_PHYSBASE0"),
        (0x20F, "IA32_MTRR_PHYSMASK7"),
        (0x259, "IA32_MTRR_FIX16K_A0000"),
        (0x26F, "IA32_MTRR_FIX4K_F8000"),
        (0x277, "IA32_PAT"),
        (0x281, "IA32_MC1_CTL2"),
        (0x401, "IA32_MC0_STATUS"),
        (0x47F, "IA32_MC31_MISC"),
        (0x583, "IA32_RTIT_ADDR1_B"),
        (0x808, "IA32_X2APIC_TPR"),
        (0x817, "IA32_X2APIC_ISR7"),
        (0x827, "IA32_X2APIC_IRR7"),
        (0x830, "IA32_X2APIC_ICR"),
        (0x4B564D01, "MSR_KVM_SYSTEM_TIME_NEW"),
        (0x400000B3, "HV_X64_MSR_STIMER1_COUNT"),
        (0x40000105, "HV_X64_MSR_CRASH_CTL"),
        (0xC0000080, "IA32_EFER"),
        (0xC0010015, "HWCR"),
        (0xC0010203, "PERF_CTR1"),
        (0x251, "MSR 0x251"),
        (0x801, "MSR 0x801"),
        (0xDEADBEEF, "MSR 0xdeadbeef"),
    ],
)
def test_msr_name(index: int, name: str) -> None:
    assert msr_names.name_of(index) == name


@COPIES
def test_booted_guest(name: str) -> None:
    sregs = data.one(name, "vcpu_states[0].sregs")
    assert {"PE", "PG"} <= set(names(sregs.cr0, control.CR0))
    assert "PAE" in names(sregs.cr4, control.CR4)
    assert {"LME", "LMA"} <= set(names(sregs.efer, control.EFER))
    assert fields(sregs.apic_base, control.APIC_BASE) == {"BSP": 1, "EXTD": 0, "EN": 1, "BASE": 0xFEE00}
    assert segments.cpu_mode(sregs.cr0, sregs.efer, sregs.cs) == "64-bit"
    assert segments.segment_type(sregs.cs) == "code, execute and read, accessed"
    assert segments.segment_type(sregs.tr) == "TSS, busy"
    regs = data.one(name, "vcpu_states[0].regs")
    assert regs.rflags & 2
    assert "bit" not in " ".join(names(regs.rflags, control.RFLAGS))


def test_second_processor() -> None:
    sregs = data.one(NEW, "vcpu_states[1].sregs")
    assert names(sregs.apic_base, control.APIC_BASE) == ["EN", "BASE=0xfee00"]
    assert data.one(NEW, "vcpu_states[1].lapic").id.value >> 24 == 1
    assert events.MP_STATES[data.one(NEW, "vcpu_states[1].mp_state").mp_state] == "UNINITIALIZED"
    assert events.MP_STATES[data.one(NEW, "vcpu_states[0].mp_state").mp_state] == "RUNNABLE"


@COPIES
def test_lapic(name: str) -> None:
    apic = data.one(name, "vcpu_states[0].lapic")
    assert apic.version.value == 0x50014
    assert apic.id.value == 0
    assert fields(apic.svr.value, lapic.SVR)["VECTOR"] == 0xFF
    assert fields(apic.lvt_lint0.value, lapic.LVT)["DELIVERY"] == 7
    assert names(apic.lvt_lint1.value, lapic.LVT)[0] == "DELIVERY=NMI"
    assert names(apic.lvt_timer.value, lapic.LVT_TIMER) == ["MASKED"]


def test_lapic_vectors() -> None:
    apic = data.one(NEW, "vcpu_states[0].lapic")
    assert lapic.vectors(apic.irr) == []
    apic.irr[1].value = 1 << 16
    apic.irr[7].value = 1 << 31
    assert lapic.vectors(apic.irr) == [48, 255]


@pytest.mark.parametrize(
    ("code", "divisor"), [(0, 2), (1, 4), (2, 8), (3, 16), (8, 32), (9, 64), (10, 128), (11, 1)]
)
def test_timer_divisor(code: int, divisor: int) -> None:
    assert lapic.divisor(code) == divisor


def test_debug_registers() -> None:
    regs = data.one(NEW, "vcpu_states[0].debug_regs")
    assert names(regs.dr6, control.DR6) == []
    assert names(regs.dr7, control.DR7) == []
    assert names(0x000D0401, control.DR7) == ["L0", "RW0=write", "LEN0=4 bytes"]


def test_fpu() -> None:
    stored = data.one(NEW, "vcpu_states[0].xsave[0]")
    assert stored.len == 0
    area = stored.xsave
    assert area.legacy.fcw == 0x37F
    assert area.legacy.mxcsr == 0x1F80
    assert names(area.legacy.mxcsr, xsave.MXCSR) == ["IM", "DM", "ZM", "OM", "UM", "PM"]
    assert names(area.header.xstate_bv, xsave.COMPONENTS) == ["SSE"]
    assert area.header.xcomp_bv == 0
    assert data.one(OLD, "vcpu_states[0].xsave").legacy.fcw == 0x37F


def test_components() -> None:
    found = xsave.components(entries(NEW))
    assert found[0] == ("AVX", 576, 256)
    assert [part.name for part in found] == ["AVX", "opmask", "ZMM_Hi256", "Hi16_ZMM"]
    for before, after in pairwise(found):
        assert before.offset + before.size <= after.offset


@COPIES
def test_events(name: str) -> None:
    found = data.one(name, "vcpu_states[0].vcpu_events")
    assert names(found.flags, events.FLAGS) == ["VALID_NMI_PENDING", "VALID_SHADOW", "VALID_SMM"]
    assert found.exception.injected == 0


@COPIES
def test_timer_and_clock(name: str) -> None:
    pit = data.one(name, "vm_state.pitstate")
    assert [channel.gate for channel in pit.channels] == [1, 1, 0]
    assert all(1 <= channel.count <= 65536 for channel in pit.channels)
    clock = data.one(name, "vm_state.clock")
    assert {"REALTIME", "HOST_TSC"} <= set(names(clock.flags, timers.CLOCK_FLAGS))
    assert 1_500_000_000 < clock.realtime / 1e9 < 2_500_000_000


@COPIES
def test_interrupt_controllers(name: str) -> None:
    for at, (field, mask) in enumerate([("pic_master", 0xF8), ("pic_slave", 0xDE)]):
        chip = data.one(name, f"vm_state.{field}")
        assert chip.chip_id == at
        assert chip.chip.pic.elcr_mask == mask
    ioapic = data.one(name, "vm_state.ioapic")
    assert irqchip.CHIP_IDS[ioapic.chip_id] == "IOAPIC"
    assert ioapic.chip.ioapic.base_address == 0xFEC0_0000
    assert len(ioapic.chip.ioapic.redirtbl) == 24


def test_extended_control_registers() -> None:
    xcrs = data.one(NEW, "vcpu_states[0].xcrs")
    assert xcrs.nr_xcrs == 1
    assert "x87" in names(xcrs.xcrs[0].value, xsave.COMPONENTS)


@pytest.mark.parametrize(
    ("cr0", "efer", "l_bit", "rflags", "mode"),
    [
        (0, 0, 0, 0, "real"),
        (1, 0, 0, 0, "protected"),
        (1, 0, 0, 1 << 17, "virtual-8086"),
        (0x80000001, 0x500, 0, 0, "compatibility"),
        (0x80000001, 0x500, 1, 0, "64-bit"),
    ],
)
def test_mode(cr0: int, efer: int, l_bit: int, rflags: int, mode: str) -> None:
    cs = data.one(NEW, "vcpu_states[0].sregs").cs
    cs.l = l_bit
    assert segments.cpu_mode(cr0, efer, cs, rflags) == mode


def test_segment_without_content() -> None:
    segment = data.one(NEW, "vcpu_states[0].sregs").cs
    segment.unusable = 1
    assert segments.segment_type(segment) == "unusable"
    segment.unusable, segment.s, segment.type = 0, 0, 2
    assert segments.segment_type(segment) == "LDT"
    segment.type = 0
    assert segments.segment_type(segment) == "type 0"
