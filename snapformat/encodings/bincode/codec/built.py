"""Whether building changes a value: a default is filled in, a count is computed, a tuple becomes a list.

An expression sees the built value of a field, which mostly is the given value.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from snapformat.encodings.bincode import construct_ops, ops
from snapformat.encodings.bincode.ops import Op
from snapformat.trampoline import Task, run

_known: WeakKeyDictionary[Op, bool] = WeakKeyDictionary()


def may_change(op: Op) -> bool:
    """Return whether the built value of an operation may differ from the given one."""
    found: bool = run(_may_change(op))
    return found


def _may_change(op: Op) -> Task:
    if op not in _known:
        _known[op] = True  # for an operation that contains itself
        _known[op] = yield _changes(op)
    return _known[op]


def _changes(op: Op) -> Task:
    match op:
        case ops.Struct():
            for field in op.fields:
                if field.optional or (yield _may_change(field.op)):
                    return True
            return False
        case ops.Enum():
            for variant in op.variants:
                if variant.payload is not None and (yield _may_change(variant.payload)):
                    return True
            return False
        case ops.Option() | ops.Padded() | ops.Prefixed():
            return (yield _may_change(op.item))
        case ops.Switch():
            for case in (*op.cases.values(), op.default):
                if (yield _may_change(case)):
                    return True
            return False
        case ops.If():
            return (yield _may_change(op.then)) or (yield _may_change(op.otherwise))
        case ops.Call():
            return (yield _may_change(op.target))
        case (
            construct_ops.StringEncoded()
            | construct_ops.Validated()
            | construct_ops.VarInt()
            | construct_ops.BitsInteger()
        ):
            return False
        case (
            ops.Seq()
            | ops.Array()
            | ops.Tuple()
            | ops.Bytes()
            | ops.FixedBytes()
            | ops.Run()
            | ops.OfConstruct()
            | ops.Interpret()
            | ops.Computed()
            | ops.Const()
            | ops.Rebuild()
            | ops.Default()
        ):
            return True
    return False
