"""State of a virtual CPU on x86_64.

Read from `src/vmm/src/arch/x86_64/vcpu.rs` of Firecracker v1.12.1, and from `src/serialize.rs` and
`src/x86_64/{serialize,fam_wrappers}.rs` of the crate kvm-bindings, which Firecracker uses at 0.11.1.

KVM structures are stored as bytes with a length prefix. Firecracker pads shorter ones with zeros and cuts
longer ones, so the sizes given here are those that it writes, not those that it requires.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import Blob, u32
from snapformat_schemas.firecracker.flexible_arrays import CpuId, Msrs, Xsave
from snapformat_schemas.kvm.x86_64.debugregs import KvmDebugregs, KvmXcrs
from snapformat_schemas.kvm.x86_64.events import KvmMpState, KvmVcpuEvents
from snapformat_schemas.kvm.x86_64.lapic import KvmLapicState
from snapformat_schemas.kvm.x86_64.regs import KvmRegs
from snapformat_schemas.kvm.x86_64.sregs import KvmSregs


@schema
class VcpuState:
    """One virtual CPU, as KVM's getters return it. Index 0 is the boot processor."""

    cpuid: CpuId = doc(
        "`struct kvm_cpuid2`: 8-byte header (count), then a 40-byte kvm_cpuid_entry2 per leaf; at most 256",
        key=("function", "index"),
        names="snapformat_schemas.kvm.x86_64.cpuid_names:entry_name",
    )
    saved_msrs: list[Msrs] = doc(
        "`struct kvm_msrs` in chunks: 8-byte header (count), 16-byte entries, at most 256; TSC_DEADLINE last",
        key="index",
        names="snapformat_schemas.kvm.x86_64.msr_names:name_of",
    )
    debug_regs: Blob[KvmDebugregs] = doc("`struct kvm_debugregs`, 128 bytes: DR0 to DR3, DR6, DR7")
    lapic: Blob[KvmLapicState] = doc("`struct kvm_lapic_state`, 1024 bytes: register page of the local APIC")
    mp_state: Blob[KvmMpState] = doc(
        "`struct kvm_mp_state`, 4 bytes: run state; 0 runnable, 1 uninitialized, 3 halted"
    )
    regs: Blob[KvmRegs] = doc("`struct kvm_regs`, 144 bytes: RAX to R15, RIP and RFLAGS")
    sregs: Blob[KvmSregs] = doc(
        "`struct kvm_sregs`, 312 bytes: segments, GDTR, IDTR, CR0 to CR8, EFER, APIC base"
    )
    vcpu_events: Blob[KvmVcpuEvents] = doc(
        "`struct kvm_vcpu_events`, 64 bytes: exceptions, interrupts, NMI, SMI in flight"
    )
    xcrs: Blob[KvmXcrs] = doc("`struct kvm_xcrs`, 392 bytes: extended control registers, XCR0 foremost")
    xsave: Xsave = doc(
        "FPU and vector registers: 8-byte count and 4096-byte `struct kvm_xsave`, then words past it (AMX)"
    )
    tsc_khz: u32 | None = doc("Time-stamp counter's rate, kHz; a restore scales it where the host's differs")
