"""ZIP archives without encryption, as in PKWARE's "APPNOTE.TXT - .ZIP File Format Specification 6.3".

A file is local records (30 bytes and more), the central directory (46 and more each) and its end (22). No
lambdas; lengths are rebuilt from the names and the data.
"""

from __future__ import annotations

from typing import Any

from construct import (
    BitsInteger,
    BitStruct,
    Bytes,
    ByteSwapped,
    Const,
    Enum,
    FlagsEnum,
    GreedyRange,
    Hex,
    Int16ul,
    Int32ul,
    PaddedString,
    Rebuild,
    Struct,
    len_,
    this,
)

FLAGS = FlagsEnum(Int16ul, encrypted=1, maximum=2, fast=4, sizes_follow=8, utf8=0x800)
METHOD = Enum(Int16ul, stored=0, deflated=8, bzip2=12, lzma=14)
TIME = ByteSwapped(
    BitStruct("hour" / BitsInteger(5), "minute" / BitsInteger(6), "half_seconds" / BitsInteger(5))
)
DATE = ByteSwapped(BitStruct("since_1980" / BitsInteger(7), "month" / BitsInteger(4), "day" / BitsInteger(5)))
LOCAL = Struct(
    "signature" / Const(b"PK\3\4"),
    "version_needed" / Int16ul,
    "flags" / FLAGS,
    "method" / METHOD,
    "time" / TIME,
    "date" / DATE,
    "crc" / Hex(Int32ul) * "CRC-32 of the data before it was compressed",
    "compressed_size" / Rebuild(Int32ul, len_(this.data)),
    "size" / Int32ul * "Bytes of the data before it was compressed",
    "name_size" / Rebuild(Int16ul, len_(this.name)),
    "extra_size" / Rebuild(Int16ul, len_(this.extra)),
    "name" / PaddedString(this.name_size, "ascii"),
    "extra" / Bytes(this.extra_size),
    "data" / Bytes(this.compressed_size),
)
CENTRAL = Struct(
    "signature" / Const(b"PK\1\2"),
    "made_by" / Struct("version" / Bytes(1), "system" / Enum(Bytes(1), dos=b"\0", unix=b"\3")),
    "version_needed" / Int16ul,
    "flags" / FLAGS,
    "method" / METHOD,
    "time" / TIME,
    "date" / DATE,
    "crc" / Hex(Int32ul),
    "compressed_size" / Int32ul,
    "size" / Int32ul,
    "name_size" / Rebuild(Int16ul, len_(this.name)),
    "extra_size" / Rebuild(Int16ul, len_(this.extra)),
    "comment_size" / Rebuild(Int16ul, len_(this.comment)),
    "disk" / Int16ul,
    "internal" / FlagsEnum(Int16ul, text=1),
    "external" / Hex(Int32ul) * "Attributes, as the system has them",
    "offset" / Int32ul * "Of the local record",
    "name" / PaddedString(this.name_size, "ascii"),
    "extra" / Bytes(this.extra_size),
    "comment" / Bytes(this.comment_size),
)
END = Struct(
    "signature" / Const(b"PK\5\6"),
    "disk" / Int16ul,
    "directory_disk" / Int16ul,
    "entries_here" / Int16ul,
    "entries" / Int16ul,
    "directory_size" / Int32ul,
    "directory_offset" / Int32ul,
    "comment_size" / Rebuild(Int16ul, len_(this.comment)),
    "comment" / Bytes(this.comment_size),
)
ZIP = Struct(
    "records" / GreedyRange(LOCAL),
    "directory" / GreedyRange(CENTRAL),
    "end" / END,
)


def edit(archive: Any) -> None:
    """Another comment, whose size is rebuilt, and another flag."""
    archive.end.comment = b"longer than it was"
    archive.directory[0].flags.fast = True
    archive.directory[0].name += ".old"
