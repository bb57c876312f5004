"""MP4 films, as boxes of ISO/IEC 14496-12 (ISO base media file format).

A box has its size (4 bytes, or 8 more), its type (4) and its content, which may be boxes. On purpose there is
one lambda, in `LazyBound`: construct has no other way to let a box contain boxes.
"""

from __future__ import annotations

from typing import Any

from construct import (
    Array,
    BitsInteger,
    BitStruct,
    Byte,
    Bytes,
    Computed,
    CString,
    FixedSized,
    FlagsEnum,
    GreedyBytes,
    GreedyRange,
    If,
    IfThenElse,
    Int16sb,
    Int24ub,
    Int32sb,
    Int32ub,
    Int64ub,
    LazyBound,
    PaddedString,
    Padding,
    PrefixedArray,
    StringEncoded,
    Struct,
    Switch,
    this,
)

FILE_TYPE = Struct(
    "brand" / PaddedString(4, "ascii"),
    "brand_version" / Int32ub,
    "compatible" / GreedyRange(PaddedString(4, "ascii")),
)
#: A time or duration: 8 bytes since version 1 of a box.
LONG = IfThenElse(this.version == 1, Int64ub, Int32ub)
MOVIE_HEADER = Struct(
    "version" / Byte,
    "flags" / Int24ub,
    "created" / LONG * "Seconds since 1904",
    "modified" / LONG * "Seconds since 1904",
    "timescale" / Int32ub * "Units of a second",
    "duration" / LONG,
    "rate" / Int32sb * "Of playing, times 65536",
    "speed" / Computed(this.rate / 65536),
    "volume" / Int16sb * "Times 256",
    Padding(10),
    "matrix" / Array(9, Int32sb),
    Padding(24),
    "next_track" / Int32ub,
)
TRACK_HEADER = Struct(
    "version" / Byte,
    "flags" / FlagsEnum(Int24ub, enabled=1, in_movie=2, in_preview=4),
    "created" / LONG,
    "modified" / LONG,
    "track" / Int32ub,
    Padding(4),
    "duration" / LONG,
    Padding(8),
    "layer" / Int16sb,
    "group" / Int16sb,
    "volume" / Int16sb,
    Padding(2),
    "matrix" / Array(9, Int32sb),
    "width" / Int32ub * "Times 65536",
    "height" / Int32ub * "Times 65536",
)
MEDIA_HEADER = Struct(
    "version" / Byte,
    "flags" / Int24ub,
    "created" / LONG,
    "modified" / LONG,
    "timescale" / Int32ub,
    "duration" / LONG,
    "language" / BitStruct(Padding(1), "letters" / Array(3, BitsInteger(5)) * "From a = 1 on"),
    Padding(2),
)
HANDLER = Struct(
    "version" / Byte,
    "flags" / Int24ub,
    Padding(4),
    "handler" / PaddedString(4, "ascii"),
    Padding(12),
    "name" / CString("utf8"),
)
TIMES = PrefixedArray(Int32ub, Struct("count" / Int32ub, "delta" / Int32ub))
SIZES = Struct(
    "version" / Byte,
    "flags" / Int24ub,
    "sample_size" / Int32ub * "Of all samples; 0 if they differ",
    "count" / Int32ub,
    "sizes" / If(this.sample_size == 0, Array(this.count, Int32ub)),
)
BOXES = LazyBound(lambda: GreedyRange(BOX))
BOX = Struct(
    "size" / Int32ub * "Bytes of the box; 1 if it has a large size",
    "type" / StringEncoded(Bytes(4), "latin-1"),
    "large_size" / If(this.size == 1, Int64ub),
    "body_size" / IfThenElse(this.size == 1, Computed(this.large_size - 16), Computed(this.size - 8)),
    "body"
    / FixedSized(
        this.body_size,
        Switch(
            this.type,
            {
                "ftyp": FILE_TYPE,
                "mvhd": MOVIE_HEADER,
                "tkhd": TRACK_HEADER,
                "mdhd": MEDIA_HEADER,
                "hdlr": HANDLER,
                "stts": Struct("version" / Byte, "flags" / Int24ub, "times" / TIMES),
                "stsz": SIZES,
                **dict.fromkeys(("moov", "trak", "mdia", "minf", "stbl", "dinf", "edts", "udta"), BOXES),
            },
            default=GreedyBytes,
        ),
    ),
)
MP4 = Struct("boxes" / GreedyRange(BOX))


def edit(film: Any) -> None:
    """Double the speed; the first track gets another size."""
    film.boxes[1].body[0].body.rate *= 2
    film.boxes[1].body[1].body[0].body.width = 640 << 16
