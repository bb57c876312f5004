"""Public formats as construct's users declare them, in three groups with a floor each.

The declarations and files are those of `tests/formats`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from benchmarks import peers
from benchmarks.case import Case
from benchmarks.shapes import FIXED, Shape
from tests.formats import bmp, dns, elf, gif, gpt, mp4, packets, pcap, pe, png, samples, wav, zip_file

#: How the titles of the group begin: `--only "format,"` runs it alone.
FORMATS = "format,"


def _shape(name: str, about: str, declaration: Any, data: bytes) -> Shape:
    value = declaration.parse(data)
    assert declaration.build(value) == data
    return Shape(f"{FORMATS} {name},", about, None, lambda _: value, lambda _: declaration, 1, (FIXED,))


_FRAMES = samples.frames()
_DISK = samples.gpt()
#: Values lie one after the other, and nothing is unknown.
POSITIONAL = (
    _shape("PNG", "an image of 11 chunks with their CRC", png.PNG, samples.png(64, 64)),
    _shape("GIF", "an image of two frames", gif.GIF, samples.gif()),
    _shape("BMP", "an image of 32 × 32 pixels", bmp.BMP, samples.bmp(31, 32)),
    _shape("WAV", "a sound, its samples as bytes", wav.WAV, samples.wav()),
    _shape("ZIP", "an archive of 20 members", zip_file.ZIP, samples.zip_file(20)),
    _shape("PCAP", "100 captured packets", pcap.PCAP, samples.pcap(100)),
    _shape("TCP", "Ethernet, IPv4 and TCP with options", packets.ETHERNET, _FRAMES["tcp"]),
    _shape("ARP", "an ARP packet", packets.ARP, _FRAMES["arp"][14:42]),
    _shape("MBR", "a master boot record", gpt.MBR, _DISK[:512]),
    _shape("GPT entries", "128 entries of a partition table", gpt.ENTRIES, _DISK[1024 : 1024 + 128 * 128]),
)
#: With Adapters and lambdas of the user's, or read at a `Pointer`.
LEAVES = (
    _shape("ELF", "a file with sections and symbols", elf.ELF, samples.elf("<", 64)),
    _shape("PE", "the headers of a program, with an Adapter", pe.PE, samples.pe()),
    _shape("MP4", "boxes in boxes, by a lambda", mp4.MP4, samples.mp4()),
    _shape("GPT", "a disk with two tables", gpt.GPT, _DISK),
    _shape("DNS", "an answer with pointers to names, by a lambda", dns.DNS, samples.dns()),
)
#: About 10 bytes: looking the declaration up takes as long as reading.
TINY_PACKETS = (
    _shape("UDP header", "8 bytes", packets.UDP_HEADER, struct.pack(">HHHH", 53, 5353, 13, 0)),
    _shape("ICMP header", "8 bytes, an Enum", packets.ICMP_HEADER, _FRAMES["icmp"][34:42]),
    _shape("DNS header", "12 bytes, a BitStruct", dns.HEADER, samples.dns()[:12]),
    _shape("DNS label", "4 bytes, text of a counted length", dns.LABEL, b"\3www"),
    _shape(
        "TCP option", "10 bytes, a Switch and an ExprAdapter", packets.TCP_OPTION, b"\x08\x0a\0\0\0\1\0\0\0\0"
    ),
    _shape("TFTP request", "10 bytes, two CStrings", packets.TFTP_REQUEST, b"\0\1abc\0all\0"),
    _shape("GUID", "16 bytes, Hex", gpt.GUID, bytes(range(16))),
    _shape("COFF header", "20 bytes, FlagsEnum and an Adapter", pe.COFF_HEADER, samples.pe()[132:152]),
    _shape("Ethernet header", "14 bytes, Bytes and an Enum", packets.ETHERNET_HEADER, _FRAMES["tcp"][:14]),
)
ALL_FORMATS = POSITIONAL + LEAVES + TINY_PACKETS


def format_cases() -> Iterator[Case]:
    """Every format: parse and build."""
    for shape in ALL_FORMATS:
        payload = shape.payload(FIXED)
        parse = Case(shape.title(FIXED, "parse"), len(payload.data), {})
        build = Case(shape.title(FIXED, "build"), len(payload.data), {})
        for name in (peers.BASELINE, peers.COMPILED, peers.CONTAINERS, peers.DECODER):
            try:
                calls = peers.PEERS[name](payload)
            except Exception as error:
                if name != peers.COMPILED:
                    raise
                # What its compiler can't take, it finds out in many ways.
                parse.missing[name] = build.missing[name] = f"raises {type(error).__name__}"
                continue
            assert calls is not None
            parse.calls[name] = calls.parse
            if calls.build is not None:
                build.calls[name] = calls.build
            elif calls.why:
                build.missing[name] = calls.why
        yield parse
        yield build
