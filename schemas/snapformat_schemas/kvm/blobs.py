"""Which class the bytes of a snapshot's field hold.

Read from `src/vmm/src/arch/{x86_64,aarch64}/{vcpu,vm}.rs` of Firecracker, v1.8.0 to v1.14.4, and from
`serialize.rs` and `fam_wrappers.rs` of the crate kvm-bindings, 0.8 to 0.14.

Paths begin at `MicrovmState`; `[]` stands for each element. Firecracker fills shorter bytes up with zeros and
cuts longer ones; what is shorter or longer is to be kept as it was read.
"""

from __future__ import annotations

from typing import NamedTuple

from snapformat_schemas.kvm.aarch64.vcpu import KvmMpState as Aarch64MpState
from snapformat_schemas.kvm.aarch64.vcpu import KvmVcpuInit
from snapformat_schemas.kvm.x86_64.cpuid import KvmCpuid2, KvmCpuidEntry2
from snapformat_schemas.kvm.x86_64.debugregs import KvmDebugregs, KvmXcrs
from snapformat_schemas.kvm.x86_64.events import KvmMpState, KvmVcpuEvents
from snapformat_schemas.kvm.x86_64.irqchip import KvmIrqchipIoapic, KvmIrqchipPic
from snapformat_schemas.kvm.x86_64.lapic import KvmLapicState
from snapformat_schemas.kvm.x86_64.msrs import KvmMsrEntry, KvmMsrs
from snapformat_schemas.kvm.x86_64.regs import KvmRegs
from snapformat_schemas.kvm.x86_64.sregs import KvmSregs
from snapformat_schemas.kvm.x86_64.timers import KvmClockData, KvmPitState2
from snapformat_schemas.kvm.x86_64.xsave import KvmXsave, KvmXsave2

#: A release as (major, minor).
Release = tuple[int, int]


class Blob(NamedTuple):
    """A field of a snapshot that holds a KVM structure.

    Attributes:
        path: Where it is.
        cls: What it holds.
        size: Bytes that Firecracker writes.
        since: First release that has it so; None from the first.
        until: First release that has it otherwise; None for no end yet.
    """

    path: str
    cls: type
    size: int
    since: Release | None = None
    until: Release | None = None

    def of(self, release: Release) -> bool:
        """Whether a release has it so."""
        return (self.since is None or release >= self.since) and (self.until is None or release < self.until)


#: The release that changed the form of xsave.
_XSAVE2: Release = (1, 12)

#: Fields of an x86_64 snapshot.
X86_64 = (
    Blob("vm_state.pitstate", KvmPitState2, 112),
    Blob("vm_state.clock", KvmClockData, 48),
    Blob("vm_state.pic_master", KvmIrqchipPic, 520),
    Blob("vm_state.pic_slave", KvmIrqchipPic, 520),
    Blob("vm_state.ioapic", KvmIrqchipIoapic, 520),
    Blob("vcpu_states[].cpuid[0]", KvmCpuid2, 8),
    Blob("vcpu_states[].cpuid[1][]", KvmCpuidEntry2, 40),
    Blob("vcpu_states[].saved_msrs[][0]", KvmMsrs, 8),
    Blob("vcpu_states[].saved_msrs[][1][]", KvmMsrEntry, 16),
    Blob("vcpu_states[].debug_regs", KvmDebugregs, 128),
    Blob("vcpu_states[].lapic", KvmLapicState, 1024),
    Blob("vcpu_states[].mp_state", KvmMpState, 4),
    Blob("vcpu_states[].regs", KvmRegs, 144),
    Blob("vcpu_states[].sregs", KvmSregs, 312),
    Blob("vcpu_states[].vcpu_events", KvmVcpuEvents, 64),
    Blob("vcpu_states[].xcrs", KvmXcrs, 392),
    Blob("vcpu_states[].xsave", KvmXsave, 4096, until=_XSAVE2),
    Blob("vcpu_states[].xsave[0]", KvmXsave2, 4104, since=_XSAVE2),
)

#: Fields of an aarch64 snapshot; the register list and the GIC are no C structures, see `aarch64`.
AARCH64 = (
    Blob("vcpu_states[].mp_state", Aarch64MpState, 4),
    Blob("vcpu_states[].kvi", KvmVcpuInit, 32),
)


def blobs(architecture: str, release: Release) -> dict[str, Blob]:
    """Fields with KVM structures of one release, by path.

    Args:
        architecture: `x86_64` or `aarch64`.
        release: Such as (1, 14).
    """
    table = {"x86_64": X86_64, "aarch64": AARCH64}[architecture]
    return {blob.path: blob for blob in table if blob.of(release)}
