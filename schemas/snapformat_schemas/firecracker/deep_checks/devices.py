"""Virtio devices: their kinds, queues, features and names; metadata service, and required capabilities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snapformat.inspect import Finding, Severity
from snapformat_schemas.firecracker.deep_checks import rules
from snapformat_schemas.firecracker.deep_checks.machine import Device, Machine

#: Number and name of the kind, and how many queues it has at least.
_KINDS = {
    "net_devices": (1, "Net", 2),
    "block_devices": (2, "Block", 1),
    "entropy_device": (4, "Rng", 1),
    "balloon_device": (5, "Balloon", 2),
    "vsock_device": (19, "Vsock", 3),
    "memory_device": (24, "Mem", 1),
    "pmem_devices": (27, "Pmem", 1),
}
#: Names that the API gives to devices of which there is one.
_NAMES = {"entropy_device": "rng", "balloon_device": "balloon", "vsock_device": "vsock"}
_NAMES["memory_device"] = "mem"
#: Features of a balloon that have a queue: hinting and reporting.
_HINTING, _REPORTING = 1 << 3, 1 << 5
_MTU = (68, 65535)
#: Numbers of KVM's capabilities are below this in every kernel; the highest known are about 250.
_CAPABILITIES = 1024


def check(machine: Machine) -> Iterator[Finding]:
    """Check each device, then what belongs to several."""
    for device in machine.devices:
        yield from _kind(device)
        yield from _queues(machine, device)
        yield from _name(device)
        if device.field == "net_devices":
            yield from _interface(machine, device)
    yield from _capabilities(machine)


def _kind(device: Device) -> Iterator[Finding]:
    number, name, _ = _KINDS[device.field]
    found = device.virtio.device_type
    text = str(found) if isinstance(found, int) else found.name
    if found != number and text != name:
        message = f"{text} in {device.field}: the program refuses the file"
        yield Finding(f"{device.virtio_path}.device_type", message, rule=rules.WRONG_NEW)


def _queues(machine: Machine, device: Device) -> Iterator[Finding]:
    wanted = _KINDS[device.field][2]
    if device.field == "balloon_device":
        offered = device.virtio.avail_features if machine.release >= (1, 14) else 0
        wanted += device.state.stats_polling_interval_s > 0
        wanted += sum(bool(offered & bit) for bit in (_HINTING, _REPORTING))
    found = len(device.virtio.queues)
    if found != wanted:
        message = f"{found} queues, not {wanted}: the program refuses the file"
        yield Finding(f"{device.virtio_path}.queues", message, rule=rules.TO_1_14)
    extra = device.virtio.acked_features & ~device.virtio.avail_features
    if extra:
        message = f"bits 0x{extra:x} are not offered: the program refuses the file"
        yield Finding(f"{device.virtio_path}.acked_features", message, rule=rules.WRONG_OLD)


def _name(device: Device) -> Iterator[Finding]:
    state: Any = device.state
    if device.field == "pmem_devices":
        wanted = state.config.id
    else:
        wanted = _NAMES.get(device.field, getattr(state, "id", None))
    if device.entry.device_id != wanted:
        message = f"{device.entry.device_id!r}, but the device's name is {wanted!r}: the API does not find it"
        yield Finding(f"{device.path}.device_id", message, Severity.WARNING, rules.WRONG_OLD)


def _interface(machine: Machine, device: Device) -> Iterator[Finding]:
    net, bus = device.state, machine.pci if device.is_pci else machine.mmio
    if net.mmds_ns is not None and machine.release >= (1, 13) and bus.mmds is None:
        message = "the interface has access to a metadata service that its bus lacks: the program refuses it"
        yield Finding(f"{device.state_path}.mmds_ns", message, rule=rules.WRONG_OLD)
    mtu = getattr(net.config_space, "mtu", None)
    if mtu is not None and not _MTU[0] <= mtu <= _MTU[1]:
        message = f"{mtu} is not one of {_MTU[0]} to {_MTU[1]}: the program refuses it"
        yield Finding(f"{device.state_path}.config_space.mtu", message, rule=rules.WRONG_NEW)


def _capabilities(machine: Machine) -> Iterator[Finding]:
    state = machine.state
    holder, path = (
        (state.kvm_state, "$.kvm_state") if hasattr(state, "kvm_state") else (state.vm_state, "$.vm_state")
    )
    for index, text in enumerate(holder.kvm_cap_modifiers):
        if not text.startswith("!") and int(text) >= _CAPABILITIES:
            message = f"no kernel has capability {text}: the program refuses the file"
            yield Finding(f"{path}.kvm_cap_modifiers[{index}]", message, rule=rules.WRONG_OLD)
