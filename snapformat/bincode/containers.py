"""Python values for kinds that Python has no fitting class for: maps and sets with any keys, `Some`."""

from __future__ import annotations

import os
import struct
from collections.abc import ItemsView, Iterable, Iterator, Mapping, MutableMapping, MutableSet, Set
from typing import Any, Generic, TypeVar

import semver

from snapformat.lazy_dataclasses import dataclass

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Some(Generic[T]):
    """The present value of an option whose value may itself be None (`Option<Option<T>>`)."""

    value: T


class _End:
    """Marks the end of a value's parts among those that wait."""

    __slots__ = ("of",)

    def __init__(self, of: int) -> None:
        self.of = of


_ATOMS = (int, str, bytes, bool, float)
#: Numbers are looked up by their product with this. Python's hash of an int is the int itself modulo a prime:
#: whoever writes a file could choose keys that all meet one another. Products with a secret can't be chosen.
#: It has 61 bits and is odd: no product is a float's value. Bit 1 is 0: it is not the prime itself.
SECRET = int.from_bytes(os.urandom(8), "little") >> 3 & ~2 | 1 << 60 | 1
#: Wider ints could be chosen that are equal modulo the prime, and so are their products.
_LEAST, _MOST = -1 << 63, (1 << 64) - 1
_pack_float = struct.Struct("<d").pack


def _spread(value: Any) -> Any:
    """A stand-in for an atom, equal where the atom is, of a hash that can't be foreseen by others."""
    if isinstance(value, float):
        if value != value:  # equal to nothing: found by its identity
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


def _all_hashable(values: list[Any]) -> Iterable[Any]:
    """As `hashable`, of many values."""
    kinds = set(map(type, values))
    if kinds <= _TEXT:
        return values
    if kinds == _INT and min(values) >= _LEAST and max(values) <= _MOST:
        return map(SECRET.__mul__, values)
    return map(hashable, values)


_TEXT, _INT = {str, bytes}, {int}


def hashable(root: Any) -> Any:
    """A hashable stand-in that is equal exactly where `root` is: lists and schema objects have no hash.

    It is flat, so that hashing and comparing it need no stack, however deep the value: each list and object
    gives its type and length, then its parts.
    """
    kind = type(root)
    if kind is str or kind is bytes:
        return root
    if kind is int and _LEAST <= root <= _MOST:
        return root * SECRET
    if isinstance(root, _ATOMS):
        return _spread(root)
    flat: list[Any] = []
    waiting = [root]
    open_ids: set[int] = set()
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
            flat += (dict, frozenset((hashable(k), hashable(v)) for k, v in value.items()))
        elif isinstance(value, Set):
            flat += (set, frozenset(map(hashable, value)))
        elif isinstance(value, semver.Version):
            flat.append(str(value))  # its own equality leaves out build metadata
        elif isinstance(value, Some):
            flat.append(Some)
            waiting.append(value.value)
        elif isinstance(value, bytearray | memoryview):
            flat.append(bytes(value))
        elif type(value).__hash__ is None and hasattr(type(value), "__match_args__"):
            names = type(value).__match_args__
            # What it says of itself: one that is read lazily is of a hidden class.
            flat += (value.__class__, len(names))
            waiting.extend(getattr(value, name) for name in reversed(names))
        else:
            flat.append(value)
    return tuple(flat)


class _Items(ItemsView[K, V]):
    """The entries as they are kept: no key is looked up."""

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
        """The entries, in order."""
        return _Items(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return len(self) == len(other) and all(k in other and other[k] == v for k, v in self.items())

    __hash__ = None  # type: ignore[assignment]  # mutable, like dict

    def __getstate__(self) -> list[tuple[K, V]]:
        return list(self._entries.values())  # what they are looked up by is this process's own

    def __setstate__(self, entries: list[tuple[K, V]]) -> None:
        PairMap.__init__(self, entries)

    def __repr__(self) -> str:
        return f"PairMap({list(self.items())!r})"


def map_of_entries(entries: dict[Any, tuple[K, V]]) -> PairMap[K, V]:
    """A map of entries that are kept as a map keeps them: by `hashable` of their keys."""
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
        """Add an element; one that is equal to a present one changes nothing."""
        self._entries.setdefault(hashable(value), value)

    def discard(self, value: T) -> None:
        """Remove an element if it is present."""
        self._entries.pop(hashable(value), None)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Set):
            return NotImplemented
        return len(self) == len(other) and all(item in other for item in self)

    __hash__ = None  # type: ignore[assignment]  # mutable, like set

    def __getstate__(self) -> list[T]:
        return list(self._entries.values())  # what they are looked up by is this process's own

    def __setstate__(self, items: list[T]) -> None:
        PairSet.__init__(self, items)

    def __repr__(self) -> str:
        return f"PairSet({list(self)!r})"
