"""Types of Rust's standard library: their values in Python, and what they refuse."""

from __future__ import annotations

import ipaddress
import struct
from typing import Annotated

import pytest
import semver

from snapformat import DecodeError, EncodeError, decode, encode
from snapformat.bincode import (
    Bound,
    BoundExcluded,
    BoundIncluded,
    BoundUnbounded,
    CString,
    Duration,
    Err,
    IpAddr,
    Ipv4Addr,
    Ipv6Addr,
    NonZeroI8,
    NonZeroU8,
    NonZeroU128,
    Ok,
    OsString,
    Path,
    PhantomData,
    Range,
    RangeFrom,
    RangeFull,
    RangeInclusive,
    RangeTo,
    Result,
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
    SystemTime,
    Version,
    VersionReq,
    Via,
    u8,
    u16,
    u32,
)

V4, V6 = ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")

CASES = [
    (Duration, Duration(1, 2), struct.pack("<QI", 1, 2).hex()),
    (SystemTime, SystemTime(1, 2), struct.pack("<QI", 1, 2).hex()),
    (Ipv4Addr, V4, "7f000001"),
    (Ipv6Addr, V6, "00" * 15 + "01"),
    (IpAddr, V4, "00000000 7f000001"),
    (IpAddr, V6, "01000000" + "00" * 15 + "01"),
    (SocketAddrV4, SocketAddrV4(V4, 80), "7f000001 5000"),
    (SocketAddr, SocketAddrV4(V4, 80), "00000000 7f000001 5000"),
    (SocketAddr, SocketAddrV6(V6, 80), "01000000" + "00" * 15 + "01 5000"),
    (Range[u8], Range(5, 1), "0501"),
    (RangeInclusive[u16], RangeInclusive(1, 5), "0100 0500"),
    (RangeFrom[u8], RangeFrom(1), "01"),
    (RangeTo[u8], RangeTo(1), "01"),
    (RangeFull, RangeFull(), ""),
    (Bound[u8], BoundUnbounded(), "00000000"),
    (Bound[u8], BoundIncluded(1), "01000000 01"),
    (Bound[u8], BoundExcluded(1), "02000000 01"),
    (Result[u8, str], Ok(1), "00000000 01"),
    (Result[u8, str], Err("x"), "01000000 0100000000000000 78"),
    (Path, "/a", "0200000000000000 2f61"),
    (OsString, b"a\0", "00000000 0200000000000000 6100"),
    (CString, b"a", "0100000000000000 61"),
    (Version, semver.Version.parse("1.2.3-rc.1+b"), "0c00000000000000" + b"1.2.3-rc.1+b".hex()),
    (VersionReq, ">=1.2, <2", "0900000000000000" + b">=1.2, <2".hex()),
    (NonZeroU8, 1, "01"),
    (NonZeroI8, -1, "ff"),
    (NonZeroU128, 1 << 127, "00" * 15 + "80"),
    (PhantomData, (), ""),
]


@pytest.mark.parametrize(("annotation", "value", "data"), CASES)
def test_bytes(annotation, value, data):
    stored = bytes.fromhex(data)
    assert encode(value, annotation) == stored
    assert decode(stored, annotation) == value
    assert type(decode(stored, annotation)) is type(value)


#: Type, bytes, message: what can't be read.
UNREADABLE = [
    (Duration, struct.pack("<QI", (1 << 64) - 1, 10**9), "overflow"),
    (SystemTime, struct.pack("<QI", 1 << 63, 0), "overflow"),
    (IpAddr, b"\2\0\0\0" + bytes(16), "an index from 0 to 1, found 2"),
    (OsString, b"\1\0\0\0" + bytes(8), "found 1"),
    (CString, b"\2" + bytes(7) + b"a\0", "a zero byte inside"),
    (NonZeroU8, b"\0", "a nonzero u8"),
    (Version, b"\3" + bytes(7) + b"1.0", "not a semver version"),
    (Version, b"\6" + bytes(7) + b"v1.0.0", "not a semver version"),
    (VersionReq, b"\3" + bytes(7) + b"a.b", "not a semver version requirement"),
    (Path, b"\1" + bytes(7) + b"\xff", "not UTF-8"),
]


