"""WAV sound, as in IBM's and Microsoft's "Multimedia Programming Interface and Data Specifications 1.0".

A file is one RIFF chunk of chunks: id (4 bytes), size (4), data, filled up to an even size. No lambdas;
sizes are `Prefixed`, so that an edited chunk may grow.
"""

from __future__ import annotations

from typing import Any

from construct import (
    Aligned,
    Const,
    Enum,
    GreedyBytes,
    GreedyRange,
    GreedyString,
    Int16ul,
    Int32ul,
    Optional,
    PaddedString,
    Prefixed,
    Rebuild,
    Struct,
    Switch,
    this,
)

SAMPLE_FORMAT = Struct(
    "coding" / Enum(Int16ul, pcm=1, adpcm=2, ieee_float=3, alaw=6, mulaw=7, extensible=0xFFFE),
    "channels" / Int16ul,
    "frames_per_second" / Int32ul,
    "bytes_per_second" / Rebuild(Int32ul, this.frames_per_second * this.frame_size),
    "frame_size" / Int16ul * "Bytes of a sample of all channels",
    "bits" / Int16ul * "Bits of a sample",
    "extra" / Optional(Prefixed(Int16ul, GreedyBytes)),
)
#: Texts end with a NUL or two, which are kept.
INFO = Struct("id" / PaddedString(4, "ascii"), "text" / Aligned(2, Prefixed(Int32ul, GreedyString("utf8"))))
LIST = Struct(
    "type" / PaddedString(4, "ascii"),
    "items" / Switch(this.type, {"INFO": GreedyRange(INFO)}, default=GreedyBytes),
)
CHUNK = Struct(
    "id" / PaddedString(4, "ascii"),
    "data"
    / Aligned(
        2,
        Prefixed(Int32ul, Switch(this.id, {"fmt ": SAMPLE_FORMAT, "LIST": LIST}, default=GreedyBytes)),
    ),
)
WAV = Struct(
    "id" / Const(b"RIFF"),
    "riff" / Prefixed(Int32ul, Struct("form" / Const(b"WAVE"), "chunks" / GreedyRange(CHUNK))),
)


def edit(sound: Any) -> None:
    """Halve the rate, and append a comment of an odd length."""
    sound.riff.chunks[0].data.frames_per_second //= 2
    comment = {"id": "ICMT", "text": "even\0"}
    sound.riff.chunks.append({"id": "LIST", "data": {"type": "INFO", "items": [comment]}})
