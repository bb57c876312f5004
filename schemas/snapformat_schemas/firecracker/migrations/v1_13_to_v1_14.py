"""1.13 to 1.14 and back: the clock page, kinds of memory, and smaller states of PCI devices."""

from __future__ import annotations

import dataclasses
from types import ModuleType
from typing import Any, NamedTuple

from snapformat.migrate import (
    Change,
    Conversion,
    computed,
    default,
    loss,
    moved,
    moved_to,
    refused,
    unused,
)
from snapformat_schemas.firecracker.migrations.allocators import (
    PAGE,
    AllocationError,
    Extent,
    address_allocator,
    allocate,
    allocated,
    extent,
    highest_free,
    is_free,
    lowest_free_id,
    take_id,
)
from snapformat_schemas.firecracker.migrations.common import step
from snapformat_schemas.firecracker.migrations.resources import (
    AARCH64,
    VMGENID_SIZE,
    X86_64,
    Layout,
    known_tables,
    mmio_devices,
)
from snapformat_schemas.firecracker.migrations.rules import section
from snapformat_schemas.firecracker.v1_8.acpi import ACPIDeviceManagerState as OldAcpi
from snapformat_schemas.firecracker.v1_8.acpi import VMGenIDState
from snapformat_schemas.firecracker.v1_8.device_parts import BalloonStatsState as OldStats
from snapformat_schemas.firecracker.v1_11.memory import GuestMemoryRegionState as OldRegion
from snapformat_schemas.firecracker.v1_13 import aarch64 as v1_13_aarch64
from snapformat_schemas.firecracker.v1_13 import device_manager as v1_13
from snapformat_schemas.firecracker.v1_13 import pci as v1_13_pci
from snapformat_schemas.firecracker.v1_13 import x86_64 as v1_13_x86_64
from snapformat_schemas.firecracker.v1_13.allocator import AddressAllocator
from snapformat_schemas.firecracker.v1_13.allocator import ResourceAllocator as OldAllocator
from snapformat_schemas.firecracker.v1_13.devices import BalloonState as OldBalloon
from snapformat_schemas.firecracker.v1_14 import aarch64 as v1_14_aarch64
from snapformat_schemas.firecracker.v1_14 import device_manager as v1_14
from snapformat_schemas.firecracker.v1_14 import pci as v1_14_pci
from snapformat_schemas.firecracker.v1_14 import x86_64 as v1_14_x86_64
from snapformat_schemas.firecracker.v1_14.acpi import VmClockAbi, VmClockState
from snapformat_schemas.firecracker.v1_14.allocator import ResourceAllocator
from snapformat_schemas.firecracker.v1_14.devices import BalloonState, BalloonStatsState, HintingState
from snapformat_schemas.firecracker.v1_14.memory import GuestMemoryRegionState, GuestRegionType

#: Where the clock page is in every case that was met: the highest page that is free after a boot.
CLOCK_PAGE = extent(0xDE000, PAGE, "the clock page")
#: Where the generation ID is since 1.9.
_VMGENID = extent(0xDFFF0, VMGENID_SIZE, "the generation ID")
#: Feature bits of the balloon that 1.14 introduces: free page hinting, and reporting.
_HINTING, _REPORTING = 1 << 3, 1 << 5

_NEW_STATS = ("oom_kill", "alloc_stall", "async_scan", "direct_scan", "async_reclaim", "direct_reclaim")

_SYSTEM = "$.vm_state.resource_allocator.system_memory"


# -- to 1.14 ------------------------------------------------------------------------------------------------


class _Placed(NamedTuple):
    """The ACPI devices of 1.14, and the allocators that have them.

    Attributes:
        vmgenid: The generation ID.
        clock: Place of the clock page; None on aarch64, which has none.
        allocator: The allocators.
        notes: Lines for the report: kind, path, reason, value.
    """

    vmgenid: VMGenIDState
    clock: Extent | None
    allocator: ResourceAllocator
    notes: list[tuple[Any, str, str, Any]]


