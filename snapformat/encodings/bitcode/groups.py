"""Parts with parts: options, sequences, maps, tuples, structs, enums, conversions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate, chain, compress, count, islice, repeat
from operator import attrgetter, itemgetter
from typing import Any

from snapformat.encodings.bitcode import packing
from snapformat.encodings.bitcode.parts import (
    Packed,
    Part,
    Reading,
    RefusedError,
    Writing,
    check_types,
    descend,
    in_order,
    on_first_use,
    safe,
)
from snapformat.encodings.bitcode.places import MOST_VARIANTS, MOST_ZERO_SIZED
from snapformat.model import kinds
from snapformat.model.kinds import Kind
from snapformat.model.values import PairMap, PairSet, Some


class Option(Part):
    """An option: a column of 0 and 1, and the values that are there."""

    __slots__ = ("_item", "_wrapped")

    def __init__(self, item: Part, wrapped: bool) -> None:
        self._item = item
        self._wrapped = wrapped

    def read(self, message: Reading, number: int, depth: int) -> Iterator[Any]:
        """Return an iterator over the values in a message."""
        return on_first_use(partial(self._start, message, depth), number)

    def _start(self, message: Reading, depth: int, number: int) -> Iterable[Any]:
        flags = message.source.small(number)
        present = flags.count(1)
        if present + flags.count(0) != number:
            raise RefusedError
        if not present:
            return repeat(None, number)
        items = self._item.read(message, present, depth)
        if self._wrapped:
            items = map(Some, items)
        if present == number:
            return items
        return (next(items) if flag else None for flag in flags)

    def write(self, message: Writing, values: Sequence[Any], depth: int) -> Packed:
        """Pack the values in a message."""
        if not values:
            return []
        if len(values) == 1 and not self._wrapped:  # as most are in small messages
            if values[0] is None:
                return [(0, b"\0")]
            return [(0, b"\1"), *self._item.write(message, values, depth)]
        flags = bytes([value is not None for value in values])
        columns = [(0, packing.pack_small(flags))]
        present = [value for value in values if value is not None]
        if present:
            if self._wrapped:
                check_types(present, Some)
                present = [value.value for value in present]
            inner = self._item.write(message, present, depth)
            columns += _spread(inner, compress(count(), flags))
        return columns


def _spread(columns: Packed, places: Iterable[int]) -> Packed:
    """Number the first uses by the values around: the value of number n is at the n-th place."""
    if not columns:
        return []
    listed = [*islice(places, max(map(itemgetter(0), columns)) + 1)]
    return [(listed[first], data) for first, data in columns]


class Elements(Part):
    """The base of sequences, sets and maps: a column of lengths, and the elements of all.

    Args:
        zero_sized: Whether an element, or a key, has Rust's size zero.
        cost: What an element costs of the budget of zero-sized elements.
    """

    __slots__ = ("_cost", "_zero_sized")

    def __init__(self, zero_sized: bool, cost: int) -> None:
        self._zero_sized = zero_sized
        self._cost = cost

    def read(self, message: Reading, number: int, depth: int) -> Iterator[Any]:
        """Return an iterator over the values in a message."""
        return on_first_use(partial(self._start, message, depth), number)

    def _start(self, message: Reading, depth: int, number: int) -> Iterable[Any]:
        lengths = message.source.lengths(number)
        total = sum(lengths)
        if self._cost:
            message.claim(total * self._cost)
        if self._zero_sized and max(lengths) > MOST_ZERO_SIZED:
            raise RefusedError
        return self._elements(message, lengths, total, depth)

    def _elements(self, message: Reading, lengths: Sequence[int], total: int, depth: int) -> Iterable[Any]:
        raise NotImplementedError

    def _lengths(self, message: Writing, values: Sequence[Sequence[Any]]) -> list[int]:
        """Return the lengths of sequences; claim their elements."""
        lengths = [*map(len, values)]
        if self._cost:
            message.claim(sum(lengths) * self._cost)
        return lengths


def _around(columns: Packed, lengths: Sequence[int]) -> Packed:
    """Number the first uses, which count elements, by the sequences that have them."""
    if len(lengths) == 1:
        return [(0, data) for _, data in columns]
    ends = [*accumulate(lengths)]
    return [(bisect_right(ends, first), data) for first, data in columns]


class Sequences(Elements):
    """A sequence."""

    __slots__ = ("_item",)

    def __init__(self, item: Part, zero_sized: bool, cost: int) -> None:
        super().__init__(zero_sized, cost)
        self._item = item

    def _elements(self, message: Reading, lengths: Sequence[int], total: int, depth: int) -> Iterable[Any]:
        items = self._item.read(message, total, depth)
        if len(lengths) == 1:
            return ([*items],) if total else ([],)
        return map(list, map(islice, repeat(items), lengths))

    def write(self, message: Writing, values: Sequence[Any], depth: int) -> Packed:
        """Pack the values in a message."""
        if not values:
            return []
        check_types(values, list, tuple)
        return self._packed(message, values, depth)

    def _packed(self, message: Writing, values: Sequence[Any], depth: int) -> Packed:
        lengths = self._lengths(message, values)
        items = values[0] if len(values) == 1 else [*chain.from_iterable(values)]
        if len(items) != sum(lengths):
            raise RefusedError
        inner = self._item.write(message, items, depth)
        return [(0, packing.pack_lengths(lengths)), *_around(inner, lengths)]


class Sets(Sequences):
    """A set.

    Args:
        item: The part of the elements.
        kind: The kind of the elements.
        ordered: Whether they are written in Rust's order.
    """

    __slots__ = ("_kind", "_ordered")

    def __init__(self, item: Part, zero_sized: bool, cost: int, kind: Kind, ordered: bool) -> None:
        super().__init__(item, zero_sized, cost)
        self._kind = kind
        self._ordered = ordered

    def _elements(self, message: Reading, lengths: Sequence[int], total: int, depth: int) -> Iterable[Any]:
        return map(safe(PairSet), super()._elements(message, lengths, total, depth))

    def write(self, message: Writing, values: Sequence[Any], depth: int) -> Packed:
        """Pack the values in a message."""
        if not values:
            return []
        check_types(values, PairSet, set, frozenset)
        listed = [[*each] for each in values]
        if self._ordered and not all(message.keys.sort(self._kind, each) for each in listed):
            raise RefusedError
        return self._packed(message, listed, depth)


class Maps(Elements):
    """A map: a column of lengths, then keys and values apart.

    Args:
        key: The part of the keys.
        value: The part of the values.
        kind: The kind of the keys.
        ordered: Whether they are written in Rust's order.
    """

    __slots__ = ("_key", "_kind", "_ordered", "_value")

    def __init__(
        self, key: Part, value: Part, zero_sized: bool, cost: int, kind: Kind, ordered: bool
    ) -> None:
        super().__init__(zero_sized, cost)
        self._key = key
        self._value = value
        self._kind = kind
        self._ordered = ordered

    def _elements(self, message: Reading, lengths: Sequence[int], total: int, depth: int) -> Iterable[Any]:
        keys = self._key.read(message, total, depth)
        entries = zip(keys, self._value.read(message, total, depth), strict=False)
        return map(safe(PairMap), map(list, map(islice, repeat(entries), lengths)))

    def write(self, message: Writing, values: Sequence[Any], depth: int) -> Packed:
        """Pack the values in a message."""
        if not values:
            return []
        check_types(values, PairMap, dict)
        listed = [[*each.items()] for each in values]
        if self._ordered and not all(message.keys.sort(self._kind, each, itemgetter(0)) for each in listed):
            raise RefusedError
        lengths = self._lengths(message, listed)
        pairs = [*chain.from_iterable(listed)]
        keys = self._key.write(message, [key for key, _ in pairs], depth)
        items = self._value.write(message, [value for _, value in pairs], depth)
        inner = in_order(chain(keys, items), len(pairs))
        return [(0, packing.pack_lengths(lengths)), *_around(inner, lengths)]


class Fields(Part):
    """Parts side by side, each with a place of its own: a tuple, an array, a struct.

    Args:
        parts: The parts.
        make: Function from the iterators of the parts to that of the values; None if there are no parts.
        split: Function from a batch of values to that of each part; refuses others.
        nests: Whether a value counts as a level of depth.
        cost: What a value costs of the budget of zero-sized elements.
    """

    __slots__ = ("_cost", "_make", "_nests", "_split", "parts")

    def __init__(
        self,
        make: Callable[..., Iterator[Any]],
        split: Callable[[Sequence[Any]], Sequence[Sequence[Any]]],
        *,
        nests: bool = False,
        cost: int = 0,
    ) -> None:
        self.parts: Sequence[Part] = ()
        self._make = make
        self._split = split
        self._nests = nests
        self._cost = cost

    def read(self, message: Reading, number: int, depth: int) -> Iterator[Any]:
        """Return an iterator over the values in a message."""
        if self._nests:
            depth = descend(depth)
        if self._cost:
            message.claim(number * self._cost)
        if not self.parts:
            return self._make(repeat((), number))
        return self._make(*[part.read(message, number, depth) for part in self.parts])

    def write(self, message: Writing, values: Sequence[Any], depth: int) -> Packed:
        """Pack the values in a message."""
        if not values:
            return []
        if self._nests:
            depth = descend(depth)
        if self._cost:
            message.claim(len(values) * self._cost)
        batches = self._split(values)
        packed = [part.write(message, batch, depth) for part, batch in zip(self.parts, batches, strict=True)]
        return in_order(chain.from_iterable(packed), len(values))


#: Of more values, the fields are taken one by one, and not all of a value at once.
_MANY = 8


def tuples(number: int) -> Fields:
    """Make the part of a tuple, without its parts."""

    def split(values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        check_types(values, tuple)
        if set(map(len, values)) != {number}:
            raise RefusedError
        return [*zip(*values, strict=True)]

    if not number:
        return Fields(lambda units: iter(units), split)
    return Fields(partial(zip, strict=False), split)


def arrays(number: int, cost: int) -> Fields:
    """Make the part of an array, without its parts."""

    def split(values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        check_types(values, list, tuple)
        if set(map(len, values)) != {number}:
            raise RefusedError
        return [*zip(*values, strict=True)]

    if not number:
        return Fields(lambda units: map(list, units), split)
    return Fields(lambda *parts: map(list, zip(*parts, strict=False)), split, cost=number * cost)


def structs(kind: kinds.Struct, plain: bool, *, nests: bool = True) -> Fields:
    """Make the part of a struct, or of the fields of a variant, without its parts.

    Args:
        kind: The struct.
        plain: Whether its class can be called with the values of the fields, without code of its own.
        nests: Whether it counts as a level of depth; those of a variant are within the enum's.
    """
    cls = kind.cls
    assert cls is not None
    names = [str(each.attr) for each in kind.fields]
    getter: Callable[[Any], Any] = attrgetter(*names) if names else bool
    getters = [*map(attrgetter, names)]

    def split(values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        check_types(values, cls)
        if not names:
            return ()
        if len(values) > _MANY or len(names) == 1:
            return [[*map(each, values)] for each in getters]
        return [*zip(*map(getter, values), strict=True)]

    if plain and names:
        return Fields(partial(map, cls), split, nests=nests)
    make = safe(lambda *values: kind.make([*values])) if names else safe(lambda _: kind.make([]))
    return Fields(partial(map, make), split, nests=nests)


class Enums(Part):
    """An enum: a column of the numbers of variants, and the fields of each variant.

    Args:
        kind: The enum.
    """

    __slots__ = ("_kind", "parts")

    def __init__(self, kind: kinds.Enum) -> None:
        self._kind = kind
        self.parts: dict[int, Part] = {}

    def read(self, message: Reading, number: int, depth: int) -> Iterator[Any]:
        """Return an iterator over the values in a message."""
        return on_first_use(partial(self._start, message, descend(depth)), number)

    def _start(self, message: Reading, depth: int, number: int) -> Iterable[Any]:
        indexes = message.source.small(number)
        found: dict[int, Iterator[Any]] = {}
        variants, other = self._kind.variants, self._kind.other
        for index in set(indexes):
            uses = indexes.count(index)
            variant = variants[index] if index < len(variants) else other
            if variant is None:
                raise RefusedError
            part = self.parts.get(variant.index)
            found[index] = repeat(variant.constant, uses) if part is None else part.read(message, uses, depth)
        if len(found) == 1:
            return found.popitem()[1]
        return map(next, map(found.__getitem__, indexes))

    def write(self, message: Writing, values: Sequence[Any], depth: int) -> Packed:
        """Pack the values in a message."""
        if not values:
            return []
        depth = descend(depth)
        variant_of = self._kind.variant_of
        indexes = []
        batches: dict[int, list[Any]] = {}
        for value in values:
            variant = variant_of(value)
            if variant is None or variant.index >= MOST_VARIANTS:
                raise RefusedError
            indexes.append(variant.index)
            if variant.payload is not None:
                batches.setdefault(variant.index, []).append(value)
        columns = []
        for index, batch in batches.items():
            inner = self.parts[index].write(message, batch, depth)
            columns += _spread(inner, (at for at, each in enumerate(indexes) if each == index))
        return [(0, packing.pack_small(bytes(indexes))), *in_order(columns, len(values))]


class Converted(Part):
    """A value that is converted by functions.

    Args:
        item: The stored part.
        decode: From the stored value.
        encode: To the stored value.
    """

    __slots__ = ("_decode", "_encode", "_item")

    def __init__(self, item: Part, decode: Callable[[Any], Any], encode: Callable[[Any], Any]) -> None:
        self._item = item
        self._decode = decode
        self._encode = encode

    def read(self, message: Reading, number: int, depth: int) -> Iterator[Any]:
        """Return an iterator over the values in a message."""
        return map(self._decode, self._item.read(message, number, depth))

    def write(self, message: Writing, values: Sequence[Any], depth: int) -> Packed:
        """Pack the values in a message."""
        return self._item.write(message, [*map(self._encode, values)], depth)
