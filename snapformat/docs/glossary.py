"""The glossary of a document: every primitive encoding in words, with an example encoded by the library."""

from __future__ import annotations

import datetime
import ipaddress
import re
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import semver

from snapformat.bincode import (
    BTreeMap,
    BTreeSet,
    Duration,
    Encoding,
    HashMap,
    HashSet,
    IpAddr,
    Ipv4Addr,
    Ipv6Addr,
    OsString,
    Path,
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
    SystemTime,
    Vec,
    Version,
    VersionReq,
    char,
    compact_u16,
    f32,
    f64,
    leb128,
    u8,
    u16,
    u32,
    varint,
)
from snapformat.docs.columns import columns_text
from snapformat.docs.measure import Measure, width_of
from snapformat.docs.model import Primitive, Size
from snapformat.encodings.bincode.encoding import sealed
from snapformat.encodings.bincode.walk import write_value
from snapformat.model import kinds
from snapformat.model.kinds import Kind
from snapformat.model.naming import Bound

if TYPE_CHECKING:
    from snapformat.encodings.bitcode.encoding import Bitcode

_INTEGER = re.compile(r"([ui])(\d+|size)")
_SIZE = " Stored as 64 bits on every machine."


class _Entry(NamedTuple):
    doc: str
    refused: str
    annotation: Any
    value: Any
    shown: str


_ADDRESS = ipaddress.IPv4Address("192.0.2.1")

