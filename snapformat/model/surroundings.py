"""What a kind looks at around itself: the fields of the structs around it that its expressions name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from snapformat.errors import SchemaError
from snapformat.lazy_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NamedField:
    """A field of a struct around, as an expression names it.

    Attributes:
        levels_up: The number of structs between that and this place: 0 for the struct directly around.
        name: The field.
        when_written: Whether the expression is only computed when values are written, and may name fields
            that come later.
        owner: The class with the expression; None for an expression of a construct.
        attr: The field of that class.
        passed: The number of structs between this place and the expression.
    """

    levels_up: int
    name: Any
    when_written: bool = False
    owner: str | None = None
    attr: str | None = None
    passed: int = 0

    @property
    def text(self) -> str:
        """The name as it is written."""
        return f"this.{'_.' * (self.levels_up + self.passed)}{self.name}"

    def seen_from(self, levels: int) -> NamedField:
        """Return the same field, as it is seen from some structs further out."""
        return replace(self, levels_up=self.levels_up - levels, passed=self.passed + levels)

    def of(self, owner: str | None, attr: str | None) -> NamedField:
        """Return the same field, named by a class; the innermost class is kept."""
        return self if self.owner is not None else replace(self, owner=owner, attr=attr)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a kind looks at around itself.

    Attributes:
        fields: The fields that it names.
        is_whole: Whether it may look at anything in its context.
        may_stop: Whether a `StopIf` in it may end the struct around.
    """

    fields: frozenset[NamedField] = frozenset()
    is_whole: bool = False
    may_stop: bool = False

    def __bool__(self) -> bool:
        return bool(self.fields) or self.is_whole or self.may_stop


#: Maximum number of fields named in a message.
_MOST_NAMED = 12
#: Of a kind that stands alone.
NOTHING = Surroundings()


def check_name(named: NamedField, names: Sequence[Any], position: int, where: str) -> None:
    """Check that a field exists when an expression of a class names it.

    Args:
        named: The field.
        names: The names of all fields there, in order.
        position: Position there of the field with the expression.
        where: What has these fields, for the message.

    Raises:
        SchemaError: There is no such field, or it is read later.
    """
    if named.name not in names:
        known = ", ".join(str(name) for name in names[:_MOST_NAMED] if name is not None) or "none"
        message = f"the expression names {named.text}, but {where} has no such field; its fields: {known}"
    elif named.when_written or names.index(named.name) < position:
        return
    else:
        message = f"the expression names {named.text}, which is not read before it"
    raise SchemaError(message, owner=named.owner, field=named.attr)
