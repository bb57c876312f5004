"""Bytes of a value that is nested so deep, for any recursive type: found from the type's shape.

Fixed-width integers, little endian.
"""

from __future__ import annotations

from typing import Any

from vectors import shapes
from vectors.compounds import EnumShape, StructShape
from vectors.shapes import NotExpressible, Shape

_ONE = (1).to_bytes(8, "little")
_EMPTY = bytes(8)


def deep(shape: Shape, levels: int) -> bytes:
    """The bytes of a value of the shape that holds another of it, so many times.

    Raises:
        NotExpressible: The type is not recursive.
    """
    around = _around(shape, shape, ())
    if around is None:
        raise NotExpressible(f"{shape.source} does not contain itself")
    before, behind = around
    return before * levels + _smallest(shape, ()) + behind * levels


def _parts(shape: Shape) -> list[tuple[bytes, list[Shape]]]:
    """The ways to write a value of the shape: bytes that come first, and the shapes that follow.

    Those with the least inside come first.
    """
    match shape:
        case shapes.Option(item=item):
            return [(b"\0", []), (b"\1", [item])]
        case shapes.Seq(item=item) | shapes.Set(item=item):
            return [(_EMPTY, []), (_ONE, [item])]
        case shapes.Map(key=key, value=value):
            return [(_EMPTY, []), (_ONE, [key, value])]
        case shapes.Array(item=item, count=count):
            return [(b"", [item] * count)]
        case shapes.Tuple(items=items):
            return [(b"", items)]
        case shapes.Converted(inner=inner):
            return [(b"", [inner])]
        case StructShape(fields=fields):
            return [(b"", [item.shape for item in fields.items])]
        case EnumShape(variants=variants):
            ways = [
                (v.index.to_bytes(4, "little"), [f.shape for f in v.fields.items] if v.fields else [])
                for v in variants
            ]
            return sorted(ways, key=lambda way: len(way[1]))
        case shapes.Bool() | shapes.Char():
            return [(b"\0", [])]
        case shapes.Int(tag=tag):
            return [((1).to_bytes(int(tag[1:]) // 8, "little"), [])]
        case shapes.Float(width=width):
            return [(bytes(width // 8), [])]
        case shapes.Str():
            return [(_EMPTY, [])]
        case shapes.Bytes(count=count):
            return [((count or 0).to_bytes(8, "little") + bytes(count or 0), [])]
        case shapes.Unit():
            return [(b"", [])]
    raise NotExpressible(f"no bytes are known for {shape.source}")


def _smallest(shape: Shape, inside: tuple[Shape, ...]) -> bytes:
    """The bytes of a value that does not contain its own type."""
    if any(shape is outer for outer in inside):
        raise NotExpressible(f"{shape.source} has no smallest value")
    for first, following in _parts(shape):
        try:
            return first + b"".join(_smallest(part, (*inside, shape)) for part in following)
        except NotExpressible:
            continue
    raise NotExpressible(f"{shape.source} has no smallest value")


def _around(shape: Shape, wanted: Shape, inside: tuple[Shape, ...]) -> tuple[bytes, bytes] | None:
    """The bytes before and behind a value of the wanted shape in one of this; None where there is none."""
    if any(shape is outer for outer in inside):
        return None
    for first, following in _parts(shape):
        for at, part in enumerate(following):
            found: Any = (b"", b"") if part is wanted else _around(part, wanted, (*inside, shape))
            if found is None:
                continue
            before = b"".join(_smallest(each, ()) for each in following[:at])
            behind = b"".join(_smallest(each, ()) for each in following[at + 1 :])
            return first + before + found[0], found[1] + behind
    return None
