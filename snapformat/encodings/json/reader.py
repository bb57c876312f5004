"""From the JSON form back to values: strict, every mistake with its path."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

import construct

from snapformat.encodings.construct.counted import TooManyElementsError
from snapformat.encodings.json.writer import key_text
from snapformat.errors import DecodeError, excerpt
from snapformat.layout import nodes
from snapformat.layout.empty import element_costs, entry_costs
from snapformat.layout.nodes import Node
from snapformat.layout.opaque import parse_opaque
from snapformat.layout.read_leaves import RawFlag
from snapformat.layout.read_parts import read_fields
from snapformat.layout.reader import zero_sized_fault
from snapformat.layout.writer import Writer
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model.c_struct import decode_fields, deferred, set_rest
from snapformat.model.checks import BadValue, as_int, reason, shown, told
from snapformat.model.expressions import Scope
from snapformat.model.floats import decode_float, f32_from_bits, f32_to_bits
from snapformat.model.values import PairMap, PairSet, Some
from snapformat.path import Variant
from snapformat.trampoline import Task, run


class _Parser(Writer):
    """Path and checks of one conversion; its errors are of decoding."""

    __slots__ = ()

    error = DecodeError

    def wrong(self, expected: str, data: Any) -> NoReturn:
        """Raise the error for data of another shape."""
        self.fail("the JSON does not fit", expected, _shown(data))


def _shown(data: Any) -> str:
    if isinstance(data, dict):
        return "an object"
    return f"an array of {len(data)}" if isinstance(data, list) else "null" if data is None else shown(data)


def node_from_json(node: Node, data: Any, *, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The value of a JSON form, as `node_to_json` makes it.

    Args:
        node: The layout.
        data: Dicts, lists, str, int, float, bool and None.
        limits: Bounds of depth and of zero-sized elements.

    Returns:
        The value. Ranges of numbers are checked when it is written.

    Raises:
        DecodeError: The JSON does not fit the layout: a field missing or unknown, another shape.
    """
    parser = _Parser(limits)
    return parser.guarded(lambda: run(_value(node, data, parser)))


def _value(node: Node, data: Any, p: _Parser) -> Task:
    leaf = _LEAVES.get(type(node))
    if leaf is not None:
        return leaf(node, data, p)
    return (yield _STEPS[type(node)](node, data, p))


def _tagged(data: Any, name: str) -> bool:
    return isinstance(data, dict) and len(data) == 1 and f"${name}" in data


def _int(node: nodes.Int, data: Any, p: _Parser) -> int:
    if isinstance(data, bool) or not isinstance(data, int):
        p.wrong(node.name, data)
    try:
        return as_int(data, node.name, node.size, node.signed, node.nonzero)
    except BadValue as bad:
        p.fail("the JSON does not fit", bad.expected, bad.found)


def _float(node: nodes.Float, data: Any, p: _Parser) -> float:
    if _tagged(data, "float"):
        bits = _hex(data["$float"], p)
        if len(bits) != node.size:
            p.wrong(f"{2 * node.size} hexadecimal digits", data["$float"])
        return decode_float(bits, "big")
    if isinstance(data, bool) or not isinstance(data, int | float):
        p.wrong(f"f{8 * node.size}", data)
    try:
        return f32_from_bits(f32_to_bits(float(data))) if node.size == 4 else float(data)
    except OverflowError:
        p.wrong(f"f{8 * node.size} within its range", data)


def _hex(text: Any, p: _Parser) -> bytes:
    try:
        return bytes.fromhex(text)
    except (ValueError, TypeError):
        p.wrong("hexadecimal digits", text)


def _bool(node: nodes.Bool, data: Any, p: _Parser) -> Any:
    if node.lenient and _tagged(data, "flag"):
        if not isinstance(data["$flag"], int) or not 0 <= data["$flag"] < 256:
            p.wrong("a byte", data["$flag"])
        return RawFlag(data["$flag"])
    if not isinstance(data, bool):
        p.wrong("bool", data)
    return data


def _str(node: nodes.Str | nodes.Char, data: Any, p: _Parser) -> str:
    if not isinstance(data, str):
        p.wrong("a string", data)
    return data


