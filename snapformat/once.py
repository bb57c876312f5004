"""Publishing a value once, atomically, without a lock.

A lock held by another thread stays locked in a forked child, a lock held while a user's code runs can
deadlock with a lock of that code, and a lock left by an interrupt blocks everything after it. So there is
none: several threads may compute the same value, and a single call of a C function decides which one is
kept. With a GIL, neither another thread nor an interrupt can run during such a call; a free-threaded Python
would need another implementation.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress, starmap
from operator import is_
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")

_KEPT: Any = object()


def replace(
    get: Callable[[Any], Any], put: Callable[[Any, Any], None], instance: Any, old: Any, new: Any
) -> bool:
    """Put a value into an instance's slot, if the slot still holds the old one.

    Args:
        get: The slot's `__get__`.
        put: The slot's `__set__`.
        instance: The instance.
        old: The value that is replaced.
        new: The value that replaces it.

    Returns:
        Whether it was replaced. Another thread may have set or deleted the slot meanwhile.
    """
    held = map(is_, map(get, (instance,)), (old,))
    try:
        # `next` gets, compares and sets in one call of C.
        return next(starmap(put, compress(((instance, new),), held)), _KEPT) is not _KEPT
    except AttributeError:  # deleted
        return False


def first(slot: Any, instance: Any, value: T) -> T:
    """Put a value into a slot that holds None, unless another thread was first; return the slot's value."""
    replace(slot.__get__, slot.__set__, instance, None, value)
    found: T = slot.__get__(instance)
    return found


class cached_property(Generic[T]):  # noqa: N801 - the name in `functools`
    """`functools.cached_property` without the lock that Python 3.11 holds while the value is computed.

    Every thread gets the same value.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute = compute
        self.name: str = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> cached_property[T]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> cached_property[T] | T:
        if instance is None:
            return self
        found: T = vars(instance).setdefault(self.name, self.compute(instance))
        return found
