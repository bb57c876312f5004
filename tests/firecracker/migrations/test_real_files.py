"""Every real file goes to every later release, or is refused by a rule; and so back."""

from __future__ import annotations

from typing import Any

import pytest

from firecracker.migrations.data import RELEASES, changes, format_of, is_below, release_of
from snapformat import MigrationError, Snapshot, SnapshotFormat
from snapformat.migrate import Migrated, find, migrate
from snapformat.values import to_json
from snapformat_schemas.firecracker.migrations.rules import RULES, section
from snapformat_schemas.firecracker.migrations.steps import STEPS
from snapshots import data
from snapshots.data import StateFile

#: The newest release whose steps are tested here.
LAST = "1.14"

FILES = [file for file in data.state_files() if not is_below(LAST, release_of(file.format))]

#: What is refused upwards, with the section of the rules that says so: path, reason, section.
REFUSED_UPWARDS = {
    "aarch64": [
        (
            "$.vm_state.gic.its_state",
            "1.13 requires the registers of an interrupt translation service",
            section(6),
        ),
    ],
    "x86_64": [],
}

#: What is refused downwards: the beginning of the path, the reason, and the section of the rules.
REFUSED_DOWNWARDS = [
    # 1.12's range of devices is another: a machine that was booted on 1.13 or later stays there.
    ("$.device_states.mmio_state.", "outside 1.12's range of devices", section(9)),
    ("$.device_states.pci_state.pci_enabled", "1.12 has no PCI devices", section(9)),
    ("$.vm_state.gic.its_state", "1.12 has no interrupt translation service", section(9)),
    ("$.vm_state.memory.regions[1].region_type", "1.13 has no hot-pluggable memory", section(9)),
    ("$.device_states.mmio_state.pmem_devices", "1.13 has no persistent memory", section(9)),
    ("$.acpi_dev_state.vmgenid.addr", "1.8 takes a whole page", section(9)),
    ("$.vm_state.resource_allocator.past_mmio64_memory", "1.13 places nothing there", section(9)),
]

#: Losses downwards, by their codes.
LOSSES = ["BALLOON_STATS", "MMDS_IMDS_COMPAT", "PVTIME", "VMGENID"]


def _arch(file: StateFile) -> str:
    return file.format.name.rpartition("/")[2]


def _others(file: StateFile, *, later: bool) -> list[SnapshotFormat]:
    own = release_of(file.format)
    names = RELEASES[: RELEASES.index(LAST) + 1]
    return [format_of(name, _arch(file)) for name in names if name != own and is_below(own, name) is later]


def _step_by_step(snapshot: Snapshot[Any], to: SnapshotFormat, allow: list[str]) -> Migrated:
    migrated: Migrated | None = None
    for step in find(STEPS, snapshot.format, to):
        migrated = migrate(snapshot, to=step.new, unproven=True, allow=allow)
        # As a file between any two.
        snapshot = step.new.load(migrated.snapshot.to_bytes())
    assert migrated is not None
    return migrated


def _check(file: StateFile, to: SnapshotFormat, allow: list[str]) -> Migrated:
    old = file.format.load(file.bytes)
    migrated = migrate(old, to=to, unproven=True, allow=allow)
    written = migrated.snapshot.to_bytes()
    again = to.load(written)
    assert again.header.magic == old.header.magic
    assert str(again.version) == str(to.version)
    assert written == _step_by_step(old, to, allow).snapshot.to_bytes()
    assert old.to_bytes() == file.bytes
    lazily = migrate(file.format.load(file.bytes, lazy=True), to=to, unproven=True, allow=allow)
    assert lazily.snapshot.to_bytes() == written
    for entry in migrated.report:
        assert entry.kind in ("derived", "defaulted", "assumed", "moved", "dropped", "unproven")
        assert entry.path.startswith("$.")
        assert entry.why
        assert not entry.why.endswith(".")
    return migrated


@data.each(FILES)
def test_to_every_later_release(file: StateFile):
    for to in _others(file, later=True):
        try:
            migrated = _check(file, to, [])
        except MigrationError as error:
            _demand_known(error, REFUSED_UPWARDS[_arch(file)])
            continue
        assert migrated.report.is_shown is (_arch(file) == "x86_64")
        _back_again(file, migrated)


def _back_again(file: StateFile, migrated: Migrated) -> None:
    """Up and down again gives the file, but for what the rules say."""
    back = migrate(migrated.snapshot, to=file.format, unproven=True)
    found = changes(
        to_json(file.format.load(file.bytes).data, file.format.payload),
        to_json(back.data, file.format.payload),
    )
    own, arch = release_of(file.format), _arch(file)
    system_memory = "$.vm_state.resource_allocator.system_memory."
    if own == "1.13" and arch == "x86_64":
        # Section 7 marks the clock page; in the proven 1.14.4 -> 1.13.2 (section 9) it stays marked.
        assert found
        found = [line for line in found if not line.startswith(system_memory)]
    assert found == []
    if own != "1.13" or arch != "x86_64":
        assert back.snapshot.to_bytes() == file.bytes


@data.each(FILES)
def test_to_every_earlier_release(file: StateFile):
    for to in _others(file, later=False):
        try:
            migrated = _check(file, to, LOSSES)
        except MigrationError as error:
            _demand_known(error, REFUSED_DOWNWARDS)
            continue
        if file.format.name.startswith("firecracker/1.14/"):
            _down_and_up(file, migrated)


def _down_and_up(file: StateFile, migrated: Migrated) -> None:
    """Down and up again gives the file, but for what was lost and what is placed anew."""
    up = migrate(migrated.snapshot, to=file.format, unproven=True)
    found = changes(
        to_json(file.format.load(file.bytes).data, file.format.payload),
        to_json(up.data, file.format.payload),
    )
    lost = [entry.path for entry in migrated.report if entry.code is not None]
    found = [line for line in found if line.partition(": ")[0] not in lost]
    if not migrated.snapshot.format.name.startswith("firecracker/1.13/"):
        # 1.12 and before have no allocators; what the guest's tables take is in the memory file (section 6).
        found = [line for line in found if "system_memory" not in line]
    assert found == []


def _demand_known(error: MigrationError, known: list[tuple[str, str, str]]) -> None:
    assert error.path is not None
    for path, reason, rule in known:
        if error.path.startswith(path) and reason in str(error):
            assert error.rules == rule
            return
    pytest.fail(f"no rule: {error}")


@data.each(FILES)
def test_what_is_unproven_must_be_allowed(file: StateFile):
    old = file.format.load(file.bytes)
    for to in [*_others(file, later=True), *_others(file, later=False)]:
        if _arch(file) == "aarch64" or release_of(to) == "1.8":
            with pytest.raises(MigrationError, match="read from the source only"):
                migrate(old, to=to, allow=LOSSES)


def test_every_step_is_what_it_is_declared_to_be():
    pairs = [(step.old.name, step.new.name) for step in STEPS]
    assert len(pairs) == len(set(pairs))
    for step in STEPS:
        step.check()
        assert (step.new.name, step.old.name) in pairs
        assert step.old.name.rpartition("/")[2] == step.new.name.rpartition("/")[2]
        assert step.doc.endswith(".")
        if all(not is_below(LAST, release_of(form)) for form in (step.old, step.new)):
            assert step.rules in RULES
        if step.old.name.endswith("/aarch64"):
            assert not step.shown
    below = {(step.old.name, step.new.name) for step in STEPS if not step.shown and "x86_64" in step.new.name}
    assert ("firecracker/1.9/x86_64", "firecracker/1.8/x86_64") in below
