"""Lowering of construct's own classes: the one module that knows their internals.

A parameter that is a function, and classes that are not listed here, can't be looked into: they become
`Opaque` nodes. One that may read its context needs construct's context around it, so the outermost
struct whose fields it could name becomes opaque as a whole.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import field
from typing import Any

import construct as c

from snapformat.errors import SchemaError
from snapformat.layout import nodes
from snapformat.layout.foreign import name_of
from snapformat.layout.nodes import Node
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.expressions import Expr, Unsupported, lower_expr
from snapformat.trampoline import Task


@dataclass(eq=False, slots=True)
class Frame:
    """A struct of construct's whose fields expressions may name.

    Attributes:
        used: An expression names a field of it, or looks through it at one further out.
        names: The fields that are named.
    """

    used: bool = False
    names: set[Any] = field(default_factory=set)


#: Bytes or elements beyond which no size is: what has more can't be there.
_MOST = 1 << 48

#: What may refer to itself (a kind under an encoding, a construct), and the structs around it.
Place = tuple[Any, ...]


class NeedsContext(Exception):
    """What is being lowered must run under construct, with all that is around it."""


@dataclass(slots=True)
class Lowering:
    """State of one lowering.

    Attributes:
        lower: Lowers any construct (`layout.lower`), for what is inside one of construct's.
        by_place: Trees so far of what may refer to itself.
        open: Those being lowered.
        references: To what contains them, by its place.
        arrays: Arrays of construct's around the current place: they number their elements in the context.
        alone: Kinds lowered so far that know of nothing around them, with their encodings and trees.
    """

    lower: Callable[[Any, Lowering, tuple[Frame, ...]], Task]
    by_place: dict[Place, Node] = field(default_factory=dict)
    open: set[Place] = field(default_factory=set)
    references: list[tuple[nodes.Ref, Place]] = field(default_factory=list)
    arrays: int = 0
    alone: list[tuple[Any, Any, Node]] = field(default_factory=list)

    def refer(self, name: str, place: Place) -> nodes.Ref:
        """A reference to what is being lowered further up."""
        reference = nodes.Ref(name)
        self.references.append((reference, place))
        return reference

    def finish(self, node: Node) -> Node:
        """Set the references in the tree that was lowered, and give it."""
        for reference, place in self.references:
            if place in self.by_place:  # else it was in a part that has become opaque
                reference.target = self.by_place[place]
        return node


def lower_foreign(sub: Any, lowering: Lowering, frames: tuple[Frame, ...]) -> Task:
    """Lower one of construct's constructs, or make it opaque."""
    try:
        return (yield _dispatch(sub, lowering, frames))
    except Unsupported as reason:
        if (frames or lowering.arrays) and reads_context(sub):
            raise NeedsContext(str(reason)) from None
        return nodes.Opaque(sub, str(reason))
    except NeedsContext as reason:
        if frames or lowering.arrays:
            raise
        return nodes.Opaque(sub, str(reason))


#: Classes of construct's that neither read the context nor contain anything that could.
_SELF_CONTAINED = (
    c.VarInt.__class__,
    c.ZigZag.__class__,
    c.FormatField,
    c.BytesInteger,
    c.BitsInteger,
    c.GreedyBytes.__class__,
    c.Flag.__class__,
    c.Pass.__class__,
    c.Terminated.__class__,
    c.Tell.__class__,
    c.Enum,
    c.FlagsEnum,
    c.Mapping,
    c.StringEncoded,
    c.NullTerminated,
    c.NullStripped,
    c.Hex,
    c.HexDump,
    c.Renamed,
    c.Prefixed,
    c.GreedyRange,
    c.Bytes,
    c.Array,
    c.FixedSized,
    c.Const,
    c.Transformed,
    c.Restreamed,
)


def reads_context(sub: Any) -> bool:
    """Whether a construct might read its context; anything unknown might."""
    if not isinstance(sub, c.Construct) or sub.parsed is not None or type(sub) not in _SELF_CONTAINED:
        return True
    for name, value in vars(sub).items():
        if name.startswith("_"):
            continue  # what construct's own macros put there for its compiler
        if isinstance(value, c.Construct):
            if reads_context(value):
                return True
        elif callable(value) and type(sub) not in (c.Transformed, c.Restreamed):
            return True
    return False


