"""Comparing two types: the fields and variants that were added, removed, moved or retyped.

Types are matched by their labels, fields by their names. A field has moved if it is in another order, or if
it left one type and is in another one now, with the same name and type; not if only its offset changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.naming import Bound, Layout, Types, named_cases, named_fields, named_variants, types_of

Action = Literal["added", "removed", "moved", "retyped"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        action: `added`, `removed`, `moved` or `retyped`.
        type: Label of the type concerned; where a field moved to another type, of the new one.
        member: Field, variant or `Variant.field`; None where the whole type was added or removed.
        before: Earlier type of a retyped or removed member; earlier place of a moved one.
        after: Later type or place.
    """

    action: Action
    type: str
    member: str | None = None
    before: str | None = None
    after: str | None = None


Members = dict[str, str]


def compare(old: Layout, new: Layout) -> list[Change]:
    """Compare two types, with the configurations of their encodings.

    Args:
        old: The earlier one: a `Bound`, or the result of `layout_of`.
        new: The later one.

    Returns:
        The changes in the order of the later one; removed types and members come last.
    """
    return compare_types(members_of(types_of(old)), members_of(types_of(new)))


def members_of(types: Types) -> dict[str, Members]:
    """Return the members of every type with their types as text: fields, variants, their fields, bits."""
    return {label: _members(bound, types) for label, bound in types.by_label.items()}


def compare_types(old: dict[str, Members], new: dict[str, Members]) -> list[Change]:
    """Compare the members of all types, as returned by `members_of`."""
    changes: list[Change] = []
    for label, members in new.items():
        if label not in old:
            changes.append(Change("added", label))
        else:
            changes += _changes(label, old[label], members)
    changes += [Change("removed", label) for label in old if label not in new]
    return _with_moves(changes, old, new)


def _changes(label: str, old: Members, new: Members) -> list[Change]:
    found: list[Change] = []
    kept = [name for name in new if name in old]
    steady = _longest_run([list(old).index(name) for name in kept])
    positions = {name: list(old).index(name) for name in kept}
    for name, text in new.items():
        if name not in old:
            found.append(Change("added", label, name, after=text))
            continue
        if positions[name] not in steady:
            found.append(Change("moved", label, name, _after(list(old), name), _after(list(new), name)))
        if old[name] != text:
            found.append(Change("retyped", label, name, old[name], text))
    found += [Change("removed", label, name, before=text) for name, text in old.items() if name not in new]
    return found


def _after(names: list[str], name: str) -> str:
    index = names.index(name)
    return f"after {names[index - 1]}" if index else "first"


def _longest_run(numbers: Sequence[int]) -> set[int]:
    """Return a longest rising subsequence: the members that kept their order."""
    best: list[list[int]] = []
    longest: list[int] = []
    for number in numbers:
        before: list[int] = []
        for rising in best:
            if rising[-1] < number and len(rising) > len(before):
                before = rising
        best.append([*before, number])
        if len(best[-1]) > len(longest):
            longest = best[-1]
    return set(longest)


def _with_moves(changes: list[Change], old: dict[str, Members], new: dict[str, Members]) -> list[Change]:
    """Replace a removal and an addition of the same name and type, if there is one of each, by a move."""
    gone: dict[tuple[str, str], list[tuple[Change, str]]] = {}
    come: dict[tuple[str, str], list[tuple[Change, str]]] = {}
    for change in changes:
        for table, members, action in ((gone, old, "removed"), (come, new, "added")):
            if change.action != action:
                continue
            # Of a type that was added or removed, all members were.
            whole = members[change.type]
            listed = whole if change.member is None else {change.member: whole[change.member]}
            for name, text in listed.items():
                table.setdefault((name, text), []).append((change, change.type))
    replaced: dict[Change, Change | None] = {}
    extra: dict[Change, list[Change]] = {}
    for key, left in gone.items():
        arrived = come.get(key, [])
        if len(left) != 1 or len(arrived) != 1:
            continue
        (away, source), (here, target) = left[0], arrived[0]
        if away.member is None and here.member is None:
            continue  # one type was removed and another added: nothing links the two fields
        move = Change("moved", target, key[0], f"{source}.{key[0]}", f"{target}.{key[0]}")
        if away.member is not None:
            replaced[away] = None
        if here.member is not None:
            replaced[here] = move
        else:
            extra.setdefault(here, []).append(move)
    found: list[Change] = []
    for change in changes:
        kept = replaced.get(change, change)
        if kept is not None:
            found.append(kept)
        found += extra.get(change, [])
    return found


def _members(bound: Bound, types: Types) -> Members:
    found: Members = {}
    kind = bound.kind
    match kind:
        case kinds.Struct():
            found = _fields(bound, types)
        case kinds.Enum():
            for variant, payload in named_variants(bound):
                found[variant.name] = f"{variant.index} ({variant.style})"
                if payload is not None:
                    inner = _fields(payload, types)
                    found |= {f"{variant.name}.{name}": text for name, text in inner.items()}
        case kinds.BitStruct():
            found = {bit.name or f"_{i}": f"{bit.width} bits" for i, bit in enumerate(kind.bits)}
        case kinds.IntEnum():
            found = {str(label): str(number) for number, label in kind.labels.items()}
        case kinds.Switch() | kinds.If():
            found = {key: types.text(case) for key, case in named_cases(bound)}
    return found


def _fields(struct: Bound, types: Types) -> Members:
    return {name: types.text(child) for name, _, child in named_fields(struct)}
