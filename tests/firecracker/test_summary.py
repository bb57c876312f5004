"""What machine is in a file: held against the original's JSON, for all releases and any state."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cli.support import call, info
from schemas.truths import ROOTS, TRUTHS, folder_of, name_of
from schemas.values import Builder, Seeded
from snapformat import SnapshotFormat
from snapformat.inspect import summarize
from snapformat.values import from_json
from snapformat_schemas import firecracker
from snapformat_schemas.firecracker import SCHEMAS
from snapformat_schemas.firecracker.describing import facts
from snapformat_schemas.firecracker.formats import ENCODING
from snapformat_schemas.firecracker.releases import MAGICS
from snapshots import data
from snapshots.data import StateFile


@data.each(f for f in data.state_files() if f.truth is not None)
def test_the_truth(file: StateFile):
    """The original's JSON has what the summary says, wherever the release keeps it."""
    truth, about = json.loads(file.truth.read_text()), firecracker.summary(file.path)
    assert info(file.path)["summary"] == about
    assert about["release"] == file.format.release
    assert about["arch"] == file.format.name.rpartition("/")[2]
    _check(about, truth)


@pytest.mark.parametrize(
    "path", [path for path in TRUTHS if not folder_of(path).startswith("main-")], ids=name_of
)
def test_the_truth_of_releases_without_a_format(path: Path):
    """States of releases whose files are not read yet."""
    release = folder_of(path).rpartition(".")[0]
    format_ = SnapshotFormat(
        name=f"firecracker/{release}/x86_64",
        release=release,
        magic={"x86_64": MAGICS["x86_64"]},
        version="0.0.0",
        payload=ROOTS[folder_of(path)],
        encoding=ENCODING,
    )
    truth = json.loads(path.read_bytes())
    about = firecracker.summary(format_.new(from_json(truth, format_.payload), arch="x86_64"))
    assert (about["release"], about["arch"]) == (release, "x86_64")
    assert all(isinstance(text, str) for line in facts(about) for text in line)
    _check(about, truth)


def _check(about: dict[str, Any], truth: dict[str, Any]) -> None:
    assert json.loads(json.dumps(about)) == about
    assert about["vcpus"] == len(truth["vcpu_states"])
    machine = truth["vm_info"]
    assert about["memory_mib"] == machine["mem_size_mib"]
    assert (about["smt"], about["cpu_template"]) == (machine["smt"], machine["cpu_template"])
    assert about["huge_pages"] == machine["huge_pages"]
    boot = machine["boot_source"]
    assert (about["kernel"], about["initrd"], about["boot_args"]) == (
        boot["kernel_image_path"],
        boot["initrd_path"],
        boot["boot_args"],
    )
    found = _devices(truth["device_states"])
    drives, nets = found.get("block_devices", []), found.get("net_devices", [])
    assert [(d["id"], d["path"]) for d in about["drives"]] == [
        (drive["device_id"], drive["device_state"]["Virtio"]["disk_path"]) for drive in drives
    ]
    for told, kept in zip([*about["drives"], *about["network_interfaces"]], [*drives, *nets], strict=True):
        assert _place(kept) in told.items()
    assert [(n["id"], n["tap"]) for n in about["network_interfaces"]] == [
        (net["device_id"], net["device_state"]["tap_if_name"]) for net in nets
    ]
    for name, key in (
        ("vsock", "vsock_device"),
        ("balloon", "balloon_device"),
        ("entropy", "entropy_device"),
        ("memory_hotplug", "memory_device"),
    ):
        assert (about[name] is None) == (not found.get(key)), name
    if about["vsock"] is not None:
        backend = found["vsock_device"][0]["device_state"]["backend"]
        assert about["vsock"]["path"] == (backend["Uds"]["path"] if "Uds" in backend else backend["uds_path"])
    assert len(about["pmem"]) == len(found.get("pmem_devices", []))
    if about["arch"] == "x86_64":
        assert about["cpu"]["vendor"] == "AuthenticAMD"
        assert about["cpu"]["brand"].startswith("AMD EPYC")
    else:
        assert about["cpu"]["vendor"]


def _place(device: dict[str, Any]) -> tuple[str, str]:
    """The address of a device."""
    if "device_info" in device:
        return "mmio", hex(device["device_info"]["addr"])
    number = device["sbdf"] if "sbdf" in device else device["pci_device_bdf"]
    segment, rest = divmod(number, 1 << 16)
    return "pci", f"{segment:04x}:{rest >> 8:02x}:{rest >> 3 & 0x1F:02x}.{rest & 7}"


def _devices(states: dict[str, Any]) -> dict[str, list[Any]]:
    """Devices by kind, of all buses."""
    buses = [states["mmio_state"], states["pci_state"]] if "mmio_state" in states else [states]
    found: dict[str, list[Any]] = {}
    for bus in buses:
        for name, value in bus.items():
            if value is not None:
                found.setdefault(name, []).extend(value if isinstance(value, list) else [value])
    return found


@data.each(f for f in data.state_files() if "pci" in f.path.parent.name)
def test_pci(file: StateFile):
    about = firecracker.summary(file.path)
    assert about["transport"] == "pci"
    assert all(drive["pci"].startswith("0000:") for drive in about["drives"])


@data.each(data.state_files())
def test_one_screen(file: StateFile):
    lines = call("info", file.path).stdout.splitlines()
    assert len(lines) <= 40
    assert {"releases", "vcpus", "memory", "cpu", "kernel"} <= {line.partition(":")[0] for line in lines}


@pytest.mark.parametrize("format_", SCHEMAS, ids=lambda f: f.name)
def test_any_state_has_a_summary(format_: SnapshotFormat):
    """Whatever the layout takes: empty lists, drives of another process, C structures of any length."""
    builder = Builder(Seeded(Random(7)))
    for _ in range(12):
        snapshot = format_.new(builder.value(format_.payload_kind), arch=format_.name.rpartition("/")[2])
        about = firecracker.summary(format_.load(snapshot.to_bytes()))
        assert json.loads(json.dumps(about)) == about
        assert all(isinstance(text, str) for line in facts(about) for text in line)
        found = summarize(snapshot.to_bytes())
        assert found.format is not None
        assert format_.release in found.releases
