"""Classes of Python's standard library as types: as Rust's crates store them, or with a hint."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import pathlib
import subprocess
import sys
import uuid
import zoneinfo
from typing import Annotated, Any, NamedTuple, TypedDict

import attrs
import msgspec
import pydantic
import pytest

from snapformat import DecodeError, EncodeError, Encoding, SchemaError, decode, doc, encode, schema
from snapformat.bincode import BTreeMap, IpAddr, Ipv4Addr, Via, u8, u16
from snapformat.docs import describe
from snapformat.layout import layout_of
from snapformat.layout.compare import compare
from snapformat.snapshot import SnapshotFormat
from snapformat.values import dumps, from_json, loads, to_json

ENCODINGS = [Encoding(), Encoding("variable", "big"), Encoding.bitcode()]
ID = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
NOON = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)


@schema
class Event:
    """Something that happened."""

    id: uuid.UUID = doc("Number")
    at: dt.datetime = doc("When it was seen")
    day: dt.date
    time: dt.time
    ip: ipaddress.IPv4Address
    peer: ipaddress.IPv6Address | None
    others: BTreeMap[dt.datetime, list[uuid.UUID]]


EVENT = Event(
    ID,
    NOON,
    dt.date(2026, 1, 31),
    dt.time(9, 10, 48, 90_000),
    ipaddress.IPv4Address("192.0.2.1"),
    ipaddress.IPv6Address("2001:db8::1"),
    {NOON: [ID], dt.datetime(2026, 1, 31, 13, tzinfo=dt.timezone(dt.timedelta(hours=2))): []},
)


@pytest.mark.parametrize("encoding", ENCODINGS, ids=["fixed", "variable", "bitcode"])
def test_there_and_back(encoding: Any) -> None:
    data = encode(EVENT, Event, encoding)
    for lazy in (False, False, True):
        found = decode(data, Event, encoding, lazy=lazy)
        assert found == EVENT
        assert encode(found, Event, encoding) == data
    assert loads(dumps(EVENT, Event), Event) == EVENT


def test_constructs() -> None:
    struct = Encoding().construct(Event)
    data = encode(EVENT, Event)
    assert (struct.parse(data), struct.build(EVENT)) == (EVENT, data)


def test_a_uuid_is_16_bytes_behind_their_number() -> None:
    """As the crate uuid 1 writes it in bincode: `serialize_bytes`."""
    assert encode(ID, uuid.UUID) == b"\x10" + bytes(7) + ID.bytes
    assert to_json(ID, uuid.UUID) == str(ID)
    assert from_json(str(ID), uuid.UUID) == ID
    with pytest.raises(DecodeError, match="16"):
        decode(b"\x0f" + bytes(7) + bytes(15), uuid.UUID)
    with pytest.raises(EncodeError, match="expected UUID, found str"):
        encode(str(ID), uuid.UUID)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOON, "2026-01-31T12:00:00Z"),
        (NOON.replace(microsecond=500_000), "2026-01-31T12:00:00.500Z"),
        (NOON.replace(microsecond=1), "2026-01-31T12:00:00.000001Z"),
        (NOON.astimezone(dt.timezone(dt.timedelta(hours=-3, minutes=-30))), "2026-01-31T08:30:00-03:30"),
        (dt.datetime(1, 1, 1, tzinfo=dt.UTC), "0001-01-01T00:00:00Z"),
    ],
)
def test_a_point_in_time_is_the_text_that_chrono_writes(moment: dt.datetime, text: str) -> None:
    data = len(text).to_bytes(8, "little") + text.encode()
    assert encode(moment, dt.datetime) == data
    found = decode(data, dt.datetime)
    assert found == moment
    assert found.utcoffset() == moment.utcoffset()
    assert to_json(moment, dt.datetime) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-01-31T12:00:00", "expected 2026-01-31T12:00:00Z"),
        ("2026-02-31T12:00:00Z", "day"),
        ("2026-01-31T12:00:00.000000001Z", "no nanoseconds: declare the field as str"),
        ("2026-01-31T12:00:00+99:00", "."),
        ("noon", "expected 2026-01-31T12:00:00Z, found 'noon'"),
        ("2026-01-31T12:00:60Z", "second"),
    ],
)
def test_text_that_is_no_point_in_time(text: str, why: str) -> None:
    with pytest.raises(DecodeError, match=f"not a DateTime: .*{why}"):
        decode(encode(text, str), dt.datetime)


def test_other_spellings_of_a_point_in_time() -> None:
    for text in ("2026-01-31 12:00:00Z", "2026-01-31T12:00:00.000000000z", "2026-01-31t12:00:00+00:00"):
        assert decode(encode(text, str), dt.datetime) == NOON


@pytest.mark.parametrize(
    ("value", "annotation", "why"),
    [
        (dt.datetime(2026, 1, 31), dt.datetime, "has no time zone"),
        (NOON.replace(tzinfo=dt.timezone(dt.timedelta(seconds=1))), dt.datetime, "not a number of minutes"),
        ("2026", dt.datetime, "expected datetime, found str"),
        (NOON, dt.date, "expected date, found datetime"),
        (NOON.timetz(), dt.time, "has a time zone"),
        (ipaddress.IPv6Address("::1"), ipaddress.IPv4Address, "expected IPv4Address, found IPv6Address"),
        (ipaddress.IPv6Address("fe80::1%eth0"), ipaddress.IPv6Address, "the scope of fe80::1%eth0"),
    ],
)
def test_values_that_can_not_be_stored(value: Any, annotation: Any, why: str) -> None:
    for _ in range(2):
        with pytest.raises(EncodeError, match=why):
            encode([value], list[annotation])


def test_addresses_are_those_of_rust() -> None:
    address = ipaddress.IPv4Address("192.0.2.1")
    assert encode(address, ipaddress.IPv4Address) == encode(address, Ipv4Addr) == bytes([192, 0, 2, 1])
    assert not compare(layout_of(ipaddress.IPv4Address), layout_of(Ipv4Addr))
    assert encode(address, IpAddr)[:4] == bytes(4)


@schema(name="Event")
class InRust:
    id: uuid.UUID
    at: dt.datetime
    local: dt.datetime
    day: dt.date
    time: dt.time
    ip: ipaddress.IPv4Address
    ip6: ipaddress.IPv6Address | None


#: Written by bincode 1.3.3 with the crates uuid 1.29.3 and chrono 0.4.45, from a struct of the types `Uuid`,
#: `DateTime<Utc>`, `DateTime<FixedOffset>`, `NaiveDate`, `NaiveTime`, `Ipv4Addr` and `Option<Ipv6Addr>`.
WRITTEN_IN_RUST = [
    (
        2026,
        0,
        0,
        "100000000000000000112233445566778899aabbccddeeff1400000000000000323032362d30312d33315431323a3030"
        "3a35395a1400000000000000323032362d30312d33315431323a30303a35395a0a00000000000000323032362d30312d"
        "3331080000000000000031323a30303a3539c00002010120010db8000000000000000000000001",
    ),
    (
        1,
        500_000,
        -12600,
        "100000000000000000112233445566778899aabbccddeeff1800000000000000303030312d30312d33315431323a3030"
        "3a35392e3530305a1d00000000000000303030312d30312d33315431323a30303a35392e3530302d30333a33300a0000"
        "0000000000303030312d30312d33310c0000000000000031323a30303a35392e353030c00002010120010db800000000"
        "0000000000000001",
    ),
    (
        9999,
        1,
        7200,
        "100000000000000000112233445566778899aabbccddeeff1b00000000000000393939392d30312d33315431323a3030"
        "3a35392e3030303030315a2000000000000000393939392d30312d33315431323a30303a35392e3030303030312b3032"
        "3a30300a00000000000000393939392d30312d33310f0000000000000031323a30303a35392e303030303031c0000201"
        "0120010db8000000000000000000000001",
    ),
]


@pytest.mark.parametrize(("year", "micros", "offset", "written"), WRITTEN_IN_RUST)
def test_bytes_are_those_of_rusts_crates(year: int, micros: int, offset: int, written: str) -> None:
    moment = dt.datetime(year, 1, 31, 12, 0, 59, micros)
    zone = dt.timezone(dt.timedelta(seconds=offset))
    addresses = ipaddress.IPv4Address("192.0.2.1"), ipaddress.IPv6Address("2001:db8::1")
    at, local = moment.replace(tzinfo=dt.UTC), moment.replace(tzinfo=zone)
    value = InRust(ID, at, local, moment.date(), moment.time(), *addresses)
    data = bytes.fromhex(written)
    assert encode(value, InRust) == data
    found = decode(data, InRust)
    assert found == value
    assert found.local.utcoffset() == local.utcoffset()


def test_documents_name_them() -> None:
    document = describe(SnapshotFormat(name="events", magic=1, version="1.0.0", payload=Event))
    (event,) = document.types
    assert [field.type_text for field in event.fields] == [
        "Uuid",
        "DateTime",
        "NaiveDate",
        "NaiveTime",
        "Ipv4Addr",
        "Option<Ipv6Addr>",
        "BTreeMap<DateTime, Vec<Uuid>>",
    ]
    assert {"Uuid", "DateTime", "NaiveDate", "NaiveTime"} <= {each.name for each in document.primitives}


def test_nothing_is_imported_for_them() -> None:
    code = (
        "import sys, snapformat\nfrom snapformat.bincode import u8\nsnapformat.encode(1, u8)\n"
        "print({'uuid', 'datetime', 'decimal'} & {*sys.modules} - before)"
    )
    code = "import sys; before = {*sys.modules}; import construct; before = {*sys.modules}\n" + code
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


# --- hints ----------------------------------------------------------------------------------------------


class Color(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    LOW = 1


class Name(enum.StrEnum):
    ADA = "ada"


class Rights(enum.IntFlag):
    READ = 1
    WRITE = 2


class Marks(enum.Flag):
    READ = 1


class Pair(NamedTuple):
    x: int


class Typed(TypedDict):
    x: int


@attrs.define
class Attrs:
    x: int


class Pydantic(pydantic.BaseModel):
    x: int


class Msgspec(msgspec.Struct):
    x: int


@pytest.mark.parametrize(
    ("annotation", "hint"),
    [
        (Color, "Annotated[Color, Via(u8, decode=Color, encode=lambda member: member.value)]"),
        (Level, "Annotated[Level, Via(u8, decode=Level, encode=int)]"),
        (Name, "Annotated[Name, Via(str, decode=Name, encode=lambda member: member.value)]"),
        (Rights, "Annotated[Rights, Via(u8, decode=Rights, encode=int)]"),
        (Marks, "Annotated[Marks, Via(u8, decode=Marks, encode=lambda member: member.value)]"),
        (Color, "derive it from snapformat.UnitEnum and decorate it with @schema"),
        (decimal.Decimal, "Annotated[Decimal, Via(str, decode=Decimal, encode=str)]"),
        (fractions.Fraction, "Annotated[Fraction, Via(str, decode=Fraction, encode=str)]"),
        (ipaddress.IPv4Network, "Annotated[IPv4Network, Via(str, decode=IPv4Network, encode=str)]"),
        (zoneinfo.ZoneInfo, "Annotated[ZoneInfo, Via(str, decode=ZoneInfo, encode=str)]"),
        (pathlib.Path, "Annotated[Path, Via(str, decode=Path, encode=str)]"),
        (dt.timedelta, "use Duration of snapformat.bincode"),
        (ipaddress.IPv4Address | ipaddress.IPv6Address, "for either kind of address use IpAddr"),
        (Pair, "made by typing.NamedTuple: say register(Pair, construct.Struct(...))"),
        (Attrs, "made by attrs: say register(Attrs, construct.Struct(...))"),
        (Pydantic, "made by pydantic: say register(Pydantic, construct.Struct(...))"),
        (Msgspec, "made by msgspec: say register(Msgspec, construct.Struct(...))"),
        (Typed, "values of a TypedDict are plain dicts: declare a class with @schema"),
    ],
)
def test_hints(annotation: Any, hint: str) -> None:
    with pytest.raises(SchemaError) as caught:
        schema(type("Holder", (), {"__annotations__": {"field": annotation}}))
    assert hint in str(caught.value)
    assert caught.value.field == "field"


@pytest.mark.parametrize(
    ("annotation", "values"),
    [
        (Annotated[Color, Via(u8, decode=Color, encode=lambda member: member.value)], [Color.RED]),
        (Annotated[Level, Via(u8, decode=Level, encode=int)], [Level.LOW]),
        (Annotated[Name, Via(str, decode=Name, encode=lambda member: member.value)], [Name.ADA]),
        (Annotated[Rights, Via(u16, decode=Rights, encode=int)], [Rights(0), Rights.READ | Rights.WRITE]),
        (Annotated[Marks, Via(u8, decode=Marks, encode=lambda member: member.value)], [Marks(0)]),
        (Annotated[decimal.Decimal, Via(str, decode=decimal.Decimal, encode=str)], [decimal.Decimal("0.1")]),
        (Annotated[pathlib.Path, Via(str, decode=pathlib.Path, encode=str)], [pathlib.Path("/a/b")]),
        (
            Annotated[zoneinfo.ZoneInfo, Via(str, decode=zoneinfo.ZoneInfo, encode=str)],
            [zoneinfo.ZoneInfo("UTC")],
        ),
    ],
)
def test_the_hinted_spellings_work(annotation: Any, values: list[Any]) -> None:
    for value in values:
        for encoding in ENCODINGS:
            found = decode(encode(value, annotation, encoding), annotation, encoding)
            assert (type(found), found) == (type(value), value)


def test_a_number_that_no_member_has() -> None:
    with pytest.raises(DecodeError, match="not a Level: 5 is not a valid Level"):
        decode(b"\5", Annotated[Level, Via(u8, decode=Level, encode=int)])
