"""construct's classes as kinds; the only module that uses the internals of construct's classes.

Constructs that can't be analyzed become `Opaque` kinds, which construct runs where they are. Where one may
read its context, the structs around it have construct's whole context.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from typing import Any

import construct as c

from snapformat.class_attrs import DECLARATION
from snapformat.errors import SchemaError
from snapformat.model import kinds
from snapformat.model.expressions import Expr, Unsupported, lower_expr
from snapformat.model.from_construct.adapters import adapted, is_adapter, labels_of
from snapformat.model.from_construct.names import check_names
from snapformat.model.from_construct.runs import field_of, focus_of, lower_run
from snapformat.model.from_construct.scopes import (
    STREAMS,
    Lowering,
    OuterArray,
    OuterStruct,
    OwnConstruct,
    Place,
    Scopes,
)
from snapformat.model.kinds import Kind
from snapformat.model.surroundings import NamedField, check_name
from snapformat.trampoline import Task

#: Largest number of bytes or elements of a fixed size.
_MOST = 1 << 48
#: Largest depth of constructs referred to by `LazyBound`.
_MOST_OPEN = 100


def opaque(sub: Any, reason: str, lowering: Lowering) -> kinds.Opaque:
    """Return the kind of a construct that can't be analyzed."""
    return kinds.Opaque(sub, *lowering.traits.of_run(sub), reason)


def lower_foreign(sub: Any, lowering: Lowering, scopes: Scopes) -> Task:
    """Return the kind of one of construct's constructs; opaque if it can't be lowered."""
    if id(sub) in lowering.inside:
        lowering.look_anywhere(scopes)
        return opaque(sub, "a construct inside itself", lowering)
    lowering.inside.add(id(sub))
    try:
        return (yield _lowered(sub, lowering, scopes))
    finally:
        lowering.inside.discard(id(sub))


def _lowered(sub: Any, lowering: Lowering, scopes: Scopes) -> Task:
    try:
        return (yield _dispatch(sub, lowering, scopes))
    except Unsupported as unsupported:
        reason = str(unsupported)
    try:
        return (yield lower_run(sub, lowering, scopes))
    except Unsupported:
        lowering.look_anywhere(scopes)
        return opaque(sub, reason, lowering)


def _dispatch(sub: Any, lowering: Lowering, scopes: Scopes) -> Task:
    if isinstance(sub, type) and DECLARATION in vars(sub):
        name = sub.__qualname__
        raise SchemaError(f"a class in place of a construct: write Encoding().construct({name})", owner=name)
    if not isinstance(sub, c.Construct):  # a case of a Switch: construct raises when it is chosen
        raise Unsupported(f"{type(sub).__name__} in place of a construct")
    if isinstance(sub, c.Compiled):
        return (yield lowering.lower(sub.defersubcon, lowering, scopes))
    if sub.parsed is not None:
        raise Unsupported("a `*` hook that sees every parsed value")
    leaf = _leaf(sub, lowering, scopes)
    if leaf is not None:
        return leaf
    if type(sub) is c.Renamed:
        return (yield lowering.lower(sub.subcon, lowering, scopes))
    if type(sub) is c.Struct:
        return (yield _struct(sub, lowering, scopes))
    if type(sub) is c.FocusedSeq:
        return (yield _prefixed_array(sub, lowering, scopes))
    if type(sub) is c.Switch:
        cases = {}
        for key, case in sub.cases.items():
            cases[key] = yield lowering.lower(case, lowering, scopes)
        default = yield lowering.lower(sub.default, lowering, scopes)
        return kinds.Switch(_expr(sub.keyfunc, lowering, scopes), cases, default)
    if type(sub) is c.IfThenElse:
        then = yield lowering.lower(sub.thensubcon, lowering, scopes)
        otherwise = yield lowering.lower(sub.elsesubcon, lowering, scopes)
        return kinds.If(_expr(sub.condfunc, lowering, scopes), then, otherwise)
    if type(sub) is c.Array:
        return (yield _array(sub, lowering, scopes))
    if type(sub) is c.LazyBound:
        return (yield _lazy_bound(sub, lowering, scopes))
    if type(sub) in (c.Transformed, c.Restreamed):
        return _bits(sub)
    if is_adapter(sub):
        return adapted(sub, (yield lowering.lower(sub.subcon, lowering, scopes)))
    if not isinstance(sub, c.Subconstruct) or type(sub) not in _WRAPPERS:
        raise Unsupported(f"no lowering of {type(sub).__name__}")
    make = _WRAPPERS[type(sub)](sub, lowering, scopes)
    return make((yield lowering.lower(sub.subcon, lowering, scopes)))


