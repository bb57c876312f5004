"""What a reader in another language needs: the checksum in code, names of values, the same headers."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from snapformat.docs import build, describe
from snapformat.docs.checksum import c_code, python_code
from snapformat.docs.model import Document
from snapformat.snapshot import Checksum
from snapformat.snapshot.catalogue import formats

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "microvm.vmstate"
CRCS = [
    Checksum("CRC-64/REDIS", 64, 0xAD93D23594C935A9),
    Checksum("CRC-64/ECMA-182", 64, 0x42F0E1EBA9EA3693, reflected=False),
    Checksum("CRC-32", 32, 0x04C11DB7, init=0xFFFFFFFF, xorout=0xFFFFFFFF),
    Checksum("CRC-32/BZIP2", 32, 0x04C11DB7, init=0xFFFFFFFF, reflected=False, xorout=0xFFFFFFFF),
    Checksum("CRC-16/RIELLO", 16, 0x1021, init=0xB2AA),
    Checksum("CRC-8", 8, 0x07, reflected=False),
]
PROBES = [b"", b"123456789", bytes(range(256))]


@cache
def document(release: str) -> Document:
    return describe(formats()[f"firecracker/{release}/x86_64"])


@pytest.mark.parametrize("crc", CRCS, ids=lambda crc: crc.name)
def test_code_in_python_computes_the_checksum(crc: Checksum):
    names: dict[str, object] = {}
    exec(python_code(crc), names)
    checksum = names["checksum"]
    assert callable(checksum)
    assert [checksum(probe) for probe in PROBES] == [crc.compute(probe) for probe in PROBES]


def test_code_of_a_page_checks_a_real_file():
    file = document("1.14").file
    assert file is not None
    assert file.checksum is not None
    names: dict[str, object] = {}
    exec(file.checksum.python, names)
    checksum = names["checksum"]
    assert callable(checksum)
    data = EXAMPLE.read_bytes()
    assert checksum(data[:-8]) == int.from_bytes(data[-8:], "little")
    assert checksum(data) == 0


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler: only the code in Python is run")
@pytest.mark.parametrize("crc", CRCS, ids=lambda crc: crc.name)
def test_code_in_c_computes_the_checksum(crc: Checksum, tmp_path: Path):
    main = r"""
#include <stdio.h>
int main(void) {
    unsigned char all[256];
    for (int i = 0; i < 256; i++) all[i] = (unsigned char)i;
    printf("%llx %llx %llx\n", (unsigned long long)checksum(all, 0),
           (unsigned long long)checksum((const unsigned char *)"123456789", 9),
           (unsigned long long)checksum(all, 256));
}
"""
    (tmp_path / "crc.c").write_text(c_code(crc) + main)
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(["cc", *flags, "-o", tmp_path / "crc", tmp_path / "crc.c"], check=True)
    found = subprocess.run([tmp_path / "crc"], check=True, capture_output=True, text=True).stdout
    assert [int(number, 16) for number in found.split()] == [crc.compute(probe) for probe in PROBES]


def test_names_of_values_are_in_the_page():
    types = document("1.14").by_label
    pit = {table.table: table for table in types["kvm_pit_channel_state"].names}
    assert pit["PIT_ACCESS"].fields == ("read_state", "write_state", "rw_mode")
    assert (1, "low byte") in pit["PIT_ACCESS"].values
    assert {each.table for each in types["kvm_segment"].names} == {
        "segments.SEGMENT_TYPES",
        "segments.SYSTEM_SEGMENT_TYPES",
    }


@pytest.mark.parametrize("name", formats())
def test_descriptions_name_no_constant_that_the_page_lacks(name: str):
    for each in describe(formats()[name]).types:
        text = " ".join(member.doc for _, member in each.members)
        assert text.count("names in `") == sum(len(table.fields) for table in each.names), each.label
        assert "see `" not in text, each.label


def test_releases_with_the_same_header_and_places_of_changes():
    files = build(
        ["firecracker/1.11", "firecracker/1.12", "firecracker/1.13", "firecracker/1.14"],
        outputs=("markdown",),
    ).files
    for one, other in (("1.13", "1.14"), ("1.14", "1.13")):
        note = f"**Same header:** files of [firecracker/{other}/x86_64](firecracker-{other}-x86_64.md) have"
        assert note in files[f"firecracker-{one}-x86_64.md"]
    assert "Same header" not in files["firecracker-1.12-x86_64.md"]
    step = files["changes-firecracker-1.11-x86_64-to-firecracker-1.12-x86_64.md"]
    assert "| after `vm_info` | `GuestMemoryState` | - |" in step
    overview = files["README.md"]
    assert overview.index("[firecracker/1.14/x86_64]") < overview.index("[firecracker/1.11/x86_64]")
    assert overview.count("A microVM without the contents") == 2
