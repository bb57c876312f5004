"""The reference writer of bitcode: all other writers agree with it, and it raises every error."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from snapformat.encodings.bincode.writer import write_c_struct
from snapformat.encodings.bitcode import packing
from snapformat.encodings.bitcode.places import INTEGER_SIZES, MOST_VARIANTS, Way, no_integers
from snapformat.limits import Limits
from snapformat.model import kinds
from snapformat.model.c_struct import blob_bytes
from snapformat.model.costs import element_costs
from snapformat.model.kinds import Kind
from snapformat.model.kinds.scalars import BYTE
from snapformat.model.order import SortKeys
from snapformat.model.protocol import ValueWriter
from snapformat.model.traversal import Step
from snapformat.trampoline import Task

#: Packs the values of a column.
Pack = Callable[[list[Any]], bytes]


class Place:
    """A place in the type that is written: a node of bitcode's tree.

    Attributes:
        sort: The sort of its column, once it has one; None until then.
        values: The values of the column.
        pack: Packs them.
        children: The places below, by position.
    """

    __slots__ = ("children", "pack", "sort", "values")

    def __init__(self) -> None:
        self.sort: Any = None
        self.values: list[Any] = []
        self.pack: Pack = packing.pack_lengths
        self.children: dict[int, Place] = {}


class BitcodeWriter(ValueWriter):
    """Writes a message of bitcode.

    Args:
        limits: Bounds of depth and of zero-sized elements.
    """

    __slots__ = ("_outer", "_place", "_used", "_way")

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits, SortKeys())
        self._place = Place()
        self._way = Way.SAME
        self._outer: list[tuple[Place, Way]] = []
        #: Places with a column, in the order of first use.
        self._used: list[Place] = []

    def written(self) -> bytes:
        """Return the message."""
        return b"".join(place.pack(place.values) for place in self._used)

    # --- places ---------------------------------------------------------------------------------------

    def enter(self, index: int, step: Step) -> None:
        self.path.append(step)
        place, way = self._place, self._way
        self._outer.append((place, way))
        if way.has_places:
            self._place = self._child(step if way is Way.EACH else index)
        self._way = Way.SAME

    def _child(self, index: Any) -> Place:
        found = self._place.children.get(index)
        if found is None:
            found = self._place.children[index] = Place()
        return found

    def leave(self) -> None:
        self.path.pop()
        self._place, self._way = self._outer.pop()

    def enter_item(self) -> None:
        self._outer.append((self._place, self._way))
        self._place = self._child(1)
        self._way = Way.SAME

    def leave_item(self) -> None:
        self._place, self._way = self._outer.pop()

    def state(self) -> Any:
        return super().state(), self._place, self._way, len(self._outer)

    def restore(self, state: Any) -> None:
        before, self._place, self._way, length = state
        del self._outer[length:]
        super().restore(before)

    def _put(self, sort: Any, pack: Pack, value: Any) -> None:
        """Add a value to the column at this place."""
        place = self._place
        if place.sort is None:
            place.sort, place.pack = sort, pack
            self._used.append(place)
        elif place.sort != sort:
            self.fail("two types at one place of the type", str(place.sort), str(sort))
        place.values.append(value)

    # --- primitives -----------------------------------------------------------------------------------

    def write_int(self, kind: kinds.Int, value: int) -> None:
        if kind.size not in INTEGER_SIZES:  # of a kind of another package
            self.fail(no_integers(kind))
        pack = partial(packing.pack_ints, size=kind.size, signed=kind.signed)
        self._put((kind.size, kind.signed), pack, value)

    def write_bool(self, kind: kinds.Bool, value: Any) -> None:
        self._put("bool", packing.pack_bools, value)

    def write_float(self, kind: kinds.Float, value: float) -> None:
        if kind.size == 4:
            self._put("f32", packing.pack_f32s, value)
        else:
            self._put("f64", packing.pack_f64s, value)

    def write_char(self, kind: kinds.Char, value: str) -> None:
        self._put((4, False), partial(packing.pack_ints, size=4), ord(value))

    def write_str(self, kind: kinds.Str, value: str, data: bytes) -> None:
        self._put("str", packing.pack_texts, data)

    def write_bytes(self, kind: kinds.Bytes, data: bytes) -> None:
        self._bytes(data)

    def write_fixed_bytes(self, kind: kinds.FixedBytes, data: bytes) -> None:
        self.write_array(kind, len(data))
        for position, byte in enumerate(data):
            self.enter(0, position)
            self.write_int(BYTE, byte)
            self.leave()

    def _bytes(self, data: bytes) -> None:
        """Write bytes, which are a sequence of u8."""
        self._put("seq", packing.pack_lengths, len(data))
        if data:
            outer = self._place
            self._place = self._child(0)
            self._put((1, False), _pack_u8s, data[0])
            self._place.values.extend(data[1:])
            self._place = outer

    def write_unit(self, kind: Kind) -> None:
        pass

    # --- groups ---------------------------------------------------------------------------------------

    def write_option(self, kind: kinds.Option, present: bool) -> None:
        self._put("enum", _pack_u8s, int(present))

    def write_seq(self, kind: Kind, count: int) -> None:
        self._put("seq", packing.pack_lengths, count)
        self._way = Way.ELEMENT

    def write_map(self, kind: kinds.Map, count: int) -> None:
        self._put("map", packing.pack_lengths, count)
        self._way = Way.ENTRY

    def claim_elements(self, kind: Kind, count: int) -> None:
        """Refuse zero-sized elements that would not be read back."""
        costs = element_costs(kind)
        if cost := costs.surplus or costs.known:
            self.claim_zero_sized(count, cost)

    def write_tuple(self, kind: Kind, count: int) -> None:
        self._way = Way.of(count)

    def write_array(self, kind: Kind, count: int) -> None:
        self._way = Way.ONE if count == 1 else Way.EACH

    def write_struct(self, kind: kinds.Struct) -> None:
        self._way = Way.of(len(kind.fields), kind.style)

    def write_variant(self, kind: kinds.Enum, variant: kinds.EnumVariant) -> None:
        if variant.index >= MOST_VARIANTS:
            self.fail(
                "bitcode can't store this variant",
                f"one of the first {MOST_VARIANTS}",
                f"{variant.name}, number {variant.index}",
            )
        self._put("enum", _pack_u8s, variant.index)
        self._way = Way.VARIANT

    # --- C structs ------------------------------------------------------------------------------------

    def write_blob(self, kind: kinds.Blob, value: Any) -> Task:
        self._bytes(blob_bytes(value, lambda of: write_c_struct(kind.item, of, self.limits)))
        return
        yield


def _pack_u8s(numbers: list[int]) -> bytes:
    return packing.pack_small(bytes(numbers))
