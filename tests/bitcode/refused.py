"""Which declarations the library refuses, found by their serde attributes."""

from __future__ import annotations

from collections.abc import Iterator

from vectors.rust_build import World
from vectors.rust_syntax import Alias, Array, Attrs, Enum, Inline, Item, Path, RustType, Slice, Struct, Tuple
from vectors.rust_types import parse_type

#: serde attributes of a type, a variant or a field that make a declaration refused.
REFUSED = {"flatten", "skip_serializing", "skip_deserializing", "skip_serializing_if", "tag", "untagged"}


def is_refused(item: Item) -> bool:
    """Whether the declaration itself is refused, whatever its fields are."""
    if isinstance(item, Enum) and any("skip" in variant.attrs for variant in item.variants):
        return True
    return any(name in attrs for attrs in _attrs(item) for name in REFUSED)


def _attrs(item: Item) -> Iterator[Attrs]:
    if isinstance(item, Struct):
        yield item.attrs
        yield from (field.attrs for field in item.fields)
    elif isinstance(item, Enum):
        yield item.attrs
        for variant in item.variants:
            yield variant.attrs
            yield from (field.attrs for field in variant.fields)


def refused_in(world: World, text: str) -> str | None:
    """The first refused declaration that a type expression names or contains; None if all are accepted."""
    seen: set[str] = set()
    waiting = [parse_type(text)]
    while waiting:
        current = waiting.pop()
        waiting.extend(_inside(current))
        if not isinstance(current, Path) or current.name in seen or current.name not in world.items:
            continue
        seen.add(current.name)
        item = world.items[current.name]
        if is_refused(item):
            return current.name
        waiting.extend(_named(item))
    return None


def _inside(rust: RustType) -> list[RustType]:
    match rust:
        case Tuple(items):
            return list(items)
        case Array(item) | Slice(item):
            return [item]
        case Path(args=args):
            return list(args)
        case Inline(item):
            return _named(item)
    return []


def _named(item: Item) -> list[RustType]:
    """The types of a declaration's fields, without those that are not stored or converted by code."""
    fields = []
    if isinstance(item, Struct):
        fields = item.fields
    elif isinstance(item, Enum):
        fields = [field for variant in item.variants for field in variant.fields]
    elif isinstance(item, Alias):
        return [item.type]
    return [field.type for field in fields if "skip" not in field.attrs and "with" not in field.attrs]
