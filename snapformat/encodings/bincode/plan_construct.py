"""Planning the kinds that construct runs: as operations that generated code executes, if there are any."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import construct as c

from snapformat.encodings.bincode import construct_ops, ops
from snapformat.encodings.bincode.codec.collector import is_own
from snapformat.encodings.bincode.ops import Op, operations
from snapformat.model import kinds
from snapformat.model.expressions import Expr, lower_expr, lower_predicate
from snapformat.model.from_construct import kind_of_construct, predicate_of
from snapformat.model.from_construct.adapters import is_expression
from snapformat.model.from_construct.traits import constructs_in
from snapformat.model.kinds import Kind
from snapformat.trampoline import Task

if TYPE_CHECKING:
    from snapformat.encodings.bincode.plan import BincodePlanner


#: Largest number of bytes of a fixed size; longer ones don't fit into one format of `struct`.
_MOST = 1 << 30


def plan_run(kind: kinds.Run, planner: BincodePlanner) -> Task:
    """Return the operation of a kind, as a task: one that lets construct run if there is no other."""
    made: Op | None = None
    sub = kind.construct
    if getattr(sub, "parsed", None) is None:
        if isinstance(kind, kinds.Leaf):
            made = yield _leaf(kind, planner)
        elif type(sub) in _PLANS and not isinstance(kind, kinds.Opaque):
            made = yield _PLANS[type(sub)](kind, planner)
    return ops.Run(sub, kind.is_pure, kind.reads_context) if made is None else made


# --- leaves ---------------------------------------------------------------------------------------------

_SIMPLE: dict[type, Callable[[], Op]] = {
    type(c.GreedyBytes): construct_ops.GreedyBytes,
    type(c.Tell): construct_ops.Tell,
    type(c.Terminated): construct_ops.Terminated,
    type(c.VarInt): lambda: construct_ops.VarInt(signed=False),
    type(c.ZigZag): lambda: construct_ops.VarInt(signed=True),
}


def _leaf(kind: kinds.Leaf, planner: BincodePlanner) -> Task:
    """Return the operation of a construct without parts that values are made of; None if there is none."""
    sub = kind.construct
    inner: Any = None if kind.inner is None else (yield planner.of(kind.inner))
    if type(sub) in _SIMPLE:
        return _SIMPLE[type(sub)]()
    match sub:
        case c.Check() if not _is_foreign(condition := lower_expr(sub.func)):
            return construct_ops.Check(condition)
        case c.Bytes() if (count := _count(sub.length)) is not None:
            return ops.FixedBytes(count)
        case c.BitsInteger() if type(sub.length) is int and 0 < sub.length <= _MOST and not sub.swapped:
            return construct_ops.BitsInteger(sub.length, bool(sub.signed))
        case c.StringEncoded() if _is_text(sub.encoding):
            return construct_ops.StringEncoded(inner, sub.encoding)
        case c.Prefixed():
            return (yield _with_length(sub, inner, planner))
        case c.Subconstruct():
            return _cut(sub, inner)
    return None


def _is_text(encoding: Any) -> bool:
    try:
        return isinstance(encoding, str) and isinstance(b"".decode(encoding), str)
    except (LookupError, ValueError):
        return False


def _cut(sub: Any, item: Op) -> Op | None:
    """Return the operation of a construct that gives what is inside an end."""
    match sub:
        case c.FixedSized() if (count := _count(sub.length)) is not None:
            return construct_ops.FixedSized(item, count)
        case c.NullTerminated() if _is_unit(sub.term) and (sub.require or len(sub.term) == 1):
            flags = bool(sub.include), bool(sub.consume), bool(sub.require)
            return construct_ops.NullTerminated(item, sub.term, *flags)
        case c.NullStripped() if _is_unit(sub.pad):
            return construct_ops.NullStripped(item, sub.pad)
        case c.Aligned() if _count(sub.modulus) is not None and sub.modulus not in (0, 1):
            return construct_ops.Aligned(item, lower_expr(sub.modulus), sub.pattern)
    return None


def _count(value: Any) -> int | Expr | None:
    """Return a number, or an expression; None for what only construct understands."""
    lowered = lower_expr(value)
    if isinstance(lowered, Expr):
        return None if lowered.is_foreign else lowered
    return lowered if type(lowered) is int and 0 <= lowered <= _MOST else None


def _is_foreign(value: Any) -> bool:
    return isinstance(value, Expr) and value.is_foreign


def _is_unit(value: Any) -> bool:
    return isinstance(value, bytes) and len(value) > 0


# --- kinds with parts -----------------------------------------------------------------------------------


def _around(kind: kinds.Around, planner: BincodePlanner) -> Task:
    return _cut(kind.construct, (yield planner.of(kind.item)))


def _renamed(kind: kinds.Around, planner: BincodePlanner) -> Task:
    return (yield planner.of(kind.item))


def _prefixed(kind: kinds.Around, planner: BincodePlanner) -> Task:
    return (yield _with_length(kind.construct, (yield planner.of(kind.item)), planner))


def _with_length(sub: Any, item: Op, planner: BincodePlanner) -> Task:
    """Return the operation of a `Prefixed`."""
    length = yield planner.of(kind_of_construct(sub.lengthfield))
    is_fixed = isinstance(length, ops.Int)
    if sub.includelength and not is_fixed:
        return None
    return ops.Prefixed(item, length, length.size if sub.includelength else 0)


def _pointer(kind: kinds.Around, planner: BincodePlanner) -> Task:
    offset = lower_expr(kind.construct.offset)
    is_number = type(offset) is int or (isinstance(offset, Expr) and not offset.is_foreign)
    if kind.construct.stream is not None or not is_number:
        return None
    return construct_ops.Pointer((yield planner.of(kind.item)), offset)


def _greedy_range(kind: kinds.Repeat, planner: BincodePlanner) -> Task:
    item = yield planner.of(kind.item)
    if kind.is_stopped or kind.construct.discard or (yield _runs_foreign_code(kind.item, planner.foreign)):
        return None
    return construct_ops.GreedyRange(item)


def _runs_foreign_code(kind: Kind, known: dict[Kind, bool]) -> Task:
    """Return whether an adapter or a hook of a user runs when a value is read.

    Where a part may be missing, generated code lets the reference confirm that it can't be read: such code
    would run twice.
    """
    if kind not in known:
        known[kind] = False  # for a kind that contains itself
        found = _is_foreign_kind(kind)
        for part in kind.children():
            found |= yield _runs_foreign_code(part, known)
        known[kind] = found
    return known[kind]


def _is_foreign_kind(kind: Kind) -> bool:
    if isinstance(kind, kinds.Run):
        parts = [kind.construct] if kind.parts else constructs_in(kind.construct)
        return any(map(_has_foreign_code, parts))
    return isinstance(kind, kinds.Adapted) and not is_own(kind.decode)


def _has_foreign_code(sub: Any) -> bool:
    if isinstance(sub, c.ExprValidator):
        return predicate_of(sub) is None
    module = type(sub).__module__.partition(".")[0]
    is_own_class = module in ("construct", "snapformat")
    if isinstance(sub, c.ExprAdapter):
        is_own_class = is_expression(sub)
    return getattr(sub, "parsed", None) is not None or not is_own_class


def _repeat_until(kind: kinds.Repeat, planner: BincodePlanner) -> Task:
    predicate = lower_predicate(kind.construct.predicate)
    if predicate is None or kind.is_stopped or kind.construct.discard:
        return None
    return construct_ops.RepeatUntil((yield planner.of(kind.item)), predicate)


def _select(kind: kinds.Choice, planner: BincodePlanner) -> Task:
    if len(kind.fields) != 2 or kind.subs[1] is not c.Pass or kind.is_stopped:
        return None
    if (yield _runs_foreign_code(kind.fields[0].kind, planner.foreign)):
        return None
    return construct_ops.Optional((yield planner.of(kind.fields[0].kind)))


def _raw_copy(kind: kinds.Raw, planner: BincodePlanner) -> Task:
    return construct_ops.RawCopy((yield planner.of(kind.item)))


def _checksum(kind: kinds.Around, planner: BincodePlanner) -> Task:
    sub, data = kind.construct, lower_expr(kind.construct.bytesfunc)
    if not isinstance(data, Expr) or data.is_foreign:
        return None
    return construct_ops.Checksum((yield planner.of(kind.item)), sub.hashfunc, data)


def _validated(kind: kinds.Around, planner: BincodePlanner) -> Task:
    predicate = predicate_of(kind.construct)
    if predicate is None:
        return None
    return construct_ops.Validated((yield planner.of(kind.item)), predicate)


#: Operations that depend on where they are.
_LOCATED = (
    ops.Run,
    ops.Interpret,
    ops.Call,
    construct_ops.Tell,
    construct_ops.Pointer,
    construct_ops.RawCopy,
)


def _transformed(kind: kinds.Around, planner: BincodePlanner) -> Task:
    sub = kind.construct
    size = sub.decodeamount
    if type(size) is not int or sub.encodeamount != size or size <= 0:
        return None
    item = yield planner.of(kind.item)
    if any(isinstance(op, _LOCATED) or any(e.is_foreign for e in op.expressions) for op in operations(item)):
        return None
    return construct_ops.Transformed(item, size, sub.decodefunc, sub.encodefunc)


def _fields(kind: kinds.Grouped, planner: BincodePlanner) -> Task:
    fields = []
    for each in kind.fields:
        fields.append(ops.Field(each.attr, (yield planner.of(each.kind)), each.optional, each.name))
    return tuple(fields)


def _sequence(kind: kinds.Items, planner: BincodePlanner) -> Task:
    if kind.is_stopped:
        return None
    return construct_ops.Sequence((yield _fields(kind, planner)), kind.subcons)


def _focused(kind: kinds.Focus, planner: BincodePlanner) -> Task:
    if kind.position is None:
        return None
    return construct_ops.FocusedSeq((yield _fields(kind, planner)), kind.subcons, kind.position)


_PLANS: dict[type, Callable[[Any, BincodePlanner], Task]] = {
    c.Renamed: _renamed,
    c.FixedSized: _around,
    c.NullTerminated: _around,
    c.NullStripped: _around,
    c.Aligned: _around,
    c.Prefixed: _prefixed,
    c.Pointer: _pointer,
    c.GreedyRange: _greedy_range,
    c.RepeatUntil: _repeat_until,
    c.Select: _select,
    c.RawCopy: _raw_copy,
    c.Checksum: _checksum,
    c.ExprValidator: _validated,
    c.Transformed: _transformed,
    c.Sequence: _sequence,
    c.FocusedSeq: _focused,
}
