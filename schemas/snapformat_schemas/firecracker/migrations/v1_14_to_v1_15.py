"""1.14 to 1.15 and back: kinds of devices by name, the last port of vsock, and a vmclock that interrupts."""

from __future__ import annotations

from typing import Any, NoReturn

from snapformat.migrate import Change, Conversion, computed, default, loss, unused
from snapformat_schemas.firecracker.migrations.allocators import free_id, lowest_free_id, take_id
from snapformat_schemas.firecracker.migrations.buses import demand_one_bus, on_bus
from snapformat_schemas.firecracker.migrations.common import step
from snapformat_schemas.firecracker.migrations.rules_1_15 import section
from snapformat_schemas.firecracker.v1_8 import device_parts as v1_8
from snapformat_schemas.firecracker.v1_13 import virtio as v1_13
from snapformat_schemas.firecracker.v1_13.allocator import IdAllocator
from snapformat_schemas.firecracker.v1_14 import aarch64 as v1_14_aarch64
from snapformat_schemas.firecracker.v1_14 import acpi as v1_14
from snapformat_schemas.firecracker.v1_14.allocator import ResourceAllocator
from snapformat_schemas.firecracker.v1_15 import acpi as v1_15
from snapformat_schemas.firecracker.v1_15 import devices as v1_15_devices
from snapformat_schemas.firecracker.v1_15.virtio import VirtioDeviceState, VirtioDeviceType

#: Virtio's device IDs of the kinds.
_IDS = {
    VirtioDeviceType.Net: 1,
    VirtioDeviceType.Block: 2,
    VirtioDeviceType.Rng: 4,
    VirtioDeviceType.Balloon: 5,
    VirtioDeviceType.Vsock: 19,
    VirtioDeviceType.Mem: 24,
    VirtioDeviceType.Pmem: 27,
}
_KINDS = {number: kind for kind, number in _IDS.items()}

#: The port before the first that vsock gives out: what a new device has, and a restored one of 1.14.
_NO_PORT = (1 << 30) - 1

_VMCLOCK = "$.device_states.acpi_state.vmclock"


def _lines_of_others(state: Any) -> set[int | None]:
    """Return the interrupt lines of all devices but vmclock."""
    devices = on_bus(state.device_states.mmio_state)
    return {state.device_states.acpi_state.vmgenid.gsi, *(device.device_info.gsi for device in devices)}


# -- to 1.15 ------------------------------------------------------------------------------------------------


def _kind(old: v1_13.VirtioDeviceState, to: Conversion) -> VirtioDeviceType:
    kind = _KINDS.get(old.device_type)
    if kind is None:
        to.refuse(None, f"1.15 has no kind of device with the ID {old.device_type}")
    return kind


def _backend(old: Any, to: Conversion) -> v1_15_devices.VsockBackendState:
    to.note(
        "defaulted",
        "local_port_last",
        "No port was given out: what 1.14 begins with after a restore",
        new=_NO_PORT,
    )
    return v1_15_devices.VsockBackendState(uds_path=old.value.path, local_port_last=_NO_PORT)


def _free_line(to: Conversion) -> int:
    """Return the lowest interrupt line that neither the allocator nor a device has."""
    lines = to.root.vm_state.resource_allocator.gsi_legacy_allocator
    found = lowest_free_id(lines, besides=_lines_of_others(to.root))
    if found is None:
        to.refuse(
            f"{_VMCLOCK}.gsi",
            f"1.15 needs an interrupt line for vmclock, and all from {lines.range_base} to {lines.range_end}"
            " are in use",
        )
    return found


def _line_of_vmclock(old: v1_14.VmClockState, to: Conversion) -> int:
    demand_one_bus(to.root.device_states, to)
    return _free_line(to)


def _with_line(old: ResourceAllocator, to: Conversion) -> IdAllocator:
    return take_id(old.gsi_legacy_allocator, _free_line(to))


def _no_vmclock(old: v1_14_aarch64.ACPIDeviceManagerState, to: Conversion) -> NoReturn:
    to.refuse(
        None,
        "1.15 has a vmclock on aarch64 too: it needs a page of guest memory, an interrupt line, and a device"
        " tree that names them, which a machine booted on 1.14 does not have",
        section(1),
    )


