"""The layout of older files: a type without the fields that were added since (`doc(since="1.1")`).

Such a field takes no bytes in an older file. Reading gives its default, and only that can be written.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import semver

from snapformat.errors import SchemaError
from snapformat.model import kinds
from snapformat.model.checks import describe_value
from snapformat.model.graph import walk_kinds
from snapformat.model.kinds import Field, Kind


def versions_in(kind: Kind) -> tuple[semver.Version, ...]:
    """Return the versions since which fields of a type exist, oldest first."""
    return kind.derive(versions_in, lambda: (tuple(sorted({since for _, since in _added(kind)})),))[0]


def _added(kind: Kind) -> Iterator[tuple[Field, semver.Version]]:
    for inner in walk_kinds(kind):
        for field in inner.fields if isinstance(inner, kinds.Struct) else ():
            if field.since is not None:
                yield field, field.since


def at_version(kind: Kind, version: semver.Version) -> Kind:
    """Return a type as files of an older version have it: the same one if nothing was added since.

    Raises:
        SchemaError: A field that was added is where the type can't be taken apart.
    """
    newer = tuple(since for since in versions_in(kind) if since > version)
    if not newer:
        return kind
    return kind.derive((at_version, newer[0]), lambda: _Older(newer[0]).whole(kind))


def added_since(kind: Kind, version: semver.Version) -> Iterator[tuple[str, semver.Version, Any]]:
    """Iterate over the fields that were added after a version.

    Yields:
        The path by which the type has the field, with `[*]` for all elements; the version since which files
        have it; its default. Of a type that contains itself, those of the outermost value.
    """
    waiting: list[tuple[Kind, str, tuple[int, ...]]] = [(kind, "$", ())]
    while waiting:
        current, path, around = waiting.pop()
        if id(current) in around:
            continue
        inside = (*around, id(current))
        match current:
            case kinds.Struct():
                for field in current.fields:
                    here = path if current.style == "newtype" else f"{path}.{field.name}"
                    if field.since is not None and field.since > version and field.default is not None:
                        yield here, field.since, field.default()
                waiting += [
                    (field.kind, path if current.style == "newtype" else f"{path}.{field.name}", inside)
                    for field in reversed(current.fields)
                ]
            case kinds.Enum():
                waiting += [
                    (each.payload, f"{path}<{each.name}>", inside)
                    for each in reversed(current.variants)
                    if each.payload is not None
                ]
            case kinds.Option():
                waiting.append((current.item, path, inside))
            case _:
                waiting += [(child, f"{path}[*]", inside) for child in reversed(current.children())]


class _Older:
    """Makes the types of files that are older than a version.

    Args:
        first: The oldest version whose fields they don't have.
    """

    def __init__(self, first: semver.Version) -> None:
        self._first = first
        self._made: dict[int, Kind] = {}

    def whole(self, kind: Kind) -> Kind:
        """Return the type without the fields since that version."""
        inside = [*walk_kinds(kind)]
        around: dict[int, list[Kind]] = {}
        for each in inside:
            for child in each.children():
                around.setdefault(id(child), []).append(each)
        waiting: list[Kind] = [
            each for each in inside if isinstance(each, kinds.Struct) and any(map(self._is_new, each.fields))
        ]
        affected: dict[int, Kind] = {}
        while waiting:
            each = waiting.pop()
            if id(each) not in affected:
                affected[id(each)] = each
                waiting += around.get(id(each), ())
        # Structs and enums first: they may contain themselves, so they are filled once all others exist.
        named = [each for each in affected.values() if isinstance(each, kinds.Struct | kinds.Enum)]
        for each in named:
            self._made[id(each)] = dataclasses.replace(each)
        for each in inside[::-1]:
            if id(each) in affected:
                self._of(each, affected)
        for each in named:
            self._fill(each)
        return self._made[id(kind)]

    def _is_new(self, field: Field) -> bool:
        return field.since is not None and field.since >= self._first

    def _of(self, kind: Kind, affected: dict[int, Kind]) -> Kind:
        """Return the older form of a kind that is not a struct or enum; those inside first."""
        stack = [kind]
        while stack:
            current = stack[-1]
            missing = [c for c in current.children() if id(c) in affected and id(c) not in self._made]
            if id(current) in self._made:
                stack.pop()
            elif missing:
                stack += missing
            else:
                self._made[id(current)] = self._replaced(current)
                stack.pop()
        return self._made[id(kind)]

    def _replaced(self, kind: Kind) -> Kind:
        if not isinstance(kind, _CONTAINERS):
            raise SchemaError(f"a field with since can't be inside of {type(kind).__name__}")
        changed: dict[str, Any] = {}
        for each in dataclasses.fields(kind):
            value = getattr(kind, each.name)
            if isinstance(value, Kind):
                changed[each.name] = self._made.get(id(value), value)
            elif isinstance(kind, kinds.Tuple):
                changed[each.name] = tuple(self._made.get(id(item), item) for item in value)
        return dataclasses.replace(kind, **changed)

    def _fill(self, kind: kinds.Struct | kinds.Enum) -> None:
        made = self._made[id(kind)]
        if isinstance(made, kinds.Struct):
            made.fields = tuple(self._field(each) for each in made.fields)
            return
        assert isinstance(made, kinds.Enum)
        variants = made.variants
        made.variants = tuple(self._variant(each) for each in variants)
        if made.other is not None:
            made.other = made.variants[variants.index(made.other)]

    def _field(self, field: Field) -> Field:
        if self._is_new(field):
            assert field.default is not None
            return dataclasses.replace(field, kind=_absent(field, field.default, field.kind), since=None)
        return dataclasses.replace(field, kind=self._made.get(id(field.kind), field.kind))

    def _variant(self, variant: kinds.EnumVariant) -> kinds.EnumVariant:
        made = self._made.get(id(variant.payload))
        return dataclasses.replace(variant, payload=made) if isinstance(made, kinds.Struct) else variant


_CONTAINERS = (kinds.Option, kinds.Seq, kinds.Array, kinds.Tuple, kinds.Map, kinds.Set)


def _absent(field: Field, default: Callable[[], Any], declared: Kind) -> Kind:
    """Return the kind of a field that is not in the file: it takes no bytes, and is its default."""

    def check(value: Any) -> tuple[()]:
        if value != default():
            raise ValueError(
                f"files have this field since {field.since}, so it must be {describe_value(default())} in an"
                f" older one, not {describe_value(value)}"
            )
        return ()

    return kinds.Absent(kinds.Unit(), lambda _: default(), check, "default", declared=declared)
