"""`Option[T]`: for type checkers the same as `Optional[T]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

from snapformat.model.annotations import OptionMark

__all__ = ["Option"]

T = TypeVar("T")

if TYPE_CHECKING:
    # mypy takes it for a value too, as in `decode(data, Option[u16])`, which it does not with other aliases.
    from typing import Optional as Option
else:
    #: `Option<T>`: None, or the value; where T is an option itself, the value is wrapped in `Some`. (The mark
    #: keeps `Option[Option[T]]` apart from `Option[T]`: unions by themselves are flattened.)
    Option = Annotated[T | None, OptionMark()]
