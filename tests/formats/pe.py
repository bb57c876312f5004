"""PE files of Windows, as in Microsoft's "PE Format" and, of the header for DOS, in its `winnt.h`.

A file is a header for DOS (64 bytes), whose last field points to a signature (4), the COFF header (20), the
optional header (224 or 240) and the sections' headers (40 each). On purpose the time is read by an Adapter of
the user's, `UnixTime`; there are no lambdas.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from construct import (
    Adapter,
    Array,
    Byte,
    Bytes,
    Const,
    Enum,
    FixedSized,
    FlagsEnum,
    GreedyBytes,
    If,
    IfThenElse,
    Int16ul,
    Int32ul,
    Int64ul,
    PaddedString,
    Pointer,
    Struct,
    this,
)


class UnixTime(Adapter):
    """Seconds since 1970 as a datetime in UTC."""

    def _decode(self, obj: int, context: Any, path: str) -> datetime:
        return datetime.fromtimestamp(obj, UTC)

    def _encode(self, obj: datetime, context: Any, path: str) -> int:
        return int(obj.timestamp())


DOS_HEADER = Struct(
    "magic" / Const(b"MZ"),
    "last_page_size" / Int16ul,
    "pages" / Int16ul,
    "relocations" / Int16ul,
    "header_paragraphs" / Int16ul,
    "registers" / Array(9, Int16ul),
    "reserved" / Bytes(32),
    "pe_offset" / Int32ul,
)
COFF_HEADER = Struct(
    "machine" / Enum(Int16ul, unknown=0, i386=0x14C, arm=0x1C4, amd64=0x8664, arm64=0xAA64),
    "section_count" / Int16ul,
    "time" / UnixTime(Int32ul) * "When it was linked",
    "symbols_offset" / Int32ul,
    "symbol_count" / Int32ul,
    "optional_size" / Int16ul * "Bytes of the optional header",
    "characteristics"
    / FlagsEnum(Int16ul, no_relocations=1, executable=2, large_addresses=0x20, bits32=0x100, dll=0x2000),
)
WORD = IfThenElse(this.magic == "pe32", Int32ul, Int64ul)
OPTIONAL_HEADER = Struct(
    "magic" / Enum(Int16ul, pe32=0x10B, pe32_plus=0x20B),
    "linker" / Struct("major" / Byte, "minor" / Byte),
    "code_size" / Int32ul,
    "data_size" / Int32ul,
    "bss_size" / Int32ul,
    "entry" / Int32ul,
    "code_base" / Int32ul,
    "data_base" / If(this.magic == "pe32", Int32ul),
    "image_base" / WORD,
    "section_alignment" / Int32ul,
    "file_alignment" / Int32ul,
    "versions" / Array(3, Struct("major" / Int16ul, "minor" / Int16ul)) * "System, image, subsystem",
    "win32_version" / Int32ul,
    "image_size" / Int32ul,
    "headers_size" / Int32ul,
    "checksum" / Int32ul,
    "subsystem" / Enum(Int16ul, unknown=0, native=1, gui=2, console=3, efi=10),
    "dll_characteristics"
    / FlagsEnum(
        Int16ul, high_entropy=0x20, dynamic_base=0x40, nx=0x100, no_seh=0x400, guard=0x4000, server=0x8000
    ),
    "stack_reserve" / WORD,
    "stack_commit" / WORD,
    "heap_reserve" / WORD,
    "heap_commit" / WORD,
    "loader_flags" / Int32ul,
    "directory_count" / Int32ul,
    "directories" / Array(this.directory_count, Struct("address" / Int32ul, "size" / Int32ul)),
)
SECTION = Struct(
    "name" / PaddedString(8, "utf8"),
    "virtual_size" / Int32ul,
    "virtual_address" / Int32ul,
    "raw_size" / Int32ul,
    "raw_offset" / Int32ul,
    "relocations_offset" / Int32ul,
    "lines_offset" / Int32ul,
    "relocation_count" / Int16ul,
    "line_count" / Int16ul,
    "characteristics"
    / FlagsEnum(
        Int32ul, code=0x20, data=0x40, bss=0x80, discard=1 << 25, execute=1 << 29, read=1 << 30, write=1 << 31
    ),
    "start" / Pointer(this.raw_offset, Bytes(16)) * "The section's first bytes",
)
PE = Struct(
    "dos" / DOS_HEADER,
    "image" / GreedyBytes * "The file behind the header for DOS",
    "headers"
    / Pointer(
        this.dos.pe_offset,
        Struct(
            "signature" / Const(b"PE\0\0"),
            "coff" / COFF_HEADER,
            "optional" / FixedSized(this.coff.optional_size, OPTIONAL_HEADER),
            "sections" / Array(this.coff.section_count, SECTION),
        ),
    ),
)


def edit(file: Any) -> None:
    """Another time and subsystem, and a section with another name."""
    file.headers.coff.time = datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)
    file.headers.optional.subsystem = "native"
    file.headers.sections[0].name = ".edited"
