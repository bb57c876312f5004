"""What constructs look at, and what they cost: found once for each construct of a lowering."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import construct as c

from snapformat.lazy_dataclasses import dataclass
from snapformat.model.from_construct.adapters import is_adapter, predicate_of
from snapformat.model.from_construct.costs import cost_of

#: construct's classes without parts, whose values are text, numbers, bytes or None.
LEAVES = (
    type(c.VarInt),
    type(c.ZigZag),
    c.FormatField,
    c.BytesInteger,
    c.BitsInteger,
    type(c.GreedyBytes),
    c.Bytes,
    type(c.Flag),
    type(c.Pass),
    type(c.Terminated),
    type(c.Tell),
    type(c.Index),
    type(c.Error),
    c.Seek,
    c.Check,
    c.StopIf,
    c.Computed,
    c.StringEncoded,
)
#: construct's classes around another construct whose value they have.
AROUND = (
    c.Renamed,
    c.Pointer,
    c.Peek,
    c.Aligned,
    c.Padded,
    c.OffsettedEnd,
    c.Prefixed,
    c.FixedSized,
    c.NullTerminated,
    c.NullStripped,
    c.RestreamData,
    c.Transformed,
    c.Restreamed,
    c.ProcessXor,
    c.ProcessRotateLeft,
    c.Compressed,
    c.CompressedLZ4,
    c.Rebuffered,
    c.Hex,
    c.HexDump,
    c.ExprValidator,
    c.Const,
    c.Default,
    c.Rebuild,
    c.Lazy,
)
#: construct's classes of several parts with a context of their own.
_GROUPS = (c.Sequence, c.Select, c.FocusedSeq, c.Struct, c.Union, c.LazyStruct)

#: construct's classes that read the context only by their parameters and by what is inside.
_SELF_CONTAINED = {
    *LEAVES,
    *AROUND,
    *_GROUPS,
    c.Array,
    c.GreedyRange,
    c.RepeatUntil,
    c.RawCopy,
    c.Enum,
    c.FlagsEnum,
    c.Mapping,
    c.IfThenElse,
    c.Switch,
    c.NamedTuple,
    c.Slicing,
    c.Indexing,
} - {type(c.Index)}
#: Classes whose functions are no parameters that see the context.
_OF_BYTES = (c.Transformed, c.Restreamed)
#: Classes that read to the end of the data.
_GREEDY = (
    type(c.GreedyBytes),
    c.GreedyRange,
    type(c.Terminated),
    c.Select,
    c.OffsettedEnd,
    c.NullStripped,
    c.ProcessXor,
    c.ProcessRotateLeft,
    c.Tunnel,
    c.Rebuffered,
)
#: Classes that look at, or change, the position.
_PLACED = (type(c.Tell), c.Seek, c.Pointer, c.Peek, c.Union, c.RawCopy, c.LazyStruct, c.LazyArray, c.Lazy)
#: Classes that give what is inside an end of its own.
_ENDING = (c.FixedSized, c.Prefixed, c.NullTerminated)
#: Classes that a `StopIf` inside ends, and nothing around them.
_STOPPED = (c.Struct, c.Sequence, c.GreedyRange)

_READS_CONTEXT, _IS_PLACED, _IS_GREEDY, _STOPS, _REFERS = 1, 2, 4, 8, 16
_ALL = _READS_CONTEXT | _IS_PLACED | _IS_GREEDY | _STOPS | _REFERS


@dataclass(eq=False, slots=True)
class _Found:
    """A construct that was looked at.

    Attributes:
        sub: The construct; its `id` is not used again while it is kept.
        traits: Its traits, and those that it takes over.
        takes_over: The traits of what is inside that it has, too.
        around: The constructs around it.
    """

    sub: Any
    traits: int
    takes_over: int
    around: list[_Found]


#: `cost`, `is_pure`, `reads_context` and `is_stopped` of `model.kinds.Run`.
OfRun = tuple[int, bool, bool, bool]


class Traits:
    """What constructs look at, and what they cost. Time is linear in the number of all constructs."""

    def __init__(self) -> None:
        self._found: dict[int, _Found] = {}
        self._costs: dict[int, int] = {}

    def cost_of(self, sub: Any) -> int:
        """Return the cost of a zero-sized value; see `model.from_construct.costs`."""
        self._of(sub)
        return cost_of(sub, known=self._costs)

    def of_run(self, sub: Any) -> OfRun:
        """Return the attributes of a `model.kinds.Run` of a construct, in their order."""
        is_stopped = any(map(self.may_stop, _parts(sub)))
        return self.cost_of(sub), self.is_pure(sub), self.reads_context(sub), is_stopped

    def reads_context(self, sub: Any) -> bool:
        """Return whether a construct might read its context; unknown classes might."""
        return bool(self._of(sub) & _READS_CONTEXT)

    def is_pure(self, sub: Any) -> bool:
        """Return whether a construct looks neither at its context, nor at positions, nor for an end."""
        return not self._of(sub) & (_READS_CONTEXT | _IS_PLACED | _IS_GREEDY)

    def may_stop(self, sub: Any) -> bool:
        """Return whether a part of a Struct may end the Struct early, by a `StopIf`."""
        return bool(self._of(sub) & _STOPS)

    def has_references(self, sub: Any) -> bool:
        """Return whether there is a `LazyBound` in a construct, which may refer to what is around it."""
        return bool(self._of(sub) & _REFERS)

    def _of(self, sub: Any) -> int:
        found = self._found.get(id(sub))
        if found is None:
            found = self._look_at(sub)
        return found.traits

    def _look_at(self, sub: Any) -> _Found:
        """Find the traits of a construct and of all inside it, which may contain itself."""
        first = self._add(sub)
        waiting, changed = [first], [first]
        while waiting:
            outer = waiting.pop()
            for part in _parts(outer.sub):
                inner = self._found.get(id(part))
                if inner is None:
                    inner = self._add(part)
                    waiting.append(inner)
                changed.append(inner)
                inner.around.append(outer)
        while changed:
            inner = changed.pop()
            for outer in inner.around:
                given = inner.traits & outer.takes_over
                if given & ~outer.traits:
                    outer.traits |= given
                    changed.append(outer)
        return first

    def _add(self, sub: Any) -> _Found:
        takes_over = _ALL
        if isinstance(sub, _STOPPED):
            takes_over &= ~_STOPS
        if type(sub) in _ENDING:
            takes_over &= ~_IS_GREEDY
        found = self._found[id(sub)] = _Found(sub, _own_traits(sub), takes_over, [])
        return found


def _own_traits(sub: Any) -> int:
    """Return the traits that a construct has by itself."""
    if not isinstance(sub, c.Construct):  # a case of a Switch
        return _READS_CONTEXT
    traits = 0
    if type(sub) in _PLACED:
        traits |= _IS_PLACED
    if isinstance(sub, _GREEDY) or _may_be_greedy(sub):
        traits |= _IS_GREEDY
    if type(sub) is c.StopIf:
        traits |= _STOPS
    if isinstance(sub, c.LazyBound):
        traits |= _REFERS
    if getattr(sub, "parsed", None) is not None or not (is_adapter(sub) or _is_self_contained(sub)):
        traits |= _READS_CONTEXT
    return traits


def _may_be_greedy(sub: Any) -> bool:
    """Return whether a construct that mostly ends by itself reads to the end of the data."""
    if type(sub) is c.NullTerminated:
        return not sub.require
    return type(sub) is c.Transformed and sub.decodeamount is None


def _is_self_contained(sub: Any) -> bool:
    if type(sub) not in _SELF_CONTAINED:
        return False
    if type(sub) is c.ExprValidator:
        return predicate_of(sub) is not None
    return type(sub) in _OF_BYTES or not any(map(callable, parameters(sub)))


def constructs_in(sub: Any) -> Iterator[Any]:
    """Iterate over a construct and all inside it, each once; not behind a `LazyBound`."""
    waiting, seen = [sub], {id(sub)}
    while waiting:
        current = waiting.pop()
        yield current
        for part in _parts(current):
            if id(part) not in seen:
                seen.add(id(part))
                waiting.append(part)


def _parts(sub: Any) -> list[Any]:
    """Return the constructs directly inside."""
    return [held for held in parameters(sub) if isinstance(held, c.Construct)]


def parameters(sub: Any) -> Iterable[Any]:
    """Return the parameters of a construct, and those in lists of it."""
    found: list[Any] = []
    for name, held in getattr(sub, "__dict__", {}).items():
        if name.startswith("_") or name in ("name", "docs", "parsed"):
            continue  # `_` names were added by construct's own macros for its compiler
        if isinstance(held, list | tuple):
            found.extend(held)
        elif isinstance(held, dict):
            found.extend(held.values())
        else:
            found.append(held)
    return found
