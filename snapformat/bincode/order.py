"""Rust's order of values, in which sorted maps and sets are written (`Ord` as derive makes it)."""

from __future__ import annotations

from typing import Any

from snapformat.bincode import checks, kinds
from snapformat.bincode.checks import BadValue
from snapformat.bincode.containers import Some
from snapformat.bincode.kinds import Kind
from snapformat.steps import Step, TooDeep, run

#: Steps of a key: some for each level that a writer would take, by default.
_MOST_STEPS = 4096


def sort_key(kind: Kind, value: Any) -> Any:
    """A key that sorts values of `kind` as Rust does.

    Text compares by code points, which is the order of its UTF-8; None is before all; a variant declared
    first is before those declared later; structs, tuples and lists compare element by element.

    Raises:
        BadValue: The value doesn't fit the kind, or the kind has no order (floats, maps by hash).
    """
    try:
        return run(_key(kind, value), most=_MOST_STEPS)
    except TooDeep:
        raise BadValue("a value that is nested less deeply", "one that may be in a circle") from None


def _key(kind: Kind, value: Any) -> Step:
    match kind:
        case kinds.Int():
            return checks.as_int(value, kind.name, kind.size, kind.signed, kind.nonzero)
        case kinds.Bool():
            return checks.as_bool(value)
        case kinds.Bytes():
            return checks.as_bytes(value, kind.exact, kind.no_nul)
        case kinds.Char() | kinds.Str():
            return checks.as_str(value)  # the order of UTF-8 is that of code points
        case kinds.Unit():
            return ()
        case kinds.Adapted(item, _, encode):
            try:
                if kind.order is not None:
                    return kind.order(value)
                stored = encode(value)
            except (ValueError, TypeError) as error:
                raise BadValue(kind.name, str(error)) from None
            return (yield _key(item, stored))
        case kinds.Option(item, wrapped):
            if value is None:
                return (0,)
            inner = value.value if wrapped and isinstance(value, Some) else value
            return (1, (yield _key(item, inner)))
        case kinds.Seq(item) | kinds.Array(item) | kinds.Set(item):
            keys = []
            for element in value:
                keys.append((yield _key(item, element)))
            return sorted(keys) if isinstance(kind, kinds.Set) else keys
        case kinds.Tuple(items):
            keys = []
            for item, element in zip(items, value, strict=True):
                keys.append((yield _key(item, element)))
            return keys
        case kinds.Map(key, item, True):
            pairs = []
            for entry, element in value.items():
                pairs.append(((yield _key(key, entry)), (yield _key(item, element))))
            return sorted(pairs)
        case kinds.Struct():
            keys = []
            for field in kind.fields:
                keys.append((yield _key(field.kind, getattr(value, field.attr, None))))
            return keys
        case kinds.Enum():
            variant = variant_of(kind, value)
            if variant is None:
                raise BadValue(kind.name, type(value).__name__)
            payload = () if variant.payload is None else (yield _key(variant.payload, value))
            return (variant.rank, payload)
        case _:
            raise BadValue("a kind that has an order", type(kind).__name__)


def natural_type(kind: Kind) -> type | None:
    """The Python type whose own order is Rust's order of a kind, if there is one."""
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


def variant_of(kind: kinds.Enum, value: Any) -> kinds.EnumVariant | None:
    """The variant that a value is, or None."""
    for variant in kind.variants:
        if variant.payload is None:
            if variant.constant is value:
                return variant
        elif type(value) is variant.payload.cls:
            return variant
    return None


def has_order(kind: Kind) -> bool:
    """Whether Rust can sort values of this kind: what the key of a `BTreeMap` needs."""
    seen: set[int] = set()
    waiting = [kind]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        match current:
            case (
                kinds.Float() | kinds.Foreign() | kinds.Blob() | kinds.Map(_, _, False) | kinds.Set(_, False)
            ):
                return False
        waiting.extend(kinds.children(current))
    return True