def _bytes(node: nodes.Bytes | nodes.FixedBytes, data: Any, p: _Parser) -> bytes:
    return _byte_list(data, p)


def _byte_list(data: Any, p: _Parser) -> bytes:
    if not isinstance(data, list):
        p.wrong("an array of bytes", data)
    for index, item in enumerate(data):
        if isinstance(item, bool) or not isinstance(item, int) or not 0 <= item < 256:
            p.path.append(index)
            p.wrong("a byte, 0 to 255", item)
    return bytes(data)


def _unit(node: nodes.Unit, data: Any, p: _Parser) -> Any:
    if data is not None:
        p.wrong("null", data)
    return node.value


def _computed(node: nodes.Computed, data: Any, p: _Parser) -> Any:
    return data if node.value is None or callable(node.value) else node.value


def _bits(node: nodes.Bits, data: Any, p: _Parser) -> Any:
    if not isinstance(data, dict):
        p.wrong("an object of bit fields", data)
    return construct.Container(data)


def _opaque(node: nodes.Opaque, data: Any, p: _Parser) -> Any:
    if not _tagged(data, "bytes"):
        p.wrong('{"$bytes": "..."}, since the layout of this part is not known', data)
    given = io.BytesIO(_hex(data["$bytes"], p))
    try:
        return parse_opaque(node, given, p.budget)
    except TooManyElementsError as error:
        p.fail(*zero_sized_fault(error.count, error.cost, p.limits))
    except Exception as error:  # of code of the user's too
        p.fail_foreign(error)


def _option(node: nodes.Option, data: Any, p: _Parser) -> Task:
    if data is None:
        return None
    inner = yield _value(node.item, data["$some"] if _tagged(data, "some") else data, p)
    return Some(inner) if node.wrapped else inner


def _list(data: Any, p: _Parser, count: int | None = None) -> list[Any]:
    if not isinstance(data, list):
        p.wrong("an array", data)
    if count is not None and len(data) != count:
        p.wrong(f"an array of {count}", data)
    return data


def _elements(item: Node, data: list[Any], p: _Parser) -> Task:
    p.claim_elements(len(data), element_costs(item))
    values = []
    leaf = _LEAVES.get(type(item))
    p.path.append(0)
    for index, element in enumerate(data):
        p.path[-1] = index
        values.append(
            leaf(item, element, p) if leaf is not None else (yield _STEPS[type(item)](item, element, p))
        )
    p.path.pop()
    return values


def _seq(node: nodes.Seq, data: Any, p: _Parser) -> Task:
    return (yield _elements(node.item, _list(data, p), p))


def _array(node: nodes.Array, data: Any, p: _Parser) -> Task:
    return (
        yield _elements(node.item, _list(data, p, node.count if isinstance(node.count, int) else None), p)
    )


def _set(node: nodes.Set, data: Any, p: _Parser) -> Task:
    return PairSet((yield _elements(node.item, _list(data, p), p)))


def _tuple(node: nodes.Tuple, data: Any, p: _Parser) -> Task:
    values = []
    p.path.append(0)
    for index, (item, element) in enumerate(zip(node.items, _list(data, p, len(node.items)), strict=True)):
        p.path[-1] = index
        values.append((yield _value(item, element, p)))
    p.path.pop()
    return tuple(values)


def _map(node: nodes.Map, data: Any, p: _Parser) -> Task:
    entries: PairMap[Any, Any] = PairMap()
    pairs = _pairs(node, data, p)
    p.claim_elements(len(pairs), entry_costs(node))
    for index, (key, element) in enumerate(pairs):
        p.path += [index, "key"]
        key_value = yield _value(node.key, key, p)
        p.path[-1] = "value"
        entries[key_value] = yield _value(node.value, element, p)
        del p.path[-2:]
    return entries