def _expr(value: Any, lowering: Lowering, scopes: Scopes, *, when_written: bool = False) -> Any:
    """Lower a parameter, and record the fields that it names."""
    lowered = lower_expr(value)
    if isinstance(lowered, Expr):
        if lowered.is_foreign:
            lowering.look_anywhere(scopes)
        for levels_up, name in lowered.names:
            lowering.look_at(NamedField(levels_up, name, when_written), scopes)
    return lowered


def _count(value: Any, lowering: Lowering, scopes: Scopes) -> Any:
    """Lower a number of bytes or elements; construct takes bools as numbers.

    A number below 0 is refused by construct, when it parses or builds.
    """
    lowered = _expr(value, lowering, scopes)
    is_number = isinstance(lowered, int) and 0 <= lowered <= _MOST
    if not isinstance(lowered, Expr) and not is_number:
        raise Unsupported("a number that is below 0 or beyond all sizes")
    return int(lowered) if isinstance(lowered, bool) else lowered


def _leaf(sub: Any, lowering: Lowering, scopes: Scopes) -> Kind | None:
    """Return the kind of a construct without others inside, or None."""
    if type(sub) is c.FormatField:
        return _format_field(sub)
    if type(sub) is c.BytesInteger:
        if not _is_width(sub.length) or callable(sub.swapped):
            raise Unsupported("an integer whose width depends on the context")
        return _int(sub.length, sub.signed, "little" if sub.swapped else "big")
    if type(sub) is c.Bytes:
        return kinds.FixedBytes(_count(sub.length, lowering, scopes))
    if sub is c.Flag or type(sub) is type(c.Flag):
        return kinds.Bool(lenient=True)
    if type(sub) is type(c.Pass):
        return kinds.Unit(None)
    if type(sub) is c.Computed:
        return kinds.Computed(_expr(sub.func, lowering, scopes))
    if type(sub) is c.StringEncoded:
        return _string(sub, lowering)
    return None


def _int(size: int, signed: bool, byteorder: Any) -> kinds.Int:
    return kinds.Int(f"{'i' if signed else 'u'}{8 * size}", size, bool(signed), False, byteorder, False)


def _format_field(sub: Any) -> Kind:
    order, code = sub.fmtstr[0], sub.fmtstr[1]
    byteorder = {"<": "little", ">": "big"}.get(order, sys.byteorder)
    if code in "efd":
        return kinds.Float(sub.length, byteorder)  # type: ignore[arg-type]
    if code == "?" or code not in "bBhHiIlLqQ":
        raise Unsupported(f"the format {sub.fmtstr!r}")
    return _int(sub.length, code.islower(), byteorder)


def _string(sub: Any, lowering: Lowering) -> Kind:
    """Lower a `PascalString`: text after its length in bytes."""
    inner = sub.subcon
    if type(inner) is not c.Prefixed or inner.subcon is not c.GreedyBytes or inner.includelength:
        raise Unsupported("a string that is not length-prefixed")
    length = _length(inner.lengthfield, lowering)
    if length is None:
        raise Unsupported("a string whose length is not an integer")
    try:
        b"-".decode(sub.encoding)
    except LookupError:
        raise SchemaError(
            f"a PascalString in {sub.encoding!r}, which is not a text encoding of Python"
        ) from None
    except ValueError:
        pass  # too few bytes for a character
    return kinds.Str(length, sub.encoding)


