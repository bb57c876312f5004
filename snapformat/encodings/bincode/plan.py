"""Planning: making the operations of a kind under one configuration of bincode."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.encoding import C_LAYOUT, FIRECRACKER, Encoding, sealed
from snapformat.encodings.bincode.forms import FormKey, form_key, int_form
from snapformat.encodings.bincode.ops import Op
from snapformat.encodings.bincode.rules import is_swapped
from snapformat.encodings.bincode.sizes import c_layout
from snapformat.errors import SchemaError
from snapformat.model import kinds
from snapformat.model.class_scopes import check_outermost
from snapformat.model.from_construct import analyzed
from snapformat.model.kinds import Kind
from snapformat.model.protocol import Planner
from snapformat.trampoline import Task, run_with_unwind


def layout_of(annotation: Any, encoding: Encoding = FIRECRACKER) -> Op:
    """Return the layout of a type under an encoding; for a class or a construct the same one every time.

    Args:
        annotation: A class declared with `@schema`, an annotation such as `list[u16]`, or a construct.
        encoding: Encoding of the vocabulary; construct's own classes bring their own.

    Returns:
        The operation that reads and writes values of the type, with its `kind` and `config`.

    Raises:
        SchemaError: Not a type of the serde data model, or it contains undefined names; or the encoding is
            bitcode, in which values have no places.
    """
    if not isinstance(encoding, Config):
        raise SchemaError("bitcode stores columns: there is no layout of a type in it")
    kind = sealed(annotation)
    if isinstance(kind, kinds.Foreign) and kind.cls is None:
        return lower(kind.construct)
    return of_kind(kind, encoding)


def lower(sub: Any) -> Op:
    """Return the layout of a construct; the same object for all threads."""
    kind, around = analyzed(sub)
    if around.fields:
        check_outermost(around)
    known: Op | None = kind.derived.get(_FIRECRACKER_PLACE)
    return of_kind(kind, FIRECRACKER) if known is None else known


def of_kind(kind: Kind, config: Config) -> Op:
    """Return the operation of a kind; the same one every time."""
    while isinstance(kind, kinds.Encoded):
        config = kind.config
        kind = kind.item
    known: Op | None = kind.derived.get(_place(config))
    if known is None:
        config.check_types(kind)
        planner = BincodePlanner(_without_limit(config))
        made = planner.finish(run_with_unwind(planner.of(kind)))
        # Only now: a plan that failed may contain calls without a target.
        for (inner, key), op in planner.done.items():
            inner.derived.setdefault(("plan", key), op)
        known = kind.derived.setdefault(_place(config), made)
    return known


@cache
def _without_limit(config: Config) -> Config:
    """Return a configuration without its limit."""
    return dataclasses.replace(config, limit=None)


def _place(config: Config) -> tuple[str, FormKey]:
    # A limit is not part of the layout: there is one plan for all limits.
    return "plan", form_key(config)


_FIRECRACKER_PLACE = _place(FIRECRACKER)


class BincodePlanner(Planner):
    """Makes operations of kinds.

    Attributes:
        config: The configuration.
        done: Operations made so far of kinds that may refer to themselves, by kind and form key.
        foreign: Whether code of users runs in a kind, for those that were looked at.
    """

    def __init__(self, config: Config) -> None:
        self.config: Config = config
        self.done: dict[tuple[Kind, FormKey], Op] = {}
        self.foreign: dict[Kind, bool] = {}
        self._open: set[tuple[Kind, FormKey]] = set()
        self._calls: list[tuple[ops.Call, tuple[Kind, FormKey]]] = []

    def finish(self, op: Op) -> Op:
        """Set the targets of calls, and return the operation."""
        for call, place in self._calls:
            call.target = self.done[place]
        return op

    def of(self, kind: Kind) -> Task:
        """Return the operation of a kind, as a task."""
        planned = kind.plan(self)
        op: Op = planned if isinstance(planned, Op) else (yield planned)
        if op.kind is None:
            op.kind, op.config = kind, self.config
        return op

    # --- without parts --------------------------------------------------------------------------------

    def plan_interpreted(self, kind: Kind) -> Op:
        return ops.Interpret()

    def plan_int(self, kind: kinds.Int) -> Op:
        return self._int(kind)

    def _int(self, kind: kinds.Int) -> ops.Int:
        form = int_form(kind, self.config)
        made = ops.Int(
            kind.name, kind.size, kind.signed, form.byteorder, form.variable, kind.nonzero, kind.most
        )
        made.kind, made.config = kind, self.config
        return made

    def plan_float(self, kind: kinds.Float) -> Op:
        return ops.Float(kind.size, kind.byteorder or self.config.byteorder, self.config.rules.has_nan)

    def plan_bool(self, kind: kinds.Bool) -> Op:
        return ops.Bool(kind.lenient)

    def plan_char(self, kind: kinds.Char) -> Op:
        return ops.Char(self._int(self.config.length_kind) if self.config.rules.char_text else None)

    def plan_str(self, kind: kinds.Str) -> Op:
        return ops.Str(self._int(kind.length or self.config.length_kind), kind.encoding)

    def plan_bytes(self, kind: kinds.Bytes) -> Op:
        return ops.Bytes(self._int(kind.length or self.config.length_kind), kind.exact, kind.no_nul)

    def plan_fixed_bytes(self, kind: kinds.FixedBytes) -> Op:
        return ops.FixedBytes(kind.count)

    def plan_unit(self, kind: kinds.Unit) -> Op:
        return ops.Unit(kind.value)

    def plan_computed(self, kind: kinds.Computed) -> Op:
        return ops.Computed(kind.value)

    def plan_bits(self, kind: kinds.BitStruct) -> Op:
        return ops.Bits(kind.size)

    def plan_run(self, kind: kinds.Run) -> Task:
        # Imported here, as layouts without constructs don't need it.
        from snapformat.encodings.bincode.plan_construct import plan_run

        return (yield plan_run(kind, self))

    def plan_c_struct(self, kind: kinds.Blob) -> Task:
        layout, outer = c_layout(kind), self.config
        length = self._int(self.config.length_kind)
        # A C struct has the processor's layout, independent of the encoding around it.
        self.config = C_LAYOUT
        item = yield self.of(kind.item)
        self.config = outer
        return ops.CStructBytes(length, item, item.cls, layout.size, layout.fits_any)

    # --- with parts -----------------------------------------------------------------------------------

    def plan_option(self, kind: kinds.Option) -> Task:
        return ops.Option((yield self.of(kind.item)), kind.wrapped)

    def plan_seq(self, kind: kinds.Seq) -> Task:
        length = yield self.of(kind.length or self.config.length_kind)
        return ops.Seq((yield self.of(kind.item)), length)

    def plan_array(self, kind: kinds.Array) -> Task:
        return ops.Array((yield self.of(kind.item)), kind.count, kind.indexed)

    def plan_set(self, kind: kinds.Set) -> Task:
        length = yield self.of(kind.length or self.config.length_kind)
        ordered = kind.ordered or self.config.rules.key_order == "by value"
        return ops.Set((yield self.of(kind.item)), length, ordered)

    def plan_map(self, kind: kinds.Map) -> Task:
        length, key = (yield self.of(kind.length or self.config.length_kind)), (yield self.of(kind.key))
        order = self.config.rules.key_order
        ordered = kind.ordered or order == "by value"
        return ops.Map(key, (yield self.of(kind.value)), length, ordered, order == "by bytes")

    def plan_tuple(self, kind: kinds.Tuple) -> Task:
        items = []
        for item in kind.items:
            items.append((yield self.of(item)))
        return ops.Tuple(tuple(items))

    def plan_struct(self, kind: kinds.Struct) -> Task:
        return (yield self._once(kind, kind.name, self._struct))

    def _struct(self, kind: kinds.Struct) -> Task:
        fields = []
        for each in kind.fields:
            fields.append(ops.Field(each.attr, (yield self.of(each.kind)), each.optional, each.name))
        return ops.Struct(
            kind.name,
            kind.style,
            tuple(fields),
            kind.cls,
            kind.make,
            kind.scoped,
            kind.named,
            kind.subcons,
        )

    def plan_enum(self, kind: kinds.Enum) -> Task:
        return (yield self._once(kind, kind.name, self._enum))

    def _enum(self, kind: kinds.Enum) -> Task:
        variants = []
        for variant in kind.variants:
            payload = None
            if variant.payload is not None:
                payload = yield self._struct(variant.payload)
                payload.kind, payload.config = variant.payload, self.config
            variants.append(ops.Variant(variant.index, payload, variant.constant))
        other = None if kind.other is None else variants[kind.other.index]
        if is_swapped(kind, self.config.rules):
            variants.reverse()
            for index, each in enumerate(variants):
                each.index = index
        return ops.Enum(kind.name, self._int(self.config.index_kind), tuple(variants), other)

    def _once(self, kind: Kind, name: str, plan: Callable[[Any], Task]) -> Task:
        """Plan a type that may contain itself: a `Call` if it is being planned further up."""
        place = (kind, form_key(self.config))
        known = kind.derived.get(("plan", place[1])) or self.done.get(place)
        if known is not None:
            return known
        if place in self._open:
            call = ops.Call(name)
            self._calls.append((call, place))
            return call
        self._open.add(place)
        try:
            op = yield plan(kind)
        finally:
            self._open.discard(place)
        op.kind, op.config = op.kind or kind, op.config or self.config
        self.done[place] = op
        return op

    def plan_reference(self, kind: kinds.LazyBound) -> Task:
        target = kind.target
        assert target is not None
        if isinstance(target, kinds.Struct | kinds.Enum):
            return (yield self.of(target))
        return (yield self._once(target, kind.name, self.of))

    def plan_foreign(self, kind: kinds.Foreign) -> Task:
        assert kind.target is not None
        return (yield self.of(kind.target))

    def plan_encoded(self, kind: kinds.Encoded) -> Task:
        outer, self.config = self.config, _without_limit(kind.config)
        op = yield self.of(kind.item)
        self.config = outer
        return op

    def plan_converted(
        self,
        item: Kind,
        decode: Callable[[Any], Any],
        encode: Callable[[Any], Any],
        *,
        pure: bool = False,
    ) -> Task:
        return ops.Convert((yield self.of(item)), decode, encode, pure)

    # --- construct's own ------------------------------------------------------------------------------

    def plan_const(self, kind: kinds.Const) -> Task:
        return ops.Const((yield self.of(kind.item)), kind.value)

    def plan_rebuild(self, kind: kinds.Rebuild) -> Task:
        return ops.Rebuild((yield self.of(kind.item)), kind.value)

    def plan_default(self, kind: kinds.Default) -> Task:
        return ops.Default((yield self.of(kind.item)), kind.value)

    def plan_switch(self, kind: kinds.Switch) -> Task:
        cases = {}
        for key, case in kind.cases.items():
            cases[key] = yield self.of(case)
        return ops.Switch(kind.key, cases, (yield self.of(kind.default)))

    def plan_choice(self, kind: kinds.If) -> Task:
        then = yield self.of(kind.then)
        return ops.If(kind.condition, then, (yield self.of(kind.otherwise)))

    def plan_padded(self, kind: kinds.Padded) -> Task:
        return ops.Padded((yield self.of(kind.item)), kind.count, kind.pattern)

    def plan_prefixed(self, kind: kinds.Prefixed) -> Task:
        length = yield self.of(kind.length)
        return ops.Prefixed((yield self.of(kind.item)), length, kind.including)
