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
CONTEXT_ENTRIES = {"_", "_params", "_root", "_index", "_io", "_subcons", "_parsing", "_building", "_sizing"}
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
class Constant:
    """A constant in an expression."""

    value: Any

    def function(self) -> Callable[[Any], Any]:
        """Return a function from a context to the value."""
        value = self.value
        return lambda context: value


@dataclass(frozen=True, slots=True)
class Named:
    """A field of a struct around the expression, or a part of one.

    Attributes:
        levels_up: The number of structs up.
        name: The field's name there.
        rest: Names of parts: keys of mappings and lists, attributes of other values.
    """

    levels_up: int
    name: Any
    rest: tuple[Any, ...]

    def function(self) -> Callable[[Any], Any]:
        """Return a function from a context to the value."""
        levels_up, first, rest = self.levels_up, self.name, self.rest

        def evaluate(context: Any) -> Any:
            for _ in range(levels_up):
                if "_" not in context:
                    raise LookupError("there is no enclosing struct")
                context = context["_"]
            found = context[first]
            for name in rest:
                found = part_of(found, name)
            return found

        return evaluate


@dataclass(frozen=True, slots=True)
class Itself:
    """The value that a predicate is about (construct's `obj_`), or a part of it."""

    rest: tuple[Any, ...]

    def function(self) -> Callable[[Any], Any]:
        """Return a function from the value to the part."""
        rest = self.rest

        def evaluate(found: Any) -> Any:
            for name in rest:
                found = part_of(found, name)
            return found

        return evaluate


@dataclass(frozen=True, slots=True)
class Unary:
    """An operator or a function of one operand."""

    apply: Callable[[Any], Any]
    operand: Tree

    def function(self) -> Callable[[Any], Any]:
        """Return a function from a context to the value."""
        apply, operand = self.apply, self.operand.function()
        return lambda context: apply(operand(context))


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator with two operands.

    Attributes:
        operator: The operator.
        left: The left operand.
        right: The right operand.
    """

    operator: Callable[[Any, Any], Any]
    left: Tree
    right: Tree

    @property
    def apply(self) -> Callable[[Any, Any], Any]:
        """The operator; one whose result might be huge checks its operands."""
        if self.operator in (operator.pow, operator.lshift):
            return _bounded(self.operator)
        return times if self.operator is operator.mul else self.operator

    def function(self) -> Callable[[Any], Any]:
        """Return a function from a context to the value."""
        apply, left, right = self.apply, self.left.function(), self.right.function()
        return lambda context: apply(left(context), right(context))


#: An expression that has been analyzed.
Tree = Constant | Named | Itself | Unary | Binary


def part_of(found: Any, name: Any) -> Any:
    """Return a part of a value, as construct's expressions find it."""
    by_key = isinstance(found, dict | list) or not isinstance(name, str)
    return found[name] if by_key else getattr(found, name)


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression.

    Attributes:
        text: Its text as construct prints it, for messages and documents.
        evaluate: Function from a context to the value; it may raise anything.
        names: The fields that it refers to: the number of enclosing structs up, and the field there.
        tree: The expression, analyzed; None if it may look at anything in the context.
    """

    text: str
    evaluate: Callable[[Any], Any]
    names: frozenset[tuple[int, Any]]
    tree: Tree | None = None

    @property
    def is_foreign(self) -> bool:
        """Whether it may look at anything in the context."""
        return self.tree is None

    @property
    def levels_up(self) -> int:
        """Return the number of enclosing structs that its names reach up."""
        return max((levels for levels, _ in self.names), default=0)

    def __repr__(self) -> str:
        return self.text

    def __hash__(self) -> int:
        return hash(self.text)  # construct's expressions have no hash


def lower_expr(value: Any) -> Any:
    """Lower a parameter of a construct: constants stay, expressions and functions become `Expr`."""
    if not callable(value):
        return value
    if not isinstance(value, ExprMixin):
        return Expr(getattr(value, "__qualname__", repr(value)), value, frozenset())
    try:
        tree = _lower(value)
    except Unsupported:
        return Expr(str(value), value, frozenset())
    names = {(node.levels_up, node.name) for node in _nodes(tree) if isinstance(node, Named)}
    if any(isinstance(node, Itself) for node in _nodes(tree)):
        return Expr(str(value), value, frozenset())
    return Expr(str(value), tree.function(), frozenset(names), tree)


def lower_predicate(value: Any) -> Expr | None:
    """Lower a predicate of a value, such as `obj_ == 0`; None if it may look at anything else."""
    if not isinstance(value, ExprMixin):
        return None
    try:
        tree = _of_value(_lower(value))
    except Unsupported:
        return None
    return Expr(str(value), tree.function(), frozenset(), tree)


def _of_value(tree: Tree) -> Tree:
    """Return a predicate's tree: `this` is the value there, too."""
    match tree:
        case Named(levels_up=0):
            return Itself((tree.name, *tree.rest))
        case Named():
            raise Unsupported("a name of a struct around a value")
        case Unary():
            return Unary(tree.apply, _of_value(tree.operand))
        case Binary():
            return Binary(tree.operator, _of_value(tree.left), _of_value(tree.right))
    return tree


def _nodes(tree: Tree) -> list[Tree]:
    match tree:
        case Unary():
            return [tree, *_nodes(tree.operand)]
        case Binary():
            return [tree, *_nodes(tree.left), *_nodes(tree.right)]
    return [tree]


def _lower(value: Any) -> Tree:
    if not isinstance(value, ExprMixin):
        if callable(value):
            raise Unsupported("a function in an expression")
        return Constant(value)
    if isinstance(value, Path):
        return _path(value)
    if isinstance(value, UniExpr):
        return Unary(value.op, _lower(value.operand))
    if isinstance(value, BinExpr):
        return Binary(value.op, _lower(value.lhs), _lower(value.rhs))
    if isinstance(value, FuncPath):
        attributes = value.__getstate__()
        function, operand = attributes["_FuncPath__func"], attributes["_FuncPath__operand"]
        if operand is None or function.__name__ not in _FUNCTIONS:
            raise Unsupported(f"the function {function.__name__} in an expression")
        return Unary(function, _lower(operand))
    raise Unsupported("an expression of list_")


def _bounded(apply: Callable[[int, int], Any]) -> Callable[[int, int], Any]:
    def checked(left: int, right: int) -> Any:
        if abs(right) > _MAX_EXPONENT or abs(left) >> _MAX_EXPONENT:
            raise ValueError(f"{opnames[apply]} of numbers that are too large")
        return apply(left, right)

    return checked


def times(left: Any, right: Any) -> Any:
    """Return a product; repetition of text, bytes or lists is bounded."""
    for sequence, count in ((left, right), (right, left)):
        if isinstance(sequence, str | bytes | list | tuple) and len(sequence) * count > _MOST_REPEATED:
            raise ValueError("a repetition that is too long")
    return left * right


def _path(value: Path) -> Tree:
    names: list[Any] = []
    while True:
        attributes = value.__getstate__()
        if attributes["_Path__parent"] is None:
            break
        names.append(attributes["_Path__field"])
        value = attributes["_Path__parent"]
    names.reverse()
    if attributes["_Path__name"] == "obj_":
        return Itself(tuple(names))
    if attributes["_Path__name"] != "this" or not names:
        raise Unsupported("an expression of the whole context")
    levels_up = 0
    while names and names[0] == "_":
        names.pop(0)
        levels_up += 1
    if not names or any(isinstance(name, str) and name in CONTEXT_ENTRIES for name in names):
        raise Unsupported("an expression of construct's own context entries")
    return Named(levels_up, names[0], tuple(names[1:]))
