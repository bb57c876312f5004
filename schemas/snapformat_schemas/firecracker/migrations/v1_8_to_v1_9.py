"""1.8 to 1.9 and back: on x86_64 the layout is the same; on aarch64 the generation ID device is new."""

from __future__ import annotations

from typing import Any

from snapformat.migrate import Change, Conversion, default, loss
from snapformat_schemas.firecracker.migrations.allocators import PAGE
from snapformat_schemas.firecracker.migrations.common import step
from snapformat_schemas.firecracker.migrations.guest_tables import SYSTEM_MEMORY
from snapformat_schemas.firecracker.migrations.rules import section
from snapformat_schemas.firecracker.v1_8 import aarch64 as v1_8_aarch64
from snapformat_schemas.firecracker.v1_8.acpi import ACPIDeviceManagerState, VMGenIDState
from snapformat_schemas.firecracker.v1_8.device_parts import FileEngineTypeState
from snapformat_schemas.firecracker.v1_8.devices import VirtioBlockState
from snapformat_schemas.firecracker.v1_9 import aarch64 as v1_9_aarch64


def _noted_engine(drive: VirtioBlockState, to: Conversion) -> VirtioBlockState:
    if drive.file_engine_type is FileEngineTypeState.Async:
        to.note(
            "assumed",
            "file_engine_type",
            "The host has io_uring: from 1.9 on, a restore does not fall back to the engine Sync",
        )
    return drive


def _fits_a_page(device: VMGenIDState, to: Conversion) -> VMGenIDState:
    if not SYSTEM_MEMORY.start <= device.addr <= SYSTEM_MEMORY.end + 1 - PAGE:
        to.refuse("addr", f"1.8 takes a whole page from 0x{device.addr:x} up, which is not free", section(9))
    return device


_DRIVES = Change(VirtioBlockState, VirtioBlockState, convert=_noted_engine)


def _no_generation_id() -> Any:
    return ACPIDeviceManagerState(vmgenid=None)


STEPS = (
    step(
        "1.8",
        "1.9",
        "Only the version of the file is another.",
        changes=[_DRIVES],
        rules=section(1),
    ),
    step(
        "1.9",
        "1.8",
        "Only the version of the file is another; the generation ID must have a page of its own.",
        changes=[Change(VMGenIDState, VMGenIDState, convert=_fits_a_page)],
        shown=False,
        rules=section(9),
    ),
    step(
        "1.8",
        "1.9",
        "There are ACPI devices, of which this machine has none.",
        arch="aarch64",
        changes=[
            _DRIVES,
            Change(
                v1_8_aarch64.MicrovmState,
                v1_9_aarch64.MicrovmState,
                given={
                    "acpi_dev_state": default(
                        _no_generation_id, "1.8 gives machines on aarch64 no generation ID"
                    )
                },
            ),
        ],
        rules=section(1),
    ),
    step(
        "1.9",
        "1.8",
        "There is no generation ID on aarch64.",
        arch="aarch64",
        changes=[
            Change(
                v1_9_aarch64.MicrovmState,
                v1_8_aarch64.MicrovmState,
                dropped={
                    "acpi_dev_state": loss(
                        "VMGENID",
                        "The guest is not told any more when it is restored: 1.8 has no generation ID here",
                        unless=lambda state: state.vmgenid is None,
                    )
                },
            )
        ],
        rules=section(9),
    ),
)
