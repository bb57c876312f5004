"""Locations of views: of values, and of groups of names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from snapformat.inspect.locations import Location
from snapformat.limits import Limits
from snapformat.model import kinds
from snapformat.model.kinds import Kind
from snapformat.path import Segment

if TYPE_CHECKING:
    from snapformat.inspect.views import Node

#: In place of a kind, which groups of names don't have.
GROUP: Kind = kinds.Unit()


class ViewLocation(Location):
    """The location of one view.

    Args:
        kind: The kind of its value.
        value: The value.
        segments: Its path.
        put: Writes another value to the state; None if it can't be changed.
        origin: The path of the field behind it, or None.
        fixed: Why it can't be changed; empty if it can.
        drop: Removes it from the state; None if it can't be removed.
    """

    __slots__ = ("_drop", "_fixed", "_origin")

    def __init__(
        self,
        kind: Kind,
        value: Any,
        segments: tuple[Segment, ...],
        put: Callable[[Any], None] | None,
        origin: tuple[Segment, ...] | None,
        fixed: str = "",
        drop: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(kind, value, segments, put)
        self._origin = origin
        self._fixed = fixed
        self._drop = drop

    @property
    def raw_segments(self) -> tuple[Segment, ...] | None:
        """The path of the field behind it."""
        return self._origin

    @property
    def fixed(self) -> str:
        """Why it can't be changed; empty if it can."""
        return self._fixed

    def remove(self) -> None:
        """Remove it, if it is an element of the state; else as for any location.

        Raises:
            PathError: It can't be removed.
        """
        if self._drop is None:
            super().remove()
        else:
            self._drop()


class GroupLocation(Location):
    """The location of a group of names, which is its value."""

    __slots__ = ()

    is_view: ClassVar[bool] = True
    value: Any

    def __init__(self, group: Node) -> None:
        super().__init__(GROUP, group, group._segments)

    @property
    def raw_segments(self) -> tuple[Segment, ...] | None:
        """The path of the part whose names these are."""
        return self.value._raw.raw_segments  # type: ignore[no-any-return]  # of a Node

    def to_json(self) -> Any:
        """Return the values of all names."""
        return {str(each.segments[-1]): each.to_json() for each in self.parts()}

    def set(self, value: Any) -> NoReturn:
        """Refuse to replace a group."""
        self.refuse("it is a group of names: set one of them")

    def set_json(self, data: Any, limits: Limits) -> NoReturn:
        """Refuse to replace a group."""
        self.set(data)

    def parts(self) -> Iterator[Location]:
        """Iterate over the views that this state has."""
        found = (self.value._locate(name) for name in self.names())
        return (each for each in found if each is not None)

    def field(self, name: str) -> Location | None:
        """Return the view with a name; None if this state has none."""
        return self.value._locate(name)  # type: ignore[no-any-return]  # of a Node

    def variant(self, name: str) -> None:
        """Return None: views have no variants."""

    def count(self) -> int | None:
        """Return None: a group has no elements."""
        return None

    def names(self) -> list[str]:
        """Return the names of the views that this state has."""
        return self.value._names()  # type: ignore[no-any-return]  # of a Node

    def missing(self, name: str) -> str:
        """Return why this state has no view of a known name; empty if the name is not known."""
        return self.value._missing(name)  # type: ignore[no-any-return]  # of a Node
