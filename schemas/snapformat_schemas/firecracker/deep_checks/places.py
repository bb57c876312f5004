"""Guest addresses: memory, devices and BARs without overlap; ACPI devices within the reserved memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snapformat.inspect import Finding, Severity
from snapformat.lazy_dataclasses import dataclass
from snapformat_schemas.firecracker.deep_checks import rules
from snapformat_schemas.firecracker.deep_checks.machine import Machine, allocated
from snapformat_schemas.firecracker.deep_checks.pci import bar_of
from snapformat_schemas.firecracker.v1_14.memory import GuestRegionType

#: Memory that Firecracker keeps for tables and ACPI devices, both ends included.
_SYSTEM = {False: (0x9FC00, 0xDFFFF), True: (0x8000_0000, 0x801F_FFFF)}
#: Up to 1.12, the lowest address of a device on x86_64.
_FIRST_DEVICE = 0xD000_0000
#: Bytes that 1.8 reserves for the generation ID, later releases, and bytes of vmclock's page.
_PAGE, _ID_SIZE = 4096, 16
#: Bytes that a restore writes at the beginning of vmclock's page.
_CLOCK_SIZE = 112


@dataclass(frozen=True, slots=True)
class _Range:
    start: int
    size: int
    path: str
    what: str
    rule: str


def check(machine: Machine) -> Iterator[Finding]:
    """Check the guest's address space."""
    yield from _overlaps(machine)
    yield from _of_devices(machine)
    yield from _of_regions(machine)
    yield from _of_acpi(machine)


def _ranges(machine: Machine) -> Iterator[_Range]:
    for index, region in enumerate(machine.memory.regions):
        path = f"{machine.memory_path}.regions[{index}].base_address"
        yield _Range(region.base_address, region.size, path, "the memory region", rules.WRONG_OLD)
    for mapped in machine.mapped:
        info, path = mapped.info, f"{mapped.path}.addr"
        yield _Range(info.addr, info.len, path, "the device", rules.WRONG_OLD)
    for device in machine.devices:
        if device.field == "pmem_devices":
            space, path = device.state.config_space, f"{device.state_path}.config_space.start"
            yield _Range(space.start, space.size, path, "the persistent memory", rules.WRONG_OLD)
    for device in machine.pci_devices:
        bar = bar_of(device)
        yield _Range(bar.address, bar.size, bar.path, "the BAR", rules.WRONG_NEW)


def _overlaps(machine: Machine) -> Iterator[Finding]:
    """Find the ranges that begin before an earlier one ends; the program refuses most of them."""
    furthest: _Range | None = None
    for one in sorted(_ranges(machine), key=lambda each: each.start):
        if one.size <= 0:
            continue
        if furthest is not None and one.start < furthest.start + furthest.size:
            message = f"{one.what} at 0x{one.start:x} overlaps {furthest.what} of {furthest.path}"
            yield Finding(one.path, message, rule=one.rule)
        if furthest is None or one.start + one.size > furthest.start + furthest.size:
            furthest = one


def _of_devices(machine: Machine) -> Iterator[Finding]:
    """Check that devices are where the program looks for them, and where the guest found them."""
    virtio = [mapped for mapped in machine.mapped if mapped.is_virtio]
    if machine.allocator is None:
        for mapped in virtio:
            if not machine.is_arm and mapped.info.addr < _FIRST_DEVICE:
                message = (
                    f"address 0x{mapped.info.addr:x} is below 0x{_FIRST_DEVICE:x}: the program refuses it"
                )
                yield Finding(f"{mapped.path}.addr", message, rule=rules.WRONG_OLD)
        return
    taken = allocated(machine.allocator.mmio32_memory)
    yield from _not_taken(
        [(m.info.addr, m.info.len, f"{m.path}.addr") for m in virtio], taken, "mmio32_memory", rules.WRONG_OLD
    )
    bars = [bar_of(device) for device in machine.pci_devices]
    taken = allocated(machine.allocator.mmio64_memory)
    if machine.release >= (1, 16) and not taken:
        for bar in bars:
            message = f"BAR 0x{bar.address:x} is free in mmio64_memory: a device plugged in later fails"
            yield Finding(bar.path, message, rule=rules.WRONG_NEW)
    else:
        places = [(bar.address, bar.size, bar.path) for bar in bars]
        yield from _not_taken(places, taken, "mmio64_memory", rules.WRONG_NEW)


