"""Converters of options, sequences, tuples, maps and sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snapformat.errors import MigrationError
from snapformat.model import kinds
from snapformat.model.kinds import Kind
from snapformat.model.values import PairMap, PairSet, Some
from snapformat.path import Key
from snapformat.trampoline import Task, run

if TYPE_CHECKING:
    from snapformat.migrate.conversion import Conversion
    from snapformat.migrate.pairs import Converter, Pair
    from snapformat.migrate.plan import Plan


def options(pair: Pair, old: kinds.Option, new: kinds.Option, plan: Plan) -> None:
    """Convert the value inside."""
    item = plan.pair(old.item, new.item, pair.at)

    def build() -> Converter:
        inner, is_task = item.converter()
        opened, closed = old.wrapped, new.wrapped

        def by_tasks(value: Any, to: Conversion) -> Task:
            if value is None:
                return None
            found = yield inner(value.value if opened else value, to)
            return Some(found) if closed else found

        def convert(value: Any, to: Conversion) -> Any:
            if value is None:
                return None
            found = inner(value.value if opened else value, to)
            return Some(found) if closed else found

        return by_tasks if is_task else convert

    pair.made_by(build, item)
    pair.changes = old.wrapped != new.wrapped


def new_option(pair: Pair, new: kinds.Option, plan: Plan) -> None:
    """Make the value present."""
    item = plan.pair(pair.old, new.item, pair.at)

    def build() -> Converter:
        inner, is_task = item.converter()
        closed = new.wrapped

        def by_tasks(value: Any, to: Conversion) -> Task:
            found = yield inner(value, to)
            return Some(found) if closed else found

        def convert(value: Any, to: Conversion) -> Any:
            found = inner(value, to)
            return Some(found) if closed else found

        return by_tasks if is_task else convert

    pair.made_by(build, item)
    pair.changes = new.wrapped


def sequences(pair: Pair, old: Kind, new: Kind, plan: Plan) -> None:
    """Convert the elements."""
    item = plan.pair(old, new, pair.at)

    def build() -> Converter:
        inner, is_task = item.converter()
        if is_task:
            return lambda values, to: _by_tasks(values, inner, to)
        return lambda values, to: elements(values, inner, to)

    pair.made_by(build, item)


def elements(values: Any, inner: Converter, to: Conversion) -> list[Any]:
    """Convert each element of a sequence."""
    place, old_place = to.place, to.old_place
    place.append(0)
    old_place.append(0)
    found = []
    for index, value in enumerate(values):
        place[-1] = old_place[-1] = index
        found.append(inner(value, to))
    place.pop()
    old_place.pop()
    return found


def _by_tasks(values: Any, inner: Converter, to: Conversion) -> Task:
    place, old_place = to.place, to.old_place
    place.append(0)
    old_place.append(0)
    found = []
    for index, value in enumerate(values):
        place[-1] = old_place[-1] = index
        found.append((yield inner(value, to)))
    place.pop()
    old_place.pop()
    return found


def _at_once(tasks: Converter, is_task: bool) -> Converter:
    """Return a converter that runs a task, unless it is a task itself."""
    return tasks if is_task else lambda value, to: run(tasks(value, to))


def tuples(pair: Pair, old: kinds.Tuple, new: kinds.Tuple, plan: Plan) -> None:
    """Convert each element by its own pair."""
    items = [plan.pair(before, after, pair.at) for before, after in zip(old.items, new.items, strict=True)]

    def build() -> Converter:
        inner = [item.converter() for item in items]

        def convert(values: Any, to: Conversion) -> Task:
            place, old_place = to.place, to.old_place
            place.append(0)
            old_place.append(0)
            found = []
            for index, ((function, is_task), value) in enumerate(zip(inner, values, strict=True)):
                place[-1] = old_place[-1] = index
                found.append((yield function(value, to)) if is_task else function(value, to))
            place.pop()
            old_place.pop()
            return tuple(found)

        return _at_once(convert, pair.is_task)

    pair.made_by(build, *items)


def maps(pair: Pair, old: kinds.Map, new: kinds.Map, plan: Plan) -> None:
    """Convert keys and values."""
    keys, values = plan.pair(old.key, new.key, pair.at), plan.pair(old.value, new.value, pair.at)

    def build() -> Converter:
        (key_of, key_is_task), (value_of, value_is_task) = keys.converter(), values.converter()

        def convert(entries: Any, to: Conversion) -> Task:
            found: PairMap[Any, Any] = PairMap()
            for key, value in entries.items():
                segment = Key(key) if isinstance(key, str) else Key(repr(key))
                to.place.append(segment)
                to.old_place.append(segment)
                new_key = (yield key_of(key, to)) if key_is_task else key_of(key, to)
                found[new_key] = (yield value_of(value, to)) if value_is_task else value_of(value, to)
                to.place.pop()
                to.old_place.pop()
            _check_number(len(entries), len(found), "keys", to)
            return found

        return _at_once(convert, pair.is_task)

    pair.made_by(build, keys, values)


def sets(pair: Pair, old: kinds.Set, new: kinds.Set, plan: Plan) -> None:
    """Convert the elements."""
    item = plan.pair(old.item, new.item, pair.at)

    def build() -> Converter:
        inner, is_task = item.converter()

        def convert(values: Any, to: Conversion) -> Task:
            listed = (yield _by_tasks(values, inner, to)) if is_task else elements(values, inner, to)
            found = PairSet(listed)
            _check_number(len(values), len(found), "elements", to)
            return found

        return _at_once(convert, pair.is_task)

    pair.made_by(build, item)


def _check_number(old: int, new: int, what: str, to: Conversion) -> None:
    if old != new:
        raise MigrationError(
            f"different {what} become equal",
            path=to.path(),
            expected=f"{old} {what}",
            found=str(new),
            step=to.step,
        )
