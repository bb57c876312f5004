"""Comparing two values, part by part. A part of the one corresponds to that of the other by name or key."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple

from snapformat.bits import Bits
from snapformat.errors import EncodeError
from snapformat.inspect.aligning import Pair, by_key, by_likeness, by_position
from snapformat.inspect.differences import Action, Change
from snapformat.inspect.places import Keyed, Place
from snapformat.inspect.runs import differing_bytes, runs
from snapformat.inspect.shapes import BYTE, UNKNOWN, Elements, Entry, Part, Shape, entries, is_atom
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model import kinds
from snapformat.model.c_struct import raw_of
from snapformat.model.keys import inside
from snapformat.model.kinds.named import Field
from snapformat.path import Key, Variant
from snapformat.trampoline import Task

#: Number of numbers in a sequence that differ, from which on neighbours are one change.
_MANY = 1000
#: Text of a number in plain data.
_NUMBER = re.compile(r"-?\d+|0x[0-9a-f]+")
#: Number of bytes from which on a text is shortened.
_MOST_BYTES = 16


class Meaning(NamedTuple):
    """What the field around a part says of it.

    Attributes:
        key: The fields that identify elements; empty for the position; None if it says nothing.
        bits: Names for the bits of a number; in a struct, those of its first number.
        names: Reference to the function that names elements by their key, or None.
    """

    key: tuple[str, ...] | None = None
    bits: tuple[Bits, ...] = ()
    names: str | None = None


NO_MEANING = Meaning()


class Comparison:
    """The comparison of two values.

    Args:
        depth: Maximum nesting of structs and enums.
        order: Whether another order of elements without a position is a change.

    Attributes:
        changes: What was found.
        reordered: Paths of the sequences whose elements have another order, unless that is a change.
    """

    def __init__(self, depth: int, *, order: bool = False) -> None:
        self.changes: list[Change] = []
        self.reordered: list[str] = []
        self._order = order
        self._depth = 2 * depth  # a variant and its fields are two steps

    # --- what is found ------------------------------------------------------------------------------------

    def _changed(self, left: Part, right: Part, place: Place, bits: tuple[Bits, ...] = ()) -> None:
        path, right_path = place.path(), place.path(right=True)
        self.changes.append(
            Change(
                path,
                Action.CHANGED,
                left.to_json(),
                right.to_json(),
                right_path=None if right_path == path else right_path,
                part=place.part,
                bits=bits,
                left_text=_text_of(left),
                right_text=_text_of(right),
                name=place.name,
            )
        )

    def _only(self, part: Part, place: Place, meaning: Meaning, *, in_right: bool) -> None:
        if place.is_ignored_in(right=in_right):
            return
        data, text = part.to_json(), _text_of(part)
        self.changes.append(
            Change(
                place.path(right=in_right),
                Action.ADDED if in_right else Action.REMOVED,
                left=None if in_right else data,
                right=data if in_right else None,
                part=place.part,
                bits=meaning.bits,
                left_text=None if in_right else text,
                right_text=text if in_right else None,
                name=place.name,
            )
        )

    def _in_another_order(self, place: Place, left: list[Any], right: list[Any]) -> None:
        path = place.path()
        if self._order:
            self.changes.append(Change(path, Action.REORDERED, left, right, part=place.part))
        else:
            self.reordered.append(path)

    # --- the walk -----------------------------------------------------------------------------------------

    def pair(self, left: Part, right: Part, place: Place, meaning: Meaning, depth: int = 0) -> Task:
        """Compare two corresponding parts.

        Raises:
            EncodeError: A value does not fit its kind, or is nested too deeply.
        """
        if place.is_ignored or _are_same(left, right):
            return
        if depth > self._depth:
            raise EncodeError("nested too deeply, or in a circle", path=place.path())
        one, two = left.opened(), right.opened()
        shapes = {one.shape, two.shape}
        if Shape.PLAIN in shapes and Shape.NOTHING not in shapes:
            one, two = (Part(None, part.to_json(), part.limits) for part in (one, two))
            shapes = {one.shape, two.shape}
        if one.rest != two.rest:
            self._rests(one, two, place)
        if shapes == {Shape.FIELDS}:
            yield self._fields(one.with_whole(), two.with_whole(), place, meaning, depth + 1)
        elif shapes == {Shape.VARIANT} and one.variant().name == two.variant().name:
            first, second = one.of_variant(), two.of_variant()
            if first is not None and second is not None:
                inner = place.then(Variant(one.variant().name))
                yield self.pair(first, second, inner, meaning, depth + 1)
            elif first is not second:
                self._changed(left, right, place)
        elif shapes == {Shape.BYTES} and not place.ignores:
            self._bytes(one.data(), two.data(), place)
        elif shapes <= {Shape.LIST, Shape.BYTES}:
            yield self._elements(one.with_whole(), two.with_whole(), place, meaning, depth)
        elif shapes == {Shape.SET}:
            self._set(one, two, place, meaning)
        elif shapes == {Shape.MAP}:
            yield self._map(one, two, place, meaning, depth)
        elif left.stand_in() != right.stand_in():
            self._changed(left, right, place, meaning.bits)

    def _rests(self, one: Part, two: Part, place: Place) -> None:
        """Compare how many bytes two C structs were read from, and those beyond their ends."""
        members = []
        for part in (one, two):
            length, beyond = part.rest or (None, b"")
            found = {"$length": length, "$rest": beyond.hex() or None}
            shown = {name: data for name, data in found.items() if data is not None}
            members.append({name: Part(None, data, part.limits) for name, data in shown.items()})
        left, right = members
        for name in dict.fromkeys((*left, *right)):
            here = place.then(name)
            if name not in left or name not in right:
                self._only(left.get(name) or right[name], here, NO_MEANING, in_right=name not in left)
            elif left[name].value != right[name].value and not here.is_ignored:
                self._changed(left[name], right[name], here)

    def _fields(self, one: Part, two: Part, place: Place, meaning: Meaning, depth: int) -> Task:
        left, right = one.fields(), two.fields()
        is_quick = one.kind is two.kind and one.shown is UNKNOWN and two.shown is UNKNOWN
        bits = meaning.bits
        for name, field in left.items():
            own = _meaning_of(field, right.get(name), meaning)
            if bits and field is not None and isinstance(inside(field.kind), kinds.Int):
                own, bits = own._replace(bits=own.bits or bits), ()
            if name not in right:
                self._only(one.field(name), place.then(name), own, in_right=False)
            elif not (is_quick and _are_equal(one.value, two.value, field)):
                yield self.pair(one.field(name), two.field(name), place.then(name), own, depth)
        for name, field in right.items():
            if name not in left:
                self._only(
                    two.field(name), place.then(name), _meaning_of(field, None, meaning), in_right=True
                )

    # --- sequences ----------------------------------------------------------------------------------------

    def _elements(self, one: Part, two: Part, place: Place, meaning: Meaning, depth: int) -> Task:
        left, right = Elements(one), Elements(two)
        if len(left) == len(right) and left.are_ints and right.are_ints:
            differing = [at for at in range(len(left)) if left.values[at] != right.values[at]]
            if len(differing) > _MANY and not place.ignores:
                for run in runs(differing, _MANY):
                    self._changed(left.between(run), right.between(run), place.between(run, run))
                return
            for index in differing:
                inner = place.then(index)
                yield self.pair(left.at(index), right.at(index), inner, Meaning(bits=meaning.bits), depth)
            return
        names = meaning.key or ()
        keys = _keys(left, names), _keys(right, names)
        if any(key is not None for side in keys for key in side):
            yield self._keyed(left, right, keys, place, meaning, depth)
            return
        pairs: Iterable[Pair]
        if meaning.key == () or left.is_fixed or right.is_fixed or len(left) == len(right):
            pairs = by_position(len(left), len(right))
        else:
            pairs = by_likeness(left.stand_ins(), right.stand_ins())
        own = meaning._replace(key=meaning.key or None)
        for at, other in pairs:
            if at is None:
                assert other is not None
                self._only(right.at(other), place.then(other), own, in_right=True)
            elif other is None:
                self._only(left.at(at), place.then(at), own, in_right=False)
            else:
                yield self.pair(left.at(at), right.at(other), place.then(at, other), own, depth)

    def _keyed(
        self,
        left: Elements,
        right: Elements,
        keys: tuple[list[Hashable], list[Hashable]],
        place: Place,
        meaning: Meaning,
        depth: int,
    ) -> Task:
        """Compare elements that are found by key; those with the same key are named by their position."""
        if len(left) == len(right) and all(map(_are_same, left, right)):
            return
        names, inner = meaning.key or (), Meaning(bits=meaning.bits)
        counts = Counter(keys[0]), Counter(keys[1])
        pairs, in_order = by_key(*keys)
        for at, other in pairs:
            step = other if at is None else at
            assert step is not None
            element, key = (right if at is None else left).at(step), keys[at is None][step]
            is_unique = key is not None and max(counts[0][key], counts[1][key]) == 1
            by = Keyed(element, names, meaning.names) if is_unique else None
            if at is None or other is None:
                self._only(element, place.then(step, by=by), inner, in_right=at is None)
            else:
                yield self.pair(element, right.at(other), place.then(at, other, by), inner, depth)
        if not in_order:
            one, two = _orders(pairs)
            self._in_another_order(
                place,
                [Keyed(left.at(at), names).values() for at in one],
                [Keyed(right.at(at), names).values() for at in two],
            )

    def _bytes(self, left: bytes, right: bytes, place: Place) -> None:
        if left == right:
            return
        if len(left) == len(right):
            for run in runs(differing_bytes(left, right), _MANY):
                self._changed(_bytes_part(left[run]), _bytes_part(right[run]), place.between(run, run))
            return
        begin, most = 0, min(len(left), len(right))
        begin = next((at for at in range(most) if left[at] != right[at]), most)
        end = next((at for at in range(most - begin) if left[-1 - at] != right[-1 - at]), most - begin)
        one, two = slice(begin, len(left) - end), slice(begin, len(right) - end)
        here = place.between(one, two)
        if one.stop > begin and two.stop > begin:
            self._changed(_bytes_part(left[one]), _bytes_part(right[two]), here)
        else:
            in_right = one.stop == begin
            self._only(
                _bytes_part(right[two] if in_right else left[one]), here, NO_MEANING, in_right=in_right
            )

    def _set(self, one: Part, two: Part, place: Place, meaning: Meaning) -> None:
        left, right = Elements(one), Elements(two)
        pairs, in_order = by_key(left.stand_ins(), right.stand_ins())
        for at, other in pairs:
            if other is None:
                assert at is not None
                self._only(left.at(at), place.then(at), meaning, in_right=False)
            elif at is None:
                self._only(right.at(other), place.then(other), meaning, in_right=True)
        if not in_order and not getattr(one.kind, "ordered", False):
            self._in_another_order(place, one.to_json(), two.to_json())

    def _map(self, one: Part, two: Part, place: Place, meaning: Meaning, depth: int) -> Task:
        left, right = entries(one), entries(two)
        pairs, in_order = by_key([*left], [*right])
        lefts, rights = [*left.values()], [*right.values()]
        for at, other in pairs:
            if at is None or other is None:
                entry = rights[other or 0] if at is None else lefts[at]
                part, here = entry.value, _place_of(entry, entry, place)
                if entry.text is None and here.around is not None:
                    part, here = Part(None, [entry.key.to_json(), part.to_json()], part.limits), here.around
                self._only(part, here, meaning, in_right=at is None)
            else:
                here = _place_of(lefts[at], rights[other], place)
                yield self.pair(lefts[at].value, rights[other].value, here, meaning, depth)
        if not in_order and not getattr(one.kind, "ordered", False):
            first, second = _orders(pairs)
            self._in_another_order(
                place,
                [lefts[at].key.to_json() for at in first],
                [rights[at].key.to_json() for at in second],
            )


def _orders(pairs: Iterable[Pair]) -> tuple[list[int], list[int]]:
    """Return the positions of corresponding elements, in the order of each side."""
    both = [(at, other) for at, other in pairs if at is not None and other is not None]
    return [at for at, _ in both], sorted(other for _, other in both)


def _place_of(left: Entry, right: Entry, place: Place) -> Place:
    """Return the place of a map's value: below the text of its key, or in a list of pairs."""
    if left.text is not None:
        return place.then(Key(left.text))
    return place.then("$map").then(left.position, right.position).then(1)


