"""Constructs that construct runs, with their parts: see `model.kinds.run`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import construct as c

from snapformat.model import kinds
from snapformat.model.expressions import Unsupported
from snapformat.model.from_construct.costs import cost_of
from snapformat.model.from_construct.names import name_of
from snapformat.model.from_construct.scopes import Lowering, OuterArray, OuterStruct, Scopes
from snapformat.model.kinds import Kind
from snapformat.trampoline import Task

#: construct's classes without parts, whose values are text, numbers, bytes or None.
_LEAVES = (
    type(c.VarInt),
    type(c.ZigZag),
    c.FormatField,
    c.BytesInteger,
    c.BitsInteger,
    type(c.GreedyBytes),
    c.Bytes,
    type(c.Flag),
    type(c.Pass),
    type(c.Terminated),
    type(c.Tell),
    type(c.Index),
    type(c.Error),
    c.Seek,
    c.Check,
    c.StopIf,
    c.Computed,
    c.StringEncoded,
)
#: construct's classes around another construct whose value they have.
_AROUND = (
    c.Renamed,
    c.Pointer,
    c.Peek,
    c.Aligned,
    c.Padded,
    c.OffsettedEnd,
    c.Prefixed,
    c.FixedSized,
    c.NullTerminated,
    c.NullStripped,
    c.RestreamData,
    c.Transformed,
    c.Restreamed,
    c.ProcessXor,
    c.ProcessRotateLeft,
    c.Compressed,
    c.CompressedLZ4,
    c.Rebuffered,
    c.Hex,
    c.HexDump,
    c.ExprValidator,
    c.Const,
    c.Default,
    c.Rebuild,
    c.Lazy,
)
#: Leaves if what is inside is one: bytes that are cut out, and nothing else.
_BYTES_AROUND = (c.NullTerminated, c.NullStripped, c.FixedSized, c.Prefixed, c.Padded, c.Aligned)


def lower_run(sub: Any, lowering: Lowering, scopes: Scopes) -> Task:
    """Return the kind of a construct that construct runs.

    Raises:
        Unsupported: It can't be analyzed.
    """
    made = cost_of(sub), is_pure(sub)
    if not made[1] and reads_context(sub):
        lowering.look_anywhere(scopes)
    kind = type(sub)
    if kind in _LEAVES:
        return kinds.Leaf(sub, *made)
    if kind in (c.Array, c.GreedyRange, c.RepeatUntil, c.LazyArray):
        if getattr(sub, "discard", False):
            raise Unsupported(f"{kind.__name__} that discards its elements")
        item = yield _element(sub.subcon, lowering, scopes)
        return kinds.Repeat(sub, *made, sub.subcon, item)
    if kind is c.RawCopy:
        return kinds.Raw(sub, *made, sub.subcon, (yield lowering.lower(sub.subcon, lowering, scopes)))
    if kind is c.Checksum:
        part = sub.checksumfield
        return kinds.Around(sub, *made, part, (yield lowering.lower(part, lowering, scopes)))
    if kind in _AROUND:
        item = yield lowering.lower(sub.subcon, lowering, scopes)
        if isinstance(item, kinds.Leaf) and kind in _BYTES_AROUND:
            return kinds.Leaf(sub, *made)
        return kinds.Around(sub, *made, sub.subcon, item)
    if kind in _GROUPS:
        subs = _parts_of(sub)
        fields = yield _fields(subs, lowering, scopes)
        return _GROUPS[kind](sub, made, fields, tuple(subs))
    raise Unsupported(f"no lowering of {kind.__name__}")


def _element(sub: Any, lowering: Lowering, scopes: Scopes) -> Task:
    lowering.arrays.append(OuterArray())
    try:
        return (yield lowering.lower(sub, lowering, scopes))
    finally:
        lowering.arrays.pop()


def _parts_of(sub: Any) -> list[Any]:
    return list(sub.subcons)


def _fields(subs: list[Any], lowering: Lowering, scopes: Scopes) -> Task:
    frame = OuterStruct()
    fields = []
    for part in subs:
        kind = yield lowering.lower(part, lowering, (*scopes, frame))
        docs = part.docs.strip() if isinstance(part.docs, str) else ""
        attr = part.name or None
        fields.append(kinds.Field(name_of(part), attr, kind, docs, optional=bool(part.flagbuildnone)))
    return tuple(fields)


#: The cost and the purity of a construct.
_Made = tuple[int, bool]
_Fields = tuple[kinds.Field, ...]


def _focus(sub: Any, made: _Made, fields: _Fields, subs: tuple[Any, ...]) -> Kind:
    names = [part.name for part in subs]
    if callable(sub.parsebuildfrom) or sub.parsebuildfrom not in names:
        raise Unsupported("a FocusedSeq whose value is chosen by its context")
    position = names.index(sub.parsebuildfrom)
    return kinds.Focus(sub, *made, fields, subs, sub._subcons, position)


def _named(sub: Any, made: _Made, fields: _Fields, subs: tuple[Any, ...]) -> Kind:
    names = [each.name for each in fields if each.attr is not None]
    if len(set(names)) != len(names):
        raise Unsupported("two fields of one name")
    return kinds.Fields(sub, *made, fields, subs, sub._subcons)


_GROUPS: dict[type, Callable[[Any, _Made, _Fields, tuple[Any, ...]], Kind]] = {
    c.Sequence: lambda sub, made, fields, subs: kinds.Items(sub, *made, fields, subs, sub._subcons),
    c.Select: lambda sub, made, fields, subs: kinds.Choice(sub, *made, fields, subs, c.Container()),
    c.FocusedSeq: _focus,
    c.Struct: _named,
    c.Union: _named,
    c.LazyStruct: _named,
}


# --- what a construct looks at --------------------------------------------------------------------------

#: construct's classes that read the context only by their parameters and what is inside.
_SELF_CONTAINED = {
    *_LEAVES,
    *_AROUND,
    *_GROUPS,
    c.Array,
    c.GreedyRange,
    c.RepeatUntil,
    c.RawCopy,
    c.Enum,
    c.FlagsEnum,
    c.Mapping,
    c.IfThenElse,
    c.Switch,
    c.NamedTuple,
    c.Slicing,
    c.Indexing,
} - {type(c.Index)}
#: Classes whose functions are no parameters that see the context.
_OF_BYTES = (c.Transformed, c.Restreamed, c.Restreamed)


def reads_context(sub: Any) -> bool:
    """Return whether a construct might read its context; unknown classes might."""
    if not isinstance(sub, c.Construct) or sub.parsed is not None or type(sub) not in _SELF_CONTAINED:
        return True
    return any(
        reads_context(held) if isinstance(held, c.Construct) else callable(held)
        for held in _held(sub)
        if not (callable(held) and type(sub) in _OF_BYTES)
    )


def may_stop(sub: Any) -> bool:
    """Return whether a part of a Struct may end the Struct early, by a `StopIf`."""
    if type(sub) is c.StopIf:
        return True
    if not isinstance(sub, c.Construct) or isinstance(sub, c.Struct | c.Sequence | c.GreedyRange):
        return False
    return any(may_stop(held) for held in _held(sub))


#: Classes that read to the end of the data.
_GREEDY = (type(c.GreedyBytes), c.GreedyRange, type(c.Terminated), c.Select, c.OffsettedEnd)
#: Classes that look at, or change, the position.
_PLACED = (type(c.Tell), c.Seek, c.Pointer, c.Peek, c.Union, c.RawCopy, c.LazyStruct, c.LazyArray, c.Lazy)
#: Classes that give what is inside an end of its own.
_ENDING = (c.FixedSized, c.Prefixed, c.NullTerminated)


def is_pure(sub: Any, *, has_end: bool = False) -> bool:
    """Return whether a construct looks neither at its context, nor at positions, nor at the data's end."""
    if reads_context(sub) or type(sub) in _PLACED or (type(sub) in _GREEDY and not has_end):
        return False
    has_end = has_end or type(sub) in _ENDING
    return all(is_pure(held, has_end=has_end) for held in _held(sub) if isinstance(held, c.Construct))


def _held(sub: Any) -> list[Any]:
    """Return the parameters of a construct, and those in lists of it."""
    found: list[Any] = []
    for name, held in vars(sub).items():
        if name.startswith("_") or name in ("name", "docs", "parsed"):
            continue  # `_` names were added by construct's own macros for its compiler
        if isinstance(held, list | tuple):
            found.extend(held)
        elif isinstance(held, dict):
            found.extend(held.values())
        else:
            found.append(held)
    return found
