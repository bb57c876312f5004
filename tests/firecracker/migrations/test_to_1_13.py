"""Rules of the steps from 1.12 to 1.13 and back, case by case; sections are those of the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from firecracker.migrations.memory_files import pieces, write_memory
from firecracker.migrations.states import entries, kinds, load, refused, to
from firecracker.migrations.test_guest_tables import EXTENTS
from snapformat import DecodeError, Snapshot
from snapformat.io import PositionReader
from snapformat_schemas.firecracker.migrations.allocators import allocated, intervals, used_ids
from snapformat_schemas.firecracker.migrations.rules import section
from snapformat_schemas.firecracker.v1_8.device_manager import MmdsVersionState
from snapformat_schemas.firecracker.v1_13.devices import MmdsState, MmdsVersion

GIB = 1 << 30


def _allocator(snapshot: Snapshot[Any]) -> Any:
    return snapshot.data.vm_state.resource_allocator


def _taken(allocator: Any) -> list[tuple[int, int]]:
    return [(place.start, place.end) for place in allocated(allocator)]


# -- section 6: moves ---------------------------------------------------------------------------------------


def test_moves():
    old = load("1.12.1")
    drive = old.data.device_states.block_devices[0]
    drive.device_state.value.virtio_state.interrupt_status = 3
    migrated = to(old, "1.13")
    devices = migrated.data.device_states
    assert devices.acpi_state == old.data.acpi_dev_state
    assert not devices.pci_state.pci_enabled
    new = devices.mmio_state.block_devices[0]
    assert new.transport_state.interrupt_status == 3
    assert new.transport_state.device_status == drive.transport_state.device_status
    assert new.device_info.gsi == drive.device_info.irq
    assert new.device_info.addr == drive.device_info.addr
    assert new.device_state.value.disk_path == drive.device_state.value.disk_path
    # And back, but for what the receive queue gave back.
    assert to(migrated.snapshot, "1.12").data == old.data


@pytest.mark.parametrize("version", ["V1", "V2"])
def test_mmds(version: str):
    old = load("1.12.1")
    old.data.device_states.mmds_version = MmdsVersionState[version]
    migrated = to(old, "1.13")
    assert migrated.data.device_states.mmio_state.mmds == MmdsState(MmdsVersion[version], False)
    assert migrated.data.device_states.pci_state.mmds is None
    assert to(migrated.snapshot, "1.12").data == old.data


def test_mmds_without_a_version():
    old = load("1.12.1")
    old.data.device_states.mmds_version = None
    migrated = to(old, "1.13")
    assert migrated.data.device_states.mmio_state.mmds == MmdsState(MmdsVersion.V1, False)
    assert "defaulted" in kinds(migrated, "mmio_state.mmds.version")
    old.data.device_states.net_devices[0].device_state.mmds_ns = None
    assert to(old, "1.13").data.device_states.mmio_state.mmds is None


# -- section 6: the allocators ------------------------------------------------------------------------------


def test_lines():
    old = load("1.12.1")
    lines = _allocator(to(old, "1.13").snapshot).gsi_legacy_allocator
    assert (lines.range_base, lines.next_id, lines.range_end, set(lines.freed_ids)) == (5, 12, 23, set())
    old.data.device_states.vsock_device.device_info.irq = 23
    lines = _allocator(to(old, "1.13").snapshot).gsi_legacy_allocator
    assert lines.next_id is None
    assert used_ids(lines) == [5, 6, 7, 8, 10, 11, 23]
    messages = _allocator(to(old, "1.13").snapshot).gsi_msi_allocator
    assert (messages.range_base, messages.next_id, messages.range_end) == (24, 24, 4095)


def test_no_lines():
    old = load("1.12.1", "01_minimal")
    old.data.acpi_dev_state.vmgenid = None
    migrated = to(old, "1.13")
    assert _allocator(migrated.snapshot).gsi_legacy_allocator.next_id == 5
    assert _taken(_allocator(migrated.snapshot).system_memory) == []
    assert migrated.data.device_states.acpi_state.vmgenid is None


@pytest.mark.parametrize("line", [4, 24, 5000])
def test_lines_that_do_not_exist(line: int):
    old = load("1.12.1")
    old.data.device_states.entropy_device.device_info.irq = line
    error = refused(old, "1.13", f"there is no interrupt line {line}")
    assert (error.path, error.rules) == ("$.device_states.entropy_device.device_info.irq", section(6))
    old = load("1.12.1")
    old.data.acpi_dev_state.vmgenid.gsi = line
    assert refused(old, "1.13", "no interrupt line").path == "$.acpi_dev_state.vmgenid.gsi"


@pytest.mark.parametrize(
    ("low", "taken"),
    [
        (3 * GIB + 256 * (1 << 20), (0xC0001000, 0xCFFFFFFF)),
        (0xC8000000, (0xC0001000, 0xC7FFFFFF)),
        (0xC0001000, None),
        (3 * GIB, None),
    ],
)
def test_memory_above_3_gib_is_taken(low: int, taken: tuple[int, int] | None):
    old = load("1.12.1")
    (region,) = old.data.vm_state.memory.regions
    region.size = low
    old.data.vm_state.memory.regions.append(type(region)(base_address=4 * GIB, size=GIB))
    migrated = to(old, "1.13")
    space = _allocator(migrated.snapshot).mmio32_memory
    places = _taken(space)
    assert (places[0] == taken) if taken else places[0] == (0xD0000000, 0xD0000FFF)
    assert len(places) == 6 + (taken is not None)
    assert ("guest memory above 3 GiB" in entries(migrated, "mmio32_memory")[0].why) is (taken is not None)
    assert next(place.start for place, _ in intervals(space)) == 0xC0001000


def test_memory_where_devices_are_from_1_13_on():
    old = load("1.12.1")
    (region,) = old.data.vm_state.memory.regions
    old.data.vm_state.memory.regions.append(type(region)(base_address=4 * GIB, size=252 * GIB))
    to(old, "1.13")
    old.data.vm_state.memory.regions[1].size += 1
    error = refused(old, "1.13", "guest memory lies in mmio64_memory")
    assert error.path == "$.vm_state.memory.regions[1]"


@pytest.mark.parametrize(
    ("address", "length", "message"),
    [
        (0xD0001000, 0x1000, "overlaps"),
        (0xD0000800, 0x1000, "overlaps"),
        (0xEEC00000, 0x1000, "is outside 0xc0001000..0xeebfffff"),
        (0xC0000000, 0x1000, "is outside"),
        (2**64 - 1, 2**64 - 1, "is outside"),
        (0xD0000000, 0, "is empty"),
    ],
)
def test_devices_that_have_no_place(address: int, length: int, message: str):
    old = load("1.12.1")
    info = old.data.device_states.vsock_device.device_info
    info.addr, info.len = address, length
    error = refused(old, "1.13", message)
    assert error.path.startswith("$.device_states.")
    assert error.path.endswith(".device_info.addr")
    assert error.rules == section(8)


def test_a_device_in_guest_memory():
    old = load("1.12.1")
    old.data.vm_state.memory.regions[0].size = 0xD0002000
    error = refused(old, "1.13", "guest memory")
    assert error.path.endswith(".device_info.addr")


@pytest.mark.parametrize("address", [0x500000, 0xDFFF8, 0x9FBF0])
def test_a_generation_id_elsewhere(address: int):
    old = load("1.12.1")
    old.data.acpi_dev_state.vmgenid.addr = address
    error = refused(old, "1.13", "the generation ID at .* is outside 0x9fc00..0xdffff")
    assert (error.path, error.rules) == ("$.acpi_dev_state.vmgenid.addr", section(1))


# -- section 6: the memory file -----------------------------------------------------------------------------


def _memory(old: Snapshot[Any], path: Path) -> Path:
    regions = old.data.vm_state.memory.regions
    return write_memory(path, pieces(EXTENTS), sum(region.size for region in regions))


def test_tables_by_the_memory_file(tmp_path: Path):
    old = load("1.12.1", "01_minimal")
    memory = _memory(old, tmp_path / "mem")
    with PositionReader(memory) as reader:
        for given in (memory, str(memory), reader):
            migrated = to(old, "1.13", options={"memory": given})
            places = _taken(_allocator(migrated.snapshot).system_memory)
            assert places == [*(place[:2] for place in EXTENTS), (0xDFFF0, 0xDFFFF)]
            assert kinds(migrated, "system_memory") == ["derived"]
    without = to(old, "1.13")
    assert _taken(_allocator(without.snapshot).system_memory) == [(0xDFFF0, 0xDFFFF)]
    assert kinds(without, "system_memory") == ["assumed"]


def test_another_memory_file(tmp_path: Path):
    old = load("1.12.1", "01_minimal")
    memory = write_memory(tmp_path / "mem", {}, 0x8000000)
    with pytest.raises(DecodeError, match="no root pointer of ACPI"):
        to(old, "1.13", options={"memory": memory})
    # The generation ID of this state lies in the tables of that memory.
    old.data.acpi_dev_state.vmgenid.addr = 0x9FD38
    error = refused(old, "1.13", "overlaps", options={"memory": _memory(old, tmp_path / "mem")})
    assert error.path == "$.acpi_dev_state.vmgenid.addr"


# -- section 9: back to 1.12 --------------------------------------------------------------------------------


def test_a_machine_that_was_booted_on_1_13():
    error = refused(load("1.13.2"), "1.12", "booted on 1.13 or later", allow=["MMDS_IMDS_COMPAT"])
    assert error.path == "$.device_states.mmio_state.block_devices[0].device_info.addr"
    assert error.rules == section(9)
    back = to(load("1.13.2", "01_minimal"), "1.12")
    assert back.data.vm_state.memory == load("1.13.2", "01_minimal").data.vm_state.memory


def test_pci_is_refused():
    error = refused(load("1.13.2", "10_pci_many"), "1.12", "1.12 has no PCI devices")
    assert error.path == "$.device_states.pci_state.pci_enabled"


def _from_1_12() -> Snapshot[Any]:
    return to(load("1.12.1"), "1.13").snapshot


def test_a_format_of_answers_is_lost():
    new = _from_1_12()
    new.data.device_states.mmio_state.mmds.imds_compat = True
    error = refused(new, "1.12", "a loss that is not allowed")
    assert [entry.code for entry in error.losses] == ["MMDS_IMDS_COMPAT"]
    assert error.path == "$.device_states.mmio_state.mmds.imds_compat"
    assert to(new, "1.12", allow=["MMDS_IMDS_COMPAT"]).data == load("1.12.1").data


def test_interrupt_lines_of_1_13():
    new = _from_1_12()
    info = new.data.device_states.mmio_state.vsock_device.device_info
    info.gsi = None
    assert to(new, "1.12").data.device_states.vsock_device.device_info.irq is None
    info.gsi = 0
    refused(new, "1.12", "interrupt line 0")


def test_a_generation_id_that_1_12_refuses():
    new = _from_1_12()
    new.data.device_states.acpi_state.vmgenid.addr = 0x500000
    error = refused(new, "1.12", "the generation ID at 0x500000 lies outside")
    assert (error.path, error.rules) == ("$.device_states.acpi_state.vmgenid.addr", section(8))


@pytest.mark.parametrize("address", [0xCFFFF000, 0xFFFFF001])
def test_addresses_that_1_12_does_not_have(address: int):
    new = _from_1_12()
    new.data.device_states.mmio_state.entropy_device.device_info.addr = address
    error = refused(new, "1.12", "outside 1.12's range of devices")
    assert error.path == "$.device_states.mmio_state.entropy_device.device_info.addr"


def test_a_new_receive_queue_holds_nothing():
    back = to(_from_1_12(), "1.12")
    (net,) = back.data.device_states.net_devices
    assert net.device_state.rx_buffers_state.parsed_descriptor_chains_nr == 0
    assert kinds(back, "rx_buffers_state") == ["defaulted"]


# -- aarch64, read from the source --------------------------------------------------------------------------


def _gicv2() -> Snapshot[Any]:
    """A machine with the older interrupt controller, which has no redistributors."""
    old = load("1.12.1", "02_mmio_many", "aarch64")
    for vcpu in old.data.vm_state.gic.gic_vcpu_states:
        vcpu.rdist, vcpu.icc.ap_icc_regs = [], []
    return old


def test_aarch64_with_gicv3_is_refused():
    old = load("1.12.1", "02_mmio_many", "aarch64")
    error = refused(old, "1.13", "interrupt translation service", unproven=True)
    assert (error.path, error.rules) == ("$.vm_state.gic.its_state", section(6))
    new = load("1.13.2", "02_mmio_many", "aarch64")
    error = refused(new, "1.12", "interrupt translation service", unproven=True)
    assert (error.path, error.rules) == ("$.vm_state.gic.its_state", section(9))


def test_aarch64_with_gicv2():
    old = _gicv2()
    migrated = to(old, "1.13", unproven=True)
    assert migrated.data.vm_state.gic.its_state is None
    assert {vcpu.pvtime_ipa for vcpu in migrated.data.vcpu_states} == {None}
    allocator = _allocator(migrated.snapshot)
    lines = allocator.gsi_legacy_allocator
    assert (lines.range_base, lines.range_end) == (0, 95)
    assert used_ids(lines) == [*range(32, 41)]
    assert set(lines.freed_ids) == {*range(32)}
    # Devices below the range are not in it: 1.13 has the console and the clock there.
    devices = old.data.device_states
    inside = [
        device.device_info.addr
        for device in (*devices.legacy_devices, *devices.block_devices, *devices.net_devices)
        if device.device_info.addr >= 0x40003000
    ]
    assert {start for start, _ in _taken(allocator.mmio32_memory)} >= set(inside)
    assert all(start >= 0x40003000 for start, _ in _taken(allocator.mmio32_memory))
    assert _taken(allocator.system_memory) == [(0x801FFFF0, 0x801FFFFF)]
    assert to(migrated.snapshot, "1.12", unproven=True).data == old.data


def test_aarch64_lines_that_1_13_does_not_have():
    old = _gicv2()
    old.data.device_states.legacy_devices[0].device_info.irq = 96
    error = refused(old, "1.13", "there is no interrupt line 96", unproven=True)
    assert error.path == "$.device_states.legacy_devices[0].device_info.irq"


def test_aarch64_stolen_time_is_lost():
    new = to(_gicv2(), "1.13", unproven=True).snapshot
    new.data.vcpu_states[0].pvtime_ipa = 0x801FFF40
    error = refused(new, "1.12", "stolen time", unproven=True)
    assert [entry.code for entry in error.losses] == ["PVTIME"]
    to(new, "1.12", unproven=True, allow=["PVTIME"])
