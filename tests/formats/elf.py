"""ELF files of 32 and 64 bits in both byte orders, as in the System V ABI ("gABI"), chapters 4 and 5.

A file is its identification (16 bytes), a header (36 or 48 more), and what the header's offsets point to:
segments (32 or 56 bytes each), sections (40 or 64), names, symbols (16 or 24). No lambdas; tables are read at
a `Pointer`, and written over the whole of the file, which is kept as bytes.
"""

from __future__ import annotations

from typing import Any

from construct import (
    Array,
    BitsInteger,
    BitStruct,
    Byte,
    Const,
    Construct,
    CString,
    Enum,
    FlagsEnum,
    FormatField,
    GreedyBytes,
    IfThenElse,
    Padding,
    Pointer,
    Struct,
    Switch,
    this,
)

SEGMENT_FLAGS = {"execute": 1, "write": 2, "read": 4}
SECTION_FLAGS = {"write": 1, "alloc": 2, "execute": 4, "merge": 16, "strings": 32, "info_link": 64}
SECTION_TYPES = {"null": 0, "program": 1, "symbols": 2, "strings": 3, "rela": 4, "hash": 5, "dynamic": 6}
SECTION_TYPES |= {"note": 7, "nobits": 8, "rel": 9, "dynamic_symbols": 11}
SYMBOL_INFO = BitStruct(
    "binding" / Enum(BitsInteger(4), local=0, global_=1, weak=2),
    "type" / Enum(BitsInteger(4), none=0, object=1, function=2, section=3, file=4, tls=6),
)


def elf(order: str, wide: bool) -> Construct:
    """All behind the identification.

    Args:
        order: `<` or `>`.
        wide: 64 bits instead of 32.
    """
    half, word = FormatField(order, "H"), FormatField(order, "L")
    address = FormatField(order, "Q") if wide else word
    segment_flags = "flags" / FlagsEnum(word, **SEGMENT_FLAGS)
    segment = Struct(
        "type" / Enum(word, null=0, load=1, dynamic=2, interpreter=3, note=4, headers=6, tls=7),
        *([segment_flags] if wide else []),
        "offset" / address,
        "virtual_address" / address,
        "physical_address" / address,
        "file_size" / address,
        "memory_size" / address,
        *([] if wide else [segment_flags]),
        "alignment" / address,
    )
    where = ["value" / address, "size" / address]
    kind = ["info" / SYMBOL_INFO, "other" / Byte, "section" / half]
    symbol = Struct("name_offset" / word, *(kind + where if wide else where + kind))
    section_header = [
        "name_offset" / word,
        "type" / Enum(word, **SECTION_TYPES),
        "flags" / FlagsEnum(address, **SECTION_FLAGS),
        "address" / address,
        "offset" / address,
        "size" / address,
        "link" / word,
        "info" / word,
        "alignment" / address,
        "entry_size" / address,
    ]
    symbols = Pointer(this.offset, Array(this.size // this.entry_size, symbol))
    section = Struct(
        *section_header,
        "name" / Pointer(this._.names.offset + this.name_offset, CString("utf8")),
        "content" / Switch(this.type, {"symbols": symbols, "dynamic_symbols": symbols}),
    )
    return Struct(
        "type" / Enum(half, none=0, relocatable=1, executable=2, shared=3, core=4),
        "machine" / Enum(half, none=0, i386=3, ppc=20, arm=40, x86_64=62, aarch64=183, riscv=243),
        "version" / Const(1, word),
        "entry" / address * "Address of the first instruction",
        "segment_offset" / address,
        "section_offset" / address,
        "flags" / word,
        "header_size" / half,
        "segment_size" / half,
        "segment_count" / half,
        "section_size" / half,
        "section_count" / half,
        "names_index" / half * "Number of the section with the names of sections",
        "image" / GreedyBytes * "The file behind this header",
        "segments" / Pointer(this.segment_offset, Array(this.segment_count, segment)),
        "names"
        / Pointer(this.section_offset + this.names_index * this.section_size, Struct(*section_header)),
        "sections" / Pointer(this.section_offset, Array(this.section_count, section)),
    )


ELF = Struct(
    "magic" / Const(b"\x7fELF"),
    "width" / Enum(Byte, bits32=1, bits64=2),
    "byte_order" / Enum(Byte, little=1, big=2),
    "version" / Const(1, Byte),
    "abi" / Enum(Byte, system_v=0, netbsd=2, linux=3, freebsd=9),
    "abi_version" / Byte,
    Padding(7),
    "file"
    / Switch(
        this.width,
        {
            "bits32": IfThenElse(this.byte_order == "little", elf("<", wide=False), elf(">", wide=False)),
            "bits64": IfThenElse(this.byte_order == "little", elf("<", wide=True), elf(">", wide=True)),
        },
    ),
)


def edit(file: Any) -> None:
    """Another entry; the last section becomes writable and the last symbol weak."""
    file.file.entry += 16
    file.file.sections[-1].flags.write = True
    tables = [section.content for section in file.file.sections if section.content]
    tables[-1][-1].info.binding = "weak"