def _struct(sub: Any, lowering: Lowering, scopes: Scopes) -> Task:
    if STREAMS in lowering.reaching:
        raise Unsupported("a Struct whose stream is used again")
    if any(map(lowering.traits.may_stop, sub.subcons)):
        raise Unsupported("a Struct that may stop early")
    check_names(sub.subcons)
    frame = OuterStruct()
    fields: list[kinds.Field] = []
    for part in sub.subcons:
        frame.position = len(fields)
        fields.append(field_of(part, (yield lowering.lower(part, lowering, (*scopes, frame)))))
    for named, position in frame.by_classes:
        check_name(named, [each.attr for each in fields], position, "the Struct around it")
    names = [f.attr for f in fields if f.attr is not None]

    def make(values: list[Any]) -> Any:
        return c.Container(zip(names, values, strict=True))

    subcons = sub._subcons if frame.is_whole else None
    return kinds.Struct(
        "", "struct", None, "", tuple(fields), make, frame.used, frozenset(frame.names), subcons
    )


def _prefixed_array(sub: Any, lowering: Lowering, scopes: Scopes) -> Task:
    """Lower a `PrefixedArray`, which construct composes of a `FocusedSeq`."""
    parts = {part.name: part.subcon for part in sub.subcons if type(part) is c.Renamed}
    count: Any = parts.get("count")
    items: Any = parts.get("items")
    if list(parts) != ["count", "items"] or sub.parsebuildfrom != "items" or len(sub.subcons) != 2:
        raise Unsupported("a FocusedSeq that is not a PrefixedArray")
    if type(count) is not c.Rebuild or str(count.func) != "len_(this['items'])":
        raise Unsupported("a FocusedSeq that is not a PrefixedArray")
    if type(items) is not c.Array or str(items.count) != "this['count']" or items.discard:
        raise Unsupported("a FocusedSeq that is not a PrefixedArray")
    length = _length(count.subcon, lowering)
    if length is None or items.parsed is not None:
        raise Unsupported("a PrefixedArray whose count is not an integer")
    # construct gives the elements a context of their own, which expressions of a Seq can't name.
    frame, array = OuterStruct(), OuterArray()
    lowering.arrays.append(array)
    try:
        item = yield lowering.lower(items.subcon, lowering, (*scopes, frame))
    finally:
        lowering.arrays.pop()
    if not frame.used:
        return kinds.Seq(item, length)
    inside = (*scopes, frame)
    array_kind = kinds.Array(item, _count(items.count, lowering, inside), array.used)
    count_field = field_of(sub.subcons[0], (yield lowering.lower(sub.subcons[0], lowering, inside)))
    return focus_of(sub, (count_field, field_of(sub.subcons[1], array_kind)), lowering, scopes)


def _lazy_bound(sub: Any, lowering: Lowering, scopes: Scopes) -> Task:
    try:
        target = sub.subconfunc()
    except Exception:
        raise Unsupported("a LazyBound that needs its context") from None
    place: Place = (sub, ())  # its function may make another target each time
    if sub in lowering.reaching:
        lowering.look_anywhere(scopes)
    if place in lowering.by_place:
        return lowering.by_place[place]
    if place in lowering.open:
        return lowering.refer(target.name or "", place)
    if len(lowering.open) == _MOST_OPEN:
        raise Unsupported("a LazyBound that makes further ones without end")
    lowering.open.add(place)
    outside, lowering.reaches_out = lowering.reaches_out, False
    named, lowering.outside = lowering.outside, set()
    arrays, lowering.arrays = lowering.arrays, []
    inside, lowering.inside = lowering.inside, set()
    try:
        kind = yield lowering.lower(target, lowering, ())
    finally:
        lowering.open.discard(place)
        lowering.arrays, lowering.outside, lowering.inside = arrays, named, inside
    if lowering.reaches_out:
        lowering.reaching.add(sub)
        lowering.look_anywhere(scopes)
    lowering.reaches_out |= outside
    lowering.by_place[place] = kind
    return kind


def _array(sub: Any, lowering: Lowering, scopes: Scopes) -> Task:
    if sub.discard:
        raise Unsupported("an Array that discards its elements")
    count = _count(sub.count, lowering, scopes)
    frame = OuterArray()
    lowering.arrays.append(frame)
    try:
        item = yield lowering.lower(sub.subcon, lowering, scopes)
    finally:
        lowering.arrays.pop()
    return kinds.Array(item, count, frame.used)