def _dispatch(sub: Any, lowering: Lowering, frames: tuple[Frame, ...]) -> Task:
    if not isinstance(sub, c.Construct):  # a case of a Switch: construct minds it when it is chosen
        raise Unsupported(f"{type(sub).__name__} in place of a construct")
    if sub.parsed is not None:
        raise Unsupported("a `*` hook that sees every parsed value")
    leaf = _leaf(sub, frames)
    if leaf is not None:
        return leaf
    if type(sub) is c.Renamed:
        return (yield lowering.lower(sub.subcon, lowering, frames))
    if type(sub) is c.Struct:
        return (yield _struct(sub, lowering, frames))
    if type(sub) is c.FocusedSeq:
        return (yield _prefixed_array(sub, lowering, frames))
    if type(sub) is c.Switch:
        cases = {}
        for key, case in sub.cases.items():
            cases[key] = yield lowering.lower(case, lowering, frames)
        default = yield lowering.lower(sub.default, lowering, frames)
        return nodes.Switch(_expr(sub.keyfunc, frames), cases, default)
    if type(sub) is c.IfThenElse:
        then = yield lowering.lower(sub.thensubcon, lowering, frames)
        otherwise = yield lowering.lower(sub.elsesubcon, lowering, frames)
        return nodes.If(_expr(sub.condfunc, frames), then, otherwise)
    if type(sub) is c.LazyBound:
        return (yield _lazy_bound(sub, lowering))
    if type(sub) in (c.Transformed, c.Restreamed):
        return _bits(sub)
    if not isinstance(sub, c.Subconstruct) or type(sub) not in _WRAPPERS:
        raise Unsupported(f"no lowering of {type(sub).__name__}")
    is_array = type(sub) is c.Array
    lowering.arrays += is_array
    try:
        inner = yield lowering.lower(sub.subcon, lowering, frames)
    finally:
        lowering.arrays -= is_array
    return _WRAPPERS[type(sub)](sub, inner, frames)


def _expr(value: Any, frames: tuple[Frame, ...]) -> Any:
    """Lower a parameter, and note which structs it names fields of."""
    lowered = lower_expr(value)
    if isinstance(lowered, Expr):
        if lowered.climbs >= len(frames):
            raise Unsupported(f"`{lowered.text}` names what is outside the outermost struct")
        for frame in frames[len(frames) - 1 - lowered.climbs :]:
            frame.used = True
        for climbs, name in lowered.names:
            frames[len(frames) - 1 - climbs].names.add(name)
    return lowered


def _count(value: Any, frames: tuple[Frame, ...]) -> Any:
    """Lower a number of bytes or elements; construct counts with bools as with numbers.

    What is not a number of 0 or more is for construct to refuse, when it comes to it.
    """
    lowered = _expr(value, frames)
    is_number = isinstance(lowered, int) and 0 <= lowered <= _MOST
    if not isinstance(lowered, Expr) and not is_number:
        raise Unsupported("a number that is below 0 or beyond all sizes")
    return int(lowered) if isinstance(lowered, bool) else lowered


def _leaf(sub: Any, frames: tuple[Frame, ...]) -> Node | None:
    """Constructs without others inside."""
    if type(sub) is c.FormatField:
        return _format_field(sub)
    if type(sub) is c.BytesInteger:
        if not _is_width(sub.length) or callable(sub.swapped):
            raise Unsupported("an integer whose width depends on the context")
        return _int(sub.length, sub.signed, "little" if sub.swapped else "big")
    if type(sub) is c.Bytes:
        return nodes.FixedBytes(_count(sub.length, frames))
    if sub is c.Flag or type(sub) is type(c.Flag):
        return nodes.Bool(lenient=True)
    if type(sub) is type(c.Pass):
        return nodes.Unit(None)
    if type(sub) is c.Computed:
        return nodes.Computed(_expr(sub.func, frames))
    if type(sub) is c.StringEncoded:
        return _string(sub)
    return None


