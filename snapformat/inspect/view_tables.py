"""Views of several elements: groups by position and by name, and values by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar, overload

from snapformat.inspect.locations import Location
from snapformat.inspect.view_locations import GroupLocation
from snapformat.inspect.views import Choice, Named, Node, Views, assign, make, plain
from snapformat.model.declare.display import break_lines, teach_pprint
from snapformat.path import Segment

T = TypeVar("T")
V = TypeVar("V", bound=Views)


class Table(Node, Sequence[V]):
    """Groups in their order; where they have names, also by these: `drives[0]`, `drives["rootfs"]`.

    Args:
        raw: The part of the state around them.
        segments: The path of the table.
        raws: The parts that the groups stand for.
        group: The class of the groups, or a choice of classes.
        key: The view with the name of a group; empty if they have none. Of several with one name, the first
            has it.
    """

    __slots__ = ("_elements", "_named")

    def __init__(
        self,
        raw: Location,
        segments: tuple[Segment, ...],
        raws: Iterable[Location],
        group: type[V] | Choice[V],
        key: str = "",
    ) -> None:
        super().__init__(raw, segments)
        self._elements: list[V] = []
        self._named: dict[str, V] = {}
        for position, each in enumerate(raws):
            element = make(group, each, (*segments, position))
            if element is None:
                continue
            self._elements.append(element)
            name = getattr(element, key) if key else ""
            if name and name not in self._named:
                element._segments = (*segments, name)
                self._named[name] = element

    def __len__(self) -> int:
        return len(self._elements)

    @overload
    def __getitem__(self, key: int | str) -> V: ...
    @overload
    def __getitem__(self, key: slice) -> list[V]: ...

    def __getitem__(self, key: int | str | slice) -> V | list[V]:
        if not isinstance(key, str):
            return self._elements[key]
        if key not in self._named:
            raise KeyError(no_such(self, key))
        return self._named[key]

    def __contains__(self, key: object) -> bool:
        return key in self._named or any(element is key for element in self._elements)

    def __repr__(self) -> str:
        teach_pprint()
        return repr(self._elements)

    def __rich_repr__(self) -> Iterator[V]:
        return iter(self._elements)

    def _here(self) -> Location:
        return TableLocation(self)

    def _names(self) -> list[str]:
        return list(self._named)

    def _locate(self, name: str) -> Location | None:
        found = self._named.get(name)
        return None if found is None else found._here()


class TableLocation(GroupLocation):
    """The location of a table."""

    __slots__ = ()

    @property
    def raw_segments(self) -> None:
        """None: the groups may come from several places."""

    def to_json(self) -> Any:
        """Return the groups as a list."""
        return [each.to_json() for each in self.parts()]

    def parts(self) -> Iterator[Location]:
        """Iterate over the groups."""
        return (each._here() for each in self.value)

    def count(self) -> int:
        """Return the number of groups."""
        return len(self.value)

    def at(self, position: int) -> Location:
        """Return the group at a position."""
        return self.value[position]._here()  # type: ignore[no-any-return]  # of a Node


class TableOf(Named, Generic[V]):
    """The name of a table.

    Args:
        group: The class of the groups, or a choice of classes.
        doc: One line of description.
        key: The view with the name of a group; empty if they have none.
        find: Finds the parts that the groups stand for, in the group around the table.

    Attributes:
        of: The class, or the classes.
        key: As given.
    """

    def __init__(
        self,
        group: type[V] | Choice[V],
        doc: str,
        key: str,
        find: Callable[[Any], Iterable[Location]],
    ) -> None:
        self.of = group
        self.doc = doc
        self.key = key
        self._find = find

    def locate(self, views: Views) -> Location:
        """Return the location of the table."""
        return self.__get__(views, type(views))._here()

    @overload
    def __get__(self, views: None, owner: type) -> TableOf[V]: ...
    @overload
    def __get__(self, views: Views, owner: type) -> Table[V]: ...

    def __get__(self, views: Views | None, owner: type) -> TableOf[V] | Table[V]:
        if views is None:
            return self
        return Table(views._raw, (*views._segments, self.name), self._find(views), self.of, self.key)


def table(
    group: type[V] | Choice[V], doc: str, *, key: str = ""
) -> Callable[[Callable[[Any], Iterable[Location]]], TableOf[V]]:
    """Declare a table whose parts of the state a method finds; see `TableOf`."""
    return lambda find: TableOf(group, doc, key, find)


class ByName(Node, Mapping[str, T]):
    """Values by names that the state has; they can be set.

    Attributes:
        placeholder: What stands for a name in documents.
        type_text: The type of the values in documents.
    """

    __slots__ = ()

    placeholder: ClassVar[str] = "NAME"
    type_text: ClassVar[str] = "hexadecimal"

    def __getitem__(self, name: str) -> T:
        found: T = plain(self._at(name))
        return found

    def __setitem__(self, name: str, value: T) -> None:
        assign(self._at(name), value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __repr__(self) -> str:
        teach_pprint()
        return f"{type(self).__qualname__}({', '.join(self._names())})"

    def __rich_repr__(self) -> Iterator[str]:
        return map(_Word, self._names())

    def _at(self, name: str) -> Location:
        found = self._locate(name)
        if found is None:
            raise KeyError(self._missing(name) or no_such(self, name))
        return found


class _Word(str):
    """A text whose repr has no quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


break_lines(Table.__repr__, list)
break_lines(ByName.__repr__, ByName.__rich_repr__)


def no_such(node: Node, name: str) -> str:
    """Return the message for a name that a table or mapping does not have."""
    import difflib

    here = node._here()
    close = difflib.get_close_matches(name, here.names(), 1)
    return f"{here.path} has no {name!r}" + (f": did you mean {close[0]!r}?" if close else "")
