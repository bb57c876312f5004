"""Views: names that hold in every release, whatever a release calls the fields behind them.

A family of formats declares them in classes, one for each part that has names:

    class Drive(Views):
        \"\"\"A drive.\"\"\"

        path = View(TEXT, "Host path of the backing file", at="device_state<*>.disk_path")

        @computed(FLAG, "The guest can't write to it", at="device_state<*>.virtio_state.avail_features")
        def read_only(self) -> bool: ...

    class Machine(Views):
        \"\"\"A machine.\"\"\"

        @table(Drive, "Drives", key="id")
        def drives(self) -> Iterable[Location]: ...

In Python the names are typed attributes, and in the path language steps: `machine.drives["rootfs"].path`,
`@drives.rootfs.path`. Both read and write the state itself. All names of these classes that don't begin with
an underscore are views.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Generic, NoReturn, TypeVar, overload

from snapformat.errors import DecodeError
from snapformat.inspect.locations import Location, PathError
from snapformat.inspect.view_locations import GROUP, GroupLocation, ViewLocation
from snapformat.limits import Limits
from snapformat.model import kinds
from snapformat.model.declare.display import break_lines, in_hex, teach_pprint
from snapformat.model.declare.registry import import_reference
from snapformat.model.kinds import Kind
from snapformat.path import VIEWS, Segment, Variant, format_path

T = TypeVar("T")
N = TypeVar("N", bound="Node")


class ViewType(Generic[T]):
    """The type of the values of a view.

    Args:
        text: Its name in documents.
        kind: The kind of a computed value; the value of a field has that of the field.
    """

    __slots__ = ("kind", "text")

    def __init__(self, text: str, kind: Kind) -> None:
        self.text: str = text
        self.kind: Kind = kind


#: Text.
TEXT: ViewType[str] = ViewType("text", kinds.Str())
#: Text, or None.
TEXT_OR_NONE: ViewType[str | None] = ViewType("text or null", kinds.Option(kinds.Str()))
#: True or false.
FLAG: ViewType[bool] = ViewType("true or false", kinds.Bool())
#: An integer of at most 64 bits, not negative.
NUMBER: ViewType[int] = ViewType("integer", kinds.Int("u64", 8, signed=False))
#: A sum or a product of numbers.
TOTAL: ViewType[int] = ViewType("integer", kinds.Int("u128", 16, signed=False))
#: A `NUMBER`, or None.
NUMBER_OR_NONE: ViewType[int | None] = ViewType("integer or null", kinds.Option(NUMBER.kind))
#: An address, or the contents of a register.
HEX: ViewType[int] = ViewType("hexadecimal", kinds.Int("u64", 8, signed=False, hex=True))
#: A variant of an enum without data; its value is the name.
CHOICE: ViewType[str] = ViewType("name", kinds.Str())
#: A part with fields of its own, which have the same names in every release.
PART: ViewType[Any] = ViewType("fields", GROUP)


# --- groups -----------------------------------------------------------------------------------------------


class Node:
    """A group of names.

    Args:
        raw: The part of the state that they belong to.
        segments: The path of the group.
    """

    __slots__ = ("_raw", "_segments")

    def __init__(self, raw: Location, segments: tuple[Segment, ...] = (VIEWS,)) -> None:
        self._raw = raw
        self._segments = segments

    def _here(self) -> Location:
        """Return the location of the group."""
        return GroupLocation(self)

    def _names(self) -> list[str]:
        """Return the names that this state has."""
        raise NotImplementedError

    def _locate(self, name: str) -> Location | None:
        """Return the view with a name; None if this state has none."""
        raise NotImplementedError

    def _missing(self, name: str) -> str:
        """Return why this state has no view of a known name; empty if the name is not known."""
        return ""


class Choice(Generic[N]):
    """Classes of groups, one of which fits a part of a state; they are imported where they are needed.

    Args:
        by_field: Field of the part -> reference of the class that stands for parts with this field.
    """

    __slots__ = ("_by_field",)

    def __init__(self, by_field: dict[str, str]) -> None:
        self._by_field = by_field

    def of(self, raw: Location) -> type[N] | None:
        """Return the class that fits a part; None if there is none."""
        fitting = (reference for name, reference in self._by_field.items() if raw.field(name) is not None)
        reference = next(fitting, None)
        return None if reference is None else import_reference(reference)

    def all(self) -> list[type[N]]:
        """Return all classes."""
        return [import_reference(reference) for reference in self._by_field.values()]


class Views(Node):
    """A group whose names are declared as attributes of a subclass."""

    __slots__ = ()

    @classmethod
    def _declared(cls) -> dict[str, Named]:
        """Return the declarations by their names: those of the class itself first, then of its bases."""
        found: dict[str, Named] = {}
        for base in cls.__mro__:
            for each in vars(base).values():
                if isinstance(each, Named):
                    found.setdefault(each.name, each)
        return found

    def _find(self, *paths: str) -> Location | None:
        """Return the first part of the state that is there, by paths as `follow` takes them."""
        for path in paths:
            found = follow(self._raw, path)
            if found is not None:
                return found
        return None

    def _names(self) -> list[str]:
        return [name for name, each in self._declared().items() if each.locate(self) is not None]

    def _locate(self, name: str) -> Location | None:
        declared = self._declared().get(name)
        return None if declared is None else declared.locate(self)

    def _missing(self, name: str) -> str:
        return "this snapshot has none" if name in self._declared() else ""

    def _values(self) -> Iterator[tuple[View[Any], Location]]:
        """Iterate over the values that this state has, with their declarations."""
        for each in self._declared().values():
            found = each.locate(self) if isinstance(each, View) else None
            if isinstance(each, View) and found is not None:
                yield each, found

    def _refuse(self, name: str, why: str) -> NoReturn:
        """Raise the error for a value that a name can't take."""
        raise PathError(f"{format_path((*self._segments, name))}: {why}")

    def __repr__(self) -> str:
        teach_pprint()
        shown = (f"{each.name}={each.text_of(found)}" for each, found in self._values())
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:
        for each, found in self._values():
            value = each.value_of(found)
            yield each.name, in_hex(value) if each.type is HEX else value


