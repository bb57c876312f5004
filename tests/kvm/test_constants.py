"""Numbers of flags and names, against the constants of the kernel's headers."""

from __future__ import annotations

import pytest

from kvm import cprogram
from snapformat.bits import Bits
from snapformat_schemas.kvm.aarch64 import vcpu
from snapformat_schemas.kvm.x86_64 import cpuid, cpuid_names, events, irqchip, msr_table, timers

X86_HEADERS = ["linux/kvm.h", "asm/kvm_para.h"]


def flags(prefix: str, table: tuple[Bits, ...], renames: dict[str, str] | None = None) -> dict[str, int]:
    """C names of single-bit flags, and their values."""
    renames = renames or {}
    return {prefix + renames.get(bits.name, bits.name): bits.mask for bits in table}


def test_x86_64() -> None:
    kvm_features = cpuid_names.FEATURES[0x4000_0001, 0, "eax"]
    kvm_names = {"kvm_clocksource_stable": "KVM_FEATURE_CLOCKSOURCE_STABLE_BIT"}
    ours = (
        flags("KVM_VCPUEVENT_", events.FLAGS)
        | flags("KVM_X86_SHADOW_INT_", events.SHADOW)
        | flags("KVM_PIT_FLAGS_", timers.PIT_FLAGS)
        | flags("KVM_CLOCK_", timers.CLOCK_FLAGS)
        | flags("KVM_CPUID_FLAG_", cpuid.FLAGS, {"SIGNIFICANT_INDEX": "SIGNIFCANT_INDEX"})
        | {f"KVM_MP_STATE_{name}": number for number, name in events.MP_STATES.items()}
        | {
            kvm_names.get(name, name.replace("kvm_", "KVM_FEATURE_", 1).upper()): bit
            for bit, name in kvm_features.items()
        }
        | {"KVM_CPUID_SIGNATURE": 0x4000_0000, "KVM_CPUID_FEATURES": 0x4000_0001}
        | {msr.name: index for index, msr in msr_table.KVM.items()}
        | {
            "KVM_IRQCHIP_" + name.upper().replace(" ", "_"): number
            for number, name in irqchip.CHIP_IDS.items()
        }
    )
    theirs = cprogram.constants(list(ours), X86_HEADERS)
    assert theirs == {name: ours[name] for name in theirs}
    assert len(theirs) >= len(ours) - 3


def test_exceptions() -> None:
    c_names = {f"{name[1:3]}_VECTOR": vector for vector, name in events.EXCEPTIONS.items() if name[0] == "#"}
    theirs = cprogram.constants(list(c_names), X86_HEADERS)
    assert theirs == {name: c_names[name] for name in theirs}
    assert len(theirs) >= 18


def test_aarch64() -> None:
    ours = (
        {f"KVM_ARM_VCPU_{bits.name}": bits.low for bits in vcpu.FEATURES}
        | {f"KVM_MP_STATE_{name}": number for number, name in vcpu.MP_STATES.items()}
        | {
            f"KVM_ARM_TARGET_{name}": number
            for number, name in enumerate(
                ["AEM_V8", "FOUNDATION_V8", "CORTEX_A57", "XGENE_POTENZA", "CORTEX_A53", "GENERIC_V8"]
            )
        }
    )
    assert list(vcpu.TARGETS) == list(range(6))
    theirs = cprogram.constants(list(ours), ["linux/kvm.h"], "aarch64")
    assert theirs == {name: ours[name] for name in theirs}
    assert len(theirs) >= 16


@pytest.mark.parametrize("where", cpuid_names.FEATURES)
def test_features_fit_a_register(where: tuple[int, int, str]) -> None:
    assert where[2] in ("eax", "ebx", "ecx", "edx")
    assert all(0 <= bit < 32 for bit in cpuid_names.FEATURES[where])


@pytest.mark.parametrize("where", cpuid_names.FEATURES)
def test_features_stand_on_named_leaves(where: tuple[int, int, str]) -> None:
    assert where[0] in cpuid_names.LEAVES
