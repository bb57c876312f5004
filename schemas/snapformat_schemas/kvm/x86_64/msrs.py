"""Stored model-specific registers: header and entries of `struct kvm_msrs`.

Read from `asm/kvm.h` of linux-libc-dev 6.1; `msr_names` has the meaning of the indexes.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import CStruct, Hex, u32, u64


@schema(name="kvm_msrs")
class KvmMsrs(CStruct):
    """Header of a list of registers, 8 bytes; the entries are stored beside it (KVM_GET_MSRS)."""

    nmsrs: u32 = doc(
        "Number of entries; a restore requires the same number of stored ones",
        depends="it counts the entries that are stored beside it",
    )
    pad: u32 = doc("Aligns the entries to 8 bytes, zero")


@schema(name="kvm_msr_entry")
class KvmMsrEntry(CStruct):
    """One model-specific register, 16 bytes."""

    index: Hex[u32] = doc(
        "Number of the register, as in RDMSR's ECX; in Python,"
        " `snapformat_schemas.kvm.x86_64.msr_names.name_of` returns its name"
    )
    reserved: u32 = doc("Aligns the value to 8 bytes, zero")
    data: Hex[u64] = doc("Contents, as in EDX:EAX")
