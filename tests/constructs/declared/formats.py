"""Parts of well-known formats, short, as their readers declare them."""

from __future__ import annotations

import construct as c
from construct import len_, this

from constructs.declaration import of

CHUNK = c.Struct("length" / c.Int32ub, "type" / c.Bytes(4), "data" / c.Bytes(this.length), "crc" / c.Int32ub)
PNG = c.Struct("signature" / c.Const(b"\x89PNG\r\n\x1a\n"), "chunks" / c.GreedyRange(CHUNK))
_CHUNKS = [
    {"length": 2, "type": b"IDAT", "data": b"ab", "crc": 1},
    {"length": 0, "type": b"IEND", "data": b"", "crc": 2},
]
TLV = c.Struct(
    "tag" / c.Enum(c.Byte, end=0, number=1, text=2, nested=3),
    "value"
    / c.Prefixed(
        c.Byte,
        c.Switch(
            this.tag,
            {
                "number": c.Int32ub,
                "text": c.GreedyString("utf8"),
                "nested": c.GreedyRange(c.LazyBound(lambda: TLV)),
            },
            default=c.GreedyBytes,
        ),
    ),
)
PARTITION = c.Struct(
    "active" / c.Enum(c.Byte, no=0, yes=0x80),
    "first" / c.BitStruct("head" / c.Octet, "sector" / c.BitsInteger(6), "cylinder" / c.BitsInteger(10)),
    "type" / c.Byte,
    "lba" / c.Int32ul,
)
DNS_NAME = c.RepeatUntil(c.obj_ == "", c.PascalString(c.Byte, "ascii"))
WAVE = c.Struct(
    "riff" / c.Const(b"RIFF"),
    "size" / c.Int32ul,
    "form" / c.Const(b"WAVE"),
    "chunks"
    / c.GreedyRange(
        c.Struct(
            "id" / c.PaddedString(4, "ascii"), "body" / c.Aligned(2, c.Prefixed(c.Int32ul, c.GreedyBytes))
        )
    ),
)
TAR = c.Struct(
    "name" / c.PaddedString(20, "utf8"),
    "mode" / c.PaddedString(8, "ascii"),
    "size" / c.PaddedString(12, "ascii"),
    "kind" / c.Enum(c.Byte, file=0x30, directory=0x35),
)
ELF = c.Struct(
    "magic" / c.Const(b"\x7fELF"),
    "bits" / c.Enum(c.Byte, elf32=1, elf64=2),
    "order" / c.Enum(c.Byte, little=1, big=2),
    c.Padding(10),
    "entry" / c.IfThenElse(this.order == "little", c.Int32ul, c.Int32ub),
    "table" / c.IfThenElse(this.bits == "elf64", c.Int64ul, c.Int32ul),
    "count" / c.Byte,
    "sections"
    / c.Array(
        this.count,
        c.Struct(
            "name" / c.Byte,
            "offset" / c.Byte,
            "size" / c.Byte,
            "body" / c.Pointer(this.offset, c.Bytes(this.size)),
        ),
    ),
)
_ELF = b"\x7fELF\1\1" + bytes(10) + b"\1\0\0\0\2\0\0\0\1" + b"\7\x1c\2" + b"xy"

