"""Constructs for kinds made of others: options, sequences, tuples, maps, sets, conversions."""

from __future__ import annotations

from typing import Any

import construct

from snapformat.encodings.bincode.config import Wire, encode_int
from snapformat.encodings.construct.base import BincodeConstruct, known_keys, read_exactly
from snapformat.encodings.construct.counted import claim_all, claim_unless_moved, cost_of, position
from snapformat.encodings.construct.scalars import checked
from snapformat.limits import MADE_BY_CONSTRUCT
from snapformat.model import checks
from snapformat.model.c_struct import blob_bytes, deferred, field_values
from snapformat.model.kinds import Unit, is_zero_sized, may_be_empty
from snapformat.model.order import sort_key
from snapformat.model.values import PairMap, PairSet, Some


class Option(BincodeConstruct):
    """`Option<T>`: tag, then the value."""

    def __init__(self, kind: Any, wire: Wire, item: Any) -> None:
        super().__init__(kind, wire)
        self.item = item

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        self._claim(1, context, path)
        tag = read_exactly(stream, 1, path)[0]
        if tag > 1:
            raise construct.MappingError(f"expected an option's tag, 0 or 1, found {tag}", path=path)
        if tag == 0:
            return None
        value = self.item._parsereport(stream, context, path)
        return Some(value) if self.kind.wrapped else value

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if obj is None:
            stream.write(b"\0")
            return obj
        stream.write(b"\1")
        built = self.item._build(checked(unwrapped, path, obj, self.kind.wrapped), stream, context, path)
        return Some(built) if self.kind.wrapped else built


def unwrapped(value: Any, wrapped: bool) -> Any:
    """What an option's present value holds."""
    if not wrapped:
        return value
    if not isinstance(value, Some):
        raise checks.BadValue("None or Some(value), since the value may be None itself", checks.shown(value))
    return value.value


class _Elements(BincodeConstruct):
    """What sequences, arrays and sets share."""

    def __init__(self, kind: Any, wire: Wire, item: Any) -> None:
        super().__init__(kind, wire)
        self.item = item

    def _parse_items(self, count: int, stream: Any, context: Any, path: str) -> list[Any]:
        limit = self.wire.limit
        if isinstance(self.kind.item, Unit):  # all the same
            claim_all(count, context, limit, path, cost=1)
            return [self.item._parsereport(stream, context, path)] * count
        if is_zero_sized(self.kind.item):
            claim_all(count, context, limit, path, cost=cost_of(self.item))
        counted = may_be_empty(self.kind.item)
        cost = MADE_BY_CONSTRUCT + cost_of(self.item) if counted else 0
        values = []
        for _ in range(count):
            before = position(stream) if counted else None
            values.append(self.item._parsereport(stream, context, path))
            claim_unless_moved(before, stream, context, limit, path, cost)
        return values

    def _build_items(self, values: Any, stream: Any, context: Any, path: str) -> list[Any]:
        return [self.item._build(value, stream, context, path) for value in values]

    def _write_length(self, count: int, stream: Any) -> None:
        stream.write(encode_int(count, 8, False, self.wire))


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
        return int(self.kind.count * self.item._sizeof(context, path)) if self.kind.count else 0


class Set(_Elements):
    """A set: length, elements, sorted if the kind is."""

    def _parse(self, stream: Any, context: Any, path: str) -> PairSet[Any]:
        return PairSet(self._parse_items(self._read_length(stream, context, path), stream, context, path))

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        values = checked(checks.as_elements, path, obj)
        if self.kind.ordered:
            known = known_keys(context)
            values.sort(key=lambda value: checked(sort_key, path, self.kind.item, value, known))
        self._write_length(len(values), stream)
        self._build_items(values, stream, context, path)
        return obj


class Map(BincodeConstruct):
    """A map: length, keys and values in turn, sorted if the kind is."""

    def __init__(self, kind: Any, wire: Wire, key: Any, value: Any) -> None:
        super().__init__(kind, wire)
        self.key = key
        self.value = value

    def _parse(self, stream: Any, context: Any, path: str) -> PairMap[Any, Any]:
        count, limit = self._read_length(stream, context, path), self.wire.limit
        if is_zero_sized(self.kind.key) and is_zero_sized(self.kind.value):
            claim_all(count, context, limit, path, cost=cost_of(self.key, self.value))
        counted = may_be_empty(self.kind.key) and may_be_empty(self.kind.value)
        cost = MADE_BY_CONSTRUCT + cost_of(self.key, self.value) if counted else 0
        entries: PairMap[Any, Any] = PairMap()
        for _ in range(count):
            before = position(stream) if counted else None
            key = self.key._parsereport(stream, context, path)
            entries[key] = self.value._parsereport(stream, context, path)
            claim_unless_moved(before, stream, context, limit, path, cost)
        return entries

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        pairs = checked(checks.as_pairs, path, obj)
        if self.kind.ordered:
            known = known_keys(context)
            pairs.sort(key=lambda pair: checked(sort_key, path, self.kind.key, pair[0], known))
        stream.write(encode_int(len(pairs), 8, False, self.wire))
        for key, value in pairs:
            self.key._build(key, stream, context, path)
            self.value._build(value, stream, context, path)
        return obj


class Tuple(BincodeConstruct):
    """A tuple: its elements."""

    def __init__(self, kind: Any, wire: Wire, items: list[Any]) -> None:
        super().__init__(kind, wire)
        self.items = items

    def _parse(self, stream: Any, context: Any, path: str) -> tuple[Any, ...]:
        return tuple([item._parsereport(stream, context, path) for item in self.items])

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        values = checked(checks.as_tuple, path, obj, len(self.items))
        built = [i._build(v, stream, context, path) for i, v in zip(self.items, values, strict=True)]
        return tuple(built)

    def _sizeof(self, context: Any, path: str) -> int:
        return sum(item._sizeof(context, path) for item in self.items)


class Blob(BincodeConstruct):
    """Bytes that hold a C struct."""

    def __init__(self, kind: Any, wire: Wire, item: Any) -> None:
        super().__init__(kind, wire)
        self.item = item
        self.size: int = item.sizeof()

    def _read(self, data: bytes) -> list[Any]:
        return field_values(self.item.parse(data))

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        length = self._read_length(stream, context, path)
        self._claim(length, context, path)
        data = read_exactly(stream, length, path)
        return deferred(self.kind.item.cls, data, self.size, self._read)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if type(obj) is not self.kind.item.cls:
            raise construct.FormatFieldError(
                f"expected {self.kind.item.name}, found {checks.shown(obj)}", path=path
            )
        data = blob_bytes(obj, self.item.build)
        stream.write(encode_int(len(data), 8, False, self.wire) + data)
        return obj


class Adapted(BincodeConstruct):
    """A value converted by code."""

    def __init__(self, kind: Any, wire: Wire, item: Any) -> None:
        super().__init__(kind, wire)
        self.item = item

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        stored = self.item._parsereport(stream, context, path)
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
        self.item._build(stored, stream, context, path)
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return int(self.item._sizeof(context, path))