def _placed(to: Conversion, layout: Layout) -> _Placed:
    """Place the ACPI devices of a state of 1.13; the same state gives the same places."""
    state = to.root
    old: OldAllocator = state.vm_state.resource_allocator
    notes: list[tuple[Any, str, str, Any]] = []
    lines, system, clock = old.gsi_legacy_allocator, old.system_memory, None
    vmgenid = state.device_states.acpi_state.vmgenid
    try:
        if vmgenid is None:
            if layout is not X86_64:
                to.refuse(
                    "$.device_states.acpi_state.vmgenid",
                    "1.14 requires a generation ID, and no rule says where to place one on aarch64",
                )
            line = lowest_free_id(lines, besides=_lines_of_devices(state))
            if line is None:
                to.refuse(
                    "$.device_states.acpi_state.vmgenid.gsi",
                    "1.14 requires a generation ID, and all interrupt lines are used",
                )
            vmgenid = VMGenIDState(gsi=line, addr=_VMGENID.start)
            lines, system = take_id(lines, line), allocate(system, _VMGENID)
            why = "1.14 requires a generation ID; the guest has no driver for it"
            notes.append(("assumed", "$.device_states.acpi_state.vmgenid.gsi", why, line))
            notes.append(("assumed", "$.device_states.acpi_state.vmgenid.addr", why, vmgenid.addr))
        if layout is X86_64:
            system = _with_tables(system, state, to)
            clock, system = _clock_page(system, notes, to)
    except AllocationError as error:
        to.refuse(_SYSTEM, str(error))
    regions = state.vm_state.memory.regions
    for index, region in enumerate(regions):
        if extent(region.base_address, region.size).overlaps(layout.past_mmio64):
            to.refuse(
                f"$.vm_state.memory.regions[{index}]",
                f"guest memory lies in {layout.past_mmio64.text}, which 1.14 gives to devices; no rule says"
                " what it is marked as",
            )
    allocator = ResourceAllocator(
        gsi_legacy_allocator=lines,
        gsi_msi_allocator=old.gsi_msi_allocator,
        mmio32_memory=old.mmio32_memory,
        mmio64_memory=old.mmio64_memory,
        past_mmio64_memory=address_allocator(layout.past_mmio64),
        system_memory=system,
    )
    return _Placed(vmgenid, clock, allocator, notes)


def _lines_of_devices(state: Any) -> set[int | None]:
    """Return the lines of all devices, which the allocator may not know: what it has harms nothing."""
    return {device.device_info.gsi for _, device in mmio_devices(state.device_states.mmio_state)}


def _with_tables(system: AddressAllocator, state: Any, to: Conversion) -> AddressAllocator:
    """Return the allocator with the guest's tables, by the memory file; as it is without one."""
    regions = [(each.base_address, each.size) for each in state.vm_state.memory.regions]
    tables = known_tables(regions, to)
    taken = {(each.start, each.end) for each in allocated(system)}
    return allocate(system, *(each for each in tables or () if (each.start, each.end) not in taken))


def _clock_page(
    system: AddressAllocator, notes: list[tuple[Any, str, str, Any]], to: Conversion
) -> tuple[Extent, AddressAllocator]:
    """Choose the clock page, and return it with an allocator that has it."""
    path = "$.device_states.acpi_state.vmclock.guest_address"
    taken = allocated(system)
    if any((each.start, each.end) == (CLOCK_PAGE.start, CLOCK_PAGE.end) for each in taken):
        why = "The page is taken as a whole, as only a clock page is: 1.14 or later had it there"
        notes.append(("assumed", path, why, CLOCK_PAGE.start))
        return CLOCK_PAGE, system
    if any(each.start == X86_64.system.start for each in taken):
        found = highest_free(system)
        if found is None:
            to.refuse(path, "no page of system memory is free for the clock page of 1.14")
        notes.append(("derived", path, "The highest free page: the guest's tables are known", found.start))
    else:
        if not is_free(system, CLOCK_PAGE):
            to.refuse(
                path,
                f"{CLOCK_PAGE.text} is not free, and without the memory file it is not known which page is",
            )
        found = CLOCK_PAGE
        notes.append(
            ("assumed", path, "The page is free, as in every case met: no memory file was given", found.start)
        )
    return found, allocate(system, found)


