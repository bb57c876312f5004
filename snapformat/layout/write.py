"""The reference writer: values by the layout tree, checked as they are written.

Each function gives the value as it was built, as construct's `_build` does: expressions see that one. It is
put together only where one looks (`Writer.keep`); elsewhere it is the value that was given.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

import construct

from snapformat.encodings.bincode.config import encode_varint, zigzag
from snapformat.encodings.construct.composites import unwrapped
from snapformat.layout import nodes
from snapformat.layout.arrays import given_numbers, listed
from snapformat.layout.empty import element_costs
from snapformat.layout.nodes import Node
from snapformat.layout.opaque import build_opaque
from snapformat.layout.read_leaves import RawFlag
from snapformat.layout.writer import Writer
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model import checks
from snapformat.model.c_struct import blob_bytes, raw_of
from snapformat.model.expressions import Scope
from snapformat.model.order import sort_key
from snapformat.model.values import Some
from snapformat.path import Segment, Variant
from snapformat.trampoline import Task, run


def write(
    node: Node,
    value: Any,
    *,
    limits: Limits = DEFAULT_LIMITS,
    root: tuple[Segment, ...] = (),
    depth: int = 0,
    start: int = 0,
) -> bytes:
    """Write a value.

    Args:
        node: The layout.
        value: The value; it is checked here, not when it was made.
        limits: Bound of depth.
        root: Path of the value itself, for errors.
        depth: Structs and enums around the value.
        start: Place of its first byte, for constructs that ask where they are.

    Returns:
        Its bytes.

    Raises:
        EncodeError: The value does not fit the layout; the path says where.
    """
    w = Writer(limits)
    w.path.extend(root)
    w.depth = depth
    w.start = start
    w.guarded(lambda: run(_value(node, value, w)))
    return bytes(w.out)


def write_node(node: Node, value: Any, w: Writer) -> Task:
    """Any node, as a step, which gives the value as it was built."""
    return (yield _value(node, value, w))


def _value(node: Node, value: Any, w: Writer) -> Task:
    leaf = _LEAVES.get(type(node))
    if leaf is not None:
        return leaf(node, value, w)
    return (yield _STEPS[type(node)](node, value, w))


# --- without parts ------------------------------------------------------------------------------------


def _int(node: nodes.Int, value: Any, w: Writer) -> Any:
    number = w.check(checks.as_int, value, node.name, node.size, node.signed, node.nonzero)
    if node.packer is not None:
        w.out += node.packer.pack(number)
    elif node.variable:
        w.out += encode_varint(zigzag(number) if node.signed else number, node.byteorder)
    else:
        w.out += number.to_bytes(node.size, node.byteorder, signed=node.signed)
    return value


def _length(node: Node, count: int, w: Writer) -> None:
    """A length prefix; the count may be too large for it."""
    _int(node, count, w)  # type: ignore[arg-type]  # lowering makes lengths of Int nodes only


def _float(node: nodes.Float, value: Any, w: Writer) -> Any:
    w.out += w.check(checks.as_float, value, node.size, node.byteorder)
    return value


def _bool(node: nodes.Bool, value: Any, w: Writer) -> Any:
    if node.lenient:
        w.out.append(value.raw if isinstance(value, RawFlag) else bool(value))
    else:
        w.out.append(w.check(checks.as_bool, value))
    return value


def _char(node: nodes.Char, value: Any, w: Writer) -> Any:
    w.out += w.check(checks.as_char, value)
    return value


def _str(node: nodes.Str, value: Any, w: Writer) -> Any:
    data = w.check(checks.as_str, value, node.encoding)
    _length(node.length, len(data), w)
    w.out += data
    return value


def _bytes(node: nodes.Bytes, value: Any, w: Writer) -> bytes:
    data: bytes = w.check(checks.as_bytes, value, node.exact, node.no_nul)
    _length(node.length, len(data), w)
    w.out += data
    return data


def _fixed_bytes(node: nodes.FixedBytes, value: Any, w: Writer) -> bytes:
    data: bytes = w.check(checks.as_bytes, value, w.count(node.count, "number of bytes"))
    w.out += data
    return data


def _unit(node: nodes.Unit, value: Any, w: Writer) -> Any:
    if node.value is not None:
        w.check(checks.as_tuple, value, 0)
    return value


def _computed(node: nodes.Computed, value: Any, w: Writer) -> Any:
    """Not in the bytes, whatever the value says."""
    return w.evaluate(node.value)


def _bits(node: nodes.Bits, value: Any, w: Writer) -> Any:
    if not isinstance(value, Mapping):
        w.fail("the value does not fit", "a mapping of bit fields", checks.shown(value))
    whole = 0
    w.path.append("")
    for bit in node.bits:
        raw = 0
        if bit.name is not None and not bit.padding:
            w.path[-1] = bit.name
            raw = bit_number(bit, value, w)
        whole = whole << bit.width | raw
    w.path.pop()
    w.out += whole.to_bytes(node.size, "big")
    return value


def bit_number(bit: nodes.Bit, values: Mapping[str, Any], w: Writer) -> int:
    """The bits of a field, unsigned; checked against its width and labels."""
    assert bit.name is not None
    if bit.name not in values:
        w.fail("the field is missing")
    value = values[bit.name]
    if bit.flag:
        return int(bool(value))
    if bit.labels is not None and isinstance(value, str):
        if value not in bit.labels[1]:
            w.fail("an unknown label", " or ".join(bit.labels[1]), repr(value))
        value = bit.labels[1][value]
    name = f"{'i' if bit.signed else 'u'}{bit.width} (bits)"
    if isinstance(value, bool) or not isinstance(value, int):
        w.fail("the value does not fit", name, checks.shown(value))
    low, high = (-1 << bit.width - 1, 1 << bit.width - 1) if bit.signed else (0, 1 << bit.width)
    if not low <= value < high:
        w.fail("the value does not fit", f"{name} from {low} to {high - 1}", f"{value}")
    return value & (1 << bit.width) - 1


def _opaque(node: nodes.Opaque, value: Any, w: Writer) -> Any:
    try:
        data, built = build_opaque(node, value, lambda: w.place)
    except Exception as error:
        w.fail_foreign(error)
    w.out += data
    return built


# --- with parts ---------------------------------------------------------------------------------------


def _option(node: nodes.Option, value: Any, w: Writer) -> Task:
    if value is None:
        w.out.append(0)
        return value
    w.out.append(1)
    built = yield _value(node.item, w.check(unwrapped, value, node.wrapped), w)
    return Some(built) if node.wrapped else built


def _elements(item: Node, values: Any, w: Writer) -> Task:
    packed = _packed(item, values)
    if packed is not None:
        w.out += packed
        return list(values) if w.keep else values
    leaf = _LEAVES.get(type(item))
    built: list[Any] | None = [] if w.keep else None
    w.path.append(0)
    for index, value in enumerate(values):
        w.path[-1] = index
        part = leaf(item, value, w) if leaf is not None else (yield _STEPS[type(item)](item, value, w))
        if built is not None:
            built.append(part)
    w.path.pop()
    return values if built is None else built


def _packed(item: Node, values: Any) -> bytes | None:
    """The bytes of a run of integers or bools; None if it is no such run, or something in it is wrong."""
    if isinstance(item, nodes.Int) and item.packer is not None and not item.nonzero:
        plain: type = int
        code = item.packer.format
    elif isinstance(item, nodes.Bool) and not item.lenient:
        plain, code = bool, "<B"
    else:
        return None
    if set(map(type, values)) - {plain}:
        return None
    try:
        return struct.pack(f"{code[0]}{len(values)}{code[1]}", *values)
    except struct.error:
        return None


def _seq(node: nodes.Seq, value: Any, w: Writer) -> Task:
    numbers = w.check(given_numbers, node.item, value)
    if numbers is not None:
        _length(node.length, len(numbers), w)
        w.out += numbers
        return listed(node.item, value) if w.keep else value
    values = w.check(checks.as_list, w.check(listed, node.item, value))
    if node.zero_sized and len(values) * element_costs(node.item).zero_sized > w.limits.zero_sized:
        w.fail("too many elements without bytes", f"at most {w.limits.zero_sized}", f"{len(values)}")
    _length(node.length, len(values), w)
    return (yield _elements(node.item, values, w))


def _array(node: nodes.Array, value: Any, w: Writer) -> Task:
    count = w.count(node.count, "number of elements")
    numbers = w.check(given_numbers, node.item, value)
    if numbers is not None and len(numbers) == count:
        w.out += numbers
        return listed(node.item, value) if w.keep else value
    values = w.check(checks.as_list, w.check(listed, node.item, value), count)
    return (yield _elements(node.item, values, w))


def _set(node: nodes.Set, value: Any, w: Writer) -> Task:
    values = w.check(checks.as_elements, value)
    is_sorted = not node.of.ordered or _sort(values, lambda element: sort_key(node.of.item, element, w.keys))
    _length(node.length, len(values), w)
    yield _elements(node.item, values, w)
    if not is_sorted:
        w.fail("the elements can't be sorted")
    return value


def _sort(values: list[Any], key: Callable[[Any], Any]) -> bool:
    """Sort in Rust's order; False if something in the values stands against it.

    Then they are written as they are, which finds out what does not fit, and where.
    """
    try:
        values.sort(key=key)
    except Exception:  # comparing is partly code of the values' own classes
        return False
    return True


def _map(node: nodes.Map, value: Any, w: Writer) -> Task:
    pairs = w.check(checks.as_pairs, value)
    is_sorted = not node.of.ordered or _sort(pairs, lambda pair: sort_key(node.of.key, pair[0], w.keys))
    _length(node.length, len(pairs), w)
    w.path += [0, "key"]
    for index, (key, element) in enumerate(pairs):
        w.path[-2:] = [index, "key"]
        yield _value(node.key, key, w)
        w.path[-1] = "value"
        yield _value(node.value, element, w)
    del w.path[-2:]
    if not is_sorted:
        w.fail("the keys can't be sorted")
    return value


def _tuple(node: nodes.Tuple, value: Any, w: Writer) -> Task:
    values = w.check(checks.as_tuple, value, len(node.items))
    built = []
    w.path.append(0)
    for index, (item, element) in enumerate(zip(node.items, values, strict=True)):
        w.path[-1] = index
        built.append((yield _value(item, element, w)))
    w.path.pop()
    return tuple(built)


def _struct(node: nodes.Struct, value: Any, w: Writer) -> Task:
    w.enter()
    if node.cls is None:
        built = yield _container(node, value, w)
    else:
        if not isinstance(value, node.cls):
            w.fail("the value does not fit", node.cls.__name__, checks.shown(value))
        yield _fields(node, value, w)
        built = value
    w.depth -= 1
    return built


def _fields(node: nodes.Struct, value: Any, w: Writer) -> Task:
    """The fields of an instance."""
    positional = node.style == "tuple"
    nested = node.style != "newtype"
    path = w.path
    if nested:
        path.append("")
    for index, field in enumerate(node.fields):
        if nested:
            path[-1] = index if positional else field.name or f"_{index}"
        if field.attr is None:
            part = None
        else:
            try:
                part = getattr(value, field.attr)
            except AttributeError:
                if not field.optional:
                    w.fail("the field is missing")
                part = None
        leaf = _LEAVES.get(type(field.node))
        if leaf is not None:
            leaf(field.node, part, w)
        else:
            yield _STEPS[type(field.node)](field.node, part, w)
    if nested:
        path.pop()


def _container(node: nodes.Struct, value: Any, w: Writer) -> Task:
    """The fields of a mapping, as construct builds them: what it can make itself may be missing."""
    if value is None:
        value = {}
    if not isinstance(value, Mapping):
        w.fail("the value does not fit", "a mapping of fields", checks.shown(value))
    outer, keep = w.scope, w.keep
    scope = w.scope = Scope(outer)
    scope.update(value)
    w.path.append("")
    for index, field in enumerate(node.fields):
        w.path[-1] = field.name or f"_{index}"
        if field.attr is None:
            yield _value(field.node, None, w)
            continue
        if field.attr not in value and not field.optional:
            w.fail("the field is missing")
        part = scope[field.attr] = value.get(field.attr)
        w.keep = keep or field.attr in node.named
        scope[field.attr] = yield _value(field.node, part, w)
    w.path.pop()
    w.scope, w.keep = outer, keep
    return construct.Container(scope) if keep else value


def _enum(node: nodes.Enum, value: Any, w: Writer) -> Task:
    variant = node.variant_of(value)
    if variant is None:
        w.fail("the value does not fit", node.expected, checks.shown(value))
    w.enter()
    _int(node.index, variant.index, w)
    if variant.payload is not None:
        w.path.append(Variant(variant.name))
        yield _fields(variant.payload, value, w)
        w.path.pop()
    w.depth -= 1
    return value


def _adapted(node: nodes.Adapted, value: Any, w: Writer) -> Task:
    try:
        stored = node.encode(value)
    except Exception as error:  # the conversion is the user's code
        w.fail(f"not a {node.name}: {checks.reason(error)}", cause=error)
    yield _value(node.item, stored, w)
    return value


def _blob(node: nodes.Blob, value: Any, w: Writer) -> Task:
    if not isinstance(value, node.cls):
        w.fail("the value does not fit", node.item.name, checks.shown(value))
    inside = b""
    if raw_of(value) is None:
        inside, _ = yield _apart(node.item, value, w)
    data = blob_bytes(value, lambda _: inside)
    _length(node.length, len(data), w)
    w.out += data
    return value


def _apart(node: Node, value: Any, w: Writer) -> Task:
    """A part whose places count from its own start: gives its bytes, and the value as it was built."""
    before = w.out, w.start
    w.out, w.start = bytearray(), 0
    built = yield _value(node, value, w)
    inside = bytes(w.out)
    w.out, w.start = before
    return inside, built


def _ref(node: nodes.Ref, value: Any, w: Writer) -> Task:
    target = node.target
    counts = isinstance(target, nodes.Struct | nodes.Enum)  # they count themselves
    if not counts:
        w.enter()
    built = yield _value(target, value, w)
    if not counts:
        w.depth -= 1
    return built


def _labels(node: nodes.Labels, value: Any, w: Writer) -> Task:
    if isinstance(value, str):
        if value not in node.encode:
            w.fail("an unknown label", " or ".join(node.encode) or "a number", repr(str(value)))
        yield _value(node.item, node.encode[value], w)
    else:
        yield _value(node.item, value, w)
    return value


def _const(node: nodes.Const, value: Any, w: Writer) -> Task:
    if value is not None and value != node.value:
        w.fail("not the constant", checks.literal(node.value), checks.shown(value))
    return (yield _value(node.item, node.value, w))


def _rebuilt(node: nodes.Rebuilt, value: Any, w: Writer) -> Task:
    return (yield _value(node.item, _for_item(node.item, w.evaluate(node.value)), w))


def _for_item(item: Node, computed: Any) -> Any:
    """A computed value to be stored: construct stores the truth of an expression as a number."""
    return int(computed) if isinstance(computed, bool) and isinstance(item, nodes.Int) else computed


def _default(node: nodes.Default, value: Any, w: Writer) -> Task:
    if value is None:
        value = _for_item(node.item, w.evaluate(node.value))
    return (yield _value(node.item, value, w))


def _switch(node: nodes.Switch, value: Any, w: Writer) -> Task:
    key = w.evaluate(node.key)
    try:
        chosen = node.cases.get(key, node.default)
    except TypeError:
        w.fail("not a value that a Switch can choose by", found=checks.shown(key))
    return (yield _value(chosen, value, w))


def _if(node: nodes.If, value: Any, w: Writer) -> Task:
    return (yield _value(node.then if w.evaluate(node.condition) else node.otherwise, value, w))


def _padded(node: nodes.Padded, value: Any, w: Writer) -> Task:
    count = w.count(node.count, "number of bytes")
    start = len(w.out)
    built = yield _value(node.item, value, w)
    fill = count - (len(w.out) - start)
    if fill < 0:
        w.fail("larger than its padding allows", f"at most {count} bytes", f"{len(w.out) - start}")
    w.out += node.pattern * fill
    return built


def _prefixed(node: nodes.Prefixed, value: Any, w: Writer) -> Task:
    inside, built = yield _apart(node.item, value, w)
    _length(node.length, len(inside) + node.including, w)
    w.out += inside
    return built


def _limited(node: nodes.Limited, value: Any, w: Writer) -> Task:
    return (yield _value(node.item, value, w))


def _checksummed(node: nodes.Checksummed, value: Any, w: Writer) -> Task:
    start = len(w.out)
    yield _value(node.item, value, w)
    _int(node.stored, node.checksum.compute(bytes(w.out[start:])), w)
    return value


_LEAVES: dict[type[Node], Callable[[Any, Any, Writer], Any]] = {
    nodes.Int: _int,
    nodes.Float: _float,
    nodes.Bool: _bool,
    nodes.Char: _char,
    nodes.Str: _str,
    nodes.Bytes: _bytes,
    nodes.FixedBytes: _fixed_bytes,
    nodes.Unit: _unit,
    nodes.Computed: _computed,
    nodes.Bits: _bits,
    nodes.Opaque: _opaque,
}
_STEPS: dict[type[Node], Callable[[Any, Any, Writer], Task]] = {
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
    nodes.Rebuilt: _rebuilt,
    nodes.Default: _default,
    nodes.Switch: _switch,
    nodes.If: _if,
    nodes.Padded: _padded,
    nodes.Prefixed: _prefixed,
    nodes.Limited: _limited,
    nodes.Checksummed: _checksummed,
}
