"""1.11 to 1.12 and back: the memory map moves into vm_state, and XSAVE areas have a count before them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from snapformat import decode, encode
from snapformat.bincode import Blob
from snapformat.migrate import Change, Conversion, computed, moved, moved_to
from snapformat_schemas.firecracker.migrations.common import step
from snapformat_schemas.firecracker.migrations.rules import section
from snapformat_schemas.firecracker.v1_8 import x86_64 as v1_8_x86_64
from snapformat_schemas.firecracker.v1_11 import aarch64 as v1_11_aarch64
from snapformat_schemas.firecracker.v1_11 import x86_64 as v1_11_x86_64
from snapformat_schemas.firecracker.v1_12 import aarch64 as v1_12_aarch64
from snapformat_schemas.firecracker.v1_12 import vcpu_x86_64
from snapformat_schemas.firecracker.v1_12 import x86_64 as v1_12_x86_64
from snapformat_schemas.kvm.x86_64.xsave import KvmXsave, KvmXsave2

#: Size of `struct kvm_xsave` in bytes, and that of the count before it.
_AREA, _COUNT = 4096, 8


def _with_count(vcpu: v1_8_x86_64.VcpuState, to: Conversion) -> tuple[KvmXsave2, list[int]]:
    stored = encode(vcpu.xsave, Blob[KvmXsave])[8:]
    area = stored[:_AREA].ljust(_AREA, b"\0")  # as the programs read it
    size = (_COUNT + _AREA).to_bytes(8, "little")
    return decode(size + bytes(_COUNT) + area, Blob[KvmXsave2]), []


def _without_count(vcpu: vcpu_x86_64.VcpuState, to: Conversion) -> KvmXsave:
    header, words = vcpu.xsave
    if words:
        to.refuse(
            "[1]",
            f"{len(words)} words of the XSAVE area lie beyond its first {_AREA} bytes, which is all that 1.11"
            " stores: the state of AMX would be lost",
        )
    stored = encode(header, Blob[KvmXsave2])[8:]
    area = stored[_COUNT : _COUNT + _AREA].ljust(_AREA, b"\0")
    return decode(_AREA.to_bytes(8, "little") + area, Blob[KvmXsave])


def _memory(old: ModuleType, new: ModuleType) -> tuple[Change, ...]:
    return (
        Change(old.MicrovmState, new.MicrovmState, dropped={"memory_state": moved_to("$.vm_state.memory")}),
        Change(old.VmState, new.VmState, given={"memory": moved("$.memory_state")}),
    )


def _memory_back(old: ModuleType, new: ModuleType) -> tuple[Change, ...]:
    return (
        Change(old.MicrovmState, new.MicrovmState, given={"memory_state": moved("$.vm_state.memory")}),
        Change(old.VmState, new.VmState, dropped={"memory": moved_to("$.memory_state")}),
    )


_WHY: Any = "The same 4096 bytes, with a count of 0 before them: 1.11 can't store more"

STEPS = (
    step(
        "1.11",
        "1.12",
        "The memory map moves into vm_state; XSAVE areas have a count of the words behind them.",
        changes=[
            *_memory(v1_11_x86_64, v1_12_x86_64),
            Change(
                v1_8_x86_64.VcpuState, vcpu_x86_64.VcpuState, given={"xsave": computed(_with_count, _WHY)}
            ),
        ],
        rules=section(5),
    ),
    step(
        "1.12",
        "1.11",
        "The memory map moves out of vm_state; XSAVE areas have no count.",
        changes=[
            *_memory_back(v1_12_x86_64, v1_11_x86_64),
            Change(
                vcpu_x86_64.VcpuState,
                v1_8_x86_64.VcpuState,
                given={"xsave": computed(_without_count, "The 4096 bytes behind the count")},
            ),
        ],
        rules=section(9),
    ),
    step(
        "1.11",
        "1.12",
        "The memory map moves into vm_state.",
        arch="aarch64",
        changes=_memory(v1_11_aarch64, v1_12_aarch64),
        rules=section(5),
    ),
    step(
        "1.12",
        "1.11",
        "The memory map moves out of vm_state.",
        arch="aarch64",
        changes=_memory_back(v1_12_aarch64, v1_11_aarch64),
        rules=section(9),
    ),
)
