"""Kinds of devices on the MMIO bus of a machine on aarch64.

Read from `src/vmm/src/arch/mod.rs` of Firecracker v1.8.0.
"""

from __future__ import annotations

from snapformat import DataEnum, doc, schema
from snapformat.bincode import u32


@schema
class DeviceType(DataEnum):
    """Kind of a device on the MMIO bus; only serial console and clock are saved under it."""


@schema(name="Virtio", kind="newtype")
class DeviceTypeVirtio(DeviceType):
    """Virtio device. Never among the saved ones, which are listed by their own kinds."""

    value: u32 = doc("Virtio device ID: 1 net, 2 block and so on")


@schema(name="Serial")
class DeviceTypeSerial(DeviceType):
    """Serial console, a 16550A UART; its registers are not part of the entry."""


@schema(name="Rtc")
class DeviceTypeRtc(DeviceType):
    """Real-time clock, a PL031; it shows the host's time, and its registers are not saved."""


@schema(name="BootTimer")
class DeviceTypeBootTimer(DeviceType):
    """Pseudo device that measures how long the boot takes; never saved."""