_UP = (
    Change(
        v1_13.VirtioDeviceState,
        VirtioDeviceState,
        given={"device_type": computed(_kind, "The same kind, by name")},
    ),
    Change(v1_8.VsockBackendState, v1_15_devices.VsockBackendState, convert=_backend),
)
_UP_X86 = (
    *_UP,
    Change(
        v1_14.VmClockState,
        v1_15.VmClockState,
        given={"gsi": computed(_line_of_vmclock, "The lowest interrupt line that is free")},
    ),
    Change(
        v1_14.VmClockAbi,
        v1_15.VmClockAbi,
        given={
            "vm_generation_counter": default(
                0, "1.14 does not count generations; flags stay, so that the guest is promised nothing"
            )
        },
    ),
    Change(
        ResourceAllocator,
        ResourceAllocator,
        given={"gsi_legacy_allocator": computed(_with_line, "With the interrupt line of vmclock")},
    ),
)
_UP_AARCH64 = (
    *_UP,
    Change(
        v1_14_aarch64.ACPIDeviceManagerState,
        v1_15.ACPIDeviceManagerState,
        given={"vmclock": computed(_no_vmclock)},
    ),
)


# -- to 1.14 ------------------------------------------------------------------------------------------------


def _uds(old: v1_15_devices.VsockBackendState, to: Conversion) -> Any:
    if old.local_port_last != _NO_PORT:
        to.lose(
            "VSOCK_PORT",
            "local_port_last",
            old.local_port_last,
            "1.14 gives out ports from 0x40000000 on again",
        )
    return v1_8.VsockBackendStateUds(v1_8.VsockUdsState(path=old.uds_path))


def _without_line(old: ResourceAllocator, to: Conversion) -> IdAllocator:
    line = to.root.device_states.acpi_state.vmclock.gsi
    if line in _lines_of_others(to.root):
        return old.gsi_legacy_allocator
    return free_id(old.gsi_legacy_allocator, line)


_DOWN = (
    Change(
        VirtioDeviceState,
        v1_13.VirtioDeviceState,
        given={"device_type": computed(lambda old, to: _IDS[old.device_type], "The same kind, by its ID")},
    ),
    Change(v1_15_devices.VsockBackendState, v1_8.VsockBackendState, convert=_uds),
)
_DOWN_X86 = (
    *_DOWN,
    Change(
        v1_15.VmClockState,
        v1_14.VmClockState,
        dropped={"gsi": unused("1.14 does not interrupt the guest for vmclock; the line is given back")},
    ),
    Change(
        v1_15.VmClockAbi,
        v1_14.VmClockAbi,
        dropped={
            "vm_generation_counter": loss(
                "VMCLOCK_COUNTER",
                "1.14 does not count generations: a guest that only watches this counter misses restores",
                unless=lambda count: count == 0,
            )
        },
    ),
    Change(
        ResourceAllocator,
        ResourceAllocator,
        given={"gsi_legacy_allocator": computed(_without_line, "Without the interrupt line of vmclock")},
    ),
)
_DOWN_AARCH64 = (
    *_DOWN,
    Change(
        v1_15.ACPIDeviceManagerState,
        v1_14_aarch64.ACPIDeviceManagerState,
        dropped={
            "vmclock": loss(
                "VMCLOCK",
                "1.14 has no vmclock on aarch64: the guest keeps a page that is never updated again",
            )
        },
    ),
)

_DOC_UP = (
    "Devices have the names of their kinds, vsock knows its last port, and vmclock has an interrupt line."
)
_DOC_DOWN = "Devices have the IDs of their kinds; the port of vsock and the interrupt line of vmclock go."

STEPS = (
    step("1.14", "1.15", _DOC_UP, changes=_UP_X86, rules=section(1)),
    step("1.15", "1.14", _DOC_DOWN, changes=_DOWN_X86, rules=section(6)),
    step("1.14", "1.15", _DOC_UP, arch="aarch64", changes=_UP_AARCH64, rules=section(1)),
    step("1.15", "1.14", _DOC_DOWN, arch="aarch64", changes=_DOWN_AARCH64, rules=section(6)),
)
