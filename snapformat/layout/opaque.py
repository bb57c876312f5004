"""Running constructs that have no lowering: as they are, but for repetition, which gets a bound.

construct repeats as often as the bytes say (`PrefixedArray`), or as long as elements can be read
(`GreedyRange`). Where these take no bytes, that is for ever. So whatever repeats is run as a copy of itself
in which every element is counted; what does not repeat is run itself.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from operator import is_
from typing import Any
from weakref import WeakKeyDictionary, ref

import construct as c

from snapformat.bincode.constructs.base import BUDGET
from snapformat.bincode.constructs.counted import Counted
from snapformat.budget import Budget
from snapformat.io import SupportsRead
from snapformat.layout.nodes import Opaque


def parse_opaque(node: Opaque, stream: Any, budget: Budget) -> Any:
    """Parse by a node's construct; what is claimed below it is claimed from the budget.

    Raises:
        TooManyElementsError: Too many elements without bytes.
        Exception: Whatever the construct raises.
    """
    if node.bounded is None:
        node.bounded = _Copies().of(node.construct)
    return node.bounded.parse_stream(stream, **{BUDGET: budget})


class _VarInt(type(c.VarInt)):  # type: ignore[misc]  # construct is untyped
    """construct's, in a time that follows the number's length: many shifts of a long one take its square."""

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        digits, byte = [], 0x80
        while byte > 0x7F:
            (byte,) = c.stream_read(stream, 1, path)
            digits.append(f"{byte & 0x7F:07b}")
        return int("".join(reversed(digits)), 2)


class _ZigZag(type(c.ZigZag)):  # type: ignore[misc]  # construct is untyped
    """The same for its signed one."""

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        number = _LINEAR[type(c.VarInt)]._parse(stream, context, path)
        return -(number // 2 + 1) if number & 1 else int(number // 2)


_LINEAR: dict[type, Any] = {type(c.VarInt): _VarInt(), type(c.ZigZag): _ZigZag()}


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
        if type(sub) in _LINEAR:
            return _LINEAR[type(sub)]
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
        if not changed:
            return sub
        made = copy.copy(sub)
        made.__dict__.update(changed)
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
    """Whether it is not the declaration that says how often something is repeated."""
    if isinstance(sub, c.Array):
        return callable(sub.count)
    return isinstance(sub, c.GreedyRange | c.RepeatUntil)


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
