"""Kinds whose value differs from the stored one: conversions, constants, computed values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from snapformat.lazy_dataclasses import dataclass
from snapformat.model.checks import BROKEN, BadValue, describe_exception, describe_value, format_constant
from snapformat.model.expressions import Expr
from snapformat.model.kinds.base import Kind
from snapformat.model.kinds.scalars import Int, Unit
from snapformat.trampoline import Task

if TYPE_CHECKING:
    from snapformat.model.constraints import Rule
    from snapformat.model.protocol import Planner, ValueReader, ValueWriter


@dataclass(frozen=True, slots=True)
class Adapted(Kind):
    """A kind whose Python value is converted by functions, like Rust's `try_from` and `with`.

    Attributes:
        item: The stored kind.
        decode: From the stored value to the Python value; `ValueError` refuses it.
        encode: From the Python value to the stored value; `ValueError` and `TypeError` refuse it.
        name: Name of the value in messages and documents.
        text: Functions from the Python value to `str` and back, if the human-readable form is text and the
            stored form is not (`IpAddr`); else None.
        order: Function from a Python value to a key that sorts as Rust does; None for the stored order.
        shown: Functions from the Python value to its decoded JSON form and back, if that is an object of its
            own (a register list by names); else None.
        pure: Whether the conversions may be called at any time: they have no effect but their result.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"name", "text", "order", "shown", "pure"})

    item: Kind
    decode: Callable[[Any], Any]
    encode: Callable[[Any], Any]
    name: str
    text: tuple[Callable[[Any], str], Callable[[str], Any]] | None = None
    order: Callable[[Any], Any] | None = None
    shown: tuple[Callable[[Any], dict[str, Any]], Callable[[dict[str, Any]], Any]] | None = None
    pure: bool = False

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write the stored form, or the human-readable text."""
        if out.orders and self.order is not None:
            out.write_ordered(out.convert(self.order, value, self.name))
            return value
        stored = out.convert(self.encode, value, self.name)  # in any case: it checks the value
        if out.decoded and self.shown is not None:
            out.write_object(out.convert(self.shown[0], value, self.name))
        elif out.human and self.text is not None:
            out.write_label(self, out.convert(self.text[0], value, self.name))
        elif self.item.is_leaf:
            self.item.write(stored, out)
        else:
            yield self.item.write(stored, out)
        return value

    def read(self, source: ValueReader) -> Task:
        """Read the stored form, or the human-readable text, and convert it."""
        start = source.mark()
        convert: Callable[[Any], Any] = self.decode
        stored: Any = None
        if source.human and self.text is not None:
            stored = source.read_text()
            if stored is None:
                source.refuse(f"the text of {self.name}")
            convert = self.text[1]
        elif self.shown is not None and (members := source.read_object()) is not None:
            convert, stored = self.shown[1], members
        else:
            stored = self.item.read(source) if self.item.is_leaf else (yield self.item.read(source))
        return source.convert(convert, stored, self.name, start)

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_converted(self.item, self.decode, self.encode, pure=self.pure)

    def children(self) -> Sequence[Kind]:
        """The stored kind."""
        return (self.item,)


@dataclass(frozen=True, slots=True)
class Absent(Adapted):
    """A field that files of an older version don't have: it takes no bytes, and has its default.

    Attributes:
        declared: The kind of the field in newer files, in which JSON has the value.
    """

    without_bytes: ClassVar[frozenset[str]] = Adapted.without_bytes | {"declared"}

    declared: Kind = Unit()

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write nothing; JSON has the value, whether it is the default or not."""
        kind = self.declared
        if not out.human:
            yield Adapted.write(self, value, out)
        elif kind.is_leaf:
            kind.write(value, out)
        else:
            yield kind.write(value, out)
        return value

    def read(self, source: ValueReader) -> Task:
        """Make the default; read it in JSON."""
        kind = self.declared
        if not source.human or source.is_null():
            return (yield Adapted.read(self, source))
        return kind.read(source) if kind.is_leaf else (yield kind.read(source))


