"""Interrupt lines: one a device, in range, of one device only, and given out by the allocator."""

from __future__ import annotations

from collections.abc import Iterator

from snapformat.inspect import Finding, Severity
from snapformat_schemas.firecracker.deep_checks import rules
from snapformat_schemas.firecracker.deep_checks.machine import Machine, is_taken

#: Wired lines: x86_64; aarch64 up to 1.12, where interrupt IDs are stored; aarch64 since.
_X86 = (5, 23)
_ARM_IDS = (32, 127)
_ARM = (0, 95)
#: Lines of MSI-X vectors: x86_64 and aarch64.
_MSI = {False: (24, 4095), True: (96, 4095)}


def check(machine: Machine) -> Iterator[Finding]:
    """Check the lines of MMIO devices, of ACPI devices and of MSI-X vectors."""
    used: dict[int, str] = {}
    yield from _of_devices(machine, used)
    yield from _of_acpi(machine, used)
    yield from _of_vectors(machine)


def _range(machine: Machine) -> tuple[int, int]:
    if not machine.is_arm:
        return _X86
    return _ARM if machine.release >= (1, 13) else _ARM_IDS


def _fault(
    line: int, between: tuple[int, int], used: dict[int, str], path: str, *, outside: str, shared: str
) -> str | None:
    """Return what is wrong with a line; else None, and the line is used from now on.

    Args:
        line: The line.
        between: The lowest and the highest line.
        used: Used lines, and the paths of their users.
        path: The path of the line.
        outside: What comes of a line outside of the range.
        shared: What comes of a line that another one has.
    """
    low, high = between
    if not low <= line <= high:
        return f"line {line} is not one of {low} to {high}: {outside}"
    if line in used:
        return f"line {line} is also that of {used[line]}: {shared}"
    used[line] = path
    return None


def _of_devices(machine: Machine, used: dict[int, str]) -> Iterator[Finding]:
    between = _range(machine)
    for mapped in machine.mapped:
        path = mapped.line_path
        if len(mapped.lines) != 1:
            if mapped.is_virtio:
                many = len(mapped.lines)
                message = f"the device has {many} interrupt lines, not one: the program refuses the file"
                rule = rules.WRONG_OLD if not many else rules.TO_1_11
                yield Finding(path, message, rule=rule)
            continue
        (line,) = mapped.lines
        outside, shared = "the device never interrupts the guest", "the guest waits for another line"
        fault = _fault(line, between, used, path, outside=outside, shared=shared)
        if fault is not None:
            yield Finding(path, fault, rule=rules.WRONG_OLD)
        else:
            yield from _given_out(machine, path, line, is_device=mapped.is_virtio)


def _given_out(machine: Machine, path: str, line: int, *, is_device: bool) -> Iterator[Finding]:
    """Find a line that was not given out, unless none was: then the allocator is wrong, which is harmless."""
    if machine.allocator is None or is_taken(machine.allocator.gsi_legacy_allocator, line):
        return
    if is_device and _has_given_out(machine):
        message = f"line {line} is free in gsi_legacy_allocator: the guest waits for another line"
        yield Finding(path, message, rule=rules.WRONG_OLD)
    else:
        message = f"line {line} is free in gsi_legacy_allocator: a later device may get it"
        yield Finding(path, message, Severity.WARNING, rules.TO_1_13)


def _has_given_out(machine: Machine) -> bool:
    """Return whether the allocator knows a line of any device."""
    lines = [line for mapped in machine.mapped for line in mapped.lines]
    lines += [machine.acpi.vmgenid.gsi] if machine.acpi.vmgenid is not None else []
    return any(is_taken(machine.allocator.gsi_legacy_allocator, line) for line in lines)


def _of_acpi(machine: Machine, used: dict[int, str]) -> Iterator[Finding]:
    if machine.acpi is None:
        return
    between = _range(machine)
    outside, shared = "the guest is not notified of a restore", "a restore raises its interrupt instead"
    for name in ("vmgenid", "vmclock"):
        device = getattr(machine.acpi, name, None)
        line = getattr(device, "gsi", None)
        if line is None:
            continue
        path = f"{machine.acpi_path}.{name}.gsi"
        rule = rules.WRONG_OLD if name == "vmgenid" else rules.WRONG_NEW
        fault = _fault(line, between, used, path, outside=outside, shared=shared)
        if fault is not None:
            yield Finding(path, fault, Severity.WARNING, rule)
        else:
            yield from _given_out(machine, path, line, is_device=False)


def _of_vectors(machine: Machine) -> Iterator[Finding]:
    used: dict[int, str] = {}
    outside, shared = "the vector never interrupts the guest", "both vectors get the same interrupts"
    for device in machine.pci_devices:
        transport = device.entry.transport_state
        if hasattr(transport, "msi_vector_group"):
            vectors, path = transport.msi_vector_group, f"{device.path}.transport_state.msi_vector_group"
        else:
            vectors = transport.msix_state.vectors
            path = f"{device.path}.transport_state.msix_state.vectors"
        entries = len(transport.msix_state.table_entries)
        if len(vectors) != entries:
            message = f"the device has {len(vectors)} vectors, but {entries} entries in its MSI-X table"
            yield Finding(path, message, rule=rules.WRONG_NEW)
        for index, line in enumerate(vectors):
            place = f"{path}[{index}]"
            fault = _fault(line, _MSI[machine.is_arm], used, place, outside=outside, shared=shared)
            if fault is not None:
                yield Finding(place, fault, rule=rules.WRONG_NEW)
            elif not is_taken(machine.allocator.gsi_msi_allocator, line):
                message = f"line {line} is free in gsi_msi_allocator: a device plugged in later gets it too"
                yield Finding(place, message, _later(machine), rules.WRONG_NEW)


def _later(machine: Machine) -> Severity:
    """Since 1.16 devices can be plugged in after a restore, and silently get lines that are in use."""
    return Severity.FATAL if machine.release >= (1, 16) else Severity.WARNING
