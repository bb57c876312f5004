"""Text: of a fixed size, behind its length, up to a terminator, up to the end; in all encodings."""

from __future__ import annotations

import construct as c
from construct import len_, this

from constructs.declaration import Declaration, of

WIDE = ("utf8", "utf_16_le", "utf_16_be", "utf16", "utf_32_le", "utf32", "ascii")
ONE_BYTE = ("latin-1", "cp1252")


def _encodings() -> list[Declaration]:
    found = []
    for encoding in WIDE:
        text = "ab" if encoding == "ascii" else "aé"
        found += [
            of(f"PascalString {encoding}", c.PascalString(c.Int16ub, encoding), text, ""),
            of(f"PaddedString {encoding}", c.PaddedString(24, encoding), text, ""),
            of(f"CString {encoding}", c.CString(encoding), text, ""),
            of(f"GreedyString {encoding}", c.GreedyString(encoding), text, ""),
        ]
    for encoding in ONE_BYTE:
        found.append(of(f"PascalString {encoding}", c.PascalString(c.Byte, encoding), "aé", ""))
    return found


TEXT = [
    *_encodings(),
    of("PascalString signature", c.PascalString(c.Byte, "utf-8-sig"), "é", ""),
    of("PascalString VarInt", c.PascalString(c.VarInt, "utf8"), "x" * 200, ""),
    of("PascalString little", c.PascalString(c.Int32ul, "utf8"), "hello"),
    of(
        "PascalString measured",
        c.PascalString(c.Int16ul, "ascii"),
        "abc",
        edit=lambda value: "something longer",
    ),
    of("StringEncoded of bytes", c.StringEncoded(c.Bytes(4), "ascii"), "abcd"),
    of("StringEncoded of Prefixed", c.StringEncoded(c.Prefixed(c.Byte, c.GreedyBytes), "utf8"), "é"),
    of(
        "PaddedString by a field",
        c.Struct("n" / c.Byte, "s" / c.PaddedString(this.n, "utf8")),
        {"n": 5, "s": "abc"},
        {"n": 3, "s": "abc"},
    ),
    of("PaddedString with a NUL inside", c.PaddedString(6, "ascii"), data=b"a\0b\0\0\0"),
    of("PaddedString that is full", c.PaddedString(3, "ascii"), "abc"),
    of(
        "names in a row",
        c.Struct("first" / c.CString("utf8"), "last" / c.CString("utf8"), "age" / c.Byte),
        {"first": "Ada", "last": "Lovelace", "age": 36},
        edit=lambda value: value.update({"last": "Byron"}),
    ),
    of("CStrings of two bytes", c.Array(2, c.CString("utf_16_le")), ["ab", ""]),
    of("lines", c.GreedyRange(c.NullTerminated(c.GreedyString("ascii"), term=b"\n")), ["one", "", "three"]),
    of(
        "text in both ends",
        c.Struct("title" / c.PaddedString(8, "ascii"), "body" / c.GreedyString("utf8")),
        {"title": "Title", "body": "long é"},
        edit=lambda value: value.update({"body": "short"}),
    ),
    of(
        "text behind its rebuilt length",
        c.Struct("n" / c.Rebuild(c.Byte, len_(this.s)), "s" / c.PaddedString(this.n, "ascii")),
        {"s": "abc"},
        edit=lambda value: value.update({"s": "abcdef"}),
    ),
    of("FixedSized text", c.FixedSized(8, c.NullStripped(c.GreedyString("ascii"))), "abc"),
    of("FixedSized CString", c.FixedSized(8, c.CString("ascii")), "abc"),
    of(
        "list of texts",
        c.PrefixedArray(c.Byte, c.PascalString(c.Byte, "utf8")),
        ["a", "é", ""],
        edit=lambda value: [*value, "more"],
    ),
    of("texts of padded entries", c.Array(2, c.Padded(10, c.CString("ascii"))), ["ab", "cdef"]),
    of(
        "text with options",
        c.Struct("has" / c.Flag, "s" / c.If(this.has, c.CString("ascii"))),
        {"has": True, "s": "yes"},
        {"has": False, "s": None},
    ),
    of(
        "header lines",
        c.Struct(
            "method" / c.NullTerminated(c.GreedyString("ascii"), term=b" "),
            "path" / c.NullTerminated(c.GreedyString("ascii"), term=b" "),
            "version" / c.NullTerminated(c.GreedyString("ascii"), term=b"\r\n"),
        ),
        {"method": "GET", "path": "/", "version": "HTTP/1.1"},
    ),
    of("Const text", c.Struct("magic" / c.Const("abc", c.PaddedString(4, "ascii")), "x" / c.Byte), {"x": 1}),
    of(
        "Enum of texts",
        c.Struct("k" / c.Enum(c.Byte, utf8=1, ascii=2), "s" / c.CString("utf8")),
        {"k": "utf8", "s": "x"},
    ),
]
