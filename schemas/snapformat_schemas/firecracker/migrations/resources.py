"""The resource allocators of 1.13 and later, from the devices and the guest memory of a state.

The layouts of the address spaces are read from `src/vmm/src/arch/{x86_64,aarch64}/layout.rs` of Firecracker
v1.13.2 and v1.14.4. No release allocates anything after a restore before 1.16, but each copies the allocators
into its own snapshots.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from snapformat.io import PositionReader
from snapformat.migrate import Conversion
from snapformat_schemas.firecracker.migrations.allocators import (
    AllocationError,
    Extent,
    address_allocator,
    extent,
    id_allocator,
)
from snapformat_schemas.firecracker.migrations.guest_tables import SYSTEM_MEMORY, GuestMemory, table_extents
from snapformat_schemas.firecracker.migrations.rules import section
from snapformat_schemas.firecracker.v1_13.allocator import AddressAllocator, IdAllocator, ResourceAllocator

#: The option of `migrate` that names the guest memory file: a path, or a `PositionReader`.
MEMORY_OPTION = "memory"
#: Size of the generation ID in guest memory.
VMGENID_SIZE = 16


class Layout(NamedTuple):
    """The ranges of an architecture from 1.13 on.

    Attributes:
        gsi_legacy: Lowest and highest interrupt line.
        gsi_msi: Lowest and highest number that messages are routed by.
        mmio32: Where devices' registers lie.
        mmio64: Where BARs of PCI devices lie.
        past_mmio64: Where persistent and hot-pluggable memory lies, from 1.14 on.
        system: Where tables and devices without registers lie.
    """

    gsi_legacy: tuple[int, int]
    gsi_msi: tuple[int, int]
    mmio32: Extent
    mmio64: Extent
    past_mmio64: Extent
    system: Extent


_MMIO64 = extent(256 << 30, 256 << 30, "mmio64_memory")
_PAST_MMIO64 = extent(512 << 30, 512 << 30, "past_mmio64_memory")

X86_64 = Layout(
    gsi_legacy=(5, 23),
    gsi_msi=(24, 4095),
    mmio32=Extent(0xC0001000, 0xEEBFFFFF, "mmio32_memory"),
    mmio64=_MMIO64,
    past_mmio64=_PAST_MMIO64,
    system=SYSTEM_MEMORY,
)
AARCH64 = Layout(
    gsi_legacy=(0, 95),
    gsi_msi=(96, 4095),
    mmio32=Extent(0x40003000, 0x6FFFFFFF, "mmio32_memory"),
    mmio64=_MMIO64,
    past_mmio64=_PAST_MMIO64,
    system=Extent(0x80000000, 0x801FFFFF, "system_memory"),
)


class Attached(NamedTuple):
    """A device on the MMIO bus.

    Attributes:
        path: Its path below the `DeviceStates` that has it.
        device: Its state, with `device_info`.
    """

    path: str
    device: Any


def mmio_devices(states: Any) -> Iterator[Attached]:
    """Iterate over the devices of a `DeviceStates` of any release: those of the board first."""
    for name in ("legacy_devices", "block_devices", "net_devices", "pmem_devices"):
        for index, device in enumerate(getattr(states, name, ())):
            yield Attached(f"{name}[{index}]", device)
    for name in ("vsock_device", "balloon_device", "entropy_device", "memory_device"):
        device = getattr(states, name, None)
        if device is not None:
            yield Attached(name, device)


def resource_allocator(old: Any, layout: Layout, to: Conversion) -> ResourceAllocator:
    """Build the allocators of 1.13 for a state of 1.12.

    Args:
        old: The whole state.
        layout: The ranges of its architecture.
        to: The conversion, at the place of the allocators.
    """
    regions = [(each.base_address, each.size) for each in old.vm_state.memory.regions]
    vmgenid = old.acpi_dev_state.vmgenid
    for index, (base, size) in enumerate(regions):
        if extent(base, size).overlaps(layout.mmio64):
            to.refuse(
                f"$.vm_state.memory.regions[{index}]",
                f"guest memory lies in {layout.mmio64.text}, which belongs to devices from 1.13 on",
            )
    return ResourceAllocator(
        gsi_legacy_allocator=_lines(old, layout, to),
        gsi_msi_allocator=id_allocator(*layout.gsi_msi),
        mmio32_memory=_registers(old, regions, layout, to),
        mmio64_memory=address_allocator(layout.mmio64),
        system_memory=_system_memory(vmgenid, regions, layout, to),
    )


def _lines(old: Any, layout: Layout, to: Conversion) -> IdAllocator:
    low, high = layout.gsi_legacy
    used: set[int] = set()
    for path, device in mmio_devices(old.device_states):
        line = device.device_info.irq
        if line is not None and not low <= line <= high:
            to.refuse(f"$.device_states.{path}.device_info.irq", _no_line(line, layout))
        used.update(() if line is None else [line])
    vmgenid = old.acpi_dev_state.vmgenid
    if vmgenid is not None:
        if not low <= vmgenid.gsi <= high:
            to.refuse("$.acpi_dev_state.vmgenid.gsi", _no_line(vmgenid.gsi, layout))
        used.add(vmgenid.gsi)
    found = id_allocator(low, high, used)
    to.note("derived", "gsi_legacy_allocator", f"The lines of the devices: {_listed(used)}")
    return found


def _no_line(line: int, layout: Layout) -> str:
    low, high = layout.gsi_legacy
    return f"there is no interrupt line {line}: lines are {low} to {high}"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers))) or "none"


def _registers(old: Any, regions: list[tuple[int, int]], layout: Layout, to: Conversion) -> AddressAllocator:
    space = layout.mmio32
    taken = []
    for base, size in regions:
        start, end = max(base, space.start), min(base + size - 1, space.end)
        if start <= end:
            taken.append(Extent(start, end, "guest memory"))
    count = 0
    for path, device in mmio_devices(old.device_states):
        info = device.device_info
        place = extent(info.addr, info.len, path)
        # On aarch64 the first three pages lie below the space: there, 1.13 has no allocator.
        if info.len and place.end < space.start and layout is AARCH64:
            continue
        count += 1
        taken.append(place)
    try:
        found = address_allocator(space, taken)
    except AllocationError as error:
        names = [each.name for each in error.places if each.name != "guest memory"]
        path = f"$.device_states.{names[0]}.device_info.addr" if names else "$.vm_state.memory.regions"
        to.refuse(path, str(error), section(8))
    ram = ", and guest memory above 3 GiB" if any(each.name == "guest memory" for each in taken) else ""
    to.note("derived", "mmio32_memory", f"The registers of {count} device{'s' * (count != 1)}{ram}")
    return found


def _system_memory(
    vmgenid: Any, regions: list[tuple[int, int]], layout: Layout, to: Conversion
) -> AddressAllocator:
    taken = []
    if vmgenid is not None:
        taken.append(extent(vmgenid.addr, VMGENID_SIZE, "the generation ID"))
    tables = known_tables(regions, to) if layout is X86_64 else None
    try:
        address_allocator(layout.system, taken)
        found = address_allocator(layout.system, [*taken, *(tables or ())])
    except AllocationError as error:
        to.refuse("$.acpi_dev_state.vmgenid.addr", str(error), section(1))
    if tables is not None:
        to.note("derived", "system_memory", f"By the memory file: {', '.join(each.text for each in tables)}")
    elif layout is X86_64:
        to.note(
            "assumed",
            "system_memory",
            "Without the memory file, only the generation ID is known to be taken, not the guest's tables",
        )
    else:
        to.note("derived", "system_memory", "Only the generation ID is taken")
    return found


def known_tables(regions: Iterable[tuple[int, int]], to: Conversion) -> list[Extent] | None:
    """Return where the guest's tables lie, by the memory file; None if the user gave none.

    Args:
        regions: Base address and size of each region.
        to: The conversion, with the option `memory`.
    """
    memory = to.options.get(MEMORY_OPTION)
    if memory is None:
        return None
    with contextlib.ExitStack() as stack:
        file = memory
        if isinstance(memory, str | os.PathLike):
            file = stack.enter_context(PositionReader(memory))
        return table_extents(GuestMemory(file, regions))
