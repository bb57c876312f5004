"""Describing the machine of a state: processors, memory, boot source and devices, for all releases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snapformat import Snapshot
from snapformat.inspect.views import HEX, Views
from snapformat.io import Source
from snapformat_schemas import firecracker
from snapformat_schemas.firecracker.view_machine import machine


def summary(source: Source | Snapshot[Any]) -> dict[str, Any]:
    """Describe the machine of a snapshot as plain data for JSON. Names of sizes end in their unit.

    Args:
        source: A loaded snapshot, or a source for `load_snapshot`.

    Raises:
        SnapshotError: As `load_snapshot`.
    """
    snapshot = source if isinstance(source, Snapshot) else firecracker.load_snapshot(source)
    found = machine(snapshot)
    memory, mmds = found.memory, found.mmds
    return {
        "release": snapshot.format.release,
        "arch": snapshot.arch,
        "vcpus": len(found.vcpus),
        "memory_mib": memory.mib,
        "memory_file_bytes": memory.file_bytes,
        "huge_pages": memory.huge_pages,
        "smt": found.smt,
        "cpu_template": found.cpu_template,
        "cpu": _cpu(found.cpu),
        "kernel": found.kernel.path,
        "initrd": found.initrd,
        "boot_args": found.boot_args,
        "transport": found.transport,
        "drives": [_drive(drive) for drive in found.drives],
        "network_interfaces": [_told(interface) for interface in found.net],
        "vsock": _told(found.vsock),
        "balloon": _told(found.balloon),
        "entropy": _told(found.entropy),
        "pmem": [_told(pmem) for pmem in found.pmem],
        "memory_hotplug": _told(found.memory_hotplug),
        "mmds": None if mmds is None else mmds.version,
    }


def _told(views: Views | None) -> dict[str, Any] | None:
    """Return the values of a group that belong to summaries; numbers in hexadecimal as text."""
    if views is None:
        return None
    found: dict[str, Any] = {}
    for each, location in views._values():
        if each.in_summary:
            value = each.value_of(location)
            found[each.name] = f"{value:#x}" if each.type is HEX else value
    return found


def _drive(drive: Views) -> dict[str, Any]:
    """Return the values of a drive: those of another process have no engine."""
    found = _told(drive) or {}
    places = {name: found.pop(name) for name in ("mmio", "pci") if name in found}
    return {**found, "engine": found.get("engine")} | places


def _cpu(cpu: Views | None) -> dict[str, Any] | None:
    """Return the values of a processor; None if it does not tell what it is."""
    found = _told(cpu)
    if found is None or all(value is None for name, value in found.items() if name != "brand"):
        return None
    return {name: value for name, value in found.items() if value is not None or name in ("vendor", "brand")}


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
