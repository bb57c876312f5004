"""Machine configuration that is the same on every architecture.

Read from `src/vmm/src/vmm_config/{boot_source,machine_config}.rs`, `src/vmm/src/vstate/kvm.rs` and
`src/vmm/src/cpu_config/templates.rs` of Firecracker v1.14.4.
"""

from __future__ import annotations

from snapformat import UnitEnum, doc, schema, variant


@schema
class BootSourceConfig:
    """What was booted, as given to `PUT /boot-source`; informative after a restore."""

    kernel_image_path: str = doc("Host path of the guest kernel that was booted; not opened again on restore")
    initrd_path: str | None = doc("Host path of the initial ramdisk; None when the kernel booted without one")
    boot_args: str | None = doc("Kernel command line asked for; None stands for Firecracker's default")


@schema
class HugePageConfig(UnitEnum):
    """Host page size behind the guest's memory."""

    None_ = variant("Ordinary 4 KiB pages", rename="None")
    Hugetlbfs2M = variant(
        "2 MiB pages from hugetlbfs; such a snapshot can only be restored through UFFD", rename="2M"
    )


@schema
class KvmState:
    """What the VMM remembers about the KVM device itself."""

    kvm_cap_modifiers: list[str] = doc(
        "KVM_CAP_* numbers of a custom CPU template: `121` also requires that one, `!56` lifts a requirement"
    )
