"""PNG images, as in the W3C's "Portable Network Graphics (PNG) Specification (Third Edition)".

A file is a signature of 8 bytes and chunks of 12 bytes and more: length (4), type (4), data, CRC-32 of type
and data (4). No lambdas; the CRC is a `Checksum` over a `RawCopy`, by a function of the standard library.
"""

from __future__ import annotations

from typing import Any
from zlib import crc32

from construct import (
    Byte,
    Checksum,
    Compressed,
    Computed,
    Const,
    CString,
    Enum,
    FixedSized,
    GreedyBytes,
    GreedyRange,
    Int16ub,
    Int32ub,
    NullTerminated,
    PaddedString,
    Pass,
    RawCopy,
    StringEncoded,
    Struct,
    Switch,
    this,
)

HEADER = Struct(
    "width" / Int32ub * "Width in pixels",
    "height" / Int32ub * "Height in pixels",
    "bit_depth" / Byte * "Bits of a sample or of an index",
    "color_type" / Enum(Byte, grayscale=0, truecolor=2, indexed=3, grayscale_alpha=4, truecolor_alpha=6),
    "compression" / Enum(Byte, deflate=0),
    "filter" / Enum(Byte, adaptive=0),
    "interlace" / Enum(Byte, none=0, adam7=1),
)
COLOR = Struct("red" / Byte, "green" / Byte, "blue" / Byte)
GAMMA = Struct("scaled" / Int32ub * "Gamma times 100000", "gamma" / Computed(this.scaled / 100000))
PIXEL_SIZE = Struct("x" / Int32ub, "y" / Int32ub, "unit" / Enum(Byte, unknown=0, metre=1))
TIME = Struct(
    "year" / Int16ub,
    "month" / Byte,
    "day" / Byte,
    "hour" / Byte,
    "minute" / Byte,
    "second" / Byte,
)
TEXT = Struct(
    "keyword" / CString("ascii") * "1 to 79 characters",
    "text" / StringEncoded(GreedyBytes, "latin-1"),
)
COMPRESSED_TEXT = Struct(
    "keyword" / StringEncoded(NullTerminated(GreedyBytes), "latin-1"),
    "method" / Const(0, Byte),
    "text" / StringEncoded(Compressed(GreedyBytes, "zlib"), "latin-1"),
)
CHUNK_DATA = Switch(
    this.type,
    {
        "IHDR": HEADER,
        "PLTE": GreedyRange(COLOR),
        "gAMA": GAMMA,
        "pHYs": PIXEL_SIZE,
        "tIME": TIME,
        "tEXt": TEXT,
        "zTXt": COMPRESSED_TEXT,
        "sRGB": Enum(Byte, perceptual=0, relative=1, saturation=2, absolute=3),
        "IEND": Pass,
    },
    default=GreedyBytes,
)
CHUNK = Struct(
    "length" / Int32ub * "Bytes of the data",
    "body"
    / RawCopy(
        Struct(
            "type" / PaddedString(4, "ascii") * "Upper case first: critical",
            "data" / FixedSized(this._.length, CHUNK_DATA),
        )
    ),
    "crc" / Checksum(Int32ub, crc32, this.body.data) * "CRC-32 of type and data",
)
PNG = Struct(
    "signature" / Const(b"\x89PNG\r\n\x1a\n"),
    "chunks" / GreedyRange(CHUNK),
)


def edit(image: Any) -> None:
    """Make the image wider; its chunk gets another CRC."""
    header = image.chunks[0].body
    header.value.data.width += 1
    del header["data"]  # construct builds a `RawCopy` from its bytes, if there are any
