"""Lowering: from constructs to the layout tree.

The vocabulary lowers one to one. construct's own classes are in `layout.lower_construct`; what neither
knows becomes an `Opaque` node that is run as it is.
"""

from __future__ import annotations

import threading
from typing import Any
from weakref import WeakKeyDictionary

from snapformat.bincode import FIRECRACKER, Encoding, kinds
from snapformat.bincode.constructs import composites, named, scalars
from snapformat.bincode.constructs.base import BincodeConstruct
from snapformat.bincode.kinds import is_zero_sized
from snapformat.bincode.wire import Wire
from snapformat.layout import nodes
from snapformat.layout.lower_construct import Frame, Lowering, lower_foreign
from snapformat.layout.nodes import Node
from snapformat.layout.wrappers import Checksummed, Limited
from snapformat.steps import Step, run_unwinding

_lock = threading.RLock()
#: Trees of construct's own classes. Ours keep their trees: these refer back to them, by the classes' kinds.
_lowered: WeakKeyDictionary[Any, Node] = WeakKeyDictionary()


def layout_of(annotation: Any, encoding: Encoding = FIRECRACKER) -> Node:
    """The layout tree of a type under an encoding; made once.

    Args:
        annotation: A class declared with `@schema`, an annotation such as `list[u16]`, or a construct.
        encoding: Encoding of the vocabulary; construct's own classes bring their own.

    Returns:
        The tree.

    Raises:
        SchemaError: The type is no type of the serde data model, or holds undefined names.
    """
    return lower(encoding.construct(annotation))


def lower(sub: Any) -> Node:
    """The layout tree of a construct; made once for each."""
    known = _known(sub)
    if known is None:
        with _lock:  # several threads may want the same type first
            known = _known(sub)
            if known is None:
                known = run_unwinding(_lower(sub, Lowering(_lower), ()))
                if isinstance(sub, BincodeConstruct | named.Struct):
                    sub._lowered = known
                else:
                    _lowered[sub] = known
    return known


def _known(sub: Any) -> Node | None:
    found: Node | None = (
        sub._lowered if isinstance(sub, BincodeConstruct | named.Struct) else _lowered.get(sub)
    )
    return found


def _lower(sub: Any, lowering: Lowering, frames: tuple[Frame, ...]) -> Step:
    """One construct; `frames` are the structs around it whose fields expressions may name."""
    if isinstance(sub, named.Struct | named.Enum):
        return (yield _named(sub, lowering, frames))
    if isinstance(sub, named.Recursive):
        # One that is not being lowered further up was derived with another type at the top.
        return (yield _named(sub.target, lowering, frames))
    if isinstance(sub, Limited):
        return nodes.Limited((yield _lower(sub.subcon, lowering, frames)), sub.limit)
    if isinstance(sub, Checksummed):
        size, order = sub.checksum.size, sub.wire.byteorder
        stored = nodes.Int(f"u{8 * size}", size, False, order)
        return nodes.Checksummed((yield _lower(sub.subcon, lowering, frames)), stored, sub.checksum)
    if isinstance(sub, named.OfClass):
        return (yield _of_class(sub, lowering, frames))
    if isinstance(sub, BincodeConstruct):
        return (yield _vocabulary(sub, lowering, frames))
    return (yield lower_foreign(sub, lowering, frames))


def _length(wire: Wire) -> nodes.Int:
    return nodes.Int("u64", 8, False, wire.byteorder, wire.is_variable(8))