def _pairs(node: nodes.Map, data: Any, p: _Parser) -> list[Any]:
    """The entries of a map, with keys in their JSON form."""
    if _tagged(data, "map"):
        pairs = _list(data["$map"], p)
        for index, pair in enumerate(pairs):
            if not isinstance(pair, list) or len(pair) != 2:
                p.path.append(index)
                p.wrong("an array of key and value", pair)
        return pairs
    if data == {}:
        return []
    read_key = key_text(node.key)
    if not isinstance(data, dict) or read_key is None:
        p.wrong('{"$map": [[key, value], ...]}' if read_key is None else "an object", data)
    pairs = []
    for key, element in data.items():
        if not isinstance(key, str):
            p.wrong("an object whose keys are strings", key)
        try:
            pairs.append((read_key(key), element))
        except (ValueError, KeyError):
            p.path.append(excerpt(key))
            p.fail("the key does not fit", "the text of a key", repr(excerpt(key)))
    return pairs


def _struct(node: nodes.Struct, data: Any, p: _Parser) -> Task:
    p.enter()
    value = yield _fields(node, data, p)
    p.depth -= 1
    return value


def _fields(node: nodes.Struct, data: Any, p: _Parser) -> Task:
    """The fields of a struct or variant, and the value they make."""
    parts = _parts(node, data, p)
    outer = p.scope
    scope = Scope(outer) if node.scoped else None
    if scope is not None:
        p.scope = scope
        # What is still to come, in its JSON form: a number may be made of how much that is.
        scope.update((f.attr, part) for f, part in zip(node.fields, parts, strict=True) if f.attr is not None)
    nested = node.style != "newtype"
    if nested:
        p.path.append("")
    values = []
    for index, field in enumerate(node.fields):
        if field.attr is None:
            continue
        if nested:
            p.path[-1] = index if node.style == "tuple" else field.name or ""
        if isinstance(field.node, nodes.Computed):
            value = _made(field.node.value, parts[index], p)
        elif isinstance(field.node, nodes.Rebuilt):
            value = parts[index] if parts[index] is not None else _made(field.node.value, None, p)
        else:
            value = yield _value(field.node, parts[index], p)
        values.append(value)
        if scope is not None:
            scope[field.attr] = value
    if nested:
        p.path.pop()
    p.scope = outer
    try:
        return node.make(values)
    except Exception as error:  # code of the value's own class
        p.fail(f"not a {node.name or 'struct'}: {told(error)}", cause=error)


def _made(value: Any, otherwise: Any, p: _Parser) -> Any:
    """A value that construct supplies; something else where that is not possible before building."""
    try:
        return copy.deepcopy(p.evaluate(value))  # the construct keeps its own
    except DecodeError:
        return otherwise


def _parts(node: nodes.Struct, data: Any, p: _Parser) -> list[Any]:
    """The JSON of each field, in order."""
    if node.style == "newtype":
        return [data]
    if node.style == "unit":
        if data is not None:
            p.wrong("null", data)
        return []
    if node.style == "tuple":
        return _list(data, p, len(node.fields))
    if not isinstance(data, dict):
        p.wrong(f"an object, {node.name}" if node.name else "an object", data)
    known = [field.name for field in node.fields if field.attr is not None]
    unknown = [name for name in data if name not in known]
    if unknown:
        p.fail(
            f"unknown field {excerpt(unknown[0])!r}",
            f"the fields of {node.name or 'the struct'}: {', '.join(map(str, known))}",
        )
    absent = [field for field in node.fields if field.attr is not None and field.name not in data]
    missing = [field.name for field in absent if not field.optional]
    if missing:
        p.fail(f"the field {missing[0]!r} of {node.name or 'the struct'} is missing")
    p.claim_zero_sized(len(absent), 1)  # they are made of no text
    return [data.get(field.name) for field in node.fields]


def _enum(node: nodes.Enum, data: Any, p: _Parser) -> Task:
    if isinstance(data, str):
        name, inner = data, None
    elif isinstance(data, dict) and len(data) == 1:
        ((name, inner),) = data.items()
    else:
        p.wrong(f"a variant of {node.name}: a string or an object of one key", data)
    variant = next((v for v in node.variants if v.name == name), None)
    if variant is None:
        known = ", ".join(v.name for v in node.variants[:20]) + (", ..." if len(node.variants) > 20 else "")
        p.fail(f"unknown variant {excerpt(name)!r} of {node.name}", known)
    if isinstance(data, str) != (variant.style == "unit"):
        p.wrong(f'"{name}"' if variant.style == "unit" else f'{{"{name}": ...}}', data)
    p.enter()
    if variant.payload is None:
        p.depth -= 1
        return variant.constant
    p.path.append(Variant(name))
    value = yield _fields(variant.payload, inner, p)
    p.path.pop()
    p.depth -= 1
    return value


