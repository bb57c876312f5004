"""Pausing Python's collector of cyclic garbage while large data is read.

Reading makes many objects, none of which is garbage, and the collector, which runs after so many new ones,
would go over all of them again and again. It is paused for the whole process, but not where foreign code
runs while reading (`Via`, constructs, constructors), which may leave cycles behind.
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

#: Size in bytes from which a pause pays.
LARGE = 1 << 16

#: Reads for which the collector is paused, and the thread of each.
_reads: dict[object, int] = {}
#: Those that have switched it off. There is no lock, which an interrupt could leave held: each step is one
#: operation of a dict, and whoever finds no reads left switches it on for all in here.
_switched: dict[object, None] = {}


def paused(read: Callable[..., T], *arguments: Any) -> T:
    """Call a function with the collector paused; the last of overlapping calls restores its first state.

    A change of the collector's state by another thread meanwhile is lost.
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
    _reads[this] = threading.get_ident()
    if gc.isenabled():
        _switched[this] = None
        gc.disable()


def _resume(this: object) -> None:
    """Resume the collector; calls may repeat, and an interrupt between two steps does no harm."""
    _reads.pop(this, None)
    _switch_on()


def _switch_on() -> None:
    """Switch the collector on if no read is left, and one of them has switched it off."""
    if not _reads:
        for each in list(_switched):
            gc.enable()
            _switched.pop(each, None)


def _after_fork() -> None:
    """Drop the reads of other threads, which a forked child does not have."""
    this_thread = threading.get_ident()
    for read, thread in list(_reads.items()):
        if thread != this_thread:
            _reads.pop(read, None)
    _switch_on()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def may_pause(op: Op) -> bool:
    """Return whether no foreign code runs when values of a layout are read."""
    seen: set[Op] = set()
    waiting = [op]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        match current:
            case ops.Run() | ops.Interpret():
                return False
            case ops.Convert(decode=decode, pure=False) if not is_own(decode):
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
    """Return whether instances are made by this library's code alone."""
    from snapformat.encodings.bincode.codec.read_helpers import skipped_fields
    from snapformat.encodings.bincode.codec.shape import is_plain

    return (is_plain(op) or is_own(op.cls)) and all(is_own(make) for _, make in skipped_fields(op.cls))


def is_own(function: Any) -> bool:
    """Return whether a callable runs code of this library and of Python alone.

    One that is defined here may call others, and says so by an attribute `is_own`, which is false.
    """
    while isinstance(function, partial):
        function = function.func
    module = getattr(function, "__module__", None) or type(function).__module__
    is_ours = module.partition(".")[0] in ("builtins", "snapformat", "snapformat_schemas")
    return is_ours and getattr(function, "is_own", True) is not False
