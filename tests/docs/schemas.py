"""Small schemas whose documents are golden, and one whose texts try to break them."""

from __future__ import annotations

from typing import Annotated

import construct as c

from snapformat import (
    Bits,
    CheckOrder,
    Checksum,
    DataEnum,
    Encoding,
    SnapshotFormat,
    UnitEnum,
    doc,
    schema,
    variant,
)
from snapformat.bincode import (
    Blob,
    BTreeMap,
    ByteArray,
    CStruct,
    Duration,
    Len,
    NonZeroU16,
    Option,
    Range,
    Some,
    Version,
    char,
    f32,
    i16,
    u8,
    u16,
    u32,
    u64,
)

# --- fixed integers, little endian, a file around it ---------------------------------------------------


@schema
class Cache(UnitEnum):
    """How flush requests are treated."""

    Unsafe = variant("Acknowledged, but not carried out")
    Writeback = variant("Passed on to the host's disk")


@schema
class Drive:
    """A block device."""

    path: str = doc("Backing file on the host")
    cache: Cache = doc("Treatment of flush requests")
    irq: Option[u16] = doc("Interrupt line, if it has one of its own")


@schema
class Machine:
    """All that is saved.

    Drives come in the order of their letters:

    * the first is `vda`,
    * the second `vdb`.
    """

    mem_size_mib: u64 = doc("Guest memory, MiB")
    drives: list[Drive] = doc("In the order of their letters")
    uuid: Annotated[bytes, ByteArray(16)] = doc("Identity of the machine")


MACHINES = SnapshotFormat(name="machine", magic=0x4D41_4348, version="1.2.0", payload=Machine)

# --- variable integers, big endian; recursion, data enums, std types ------------------------------------


STYLE = (
    Bits("FILLED", 0, "The inside is drawn too"),
    Bits("LINE", 4, "Kind of line", width=2, values={0: "solid", 1: "dashed", 2: "dotted"}),
    Bits("HIDDEN", 15, "Not drawn at all"),
)


@schema
class Shape(DataEnum):
    """A figure, or several."""


@schema(name="Empty")
class ShapeEmpty(Shape):
    """Nothing."""


@schema(name="Circle", kind="newtype")
class ShapeCircle(Shape):
    """A circle around the origin."""

    radius: NonZeroU16 = doc("Radius, mm")


@schema(name="Line", kind="tuple")
class ShapeLine(Shape):
    """A line from the origin."""

    x: i16 = doc("Right, mm")
    y: i16 = doc("Up, mm")


@schema(name="Group")
class ShapeGroup(Shape):
    """Several figures."""

    name: str = doc("What it is called")
    style: u16 = doc("How it is drawn", bits=STYLE)
    parts: list[Shape] = doc("The figures, drawn in order")


@schema
class Drawing:
    """A drawing that knows how long it took."""

    top: Shape = doc("What is drawn")
    took: Duration = doc("Time it took")
    by: Version = doc("Version of the program")
    layers: BTreeMap[u8, Range[u32]] = doc("Objects of each layer")


DRAWINGS = SnapshotFormat(
    name="drawing",
    magic={"little": 1, "big": 2},
    version="3.1.4",
    payload=Drawing,
    encoding=Encoding("variable", "big", None),
    checksum=Checksum("CRC-32", 32, 0x04C11DB7, 0xFFFFFFFF, True, 0xFFFFFFFF),
    order=CheckOrder.CHECKSUM_FIRST,
)

# --- construct's own classes, without a file -----------------------------------------------------------

HEADER = c.Struct(
    "kind" / c.Enum(c.Int8ub, small=1, large=2) * "Which body follows",
    "flags"
    / c.BitStruct(
        "urgent" / c.Flag * "Handled first",
        "level" / c.BitsInteger(3) * "Importance, 0 to 7",
        c.Padding(4),
    )
    * "How it is handled",
    "count" / c.Int16ub * "Number of items",
    "items" / c.Array(c.this.count, c.Int32ub) * "The items",
    "body"
    / c.Switch(
        c.this.kind, {"small": c.Int8ub, "large": c.Struct("a" / c.Int64ub * "A number")}, default=c.Pass
    )
    * "The body",
    "tail" / c.Const(b"END") * "Mark of the end",
)

