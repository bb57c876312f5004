"""1.10.1 to 1.11 and back: KVM's capabilities move, and constants are not stored any more."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from snapformat.migrate import Change, Conversion, computed, default, loss, moved, moved_to
from snapformat_schemas.firecracker.migrations.common import step
from snapformat_schemas.firecracker.migrations.rules import section
from snapformat_schemas.firecracker.v1_8 import aarch64 as v1_8_aarch64
from snapformat_schemas.firecracker.v1_8 import x86_64 as v1_8_x86_64
from snapformat_schemas.firecracker.v1_8.device_manager import MMIODeviceInfo as OldDeviceInfo
from snapformat_schemas.firecracker.v1_8.memory import GuestMemoryRegionState as OldRegion
from snapformat_schemas.firecracker.v1_8.memory import GuestMemoryState as OldMemory
from snapformat_schemas.firecracker.v1_10_0 import aarch64 as v1_10_aarch64
from snapformat_schemas.firecracker.v1_10_0 import x86_64 as v1_10_x86_64
from snapformat_schemas.firecracker.v1_10_0.devices import MmdsNetworkStackState as OldMmds
from snapformat_schemas.firecracker.v1_11 import aarch64 as v1_11_aarch64
from snapformat_schemas.firecracker.v1_11 import x86_64 as v1_11_x86_64
from snapformat_schemas.firecracker.v1_11.device_manager import MMIODeviceInfo
from snapformat_schemas.firecracker.v1_11.machine import KvmState
from snapformat_schemas.firecracker.v1_11.memory import GuestMemoryRegionState, GuestMemoryState
from snapformat_schemas.firecracker.v1_11.mmds import MmdsNetworkStackState

#: Limits of the metadata service's network stack, which are not stored from 1.11 on.
_CONNECTIONS, _RESETS = 30, 100


def _without_offsets(memory: OldMemory, to: Conversion) -> GuestMemoryState:
    regions, start = [], 0
    for index, region in enumerate(memory.regions):
        if region.offset != start:
            to.refuse(
                f"regions[{index}].offset",
                f"the region is at 0x{region.offset:x} of the memory file; from 1.11 on it starts where the"
                f" one before it ends, at 0x{start:x}",
            )
        regions.append(GuestMemoryRegionState(base_address=region.base_address, size=region.size))
        to.note("dropped", f"regions[{index}].offset", "The sum of the sizes before it", old=region.offset)
        start += region.size
    return GuestMemoryState(regions=regions)


def _with_offsets(memory: GuestMemoryState, to: Conversion) -> OldMemory:
    regions, start = [], 0
    for index, region in enumerate(memory.regions):
        regions.append(OldRegion(base_address=region.base_address, size=region.size, offset=start))
        to.note("derived", f"regions[{index}].offset", "The sum of the sizes before it", new=start)
        start += region.size
    return OldMemory(regions=regions)


def _one_line(device: OldDeviceInfo, to: Conversion) -> int | None:
    if len(device.irqs) > 1:
        to.refuse(None, f"the device has {len(device.irqs)} interrupt lines; from 1.11 on it has at most one")
    if device.irqs == [0]:
        to.refuse(None, "the device has interrupt line 0, which there is not from 1.11 on")
    return device.irqs[0] if device.irqs else None


def _lines(device: MMIODeviceInfo, to: Conversion) -> list[int]:
    return [] if device.irq is None else [device.irq]


def _limit(name: str, usual: int) -> Any:
    return loss(
        "MMDS_LIMITS",
        f"The metadata service's {name} is {usual} from 1.11 on",
        unless=lambda value: value == usual,
    )


def _up(old: ModuleType, vm_state: type, new: ModuleType) -> tuple[Change, ...]:
    return (
        Change(
            old.MicrovmState,
            new.MicrovmState,
            given={
                "kvm_state": moved(
                    "$.vm_state.kvm_cap_modifiers",
                    lambda state, to: KvmState(kvm_cap_modifiers=state.vm_state.kvm_cap_modifiers),
                )
            },
        ),
        Change(
            vm_state, new.VmState, dropped={"kvm_cap_modifiers": moved_to("$.kvm_state.kvm_cap_modifiers")}
        ),
        Change(OldMemory, GuestMemoryState, convert=_without_offsets),
        Change(
            OldDeviceInfo,
            MMIODeviceInfo,
            given={"irq": moved("irqs", _one_line, "The only interrupt line")},
            dropped={"irqs": moved_to("irq")},
        ),
        Change(
            OldMmds,
            MmdsNetworkStackState,
            dropped={
                "max_connections": _limit("maximum number of connections", _CONNECTIONS),
                "max_pending_resets": _limit("maximum number of pending resets", _RESETS),
            },
        ),
    )


def _down(new: ModuleType, vm_state: type, old: ModuleType) -> tuple[Change, ...]:
    return (
        Change(
            old.MicrovmState,
            new.MicrovmState,
            dropped={"kvm_state": moved_to("$.vm_state.kvm_cap_modifiers")},
        ),
        Change(old.VmState, vm_state, given={"kvm_cap_modifiers": moved("$.kvm_state.kvm_cap_modifiers")}),
        Change(GuestMemoryState, OldMemory, convert=_with_offsets),
        Change(
            MMIODeviceInfo,
            OldDeviceInfo,
            given={"irqs": computed(_lines, "A list of the only interrupt line")},
            dropped={"irq": moved_to("irqs")},
        ),
        Change(
            MmdsNetworkStackState,
            OldMmds,
            given={
                "max_connections": default(_CONNECTIONS, "What every release uses"),
                "max_pending_resets": default(_RESETS, "What every release uses"),
            },
        ),
    )


_DOC_UP = "KVM's capabilities move out of vm_state; offsets of regions and limits of MMDS are not stored."
_DOC_DOWN = "KVM's capabilities move into vm_state; offsets of regions and limits of MMDS are stored."

STEPS = (
    step(
        "1.10.1",
        "1.11",
        _DOC_UP,
        changes=_up(v1_10_x86_64, v1_8_x86_64.VmState, v1_11_x86_64),
        rules=section(4),
    ),
    step(
        "1.11",
        "1.10.1",
        _DOC_DOWN,
        changes=_down(v1_10_x86_64, v1_8_x86_64.VmState, v1_11_x86_64),
        rules=section(9),
    ),
    step(
        "1.10.1",
        "1.11",
        _DOC_UP,
        arch="aarch64",
        changes=_up(v1_10_aarch64, v1_8_aarch64.VmState, v1_11_aarch64),
        rules=section(4),
    ),
    step(
        "1.11",
        "1.10.1",
        _DOC_DOWN,
        arch="aarch64",
        changes=_down(v1_10_aarch64, v1_8_aarch64.VmState, v1_11_aarch64),
        rules=section(9),
    ),
)
