"""Pairs of an old and a new kind: which are convertible, and how.

What is derivable: equal types, reordered fields, widened integers and floats, new options, enums by the names
of their variants, collections of all these. The rest needs a `Change`, or a source of its field.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from snapformat.errors import SchemaError
from snapformat.migrate import containers
from snapformat.migrate.enums import analyze_enums
from snapformat.migrate.structs import analyze_structs
from snapformat.migrate.wording import type_text
from snapformat.model import kinds
from snapformat.model.bound import Bound
from snapformat.model.facts import facts_of
from snapformat.model.flexible import Counted
from snapformat.model.kinds import Kind

if TYPE_CHECKING:
    from snapformat.migrate.change import Change
    from snapformat.migrate.conversion import Conversion
    from snapformat.migrate.plan import Plan

#: From an old value to a new one; or for types of unbounded depth to a task (`snapformat.trampoline`) with
#: that result, so that depth takes no interpreter stack.
Converter = Callable[[Any, "Conversion"], Any]


def _same(value: Any, to: Conversion) -> Any:
    return value


class Pair:
    """An old and a new kind.

    Attributes:
        old: The old kind.
        new: The new kind.
        at: The place of the declaration that needs it, for messages.
        parts: Pairs inside; if they change their values, this one does.
        same: The pair by which this one converts, or None.
        changes: Whether values change.
        height: Number of pairs around each other inside, at most; it counts if the pair is ready.
        is_task: Whether the converter returns tasks, as values may be nested deeply: the type contains
            itself, or has many levels. It is known when `build` is called.
        build: Function that makes the converter, once it is known which parts change.
        convert: The converter; None if values stay as they are.
        is_ready: Whether all of this is known.
    """

    __slots__ = (
        "at",
        "build",
        "changes",
        "convert",
        "height",
        "is_ready",
        "is_task",
        "new",
        "old",
        "parts",
        "same",
    )

    def __init__(self, old: Kind, new: Kind, at: str) -> None:
        self.old: Kind = old
        self.new: Kind = new
        self.at: str = at
        self.parts: list[Pair] = []
        self.changes: bool = False
        self.same: Pair | None = None
        self.height: int = 0
        self.is_task: bool = False
        self.build: Callable[[], Converter] = lambda: _same
        self.convert: Converter | None = None
        self.is_ready: bool = False

    def same_as(self, part: Pair) -> None:
        """Convert as another pair."""
        self.parts = [part]
        self.same = part
        self.build = lambda: part.converter()[0]

    def converter(self) -> tuple[Converter, bool]:
        """Return the converter, and whether it returns tasks; pairs are analyzed, perhaps not built."""
        if not self.changes:
            return _same, False
        if self.same is not None:
            return self.same.converter()
        function = self.convert or (lambda value, to: self.convert(value, to))  # type: ignore[misc]
        return function, self.is_task

    def made_by(self, build: Callable[[], Converter], *parts: Pair) -> None:
        """Convert with a converter, which returns tasks if `is_task` is set by then.

        Without parts, values always change.
        """
        self.parts = [*parts]
        self.changes = not parts
        self.build = build


#: Kinds whose values are those of the kind inside.
_WRAPPERS = (
    kinds.LazyBound,
    kinds.Foreign,
    kinds.Limited,
    kinds.Encoded,
    kinds.Padded,
    kinds.Prefixed,
    kinds.Checksummed,
    kinds.Default,
    kinds.Rebuild,
)


def _without_wrappers(kind: Kind) -> Kind:
    for _ in range(_MOST_WRAPPERS):
        children = kind.children() if isinstance(kind, _WRAPPERS) else ()
        if not children:
            break
        kind = children[0]
    return kind


#: More wrappers around each other are a reference that contains itself.
_MOST_WRAPPERS = 64


def analyze(pair: Pair, plan: Plan) -> None:
    """Find out how values of a pair are converted.

    Raises:
        SchemaError: They can't be, and no change says how.
    """
    change = plan.change_between(pair.old, pair.new)
    if change is not None and change.convert is not None:
        function = change.convert
        pair.made_by(lambda: lambda value, to: to.call(function, value))
        return
    if change is None and pair.old is pair.new and not pair.old.children():
        return
    old, new = _without_wrappers(pair.old), _without_wrappers(pair.new)
    if old is not pair.old or new is not pair.new:
        pair.same_as(plan.pair(old, new, pair.at))
        return
    _analyze(pair, change, plan)


def _analyze(pair: Pair, change: Change | None, plan: Plan) -> None:
    old, new = pair.old, pair.new
    match old, new:
        case kinds.Checked(), kinds.Checked() if all(each.follows_from(old.rules) for each in new.rules):
            pair.same_as(plan.pair(old.item, new.item, pair.at))
        case kinds.Checked(), _:
            pair.same_as(plan.pair(old.item, new, pair.at))
        case _, kinds.Checked():
            explain(pair)
        case kinds.Struct(), kinds.Struct():
            analyze_structs(pair, old, new, change, plan)
        case kinds.Enum(), kinds.Enum():
            analyze_enums(pair, old, new, change, plan)
        case kinds.Blob(), kinds.Blob():
            pair.same_as(plan.pair(old.item, new.item, pair.at))
        case kinds.Option(), kinds.Option():
            containers.options(pair, old, new, plan)
        case _, kinds.Option():
            containers.new_option(pair, new, plan)
        case kinds.Seq() | kinds.Array(), kinds.Seq():
            containers.sequences(pair, old.item, new.item, plan)
        case kinds.Array(), kinds.Array() if _is_same_number(old.count, new.count):
            containers.sequences(pair, old.item, new.item, plan)
        case kinds.Tuple(), kinds.Tuple() if len(old.items) == len(new.items):
            containers.tuples(pair, old, new, plan)
        case kinds.Map(), kinds.Map():
            containers.maps(pair, old, new, plan)
        case kinds.Set(), kinds.Set():
            containers.sets(pair, old, new, plan)
        case kinds.Adapted(), kinds.Adapted():
            _adapted(pair, old, new, plan)
        case kinds.Computed(), kinds.Computed():
            return
        case _:
            if not _keeps(old, new):
                explain(pair)


def _is_same_number(old: Any, new: Any) -> bool:
    return (isinstance(old, int) and old == new) or old is new


def _adapted(pair: Pair, old: kinds.Adapted, new: kinds.Adapted, plan: Plan) -> None:
    if isinstance(old.decode, Counted) and isinstance(new.decode, Counted):
        pair.same_as(plan.pair(old.item, new.item, pair.at))  # the value has the stored form
    elif old != new and not _same_facts(old, new):
        if (old.decode, old.encode) != (new.decode, new.encode):
            explain(pair)
        part = plan.pair(old.item, new.item, pair.at)
        pair.made_by(lambda: explain(pair), part)


def _keeps(old: Kind, new: Kind) -> bool:
    """Return whether every value of a kind without parts is one of another, and means the same."""
    match old, new:
        case kinds.Int(), kinds.Int() if type(old) is type(new) is kinds.Int:
            return _fits(old, new) and (old.nonzero or not new.nonzero)
        case kinds.Float(), kinds.Float():
            return old.size <= new.size
        case kinds.Bool(), kinds.Bool():
            return new.lenient or not old.lenient
        case kinds.Str(), kinds.Str():
            return old.encoding == new.encoding
        case kinds.Bytes(), kinds.Bytes():
            return new.exact in (None, old.exact) and (old.no_nul or not new.no_nul)
        case kinds.Unit(), kinds.Unit():
            return bool(old.value == new.value)
    return old == new or _same_facts(old, new)


def _fits(old: kinds.Int, new: kinds.Int) -> bool:
    if old.signed == new.signed:
        return old.size <= new.size
    return new.signed and old.size < new.size


def _same_facts(old: Kind, new: Kind) -> bool:
    if type(old) is not type(new):
        return False
    before, after = (facts_of(Bound(kind, None), lambda bound: None) for kind in (old, new))
    return before == after


def _may_fit(old: Kind, new: Kind) -> bool:
    """Return whether some values of a kind are values of another."""
    if isinstance(old, kinds.Option) and not old.wrapped:
        return old.item == new or _may_fit(old.item, new)
    if isinstance(new, kinds.Checked):
        return old == new.item or _same_facts(old, new.item) or _may_fit(old, new.item)
    if isinstance(new, kinds.Array):
        return isinstance(old, kinds.Seq)
    return isinstance(new, kinds.Int | kinds.Bytes) and type(old) is type(new)


def explain(pair: Pair) -> NoReturn:
    """Raise the error for a pair that is not derivable."""
    old, new = type_text(pair.old), type_text(pair.new)
    owner, _, field = pair.at.partition(": ")
    if field:
        advice = f"write given={{{field!r}: computed(lambda old, to: ...)}}"
        if _may_fit(pair.old, pair.new):
            advice += f", or narrowed() to refuse values that are no {new}"
    else:
        advice = "write a Change"
    what = f"{old} does not become {new} by itself" if old != new else f"two types {old} that differ"
    raise SchemaError(f"{what}: {advice}", owner=owner or None, field=field or None)
