"""Small schemas whose generated source is kept, and types that need code of every sort."""

from __future__ import annotations

from typing import Annotated

import construct as c
from construct import len_, this

from snapformat import DataEnum, UnitEnum, doc, schema, variant
from snapformat.bincode import BTreeMap, Len, Option, Vec, f32, u8, u16, u32, u64


@schema
class Mode(UnitEnum):
    """How a device is driven."""

    Poll = variant("By polling")
    Interrupt = variant("By interrupts")


@schema
class Queue:
    """A queue of a device."""

    size: u16 = doc("Entries")
    ready: bool = doc("Whether it is in use")
    address: u64 = doc("Where it is in memory")


@schema
class Device:
    """A device: what a schema mostly consists of."""

    name: str = doc("Name")
    mode: Mode = doc("How it is driven")
    features: u64 = doc("Feature bits")
    mac: Annotated[list[u8], Len(6)] = doc("Hardware address")
    irq: Option[u32] = doc("Interrupt line")
    queues: Vec[Queue] = doc("Queues")
    registers: Vec[u32] = doc("Registers")
    load: f32 = doc("Load")


@schema
class Node(DataEnum):
    """Recursive, with data in variants."""


@schema(name="Leaf", kind="newtype")
class NodeLeaf(Node):
    """An end."""

    value: u8 = doc("Its value")


@schema(name="Branch")
class NodeBranch(Node):
    """A branch."""

    children: BTreeMap[u16, Node] = doc("By number")
    device: Option[Device] = doc("What hangs on it")


#: construct's own classes.
PACKET = c.Struct(
    "magic" / c.Const(b"PK"),
    "kind" / c.Enum(c.Int8ub, data=1, end=2),
    "length" / c.Rebuild(c.Int16ub, len_(this.body)),
    "body" / c.Bytes(this.length),
    "extra"
    / c.If(this.kind == "data", c.PrefixedArray(c.Int8ub, c.Struct("x" / c.Int16sl, "y" / c.Float32l))),
)

#: Kept in `tests/golden/codec`.
GOLDEN = {"device": Device, "node": Node}
