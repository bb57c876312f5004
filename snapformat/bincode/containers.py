"""Python values for kinds that Python has no fitting class for: maps and sets with any keys, `Some`."""

from __future__ import annotations

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
#: Python's hash of an int is the int itself, or what is left of it modulo a prime: from here on, ints may be
#: chosen so that looking up one meets all others.
_WIDE = 1 << 16


def _spread(value: Any) -> Any:
    """An atom, or for a wide int a stand-in whose hash nobody outside this process can foresee."""
    if type(value) is int and not -_WIDE < value < _WIDE:
        return (int, value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))
    return value


def _hashable(root: Any) -> Any:
    """A hashable stand-in that is equal exactly where `root` is: lists and schema objects have no hash.

    It is flat, so that hashing and comparing it need no stack, however deep the value: each list and object
    gives its type and length, then its parts.
    """
    if type(root) in _ATOMS:
        return _spread(root)
    flat: list[Any] = []
    waiting = [root]
    open_ids: set[int] = set()
    while waiting:
        value = waiting.pop()
        if type(value) in _ATOMS:
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
            flat += (dict, frozenset((_hashable(k), _hashable(v)) for k, v in value.items()))
        elif isinstance(value, Set):
            flat += (set, frozenset(map(_hashable, value)))
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
        self._entries: dict[Any, tuple[K, V]] = {}
        for key, value in pairs.items() if isinstance(pairs, Mapping) else pairs:
            self[key] = value

    def __getitem__(self, key: K) -> V:
        try:
            return self._entries[_hashable(key)][1]
        except KeyError:
            raise KeyError(key) from None

    def __setitem__(self, key: K, value: V) -> None:
        self._entries[_hashable(key)] = (key, value)

    def __delitem__(self, key: K) -> None:
        try:
            del self._entries[_hashable(key)]
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

    def __repr__(self) -> str:
        return f"PairMap({list(self.items())!r})"


class PairSet(MutableSet[T]):
    """An ordered set whose elements may be anything; equal to any set with equal elements."""

    __slots__ = ("_entries",)

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._entries: dict[Any, T] = {_hashable(item): item for item in items}

    def __contains__(self, item: object) -> bool:
        return _hashable(item) in self._entries

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, value: T) -> None:
        """Add an element; one that is equal to a present one changes nothing."""
        self._entries.setdefault(_hashable(value), value)

    def discard(self, value: T) -> None:
        """Remove an element if it is present."""
        self._entries.pop(_hashable(value), None)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Set):
            return NotImplemented
        return len(self) == len(other) and all(item in other for item in self)

    __hash__ = None  # type: ignore[assignment]  # mutable, like set

    def __repr__(self) -> str:
        return f"PairSet({list(self)!r})"
