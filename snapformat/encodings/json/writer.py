"""From values to their JSON form: what serde_json prints for the same Rust value.

Where serde_json loses or refuses something, a one-key object says it:

| tag | for |
|---|---|
| `{"$some": null}` | `Some` of a value whose own JSON is null (serde_json prints null, and reads None) |
| `{"$float": "7ff8000000000000"}` | NaN and infinities, by their bits (serde_json prints null) |
| `{"$map": [[key, value], ...]}` | maps whose keys are no text, number or unit variant (serde_json refuses) |
| `{"$flag": 7}` | construct's lenient `Flag` with another byte than 0 and 1 |
| `{"$bytes": "00ff"}` | values of constructs without a layout: their bytes |
| `{"$length": 152, "$rest": "00ff", ...}` | decoded C structs of fewer or more bytes than the struct |
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NoReturn

from snapformat.encodings.construct.composites import unwrapped
from snapformat.encodings.json.text import F32, float_text, parse_json, shortest_f32
from snapformat.layout import nodes
from snapformat.layout.arrays import listed
from snapformat.layout.built import may_change
from snapformat.layout.empty import element_costs, entry_costs
from snapformat.layout.nodes import Node
from snapformat.layout.opaque import build_opaque, without_context
from snapformat.layout.read_leaves import RawFlag
from snapformat.layout.write import bit_number, write, write_node
from snapformat.layout.writer import Writer
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model import checks
from snapformat.model.c_struct import blob_bytes, rest_of
from snapformat.model.expressions import Scope
from snapformat.model.floats import f32_from_bits, f32_to_bits
from snapformat.model.order import sort_key
from snapformat.path import Variant
from snapformat.trampoline import Task, run


class _Printer(Writer):
    """Path and checks of one conversion; `serde` refuses what serde_json would lose.

    construct's containers are shown as they are written (`is_built`): with defaults, and numbers made again.
    """

    __slots__ = ("decoded", "is_built", "serde")

    def __init__(self, limits: Limits, serde: bool, decoded: bool) -> None:
        super().__init__(limits)
        self.serde = serde
        self.decoded = decoded
        self.is_built = False

    def tag(self, name: str, value: Any, why: str) -> dict[str, Any]:
        """A tagged value, or the error where only serde's own form is wanted."""
        if self.serde:
            self.refuse(why)
        return {f"${name}": value}

    def refuse(self, why: str) -> NoReturn:
        """Raise the error for what serde_json can't say."""
        self.fail(f"serde_json can't say this: {why}")


def node_to_json(
    node: Node, value: Any, *, serde: bool = False, decoded: bool = False, limits: Limits = DEFAULT_LIMITS
) -> Any:
    """The JSON form of a value.

    Args:
        node: Its layout.
        value: The value.
        serde: Only what serde_json itself prints and reads back; tags are errors.
        decoded: Show bytes that hold a C struct as its fields; serde_json shows the bytes.
        limits: Bounds of depth and of zero-sized elements.

    Returns:
        Dicts, lists, str, int, float, bool and None.

    Raises:
        EncodeError: The value does not fit the layout, or `serde` refuses it.
    """
    printer = _Printer(limits, serde, decoded)
    return printer.guarded(lambda: run(_json(node, value, printer)))


def _json(node: Node, value: Any, p: _Printer) -> Task:
    leaf = _LEAVES.get(type(node))
    if leaf is not None:
        return leaf(node, value, p)
    return (yield _STEPS[type(node)](node, value, p))


def _int(node: nodes.Int, value: Any, p: _Printer) -> int:
    return int(p.check(checks.as_int, value, node.name, node.size, node.signed, node.nonzero))


def _float(node: nodes.Float, value: Any, p: _Printer) -> Any:
    data = p.check(checks.as_float, value, node.size, "big")
    number = float(value)
    if not math.isfinite(number):
        return p.tag("float", data.hex(), "it prints NaN and infinities as null")
    return F32(shortest_f32(f32_from_bits(f32_to_bits(number)))) if node.size == 4 else number


