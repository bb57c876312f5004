"""The register list of a vCPU on aarch64, which upstream reads and checks with code of its own.

Read from `src/vmm/src/arch/aarch64/regs.rs` of Firecracker v1.14.4; earlier releases read it alike.
"""

from __future__ import annotations

from typing import Annotated, Any

from snapformat.bincode import Via, u8, u64
from snapformat_schemas.kvm.aarch64 import registers


def _check_registers(ids: list[int], data: bytes | list[int]) -> None:
    total = 0
    for number in ids:
        size = registers.size_of(number)
        if size > 256:
            raise ValueError(f"register {number:#018x} has {8 * size} bits, and at most 2048 are read")
        total += size
    if total != len(data):
        raise ValueError(f"the registers take {total} bytes by their ids, but there are {len(data)}")


def _read_registers(stored: tuple[list[int], list[int]]) -> tuple[list[int], bytes]:
    ids, data = stored
    _check_registers(ids, data)
    return ids, bytes(data)


def _written_registers(value: tuple[list[int], bytes]) -> tuple[list[int], list[int]]:
    ids, data = value
    _check_registers(ids, data)
    return ids, list(data)


def _shown(value: tuple[list[int], bytes]) -> dict[str, Any]:
    return {"registers": registers.to_plain(*value)}


def _from_shown(data: dict[str, Any]) -> tuple[list[int], bytes]:
    if list(data) != ["registers"]:
        raise ValueError('an object of "registers" is expected')
    return registers.from_plain(data["registers"])


Aarch64RegisterVec = Annotated[
    tuple[list[u64], bytes],
    Via(
        tuple[list[u64], list[u8]],
        decode=_read_registers,
        encode=_written_registers,
        name="register list",
        shown=(_shown, _from_shown),
    ),
]
"""Register ids, and the registers' values one after the other, `1 << (id >> 52 & 15)` bytes each.

`snapformat_schemas.kvm.aarch64.registers.registers(*value)` gives names and numbers.
"""