def _vocabulary(sub: BincodeConstruct, lowering: Lowering, frames: tuple[Frame, ...]) -> Step:
    kind, wire = sub.kind, sub.wire
    match sub:
        case scalars.Int():
            variable = wire.is_variable(kind.size)
            return nodes.Int(kind.name, kind.size, kind.signed, wire.byteorder, variable, kind.nonzero)
        case scalars.Float():
            return nodes.Float(kind.size, wire.byteorder)
        case scalars.Bool():
            return nodes.Bool()
        case scalars.Char():
            return nodes.Char()
        case scalars.Str():
            return nodes.Str(_length(wire))
        case scalars.Bytes():
            return nodes.Bytes(_length(wire), kind.exact, kind.no_nul)
        case scalars.Unit():
            return nodes.Unit()
        case composites.Option():
            return nodes.Option((yield _lower(sub.item, lowering, frames)), kind.wrapped)
        case composites.Seq():
            item = yield _lower(sub.item, lowering, frames)
            return nodes.Seq(item, _length(wire), is_zero_sized(kind.item))
        case composites.Array():
            return nodes.Array((yield _lower(sub.item, lowering, frames)), kind.count)
        case composites.Set():
            item = yield _lower(sub.item, lowering, frames)
            return nodes.Set(item, _length(wire), kind, is_zero_sized(kind.item))
        case composites.Map():
            key = yield _lower(sub.key, lowering, frames)
            value = yield _lower(sub.value, lowering, frames)
            zero_sized = is_zero_sized(kind.key) and is_zero_sized(kind.value)
            return nodes.Map(key, value, _length(wire), kind, zero_sized)
        case composites.Tuple():
            items = []
            for part in sub.items:
                items.append((yield _lower(part, lowering, frames)))
            return nodes.Tuple(tuple(items))
        case composites.Blob():
            lowered: nodes.Struct = yield _lower(sub.item, lowering, ())
            names = [field.attr for field in lowered.fields]
            values = nodes.Struct(
                lowered.name,
                "struct",
                lowered.fields,
                dict,
                lambda parts: dict(zip(names, parts, strict=True)),
            )
            return nodes.Blob(_length(wire), lowered, values, sub.size)
        case composites.Adapted():
            item = yield _lower(sub.item, lowering, frames)
            return nodes.Adapted(item, kind.decode, kind.encode, kind.name, kind.text, kind.shown)
    return nodes.Opaque(sub, f"no lowering of {type(sub).__name__}")


def _named(sub: Any, lowering: Lowering, frames: tuple[Frame, ...]) -> Step:
    """A struct or enum; one that is being lowered further up becomes a reference."""
    if not frames and sub._lowered is not None:
        return sub._lowered
    # The structs around it belong to what it is: expressions inside may name their fields.
    place = (sub, frames)
    if place in lowering.by_construct:
        return lowering.by_construct[place]
    if place in lowering.open:
        return nodes.Ref(sub.kind.name, lambda: lowering.by_construct[place])
    lowering.open.add(place)
    try:
        node: Node = yield (_struct if isinstance(sub, named.Struct) else _enum)(sub, lowering, frames)
    finally:
        lowering.open.discard(place)
    lowering.by_construct[place] = node
    return node


def _enum(sub: named.Enum, lowering: Lowering, frames: tuple[Frame, ...]) -> Step:
    variants = []
    for variant, payload in zip(sub.kind.variants, sub.payloads, strict=True):
        lowered = None if payload is None else (yield _struct(payload, lowering, frames))
        variants.append(nodes.Variant(variant.name, variant.index, lowered, variant.constant, variant.doc))
    index = nodes.Int("u32", 4, False, sub.wire.byteorder, sub.wire.is_variable(4))
    other = None if sub.kind.other is None else variants[sub.kind.other.index]
    return nodes.Enum(sub.kind.name, index, tuple(variants), other, doc=sub.kind.doc)


def _struct(sub: named.Struct, lowering: Lowering, frames: tuple[Frame, ...]) -> Step:
    fields = []
    for field, part in zip(sub.kind.fields, sub.subcons, strict=True):
        node = yield _lower(part.subcon, lowering, frames)
        fields.append(nodes.Field(field.name, field.attr, node, field.doc, bits=field.bits))
    kind: kinds.Struct = sub.kind
    return nodes.Struct(kind.name, kind.style, tuple(fields), kind.cls, kind.make, doc=kind.doc)


def _of_class(sub: named.OfClass, lowering: Lowering, frames: tuple[Frame, ...]) -> Step:
    """A Struct registered for a class: the tree of the Struct, with instances for values."""
    inner = yield _lower(sub.subcon, lowering, frames)
    if not isinstance(inner, nodes.Struct) or inner.scoped:
        return nodes.Opaque(sub, "a class around a construct that is no plain Struct")
    names = [field.attr for field in inner.fields if field.attr is not None]
    cls = sub.cls

    def make(values: list[Any]) -> Any:
        return named.instance_of(cls, dict(zip(names, values, strict=True)))

    return nodes.Struct(cls.__name__, inner.style, inner.fields, cls, make, doc=inner.doc)
