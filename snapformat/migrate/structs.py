"""Converters of structs: fields by their names, and the sources and uses of a `Change`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from snapformat.encodings.bincode.encoding import Encoding
from snapformat.errors import EncodeError, MigrationError, SchemaError
from snapformat.migrate.instances import Carried, Getter, Sourced, by_attr, converter_of, getter
from snapformat.migrate.report import MOST_ALIKE
from snapformat.migrate.sources import (
    IMMUTABLE,
    Computed,
    Defaulted,
    EntryKind,
    Moved,
    Narrowed,
    Renamed,
    Source,
    Use,
)
from snapformat.migrate.wording import type_text
from snapformat.model import kinds
from snapformat.model.checks import describe_exception
from snapformat.model.kinds import Field, Kind
from snapformat.path import parse_path

if TYPE_CHECKING:
    from snapformat.migrate.change import Change
    from snapformat.migrate.conversion import Conversion
    from snapformat.migrate.pairs import Converter, Pair
    from snapformat.migrate.plan import Plan


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
    parts = [source.part for source in sources.values() if isinstance(source, Carried)]
    pair.made_by(lambda: converter_of(old, new, sources, uses, is_task=pair.is_task), *parts)
    is_plain = old.cls is new.cls and not uses
    pair.changes = not is_plain or any(isinstance(s, Sourced) or s.why is not None for s in sources.values())


def making(
    old: kinds.Struct, new: kinds.Struct, fields: frozenset[str], plan: Plan
) -> Callable[[], Converter]:
    """Return a function that makes the converter of an instance and some given fields."""
    change = plan.change_between(old, new)
    owner = change.name if change is not None else f"{type_text(old)} -> {type_text(new)}"
    for name in fields:
        if name not in by_attr(new):
            raise SchemaError(f"to.make: {type_text(new)} has no field {name!r}", owner=owner)
    sources = _sources(old, new, change, owner, plan, fields)
    uses = {} if change is None else _checked_uses(old, change, owner)

    def build() -> Converter:
        whole = converter_of(old, new, sources, uses, fields)
        return lambda given, to: whole(given, to)

    return build


def _sources(
    old: kinds.Struct,
    new: kinds.Struct,
    change: Change | None,
    owner: str,
    plan: Plan,
    without: frozenset[str] = frozenset(),
) -> dict[str, Carried | Sourced]:
    """Return the source of each new field but those in `without`."""
    before, after = by_attr(old), by_attr(new)
    given = change.given if change is not None else {}
    for name in given:
        if name not in after:
            raise SchemaError(f"given: {type_text(new)} has no field {name!r}", owner=owner)
    found: dict[str, Carried | Sourced] = {}
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
            found[name] = Carried(
                earlier, plan.pair(earlier.kind, field.kind, at), source.why or f"was {source.old}"
            )
        elif isinstance(source, Narrowed):
            if name not in before:
                raise SchemaError(
                    f"narrowed: {type_text(old)} has no field of this name", owner=owner, field=name
                )
            made = _narrow(old, before[name], field.kind, source.why, at, plan)
            lowest, highest = _range_of(field.kind)
            within = (before[name], lowest, highest) if lowest <= highest else None
            found[name] = Sourced(made, within=within)
        elif source is not None:
            found[name] = Sourced(_made_by(source, field.kind, at, plan), _constant_of(source))
        elif name in before:
            found[name] = Carried(before[name], plan.pair(before[name].kind, field.kind, at))
        elif old.style == new.style == "newtype":
            (earlier,) = before.values()
            found[name] = Carried(earlier, plan.pair(earlier.kind, field.kind, at))
        elif field.optional:
            found[name] = Sourced(_supplied(field.kind))
        else:
            raise SchemaError(
                f"the new field has no source: {type_text(old)} has no field of this name; "
                + _advice(old, new, f"given={{{name!r}: ...}}) with renamed, default, moved or computed"),
                owner=owner,
                field=name,
            )
    return found


def _advice(old: kinds.Struct, new: kinds.Struct, rest: str) -> str:
    if old.cls is None or new.cls is None:
        return "a Change is between declared classes: use such classes in place of the Structs"
    return f"write Change({type_text(old)}, {type_text(new)}, {rest}"


def _uses(old: kinds.Struct, new: kinds.Struct, change: Change | None, owner: str) -> dict[str, Use]:
    """Return the uses of the old fields that are not carried; check that each has one."""
    uses = {} if change is None else _checked_uses(old, change, owner)
    after = by_attr(new)
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
        for name, field in by_attr(old).items():
            if name not in used and _constant(field.kind) is None:
                raise SchemaError(
                    f"the old field has no use: {type_text(new)} has no field of this name; "
                    + _advice(
                        old,
                        new,
                        f"dropped={{{name!r}: ...}}) with moved_to, unused, loss or refused, or"
                        f" given={{...: renamed({name!r})}}",
                    ),
                    owner=owner,
                    field=name,
                )
    return uses


def _checked_uses(old: kinds.Struct, change: Change, owner: str) -> dict[str, Use]:
    before = by_attr(old)
    for name in change.dropped:
        if name not in before:
            raise SchemaError(f"dropped: {type_text(old)} has no field {name!r}", owner=owner)
    return change.dropped


def _supplied(kind: Kind) -> Converter:
    """Return the source of a value that construct supplies: a constant, or None until it is written."""
    constant = _constant(kind)
    value = None if constant is None else constant.value
    return lambda old, to: value


def _constant(kind: Kind) -> kinds.Const | None:
    """Return the constant that all values of a kind are, or None."""
    while isinstance(kind, kinds.Foreign) and kind.target is not None:
        kind = kind.target
    return kind if isinstance(kind, kinds.Const) else None


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
    kind_of_entry: EntryKind = "derived"
    if isinstance(source, Moved):
        kind_of_entry, why = "moved", why or f"from {source.path}"
    key, is_derived = (kind_of_entry, why, ""), kind_of_entry == "derived"

    def make(old: Any, to: Conversion) -> Any:
        try:
            value = function(old, to)
        except Exception as error:
            to.explain(error, old)
        number = to.numbers.get(key, 0)
        if number < MOST_ALIKE:
            to.note(kind_of_entry, None, why, new=value if is_derived else None)
        else:
            to.numbers[key] = number + 1
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
    get, earlier = getter(old, field), field.kind
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


def _range_of(kind: Kind) -> tuple[int, int]:
    """Return the range of values that certainly fit; an empty one if nothing is certain."""
    if type(kind) is not kinds.Int:
        return 1, 0
    highest = (1 << 8 * kind.size - kind.signed) - 1
    return int(kind.nonzero) if kind.nonzero or not kind.signed else -1 - highest, highest


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


def _constant_of(source: Source) -> tuple[Any, str] | None:
    """Return the value of a default that all instances may share, and its reason."""
    is_constant = isinstance(source, Defaulted) and isinstance(source.value, IMMUTABLE)
    return (source.value, source.why) if isinstance(source, Defaulted) and is_constant else None


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
        getters.append(getter(current, field))
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
