"""Converters of instances: their fields, and what is reported of those that are dropped."""

from __future__ import annotations

from collections.abc import Callable
from keyword import iskeyword
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from snapformat.errors import MigrationError
from snapformat.lazy_dataclasses import dataclass
from snapformat.migrate.report import MOST_ALIKE
from snapformat.migrate.sources import EntryKind, Lost, Unused, Use
from snapformat.model import kinds
from snapformat.model.c_struct import CStruct, set_rest
from snapformat.model.kinds import Field
from snapformat.path import Segment
from snapformat.trampoline import Task

if TYPE_CHECKING:
    from snapformat.migrate.conversion import Conversion
    from snapformat.migrate.pairs import Converter, Pair

#: Gets the value of a field from an instance or a container.
Getter = Callable[[Any], Any]


@dataclass(slots=True)
class Carried:
    """A new field that has the value of an old field.

    Attributes:
        old: The old field.
        part: The pair of their kinds.
        why: The note of a rename, or None.
    """

    old: Field
    part: Pair
    why: str | None = None


@dataclass(slots=True)
class Sourced:
    """A new field whose value a source makes.

    Attributes:
        make: From the old instance to the value.
        constant: The same value and reason for all instances, or None.
        within: The old field, and the lowest and highest integer of it that is the value; or None.
    """

    make: Converter
    constant: tuple[Any, str] | None = None
    within: tuple[Field, int, int] | None = None


def by_attr(struct: kinds.Struct) -> dict[str, Field]:
    """Return the fields by attribute."""
    return {each.attr: each for each in struct.fields if each.attr is not None}


def getter(struct: Any, field: Field) -> Getter:
    """Return the function that gets the value of a field."""
    assert field.attr is not None
    return attrgetter(field.attr) if struct.cls is not None else itemgetter(field.attr)


def segments(struct: kinds.Struct) -> dict[str, Segment | None]:
    """Return the path segment of each field; None for that of a newtype."""
    found: dict[str, Segment | None] = {}
    for index, field in enumerate(struct.fields):
        if field.attr is not None:
            name = field.name or f"_{index}"
            found[field.attr] = (
                None if struct.style == "newtype" else index if struct.style == "tuple" else name
            )
    return found


def converter_of(
    old: kinds.Struct,
    new: kinds.Struct,
    sources: dict[str, Carried | Sourced],
    uses: dict[str, Use],
    given: frozenset[str] | None = None,
    *,
    is_task: bool = True,
) -> Converter:
    """Make the converter of instances.

    Args:
        old: The old struct.
        new: The new one.
        sources: The source of each new field that is not given.
        uses: The uses of the old fields.
        given: Names of fields that are given: converters get pairs of an instance and a mapping of them.
        is_task: Whether the converter returns tasks.
    """
    made = _Instances(old, new, sources, uses)
    return made.by_tasks(given) if is_task or given is not None else made.at_once()


class _Work(NamedTuple):
    """A new field whose value has to be made.

    Attributes:
        number: Its number.
        place: Its path segment, if it has one.
        old_place: The path segment of the old field, if it has one.
        old: The old field whose value is converted; None if the whole instance is.
        function: The converter.
        is_task: Whether that returns tasks.
    """

    number: int
    place: Segment | None
    old_place: Segment | None
    old: Field | None
    function: Converter
    is_task: bool


