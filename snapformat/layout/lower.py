"""Lowering: from types and constructs to the layout tree.

The vocabulary lowers one to one, by its kinds: whether a type was made into a construct before, or stands
in one of construct's, its tree is the same. construct's own classes are in `layout.lower_construct`; what
neither knows becomes an `Opaque` node that is run as it is.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from snapformat.bincode import FIRECRACKER, Encoding
from snapformat.encodings.bincode.config import ByteOrder, Wire
from snapformat.encodings.bincode.encoding import C_LAYOUT, sealed
from snapformat.encodings.construct import named
from snapformat.encodings.construct.base import BincodeConstruct
from snapformat.errors import SchemaError
from snapformat.layout import nodes
from snapformat.layout.lower_construct import Frame, Lowering, lower_foreign
from snapformat.layout.nodes import Node
from snapformat.layout.size import fits_any, fixed_size
from snapformat.layout.wrappers import Checksummed, Limited
from snapformat.model import kinds
from snapformat.model.kinds import Kind, is_zero_sized
from snapformat.trampoline import Task, run_with_unwind

#: Trees of constructs. Those of classes are kept by their kinds: these trees refer back to them.
_lowered: WeakKeyDictionary[Any, Node] = WeakKeyDictionary()
#: Those of constructs that are opaque as a whole: the latest.
_opaque: dict[Any, Node] = {}
_MOST_OPAQUE = 256


def layout_of(annotation: Any, encoding: Encoding = FIRECRACKER) -> Node:
    """The layout tree of a type under an encoding; of a class or a construct the same one every time.

    Args:
        annotation: A class declared with `@schema`, an annotation such as `list[u16]`, or a construct.
        encoding: Encoding of the vocabulary; construct's own classes bring their own.

    Returns:
        The tree.

    Raises:
        SchemaError: The type is no type of the serde data model, or holds undefined names.
    """
    kind = sealed(annotation)
    if isinstance(kind, kinds.Foreign) and kind.cls is None:
        return lower(kind.construct)
    return _of_kind(kind, encoding)


def lower(sub: Any) -> Node:
    """The layout tree of a construct; of each the same for all threads."""
    if isinstance(sub, named.Struct | named.Enum):
        return _of_kind(sub.kind, sub.wire)
    known = _lowered.get(sub) or _opaque.get(sub)
    if known is None:
        lowering = Lowering(_lower)
        known = lowering.finish(run_with_unwind(_lower(sub, lowering, ())))
        known = _keep(sub, known) if isinstance(known, nodes.Opaque) else _lowered.setdefault(sub, known)
    return known


def _keep(sub: Any, node: nodes.Opaque) -> Node:
    """Keep what holds its construct, which would never end if it was kept as long as that."""
    for oldest in [*_opaque][: max(0, len(_opaque) - _MOST_OPAQUE + 1)]:
        _opaque.pop(oldest, None)
    return _opaque.setdefault(sub, node)


@cache
def _without_limit(integers: Any, byteorder: ByteOrder) -> Wire:
    return Encoding(integers, byteorder, limit=None)


def _of_kind(kind: Kind, wire: Wire) -> Node:
    # A limit is nothing of the layout: there are four encodings, and not one for every limit.
    encoding = _without_limit(wire.integers, wire.byteorder)
    layouts = kind.layouts if isinstance(kind, kinds.Struct | kinds.Enum) else {}
    known: Node | None = layouts.get(encoding)
    if known is None:
        lowering = Lowering(_lower)
        known = lowering.finish(run_with_unwind(_by_kind(kind, encoding, lowering, ())))
        # Only now: one that failed may have left references to nothing.
        for inner, its_encoding, node in lowering.alone:
            inner.layouts.setdefault(its_encoding, node)
        known = layouts.get(encoding, known)  # another thread may have been first
    return known


def _lower(sub: Any, lowering: Lowering, frames: tuple[Frame, ...]) -> Task:
    """One construct; `frames` are the structs around it whose fields expressions may name."""
    if isinstance(sub, BincodeConstruct | named.Struct):
        wire = _without_limit(sub.wire.integers, sub.wire.byteorder)
        return (yield _by_kind(sub.kind, wire, lowering, frames))
    if isinstance(sub, named.Recursive):
        # One that is not being lowered further up was derived with another type at the top.
        return (yield _lower(sub.target, lowering, frames))
    if isinstance(sub, Limited):
        return nodes.Limited((yield _lower(sub.subcon, lowering, frames)), sub.limit)
    if isinstance(sub, Checksummed):
        size, order = sub.checksum.size, sub.wire.byteorder
        stored = nodes.Int(f"u{8 * size}", size, False, order)
        item = yield _lower(sub.subcon, lowering, frames)
        return nodes.Checksummed(item, stored, sub.checksum, sub.to_the_end)
    if isinstance(sub, named.OfClass):
        return (yield _of_class(sub.subcon, sub.cls, lowering, frames))
    return (yield lower_foreign(sub, lowering, frames))


def _length(wire: Wire) -> nodes.Int:
    return nodes.Int("u64", 8, False, wire.byteorder, wire.is_variable(8))


def _by_kind(kind: Kind, wire: Wire, lowering: Lowering, frames: tuple[Frame, ...]) -> Task:
    match kind:
        case kinds.Int():
            variable = wire.is_variable(kind.size)
            return nodes.Int(kind.name, kind.size, kind.signed, wire.byteorder, variable, kind.nonzero)
        case kinds.Struct() | kinds.Enum():
            return (yield _named(kind, wire, lowering, frames))
        case kinds.Option():
            return nodes.Option((yield _by_kind(kind.item, wire, lowering, frames)), kind.wrapped)
        case kinds.Seq():
            item = yield _by_kind(kind.item, wire, lowering, frames)
            return nodes.Seq(item, _length(wire), is_zero_sized(kind.item))
        case kinds.Array():
            return nodes.Array((yield _by_kind(kind.item, wire, lowering, frames)), kind.count)
        case kinds.Blob():
            return (yield _blob(kind, wire, lowering))
        case kinds.Float():
            return nodes.Float(kind.size, wire.byteorder)
        case kinds.Bool():
            return nodes.Bool()
        case kinds.Char():
            return nodes.Char()
        case kinds.Str():
            return nodes.Str(_length(wire))
        case kinds.Bytes():
            return nodes.Bytes(_length(wire), kind.exact, kind.no_nul)
        case kinds.Unit():
            return nodes.Unit()
        case kinds.Set():
            item = yield _by_kind(kind.item, wire, lowering, frames)
            return nodes.Set(item, _length(wire), kind, is_zero_sized(kind.item))
        case kinds.Map():
            key = yield _by_kind(kind.key, wire, lowering, frames)
            value = yield _by_kind(kind.value, wire, lowering, frames)
            zero_sized = is_zero_sized(kind.key) and is_zero_sized(kind.value)
            return nodes.Map(key, value, _length(wire), kind, zero_sized)
        case kinds.Tuple():
            items = []
            for part in kind.items:
                items.append((yield _by_kind(part, wire, lowering, frames)))
            return nodes.Tuple(tuple(items))
        case kinds.Adapted():
            item = yield _by_kind(kind.item, wire, lowering, frames)
            return nodes.Adapted(item, kind.decode, kind.encode, kind.name, kind.text, kind.shown)
        case kinds.Foreign():
            if kind.cls is None:
                return (yield _lower(kind.construct, lowering, frames))
            return (yield _of_class(kind.construct, kind.cls, lowering, frames))
    raise SchemaError(f"no layout of {kind!r}")


def _blob(kind: kinds.Blob, wire: Wire, lowering: Lowering) -> Task:
    # A C struct has the processor's layout, whatever the encoding around it.
    item: nodes.Struct = yield _by_kind(kind.item, C_LAYOUT, lowering, ())
    size = fixed_size(item)
    if size is None:
        raise SchemaError("a class in a Blob must have a fixed size", owner=kind.item.cls.__qualname__)
    return nodes.Blob(_length(wire), item, size, fits_any(item))


def _named(
    kind: kinds.Struct | kinds.Enum, wire: Wire, lowering: Lowering, frames: tuple[Frame, ...]
) -> Task:
    """A struct or enum; one that is being lowered further up becomes a reference."""
    if not frames and wire in kind.layouts:
        return kind.layouts[wire]
    # The structs around it belong to what it is: expressions inside may name their fields.
    place = (kind, wire, frames)
    if place in lowering.by_place:
        return lowering.by_place[place]
    if place in lowering.open:
        return lowering.refer(kind.name, place)
    lowering.open.add(place)
    try:
        if isinstance(kind, kinds.Struct):
            node: Node = yield _struct(kind, wire, lowering, frames)
        else:
            node = yield _enum(kind, wire, lowering, frames)
    finally:
        lowering.open.discard(place)
    lowering.by_place[place] = node
    if not frames and not lowering.arrays:
        lowering.alone.append((kind, wire, node))
    return node


def _enum(kind: kinds.Enum, wire: Wire, lowering: Lowering, frames: tuple[Frame, ...]) -> Task:
    variants = []
    for variant in kind.variants:
        payload = None
        if variant.payload is not None:
            payload = yield _struct(variant.payload, wire, lowering, frames)
        variants.append(nodes.Variant(variant.name, variant.index, payload, variant.constant, variant.doc))
    index = nodes.Int("u32", 4, False, wire.byteorder, wire.is_variable(4))
    other = None if kind.other is None else variants[kind.other.index]
    return nodes.Enum(kind.name, index, tuple(variants), other, doc=kind.doc)


def _struct(kind: kinds.Struct, wire: Wire, lowering: Lowering, frames: tuple[Frame, ...]) -> Task:
    fields = []
    for field in kind.fields:
        node = yield _by_kind(field.kind, wire, lowering, frames)
        fields.append(nodes.Field(field.name, field.attr, node, field.doc, bits=field.bits))
    return nodes.Struct(kind.name, kind.style, tuple(fields), kind.cls, kind.make, doc=kind.doc)


def _of_class(sub: Any, cls: type, lowering: Lowering, frames: tuple[Frame, ...]) -> Task:
    """A Struct registered for a class: the tree of the Struct, with instances for values."""
    inner = yield _lower(sub, lowering, frames)
    if not isinstance(inner, nodes.Struct) or inner.scoped:
        return nodes.Opaque(named.OfClass(sub, cls), "a class around a construct that is no plain Struct")
    names = [field.attr for field in inner.fields if field.attr is not None]

    def make(values: list[Any]) -> Any:
        return named.instance_of(cls, dict(zip(names, values, strict=True)))

    return nodes.Struct(cls.__name__, inner.style, inner.fields, cls, make, doc=inner.doc)
