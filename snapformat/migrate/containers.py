"""Converters of options, sequences, tuples, maps and sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snapformat.errors import MigrationError
from snapformat.model import kinds
from snapformat.model.kinds import Kind
from snapformat.model.values import PairMap, PairSet, Some
from snapformat.path import Key

if TYPE_CHECKING:
    from snapformat.migrate.conversion import Conversion
    from snapformat.migrate.pairs import Converter, Pair
    from snapformat.migrate.plan import Plan


def _same(value: Any, to: Conversion) -> Any:
    return value


def converter(pair: Pair) -> Converter:
    """Return a function that converts by a pair whose converter may be made later."""
    if not pair.changes:
        return _same
    return pair.convert or (lambda value, to: pair.convert(value, to))  # type: ignore[misc]  # it changes


def options(pair: Pair, old: kinds.Option, new: kinds.Option, plan: Plan) -> None:
    """Convert the value inside."""
    item = plan.pair(old.item, new.item, pair.at)

    def build() -> Converter:
        inner, opened, closed = converter(item), old.wrapped, new.wrapped

        def convert(value: Any, to: Conversion) -> Any:
            if value is None:
                return None
            found = inner(value.value if opened else value, to)
            return Some(found) if closed else found

        return convert

    pair.made_by(build, item)
    pair.changes = old.wrapped != new.wrapped


def new_option(pair: Pair, new: kinds.Option, plan: Plan) -> None:
    """Make the value present."""
    item = plan.pair(pair.old, new.item, pair.at)

    def build() -> Converter:
        inner, closed = converter(item), new.wrapped

        def convert(value: Any, to: Conversion) -> Any:
            found = inner(value, to)
            return Some(found) if closed else found

        return convert

    pair.made_by(build, item)
    pair.changes = new.wrapped


def sequences(pair: Pair, old: Kind, new: Kind, plan: Plan) -> None:
    """Convert the elements."""
    item = plan.pair(old, new, pair.at)

    def build() -> Converter:
        return lambda values, to: elements(values, converter(item), to)

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


def tuples(pair: Pair, old: kinds.Tuple, new: kinds.Tuple, plan: Plan) -> None:
    """Convert each element by its own pair."""
    items = [plan.pair(before, after, pair.at) for before, after in zip(old.items, new.items, strict=True)]

    def build() -> Converter:
        inner = [converter(item) for item in items]

        def convert(values: Any, to: Conversion) -> Any:
            place, old_place = to.place, to.old_place
            place.append(0)
            old_place.append(0)
            found = []
            for index, (function, value) in enumerate(zip(inner, values, strict=True)):
                place[-1] = old_place[-1] = index
                found.append(function(value, to))
            place.pop()
            old_place.pop()
            return tuple(found)

        return convert

    pair.made_by(build, *items)


def maps(pair: Pair, old: kinds.Map, new: kinds.Map, plan: Plan) -> None:
    """Convert keys and values."""
    keys, values = plan.pair(old.key, new.key, pair.at), plan.pair(old.value, new.value, pair.at)

    def build() -> Converter:
        key_of, value_of = converter(keys), converter(values)

        def convert(entries: Any, to: Conversion) -> Any:
            found: PairMap[Any, Any] = PairMap()
            for key, value in entries.items():
                segment = Key(key) if isinstance(key, str) else Key(repr(key))
                to.place.append(segment)
                to.old_place.append(segment)
                found[key_of(key, to)] = value_of(value, to)
                to.place.pop()
                to.old_place.pop()
            _check_number(len(entries), len(found), "keys", to)
            return found

        return convert

    pair.made_by(build, keys, values)


def sets(pair: Pair, old: kinds.Set, new: kinds.Set, plan: Plan) -> None:
    """Convert the elements."""
    item = plan.pair(old.item, new.item, pair.at)

    def build() -> Converter:
        def convert(values: Any, to: Conversion) -> Any:
            found = PairSet(elements(values, converter(item), to))
            _check_number(len(values), len(found), "elements", to)
            return found

        return convert

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