def _allocators(to: Conversion, layout: Layout) -> ResourceAllocator:
    placed = _placed(to, layout)
    to.note("defaulted", "past_mmio64_memory", "New in 1.14: nothing is taken")
    if placed.clock is not None:
        to.note("derived", "system_memory", f"With {placed.clock.text}")
    return placed.allocator


def _acpi_devices(old: OldAcpi, to: Conversion) -> v1_14_x86_64.ACPIDeviceManagerState:
    placed = _placed(to, X86_64)
    assert placed.clock is not None
    for kind, path, why, value in placed.notes:
        to.note(kind, path, why, new=value)
    to.note("defaulted", "vmclock.inner", "What 1.14 writes at boot")
    return v1_14_x86_64.ACPIDeviceManagerState(
        vmgenid=placed.vmgenid,
        vmclock=VmClockState(guest_address=placed.clock.start, inner=_new_clock()),
    )


def _new_clock() -> VmClockAbi:
    fields: dict[str, Any] = dict.fromkeys((field.name for field in dataclasses.fields(VmClockAbi)), 0)
    fields |= {"magic": 0x4B4C4356, "size": PAGE, "version": 1, "counter_id": 255, "pad": [0, 0]}
    return VmClockAbi(**fields)


def _demand_no_hinting(balloon: OldBalloon | BalloonState, to: Conversion) -> None:
    if balloon.virtio_state.avail_features & (_HINTING | _REPORTING):
        to.refuse(
            to.path("virtio_state.avail_features", is_old=True),
            "the balloon offers hinting or reporting of free pages, which 1.13 does not have",
            section(7),
        )


def _hinting(old: OldBalloon, to: Conversion) -> HintingState:
    """Return the state of hinting of a balloon that has none, and has as many queues as 1.14 expects."""
    _demand_no_hinting(old, to)
    queues, expected = len(old.virtio_state.queues), 3 if old.stats_polling_interval_s else 2
    if queues != expected:
        to.refuse(
            to.path("virtio_state.queues", is_old=True),
            f"the balloon has {queues} queues; 1.14 expects {expected}",
        )
    return HintingState(host_cmd=0, last_cmd_id=0, guest_cmd=None, acknowledge_on_finish=False)


def _vectors(old: v1_13_pci.VirtioPciDeviceState, to: Conversion) -> v1_14_pci.MsixConfigState:
    return to.make(v1_14_pci.MsixConfigState, old.msix_state, vectors=old.msi_vector_group)


def _no_list() -> list[Any]:
    return []


def _no_slots() -> list[bool]:
    return [True]


_NOT_YET = {
    "pmem_devices": default(_no_list, "1.13 has no persistent memory"),
    "memory_device": default(None, "1.13 has no hot-pluggable memory"),
}

_UP = (
    Change(
        OldRegion,
        GuestMemoryRegionState,
        given={
            "region_type": default(GuestRegionType.Dram, "1.13 has no other memory"),
            "plugged": default(_no_slots, "RAM is one slot, which is plugged"),
        },
    ),
    Change(v1_13.PciDevicesState, v1_14.PciDevicesState, given=_NOT_YET),
    Change(
        OldStats,
        BalloonStatsState,
        given={name: default(None, "1.13 does not keep this figure") for name in _NEW_STATS},
    ),
    Change(
        OldBalloon,
        BalloonState,
        given={"hinting_state": computed(_hinting, "Hinting is off: what 1.14 writes at boot")},
    ),
    Change(
        v1_13_pci.PciBar,
        v1_14_pci.PciBar,
        dropped={"type": unused("The register's low bits have it")},
    ),
    Change(
        v1_13_pci.PciConfigurationState,
        v1_14_pci.PciConfigurationState,
        dropped={
            "rom_bar_addr": loss("PCI_ROM", "1.14 has no expansion ROM", unless=lambda value: value == 0),
            "rom_bar_size": loss("PCI_ROM", "1.14 has no expansion ROM", unless=lambda value: value == 0),
            "rom_bar_used": loss("PCI_ROM", "1.14 has no expansion ROM", unless=lambda value: not value),
        },
    ),
    Change(
        v1_13_pci.VirtioPciDeviceState,
        v1_14_pci.VirtioPciDeviceState,
        given={
            "msix_state": computed(_vectors, "With the numbers that the vectors are routed by"),
            "bar_address": moved("bar_configuration.addr", lambda old, to: old.bar_configuration.addr),
        },
        dropped={
            "msi_vector_group": moved_to("msix_state.vectors"),
            "bar_configuration": moved_to("bar_address", "Its size and kind are constants"),
        },
    ),
)


