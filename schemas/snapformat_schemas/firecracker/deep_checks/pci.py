"""PCI devices: their numbers, BARs and configuration space."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snapformat.inspect import Finding, Severity
from snapformat.lazy_dataclasses import dataclass
from snapformat_schemas.firecracker.deep_checks import rules
from snapformat_schemas.firecracker.deep_checks.machine import Device, Machine

_REGISTERS = 1024
#: Size in bytes of the one BAR of a virtio device.
_BAR_SIZE = 512 << 10
#: Bits 0 to 3 of a BAR of 64 bits that is not prefetchable.
_TYPE_BITS = 4
_ALL_ONES = 0xFFFF_FFFF
_SIZES = ((1 << 32) - _BAR_SIZE, _ALL_ONES)
#: First register of the BARs, and masks of the bits of the first two that the guest can change.
_FIRST_BAR, _WRITABLE = 4, (0xFFFF_FFF0, _ALL_ONES)
#: Capability ID of MSI-X, and the register with the offset of the first capability.
_MSIX, _CAPABILITIES = 0x11, 13
#: Values of driver_status with which 1.16 restores an activated device.
_RESTORABLE = (0x0F, 0)


@dataclass(frozen=True, slots=True)
class BarRange:
    """The range of guest addresses of a device's BAR.

    Attributes:
        path: Path of the value that decides where it is.
        address: The address.
        size: Its size in bytes.
    """

    path: str
    address: int
    size: int = _BAR_SIZE


def bar_of(device: Device) -> BarRange:
    """Return where the BAR of a PCI device is."""
    transport, path = device.entry.transport_state, f"{device.path}.transport_state"
    if hasattr(transport, "bar_configuration"):
        return BarRange(f"{path}.bar_configuration.addr", transport.bar_configuration.addr)
    if hasattr(transport, "bar_address"):
        return BarRange(f"{path}.bar_address", transport.bar_address)
    low, high = (bar.encoded_addr for bar in transport.bars.bars[:2])
    return BarRange(f"{path}.bars.bars[0].encoded_addr", high << 32 | low & ~0xF)


def check(machine: Machine) -> Iterator[Finding]:
    """Check the bus and each device on it."""
    if machine.pci is None:
        return
    yield from _bus(machine)
    used: dict[Any, str] = {}
    for device in machine.pci_devices:
        yield from _number(device, used)
        yield from _configuration(machine, device)


def _bus(machine: Machine) -> Iterator[Finding]:
    path, on_pci = f"{machine.pci_path}.pci_enabled", len(machine.pci_devices)
    if not machine.pci.pci_enabled and on_pci:
        yield Finding(path, f"false: the {on_pci} devices on PCI are gone", rule=rules.WRONG_NEW)
    if machine.pci.pci_enabled and len(machine.devices) > on_pci:
        message = "true, but there are devices on MMIO: the API finds none of them"
        yield Finding(path, message, Severity.WARNING, rules.WRONG_OLD)
    if machine.pci.pci_enabled and machine.release >= (1, 16):
        allocators = machine.allocator
        if allocators.mmio64_memory.interval_tree.root is None:
            place = f"{machine.allocator_path}.mmio64_memory.interval_tree.root"
            message = "None: the first device that is plugged in kills the program"
            yield Finding(place, message, rule=rules.WRONG_NEW)
        if allocators.gsi_msi_allocator.next_id is None:
            place = f"{machine.allocator_path}.gsi_msi_allocator.next_id"
            yield Finding(place, "None: no device can be plugged in", Severity.WARNING, rules.WRONG_NEW)


def _number(device: Device, used: dict[Any, str]) -> Iterator[Finding]:
    """Check the number of a device: that of the transport decides where its configuration space is."""
    entry, transport = device.entry, device.entry.transport_state
    if hasattr(entry, "sbdf"):
        name, number, other = "sbdf", entry.sbdf, transport.sbdf
    else:
        name, number, other = "pci_device_bdf", entry.pci_device_bdf, _parsed(transport.pci_device_bdf)
    path = f"{device.path}.transport_state.{name}"
    if other == 0:
        yield Finding(
            path, "0 is the number of the root bridge: the program refuses it", rule=rules.WRONG_NEW
        )
    elif other in used:
        message = f"0x{other:x} is also that of {used[other]}: the program refuses it"
        yield Finding(path, message, rule=rules.WRONG_NEW)
    else:
        used[other] = path
        if number != other:
            message = f"0x{other:x} here, but {device.path}.{name} is 0x{number:x}; this one decides"
            yield Finding(path, message, Severity.WARNING, rules.WRONG_NEW)


def _parsed(text: str) -> int:
    """Return the number of `segment:bus:device.function`, all in hex."""
    segment, bus, rest = text.split(":")
    number, _, function = rest.partition(".")
    return int(segment, 16) << 16 | int(bus, 16) << 8 | int(number, 16) << 3 | int(function, 16)


def _configuration(machine: Machine, device: Device) -> Iterator[Finding]:
    transport = device.entry.transport_state
    space = transport.pci_configuration_state
    path = f"{device.path}.transport_state.pci_configuration_state"
    complete = True
    for name in ("registers", "writable_bits"):
        found = len(getattr(space, name))
        if found != _REGISTERS:
            message = f"{found} numbers, not {_REGISTERS}: the program refuses the file"
            yield Finding(f"{path}.{name}", message, rule=rules.WRONG_NEW)
            complete = False
    if machine.release >= (1, 16):
        yield from _bars(transport.bars.bars, f"{device.path}.transport_state.bars.bars")
        status = transport.pci_dev_state.driver_status
        if transport.device_activated and status not in _RESTORABLE:
            place = f"{device.path}.transport_state.pci_dev_state.driver_status"
            message = f"0x{status:x} of an activated device: the program refuses other than 0xf and 0"
            yield Finding(place, message, rule=rules.WRONG_NEW)
    elif complete:
        yield from _old_bars(device, space, path)
    if complete:
        yield from _msix(device, space, path)


def _bars(bars: Any, path: str) -> Iterator[Finding]:
    """Check the BARs of 1.16, whose registers hold nothing."""
    if bars[0].encoded_addr & 0xF != _TYPE_BITS:
        message = (
            f"the type bits are {bars[0].encoded_addr & 0xF}, not {_TYPE_BITS}: a rescan of the bus fails"
        )
        yield Finding(f"{path}[0].encoded_addr", message, Severity.WARNING, rules.WRONG_NEW)
    for index, size in enumerate(_SIZES):
        if bars[index].encoded_size != size:
            message = f"0x{bars[index].encoded_size:x}, not 0x{size:x}: a rescan of the bus fails"
            yield Finding(f"{path}[{index}].encoded_size", message, Severity.WARNING, rules.WRONG_NEW)


def _old_bars(device: Device, space: Any, path: str) -> Iterator[Finding]:
    """Check the BARs up to 1.15, which are stored three times."""
    if len(space.bars) < 2:
        message = f"{len(space.bars)} registers, not 6: the program refuses the file"
        yield Finding(f"{path}.bars", message, rule=rules.WRONG_DOWN)
        return
    low, high = space.bars[0].addr, space.bars[1].addr
    bar = bar_of(device)
    if bar.address != high << 32 | low & ~0xF:
        message = (
            f"0x{bar.address:x} is not that of the BARs, 0x{high << 32 | low & ~0xF:x}: the program panics"
        )
        yield Finding(bar.path, message, rule=rules.WRONG_DOWN)
    for index, mask in enumerate(_WRITABLE):
        register = _FIRST_BAR + index
        if space.writable_bits[register] != mask:
            message = f"0x{space.writable_bits[register]:x} is not the mask of a BAR: the program panics"
            yield Finding(f"{path}.writable_bits[{register}]", message, rule=rules.WRONG_DOWN)
        found, address = space.registers[register], space.bars[index].addr
        asked = space.bars[index].size & mask  # the guest has written all ones, to read the size
        if found != address and found & mask not in (asked, mask):
            message = f"0x{found:x} is not the address of the BAR, 0x{address:x}: the guest reads a wrong one"
            yield Finding(f"{path}.registers[{register}]", message, Severity.WARNING, rules.WRONG_DOWN)


def _msix(device: Device, space: Any, path: str) -> Iterator[Finding]:
    """Check that the MSI-X capability is where it is said to be: else the guest's masks are ignored."""
    there = _capability(space.registers)
    if hasattr(space, "msix_cap_reg_idx"):
        name, index = f"{path}.msix_cap_reg_idx", space.msix_cap_reg_idx
        found = None if index is None else index * 4
        rule = rules.WRONG_DOWN
    else:
        name = f"{device.path}.transport_state.msix_config_cap_offset"
        found, rule = device.entry.transport_state.msix_config_cap_offset, rules.WRONG_NEW
    if there is not None and found != there:
        message = f"the MSI-X capability is at byte {there}: the guest's masks are ignored or misplaced"
        yield Finding(name, message, rule=rule)


def _capability(registers: Any) -> int | None:
    """Return the byte offset of the MSI-X capability in configuration space, or None."""
    offset = registers[_CAPABILITIES] & 0xFC
    for _ in range(64):  # there is no room for more in the first 256 bytes
        if not offset:
            break
        register = registers[offset // 4]
        if register & 0xFF == _MSIX:
            return int(offset)
        offset = register >> 8 & 0xFC
    return None