#: Entries by name. `{length}` is replaced by the encoding of a length, `{index}` by that of an enum's index.
_ENTRIES: dict[str, _Entry] = {
    "f32": _Entry("IEEE 754 binary32; every bit pattern is preserved, also of NaNs.", "", f32, 1.5, "1.5"),
    "f64": _Entry("IEEE 754 binary64; every bit pattern is preserved, also of NaNs.", "", f64, 1.5, "1.5"),
    "bool": _Entry("One byte: 0 is false, 1 is true.", "any other byte", bool, True, "true"),
    "char": _Entry("One Unicode scalar value as 1 to 4 bytes of UTF-8.", "invalid UTF-8", char, "é", "'é'"),
    "str": _Entry(
        "The number of bytes ({length}), then the text in UTF-8, without a terminating zero.",
        "invalid UTF-8",
        str,
        "vda",
        '"vda"',
    ),
    "bytes": _Entry(
        "The number of bytes ({length}), then the bytes. `bytes[n]`: the number must be n.",
        "",
        bytes,
        b"\xca\xfe",
        "2 bytes",
    ),
    "blob": _Entry(
        "The number of bytes ({length}), then a C structure with its padding. Always as many bytes are"
        " read as this number says. Another number than the size of the structure is no error: missing"
        " bytes count as zeros when fields are read, bytes behind the structure are kept, and all is"
        " written as it was.",
        "",
        bytes,
        b"\x01\0\0\0",
        "a structure of 4 bytes",
    ),
    "struct": _Entry(
        "The fields one after the other, in the order of declaration. No padding, no alignment, no length.",
        "",
        tuple[u8, u16],
        (7, 1000),
        "7 and 1000, of u8 and u16",
    ),
    "tuple": _Entry(
        "The parts one after the other, as the fields of a struct.",
        "",
        tuple[u8, u16],
        (7, 1000),
        "(7, 1000), of u8 and u16",
    ),
    "()": _Entry("No bytes.", "", tuple[()], (), "()"),
    "Option": _Entry(
        "A tag byte: 0 is None; 1 is Some, and the value follows.",
        "any other tag",
        u16 | None,
        7,
        "Some(7), of a u16",
    ),
    "Vec": _Entry(
        "The number of elements ({length}), then the elements.", "", Vec[u16], [1, 2], "[1, 2], of u16"
    ),
    "BTreeSet": _Entry(
        "The number of elements ({length}), then the elements, written sorted.",
        "",
        BTreeSet[u8],
        {2, 1},
        "{1, 2}, of u8",
    ),
    "HashSet": _Entry(
        "The number of elements ({length}), then the elements in any order.",
        "",
        HashSet[u8],
        {3},
        "{3}, of u8",
    ),
    "BTreeMap": _Entry(
        "The number of entries ({length}), then key and value in turn, written sorted by key.",
        "",
        BTreeMap[u8, bool],
        {1: True},
        "{1: true}, from u8 to bool",
    ),
    "HashMap": _Entry(
        "The number of entries ({length}), then key and value in turn, in any order.",
        "",
        HashMap[u8, bool],
        {1: True},
        "{1: true}, from u8 to bool",
    ),
    "enum": _Entry(
        "The index of the variant ({index}), in the order of declaration from 0; then the variant's fields.",
        "an index that no variant has",
        u32,
        1,
        "the second variant, without fields",
    ),
    "Version": _Entry(
        "A semantic version as `str`: three numbers below 2^64 with dots between them, in digits without"
        " leading zeros. `-` and a pre-release may follow, then `+` and build metadata, as in"
        " `1.2.3-rc.1+build.7`; they are words of ASCII letters, digits and hyphens, with dots between"
        " them. A number in a pre-release has no leading zeros.",
        "text that is not a semantic version",
        Version,
        semver.Version(1, 2, 3),
        '"1.2.3"',
    ),
    "VersionReq": _Entry(
        "A requirement on a semantic version as `str`.",
        "text that is not a requirement",
        VersionReq,
        "^1.2",
        '"^1.2"',
    ),
    "PathBuf": _Entry("A path as `str`.", "invalid UTF-8", Path, "/dev/vda", '"/dev/vda"'),
    "OsString": _Entry("Index 0 (Unix), then a `Vec` of u8.", "index 1 (Windows)", OsString, b"vda", '"vda"'),
    "Duration": _Entry(
        "Whole seconds (u64), then nanoseconds (u32); whole seconds in the nanoseconds are carried over.",
        "seconds beyond u64",
        Duration,
        Duration(1, 500_000_000),
        "1.5 s",
    ),
    "SystemTime": _Entry(
        "Whole seconds since 1970-01-01 00:00 UTC (u64), then nanoseconds (u32).",
        "seconds of 2^63 or more",
        SystemTime,
        SystemTime(1, 0),
        "1 s after the epoch",
    ),
    "DateTime": _Entry(
        "A point in time as `str`, in RFC 3339: no, 3, 6 or 9 decimals, and Z for UTC.",
        "text that is not a date and time with an offset",
        datetime.datetime,
        datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC),
        '"2026-01-31T12:00:00Z"',
    ),
    "NaiveDate": _Entry(
        "A date as `str`.",
        "text that is not a date",
        datetime.date,
        datetime.date(2026, 1, 31),
        '"2026-01-31"',
    ),
    "NaiveTime": _Entry(
        "A time of day as `str`, with no, 3, 6 or 9 decimals.",
        "text that is not a time",
        datetime.time,
        datetime.time(12),
        '"12:00:00"',
    ),
    "Uuid": _Entry(
        "`bytes`: the number 16 ({length}), then the 16 bytes.",
        "any other number",
        uuid.UUID,
        uuid.UUID("00112233-4455-6677-8899-aabbccddeeff"),
        "00112233-4455-6677-8899-aabbccddeeff",
    ),
    "Ipv4Addr": _Entry("Four octets.", "", Ipv4Addr, _ADDRESS, "192.0.2.1"),
    "Ipv6Addr": _Entry("Sixteen octets.", "", Ipv6Addr, ipaddress.ip_address("2001:db8::1"), "2001:db8::1"),
    "IpAddr": _Entry(
        "An index ({index}): 0 for V4, 1 for V6; then the octets.",
        "any other index",
        IpAddr,
        _ADDRESS,
        "192.0.2.1",
    ),
    "SocketAddrV4": _Entry(
        "Four octets, then the port (u16).",
        "",
        SocketAddrV4,
        SocketAddrV4(_ADDRESS, 80),
        "192.0.2.1:80",
    ),
    "SocketAddrV6": _Entry(
        "Sixteen octets, then the port (u16).",
        "",
        SocketAddrV6,
        SocketAddrV6(ipaddress.IPv6Address("2001:db8::1"), 80),
        "[2001:db8::1]:80",
    ),
    "SocketAddr": _Entry(
        "An index ({index}): 0 for V4, 1 for V6; then the octets and the port (u16).",
        "any other index",
        SocketAddr,
        SocketAddrV4(_ADDRESS, 80),
        "192.0.2.1:80",
    ),
}

