"""Running opaque constructs where they are: unchanged, but with a bound on repetition.

construct repeats as often as a count in the data requires (`PrefixedArray`), or as long as elements can be
read (`GreedyRange`). If elements take no bytes, that never ends. So a construct that repeats is run as a copy
whose elements are counted, and classes with quadratic time are replaced in the copy
(`encodings.construct.linear`). All others are run themselves.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Callable, Iterator
from operator import is_
from typing import Any
from weakref import WeakKeyDictionary, ref

import construct as c

from snapformat.encodings.construct.base import BUDGET, running
from snapformat.encodings.construct.bounded import BOUNDED
from snapformat.encodings.construct.counted import Counted
from snapformat.encodings.construct.linear import linear_class
from snapformat.encodings.construct.reach import JUMPING, REACH, Reach
from snapformat.limits import Budget
from snapformat.model.expressions import CONTEXT_ENTRIES, root_context
from snapformat.model.kinds import Run


def parse_run(kind: Run, stream: Any, context: Any, budget: Budget, reach: Reach | None = None) -> Any:
    """Parse with a kind's construct; constructs below it claim from the same budget.

    Args:
        kind: The kind.
        stream: The stream, at the place of the value.
        context: construct's context at this place; None, or one for expressions only, if it reads none.
        budget: The remaining claims.
        reach: The furthest place that was read in the stream, if that matters.

    Raises:
        TooManyElementsError: Too many zero-sized elements.
        Exception: Whatever the construct raises.
    """
    if context is None or "_params" not in context:
        context = root_context(parsing=True)
    context["_params"].update({BUDGET: budget, REACH: (stream, reach)})
    before, running.budget = running.budget, budget
    try:
        return bounded(kind)._parsereport(stream, context, "(parsing)")
    finally:
        running.budget = before


def bounded(kind: Run) -> Any:
    """Return the construct to run for a kind: a copy whose elements are counted, if it repeats."""
    return kind.derive(bounded, lambda: bounded_copy(kind.construct))


def bounded_copy(sub: Any) -> Any:
    """Return a construct that parses like another one and counts its elements; that one if it has none."""
    return _Copies().of(sub)


def build_run(kind: Run, value: Any, stream: Any, context: Any) -> Any:
    """Build a value with a kind's construct into a stream.

    Args:
        kind: The kind.
        value: The value.
        stream: The stream, at the place of the value.
        context: construct's context at this place; None, or one for expressions only, if it reads none.

    Returns:
        The value that construct puts into the context.

    Raises:
        Exception: Whatever the construct raises.
    """
    if context is None or "_params" not in context:
        context = root_context(parsing=False)
    return bounded(kind)._build(value, stream, context, "(building)")


def built_or_none(kind: Run, value: Any, context: Any) -> Any:
    """Return what construct puts into the context for a value; None if it refuses the value."""
    try:
        return build_run(kind, without_context(value), BuildStream(), context)
    except Exception:
        return None


def without_context(built: Any) -> Any:
    """Return a built value without the other entries of the contexts in it."""
    if isinstance(built, c.Container):
        fields = {n: without_context(part) for n, part in built.items() if n not in CONTEXT_ENTRIES}
        return c.Container(fields)
    if type(built) is c.ListContainer:
        return [without_context(part) for part in built]
    return built


#: Maximum number of zero bytes that a construct may skip when it builds: a number in a value must not size
#: an allocation.
MOST_SKIPPED = 1 << 26


class BuildStream(io.BytesIO):
    """A stream to build into."""

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; not far beyond the end."""
        place = super().seek(offset, whence)
        if place > self.getbuffer().nbytes + MOST_SKIPPED:
            raise ValueError(f"{place} is more than {MOST_SKIPPED} bytes beyond the end")
        return place


