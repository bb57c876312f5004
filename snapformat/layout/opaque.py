"""Running constructs that have no lowering: as they are, but for repetition, which gets a bound.

construct repeats as often as the bytes say (`PrefixedArray`), or as long as elements can be read
(`GreedyRange`). Where these take no bytes, that is for ever. So whatever repeats is run as a copy of itself
in which every element is counted, and so are classes of construct's that take the square of the time
(`layout.linear`); what is neither is run itself.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from operator import is_
from typing import Any
from weakref import WeakKeyDictionary, ref

import construct as c

from snapformat.bincode.constructs.base import BUDGET
from snapformat.bincode.constructs.counted import Counted
from snapformat.budget import Budget
from snapformat.io import SupportsRead
from snapformat.layout.linear import linear_class
from snapformat.layout.nodes import Opaque


def parse_opaque(node: Opaque, stream: Any, budget: Budget) -> Any:
    """Parse by a node's construct; what is claimed below it is claimed from the budget.

    Raises:
        TooManyElementsError: Too many zero-sized elements.
        Exception: Whatever the construct raises.
    """
    return _bounded(node).parse_stream(stream, **{BUDGET: budget})


def build_opaque(node: Opaque, value: Any) -> bytes:
    """Build by a node's construct.

    Raises:
        Exception: Whatever the construct raises.
    """
    built: bytes = _bounded(node).build(value)
    return built


def _bounded(node: Opaque) -> Any:
    if node.bounded is None:
        node.bounded = _Copies().of(node.construct)
    return node.bounded


class _Copies:
    """Copies of what repeats, made once each."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        #: None stands for the construct itself, which must not be kept alive from here.
        self._known: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

    def of(self, sub: Any) -> Any:
        """A construct that parses as `sub` does, with its elements counted; `sub` if there are none."""
        with self._lock:  # another thread must not find what stands for one that is being copied
            try:
                is_new = sub not in self._known
            except TypeError:  # a class of the user's without a hash
                return sub
            if is_new:
                # One that contains itself finds this inside of it.
                self._known[sub] = c.LazyBound(self._later(ref(sub)))
                made = self._copied(sub)
                self._known[sub] = None if made is sub else made
            found = self._known[sub]
            return sub if found is None else found

    def _copied(self, sub: Any) -> Any:
        changed = {}
        for name, held in getattr(sub, "__dict__", {}).items():
            inner = self._inside(held)
            if inner is not held:
                changed[name] = inner
        if isinstance(sub, c.LazyArray) and callable(sub.count):
            made = c.Array(sub.count, changed.get("subcon", sub.subcon))  # it finds all places at once
            made.parsed = sub.parsed
            return self._copied(made)
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

    def _inside(self, held: Any) -> Any:
        """An attribute's value with copies for the constructs in it; the very same if there are none."""
        if isinstance(held, c.Construct):
            return self.of(held)
        if type(held) in (list, tuple):
            parts = [self._inside(part) for part in held]
            return held if all(map(is_, parts, held)) else type(held)(parts)
        if type(held) in (dict, c.Container):
            parts = [self._inside(part) for part in held.values()]
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


class Replay:
    """A stream over what can only be read once: what was read can be gone back to.

    Args:
        source: Its `read` gives fewer bytes than asked only at its end.
    """

    def __init__(self, source: SupportsRead) -> None:
        self._source = source
        self._kept = bytearray()
        self._position = 0

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, or all that are left."""
        missing = self._position + size - len(self._kept)
        if size < 0 or missing > 0:
            self._kept += self._source.read(-1 if size < 0 else missing) or b""
        stop = len(self._kept) if size < 0 else self._position + size
        found = bytes(self._kept[self._position : stop])
        self._position += len(found)
        return found

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._position

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, at most to the end."""
        if whence not in (0, 1):
            raise OSError("the end of this stream is not known")
        target = offset + (self._position if whence else 0)
        if target < 0:
            raise OSError("before the start")
        if target > self._position:
            self.read(target - self._position)
        self._position = min(target, len(self._kept))
        return self._position
