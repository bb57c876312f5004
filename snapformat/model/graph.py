"""Walks over a kind and the kinds inside it, and properties that follow from these."""

from __future__ import annotations

from collections.abc import Iterator

from snapformat.model import kinds
from snapformat.model.kinds import Kind
from snapformat.trampoline import Task, run


def walk_kinds(*roots: Kind) -> Iterator[Kind]:
    """Iterate over kinds and all kinds below them, each once, in the order in which they are met."""
    seen: set[int] = set()
    waiting = [*reversed(roots)]
    while waiting:
        kind = waiting.pop()
        if id(kind) not in seen:
            seen.add(id(kind))
            yield kind
            waiting.extend(reversed(kind.children()))


def is_zero_sized(kind: Kind) -> bool:
    """Return whether values of this kind never take bytes, so that the data does not bound their number."""
    return kind.derive(is_zero_sized, lambda: (bool(run(_is_zero_sized(kind, {}))),))[0]


def _is_zero_sized(kind: Kind, known: dict[int, bool]) -> Task:
    if id(kind) in known:
        return known[id(kind)]
    match kind:
        case kinds.Unit() | kinds.Computed():
            items: tuple[Kind, ...] | None = ()
        case kinds.FixedBytes():
            items = () if kind.count == 0 else None
        case kinds.Padded():
            items = (kind.item,) if kind.count == 0 else None
        case kinds.Array():
            items = () if kind.count == 0 else (kind.item,)
        case (
            kinds.Tuple()
            | kinds.Struct()
            | kinds.Adapted()
            | kinds.Labelled()
            | kinds.Const()
            | kinds.Rebuild()
            | kinds.Default()
            | kinds.Encoded()
        ):
            items = tuple(kind.children())
        case kinds.Foreign():
            items = None if kind.target is None else (kind.target,)
        case _:
            items = None
    known[id(kind)] = items is not None
    for item in items or ():
        if not (yield _is_zero_sized(item, known)):
            known[id(kind)] = False
            break
    return known[id(kind)]


def may_be_empty(kind: Kind) -> bool:
    """Return whether it depends on constructs of unknown size if values of this kind take bytes."""
    found = False
    seen: set[int] = set()
    waiting = [kind]
    while waiting:
        current = waiting.pop()
        if id(current) in seen or (isinstance(current, kinds.Array) and current.count == 0):
            continue
        seen.add(id(current))
        if isinstance(current, kinds.Foreign):
            found = True
        elif isinstance(current, kinds.Array | kinds.Tuple | kinds.Struct | kinds.Adapted | kinds.Encoded):
            waiting.extend(current.children())
        elif not isinstance(current, kinds.Unit):
            return False
    return found


def has_order(kind: Kind) -> bool:
    """Return whether Rust can sort values of this kind, as the key of a `BTreeMap` needs."""
    return not any(
        isinstance(inner, kinds.Float | kinds.Foreign | kinds.Blob)
        or (isinstance(inner, kinds.Map | kinds.Set) and not inner.ordered)
        for inner in walk_kinds(kind)
    )


def holds_sorted(kind: Kind) -> bool:
    """Return whether values of this kind contain maps or sets, which must be sorted for a comparison."""
    return any(isinstance(inner, kinds.Set | kinds.Map) for inner in walk_kinds(kind))


def natural_type(kind: Kind) -> type | None:
    """Return the Python type whose own order is Rust's order of a kind, or None."""
    match kind:
        case kinds.Int():
            return int
        case kinds.Bool():
            return bool
        case kinds.Bytes():
            return bytes
        case kinds.Char() | kinds.Str():
            return str
    return None
