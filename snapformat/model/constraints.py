"""Constraints of values, as the package annotated-types spells them: `Annotated[u8, Le(100)]`.

The package is not needed: its marks are known by their class, and only who uses them has it installed. A
constraint never changes the bytes of a value.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from snapformat.errors import SchemaError
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.checks import BadValue, describe_value, format_constant

_BOUNDS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "ge": (operator.ge, "at least"),
    "gt": (operator.gt, "more than"),
    "le": (operator.le, "at most"),
    "lt": (operator.lt, "less than"),
}
_LENGTHS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "min_length": (operator.ge, "at least"),
    "max_length": (operator.le, "at most"),
}
#: How the bounds of a rule and of a stricter one compare.
_WEAKER: dict[str, Callable[[Any, Any], bool]] = {
    "ge": operator.le,
    "gt": operator.le,
    "min_length": operator.le,
    "le": operator.ge,
    "lt": operator.ge,
    "max_length": operator.ge,
}
#: Marks of annotated-types that say nothing about which values are allowed.
_INFORMATION = ("Unit", "DocInfo", "Doc")


@dataclass(frozen=True, slots=True)
class Rule:
    """A constraint.

    Attributes:
        name: `ge`, `gt`, `le`, `lt`, `multiple_of`, `min_length`, `max_length` or `predicate`.
        bound: The number; of a predicate the function.
        noun: Of a length: what is counted.
    """

    name: str
    bound: Any
    noun: str = ""

    def holds(self, value: Any) -> bool:
        """Return whether a value meets the constraint."""
        if self.name in _BOUNDS:
            return bool(_BOUNDS[self.name][0](value, self.bound))
        if self.name in _LENGTHS:
            return bool(_LENGTHS[self.name][0](len(value), self.bound))
        if self.name == "multiple_of":
            return not value % self.bound
        return bool(self.bound(value))

    def follows_from(self, rules: Iterable[Rule]) -> bool:
        """Return whether every value that meets the given rules meets this one."""
        return any(self == rule or self._is_weaker_than(rule) for rule in rules)

    def _is_weaker_than(self, other: Rule) -> bool:
        compare = _WEAKER.get(self.name)
        return compare is not None and self.name == other.name and compare(self.bound, other.bound)

    @property
    def words(self) -> str:
        """The constraint in words."""
        if self.name in _BOUNDS:
            return f"{_BOUNDS[self.name][1]} {format_constant(self.bound)}"
        if self.name in _LENGTHS:
            return f"{_LENGTHS[self.name][1]} {self._counted(self.bound)}"
        if self.name == "multiple_of":
            return f"a multiple of {format_constant(self.bound)}"
        return f"a value for which {_name_of(self.bound)} is true"

    def found(self, value: Any) -> str:
        """Describe a value that does not meet it."""
        return self._counted(len(value)) if self.name in _LENGTHS else describe_value(value)

    def _counted(self, number: int) -> str:
        return f"{number} {self.noun}{'s' if number != 1 else ''}"


def _name_of(function: Any) -> str:
    name = getattr(function, "__qualname__", "") or type(function).__name__
    return "a function" if "<lambda>" in name else name.rpartition("<locals>.")[2]


@dataclass(frozen=True, slots=True)
class Constraints:
    """A conversion that returns a value as it is, and raises `BadValue` if a rule does not hold.

    Attributes:
        rules: The rules, in the order of their declaration.
        is_own: Whether they run no code of the schema, as predicates do, and comparisons of other classes.
    """

    rules: tuple[Rule, ...]
    is_own: bool

    def __call__(self, value: Any) -> Any:
        """Return the value.

        Raises:
            BadValue: A rule does not hold.
        """
        for rule in self.rules:
            if not rule.holds(value):
                raise BadValue(rule.words, rule.found(value))
        return value


def marked_rules(mark: Any) -> tuple[Rule, ...] | None:
    """Return the constraints of a mark of annotated-types, pydantic or msgspec; None if it is none.

    Raises:
        SchemaError: It is a constraint that can't be checked.
    """
    name = next(
        (base.__qualname__ for base in type(mark).__mro__ if base.__module__ == "annotated_types"), None
    )
    if getattr(mark, "__is_annotated_types_grouped_metadata__", False) is True:
        return tuple(rule for part in mark for rule in marked_rules(part) or ())
    place = f"{type(mark).__module__}.{type(mark).__qualname__}"
    if place == "pydantic.fields.FieldInfo":
        return tuple(rule for part in mark.metadata for rule in marked_rules(part) or ())
    if place == "msgspec.Meta":
        return tuple(_rules_of_meta(mark))
    if name is None or name in _INFORMATION:
        return None if name is None else ()
    return tuple(_rules(name, mark))


def _rules_of_meta(mark: Any) -> Iterator[Rule]:
    """Yield the constraints of msgspec's `Meta`, which has them as attributes."""
    for name in ("pattern", "tz"):
        if getattr(mark, name) is not None:
            raise SchemaError(
                f"the constraint {name} of msgspec.Meta is not checked by snapformat: use Via(...)"
            )
    for name in (*_BOUNDS, *_LENGTHS, "multiple_of"):
        if getattr(mark, name) is not None:
            yield Rule(name, getattr(mark, name))


def _rules(name: str, mark: Any) -> Iterator[Rule]:
    match name:
        case "Ge" | "Gt" | "Le" | "Lt":
            yield Rule(name.lower(), getattr(mark, name.lower()))
        case "MultipleOf":
            if not mark.multiple_of:
                raise SchemaError("MultipleOf needs a number other than 0")
            yield Rule("multiple_of", mark.multiple_of)
        case "MinLen":
            yield Rule("min_length", mark.min_length)
        case "MaxLen":
            yield Rule("max_length", mark.max_length)
        case "Predicate":
            yield Rule("predicate", mark.func)
        case _:
            shown = repr(mark) if name == "BaseMetadata" else name
            raise SchemaError(f"the constraint {shown} is not checked by snapformat: use Via(...)")


def is_number(bound: Any) -> bool:
    """Return whether a bound can be compared with numbers."""
    return not isinstance(bound, bool) and isinstance(bound, int | float) and not math.isnan(bound)
