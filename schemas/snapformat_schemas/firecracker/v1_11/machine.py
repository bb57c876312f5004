"""The KVM capabilities that the VMM requires.

Read from `src/vmm/src/vstate/kvm.rs` and `src/vmm/src/cpu_config/templates.rs` of Firecracker v1.11.0.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat_schemas.firecracker.conversions import KvmCapability


@schema
class KvmState:
    """KVM capabilities that the VMM requires on restore."""

    kvm_cap_modifiers: list[KvmCapability] = doc(
        "KVM_CAP_* numbers of a custom CPU template: `121` also requires that one, `!56` lifts a requirement"
    )
