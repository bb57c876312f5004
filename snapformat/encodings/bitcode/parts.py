"""Parts of a type, which read and write all of their values in a message at once.

A part reads as an iterator: the first `next` unpacks its column, and each further one takes a value. So the
columns are consumed in the order of first use, without a tree that is walked for each value. A part writes a
batch: all values at its place in the whole message. It returns packed columns, each with the number of the
first value that uses it, by which the parts around it bring them in order.

Parts check as far as that is cheap, and explain nothing: where one raises any exception, the reference reads
or writes the message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, repeat
from operator import itemgetter
from typing import Any

from snapformat.encodings.bitcode.packing import ColumnInput
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model.order import SortKeys

#: Packed columns, each with the number of the first value of a batch that uses it, in the order of first use.
Packed = list[tuple[int, bytes]]

#: Levels of structs and enums that parts read and write; the reference needs no interpreter stack for more.
_DEEPEST = 64


class RefusedError(Exception):
    """A part does not read or write a message; the reference does, or raises the error."""


class Message:
    """A message that is read or written.

    Attributes:
        zero_sized: Objects that may still be made of zero-sized elements.
    """

    __slots__ = ("zero_sized",)

    def __init__(self) -> None:
        self.zero_sized: int = DEFAULT_LIMITS.zero_sized

    def claim(self, count: int) -> None:
        """Claim objects made of zero-sized elements."""
        self.zero_sized -= count
        if self.zero_sized < 0:
            raise RefusedError


class Reading(Message):
    """A message that is read.

    Attributes:
        source: Its columns.
    """

    __slots__ = ("source",)

    def __init__(self, source: ColumnInput) -> None:
        super().__init__()
        self.source: ColumnInput = source


class Writing(Message):
    """A message that is written.

    Attributes:
        keys: Sort keys of its maps and sets.
    """

    __slots__ = ("keys",)

    def __init__(self) -> None:
        super().__init__()
        self.keys: SortKeys = SortKeys()


class Part:
    """A part of a type."""

    __slots__ = ()

    def read(self, message: Reading, count: int, depth: int) -> Iterator[Any]:
        """Return an iterator over the `count` values of this part in a message."""
        raise NotImplementedError

    def write(self, message: Writing, values: Sequence[Any], depth: int) -> Packed:
        """Pack the values of this part in a message."""
        raise NotImplementedError


def on_first_use(start: Callable[[int], Iterable[Any]], count: int) -> Iterator[Any]:
    """Return an iterator over the values that `start(count)` returns; it is called for the first one."""
    return chain.from_iterable(map(start, (count,)))


def descend(depth: int) -> int:
    """Return the depth one level down."""
    if depth >= _DEEPEST:
        raise RefusedError
    return depth + 1


def check_types(values: Sequence[Any], *types: type) -> None:
    """Refuse values of other types, and of subclasses."""
    if len(values) == 1:
        if type(values[0]) not in types:
            raise RefusedError
    elif not set(map(type, values)) <= {*types}:
        raise RefusedError


def in_order(columns: Iterable[tuple[int, bytes]], count: int) -> Packed:
    """Sort columns of several parts by their first use; of one value they are in order already."""
    listed = [*columns]
    if count > 1:
        listed.sort(key=itemgetter(0))
    return listed


def safe(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function whose `StopIteration` does not end an iterator that calls it."""

    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except StopIteration as error:
            raise RefusedError from error

    return call


class Leaf(Part):
    """A part with one column, which is unpacked and packed by functions.

    Args:
        unpack: Unpacks a number of values.
        pack: Packs values; must refuse those of other types.
    """

    __slots__ = ("_pack", "_unpack")

    def __init__(
        self,
        unpack: Callable[[ColumnInput, int], Iterable[Any]],
        pack: Callable[[Sequence[Any]], bytes],
    ) -> None:
        self._unpack = unpack
        self._pack = pack

    def read(self, message: Reading, count: int, depth: int) -> Iterator[Any]:
        """Return an iterator over the values in a message."""
        return chain.from_iterable(map(self._unpack, (message.source,), (count,)))

    def write(self, message: Writing, values: Sequence[Any], depth: int) -> Packed:
        """Pack the values in a message."""
        return [(0, self._pack(values))] if values else []


class Constant(Part):
    """A part without a column: all of its values are the same object."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def read(self, message: Reading, count: int, depth: int) -> Iterator[Any]:
        """Return an iterator over the values in a message."""
        return repeat(self._value, count)

    def write(self, message: Writing, values: Sequence[Any], depth: int) -> Packed:
        """Pack the values in a message."""
        if any(each is not self._value for each in values):
            raise RefusedError
        return []
