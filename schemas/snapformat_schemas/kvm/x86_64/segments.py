"""Types of segments, and the mode of the processor.

Read from the Intel SDM, volume 3, "Segment Descriptors", and the AMD APM, volume 2, chapter 4.
"""

from __future__ import annotations

from snapformat_schemas.kvm.x86_64.sregs import KvmSegment

#: Types of code and data segments (`kvm_segment.type` with s = 1).
SEGMENT_TYPES: dict[int, str] = {
    0x0: "data, read-only",
    0x1: "data, read-only, accessed",
    0x2: "data, read and write",
    0x3: "data, read and write, accessed",
    0x4: "data, read-only, expand-down",
    0x5: "data, read-only, expand-down, accessed",
    0x6: "data, read and write, expand-down",
    0x7: "data, read and write, expand-down, accessed",
    0x8: "code, execute-only",
    0x9: "code, execute-only, accessed",
    0xA: "code, execute and read",
    0xB: "code, execute and read, accessed",
    0xC: "code, execute-only, conforming",
    0xD: "code, execute-only, conforming, accessed",
    0xE: "code, execute and read, conforming",
    0xF: "code, execute and read, conforming, accessed",
}

#: Types of system segments (`kvm_segment.type` with s = 0); 64-bit ones have the numbers of 32-bit ones.
SYSTEM_SEGMENT_TYPES: dict[int, str] = {
    0x1: "16-bit TSS, available",
    0x2: "LDT",
    0x3: "16-bit TSS, busy",
    0x4: "16-bit call gate",
    0x5: "task gate",
    0x6: "16-bit interrupt gate",
    0x7: "16-bit trap gate",
    0x9: "TSS, available",
    0xB: "TSS, busy",
    0xC: "call gate",
    0xE: "interrupt gate",
    0xF: "trap gate",
}


def segment_type(segment: KvmSegment) -> str:
    """Describe the contents of a segment register; `unusable` for a null selector."""
    if segment.unusable:
        return "unusable"
    table = SEGMENT_TYPES if segment.s else SYSTEM_SEGMENT_TYPES
    return table.get(segment.type, f"type {segment.type}")


def cpu_mode(cr0: int, efer: int, cs: KvmSegment, rflags: int = 0) -> str:
    """Return the mode of the vCPU: `real`, `virtual-8086`, `protected`, `compatibility` or `64-bit`."""
    if not cr0 & 1:
        return "real"
    if efer & 1 << 10:
        return "64-bit" if cs.l else "compatibility"
    return "virtual-8086" if rflags & 1 << 17 else "protected"
