"""What a declaration names, found by construct's own attributes: fields, labels of enums, flags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import construct as c

#: Attributes of construct's classes that hold others.
_PARTS = ("subcon", "thensubcon", "elsesubcon", "default", "checksumfield", "lengthfield", "countfield")


def parts(declaration: c.Construct, *, bits: bool = True) -> Iterator[c.Construct]:
    """All constructs of a declaration, each once; without those of bits, if told."""
    seen, waiting = set(), [declaration]
    while waiting:
        found = waiting.pop()
        if id(found) in seen or not isinstance(found, c.Construct):
            continue
        seen.add(id(found))
        yield found
        if not bits and isinstance(found, c.Transformed | c.Restreamed):
            continue
        if isinstance(found, c.LazyBound):
            waiting.append(found.subconfunc())
        waiting += [getattr(found, name) for name in _PARTS if hasattr(found, name)]
        waiting += getattr(found, "subcons", ())
        waiting += getattr(found, "cases", {}).values()


def structs(declaration: c.Construct) -> list[set[str]]:
    """The names of the fields of each Struct."""
    found = (part for part in parts(declaration) if isinstance(part, c.Struct))
    return [{field.name for field in part.subcons if field.name} for part in found]


def labels(declaration: c.Construct) -> list[set[str]]:
    """The labels of each Enum."""
    return [set(part.encmapping) for part in parts(declaration) if isinstance(part, c.Enum)]


def flags(declaration: c.Construct) -> list[set[str]]:
    """The flags of each FlagsEnum."""
    return [set(part.flags) for part in parts(declaration) if isinstance(part, c.FlagsEnum)]


def stored(declaration: c.Construct) -> set[str]:
    """The names of fields that have bytes of their own: neither computed, nor bits of others."""
    fields = {
        (field.name, _innermost(field))
        for part in parts(declaration, bits=False)
        if isinstance(part, c.Struct)
        for field in part.subcons
        if field.name
    }
    return {name for name, field in fields} - {
        name for name, field in fields if isinstance(field, c.Computed) or field is c.Tell
    }


def _innermost(field: Any) -> Any:
    while isinstance(field, c.Renamed):
        field = field.subcon
    # Both sides of a choice may be computed.
    return _innermost(field.thensubcon) if isinstance(field, c.IfThenElse) else field