def _up(old: ModuleType, new: ModuleType, layout: Layout) -> tuple[Change, ...]:
    return (
        *_UP,
        Change(
            old.VmState,
            new.VmState,
            given={
                "resource_allocator": computed(
                    lambda vm_state, to: _allocators(to, layout), "With what 1.14 places"
                )
            },
        ),
        Change(old.DeviceStates, new.DeviceStates, given=_NOT_YET),
    )


_ACPI = Change(OldAcpi, v1_14_x86_64.ACPIDeviceManagerState, convert=_acpi_devices)
_ACPI_AARCH64 = Change(
    OldAcpi,
    v1_14_aarch64.ACPIDeviceManagerState,
    given={"vmgenid": computed(lambda old, to: _placed(to, AARCH64).vmgenid, "Always present in 1.14")},
)


# -- to 1.13 ------------------------------------------------------------------------------------------------


def _ram(region: GuestMemoryRegionState, to: Conversion) -> OldRegion:
    if region.region_type is not GuestRegionType.Dram:
        to.refuse("region_type", "1.13 has no hot-pluggable memory")
    if region.plugged != [True]:
        to.refuse("plugged", "1.13 knows RAM only, which is one plugged slot")
    to.note("dropped", "region_type", "All memory is RAM", old=region.region_type)
    to.note("dropped", "plugged", "RAM is one slot, which is plugged", old=region.plugged)
    return OldRegion(base_address=region.base_address, size=region.size)


def _fewer_allocators(allocator: ResourceAllocator, to: Conversion) -> OldAllocator:
    try:
        taken = allocated(allocator.past_mmio64_memory)
    except AllocationError as error:
        to.refuse("past_mmio64_memory", str(error))
    if taken:
        to.refuse("past_mmio64_memory", f"{taken[0].text} is taken; 1.13 places nothing there")
    to.note("dropped", "past_mmio64_memory", "Nothing is taken")
    return OldAllocator(
        gsi_legacy_allocator=allocator.gsi_legacy_allocator,
        gsi_msi_allocator=allocator.gsi_msi_allocator,
        mmio32_memory=allocator.mmio32_memory,
        mmio64_memory=allocator.mmio64_memory,
        system_memory=allocator.system_memory,
    )


def _balloon(old: BalloonState, to: Conversion) -> OldBalloon:
    _demand_no_hinting(old, to)
    to.note("dropped", "hinting_state", "The balloon does not offer hinting", old=old.hinting_state)
    return to.make(OldBalloon, old)


def _bars(old: v1_14_pci.PciConfigurationState, to: Conversion) -> list[v1_13_pci.PciBar]:
    """Return the base address registers with their types, which the low bits of each tell."""
    to.note(
        "assumed",
        None,
        "They are as 1.13 makes them: machines with PCI devices were only seen to run upwards",
    )
    found: list[v1_13_pci.PciBar] = []
    is_high = False
    for index, bar in enumerate(old.bars):
        kind = None
        if bar.used and not is_high:
            if bar.addr & 7 != 4:
                to.refuse(f"[{index}].addr", "the register is not that of 64-bit memory, as all have in 1.13")
            kind = v1_13_pci.PciBarRegionType.Memory64BitRegion
        is_high = kind is not None
        found.append(v1_13_pci.PciBar(addr=bar.addr, size=bar.size, used=bar.used, type=kind))
    return found


