"""C structs of KVM that end in a flexible array: a pair of the header's bytes and the entries.

Read from `src/fam.rs` of the crate vmm-sys-util, and `src/x86_64/{fam_wrappers,serialize}.rs` of the crate
kvm-bindings. All are for x86_64; Firecracker refuses a header whose count is not the number of entries.
"""

from __future__ import annotations

from typing import Annotated

from snapformat.bincode import Blob, Counted, Hex, Via, u32
from snapformat_schemas.kvm.x86_64.cpuid import KvmCpuid2, KvmCpuidEntry2
from snapformat_schemas.kvm.x86_64.msrs import KvmMsrEntry, KvmMsrs
from snapformat_schemas.kvm.x86_64.xsave import KvmXsave2

_leaves = Counted("nent", 4, most=256)
_registers = Counted("nmsrs", 4, most=256)
_words = Counted("len", 8, most=0xFFFFFFFF)

CpuId = Annotated[
    tuple[KvmCpuid2, list[KvmCpuidEntry2]],
    Via(
        tuple[Blob[KvmCpuid2], list[Blob[KvmCpuidEntry2]]],
        decode=_leaves,
        encode=_leaves,
        name="struct kvm_cpuid2",
    ),
]
"""`struct kvm_cpuid2`: 8-byte header, which begins with the count (u32), and the entries."""

Msrs = Annotated[
    tuple[KvmMsrs, list[KvmMsrEntry]],
    Via(
        tuple[Blob[KvmMsrs], list[Blob[KvmMsrEntry]]],
        decode=_registers,
        encode=_registers,
        name="struct kvm_msrs",
    ),
]
"""`struct kvm_msrs`: 8-byte header, which begins with the count (u32), and the entries."""

Xsave = Annotated[
    tuple[KvmXsave2, list[int]],
    Via(tuple[Blob[KvmXsave2], list[Hex[u32]]], decode=_words, encode=_words, name="struct kvm_xsave2"),
]
"""Count (u64) and `struct kvm_xsave` as the header, and the words past the struct's 4096 bytes."""
