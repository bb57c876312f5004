"""Types that recur, and values of them."""

from __future__ import annotations

from snapformat import DataEnum, doc, schema
from snapformat.bincode import BTreeMap, HashMap, Option, Unit, Vec, u8, u32


@schema
class Chain:
    """A list by options."""

    next: Option[Chain] = doc("")


@schema
class Tree:
    """A tree by lists."""

    children: Vec[Tree] = doc("")


@schema
class Link(DataEnum):
    """A list by variants."""


@schema(name="Nil")
class LinkNil(Link):
    """The end."""


@schema(name="Cons", kind="newtype")
class LinkCons(Link):
    """An element."""

    rest: Link = doc("")


@schema
class Named:
    """A tree by maps."""

    parts: HashMap[u8, Named] = doc("")


@schema
class Sorted:
    """A tree by the keys of sorted maps."""

    keys: BTreeMap[Sorted, u8] = doc("")


@schema
class Pair:
    """A list by tuples."""

    pair: tuple[u8, Option[Pair]] = doc("")


@schema(kind="unit")
class Nothing:
    """No bytes."""


@schema
class Hollow:
    """No bytes, in two fields."""

    a: Unit = doc("")
    b: Nothing = doc("")


@schema
class Point:
    """Two numbers."""

    x: u32 = doc("")
    y: u32 = doc("")


def chain_bytes(levels: int) -> bytes:
    """A `Chain` of so many structs."""
    return b"\1" * (levels - 1) + b"\0"


def tree_bytes(levels: int) -> bytes:
    """A `Tree` of so many structs."""
    return (b"\1" + bytes(7)) * (levels - 1) + bytes(8)


def link_bytes(levels: int) -> bytes:
    """A `Link` of so many enums."""
    return (b"\1" + bytes(3)) * (levels - 1) + bytes(4)


def named_bytes(levels: int) -> bytes:
    """A `Named` of so many structs."""
    return (b"\1" + bytes(7) + b"\5") * (levels - 1) + bytes(8)


def sorted_bytes(levels: int) -> bytes:
    """A `Sorted` of so many structs."""
    return (b"\1" + bytes(7)) * (levels - 1) + bytes(8) + b"\5" * (levels - 1)


def pair_bytes(levels: int) -> bytes:
    """A `Pair` of so many structs."""
    return b"\7\1" * (levels - 1) + b"\7\0"


def chain(levels: int) -> Chain:
    """A `Chain` of so many structs."""
    value = Chain(None)
    for _ in range(levels - 1):
        value = Chain(value)
    return value


def tree(levels: int) -> Tree:
    """A `Tree` of so many structs."""
    value = Tree([])
    for _ in range(levels - 1):
        value = Tree([value])
    return value


def link(levels: int) -> Link:
    """A `Link` of so many enums."""
    value: Link = LinkNil()
    for _ in range(levels - 1):
        value = LinkCons(value)
    return value