def _bar(old: v1_14_pci.VirtioPciDeviceState, to: Conversion) -> v1_13_pci.PciBarConfiguration:
    bars = old.pci_configuration_state.bars
    if len(bars) < 2:
        to.refuse(to.path("pci_configuration_state.bars", is_old=True), "the device has no BAR of 64 bits")
    low, high = bars[:2]
    if high.addr << 32 | low.addr & ~15 != old.bar_address:
        to.refuse(to.path("bar_address", is_old=True), "the BAR in configuration space has another address")
    return v1_13_pci.PciBarConfiguration(
        addr=old.bar_address,
        size=(1 << 64) - (high.size << 32 | low.size & ~15),
        idx=0,
        region_type=v1_13_pci.PciBarRegionType.Memory64BitRegion,
        prefetchable=v1_13_pci.PciBarPrefetchable.NotPrefetchable,
    )


_GONE = {
    "pmem_devices": refused("1.13 has no persistent memory", unless=lambda devices: not devices),
    "memory_device": refused("1.13 has no hot-pluggable memory", unless=lambda device: device is None),
}

_NO_ROM = "No release has an expansion ROM"

_DOWN = (
    Change(GuestMemoryRegionState, OldRegion, convert=_ram),
    Change(ResourceAllocator, OldAllocator, convert=_fewer_allocators),
    Change(v1_14.PciDevicesState, v1_13.PciDevicesState, dropped=_GONE),
    Change(
        BalloonStatsState,
        OldStats,
        dropped={
            name: loss("BALLOON_STATS", "1.13 does not keep this figure", unless=lambda value: value is None)
            for name in _NEW_STATS
        },
    ),
    Change(BalloonState, OldBalloon, convert=_balloon),
    Change(
        v1_14_pci.PciConfigurationState,
        v1_13_pci.PciConfigurationState,
        given={
            "bars": computed(_bars, "Each with its type"),
            "rom_bar_addr": default(0, _NO_ROM),
            "rom_bar_size": default(0, _NO_ROM),
            "rom_bar_used": default(False, _NO_ROM),
        },
    ),
    Change(
        v1_14_pci.MsixConfigState,
        v1_13_pci.MsixConfigState,
        dropped={"vectors": moved_to("msi_vector_group")},
    ),
    Change(
        v1_14_pci.VirtioPciDeviceState,
        v1_13_pci.VirtioPciDeviceState,
        given={
            "msi_vector_group": moved("msix_state.vectors", lambda old, to: old.msix_state.vectors),
            "bar_configuration": computed(_bar, "By the address, and by configuration space"),
        },
        dropped={"bar_address": moved_to("bar_configuration.addr")},
    ),
)


def _down(old: ModuleType, new: ModuleType) -> tuple[Change, ...]:
    return (*_DOWN, Change(old.DeviceStates, new.DeviceStates, dropped=_GONE))


_ACPI_BACK = Change(
    v1_14_x86_64.ACPIDeviceManagerState,
    OldAcpi,
    dropped={
        "vmclock": unused(
            "1.13 has no clock page: the guest's stays reserved, and nothing writes to it any more"
        )
    },
)

_DOC_UP = "The guest gets a clock page; kinds of memory, and of what is taken, are stored."
_DOC_DOWN = "There is no clock page, no persistent and no hot-pluggable memory."

STEPS = (
    step(
        "1.13",
        "1.14",
        _DOC_UP,
        changes=(*_up(v1_13_x86_64, v1_14_x86_64, X86_64), _ACPI),
        rules=section(7),
    ),
    step(
        "1.14",
        "1.13",
        _DOC_DOWN,
        changes=(*_down(v1_14_x86_64, v1_13_x86_64), _ACPI_BACK),
        rules=section(9),
    ),
    step(
        "1.13",
        "1.14",
        "Kinds of memory, and of what is taken, are stored.",
        arch="aarch64",
        changes=(*_up(v1_13_aarch64, v1_14_aarch64, AARCH64), _ACPI_AARCH64),
        rules=section(7),
    ),
    step(
        "1.14",
        "1.13",
        "There is no persistent and no hot-pluggable memory.",
        arch="aarch64",
        changes=_down(v1_14_aarch64, v1_13_aarch64),
        rules=section(9),
    ),
)
