"""Methods of declared classes: equality, order and hash without the interpreter's stack, and fields by name.

A value that was read may be nested as deeply as its budget allows; dataclasses' own method would raise
`RecursionError` there.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from snapformat.errors import SchemaError
from snapformat.model.checks import describe_value
from snapformat.model.declaration import declaration_of
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


def field_hash(self: Any) -> int:
    """Return the hash of a frozen instance: that of its fields."""
    return hash((type(self), *(getattr(self, name) for name in attributes(type(self)))))


# --- order: that of Rust's derive ------------------------------------------------------------------------


def _compared(self: Any, other: Any, compare: Callable[[Any, Any], Any]) -> Any:
    """Compare two instances by the first fields that differ; of variants the first one declared is less."""
    if _family(type(self)) is not _family(type(other)):
        return NotImplemented
    declared = declaration_of(type(self))
    if declared is not None and declared.constants:
        return compare(declared.rank_of(self.value), declared.rank_of(other.value))
    left, right = _first_difference(self, other)
    if left is None or right is None:  # None is less than any value
        left, right = left is not None, right is not None
    return compare(left, right)


def _family(cls: type) -> type:
    """Return the enum of a variant's class; of other classes the class itself."""
    declared = declaration_of(cls)
    return cls if declared is None or declared.enum is None else declared.enum.cls


def _first_difference(one: Any, two: Any) -> tuple[Any, Any]:
    """Return the first parts that differ; two equal values if there are none."""
    waiting: list[tuple[Any, Any]] = [(one, two)]
    while waiting:
        left, right = waiting.pop()
        cls = type(left)
        if left is right:
            continue
        if cls is not type(right):
            before, after = declaration_of(cls), declaration_of(type(right))
            if before and after and before.enum is not None and before.enum is after.enum:
                return before.rank, after.rank
            if left != right:
                return left, right
        elif getattr(cls, "__lt__", None) is _ORDER["__lt__"]:
            waiting.extend((getattr(left, n), getattr(right, n)) for n in reversed(attributes(cls)))
        elif cls is Some:
            waiting.append((left.value, right.value))
        elif cls is list or cls is tuple:
            waiting.append((len(left), len(right)))
            waiting.extend(reversed([*zip(left, right, strict=False)]))
        elif left != right:
            return left, right
    return 0, 0


def _method(name: str, compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        return _compared(self, other, compare)

    method.__name__ = method.__qualname__ = name
    return method


_COMPARE = {"__lt__": operator.lt, "__le__": operator.le, "__gt__": operator.gt, "__ge__": operator.ge}
_ORDER = {name: _method(name, compare) for name, compare in _COMPARE.items()}


def add_order(cls: type) -> None:
    """Give a class the order of Rust's derive.

    Raises:
        SchemaError: It has one of the methods already.
    """
    for name, method in _ORDER.items():
        if name in vars(cls):
            raise SchemaError(f"order=True makes the method {name}, which the class has already")
        setattr(cls, name, method)


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
