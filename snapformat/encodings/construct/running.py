"""Running constructs that have no lowering: as they are, but for repetition, which gets a bound.

What such a construct builds stands among other bytes, and so do the places that it asks for.

construct repeats as often as the bytes say (`PrefixedArray`), or as long as elements can be read
(`GreedyRange`). Where these take no bytes, that is for ever. So whatever repeats is run as a copy of itself
in which every element is counted, and so are classes of construct's that take the square of the time
(`encodings.construct.linear`); what is neither is run itself.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from operator import is_
from typing import Any
from weakref import WeakKeyDictionary, ref

import construct as c

from snapformat.encodings.construct.base import BUDGET
from snapformat.encodings.construct.counted import Counted
from snapformat.encodings.construct.linear import linear_class
from snapformat.limits import Budget
from snapformat.model.kinds import Opaque


def parse_opaque(kind: Opaque, stream: Any, budget: Budget) -> Any:
    """Parse by a kind's construct; what is claimed below it is claimed from the budget.

    Raises:
        TooManyElementsError: Too many zero-sized elements.
        Exception: Whatever the construct raises.
    """
    return bounded(kind).parse_stream(stream, **{BUDGET: budget})


def bounded(kind: Opaque) -> Any:
    """The construct that is run in place of a kind's: a copy with its elements counted, where it repeats."""
    return kind.derive(bounded, lambda: _Copies().of(kind.construct))


class _BuildStream(io.BytesIO):
    """A stream to build into whose places are those in all the bytes that are written.

    Args:
        start: Gives the place of its first byte; called when a place is asked for.
    """

    def __init__(self, start: Callable[[], int]) -> None:
        super().__init__()
        self._find = start
        self._start: int | None = None

    def tell(self) -> int:
        if self._start is None:
            self._start = self._find()
        return self._start + super().tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = self.tell() - super().tell()
        super().seek(offset - start if whence == io.SEEK_SET else offset, whence)
        return self.tell()


def build_opaque(kind: Opaque, value: Any, start: Callable[[], int]) -> tuple[bytes, Any]:
    """Build a value by a kind's construct.

    Args:
        kind: The kind.
        value: The value.
        start: Gives the place of its first byte in all that is written.

    Returns:
        The bytes, and what construct puts into the context for the value.

    Raises:
        Exception: Whatever the construct raises.
    """
    stream = _BuildStream(start)
    context = c.Container(_parsing=False, _building=True, _sizing=False)  # as in `build_stream`
    context._params = context
    built = bounded(kind)._build(value, stream, context, "(building)")
    return stream.getvalue(), built


#: What construct puts into a context besides fields.
_OF_CONTEXT = {"_", "_params", "_root", "_parsing", "_building", "_sizing", "_subcons", "_io", "_index"}


def without_context(built: Any) -> Any:
    """A value as it was built, without what else was in the contexts that it was built in."""
    if isinstance(built, c.Container):
        return c.Container({n: without_context(part) for n, part in built.items() if n not in _OF_CONTEXT})
    if type(built) is c.ListContainer:
        return [without_context(part) for part in built]
    return built


class Pieces(list[Any]):
    """Pieces of the output, which tell where the next one comes."""

    _counted = 0
    _place = 0

    @classmethod
    def at(cls, start: int) -> Pieces:
        """No pieces yet; the first one comes at a place."""
        made = cls()
        made._place = start
        return made

    @property
    def place(self) -> int:
        """Where the next piece comes; pieces are only added."""
        added = self[self._counted :]
        self._counted += len(added)
        self._place += sum(
            len(piece) if type(piece) is bytes else memoryview(piece).nbytes for piece in added
        )
        return self._place


class _Copies:
    """Copies of what repeats, kept for each."""

    def __init__(self) -> None:
        #: None stands for the construct itself, which must not be kept alive from here.
        self._known: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

    def of(self, sub: Any) -> Any:
        """A construct that parses as `sub` does, with its elements counted; `sub` if there are none."""
        return self._of(sub, WeakKeyDictionary())

    def _of(self, sub: Any, open_: WeakKeyDictionary[Any, Any]) -> Any:
        """The same; `open_` has what stands for those that are being copied, by this thread alone."""
        try:
            if sub in open_:
                return open_[sub]
            is_new = sub not in self._known
        except TypeError:  # a class of the user's without a hash
            return sub
        if is_new:
            # One that contains itself finds this inside of it.
            open_[sub] = c.LazyBound(self._later(ref(sub)))
            made = self._copied(sub, open_)
            del open_[sub]
            self._known.setdefault(sub, None if made is sub else made)
        found = self._known[sub]
        return sub if found is None else found

    def _copied(self, sub: Any, open_: WeakKeyDictionary[Any, Any]) -> Any:
        changed = {}
        for name, held in getattr(sub, "__dict__", {}).items():
            inner = self._inside(held, open_)
            if inner is not held:
                changed[name] = inner
        if isinstance(sub, c.LazyArray) and callable(sub.count):
            made = c.Array(sub.count, changed.get("subcon", sub.subcon))  # it finds all places at once
            made.parsed = sub.parsed
            return self._copied(made, open_)
        if isinstance(sub, c.Compiled):
            # What it was compiled from, where that repeats: functions can't be looked into.
            return changed.get("defersubcon", sub)
        if _is_unbounded(sub):
            changed["subcon"] = Counted(changed.get("subcon", sub.subcon))
        if isinstance(sub, c.LazyBound):
            changed["subconfunc"] = self._later(sub.subconfunc)
        linear = linear_class(sub)
        if not changed and linear is None:
            return sub
        made = copy.copy(sub)
        made.__dict__.update(changed)
        if linear is not None:
            made.__class__ = linear
        return made

    def _inside(self, held: Any, open_: WeakKeyDictionary[Any, Any]) -> Any:
        """An attribute's value with copies for the constructs in it; the very same if there are none."""
        if isinstance(held, c.Construct):
            return self._of(held, open_)
        if type(held) in (list, tuple):
            parts = [self._inside(part, open_) for part in held]
            return held if all(map(is_, parts, held)) else type(held)(parts)
        if type(held) in (dict, c.Container):
            parts = [self._inside(part, open_) for part in held.values()]
            return held if all(map(is_, parts, held.values())) else type(held)(zip(held, parts, strict=True))
        return held

    def _later(self, target: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: self.of(target())


def _is_unbounded(sub: Any) -> bool:
    """Whether something is repeated more often than its bytes may say."""
    if isinstance(sub, c.Array):
        return callable(sub.count) or not _takes_bytes(sub.subcon)
    return isinstance(sub, c.GreedyRange | c.RepeatUntil)


def _takes_bytes(sub: Any) -> bool:
    try:
        return bool(sub.sizeof() > 0)
    except Exception:  # it depends on the bytes, or on code of the user's
        return False
