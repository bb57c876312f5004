"""Register ids, GIC registers and system registers of aarch64, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvm import cprogram, data
from snapformat.bits import names
from snapformat_schemas.kvm.aarch64 import control, gic, registers, vcpu

COPY = "1.14.4-aarch64"


def rows(file: Path) -> list[dict[str, str]]:
    """Rows of a list of registers: vcpu, index, id, size, offsets, value."""
    columns = ("vcpu", "index", "id", "size", "id_offset", "data_offset", "value")
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    return [dict(zip(columns, line.split("\t"), strict=True)) for line in lines]


def test_vcpu_init() -> None:
    kvi = data.one(COPY, "vcpu_states[0].kvi")
    assert vcpu.TARGETS[kvi.target] == "generic v8"
    assert names(kvi.features[0], vcpu.FEATURES) == ["PSCI_0_2"]
    assert vcpu.MP_STATES[data.one(COPY, "vcpu_states[0].mp_state").mp_state] == "RUNNABLE"


def _lists() -> list[Path]:
    others = {file.parent / "regs.tsv" for file in data.real_files()}
    return [data.REGISTERS, *sorted(file for file in others if file.exists())]


@pytest.mark.parametrize("file", _lists(), ids=lambda file: f"{file.parent.parent.name}/{file.parent.name}")
def test_register_lists(file: Path) -> None:
    """Every id has a name and the size that upstream gives it; values are cut out as upstream does."""
    by_vcpu: dict[str, list[dict[str, str]]] = {}
    for row in rows(file):
        by_vcpu.setdefault(row["vcpu"], []).append(row)
        register_id = int(row["id"], 16)
        assert registers.size_of(register_id) == int(row["size"])
        assert registers.lookup(register_id) is not None, row["id"]
    for listed in by_vcpu.values():
        raw = b"".join(int(row["value"], 16).to_bytes(int(row["size"]), "little") for row in listed)
        found = registers.registers((int(row["id"], 16) for row in listed), raw)
        start = int(listed[0]["data_offset"])
        assert [register.offset + start for register in found] == [int(row["data_offset"]) for row in listed]
        assert [register.value for register in found] == [int(row["value"], 16) for row in listed]
        assert len({register.name for register in found}) == len(found)


@pytest.mark.parametrize(
    ("register_id", "name"),
    [
        (0x6030000000100000, "X0"),
        (0x603000000010003C, "X30"),
        (0x603000000010003E, "SP_EL0"),
        (0x6030000000100040, "PC"),
        (0x6030000000100042, "PSTATE"),
        (0x6030000000100050, "SPSR_fiq"),
        (0x6040000000100054, "V0"),
        (0x60400000001000D0, "V31"),
        (0x60200000001000D4, "FPSR"),
        (0x60200000001000D5, "FPCR"),
        (0x6020000000110000, "CCSIDR_EL1[L1D]"),
        (0x6020000000110005, "CCSIDR_EL1[L3I]"),
        (0x603000000013C000, "MIDR_EL1"),
        (0x603000000013C005, "MPIDR_EL1"),
        (0x603000000013C4F1, "PMINTENSET_EL1"),
        (0x603000000013DF01, "CNTPCT_EL0"),
        (0x603000000013DF02, "CNTV_CVAL_EL0"),  # KVM's swap
        (0x603000000013DF1A, "CNTVCT_EL0"),  # and its other half
        (0x603000000013DF40, "PMEVCNTR0_EL0"),
        (0x603000000013DF7E, "PMEVTYPER30_EL0"),
        (0x603000000013C03B, "ID_AA64MMFR3_EL1"),
        (0x603000000013C03F, "S3_0_C0_C7_7"),
        (0x6030000000140000, "PSCI_VERSION"),
        (0x6030000000160002, "VENDOR_HYP_BMAP"),
        (0x6080000000150000, "Z0"),
        (0x60800000001503E1, "Z31.slice1"),
        (0x60500000001505E0, "P15"),
        (0x6050000000150600, "FFR"),
        (0x606000000015FFFF, "SVE_VLS"),
        (0x6050000000150620, "sve 0x620"),
        (0x6030000000100001, "core 0x1"),
        (0x6030000000990001, "kind 0x99 0x1"),
        (0x6020000000110100, "demux 0x100"),
        (0x2030000000000005, "x86 0x5"),
        (0xFF30000000000005, "0xff 0x5"),
    ],
)
def test_name(register_id: int, name: str) -> None:
    assert registers.name_of(register_id) == name


def test_encodings_are_ids() -> None:
    for encoding in registers.SYSTEM_REGISTERS:
        register_id = registers.system_register_id(encoding)
        assert registers.encoding_of(register_id) == encoding
        assert registers.size_of(register_id) == 8
    named = [register.name for register in registers.SYSTEM_REGISTERS.values()]
    assert len(set(named)) == len(named)


def test_parts() -> None:
    assert registers.parse(0x606000000015FFFF) == ("arm64", 64, registers.SVE, 0xFFFF)
    assert registers.encoding_of(0x6030000000100000) is None
    assert registers.encoding_of(0x203000000013C000) is None


def test_values_must_fit() -> None:
    with pytest.raises(ValueError, match="require 8 bytes of values, but there are 9"):
        registers.registers([0x6030000000100000], bytes(9))
    with pytest.raises(ValueError, match="require 12 bytes of values, but there are 11"):
        registers.registers([0x6030000000100000, 0x60200000001000D4], bytes(11))
    assert registers.registers([], b"") == []


def test_plain_list() -> None:
    ids, values = [0x6030000000100000, 0x60200000001001D4, 0x606000000015FFFF], bytes(range(1, 77))
    plain = registers.to_plain(ids, values)
    assert plain[0] == {"id": "0x6030000000100000", "name": "X0", "value": "0x0807060504030201"}
    assert registers.from_plain(plain) == (ids, values)
    assert registers.from_plain([]) == ([], b"")
    for entry in plain:
        del entry["name"]
    assert registers.from_plain(plain) == (ids, values)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "X1"}, "is X0, not X1"),
        ({"value": "0x10000000000000000"}, "more than 8 bytes"),
        ({"value": "-0x1"}, "not a hex number"),
        ({"value": 1}, "not a hex number"),
        ({"id": "0x16030000000100000"}, "not a 64-bit id"),
        ({"more": 1}, "an object of id, name and value"),
    ],
)
def test_plain_list_that_is_refused(changes: dict[str, object], said: str) -> None:
    (entry,) = registers.to_plain([0x6030000000100000], bytes(8))
    with pytest.raises(ValueError, match=said):
        registers.from_plain([{**entry, **changes}])
    with pytest.raises(ValueError, match="a list of registers"):
        registers.from_plain({})


def test_ids_of_the_kernel() -> None:
    """Offsets in `struct kvm_regs` and the id macros, against the kernel's headers."""
    c_names = {
        "SP_EL0": "regs.sp",
        "PC": "regs.pc",
        "PSTATE": "regs.pstate",
        "SP_EL1": "sp_el1",
        "ELR_EL1": "elr_el1",
        "SPSR_EL1": "spsr[KVM_SPSR_EL1]",
        "SPSR_abt": "spsr[KVM_SPSR_ABT]",
        "SPSR_und": "spsr[KVM_SPSR_UND]",
        "SPSR_irq": "spsr[KVM_SPSR_IRQ]",
        "SPSR_fiq": "spsr[KVM_SPSR_FIQ]",
        "FPSR": "fp_regs.fpsr",
        "FPCR": "fp_regs.fpcr",
    }
    demux = "KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX"
    ids: dict[str, str] = {}
    for register in registers.CORE_REGISTERS.values():
        name = register.name
        if name[0] in "XV":
            member = f"{'regs.regs' if name[0] == 'X' else 'fp_regs.vregs'}[{name[1:]}]"
        else:
            member = c_names[name]
        size = {"V": "U128", "F": "U32"}.get(name[0], "U64")
        word = f"KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG({member})"
        ids[name] = f"KVM_REG_ARM64 | KVM_REG_SIZE_{size} | {word}"
    for encoding, system in registers.SYSTEM_REGISTERS.items():
        if encoding not in registers.KVM_TIMERS:
            ids[system.name + " "] = f"ARM64_SYS_REG({', '.join(map(str, encoding))})"
    ids |= {
        "CNTV_CTL_EL0": "KVM_REG_ARM_TIMER_CTL",
        "CNTV_CVAL_EL0": "KVM_REG_ARM_TIMER_CVAL",
        "CNTVCT_EL0": "KVM_REG_ARM_TIMER_CNT",
        "CNTP_CTL_EL0": "KVM_REG_ARM_PTIMER_CTL",
        "CNTP_CVAL_EL0": "KVM_REG_ARM_PTIMER_CVAL",
        "CNTPCT_EL0": "KVM_REG_ARM_PTIMER_CNT",
        "PSCI_VERSION": "KVM_REG_ARM_PSCI_VERSION",
        "SMCCC_ARCH_WORKAROUND_1": "KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1",
        "SMCCC_ARCH_WORKAROUND_2": "KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2",
        "SMCCC_ARCH_WORKAROUND_3": "KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3",
        "STD_BMAP": "KVM_REG_ARM_STD_BMAP",
        "STD_HYP_BMAP": "KVM_REG_ARM_STD_HYP_BMAP",
        "VENDOR_HYP_BMAP": "KVM_REG_ARM_VENDOR_HYP_BMAP",
        "Z0": "KVM_REG_ARM64_SVE_ZREG(0, 0)",
        "Z31.slice31": "KVM_REG_ARM64_SVE_ZREG(31, 31)",
        "P15": "KVM_REG_ARM64_SVE_PREG(15, 0)",
        "FFR.slice2": "KVM_REG_ARM64_SVE_FFR(2)",
        "SVE_VLS": "KVM_REG_ARM64_SVE_VLS",
        "CCSIDR_EL1[L2I]": f"{demux} | KVM_REG_ARM_DEMUX_ID_CCSIDR | 3",
    }
    lines = ["#include <stdio.h>", "#include <stddef.h>", "#include <linux/kvm.h>", "int main(void) {"]
    for expression in ids.values():
        value = f"(unsigned long long)({expression})"
        lines.append(f'printf("%llu %u\\n", {value}, (unsigned)KVM_REG_SIZE({value}));')
    lines.append("return 0; }")
    printed = cprogram.run("\n".join(lines), "aarch64")
    for name, (register_id, size) in zip(ids, printed, strict=True):
        assert registers.name_of(int(register_id)) == name.strip()
        assert registers.size_of(int(register_id)) == int(size)


