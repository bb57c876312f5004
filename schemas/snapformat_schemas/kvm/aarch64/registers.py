"""The register list of a vCPU: decoding KVM's register ids, and the sizes of the values.

Read from `asm/kvm.h`, `asm/ptrace.h` and `linux/kvm.h` of linux-libc-dev-arm64-cross 6.1; the second register
of vendor calls is of later kernels.

An id is 64 bits: architecture in 63:56, size in 55:52 (the value takes 1 << size bytes), kind in 27:16, and
a number whose meaning depends on the kind in 15:0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from snapformat_schemas.kvm.aarch64 import sysregs_debug, sysregs_el1, sysregs_el2
from snapformat_schemas.kvm.aarch64.sysregs_el1 import Encoding, SystemRegister

#: The architecture of Arm's registers.
ARCH_ARM64 = 0x60

#: Architectures (bits 63:56 of an id).
ARCHITECTURES: dict[int, str] = {
    0x00: "generic",
    0x10: "ppc",
    0x20: "x86",
    0x30: "ia64",
    0x40: "arm",
    0x50: "s390",
    0x60: "arm64",
    0x70: "mips",
    0x80: "riscv",
    0x90: "loongarch",
}

CORE = 0x10  #: Core registers: `struct kvm_regs`.
DEMUX = 0x11  #: Registers that a second number tells apart: cache sizes.
SYSREG = 0x13  #: System registers.
FIRMWARE = 0x14  #: Registers of the firmware interface.
SVE = 0x15  #: Registers of the scalable vector extension.
FIRMWARE_FEATURES = 0x16  #: Bitmaps of the firmware interface's features.

#: Kinds of registers (bits 27:16 of an id).
KINDS: dict[int, str] = {
    CORE: "core",
    DEMUX: "demux",
    SYSREG: "sysreg",
    FIRMWARE: "firmware",
    SVE: "sve",
    FIRMWARE_FEATURES: "firmware features",
}

#: All system registers by encoding.
SYSTEM_REGISTERS: dict[Encoding, SystemRegister] = {
    **sysregs_el1.IDENTIFICATION,
    **sysregs_el1.CONTROL,
    **sysregs_debug.DEBUG,
    **sysregs_debug.MONITORS,
    **sysregs_debug.TIMERS,
    **sysregs_debug.GIC,
    **sysregs_el2.HYPERVISOR,
}

#: KVM's ids of the virtual timer have its compare value and its counter swapped: the id that encodes
#: CNTVCT_EL0 holds CNTV_CVAL_EL0, and the other way round. That is fixed as API.
KVM_TIMERS: dict[Encoding, SystemRegister] = {
    (3, 3, 14, 0, 2): sysregs_debug.TIMERS[3, 3, 14, 3, 2],
    (3, 3, 14, 3, 2): sysregs_debug.TIMERS[3, 3, 14, 0, 2],
}

#: `struct kvm_regs` by offset in bytes; the number in an id counts 4-byte words.
CORE_REGISTERS: dict[int, SystemRegister] = {
    **{8 * n: SystemRegister(f"X{n}", f"General register {n}") for n in range(31)},
    248: SystemRegister("SP_EL0", "Stack pointer of user code"),
    256: SystemRegister("PC", "Address of the next instruction"),
    264: SystemRegister("PSTATE", "Condition flags, masks and exception level; bits in `control.PSTATE`"),
    272: SystemRegister("SP_EL1", "Stack pointer of the kernel"),
    280: SystemRegister("ELR_EL1", "Address to return to from the last exception"),
    288: SystemRegister("SPSR_EL1", "Processor state before the last exception"),
    296: SystemRegister("SPSR_abt", "Saved state of AArch32 Abort mode"),
    304: SystemRegister("SPSR_und", "Saved state of AArch32 Undefined mode"),
    312: SystemRegister("SPSR_irq", "Saved state of AArch32 IRQ mode"),
    320: SystemRegister("SPSR_fiq", "Saved state of AArch32 FIQ mode"),
    **{336 + 16 * n: SystemRegister(f"V{n}", f"Vector register {n}, 128 bits") for n in range(32)},
    848: SystemRegister("FPSR", "Floating point: status flags"),
    852: SystemRegister("FPCR", "Floating point: rounding and traps"),
}

#: Firmware registers by number.
FIRMWARE_REGISTERS: dict[int, SystemRegister] = {
    0: SystemRegister("PSCI_VERSION", "PSCI version the guest sees: major in 31:16, minor in 15:0"),
    1: SystemRegister("SMCCC_ARCH_WORKAROUND_1", "Spectre v2: 0 not there, 1 there, 2 not needed"),
    2: SystemRegister("SMCCC_ARCH_WORKAROUND_2", "Spectre v4: 0 not there, 2 there, 3 not needed"),
    3: SystemRegister("SMCCC_ARCH_WORKAROUND_3", "Spectre BHB: 0 not there, 1 there, 2 not needed"),
}

#: Firmware feature registers by number: calls that the guest is offered, a bit each.
FIRMWARE_FEATURE_REGISTERS: dict[int, SystemRegister] = {
    0: SystemRegister("STD_BMAP", "Standard calls: bit 0 random numbers"),
    1: SystemRegister("STD_HYP_BMAP", "Standard hypervisor calls: bit 0 stolen time"),
    2: SystemRegister("VENDOR_HYP_BMAP", "KVM's calls: bit 0 features, bit 1 time for PTP"),
    3: SystemRegister("VENDOR_HYP_BMAP_2", "KVM's calls, second part"),
}

#: The SVE pseudo-register with the vector lengths that are on.
SVE_VECTOR_LENGTHS = 0xFFFF


class RegisterId(NamedTuple):
    """The fields of a register id.

    Attributes:
        architecture: One of `ARCHITECTURES`, or a number as text.
        size: Bytes of the value; upstream refuses more than 256.
        kind: Bits 27:16; `CORE`, `SYSREG` and so on.
        number: Bits 15:0.
    """

    architecture: str
    size: int
    kind: int
    number: int


def parse(register_id: int) -> RegisterId:
    """Decode a register id."""
    architecture = register_id >> 56
    return RegisterId(
        ARCHITECTURES.get(architecture, f"{architecture:#x}"),
        size_of(register_id),
        register_id >> 16 & 0xFFF,
        register_id & 0xFFFF,
    )


def size_of(register_id: int) -> int:
    """Return the size of a register's value in bytes."""
    return 1 << (register_id >> 52 & 0xF)


