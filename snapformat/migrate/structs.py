"""Converters of structs: fields by their names, and the sources and uses of a `Change`."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from snapformat.encodings.bincode.encoding import Encoding
from snapformat.errors import EncodeError, MigrationError, SchemaError
from snapformat.lazy_dataclasses import dataclass
from snapformat.migrate.sources import (
    Computed,
    Defaulted,
    Lost,
    Moved,
    Narrowed,
    Renamed,
    Source,
    Unused,
    Use,
)
from snapformat.migrate.wording import type_text
from snapformat.model import kinds
from snapformat.model.c_struct import CStruct, set_rest
from snapformat.model.checks import describe_exception
from snapformat.model.kinds import Field, Kind
from snapformat.path import Segment, parse_path
from snapformat.trampoline import Task

if TYPE_CHECKING:
    from snapformat.migrate.change import Change
    from snapformat.migrate.conversion import Conversion
    from snapformat.migrate.pairs import Converter, Pair
    from snapformat.migrate.plan import Plan

#: Gets the value of a field from an instance or a container.
Getter = Callable[[Any], Any]


@dataclass(slots=True)
class _Carried:
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
class _Sourced:
    """A new field whose value a source makes.

    Attributes:
        make: From the old instance to the value.
    """

    make: Converter


def analyze_structs(
    pair: Pair, old: kinds.Struct, new: kinds.Struct, change: Change | None, plan: Plan
) -> None:
    """Find a source for each new field and a use of each old one.

    Raises:
        SchemaError: A field has none, or a change names what is not there.
    """
    owner = change.name if change is not None else f"{type_text(old)} -> {type_text(new)}"
    sources = _sources(old, new, change, owner, plan)
    uses = _uses(old, new, change, owner)
    parts = [source.part for source in sources.values() if isinstance(source, _Carried)]
    pair.made_by(lambda: _converter(old, new, sources, uses), *parts)
    is_plain = old.cls is new.cls and not uses
    pair.is_task = True
    pair.changes = not is_plain or any(isinstance(s, _Sourced) or s.why is not None for s in sources.values())


def making(
    old: kinds.Struct, new: kinds.Struct, fields: frozenset[str], plan: Plan
) -> Callable[[], Converter]:
    """Return a function that makes the converter of an instance and some given fields."""
    change = plan.change_between(old, new)
    owner = change.name if change is not None else f"{type_text(old)} -> {type_text(new)}"
    for name in fields:
        if name not in _by_attr(new):
            raise SchemaError(f"to.make: {type_text(new)} has no field {name!r}", owner=owner)
    sources = _sources(old, new, change, owner, plan, fields)
    uses = {} if change is None else _checked_uses(old, change, owner)

    def build() -> Converter:
        whole = _converter(old, new, sources, uses, fields)
        return lambda given, to: whole(given, to)

    return build


def _by_attr(struct: kinds.Struct) -> dict[str, Field]:
    return {each.attr: each for each in struct.fields if each.attr is not None}


def _sources(
    old: kinds.Struct,
    new: kinds.Struct,
    change: Change | None,
    owner: str,
    plan: Plan,
    without: frozenset[str] = frozenset(),
) -> dict[str, _Carried | _Sourced]:
    """Return the source of each new field but those in `without`."""
    before, after = _by_attr(old), _by_attr(new)
    given = change.given if change is not None else {}
    for name in given:
        if name not in after:
            raise SchemaError(f"given: {type_text(new)} has no field {name!r}", owner=owner)
    found: dict[str, _Carried | _Sourced] = {}
    for name, field in after.items():
        if name in without:
            continue
        source, at = given.get(name), f"{owner}: {name}"
        if isinstance(source, Renamed):
            if source.old not in before:
                raise SchemaError(
                    f"renamed: {type_text(old)} has no field {source.old!r}", owner=owner, field=name
                )
            earlier = before[source.old]
            found[name] = _Carried(
                earlier, plan.pair(earlier.kind, field.kind, at), source.why or f"was {source.old}"
            )
        elif isinstance(source, Narrowed):
            if name not in before:
                raise SchemaError(
                    f"narrowed: {type_text(old)} has no field of this name", owner=owner, field=name
                )
            found[name] = _Sourced(_narrow(old, before[name], field.kind, source.why, at, plan))
        elif source is not None:
            found[name] = _Sourced(_made_by(source, field.kind, at, plan))
        elif name in before:
            found[name] = _Carried(before[name], plan.pair(before[name].kind, field.kind, at))
        elif old.style == new.style == "newtype":
            (earlier,) = before.values()
            found[name] = _Carried(earlier, plan.pair(earlier.kind, field.kind, at))
        elif field.optional:
            found[name] = _Sourced(_supplied(field.kind))
        else:
            raise SchemaError(
                f"the new field has no source: {type_text(old)} has no field of this name; write"
                f" {_change(old, new)}, given={{{name!r}: ...}}) with renamed, default, moved or computed",
                owner=owner,
                field=name,
            )
    return found


def _change(old: Kind, new: Kind) -> str:
    return f"Change({type_text(old)}, {type_text(new)}"


def _uses(old: kinds.Struct, new: kinds.Struct, change: Change | None, owner: str) -> dict[str, Use]:
    """Return the uses of the old fields that are not carried; check that each has one."""
    uses = {} if change is None else _checked_uses(old, change, owner)
    after = _by_attr(new)
    used = set(after) | set(uses)
    if change is not None:
        renames = {source.old: name for name, source in change.given.items() if isinstance(source, Renamed)}
        used |= set(renames)
        for name in uses:
            carried = name in after and name not in change.given
            if carried or name in renames:
                raise SchemaError(
                    f"dropped, but the new field {renames.get(name, name)!r} takes its value: leave one out",
                    owner=owner,
                    field=name,
                )
    if not old.style == new.style == "newtype":
        for name in _by_attr(old):
            if name not in used:
                raise SchemaError(
                    f"the old field has no use: {type_text(new)} has no field of this name; write"
                    f" {_change(old, new)}, dropped={{{name!r}: ...}}) with moved_to, unused, loss or"
                    f" refused, or given={{...: renamed({name!r})}}",
                    owner=owner,
                    field=name,
                )
    return uses


def _checked_uses(old: kinds.Struct, change: Change, owner: str) -> dict[str, Use]:
    before = _by_attr(old)
    for name in change.dropped:
        if name not in before:
            raise SchemaError(f"dropped: {type_text(old)} has no field {name!r}", owner=owner)
    return change.dropped


def _supplied(kind: Kind) -> Converter:
    """Return the source of a value that construct supplies: a constant, or None until it is written."""
    inner = kind
    while isinstance(inner, kinds.Foreign) and inner.target is not None:
        inner = inner.target
    value = inner.value if isinstance(inner, kinds.Const) else None
    return lambda old, to: value


def _made_by(source: Source, kind: Kind, at: str, plan: Plan) -> Converter:
    """Return the function of a source that is not a rename."""
    if isinstance(source, Defaulted):
        _check_default(source, kind, at)
        return _default_of(source)
    if isinstance(source, Moved) and source.function is None:
        return _move_of(source, kind, at, plan)
    assert isinstance(source, Moved | Computed)
    assert source.function is not None
    function, why = source.function, source.why
    moved_from = source.path if isinstance(source, Moved) else None

    def make(old: Any, to: Conversion) -> Any:
        value = to.call(function, old)
        if moved_from is None:
            to.note("derived", None, why, new=value)
        else:
            to.note("moved", None, why or f"from {moved_from}")
        return value

    return make


def _check_default(source: Defaulted, kind: Kind, at: str) -> None:
    """Check a default against the type of its field.

    Raises:
        SchemaError: It does not fit.
    """
    owner, _, field = at.partition(": ")
    try:
        _check_value(kind, source.make())
    except Exception as error:  # a factory may raise anything
        fault = describe_exception(error)
        if isinstance(error, EncodeError):
            fault = f"expected {error.expected}, found {error.found}"
        raise SchemaError(f"the default does not fit: {fault}", owner=owner, field=field) from error


def _narrow(old: kinds.Struct, field: Field, kind: Kind, why: str, at: str, plan: Plan) -> Converter:
    """Return the function that takes a value, if it fits."""
    get, earlier = _getter(old, field), field.kind
    if isinstance(earlier, kinds.Option) and not isinstance(kind, kinds.Option):
        return _present(get, plan.pair(earlier.item, kind, at), why, plan)

    def make(value: Any, to: Conversion) -> Any:
        found = get(value)
        try:
            _check_value(kind, found)
        except EncodeError as error:
            raise _no_such_value(why, to, error.expected, error.found) from error
        return found

    return make


def _present(get: Getter, part: Pair, why: str, plan: Plan) -> Converter:
    """Return the function that takes the value of an option, if there is one."""

    def make(value: Any, to: Conversion) -> Any:
        found = get(value)
        if found is None:
            raise _no_such_value(why, to, type_text(part.new), "None")
        return plan.converted(part, found, to)

    return make


def _no_such_value(why: str, to: Conversion, expected: str | None, found: str | None) -> MigrationError:
    return MigrationError(
        why or "the new type has no such value",
        path=to.path(),
        expected=expected,
        found=found,
        step=to.step,
        rules=to.rules,
    )


def _check_value(kind: Kind, value: Any) -> None:
    Encoding(limit=None).write(kind, value)


def _default_of(source: Defaulted) -> Converter:
    def make(old: Any, to: Conversion) -> Any:
        value = source.make()
        to.note("defaulted", None, source.why, new=value)
        return value

    return make


def _move_of(source: Moved, kind: Kind, at: str, plan: Plan) -> Converter:
    """Return the function that converts the value at a path of the old payload."""
    owner, _, name = at.partition(": ")
    segments = parse_path(source.path)
    current, getters = plan.old, []
    for segment in segments:
        field = next(
            (f for f in getattr(current, "fields", ()) if f.attr is not None and segment in (f.name, f.attr)),
            None,
        )
        if field is None:
            raise SchemaError(
                f"moved: the old data has no field {source.path} (at {segment!r}); give a function instead",
                owner=owner,
                field=name,
            )
        getters.append(_getter(current, field))
        current = field.kind
    part = plan.pair(current, kind, at)

    def make(old: Any, to: Conversion) -> Any:
        value = to.root
        for get in getters:
            value = get(value)
        before, to.old_place = to.old_place, list(segments)
        found = plan.converted(part, value, to)
        to.old_place = before
        to.note("moved", None, source.why or f"from {source.path}")
        return found

    return make


def _getter(struct: Any, field: Field) -> Getter:
    assert field.attr is not None
    return attrgetter(field.attr) if struct.cls is not None else itemgetter(field.attr)


def _segments(struct: kinds.Struct) -> dict[str, Segment | None]:
    """Return the path segment of each field; None for that of a newtype."""
    found: dict[str, Segment | None] = {}
    for index, field in enumerate(struct.fields):
        if field.attr is not None:
            name = field.name or f"_{index}"
            found[field.attr] = (
                None if struct.style == "newtype" else index if struct.style == "tuple" else name
            )
    return found


def _converter(
    old: kinds.Struct,
    new: kinds.Struct,
    sources: dict[str, _Carried | _Sourced],
    uses: dict[str, Use],
    given: frozenset[str] | None = None,
) -> Converter:
    """Make the converter of instances; with `given`, of pairs of an instance and a mapping of fields."""
    names = [field.attr for field in new.fields if field.attr is not None]
    new_places, old_places = _segments(new), _segments(old)
    kept: list[tuple[int, Getter]] = []
    work: list[tuple[int, Segment | None, Segment | None, Getter | None, Converter, bool]] = []
    for index, name in enumerate(names):
        source = sources.get(name)
        if source is None:
            continue
        if isinstance(source, _Sourced):
            work.append((index, new_places[name], None, None, source.make, False))
            continue
        assert source.old.attr is not None
        get = _getter(old, source.old)
        if source.part.changes or source.why is not None:
            function, is_task = source.part.converter()
            if source.why is not None:
                function = _noted(function, source.why)
            work.append((index, new_places[name], old_places[source.old.attr], get, function, is_task))
        else:
            kept.append((index, get))
    passed = [(index, name) for index, name in enumerate(names) if name not in sources]
    drop = _dropper(old, uses)
    count, make = len(names), new.make
    is_c_struct = new.cls is not None and issubclass(new.cls, CStruct)

    def convert(value: Any, to: Conversion) -> Task:
        fields: Any = None
        if given is not None:
            value, fields = value
        values: list[Any] = [None] * count
        for index, get in kept:
            values[index] = get(value)
        place, old_place = to.place, to.old_place
        for index, here, there, take, function, is_task in work:
            if here is not None:
                place.append(here)
            if take is None:
                values[index] = function(value, to)
            else:
                if there is not None:
                    old_place.append(there)
                part = take(value)
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
        if is_c_struct and isinstance(value, CStruct):
            _keep_rest(value, made)
        return made

    return convert


def _keep_rest(old: CStruct, new: CStruct) -> None:
    """Keep the bytes beyond a C struct."""
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
    before, places = _by_attr(old), _segments(old)
    found: list[tuple[Segment | None, Getter, Unused | Lost, Converter]] = [
        (places[name], _getter(old, before[name]), use, _is_harmless(use))
        for name, use in uses.items()
        if isinstance(use, Unused | Lost)
    ]
    if not found:
        return None

    def drop(value: Any, to: Conversion) -> None:
        for place, get, use, is_harmless in found:
            if place is not None:
                to.old_place.append(place)
            old_value = get(value)
            if isinstance(use, Unused):
                to.note("dropped", None, use.why, old=old_value)
            elif not to.call(is_harmless, old_value, is_old=True):
                if use.code is None:
                    raise MigrationError(use.why, path=to.path(is_old=True), step=to.step, rules=to.rules)
                to.lose(use.code, None, old_value, use.why)
            if place is not None:
                to.old_place.pop()

    return drop


def _is_harmless(use: Unused | Lost) -> Converter:
    """Return the function that tells whether nothing is lost with a value."""
    unless = use.unless if isinstance(use, Lost) else None
    return lambda value, to: unless is not None and unless(value)
