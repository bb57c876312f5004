"""Configuration of a machine on x86_64: the same in every release since.

Read from `src/vmm/src/persist.rs` and `src/vmm/src/cpu_config/x86_64/static_cpu_templates/mod.rs` of
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

    C3 = variant("Close to EC2 C3 instances; Intel Skylake, Cascade Lake and Ice Lake hosts")
    T2 = variant("Close to EC2 T2 instances; Intel Skylake, Cascade Lake and Ice Lake hosts")
    T2S = variant("T2 cut down further, so that snapshots can move between Intel Skylake and Cascade Lake")
    None_ = variant("No built-in template; a custom one may have been applied", rename="None")
    T2CL = variant("Close to Intel Cascade Lake; Cascade Lake and Ice Lake hosts; same instructions as T2A")
    T2A = variant("For AMD Milan hosts; offers the same instructions as T2CL does on Intel")


@schema
class VmInfo:
    """Configuration of the machine before it was booted, without its devices."""

    mem_size_mib: u64 = doc(
        "Guest memory given at boot, MiB; what is hot-plugged later is not counted", depends=MEMORY
    )
    smt: bool = doc("Two vCPUs show up as the threads of one core (simultaneous multithreading)")
    cpu_template: StaticCpuTemplate = doc("Built-in mask applied to the guest's CPUID and MSRs at boot")
    boot_source: BootSourceConfig = doc("Kernel, initrd and command line of the boot")
    huge_pages: HugePageConfig = doc("Host page size that backs guest memory; the restore keeps to it")