FORMATS = [
    of("PNG", PNG, {"chunks": _CHUNKS}, edit=lambda value: value["chunks"].pop()),
    of(
        "PNG with checksums",
        c.GreedyRange(
            c.Struct(
                "size" / c.Rebuild(c.Int32ub, len_(this.body.value.data)),
                "body" / c.RawCopy(c.Struct("type" / c.Bytes(4), "data" / c.Bytes(this._.size))),
                "crc" / c.Int32ub,
            )
        ),
        data=b"\0\0\0\1IDATx\0\0\0\7",
    ),
    of(
        "GIF",
        c.Struct(
            "magic" / c.Const(b"GIF"),
            "version" / c.PaddedString(3, "ascii"),
            "width" / c.Int16ul,
            "height" / c.Int16ul,
            "flags"
            / c.BitStruct(
                "has_map" / c.Flag, "resolution" / c.BitsInteger(3), c.Padding(1), "size" / c.BitsInteger(3)
            ),
            "map" / c.If(this.flags.has_map, c.Array(2, c.Array(3, c.Byte))),
            "blocks" / c.RepeatUntil(lambda item, items, ctx: item == b"", c.Prefixed(c.Byte, c.GreedyBytes)),
        ),
        {
            "version": "89a",
            "width": 1,
            "height": 1,
            "flags": {"has_map": True, "resolution": 1, "size": 0},
            "map": [[0, 0, 0], [255, 255, 255]],
            "blocks": [b"data", b""],
        },
    ),
    of(
        "TLV",
        c.GreedyRange(TLV),
        [
            {"tag": "number", "value": 5},
            {"tag": "text", "value": "é"},
            {"tag": 9, "value": b"zz"},
            {"tag": "nested", "value": [{"tag": "number", "value": 1}]},
        ],
        edit=lambda value: value[1].update({"value": "much longer"}),
    ),
    of(
        "MBR",
        c.Struct(
            "code" / c.Bytes(4), "partitions" / c.Array(2, PARTITION), "signature" / c.Const(b"\x55\xaa")
        ),
        {
            "code": b"code",
            "partitions": [
                {"active": "yes", "first": {"head": 1, "sector": 2, "cylinder": 3}, "type": 7, "lba": 8}
            ]
            * 2,
        },
    ),
    of(
        "DNS name",
        c.Struct("name" / DNS_NAME, "type" / c.Enum(c.Int16ub, A=1, MX=15), "class" / c.Int16ub),
        {"name": ["www", "example", ""], "type": "A", "class": 1},
    ),
    of("WAVE", WAVE, {"size": 20, "chunks": [{"id": "fmt", "body": b"abc"}, {"id": "data", "body": b""}]}),
    of("tar header", TAR, {"name": "file", "mode": "0644", "size": "00000000005", "kind": "file"}),
    of("ELF", ELF, data=_ELF),
    of(
        "UDP",
        c.Struct(
            "source" / c.Int16ub,
            "target" / c.Int16ub,
            "length" / c.Rebuild(c.Int16ub, len_(this.payload) + 8),
            "sum" / c.Int16ub,
            "payload" / c.Bytes(this.length - 8),
        ),
        {"source": 53, "target": 5353, "sum": 0, "payload": b"query"},
        edit=lambda value: value.update({"payload": b""}),
    ),
    of(
        "IPv4 with options",
        c.Struct(
            "head" / c.BitStruct("version" / c.Const(4, c.Nibble), "words" / c.Nibble),
            "ttl" / c.Byte,
            "source" / c.Hex(c.Bytes(4)),
            "options" / c.Bytes(this.head.words * 4 - 8),
            "data" / c.GreedyBytes,
        ),
        {"head": {"words": 3}, "ttl": 64, "source": b"\1\2\3\4", "options": b"abcd", "data": b"rest"},
    ),
    of(
        "pcap",
        c.Struct(
            "magic" / c.Const(0xA1B2C3D4, c.Int32ul),
            "major" / c.Int16ul,
            "minor" / c.Int16ul,
            "records"
            / c.GreedyRange(
                c.Struct(
                    "at" / c.Int32ul,
                    "size" / c.Rebuild(c.Int32ul, len_(this.data)),
                    "data" / c.Bytes(this.size),
                )
            ),
        ),
        {"major": 2, "minor": 4, "records": [{"at": 1, "data": b"abc"}, {"at": 2, "data": b""}]},
        edit=lambda value: value["records"][0].update({"data": b"x"}),
    ),
    of(
        "MP4 boxes",
        c.GreedyRange(
            c.Struct("size" / c.Int32ub, "type" / c.PaddedString(4, "ascii"), "body" / c.Bytes(this.size - 8))
        ),
        [{"size": 10, "type": "ftyp", "body": b"ab"}, {"size": 8, "type": "free", "body": b""}],
    ),
    of(
        "GPT entry",
        c.Struct(
            "kind" / c.Bytes(16),
            "first" / c.Int64ul,
            "last" / c.Int64ul,
            "flags" / c.FlagsEnum(c.Int64ul, required=1, legacy=4),
            "name" / c.PaddedString(72, "utf_16_le"),
        ),
        {"kind": bytes(16), "first": 34, "last": 99, "flags": {"required": True}, "name": "root"},
    ),
    of(
        "a message with a trailer",
        c.Struct(
            "kind" / c.Byte,
            "payload" / c.Prefixed(c.VarInt, c.GreedyBytes),
            "trailer" / c.Optional(c.Struct("crc" / c.Int32ub)),
        ),
        {"kind": 1, "payload": b"abc", "trailer": {"crc": 7}},
        {"kind": 1, "payload": b"", "trailer": None},
    ),
    of(
        "registry cells",
        c.GreedyRange(c.Struct("size" / c.Int32sl, "mark" / c.Bytes(2), "data" / c.Bytes(4)).compile()),
        [{"size": -16, "mark": b"nk", "data": b"abcd"}],
    ),
    of(
        "ARP",
        c.Struct(
            "hardware" / c.Enum(c.Int16ub, ethernet=1),
            "protocol" / c.Enum(c.Int16ub, ip=0x800),
            "hlen" / c.Byte,
            "plen" / c.Byte,
            "op" / c.Enum(c.Int16ub, request=1, reply=2),
            "sender" / c.Bytes(this.hlen),
            "from" / c.Bytes(this.plen),
        ),
        {
            "hardware": "ethernet",
            "protocol": "ip",
            "hlen": 6,
            "plen": 4,
            "op": "reply",
            "sender": b"sender",
            "from": b"\1\2\3\4",
        },
    ),
    of(
        "save game",
        c.Struct(
            "version" / c.Const(2, c.Byte),
            "name" / c.PascalString(c.Byte, "utf8"),
            "items"
            / c.PrefixedArray(
                c.VarInt,
                c.Struct(
                    "id" / c.Int16ul, "count" / c.Default(c.Byte, 1), "notes" / c.Optional(c.Const(b"*"))
                ),
            ),
            "position" / c.Struct("x" / c.Float32l, "y" / c.Float32l),
            "extra" / c.GreedyBytes,
        ),
        {
            "name": "Eva",
            "items": [{"id": 1, "count": None, "notes": None}, {"id": 2, "count": 5, "notes": b"*"}],
            "position": {"x": 1.0, "y": -1.0},
            "extra": b"",
        },
        edit=lambda value: value.update({"name": "Evelyn", "extra": b"dlc"}),
    ),
]
