"""Deep checks: no finding in real files, and one for each wrong value that was seen to do harm."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from snapformat import CRC64_JONES, Snapshot
from snapformat.errors import SnapshotError
from snapformat.inspect import Severity, deep_findings, load_any
from snapformat.inspect.edit import Editor

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
X86 = GOLDEN / "snapshots"
ARM = GOLDEN / "snapshots-aarch64"
BITCODE = GOLDEN / "bitcode" / "snapshots"

OLD = X86 / "1.8.0/03_many/vmstate"
MANY_12 = X86 / "1.12.1/03_many/vmstate"
MANY_13 = X86 / "1.13.2/03_many/vmstate"
PCI_13 = X86 / "1.13.2/10_pci_many/vmstate"
MANY_14 = X86 / "1.14.4/03_many/vmstate"
PCI_14 = X86 / "1.14.4/10_pci_many/vmstate"
PMEM_14 = X86 / "1.14.4/12_pmem_mem_mmio/vmstate"
MANY_15 = BITCODE / "1.15.1/03_many/vmstate"
PCI_15 = BITCODE / "1.15.1/10_pci_many/vmstate"
MANY_16 = BITCODE / "1.16.1/03_many/vmstate"
PCI_16 = BITCODE / "1.16.1/10_pci_many/vmstate"
ARM_12 = ARM / "1.12.1/02_mmio_many/vmstate"
ARM_14 = ARM / "1.14.4/02_mmio_many/vmstate"

MMIO = "$.device_states.mmio_state"
DRIVE = f"{MMIO}.block_devices[0]"
BALLOON = f"{MMIO}.balloon_device.device_state.virtio_state"
NET = f"{MMIO}.net_devices[0].device_state"
INFO_OLD = "$.device_states.block_devices[0].device_info"
PCI = "$.device_states.pci_state"
PCI_DRIVE = f"{PCI}.block_devices[0].transport_state"
SPACE = f"{PCI_DRIVE}.pci_configuration_state"
BARS = f"{PCI_DRIVE}.bars.bars"
RNG_VECTORS = f"{PCI}.entropy_device.transport_state.msix_state.vectors"
ACPI = "$.device_states.acpi_state"
ACPI_OLD = "$.acpi_dev_state"
SERIAL = "$.device_states.serial_state"
PIN = "$.vm_state.ioapic.chip.ioapic.redirtbl[4].mask"
ALLOCATOR = "$.vm_state.resource_allocator"
TREE = f"{ALLOCATOR}.mmio64_memory.interval_tree.root"
REGIONS = "$.vm_state.memory.regions"
FATAL, WARNING = Severity.FATAL, Severity.WARNING

REAL = [
    path
    for folder in (X86, ARM, BITCODE)
    for path in sorted(folder.rglob("*vmstate*"))
    if path.is_file() and "main" not in path.relative_to(GOLDEN).as_posix()
]


def _id(path: Path) -> str:
    return str(path.relative_to(GOLDEN))


def test_there_are_real_files():
    assert len(REAL) > 40


@pytest.mark.parametrize("path", REAL, ids=_id)
def test_real_files_have_no_finding(path: Path):
    assert deep_findings(load_any(path)) == []


class Wrong(NamedTuple):
    """A wrong value that was seen to do harm, and the finding that it makes.

    Attributes:
        what: What is wrong.
        file: The file that is changed.
        edits: New values as text, by path.
        severity: Severity of the finding.
        path: Its path; by default that of the first edit.
    """

    what: str
    file: Path
    edits: dict[str, str]
    severity: Severity = FATAL
    path: str | None = None


_FREE_TREE = '{"key": {"start": 274877906944, "end": 549755813887}, "node_state": "Free", "left": null, '
_FREE_TREE += '"right": null, "height": 1}'

LINES = [
    Wrong(
        "line of the next device, 1.14",
        MANY_14,
        {f"{DRIVE}.device_info.gsi": "8"},
        path=f"{MMIO}.block_devices[1].device_info.gsi",
    ),
    Wrong(
        "line of the next device, 1.12",
        MANY_12,
        {f"{INFO_OLD}.irq": "8"},
        path="$.device_states.net_devices[0].device_info.irq",
    ),
    Wrong("no line, 1.14", MANY_14, {f"{DRIVE}.device_info.gsi": "null"}),
    Wrong("no line, 1.12", MANY_12, {f"{INFO_OLD}.irq": "null"}),
    Wrong("no line, 1.8", OLD, {f"{INFO_OLD}.irqs": "[]"}),
    Wrong("two lines, 1.8", OLD, {f"{INFO_OLD}.irqs": "[20, 21]"}),
    Wrong("line 20, not given out", MANY_14, {f"{DRIVE}.device_info.gsi": "20"}),
    Wrong("line 20, not given out, 1.13", MANY_13, {f"{DRIVE}.device_info.gsi": "20"}),
    Wrong("aarch64, line 20, not given out", ARM_14, {f"{DRIVE}.device_info.gsi": "20"}),
    Wrong("line 30", MANY_14, {f"{DRIVE}.device_info.gsi": "30"}),
    Wrong("line 4, the serial console's", MANY_16, {f"{DRIVE}.device_info.gsi": "4"}),
    Wrong("aarch64, line 96", ARM_14, {f"{DRIVE}.device_info.gsi": "96"}),
    Wrong("aarch64, line 31", ARM_12, {f"{INFO_OLD}.irq": "31"}),
    Wrong("vmgenid: line of a device", MANY_14, {f"{ACPI}.vmgenid.gsi": "6"}, WARNING),
    Wrong("vmgenid: line 30", MANY_14, {f"{ACPI}.vmgenid.gsi": "30"}, WARNING),
    Wrong("vmgenid: line 5000", MANY_12, {f"{ACPI_OLD}.vmgenid.gsi": "5000"}, WARNING),
    Wrong("vmgenid: line 20, not given out", MANY_14, {f"{ACPI}.vmgenid.gsi": "20"}, WARNING),
    Wrong("vmclock: line of vmgenid", MANY_15, {f"{ACPI}.vmclock.gsi": "11"}, WARNING),
    Wrong("vmclock: line of a device", MANY_15, {f"{ACPI}.vmclock.gsi": "6"}, WARNING),
    *(
        Wrong(f"vmclock: line {line}", MANY_15, {f"{ACPI}.vmclock.gsi": str(line)}, WARNING)
        for line in (0, 4, 20, 24, 5000)
    ),
    Wrong(
        "no line is given out",
        MANY_14,
        {f"{ALLOCATOR}.gsi_legacy_allocator.next_id": "5"},
        WARNING,
        f"{DRIVE}.device_info.gsi",
    ),
    Wrong(
        "a line is given back",
        MANY_14,
        {f"{ALLOCATOR}.gsi_legacy_allocator.freed_ids": "[5]"},
        WARNING,
        f"{ACPI}.vmgenid.gsi",
    ),
    Wrong("vectors twice", PCI_16, {f"{RNG_VECTORS}[0]": "28"}),
    Wrong("vector 23", PCI_16, {f"{PCI_DRIVE}.msix_state.vectors[0]": "23"}),
    Wrong("vector 5000, 1.13", PCI_13, {f"{PCI_DRIVE}.msi_vector_group[1]": "5000"}),
    Wrong("a vector too few", PCI_16, {f"{PCI_DRIVE}.msix_state.vectors": "[28]"}),
    Wrong(
        "no vector is given out",
        PCI_16,
        {f"{ALLOCATOR}.gsi_msi_allocator.next_id": "24"},
        path=f"{PCI_DRIVE}.msix_state.vectors[0]",
    ),
    Wrong("vectors are used up", PCI_16, {f"{ALLOCATOR}.gsi_msi_allocator.next_id": "null"}, WARNING),
]

PLACES = [
    Wrong("device moved, 1.14", MANY_14, {f"{DRIVE}.device_info.addr": "0xc8002000"}),
    Wrong("device moved, 1.13", MANY_13, {f"{DRIVE}.device_info.addr": "0xc8002000"}),
    Wrong(
        "device of 0x2000 bytes",
        MANY_14,
        {f"{DRIVE}.device_info.len": "0x2000"},
        path=f"{MMIO}.block_devices[1].device_info.addr",
    ),
    Wrong("two devices at one address", MANY_14, {f"{MMIO}.block_devices[1].device_info.addr": "0xc0002000"}),
    Wrong("device in memory", MANY_14, {f"{DRIVE}.device_info.addr": "0x100000"}),
    Wrong("device below the pool, 1.12", MANY_12, {f"{INFO_OLD}.addr": "0xc0001000"}),
    Wrong("vmgenid outside of memory", MANY_14, {f"{ACPI}.vmgenid.addr": "0xccb000000000"}),
    Wrong("vmgenid in other memory", MANY_14, {f"{ACPI}.vmgenid.addr": "0x500000"}),
    Wrong("vmgenid in other memory, 1.12", MANY_12, {f"{ACPI_OLD}.vmgenid.addr": "0x500000"}),
    Wrong("vmgenid of 16 bytes, 1.8", OLD, {f"{ACPI_OLD}.vmgenid.addr": "0xdfff0"}),
    Wrong("vmgenid in other memory, aarch64", ARM_14, {f"{ACPI}.vmgenid.addr": "0x81000000"}),
    Wrong("vmclock over code, 1.14", MANY_14, {f"{ACPI}.vmclock.guest_address": "0x1000000"}),
    Wrong("vmclock over code, 1.15", MANY_15, {f"{ACPI}.vmclock.guest_address": "0x100000"}),
    Wrong("vmclock outside of memory, 1.15", MANY_15, {f"{ACPI}.vmclock.guest_address": "0x200000000000"}),
    Wrong("vmclock across the end, 1.15", MANY_15, {f"{ACPI}.vmclock.guest_address": "0xdfff8"}),
    Wrong("vmclock over vmgenid", MANY_15, {f"{ACPI}.vmclock.guest_address": "0xdf000"}),
    Wrong("no memory", MANY_14, {REGIONS: "[]"}),
    Wrong("no memory, 1.8", OLD, {"$.memory_state.regions": "[]"}),
    Wrong("no Dram", MANY_14, {f"{REGIONS}[0].region_type": "Hotpluggable"}, path=REGIONS),
    Wrong("no slot", MANY_14, {f"{REGIONS}[0].plugged": "[]"}),
    Wrong("slot not plugged", MANY_14, {f"{REGIONS}[0].plugged": "[false]"}),
    Wrong("two slots", MANY_14, {f"{REGIONS}[0].plugged": "[true, true]"}),
    Wrong("half of the memory", MANY_14, {f"{REGIONS}[0].size": "128MiB"}, WARNING, REGIONS),
    Wrong("twice the memory", MANY_14, {f"{REGIONS}[0].size": "512MiB"}, path=REGIONS),
    Wrong("other size of memory", MANY_14, {"$.vm_info.mem_size_mib": "512"}, WARNING, REGIONS),
    Wrong(
        "half of the memory, 1.8",
        OLD,
        {"$.memory_state.regions[0].size": "128MiB"},
        WARNING,
        "$.memory_state.regions",
    ),
    Wrong("regions overlap", PMEM_14, {f"{REGIONS}[1].base_address": "0xffff000"}),
]

DEVICES = [
    Wrong("kind, 1.15", MANY_15, {f"{MMIO}.entropy_device.device_state.virtio_state.device_type": "Block"}),
    Wrong("kind, 1.14", MANY_14, {f"{MMIO}.entropy_device.device_state.virtio_state.device_type": "2"}),
    Wrong(
        "hinting without a queue",
        MANY_14,
        {f"{BALLOON}.avail_features": "0x10000000e"},
        path=f"{BALLOON}.queues",
    ),
    Wrong("features that are not offered", MANY_14, {f"{BALLOON}.acked_features": "0x100000100"}),
    Wrong("name", MANY_14, {f"{MMIO}.entropy_device.device_id": "x"}, WARNING),
    Wrong("name of a drive", MANY_14, {f"{DRIVE}.device_id": "x"}, WARNING),
    Wrong("no metadata service", MANY_14, {f"{MMIO}.mmds": "null"}, path=f"{NET}.mmds_ns"),
    Wrong("MTU of 10", MANY_16, {f"{NET}.config_space.mtu": "10"}),
    Wrong(
        "unknown capability",
        MANY_14,
        {"$.kvm_state.kvm_cap_modifiers": '["9999"]'},
        path="$.kvm_state.kvm_cap_modifiers[0]",
    ),
    Wrong(
        "unknown capability, 1.8",
        OLD,
        {"$.vm_state.kvm_cap_modifiers": '["!1", "9999"]'},
        path="$.vm_state.kvm_cap_modifiers[1]",
    ),
    Wrong("serial None", MANY_16, {SERIAL: "null"}),
    Wrong("IER 0", MANY_16, {f"{SERIAL}.interrupt_enable": "0", PIN: "0"}),
    Wrong("LCR 0x83", MANY_16, {f"{SERIAL}.line_control": "0x83"}),
    Wrong("LSR 0", MANY_16, {f"{SERIAL}.line_status": "0"}, WARNING),
    Wrong("64 bytes in the buffer", MANY_16, {f"{SERIAL}.in_buffer": str([65] * 64)}),
    Wrong("65 bytes in the buffer", MANY_16, {f"{SERIAL}.in_buffer": str([65] * 65)}),
]

ON_PCI = [
    Wrong("PCI off, devices on PCI", PCI_16, {f"{PCI}.pci_enabled": "false"}),
    Wrong("PCI on, devices on MMIO", MANY_14, {f"{PCI}.pci_enabled": "true"}, WARNING),
    Wrong("BARs zero", PCI_16, {f"{BARS}[0].encoded_addr": "0", f"{BARS}[1].encoded_addr": "0"}),
    Wrong("BAR without size", PCI_16, {f"{BARS}[0].encoded_size": "0"}, WARNING),
    Wrong("BAR without type", PCI_16, {f"{BARS}[0].encoded_addr": "0x80000"}, WARNING),
    Wrong("number 0", PCI_16, {f"{PCI_DRIVE}.sbdf": "0"}),
    Wrong("number 0, 1.14", PCI_14, {f"{PCI_DRIVE}.pci_device_bdf": "0000:00:00.0"}),
    Wrong("number moved", PCI_16, {f"{PCI_DRIVE}.sbdf": "128"}, WARNING),
    Wrong("MSI-X offset", PCI_16, {f"{PCI_DRIVE}.msix_config_cap_offset": "38"}),
    Wrong("MSI-X offset 0", PCI_16, {f"{PCI_DRIVE}.msix_config_cap_offset": "0"}),
    Wrong("MSI-X index None", PCI_15, {f"{SPACE}.msix_cap_reg_idx": "null"}),
    Wrong("MSI-X index 152", PCI_15, {f"{SPACE}.msix_cap_reg_idx": "152"}),
    Wrong("a register", PCI_16, {f"{SPACE}.registers": "[0]"}),
    Wrong("a mask, 1.13", PCI_13, {f"{SPACE}.writable_bits": "[0]"}),
    Wrong("driver_status 7", PCI_16, {f"{PCI_DRIVE}.pci_dev_state.driver_status": "7"}),
    Wrong("bar_address, 1.15", PCI_15, {f"{PCI_DRIVE}.bar_address": "0x4000800000"}),
    Wrong("bar_configuration, 1.13", PCI_13, {f"{PCI_DRIVE}.bar_configuration.addr": "0x4000800000"}),
    Wrong("mask of the BAR, 1.15", PCI_15, {f"{SPACE}.writable_bits[4]": "0"}),
    Wrong("register of the BAR, 1.15", PCI_15, {f"{SPACE}.registers[4]": "0"}, WARNING),
    Wrong("all BARs are free", PCI_16, {TREE: _FREE_TREE}, path=f"{BARS}[0].encoded_addr"),
    Wrong("allocator of BARs without a root", PCI_16, {TREE: "null"}),
]


def _edited(file: Path, edits: dict[str, str]) -> Snapshot[Any]:
    editor = Editor(load_any(file))
    for path, text in edits.items():
        editor.set_text(path, text)
    # It is a file that loads.
    return editor.snapshot.format.load(editor.snapshot.to_bytes())


@pytest.mark.parametrize("wrong", [*LINES, *PLACES, *DEVICES, *ON_PCI], ids=lambda wrong: wrong.what)
def test_wrong_values(wrong: Wrong):
    findings = deep_findings(_edited(wrong.file, wrong.edits))
    path = wrong.path or next(iter(wrong.edits))
    (found, *_) = [each for each in findings if each.path == path and each.severity is wrong.severity]
    assert found.message
    assert "section" in found.rule


#: Wrong values that were seen to do no harm.
HARMLESS: list[tuple[Path, dict[str, str]]] = [
    (MANY_14, {f"{ALLOCATOR}.mmio32_memory.interval_tree.root": "null"}),
    (MANY_14, {f"{ALLOCATOR}.system_memory.interval_tree.root": "null"}),
    (MANY_14, {f"{ACPI}.vmclock.guest_address": "0x200000000000"}),
    (MANY_14, {f"{ACPI}.vmclock.inner.magic": "0"}),
    (MANY_14, {f"{MMIO}.block_devices[1].transport_state.interrupt_status": "0"}),
    (MANY_14, {f"{MMIO}.balloon_device.device_state.hinting_state.acknowledge_on_finish": "true"}),
    (MANY_12, {f"{ACPI_OLD}.vmgenid": "null"}),
    (MANY_14, {"$.kvm_state.kvm_cap_modifiers": '["!9999", "1"]'}),
    (MANY_12, {"$.device_states.mmds_version": "null"}),
    (MANY_15, {f"{MMIO}.vsock_device.device_state.backend.local_port_last": "0"}),
    (MANY_15, {f"{ACPI}.vmclock.inner.vm_generation_counter": "0xffffffffffffffff"}),
    (MANY_15, {f"{ACPI}.vmclock.inner.flags": "256"}),
    (MANY_15, {f"{ACPI}.vmclock.guest_address": "0xdd004"}),
    (MANY_16, {f"{SERIAL}.interrupt_enable": "5"}),
    (MANY_16, {f"{SERIAL}.in_buffer": "[97, 98, 99]", f"{SERIAL}.line_status": "0x61"}),
    (MANY_16, {f"{NET}.config_space.mtu": "1400"}),
    (PCI_16, {f"{SPACE}.last_capability": "null"}),
    (PCI_16, {f"{BARS}[0].about_to_be_read": "true"}),
    (PCI_16, {f"{PCI_DRIVE}.pci_dev_state.driver_status": "0"}),
    (PCI_15, {f"{SPACE}.registers[4]": "0xfffffff4"}),
]


@pytest.mark.parametrize(("file", "edits"), HARMLESS)
def test_harmless_values(file: Path, edits: dict[str, str]):
    assert deep_findings(_edited(file, edits)) == []


@pytest.mark.parametrize("path", [OLD, MANY_12, PCI_13, PCI_14, PMEM_14, PCI_16, MANY_16, ARM_14], ids=_id)
def test_any_file_that_loads_can_be_checked(path: Path):
    """Checks end and raise nothing, whatever the values are."""
    data, chance = path.read_bytes(), random.Random(path.parent.name)
    loaded = 0
    for _ in range(60):
        damaged = bytearray(data[:-8])
        for _ in range(chance.randrange(1, 4)):
            damaged[chance.randrange(32, len(damaged))] = chance.choice([0, 1, 2, 0x7F, 0xFF])
        content = bytes(damaged) + CRC64_JONES.compute(bytes(damaged)).to_bytes(8, "little")
        try:
            snapshot: Snapshot[Any] = load_any(content)
        except SnapshotError:
            continue
        loaded += 1
        assert all(each.path.startswith("$") for each in deep_findings(snapshot))
    assert loaded > 10