def _adapted(node: nodes.Adapted, data: Any, p: _Parser) -> Task:
    convert: Callable[[Any], Any] = node.decode
    stored = data
    if node.text is not None:
        if not isinstance(data, str):
            p.wrong(f"the text of {node.name}", data)
        convert = node.text[1]
    elif node.shown is not None and isinstance(data, dict):
        convert = node.shown[1]
    else:
        stored = yield _value(node.item, data, p)
    try:
        return convert(stored)
    except Exception as error:  # the conversion is the user's code
        p.fail(f"not a {node.name}: {reason(error)}", cause=error)


def _blob(node: nodes.Blob, data: Any, p: _Parser) -> Task:
    """The bytes, or the decoded fields of the struct in them."""
    if isinstance(data, list):
        value = deferred(node.cls, _byte_list(data, p), node.size, partial(read_fields, node.item))
        if not node.fits_any:
            try:
                decode_fields(value)
            except DecodeError as error:
                p.fail(f"in {node.item.name}, {error.message}", error.expected, error.found)
        return value
    if not isinstance(data, dict):
        p.wrong(f"an array of bytes, or an object of the fields of {node.item.name}", data)
    fields = {name: part for name, part in data.items() if name not in ("$length", "$rest")}
    value = yield _value(node.item, fields, p)
    rest = _hex(data.get("$rest", ""), p)
    length = data.get("$length", node.size + len(rest))
    most = node.size + len(rest)
    if type(length) is not int or not 0 <= length <= most or (rest and length != most):
        p.wrong("the number of bytes", length)
    set_rest(value, length, rest)
    return value


def _ref(node: nodes.Ref, data: Any, p: _Parser) -> Task:
    target = node.target
    counts = isinstance(target, nodes.Struct | nodes.Enum)  # they count themselves
    if not counts:
        p.enter()
    value = yield _value(target, data, p)
    if not counts:
        p.depth -= 1
    return value


def _labels(node: nodes.Labels, data: Any, p: _Parser) -> Task:
    if isinstance(data, str):
        if data not in node.encode:
            p.fail(f"unknown label {excerpt(data)!r}", ", ".join(node.encode))
        return node.decode[node.encode[data]]
    return construct.EnumInteger((yield _value(node.item, data, p)))


def _const(node: nodes.Const, data: Any, p: _Parser) -> Task:
    if data is None:
        return node.value
    value = yield _value(node.item, data, p)
    if value != node.value:
        p.wrong(f"the constant {node.value!r}", data)
    return value


def _inner(node: Any, data: Any, p: _Parser) -> Task:
    return (yield _value(node.item, data, p))


def _default(node: nodes.Default, data: Any, p: _Parser) -> Task:
    return _made(node.value, None, p) if data is None else (yield _value(node.item, data, p))


def _switch(node: nodes.Switch, data: Any, p: _Parser) -> Task:
    key = p.evaluate(node.key)
    chosen = node.cases.get(key, node.default) if isinstance(key, str | int | bytes) else node.default
    return (yield _value(chosen, data, p))


def _if(node: nodes.If, data: Any, p: _Parser) -> Task:
    return (yield _value(node.then if p.evaluate(node.condition) else node.otherwise, data, p))


_LEAVES: dict[type[Node], Callable[[Any, Any, _Parser], Any]] = {
    nodes.Int: _int,
    nodes.Float: _float,
    nodes.Bool: _bool,
    nodes.Char: _str,
    nodes.Str: _str,
    nodes.Bytes: _bytes,
    nodes.FixedBytes: _bytes,
    nodes.Unit: _unit,
    nodes.Computed: _computed,
    nodes.Bits: _bits,
    nodes.Opaque: _opaque,
}
_STEPS: dict[type[Node], Callable[[Any, Any, _Parser], Task]] = {
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
    nodes.Default: _default,
    nodes.Switch: _switch,
    nodes.If: _if,
    nodes.Padded: _inner,
    nodes.Prefixed: _inner,
    nodes.Limited: _inner,
    nodes.Checksummed: _inner,
}