def _length(sub: Any, lowering: Lowering) -> kinds.Int | None:
    """Return the kind of a length, also of one with an encoding of its own; None if it is not an integer."""
    if sub.parsed is not None:
        return None
    if isinstance(sub, OwnConstruct):
        kind, config = getattr(sub, "kind", None), getattr(sub, "config", None)
        if not isinstance(kind, kinds.Int) or kind.nonzero or config is None:
            return None
        variable = kind.variable if kind.variable is not None else config.varint(kind.size) or False
        return dataclasses.replace(kind, byteorder=kind.byteorder or config.byteorder, variable=variable)
    length = _leaf(sub, lowering, ())
    return length if isinstance(length, kinds.Int) else None


def _prefixed(sub: Any, lowering: Lowering, scopes: Scopes) -> _Make:
    length = _length(sub.lengthfield, lowering)
    if length is None or (sub.includelength and length.variable):
        raise Unsupported("a Prefixed whose length is not a fixed-width integer")

    def make(inner: Kind) -> Kind:
        if isinstance(inner, kinds.Leaf) and inner.construct is c.GreedyBytes and not sub.includelength:
            return kinds.Bytes(length=length)
        return kinds.Prefixed(inner, length, length.size if sub.includelength else 0)

    return make


def _padded(sub: Any, lowering: Lowering, scopes: Scopes) -> _Make:
    count = _count(sub.length, lowering, scopes)
    return lambda inner: kinds.Padded(inner, count, sub.pattern)


def _rebuild(sub: Any, lowering: Lowering, scopes: Scopes) -> _Make:
    value = _expr(sub.func, lowering, scopes, when_written=True)
    return lambda inner: kinds.Rebuild(inner, value)


def _default(sub: Any, lowering: Lowering, scopes: Scopes) -> _Make:
    value = _expr(sub.value, lowering, scopes, when_written=True)
    return lambda inner: kinds.Default(inner, value)


#: Function from the kind of what is inside to the kind. It never refuses: what is inside would be lowered
#: again, which takes exponential time where such constructs are nested.
_Make = Callable[[Kind], Kind]
_WRAPPERS: dict[type, Callable[[Any, Lowering, Scopes], _Make]] = {
    c.Prefixed: _prefixed,
    c.Padded: _padded,
    c.Const: lambda sub, lowering, scopes: lambda inner: kinds.Const(inner, sub.value),
    c.Rebuild: _rebuild,
    c.Default: _default,
}


def _bits(sub: Any) -> Kind:
    """Lower a `BitStruct`: a Struct of bits in whole bytes."""
    inner = sub.subcon
    if type(sub) is not c.Transformed or sub.decodefunc is not c.lib.bytes2bits:
        raise Unsupported("a transformation of bytes")
    if type(inner) is not c.Struct or inner.parsed is not None:
        raise Unsupported("bits that are not a BitStruct")
    bits = tuple(_bit(part) for part in inner.subcons)
    total = sum(bit.width for bit in bits)
    if total % 8:
        raise Unsupported("a BitStruct that does not fill its bytes")
    return kinds.BitStruct(total // 8, bits)


def _is_width(length: Any) -> bool:
    return isinstance(length, int) and 0 < length <= _MOST


def _bit(part: Any) -> kinds.Bit:
    name, doc, sub = part.name, part.docs.strip() if isinstance(part.docs, str) else "", part
    if not isinstance(name, str | None):
        raise Unsupported("a name that is not text")
    while type(sub) is c.Renamed:
        if sub.parsed is not None:
            raise Unsupported("a `*` hook that sees every parsed value")
        sub = sub.subcon
    labels = None
    if type(sub) is c.Enum:
        labels = labels_of(sub)
        sub = sub.subcon
    if sub.parsed is not None:
        raise Unsupported("a `*` hook that sees every parsed value")
    if type(sub) is type(c.Flag):
        return kinds.Bit(name, 1, flag=True, doc=doc)
    if type(sub) is c.BitsInteger and _is_width(sub.length) and not sub.swapped:
        return kinds.Bit(name, sub.length, signed=bool(sub.signed), labels=labels, doc=doc)
    if type(sub) is c.Padded and sub.subcon is c.Pass and _is_width(sub.length):
        if sub.pattern != b"\0":
            raise Unsupported("padding bits that are not zero")
        return kinds.Bit(name, sub.length, padding=True, doc=doc)
    raise Unsupported(f"{type(sub).__name__} in a BitStruct")
