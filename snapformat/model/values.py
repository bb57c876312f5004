"""Classes of values that Python lacks: maps and sets with any keys, `Some`, flags that keep their byte."""

from __future__ import annotations

import os
import struct
from collections.abc import ItemsView, Iterable, Iterator, Mapping, MutableMapping, MutableSet, Set
from itertools import pairwise
from operator import itemgetter
from typing import Any, Generic, TypeVar

import semver

from snapformat.class_attrs import KEY
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.numpy_scalars import plain
from snapformat.trampoline import Task, run

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Some(Generic[T]):
    """The present value of an option whose value may itself be None (`Option<Option<T>>`)."""

    value: T


_ATOMS = (int, str, bytes, bool, float)
#: Secret that makes hashes of entries unpredictable outside this process.
_SALT = int.from_bytes(os.urandom(7), "little")
#: Numbers are looked up by their product with this secret. Python's hash of an int is the int itself modulo a
#: prime, so a file's author could choose keys that all collide; the products can't be chosen.
#: It has 61 bits and is odd: no product is a float's value. Bit 1 is 0: it is not the prime itself.
SECRET = int.from_bytes(os.urandom(8), "little") >> 3 & ~2 | 1 << 60 | 1
#: Wider ints could be chosen that are equal modulo the prime, and so would be their products.
_LEAST, _MOST = -1 << 63, (1 << 64) - 1
_pack_float = struct.Struct("<d").pack


def _spread(value: Any) -> Any:
    """Return a stand-in for a primitive: equal where the primitive is, with an unpredictable hash."""
    if isinstance(value, float):
        if value != value:  # NaN, equal to nothing: found by its identity
            return value
        if not value.is_integer():
            return (float, _pack_float(value))
        value = int(value)
    if isinstance(value, int):
        value = int(value)
        if _LEAST <= value <= _MOST:
            return value * SECRET
        return (int, value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))
    return value


class _Entries:
    """Stand-in for a map or set inside a key: immutable, hashed once, equal in any order.

    The stand-ins of its own keys are held by reference, so the size of each is that of its direct entries,
    at any depth of keys within keys.

    Args:
        kind: `dict` or `set`.
        entries: Stand-ins of keys, or of keys and values in pairs.
    """

    __slots__ = ("_entries", "_hash", "_kind")

    def __init__(self, kind: type, entries: Iterable[Any]) -> None:
        # In the same order for equal ones, so that they are compared one by one.
        ordered = sorted([(hash((_SALT, entry)), entry) for entry in entries], key=itemgetter(0))
        self._kind = kind
        self._entries = ordered
        self._hash = hash((_SALT, kind, *map(itemgetter(0), ordered)))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Entries) and _are_equal(self, other)

    def is_like(self, other: _Entries) -> bool:
        """Return whether it has the same kind, and as many entries with the same hashes."""
        same = self._hash == other._hash and self._kind is other._kind
        return same and len(self._entries) == len(other._entries)

    def pairs_with(self, other: _Entries) -> Iterator[tuple[Any, Any]] | None:
        """Return pairs of entries that must be equal if these are; None if they are not."""
        ours, theirs = self._entries, other._entries
        if any(one[0] != two[0] for one, two in zip(ours, theirs, strict=True)):
            return None
        clashing = {one[0] for one, two in pairwise(ours) if one[0] == two[0]}
        if clashing:
            # Different entries with the same hash, which only happens by chance, may have any order.
            theirs = list(theirs)
            for index, (number, entry) in enumerate(ours):
                if number in clashing:
                    places = range(index, len(theirs))
                    place = next((at for at in places if theirs[at] == (number, entry)), None)
                    if place is None:
                        return None
                    theirs[index], theirs[place] = theirs[place], theirs[index]
        return ((one[1], two[1]) for one, two in zip(ours, theirs, strict=True))


