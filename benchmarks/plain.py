"""The baseline: plain construct classes for the same bytes, as construct's manual would have them written."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import construct as c
from construct import this

from snapformat.layout import nodes
from snapformat.layout.nodes import Node


def option(item: Any) -> Any:
    """A tag, and what follows it."""
    return c.Struct("some" / c.Int8ul, "value" / c.If(this.some == 1, item))


SINGLE = c.Struct(
    "id" / c.Int64ul,
    "kind" / c.Int16ul,
    "mode" / c.Enum(c.Int32ul, Poll=0, Interrupt=1, Adaptive=2),
    "active" / c.Flag,
    "ratio" / c.Float64l,
    "name" / c.PascalString(c.Int64ul, "utf8"),
    "parent" / option(c.Int32ul),
    "mac" / c.Array(6, c.Int8ul),
    "ports" / c.PrefixedArray(c.Int64ul, c.Int16ul),
    "note" / c.Prefixed(c.Int64ul, c.GreedyBytes),
)

RECORD = c.Struct(
    "id" / c.Int64ul,
    "parent" / option(c.Int64ul),
    "kind" / c.Int16ul,
    "active" / c.Flag,
    "ratio" / c.Float64l,
    "name" / c.PascalString(c.Int64ul, "utf8"),
    "token" / c.Prefixed(c.Int64ul, c.GreedyBytes),
    "mac" / c.Array(6, c.Int8ul),
)
RECORDS = c.PrefixedArray(c.Int64ul, RECORD)
WORDS = c.PrefixedArray(c.Int64ul, c.Int64ul)
#: Header and data, as a user of construct would write the file down; the checksum is computed beside it.
HEADER = c.Struct("magic" / c.Int64ul, "version" / c.PascalString(c.Int64ul, "utf8"))

_INTEGERS = {
    **{f"u{8 * n}": getattr(c, f"Int{8 * n}ul") for n in (1, 2, 4, 8)},
    **{f"i{8 * n}": getattr(c, f"Int{8 * n}sl") for n in (1, 2, 4, 8)},
    "usize": c.Int64ul,
    "isize": c.Int64sl,
}


#: Structs by their nodes: what contains itself refers to one.
_named: WeakKeyDictionary[Node, Any] = WeakKeyDictionary()


def plain(node: Node) -> Any:
    """The plain construct of a layout: derived part by part, so that nobody writes a thousand fields twice.

    What the layout converts by Python code is left as it is stored.
    """
    match node:
        case nodes.Int():
            found = _INTEGERS.get(node.name)
            return c.BytesInteger(node.size, signed=node.signed, swapped=True) if found is None else found
        case nodes.Float():
            return c.Float32l if node.size == 4 else c.Float64l
        case nodes.Bool():
            return c.Flag
        case nodes.Str():
            return c.PascalString(c.Int64ul, "utf8")
        case nodes.Bytes():
            return c.Prefixed(c.Int64ul, c.GreedyBytes)
        case nodes.Option():
            return option(plain(node.item))
        case nodes.Seq() | nodes.Set():
            return c.PrefixedArray(c.Int64ul, plain(node.item))
        case nodes.Array():
            return c.Array(node.count, plain(node.item))
        case nodes.Tuple():
            return c.Struct(*(f"_{index}" / plain(item) for index, item in enumerate(node.items)))
        case nodes.Struct():
            _named[node] = c.Struct(*(field.name / plain(field.node) for field in node.fields if field.name))
            return _named[node]
        case nodes.Enum():
            return _enum(node)
        case nodes.Adapted():
            return plain(node.item)
        case nodes.Ref():
            return c.LazyBound(lambda: _named[node.target])
    # Bytes that hold a C struct are bytes to construct.
    if type(node).__name__ == "Blob":
        return c.Prefixed(c.Int64ul, c.GreedyBytes)
    raise NotImplementedError(f"no plain construct of {node!r}")


def _enum(node: nodes.Enum) -> Any:
    tag = c.Enum(c.Int32ul, **{variant.name: variant.index for variant in node.variants})
    payloads = {v.name: plain(v.payload) for v in node.variants if v.payload is not None}
    return c.Struct("tag" / tag, "value" / c.Switch(this.tag, payloads)) if payloads else tag
