"""Offsets and sizes of every field of the declared structures, as the declarations say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kvm.blobs import blobs, class_of
from snapformat.encodings.bincode.encoding import sealed
from snapformat.encodings.bincode.forms import int_form
from snapformat.encodings.bincode.sizes import C_CONFIG, least_size
from snapformat.model import kinds
from snapformat.model.kinds import Kind
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
            cls = class_of(blob)
            found[f"{format_.name.rpartition('/')[2]}.{cls.__name__}"] = cls
    found["x86_64.XsaveLegacy"] = XsaveLegacy
    return found


def size(cls: type) -> int:
    return least_size(sealed(cls), C_CONFIG)


def fields(cls: type) -> list[Field]:
    """Fields of all levels: structures, arrays, their elements where those are structures."""
    kind = sealed(cls)
    assert isinstance(kind, kinds.Struct)
    return list(_fields(kind, "", 0))


def _fields(struct: kinds.Struct, prefix: str, offset: int) -> Iterator[Field]:
    for field in struct.fields:
        path = f"{prefix}{field.attr}"
        length = least_size(field.kind, C_CONFIG)
        yield Field(path, offset, length)
        match field.kind:
            case kinds.Struct() as inner:
                yield from _fields(inner, f"{path}.", offset)
            case kinds.Array(item=kinds.Struct() as inner, count=int(count)):
                step = least_size(inner, C_CONFIG)
                for index in range(count):
                    yield from _fields(inner, f"{path}[{index}].", offset + index * step)
        offset += length


def is_fixed(kind: Kind) -> bool:
    """Nothing in the layout has a length of its own: no prefix, no tag, no padding that is not declared."""
    match kind:
        case kinds.Int():
            return not int_form(kind, C_CONFIG).variable
        case kinds.FixedBytes():
            return isinstance(kind.count, int)
        case kinds.Array():
            return isinstance(kind.count, int) and is_fixed(kind.item)
        case kinds.Struct() | kinds.Foreign():
            return all(map(is_fixed, kind.children()))
    return False