def _int(size: int, signed: bool, byteorder: Any) -> nodes.Int:
    return nodes.Int(f"{'i' if signed else 'u'}{8 * size}", size, bool(signed), byteorder)


def _format_field(sub: Any) -> Node:
    order, code = sub.fmtstr[0], sub.fmtstr[1]
    byteorder = {"<": "little", ">": "big"}.get(order, sys.byteorder)
    if code in "efd":
        return nodes.Float(sub.length, byteorder)  # type: ignore[arg-type]
    if code == "?" or code not in "bBhHiIlLqQ":
        raise Unsupported(f"the format {sub.fmtstr!r}")
    return _int(sub.length, code.islower(), byteorder)


def _string(sub: Any) -> Node:
    """`PascalString`: text behind its length in bytes."""
    inner = sub.subcon
    if type(inner) is not c.Prefixed or inner.subcon is not c.GreedyBytes or inner.includelength:
        raise Unsupported("a string that is not length-prefixed")
    length = _leaf(inner.lengthfield, ())
    if not isinstance(length, nodes.Int) or inner.lengthfield.parsed is not None:
        raise Unsupported("a string whose length is no plain integer")
    try:
        b"-".decode(sub.encoding)
    except LookupError:
        raise SchemaError(f"a PascalString in {sub.encoding!r}, by which Python knows no text") from None
    except ValueError:
        pass  # too little for a character
    return nodes.Str(length, sub.encoding)


def _struct(sub: Any, lowering: Lowering, frames: tuple[Frame, ...]) -> Task:
    frame = Frame()
    fields = []
    for part in sub.subcons:
        node = yield lowering.lower(part, lowering, (*frames, frame))
        docs = part.docs.strip() if isinstance(part.docs, str) else ""
        attr = part.name or None  # what has an empty name is left out of the container, too
        fields.append(nodes.Field(name_of(part), attr, node, docs, optional=bool(part.flagbuildnone)))
    names = [f.attr for f in fields if f.attr is not None]
    if len({f.name for f in fields if f.attr is not None}) != len(names):
        raise Unsupported("two fields of one name")

    def make(values: list[Any]) -> Any:
        return c.Container(zip(names, values, strict=True))

    named = frozenset(frame.names)
    return nodes.Struct("", "struct", tuple(fields), None, make, frame.used, named)


def _prefixed_array(sub: Any, lowering: Lowering, frames: tuple[Frame, ...]) -> Task:
    """`PrefixedArray`, which construct composes of a `FocusedSeq`."""
    parts = {part.name: part.subcon for part in sub.subcons if type(part) is c.Renamed}
    count: Any = parts.get("count")
    items: Any = parts.get("items")
    if list(parts) != ["count", "items"] or sub.parsebuildfrom != "items" or len(sub.subcons) != 2:
        raise Unsupported("a FocusedSeq that is no PrefixedArray")
    if type(count) is not c.Rebuild or str(count.func) != "len_(this['items'])":
        raise Unsupported("a FocusedSeq that is no PrefixedArray")
    if type(items) is not c.Array or str(items.count) != "this['count']" or items.discard:
        raise Unsupported("a FocusedSeq that is no PrefixedArray")
    length = _leaf(count.subcon, ())
    if not isinstance(length, nodes.Int) or count.subcon.parsed is not None or items.parsed is not None:
        raise Unsupported("a PrefixedArray whose count is no plain integer")
    # construct gives the elements a context of their own; nothing of it can be named in the tree.
    frame = Frame()
    lowering.arrays += 1
    try:
        item = yield lowering.lower(items.subcon, lowering, (*frames, frame))
    finally:
        lowering.arrays -= 1
    if frame.used:
        raise Unsupported("an element that names the array's own context")
    return nodes.Seq(item, length, _is_empty(items.subcon))


def _is_empty(sub: Any) -> bool:
    try:
        return bool(sub.sizeof() == 0)
    except Exception:
        return False