break_lines(Views.__repr__, Views.__rich_repr__)


# --- declarations -----------------------------------------------------------------------------------------


class Named:
    """The declaration of a name.

    Attributes:
        name: The name.
        doc: One line of description.
    """

    name: str
    doc: str

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def locate(self, views: Views) -> Location | None:
        """Return its location in a state; None if the state has none."""
        raise NotImplementedError

    def absent(self, views: Views) -> NoReturn:
        """Raise the error for a name that the state does not have."""
        path = format_path((*views._segments, self.name))
        raise AttributeError(f"{path}: {views._missing(self.name)}", name=self.name, obj=views)


class View(Named, Generic[T]):
    """The name of a value.

    Args:
        type_: The type of its values.
        doc: One line of description.
        at: The path of the field from the part that the class stands for; of several the first that is there.
        read_only: Why it can't be changed. By default it can, unless the field depends on others.
        in_summary: Whether summaries have it.

    Attributes:
        type: The type of its values.
        read_only: Why it can't be changed; empty if it can, or if its field tells.
        in_summary: As given.
    """

    def __init__(
        self,
        type_: ViewType[T],
        doc: str,
        *,
        at: str | tuple[str, ...] = (),
        read_only: str = "",
        in_summary: bool = True,
    ) -> None:
        self.type = type_
        self.doc = doc
        self.read_only: str = read_only
        self.in_summary = in_summary
        self._at = (at,) if isinstance(at, str) else at
        self._read: Callable[[Any], T] | None = None
        self._write: Callable[[Any, T], None] | None = None

    def reader(self, read: Callable[[Any], T]) -> View[T]:
        """Compute the value with a function of the group, instead of taking that of the field."""
        self._read = read
        self.read_only = self.read_only or "it follows from other fields"
        return self

    def setter(self, write: Callable[[Any, T], None]) -> Callable[[Any, T], None]:
        """Write a value with a function of the group and the value."""
        self._write = write
        self.read_only = ""
        return write

    def locate(self, views: Views) -> ViewLocation | None:
        """Return its location in a state; None if the state has no such field."""
        raw = views._find(*self._at)
        if raw is None and self._at:
            return None
        write, fixed = self._write, self.read_only
        put: Callable[[Any], None] | None = None if raw is None else raw.set
        if write is not None:

            def put(new: Any) -> None:
                write(views, new)
        elif self._read is None and raw is not None:
            fixed = fixed or raw.depends
        kind, value = self.type.kind, None
        if self._read is not None:
            value = self._read(views)
        elif raw is not None:
            kind, value = raw.kind, raw.value
        origin = None if raw is None else raw.raw_segments
        return ViewLocation(kind, value, (*views._segments, self.name), put, origin, fixed)

    def value_of(self, location: Location) -> T:
        """Return the value at its location, as the attribute has it."""
        is_plain = self._read is not None or self.type is PART
        value: T = location.value if is_plain else plain(location)
        return value

    def text_of(self, location: Location) -> str:
        """Return the value at its location as text of Python."""
        value = self.value_of(location)
        return hex(value) if isinstance(value, int) and self.type is HEX else repr(value)

    @overload
    def __get__(self, views: None, owner: type) -> View[T]: ...
    @overload
    def __get__(self, views: Views, owner: type) -> T: ...

    def __get__(self, views: Views | None, owner: type) -> View[T] | T:
        if views is None:
            return self
        found = self.locate(views)
        if found is None:
            self.absent(views)
        return self.value_of(found)

    def __set__(self, views: Views, value: T) -> None:
        found = self.locate(views)
        if found is None:
            self.absent(views)
        if found.fixed:
            raise AttributeError(f"{found.path}: {found.why_fixed}", name=self.name, obj=views)
        if self.type is PART:
            found.set(value)
        else:
            assign(found, value)