#: Entries in columns where they differ: the encoding in words; what is refused; the columns, if it has parts.
_IN_COLUMNS: dict[str, tuple[str, str, str | None]] = {
    "f64": ("IEEE 754 binary64, stored as the number of its bits, which are preserved.", "", None),
    "bool": ("A bit: 0 is false, 1 is true.", "", None),
    "char": (
        "One Unicode scalar value, stored as its number.",
        "a number that is not that of a scalar value",
        None,
    ),
    "str": ("Text in UTF-8: its length in bytes, and the text.", "invalid UTF-8", None),
    "bytes": ("A sequence of u8. `bytes[n]`: the number must be n.", "", None),
    "blob": (
        "A sequence of u8: the bytes of a C structure with its padding. Another number of bytes than the"
        " size of the structure is no error: missing bytes count as zeros when fields are read, bytes"
        " behind the structure are kept, and all is written as it was.",
        "",
        None,
    ),
    "Uuid": (
        "`bytes`: the number 16, then the 16 bytes in the column of their place.",
        "any other number",
        None,
    ),
    "struct": ("No column of its own: each field is a place, in the order of declaration.", "", "…, …"),
    "tuple": ("No column of its own: each part is a place, as the fields of a struct.", "", "…, …"),
    "()": ("No column.", "", None),
    "Option": (
        "The index 0 is None; 1 is Some, with a value in the columns of its place.",
        "any other index",
        "enum, …",
    ),
    "Vec": ("The number of elements, which are in the columns of their place.", "", "seq, …"),
    "BTreeSet": (
        "The number of elements, which are in the columns of their place, written sorted.",
        "",
        "seq, …",
    ),
    "HashSet": (
        "The number of elements, which are in the columns of their place, in any order.",
        "",
        "seq, …",
    ),
    "BTreeMap": (
        "The number of entries; keys and values are in the columns of their places, written sorted by key.",
        "",
        "map, …, …",
    ),
    "HashMap": (
        "The number of entries; keys and values are in the columns of their places, in any order.",
        "",
        "map, …, …",
    ),
    "enum": (
        "The index of the variant, in the order of declaration from 0. Each variant has places of its own for"
        " its fields.",
        "an index that no variant has",
        "enum, …",
    ),
    "array": ("A number of elements known from the layout. Each of them is a place of its own.", "", "n × …"),
    "fixed bytes": ("A number of bytes known from the layout: a part of a C structure.", "", "none"),
}

#: Entries without an example.
_WITHOUT_EXAMPLE = {
    "array": "A number of elements known from the layout, one after the other, without a length.",
    "fixed bytes": "A number of bytes known from the layout, without a length.",
    "computed": "Not in the bytes, but computed from other values.",
    "prefixed": "A value preceded by its size in bytes.",
    "opaque": "Read and written by a construct that snapformat can't analyze.",
}

_GROUPS = "LEB128: groups of seven bits, the lowest first; all but the last have the eighth bit set."
#: Integers with a form of their own: annotation, description, what is refused.
_SPECIAL: dict[str, tuple[Any, str, str]] = {
    "compact_u16": (compact_u16, _GROUPS, "more bytes than the number needs"),
    "leb128": (leb128, _GROUPS, "more bytes than the type can need"),
    "varint": (
        varint,
        "Of variable length: one byte up to 250; else 251 and 2 bytes, 252 and 4 bytes, or 253 and 8 bytes.",
        "the markers 254 and 255",
    ),
}

_ORDER = ["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"]
_ORDER += [*_SPECIAL, *_ENTRIES, *_WITHOUT_EXAMPLE]


def glossary(names: Iterable[str], encoding: Encoding | Bitcode) -> tuple[Primitive, ...]:
    """Return the entries of primitives, in the order of the table.

    Args:
        names: Names as in `model.naming`; unknown ones are ignored.
        encoding: The encoding.
    """
    chosen = set(names)
    order = [*_ORDER, *sorted(chosen - set(_ORDER))]
    if isinstance(encoding, Encoding):
        found = (_primitive(name, encoding) for name in order if name in chosen)
    else:
        found = (_in_columns(name, encoding) for name in order if name in chosen)
    return tuple(entry for entry in found if entry is not None)


