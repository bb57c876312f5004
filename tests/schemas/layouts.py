"""The shipped types: which kinds there are in them, in which places, and which are the same."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeAlias

from snapformat.model import kinds
from snapformat.model.kinds import Kind

#: A struct, enum or root, and the numbers of the children that lead from it to a kind.
Place: TypeAlias = tuple[Hashable, ...]


def place_of(kind: Kind, place: Place = ()) -> Place:
    """The place of a kind: structs and enums are in one place, wherever they are used."""
    return (kind,) if not place or isinstance(kind, kinds.Struct | kinds.Enum) else place


def places(root: Kind, place: Place = ()) -> dict[Place, Kind]:
    """All kinds below a root by their places, the root first."""
    found: dict[Place, Kind] = {}
    waiting = [(place, root)]
    while waiting:
        given, kind = waiting.pop()
        place = place_of(kind, given)
        if place not in found:
            found[place] = kind
            inside = [((*place, index), child) for index, child in enumerate(kind.children())]
            waiting.extend(reversed(inside))
    return found


def signature(kind: Kind, around: tuple[Kind, ...] = ()) -> str:
    """A text that is the same for types that are the same: names, order and kinds of everything below."""
    if isinstance(kind, kinds.Struct | kinds.Enum):
        if any(kind is each for each in around):
            return f"again {kind.name}"
        around = (*around, kind)
    inner = [signature(child, around) for child in kind.children()]
    match kind:
        case kinds.Int():
            return f"nonzero {kind.name}" if kind.nonzero else kind.name
        case kinds.Struct():
            fields = [f"{field.name}: {text}" for field, text in zip(kind.fields, inner, strict=True)]
            return f"{kind.style} {kind.name} {{{', '.join(fields)}}}"
        case kinds.Enum():
            payloads = iter(inner)
            variants = [v.name + ("" if v.payload is None else f" {next(payloads)}") for v in kind.variants]
            return f"enum {kind.name} {{{', '.join(variants)}}}"
        case kinds.Array():
            return f"[{inner[0]}; {kind.count}]"
        case kinds.Bytes():
            return f"bytes {kind.exact}"
        case kinds.Adapted():
            return f"{kind.name} {inner[0]}"
    return f"{type(kind).__name__} <{', '.join(inner)}>"
