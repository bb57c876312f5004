"""Reading what has parts: a task for each node (`snapformat.trampoline`), so depth costs no stack."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import repeat, starmap
from typing import Any

import construct

from snapformat.errors import DecodeError
from snapformat.layout import nodes
from snapformat.layout import read_leaves as leaves
from snapformat.layout.bulk import read_run
from snapformat.layout.empty import Costs, element_costs, entry_costs, keeps_one, maker_of
from snapformat.layout.nodes import Node
from snapformat.layout.reader import Reader
from snapformat.layout.size import least_size
from snapformat.layout.wrappers import left_over
from snapformat.limits import DEFAULT_LIMITS, Budget
from snapformat.model.c_struct import CStruct, decode_fields, deferred, field_values
from snapformat.model.checks import literal, reason, shown, told
from snapformat.model.expressions import Scope
from snapformat.model.values import PairMap, PairSet, Some
from snapformat.path import Variant
from snapformat.trampoline import Task, run

#: Events that may wait to be handed out.
_MOST_EVENTS = 1000


def read_node(node: Node, r: Reader) -> Task:
    """Any node, as a step."""
    leaf = _LEAVES.get(type(node))
    if leaf is not None:
        return leaf(node, r)
    return (yield _STEPS[type(node)](node, r))


def _option(node: nodes.Option, r: Reader) -> Task:
    r.claim(1)
    start = r.pos
    tag = r.take(1)[0]
    if tag > 1:
        r.fail("not an option's tag", "0 (None) or 1 (Some)", f"{tag}", start)
    r.emit(start, "option", "Some" if tag else "None")
    if not tag:
        return None
    leaf = _LEAVES.get(type(node.item))
    value = leaf(node.item, r) if leaf is not None else (yield _STEPS[type(node.item)](node.item, r))
    return Some(value) if node.wrapped else value


def _elements(item: Node, count: int, r: Reader) -> Task:
    """A known number of like elements."""
    _claim_surplus(count, element_costs(item), r)
    if r.events is None:
        values = read_run(item, count, r)
        if values is not None:
            return values
        make = maker_of(item)
        if make is not None:
            return (yield from _alike(item, make, count, r))
    values = []
    leaf = _LEAVES.get(type(item))
    step = None if leaf is not None else _STEPS[type(item)]
    cost = element_costs(item).zero_sized
    r.path.append(0)
    for index in range(count):
        r.path[-1] = index
        before = r.pos
        values.append(leaf(item, r) if step is None else (yield step(item, r)))  # type: ignore[misc]
        if r.pos == before:
            r.claim_zero_sized(1, cost)
        if r.events is not None and len(r.events) > _MOST_EVENTS:
            yield _pause()
    r.path.pop()
    return values


def _alike(item: Node, make: Callable[[], Any], count: int, r: Reader) -> Task:
    """Elements without bytes: one is read, the others are made."""
    values: list[Any] = []
    r.claim_zero_sized(count, element_costs(item).zero_sized)
    r.path.append(0)
    while len(values) < count:
        # The first; and what could not be made, by code of its class, so that it is said where.
        r.path[-1] = len(values)
        values.append((yield read_node(item, r)))
        with suppress(Exception):
            values.extend(starmap(make, repeat((), count - len(values))))
    r.path.pop()
    return values


def _pause() -> Task:
    """Let the events out: those of a long sequence must not pile up."""
    return
    yield


def _counted(node: Node, length: Node, r: Reader, kind: str, least: int) -> int:
    """A number of elements, checked against the bytes that are left."""
    start = r.pos
    count = leaves.read_length(length, r, kind)
    needed = count * least
    # What takes bytes claims as many or more: what could not be claimed is not asked for, nor missed.
    wanted = min(needed, r.budget.left + 1)
    if r.expect(wanted) < wanted:
        r.fail(
            "more elements than the data can hold",
            f"at most {(r.end - r.pos) // least} elements of {least} bytes or more",
            shown(count),
            start,
        )
    return count


def _check_zero_sized(count: int, cost: int, r: Reader) -> None:
    """So many zero-sized elements are still allowed; they are claimed when they have been read."""
    if count * cost > r.budget.zero_sized:
        r.claim_zero_sized(count, cost)


def _claim_surplus(count: int, costs: Costs, r: Reader) -> None:
    """Account for elements of few bytes in which much is made of zero-sized parts."""
    if costs.surplus:
        r.claim_zero_sized(count, costs.surplus)


def _one_of_equals(count: int, cost: int, r: Reader) -> int:
    """How many are to be read of elements of which only one is kept: the others are claimed."""
    if count < 2 or r.events is not None:
        return count
    r.claim_zero_sized(count - 1, cost)
    return 1


def _seq(node: nodes.Seq, r: Reader) -> Task:
    count = _counted(node, node.length, r, "seqlen", least_size(node.item))
    if node.zero_sized:
        _check_zero_sized(count, element_costs(node.item).zero_sized, r)
    return (yield from _elements(node.item, count, r))


def _set(node: nodes.Set, r: Reader) -> Task:
    count = _counted(node, node.length, r, "seqlen", least_size(node.item))
    if node.zero_sized:
        cost = element_costs(node.item).zero_sized
        _check_zero_sized(count, cost, r)
        if keeps_one(node.item):
            count = _one_of_equals(count, cost, r)
    return PairSet((yield from _elements(node.item, count, r)))


def _array(node: nodes.Array, r: Reader) -> Task:
    count = r.count(node.count, "number of elements")
    r.emit(r.pos, "tuple", count)
    return (yield from _elements(node.item, count, r))


def _tuple(node: nodes.Tuple, r: Reader) -> Task:
    r.emit(r.pos, "tuple", len(node.items))
    values = []
    r.path.append(0)
    for index, item in enumerate(node.items):
        r.path[-1] = index
        values.append((yield read_node(item, r)))
    r.path.pop()
    return tuple(values)


def _map(node: nodes.Map, r: Reader) -> Task:
    count = _counted(node, node.length, r, "maplen", least_size(node.key) + least_size(node.value))
    costs = entry_costs(node)
    _claim_surplus(count, costs, r)
    cost = costs.zero_sized
    if node.zero_sized:
        _check_zero_sized(count, cost, r)
        if keeps_one(node.key, node.value):
            count = _one_of_equals(count, cost, r)
    entries: PairMap[Any, Any] = PairMap()
    r.path += [0, "key"]
    for index in range(count):
        before = r.pos
        r.path[-2:] = [index, "key"]
        key = yield read_node(node.key, r)
        r.path[-1] = "value"
        value = yield read_node(node.value, r)
        try:
            entries[key] = value
        except RecursionError:  # keys that are maps themselves, in depth
            r.fail("keys nested too deeply to be compared")
        if r.pos == before:
            r.claim_zero_sized(1, cost)
    del r.path[-2:]
    return entries


def _struct(node: nodes.Struct, r: Reader) -> Task:
    r.enter()
    if node.style == "struct":
        r.emit(r.pos, "struct", f"{node.name}/{len(node.fields)}")
    elif node.style == "tuple":
        r.emit(r.pos, "tuple_struct", f"{node.name}/{len(node.fields)}")
    elif node.style == "unit":
        r.emit(r.pos, "unit_struct", node.name)
    value = yield from _fields(node, r)
    r.depth -= 1
    return value


def _fields(node: nodes.Struct, r: Reader) -> Task:
    """The fields of a struct or variant, and the value they make."""
    start = r.pos
    values = []
    outer = r.scope
    scope = Scope(outer) if node.scoped else None
    if scope is not None:
        r.scope = scope
    path = r.path
    positional = node.style == "tuple"
    nested = node.style != "newtype"
    if nested:
        path.append("")
    for index, field in enumerate(node.fields):
        if nested:
            path[-1] = index if positional else field.name or f"_{index}"
        item = field.node
        leaf = _LEAVES.get(type(item))
        value = leaf(item, r) if leaf is not None else (yield _STEPS[type(item)](item, r))
        if field.attr is not None:
            values.append(value)
            if scope is not None:
                scope[field.attr] = value
    if nested:
        path.pop()
    r.scope = outer
    try:
        return node.make(values)
    except Exception as error:  # code of the value's own class
        r.fail(f"not a {node.name or 'struct'}: {told(error)}", offset=start, cause=error)


def _enum(node: nodes.Enum, r: Reader) -> Task:
    r.enter()
    start = r.pos
    index = leaves.read_int(node.index, r)
    variant = node.variants[index] if index < len(node.variants) else node.other
    if variant is None:
        most = len(node.variants) - 1
        r.fail(f"not a variant of {node.name}", f"an index from 0 to {most}", f"{index}", start)
    if r.events is not None:
        r.emit(start, "variant", f"{node.name}::{variant.name}={index} ({variant.style})")
    if variant.payload is None:
        r.depth -= 1
        return variant.constant
    r.path.append(Variant(variant.name))
    value = yield from _fields(variant.payload, r)
    r.path.pop()
    r.depth -= 1
    return value


def _adapted(node: nodes.Adapted, r: Reader) -> Task:
    start = r.pos
    stored = yield read_node(node.item, r)
    try:
        return node.decode(stored)
    except Exception as error:  # the conversion is the user's code
        r.fail(f"not a {node.name}: {reason(error)}", offset=start, cause=error)


def _blob(node: nodes.Blob, r: Reader) -> Task:
    prefix = r.pos
    length = leaves.read_length(node.length, r, "byteslen")
    start = r.pos
    data = r.take_counted(length, prefix)
    is_whole = length == node.size
    shows_fields = is_whole and r.blobs and r.events is not None
    if shows_fields:
        r.pos = start
        budget, r.budget = r.budget, Budget(None, r.limits)  # claimed already, as bytes
        r.budget.zero_sized = budget.zero_sized
        yield read_node(node.item, r)
        budget.zero_sized, r.budget = r.budget.zero_sized, budget
    value = deferred(node.cls, data, node.size, partial(read_fields, node.item))
    if not node.fits_any:
        _check_fields(node, value, start, is_whole, r)
    if not shows_fields:
        r.emit(start, "bytes", data)
    return value


def _check_fields(node: nodes.Blob, value: CStruct, start: int, is_whole: bool, r: Reader) -> None:
    """Refuse bytes that are no such C struct; they begin at `start`."""
    try:
        decode_fields(value)
    except DecodeError as error:
        if is_whole:  # read where it stands, which says where the fault is
            inside = Reader(bytes(r.data), start, Budget(None), r.limits, emit=False)
            inside.path, inside.depth = r.path, r.depth
            run(read_node(node.item, inside))
        r.fail(f"in {node.item.name}, {error.message}", error.expected, error.found, start)


def read_fields(node: nodes.Struct, data: bytes) -> list[Any]:
    """The fields of a C struct from bytes of its size. Raises DecodeError where they are none."""
    r = Reader(data, 0, Budget(None), DEFAULT_LIMITS, emit=False)
    return field_values(run(read_node(node, r)))


def _ref(node: nodes.Ref, r: Reader) -> Task:
    target = node.target
    counts = isinstance(target, nodes.Struct | nodes.Enum)  # they count themselves
    if not counts:
        r.enter()
    value = yield read_node(target, r)
    if not counts:
        r.depth -= 1
    return value


def _labels(node: nodes.Labels, r: Reader) -> Task:
    number = yield read_node(node.item, r)
    return node.decode.get(number, construct.EnumInteger(number))


def _const(node: nodes.Const, r: Reader) -> Task:
    start = r.pos
    value = yield read_node(node.item, r)
    if value != node.value:
        r.fail("not the constant", literal(node.value), literal(value), start)
    return value


def _stored(node: nodes.Rebuilt | nodes.Default, r: Reader) -> Task:
    return (yield read_node(node.item, r))


def _switch(node: nodes.Switch, r: Reader) -> Task:
    key = r.evaluate(node.key)
    try:
        chosen = node.cases.get(key, node.default)
    except TypeError:
        r.fail("not a value that a Switch can choose by", found=shown(key))
    return (yield read_node(chosen, r))


def _if(node: nodes.If, r: Reader) -> Task:
    return (yield read_node(node.then if r.evaluate(node.condition) else node.otherwise, r))


def _padded(node: nodes.Padded, r: Reader) -> Task:
    count = r.count(node.count, "number of bytes")
    start = r.pos
    value = yield read_node(node.item, r)
    fill = count - (r.pos - start)
    if fill < 0:
        r.fail("larger than its padding allows", f"at most {count} bytes", f"{r.pos - start}", start)
    r.claim(fill)
    at = r.pos
    r.take(fill)
    r.emit(at, "padding", fill)
    return value


def _prefixed(node: nodes.Prefixed, r: Reader) -> Task:
    start = r.pos
    length = leaves.read_length(node.length, r, "byteslen") - node.including
    if length < 0:
        r.fail(
            "a length smaller than itself", f"{node.including} or more", shown(length + node.including), start
        )
    if length > r.end - r.pos:
        r.need(length)
    outer, stop = (r.begin, r.end), r.pos + length
    r.begin, r.end = r.pos, stop
    value = yield read_node(node.item, r)
    rest, r.pos = r.pos, stop
    r.begin, r.end = outer
    if rest < stop:
        r.emit(rest, "padding", stop - rest)
    return value


def _limited(node: nodes.Limited, r: Reader) -> Task:
    outer = r.budget
    r.budget = Budget(node.limit, r.limits)
    # One account of zero-sized elements for the whole read.
    r.budget.zero_sized = outer.zero_sized
    value = yield read_node(node.item, r)
    outer.zero_sized = r.budget.zero_sized
    r.budget = outer
    return value


def _checksummed(node: nodes.Checksummed, r: Reader) -> Task:
    if node.to_the_end:
        return (yield _checksummed_to_the_end(node, r))
    value = yield read_node(node.item, r)
    start = r.pos
    stored = leaves.read_int(node.stored, r)
    r.emit(start, "checksum", stored)
    if not node.checksum.holds(r.data[: r.end], node.stored.byteorder):
        r.fail("the checksum of the whole does not hold", offset=start)
    return value


def _checksummed_to_the_end(node: nodes.Checksummed, r: Reader) -> Task:
    r.expect_all()
    whole, end = r.data, r.end
    stop = end - node.stored.size
    if stop < r.pos:
        r.need(node.stored.size)
    # Cut, and not only bounded: constructs that run by themselves see the end of the data.
    r.data, r.end = whole[:stop], stop
    value = yield read_node(node.item, r)
    left, r.pos = stop - r.pos, stop
    r.data, r.end = whole, end
    stored = leaves.read_int(node.stored, r)
    r.emit(stop, "checksum", stored)
    if not node.checksum.holds(whole[:end], node.stored.byteorder):
        r.fail("the checksum of the whole does not hold", offset=stop)
    if left:
        r.fail(left_over(left, "between the data and the checksum"), offset=stop - left)
    return value


_LEAVES: dict[type[Node], Callable[[Any, Reader], Any]] = {
    nodes.Int: leaves.leaf_int,
    nodes.Float: leaves.leaf_float,
    nodes.Bool: leaves.leaf_bool,
    nodes.Char: leaves.leaf_char,
    nodes.Str: leaves.leaf_str,
    nodes.Bytes: leaves.leaf_bytes,
    nodes.FixedBytes: leaves.leaf_fixed_bytes,
    nodes.Unit: leaves.leaf_unit,
    nodes.Computed: leaves.leaf_computed,
    nodes.Bits: leaves.leaf_bits,
    nodes.Opaque: leaves.leaf_opaque,
}
_STEPS: dict[type[Node], Callable[[Any, Reader], Task]] = {
    nodes.Option: _option,
    nodes.Seq: _seq,
    nodes.Set: _set,
    nodes.Array: _array,
    nodes.Tuple: _tuple,
    nodes.Map: _map,
    nodes.Struct: _struct,
    nodes.Enum: _enum,
    nodes.Adapted: _adapted,
    nodes.Blob: _blob,
    nodes.Ref: _ref,
    nodes.Labels: _labels,
    nodes.Const: _const,
    nodes.Rebuilt: _stored,
    nodes.Default: _stored,
    nodes.Switch: _switch,
    nodes.If: _if,
    nodes.Padded: _padded,
    nodes.Prefixed: _prefixed,
    nodes.Limited: _limited,
    nodes.Checksummed: _checksummed,
}
