"""Expressions in generated code, and what operations name or look at around them.

An expression becomes code over the locals of the fields that it names. Only where construct runs a part that
may look at anything is there a context, as construct has it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import field
from typing import Any
from weakref import WeakKeyDictionary

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.construct_ops import Grouped
from snapformat.encodings.bincode.ops import Op, children
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.expressions import Constant, Itself, Named, Tree, Unary, part_of, times

_BINARY: dict[Callable[[Any, Any], Any], str] = {
    operator.add: "+",
    operator.sub: "-",
    operator.truediv: "/",
    operator.floordiv: "//",
    operator.mod: "%",
    operator.xor: "^",
    operator.rshift: ">>",
    operator.and_: "&",
    operator.or_: "|",
    operator.gt: ">",
    operator.ge: ">=",
    operator.lt: "<",
    operator.le: "<=",
    operator.eq: "==",
    operator.ne: "!=",
}
_UNARY: dict[Callable[[Any], Any], str] = {
    operator.not_: "not {}",
    operator.neg: "-{}",
    operator.pos: "+{}",
    len: "len({})",
    sum: "sum({})",
    min: "min({})",
    max: "max({})",
    abs: "abs({})",
}


@dataclass(slots=True)
class Frame:
    """The fields of a struct, as far as code has read or built them.

    Attributes:
        op: The struct.
        locals: The local of each field.
        given: In a writer, the local of the mapping or the instance that is written.
        changed: In a writer, the fields whose built value may differ from the given one.
    """

    op: Any
    locals: dict[Any, str] = field(default_factory=dict)
    given: str | None = None
    changed: set[Any] = field(default_factory=set)

    @property
    def is_instance(self) -> bool:
        """Whether an instance of a class is given, and no mapping."""
        return self.given is not None and isinstance(self.op, ops.Struct) and self.op.cls is not None

    def given_field(self, name: Any) -> str:
        """Return code for a field as it is given.

        Raises:
            LookupError: Nothing is given.
        """
        if self.given is None:
            raise LookupError(name)
        return f"{self.given}.{name}" if self.is_instance else f"{self.given}[{name!r}]"

    def values(self) -> str:
        """Return code for a mapping of the fields so far."""
        is_new = self.given is None or self.is_instance
        known = {repr(name): value for name, value in self.locals.items() if is_new or name in self.changed}
        if self.is_instance:
            attrs = [item.attr for item in self.op.fields if item.attr is not None]
            known = {repr(attr): self.given_field(attr) for attr in attrs} | known
        pairs = ", ".join(f"{name}: {value}" for name, value in known.items())
        return f"{{{pairs}}}" if is_new else f"{{**{self.given}, {pairs}}}"


def source_of(
    tree: Tree, refer: Callable[[str, Any], str], local_of: Callable[[int, Any], str], itself: str = ""
) -> str:
    """Return the code of an expression.

    Args:
        tree: The expression.
        refer: Returns the global name of a value.
        local_of: Returns the code of a field, `levels_up` structs up.
        itself: The local of the value that a predicate is about.

    Raises:
        LookupError: There is no code for a field.
    """

    def part(code: str, names: tuple[Any, ...]) -> str:
        for name in names:
            code = f"{refer('part', part_of)}({code}, {name!r})"
        return code

    match tree:
        case Constant(value):
            return repr(value) if type(value) in (int, bool, str, bytes) else refer("constant", value)
        case Named():
            return part(local_of(tree.levels_up, tree.name), tree.rest)
        case Itself():
            return part(itself, tree.rest)
        case Unary():
            operand = source_of(tree.operand, refer, local_of, itself)
            return f"({_UNARY[tree.apply].format(operand)})"
    left = source_of(tree.left, refer, local_of, itself)
    right = source_of(tree.right, refer, local_of, itself)
    if tree.operator in _BINARY:
        return f"({left} {_BINARY[tree.operator]} {right})"
    if tree.operator is operator.mul:
        return f"{refer('times', times)}({left}, {right})"
    return f"{refer('apply', tree.apply)}({left}, {right})"


# --- what operations look at ----------------------------------------------------------------------------


@dataclass(slots=True)
class Needs:
    """What an operation needs of the structs around it.

    Attributes:
        names: The fields that it names, by the number of structs up.
        is_whole: Whether a part of it may look at anything in the context.
    """

    names: dict[int, set[Any]] = field(default_factory=dict)
    is_whole: bool = False

    def add(self, other: Needs, *, inside: bool = False) -> bool:
        """Add what a part needs; `inside` a struct, one level of names is that of the struct.

        Returns:
            Whether that is something new.
        """
        is_new = other.is_whole and not self.is_whole
        self.is_whole |= other.is_whole
        for level, names in other.names.items():
            if level >= inside:
                known = self.names.setdefault(level - inside, set())
                is_new |= not names <= known
                known |= names
        return is_new

    def __bool__(self) -> bool:
        return self.is_whole or bool(self.names)


def needs_of(root: Op) -> Needs:
    """Return what an operation needs of the structs around it."""
    if root not in _needs:
        _find(root)
    return _needs[root]


def names_in(op: Op) -> frozenset[Any]:
    """Return the fields of a struct that expressions inside it name."""
    found = Needs()
    for part in children(op):
        found.add(needs_of(part))
    return frozenset(found.names.get(0, ()))


_needs: WeakKeyDictionary[Op, Needs] = WeakKeyDictionary()


def _find(root: Op) -> None:
    """Find what all operations of a layout need, which may contain themselves."""
    found = {root: _own_needs(root)}
    around: dict[Op, list[Op]] = {root: []}
    waiting = [root]
    while waiting:
        op = waiting.pop()
        for part in children(op):
            if part not in found:
                found[part], around[part] = _own_needs(part), []
                waiting.append(part)
            around[part].append(op)
    changed = list(found)
    while changed:
        part = changed.pop()
        for op in around[part]:
            if found[op].add(found[part], inside=is_frame(op)):
                changed.append(op)
    for op, needs in found.items():
        _needs.setdefault(op, needs)


def _own_needs(op: Op) -> Needs:
    """Return what an operation needs without its parts."""
    needs = Needs(is_whole=isinstance(op, ops.Interpret) or (isinstance(op, ops.Run) and op.reads_context))
    for expression in op.expressions:
        needs.is_whole |= expression.is_foreign
        for level, name in expression.names:
            needs.names.setdefault(level, set()).add(name)
    return needs


def is_frame(op: Op) -> bool:
    """Return whether expressions may name the fields of an operation."""
    return isinstance(op, ops.Struct | Grouped) and op.scoped


def runs_functions(op: Op) -> bool:
    """Return whether an operation evaluates a function that may look at anything in its context."""
    return any(each.is_foreign for each in op.expressions)
