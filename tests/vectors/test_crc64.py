"""The checksum: ours, crcmod's and anycrc's give what the Rust crate gives."""

from __future__ import annotations

import json

import anycrc
import crcmod

from snapformat.snapshot.checksum import CRC64_JONES
from vectors import data
from vectors.data import Row, each_row
from vectors.formulas import row_content

_CRCMOD = crcmod.mkCrcFun(0x1AD93D23594C935A9, initCrc=0, rev=True, xorOut=0)
_ANYCRC = anycrc.Model("CRC64-REDIS")


@each_row("crc64*.jsonl")
def test_checksum(row: Row) -> None:
    content, initial, crc = row_content(row), int(row["init"], 16), int(row["crc"], 16)
    assert len(content) == row["len"]
    assert crc == int(row["crc_decimal"])
    assert CRC64_JONES.compute(content, initial=initial) == crc
    half = len(content) // 2
    first = CRC64_JONES.compute(content[:half], initial=initial)
    assert CRC64_JONES.compute(memoryview(content)[half:], initial=first) == crc
    assert _CRCMOD(content, initial) == crc
    assert _ANYCRC.calc(content, initial) == crc


def test_parameters() -> None:
    """meta.json names the algorithm; its check and residue values hold."""
    meta = json.loads((data.folder() / "meta.json").read_text(encoding="utf-8"))["crc64"]
    check = CRC64_JONES.compute(b"123456789")
    assert check == int(meta["check"], 16)
    assert CRC64_JONES.compute(b"123456789" + check.to_bytes(8, "little")) == int(meta["residue"], 16)
