"""CPUID as the guest sees it: header and entries of `struct kvm_cpuid2`, and decoding the entries.

Read from `asm/kvm.h` of linux-libc-dev 6.1, and for the leaves from the Intel SDM, volume 2, "CPUID" and the
AMD APM, volume 3, appendix E. Names of leaves and feature bits: `cpuid_names`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, NamedTuple

from snapformat import doc, schema
from snapformat.bincode import CStruct, Hex, Len, u32
from snapformat.bits import Bits
from snapformat_schemas.kvm.x86_64.cpuid_names import FEATURES

#: `kvm_cpuid_entry2.flags`.
FLAGS = (
    Bits("SIGNIFICANT_INDEX", 0, "The entry answers for its index (ECX) only"),
    Bits("STATEFUL_FUNC", 1, "Of old kernels: answers of the leaf take turns"),
    Bits("STATE_READ_NEXT", 2, "Of old kernels: this one's turn is next"),
)


@schema(name="kvm_cpuid2")
class KvmCpuid2(CStruct):
    """Header of the list of CPUID entries, 8 bytes; the entries are stored beside it (KVM_GET_CPUID2)."""

    nent: u32 = doc(
        "Number of entries; a restore requires the same number of stored ones",
        depends="it counts the entries that are stored beside it",
    )
    padding: u32 = doc("Aligns the entries to 8 bytes, zero")


@schema(name="kvm_cpuid_entry2")
class KvmCpuidEntry2(CStruct):
    """Answer of CPUID to one leaf and index, 40 bytes."""

    function: Hex[u32] = doc("Leaf: EAX before the instruction; names in `cpuid_names.LEAVES`")
    index: Hex[u32] = doc("Sub-leaf: ECX before the instruction; counts only with SIGNIFICANT_INDEX in flags")
    flags: Hex[u32] = doc("Whether index counts", bits=FLAGS)
    eax: Hex[u32] = doc("Answer in EAX: often a count or a highest sub-leaf, in leaf 1 the signature")
    ebx: Hex[u32] = doc("Answer in EBX: feature bits in leaf 7, the first letters of the vendor in leaf 0")
    ecx: Hex[u32] = doc("Answer in ECX: feature bits in leaves 1 and 7")
    edx: Hex[u32] = doc("Answer in EDX: feature bits in leaves 1 and 0x80000001")
    padding: Annotated[list[u32], Len(3)] = doc("Fills the structure up to 40 bytes, zero")


class Signature(NamedTuple):
    """The model of a processor.

    Attributes:
        family: Family with the extended family added, such as 25 (0x19) for AMD Zen 3.
        model: Model with the extended model in its upper half.
        stepping: Revision.
    """

    family: int
    model: int
    stepping: int


def find(entries: Iterable[KvmCpuidEntry2], function: int, index: int = 0) -> KvmCpuidEntry2 | None:
    """Return the entry of a leaf and index, or None."""
    for entry in entries:
        if entry.function == function and (entry.index == index or not entry.flags & 1):
            return entry
    return None


def vendor(entries: Iterable[KvmCpuidEntry2]) -> str | None:
    """Return the vendor string of leaf 0: `GenuineIntel`, `AuthenticAMD`; None without the leaf."""
    entry = find(entries, 0)
    return None if entry is None else _text(entry.ebx, entry.edx, entry.ecx)


def hypervisor(entries: Iterable[KvmCpuidEntry2]) -> str | None:
    """Return the hypervisor's signature, leaf 0x40000000: `KVMKVMKVM`; None without the leaf."""
    entry = find(entries, 0x4000_0000)
    return None if entry is None else _text(entry.ebx, entry.ecx, entry.edx)


def brand(entries: Iterable[KvmCpuidEntry2]) -> str | None:
    """Return the brand string of leaves 0x80000002 to 0x80000004; None without the leaves."""
    entries = list(entries)
    parts = [find(entries, function) for function in (0x8000_0002, 0x8000_0003, 0x8000_0004)]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    return (
        "".join(_text(part.eax, part.ebx, part.ecx, part.edx, cut=False) for part in found)
        .split("\0")[0]
        .strip()
    )


def signature(entries: Iterable[KvmCpuidEntry2]) -> Signature | None:
    """Return family, model and stepping of leaf 1; None without the leaf."""
    entry = find(entries, 1)
    if entry is None:
        return None
    family, model, stepping = entry.eax >> 8 & 0xF, entry.eax >> 4 & 0xF, entry.eax & 0xF
    extended = family
    if family == 0xF:
        extended += entry.eax >> 20 & 0xFF
    if family in (0x6, 0xF):
        model |= entry.eax >> 12 & 0xF0
    return Signature(extended, model, stepping)


def features(entries: Iterable[KvmCpuidEntry2]) -> list[str]:
    """Return the names of enabled features as in /proc/cpuinfo, leaf by leaf."""
    entries = list(entries)
    found: dict[str, None] = {}
    for (function, index, register), bits in FEATURES.items():
        entry = find(entries, function, index)
        if entry is None:
            continue
        value: int = getattr(entry, register)
        found.update(dict.fromkeys(name for bit, name in bits.items() if value >> bit & 1))
    return list(found)


def _text(*registers: int, cut: bool = True) -> str:
    """Decode ASCII text in registers, four characters each; with `cut`, up to the first NUL."""
    text = b"".join(register.to_bytes(4, "little") for register in registers).decode("latin-1")
    return text.split("\0")[0] if cut else text
