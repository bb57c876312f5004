"""A made-up format with every kind of part that a path can lead to."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from snapformat import DataEnum, SnapshotFormat, UnitEnum, doc, schema, variant
from snapformat.bincode import (
    Blob,
    BTreeMap,
    BTreeSet,
    CStruct,
    Hex,
    Len,
    Option,
    Some,
    Via,
    f64,
    i16,
    u8,
    u16,
    u32,
    u64,
)


@schema
class Mode(UnitEnum):
    """A switch."""

    Off = variant("Off")
    On = variant("On")


@schema
class Backend(DataEnum):
    """A disk's backend."""


@schema
class File(Backend):
    path: str
    size_mib: u64


@schema(kind="newtype")
class Socket(Backend):
    value: str


@schema
class Nothing(Backend):
    """No backend."""


@schema
class Disk:
    id: str
    backend: Backend
    flags: Hex[u32] = doc("Flags", default=0)


@schema
class Regs(CStruct):
    ip: Hex[u64]
    sp: Hex[u64]
    count: u16


@schema(kind="newtype")
class Celsius:
    """A newtype."""

    degrees: i16


@schema
class Machine:
    name: str
    mode: Mode
    memory_mib: u64
    note: str | None
    nested: Option[Option[u8]]
    disks: list[Disk]
    regs: list[Blob[Regs]]
    table: BTreeMap[str, u32]
    numbers: BTreeMap[u16, list[u8]]
    tags: BTreeSet[str]
    pair: tuple[u8, str]
    mac: Annotated[list[u8], Len(3)]
    raw: bytes
    load: f64
    heat: Celsius
    big: u64
    upper: Annotated[str, Via(str, decode=str.upper, encode=str.lower)]
    address: Annotated[ipaddress.IPv4Address, Via(u32, decode=ipaddress.IPv4Address, encode=int)]


FORMAT = SnapshotFormat(name="machines", magic=0x4D4143, version="1.0.0", payload=Machine)


def machine() -> Machine:
    """A machine with something in every part."""
    return Machine(
        name="vm one",
        mode=Mode.On,
        memory_mib=512,
        note=None,
        nested=Some(5),
        disks=[Disk("root.fs", File("/a", 8), 3), Disk("data", Socket("/s")), Disk("none", Nothing())],
        regs=[Regs(1 << 60, 2, 3), Regs(4, 5, 6)],
        table={"a": 1, "b c": 2, "true": 3},
        numbers={7: [1, 2], 8: []},
        tags={"x", "y"},
        pair=(1, "p"),
        mac=[1, 2, 3],
        raw=b"\0\1\2",
        load=0.5,
        heat=Celsius(20),
        big=(1 << 64) - 1,
        upper="ABC",
        address=ipaddress.IPv4Address("10.0.0.1"),
    )
