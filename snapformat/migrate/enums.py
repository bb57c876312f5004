"""Converters of enums: variants by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snapformat.errors import MigrationError, SchemaError
from snapformat.migrate.sources import Lost, Renamed
from snapformat.model import kinds
from snapformat.path import Variant
from snapformat.trampoline import Task

if TYPE_CHECKING:
    from snapformat.migrate.change import Change
    from snapformat.migrate.conversion import Conversion
    from snapformat.migrate.pairs import Converter, Pair
    from snapformat.migrate.plan import Plan


def analyze_enums(pair: Pair, old: kinds.Enum, new: kinds.Enum, change: Change | None, plan: Plan) -> None:
    """Match the variants of two enums.

    Raises:
        SchemaError: An old variant has no counterpart, or a change names what is not there.
    """
    owner = change.name if change is not None else f"{old.name} -> {new.name}"
    matched = _matched(old, new, change, owner)
    parts: dict[str, Pair] = {}
    for before, after in matched:
        if after is None or before.payload is None or after.payload is None:
            if after is not None and any(v.payload is not None and v.payload.fields for v in (before, after)):
                raise SchemaError(
                    f"the variant {before.name} has other data: write"
                    f" Change({old.name}, {new.name}, convert=...)",
                    owner=owner,
                )
            continue
        parts[before.name] = plan.pair(before.payload, after.payload, f"{owner}.{before.name}")

    def build() -> Converter:
        convert: dict[str, tuple[Converter, bool]] = {}
        for before, after in matched:
            if after is None:
                assert change is not None
                use = change.dropped[before.name]
                convert[before.name] = _refusal(use.why), False
            elif before.name in parts:
                convert[before.name] = _payload(before.name, after.name, parts[before.name])
            else:
                convert[before.name] = _constant(after), False

        def choice(value: Any, to: Conversion) -> tuple[Converter, bool]:
            variant = old.variant_of(value)
            if variant is None:
                raise MigrationError("not a variant", path=to.path(), expected=old.expected, step=to.step)
            return convert[variant.name]

        if pair.is_task:

            def by_tasks(value: Any, to: Conversion) -> Task:
                function, is_task = choice(value, to)
                return (yield function(value, to)) if is_task else function(value, to)

            return by_tasks
        by_class = {
            each.payload.cls: convert[each.name][0] for each in old.variants if each.payload is not None
        }

        def chosen(value: Any, to: Conversion) -> Any:
            function = by_class.get(type(value))
            return (function or choice(value, to)[0])(value, to)

        return chosen

    pair.made_by(build, *parts.values())
    same = old.cls is new.cls and all(
        after is not None and before.name == after.name for before, after in matched
    )
    pair.changes = not same


def _matched(
    old: kinds.Enum, new: kinds.Enum, change: Change | None, owner: str
) -> list[tuple[kinds.EnumVariant, kinds.EnumVariant | None]]:
    by_name = {variant.name: variant for variant in new.variants}
    new_names: dict[str, str] = {}
    dropped = change.dropped if change is not None else {}
    old_names = {variant.name for variant in old.variants}
    for name, source in change.given.items() if change is not None else ():
        if name not in by_name:
            raise SchemaError(f"given: {new.name} has no variant {name!r}", owner=owner)
        if not isinstance(source, Renamed):
            raise SchemaError(
                "given: a variant can only be renamed; else write convert=", owner=owner, field=name
            )
        if source.old not in old_names:
            raise SchemaError(f"given: {old.name} has no variant {source.old!r}", owner=owner, field=name)
        new_names[source.old] = name
    for name, use in dropped.items():
        if name not in old_names:
            raise SchemaError(f"dropped: {old.name} has no variant {name!r}", owner=owner)
        if not isinstance(use, Lost) or use.code is not None:
            raise SchemaError(
                "dropped: a variant can only be refused; else write convert=", owner=owner, field=name
            )
    matched: list[tuple[kinds.EnumVariant, kinds.EnumVariant | None]] = []
    for variant in old.variants:
        found = by_name.get(new_names.get(variant.name, variant.name))
        if variant.name in dropped:
            found = None
        elif found is None:
            raise SchemaError(
                f"{new.name} has no variant {variant.name!r}: write Change({old.name}, {new.name},"
                f" given={{...: renamed({variant.name!r})}}) or dropped={{{variant.name!r}: refused(why)}}",
                owner=owner,
            )
        matched.append((variant, found))
    return matched


def _refusal(why: str) -> Converter:
    return lambda value, to: to.refuse(None, why)


def _payload(old: str, new: str, part: Pair) -> tuple[Converter, bool]:
    before, after = Variant(old), Variant(new)
    inner, is_task = part.converter()

    def by_tasks(value: Any, to: Conversion) -> Task:
        to.place.append(after)
        to.old_place.append(before)
        found = yield inner(value, to)
        to.place.pop()
        to.old_place.pop()
        return found

    def convert(value: Any, to: Conversion) -> Any:
        to.place.append(after)
        to.old_place.append(before)
        found = inner(value, to)
        to.place.pop()
        to.old_place.pop()
        return found

    return (by_tasks, True) if is_task else (convert, False)


def _constant(variant: kinds.EnumVariant) -> Converter:
    payload, constant = variant.payload, variant.constant
    if payload is None:
        return lambda value, to: constant
    return lambda value, to: payload.make([])
