"""Virtio devices by their bus: from 1.13 on, a machine has them all on MMIO or all on PCI."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snapformat.migrate import Conversion

_LISTS = ("block_devices", "net_devices", "pmem_devices")
_SINGLES = ("vsock_device", "balloon_device", "entropy_device", "memory_device")


def on_bus(bus: Any) -> Iterator[Any]:
    """Iterate over the virtio devices of a bus of any release."""
    for name in _LISTS:
        yield from getattr(bus, name, ())
    for name in _SINGLES:
        device = getattr(bus, name, None)
        if device is not None:
            yield device


def demand_one_bus(devices: Any, to: Conversion) -> None:
    """Refuse a state with devices on a bus that it does not use: no release writes one, no rule knows it.

    Args:
        devices: The `DevicesState`.
        to: The conversion.
    """
    uses_pci = devices.pci_state.pci_enabled
    wrong, name = (devices.mmio_state, "MMIO") if uses_pci else (devices.pci_state, "PCI")
    found = sum(1 for _ in on_bus(wrong))
    if found:
        to.refuse(
            f"$.device_states.{name.lower()}_state",
            f"{found} device{'s' * (found != 1)} on {name}, but pci_enabled is {str(uses_pci).lower()}",
        )