def _not_taken(
    places: list[tuple[int, int, str]], taken: list[tuple[int, int]], name: str, rule: str
) -> Iterator[Finding]:
    """Find devices whose address is free, unless all are: then the allocator is wrong, which is harmless."""
    from bisect import bisect_right

    if not taken:
        return
    starts = sorted(taken)
    for address, size, path in places:
        at = bisect_right(starts, (address, 1 << 64)) - 1
        if at < 0 or address + size - 1 > starts[at][1]:
            message = f"0x{address:x} is free in {name}: the guest found the device at another address"
            yield Finding(path, message, rule=rule)


def _of_regions(machine: Machine) -> Iterator[Finding]:
    regions, path = machine.memory.regions, f"{machine.memory_path}.regions"
    if not regions:
        yield Finding(path, "there is no memory: the program refuses the file", rule=rules.WRONG_OLD)
        return
    if machine.release >= (1, 14):
        yield from _of_slots(regions, path)
        regions = [region for region in regions if region.region_type is GuestRegionType.Dram]
    found, wanted = sum(region.size for region in regions), machine.state.vm_info.mem_size_mib << 20
    size = f"{found} bytes of memory, but vm_info.mem_size_mib is {wanted >> 20}"
    if found > wanted:
        message = f"{size}: the program refuses the memory file, which is shorter"
        yield Finding(path, message, rule=rules.WRONG_OLD)
    elif found < wanted and regions:
        yield Finding(path, f"{size}: the guest may miss some", Severity.WARNING, rules.WRONG_OLD)


def _of_slots(regions: Any, path: str) -> Iterator[Finding]:
    if not any(region.region_type is GuestRegionType.Dram for region in regions):
        yield Finding(path, "no region is Dram: the program refuses the file", rule=rules.WRONG_OLD)
    for index, region in enumerate(regions):
        if region.region_type is GuestRegionType.Dram and [*region.plugged] != [True]:
            place = f"{path}[{index}].plugged"
            message = f"{_slots(region.plugged)}, not one that is plugged: the program refuses the file"
            yield Finding(place, message, rule=rules.WRONG_OLD)


def _slots(plugged: Any) -> str:
    return "one slot that is not plugged" if len(plugged) == 1 else f"{len(plugged)} slots"


def _of_acpi(machine: Machine) -> Iterator[Finding]:
    vmgenid = getattr(machine.acpi, "vmgenid", None)
    vmclock = getattr(machine.acpi, "vmclock", None)
    low, high = _SYSTEM[machine.is_arm]
    if vmgenid is not None:
        path = f"{machine.acpi_path}.vmgenid.addr"
        size = _PAGE if machine.release < (1, 9) else _ID_SIZE
        if not low <= vmgenid.addr <= high + 1 - _ID_SIZE:
            inside = machine.in_memory(vmgenid.addr, _ID_SIZE) and machine.release >= (1, 13)
            effect = "16 bytes of the guest are overwritten" if inside else "the program refuses the file"
            yield Finding(path, _outside(vmgenid.addr, low, high, effect), rule=rules.WRONG_OLD)
        elif vmgenid.addr + size - 1 > high:
            message = f"1.8 reserves {size} bytes from 0x{vmgenid.addr:x}, which end after 0x{high:x}"
            yield Finding(path, message, rule=rules.DOWNGRADES)
    if vmclock is not None:
        yield from _of_vmclock(machine, vmclock.guest_address, vmgenid)


def _of_vmclock(machine: Machine, address: int, vmgenid: Any) -> Iterator[Finding]:
    path = f"{machine.acpi_path}.vmclock.guest_address"
    low, high = _SYSTEM[machine.is_arm]
    rule = rules.WRONG_NEW if machine.release >= (1, 15) else rules.WRONG_OLD
    if not low <= address <= high + 1 - _CLOCK_SIZE:
        if machine.in_memory(address, 1):
            effect = "the guest's memory is overwritten"
        elif machine.release >= (1, 15):
            effect = "the program refuses the file"
        else:
            return  # 1.14 ignores it
        yield Finding(path, _outside(address, low, high, effect), rule=rule)
    elif vmgenid is not None and vmgenid.addr < address + _PAGE and address < vmgenid.addr + _ID_SIZE:
        yield Finding(path, f"the page overlaps the generation ID at 0x{vmgenid.addr:x}", rule=rule)


def _outside(address: int, low: int, high: int, effect: str) -> str:
    return f"0x{address:x} is not in the reserved memory, 0x{low:x} to 0x{high:x}: {effect}"
