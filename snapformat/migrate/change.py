"""`Change`: how instances of one class become instances of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from snapformat.class_attrs import DECLARATION
from snapformat.errors import SchemaError
from snapformat.migrate.sources import (
    Computed,
    Defaulted,
    Lost,
    Moved,
    MovedTo,
    Narrowed,
    Renamed,
    Source,
    Unused,
    Use,
)
from snapformat.model.checks import describe_value

if TYPE_CHECKING:
    from snapformat.migrate.conversion import Conversion

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Change:
    """A change between two declared classes: for instances of `old` where `new` is wanted.

    All that is not mentioned is derived from the two types: fields and variants of the same name are
    converted, perhaps by other changes. The step checks a change against both types.

    Args:
        old: The old class: a struct, an enum, or a variant of one.
        new: The new class; it may be the same one.
        given: New field -> its source: `renamed`, `narrowed`, `default`, `moved` or `computed`. Of an enum:
            new variant -> `renamed("Old")`.
        dropped: Old field -> its use: `moved_to`, `unused`, `loss` or `refused`. Of an enum: old variant ->
            `refused(why)`.
        convert: Function of the old instance and the conversion that returns the new one, in place of all
            that.

    Raises:
        SchemaError: An argument is not what it should be.
    """

    __slots__ = ("convert", "dropped", "given", "new", "old")

    def __init__(
        self,
        old: type,
        new: type,
        *,
        given: Mapping[str, Source] = _NOTHING,
        dropped: Mapping[str, Use] = _NOTHING,
        convert: Callable[[Any, Conversion], Any] | None = None,
    ) -> None:
        given_classes: tuple[Any, ...] = (old, new)
        for cls in given_classes:
            if not isinstance(cls, type) or not hasattr(cls, DECLARATION):
                raise SchemaError(
                    f"a Change is between declared classes, and {getattr(cls, '__qualname__', cls)} is none"
                )
        self.old: type = old
        self.new: type = new
        self.given: dict[str, Source] = dict(given)
        self.dropped: dict[str, Use] = dict(dropped)
        self.convert: Callable[[Any, Conversion], Any] | None = convert
        if convert is not None:
            if self.given or self.dropped:
                raise SchemaError(
                    "convert takes the place of given and dropped: leave these out", owner=self.name
                )
            if not callable(convert):
                raise SchemaError(
                    f"convert is a function (old, to), not {describe_value(convert)}", owner=self.name
                )
        for name, source in self.given.items():
            if not isinstance(source, Renamed | Narrowed | Defaulted | Moved | Computed):
                raise SchemaError(
                    "given needs renamed, narrowed, default, moved or computed, not"
                    f" {describe_value(source)}",
                    owner=self.name,
                    field=name,
                )
        for name, use in self.dropped.items():
            if not isinstance(use, MovedTo | Unused | Lost):
                raise SchemaError(
                    f"dropped needs moved_to, unused, loss or refused, not {describe_value(use)}",
                    owner=self.name,
                    field=name,
                )

    @property
    def name(self) -> str:
        """The change in messages."""
        return f"Change({_named(self.old)}, {_named(self.new)})"

    def __repr__(self) -> str:
        return self.name


def _named(cls: type) -> str:
    return f"{cls.__module__.rpartition('.')[2]}.{cls.__qualname__}" if cls.__module__ else cls.__qualname__
