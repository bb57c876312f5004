"""Packets: Ethernet II, ARP (RFC 826), IPv4 (RFC 791), ICMP (RFC 792), TCP (RFC 9293), UDP (RFC 768).

Headers: Ethernet 14 bytes, ARP 28, IPv4 20 to 60, ICMP 8, TCP 20 to 60, UDP 8. No lambdas; checksums are not
checked, since they need a pseudo-header.
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
    CString,
    Enum,
    ExprAdapter,
    FixedSized,
    Flag,
    GreedyBytes,
    GreedyRange,
    Hex,
    Int16ub,
    Int32ub,
    Padding,
    Pass,
    Prefixed,
    Rebuild,
    Struct,
    Switch,
    len_,
    obj_,
    this,
)

ADDRESS = Array(4, Byte)
HARDWARE_ADDRESS = Bytes(6)
ICMP_HEADER = Struct(
    "type" / Enum(Byte, echo_reply=0, unreachable=3, echo=8, time_exceeded=11),
    "code" / Byte,
    "checksum" / Int16ub,
    "id" / Int16ub,
    "sequence" / Int16ub,
)
UDP_HEADER = Struct("source" / Int16ub, "destination" / Int16ub, "size" / Int16ub, "checksum" / Int16ub)
UDP = Struct(
    "source" / Int16ub,
    "destination" / Int16ub,
    "size" / Rebuild(Int16ub, len_(this.data) + 8),
    "checksum" / Hex(Int16ub),
    "data" / Bytes(this.size - 8),
)
#: The size of an option counts its kind and itself.
OPTION_SIZE = ExprAdapter(Byte, obj_ - 2, obj_ + 2)
TCP_OPTION = Struct(
    "kind" / Enum(Byte, end=0, nop=1, segment_size=2, window_scale=3, sack_permitted=4, timestamps=8),
    "value"
    / Switch(
        this.kind,
        {
            "end": Pass,
            "nop": Pass,
            "segment_size": Prefixed(OPTION_SIZE, Int16ub),
            "window_scale": Prefixed(OPTION_SIZE, Byte),
            "timestamps": Prefixed(OPTION_SIZE, Struct("value" / Int32ub, "echo" / Int32ub)),
        },
        default=Prefixed(OPTION_SIZE, GreedyBytes),
    ),
)
#: A request of TFTP (RFC 1350).
TFTP_REQUEST = Struct(
    "operation" / Enum(Int16ub, read=1, write=2),
    "file" / CString("ascii"),
    "mode" / CString("ascii"),
)
TCP_FLAGS = ("cwr", "ece", "urgent", "ack", "push", "reset", "syn", "fin")
TCP = Struct(
    "source" / Int16ub,
    "destination" / Int16ub,
    "sequence" / Int32ub,
    "acknowledged" / Int32ub,
    "flags"
    / BitStruct(
        "words" / BitsInteger(4) * "Header in words of 4 bytes", Padding(4), *(n / Flag for n in TCP_FLAGS)
    ),
    "window" / Int16ub,
    "checksum" / Hex(Int16ub),
    "urgent" / Int16ub,
    "options" / FixedSized(this.flags.words * 4 - 20, GreedyRange(TCP_OPTION)),
    "data" / GreedyBytes,
)
IPV4 = Struct(
    "version" / BitStruct("number" / Const(4, BitsInteger(4)), "words" / BitsInteger(4)),
    "service" / Byte,
    "size" / Int16ub * "Bytes of the packet, with this header",
    "id" / Int16ub,
    "fragment"
    / BitStruct(Padding(1), "dont" / Flag, "more" / Flag, "offset" / BitsInteger(13) * "In words of 8 bytes"),
    "hops" / Byte,
    "protocol" / Enum(Byte, icmp=1, tcp=6, udp=17),
    "checksum" / Hex(Int16ub),
    "source" / ADDRESS,
    "destination" / ADDRESS,
    "options" / Bytes(this.version.words * 4 - 20),
    "payload"
    / FixedSized(
        this.size - this.version.words * 4,
        Switch(
            this.protocol,
            {"icmp": Struct("header" / ICMP_HEADER, "data" / GreedyBytes), "tcp": TCP, "udp": UDP},
            default=GreedyBytes,
        ),
    ),
)
ARP = Struct(
    "hardware" / Enum(Int16ub, ethernet=1),
    "protocol" / Enum(Int16ub, ipv4=0x800),
    "hardware_size" / Const(6, Byte),
    "protocol_size" / Const(4, Byte),
    "operation" / Enum(Int16ub, request=1, reply=2),
    "sender" / HARDWARE_ADDRESS,
    "sender_address" / ADDRESS,
    "target" / HARDWARE_ADDRESS,
    "target_address" / ADDRESS,
)
ETHERNET_HEADER = Struct(
    "destination" / HARDWARE_ADDRESS,
    "source" / HARDWARE_ADDRESS,
    "type" / Enum(Int16ub, ipv4=0x800, arp=0x806, vlan=0x8100, ipv6=0x86DD),
)
ETHERNET = Struct(
    "header" / ETHERNET_HEADER,
    "payload" / Switch(this.header.type, {"ipv4": IPV4, "arp": ARP}, default=GreedyBytes),
    "padding" / GreedyBytes * "Up to 60 bytes",
)


def edit(frame: Any) -> None:
    """Send it to other hardware; a datagram gets more data, a request becomes a reply."""
    frame.header.destination = bytes.fromhex("02005e0000ff")
    if frame.header.type == "arp":
        edit_arp(frame.payload)
    elif frame.payload.protocol == "udp":
        frame.payload.payload.data += b"!"
        frame.payload.size += 1
    else:
        frame.payload.hops -= 1


def edit_arp(packet: Any) -> None:
    """Answer the request."""
    packet.operation = "reply"
    packet.target, packet.sender = packet.sender, packet.target
