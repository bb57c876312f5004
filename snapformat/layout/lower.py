"""From kinds to the layout tree: the bytes of a kind under one configuration of bincode."""

from __future__ import annotations

from dataclasses import field
from functools import cache
from typing import Any

from snapformat.bincode import FIRECRACKER, Encoding
from snapformat.encodings.bincode.config import Wire
from snapformat.encodings.bincode.encoding import C_LAYOUT, sealed
from snapformat.encodings.bincode.forms import INDEX, LENGTH, FormKey, form_key, int_form
from snapformat.encodings.bincode.sizes import c_layout
from snapformat.errors import SchemaError
from snapformat.layout import nodes
from snapformat.layout.nodes import Node
from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.from_construct import kind_of_construct
from snapformat.model.graph import is_zero_sized
from snapformat.model.kinds import ByteOrder, Kind
from snapformat.trampoline import Task, run_with_unwind


@dataclass(slots=True)
class _Lowering:
    """State of one lowering.

    Attributes:
        by_kind: Trees so far of what may refer to itself, by kind and configuration.
        open: Kinds being lowered.
        references: To what contains them.
    """

    by_kind: dict[Any, Node] = field(default_factory=dict)
    open: set[Any] = field(default_factory=set)
    references: list[tuple[nodes.Ref, Any]] = field(default_factory=list)

    def refer(self, name: str, place: Any) -> nodes.Ref:
        """A reference to what is being lowered further up."""
        reference = nodes.Ref(name)
        self.references.append((reference, place))
        return reference

    def finish(self, node: Node) -> Node:
        """Set the references in the tree that was lowered, and give it."""
        for reference, place in self.references:
            reference.target = self.by_kind[place]
        return node


def layout_of(annotation: Any, encoding: Encoding = FIRECRACKER) -> Node:
    """The layout tree of a type under an encoding; of a class or a construct the same one every time.

    Args:
        annotation: A class declared with `@schema`, an annotation such as `list[u16]`, or a construct.
        encoding: Encoding of the vocabulary; construct's own classes bring their own.

    Returns:
        The tree.

    Raises:
        SchemaError: The type is not a type of the serde data model, or holds undefined names.
    """
    kind = sealed(annotation)
    if isinstance(kind, kinds.Foreign) and kind.cls is None:
        return lower(kind.construct)
    return of_kind(kind, encoding)


def lower(sub: Any) -> Node:
    """The layout tree of a construct; of each the same for all threads."""
    return of_kind(kind_of_construct(sub), FIRECRACKER)


@cache
def _without_limit(integers: Any, byteorder: ByteOrder) -> Wire:
    return Encoding(integers, byteorder, limit=None)


def _place(wire: Wire) -> tuple[str, FormKey]:
    # A limit is not part of the layout: there are four trees, and not one for every limit.
    return "layout", form_key(wire)


def of_kind(kind: Kind, wire: Wire) -> Node:
    """The layout tree of a kind; of each kind the same one every time."""
    while isinstance(kind, kinds.Encoded):
        wire = kind.config
        kind = kind.item
    known: Node | None = kind.derived.get(_place(wire))
    if known is None:
        lowering = _Lowering()
        made = lowering.finish(
            run_with_unwind(_lower(kind, _without_limit(wire.integers, wire.byteorder), lowering))
        )
        # Only now: one that failed may have left references to nothing.
        for (inner, config), node in lowering.by_kind.items():
            inner.derived.setdefault(_place(config), node)
        known = kind.derived.setdefault(_place(wire), made)
    return known


def _length(wire: Wire) -> nodes.Int:
    return _int(LENGTH, wire)


def _int(kind: kinds.Int, wire: Wire) -> nodes.Int:
    form = int_form(kind, wire)
    made = nodes.Int(kind.name, kind.size, kind.signed, form.byteorder, form.variable, kind.nonzero)
    made.kind, made.config = kind, wire
    return made


