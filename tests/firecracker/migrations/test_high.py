"""1.14 to 1.16 and back: the proven states, all real files, and what is refused or lost."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from firecracker.migrations.data import Case, cases, changes, each, folder, low, read
from snapformat import MigrationError, Snapshot
from snapformat.inspect import deep_findings, load_any
from snapformat.inspect.edit import Editor
from snapformat.inspect.families import migration_note
from snapformat.migrate import find, migrate
from snapformat.snapshot.catalogue import formats
from snapformat.values import from_json, to_json
from snapformat_schemas.firecracker.migrations.steps import STEPS

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
HIGH = ("1.14", "1.15", "1.16")


def _format(release: str, arch: str = "x86_64") -> Any:
    return formats()[f"firecracker/{release}/{arch}"]


def _has_old(case: Case) -> bool:
    native = folder() / "native" / case.old / case.configuration
    return any((case.folder / name).exists() for name in ("old.vmstate", "old.vmstate.xz")) or any(
        (native / name).exists() for name in ("vmstate", "vmstate.xz")
    )


PROVEN = [case for case in cases() if not low(case)]
REAL = [
    path
    for below in ("snapshots/1.14.4", "bitcode/snapshots/1.15.1", "bitcode/snapshots/1.16.1")
    for path in sorted((GOLDEN / below).rglob("vmstate*"))
]


def _id(path: Path) -> str:
    return str(path.relative_to(GOLDEN))


# -- proven -------------------------------------------------------------------------------------------------


@each(case for case in PROVEN if _has_old(case))
def test_the_state_is_the_proven_one(case: Case):
    old = case.load()
    before = old.to_bytes()
    migrated = migrate(old, to=case.new_format)
    assert old.to_bytes() == before
    assert changes(to_json(migrated.data, case.new_format.payload), case.truth()) == []
    assert migrated.report.is_shown
    again = case.new_format.load(migrated.snapshot.to_bytes(), strict=not case.new_format.is_message)
    assert again.data == migrated.data
    assert str(again.version) == str(case.new_format.version)
    assert deep_findings(again) == []


@each(PROVEN)
def test_the_proven_state_goes_back_and_comes_again(case: Case):
    """Also where the folder has the result only."""
    proven = Snapshot.new(
        from_json(case.truth(), case.new_format.payload), format=case.new_format, arch="x86_64"
    )
    back = migrate(proven, to=case.old_format)
    assert migrate(back.snapshot, to=case.new_format).data == proven.data


# -- real files ---------------------------------------------------------------------------------------------


def test_there_are_real_files():
    assert len(REAL) > 12


@pytest.mark.parametrize("path", REAL, ids=_id)
def test_up_and_down_again_is_the_original(path: Path):
    snapshot = load_any(path)
    own = snapshot.format.release
    assert own is not None
    for release in HIGH[HIGH.index(own) + 1 :]:
        up = migrate(snapshot, to=_format(release))
        assert deep_findings(up.snapshot) == []
        assert up.report.is_shown
        back = migrate(up.snapshot, to=snapshot.format)
        assert back.data == snapshot.data
        assert back.snapshot.to_bytes() == path.read_bytes()


@pytest.mark.parametrize("path", REAL, ids=_id)
def test_in_one_go_is_step_by_step(path: Path):
    snapshot = load_any(path)
    allow = ["SERIAL", "NET_MTU", "PMEM_LIMITER", "VMCLOCK_COUNTER", "VSOCK_PORT"]
    for release in HIGH:
        at_once = migrate(snapshot, to=_format(release), allow=allow).snapshot
        by_steps = snapshot
        for step in find(STEPS, snapshot.format, _format(release)):
            by_steps = migrate(by_steps, to=step.new, allow=allow).snapshot
        assert by_steps.data == at_once.data
        again = migrate(at_once, to=_format(release))
        assert again.report.steps == []
        assert again.snapshot.to_bytes() == at_once.to_bytes()


# -- refused and lost ---------------------------------------------------------------------------------------

MANY_14 = GOLDEN / "snapshots/1.14.4/03_many/vmstate"
PCI_14 = GOLDEN / "snapshots/1.14.4/10_pci_many/vmstate"
PCI_15 = GOLDEN / "bitcode/snapshots/1.15.1/10_pci_many/vmstate"
MANY_15 = GOLDEN / "bitcode/snapshots/1.15.1/03_many/vmstate"
MANY_16 = GOLDEN / "bitcode/snapshots/1.16.1/03_many/vmstate"
PCI_16 = GOLDEN / "bitcode/snapshots/1.16.1/10_pci_many/vmstate"
PMEM_16 = GOLDEN / "bitcode/snapshots/1.16.1/12_pmem_mem_mmio/vmstate"
MMIO = "$.device_states.mmio_state"
PCI = "$.device_states.pci_state"
TRANSPORT = f"{PCI}.block_devices[0].transport_state"
SPACE = f"{TRANSPORT}.pci_configuration_state"
ACPI = "$.device_states.acpi_state"
SERIAL = "$.device_states.serial_state"


def _edited(path: Path, edits: dict[str, str]) -> Snapshot[Any]:
    editor = Editor(load_any(path))
    for place, text in edits.items():
        editor.set_text(place, text)
    return editor.snapshot


KIND = f"{MMIO}.entropy_device.device_state.virtio_state.device_type"
STATUS = f"{TRANSPORT}.pci_dev_state.driver_status"
LINES = "$.vm_state.resource_allocator.gsi_legacy_allocator.next_id"
CAP = f"{TRANSPORT}.msix_config_cap_offset"

#: What is wrong, the file, the path and the text of the change, the target, the path of the refusal (None:
#: that of the change), and a part of its reason.
REFUSED = [
    ("lines in use", MANY_14, LINES, "null", "1.15", f"{ACPI}.vmclock.gsi", "all from 5 to 23"),
    ("both buses", MANY_14, f"{PCI}.pci_enabled", "true", "1.15", MMIO, "6 devices on MMIO"),
    ("both buses, 1.15", PCI_15, f"{PCI}.pci_enabled", "false", "1.16", PCI, "6 devices on PCI"),
    ("kind of device", MANY_14, KIND, "3", "1.15", None, "no kind of device with the ID 3"),
    ("registers", PCI_15, f"{SPACE}.registers", "[1]", "1.16", None, "1024"),
    ("masks", PCI_14, f"{SPACE}.writable_bits", "[1]", "1.16", None, "1024"),
    ("BARs", PCI_15, f"{SPACE}.bars", "[]", "1.16", None, "0 registers of BARs"),
    ("bar_address", PCI_15, f"{TRANSPORT}.bar_address", "0x4000000000", "1.16", None, "BARs are at"),
    ("MSI-X", PCI_15, f"{SPACE}.msix_cap_reg_idx", "null", "1.16", None, "no MSI-X capability"),
    ("MSI-X far away", PCI_15, f"{SPACE}.msix_cap_reg_idx", "20000", "1.16", None, "no register 20000"),
    ("driver_status", PCI_15, STATUS, "7", "1.16", None, "0x7"),
    ("capability", PCI_15, f"{SPACE}.last_capability", "[300, 1]", "1.16", None, "256"),
    ("registers down", PCI_16, f"{SPACE}.registers", "[1]", "1.15", None, "1024"),
    ("a second BAR", PCI_16, f"{TRANSPORT}.bars.bars[2].encoded_addr", "4", "1.15",
     f"{TRANSPORT}.bars.bars[2]", "more than one BAR"),
    ("MSI-X down", PCI_16, CAP, "39", "1.15", None, "byte 39"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "edit", "text", "release", "path", "why"),
    [row[1:] for row in REFUSED],
    ids=[r[0] for r in REFUSED],
)
def test_refused(file: Path, edit: str, text: str, release: str, path: str | None, why: str):
    snapshot = _edited(file, {edit: text})
    with pytest.raises(MigrationError) as caught:
        migrate(snapshot, to=_format(release), allow=["SERIAL"])
    assert caught.value.path == (path or edit)
    assert why in str(caught.value)
    assert caught.value.rules
    assert caught.value.rules.startswith("1.15-1.16, section ")


def test_eighteen_devices_have_no_line_for_vmclock():
    snapshot = load_any(MANY_14)
    drives = snapshot.data.device_states.mmio_state.block_devices
    allocator = snapshot.data.vm_state.resource_allocator.gsi_legacy_allocator
    for line in range(12, 23):
        drives.append(_copy(drives[0], line))
    allocator.next_id = 23
    free = migrate(snapshot, to=_format("1.16"))
    assert free.data.device_states.acpi_state.vmclock.gsi == 23
    assert free.data.vm_state.resource_allocator.gsi_legacy_allocator.next_id == 24
    drives.append(_copy(drives[0], 23))
    with pytest.raises(MigrationError, match="all from 5 to 23"):
        migrate(snapshot, to=_format("1.16"))


def _copy(drive: Any, line: int) -> Any:
    made = copy.deepcopy(drive)
    made.device_id = made.device_state.value.id = f"d{line}"
    made.device_info.gsi, made.device_info.addr = line, 0xC000_0000 + line * 4096
    return made


def test_a_line_that_was_given_back_is_taken_first():
    snapshot = _edited(MANY_14, {})
    state = snapshot.data
    state.device_states.mmio_state.block_devices.pop()
    gone = 8
    allocator = state.vm_state.resource_allocator.gsi_legacy_allocator
    allocator.freed_ids = type(allocator.freed_ids)([gone])
    migrated = migrate(snapshot, to=_format("1.15"))
    assert migrated.data.device_states.acpi_state.vmclock.gsi == gone
    assert list(migrated.data.vm_state.resource_allocator.gsi_legacy_allocator.freed_ids) == []
    assert migrate(migrated.snapshot, to=snapshot.format).data == state


@pytest.mark.parametrize("line", [7, 11])
def test_a_line_that_vmclock_shares_is_not_given_back(line: int):
    # 7 is that of a drive, 11 that of the generation ID: it loads and runs (rules, section 5).
    snapshot = _edited(MANY_15, {f"{ACPI}.vmclock.gsi": str(line)})
    allocator = snapshot.data.vm_state.resource_allocator.gsi_legacy_allocator
    migrated = migrate(snapshot, to=_format("1.14"))
    assert migrated.data.vm_state.resource_allocator.gsi_legacy_allocator == allocator


IER, TYPED = f"{SERIAL}.interrupt_enable", f"{SERIAL}.in_buffer"
MTU = f"{MMIO}.net_devices[0].device_state.config_space.mtu"
LIMITER = f"{MMIO}.pmem_devices[0].device_state.config.rate_limiter"
LIMIT = '{"bandwidth": {"size": 1, "one_time_burst": null, "refill_time": 1}, "ops": null}'
COUNTER = f"{ACPI}.vmclock.inner.vm_generation_counter"
PORT = f"{MMIO}.vsock_device.device_state.backend.local_port_last"

#: What is lost, the file, changes of it, the target, and code and path of the loss.
LOST = [
    ("UART", MANY_16, {IER: "5"}, "1.15", "SERIAL", SERIAL),
    ("typed", MANY_16, {IER: "1", TYPED: "[97]"}, "1.15", "SERIAL", SERIAL),
    ("MTU", MANY_16, {SERIAL: "null", MTU: "1400"}, "1.15", "NET_MTU", MTU),
    ("limits", PMEM_16, {SERIAL: "null", LIMITER: LIMIT}, "1.15", "PMEM_LIMITER", LIMITER),
    ("counter", MANY_15, {COUNTER: "1"}, "1.14", "VMCLOCK_COUNTER", COUNTER),
    ("port", MANY_15, {PORT: "0x40000000"}, "1.14", "VSOCK_PORT", PORT),
]


@pytest.mark.parametrize(
    ("file", "edits", "release", "code", "path"), [row[1:] for row in LOST], ids=[row[0] for row in LOST]
)
def test_lost(file: Path, edits: dict[str, str], release: str, code: str, path: str):
    snapshot = _edited(file, edits)
    with pytest.raises(MigrationError) as caught:
        migrate(snapshot, to=_format(release), allow=["OTHER"])
    assert [(each.code, each.path) for each in caught.value.losses] == [(code, path)]
    migrated = migrate(snapshot, to=_format(release), allow=[code])
    assert [each.path for each in migrated.report if each.code == code] == [path]
    assert deep_findings(migrated.snapshot) == []


def test_a_resumed_machine_goes_back_with_its_losses_allowed():
    (case,) = (case for case in PROVEN if case.id == "v1.14.4-to-v1.15.1/many")
    resumed = case.new_format.load(read(case.folder / "after_restore.vmstate"))
    with pytest.raises(MigrationError) as caught:
        migrate(resumed, to=case.old_format)
    codes = {each.code for each in caught.value.losses}
    assert codes == {"VMCLOCK_COUNTER", "VSOCK_PORT"}
    back = migrate(resumed, to=case.old_format, allow=codes)
    assert deep_findings(back.snapshot) == []
    assert back.report.is_shown


def test_a_bar_whose_size_is_about_to_be_read():
    up = _edited(PCI_15, {f"{SPACE}.registers[4]": "0xfff80004"})
    migrated = migrate(up, to=_format("1.16"))
    bars = migrated.data.device_states.pci_state.block_devices[0].transport_state.bars.bars
    assert [bar.about_to_be_read for bar in bars] == [True, *[False] * 5]
    with pytest.raises(MigrationError, match="read from the source only"):
        migrate(migrated.snapshot, to=up.format)
    back = migrate(migrated.snapshot, to=up.format, unproven=True)
    assert back.data == up.data
    assert not back.report.is_shown
    assert deep_findings(back.snapshot) == []


# -- aarch64 ------------------------------------------------------------------------------------------------

ARM = sorted((GOLDEN / "snapshots-aarch64/1.14.4").rglob("vmstate"))
_KINDS = {1: "Net", 2: "Block", 4: "Rng", 5: "Balloon", 19: "Vsock", 24: "Mem", 27: "Pmem"}


@pytest.mark.parametrize("path", ARM, ids=_id)
def test_no_vmclock_is_invented(path: Path):
    snapshot = load_any(path)
    with pytest.raises(MigrationError, match="read from the source only"):
        migrate(snapshot, to=_format("1.15", "aarch64"))
    with pytest.raises(MigrationError, match="a device tree that names them") as caught:
        migrate(snapshot, to=_format("1.15", "aarch64"), unproven=True)
    assert caught.value.path == f"{ACPI}.vmclock"


def _as_1_15(part: Any) -> Any:
    """A state of 1.14 in JSON, as one of 1.15 whose machine was booted with a vmclock."""
    if isinstance(part, list):
        return [_as_1_15(each) for each in part]
    if not isinstance(part, dict):
        return part
    made = {name: _as_1_15(each) for name, each in part.items()}
    if "device_type" in made:
        made["device_type"] = _KINDS[made["device_type"]]
    if isinstance(made.get("backend"), dict) and "Uds" in made["backend"]:
        made["backend"] = {"uds_path": made["backend"]["Uds"]["path"], "local_port_last": (1 << 30) - 1}
    return made


def _arm_1_15(path: Path) -> Snapshot[Any]:
    snapshot = load_any(path)
    state = _as_1_15(to_json(snapshot.data, snapshot.format.payload))
    x86 = load_any(MANY_15)
    clock = to_json(x86.data, x86.format.payload)["device_states"]["acpi_state"]["vmclock"]
    state["device_states"]["acpi_state"]["vmclock"] = {**clock, "guest_address": 0x801F_E000, "gsi": 9}
    state["vm_state"]["resource_allocator"]["gsi_legacy_allocator"]["next_id"] = 10
    new = _format("1.15", "aarch64")
    made = new.new(from_json(state, new.payload), arch="aarch64")
    return new.load(made.to_bytes())  # type: ignore[no-any-return]


@pytest.mark.parametrize("path", ARM, ids=_id)
def test_aarch64_between_1_15_and_1_16(path: Path):
    old = _arm_1_15(path)
    with pytest.raises(MigrationError, match="read from the source only"):
        migrate(old, to=_format("1.16", "aarch64"))
    up = migrate(old, to=_format("1.16", "aarch64"), unproven=True)
    assert not up.report.is_shown
    assert up.snapshot.arch == "aarch64"
    assert deep_findings(up.snapshot) == []
    boards = [type(each.type_).__name__ for each in up.data.device_states.mmio_state.legacy_devices]
    assert (up.data.device_states.serial_state is not None) == ("DeviceTypeSerial" in boards)
    assert migrate(up.snapshot, to=old.format, unproven=True).snapshot.to_bytes() == old.to_bytes()


@pytest.mark.parametrize("path", ARM, ids=_id)
def test_aarch64_loses_its_vmclock_in_1_14(path: Path):
    original = load_any(path)
    with pytest.raises(MigrationError) as caught:
        migrate(_arm_1_15(path), to=original.format, unproven=True)
    assert [each.code for each in caught.value.losses] == ["VMCLOCK"]
    back = migrate(_arm_1_15(path), to=original.format, unproven=True, allow=["VMCLOCK"])
    assert back.data.device_states == original.data.device_states


# -- all steps ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_steps_are_complete_and_described(step: Any):
    step.check()
    assert step.doc.endswith(".")
    assert step.rules
    is_x86 = step.old.name.endswith("/x86_64")
    assert is_x86 or not step.shown
    # `info` says so without importing the steps.
    assert bool(migration_note(step.old)) == (not is_x86)