def _are_equal(one: Any, two: Any) -> bool:
    """Return whether stand-ins are equal, without interpreter stack."""
    waiting: list[Iterator[tuple[Any, Any]]] = [iter([(one, two)])]
    while waiting:
        for left, right in waiting[-1]:
            if left is right:
                continue
            if type(left) is tuple and type(right) is tuple:
                if len(left) != len(right):
                    return False
                waiting.append(zip(left, right, strict=True))
                break
            if type(left) is _Entries and type(right) is _Entries:
                pairs = left.pairs_with(right) if left.is_like(right) else None
                if pairs is None:
                    return False
                waiting.append(pairs)
                break
            if left != right:
                return False
        else:
            waiting.pop()
    return True


class _End:
    """Marks the end of a value's parts in the list of pending ones."""

    __slots__ = ("of",)

    def __init__(self, of: int) -> None:
        self.of = of


def _all_hashable(values: list[Any]) -> Iterable[Any]:
    """Return `hashable` of many values."""
    kinds = set(map(type, values))
    if kinds <= _TEXT:
        return values
    if kinds == _INT and min(values) >= _LEAST and max(values) <= _MOST:
        return map(SECRET.__mul__, values)
    return map(hashable, values)


_TEXT, _INT = {str, bytes}, {int}


def hashable(root: Any) -> Any:
    """Return a hashable stand-in, equal exactly where `root` is: lists and schema objects have no hash.

    It is flat, so that hashing and comparing it needs no stack at any depth: each list and object becomes its
    type and length, then its parts; a map or set inside is one part (`_Entries`).
    """
    kind = type(root)
    if kind is str or kind is bytes:
        return root
    if kind is int and _LEAST <= root <= _MOST:
        return root * SECRET
    if isinstance(root, _ATOMS):
        return _spread(root)
    if kind is tuple and not root:
        return _UNIT
    atom = plain(root)
    if atom is not root:
        return _spread(atom)
    return run(_flattened(root, set()))


def _flattened(root: Any, open_ids: set[int]) -> Task:
    flat: list[Any] = []
    waiting = [root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, _ATOMS):
            flat.append(_spread(value))
            continue
        if type(value) is _End:
            open_ids.discard(value.of)
            continue
        if id(value) in open_ids:
            raise ValueError("a key or element that contains itself")
        open_ids.add(id(value))
        waiting.append(_End(id(value)))
        if isinstance(value, list | tuple):
            flat += (list, len(value))
            waiting.extend(reversed(value))
        elif isinstance(value, Mapping):
            entries: list[Any] = []
            if isinstance(value, PairMap):
                for stand_in, (_, item) in value._entries.items():
                    entries.append((stand_in, (yield from _part(item, open_ids))))
            else:
                for key, item in value.items():
                    stand_in = yield from _part(key, open_ids)
                    entries.append((stand_in, (yield from _part(item, open_ids))))
            flat.append(_Entries(dict, entries))
        elif isinstance(value, Set):
            if isinstance(value, PairSet):
                flat.append(_Entries(set, value._entries))
                continue
            entries = []
            for element in value:
                entries.append((yield from _part(element, open_ids)))
            flat.append(_Entries(set, entries))
        elif isinstance(value, semver.Version):
            flat.append(str(value))  # its own equality ignores build metadata
        elif isinstance(value, Some):
            flat.append(Some)
            waiting.append(value.value)
        elif isinstance(value, bytearray | memoryview):
            flat.append(bytes(value))
        elif (names := _key_of(type(value))) is not None:
            # Not `type(...)`: an undecoded value has a lazy subclass as its type.
            flat += (value.__class__, len(names))
            waiting.extend(getattr(value, name) for name in reversed(names))
        else:
            atom = plain(value)
            flat.append(value if atom is value else _spread(atom))
    return tuple(flat)


def _key_of(cls: type) -> tuple[str, ...] | None:
    """Return the attributes that instances are compared by; None if they have a hash of their own."""
    names: tuple[str, ...] | None = getattr(cls, KEY, None)
    if names is None and cls.__hash__ is None:
        names = getattr(cls, "__match_args__", None)
    return names


#: The stand-in of `()`; a set may have many of them.
_UNIT = run(_flattened((), set()))


def _part(value: Any, open_ids: set[int]) -> Task:
    """Return the stand-in of a value inside a map or set."""
    atom = plain(value)
    return _spread(atom) if isinstance(atom, _ATOMS) else (yield _flattened(value, open_ids))


