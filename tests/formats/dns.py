"""Messages of DNS, as in RFC 1035, sections 3 and 4; AAAA as in RFC 3596.

A message has a header (12 bytes), questions, and records. A name is labels (1 byte and its length), the last
empty or a pointer (2 bytes) to another name. On purpose there is one lambda, in `LazyBound`: a pointer's
target is a name.
"""

from __future__ import annotations

from typing import Any

from construct import (
    Array,
    BitsInteger,
    BitStruct,
    Byte,
    Bytes,
    Enum,
    FixedSized,
    Flag,
    GreedyRange,
    If,
    Int16ub,
    Int32ub,
    LazyBound,
    PaddedString,
    Padding,
    PascalString,
    Pointer,
    Rebuild,
    RepeatUntil,
    Struct,
    Switch,
    len_,
    obj_,
    this,
)

FLAGS = BitStruct(
    "response" / Flag,
    "opcode" / Enum(BitsInteger(4), query=0, inverse=1, status=2),
    "authoritative" / Flag,
    "truncated" / Flag,
    "recursion_desired" / Flag,
    "recursion_available" / Flag,
    Padding(3),
    "code" / Enum(BitsInteger(4), no_error=0, format=1, server=2, name=3, not_implemented=4, refused=5),
)
HEADER = Struct(
    "id" / Int16ub,
    "flags" / FLAGS,
    "question_count" / Int16ub,
    "answer_count" / Int16ub,
    "authority_count" / Int16ub,
    "additional_count" / Int16ub,
)
LABEL = Struct(
    "size" / Byte * "Characters; from 0xC0 on, the high bits of a pointer",
    "text" / If(this.size < 0xC0, PaddedString(this.size, "ascii")),
    "low" / If(this.size >= 0xC0, Byte * "Low bits of a pointer"),
    "target" / If(this.size >= 0xC0, Pointer((this.size & 0x3F) << 8 | this.low, LazyBound(lambda: NAME))),
)
NAME = RepeatUntil((obj_.size == 0) | (obj_.size >= 0xC0), LABEL)
TYPE = Enum(Int16ub, a=1, ns=2, cname=5, soa=6, ptr=12, mx=15, txt=16, aaaa=28, any=255)
CLASS = Enum(Int16ub, internet=1, chaos=3, hesiod=4, any=255)
QUESTION = Struct("name" / NAME, "type" / TYPE, "class" / CLASS)
RECORD = Struct(
    "name" / NAME,
    "type" / TYPE,
    "class" / CLASS,
    "ttl" / Int32ub * "Seconds that it may be kept",
    "size" / Int16ub * "Bytes of the data",
    "data"
    / Switch(
        this.type,
        {
            "a": Array(4, Byte),
            "aaaa": Array(8, Int16ub),
            "cname": NAME,
            "ns": NAME,
            "mx": Struct("preference" / Int16ub, "exchange" / NAME),
            "txt": FixedSized(this.size, GreedyRange(PascalString(Byte, "utf8"))),
        },
        default=Bytes(this.size),
    ),
)
DNS = Struct(
    "id" / Int16ub,
    "flags" / FLAGS,
    "question_count" / Rebuild(Int16ub, len_(this.questions)),
    "answer_count" / Rebuild(Int16ub, len_(this.answers)),
    "authority_count" / Rebuild(Int16ub, len_(this.authorities)),
    "additional_count" / Rebuild(Int16ub, len_(this.additional)),
    "questions" / Array(this.question_count, QUESTION),
    "answers" / Array(this.answer_count, RECORD),
    "authorities" / Array(this.authority_count, RECORD),
    "additional" / Array(this.additional_count, RECORD),
)


def edit(message: Any) -> None:
    """Refuse; drop the last additional record, which is counted again."""
    message.flags.code = "refused"
    message.additional.pop()
    message.answers[0].ttl = 0
