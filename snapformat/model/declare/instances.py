"""Methods of declared classes: equality without the interpreter's stack, and fields by name.

A value that was read may be nested as deeply as its budget allows; dataclasses' own method would raise
`RecursionError` there.
"""

from __future__ import annotations

from typing import Any

from snapformat.model.checks import describe_value
from snapformat.model.declare.display import attributes
from snapformat.model.values import PairMap, Some


def equal(self: Any, other: object) -> Any:
    """Return whether two instances have the same class and equal fields."""
    if type(self) is not type(other):
        return NotImplemented
    waiting: list[tuple[Any, Any]] = [(self, other)]
    # Pairs of instances that are being compared already: values may form a circle.
    met: set[tuple[int, int]] = set()
    while waiting:
        left, right = waiting.pop()
        if left is right:
            continue
        cls = type(left)
        if cls is not type(right):
            if left != right:
                return False
        elif getattr(cls, "__eq__", None) is equal:
            if (id(left), id(right)) in met:
                continue
            met.add((id(left), id(right)))
            waiting.extend((getattr(left, n), getattr(right, n)) for n in attributes(cls))
        elif cls is Some:
            waiting.append((left.value, right.value))
        elif cls is list or cls is tuple:
            if len(left) != len(right):
                return False
            waiting.extend(zip(left, right, strict=True))
        elif cls is PairMap:
            if len(left) != len(right) or any(key not in right for key in left):
                return False
            waiting.extend((value, right[key]) for key, value in left.items())
        elif left != right:
            return False
    return True


def item(self: Any, name: Any) -> Any:
    """Return a field by its name, as construct's expressions look it up in their contexts."""
    if isinstance(name, str):
        try:
            return getattr(self, name)
        except AttributeError as error:
            raise KeyError(name) from error
    raise TypeError(f"{type(self).__name__!r} object has fields by name only, not {describe_value(name)}")


#: Methods that look up a field by its name. Without the second, Python would iterate by the first.
_BY_NAME = {"__getitem__": item, "__iter__": None}


def add_item_access(cls: type) -> None:
    """Let construct's expressions look up the fields of instances by name, if they can't already."""
    if not hasattr(cls, "__getitem__"):
        for name, method in _BY_NAME.items():
            if not hasattr(cls, name):
                setattr(cls, name, method)
