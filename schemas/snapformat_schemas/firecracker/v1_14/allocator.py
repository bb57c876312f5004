"""Resource allocators: which interrupt lines and guest addresses are taken.

Read from `src/vmm/src/vstate/resources.rs` and `src/vmm/src/arch/{x86_64,aarch64}/layout.rs` of Firecracker
v1.14.4. The crate vm-allocator is used at 0.1.3.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat_schemas.firecracker.v1_13.allocator import AddressAllocator, IdAllocator


@schema
class ResourceAllocator:
    """All interrupt lines and guest address windows that devices draw from."""

    gsi_legacy_allocator: IdAllocator = doc(
        "Wired interrupts, for ACPI devices and those on MMIO; GSI 5 to 23 on x86, 0 to 95 on Arm"
    )
    gsi_msi_allocator: IdAllocator = doc(
        "GSIs routed as MSI-X vectors of PCI devices; from 24 (x86) or 96 (Arm) to 4095"
    )
    mmio32_memory: AddressAllocator = doc(
        "Device window below 4 GiB (x86) or 2 GiB (Arm); each virtio-MMIO device takes a 4 KiB page"
    )
    mmio64_memory: AddressAllocator = doc(
        "256 GiB window from 256 GiB up; PCI devices place their 512 KiB BARs here"
    )
    past_mmio64_memory: AddressAllocator = doc(
        "512 GiB window above the 64-bit MMIO gap; holds pmem and hot-pluggable memory"
    )
    system_memory: AddressAllocator = doc(
        "Low guest RAM kept for ACPI tables and devices; x86: 0x9fc00 to 0xdffff, Arm: the first 2 MiB"
    )
