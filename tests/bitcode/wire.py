"""Types and values in the form in which the Rust programs of `tests/oracle` take them."""

from __future__ import annotations

import struct

from vectors import shapes
from vectors.compounds import EnumShape, Fields, StructShape
from vectors.shapes import NotExpressible, Shape

_INTEGERS = {
    f"{sign}{bits}": at for at, (sign, bits) in enumerate((s, b) for s in "ui" for b in (8, 16, 32, 64, 128))
}
_STYLES = ("unit", "newtype", "tuple", "struct")


def description(shape: Shape, *, rust: bool = False) -> bytes:
    """The description of a type: a byte for each node, in the order of the nodes.

    Args:
        shape: The type.
        rust: Tell sets from sequences, and `Result` from other enums, which serde does not.

    Raises:
        NotExpressible: A part of it is converted by code of its own.
    """
    return _node(shape, _Described(rust))


class _Described(dict[int, int]):
    """Numbers of the structs and enums described so far, by identity.

    Attributes:
        tags: The bytes of a set and of a `Result`.
    """

    def __init__(self, rust: bool) -> None:
        self.tags = (29, 28) if rust else (23, 26)


def _count(number: int) -> bytes:
    return struct.pack("<H", number)


def _node(shape: Shape, described: _Described) -> bytes:
    match shape:
        case shapes.Bool():
            return b"\0"
        case shapes.Int():
            return bytes([1 + _INTEGERS[shape.tag]])
        case shapes.Float():
            return bytes([11 if shape.width == 32 else 12])
        case shapes.Char():
            return bytes([13])
        case shapes.Str():
            return bytes([14])
        case shapes.Bytes():
            return bytes([15])
        case shapes.Unit():
            return bytes([16])
        case shapes.Option(item=item):
            return bytes([25]) + _node(item, described)
        case shapes.Seq(item=item):
            return bytes([23]) + _node(item, described)
        case shapes.Set(item=item):
            return bytes([described.tags[0]]) + _node(item, described)
        case shapes.Array(item=item, count=count):
            return bytes([22]) + _count(count) + _node(item, described)
        case shapes.Tuple(items=items):
            return bytes([21]) + _several(items, described)
        case shapes.Map(key=key, value=value):
            return bytes([24]) + _node(key, described) + _node(value, described)
        case StructShape() | EnumShape():
            if id(shape) in described:
                return bytes([27]) + _count(described[id(shape)])
            described[id(shape)] = len(described)
            if isinstance(shape, StructShape):
                return bytes([17 + _STYLES.index(shape.fields.style)]) + _fields(shape.fields, described)
            variants = [_variant(variant.fields, described) for variant in shape.variants]
            tag = described.tags[1] if shape.source.startswith("bc.Result[") else 26
            return bytes([tag]) + _count(len(variants)) + b"".join(variants)
    raise NotExpressible(f"values of {shape.source} are converted by code")


def _several(items: list[Shape], described: _Described) -> bytes:
    return _count(len(items)) + b"".join(_node(item, described) for item in items)


def _fields(fields: Fields, described: _Described) -> bytes:
    items = [item.shape for item in fields.items]
    if fields.style == "unit":
        return b""
    return _node(items[0], described) if fields.style == "newtype" else _several(items, described)


def _variant(fields: Fields | None, described: _Described) -> bytes:
    if fields is None:
        return b"\0"
    return bytes([_STYLES.index(fields.style)]) + _fields(fields, described)