class Output(list[Any]):
    """Pieces of the output, between which constructs may build into a stream.

    A construct that runs by itself sees all that is built so far, and may go back.
    """

    #: construct's context for the function that is called next, or None.
    context: Any = None
    _stream: BuildStream | None = None
    _root: Any = None

    def root(self) -> Any:
        """Return construct's outermost context."""
        if self._root is None:
            self._root = root_context(parsing=False)
        return self._root

    def stream(self) -> BuildStream:
        """Return the stream, with all pieces in it."""
        stream = self._stream
        if stream is None:
            stream = self._stream = BuildStream()
        if self:
            stream.write(b"".join(self))
            self.clear()
        return stream

    def tell(self) -> int:
        """Return the offset of the next piece."""
        return self.stream().tell()

    def getvalue(self) -> bytes:
        """Return all bytes."""
        return b"".join(self) if self._stream is None else self.stream().getvalue()


class _Copies:
    """Cached copies of constructs that repeat."""

    def __init__(self) -> None:
        #: None means the construct itself, which must not be kept alive from here.
        self._known: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

    def of(self, sub: Any) -> Any:
        """Return a construct that parses like `sub` and counts its elements; `sub` if it has none."""
        return self._of(sub, WeakKeyDictionary())

    def _of(self, sub: Any, open_: WeakKeyDictionary[Any, Any]) -> Any:
        """Do the same; `open_` has the copies that are being made, by this thread alone."""
        if not isinstance(sub, c.Construct):  # a case of a Switch
            return sub
        try:
            if sub in open_:
                return open_[sub]
            is_new = sub not in self._known
        except TypeError:  # a user's class without a hash
            return sub
        if is_new:
            # A construct that contains itself finds this copy inside.
            open_[sub] = c.LazyBound(self._later(ref(sub)))
            made = self._copied(sub, open_)
            del open_[sub]
            self._known.setdefault(sub, None if made is sub else made)
        found = self._known[sub]
        return sub if found is None else found

    def _copied(self, sub: Any, open_: WeakKeyDictionary[Any, Any]) -> Any:
        changed = {}
        for name, held in _attributes(sub):
            inner = self._inside(held, open_)
            if inner is not held:
                changed[name] = inner
        if isinstance(sub, c.LazyArray) and callable(sub.count):
            made = c.Array(sub.count, changed.get("subcon", sub.subcon))  # it finds all offsets at once
            made.parsed = sub.parsed
            return self._copied(made, open_)
        if isinstance(sub, c.Compiled):
            # Its source: construct's compiler leaves out checks, such as that of the data's end.
            return changed.get("defersubcon", sub.defersubcon)
        if _is_unbounded(sub):
            changed["subcon"] = Counted(changed.get("subcon", sub.subcon))
        if isinstance(sub, c.LazyBound):
            changed["subconfunc"] = self._later(sub.subconfunc)
        replacement = linear_class(sub) or JUMPING.get(type(sub)) or BOUNDED.get(type(sub))
        if not changed and replacement is None:
            return sub
        made = copy.copy(sub)
        made.__dict__.update(changed)
        if replacement is not None:
            made.__class__ = replacement
        return made

    def _inside(self, held: Any, open_: WeakKeyDictionary[Any, Any]) -> Any:
        """Return an attribute's value with copies of the constructs in it; the same object if it has none."""
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


def _attributes(sub: Any) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of a construct, and those of the classes of users."""
    own = getattr(sub, "__dict__", {})
    yield from own.items()
    for cls in type(sub).__mro__:
        if cls.__module__.partition(".")[0] not in ("builtins", "construct", "snapformat"):
            for name, held in vars(cls).items():
                if isinstance(held, c.Construct | list | tuple | dict) and name not in own:
                    yield name, held


def _is_unbounded(sub: Any) -> bool:
    """Return whether the data does not bound the number of repetitions."""
    if isinstance(sub, c.Array):
        return callable(sub.count) or not _takes_bytes(sub.subcon)
    return isinstance(sub, c.GreedyRange | c.RepeatUntil)


def _takes_bytes(sub: Any) -> bool:
    try:
        return bool(sub.sizeof() > 0)
    except Exception:  # it depends on the bytes, or on a user's code
        return False
