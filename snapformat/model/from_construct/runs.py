"""Constructs that construct runs, with their parts: see `model.kinds.run`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import construct as c
from construct.expr import ExprMixin

from snapformat.model import kinds
from snapformat.model.expressions import Unsupported, lower_expr
from snapformat.model.from_construct.names import check_names, name_of
from snapformat.model.from_construct.scopes import STREAMS, Lowering, OuterArray, OuterStruct, Scopes
from snapformat.model.from_construct.traits import AROUND, LEAVES, OfRun, parameters
from snapformat.model.kinds import Kind
from snapformat.model.surroundings import NamedField
from snapformat.trampoline import Task

#: Leaves if what is inside is one: bytes that are cut out, and nothing else.
_BYTES_AROUND = (c.NullTerminated, c.NullStripped, c.FixedSized, c.Prefixed, c.Padded, c.Aligned)


def lower_run(sub: Any, lowering: Lowering, scopes: Scopes) -> Task:
    """Return the kind of a construct that construct runs.

    Raises:
        Unsupported: It can't be analyzed.
    """
    traits = lowering.traits
    made = traits.of_run(sub)
    if traits.reads_context(sub):
        lowering.look_anywhere(scopes)
        _look_at_named(sub, lowering, scopes)
    kind = type(sub)
    if kind is c.Pointer and sub.stream is not None:
        lowering.reaching.add(STREAMS)
    if kind is c.StringEncoded:
        return kinds.Leaf(sub, *made, (yield lowering.lower(sub.subcon, lowering, scopes)))
    if kind in LEAVES:
        return kinds.Leaf(sub, *made)
    if kind in (c.Array, c.GreedyRange, c.RepeatUntil, c.LazyArray):
        item = yield _element(sub.subcon, lowering, scopes)
        return kinds.Repeat(sub, *made, sub.subcon, item)
    if kind is c.RawCopy:
        return kinds.Raw(sub, *made, sub.subcon, (yield lowering.lower(sub.subcon, lowering, scopes)))
    if kind is c.Checksum:
        part = sub.checksumfield
        return kinds.Around(sub, *made, part, (yield lowering.lower(part, lowering, scopes)))
    if kind in AROUND:
        item = yield lowering.lower(sub.subcon, lowering, scopes)
        if isinstance(item, kinds.Leaf) and kind in _BYTES_AROUND:
            return kinds.Leaf(sub, *made, item)
        return kinds.Around(sub, *made, sub.subcon, item)
    if kind in _GROUPS:
        if kind in (c.Struct, c.Union, c.LazyStruct):
            check_names(sub.subcons)
        fields = yield _fields(sub.subcons, lowering, scopes)
        return _GROUPS[kind](sub, made, fields, tuple(sub.subcons))
    raise Unsupported(f"no lowering of {kind.__name__}")


#: Classes with a parameter that is not a function of the context around: it sees a value, or fields inside.
_OF_OTHERS = (c.RepeatUntil, c.ExprValidator, c.FocusedSeq, c.Union)


def _look_at_named(sub: Any, lowering: Lowering, scopes: Scopes) -> None:
    """Record the fields that the parameters of a construct name."""
    if isinstance(sub, _OF_OTHERS):
        return
    when_written = isinstance(sub, c.Rebuild | c.Default)
    for parameter in parameters(sub):
        lowered = lower_expr(parameter) if isinstance(parameter, ExprMixin) else None
        for levels_up, name in () if lowered is None else lowered.names:
            lowering.look_at(NamedField(levels_up, name, when_written), scopes)


def _element(sub: Any, lowering: Lowering, scopes: Scopes) -> Task:
    lowering.arrays.append(OuterArray())
    try:
        return (yield lowering.lower(sub, lowering, scopes))
    finally:
        lowering.arrays.pop()


def field_of(part: Any, kind: Kind) -> kinds.Field:
    """Return the field of a construct in a group."""
    docs = part.docs.strip() if isinstance(part.docs, str) else ""
    attr = part.name or None  # parts with an empty name are left out of the container, too
    return kinds.Field(name_of(part), attr, kind, docs, optional=bool(part.flagbuildnone))


def _fields(subs: list[Any], lowering: Lowering, scopes: Scopes) -> Task:
    frame = OuterStruct()
    fields = []
    for part in subs:
        fields.append(field_of(part, (yield lowering.lower(part, lowering, (*scopes, frame)))))
    return tuple(fields)


def focus_of(sub: Any, fields: tuple[kinds.Field, ...], lowering: Lowering, scopes: Scopes) -> Kind:
    """Return the kind of a `FocusedSeq` whose parts are lowered already."""
    lowering.look_anywhere(scopes)
    made = lowering.traits.of_run(sub)
    return _focus(sub, made, fields, tuple(sub.subcons))


_Fields = tuple[kinds.Field, ...]


def _focus(sub: Any, made: OfRun, fields: _Fields, subs: tuple[Any, ...]) -> Kind:
    return kinds.Focus(sub, *made, fields, subs, sub._subcons, lower_expr(sub.parsebuildfrom))


def _named(sub: Any, made: OfRun, fields: _Fields, subs: tuple[Any, ...]) -> Kind:
    return kinds.Fields(sub, *made, fields, subs, sub._subcons)


_GROUPS: dict[type, Callable[[Any, OfRun, _Fields, tuple[Any, ...]], Kind]] = {
    c.Sequence: lambda sub, made, fields, subs: kinds.Items(sub, *made, fields, subs, sub._subcons),
    c.Select: lambda sub, made, fields, subs: kinds.Choice(sub, *made, fields, subs, c.Container()),
    c.FocusedSeq: _focus,
    c.Struct: _named,
    c.Union: _named,
    c.LazyStruct: _named,
}
