"""Kinds that look for the end of the data: records up to it, and a tail that may be missing."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from snapformat.lazy_dataclasses import dataclass
from snapformat.model.kinds.base import Kind
from snapformat.model.kinds.collections import (
    BETWEEN_PAUSES,
    Option,
    Seq,
    given_elements,
    pause,
    read_elements,
    write_elements,
)
from snapformat.trampoline import Task

if TYPE_CHECKING:
    from snapformat.model.protocol import Planner, ValueReader, ValueWriter


class Records(Seq):
    """Elements one after the other up to the end of the data, without their number.

    They have a budget of claimed bytes each, as bincode has when it reads them one by one.
    """

    __slots__ = ()

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write a list or a tuple."""
        values = given_elements(self.item, value, out)
        if not out.runs_constructs:
            out.write_seq(self, len(values))
        return (yield from write_elements(self, values, out))

    def read(self, source: ValueReader) -> Task:
        """Read a list, up to the end of the data."""
        if not source.runs_constructs:
            return (yield from read_elements(self, source.read_seq(self), source))
        values: list[Any] = []
        item = self.item
        while not source.is_at_end():
            start, begun = source.mark(), source.begin_record()
            source.enter(0, len(values))
            values.append(item.read(source) if item.is_leaf else (yield item.read(source)))
            source.leave()
            source.end_budget(begun)
            if source.mark() == start:
                source.fail("a record without bytes")
            if source.pauses and not len(values) % BETWEEN_PAUSES:
                yield pause()
        return values

    def plan(self, planner: Planner) -> Any:
        """Plan the operation: the elements are read one by one."""
        return planner.plan_interpreted(self)


@dataclass(frozen=True, slots=True)
class Tail(Kind):
    """A value that may be missing where the data end; a value that is cut or damaged is an error.

    Attributes:
        item: The kind of the value.
        default: The value if it is missing.
        is_written: Whether the default is written as any other value. Otherwise it is None, and None is
            written as nothing.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"default"})

    item: Kind
    default: Any = None
    is_written: bool = False

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write the value, or nothing for a missing one."""
        item = self.item
        if self.is_written:
            return item.write(value, out) if item.is_leaf else (yield item.write(value, out))
        if out.runs_constructs:
            if value is None:
                return None
            return item.write(value, out) if item.is_leaf else (yield item.write(value, out))
        out.write_option(Option(item), value is not None)
        if value is not None:
            out.enter_item()
            value = item.write(value, out) if item.is_leaf else (yield item.write(value, out))
            out.leave_item()
        return value

    def read(self, source: ValueReader) -> Task:
        """Read the value, or return the default where the data end."""
        item = self.item
        if source.runs_constructs:
            if source.is_at_end():
                source.claim_zero_sized(1, 1)  # no byte bounds their number
                return copy.deepcopy(self.default)
        elif not self.is_written:
            if not source.read_option(Option(item)):
                return None
            source.enter_item()
            value = item.read(source) if item.is_leaf else (yield item.read(source))
            source.leave_item()
            return value
        return item.read(source) if item.is_leaf else (yield item.read(source))

    def children(self) -> Sequence[Kind]:
        """The kind of the value."""
        return (self.item,)

    def __hash__(self) -> int:
        return hash((self.item, self.is_written))
