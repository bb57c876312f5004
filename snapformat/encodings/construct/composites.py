"""Constructs for kinds with parts: options, sequences, tuples, maps, sets, conversions."""

from __future__ import annotations

from typing import Any

import construct

from snapformat.encodings.bincode.config import Config, encode_int
from snapformat.encodings.construct.base import (
    BincodeConstruct,
    BincodeSubconstruct,
    read_exactly,
    sort_keys,
)
from snapformat.encodings.construct.counted import claim_all, claim_unless_moved, position
from snapformat.encodings.construct.scalars import checked
from snapformat.limits import MADE_BY_CONSTRUCT
from snapformat.model import checks
from snapformat.model.c_struct import blob_bytes, deferred, field_values
from snapformat.model.graph import is_zero_sized, may_be_empty
from snapformat.model.kinds import Unit
from snapformat.model.kinds.collections import unwrapped
from snapformat.model.order import sort_key
from snapformat.model.values import PairMap, PairSet, Some


class Option(BincodeSubconstruct):
    """`Option<T>`: tag, then the value."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        self._claim(1, context, path)
        tag = read_exactly(stream, 1, path)[0]
        if tag > 1:
            raise construct.MappingError(f"expected an option's tag, 0 or 1, found {tag}", path=path)
        if tag == 0:
            return None
        value = self.subcon._parsereport(stream, context, path)
        return Some(value) if self.kind.wrapped else value

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if obj is None:
            stream.write(b"\0")
            return obj
        stream.write(b"\1")
        built = self.subcon._build(checked(unwrapped, path, obj, self.kind.wrapped), stream, context, path)
        return Some(built) if self.kind.wrapped else built


class _Elements(BincodeSubconstruct):
    """The base of sequences, arrays and sets."""

    def _parse_items(self, count: int, stream: Any, context: Any, path: str) -> list[Any]:
        limit = self.config.limit
        if isinstance(self.kind.item, Unit):  # all the same
            claim_all(count, context, limit, path, cost=1)
            return [self.subcon._parsereport(stream, context, path)] * count
        counted = may_be_empty(self.kind.item)
        if is_zero_sized(self.kind.item) and not counted:
            claim_all(count, context, limit, path, cost=self._cost_of(self.subcon))
        cost = MADE_BY_CONSTRUCT + self._cost_of(self.subcon) if counted else 0
        values = []
        for _ in range(count):
            before = position(stream) if counted else None
            values.append(self.subcon._parsereport(stream, context, path))
            claim_unless_moved(before, stream, context, limit, path, cost)
        return values

    def _build_items(self, values: Any, stream: Any, context: Any, path: str) -> list[Any]:
        return [self.subcon._build(value, stream, context, path) for value in values]

    def _write_length(self, count: int, stream: Any) -> None:
        stream.write(encode_int(count, 8, False, self.config))


class Seq(_Elements):
    """`Vec<T>`: length, elements."""

    def _parse(self, stream: Any, context: Any, path: str) -> list[Any]:
        return self._parse_items(self._read_length(stream, context, path), stream, context, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        values = checked(checks.as_list, path, obj)
        self._write_length(len(values), stream)
        return self._build_items(values, stream, context, path)


class Array(_Elements):
    """`[T; N]`: elements."""

    def _parse(self, stream: Any, context: Any, path: str) -> list[Any]:
        return self._parse_items(self.kind.count, stream, context, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        values = checked(checks.as_list, path, obj, self.kind.count)
        return self._build_items(values, stream, context, path)

    def _sizeof(self, context: Any, path: str) -> int:
        return int(self.kind.count * self.subcon._sizeof(context, path)) if self.kind.count else 0


class Set(_Elements):
    """A set: length, elements, sorted if the kind is."""

    def _parse(self, stream: Any, context: Any, path: str) -> PairSet[Any]:
        return PairSet(self._parse_items(self._read_length(stream, context, path), stream, context, path))

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        values = checked(checks.as_elements, path, obj)
        if self.kind.ordered:
            keys = sort_keys(context)
            values.sort(key=lambda value: checked(sort_key, path, self.kind.item, value, keys))
        self._write_length(len(values), stream)
        self._build_items(values, stream, context, path)
        return obj


class Map(BincodeConstruct):
    """A map: length, keys and values in turn, sorted if the kind is."""

    def __init__(self, kind: Any, config: Config, key: Any, value: Any) -> None:
        super().__init__(kind, config)
        self.subcons: list[Any] = [key, value]

    def _parse(self, stream: Any, context: Any, path: str) -> PairMap[Any, Any]:
        key_sub, value_sub = self.subcons
        count, limit = self._read_length(stream, context, path), self.config.limit
        counted = may_be_empty(self.kind.key) and may_be_empty(self.kind.value)
        if not counted and is_zero_sized(self.kind.key) and is_zero_sized(self.kind.value):
            claim_all(count, context, limit, path, cost=self._cost_of(*self.subcons))
        cost = MADE_BY_CONSTRUCT + self._cost_of(*self.subcons) if counted else 0
        entries: PairMap[Any, Any] = PairMap()
        for _ in range(count):
            before = position(stream) if counted else None
            key = key_sub._parsereport(stream, context, path)
            entries[key] = value_sub._parsereport(stream, context, path)
            claim_unless_moved(before, stream, context, limit, path, cost)
        return entries

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        pairs = checked(checks.as_pairs, path, obj)
        if self.kind.ordered:
            keys = sort_keys(context)
            pairs.sort(key=lambda pair: checked(sort_key, path, self.kind.key, pair[0], keys))
        stream.write(encode_int(len(pairs), 8, False, self.config))
        key_sub, value_sub = self.subcons
        for key, value in pairs:
            key_sub._build(key, stream, context, path)
            value_sub._build(value, stream, context, path)
        return obj


class Tuple(BincodeConstruct, construct.Sequence):  # type: ignore[misc]  # construct is untyped
    """A tuple: its elements."""

    def __init__(self, kind: Any, config: Config, subcons: list[Any]) -> None:
        construct.Sequence.__init__(self, *subcons)
        self.flagbuildnone = False
        self.kind = kind
        self.config = config

    def _parse(self, stream: Any, context: Any, path: str) -> tuple[Any, ...]:
        return tuple([item._parsereport(stream, context, path) for item in self.subcons])

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        values = checked(checks.as_tuple, path, obj, len(self.subcons))
        built = [i._build(v, stream, context, path) for i, v in zip(self.subcons, values, strict=True)]
        return tuple(built)

    def _sizeof(self, context: Any, path: str) -> int:
        return sum(item._sizeof(context, path) for item in self.subcons)


class Blob(BincodeSubconstruct):
    """Bytes that contain a C struct."""

    def __init__(self, kind: Any, config: Config, subcon: Any) -> None:
        super().__init__(kind, config, subcon)
        self.size: int = subcon.sizeof()

    def _read(self, data: bytes) -> list[Any]:
        return field_values(self.subcon.parse(data))

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        length = self._read_length(stream, context, path)
        self._claim(length, context, path)
        data = read_exactly(stream, length, path)
        return deferred(self.kind.item.cls, data, self.size, self._read)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if not isinstance(obj, self.kind.item.cls):
            raise construct.FormatFieldError(
                f"expected {self.kind.item.name}, found {checks.describe_value(obj)}", path=path
            )
        data = blob_bytes(obj, self.subcon.build)
        stream.write(encode_int(len(data), 8, False, self.config) + data)
        return obj


class Adapted(BincodeSubconstruct):
    """A value converted by functions."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        stored = self.subcon._parsereport(stream, context, path)
        try:
            return self.kind.decode(stored)
        except (ValueError, OverflowError) as error:
            raise construct.ValidationError(
                f"no {self.kind.name}: {checks.reason(error)}", path=path
            ) from None

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        try:
            stored = self.kind.encode(obj)
        except (ValueError, TypeError, OverflowError) as error:
            raise construct.ValidationError(
                f"no {self.kind.name}: {checks.reason(error)}", path=path
            ) from None
        self.subcon._build(stored, stream, context, path)
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return int(self.subcon._sizeof(context, path))


class Checked(BincodeSubconstruct):
    """A value that meets constraints."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        return self._checked(self.subcon._parsereport(stream, context, path), path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        built = self.subcon._build(obj, stream, context, path)
        self._checked(obj, path)
        return built

    def _checked(self, value: Any, path: str) -> Any:
        try:
            return self.kind.decode(value)
        except Exception as error:  # predicates are code of the schema
            raise construct.ValidationError(f"{checks.BROKEN}: {checks.reason(error)}", path=path) from None

    def _sizeof(self, context: Any, path: str) -> int:
        return int(self.subcon._sizeof(context, path))
