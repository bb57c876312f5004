"""The local APIC's register page: `struct kvm_lapic_state`.

The size is read from `asm/kvm.h` of linux-libc-dev 6.1; the registers and their offsets from the Intel SDM,
volume 3, "Local APIC Register Address Map", and from `arch/x86/include/asm/apicdef.h` of Linux 6.12.
A register takes 4 bytes at the start of a 16-byte slot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from construct import Bytes

from snapformat import doc, schema
from snapformat.bincode import CStruct, Hex, Len, u32
from snapformat.bits import Bits

_DELIVERY = {0: "fixed", 1: "lowest priority", 2: "SMI", 4: "NMI", 5: "INIT", 6: "start-up", 7: "ExtINT"}

#: Spurious-interrupt vector register (svr).
SVR = (
    Bits("VECTOR", 0, "Vector of a spurious interrupt", 8),
    Bits("ENABLED", 8, "The APIC is switched on by software"),
    Bits("FOCUS_DISABLED", 9, "No focus processor checking"),
    Bits("DIRECTED_EOI", 12, "End of interrupt is not broadcast to the I/O APICs"),
)

#: Local vector table entries (lvt_*).
LVT = (
    Bits("VECTOR", 0, "Vector of the interrupt", 8),
    Bits("DELIVERY", 8, "How the interrupt is delivered", 3, _DELIVERY),
    Bits("PENDING", 12, "The processor has not accepted the interrupt yet"),
    Bits("ACTIVE_LOW", 13, "The input (LINT0, LINT1) is active when low"),
    Bits("REMOTE_IRR", 14, "A level-triggered interrupt was accepted and its end is awaited"),
    Bits("LEVEL", 15, "The input is level-triggered"),
    Bits("MASKED", 16, "The interrupt is masked"),
)

#: The timer's entry (lvt_timer).
LVT_TIMER = (
    *LVT,
    Bits("MODE", 17, "When it fires", 2, {0: "one-shot", 1: "periodic", 2: "TSC deadline"}),
)

#: Lower half of the interrupt command register (icr_low).
ICR_LOW = (
    Bits("VECTOR", 0, "Vector of the interrupt; of a start-up, the page number of its code", 8),
    Bits("DELIVERY", 8, "How the interrupt is delivered", 3, _DELIVERY),
    Bits("LOGICAL", 11, "The destination is a logical one"),
    Bits("PENDING", 12, "The interrupt has not been sent yet"),
    Bits("ASSERT", 14, "Level of the interrupt; 0 only to end an INIT"),
    Bits("LEVEL", 15, "The interrupt is level-triggered"),
    Bits("SHORTHAND", 18, "Destination in short", 2, {1: "self", 2: "all", 3: "all others"}),
)

#: Error status register (esr).
ESR = (
    Bits("SEND_CHECKSUM", 0, "Checksum error in a message sent"),
    Bits("RECEIVE_CHECKSUM", 1, "Checksum error in a message received"),
    Bits("SEND_ACCEPT", 2, "No APIC accepted a message sent"),
    Bits("RECEIVE_ACCEPT", 3, "No APIC accepted a message received"),
    Bits("REDIRECTABLE_IPI", 4, "Lowest-priority delivery is not supported"),
    Bits("SEND_VECTOR", 5, "A message with vector 0 to 15 was sent"),
    Bits("RECEIVE_VECTOR", 6, "A message with vector 0 to 15 was received"),
    Bits("ILLEGAL_REGISTER", 7, "A register that does not exist was accessed"),
)


@schema
class LapicRegister:
    """A slot of the register page, 16 bytes."""

    value: Hex[u32] = doc("Contents of the register, 32 bits")
    reserved: Annotated[bytes, Bytes(12)] = doc("Space up to the next register, zero")


@schema(name="kvm_lapic_state")
class KvmLapicState(CStruct):
    """Registers of one vCPU's local APIC, 1024 bytes (KVM_GET_LAPIC)."""

    reserved_000: Annotated[list[LapicRegister], Len(2)] = doc("0x000 to 0x01f: no register there")
    id: LapicRegister = doc("0x020: APIC ID; in bits 31:24, in x2APIC mode the whole register")
    version: LapicRegister = doc("0x030: version 0x14 in bits 7:0; highest LVT entry in bits 23:16")
    reserved_040: Annotated[list[LapicRegister], Len(4)] = doc("0x040 to 0x07f: no register there")
    tpr: LapicRegister = doc("0x080: task priority; interrupts of this class (bits 7:4) and below wait")
    apr: LapicRegister = doc("0x090: arbitration priority, of old processors; KVM keeps 0")
    ppr: LapicRegister = doc("0x0a0: processor priority, the higher of TPR and the vector in service")
    eoi: LapicRegister = doc("0x0b0: a write ends the interrupt in service; reads as 0")
    rrd: LapicRegister = doc("0x0c0: remote read, of old processors; KVM keeps 0")
    ldr: LapicRegister = doc("0x0d0: logical destination in bits 31:24; in x2APIC mode cluster and member")
    dfr: LapicRegister = doc("0x0e0: model of logical destinations in bits 31:28; 0xf flat, 0 clusters")
    svr: LapicRegister = doc("0x0f0: spurious vector and software enable", bits=SVR)
    isr: Annotated[list[LapicRegister], Len(8)] = doc(
        "0x100 to 0x17f: interrupts in service, a bit a vector: bit b of element i is vector 32 i + b"
    )
    tmr: Annotated[list[LapicRegister], Len(8)] = doc(
        "0x180 to 0x1ff: trigger modes of accepted interrupts, a bit a vector; 1 is level"
    )
    irr: Annotated[list[LapicRegister], Len(8)] = doc(
        "0x200 to 0x27f: interrupts requested but not yet in service, a bit a vector:"
        " bit b of element i is vector 32 i + b"
    )
    esr: LapicRegister = doc("0x280: errors since the last write to it", bits=ESR)
    reserved_290: Annotated[list[LapicRegister], Len(6)] = doc("0x290 to 0x2ef: no register there")
    lvt_cmci: LapicRegister = doc("0x2f0: interrupt of corrected machine checks", bits=LVT)
    icr_low: LapicRegister = doc("0x300: last interrupt sent to other processors", bits=ICR_LOW)
    icr_high: LapicRegister = doc("0x310: its destination; in bits 31:24, in x2APIC mode the whole register")
    lvt_timer: LapicRegister = doc("0x320: interrupt of the APIC timer and its mode", bits=LVT_TIMER)
    lvt_thermal: LapicRegister = doc("0x330: interrupt of the thermal sensor", bits=LVT)
    lvt_pmc: LapicRegister = doc("0x340: interrupt of performance counters", bits=LVT)
    lvt_lint0: LapicRegister = doc("0x350: input 0, where the i8259 PIC is wired to", bits=LVT)
    lvt_lint1: LapicRegister = doc("0x360: input 1, where NMI is wired to", bits=LVT)
    lvt_error: LapicRegister = doc("0x370: interrupt raised when esr gains a bit", bits=LVT)
    timer_initial: LapicRegister = doc(
        "0x380: initial count of the timer; in bus cycles (in KVM 1 ns) times the divisor"
    )
    timer_current: LapicRegister = doc("0x390: its count when saved, in the same unit; 0 if it has expired")
    reserved_3a0: Annotated[list[LapicRegister], Len(4)] = doc("0x3a0 to 0x3df: no register there")
    timer_divide: LapicRegister = doc(
        "0x3e0: divisor of the timer's clock, a code c in bits 3, 1 and 0: 2 << c, but 1 for c = 7"
    )
    self_ipi: LapicRegister = doc("0x3f0: in x2APIC mode, a write sends the vCPU an interrupt; reads as 0")


def vectors(bitmap: Sequence[LapicRegister]) -> list[int]:
    """Return the vectors whose bit is set in one of the three bitmaps (isr, tmr, irr)."""
    return [
        32 * index + bit
        for index, register in enumerate(bitmap)
        for bit in range(32)
        if register.value >> bit & 1
    ]


def divisor(timer_divide: int) -> int:
    """Return the divisor of the timer's clock: 1 to 128. The code is in bits 3, 1 and 0."""
    code = timer_divide >> 1 & 0b100 | timer_divide & 0b11
    return 1 if code == 0b111 else 2 << code