@pytest.mark.parametrize(("annotation", "data", "message"), UNREADABLE)
def test_unreadable(annotation, data, message):
    with pytest.raises(DecodeError, match=message):
        decode(data, annotation)


#: Type, value, message: what can't be written.
UNWRITABLE = [
    (Duration, Duration(1, 10**9), "nanos must be below 10"),
    (Duration, Duration(-1), "u64 from 0"),
    (Duration, 5, "expected Duration, found int"),
    (SystemTime, SystemTime(-1), "later than UNIX_EPOCH"),
    (SystemTime, SystemTime(1 << 63), "out of range"),
    (Ipv4Addr, V6, "expected IPv4Address, found IPv6Address"),
    (Ipv6Addr, ipaddress.ip_address("fe80::1%eth0"), "the scope of fe80::1%eth0 can't be stored"),
    (IpAddr, "127.0.0.1", "expected IPv4Address or IPv6Address, found str"),
    (SocketAddr, SocketAddrV4(V4, 1 << 16), "u16 from 0 to 65535"),
    (SocketAddrV4, SocketAddrV4(V6, 1), "expected IPv4Address"),
    (Range[u8], RangeInclusive(1, 2), "expected Range, found RangeInclusive"),
    (Bound[u8], 5, "a variant of Bound"),
    (Result[u8, str], Ok("x"), "expected u8, found str 'x'"),
    (OsString, "a", "expected bytes, found str"),
    (CString, b"\0", "without a zero byte"),
    (Version, "1.0", "'1.0' is not a semver version"),
    (Version, semver.Version(1 << 64), "exceeds u64"),
    (Version, 1, "expected a semver.Version or its text, found int"),
    (VersionReq, "1.x.2", "not a semver version requirement"),
]


@pytest.mark.parametrize(("annotation", "value", "message"), UNWRITABLE)
def test_unwritable(annotation, value, message):
    with pytest.raises(EncodeError, match=message):
        encode(value, annotation)


def test_durations_carry_as_rust_does():
    assert decode(struct.pack("<QI", 1, 2 * 10**9 + 5), Duration) == Duration(3, 5)
    assert Duration(1, 5) < Duration(2)


def test_requirements_have_a_normal_form():
    for text, form in [
        ("1", "^1"),
        (" >= 1.2 ,<2", ">=1.2, <2"),
        ("*", "*"),
        ("1.*", "1.*"),
        ("=1.2.3-a", "=1.2.3-a"),
    ]:
        assert decode(encode(text, VersionReq), VersionReq) == form


def _even(number: int) -> int:
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number


Half = Annotated[
    int, Via(u32, decode=lambda stored: _even(stored) // 2, encode=lambda value: value * 2, name="Half")
]


def test_conversions_by_code():
    assert encode([1, 2], list[Half]) == b"\2" + bytes(7) + b"\2\0\0\0\4\0\0\0"
    assert decode(b"\4\0\0\0", Half) == 2
    with pytest.raises(DecodeError, match="not a Half: 3 is odd") as caught:
        decode(b"\1" + bytes(7) + b"\3\0\0\0", list[Half])
    assert (caught.value.path, caught.value.offset) == ("$[0]", 8)
    with pytest.raises(EncodeError, match="u32 from 0"):
        encode(-1, Half)
    with pytest.raises(EncodeError, match="not a Half"):
        encode(None, Half)


def test_conversions_may_fail_in_any_way():
    broken = Annotated[int, Via(u8, decode=lambda stored: {}[stored], encode=lambda value: value.missing)]
    with pytest.raises(DecodeError, match="not a int"):
        decode(b"\1", broken)
    with pytest.raises(EncodeError, match="not a int"):
        encode(1, broken)