def test_gic_lists_fit() -> None:
    """The lists name as many registers, of as many chunks, as upstream stored."""
    stored = data.copy(COPY)["gic_chunks"]
    assert [register.size // 4 for register in gic.GICV3_DISTRIBUTOR] == stored["dist"]
    assert [register.size // 4 for register in gic.GICV3_REDISTRIBUTOR] == stored["rdist"]
    assert [register.size // 8 for register in gic.GICV3_CPU_INTERFACE] == stored["main_icc_regs"]
    assert [register.size // 8 for register in gic.GICV3_ACTIVE_PRIORITIES] == stored["ap_icc_regs"]
    assert list(gic.ITS_REGISTERS) == stored["its_state"]
    assert (len(gic.GICV2_DISTRIBUTOR), len(gic.GICV2_CPU_INTERFACE)) == (12, 8)


@pytest.mark.parametrize("table", [gic.GICV3_DISTRIBUTOR, gic.GICV2_DISTRIBUTOR])
def test_gic_distributor_offsets(table: tuple[gic.GicRegister, ...]) -> None:
    """What is stored begins where the specification has that register, or the row's part for interrupt 32."""
    for register in table:
        name = gic.name_at(gic.DISTRIBUTOR, register.offset)
        row = register.first * register.bits // 8 // register.stride
        assert name == register.name + (str(row) if register.bits else "")


def test_gic_other_offsets() -> None:
    for register in gic.GICV3_REDISTRIBUTOR:
        assert gic.name_at(gic.REDISTRIBUTOR, register.offset).startswith(register.name)
    for register in gic.ITS_REGISTERS.values():
        assert gic.name_at(gic.ITS, register.offset).startswith(register.name)
    assert gic.name_at(gic.DISTRIBUTOR, 0x104) == "GICD_ISENABLER1"
    assert gic.name_at(gic.DISTRIBUTOR, 0x6104) == "GICD_IROUTER32+4"
    assert gic.name_at(gic.DISTRIBUTOR, 0x20) == "+0x20"


def test_gic_interrupts() -> None:
    by_name = {register.name: register for register in gic.GICV3_DISTRIBUTOR}
    assert gic.interrupts(by_name["GICD_CTLR"], 0) == range(0)
    assert gic.interrupts(by_name["GICD_ISENABLER"], 2) == range(96, 128)
    assert gic.interrupts(by_name["GICD_IPRIORITYR"], 0) == range(32, 36)
    assert gic.interrupts(by_name["GICD_ICFGR"], 5) == range(112, 128)
    assert gic.interrupts(by_name["GICD_IROUTER"], 0) == range(32, 33)
    assert gic.interrupts(by_name["GICD_IROUTER"], 1) == range(32, 33)
    assert gic.interrupts(by_name["GICD_IROUTER"], 191) == range(127, 128)


def test_processor() -> None:
    assert str(control.midr(0x410FD0C1)) == "Arm Neoverse N1 r0p1"
    assert str(control.midr(0x411FD401)) == "Arm Neoverse V1 r1p1"
    assert control.midr(0x7F0FABC2) == ("implementer 0x7f", "part 0xabc", 0, 2)
    assert control.affinity(0x80000102) == (0, 0, 1, 2)
    assert [control.affinity(mpidr)[3] for mpidr in data.copy(COPY)["mpidr"]] == [0, 1]


def test_pstate() -> None:
    assert names(0x3C5, control.PSTATE) == ["M=EL1h", "F", "I", "A", "D"]
