"""Kinds from outside the data model: C structs, constructs, parts in another encoding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from snapformat.lazy_dataclasses import dataclass
from snapformat.model.kinds.base import Kind
from snapformat.model.kinds.named import Struct
from snapformat.model.kinds.scalars import length_in
from snapformat.model.surroundings import NOTHING, Surroundings
from snapformat.trampoline import Task

if TYPE_CHECKING:
    from snapformat.model.protocol import Planner, ValueReader, ValueWriter


@dataclass(frozen=True, slots=True)
class Blob(Kind):
    """serde `bytes` that contain a C struct; they may be shorter or longer than the struct.

    Attributes:
        item: The struct; its class is a `CStruct`.
    """

    item: Struct

    def in_encoding(self, config: Any) -> Mapping[str, Any]:
        """Return the kind of the number of bytes."""
        return {"length": length_in(config)}

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write an instance of the struct's class."""
        assert self.item.cls is not None
        if not isinstance(value, self.item.cls):
            out.misfit(self.item.name, value)
        yield out.write_blob(self, value)
        return value

    def read(self, source: ValueReader) -> Task:
        """Read an instance, which keeps its bytes until a field is used."""
        return (yield source.read_blob(self))

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_c_struct(self)

    def children(self) -> Sequence[Kind]:
        """The struct."""
        return (self.item,)


@dataclass(eq=False, slots=True)
class Foreign(Kind):
    """A type declared by a construct; it brings its own encoding.

    Attributes:
        construct: The construct.
        cls: The class its values are converted to; None for the construct's own values.
        target: The kind of the construct.
        looks_at: What the construct looks at around itself.
        resolve: Function that sets `target` and `looks_at`; None afterwards.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"construct", "cls", "looks_at", "resolve"})

    construct: Any
    cls: type | None = None
    target: Kind | None = None
    looks_at: Surroundings = NOTHING
    resolve: Callable[[], None] | None = None

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write by the target."""
        assert self.target is not None
        target = self.target
        return target.write(value, out) if target.is_leaf else (yield target.write(value, out))

    def read(self, source: ValueReader) -> Task:
        """Read by the target."""
        assert self.target is not None
        target = self.target
        return target.read(source) if target.is_leaf else (yield target.read(source))

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_foreign(self)

    def children(self) -> Sequence[Kind]:
        """The target."""
        return () if self.target is None else (self.target,)


@dataclass(eq=False, slots=True)
class Encoded(Kind):
    """A kind in an encoding of its own: a construct of `Encoding.construct` inside another construct.

    Attributes:
        item: The kind.
        config: The encoding's configuration.
    """

    item: Kind
    config: Any

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write the value in that encoding."""
        begun = out.begin_encoding(self.config)
        item = self.item
        written = item.write(value, out) if item.is_leaf else (yield item.write(value, out))
        out.end_encoding(begun)
        return written

    def read(self, source: ValueReader) -> Task:
        """Read the value in that encoding."""
        begun = source.begin_encoding(self.config)
        value = self.item.read(source) if self.item.is_leaf else (yield self.item.read(source))
        source.end_encoding(begun)
        return value

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_encoded(self)

    def children(self) -> Sequence[Kind]:
        """The kind."""
        return (self.item,)
