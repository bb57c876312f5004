"""FPU and vector registers: `struct kvm_xsave`, and Firecracker's count before it.

Read from `asm/kvm.h` and `asm/sigcontext.h` of linux-libc-dev 6.1, from the Intel SDM, volume 1, "Managing
State Using the XSAVE Feature Set", and for the count of 1.12 and later from `kvm_xsave2` in
`src/x86_64/fam_wrappers.rs` of the crate kvm-bindings 0.14.

The area is in XSAVE's standard form. The offsets of components after the first 576 bytes differ between
processors; they are in the guest's CPUID leaf 0xD: see `components`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, NamedTuple

from construct import Bytes

from snapformat import doc, schema
from snapformat.bincode import CStruct, Hex, Len, u8, u16, u32, u64, u128
from snapformat.bits import Bits
from snapformat_schemas.kvm.x86_64.cpuid import KvmCpuidEntry2

#: State components: bits of XCR0, of IA32_XSS and of the header's xstate_bv and xcomp_bv.
COMPONENTS = (
    Bits("x87", 0, "x87 FPU: ST0 to ST7 and its control, status and tag words"),
    Bits("SSE", 1, "XMM0 to XMM15 and MXCSR"),
    Bits("AVX", 2, "Upper halves of YMM0 to YMM15"),
    Bits("BNDREGS", 3, "MPX bounds, BND0 to BND3"),
    Bits("BNDCSR", 4, "MPX configuration and status"),
    Bits("opmask", 5, "AVX-512 masks, k0 to k7"),
    Bits("ZMM_Hi256", 6, "Upper halves of ZMM0 to ZMM15"),
    Bits("Hi16_ZMM", 7, "ZMM16 to ZMM31"),
    Bits("PT", 8, "Processor Trace"),
    Bits("PKRU", 9, "Protection keys of user pages"),
    Bits("PASID", 10, "Process address space ID"),
    Bits("CET_U", 11, "Shadow stack and branch tracking of user code"),
    Bits("CET_S", 12, "Shadow stack pointers of the supervisor"),
    Bits("HDC", 13, "Hardware duty cycling"),
    Bits("UINTR", 14, "User interrupts"),
    Bits("LBR", 15, "Last branch records"),
    Bits("HWP", 16, "Hardware-controlled performance states"),
    Bits("XTILECFG", 17, "Configuration of the AMX tiles"),
    Bits("XTILEDATA", 18, "Contents of the AMX tiles"),
    Bits("APX", 19, "Extended general-purpose registers, R16 to R31"),
)

#: SSE control and status (mxcsr).
MXCSR = (
    Bits("IE", 0, "Invalid operation has happened"),
    Bits("DE", 1, "A denormal operand has been met"),
    Bits("ZE", 2, "Division by zero has happened"),
    Bits("OE", 3, "Overflow has happened"),
    Bits("UE", 4, "Underflow has happened"),
    Bits("PE", 5, "A result has been inexact"),
    Bits("DAZ", 6, "Denormal operands count as zero"),
    Bits("IM", 7, "Invalid operation does not trap"),
    Bits("DM", 8, "Denormal operand does not trap"),
    Bits("ZM", 9, "Division by zero does not trap"),
    Bits("OM", 10, "Overflow does not trap"),
    Bits("UM", 11, "Underflow does not trap"),
    Bits("PM", 12, "Inexact result does not trap"),
    Bits("RC", 13, "Rounding", 2, {0: "nearest", 1: "down", 2: "up", 3: "to zero"}),
    Bits("FZ", 15, "Results that underflow become zero"),
)


@schema
class X87Register:
    """A register of the x87 stack, an 80-bit float in a 16-byte slot; its lower half is an MMX register."""

    significand: Hex[u64] = doc("Significand with explicit integer bit 63; MM0 to MM7")
    sign_exponent: Hex[u16] = doc("Sign in bit 15, exponent biased by 16383 in bits 14:0")
    reserved: Annotated[bytes, Bytes(6)] = doc("Fills the 16-byte slot")


@schema
class XsaveLegacy:
    """The legacy area, 512 bytes, as written by FXSAVE in 64-bit mode."""

    fcw: Hex[u16] = doc("Control word of the x87: masked exceptions, precision, rounding; 0x37f after FNINIT")
    fsw: Hex[u16] = doc("Status word of the x87: exceptions, condition codes, top of stack in bits 13:11")
    ftw: Hex[u8] = doc("Tags of the x87, one bit per physical register: 1 if it is in use")
    reserved: u8 = doc("Belongs to the tag word, zero")
    fop: Hex[u16] = doc("Opcode of the last x87 instruction, 11 bits")
    fip: Hex[u64] = doc("Address of the last x87 instruction")
    fdp: Hex[u64] = doc("Address of the last x87 memory operand")
    mxcsr: Hex[u32] = doc("SSE control and status, 0x1f80 after reset", bits=MXCSR)
    mxcsr_mask: Hex[u32] = doc("Bits of mxcsr that the processor knows; 0 means 0xffbf")
    st: Annotated[list[X87Register], Len(8)] = doc("ST0 to ST7, counted from the top of the stack")
    xmm: Annotated[list[Hex[u128]], Len(16)] = doc("XMM0 to XMM15; also the lower halves of YMM0 to YMM15")
    reserved_416: Annotated[bytes, Bytes(48)] = doc("Unused bytes that later processors may use")
    available: Annotated[bytes, Bytes(48)] = doc("Available to software; FXSAVE does not write it")


@schema
class XsaveHeader:
    """The header, 64 bytes: which components hold values."""

    xstate_bv: Hex[u64] = doc(
        "Components that are stored; the others are in their initial state", bits=COMPONENTS
    )
    xcomp_bv: Hex[u64] = doc(
        "Bit 63 and components of the compacted form; 0 here, since KVM uses the standard form"
    )
    reserved: Annotated[bytes, Bytes(48)] = doc("Zero, or XRSTOR faults")


@schema(name="kvm_xsave")
class KvmXsave(CStruct):
    """XSAVE area of one vCPU, 4096 bytes (KVM_GET_XSAVE); stored alone up to Firecracker 1.11."""

    legacy: XsaveLegacy = doc("FXSAVE's 512 bytes: x87, MMX and SSE registers")
    header: XsaveHeader = doc("Which components hold values, and whether the form is compacted")
    extended: Annotated[bytes, Bytes(3520)] = doc(
        "AVX and later components, from byte 576 of the area on; `components` locates them"
    )


@schema(name="kvm_xsave2")
class KvmXsave2(CStruct):
    """XSAVE area after a count, 4104 bytes; from Firecracker 1.12 on (KVM_GET_XSAVE2)."""

    len: u64 = doc(
        "Number of 32-bit words stored after the area, for components past 4096 bytes (AMX)",
        depends="it counts the words that are stored after the area",
    )
    xsave: KvmXsave = doc("The first 4096 bytes of the area")


class Component(NamedTuple):
    """The position of a component in the XSAVE area.

    Attributes:
        name: Its name in `COMPONENTS`, or `component N`.
        offset: From the start of the area, bytes; 0 to 511 is the legacy area.
        size: Bytes.
    """

    name: str
    offset: int
    size: int


def components(entries: Iterable[KvmCpuidEntry2]) -> list[Component]:
    """Locate the components of a vCPU's XSAVE area, by its CPUID leaf 0xD; AVX is at 576.

    Supervisor components are not part of the standard form and are left out.
    """
    known = {bits.low: bits.name for bits in COMPONENTS}
    found = [
        Component(known.get(entry.index, f"component {entry.index}"), entry.ebx, entry.eax)
        for entry in entries
        if entry.function == 0xD and entry.index >= 2 and entry.eax and not entry.ecx & 1
    ]
    return sorted(found, key=lambda component: component.offset)
