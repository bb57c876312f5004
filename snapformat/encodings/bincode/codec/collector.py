"""Pausing Python's collector of cyclic garbage while much is read.

Reading makes many objects, none of which is garbage, and the collector, which runs after so many new ones,
would go over all of them again and again. It is paused for the whole process. It is not where code of others
runs while reading (`Via`, constructs, constructors): what that leaves behind may be in circles.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.ops import Op, children

T = TypeVar("T")

#: Bytes from which on it pays.
LARGE = 1 << 16

#: Taken again where a signal comes while it is held, and its handler reads something.
_lock = threading.RLock()
#: Reads for which the collector is paused, and the thread of each.
_reads: dict[object, int] = {}
#: Whether it ran before the first of them.
_ran = False


def paused(read: Callable[..., T], *arguments: Any) -> T:
    """Call a function with the collector paused; the last of such calls restores what the first has found.

    Whoever switches the collector off or on meanwhile, in another thread, has to do it again.
    """
    this = object()
    try:
        try:
            _pause(this)
            return read(*arguments)
        finally:
            _resume(this)
    finally:
        _resume(this)  # where an interrupt has come before the first had done it


def _pause(this: object) -> None:
    global _ran
    with _lock:
        if not _reads:
            _ran = gc.isenabled()
        _reads[this] = threading.get_ident()
        if len(_reads) == 1:
            gc.disable()


def _resume(this: object) -> None:
    """Once or several times: in an order in which an interrupt between two steps does no harm."""
    with _lock:
        if this in _reads:
            if len(_reads) == 1 and _ran:
                gc.enable()
            del _reads[this]


def _after_fork() -> None:
    """In a child there is only the thread that forked it."""
    global _lock
    _lock = threading.RLock()
    was_paused, this_thread = bool(_reads), threading.get_ident()
    for read, thread in list(_reads.items()):
        if thread != this_thread:
            del _reads[read]
    if was_paused and not _reads and _ran:
        gc.enable()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def may_pause(op: Op) -> bool:
    """Whether no code of others runs when values of a layout are read."""
    seen: set[Op] = set()
    waiting = [op]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        match current:
            case ops.Opaque() | ops.Interpret():
                return False
            case ops.Convert(decode=decode, pure=False) if not _is_own(decode):
                return False
            case ops.Struct(cls=cls) if cls is not None and not _makes_by_itself(current):
                return False
            case ops.CStructBytes(item=item):
                waiting.append(item)
            case ops.Enum(variants=variants):
                waiting.extend(v.payload for v in variants if v.payload is not None)
        waiting.extend(children(current))
    return True


def _makes_by_itself(op: ops.Struct) -> bool:
    """Whether instances are made by our own code alone."""
    from snapformat.encodings.bincode.codec.read_helpers import skipped_fields
    from snapformat.encodings.bincode.codec.shape import is_plain

    return (is_plain(op) or _is_own(op.cls)) and all(_is_own(make) for _, make in skipped_fields(op.cls))


def _is_own(function: Any) -> bool:
    """Whether a callable is defined in this library or built into Python."""
    while isinstance(function, partial):
        function = function.func
    module = getattr(function, "__module__", None) or type(function).__module__
    return module.partition(".")[0] in ("builtins", "snapformat", "snapformat_schemas")
