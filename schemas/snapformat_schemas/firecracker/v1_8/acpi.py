"""ACPI devices: the generation ID that tells clones apart.

Read from `src/vmm/src/devices/acpi/vmgenid.rs` and `src/vmm/src/device_manager/persist.rs` of Firecracker
v1.8.0.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import Hex, u32, u64
from snapformat_schemas.firecracker.depends import ACPI


@schema
class VMGenIDState:
    """VM Generation ID device. The 128-bit ID itself is not saved: every restore draws a new one."""

    gsi: u32 = doc("Interrupt line that notifies the guest of a changed ID", depends=ACPI)
    addr: Hex[u64] = doc(
        "Guest physical address of the 16 bytes that hold the ID, 8-byte aligned", depends=ACPI
    )


@schema
class ACPIDeviceManagerState:
    """Devices of the kind that ACPI tables describe (on Arm the device tree does)."""

    vmgenid: VMGenIDState | None = doc(
        "Generation ID device: lets the guest notice that it was cloned; every microVM has one"
    )
