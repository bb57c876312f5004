"""Constructs for structs and enums, recursion, and classes around other constructs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import construct

from snapformat.encodings.bincode.config import Config, encode_int
from snapformat.encodings.construct.base import BincodeConstruct
from snapformat.model import kinds
from snapformat.model.built import as_built
from snapformat.model.checks import describe_value, reason
from snapformat.model.expressions import whole_context
from snapformat.model.from_construct import Lowering, OwnConstruct, Scopes, in_scopes
from snapformat.trampoline import Task


class Struct(OwnConstruct, construct.Struct):  # type: ignore[misc]  # construct is untyped
    """A struct whose values are instances of its class.

    A `construct.Struct` with the same fields by name; only its values differ: instances instead of
    containers, and positions instead of names where the style is `tuple` or `newtype`.
    """

    def __init__(self, kind: Any, config: Config, fields: list[Any]) -> None:
        super().__init__(
            *(
                construct.Renamed(sub, newname=field.attr, newdocs=field.doc)
                for field, sub in zip(kind.fields, fields, strict=True)
            )
        )
        self.kind = kind
        self.config = config

    def as_kind(self, lowering: Lowering, scopes: Scopes) -> Task:
        """Return the kind, in this encoding."""
        return kinds.Encoded(in_scopes(self.kind, lowering, scopes), self.config)
        yield  # as a task

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        kind = self.kind
        if kind.scoped:
            context = self._context(context, stream)
        values = []
        for sub in self.subcons:
            values.append(sub._parsereport(stream, context, path))
            if kind.scoped:
                context[sub.name] = values[-1]
        try:
            return kind.make(values)
        except ValueError as error:  # a class's own __post_init__
            raise construct.ValidationError(f"no {kind.name}: {reason(error)}", path=path) from None

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        kind = self.kind
        if not isinstance(obj, kind.cls):
            raise construct.FormatFieldError(
                f"expected {kind.cls.__name__}, found {describe_value(obj)}", path=path
            )
        if kind.scoped:
            context = self._context(context, stream)
            context.update((each.attr, getattr(obj, each.attr, None)) for each in kind.fields)
        built = {}
        for field, sub in zip(kind.fields, self.subcons, strict=True):
            built[field.attr] = sub._build(getattr(obj, field.attr, None), stream, context, path)
            if kind.scoped:
                context[field.attr] = built[field.attr]
        return as_built(obj, built)

    def _sizeof(self, context: Any, path: str) -> int:
        if self.kind.scoped:
            context = self._context(context, None)
        try:
            return sum(sub._sizeof(context, path) for sub in self.subcons)
        except (KeyError, AttributeError):  # an expression of fields that are not known here
            raise construct.SizeofError("a size depends on the value", path=path) from None

    def _context(self, outer: Any, stream: Any) -> Any:
        """Return the context of the fields, as construct makes it for a Struct."""
        made = whole_context(outer, stream, self._subcons)
        made["_sizing"] = outer.get("_sizing", False)
        return made


class Enum(BincodeConstruct):
    """An enum: index, then the payload of that variant.

    Attributes:
        cases: The payloads by index, as in `construct.Switch`; variants without payload have none.
    """

    def __init__(self, kind: Any, config: Config, payloads: list[Any]) -> None:
        super().__init__(kind, config)
        self.cases: dict[int, Any] = {index: sub for index, sub in enumerate(payloads) if sub is not None}

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        kind = self.kind
        index = self._read_int(stream, context, path, 4)
        variant = kind.variants[index] if index < len(kind.variants) else kind.other
        if variant is None:
            raise construct.MappingError(
                f"expected a variant of {kind.name}, 0 to {len(kind.variants) - 1}, found {index}", path=path
            )
        if variant.payload is None:
            return variant.constant
        return self.cases[variant.index]._parsereport(stream, context, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        variant = self.kind.variant_of(obj)
        if variant is None:
            raise construct.MappingError(
                f"expected a variant of {self.kind.name}, found {describe_value(obj)}", path=path
            )
        stream.write(encode_int(variant.index, 4, False, self.config))
        if variant.payload is not None:
            return self.cases[variant.index]._build(obj, stream, context, path)
        return obj


class Recursive(OwnConstruct, construct.LazyBound):  # type: ignore[misc]  # construct is untyped
    """A type that refers to itself; the reference is resolved on use."""

    def __init__(self, name: str, target: Callable[[], Any]) -> None:
        super().__init__(target)
        self.target_name = name

    @property
    def target(self) -> Any:
        """The construct that it refers to."""
        return self.subconfunc()

    def as_kind(self, lowering: Lowering, scopes: Scopes) -> Task:
        """Return the target's kind."""
        return (yield lowering.lower(self.target, lowering, scopes))
