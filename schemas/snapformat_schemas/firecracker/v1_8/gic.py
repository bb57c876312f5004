"""Arm's interrupt controller (GIC), version 3 or 2: the registers that are saved.

Read from `src/vmm/src/arch/aarch64/gic/regs.rs` and
`src/vmm/src/arch/aarch64/gic/{gicv2,gicv3}/regs/*.rs` of Firecracker v1.8.0. The register
of an entry is determined by its position in the list alone.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from snapformat import doc, schema
from snapformat.bincode import Hex, u32, u64

T = TypeVar("T")


@schema
class GicRegState(Generic[T]):
    """One register, or one array of registers of the same name."""

    chunks: list[T] = doc(
        "Values in ascending address order, as wide as KVM's access: u32, or u64 for the CPU interface",
        key=(),
    )


@schema
class VgicSysRegsState:
    """CPU interface of one vCPU, which acknowledges and ends interrupts."""

    main_icc_regs: list[GicRegState[Hex[u64]]] = doc(
        "GICv3: ICC_SRE, CTLR, IGRPEN0, IGRPEN1, PMR, BPR0, BPR1; "
        "GICv2: GICC_CTLR, PMR, BPR, ABPR, APR0 to 3",
        key=(),
    )
    ap_icc_regs: list[GicRegState[Hex[u64]] | None] = doc(
        "GICv3: active priorities, ICC_AP0R0 to 3 and AP1R0 to 3; None for one the host lacks. GICv2: empty",
        key=(),
    )


@schema
class GicVcpuState:
    """Per-vCPU part of the interrupt controller."""

    rdist: list[GicRegState[Hex[u32]]] = doc(
        "GICv3: 14 redistributor registers, 5 of control and LPIs, then 9 of SGIs and PPIs; GICv2: empty",
        key=(),
    )
    icc: VgicSysRegsState = doc("Registers of the interface between controller and processor")


@schema
class GicState:
    """Interrupt controller of the machine."""

    dist: list[GicRegState[Hex[u32]]] = doc(
        "12 distributor registers, GICD_CTLR first; arrays begin with interrupt 32, the first one shared",
        key=(),
    )
    gic_vcpu_states: list[GicVcpuState] = doc("Per-processor registers, in the order of vcpu_states", key=())
