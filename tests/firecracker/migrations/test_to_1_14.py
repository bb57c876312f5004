"""Rules of the steps from 1.13 to 1.14 and back, case by case; sections are those of the rules."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from firecracker.migrations.memory_files import pieces, write_memory
from firecracker.migrations.states import entries, kinds, load, refused, to
from snapformat import Snapshot
from snapformat.values import to_json
from snapformat_schemas.firecracker.migrations.allocators import (
    Extent,
    address_allocator,
    allocate,
    allocated,
    extent,
    id_allocator,
    used_ids,
)
from snapformat_schemas.firecracker.migrations.rules import section
from snapformat_schemas.firecracker.v1_14.acpi import VmClockAbi
from snapformat_schemas.firecracker.v1_14.memory import GuestRegionType

SPACE = Extent(0x9FC00, 0xDFFFF)
CLOCK = "vmclock.guest_address"
#: Of snapshots/1.13.2/01_minimal: MP table, DSDT, FACP, APIC, MCFG, XSDT, and the first free address.
_STARTS = (0x9FC00, 0x9FD30, 0x9FF4E, 0xA0062, 0xA00A2, 0xA00DE, 0xA011A)
TABLES = [Extent(start, end - 1) for start, end in itertools.pairwise(_STARTS)]


def _allocator(snapshot: Snapshot[Any]) -> Any:
    return snapshot.data.vm_state.resource_allocator


def _taken(allocator: Any) -> list[tuple[int, int]]:
    return [(place.start, place.end) for place in allocated(allocator)]


def _without_tables() -> Snapshot[Any]:
    """A state of 1.13 that came from 1.12 without its memory file: only the generation ID is taken."""
    old = load("1.13.2", "01_minimal")
    _allocator(old).system_memory = address_allocator(SPACE, [Extent(0xDFFF0, 0xDFFFF)])
    return old


# -- section 7 ----------------------------------------------------------------------------------------------


def test_kinds_of_memory():
    (region,) = to(load("1.13.2"), "1.14").data.vm_state.memory.regions
    assert region.region_type is GuestRegionType.Dram
    assert region.plugged == [True]


def test_the_clock():
    migrated = to(load("1.13.2"), "1.14")
    clock = migrated.data.device_states.acpi_state.vmclock
    assert clock.guest_address == 0xDE000
    shown = to_json(clock.inner, VmClockAbi)
    assert {name: value for name, value in shown.items() if value not in (0, [0, 0])} == {
        "magic": 0x4B4C4356,
        "size": 4096,
        "version": 1,
        "counter_id": 255,
    }
    assert (0xDE000, 0xDEFFF) in _taken(_allocator(migrated.snapshot).system_memory)
    assert kinds(migrated, CLOCK) == ["derived"]
    assert _taken(_allocator(migrated.snapshot).past_mmio64_memory) == []
    # Each state has a clock of its own.
    clock.inner.seq_count = 2
    assert to(load("1.13.2"), "1.14").data.device_states.acpi_state.vmclock.inner.seq_count == 0


def test_the_clock_page_is_the_highest_free_one():
    old = load("1.13.2", "01_minimal")
    taken = allocate(_allocator(old).system_memory, extent(0xDE800, 16), extent(0xDD000, 1))
    _allocator(old).system_memory = taken
    migrated = to(old, "1.14")
    assert migrated.data.device_states.acpi_state.vmclock.guest_address == 0xDC000
    assert _taken(_allocator(migrated.snapshot).system_memory) == sorted([*_taken(taken), (0xDC000, 0xDCFFF)])


def test_no_page_is_free():
    old = load("1.13.2", "01_minimal")
    every = [extent(start, 16) for start in range(0xA1000, 0xE0000, 0x1000)]
    _allocator(old).system_memory = allocate(_allocator(old).system_memory, *every)
    error = refused(old, "1.14", "no page of system memory is free")
    assert error.path == "$.device_states.acpi_state.vmclock.guest_address"
    assert error.rules == section(7)


def test_without_known_tables_the_page_is_assumed():
    old = _without_tables()
    migrated = to(old, "1.14")
    assert migrated.data.device_states.acpi_state.vmclock.guest_address == 0xDE000
    assert kinds(migrated, CLOCK) == ["assumed"]
    _allocator(old).system_memory = allocate(_allocator(old).system_memory, extent(0xDEFF0, 16))
    error = refused(
        old, "1.14", "the clock page at 0xde000..0xdefff is not free, and without the memory file"
    )
    assert error.path == "$.device_states.acpi_state.vmclock.guest_address"


def test_with_the_memory_file_it_is_not(tmp_path: Path):
    memory = write_memory(tmp_path / "mem", pieces(TABLES), 0x8000000)
    old = _without_tables()
    migrated = to(old, "1.14", options={"memory": memory})
    assert kinds(migrated, CLOCK) == ["derived"]
    found = _taken(_allocator(migrated.snapshot).system_memory)
    assert found == [*(place[:2] for place in TABLES), (0xDE000, 0xDEFFF), (0xDFFF0, 0xDFFFF)]
    # The same as of a state that has them already.
    assert to(load("1.13.2", "01_minimal"), "1.14", options={"memory": memory}).data == migrated.data
    _allocator(old).system_memory = allocate(_allocator(old).system_memory, extent(0xDEFF0, 16))
    migrated = to(old, "1.14", options={"memory": memory})
    assert migrated.data.device_states.acpi_state.vmclock.guest_address == 0xDD000
    # Of another machine.
    _allocator(old).system_memory = address_allocator(SPACE, [Extent(0x9FC00, 0x9FE00), extent(0xDFFF0, 16)])
    error = refused(old, "1.14", "is not free", options={"memory": memory})
    assert error.path == "$.vm_state.resource_allocator.system_memory"


def test_a_page_that_1_14_had_before():
    new = load("1.14.4", "01_minimal")
    back = to(new, "1.13")
    assert (0xDE000, 0xDEFFF) in _taken(_allocator(back.snapshot).system_memory)
    assert [entry.kind for entry in entries(back, "vmclock")] == ["dropped"]
    again = to(back.snapshot, "1.14")
    assert again.data == new.data
    assert again.snapshot.to_bytes() == new.to_bytes()
    assert kinds(again, CLOCK) == ["assumed"]


def test_no_generation_id():
    old = load("1.13.2")
    old.data.device_states.acpi_state.vmgenid = None
    devices = old.data.device_states.mmio_state
    (device,) = [each for each in devices.block_devices if each.device_info.gsi == 7]
    device.device_info.gsi = 11
    _allocator(old).gsi_legacy_allocator = id_allocator(5, 23, [5, 6, 8, 9, 10, 11])
    system = address_allocator(SPACE, allocated(_allocator(old).system_memory)[:-1])
    _allocator(old).system_memory = system
    migrated = to(old, "1.14")
    vmgenid = migrated.data.device_states.acpi_state.vmgenid
    assert (vmgenid.gsi, vmgenid.addr) == (7, 0xDFFF0)
    assert used_ids(_allocator(migrated.snapshot).gsi_legacy_allocator) == [*range(5, 12)]
    assert _taken(_allocator(migrated.snapshot).system_memory)[-2:] == [
        (0xDE000, 0xDEFFF),
        (0xDFFF0, 0xDFFFF),
    ]
    assert kinds(migrated, "vmgenid.gsi") == kinds(migrated, "vmgenid.addr") == ["assumed"]
    _allocator(old).gsi_legacy_allocator = id_allocator(5, 23, range(5, 24))
    error = refused(old, "1.14", "all interrupt lines are used")
    assert error.path == "$.device_states.acpi_state.vmgenid.gsi"
    # An allocator that knows no line harms nothing (section 8), and the line of a device is not free.
    _allocator(old).gsi_legacy_allocator = id_allocator(5, 23)
    assert to(old, "1.14").data.device_states.acpi_state.vmgenid.gsi == 7
    _allocator(old).system_memory = allocate(system, extent(0xDFFF8, 1))
    error = refused(old, "1.14", "the generation ID at 0xdfff0..0xdffff is not free")
    assert error.rules == section(7)


def test_damaged_allocators_are_refused():
    old = load("1.13.2")
    _allocator(old).system_memory.interval_tree.root = None
    error = refused(old, "1.14", "does not cover")
    assert error.path == "$.vm_state.resource_allocator.system_memory"


def test_memory_where_1_14_places_devices():
    old = load("1.13.2")
    (region,) = old.data.vm_state.memory.regions
    old.data.vm_state.memory.regions.append(type(region)(base_address=512 << 30, size=4096))
    error = refused(old, "1.14", "guest memory lies in past_mmio64_memory")
    assert error.path == "$.vm_state.memory.regions[1]"


# -- section 7: the balloon ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interval", "queues", "fits"), [(1, 3, True), (0, 2, True), (1, 2, False), (0, 3, False)]
)
def test_queues_of_the_balloon(interval: int, queues: int, fits: bool):
    old = load("1.13.2")
    balloon = old.data.device_states.mmio_state.balloon_device.device_state
    balloon.stats_polling_interval_s = interval
    del balloon.virtio_state.queues[queues:]
    if fits:
        new = to(old, "1.14").data.device_states.mmio_state.balloon_device.device_state
        hinting = new.hinting_state
        assert (hinting.host_cmd, hinting.last_cmd_id, hinting.guest_cmd) == (0, 0, None)
        assert not hinting.acknowledge_on_finish
        assert new.latest_stats.oom_kill is new.latest_stats.direct_reclaim is None
        assert len(new.virtio_state.queues) == queues
    else:
        error = refused(old, "1.14", f"the balloon has {queues} queues")
        assert error.path == "$.device_states.mmio_state.balloon_device.device_state.virtio_state.queues"


@pytest.mark.parametrize("bit", [3, 5])
@pytest.mark.parametrize(("release", "target"), [("1.13.2", "1.14"), ("1.14.4", "1.13")])
@pytest.mark.parametrize(("configuration", "bus"), [("03_many", "mmio_state"), ("10_pci_many", "pci_state")])
def test_hinting_and_reporting(bit: int, release: str, target: str, configuration: str, bus: str):
    old = load(release, configuration)
    balloon = getattr(old.data.device_states, bus).balloon_device.device_state
    balloon.virtio_state.avail_features |= 1 << bit
    error = refused(old, target, "hinting or reporting", unproven=True)
    assert error.path == f"$.device_states.{bus}.balloon_device.device_state.virtio_state.avail_features"
    assert error.rules == section(7)


# -- section 7: PCI -----------------------------------------------------------------------------------------


def test_pci_devices():
    old = load("1.13.2", "10_pci_many")
    migrated = to(old, "1.14")
    assert migrated.report.is_shown
    new = migrated.data.device_states.pci_state
    for before, after in zip(old.data.device_states.pci_state.block_devices, new.block_devices, strict=True):
        transport, earlier = after.transport_state, before.transport_state
        assert transport.msix_state.vectors == earlier.msi_vector_group
        assert transport.msix_state.table_entries == earlier.msix_state.table_entries
        assert transport.bar_address == earlier.bar_configuration.addr
        assert [bar.addr for bar in transport.pci_configuration_state.bars] == [
            bar.addr for bar in earlier.pci_configuration_state.bars
        ]
    for name in ("gsi_msi_allocator", "mmio64_memory", "mmio32_memory", "gsi_legacy_allocator"):
        assert getattr(_allocator(migrated.snapshot), name) == getattr(_allocator(old), name)
    assert (new.pmem_devices, new.memory_device) == ([], None)


def test_an_expansion_rom_is_lost():
    old = load("1.13.2", "10_pci_many")
    device = old.data.device_states.pci_state.vsock_device
    device.transport_state.pci_configuration_state.rom_bar_addr = 1
    error = refused(old, "1.14", "no expansion ROM")
    assert [entry.code for entry in error.losses] == ["PCI_ROM"]
    assert to(old, "1.14", allow=["PCI_ROM"]).report.is_shown


def test_pci_devices_back_are_assumed():
    old = load("1.13.2", "10_pci_many")
    new = to(old, "1.14").snapshot
    back = to(new, "1.13")
    assumed = [entry.path for entry in back.report if entry.kind == "assumed"]
    assert len(assumed) == 6
    assert all(path.endswith(".transport_state.pci_configuration_state.bars") for path in assumed)
    _allocator(back.snapshot).system_memory = _allocator(old).system_memory
    assert back.data == old.data


def test_bars_that_1_13_does_not_have():
    new = load("1.14.4", "10_pci_many")
    options = {"allow": ["BALLOON_STATS"]}
    to(new, "1.13", **options)
    transport = new.data.device_states.pci_state.vsock_device.transport_state
    transport.bar_address += 0x80000
    error = refused(new, "1.13", "another address", **options)
    assert error.path == "$.device_states.pci_state.vsock_device.transport_state.bar_address"
    transport.pci_configuration_state.bars[0].addr &= ~4
    refused(new, "1.13", "not that of 64-bit memory", **options)
    transport.pci_configuration_state.bars = transport.pci_configuration_state.bars[1:2]
    transport.pci_configuration_state.bars[0].used = False
    refused(new, "1.13", "no BAR of 64 bits", **options)


# -- section 9: back to 1.13 --------------------------------------------------------------------------------


def test_new_figures_of_the_balloon_are_lost():
    new = load("1.14.4")
    error = refused(new, "1.13", "1.13 does not keep this figure")
    assert {entry.code for entry in error.losses} == {"BALLOON_STATS"}
    back = to(new, "1.13", allow=["BALLOON_STATS"])
    assert back.report.is_shown


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("mmio_state.pmem_devices", "1.13 has no persistent memory"),
        ("mmio_state.memory_device", "1.13 has no hot-pluggable memory"),
    ],
)
def test_devices_that_1_13_does_not_have(path: str, message: str):
    new = load("1.14.4", "12_pmem_mem_mmio")
    new.data.device_states.mmio_state.balloon_device = None  # it offers hinting
    assert refused(new, "1.13", "no hot-pluggable").path == "$.vm_state.memory.regions[1].region_type"
    del new.data.vm_state.memory.regions[1]
    assert refused(new, "1.13", "is taken").path == "$.vm_state.resource_allocator.past_mmio64_memory"
    empty = address_allocator(extent(512 << 30, 512 << 30))
    _allocator(new).past_mmio64_memory = empty
    if path.endswith("memory_device"):
        new.data.device_states.mmio_state.pmem_devices = []
    error = refused(new, "1.13", message)
    assert error.path == f"$.device_states.{path}"


@pytest.mark.parametrize("plugged", [[], [False], [True, True]])
def test_slots_that_1_13_does_not_know(plugged: list[bool]):
    new = load("1.14.4", "01_minimal")
    new.data.vm_state.memory.regions[0].plugged = plugged
    error = refused(new, "1.13", "one plugged slot")
    assert (error.path, error.rules) == ("$.vm_state.memory.regions[0].plugged", section(9))


# -- aarch64, read from the source --------------------------------------------------------------------------


def test_aarch64_there_and_back():
    old = load("1.13.2", "02_mmio_many", "aarch64")
    migrated = to(old, "1.14", unproven=True)
    assert not migrated.report.is_shown
    assert migrated.data.device_states.acpi_state.vmgenid == old.data.device_states.acpi_state.vmgenid
    assert _allocator(migrated.snapshot).system_memory == _allocator(old).system_memory
    assert to(migrated.snapshot, "1.13", unproven=True).snapshot.to_bytes() == old.to_bytes()


def test_aarch64_without_a_generation_id():
    old = load("1.13.2", "02_mmio_many", "aarch64")
    old.data.device_states.acpi_state.vmgenid = None
    error = refused(old, "1.14", "no rule says where to place one", unproven=True)
    assert (error.path, error.rules) == ("$.device_states.acpi_state.vmgenid", section(7))
