"""The payloads: their classes, their values, their bytes.

S is one struct of ten mixed fields, M a list of a thousand records of eight, L a million u64, V the state of
a real microVM.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Annotated, Any

from snapformat import SnapshotFormat, UnitEnum, doc, encode, schema, variant
from snapformat.bincode import Len, Option, Vec, f64, u8, u16, u32, u64

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden" / "snapshots" / "1.14.4"
#: The real files: their sizes name them.
STATES = {"V 33 KB": GOLDEN / "03_many" / "vmstate", "V 84 KB": GOLDEN / "10_pci_many" / "vmstate"}


@schema
class Mode(UnitEnum):
    """How a queue is served."""

    Poll = variant("By polling")
    Interrupt = variant("By interrupts")
    Adaptive = variant("By either, as it pays")


@schema
class Single:
    """S: ten mixed fields, about 100 bytes."""

    id: u64 = doc("Number")
    kind: u16 = doc("Kind")
    mode: Mode = doc("How it is served")
    active: bool = doc("Whether it is in use")
    ratio: f64 = doc("Load")
    name: str = doc("Name")
    parent: Option[u32] = doc("Number of the one above")
    mac: Annotated[list[u8], Len(6)] = doc("Hardware address")
    ports: Vec[u16] = doc("Ports")
    note: bytes = doc("Anything")


@schema
class Record:
    """M has a thousand of these: eight mixed fields, 63 bytes in the mean."""

    id: u64 = doc("Number")
    parent: Option[u64] = doc("Number of the one above")
    kind: u16 = doc("Kind")
    active: bool = doc("Whether it is in use")
    ratio: f64 = doc("Load")
    name: str = doc("Name")
    token: bytes = doc("Anything")
    mac: Annotated[list[u8], Len(6)] = doc("Hardware address")


Records = Vec[Record]
Words = Vec[u64]


def single() -> Single:
    """The value of S."""
    mac = [0x06, 0, 0xAC, 0x10, 0, 2]
    return Single(
        0x1122334455667788, 513, Mode.Adaptive, True, 0.75, "eth0-écru", 42, mac, [80, 443, 8080], b"n" * 22
    )


def records(count: int = 1000) -> list[Record]:
    """The value of M."""
    random = Random(63)
    return [
        Record(
            id=random.getrandbits(64),
            parent=random.getrandbits(40) if index % 2 else None,
            kind=random.randrange(1 << 16),
            active=random.random() < 0.5,
            ratio=random.random(),
            name="".join(random.choices("abcdefgh0123", k=random.randint(6, 12))),
            token=random.randbytes(8),
            mac=list(random.randbytes(6)),
        )
        for index in range(count)
    ]


def words(count: int = 1 << 20) -> bytes:
    """The bytes of L."""
    return count.to_bytes(8, "little") + Random(8).randbytes(8 * count)


@cache
def state(name: str) -> tuple[SnapshotFormat, bytes]:
    """A real file and its format."""
    from snapformat.snapshot.catalogue import find_format

    return find_format("firecracker/1.14/x86_64"), STATES[name].read_bytes()


def record_format(payload: Any) -> SnapshotFormat:
    """A format around one of the made-up payloads."""
    return SnapshotFormat(name="benchmark", magic=0xBE5C_4000, version="1.0.0", payload=payload)


def file_of(payload: Any, data: bytes) -> bytes:
    """A whole file around bytes that are there already."""
    format_ = record_format(payload)
    head = format_.magic_of().to_bytes(8, "little") + encode("1.0.0", str)
    assert format_.checksum is not None
    return head + data + format_.checksum.compute(head + data).to_bytes(8, "little")
