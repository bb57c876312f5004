"""Sizes and offsets of every field: against recorded values, and against the kernel's headers where they are.

The recorded values (`golden/kvm_offsets.json`) have been checked by the second test on linux-libc-dev 6.1.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kvm import cprogram, layouts
from snapformat.bits import Bits
from snapformat.encodings.bincode.encoding import sealed
from snapformat_schemas.kvm.x86_64.irqchip import REDIRECT_MASK, REDIRECT_MODES

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "kvm_offsets.json"

#: C types, and C names of fields that are called otherwise here; None: C has no such field.
C_TYPES: dict[str, tuple[str, dict[str, str | None]]] = {
    "x86_64.KvmPitState2": ("struct kvm_pit_state2", {}),
    "x86_64.KvmClockData": ("struct kvm_clock_data", {}),
    "x86_64.KvmIrqchipPic": ("struct kvm_irqchip", {"unused": None}),
    "x86_64.KvmIrqchipIoapic": (
        "struct kvm_irqchip",
        # Bit-fields have no offset; their bits are tested below.
        {
            "unused": None,
            "vector": "fields.vector",
            "modes": None,
            "mask": None,
            "reserved": "fields.reserved",
            "dest_id": "fields.dest_id",
        },
    ),
    "x86_64.KvmCpuid2": ("struct kvm_cpuid2", {}),
    "x86_64.KvmCpuidEntry2": ("struct kvm_cpuid_entry2", {}),
    "x86_64.KvmMsrs": ("struct kvm_msrs", {}),
    "x86_64.KvmMsrEntry": ("struct kvm_msr_entry", {}),
    "x86_64.KvmDebugregs": ("struct kvm_debugregs", {}),
    "x86_64.KvmMpState": ("struct kvm_mp_state", {}),
    "x86_64.KvmRegs": ("struct kvm_regs", {}),
    "x86_64.KvmSregs": ("struct kvm_sregs", {}),
    "x86_64.KvmVcpuEvents": ("struct kvm_vcpu_events", {}),
    "x86_64.KvmXcrs": ("struct kvm_xcrs", {}),
    "x86_64.XsaveLegacy": (
        "struct _fpstate_64",
        {
            "fcw": "cwd",
            "fsw": "swd",
            "ftw": None,
            "reserved": None,
            "fip": "rip",
            "fdp": "rdp",
            "st": "st_space",
            "significand": None,
            "sign_exponent": None,
            "xmm": "xmm_space",
            "reserved_416": "reserved2",
            "available": "sw_reserved",
        },
    ),
    "aarch64.KvmMpState": ("struct kvm_mp_state", {}),
    "aarch64.KvmVcpuInit": ("struct kvm_vcpu_init", {}),
}

#: Structures whose fields no user API header knows: C has bytes there; the sizes are compared.
SIZES_ONLY = {
    "x86_64.KvmLapicState": "struct kvm_lapic_state",
    "x86_64.KvmXsave": "struct kvm_xsave",
    "x86_64.KvmXsave2": "struct { size_t len; struct kvm_xsave xsave; }",
}


@pytest.mark.parametrize("name", layouts.structures())
def test_recorded(name: str) -> None:
    golden = json.loads(GOLDEN.read_text())[name]
    cls = layouts.structures()[name]
    assert layouts.size(cls) == golden["size"]
    assert [list(field) for field in layouts.fields(cls)] == golden["fields"]


def test_recorded_for_all() -> None:
    assert set(json.loads(GOLDEN.read_text())) == set(layouts.structures())


@pytest.mark.parametrize("name", layouts.structures())
def test_fixed(name: str) -> None:
    """The fewest bytes are all bytes: nothing in the layouts is of variable size."""
    assert layouts.is_fixed(sealed(layouts.structures()[name]))


def test_all_are_compared() -> None:
    assert {*C_TYPES, *SIZES_ONLY} == set(layouts.structures())


@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
def test_kernel_headers(arch: str) -> None:
    structures = {name: cls for name, cls in layouts.structures().items() if name.startswith(arch)}
    lines = ["#include <stdio.h>", "#include <stddef.h>", "#include <linux/kvm.h>"]
    if arch == "x86_64":
        lines.append("#include <asm/sigcontext.h>")
    lines.append("int main(void) {")
    expected: list[list[str]] = []

    def ask(name: str, path: str, offset: str, size: str, ours: tuple[int, int]) -> None:
        lines.append(f'printf("{name} {path} %zu %zu\\n", (size_t)({offset}), (size_t)({size}));')
        expected.append([name, path, str(ours[0]), str(ours[1])])

    for name, cls in structures.items():
        if name in SIZES_ONLY:
            ask(name, "-", "0", f"sizeof({SIZES_ONLY[name]})", (0, layouts.size(cls)))
            continue
        c_type, renames = C_TYPES[name]
        lines.append(f"{{ typedef {c_type} type;")
        ask(name, "-", "0", "sizeof(type)", (0, layouts.size(cls)))
        for field in layouts.fields(cls):
            *above, last = field.path.split(".")
            c_last = renames.get(last, last)
            if c_last is not None:
                c_path = ".".join([*above, c_last])
                ask(
                    name,
                    field.path,
                    f"offsetof(type, {c_path})",
                    f"sizeof(((type *)0)->{c_path})",
                    field[1:],
                )
        lines.append("}")
    lines.append("return 0; }")
    assert cprogram.run("\n".join(lines), arch) == expected
    assert len(expected) > len(structures)


@pytest.mark.parametrize(("byte", "table"), [(1, REDIRECT_MODES), (2, REDIRECT_MASK)])
def test_redirection_bits(byte: int, table: tuple[Bits, ...]) -> None:
    """Bit-fields of a redirection entry: set alone, each gives the bits that the tables say."""
    lines = ["#include <stdio.h>", "#include <string.h>", "#include <linux/kvm.h>"]
    lines += ["int main(void) {", "struct kvm_ioapic_state s;"]
    for bits in table:
        lines += [
            "memset(&s, 0, sizeof s);",
            f"s.redirtbl[0].fields.{bits.name.lower()} = {(1 << bits.width) - 1};",
            f'printf("{bits.name} %llu\\n", (unsigned long long)s.redirtbl[0].bits);',
        ]
    lines.append("return 0; }")
    expected = [[bits.name, str(bits.mask << 8 * byte)] for bits in table]
    assert cprogram.run("\n".join(lines), "x86_64") == expected
