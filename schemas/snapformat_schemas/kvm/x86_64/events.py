"""Events in flight and the run state: `struct kvm_vcpu_events`, `struct kvm_mp_state`.

Read from `asm/kvm.h` and `linux/kvm.h` of linux-libc-dev 6.1.
"""

from __future__ import annotations

from typing import Annotated

from snapformat import doc, schema
from snapformat.bincode import CStruct, Hex, Len, u8, u32, u64
from snapformat.bits import Bits

#: Exceptions of the processor by vector.
EXCEPTIONS: dict[int, str] = {
    0: "#DE divide error",
    1: "#DB debug",
    2: "NMI",
    3: "#BP breakpoint",
    4: "#OF overflow",
    5: "#BR bound range",
    6: "#UD invalid opcode",
    7: "#NM device not available",
    8: "#DF double fault",
    10: "#TS invalid TSS",
    11: "#NP segment not present",
    12: "#SS stack fault",
    13: "#GP general protection",
    14: "#PF page fault",
    16: "#MF x87 floating point",
    17: "#AC alignment check",
    18: "#MC machine check",
    19: "#XM SIMD floating point",
    20: "#VE virtualization",
    21: "#CP control protection",
    28: "#HV hypervisor injection",
    29: "#VC VMM communication",
    30: "#SX security",
}

#: `kvm_mp_state.mp_state` on x86: the run state of the vCPU.
MP_STATES: dict[int, str] = {
    0: "RUNNABLE",
    1: "UNINITIALIZED",
    2: "INIT_RECEIVED",
    3: "HALTED",
    4: "SIPI_RECEIVED",
    9: "AP_RESET_HOLD",
}

#: `kvm_vcpu_events.flags`: which parts a setter takes over.
FLAGS = (
    Bits("VALID_NMI_PENDING", 0, "nmi.pending is to be set too"),
    Bits("VALID_SIPI_VECTOR", 1, "sipi_vector is to be set too"),
    Bits("VALID_SHADOW", 2, "interrupt.shadow holds a value"),
    Bits("VALID_SMM", 3, "smi holds values"),
    Bits("VALID_PAYLOAD", 4, "exception.pending and the exception's payload hold values"),
    Bits("VALID_TRIPLE_FAULT", 5, "triple_fault holds a value"),
)

#: `kvm_vcpu_events.interrupt.shadow`: why interrupts wait for one more instruction.
SHADOW = (
    Bits("MOV_SS", 0, "The last instruction loaded SS"),
    Bits("STI", 1, "The last instruction switched interrupts on"),
)


@schema
class VcpuEventsException:
    """A fault or trap of the processor on its way to the guest's handler."""

    injected: u8 = doc("1 if it is being delivered; without VALID_PAYLOAD also if it is only raised")
    nr: u8 = doc("Vector of the exception, 0 to 31; names in `EXCEPTIONS`")
    has_error_code: u8 = doc("1 if error_code is pushed on the guest's stack")
    pending: u8 = doc("1 if it is raised and its delivery has not begun; only with VALID_PAYLOAD")
    error_code: Hex[u32] = doc(
        "Error code that the processor pushes, such as the access bits of a page fault"
    )


@schema
class VcpuEventsInterrupt:
    """An external or software interrupt on its way to the guest's handler."""

    injected: u8 = doc("1 if delivery has begun and must be taken up again")
    nr: u8 = doc("Vector of the interrupt, 0 to 255")
    soft: u8 = doc("1 if an INT instruction raised it, 0 if a device did")
    shadow: Hex[u8] = doc("Interrupts wait for one instruction", bits=SHADOW)


@schema
class VcpuEventsNmi:
    """The non-maskable interrupt."""

    injected: u8 = doc("1 if delivery has begun and must be taken up again")
    pending: u8 = doc("Number waiting for delivery, at most 2; older kernels store 1 for any number")
    masked: u8 = doc("1 from delivery to the handler's IRET: further ones wait")
    pad: u8 = doc("Fills the part up to 4 bytes")


@schema
class VcpuEventsSmi:
    """System-management mode."""

    smm: u8 = doc("1 while the vCPU is in system-management mode")
    pending: u8 = doc("1 if a system-management interrupt waits")
    smm_inside_nmi: u8 = doc("1 if the mode was entered while NMIs were masked")
    latched_init: u8 = doc("1 if an INIT waits until the mode is left")


@schema
class VcpuEventsTripleFault:
    """A triple fault, which ends in shutdown of the vCPU."""

    pending: u8 = doc("1 if it has happened but has not been reported to user space")


@schema(name="kvm_vcpu_events")
class KvmVcpuEvents(CStruct):
    """Exceptions, interrupts, NMI and SMI of one vCPU in flight, 64 bytes (KVM_GET_VCPU_EVENTS)."""

    exception: VcpuEventsException = doc("Fault or trap that the guest is about to handle")
    interrupt: VcpuEventsInterrupt = doc(
        "External or software interrupt on its way, and whether the next one must wait"
    )
    nmi: VcpuEventsNmi = doc("Non-maskable interrupt on its way, waiting or being handled")
    sipi_vector: Hex[u32] = doc("Page number (address >> 12) of real-mode code that a start-up IPI names")
    flags: Hex[u32] = doc("Which of the parts hold values, and which a setter takes", bits=FLAGS)
    smi: VcpuEventsSmi = doc("Whether the vCPU is in system-management mode, or about to enter it")
    triple_fault: VcpuEventsTripleFault = doc("Triple fault that user space has not seen yet")
    reserved: Annotated[list[u8], Len(26)] = doc("Room for extensions, zero")
    exception_has_payload: u8 = doc("1 if exception_payload goes with the pending exception")
    exception_payload: Hex[u64] = doc(
        "For a pending #PF the new CR2, for a pending #DB the bits to set in DR6"
    )


@schema(name="kvm_mp_state")
class KvmMpState(CStruct):
    """Multiprocessing state of one vCPU, 4 bytes (KVM_GET_MP_STATE)."""

    mp_state: u32 = doc("Running, halted, or waiting for INIT or start-up IPI; names in `MP_STATES`")