def _bool(node: nodes.Bool, value: Any, p: _Printer) -> Any:
    if isinstance(value, RawFlag):
        return p.tag("flag", value.raw, "a byte that is neither true nor false")
    return bool(value) if node.lenient else p.check(checks.as_bool, value)


def _char(node: nodes.Char, value: Any, p: _Printer) -> str:
    p.check(checks.as_char, value)
    return str(value)


def _str(node: nodes.Str, value: Any, p: _Printer) -> str:
    p.check(checks.as_str, value, node.encoding)
    return str(value)


def _bytes(node: nodes.Bytes, value: Any, p: _Printer) -> list[int]:
    return list(p.check(checks.as_bytes, value, node.exact, node.no_nul))


def _fixed_bytes(node: nodes.FixedBytes, value: Any, p: _Printer) -> list[int]:
    return list(p.check(checks.as_bytes, value))


def _unit(node: nodes.Unit, value: Any, p: _Printer) -> None:
    if node.value is not None:
        p.check(checks.as_tuple, value, 0)


def _plain(node: Node, value: Any, p: _Printer) -> Any:
    """Computed values: shown if JSON can show them; they are made again when read."""
    return value if isinstance(value, str | int | float | bool | None) else repr(value)


def _bits(node: nodes.Bits, value: Any, p: _Printer) -> Any:
    if not isinstance(value, Mapping):
        p.fail("the value does not fit", "a mapping of bit fields", checks.shown(value))
    shown: dict[str, Any] = {}
    p.path.append("")
    for bit in node.bits:
        if bit.name is not None and not bit.padding:
            p.path[-1] = bit.name
            bit_number(bit, value, p)  # checks it
            given = value[bit.name]
            shown[bit.name] = (
                str(given) if isinstance(given, str) else bool(given) if bit.flag else int(given)
            )
    p.path.pop()
    return shown


def _opaque(node: nodes.Opaque, value: Any, p: _Printer) -> Any:
    try:
        data, _ = build_opaque(node, without_context(value), lambda: 0)
    except Exception as error:
        p.fail_foreign(error)
    return p.tag("bytes", data.hex(), "the layout of this part is not known")


def _option(node: nodes.Option, value: Any, p: _Printer) -> Task:
    if value is None:
        return None
    inner = yield _json(node.item, p.check(unwrapped, value, node.wrapped), p)
    if inner is None or (isinstance(inner, dict) and inner.keys() == {"$some"}):
        return p.tag("some", inner, "Some of nothing looks like None")
    return inner


def _elements(item: Node, values: Any, p: _Printer) -> Task:
    p.claim_elements(len(values), element_costs(item))
    shown = []
    leaf = _LEAVES.get(type(item))
    p.path.append(0)
    for index, value in enumerate(values):
        p.path[-1] = index
        shown.append(leaf(item, value, p) if leaf is not None else (yield _STEPS[type(item)](item, value, p)))
    p.path.pop()
    return shown


def _seq(node: nodes.Seq, value: Any, p: _Printer) -> Task:
    return (yield _elements(node.item, p.check(checks.as_list, p.check(listed, node.item, value)), p))


def _array(node: nodes.Array, value: Any, p: _Printer) -> Task:
    count = node.count if isinstance(node.count, int) else None
    return (yield _elements(node.item, p.check(checks.as_list, p.check(listed, node.item, value), count), p))


def _set(node: nodes.Set, value: Any, p: _Printer) -> Task:
    values = p.check(checks.as_elements, value)
    if node.of.ordered:
        values.sort(key=lambda element: p.check(sort_key, node.of.item, element, p.keys))
    return (yield _elements(node.item, values, p))


def _tuple(node: nodes.Tuple, value: Any, p: _Printer) -> Task:
    values = p.check(checks.as_tuple, value, len(node.items))
    shown = []
    p.path.append(0)
    for index, (item, element) in enumerate(zip(node.items, values, strict=True)):
        p.path[-1] = index
        shown.append((yield _json(item, element, p)))
    p.path.pop()
    return shown


