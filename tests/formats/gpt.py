"""A disk with a GUID partition table, as in the UEFI specification 2.10, chapter 5.

In blocks of 512 bytes: the protective MBR, the header (92 bytes used), the entries (128 each), the
partitions, and at the end a copy of both. No lambdas; the header's CRC counts its own 4 bytes as zeros, so it
is written behind them at a `Pointer`, as are the entries' CRC and the copy.
"""

from __future__ import annotations

from typing import Any
from zlib import crc32

from construct import (
    Array,
    Byte,
    Bytes,
    Checksum,
    Const,
    Enum,
    FlagsEnum,
    GreedyBytes,
    Hex,
    Int16ul,
    Int32ul,
    Int64ul,
    Mapping,
    Padded,
    PaddedString,
    Padding,
    Pointer,
    RawCopy,
    Struct,
    Tell,
    this,
)

BLOCK = 512
MBR_PARTITION = Struct(
    "status" / Enum(Byte, inactive=0, active=0x80),
    "first_chs" / Bytes(3),
    "type" / Enum(Byte, empty=0, linux=0x83, gpt_protective=0xEE, efi_system=0xEF),
    "last_chs" / Bytes(3),
    "first_block" / Int32ul,
    "blocks" / Int32ul,
)
MBR = Struct(
    "code" / Bytes(440),
    "disk" / Hex(Int32ul) * "Number of the disk",
    Padding(2),
    "partitions" / Array(4, MBR_PARTITION),
    "signature" / Const(b"\x55\xaa"),
)
GUID = Struct("a" / Hex(Int32ul), "b" / Hex(Int16ul), "c" / Hex(Int16ul), "d" / Hex(Bytes(8)))
PARTITION_TYPE = Mapping(
    Bytes(16),
    {
        "unused": bytes(16),
        "efi_system": bytes.fromhex("28732ac11ff8d211ba4b00a0c93ec93b"),
        "linux": bytes.fromhex("af3dc60f838472478e793d69d8477de4"),
    },
)
ENTRY = Struct(
    "type" / PARTITION_TYPE,
    "guid" / GUID,
    "first_block" / Int64ul,
    "last_block" / Int64ul,
    "attributes" / FlagsEnum(Int64ul, required=1, no_block_io=2, legacy_bootable=4),
    "name" / PaddedString(72, "utf_16_le"),
)
ENTRIES = Array(128, ENTRY)
HEADER = Struct(
    "start"
    / RawCopy(
        Struct(
            "signature" / Const(b"EFI PART"),
            "revision" / Const(0x00010000, Int32ul),
            "size" / Const(92, Int32ul),
        )
    ),
    "crc_at" / Tell,
    Padding(4),
    "rest"
    / RawCopy(
        Struct(
            Padding(4),
            "block" / Int64ul * "Of this header",
            "other_block" / Int64ul * "Of the other header",
            "first_usable" / Int64ul,
            "last_usable" / Int64ul,
            "disk" / GUID,
            "entries_block" / Int64ul,
            "entry_count" / Int32ul,
            "entry_size" / Const(128, Int32ul),
            "entries_crc" / Hex(Int32ul),
        )
    ),
    "crc" / Pointer(this.crc_at, Checksum(Int32ul, crc32, this.start.data + bytes(4) + this.rest.data)),
)
GPT = Struct(
    "mbr" / MBR,
    "header" / Padded(BLOCK, HEADER),
    "entries" / RawCopy(Array(this.header.rest.value.entry_count, ENTRY)),
    "entries_crc" / Pointer(BLOCK + 88, Checksum(Int32ul, crc32, this.entries.data)),
    "blocks" / GreedyBytes * "Partitions, and the copy of entries and header",
    "backup" / Pointer(this.header.rest.value.other_block * BLOCK, HEADER),
)


def edit(disk: Any) -> None:
    """The disk and both headers get other numbers; the CRC of each is computed again."""
    edit_mbr(disk.mbr)
    for header in (disk.header, disk.backup):
        header.rest.value.disk.a ^= 1
        del header.rest["data"]


def edit_mbr(mbr: Any) -> None:
    """Another number, and a partition more."""
    mbr.disk = 0xCAFE
    mbr.partitions[3].update({"status": "active", "type": "linux", "blocks": 7})
