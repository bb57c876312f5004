"""Offsets and sizes of every field of the declared structures, as their layout tree says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kvm.blobs import blobs
from snapformat.bincode import FIRECRACKER
from snapformat.encodings.bincode import ops
from snapformat.layout import layout_of
from snapformat_schemas.firecracker import SCHEMAS
from snapformat_schemas.kvm.x86_64.xsave import XsaveLegacy


class Field(NamedTuple):
    """A field, by its path from the structure: `chip.ioapic.redirtbl[3].vector`."""

    path: str
    offset: int
    size: int


def structures() -> dict[str, type]:
    """All structures that some release stores as bytes, by architecture and class name."""
    found: dict[str, type] = {}
    for format_ in SCHEMAS:
        for blob in blobs(format_).values():
            found[f"{format_.name.rpartition('/')[2]}.{blob.cls.__name__}"] = blob.cls
    found["x86_64.XsaveLegacy"] = XsaveLegacy
    return found


def size(cls: type) -> int:
    return layout_of(cls, FIRECRACKER).least_size


def fields(cls: type) -> list[Field]:
    """Fields of all levels: structures, arrays, their elements where those are structures."""
    node = layout_of(cls, FIRECRACKER)
    assert isinstance(node, ops.Struct)
    return list(_fields(node, "", 0))


def _fields(struct: ops.Struct, prefix: str, offset: int) -> Iterator[Field]:
    for field in struct.fields:
        path = f"{prefix}{field.attr}"
        length = field.op.least_size
        yield Field(path, offset, length)
        match field.op:
            case ops.Struct() as inner:
                yield from _fields(inner, f"{path}.", offset)
            case ops.Array(item=ops.Struct() as inner, count=int(count)):
                step = inner.least_size
                for index in range(count):
                    yield from _fields(inner, f"{path}[{index}].", offset + index * step)
        offset += length


def is_fixed(node: ops.Op) -> bool:
    """Nothing in the layout has a length of its own: no prefix, no tag, no padding that is not declared."""
    match node:
        case ops.Int():
            return not node.variable
        case ops.FixedBytes():
            return isinstance(node.count, int)
        case ops.Array():
            return isinstance(node.count, int) and is_fixed(node.item)
        case ops.Struct():
            return all(is_fixed(field.op) for field in node.fields)
    return False
