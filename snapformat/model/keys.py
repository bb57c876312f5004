"""Keys of elements: the fields that identify an element of a sequence (`doc(..., key="id")`)."""

from __future__ import annotations

from collections.abc import Sequence

from snapformat.model import kinds
from snapformat.model.kinds import Kind


def inside(kind: Kind) -> Kind:
    """Return the kind with the parts: inside options, newtypes, references and conversions.

    Kinds whose values are shown in a form of their own are returned: constructs, and some conversions.
    """
    passed: set[int] = set()
    while id(kind) not in passed:
        passed.add(id(kind))
        match kind:
            case kinds.Option() | kinds.Blob():
                kind = kind.item
            case kinds.Adapted() if kind.text is None and kind.shown is None:
                kind = kind.item
            case kinds.LazyBound() if kind.target is not None:
                kind = kind.target
            case kinds.Struct() if kind.style == "newtype" and kind.cls is not None:
                kind = kind.fields[0].kind
    return kind


def is_plain(kind: Kind) -> bool:
    """Return whether values are shown in a form of their own, whose parts have no kinds."""
    return isinstance(kind, kinds.Foreign | kinds.Encoded) or (
        isinstance(kind, kinds.Adapted) and kind.shown is not None
    )


def has_keyed(kind: Kind, key: Sequence[str]) -> bool:
    """Return whether values may contain a sequence, outside of structs, whose elements have these fields."""
    waiting, seen = [kind], set()
    while waiting:
        current = inside(waiting.pop())
        if id(current) in seen:
            continue
        seen.add(id(current))
        if is_plain(current):
            return True
        match current:
            case kinds.Seq() | kinds.Array():
                if all(_reaches(current.item, name.split(".")) for name in key):
                    return True
                waiting.append(current.item)
            case kinds.Tuple() | kinds.Map() | kinds.Set():
                waiting.extend(current.children())
    return False


def _reaches(kind: Kind, names: Sequence[str]) -> bool:
    """Return whether values may have a field: one of a struct, or of a variant, and so on inside it."""
    kind = inside(kind)
    if not names or is_plain(kind):
        return True
    if isinstance(kind, kinds.Enum):
        return any(_reaches(each, names) for each in kind.children())
    if not isinstance(kind, kinds.Struct):
        return False
    return any(each.name == names[0] and _reaches(each.kind, names[1:]) for each in kind.fields)


def no_keyed(key: Sequence[str]) -> str:
    """Return the message for a key that no sequence in a field has."""
    if not key:
        return "there is no sequence in this field"
    return f"no sequence in this field has elements with {' and '.join(key)}"