def encoding_of(register_id: int) -> Encoding | None:
    """Return op0, op1, CRn, CRm, op2 of a system register's id; None for other kinds."""
    if register_id >> 56 != ARCH_ARM64 or register_id >> 16 & 0xFFF != SYSREG:
        return None
    number = register_id & 0xFFFF
    return number >> 14, number >> 11 & 7, number >> 7 & 15, number >> 3 & 15, number & 7


def system_register_id(encoding: Encoding) -> int:
    """Return KVM's id of a system register."""
    op0, op1, crn, crm, op2 = encoding
    return 0x6030_0000_0013_0000 | op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2


def lookup(register_id: int) -> SystemRegister | None:
    """Return name and meaning of the register with an id; None if it has no name."""
    if register_id >> 56 != ARCH_ARM64:
        return None
    kind, number = register_id >> 16 & 0xFFF, register_id & 0xFFFF
    encoding = encoding_of(register_id)
    if encoding is not None:
        return KVM_TIMERS.get(encoding) or SYSTEM_REGISTERS.get(encoding)
    if kind == CORE:
        return CORE_REGISTERS.get(4 * number)
    if kind == DEMUX:
        return _cache(number)
    if kind == FIRMWARE:
        return FIRMWARE_REGISTERS.get(number)
    if kind == SVE:
        return _sve(number)
    if kind == FIRMWARE_FEATURES:
        return FIRMWARE_FEATURE_REGISTERS.get(number)
    return None


def name_of(register_id: int) -> str:
    """Return the name of the register with an id.

    A system register without a name of its own has Arm's generic one, `S3_0_C5_C9_2`; other unknown
    registers are named by kind and number, and by their architecture if it is another one.
    """
    found = lookup(register_id)
    if found is not None:
        return found.name
    encoding = encoding_of(register_id)
    if encoding is not None:
        op0, op1, crn, crm, op2 = encoding
        return f"S{op0}_{op1}_C{crn}_C{crm}_{op2}"
    parts = parse(register_id)
    if register_id >> 56 != ARCH_ARM64:
        return f"{parts.architecture} {register_id & 0xFFFFFFFFFFFF:#x}"
    return f"{KINDS.get(parts.kind, f'kind {parts.kind:#x}')} {parts.number:#x}"


