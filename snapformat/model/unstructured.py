"""Lists in place of arrays, for code that expects instances of classes, and Python's own numbers."""

from __future__ import annotations

import sys
from typing import Any

from snapformat.model import kinds
from snapformat.model.buffers import numbers_of
from snapformat.model.built import as_built
from snapformat.model.checks import BadValue
from snapformat.model.graph import walk_kinds
from snapformat.model.kinds import Kind
from snapformat.model.numpy_scalars import as_records
from snapformat.model.structured import record_of
from snapformat.model.values import Some
from snapformat.trampoline import Task, run


def without_arrays(kind: Kind, value: Any, *, numbers: bool = False) -> Any:
    """Return a value in which lists of records stand for the structured arrays of numpy.

    The value itself is not changed; it is returned if there are none. Deferred fields are decoded where they
    may have some. Arrays in tuples, maps and conversions stay.

    Args:
        kind: The kind of the value.
        value: The value, which need not fit its kind.
        numbers: Whether lists also stand for arrays and views of numbers.
    """
    if not numbers and "numpy" not in sys.modules:  # who has an array has imported it
        return value
    return run(_Lists(numbers).listed(kind, value))


class _Lists:
    """Puts lists in place of arrays.

    Args:
        numbers: Whether also in place of arrays of numbers.
    """

    def __init__(self, numbers: bool) -> None:
        self._numbers = numbers
        self._known: dict[tuple[int, int], Any] = {}

    def may_have_arrays(self, kind: Kind) -> bool:
        """Return whether there may be arrays in a value."""
        key = "may have arrays" if self._numbers else "may have records"
        return kind.derive(key, lambda: (any(map(self._is_of_arrays, walk_kinds(kind))),))[0]

    def _is_of_arrays(self, kind: Kind) -> bool:
        if not isinstance(kind, kinds.Seq | kinds.Array):
            return False
        return record_of(kind.item) is not None or (self._numbers and kind.item.letter is not None)

    def listed(self, kind: Kind, value: Any) -> Task:
        """Return the value with lists."""
        if value is None or not self.may_have_arrays(kind):
            return value
        key = id(kind), id(value)
        if key not in self._known:
            self._known[key] = value  # of a value in itself
            self._known[key] = yield self._parts(kind, value)
        return self._known[key]

    def _parts(self, kind: Kind, value: Any) -> Task:
        match kind:
            case kinds.LazyBound() if kind.target is not None:
                return (yield self.listed(kind.target, value))
            case kinds.Option():
                if not kind.wrapped:
                    return (yield self.listed(kind.item, value))
                if isinstance(value, Some):
                    inner = yield self.listed(kind.item, value.value)
                    return value if inner is value.value else Some(inner)
            case kinds.Seq() | kinds.Array() if isinstance(value, list):
                found = []
                for part in value:
                    found.append((yield self.listed(kind.item, part)))
                is_same = all(new is old for new, old in zip(found, value, strict=True))
                return value if is_same else found
            case kinds.Seq() | kinds.Array():
                return self._of_array(kind.item, value)
            case kinds.Enum():
                variant = kind.variant_of(value)
                if variant is not None and variant.payload is not None:
                    return (yield self._fields(variant.payload, value))
            case kinds.Struct() if kind.cls is not None and isinstance(value, kind.cls):
                return (yield self._fields(kind, value))
        return value

    def _of_array(self, item: Kind, value: Any) -> Any:
        try:
            numbers = numbers_of(item, value) if self._numbers and not isinstance(value, bytes) else None
            return as_records(item, value) if numbers is None else numbers.tolist()
        except BadValue:  # writing it raises the error
            return value

    def _fields(self, kind: kinds.Struct, value: Any) -> Task:
        built = {}
        for field in kind.fields:
            attr = field.attr
            if attr is not None and self.may_have_arrays(field.kind) and hasattr(value, attr):
                built[attr] = yield self.listed(field.kind, getattr(value, attr))
        return as_built(value, built)
