"""Machine configuration that is the same on every architecture.

Read from `src/vmm/src/vmm_config/{boot_source,machine_config}.rs` of Firecracker v1.8.0.
"""

from __future__ import annotations

from snapformat import UnitEnum, doc, schema, variant


@schema
class BootSourceConfig:
    """Boot source as given to `PUT /boot-source`; informative after a restore."""

    kernel_image_path: str = doc("Host path of the guest kernel that was booted; not opened again on restore")
    initrd_path: str | None = doc("Host path of the initial ramdisk; None when the kernel booted without one")
    boot_args: str | None = doc("Requested kernel command line; None means Firecracker's default")


@schema
class HugePageConfig(UnitEnum):
    """Host page size behind the guest's memory."""

    None_ = variant("Ordinary 4 KiB pages", rename="None")
    Hugetlbfs2M = variant(
        "2 MiB pages from hugetlbfs; such a snapshot can only be restored through UFFD", rename="2M"
    )
