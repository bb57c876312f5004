"""Comparing two types: the fields and variants that were added, removed, moved or retyped, and the encoding.

Types are matched by their labels, fields by their names. A field has moved if it is in another order, or if
it left one type and is in another one now, with the same name and type; not if only its offset changed.

Whatever can change the bytes of a value is a change (`model.facts`). Where the encoding of the whole differs,
that is one change, and the rest is compared under the earlier encoding; but under bincode if one of them is
bitcode, which can't store constructs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Literal

from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.bound import Bound, Format, Layout, form_of, is_columnar
from snapformat.model.content import attributes_of, expression
from snapformat.model.facts import Fact, differences, facts_of, facts_of_value
from snapformat.model.naming import (
    Types,
    flag_text,
    label_text,
    named_cases,
    named_fields,
    named_variants,
    types_of,
)

#: The kind of a change.
Action = Literal["added", "removed", "moved", "retyped", "encoding"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        action: `added`, `removed`, `moved` or `retyped`; `encoding` for the encoding of the whole.
        type: Label of the type concerned; where a field moved to another type, of the new one.
        member: Field, variant or `Variant.field`; None where the type as a whole was added, removed or
            retyped.
        before: Earlier type of a retyped or removed member, and what it had that the later one has not;
            earlier place of a moved one.
        after: Later type or place.
    """

    action: Action
    type: str
    member: str | None = None
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A part of a type.

    Attributes:
        text: Its type as documents show it.
        shown: Its type in a change.
        facts: All that determines its bytes.
    """

    text: str
    shown: str
    facts: tuple[Fact, ...] = ()


@dataclass(slots=True)
class Members:
    """A type for comparison.

    Attributes:
        parts: Fields, variants, their fields, bits, by name.
        whole: The type as a whole, without its parts.
        facts: All that determines the bytes of the type and its parts.
        in_order: Whether the order of the parts is that of their bytes.
        sort: What it is if its parts make it up (`struct`, `enum`), else empty.
    """

    parts: dict[str, Member]
    whole: Member
    facts: tuple[Fact, ...]
    in_order: bool
    sort: str = ""


@dataclass(slots=True)
class Table:
    """All types of a layout for comparison.

    Attributes:
        root: The kind with its configuration.
        label: Label of the root.
        types: The types by label.
    """

    root: Bound
    label: str
    types: dict[str, Members]

    def under(self, config: Any) -> Table:
        """Return the same types under the encoding of another table."""
        if form_of(config) == form_of(self.root.config):
            return self
        return members_of(types_of(Bound(self.root.kind, config)))


def compare(old: Layout | Format, new: Layout | Format) -> list[Change]:
    """Compare two types, with the configurations of their encodings.

    Args:
        old: The earlier one: a `SnapshotFormat`, of which the data is compared; the result of `layout_of`; a
            `Bound`.
        new: The later one.

    Returns:
        The changes in the order of the later one, after that of the encoding; removed types and members come
        last.
    """
    before, after = (members_of(types_of(_layout(each))) for each in (old, new))
    return compare_types(before, after)


def _layout(of: Any) -> Layout:
    return Bound(of.payload_kind, of.encoding) if hasattr(of, "payload_kind") else of


def members_of(types: Types) -> Table:
    """Return all types with their members, for `compare_types`."""
    members = {label: _members(label, bound, types) for label, bound in types.by_label.items()}
    return Table(types.root, types.labels[types.root], members)


def compare_types(old: Table, new: Table) -> list[Change]:
    """Compare all types, as returned by `members_of`."""
    config = common_config([old, new])
    before, after = old.under(config), new.under(config)
    changes = _compared(before, after)
    if (before is not old and _compared(old, before)) or (after is not new and _compared(after, new)):
        changes.insert(0, Change("encoding", new.label, None, *_encodings(old.root.config, new.root.config)))
    return changes


def common_config(tables: Sequence[Table]) -> Any:
    """Return the encoding that types are compared under: the first of bincode, or else the first."""
    configs = [table.root.config for table in tables]
    return next((config for config in configs if not is_columnar(config)), configs[0])


def _encodings(*configs: Any) -> Iterator[str]:
    """Yield the encodings in words, with their names if these differ."""
    differ = len(set(map(is_columnar, configs))) > 1
    for config in configs:
        if is_columnar(config):
            yield form_of(config)[0]
        else:
            yield ("bincode, " if differ else "") + (
                "fixed integers, little-endian" if config is None else config.description
            )


def _compared(old: Table, new: Table) -> list[Change]:
    changes: list[Change] = []
    if old.label != new.label and old.label in new.types and new.label in old.types:
        changes.append(Change("retyped", new.label, None, old.label, new.label))
    for label, members in new.types.items():
        if label not in old.types:
            changes.append(Change("added", label))
        else:
            changes += _changes(label, old.types[label], members)
    changes += [Change("removed", label) for label in old.types if label not in new.types]
    return _with_moves(changes, old.types, new.types)


def _changes(label: str, earlier: Members, later: Members) -> list[Change]:
    found: list[Change] = []
    old, new = earlier.parts, later.parts
    if earlier.sort and later.sort and earlier.sort != later.sort:
        whole = [Change("retyped", label, None, earlier.sort, later.sort)]
    else:
        whole = _retyped(label, None, earlier.whole, later.whole)
    kept = [name for name in new if name in old]
    positions = {name: at for at, name in enumerate(old)}
    steady = set(positions.values())
    if later.in_order or earlier.in_order:
        steady = _longest_run([positions[name] for name in kept])
    for name, member in new.items():
        if name not in old:
            found.append(Change("added", label, name, after=member.text))
            continue
        if positions[name] not in steady:
            found.append(Change("moved", label, name, _after(list(old), name), _after(list(new), name)))
        found += _retyped(label, name, old[name], member)
    found += [
        Change("removed", label, name, before=gone.text) for name, gone in old.items() if name not in new
    ]
    if not found and not whole and earlier.facts != later.facts:
        # Parts of one name hide each other.
        before, after = differences(earlier.facts, later.facts)
        found.append(Change("retyped", label, None, ", ".join(before), ", ".join(after)))
    return whole + found


def _retyped(label: str, name: str | None, old: Member, new: Member) -> list[Change]:
    if (old.text, old.facts) == (new.text, new.facts):
        return []
    before, after = [old.shown], [new.shown]
    if before == after:
        more = differences(old.facts, new.facts)
        before, after = before + more[0], after + more[1]
    return [Change("retyped", label, name, *(", ".join(filter(None, each)) for each in (before, after)))]


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
    gone: dict[tuple[str, Member], list[tuple[Change, str]]] = {}
    come: dict[tuple[str, Member], list[tuple[Change, str]]] = {}
    for change in changes:
        for table, members, action in ((gone, old, "removed"), (come, new, "added")):
            if change.action != action:
                continue
            # Of a type that was added or removed, all members were.
            whole = members[change.type].parts
            listed = whole if change.member is None else {change.member: whole[change.member]}
            for name, member in listed.items():
                table.setdefault((name, member), []).append((change, change.type))
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


#: Attributes of types whose contents are members.
_PARTS: dict[type[kinds.Kind], tuple[str, ...]] = {
    kinds.Struct: ("fields",),
    kinds.Enum: ("variants",),
    kinds.BitStruct: ("bits",),
    kinds.IntEnum: ("labels", "numbers"),
    kinds.Mapping: ("values", "stored"),
    kinds.FlagsEnum: ("flags",),
    kinds.Switch: ("cases", "default"),
    kinds.If: ("then", "otherwise"),
}


def _members(label: str, bound: Bound, types: Types) -> Members:
    kind = bound.kind
    parts: dict[str, Member] = {}
    match kind:
        case kinds.Struct() | kinds.Grouped():
            parts = _fields(bound, types)
        case kinds.Enum():
            for variant, payload in named_variants(bound):
                parts[variant.name] = _plain(f"{variant.index} ({variant.style})")
                if payload is not None:
                    inner = _fields(payload, types)
                    parts |= {f"{variant.name}.{name}": member for name, member in inner.items()}
        case kinds.BitStruct():
            parts = {bit.name or f"_{i}": _bit(bit) for i, bit in enumerate(kind.bits)}
        case kinds.IntEnum():
            parts = {str(each): _plain(str(number)) for each, number in kind.numbers.items()}
        case kinds.Mapping():
            parts = {label_text(each): _plain(label_text(stored)) for each, stored in kind.stored.items()}
        case kinds.FlagsEnum():
            parts = {name: _plain(f"bits {flag_text(bits)}") for name, bits in kind.flags.items()}
        case kinds.Switch() | kinds.If():
            parts = {key: _member(case, types) for key, case in named_cases(bound)}
    whole = facts_of(bound, types.label, _PARTS.get(type(kind), ()))
    sort = type(kind).__name__.lower() if type(kind) in _PARTS else ""
    text = "" if sort else types.text_inside(bound)
    in_order = not isinstance(kind, kinds.Labelled | kinds.Switch | kinds.If)
    return Members(parts, Member(text, text, whole), facts_of(bound, types.label), in_order, sort)


def _plain(text: str) -> Member:
    return Member(text, text)


def _bit(bit: kinds.Bit) -> Member:
    facts = (facts_of_value(value, name) for name, value in attributes_of(bit) if name != "name")
    return Member(f"{bit.width} bits", f"{bit.width} bits", tuple(chain.from_iterable(facts)))


def _fields(struct: Bound, types: Types) -> dict[str, Member]:
    return {name: _member(child, types) for name, _, child in named_fields(struct)}


def _member(bound: Bound, types: Types) -> Member:
    text = shown = types.text(bound)
    label = types.label(bound)
    if label is not None:
        return Member(text, shown)
    if isinstance(bound.kind, kinds.Padded) and isinstance(bound.kind.item, kinds.Unit):
        shown = f"{expression(bound.kind.count)} bytes of padding"
    return Member(text, shown, facts_of(bound, types.label))
