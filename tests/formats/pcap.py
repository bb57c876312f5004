"""Captured packets, as in the IETF's draft-ietf-opsawg-pcap ("PCAP Capture File Format").

A file is a header (24 bytes) and packets: header (16) and data. No lambdas; the byte order is that of the
magic number.
"""

from __future__ import annotations

from typing import Any

from construct import (
    Bytes,
    Computed,
    Construct,
    Enum,
    GreedyRange,
    Int16ub,
    Int16ul,
    Int32sb,
    Int32sl,
    Int32ub,
    Int32ul,
    Rebuild,
    Struct,
    Switch,
    len_,
    this,
)


def pcap(u16: Construct, u32: Construct, s32: Construct) -> Construct:
    """All behind the magic number, in one byte order."""
    packet = Struct(
        "seconds" / u32 * "Since 1970",
        "microseconds" / u32,
        "time" / Computed(this.seconds + this.microseconds / 1000000),
        "captured" / Rebuild(u32, len_(this.data)) * "Bytes that are here",
        "original" / u32 * "Bytes that were on the wire",
        "data" / Bytes(this.captured),
    )
    return Struct(
        "major" / u16,
        "minor" / u16,
        "zone" / s32 * "Seconds between UTC and local time: always 0",
        "accuracy" / u32,
        "snap_length" / u32 * "Bytes of a packet that are kept at most",
        "link" / Enum(u32, null=0, ethernet=1, raw=101, linux_cooked=113, ieee802_11=105),
        "packets" / GreedyRange(packet),
    )


LITTLE = pcap(Int16ul, Int32ul, Int32sl)
PCAP = Struct(
    "order" / Enum(Bytes(4), little=b"\xd4\xc3\xb2\xa1", big=b"\xa1\xb2\xc3\xd4"),
    "file" / Switch(this.order, {"little": LITTLE, "big": pcap(Int16ub, Int32ub, Int32sb)}),
)


def edit(capture: Any) -> None:
    """Cut the first packet, whose size is rebuilt; delay the last."""
    packets = capture.file.packets
    packets[0].data = packets[0].data[:20]
    packets[-1].seconds += 60