# --- columns: bitcode, a file around it --------------------------------------------------------------------


@schema
class Clock(CStruct):
    """A clock, 8 bytes."""

    ticks: u32 = doc("Ticks since the start")
    hz: u16 = doc("Ticks in a second")
    pad: Annotated[list[u8], Len(2)] = doc("Zero")


@schema
class Store:
    """All that is kept, in columns."""

    machines: list[Machine] = doc("The machines")
    top: Shape = doc("What is drawn")
    corners: Annotated[list[i16], Len(2)] = doc("Left and right, mm")
    clock: Blob[Clock] = doc("The clock")
    layers: BTreeMap[u8, Range[u32]] = doc("Objects of each layer")
    weights: list[f32] = doc("Weights, g")
    flags: tuple[bool, Option[char]] = doc("How it is shown")
    took: Duration = doc("Time it took")


STORES = SnapshotFormat(
    name="store",
    magic=0x5354_4F52,
    version="1.2.0",
    payload=Store,
    encoding=Encoding.bitcode(),
    note="Made up for `tests`.",
)

# --- texts that try to break out -----------------------------------------------------------------------

EVIL = "<script>alert(1)</script> | `code | <b>` ``` ' \" & "
EVIL += "\u202eright-to-left\u200f *star* _x_ [l](javascript:x) \x00"


@schema(name="Ev<il|`Ty*pe")
class Evil:
    field: u8 = doc(EVIL, rename="<img src=x>|`\u202e")
    other: Option[Cache] = doc("a | b `c | d` e ` f")
    bits: u8 = doc(EVIL, bits=[Bits(EVIL, 1, EVIL, width=2, values={1: EVIL})])


Evil.__doc__ = EVIL
EVILS = SnapshotFormat(name="ev<i>l/`|\u202e", magic=1, version="1.0.0", payload=Evil)
EVIL_STORES = SnapshotFormat(
    name="ev<i>l/`|\u202e/c", magic=1, version="1.0.0", payload=Evil, encoding=Encoding.bitcode(), note=EVIL
)


def machine_file() -> bytes:
    """A file of `MACHINES`."""
    drives = [Drive("/a.ext4", Cache.Writeback, None), Drive("/b", Cache.Unsafe, 7)]
    return MACHINES.new(Machine(512, drives, bytes(range(16)))).to_bytes()


def store_file() -> bytes:
    """A file of `STORES`."""
    drives = [Drive(f"/{name}.ext4", Cache.Writeback, number) for number, name in enumerate("abcdefg", 3)]
    machines = [Machine(512, drives, bytes(range(16))), Machine(70_000, [], bytes(16))]
    shape = ShapeGroup("all", 0x21, [ShapeCircle(3), ShapeLine(-1, 2), ShapeEmpty(), ShapeCircle(7)])
    layers = {1: Range(0, 3), 2: Range(3, 300)}
    value = Store(
        machines,
        shape,
        [-4, 5],
        Clock(1000, 100, [0, 0]),
        layers,
        [0.5, 1.5],
        (True, "é"),
        Duration(1, 5),
    )
    return STORES.new(value).to_bytes()


def evil_file() -> bytes:
    """A file of `EVIL_STORES`."""
    return EVIL_STORES.new(Evil(1, None, 2)).to_bytes()


__all__ = [
    "DRAWINGS",
    "EVIL",
    "EVILS",
    "EVIL_STORES",
    "HEADER",
    "MACHINES",
    "STORES",
    "Some",
    "evil_file",
    "machine_file",
    "store_file",
]