def _map(node: nodes.Map, value: Any, p: _Printer) -> Task:
    pairs = p.check(checks.as_pairs, value)
    if node.of.ordered:
        pairs.sort(key=lambda pair: p.check(sort_key, node.of.key, pair[0], p.keys))
    plain = key_text(node.key) is not None
    p.claim_elements(len(pairs), entry_costs(node))
    entries = []
    p.path += [0, "key"]
    for index, (key, element) in enumerate(pairs):
        p.path[-2:] = [index, "key"]
        shown_key = yield _json(node.key, key, p)
        p.path[-1] = "value"
        entries.append((shown_key, (yield _json(node.value, element, p))))
    del p.path[-2:]
    if not entries:
        return {}
    if plain:
        shown = {_key(key): element for key, element in entries if not isinstance(key, dict)}
        is_tag = len(shown) == 1 and shown.keys() <= {"$map", "$some"}
        if len(shown) == len(entries) and (p.serde or not is_tag):
            return shown
    return p.tag("map", [list(entry) for entry in entries], "its keys are text, numbers and unit variants")


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return float_text(key) if isinstance(key, float) else str(key)


def key_text(node: Node) -> Callable[[str], Any] | None:
    """How a map's key is read from text, or None if serde_json takes no such keys."""
    match node:
        case nodes.Int():
            return _key_int
        case nodes.Float():
            return _key_float
        case nodes.Bool():
            return {"true": True, "false": False}.__getitem__
        case nodes.Str() | nodes.Char():
            return str
        case nodes.Enum():
            return str  # a variant with data is no text, which is seen when one is there
        case nodes.Struct() if node.style == "newtype":
            return key_text(node.fields[0].node)
        case nodes.Adapted():
            return str if node.text is not None else key_text(node.item)
        case _:
            return None


def _key_int(text: str) -> int:
    if not text.removeprefix("-").isdecimal() or not text.isascii() or str(int(text)) != text:
        raise ValueError(f"{text!r} is no integer")
    return int(text)


def _key_float(text: str) -> float:
    number = parse_json(text)
    if isinstance(number, bool) or not isinstance(number, int | float) or text != text.strip():
        raise ValueError(f"{text!r} is no finite number")
    return float(number)


def _struct(node: nodes.Struct, value: Any, p: _Printer) -> Task:
    outer = p.is_built
    if node.cls is not None:
        p.is_built = False
    elif not outer and may_change(node):
        value = yield _as_written(node, value, p)
        p.is_built = True
    p.enter()
    if node.cls is not None and not isinstance(value, node.cls):
        p.fail("the value does not fit", node.cls.__name__, checks.shown(value))
    if node.cls is None and not isinstance(value, Mapping):
        p.fail("the value does not fit", "a mapping of fields", checks.shown(value))
    shown = yield _fields(node, value, p)
    p.depth -= 1
    p.is_built = outer
    return shown


def _as_written(node: nodes.Struct, value: Any, p: _Printer) -> Task:
    """The value as it is built."""
    p.keep = True
    built = yield write_node(node, value, p)
    p.keep = False
    p.out.clear()
    return built


def _fields(node: nodes.Struct, value: Any, p: _Printer) -> Task:
    if node.style == "unit":
        return None
    outer = p.scope
    if node.cls is None:
        p.scope = Scope(outer)
        p.scope.update(value)
    nested = node.style != "newtype"
    if nested:
        p.path.append("")
    shown: dict[str, Any] = {}
    for index, field in enumerate(node.fields):
        if field.attr is None or field.name is None:
            continue
        if nested:
            p.path[-1] = index if node.style == "tuple" else field.name
        try:
            part = value[field.attr] if node.cls is None else getattr(value, field.attr)
        except (AttributeError, KeyError):
            if not field.optional:
                p.fail("the field is missing")
            part = None
        shown[field.name] = yield _json(field.node, part, p)
    if nested:
        p.path.pop()
    p.scope = outer
    if node.style == "newtype":
        return next(iter(shown.values()))
    return list(shown.values()) if node.style == "tuple" else shown