def _prefix(length: kinds.Int | None, wire: Wire) -> nodes.Int:
    return _length(wire) if length is None else _int(length, wire)


def _lower(kind: Kind, wire: Wire, lowering: _Lowering) -> Task:
    node: Node = yield _node_of(kind, wire, lowering)
    if node.kind is None:
        node.kind, node.config = kind, wire
    return node


def _node_of(kind: Kind, wire: Wire, lowering: _Lowering) -> Task:
    match kind:
        case kinds.Int():
            return _int(kind, wire)
        case kinds.Struct() | kinds.Enum():
            return (yield _named(kind, wire, lowering))
        case kinds.Option():
            return nodes.Option((yield _lower(kind.item, wire, lowering)), kind.wrapped)
        case kinds.Seq():
            item = yield _lower(kind.item, wire, lowering)
            return nodes.Seq(item, _prefix(kind.length, wire), is_zero_sized(kind.item))
        case kinds.Array():
            return nodes.Array((yield _lower(kind.item, wire, lowering)), kind.count)
        case kinds.Blob():
            return (yield _blob(kind, wire, lowering))
        case kinds.Float():
            return nodes.Float(kind.size, kind.byteorder or wire.byteorder)
        case kinds.Bool():
            return nodes.Bool(kind.lenient)
        case kinds.Char():
            return nodes.Char()
        case kinds.Str():
            return nodes.Str(_prefix(kind.length, wire), kind.encoding)
        case kinds.Bytes():
            return nodes.Bytes(_prefix(kind.length, wire), kind.exact, kind.no_nul)
        case kinds.FixedBytes():
            return nodes.FixedBytes(kind.count)
        case kinds.Unit():
            return nodes.Unit(kind.value)
        case kinds.Set():
            item = yield _lower(kind.item, wire, lowering)
            return nodes.Set(item, _length(wire), kind, is_zero_sized(kind.item))
        case kinds.Map():
            key = yield _lower(kind.key, wire, lowering)
            value = yield _lower(kind.value, wire, lowering)
            zero_sized = is_zero_sized(kind.key) and is_zero_sized(kind.value)
            return nodes.Map(key, value, _length(wire), kind, zero_sized)
        case kinds.Tuple():
            items = []
            for part in kind.items:
                items.append((yield _lower(part, wire, lowering)))
            return nodes.Tuple(tuple(items))
        case kinds.Adapted():
            item = yield _lower(kind.item, wire, lowering)
            return nodes.Adapted(item, kind.decode, kind.encode, kind.name, kind.text, kind.shown)
        case kinds.Foreign():
            assert kind.target is not None
            return (yield _lower(kind.target, wire, lowering))
        case kinds.Encoded():
            config = _without_limit(kind.config.integers, kind.config.byteorder)
            return (yield _lower(kind.item, config, lowering))
        case kinds.LazyBound():
            assert kind.target is not None
            return (yield _lazy_bound(kind, wire, lowering))
        case kinds.Opaque():
            return nodes.Opaque(kind.construct, kind.reason)
    return (yield _of_construct(kind, wire, lowering))