class _Items(ItemsView[K, V]):
    """The entries of a `PairMap`, without looking up keys."""

    def __iter__(self) -> Iterator[tuple[K, V]]:
        return iter(self._mapping._entries.values())  # type: ignore[attr-defined]  # a PairMap


class PairMap(MutableMapping[K, V]):
    """An ordered mapping whose keys may be anything: structs, tuples, lists.

    Order is that of insertion; a key given again keeps its place and takes the last value. Equal to any
    mapping with equal entries, in any order. Keys must not be changed while they are in the map.

    Args:
        pairs: A mapping, or an iterable of `(key, value)`.
    """

    __slots__ = ("_entries",)

    def __init__(self, pairs: Mapping[K, V] | Iterable[tuple[K, V]] = ()) -> None:
        entries = [(key, value) for key, value in (pairs.items() if isinstance(pairs, Mapping) else pairs)]
        self._entries: dict[Any, tuple[K, V]] = dict(
            zip(_all_hashable([key for key, _ in entries]), entries, strict=True)
        )

    def __getitem__(self, key: K) -> V:
        try:
            return self._entries[hashable(key)][1]
        except KeyError:
            raise KeyError(key) from None

    def __setitem__(self, key: K, value: V) -> None:
        self._entries[hashable(key)] = (key, value)

    def __delitem__(self, key: K) -> None:
        try:
            del self._entries[hashable(key)]
        except KeyError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[K]:
        return (key for key, _ in self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def items(self) -> ItemsView[K, V]:
        """Return the entries, in order."""
        return _Items(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        if isinstance(other, PairMap):  # it has the stand-ins already
            return len(self) == len(other) and all(
                stand_in in other._entries and other._entries[stand_in][1] == value
                for stand_in, (_, value) in self._entries.items()
            )
        return len(self) == len(other) and all(k in other and other[k] == v for k, v in self.items())

    __hash__ = None  # type: ignore[assignment]  # mutable, like dict

    def __getstate__(self) -> list[tuple[K, V]]:
        return list(self._entries.values())  # the stand-ins only hold in this process

    def __setstate__(self, entries: list[tuple[K, V]]) -> None:
        PairMap.__init__(self, entries)

    def __repr__(self) -> str:
        return f"PairMap({list(self.items())!r})"


def map_of_entries(entries: dict[Any, tuple[K, V]]) -> PairMap[K, V]:
    """Make a map from entries by the `hashable` of their keys."""
    made: PairMap[K, V] = PairMap.__new__(PairMap)
    made._entries = entries
    return made


class PairSet(MutableSet[T]):
    """An ordered set whose elements may be anything; equal to any set with equal elements."""

    __slots__ = ("_entries",)

    def __init__(self, items: Iterable[T] = ()) -> None:
        listed = list(items)
        self._entries: dict[Any, T] = dict(zip(_all_hashable(listed), listed, strict=True))

    def __contains__(self, item: object) -> bool:
        return hashable(item) in self._entries

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, value: T) -> None:
        """Add an element, unless the set has an equal one."""
        self._entries.setdefault(hashable(value), value)

    def discard(self, value: T) -> None:
        """Remove an element if it is present."""
        self._entries.pop(hashable(value), None)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Set):
            return NotImplemented
        if isinstance(other, PairSet):
            return self._entries.keys() == other._entries.keys()
        return len(self) == len(other) and all(item in other for item in self)

    __hash__ = None  # type: ignore[assignment]  # mutable, like set

    def __getstate__(self) -> list[T]:
        return list(self._entries.values())  # the stand-ins only hold in this process

    def __setstate__(self, items: list[T]) -> None:
        PairSet.__init__(self, items)

    def __repr__(self) -> str:
        return f"PairSet({list(self)!r})"


class RawFlag(int):
    """The value of a construct `Flag` whose byte is neither 0 nor 1: it is true, and keeps the byte.

    Attributes:
        raw: The byte.
    """

    raw: int

    def __new__(cls, raw: int) -> RawFlag:
        """Make a flag that is true if `raw` is not 0."""
        made = super().__new__(cls, raw != 0)
        made.raw = raw
        return made