def _enum(node: nodes.Enum, value: Any, p: _Printer) -> Task:
    variant = node.variant_of(value)
    if variant is None:
        p.fail("the value does not fit", node.expected, checks.shown(value))
    p.enter()
    if variant.payload is None or variant.payload.style == "unit":
        p.depth -= 1
        return variant.name
    p.path.append(Variant(variant.name))
    shown = yield _fields(variant.payload, value, p)
    p.path.pop()
    p.depth -= 1
    return {variant.name: shown}


def _adapted(node: nodes.Adapted, value: Any, p: _Printer) -> Task:
    try:
        stored = node.encode(value)
        text = node.text[0](value) if node.text is not None else None
        shown = node.shown[0](value) if p.decoded and node.shown is not None else None
    except Exception as error:  # the conversion is the user's code
        p.fail(f"not a {node.name}: {checks.reason(error)}", cause=error)
    if shown is not None:
        return shown
    return text if node.text is not None else (yield _json(node.item, stored, p))


def _blob(node: nodes.Blob, value: Any, p: _Printer) -> Task:
    if not isinstance(value, node.cls):
        p.fail("the value does not fit", node.item.name, checks.shown(value))
    if not p.decoded:
        return list(blob_bytes(value, partial(write, node.item)))
    length, rest = rest_of(value, node.size)
    shown = yield _json(node.item, value, p)
    if length != node.size:
        shown = {"$length": length, **({"$rest": rest.hex()} if rest else {}), **shown}
    return shown


def _ref(node: nodes.Ref, value: Any, p: _Printer) -> Task:
    target = node.target
    counts = isinstance(target, nodes.Struct | nodes.Enum)  # they count themselves
    if not counts:
        p.enter()
    shown = yield _json(target, value, p)
    if not counts:
        p.depth -= 1
    return shown


def _labels(node: nodes.Labels, value: Any, p: _Printer) -> Task:
    if not isinstance(value, str):
        return (yield _json(node.item, value, p))
    if value not in node.encode:
        p.fail("an unknown label", " or ".join(node.encode) or "a number", checks.shown(str(value)))
    return str(value)


def _const(node: nodes.Const, value: Any, p: _Printer) -> Task:
    return (yield _json(node.item, node.value, p))


def _inner(node: Any, value: Any, p: _Printer) -> Task:
    return (yield _json(node.item, value, p))


def _switch(node: nodes.Switch, value: Any, p: _Printer) -> Task:
    key = p.evaluate(node.key)
    chosen = node.cases.get(key, node.default) if isinstance(key, str | int | bytes) else node.default
    return (yield _json(chosen, value, p))


def _if(node: nodes.If, value: Any, p: _Printer) -> Task:
    return (yield _json(node.then if p.evaluate(node.condition) else node.otherwise, value, p))


_LEAVES: dict[type[Node], Callable[[Any, Any, _Printer], Any]] = {
    nodes.Int: _int,
    nodes.Float: _float,
    nodes.Bool: _bool,
    nodes.Char: _char,
    nodes.Str: _str,
    nodes.Bytes: _bytes,
    nodes.FixedBytes: _fixed_bytes,
    nodes.Unit: _unit,
    nodes.Computed: _plain,
    nodes.Bits: _bits,
    nodes.Opaque: _opaque,
}
_STEPS: dict[type[Node], Callable[[Any, Any, _Printer], Task]] = {
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
    nodes.Rebuilt: _inner,
    nodes.Default: _inner,
    nodes.Switch: _switch,
    nodes.If: _if,
    nodes.Padded: _inner,
    nodes.Prefixed: _inner,
    nodes.Limited: _inner,
    nodes.Checksummed: _inner,
}
