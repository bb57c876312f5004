"""The parts of a kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from snapformat.encodings.bincode.reader import read_c_struct
from snapformat.encodings.bincode.sizes import c_layout
from snapformat.encodings.bincode.writer import write_c_struct
from snapformat.encodings.bitcode import groups, leaves
from snapformat.encodings.bitcode.parts import Constant, Part, RefusedError, safe
from snapformat.encodings.bitcode.places import MOST_COLUMNS, is_zero_sized_in_rust
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model import kinds
from snapformat.model.c_struct import CStruct, blob_bytes, decode_fields, deferred, lazy_c_struct
from snapformat.model.checks import as_bytes
from snapformat.model.costs import element_costs
from snapformat.model.declaration import declaration_of
from snapformat.model.kinds import Kind
from snapformat.model.kinds.scalars import BYTE
from snapformat.model.protocol import Planner
from snapformat.trampoline import Task, run_with_unwind


class NoPartsError(Exception):
    """A kind has no parts: the reference reads and writes it."""


def parts_of(kind: Kind) -> Part | None:
    """Return the parts of a kind, made on first use; None if it has none."""
    found: tuple[Part | None] = kind.derive("bitcode parts", lambda: (_made(kind),))
    return found[0]


def _made(kind: Kind) -> Part | None:
    try:
        part: Part = run_with_unwind(_PartPlanner().of(kind))
    except NoPartsError:
        return None
    return part


class _PartPlanner(Planner):
    """Makes parts of kinds."""

    def __init__(self) -> None:
        self._done: dict[Kind, Part] = {}

    def of(self, kind: Kind) -> Task:
        planned = kind.plan(self)
        return planned if isinstance(planned, Part) else (yield planned)

    def plan_interpreted(self, kind: Kind) -> Any:
        raise NoPartsError

    def plan_int(self, kind: kinds.Int) -> Part:
        return leaves.int_part(kind)

    def plan_float(self, kind: kinds.Float) -> Part:
        return leaves.float_part(kind)

    def plan_bool(self, kind: kinds.Bool) -> Part:
        return leaves.bool_part()

    def plan_char(self, kind: kinds.Char) -> Part:
        return leaves.char_part()

    def plan_str(self, kind: kinds.Str) -> Part:
        return leaves.str_part()

    def plan_bytes(self, kind: kinds.Bytes) -> Part:
        return leaves.bytes_part(kind)

    def plan_fixed_bytes(self, kind: kinds.FixedBytes) -> Task:
        array = kinds.Array(BYTE, kind.count)
        return (yield self.plan_converted(array, bytes, _fixed_bytes_of(kind), pure=True))

    def plan_unit(self, kind: kinds.Unit) -> Part:
        return Constant(kind.value)

    def plan_c_struct(self, kind: kinds.Blob) -> Task:
        layout, item = c_layout(kind), kind.item
        cls, read = item.cls, partial(read_c_struct, item)
        assert cls is not None
        lazy = lazy_c_struct(cls, layout.size, read) if layout.fits_any else None

        def make(pieces: Sequence[bytes]) -> list[Any]:
            if lazy is not None:
                return lazy.make_all(pieces)
            made: list[CStruct] = [deferred(cls, data, layout.size, read) for data in pieces]
            if not layout.fits_any:
                for each in made:
                    decode_fields(each)
            return made

        def bytes_of(values: Sequence[Any]) -> list[bytes]:
            found = None if lazy is None else lazy.raw_of_all(values)
            if found is not None:
                return found
            if not all(isinstance(each, cls) for each in values):
                raise RefusedError
            return [blob_bytes(each, lambda of: write_c_struct(item, of, DEFAULT_LIMITS)) for each in values]

        return leaves.BytesPart(make, bytes_of)
        yield

    def plan_option(self, kind: kinds.Option) -> Task:
        return groups.Option((yield self.of(kind.item)), kind.wrapped)

    def plan_seq(self, kind: kinds.Seq) -> Task:
        return groups.Sequences((yield self.of(kind.item)), *_bounds(kind))

    def plan_set(self, kind: kinds.Set) -> Task:
        return groups.Sets((yield self.of(kind.item)), *_bounds(kind), kind.item, kind.ordered)

    def plan_map(self, kind: kinds.Map) -> Task:
        key = yield self.of(kind.key)
        return groups.Maps(key, (yield self.of(kind.value)), *_bounds(kind), kind.key, kind.ordered)

    def plan_array(self, kind: kinds.Array) -> Task:
        assert isinstance(kind.count, int)
        if kind.count > MOST_COLUMNS:  # of elements without columns, which the reference counts
            raise NoPartsError
        item = yield self.of(kind.item)
        made = groups.arrays(kind.count, _bounds(kind)[1])
        made.parts = (item,) * kind.count
        return made

    def plan_tuple(self, kind: kinds.Tuple) -> Task:
        items = []
        for item in kind.items:
            items.append((yield self.of(item)))
        made = groups.tuples(len(items))
        made.parts = items
        return made

    def plan_struct(self, kind: kinds.Struct) -> Task:
        found = self._done.get(kind)
        return found if found is not None else (yield self._struct(kind))

    def _struct(self, kind: kinds.Struct, *, nests: bool = True) -> Task:
        declared = None if kind.cls is None else declaration_of(kind.cls)
        plain = declared is not None and declared.plain and not (kind.skipped or declared.frozen)
        made = groups.structs(kind, plain, nests=nests)
        self._done[kind] = made
        parts = []
        for each in kind.fields:
            parts.append((yield self.of(each.kind)))
        made.parts = parts
        return made

    def plan_enum(self, kind: kinds.Enum) -> Task:
        found = self._done.get(kind)
        if found is not None:
            return found
        made = groups.Enums(kind)
        self._done[kind] = made
        for variant in kind.variants:
            if variant.payload is not None:
                made.parts[variant.index] = yield self._struct(variant.payload, nests=False)
        return made

    def plan_converted(
        self,
        item: Kind,
        decode: Callable[[Any], Any],
        encode: Callable[[Any], Any],
        *,
        pure: bool = False,
    ) -> Task:
        inner = yield self.of(item)
        if pure:  # the library's own
            return groups.Converted(inner, decode, encode)
        return groups.Converted(inner, safe(decode), safe(encode))


def _fixed_bytes_of(kind: kinds.FixedBytes) -> Callable[[Any], list[int]]:
    return lambda value: list(as_bytes(value, kind.count if isinstance(kind.count, int) else None))


def _bounds(kind: Kind) -> tuple[bool, int]:
    """Return whether elements, or keys, have Rust's size zero, and what an element costs."""
    costs = element_costs(kind)
    return is_zero_sized_in_rust(kind.children()[0]), costs.surplus or costs.known
