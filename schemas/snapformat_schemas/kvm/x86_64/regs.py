"""General registers: `struct kvm_regs`.

Read from `asm/kvm.h` of linux-libc-dev 6.1.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import CStruct, Hex, u64
from snapformat_schemas.kvm.x86_64 import control


@schema(name="kvm_regs")
class KvmRegs(CStruct):
    """General-purpose registers of one vCPU, 144 bytes (KVM_GET_REGS)."""

    rax: Hex[u64] = doc("Accumulator; return value of a function, number of a Linux system call")
    rbx: Hex[u64] = doc("Preserved across calls; at a PVH boot, address of the hvm_start_info structure")
    rcx: Hex[u64] = doc("Counter of string and shift operations; SYSCALL leaves the return address here")
    rdx: Hex[u64] = doc("Upper half of wide products and of RDMSR values; third argument of a call")
    rsi: Hex[u64] = doc("Source of string operations; at boot, address of Linux's boot_params page")
    rdi: Hex[u64] = doc("Destination of string operations; first argument of a call")
    rsp: Hex[u64] = doc("Stack pointer, a virtual address")
    rbp: Hex[u64] = doc("Frame pointer, where the compiler keeps one; preserved across calls")
    r8: Hex[u64] = doc("Fifth argument of a call")
    r9: Hex[u64] = doc("Sixth argument of a call")
    r10: Hex[u64] = doc("Fourth argument of a Linux system call")
    r11: Hex[u64] = doc("Scratch; SYSCALL leaves RFLAGS here")
    r12: Hex[u64] = doc("Preserved across calls; exists in 64-bit mode only, like R8 to R15")
    r13: Hex[u64] = doc("Preserved across calls; as a base register it needs a displacement, like RBP")
    r14: Hex[u64] = doc("Preserved across calls; without a role of its own")
    r15: Hex[u64] = doc("Preserved across calls; the highest of the general registers")
    rip: Hex[u64] = doc("Address of the next instruction, relative to the base of CS (0 in 64-bit mode)")
    rflags: Hex[u64] = doc("Condition codes and system flags; bit 1 is always set", bits=control.RFLAGS)
