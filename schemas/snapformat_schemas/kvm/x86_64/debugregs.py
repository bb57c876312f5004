"""Debug registers and extended control registers: `struct kvm_debugregs`, `struct kvm_xcrs`.

Read from `asm/kvm.h` of linux-libc-dev 6.1.
"""

from __future__ import annotations

from typing import Annotated

from snapformat import doc, schema
from snapformat.bincode import CStruct, Hex, Len, u32, u64
from snapformat_schemas.kvm.x86_64 import control
from snapformat_schemas.kvm.x86_64.xsave import COMPONENTS


@schema(name="kvm_debugregs")
class KvmDebugregs(CStruct):
    """Hardware breakpoints of the guest, 128 bytes (KVM_GET_DEBUGREGS)."""

    db: Annotated[list[Hex[u64]], Len(4)] = doc("DR0 to DR3: linear addresses of four breakpoints")
    dr6: Hex[u64] = doc("Cause of the last #DB: breakpoint or single step", bits=control.DR6)
    dr7: Hex[u64] = doc("Armed breakpoints, with kind of access and length", bits=control.DR7)
    flags: Hex[u64] = doc("No flag is defined: KVM writes 0 and refuses anything else")
    reserved: Annotated[list[u64], Len(9)] = doc("Room for extensions, zero")


@schema(name="kvm_xcr")
class KvmXcr:
    """One extended control register, 16 bytes."""

    xcr: Hex[u32] = doc("Number of the register; KVM knows 0 only")
    reserved: u32 = doc("Aligns the value to 8 bytes, zero")
    value: Hex[u64] = doc("Contents; for XCR0, the enabled state components", bits=COMPONENTS)


@schema(name="kvm_xcrs")
class KvmXcrs(CStruct):
    """Extended control registers, 392 bytes (KVM_GET_XCRS)."""

    nr_xcrs: u32 = doc("Number of used entries: 1, or 0 if the processor lacks XSAVE")
    flags: Hex[u32] = doc("No flag is defined: KVM writes 0 and refuses others")
    xcrs: Annotated[list[KvmXcr], Len(16)] = doc("The registers; entries from nr_xcrs on are unused")
    padding: Annotated[list[u64], Len(16)] = doc("Room for extensions, zero")