class _Instances:
    """Makes converters of instances."""

    def __init__(
        self,
        old: kinds.Struct,
        new: kinds.Struct,
        sources: dict[str, Carried | Sourced],
        uses: dict[str, Use],
    ) -> None:
        self._old, self._new, self._sources, self._uses = old, new, sources, uses
        self._names = [field.attr for field in new.fields if field.attr is not None]
        self._passed = [(index, name) for index, name in enumerate(self._names) if name not in sources]
        self._kept: list[tuple[int, Field]] = []
        self._work: list[_Work] = []
        self._drop = _dropper(old, uses)
        self._is_c_struct = new.cls is not None and issubclass(new.cls, CStruct)
        new_places, old_places = segments(new), segments(old)
        for index, name in enumerate(self._names):
            source, place = sources.get(name), new_places[name]
            if isinstance(source, Sourced):
                self._work.append(_Work(index, place, None, None, source.make, False))
            elif source is not None and (source.part.changes or source.why is not None):
                function, is_task = source.part.converter()
                if source.why is not None:
                    function = _noted(function, source.why)
                assert source.old.attr is not None
                self._work.append(
                    _Work(index, place, old_places[source.old.attr], source.old, function, is_task)
                )
            elif source is not None:
                self._kept.append((index, source.old))

    def by_tasks(self, given: frozenset[str] | None) -> Converter:
        """Return a converter that returns tasks."""
        count, make, drop, is_c_struct = len(self._names), self._new.make, self._drop, self._is_c_struct
        kept = [(index, getter(self._old, field)) for index, field in self._kept]
        work = [
            (each, None if each.old is None else getter(self._old, each.old), each.function)
            for each in self._work
        ]
        passed = self._passed

        def convert(value: Any, to: Conversion) -> Task:
            fields: Any = None
            if given is not None:
                value, fields = value
            values: list[Any] = [None] * count
            for index, get in kept:
                values[index] = get(value)
            place, old_place = to.place, to.old_place
            for (index, here, there, _, _, is_task), take, function in work:
                if here is not None:
                    place.append(here)
                if there is not None:
                    old_place.append(there)
                part = value if take is None else take(value)
                values[index] = (yield function(part, to)) if is_task else function(part, to)
                if there is not None:
                    old_place.pop()
                if here is not None:
                    place.pop()
            for index, name in passed:
                values[index] = fields[name]
            if drop is not None:
                drop(value, to)
            made = make(values)
            if is_c_struct:
                _keep_rest(value, made)
            return made

        return convert

    def at_once(self) -> Converter:
        """Return a generated function: the same without loops, and without tasks."""
        values = ["None"] * len(self._names)
        scope: dict[str, Any] = {"make": self._new.make, "drop": self._drop, "keep_rest": _keep_rest}
        lines = ["def convert(value, to):"]
        if self._work:
            lines.append("place, old_place = to.place, to.old_place")
        for index, field in self._kept:
            values[index] = self._text(field, index, scope)
        for each in self._work:
            assert not each.is_task
            values[each.number] = self._generate(each, lines, scope)
        lines += self._dropping(scope)
        lines.append(f"made = make([{', '.join(values)}])")
        lines += ["keep_rest(value, made)"] if self._is_c_struct else []
        lines.append("return made")
        exec(compile("\n    ".join(lines), "<migration>", "exec"), scope)
        found: Converter = scope["convert"]
        return found

    def _generate(self, work: _Work, lines: list[str], scope: dict[str, Any]) -> str:
        """Add the lines that make a value, and return its expression."""
        index, here, there, field, function, _ = work
        scope[f"f{index}"], scope[f"p{index}"], scope[f"o{index}"] = function, here, there
        part = "value" if field is None else self._text(field, index, scope)
        inner = [f"v{index} = f{index}({part}, to)"]
        found = f"v{index}"
        source = self._sources[self._names[index]]
        if isinstance(source, Sourced) and source.constant is not None:
            scope[f"c{index}"] = source.constant[0]
            found = f"c{index}"
            inner = _counting(index, "defaulted", source.constant[1], f", new=c{index}", scope)
        elif isinstance(source, Carried) and source.why is not None:
            scope[f"f{index}"] = source.part.converter()[0]
            inner[:0] = _counting(index, "moved", source.why, "", scope)
            if not source.part.changes:
                found, there = part, None
                inner.pop()
        if there is not None:
            inner = [f"old_place.append(o{index})", *inner, "old_place.pop()"]
        if here is not None:
            inner = [f"place.append(p{index})", *inner, "place.pop()"]
        if isinstance(source, Sourced) and source.within is not None:
            old, lowest, highest = source.within
            lines.append(f"{found} = {self._text(old, index, scope)}")
            lines.append(f"if type({found}) is not int or not {lowest} <= {found} <= {highest}:")
            inner = [f"    {line}" for line in inner]
        lines += inner
        return found

    def _dropping(self, scope: dict[str, Any]) -> list[str]:
        """Return the lines that report and refuse what is dropped."""
        if self._drop is None:
            return []
        before = by_attr(self._old)
        conditions = []
        for index, (name, use) in enumerate(self._uses.items()):
            if isinstance(use, Unused) or (isinstance(use, Lost) and use.unless is None):
                return ["drop(value, to)"]
            if isinstance(use, Lost):
                scope[f"u{index}"] = use.unless
                conditions.append(f"u{index}({self._text(before[name], -1 - index, scope)})")
        return [
            "try:",
            f"    is_harmless = {' and '.join(conditions)}",
            "except Exception:",  # which `drop` raises with its place
            "    is_harmless = False",
            "if not is_harmless:",
            "    drop(value, to)",
        ]

    def _text(self, field: Field, index: int, scope: dict[str, Any]) -> str:
        """Return the expression of an old field's value."""
        name = str(field.attr)
        if self._old.cls is not None and name.isidentifier() and not iskeyword(name):
            return f"value.{name}"
        get = f"g{index}".replace("-", "_")
        scope[get] = getter(self._old, field)
        return f"{get}(value)"


def _counting(index: int, kind: EntryKind, why: str, more: str, scope: dict[str, Any]) -> list[str]:
    """Return the lines that add an entry to the report, or count it if there are many like it."""
    scope[f"k{index}"], scope[f"w{index}"] = (kind, why, ""), why
    return [
        f"if (number := to.numbers.get(k{index}, 0)) < {MOST_ALIKE}:",
        f"    to.note({kind!r}, None, w{index}{more})",
        "else:",
        f"    to.numbers[k{index}] = number + 1",
    ]


def _keep_rest(old: Any, new: CStruct) -> None:
    """Keep the bytes beyond a C struct."""
    if not isinstance(old, CStruct):
        return
    rest = getattr(old, "_rest", None)
    if rest is not None:
        set_rest(new, *rest)


def _noted(function: Converter, why: str) -> Converter:
    def convert(value: Any, to: Conversion) -> Any:
        to.note("moved", None, why)
        return function(value, to)

    return convert


def _dropper(old: kinds.Struct, uses: dict[str, Use]) -> Converter | None:
    """Return the function that reports and refuses what is dropped of an instance."""
    before, places = by_attr(old), segments(old)
    found: list[tuple[Segment | None, Getter, Unused | Lost]] = [
        (places[name], getter(old, before[name]), use)
        for name, use in uses.items()
        if isinstance(use, Unused | Lost)
    ]
    if not found:
        return None

    def drop(value: Any, to: Conversion) -> None:
        for place, get, use in found:
            if place is not None:
                to.old_place.append(place)
            old_value = get(value)
            if isinstance(use, Unused):
                to.note("dropped", None, use.why, old=old_value)
            elif use.unless is None or not _is_harmless(use.unless, old_value, to):
                if use.code is None:
                    raise MigrationError(use.why, path=to.path(is_old=True), step=to.step, rules=to.rules)
                to.lose(use.code, None, old_value, use.why)
            if place is not None:
                to.old_place.pop()

    return drop


def _is_harmless(unless: Callable[[Any], bool], value: Any, to: Conversion) -> bool:
    try:
        return bool(unless(value))
    except Exception as error:
        to.explain(error, value, is_old=True)
