"""Memory files with the tables of a guest, made up: sparse, and as large as guest memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from snapformat_schemas.firecracker.migrations.allocators import Extent

RSDP = 0xE0000


def header(signature: bytes, data: bytes) -> bytes:
    """A table of ACPI with its header; `data` is what follows."""
    table = bytearray(signature + (36 + len(data)).to_bytes(4, "little") + bytes(28) + data)
    table[9] = -sum(table) % 256
    return bytes(table)


def root_pointer(xsdt: int) -> bytes:
    pointer = bytearray(b"RSD PTR " + bytes(7) + b"\2" + bytes(4) + (36).to_bytes(4, "little"))
    pointer += xsdt.to_bytes(8, "little") + bytes(4)
    pointer[8] = -sum(pointer[:20]) % 256
    pointer[32] = -sum(pointer) % 256
    return bytes(pointer)


def mp_table(start: int, size: int) -> bytes:
    pointer = bytearray(b"_MP_" + (start + 16).to_bytes(4, "little") + b"\1\4" + bytes(6))
    pointer[10] = -sum(pointer) % 256
    return bytes(pointer) + b"PCMP" + (size - 16).to_bytes(2, "little") + bytes(size - 22)


def pieces(extents: Sequence[Extent]) -> dict[int, bytes]:
    """The tables of a guest by address: MP table, DSDT, FACP, APIC, perhaps more, and XSDT, in this order."""
    table, dsdt, facp, *others, xsdt = sorted(extents)
    found = {table.start: mp_table(table.start, table.end - table.start + 1)}
    found[dsdt.start] = header(b"DSDT", bytes(dsdt.end - dsdt.start - 35))
    fields = bytearray(facp.end - facp.start - 35)
    fields[104:112] = dsdt.start.to_bytes(8, "little")
    found[facp.start] = header(b"FACP", bytes(fields))
    for name, place in zip((b"APIC", b"MCFG"), others, strict=False):
        found[place.start] = header(name, bytes(place.end - place.start - 35))
    entries = b"".join(place.start.to_bytes(8, "little") for place in (facp, *others))
    assert xsdt.end - xsdt.start == 35 + len(entries)
    found[xsdt.start] = header(b"XSDT", entries)
    found[RSDP] = root_pointer(xsdt.start)
    return found


def write_memory(path: Path, parts: dict[int, bytes], size: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
        for address, data in parts.items():
            file.seek(address)
            file.write(data)
    return path