@dataclass(frozen=True, slots=True)
class Checked(Adapted):
    """A kind whose values meet constraints, which are checked when it is read and written.

    Attributes:
        rules: The constraints; `decode` and `encode` raise the error where one does not hold.
        words: The constraints in words.
        predicates: The functions among them; None if there are none.
    """

    without_bytes: ClassVar[frozenset[str]] = Adapted.without_bytes | {"decode", "encode", "rules"}

    rules: tuple[Rule, ...] = ()
    words: str = ""
    predicates: tuple[Callable[[Any], Any], ...] | None = None

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write the value, then check it: a value of another type is the first mistake."""
        built = self.item.write(value, out) if self.item.is_leaf else (yield self.item.write(value, out))
        self._check(value, out)
        return built

    def read(self, source: ValueReader) -> Task:
        """Read the value and check it."""
        start = source.mark()
        value = self.item.read(source) if self.item.is_leaf else (yield self.item.read(source))
        self._check(value, source, start)
        return value

    def _check(self, value: Any, where: ValueReader | ValueWriter, mark: Any = None) -> None:
        try:
            self.decode(value)
        except BadValue as error:
            where.fail(BROKEN, error.expected, error.found, mark)
        except Exception as error:  # code of the schema, or values that can't be compared
            why = f"a constraint can't be checked: {describe_exception(error)}"
            where.fail(why, mark=mark, cause=error)


@dataclass(frozen=True, slots=True)
class Const(Kind):
    """A constant: any other value is refused.

    Attributes:
        item: The stored kind.
        value: The value.
    """

    item: Kind
    value: Any

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write the constant; the value may be left out."""
        if value is not None and value != self.value:
            out.fail("not the constant", format_constant(self.value), describe_value(value))
        item = self.item
        return item.write(self.value, out) if item.is_leaf else (yield item.write(self.value, out))

    def read(self, source: ValueReader) -> Task:
        """Read the constant."""
        if source.is_null():
            return self.value
        start = source.mark()
        value = self.item.read(source) if self.item.is_leaf else (yield self.item.read(source))
        if value != self.value:
            source.fail("not the constant", format_constant(self.value), format_constant(value), start)
        return value

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_const(self)

    def children(self) -> Sequence[Kind]:
        """The stored kind."""
        return (self.item,)

    def __hash__(self) -> int:
        return hash((self.item, repr(self.value)))


@dataclass(frozen=True, slots=True)
class Computed(Kind):
    """construct's `Computed`: not stored; a constant or an expression of earlier fields."""

    is_leaf: ClassVar[bool] = True

    value: Any

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Compute the value; the given one counts only if a function may look at bytes that are not there."""
        looks_at_bytes = isinstance(self.value, Expr) and self.value.is_foreign and not out.runs_constructs
        found = value if looks_at_bytes and value is not None else out.evaluate(self.value)
        out.write_computed(self, found)
        return found

    def read(self, source: ValueReader) -> Any:
        """Compute the value."""
        return source.read_computed(self)

    def plan(self, planner: Planner) -> Any:
        """Plan the operation."""
        return planner.plan_computed(self)

    def __hash__(self) -> int:
        return hash(repr(self.value))


@dataclass(frozen=True, slots=True)
class Rebuild(Kind):
    """construct's `Rebuild`: when written, the value is computed and the given one ignored.

    Attributes:
        item: The stored kind.
        value: A constant or an expression of fields.
    """

    item: Kind
    value: Any

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write the computed value."""
        item, number = self.item, _stored_form(self.item, out.evaluate(self.value))
        return item.write(number, out) if item.is_leaf else (yield item.write(number, out))

    def read(self, source: ValueReader) -> Task:
        """Read the stored value."""
        if source.is_null():
            return source.supplied(self.value)
        return self.item.read(source) if self.item.is_leaf else (yield self.item.read(source))

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_rebuild(self)

    def children(self) -> Sequence[Kind]:
        """The stored kind."""
        return (self.item,)

    def __hash__(self) -> int:
        return hash((self.item, repr(self.value)))


@dataclass(frozen=True, slots=True)
class Default(Kind):
    """construct's `Default`: when written without a value, `value` is written.

    Attributes:
        item: The stored kind.
        value: A constant or an expression of fields.
    """

    item: Kind
    value: Any

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write the value, or the default for None."""
        item = self.item
        if value is None:
            value = _stored_form(item, out.evaluate(self.value))
        return item.write(value, out) if item.is_leaf else (yield item.write(value, out))

    def read(self, source: ValueReader) -> Task:
        """Read the stored value."""
        if source.is_null():
            return source.supplied(self.value)
        return self.item.read(source) if self.item.is_leaf else (yield self.item.read(source))

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_default(self)

    def children(self) -> Sequence[Kind]:
        """The stored kind."""
        return (self.item,)

    def __hash__(self) -> int:
        return hash((self.item, repr(self.value)))


def _stored_form(item: Kind, computed: Any) -> Any:
    """Return the value to store for a computed one: construct stores a bool as a number."""
    return int(computed) if isinstance(computed, bool) and isinstance(item, Int) else computed
