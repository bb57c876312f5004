"""Rust's order of values (the derived `Ord`), in which sorted maps and sets are written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from snapformat.limits import Limits
from snapformat.model.checks import BadValue
from snapformat.model.protocol import ValueWriter
from snapformat.trampoline import Task, TooDeepError, run

if TYPE_CHECKING:
    from snapformat.model import kinds
    from snapformat.model.kinds import Kind

#: Maximum number of suspended tasks while a key is made: several for each level that a writer allows.
_MOST_TASKS = 4096
#: The number of these tasks bounds the depth.
_NO_LIMITS = Limits(depth=sys.maxsize, zero_sized=sys.maxsize)


def sort_key(kind: Kind, value: Any, keys: SortKeys | None = None) -> Any:
    """Return a key that sorts values of `kind` as Rust does.

    Text compares by code points, which is the order of its UTF-8; None is before all; a variant declared
    first is before those declared later; structs, tuples and lists compare element by element.

    Args:
        kind: The kind.
        value: A value of it.
        keys: Keys of maps and sets made earlier in the same write.

    Raises:
        BadValue: The value doesn't fit the kind, or the kind has no order (floats, maps by hash).
    """
    return (SortKeys() if keys is None else keys).key(kind, value)


class SortKeys:
    """Sort keys of the maps and sets inside keys, each made once per write."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        #: Keys by the ids of kind and value; each entry keeps the value, so that its id stays taken.
        self._known: dict[tuple[int, int], tuple[Any, _SortedParts]] = {}

    def key(self, kind: Kind, value: Any) -> Any:
        """Return a key that sorts values of `kind` as Rust does; see `sort_key`."""
        try:
            return run(self._key(kind, value), most=_MOST_TASKS)
        except TooDeepError:
            raise BadValue("a value that is nested less deeply", "one that may be in a circle") from None

    def sort(self, kind: Kind, values: list[Any], part: Callable[[Any], Any] | None = None) -> bool:
        """Sort values, or entries by the key that `part` returns, in Rust's order.

        Returns:
            False if something in the values prevents it. They are then written unsorted, which raises the
            error with its path.
        """
        try:
            values.sort(key=lambda value: self.key(kind, value if part is None else part(value)))
        except Exception:  # comparing may run code of the values' own classes
            return False
        return True

    def sorted_parts(self, kind: kinds.Set | kinds.Map, value: Any) -> Task:
        """Return the key of a map or set inside a key: the sorted keys of its entries."""
        found = self._known.get((id(kind), id(value)))
        if found is None:
            keys: list[Any] = []
            entries = ((element,) for element in value) if len(kind.children()) == 1 else value.items()
            for entry in entries:
                parts = []
                for child, part in zip(kind.children(), entry, strict=True):
                    parts.append((yield self._key(child, part)))
                keys.append(parts)
            found = self._known[id(kind), id(value)] = (value, _SortedParts(keys))
        return found[1]

    def _key(self, kind: Kind, value: Any) -> Task:
        writer = _KeyWriter(self)
        if kind.is_leaf:
            kind.write(value, writer)
        else:
            yield kind.write(value, writer)
        return writer.key


class _SortedParts:
    """The key of a map or set: held by reference, compared without interpreter stack."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[Any]) -> None:
        parts.sort()
        self.parts = parts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SortedParts) and not _compared(self.parts, other.parts)

    def __lt__(self, other: _SortedParts) -> bool:
        return _compared(self.parts, other.parts) < 0

    __hash__ = None  # type: ignore[assignment]  # only sorted by


def _compared(one: list[Any], two: list[Any]) -> int:
    """Compare keys element by element, then by length; return a number below, at or above 0."""
    waiting: list[tuple[Iterator[tuple[Any, Any]], int]] = [(iter([(one, two)]), 0)]
    while waiting:
        pairs, longer = waiting[-1]
        for left, right in pairs:
            if isinstance(left, _SortedParts) and isinstance(right, _SortedParts):
                left, right = left.parts, right.parts
            if left is right:
                continue
            if isinstance(left, list) and isinstance(right, list):
                waiting.append((zip(left, right, strict=False), len(left) - len(right)))
                break
            if left != right:
                return -1 if left < right else 1
        else:
            waiting.pop()
            if longer:
                return longer
    return 0


class _KeyWriter(ValueWriter):
    """Writes a value as a flat list that compares like the value.

    Each element of a sequence follows a 1, and a 0 ends the sequence: so a sequence sorts before a longer one
    with the same start, independent of later parts.
    """

    __slots__ = ("_left", "key")

    orders = True

    def __init__(self, keys: SortKeys) -> None:
        super().__init__(_NO_LIMITS, keys)
        self.key: list[Any] = []
        #: Number of remaining elements of each open sequence, by the length of its path.
        self._left: dict[int, int] = {}

    def fail(
        self,
        message: str,
        expected: str | None = None,
        found: str | None = None,
        mark: Any = None,
        cause: BaseException | None = None,
    ) -> NoReturn:
        raise BadValue(expected or message, found or "another") from cause

    def _put(self, kind: Kind, value: Any) -> None:
        self.key.append(value)

    def _put_nothing(self, kind: Kind, count: int = 0) -> None:
        pass

    write_int = write_bool = write_char = _put

    def write_option(self, kind: kinds.Option, present: bool) -> None:
        self.key.append(present)

    write_unit = write_tuple = write_array = write_struct = _put_nothing

    def write_str(self, kind: kinds.Str, value: str, data: bytes) -> None:
        self.key.append(value)

    def write_bytes(self, kind: Kind, data: bytes) -> None:
        self.key.append(data)

    def write_fixed_bytes(self, kind: Kind, data: bytes) -> None:
        self.key.append(data)

    def write_ordered(self, key: Any) -> None:
        self.key.append(key)

    def write_variant(self, kind: kinds.Enum, variant: kinds.EnumVariant) -> None:
        self.key.append(variant.rank)

    def write_seq(self, kind: Kind, count: int) -> None:
        if count:
            self._left[len(self.path)] = count
        else:
            self.key.append(0)

    def enter(self, index: int, step: Any) -> None:
        if index == 0 and len(self.path) in self._left:
            self.key.append(1)
        super().enter(index, step)

    def leave(self) -> None:
        super().leave()
        left = self._left.get(len(self.path))
        if left is not None:
            if left > 1:
                self._left[len(self.path)] = left - 1
            else:
                del self._left[len(self.path)]
                self.key.append(0)