def _meaning_of(field: Field | None, other: Field | None, around: Meaning) -> Meaning:
    """Return what two fields of one name say; of plain data, what the field around it says."""
    if field is None:
        return Meaning(around.key, names=around.names)
    key, bits, names = field.key, field.bits, field.names
    if other is not None:
        key, bits, names = other.key if key is None else key, bits or other.bits, names or other.names
    return Meaning(key, bits, names)


def _keys(elements: Elements, names: Sequence[str]) -> list[Hashable]:
    """Return the keys of elements; None for those that lack one."""
    found: list[Hashable] = [None] * (len(elements) if names else 0)
    for at in range(len(found)):
        parts = [elements.at(at).find(name.split(".")) for name in names]
        if all(part is not None for part in parts):
            found[at] = tuple(part.stand_in() for part in parts if part is not None)
    return found


def _are_same(left: Part, right: Part) -> bool:
    """Return whether two parts are one object, or have the same bytes that no one has decoded yet."""
    if left.value is right.value:
        return left.kind is right.kind
    raw = raw_of(left.value)
    return raw is not None and type(left.value) is type(right.value) and raw == raw_of(right.value)


def _are_equal(left: Any, right: Any, field: Field | None) -> bool:
    """Return whether a field of two instances is certainly the same."""
    if field is None or not field.kind.is_leaf:
        return False
    one, two = getattr(left, str(field.attr), None), getattr(right, str(field.attr), UNKNOWN)
    return type(one) is type(two) and is_atom(field.kind, one) and one == two


def _bytes_part(data: bytes) -> Part:
    if len(data) == 1:
        return Part(BYTE, data[0], DEFAULT_LIMITS)
    return Part(kinds.Bytes(), data, DEFAULT_LIMITS)


def _text_of(part: Part) -> str | None:
    """Return a value in words, where its JSON is not what people read best: numbers as text, and bytes."""
    opened = part.opened()
    data = opened.shown if opened.kind is None else None
    if opened.kind is BYTE:
        return f"0x{opened.value:02x}"
    if isinstance(opened.kind, kinds.Int):
        data = opened.hex() or part.to_json()
    elif opened.shape is Shape.BYTES:
        found = opened.data()
        if len(found) <= _MOST_BYTES:
            return found.hex(" ") or "no bytes"
        return f"{found[:_MOST_BYTES].hex(' ')} ... ({len(found)} bytes)"
    return data if isinstance(data, str) and _NUMBER.fullmatch(data) else None
