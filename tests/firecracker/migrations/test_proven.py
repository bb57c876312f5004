"""Migrations are those that ran in the real programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from firecracker.migrations.data import Case, cases, changes, each, low, read, without
from firecracker.migrations.memory_files import pieces, write_memory
from snapformat.migrate import migrate
from snapformat.values import to_json
from snapformat_schemas.firecracker.migrations.allocators import Extent

LOW = [case for case in cases() if low(case)]

#: The one place that may differ: what the guest's tables take is in the memory file only (rules, section 6).
SYSTEM_MEMORY = "$.vm_state.resource_allocator.system_memory."


def _taken(truth: Any) -> list[Extent]:
    """What is taken in low memory, in order; the tables of the guest are the first."""
    allocator = truth["vm_state"].get("resource_allocator")
    found: list[Extent] = []
    waiting = [] if allocator is None else [allocator["system_memory"]["interval_tree"]["root"]]
    while waiting:
        node = waiting.pop()
        if node is not None:
            waiting += [node["left"], node["right"]]
            if node["node_state"] == "Allocated":
                found.append(Extent(node["key"]["start"], node["key"]["end"]))
    return sorted(found)


def _needs_memory(case: Case) -> bool:
    return "resource_allocator" not in to_json(case.load().data, case.old_format.payload)["vm_state"]


@each(LOW)
def test_the_state_is_the_proven_one(case: Case):
    old = case.load()
    before = old.to_bytes()
    migrated = migrate(old, to=case.new_format)
    assert old.to_bytes() == before
    truth = case.truth()
    found = changes(to_json(migrated.data, case.new_format.payload), truth)
    if _needs_memory(case):
        found = without(found, lambda line: line.startswith(SYSTEM_MEMORY))
    assert found == []
    assert migrated.report.is_shown

    data = migrated.snapshot.to_bytes()
    again = case.new_format.load(data, strict=True)
    assert again.header.magic == old.header.magic
    assert str(again.version) == str(case.new_format.version)
    assert again.data == migrated.data
    assert not migrate(again, to=case.new_format).report.steps


@each(case for case in LOW if _taken(case.truth()) and _needs_memory(case))
def test_with_the_memory_file_all_is_the_proven_state(case: Case, tmp_path: Path):
    truth = case.truth()
    tables = [place for place in _taken(truth) if place.start < 0xDE000]
    regions = truth["vm_state"]["memory"]["regions"]
    memory = write_memory(tmp_path / "mem", pieces(tables), sum(region["size"] for region in regions))
    migrated = migrate(case.load(), to=case.new_format, options={"memory": str(memory)})
    assert changes(to_json(migrated.data, case.new_format.payload), truth) == []
    kinds = [entry.kind for entry in migrated.report]
    assert "assumed" not in kinds


@each(case for case in LOW if (case.folder / "after_restore.vmstate.xz").exists())
def test_a_machine_goes_back_to_where_it_was_born(case: Case):
    # Rules, section 9: one that was booted on 1.12 or before goes back from 1.14, with all devices.
    resumed = case.new_format.load(read(case.folder / "after_restore.vmstate"))
    back = migrate(resumed, to=case.old_format)
    old = case.old_format.load(back.snapshot.to_bytes()).data
    born = case.load().data
    assert old.acpi_dev_state == born.acpi_dev_state
    assert old.memory_state == born.memory_state
    assert {each.device_id: each.device_info for each in old.device_states.block_devices} == {
        each.device_id: each.device_info for each in born.device_states.block_devices
    }
    (net,) = old.device_states.net_devices
    assert net.device_state.rx_buffers_state.parsed_descriptor_chains_nr == 0
    (resumed_net,) = resumed.data.device_states.mmio_state.net_devices
    assert net.device_state.virtio_state.queues == resumed_net.device_state.virtio_state.queues
    assert net.device_state.virtio_state.interrupt_status == resumed_net.transport_state.interrupt_status
