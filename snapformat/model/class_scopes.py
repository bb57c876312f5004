"""The contexts of declared classes, whose expressions name their own fields and those of classes around.

As in construct, each class is one level: `this.n` is a field of the class with the expression, `this._.n`
one of the class or the construct Struct around it. Lists, options, maps, tuples and enums are no levels; the
fields of an enum's variant are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from construct import Container

from snapformat.errors import SchemaError
from snapformat.model import kinds
from snapformat.model.expressions import CONTEXT_ENTRIES
from snapformat.model.kinds import Kind
from snapformat.model.surroundings import NOTHING, NamedField, Surroundings, check_name


def surroundings_of(kind: Kind) -> Surroundings:
    """Return what a kind, all of which is resolved, looks at around itself."""
    found = [part.looks_at for part in _parts(kind)]
    fields = frozenset(named for each in found for named in each.fields)
    return Surroundings(fields, any(each.is_whole for each in found))


def check_outermost(around: Surroundings) -> None:
    """Check that a kind that has nothing around it names no field there.

    Raises:
        SchemaError: An expression of a class does.
    """
    for named in sorted(around.fields, key=repr):
        if named.owner is not None:
            message = f"the expression names {named.text}, but there is no class or Struct that far around it"
            raise SchemaError(message, owner=named.owner, field=named.attr)


def set_scopes(structs: Sequence[kinds.Struct], resolved: Iterable[Kind]) -> None:
    """Set the contexts of classes that have just been resolved, whose fields may be classes among them.

    Args:
        structs: The classes.
        resolved: These and all other kinds in them.

    Raises:
        SchemaError: An expression names a field that does not exist, or that is not read before.
    """
    parts = {id(struct): [(each, _parts(each.kind)) for each in struct.fields] for struct in structs}
    found: dict[int, Surroundings] = dict.fromkeys(parts, NOTHING)

    def looks_at(part: _Part) -> Surroundings:
        return found.get(id(part), part.looks_at)

    is_changing = True
    while is_changing:  # classes may contain each other
        is_changing = False
        for struct in reversed(structs):
            named, is_whole = _named_in(struct, parts[id(struct)], looks_at)
            outside = frozenset(each.seen_from(1) for each in named if each.levels_up)
            made = Surroundings(outside, is_whole)
            is_changing = is_changing or made != found[id(struct)]
            found[id(struct)] = made
    for struct in structs:
        named, is_whole = _named_in(struct, parts[id(struct)], looks_at)
        _check(struct, named)
        _check_entries(struct, is_used=bool(named) or is_whole)
        struct.scoped = bool(named) or is_whole
        struct.named = frozenset(each.name for each in named if not each.levels_up)
        struct.subcons = Container() if is_whole else None
        struct.looks_at = found[id(struct)]
    for inner in resolved:
        if isinstance(inner, kinds.Blob) and (inner.item.looks_at or inner.item.subcons is not None):
            message = "a C struct is read from its own bytes: its expressions can't look at what is around it"
            raise SchemaError(message, owner=inner.item.name)


_Part = kinds.Struct | kinds.Foreign
_Parts = Sequence[tuple[kinds.Field, Sequence[_Part]]]


def _parts(kind: Kind) -> list[_Part]:
    """Return the structs and the constructs in a kind, without those inside of them."""
    found: list[_Part] = []
    waiting, seen = [kind], set()
    while waiting:
        current = waiting.pop()
        if isinstance(current, kinds.Struct | kinds.Foreign):
            found.append(current)
        elif id(current) not in seen and not isinstance(current, kinds.Blob):
            seen.add(id(current))
            waiting.extend(current.children())
    return found


def _named_in(
    struct: kinds.Struct, parts: _Parts, looks_at: Callable[[_Part], Surroundings]
) -> tuple[dict[NamedField, int], bool]:
    """Return the fields that a struct's parts name, with the position of the first that does.

    Also return whether a part may look at anything around.
    """
    assert struct.cls is not None
    owner = struct.cls.__qualname__
    named: dict[NamedField, int] = {}
    is_whole = False
    for position, (each, inside) in enumerate(parts):
        for part in inside:
            around = looks_at(part)
            if around.may_stop:
                raise SchemaError(
                    "a class has all its fields: StopIf ends a construct Struct only",
                    owner=owner,
                    field=each.attr,
                )
            is_whole = is_whole or around.is_whole
            for found in around.fields:
                named.setdefault(found.of(owner, each.attr), position)
    return named, is_whole


def _check(struct: kinds.Struct, named: dict[NamedField, int]) -> None:
    assert struct.cls is not None
    attrs = [each.attr for each in struct.fields]
    for each, position in sorted(named.items(), key=lambda item: (item[1], repr(item[0]))):
        if not each.levels_up:
            check_name(each, attrs, position, struct.cls.__qualname__)


def _check_entries(struct: kinds.Struct, *, is_used: bool) -> None:
    """Refuse a field with the name of an entry that construct has in every context."""
    taken = CONTEXT_ENTRIES.intersection(each.attr for each in struct.fields)
    if taken and is_used:
        assert struct.cls is not None
        message = "construct has an entry of this name in every context: choose another, and doc(rename=...)"
        raise SchemaError(message, owner=struct.cls.__qualname__, field=min(taken))
