"""The kind of a construct, made once for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

from snapformat.model import kinds
from snapformat.model.from_construct.classes import lower_foreign
from snapformat.model.from_construct.scopes import Lowering, OwnConstruct, Scopes, of_class
from snapformat.model.from_construct.traits import Traits
from snapformat.model.graph import walk_kinds
from snapformat.model.kinds import Kind
from snapformat.model.surroundings import Surroundings
from snapformat.trampoline import Task, run_with_unwind

#: A kind, and what it looks at around itself.
_Lowered = tuple[Kind, Surroundings]

#: Kinds of constructs.
_known: WeakKeyDictionary[Any, _Lowered] = WeakKeyDictionary()
#: The latest kinds that reference their own constructs. A bounded cache: a weak one would never release them.
_latest: dict[Any, _Lowered] = {}
_MOST_LATEST = 256


def kind_of_construct(sub: Any) -> Kind:
    """Return the kind of a construct: the same object for all threads."""
    return analyzed(sub)[0]


def analyzed(sub: Any) -> _Lowered:
    """Return the kind of a construct, and what it looks at around itself."""
    known = _known.get(sub) or _latest.get(sub)
    if known is None:
        traits = Traits()
        kind, around = _lowered(lambda lowering: lower(sub, lowering, ()), traits)
        made = kind, replace(around, may_stop=traits.may_stop(sub))
        if not _may_hold(made[0], is_referred_to=traits.has_references(sub)):
            return _known.setdefault(sub, made)
        for oldest in [*_latest][: max(0, len(_latest) - _MOST_LATEST + 1)]:
            _latest.pop(oldest, None)
        known = _latest.setdefault(sub, made)
    return known


def _may_hold(kind: Kind, *, is_referred_to: bool) -> bool:
    """Return whether a kind may hold the construct that it was made of.

    Args:
        kind: The kind.
        is_referred_to: Whether a construct inside may refer to that construct.
    """
    if isinstance(kind, kinds.Run | kinds.Adapted):
        return True
    return is_referred_to and any(map(_holds_a_part, walk_kinds(kind)))


def _holds_a_part(kind: Kind) -> bool:
    if isinstance(kind, kinds.Struct):
        return kind.subcons is not None
    return isinstance(kind, kinds.Run | kinds.Adapted)


def _lowered(make: Callable[[Lowering], Task], traits: Traits) -> _Lowered:
    """Make a kind, again if a construct that refers to itself turns out to look at what is around it."""
    reaching: set[Any] = set()
    while True:
        before = len(reaching)
        lowering = Lowering(lower, traits, reaching=reaching)
        made = lowering.finish(run_with_unwind(make(lowering)))
        if len(reaching) == before:
            return made, lowering.surroundings()


def lower(sub: Any, lowering: Lowering, scopes: Scopes) -> Task:
    """Return the kind of a construct; expressions may name fields of the structs in `scopes`."""
    if isinstance(sub, OwnConstruct):
        return (yield sub.as_kind(lowering, scopes))
    return (yield lower_foreign(sub, lowering, scopes))


def foreign(construct: Any, cls: type | None = None) -> kinds.Foreign:
    """Return the kind of a type declared by a construct, which is lowered when the kind is resolved."""
    made = kinds.Foreign(construct, cls)

    def resolve() -> None:
        if cls is None:
            made.target, made.looks_at = analyzed(construct)
        else:
            target = _lowered(lambda lowering: of_class(construct, cls, lowering, ()), Traits())
            made.target, made.looks_at = target

    made.resolve = resolve
    return made
