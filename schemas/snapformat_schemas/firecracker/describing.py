"""Describing the machine of a state: processors, memory, boot source and devices, for all releases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snapformat import Snapshot
from snapformat.inspect.view_summaries import Entry, group, groups, plain_group, value
from snapformat.inspect.views import NUMBER, Views
from snapformat.io import Source
from snapformat.model import kinds
from snapformat_schemas import firecracker
from snapformat_schemas.firecracker.view_devices import Mmds
from snapformat_schemas.firecracker.view_machine import Kernel, Machine, Memory, machine


def summary(source: Source | Snapshot[Any]) -> dict[str, Any]:
    """Describe the machine of a snapshot as plain data for JSON. Names of sizes end in their unit.

    Args:
        source: A loaded snapshot, or a source for `load_snapshot`.

    Raises:
        SnapshotError: As `load_snapshot`.
    """
    snapshot = source if isinstance(source, Snapshot) else firecracker.load_snapshot(source)
    found = machine(snapshot)
    return {name: each.read(snapshot, found) for name, each in SUMMARY.items()}


def _drive(drive: Views) -> dict[str, Any]:
    """Return the values of a drive: those of another process have no engine."""
    found = plain_group(drive) or {}
    places = {name: found.pop(name) for name in ("mmio", "pci") if name in found}
    return {**found, "engine": found.get("engine")} | places


def _cpu(cpu: Views | None) -> dict[str, Any] | None:
    """Return the values of a processor; None if it does not tell what it is."""
    found = plain_group(cpu)
    if found is None or all(value is None for name, value in found.items() if name != "brand"):
        return None
    return {name: value for name, value in found.items() if value is not None or name in ("vendor", "brand")}


#: The summary: its names, their types and where they come from.
SUMMARY: dict[str, Entry] = {
    "release": Entry(
        lambda: kinds.Option(kinds.Str()),
        "Release of the format",
        lambda snapshot, _: snapshot.format.release,
    ),
    "arch": Entry(lambda: kinds.Option(kinds.Str()), "Architecture", lambda snapshot, _: snapshot.arch),
    "vcpus": Entry(lambda: NUMBER.kind, "Number of vCPUs", lambda _, found: len(found.vcpus)),
    "memory_mib": value(Memory.mib, Machine.memory),
    "memory_file_bytes": value(Memory.file_bytes, Machine.memory),
    "huge_pages": value(Memory.huge_pages, Machine.memory),
    "smt": value(Machine.smt),
    "cpu_template": value(Machine.cpu_template),
    "cpu": group(Machine.cpu, _cpu),
    "kernel": value(Kernel.path, Machine.kernel),
    "initrd": value(Machine.initrd),
    "boot_args": value(Machine.boot_args),
    "transport": value(Machine.transport),
    "drives": groups(Machine.drives, _drive),
    "network_interfaces": groups(Machine.net),
    "vsock": group(Machine.vsock),
    "balloon": group(Machine.balloon),
    "entropy": group(Machine.entropy),
    "pmem": groups(Machine.pmem),
    "memory_hotplug": group(Machine.memory_hotplug),
    "mmds": value(Mmds.version, Machine.mmds),
}


def facts(about: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Format a summary as names and values; devices that a machine lacks are left out."""
    lines = [
        ("vcpus", str(about["vcpus"]) + (", threads of one core in pairs" if about["smt"] else "")),
        ("memory", _memory_text(about)),
        ("cpu", _cpu_text(about)),
        ("kernel", about["kernel"]),
    ]
    if about["initrd"] is not None:
        lines.append(("initrd", about["initrd"]))
    lines.append(("boot_args", "Firecracker's default" if about["boot_args"] is None else about["boot_args"]))
    lines.append(("transport", about["transport"].upper()))
    for drive in about["drives"]:
        kinds = [drive["cache"], *([drive["engine"]] if drive["engine"] else []), *_flags(drive)]
        where = drive["path"] if "path" in drive else f"vhost-user at {drive['socket']}"
        lines.append(("drive", f"{drive['id']}: {where} ({', '.join(kinds)})"))
    for net in about["network_interfaces"]:
        more = [net["mac"] or "any MAC", *(["MMDS"] if net["mmds"] else [])]
        lines.append(("network", f"{net['id']}: tap {net['tap']} ({', '.join(more)})"))
    if about["vsock"] is not None:
        lines.append(("vsock", f"{about['vsock']['path']} (CID {about['vsock']['cid']})"))
    if about["balloon"] is not None:
        balloon = about["balloon"]
        lines.append(("balloon", f"{balloon['actual_mib']} of {balloon['target_mib']} MiB"))
    if about["entropy"] is not None:
        lines.append(("entropy", "limited" if about["entropy"]["rate_limited"] else "yes"))
    for pmem in about["pmem"]:
        more = [f"{pmem['bytes'] >> 20} MiB", *_flags(pmem)]
        lines.append(("pmem", f"{pmem['id']}: {pmem['path']} ({', '.join(more)})"))
    if about["memory_hotplug"] is not None:
        memory = about["memory_hotplug"]
        sizes = [memory[name] >> 20 for name in ("plugged_bytes", "requested_bytes", "total_bytes")]
        lines.append(("memory_hotplug", "{} MiB plugged, {} requested, of {}".format(*sizes)))
    if about["mmds"] is not None:
        lines.append(("mmds", about["mmds"]))
    return lines


def _flags(device: Mapping[str, Any]) -> list[str]:
    return [text for name, text in (("root", "root"), ("read_only", "read-only")) if device[name]]


def _memory_text(about: Mapping[str, Any]) -> str:
    text = f"{about['memory_mib']} MiB"
    if about["memory_file_bytes"] != about["memory_mib"] << 20:
        text += f", {about['memory_file_bytes']} bytes in the memory file"
    return text + ("" if about["huge_pages"] == "None" else f", pages of {about['huge_pages']}")


def _cpu_text(about: Mapping[str, Any]) -> str:
    cpu = about["cpu"]
    if cpu is None:
        return "unknown"
    name = ", ".join(part for part in (cpu["vendor"], cpu["brand"]) if part)
    numbers = [f"{key} {value}" for key, value in cpu.items() if key not in ("vendor", "brand")]
    if about["cpu_template"] != "None":
        numbers.append(f"template {about['cpu_template']}")
    return f"{name} ({', '.join(numbers)})" if numbers else name