def _of_construct(kind: Kind, wire: Wire, lowering: _Lowering) -> Task:
    """The classes of construct's that are not in serde's data model."""
    match kind:
        case kinds.IntEnum():
            return nodes.Labels((yield _lower(kind.item, wire, lowering)), kind.labels, kind.numbers)
        case kinds.Const():
            return nodes.Const((yield _lower(kind.item, wire, lowering)), kind.value)
        case kinds.Computed():
            return nodes.Computed(kind.value)
        case kinds.Rebuild():
            return nodes.Rebuilt((yield _lower(kind.item, wire, lowering)), kind.value)
        case kinds.Default():
            return nodes.Default((yield _lower(kind.item, wire, lowering)), kind.value)
        case kinds.Switch():
            cases = {}
            for key, case in kind.cases.items():
                cases[key] = yield _lower(case, wire, lowering)
            return nodes.Switch(kind.key, cases, (yield _lower(kind.default, wire, lowering)))
        case kinds.If():
            then = yield _lower(kind.then, wire, lowering)
            return nodes.If(kind.condition, then, (yield _lower(kind.otherwise, wire, lowering)))
        case kinds.Padded():
            return nodes.Padded((yield _lower(kind.item, wire, lowering)), kind.count, kind.pattern)
        case kinds.Prefixed():
            item = yield _lower(kind.item, wire, lowering)
            return nodes.Prefixed(item, _int(kind.length, wire), kind.including)
        case kinds.BitStruct():
            return nodes.Bits(kind.size, kind.bits)
        case kinds.Limited():
            return nodes.Limited((yield _lower(kind.item, wire, lowering)), kind.limit)
        case kinds.Checksummed():
            item = yield _lower(kind.item, wire, lowering)
            return nodes.Checksummed(item, _int(kind.stored, wire), kind.checksum, kind.to_the_end)
    raise SchemaError(f"no layout of {kind!r}")


def _blob(kind: kinds.Blob, wire: Wire, lowering: _Lowering) -> Task:
    # A C struct has the processor's layout, whatever the encoding around it.
    item: nodes.Struct = yield _lower(kind.item, C_LAYOUT, lowering)
    layout = c_layout(kind)
    return nodes.Blob(_length(wire), item, layout.size, layout.fits_any)


def _lazy_bound(kind: kinds.LazyBound, wire: Wire, lowering: _Lowering) -> Task:
    target = kind.target
    assert target is not None
    place = (target, wire)
    if place in lowering.by_kind:
        return lowering.by_kind[place]
    if place in lowering.open:
        return lowering.refer(kind.name, place)
    if isinstance(target, kinds.Struct | kinds.Enum):
        return (yield _named(target, wire, lowering))
    lowering.open.add(place)
    try:
        node = yield _lower(target, wire, lowering)
    finally:
        lowering.open.discard(place)
    lowering.by_kind[place] = node
    return node


def _named(kind: kinds.Struct | kinds.Enum, wire: Wire, lowering: _Lowering) -> Task:
    """A struct or enum; one that is being lowered further up becomes a reference."""
    known = kind.derived.get(_place(wire))
    if known is not None:
        return known
    place = (kind, wire)
    if place in lowering.by_kind:
        return lowering.by_kind[place]
    if place in lowering.open:
        return lowering.refer(kind.name, place)
    lowering.open.add(place)
    try:
        if isinstance(kind, kinds.Struct):
            node: Node = yield _struct(kind, wire, lowering)
        else:
            node = yield _enum(kind, wire, lowering)
    finally:
        lowering.open.discard(place)
    lowering.by_kind[place] = node
    return node


def _enum(kind: kinds.Enum, wire: Wire, lowering: _Lowering) -> Task:
    variants = []
    for variant in kind.variants:
        payload = None
        if variant.payload is not None:
            payload = yield _struct(variant.payload, wire, lowering)
            payload.kind, payload.config = variant.payload, wire
        variants.append(nodes.Variant(variant.name, variant.index, payload, variant.constant, variant.doc))
    index = _int(INDEX, wire)
    other = None if kind.other is None else variants[kind.other.index]
    return nodes.Enum(kind.name, index, tuple(variants), other, doc=kind.doc)


def _struct(kind: kinds.Struct, wire: Wire, lowering: _Lowering) -> Task:
    fields = []
    for each in kind.fields:
        node = yield _lower(each.kind, wire, lowering)
        fields.append(nodes.Field(each.name, each.attr, node, each.doc, each.optional, each.bits))
    return nodes.Struct(
        kind.name, kind.style, tuple(fields), kind.cls, kind.make, kind.scoped, kind.named, doc=kind.doc
    )
