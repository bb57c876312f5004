"""Whether a declaration is seen wholly: kinds, documents, JSON, events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from constructs.as_type import shown
from constructs.declaration import Declaration, groups, limits_of, member_names, name_text
from constructs.outcomes import Findings, ours, theirs
from constructs.values import forced, settled
from snapformat import decode
from snapformat.docs import describe
from snapformat.layout import layout_of, walk
from snapformat.model.kinds import Opaque
from snapformat.values import dumps


def check(declaration: Declaration) -> Findings:
    """No part is opaque; each named part has a row in the documents, a member in JSON, an event."""
    found = Findings()
    struct = declaration.construct
    hidden = ours(lambda: opaque_parts(struct))
    if hidden.state != "ok":
        found.add(_kind(hidden.state), f"layout: {hidden.reason}")
        return found
    for part in hidden.value:
        found.add("opaque", part)
    _documents(found, struct)
    names = {name for group in groups(struct) for name in member_names(group)}
    for data in declaration.samples():
        parsed = theirs(lambda data=data: settled(declaration.source.parse(data)))
        if parsed.state == "ok":
            chains = set(_chains(parsed.value, names, ()))
            _json(found, struct, data, names, chains)
            _events(found, struct, data, names, chains)
    return found


def _kind(state: str) -> str:
    return "stricter" if state == "refused" else state


def opaque_parts(struct: Any) -> list[str]:
    """What in a layout is opaque, by its kind and reason."""
    waiting, seen, found = [layout_of(struct).kind], set(), []
    while waiting:
        kind = waiting.pop()
        if id(kind) in seen:
            continue
        seen.add(id(kind))
        if isinstance(kind, Opaque):
            found.append(f"{type(getattr(kind, 'construct', kind)).__name__}: {getattr(kind, 'reason', '')}")
        waiting.extend(kind.children())
    return found


def _documents(found: Findings, struct: Any) -> None:
    made = ours(lambda: describe(struct))
    if made.state != "ok":
        found.add(_kind(made.state), f"documents: {made.reason}")
        return
    tables = [dict(_rows(each)) for each in made.value.types]
    for group in groups(struct):
        names = member_names(group)
        best = min(
            ([name for name in names if not table.get(name)] for table in tables), key=len, default=names
        )
        if best:
            found.add(
                "unseen", f"documents: no row {best[0]!r} of {type(group).__name__}({', '.join(names)})"
            )


def _rows(each: Any) -> Iterator[tuple[str, bool]]:
    """The rows of one type, and whether they say type and size; bits say where they are."""
    for field in each.fields:
        yield field.name, bool(field.type_text and field.size.text)
    for variant in each.variants:
        yield variant.name, bool(variant.size.text)
        for field in variant.fields:
            yield field.name, bool(field.type_text and field.size.text)
    for bit in each.bits:
        yield bit.name, bit.high >= bit.low


def _chains(value: Any, names: set[str], chain: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """For each named member of a value: its name after those of the members around it."""
    value = forced(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        value = dict(zip(value._fields, value, strict=True))
    if isinstance(value, Mapping):
        for key in value.keys():  # noqa: SIM118  # a LazyContainer
            named = name_text(key) in names
            below = (*chain, name_text(key)) if named else chain
            if named:
                yield below
            if not str(key).startswith("_"):
                yield from _chains(value[key], names, below)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _chains(part, names, chain)


def _json(found: Findings, struct: Any, data: bytes, names: set[str], wanted: set[tuple[str, ...]]) -> None:
    made = ours(lambda: json.loads(dumps(decode(data, struct, limits=limits_of(struct)), struct)))
    if made.state != "ok":
        found.add(_kind(made.state), f"JSON of {shown(data)}: {made.reason}")
        return
    missing = sorted(wanted - set(_chains(made.value, names, ())))
    if missing:
        found.add("unseen", f"JSON of {shown(data)}: no member {'.'.join(missing[0])}")


def _events(found: Findings, struct: Any, data: bytes, names: set[str], wanted: set[tuple[str, ...]]) -> None:
    made = ours(lambda: list(walk(layout_of(struct), data, limits=limits_of(struct))))
    if made.state != "ok":
        found.add(_kind(made.state), f"walk of {shown(data)}: {made.reason}")
        return
    seen = {
        tuple(str(segment) for segment in event.segments if isinstance(segment, str) and segment in names)
        for event in made.value
    }
    missing = sorted(wanted - seen)
    if missing:
        found.add("unseen", f"walk of {shown(data)}: no event {'.'.join(missing[0])}")