def _in_columns(name: str, encoding: Bitcode) -> Primitive | None:
    """Return the entry of a primitive that is stored in columns."""
    integer = _INTEGER.fullmatch(name)
    if integer is not None:
        signed, bits = integer[1] == "i", 64 if integer[2] == "size" else int(integer[2])
        kind: Kind = kinds.Int(name, bits // 8, signed)
        value: Any = _example_of(bits // 8, signed)
        doc, refused, shown, columns = _range(signed, bits), "", f"{value}", None
        doc += " Two's complement." if signed else ""
        doc += _SIZE if integer[2] == "size" else ""
    elif name in _ENTRIES:
        entry = _ENTRIES[name]
        doc, refused, columns = entry.doc, entry.refused, None
        if name in _IN_COLUMNS:
            doc, refused, columns = _IN_COLUMNS[name]
        doc = doc.format(index="a byte")
        kind, value, shown = sealed(u8 if name == "enum" else entry.annotation), entry.value, entry.shown
    elif name in _IN_COLUMNS:
        doc, refused, columns = _IN_COLUMNS[name]
        return Primitive(name, doc, None, refused, "", b"", columns)
    else:
        return None
    if columns is None:
        columns = columns_text(Bound(kind, encoding), lambda bound: None)
    return Primitive(name, doc, None, refused, shown, encoding.write(kind, value), columns)


def _primitive(name: str, encoding: Encoding) -> Primitive | None:
    if name in _WITHOUT_EXAMPLE:
        return Primitive(name, _WITHOUT_EXAMPLE[name], Size(0, None, "as declared"), "", "", b"")
    if name in _SPECIAL:
        return _special(name, encoding)
    integer = _INTEGER.fullmatch(name)
    if integer is not None:
        return _integer(name, integer[1] == "i", 64 if integer[2] == "size" else int(integer[2]), encoding)
    if name not in _ENTRIES:
        return None
    entry = _ENTRIES[name]
    kind = sealed(entry.annotation)
    doc = entry.doc.format(
        length=width_of(encoding.length_kind, encoding), index=width_of(encoding.index_kind, encoding)
    )
    if name == "char" and encoding.rules.char_text:
        doc = f"The number of bytes ({width_of(encoding.length_kind, encoding)}), then one char in UTF-8."
    refused = entry.refused
    if name in _ORDERED and encoding.rules.key_order in _ORDERED[name]:
        doc = re.sub(r"in any order|written sorted by key", _ORDERED[name][encoding.rules.key_order], doc)
    if name in ("f32", "f64") and not encoding.rules.has_nan:
        doc, refused = doc.split("; ")[0] + ".", "NaN"
    if name in ("f32", "f64"):
        doc += f" {encoding.byteorder.capitalize()}-endian."
    size = Measure().size(Bound(kind, encoding))
    if name in ("struct", "tuple"):
        size = Size(0, None, "the sum of the parts")
    elif name == "enum":
        size = Size(size.least, None, "index + fields")
    elif name == "Option":
        size = Size(1, None, "1, or 1 + value")
    elif name in ("Vec", "BTreeSet", "HashSet", "BTreeMap", "HashMap"):
        size = Size(size.least, None, "length + elements")
    data = write_value(encoding.index_kind if name == "enum" else kind, encoding, entry.value)
    return Primitive(name, doc, size, refused, entry.shown, data)


_BY_BYTES = "sorted by the bytes of the keys"
#: The order of entries and elements in a preset that has one.
_ORDERED = {
    "HashSet": {"by value": "written sorted"},
    "HashMap": {"by value": "written sorted by key", "by bytes": _BY_BYTES},
    "BTreeMap": {"by bytes": _BY_BYTES},
}


def _special(name: str, encoding: Encoding) -> Primitive:
    """Return the entry of an integer with a form of its own."""
    annotation, form, refused = _SPECIAL[name]
    kind = sealed(annotation)
    assert isinstance(kind, kinds.Int)
    doc = f"{_range(False, 8 * kind.size)} {form}"
    size = Measure().size(Bound(kind, encoding))
    return Primitive(name, doc, size, refused, "1000", write_value(kind, encoding, 1000))


def _integer(name: str, signed: bool, bits: int, encoding: Encoding) -> Primitive:
    size = bits // 8
    variable = encoding.is_variable(size)
    kind = kinds.Int(name, size, signed)
    value = _example_of(size, signed)
    doc = _range(signed, bits)
    refused = ""
    if encoding.integers == "leb128" and variable:
        zigzag = "; zigzag first (0, -1, 1, -2 become 0, 1, 2, 3)" if signed else ""
        doc += f" LEB128: groups of seven bits, the lowest first{zigzag}."
        refused = "more bytes than the type can need"
    elif variable:
        zigzag = "; zigzag first (0, -1, 1, -2 become 0, 1, 2, 3)" if signed else ""
        widths = [(251 + power, 2 << power) for power in range(4) if 2 << power <= size]
        forms = " or ".join(f"{marker} and {width} bytes" for marker, width in widths)
        doc += f" Of variable length: one byte up to 250; else {forms}, {encoding.byteorder}-endian{zigzag}."
        refused = "the marker 255, and a form wider than the type"
    elif size > 1:
        doc += f" {encoding.byteorder.capitalize()}-endian" + ("; two's complement." if signed else ".")
    elif signed:
        doc += " Two's complement."
    if name in ("usize", "isize"):
        doc += _SIZE
    data = write_value(kind, encoding, value)
    return Primitive(name, doc, Measure().size(Bound(kind, encoding)), refused, f"{value}", data)


def _example_of(size: int, signed: bool) -> int:
    return -2 if signed else {1: 127, 2: 1000}.get(size, 100_000)


def _range(signed: bool, bits: int) -> str:
    bounds = f"-2^{bits - 1} to 2^{bits - 1} - 1" if signed else f"0 to 2^{bits} - 1"
    return f"{'Signed' if signed else 'Unsigned'} integer, {bounds}."
