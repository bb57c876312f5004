"""System registers: segments, descriptor tables, control registers, EFER (`struct kvm_sregs`).

Read from `asm/kvm.h` of linux-libc-dev 6.1.
"""

from __future__ import annotations

from typing import Annotated

from snapformat import doc, schema
from snapformat.bincode import CStruct, Hex, Len, u8, u16, u32, u64
from snapformat_schemas.kvm.x86_64 import control


@schema(name="kvm_segment")
class KvmSegment:
    """A segment register with its hidden part, the descriptor that the processor has cached; 24 bytes."""

    base: Hex[u64] = doc("Linear address where the segment begins; 0 for CS, DS, ES, SS in 64-bit mode")
    limit: Hex[u32] = doc("Highest offset within the segment, in bytes: granularity is applied already")
    selector: Hex[u16] = doc(
        "Selector that the guest loaded: table index << 3, bit 2 LDT, bits 1:0 requested privilege"
    )
    type: u8 = doc(
        "Kind of segment, 4 bits; names in `segments.SEGMENT_TYPES` if s is 1,"
        " else names in `segments.SYSTEM_SEGMENT_TYPES`"
    )
    present: u8 = doc("1 if the descriptor is valid (P)")
    dpl: u8 = doc("Descriptor privilege level, 0 (kernel) to 3 (user); that of SS is the current one")
    db: u8 = doc("Default size: 1 for 32-bit operands and stack, 0 for 16-bit, and for 64-bit code")
    s: u8 = doc("1 for code and data, 0 for system segments such as LDT and TSS")
    l: u8 = doc("1 for 64-bit code; then db must be 0")  # noqa: E741  # the C name
    g: u8 = doc("Granularity in the descriptor: 1 if its limit counts 4 KiB pages")
    avl: u8 = doc("Bit available to software")
    unusable: u8 = doc("1 if nothing usable is loaded (a null selector); an access faults")
    padding: u8 = doc("Fills the structure up to 24 bytes")


@schema(name="kvm_dtable")
class KvmDtable:
    """A descriptor table register (GDTR or IDTR), 16 bytes."""

    base: Hex[u64] = doc("Linear address of the table's first descriptor")
    limit: Hex[u16] = doc("Size of the table in bytes, less one")
    padding: Annotated[list[u16], Len(3)] = doc("Fills the structure up to 16 bytes")


@schema(name="kvm_sregs")
class KvmSregs(CStruct):
    """System registers of one vCPU, 312 bytes (KVM_GET_SREGS)."""

    cs: KvmSegment = doc("Code segment; its l and db select 64-, 32- or 16-bit code")
    ds: KvmSegment = doc("Data segment, the default for memory operands")
    es: KvmSegment = doc("Data segment that string instructions write to")
    fs: KvmSegment = doc("Extra data segment; user-space thread data on 64-bit Linux")
    gs: KvmSegment = doc("Extra data segment; per-CPU data of the 64-bit Linux kernel")
    ss: KvmSegment = doc("Stack segment; its dpl is the privilege level the vCPU runs at")
    tr: KvmSegment = doc("Task register: the task-state segment with the stacks of interrupt handlers")
    ldt: KvmSegment = doc("Local descriptor table (LDTR): segments of one task; often none, with limit 0")
    gdt: KvmDtable = doc("Global descriptor table (GDTR): segments of the kernel, shared by all tasks")
    idt: KvmDtable = doc("Interrupt descriptor table (IDTR): the handlers of all 256 vectors")
    cr0: Hex[u64] = doc("Operating mode: protection, paging, caches, write protection", bits=control.CR0)
    cr2: Hex[u64] = doc("Linear address of the last page fault")
    cr3: Hex[u64] = doc("Physical address of the top page table, with PCID or cache bits in the low 12 bits")
    cr4: Hex[u64] = doc("Extensions switched on, such as PAE, SSE and SMEP", bits=control.CR4)
    cr8: Hex[u64] = doc("Task priority, 4 bits: the upper half of the local APIC's TPR")
    efer: Hex[u64] = doc("Extended features: SYSCALL, long mode, no-execute", bits=control.EFER)
    apic_base: Hex[u64] = doc(
        "IA32_APIC_BASE: local APIC's address, on and off, x2APIC mode, boot processor",
        bits=control.APIC_BASE,
    )
    interrupt_bitmap: Annotated[list[Hex[u64]], Len(4)] = doc(
        "Vector of an external interrupt taken but not yet delivered, as a bit of 256; at most one is set"
    )
