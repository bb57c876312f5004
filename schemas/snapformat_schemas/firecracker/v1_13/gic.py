"""Arm's interrupt controller (GIC), version 3 or 2: the registers that are saved.

Read from `src/vmm/src/arch/aarch64/gic/regs.rs` and `src/vmm/src/arch/aarch64/gic/gicv3/regs/its_regs.rs` of
Firecracker v1.13.2.
"""

from __future__ import annotations

from typing import Annotated

from snapformat import doc, schema
from snapformat.bincode import Hex, Len, u32, u64
from snapformat_schemas.firecracker.v1_8.gic import GicRegState, GicVcpuState


@schema
class ItsRegisterState:
    """Interrupt Translation Service: turns the messages of PCI devices into interrupts (LPIs).

    Its tables and command queue lie in guest memory and are saved with it.
    """

    iidr: Hex[u64] = doc("GITS_IIDR, 0x04: implementer and revision, which fixes the format of the tables")
    cbaser: Hex[u64] = doc("GITS_CBASER, 0x80: guest address and size of the command queue, bit 63 valid")
    creadr: Hex[u64] = doc("GITS_CREADR, 0x90: offset in the queue of the command that is executed next")
    cwriter: Hex[u64] = doc("GITS_CWRITER, 0x88: offset in the queue at which the guest adds commands")
    baser: Annotated[list[Hex[u64]], Len(8)] = doc(
        "GITS_BASER0 to 7, from 0x100: address, size and kind of the tables of devices and collections"
    )
    ctlr: Hex[u64] = doc("GITS_CTLR, 0x00: bit 0 enables the service, bit 31 is set while it is quiescent")


@schema
class GicState:
    """Interrupt controller of the machine."""

    dist: list[GicRegState[Hex[u32]]] = doc(
        "12 distributor registers, GICD_CTLR first; arrays begin with interrupt 32, the first one shared",
        key=(),
    )
    gic_vcpu_states: list[GicVcpuState] = doc("Per-processor registers, in the order of vcpu_states", key=())
    its_state: ItsRegisterState | None = doc(
        "Translation of message-signalled interrupts; None with GICv2, and required with GICv3"
    )
