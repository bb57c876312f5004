"""Set-up and run state of a vCPU: `struct kvm_vcpu_init`, `struct kvm_mp_state`.

Read from `asm/kvm.h` and `linux/kvm.h` of linux-libc-dev-arm64-cross 6.1; the features of nested
virtualization are of later kernels.
"""

from __future__ import annotations

from typing import Annotated

from snapformat import doc, schema
from snapformat.bincode import CStruct, Hex, Len, u32
from snapformat.bits import Bits

#: `kvm_vcpu_init.target`: the processor that KVM emulates.
TARGETS: dict[int, str] = {
    0: "AEM v8",
    1: "Foundation v8",
    2: "Cortex-A57",
    3: "X-Gene Potenza",
    4: "Cortex-A53",
    5: "generic v8",
}

#: First word of `kvm_vcpu_init.features`.
FEATURES = (
    Bits("POWER_OFF", 0, "The vCPU starts switched off and waits for PSCI CPU_ON"),
    Bits("EL1_32BIT", 1, "The guest runs 32-bit code at EL1"),
    Bits("PSCI_0_2", 2, "The guest switches vCPUs on and off by PSCI 0.2 or later"),
    Bits("PMU_V3", 3, "Performance monitor, version 3"),
    Bits("SVE", 4, "Scalable vectors"),
    Bits("PTRAUTH_ADDRESS", 5, "Authentication of addresses"),
    Bits("PTRAUTH_GENERIC", 6, "Authentication of data"),
    Bits("HAS_EL2", 7, "Nested virtualization: the guest has EL2"),
    Bits("HAS_EL2_E2H0", 8, "Nested virtualization without the host extensions"),
)

#: `kvm_mp_state.mp_state` on aarch64.
MP_STATES: dict[int, str] = {0: "RUNNABLE", 5: "STOPPED", 10: "SUSPENDED"}


@schema(name="kvm_vcpu_init")
class KvmVcpuInit(CStruct):
    """Configuration of a vCPU, 32 bytes (KVM_ARM_VCPU_INIT); a restore creates it with the same."""

    target: u32 = doc("Processor that KVM emulates; names in `TARGETS`, usually 5")
    features: Annotated[list[Hex[u32]], Len(7)] = doc(
        "Features switched on, a bit each; named are those of the first word", bits=FEATURES
    )


@schema(name="kvm_mp_state")
class KvmMpState(CStruct):
    """Power state of one vCPU, 4 bytes (KVM_GET_MP_STATE)."""

    mp_state: u32 = doc("Running, switched off or suspended by PSCI; names in `MP_STATES`")
