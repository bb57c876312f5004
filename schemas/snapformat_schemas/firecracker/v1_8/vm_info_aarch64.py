"""Configuration of a machine on aarch64: the same in every release since.

Read from `src/vmm/src/persist.rs` and `src/vmm/src/cpu_config/aarch64/static_cpu_templates/{mod,v1n1}.rs` of
Firecracker v1.8.0.
"""

from __future__ import annotations

from snapformat import UnitEnum, doc, schema, variant
from snapformat.bincode import u64
from snapformat_schemas.firecracker.depends import MEMORY
from snapformat_schemas.firecracker.v1_8.machine import BootSourceConfig, HugePageConfig


@schema
class StaticCpuTemplate(UnitEnum):
    """Built-in CPU template, which hides features of the host's processor from the guest."""

    V1N1 = variant("Makes a Neoverse V1 (Graviton3) host look like a Neoverse N1 (Graviton2)")
    None_ = variant("No built-in template; a custom one may have been applied", rename="None")


@schema
class VmInfo:
    """Configuration of the machine before it was booted, without its devices."""

    mem_size_mib: u64 = doc(
        "Guest memory given at boot, MiB; what is hot-plugged later is not counted", depends=MEMORY
    )
    smt: bool = doc("Threads of one core for vCPUs; always false, as Firecracker refuses it on Arm")
    cpu_template: StaticCpuTemplate = doc("Built-in mask applied to the guest's ID registers at boot")
    boot_source: BootSourceConfig = doc("Kernel, initrd and command line of the boot")
    huge_pages: HugePageConfig = doc("Host page size that backs guest memory; the restore keeps to it")
