"""Expressions of fields, such as construct's `this.count * 2`.

An expression is evaluated against a `Scope`: the fields read so far of the enclosing struct, and its parent.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from construct.expr import BinExpr, ExprMixin, FuncPath, Path, UniExpr, opnames

from snapformat.lazy_dataclasses import dataclass

_FUNCTIONS: dict[str, Callable[[Any], Any]] = {"len": len, "sum": sum, "min": min, "max": max, "abs": abs}
#: Names that construct itself puts into a context; their meaning depends on how construct works.
_RESERVED = {"_", "_params", "_root", "_index", "_io", "_subcons", "_parsing", "_building", "_sizing"}
#: Largest shift or power that an expression may compute: data must not cause hours of computing.
_MAX_EXPONENT = 4096


#: Longest text, bytes or list that an expression may make by repetition.
_MOST_REPEATED = 1 << 20


class Unsupported(Exception):
    """A construct, or an expression in it, can't be lowered; the text gives the reason."""


class Scope(dict[str, Any]):
    """Values of a struct's fields by name, and the enclosing scope."""

    __slots__ = ("parent",)

    def __init__(self, parent: Scope | None) -> None:
        super().__init__()
        self.parent = parent


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression.

    Attributes:
        text: Its text as construct prints it, for messages and documents.
        evaluate: Function from a scope to the value; it may raise anything.
        names: The fields that it refers to: the number of enclosing structs up, and the field there.
    """

    text: str
    evaluate: Callable[[Scope], Any]
    names: frozenset[tuple[int, Any]]

    @property
    def levels_up(self) -> int:
        """Return the number of enclosing structs that its names reach up."""
        return max((levels for levels, _ in self.names), default=0)

    def __repr__(self) -> str:
        return self.text


def lower_expr(value: Any) -> Any:
    """Lower a parameter of a construct: constants stay, `this` expressions become `Expr`.

    Raises:
        Unsupported: A function, or an expression of `list_`, `obj_` or construct's own context entries.
    """
    if not callable(value):
        return value
    if not isinstance(value, ExprMixin):
        raise Unsupported("a function that reads the context")
    evaluate, names = _lower(value)
    return Expr(str(value), evaluate, names)


#: A function of a scope, and `Expr.names`.
_Lowered = tuple[Callable[[Scope], Any], frozenset[tuple[int, Any]]]


def _lower(value: Any) -> _Lowered:
    if not isinstance(value, ExprMixin):
        if callable(value):
            raise Unsupported("a function in an expression")
        return (lambda scope: value), frozenset()
    if isinstance(value, Path):
        return _path(value)
    if isinstance(value, UniExpr):
        inner, names = _lower(value.operand)
        unary: Callable[[Any], Any] = value.op
        return (lambda scope: unary(inner(scope))), names
    if isinstance(value, BinExpr):
        left, left_names = _lower(value.lhs)
        right, right_names = _lower(value.rhs)
        apply: Callable[[Any, Any], Any] = value.op
        if apply in (operator.pow, operator.lshift):
            apply = _bounded(apply)
        elif apply is operator.mul:
            apply = _times
        return (lambda scope: apply(left(scope), right(scope))), left_names | right_names
    if isinstance(value, FuncPath):
        attributes = value.__getstate__()
        function, operand = attributes["_FuncPath__func"], attributes["_FuncPath__operand"]
        if operand is None or function.__name__ not in _FUNCTIONS:
            raise Unsupported(f"the function {function.__name__} in an expression")
        inner, names = _lower(operand)
        return (lambda scope: function(inner(scope))), names
    raise Unsupported("an expression of list_")


def _bounded(apply: Callable[[int, int], Any]) -> Callable[[int, int], Any]:
    def checked(left: int, right: int) -> Any:
        if abs(right) > _MAX_EXPONENT or abs(left) >> _MAX_EXPONENT:
            raise ValueError(f"{opnames[apply]} of numbers that are too large")
        return apply(left, right)

    return checked


def _times(left: Any, right: Any) -> Any:
    """Return a product; repetition of text, bytes or lists is bounded."""
    for sequence, times in ((left, right), (right, left)):
        if isinstance(sequence, str | bytes | list | tuple) and len(sequence) * times > _MOST_REPEATED:
            raise ValueError("a repetition that is too long")
    return left * right


def _path(value: Path) -> _Lowered:
    names: list[Any] = []
    while True:
        attributes = value.__getstate__()
        if attributes["_Path__parent"] is None:
            break
        names.append(attributes["_Path__field"])
        value = attributes["_Path__parent"]
    if attributes["_Path__name"] != "this" or not names:
        raise Unsupported("an expression of the value or of the whole context")
    names.reverse()
    levels_up = 0
    while names and names[0] == "_":
        names.pop(0)
        levels_up += 1
    if not names or any(isinstance(name, str) and name in _RESERVED for name in names):
        raise Unsupported("an expression of construct's own context entries")
    first, rest = names[0], names[1:]

    def evaluate(scope: Scope) -> Any:
        for _ in range(levels_up):
            if scope.parent is None:
                raise LookupError("there is no enclosing struct")
            scope = scope.parent
        found = scope[first]
        for name in rest:
            by_key = isinstance(found, dict | list) or not isinstance(name, str)
            found = found[name] if by_key else getattr(found, name)
        return found

    return evaluate, frozenset({(levels_up, first)})
