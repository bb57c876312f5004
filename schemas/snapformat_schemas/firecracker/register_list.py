"""The register list of a vCPU on aarch64, which Firecracker reads and checks with hand-written serde code.

Read from `src/vmm/src/arch/aarch64/regs.rs` of Firecracker v1.14.4; earlier releases do the same.
"""

from __future__ import annotations

from typing import Annotated, Any

from snapformat.bincode import Hex, Via, u8, u64
from snapformat_schemas.kvm.aarch64 import registers


def _check_registers(ids: list[int], data: bytes | list[int]) -> None:
    total = 0
    for number in ids:
        size = registers.size_of(number)
        if size > 256:
            raise ValueError(f"register {number:#018x} has {8 * size} bits, more than 2048")
        total += size
    if total != len(data):
        raise ValueError(f"the register ids require {total} bytes of values, but there are {len(data)}")


def _read_registers(stored: tuple[list[int], list[int]]) -> tuple[list[int], bytes]:
    ids, data = stored
    _check_registers(ids, data)
    return ids, bytes(data)


def _written_registers(value: tuple[list[int], bytes]) -> tuple[list[int], list[int]]:
    ids, data = value
    _check_registers(ids, data)
    return ids, list(data)


def register_name(text: str) -> str:
    """Return the name of a register by its id, given as it is shown."""
    return registers.name_of(int(text, 16))


def _to_json(value: tuple[list[int], bytes]) -> dict[str, Any]:
    return {"registers": registers.to_plain(*value)}


def _from_json(data: dict[str, Any]) -> tuple[list[int], bytes]:
    if list(data) != ["registers"]:
        raise ValueError('expected an object with the member "registers"')
    return registers.from_plain(data["registers"])


Aarch64RegisterVec = Annotated[
    tuple[list[u64], bytes],
    Via(
        tuple[list[Hex[u64]], list[u8]],
        decode=_read_registers,
        encode=_written_registers,
        name="register list",
        shown=(_to_json, _from_json),
    ),
]
"""Register ids, and the values of the registers one after the other, `1 << (id >> 52 & 15)` bytes each.

`snapformat_schemas.kvm.aarch64.registers.registers(*value)` decodes them.
"""
