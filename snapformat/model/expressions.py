"""Expressions of fields, such as construct's `this.count * 2`, and the contexts they are evaluated in.

A context is one of construct's containers: the fields read or built so far of the enclosing struct, and `_`,
the context around it. Where code that can't be analyzed may look at it (a lambda, an adapter), it has all
other entries that construct puts there too.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from construct import Container
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


def fields_context(outer: Any) -> Any:
    """Make the context of a struct for expressions that only name fields."""
    made = Container()
    if outer is not None:
        made["_"] = outer
    return made


def fill_context(context: Any, values: Mapping[Any, Any]) -> None:
    """Add values to a context; construct's own `update` takes no other mappings than dicts."""
    dict.update(context, values)


def whole_context(outer: Any, stream: Any, subcons: Any) -> Any:
    """Make the context of a struct with all entries that construct gives it.

    Args:
        outer: The context around it, which is whole too.
        stream: The stream that is read or written.
        subcons: The struct's constructs by name.
    """
    made = Container(
        _=outer,
        _params=outer["_params"],
        _root=None,
        _parsing=outer["_parsing"],
        _building=outer["_building"],
        _sizing=False,
        _subcons=subcons,
        _io=stream,
        _index=outer.get("_index"),
    )
    made["_root"] = outer.get("_root", made)
    return made


def root_context(*, parsing: bool) -> Any:
    """Make the outermost context, as construct's `parse_stream` and `build_stream` do."""
    made = Container(_parsing=parsing, _building=not parsing, _sizing=False)
    made["_params"] = made
    return made


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression.

    Attributes:
        text: Its text as construct prints it, for messages and documents.
        evaluate: Function from a context to the value; it may raise anything.
        names: The fields that it refers to: the number of enclosing structs up, and the field there.
        is_foreign: Whether it may look at anything in the context.
    """

    text: str
    evaluate: Callable[[Any], Any]
    names: frozenset[tuple[int, Any]]
    is_foreign: bool = False

    @property
    def levels_up(self) -> int:
        """Return the number of enclosing structs that its names reach up."""
        return max((levels for levels, _ in self.names), default=0)

    def __repr__(self) -> str:
        return self.text


def lower_expr(value: Any) -> Any:
    """Lower a parameter of a construct: constants stay, expressions and functions become `Expr`."""
    if not callable(value):
        return value
    if not isinstance(value, ExprMixin):
        return Expr(getattr(value, "__qualname__", repr(value)), value, frozenset(), is_foreign=True)
    try:
        evaluate, names = _lower(value)
    except Unsupported:
        return Expr(str(value), value, frozenset(), is_foreign=True)
    return Expr(str(value), evaluate, names)


#: A function of a context, and `Expr.names`.
_Lowered = tuple[Callable[[Any], Any], frozenset[tuple[int, Any]]]


def _lower(value: Any) -> _Lowered:
    if not isinstance(value, ExprMixin):
        if callable(value):
            raise Unsupported("a function in an expression")
        return (lambda context: value), frozenset()
    if isinstance(value, Path):
        return _path(value)
    if isinstance(value, UniExpr):
        inner, names = _lower(value.operand)
        unary: Callable[[Any], Any] = value.op
        return (lambda context: unary(inner(context))), names
    if isinstance(value, BinExpr):
        left, left_names = _lower(value.lhs)
        right, right_names = _lower(value.rhs)
        apply: Callable[[Any, Any], Any] = value.op
        if apply in (operator.pow, operator.lshift):
            apply = _bounded(apply)
        elif apply is operator.mul:
            apply = _times
        return (lambda context: apply(left(context), right(context))), left_names | right_names
    if isinstance(value, FuncPath):
        attributes = value.__getstate__()
        function, operand = attributes["_FuncPath__func"], attributes["_FuncPath__operand"]
        if operand is None or function.__name__ not in _FUNCTIONS:
            raise Unsupported(f"the function {function.__name__} in an expression")
        inner, names = _lower(operand)
        return (lambda context: function(inner(context))), names
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

    def evaluate(context: Any) -> Any:
        for _ in range(levels_up):
            if "_" not in context:
                raise LookupError("there is no enclosing struct")
            context = context["_"]
        found = context[first]
        for name in rest:
            by_key = isinstance(found, dict | list) or not isinstance(name, str)
            found = found[name] if by_key else getattr(found, name)
        return found

    return evaluate, frozenset({(levels_up, first)})
