"""The tables that Firecracker wrote into guest memory at boot (x86_64): where they lie, by the memory file.

The MP table is the first thing in low memory, and ACPI's tables follow it; the root pointer of ACPI is at a
fixed address. A vmstate file does not say how long they are. Read from `src/acpi-tables/src/*.rs`,
`src/vmm/src/acpi/mod.rs` and `src/vmm/src/arch/x86_64/mptable.rs` of Firecracker v1.8.0 and v1.14.4.

Nothing here writes to the memory file. All that it says is checked: it may come from anywhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from snapformat import DecodeError
from snapformat.io import PositionReader
from snapformat_schemas.firecracker.migrations.allocators import Extent, extent

#: Where ACPI's tables and those devices that have no registers lie: below the root pointer.
SYSTEM_MEMORY = Extent(0x9FC00, 0xDFFFF, "system memory")
#: Address of the root pointer of ACPI.
RSDP = 0xE0000

_RSDP_SIZE = 36
_HEADER_SIZE = 36
_MP_POINTER_SIZE = 16
#: Offset of the address of the DSDT in the FADT, `X_DSDT`.
_X_DSDT = 140
#: Firecracker's root table names two or three tables.
_MOST_TABLES = 16


class _Region(NamedTuple):
    base: int
    size: int
    offset: int


class GuestMemory:
    """Guest memory by guest physical address, in a memory file.

    Args:
        file: The memory file.
        regions: Base address and size of each region, in the order of the memory file.

    Raises:
        DecodeError: The file is shorter than the regions.
    """

    def __init__(self, file: PositionReader, regions: Iterable[tuple[int, int]]) -> None:
        self._file = file
        listed = list(regions)
        starts = itertools.accumulate((size for _, size in listed), initial=0)
        self._regions = [
            _Region(base, size, start) for (base, size), start in zip(listed, starts, strict=False)
        ]
        total = sum(size for _, size in listed)
        if file.size < total:
            raise DecodeError(
                "the memory file does not belong to this vmstate file: it is shorter than guest memory",
                file=file.name,
                expected=f"{total} bytes",
                found=f"{file.size}",
            )

    def read(self, address: int, count: int, name: str) -> bytes:
        """Read bytes.

        Args:
            address: Guest physical address of the first one.
            count: Number of bytes.
            name: What lies there, for messages.

        Raises:
            DecodeError: They are not in one region.
            SnapshotIOError: The file can't be read.
        """
        for region in self._regions:
            if region.base <= address and address + count <= region.base + region.size:
                return self._file.read(region.offset + address - region.base, count)
        raise self.wrong(f"{name} lies outside guest memory", address)

    def wrong(
        self, message: str, address: int, *, expected: str | None = None, found: str | None = None
    ) -> DecodeError:
        """Return an error about the bytes at an address."""
        return DecodeError(
            message,
            file=self._file.name,
            path=f"memory[0x{address:x}]",
            expected=expected,
            found=found,
            hint="is this the memory file of the same snapshot?",
        )


def table_extents(memory: GuestMemory) -> list[Extent]:
    """Return where the MP table and ACPI's tables lie, in ascending order.

    Raises:
        DecodeError: There are no such tables, or they are damaged.
        SnapshotIOError: The memory file can't be read.
    """
    tables = _acpi_tables(memory)
    dsdt = next(table for table in tables if table.name == "DSDT")
    found = sorted([_mp_table(memory, dsdt), *tables])
    for first, second in itertools.pairwise(found):
        if first.overlaps(second):
            raise memory.wrong(f"{second.text} overlaps {first.text}", second.start)
    return found


def _acpi_tables(memory: GuestMemory) -> list[Extent]:
    pointer = memory.read(RSDP, _RSDP_SIZE, "the root pointer of ACPI")
    if pointer[:8] != b"RSD PTR ":
        raise memory.wrong(
            "there is no root pointer of ACPI", RSDP, expected="RSD PTR", found=_text(pointer[:8])
        )
    if sum(pointer[:20]) % 256 or sum(pointer) % 256:
        raise memory.wrong("the checksum of ACPI's root pointer is wrong", RSDP)
    root, root_bytes = _table(memory, int.from_bytes(pointer[24:32], "little"), b"XSDT")
    entries = root_bytes[_HEADER_SIZE:]
    if len(entries) % 8 or not 0 < len(entries) // 8 <= _MOST_TABLES:
        raise memory.wrong(
            "the length of the XSDT is wrong",
            root.start,
            expected=f"{_HEADER_SIZE} and 8 bytes for each of 1 to {_MOST_TABLES} tables",
            found=f"{len(root_bytes)}",
        )
    found = [root]
    for start in range(0, len(entries), 8):
        table, data = _table(memory, int.from_bytes(entries[start : start + 8], "little"))
        found.append(table)
        if table.name == "FACP":
            if len(data) < _X_DSDT + 8:
                raise memory.wrong("the FACP is too short to name the DSDT", table.start)
            address = int.from_bytes(data[_X_DSDT : _X_DSDT + 8], "little")
            found.append(_table(memory, address, b"DSDT")[0])
    if sum(table.name == "DSDT" for table in found) != 1:
        raise memory.wrong("the XSDT does not name one FACP", root.start)
    return found


def _table(memory: GuestMemory, address: int, signature: bytes | None = None) -> tuple[Extent, bytes]:
    """Read one table of ACPI, and check it."""
    name = "a table of ACPI" if signature is None else f"the {signature.decode()}"
    _demand_inside(memory, extent(address, _HEADER_SIZE, name))
    header = memory.read(address, _HEADER_SIZE, name)
    if signature is not None and header[:4] != signature:
        raise memory.wrong(
            f"{name} is not there", address, expected=signature.decode(), found=_text(header[:4])
        )
    if not all(0x41 <= byte <= 0x5A for byte in header[:4]):
        raise memory.wrong(
            "there is no table of ACPI", address, expected="four capital letters", found=_text(header[:4])
        )
    size = int.from_bytes(header[4:8], "little")
    place = extent(address, size, header[:4].decode())
    if size < _HEADER_SIZE:
        raise memory.wrong(f"the {place.name} is shorter than its header", address, found=f"{size} bytes")
    _demand_inside(memory, place)
    data = memory.read(address, size, name)
    if sum(data) % 256:
        raise memory.wrong(f"the checksum of the {place.name} is wrong", address)
    return place, data


def _mp_table(memory: GuestMemory, dsdt: Extent) -> Extent:
    """Return where the MP table lies: all that is before the DSDT."""
    start = SYSTEM_MEMORY.start
    pointer = memory.read(start, _MP_POINTER_SIZE, "the MP table")
    if pointer[:4] != b"_MP_" or sum(pointer) % 256:
        raise memory.wrong("there is no MP table", start, expected="_MP_", found=_text(pointer[:4]))
    place = Extent(start, dsdt.start - 1, "MP table")
    table = int.from_bytes(pointer[4:8], "little")
    header = memory.read(table, 8, "the MP table") if table == start + _MP_POINTER_SIZE else b""
    if header[:4] != b"PCMP":
        raise memory.wrong("the MP table does not follow its pointer", start, expected="PCMP")
    end = table + int.from_bytes(header[4:6], "little") - 1
    if end > place.end:
        raise memory.wrong(
            "the MP table is longer than the room before the DSDT",
            start,
            expected=f"an end at 0x{place.end:x}",
            found=f"0x{end:x}",
        )
    return place


def _demand_inside(memory: GuestMemory, place: Extent) -> None:
    if place.start < SYSTEM_MEMORY.start or place.end > SYSTEM_MEMORY.end:
        raise memory.wrong(
            f"{place.text} lies outside {SYSTEM_MEMORY.text}",
            place.start,
        )


def _text(data: Sequence[int]) -> str:
    return repr(bytes(data))[1:].strip("'\"")
