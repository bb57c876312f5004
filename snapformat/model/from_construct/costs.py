"""Costs of values that construct makes of no bytes (see `model.costs`), and the fewest bytes of others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import construct

from snapformat.model import kinds
from snapformat.trampoline import Task, run


def cost_of(*subs: Any, known: dict[int, int] | None = None) -> int:
    """Return the cost of a value of these constructs: the number of constructs that run, at least 1.

    Elements of arrays are counted by themselves. Where a construct refers to one around it, construct itself
    bounds the depth. For zero-sized values of the vocabulary it is the cost that `model.costs` gives.

    Args:
        subs: The constructs.
        known: Costs found so far, by the `id` of constructs that the caller keeps.
    """
    known = {} if known is None else known
    cost: int = sum(run(_constructs_in(sub, known)) - 1 for sub in subs)
    return max(1, cost)


def _constructs_in(sub: Any, known: dict[int, int]) -> Task:
    if id(sub) not in known:
        known[id(sub)] = 1  # for a construct that contains itself
        attributes = getattr(sub, "__dict__", {})
        kind = attributes.get("kind")
        if isinstance(sub, construct.Array) or isinstance(kind, kinds.Array):
            total = 2  # a list, whose elements are counted by themselves
        else:
            total = int(not isinstance(sub, construct.Renamed)) + _skipped_fields(kind)
            for inner in _constructs_of(attributes):
                total += yield _constructs_in(inner, known)
        known[id(sub)] = total
    return known[id(sub)]


def _constructs_of(attributes: dict[str, Any]) -> Iterator[Any]:
    for name, held in attributes.items():
        if name.startswith("_"):  # construct's own tables of another attribute
            continue
        several: Any = [held]
        if isinstance(held, dict | list | tuple):
            several = held.values() if isinstance(held, dict) else held
        yield from (inner for inner in several if isinstance(inner, construct.Construct))


def _skipped_fields(kind: Any) -> int:
    return kind.skipped if isinstance(kind, kinds.Struct) else 0


#: Classes that read at least what is inside.
_AROUND_ALL = (
    construct.Renamed,
    construct.RawCopy,
    construct.ExprValidator,
    construct.Aligned,
)


def fewest_bytes(sub: Any) -> int | None:
    """Return a number of bytes that a value takes at least; None if it is that of the construct inside."""
    match sub:
        case construct.FormatField():
            return int(sub.length)
        case construct.Bytes() | construct.BytesInteger() | construct.FixedSized():
            return _constant(sub.length)
        case construct.Transformed():
            return _constant(sub.decodeamount)
        case construct.NullTerminated():
            return len(sub.term) if sub.require and sub.consume else 0
        case construct.Prefixed():
            return _inside(sub.lengthfield)
        case construct.StringEncoded():
            return _inside(sub.subcon)
    if type(sub) in (type(construct.VarInt), type(construct.ZigZag)):
        return 1
    return None if type(sub) in _AROUND_ALL else 0


def _inside(sub: Any) -> int:
    found = fewest_bytes(sub)
    while found is None:
        sub = sub.subcon
        found = fewest_bytes(sub)
    return found


def _constant(value: Any) -> int:
    return max(0, value) if type(value) is int else 0
