"""Rust's order of values, in which sorted maps and sets are written (`Ord` as derive makes it)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snapformat.model import checks, kinds
from snapformat.model.checks import BadValue, reason
from snapformat.model.kinds import Kind
from snapformat.model.values import Some
from snapformat.trampoline import Task, TooDeepError, run

#: Steps of a key: some for each level that a writer would take, by default.
_MOST_STEPS = 4096


#: Keys of the maps and sets that were sorted in one write, by the identities of kind and value; with the
#: value, so that no other gets its identity.
KnownKeys = dict[tuple[int, int], tuple[Any, "_Sorted"]]


class _Sorted:
    """The key of a sorted map or set inside of a key: held by reference, compared without the stack."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[Any]) -> None:
        parts.sort()
        self.parts = parts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sorted) and not _compared(self.parts, other.parts)

    def __lt__(self, other: _Sorted) -> bool:
        return _compared(self.parts, other.parts) < 0

    __hash__ = None  # type: ignore[assignment]  # only sorted by


def _compared(one: list[Any], two: list[Any]) -> int:
    """Below, at or above 0 as keys compare: element by element, then by length."""
    waiting: list[tuple[Iterator[tuple[Any, Any]], int]] = [(iter([(one, two)]), 0)]
    while waiting:
        pairs, longer = waiting[-1]
        for left, right in pairs:
            if isinstance(left, _Sorted) and isinstance(right, _Sorted):
                left, right = left.parts, right.parts
            if left is right:
                continue
            if isinstance(left, list | tuple) and isinstance(right, list | tuple):
                waiting.append((zip(left, right, strict=False), len(left) - len(right)))
                break
            if left != right:
                return -1 if left < right else 1
        else:
            waiting.pop()
            if longer:
                return longer
    return 0


def sort_key(kind: Kind, value: Any, known: KnownKeys | None = None) -> Any:
    """A key that sorts values of `kind` as Rust does.

    Text compares by code points, which is the order of its UTF-8; None is before all; a variant declared
    first is before those declared later; structs, tuples and lists compare element by element.

    Args:
        kind: The kind.
        value: A value of it.
        known: Keys of maps and sets in it that were made before, and where those that are made now are kept:
            where keys stand in keys, each is sorted once.

    Raises:
        BadValue: The value doesn't fit the kind, or the kind has no order (floats, maps by hash).
    """
    try:
        return run(_key(kind, value, {} if known is None else known), most=_MOST_STEPS)
    except TooDeepError:
        raise BadValue("a value that is nested less deeply", "one that may be in a circle") from None


def _key(kind: Kind, value: Any, known: KnownKeys) -> Task:
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
                raise BadValue(kind.name, reason(error)) from None
            return (yield _key(item, stored, known))
        case kinds.Option(item, wrapped):
            if value is None:
                return (0,)
            inner = value.value if wrapped and isinstance(value, Some) else value
            return (1, (yield _key(item, inner, known)))
        case kinds.Seq(item) | kinds.Array(item):
            keys = []
            for element in value:
                keys.append((yield _key(item, element, known)))
            return keys
        case kinds.Set() | kinds.Map(_, _, True):
            found = known.get((id(kind), id(value)))
            if found is None:
                keys = yield _entry_keys(kind, value, known)
                found = known[id(kind), id(value)] = (value, _Sorted(keys))
            return found[1]
        case kinds.Tuple(items):
            keys = []
            for item, element in zip(items, value, strict=True):
                keys.append((yield _key(item, element, known)))
            return keys
        case kinds.Struct():
            keys = []
            for field in kind.fields:
                keys.append((yield _key(field.kind, getattr(value, field.attr, None), known)))
            return keys
        case kinds.Enum():
            variant = variant_of(kind, value)
            if variant is None:
                raise BadValue(kind.name, type(value).__name__)
            payload = () if variant.payload is None else (yield _key(variant.payload, value, known))
            return (variant.rank, payload)
        case _:
            raise BadValue("a kind that has an order", type(kind).__name__)


def _entry_keys(kind: kinds.Set | kinds.Map, value: Any, known: KnownKeys) -> Task:
    keys: list[Any] = []
    if isinstance(kind, kinds.Set):
        for element in value:
            keys.append((yield _key(kind.item, element, known)))
    else:
        for entry, element in value.items():
            keys.append(((yield _key(kind.key, entry, known)), (yield _key(kind.value, element, known))))
    return keys


def holds_sorted(kind: Kind) -> bool:
    """Whether values of this kind hold maps or sets, which have to be sorted to compare them."""
    seen: set[int] = set()
    waiting = [kind]
    while waiting:
        current = waiting.pop()
        if isinstance(current, kinds.Set | kinds.Map):
            return True
        if id(current) not in seen:
            seen.add(id(current))
            waiting.extend(kinds.children(current))
    return False


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