def computed(
    type_: ViewType[T],
    doc: str,
    *,
    at: str | tuple[str, ...] = (),
    read_only: str = "",
    in_summary: bool = True,
) -> Callable[[Callable[[Any], T]], View[T]]:
    """Declare a value that a method computes; see `View`. With a `setter` it can be written."""
    return View(type_, doc, at=at, read_only=read_only, in_summary=in_summary).reader


class Part(Named, Generic[N]):
    """The name of a group.

    Args:
        group: The class of the group.
        doc: One line of description.
        at: The path of the part that the group stands for; of several the first that is there.

    Attributes:
        of: The class.
    """

    def __init__(self, group: type[N], doc: str, *, at: str | tuple[str, ...] = "") -> None:
        self.of = group
        self.doc = doc
        self._at = (at,) if isinstance(at, str) else at

    def group(self, views: Views) -> N | None:
        """Return the group; None if the state has none."""
        raw = views._find(*self._at)
        return None if raw is None else self.of(raw, (*views._segments, self.name))

    def locate(self, views: Views) -> Location | None:
        """Return the location of the group; None if the state has none."""
        group = self.group(views)
        return None if group is None else group._here()

    @overload
    def __get__(self, views: None, owner: type) -> Part[N]: ...
    @overload
    def __get__(self, views: Views, owner: type) -> N: ...

    def __get__(self, views: Views | None, owner: type) -> Part[N] | N:
        if views is None:
            return self
        group = self.group(views)
        if group is None:
            self.absent(views)
        return group


class OptionalPart(Named, Generic[N]):
    """The name of a group that not every state has: then it is None.

    Args:
        group: The class of the group, or a choice of classes.
        doc: One line of description.
        find: Finds the part that the group stands for, in the group around it.

    Attributes:
        of: The class, or the classes.
    """

    def __init__(self, group: type[N] | Choice[N], doc: str, find: Callable[[Any], Location | None]) -> None:
        self.of = group
        self.doc = doc
        self._find = find

    def locate(self, views: Views) -> Location | None:
        """Return the location of the group; None if the state has none."""
        group = self.__get__(views, type(views))
        return None if group is None else group._here()

    @overload
    def __get__(self, views: None, owner: type) -> OptionalPart[N]: ...
    @overload
    def __get__(self, views: Views, owner: type) -> N | None: ...

    def __get__(self, views: Views | None, owner: type) -> OptionalPart[N] | N | None:
        if views is None:
            return self
        raw = self._find(views)
        return None if raw is None else make(self.of, raw, (*views._segments, self.name))


def part(
    group: type[N] | Choice[N], doc: str
) -> Callable[[Callable[[Any], Location | None]], OptionalPart[N]]:
    """Declare a group whose part of the state a method finds; None if the state has none."""
    return lambda find: OptionalPart(group, doc, find)


# --- helpers ----------------------------------------------------------------------------------------------

_STEP = re.compile(r"\.?(?P<name>\w+)|<(?P<variant>\w+|\*)>|\[(?P<index>\d+)\]")


@cache
def _steps(path: str) -> tuple[str | int | Variant, ...]:
    found = ((each["name"], each["variant"], each["index"]) for each in _STEP.finditer(path))
    return tuple(name or (Variant(variant) if variant else int(index)) for name, variant, index in found)


def follow(location: Location, path: str) -> Location | None:
    """Return the part at a path; None if there is none.

    Args:
        location: Where the path begins.
        path: Names, positions and variants; `<*>` is the variant that the value has.
    """
    found: Location | None = location
    for step in _steps(path):
        if found is None:
            return None
        if isinstance(step, int):
            found = found.at(step) if step < (found.count() or 0) else None
        elif not isinstance(step, Variant):
            found = found.field(step)
        elif step == "*":
            found = next(found.parts(), None) if isinstance(found.opened().kind, kinds.Enum) else None
        else:
            found = found.variant(step)
    return found


def make(group: type[N] | Choice[N], raw: Location, segments: tuple[Segment, ...]) -> N | None:
    """Make a group; None if it is a choice of classes, and none fits."""
    cls = group.of(raw) if isinstance(group, Choice) else group
    return None if cls is None else cls(raw, segments)


def plain(location: Location) -> Any:
    """Return a value without options and newtypes around it; of an enum without data its name."""
    inner = location.opened()
    if not isinstance(inner.kind, kinds.Enum):
        return inner.value
    variant = inner.kind.variant_of(inner.value)
    return inner.value if variant is None else variant.name


def assign(location: Location, value: Any) -> None:
    """Replace a value by one of Python, which is checked at once.

    Raises:
        ValueError: It does not fit.
    """
    try:
        location.set_json(value, Limits())
    except DecodeError as error:
        expected = "" if error.expected is None else f", expected {error.expected}"
        found = "" if error.found is None else f", found {error.found}"
        message = f"{error.message}{expected}{found}".removeprefix("the JSON does not fit, ")
        raise ValueError(f"{location.path}: {message}") from None
