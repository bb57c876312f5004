"""GIF images, as in CompuServe's "Graphics Interchange Format, Version 89a" of 1990.

A file is a header (6 bytes), the logical screen (7), colours (3 each), blocks, and a trailer (1). No lambdas;
what repeats ends by an expression on the element.
"""

from __future__ import annotations

from typing import Any

from construct import (
    Array,
    BitsInteger,
    BitStruct,
    Byte,
    Bytes,
    Const,
    Enum,
    Flag,
    GreedyBytes,
    If,
    Int16ul,
    OneOf,
    PaddedString,
    Padding,
    Pass,
    Prefixed,
    RepeatUntil,
    Struct,
    Switch,
    obj_,
    this,
)

COLOR = Struct("red" / Byte, "green" / Byte, "blue" / Byte)
SCREEN = Struct(
    "width" / Int16ul * "Width in pixels",
    "height" / Int16ul * "Height in pixels",
    "flags"
    / BitStruct(
        "has_colors" / Flag,
        "resolution" / BitsInteger(3) * "Bits of a primary colour, less one",
        "sorted" / Flag,
        "colors_log" / BitsInteger(3),
    ),
    "background" / Byte * "Index of the background's colour",
    "aspect" / Byte,
)
#: Blocks of up to 255 bytes; an empty one is the last.
DATA_BLOCKS = RepeatUntil(obj_ == b"", Prefixed(Byte, GreedyBytes))
GRAPHIC_CONTROL = Struct(
    "size" / Const(4, Byte),
    "flags"
    / BitStruct(
        Padding(3),
        "disposal" / Enum(BitsInteger(3), unspecified=0, keep=1, background=2, previous=3),
        "user_input" / Flag,
        "transparent" / Flag,
    ),
    "delay" / Int16ul * "In hundredths of a second",
    "transparent_index" / Byte,
    "end" / Const(b"\0"),
)
APPLICATION = Struct(
    "size" / Const(11, Byte),
    "identifier" / PaddedString(8, "ascii"),
    "authentication" / Bytes(3),
    "blocks" / DATA_BLOCKS,
)
EXTENSION = Struct(
    "label" / Enum(Byte, plain_text=0x01, graphic_control=0xF9, comment=0xFE, application=0xFF),
    "body"
    / Switch(
        this.label, {"graphic_control": GRAPHIC_CONTROL, "application": APPLICATION}, default=DATA_BLOCKS
    ),
)
IMAGE = Struct(
    "left" / Int16ul,
    "top" / Int16ul,
    "width" / Int16ul,
    "height" / Int16ul,
    "flags"
    / BitStruct(
        "has_colors" / Flag,
        "interlaced" / Flag,
        "sorted" / Flag,
        Padding(2),
        "colors_log" / BitsInteger(3),
    ),
    "colors" / If(this.flags.has_colors, Array(2 << this.flags.colors_log, COLOR)),
    "code_size" / Byte * "Bits of the first LZW code, less one",
    "blocks" / DATA_BLOCKS,
)
BLOCK = Struct(
    "kind" / Enum(Byte, extension=0x21, image=0x2C, trailer=0x3B),
    "body" / Switch(this.kind, {"extension": EXTENSION, "image": IMAGE, "trailer": Pass}),
)
GIF = Struct(
    "signature" / Const(b"GIF"),
    "version" / OneOf(Bytes(3), [b"87a", b"89a"]),
    "screen" / SCREEN,
    "colors" / If(this.screen.flags.has_colors, Array(2 << this.screen.flags.colors_log, COLOR)),
    "blocks" / RepeatUntil(obj_.kind == "trailer", BLOCK),
)


def edit(image: Any) -> None:
    """Paint the first colour red, and put a comment before the trailer."""
    image.colors[0].red = 255
    comment = {"label": "comment", "body": [b"edited", b""]}
    image.blocks.insert(-1, {"kind": "extension", "body": comment})
