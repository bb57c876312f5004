"""Inputs at which the Rust module hangs or aborts: here, a right answer or a clean error, soon.

The rows tell what Rust did and set no verdict. What is checked is our own promise: at most 2^20 objects made
of elements that take no bytes (`Limits`), which is enough for every row of up to a million, and a depth of at
most 512.
"""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

import snapformat
from snapformat.bincode import Encoding
from snapformat.errors import DecodeError
from vectors import report, shapes
from vectors.checks import world
from vectors.compounds import StructShape
from vectors.data import Row, each_row
from vectors.deep import deep
from vectors.shapes import NotExpressible, Shape

_MOST_ELEMENTS = 1 << 20
_MOST_LEVELS = 512

#: Levels for rows that do not say at how many the Rust module aborts.
_DEEP = 100_000


def _objects(shape: Shape) -> int:
    """How many objects an element is at most; 0 if it takes bytes."""
    match shape:
        case shapes.Unit():
            return 1
        case shapes.Tuple(items=items):
            inside = [_objects(item) for item in items]
        case shapes.Array(item=item, count=count):
            inside = [_objects(item)] * count
        case StructShape(fields=fields):
            inside = [_objects(item.shape) for item in fields.items]
        case _:
            return 0
    return 0 if 0 in inside else 1 + sum(inside)


def _elements(shape: Shape) -> int:
    """How many objects belong to each element of a collection; 0 if it takes bytes."""
    match shape:
        case shapes.Seq(item=item) | shapes.Set(item=item):
            return _objects(item)
        case shapes.Map(key=key, value=value):
            return _objects(key) + _objects(value) if _objects(key) and _objects(value) else 0
        case shapes.Str() | shapes.Bytes():
            return 0
    raise NotExpressible(f"{shape.source} has no length")


@each_row(report.INFORMATIVE)
def test_extreme(row: Row) -> None:
    shape = world().shape(row["payload_type"])
    annotation = world().annotation(row["payload_type"])
    if "length" in row:
        _check_length(int(row["length"]), shape, annotation, limited="no_limit" not in row["name"])
    else:
        known = [row[key] for key in ("ok_depth", "crash_depth", "depth") if row.get(key) is not None]
        _check_depth([int(depth) for depth in known] or [_DEEP], shape, annotation)


def _check_length(length: int, shape: Shape, annotation: Any, *, limited: bool) -> None:
    encoding = Encoding() if limited else Encoding(limit=None)
    data = length.to_bytes(8, "little")
    cost = _elements(shape)
    if length == 0 or (cost and length * cost <= _MOST_ELEMENTS):
        assert len(snapformat.decode(data, annotation, encoding)) in (1, length)
        return
    if not cost or length > _MOST_ELEMENTS:
        with pytest.raises(DecodeError):
            snapformat.decode(data, annotation, encoding)
        return
    # Whether an element is one object or several is the library's affair: either is right, and soon.
    with contextlib.suppress(DecodeError):
        assert len(snapformat.decode(data, annotation, encoding)) in (1, length)


def _check_depth(depths: list[int], shape: Shape, annotation: Any) -> None:
    for depth in depths:
        with pytest.raises(DecodeError):
            snapformat.decode(deep(shape, depth), annotation, Encoding(limit=None))
    with pytest.raises(DecodeError):
        snapformat.decode(deep(shape, _MOST_LEVELS + 1), annotation)
    shallow = deep(shape, _MOST_LEVELS // 4)
    assert snapformat.encode(snapformat.decode(shallow, annotation), annotation) == shallow
