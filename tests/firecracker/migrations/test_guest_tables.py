"""Finding the tables of a guest in its memory file, which may be of any content."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firecracker.migrations.memory_files import RSDP, header, mp_table, pieces, root_pointer, write_memory
from snapformat import DecodeError, SnapshotError, SnapshotIOError
from snapformat.io import PositionReader
from snapformat_schemas.firecracker.migrations.allocators import Extent
from snapformat_schemas.firecracker.migrations.guest_tables import GuestMemory, table_extents

SIZE = 0x100000
#: Of proven/v1.12.1-to-v1.13.2/min: MP table, DSDT, FACP, APIC, XSDT, and the first free address.
_STARTS = (0x9FC00, 0x9FD30, 0x9FF4E, 0xA0062, 0xA00A2, 0xA00D6)
EXTENTS = [Extent(start, end - 1) for start, end in itertools.pairwise(_STARTS)]
NAMES = ["MP table", "DSDT", "FACP", "APIC", "XSDT"]


def _extents(path: Path, regions: list[tuple[int, int]] | None = None) -> list[Extent]:
    before = path.read_bytes()
    with PositionReader(path) as file:
        try:
            return table_extents(GuestMemory(file, [(0, SIZE)] if regions is None else regions))
        finally:
            assert path.read_bytes() == before


def test_extents(tmp_path: Path):
    path = write_memory(tmp_path / "mem", pieces(EXTENTS), SIZE)
    path.chmod(0o400)
    found = _extents(path)
    assert [(place.start, place.end) for place in found] == [(place.start, place.end) for place in EXTENTS]
    assert [place.name for place in found] == NAMES
    # A memory file that is longer is read by the programs as well.
    longer = write_memory(tmp_path / "longer", pieces(EXTENTS), SIZE + 0x1000)
    assert _extents(longer) == found


def test_tables_of_later_releases(tmp_path: Path):
    # Of snapshots/1.13.2/01_minimal: with a table for PCI.
    starts = (0x9FC00, 0x9FD30, 0x9FF4E, 0xA0062, 0xA00A2, 0xA00DE, 0xA011A)
    extents = [Extent(start, end - 1) for start, end in itertools.pairwise(starts)]
    found = _extents(write_memory(tmp_path / "mem", pieces(extents), SIZE))
    assert [place.name for place in found] == ["MP table", "DSDT", "FACP", "APIC", "MCFG", "XSDT"]
    assert [place[:2] for place in found] == [place[:2] for place in extents]


def test_regions(tmp_path: Path):
    # The second region lies in the file behind the first one, wherever it is for the guest.
    path = tmp_path / "mem"
    parts = {address + 0x1000: data for address, data in pieces(EXTENTS).items()}
    write_memory(path, parts, SIZE + 0x1000)
    assert len(_extents(path, [(1 << 40, 0x1000), (0, SIZE)])) == 5
    with pytest.raises(DecodeError, match="the root pointer of ACPI lies outside guest memory"):
        _extents(path, [(0, RSDP + 35)])


def _with(**changed: bytes) -> dict[int, bytes]:
    """The tables, some of them others."""
    names = dict(zip((*NAMES, "RSDP"), (*_STARTS[:5], RSDP), strict=True))
    return pieces(EXTENTS) | {names[name.replace("_", " ")]: data for name, data in changed.items()}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({}, "there is no root pointer of ACPI"),
        (_with(RSDP=root_pointer(0x9FC00)), "the XSDT is not there: expected XSDT, found _MP_"),
        (_with(RSDP=root_pointer(0x9FBFF)), "the XSDT at 0x9fbff..0x9fc22 lies outside system memory"),
        (_with(RSDP=root_pointer(2**64 - 1)), "lies outside system memory"),
        (_with(RSDP=root_pointer(0xA00A2)[:-1] + b"x"), "the checksum of ACPI's root pointer is wrong"),
        (_with(XSDT=header(b"XSDT", b"")), "the length of the XSDT is wrong"),
        (_with(XSDT=header(b"XSDT", bytes(7))), "the length of the XSDT is wrong"),
        (_with(XSDT=header(b"XSDT", bytes(8 * 17))), "the length of the XSDT is wrong"),
        (_with(XSDT=header(b"XSDT", bytes(8))), "a table of ACPI at 0x0..0x23 lies outside"),
        (_with(XSDT=header(b"XSDT", (0xA0062).to_bytes(8, "little"))), "does not name one FACP"),
        (_with(XSDT=header(b"XSDT", (0x9FF4E).to_bytes(8, "little") * 2)), "does not name one FACP"),
        (_with(XSDT=b"XSDT" + (2**32 - 1).to_bytes(4, "little")), "XSDT at 0xa00a2.* lies outside"),
        (_with(XSDT=b"XSDT" + (35).to_bytes(4, "little")), "the XSDT is shorter than its header"),
        (_with(XSDT=b"XSDT" + (52).to_bytes(4, "little")), "the checksum of the XSDT is wrong"),
        (_with(FACP=header(b"FACP", bytes(111))), "the FACP is too short to name the DSDT"),
        (_with(FACP=header(b"FACP", bytes(112))), "the DSDT at 0x0..0x23 lies outside"),
        (_with(APIC=bytes(64)), "there is no table of ACPI: expected four capital letters"),
        (
            _with(XSDT=header(b"XSDT", b"".join(_STARTS[at].to_bytes(8, "little") for at in (2, 3, 3)))),
            "APIC at 0xa0062.* overlaps APIC at 0xa0062",
        ),
        (_with(MP_table=bytes(304)), "there is no MP table: expected _MP_"),
        (_with(MP_table=mp_table(0x9FC01, 304)), "the MP table does not follow its pointer"),
        (_with(MP_table=mp_table(0x9FC00, 305)), "the MP table is longer than the room before the DSDT"),
    ],
)
def test_damaged_tables(tmp_path: Path, parts: dict[int, bytes], message: str):
    path = write_memory(tmp_path / "mem", parts, SIZE)
    with pytest.raises(DecodeError, match=message) as caught:
        _extents(path)
    assert caught.value.file == str(path)
    assert caught.value.path is not None
    assert caught.value.path.startswith("memory[0x")


@settings(max_examples=200)
@given(st.sampled_from([*_STARTS[:5], RSDP]), st.integers(0, 60), st.binary(min_size=1, max_size=8))
def test_changed_bytes_never_do_harm(
    tmp_path_factory: pytest.TempPathFactory, at: int, offset: int, data: bytes
):
    path = tmp_path_factory.mktemp("memory", numbered=True) / "mem"
    write_memory(path, pieces(EXTENTS), SIZE)
    with path.open("r+b") as file:
        file.seek(at + offset)
        file.write(data)
    try:
        found = _extents(path)
    except SnapshotError as error:
        found = []
        names = [error.file]
    else:
        names = [str(path)]
    assert names == [str(path)]
    assert all(0x9FC00 <= place.start <= place.end <= 0xDFFFF for place in found)


def test_files_that_are_no_memory_files(tmp_path: Path):
    short = write_memory(tmp_path / "short", {}, SIZE - 1)
    with pytest.raises(DecodeError, match="shorter than guest memory: expected 1048576 bytes, found 1048575"):
        _extents(short)
    os.mkfifo(tmp_path / "fifo")
    for name in ("fifo", "."):
        with pytest.raises(SnapshotIOError, match="not a regular file"):
            PositionReader(tmp_path / name)
    for path in (tmp_path / "missing", "nul\0"):
        with pytest.raises(SnapshotIOError, match="cannot open"):
            PositionReader(path)


def test_a_file_that_shrinks(tmp_path: Path):
    path = write_memory(tmp_path / "mem", pieces(EXTENTS), SIZE)
    with PositionReader(path) as file:
        memory = GuestMemory(file, [(0, SIZE)])
        os.truncate(path, 0x9FC10)
        assert memory.read(0x9FC00, 4, "the MP table") == b"_MP_"
        with pytest.raises(SnapshotIOError, match="too short: expected 36 bytes more"):
            table_extents(memory)
        with pytest.raises(SnapshotIOError, match="cannot read"):
            file.read(2**64, 1)
    file.close()
