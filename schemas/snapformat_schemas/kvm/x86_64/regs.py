"""General registers: `struct kvm_regs`.

Read from `asm/kvm.h` of linux-libc-dev 6.1.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import CStruct, u64
from snapformat_schemas.kvm.x86_64 import control


@schema(name="kvm_regs")
class KvmRegs(CStruct):
    """General-purpose registers of one vCPU, 144 bytes (KVM_GET_REGS)."""

    rax: u64 = doc("Accumulator; return value of a function, number of a Linux system call")
    rbx: u64 = doc("Preserved across calls; at a PVH boot, address of the hvm_start_info structure")
    rcx: u64 = doc("Counter of string and shift operations; SYSCALL leaves the return address here")
    rdx: u64 = doc("Upper half of wide products and of RDMSR values; third argument of a call")
    rsi: u64 = doc("Source of string operations; at boot, address of Linux's boot_params page")
    rdi: u64 = doc("Destination of string operations; first argument of a call")
    rsp: u64 = doc("Stack pointer, a virtual address")
    rbp: u64 = doc("Frame pointer, where the compiler keeps one; preserved across calls")
    r8: u64 = doc("Fifth argument of a call")
    r9: u64 = doc("Sixth argument of a call")
    r10: u64 = doc("Fourth argument of a Linux system call")
    r11: u64 = doc("Scratch; SYSCALL leaves RFLAGS here")
    r12: u64 = doc("Preserved across calls; exists in 64-bit mode only, like R8 to R15")
    r13: u64 = doc("Preserved across calls; as a base register it needs a displacement, like RBP")
    r14: u64 = doc("Preserved across calls; without a role of its own")
    r15: u64 = doc("Preserved across calls; the highest of the general registers")
    rip: u64 = doc("Address of the next instruction, relative to the base of CS (0 in 64-bit mode)")
    rflags: u64 = doc("Condition codes and system flags; bit 1 is always set", bits=control.RFLAGS)
