"""BMP images, as in Microsoft's documentation of `BITMAPFILEHEADER` and `BITMAPINFOHEADER`.

A file is a header (14 bytes), the image's header (40 and more), colours (4 each), and rows of pixels from the
last to the first, each filled up to a multiple of 4 bytes. No lambdas.
"""

from __future__ import annotations

from typing import Any

from construct import (
    Aligned,
    Array,
    Byte,
    Bytes,
    Computed,
    Const,
    Enum,
    IfThenElse,
    Int16ul,
    Int32sl,
    Int32ul,
    Padding,
    Struct,
    Switch,
    Tell,
    abs_,
    this,
)

FILE_HEADER = Struct(
    "signature" / Const(b"BM"),
    "size" / Int32ul * "Bytes of the file",
    Padding(4),
    "offset" / Int32ul * "Where the pixels begin",
)
INFO_HEADER = Struct(
    "header_size" / Int32ul * "Bytes of this header",
    "width" / Int32sl * "Width in pixels",
    "height" / Int32sl * "Height in pixels; negative if the first row is the topmost",
    "planes" / Const(1, Int16ul),
    "bits_per_pixel" / Int16ul,
    "compression" / Enum(Int32ul, none=0, rle8=1, rle4=2, bitfields=3),
    "image_size" / Int32ul,
    "x_per_metre" / Int32sl,
    "y_per_metre" / Int32sl,
    "colors_used" / Int32ul * "0 for all",
    "colors_important" / Int32ul,
    "more" / Bytes(this.header_size - 40),
    "color_count"
    / IfThenElse(
        this.colors_used > 0,
        Computed(this.colors_used),
        IfThenElse(this.bits_per_pixel <= 8, Computed(1 << this.bits_per_pixel), Computed(0)),
    ),
    "stride" / Computed((this.width * this.bits_per_pixel + 31) // 32 * 4) * "Bytes of a row",
)
COLOR = Struct("blue" / Byte, "green" / Byte, "red" / Byte, Padding(1))
PIXEL = Struct("blue" / Byte, "green" / Byte, "red" / Byte)
ROW = Switch(
    this.info.bits_per_pixel,
    {
        24: Aligned(4, Array(this.info.width, PIXEL)),
        32: Array(this.info.width, Int32ul),
    },
    default=Bytes(this.info.stride),
)
BMP = Struct(
    "file" / FILE_HEADER,
    "info" / INFO_HEADER,
    "colors" / Array(this.info.color_count, COLOR),
    "colors_end" / Tell,
    "gap" / Bytes(this.file.offset - this.colors_end),
    "rows" / Array(abs_(this.info.height), ROW),
)


def edit(image: Any) -> None:
    """Set a resolution, and put the last row first."""
    image.info.x_per_metre = image.info.y_per_metre = 2835
    image.rows.insert(0, image.rows.pop())