def _lazy_bound(sub: Any, lowering: Lowering) -> Task:
    try:
        target = sub.subconfunc()
    except Exception:
        raise Unsupported("a LazyBound that needs its context") from None
    place: Place = (target, ())
    if place in lowering.by_place:
        return lowering.by_place[place]
    if place in lowering.open:
        return lowering.refer(target.name or "", place)
    lowering.open.add(place)
    try:
        node = yield lowering.lower(target, lowering, ())
    finally:
        lowering.open.discard(place)
    lowering.by_place[place] = node
    return node


def _array(sub: Any, inner: Node, frames: tuple[Frame, ...]) -> Node:
    if sub.discard:
        raise Unsupported("an Array that discards its elements")
    return nodes.Array(inner, _count(sub.count, frames))


def _prefixed(sub: Any, inner: Node, frames: tuple[Frame, ...]) -> Node:
    length = _leaf(sub.lengthfield, ())
    if not isinstance(length, nodes.Int) or sub.lengthfield.parsed is not None:
        raise Unsupported("a Prefixed whose length is no plain integer")
    if isinstance(inner, nodes.Opaque) and inner.construct is c.GreedyBytes and not sub.includelength:
        return nodes.Bytes(length)
    return nodes.Prefixed(inner, length, length.size if sub.includelength else 0)


def _enum(sub: Any, inner: Node, frames: tuple[Frame, ...]) -> Node:
    if not isinstance(inner, nodes.Int):
        raise Unsupported("an Enum of something else than integers")
    return nodes.Labels(inner, dict(sub.decmapping), {str(k): v for k, v in sub.encmapping.items()})


def _padded(sub: Any, inner: Node, frames: tuple[Frame, ...]) -> Node:
    return nodes.Padded(inner, _count(sub.length, frames), sub.pattern)


_WRAPPERS: dict[type, Callable[[Any, Node, tuple[Frame, ...]], Node]] = {
    c.Array: _array,
    c.Prefixed: _prefixed,
    c.Enum: _enum,
    c.Padded: _padded,
    c.Const: lambda sub, inner, frames: nodes.Const(inner, sub.value),
    c.Rebuild: lambda sub, inner, frames: nodes.Rebuilt(inner, _expr(sub.func, frames)),
    c.Default: lambda sub, inner, frames: nodes.Default(inner, _expr(sub.value, frames)),
}


def _bits(sub: Any) -> Node:
    """`BitStruct`: a Struct of bits in whole bytes."""
    inner = sub.subcon
    if type(sub) is not c.Transformed or sub.decodefunc is not c.lib.bytes2bits:
        raise Unsupported("a transformation of bytes")
    if type(inner) is not c.Struct or inner.parsed is not None:
        raise Unsupported("bits that are no BitStruct")
    bits = tuple(_bit(part) for part in inner.subcons)
    total = sum(bit.width for bit in bits)
    if total % 8:
        raise Unsupported("a BitStruct that does not fill its bytes")
    return nodes.Bits(total // 8, bits)


def _is_width(length: Any) -> bool:
    return isinstance(length, int) and 0 < length <= _MOST


def _bit(part: Any) -> nodes.Bit:
    name, doc, sub = part.name, part.docs.strip() if isinstance(part.docs, str) else "", part
    if not isinstance(name, str | None):
        raise Unsupported("a name that is no text")
    while type(sub) is c.Renamed:
        if sub.parsed is not None:
            raise Unsupported("a `*` hook that sees every parsed value")
        sub = sub.subcon
    labels = None
    if type(sub) is c.Enum:
        labels = (dict(sub.decmapping), {str(k): v for k, v in sub.encmapping.items()})
        sub = sub.subcon
    if sub.parsed is not None:
        raise Unsupported("a `*` hook that sees every parsed value")
    if type(sub) is type(c.Flag):
        return nodes.Bit(name, 1, flag=True, doc=doc)
    if type(sub) is c.BitsInteger and _is_width(sub.length) and not sub.swapped:
        return nodes.Bit(name, sub.length, signed=bool(sub.signed), labels=labels, doc=doc)
    if type(sub) is c.Padded and sub.subcon is c.Pass and _is_width(sub.length):
        if sub.pattern != b"\0":
            raise Unsupported("padding bits that are not zero")
        return nodes.Bit(name, sub.length, padding=True, doc=doc)
    raise Unsupported(f"{type(sub).__name__} in a BitStruct")
