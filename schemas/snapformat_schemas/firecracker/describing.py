"""Describing the machine of a state: processors, memory, boot source and devices, for all releases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from snapformat import Snapshot, UnitEnum
from snapformat.encodings.bincode.encoding import sealed
from snapformat.io import Source
from snapformat.model import kinds
from snapformat_schemas import firecracker
from snapformat_schemas.virtio.names import BLOCK_FEATURES
from snapformat_schemas.virtio.pci import address

#: MIDR_EL1 by its encoding as a system register of aarch64.
_MIDR = (3, 0, 0, 0, 0)

#: Feature bit of a read-only drive.
_READ_ONLY = next(bits.mask for bits in BLOCK_FEATURES if bits.name == "RO")

#: The balloon counts pages of 4 KiB.
_PAGES_PER_MIB = 256


class _Device(NamedTuple):
    """A device with its transport."""

    id: str
    state: Any
    place: dict[str, Any]


def summary(source: Source | Snapshot[Any]) -> dict[str, Any]:
    """Describe the machine of a snapshot as plain data for JSON. Names of sizes end in their unit.

    Args:
        source: A loaded snapshot, or a source for `load_snapshot`.

    Raises:
        SnapshotError: As `load_snapshot`.
    """
    snapshot = source if isinstance(source, Snapshot) else firecracker.load_snapshot(source)
    state = snapshot.data
    info, boot = state.vm_info, state.vm_info.boot_source
    buses = _buses(state)
    memory = getattr(state, "memory_state", None) or state.vm_state.memory
    return {
        "release": snapshot.format.release,
        "arch": snapshot.arch,
        "vcpus": len(state.vcpu_states),
        "memory_mib": info.mem_size_mib,
        "memory_file_bytes": sum(region.size for region in memory.regions),
        "huge_pages": _name(info.huge_pages),
        "smt": info.smt,
        "cpu_template": _name(info.cpu_template),
        "cpu": _cpu(state),
        "kernel": boot.kernel_image_path,
        "initrd": boot.initrd_path,
        "boot_args": boot.boot_args,
        "transport": "pci" if any(getattr(bus, "pci_enabled", False) for bus in buses) else "mmio",
        "drives": [_drive(device) for device in _several(buses, "block_devices")],
        "network_interfaces": [_interface(device) for device in _several(buses, "net_devices")],
        "vsock": _single(buses, "vsock_device", _vsock),
        "balloon": _single(buses, "balloon_device", _balloon),
        "entropy": _single(buses, "entropy_device", _entropy),
        "pmem": [_pmem(device) for device in _several(buses, "pmem_devices")],
        "memory_hotplug": _single(buses, "memory_device", _memory),
        "mmds": _mmds(buses),
    }


def _buses(state: Any) -> list[Any]:
    """Return the device lists of a state: one up to 1.12, one per transport from 1.13 on."""
    devices = state.device_states
    return [devices.mmio_state, devices.pci_state] if hasattr(devices, "pci_state") else [devices]


def _name(value: UnitEnum) -> str:
    """Return the name of a variant in Firecracker."""
    kind = sealed(type(value))
    assert isinstance(kind, kinds.Enum)
    variant = kind.variant_of(value)
    assert variant is not None
    return variant.name


def _several(buses: list[Any], name: str) -> Iterator[_Device]:
    for bus in buses:
        for connected in getattr(bus, name, ()):
            yield _Device(connected.device_id, connected.device_state, _place(connected))


def _single(buses: list[Any], name: str, describe: Any) -> dict[str, Any] | None:
    for bus in buses:
        connected = getattr(bus, name, None)
        if connected is not None:
            device = _Device(connected.device_id, connected.device_state, _place(connected))
            return {**describe(device), **device.place}
    return None


def _place(connected: Any) -> dict[str, Any]:
    """Return the address of a device; on PCI it is a number from 1.16 on, and text before."""
    info = getattr(connected, "device_info", None)
    if info is not None:
        return {"mmio": f"0x{info.addr:x}"}
    if hasattr(connected, "sbdf"):
        return {"pci": str(address(connected.sbdf))}
    return {"pci": connected.transport_state.pci_device_bdf}


def _cpu(state: Any) -> dict[str, Any] | None:
    if not state.vcpu_states:
        return None
    first = state.vcpu_states[0]
    return _x86_cpu(first.cpuid[1]) if hasattr(first, "cpuid") else _aarch64_cpu(*first.regs)


# The tables of an architecture are only imported for files of it.


def _x86_cpu(entries: Any) -> dict[str, Any] | None:
    from snapformat_schemas.kvm.x86_64 import cpuid

    signature = cpuid.signature(entries)
    if signature is None and cpuid.vendor(entries) is None:
        return None
    return {
        "vendor": cpuid.vendor(entries),
        "brand": cpuid.brand(entries),
        **({} if signature is None else signature._asdict()),
    }


def _aarch64_cpu(ids: list[int], data: bytes) -> dict[str, Any] | None:
    from snapformat_schemas.kvm.aarch64 import control, registers

    wanted = registers.system_register_id(_MIDR)
    found = [register for register in registers.registers(ids, data) if register.id == wanted]
    if not found:
        return None
    midr = control.midr(found[0].value)
    return {
        "vendor": midr.implementer,
        "brand": midr.part,
        "variant": midr.variant,
        "revision": midr.revision,
    }


def _drive(device: _Device) -> dict[str, Any]:
    drive = device.state.value
    path = {"path": drive.disk_path} if hasattr(drive, "disk_path") else {"socket": drive.socket_path}
    engine = getattr(drive, "file_engine_type", None)
    return {
        "id": drive.id,
        **path,
        "root": drive.root_device,
        "read_only": bool(drive.virtio_state.avail_features & _READ_ONLY),
        "cache": _name(drive.cache_type),
        "engine": None if engine is None else _name(engine),
        **device.place,
    }


def _interface(device: _Device) -> dict[str, Any]:
    net = device.state
    return {
        "id": net.id,
        "tap": net.tap_if_name,
        "mac": net.config_space.guest_mac,
        "mmds": net.mmds_ns is not None,
        **device.place,
    }


def _vsock(device: _Device) -> dict[str, Any]:
    backend = device.state.backend  # an enum of one variant before 1.15
    path = backend.uds_path if hasattr(backend, "uds_path") else backend.value.path
    return {"cid": device.state.frontend.cid, "path": path}


def _balloon(device: _Device) -> dict[str, Any]:
    space = device.state.config_space
    return {
        "target_mib": space.num_pages // _PAGES_PER_MIB,
        "actual_mib": space.actual_pages // _PAGES_PER_MIB,
        "stats_polling_interval_s": device.state.stats_polling_interval_s,
    }


def _entropy(device: _Device) -> dict[str, Any]:
    limits = device.state.rate_limiter_state
    return {"rate_limited": limits.ops is not None or limits.bandwidth is not None}


def _pmem(device: _Device) -> dict[str, Any]:
    pmem = device.state
    return {
        "id": pmem.config.id,
        "path": pmem.config.path_on_host,
        "root": pmem.config.root_device,
        "read_only": pmem.config.read_only,
        "bytes": pmem.config_space.size,
        **device.place,
    }


def _memory(device: _Device) -> dict[str, Any]:
    memory = device.state
    return {
        "total_bytes": memory.region_size,
        "requested_bytes": memory.requested_size,
        "plugged_bytes": sum(memory.plugged_blocks) * memory.block_size,
        "block_bytes": memory.block_size,
    }


def _mmds(buses: list[Any]) -> str | None:
    """Return the version of the metadata service; None if no interface gives access to it."""
    for bus in buses:
        settings = getattr(bus, "mmds", None)
        version = getattr(bus, "mmds_version", None) if settings is None else settings.version
        if version is not None:
            return _name(version)
    return None


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