class Register(NamedTuple):
    """One register of a list.

    Attributes:
        id: KVM's id.
        name: See `name_of`.
        offset: Where its value begins within the data.
        value: The value; registers are little-endian in the data.
    """

    id: int
    name: str
    offset: int
    value: int


def registers(ids: Iterable[int], data: bytes) -> list[Register]:
    """Pair a list of ids with their values.

    Args:
        ids: The ids, in order.
        data: The values one after the other, without gaps.

    Raises:
        ValueError: The length of the data is not the one that the ids require.
    """
    found = []
    offset = 0
    for register_id in ids:
        end = offset + size_of(register_id)
        value = int.from_bytes(data[offset:end], "little")
        found.append(Register(register_id, name_of(register_id), offset, value))
        offset = end
    if offset != len(data):
        raise ValueError(f"the ids require {offset} bytes of values, but there are {len(data)}")
    return found


def to_plain(ids: Iterable[int], data: bytes) -> list[dict[str, str]]:
    """Convert a list to plain data: id, name and value of each register, numbers in hex with all digits.

    Raises:
        ValueError: As `registers`.
    """
    return [
        {
            "id": f"{register.id:#018x}",
            "name": register.name,
            "value": f"0x{register.value:0{2 * size_of(register.id)}x}",
        }
        for register in registers(ids, data)
    ]


def from_plain(plain: Any) -> tuple[list[int], bytes]:
    """Convert a list in the form of `to_plain` to ids and data.

    A name is optional, but must not be that of another register.

    Raises:
        ValueError: It is not such a list, a value is too large, or a name does not belong to its id.
    """
    if not isinstance(plain, list):
        raise ValueError("expected a list of registers")
    ids: list[int] = []
    data = bytearray()
    for entry in plain:
        if not isinstance(entry, dict) or not {"id", "value"} <= set(entry) <= {"id", "name", "value"}:
            raise ValueError("expected an object of id, name and value")
        register_id, value = _number(entry["id"]), _number(entry["value"])
        if register_id >= 1 << 64:
            raise ValueError(f"{register_id:#x} is not a 64-bit id")
        name, size = name_of(register_id), size_of(register_id)
        if entry.get("name", name) != name:
            raise ValueError(f"{register_id:#018x} is {name}, not {str(entry['name'])[:40]}")
        if value >= 1 << 8 * size:
            raise ValueError(f"the value of {name} takes more than {size} bytes")
        ids.append(register_id)
        data += value.to_bytes(size, "little")
    return ids, bytes(data)


def _number(text: Any) -> int:
    if not isinstance(text, str) or re.fullmatch(r"0x[0-9a-fA-F]{1,512}", text) is None:
        raise ValueError(f"{str(text)[:40]!r} is not a hex number such as 0x10")
    return int(text, 16)


def _cache(number: int) -> SystemRegister | None:
    """CCSIDR_EL1 of one cache, by CSSELR_EL1: level less one in bits 3:1, bit 0 instruction."""
    if number >> 8:
        return None
    level = (number >> 1 & 7) + 1
    kind = "I" if number & 1 else "D"
    about = "instruction" if number & 1 else "data or unified"
    return SystemRegister(f"CCSIDR_EL1[L{level}{kind}]", f"Size of the level {level} {about} cache")


def _sve(number: int) -> SystemRegister | None:
    """SVE registers: Z and P by number in bits 9:5, FFR, each in slices (bits 4:0) of 2048 or 256 bits."""
    if number == SVE_VECTOR_LENGTHS:
        return SystemRegister("SVE_VLS", "Vector lengths that are on, a bit for each 128 bits")
    slice_number = number & 0x1F
    which = number >> 5
    suffix = f".slice{slice_number}" if slice_number else ""
    if which < 32:
        return SystemRegister(f"Z{which}{suffix}", f"Scalable vector {which}")
    if which < 48:
        return SystemRegister(f"P{which - 32}{suffix}", f"Scalable predicate {which - 32}")
    if which == 48:
        return SystemRegister(f"FFR{suffix}", "First-fault predicate")
    return None
