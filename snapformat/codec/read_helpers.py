"""What generated readers call: conversions that are no straight line; they raise where a guard fails."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from itertools import count, starmap
from typing import Any, Literal

import construct

from snapformat.codec.account import Account
from snapformat.codec.shape import atom_of
from snapformat.codec.source import GIVEN_UP
from snapformat.encodings.bincode.config import VARINT_MARKERS, VARINT_SINGLE, unzigzag
from snapformat.encodings.bincode.reader import read_c_struct, stream_at
from snapformat.encodings.construct.running import parse_opaque
from snapformat.encodings.construct.scalars import UTF8_WIDTHS
from snapformat.layout import nodes
from snapformat.layout.nodes import Node
from snapformat.limits import UNLIMITED, Budget
from snapformat.model.c_struct import CStruct, LazyCStruct, Read, decode_fields, deferred, lazy_c_struct
from snapformat.model.declaration import declaration_of
from snapformat.model.floats import f32_from_bits
from snapformat.model.values import RawFlag


class GuardError(Exception):
    """A guard of generated code failed."""


#: Raised as a class: one instance for all would collect the frames, and so the data, of every failure.
Guard = GuardError


def read_varint(
    d: bytes, p: int, k: Account, size: int, byteorder: Literal["little", "big"], signed: bool
) -> tuple[int, int]:
    """A variable-length integer and the position after it."""
    value = d[p]
    if value < VARINT_SINGLE:
        k.claimed += size - 1
        return (unzigzag(value) if signed else value), p + 1
    width = VARINT_MARKERS[value]
    end = p + 1 + width
    data = d[p + 1 : end]
    if width > size or len(data) < width:
        raise Guard
    k.claimed += size - 1 - width
    value = int.from_bytes(data, byteorder)
    return (unzigzag(value) if signed else value), end


def read_char(d: bytes, p: int, e: int) -> tuple[str, int]:
    """A char and the position after it."""
    end = p + UTF8_WIDTHS[d[p]]
    text = d[p:end].decode()
    if end > e or len(text) != 1:
        raise Guard
    return text, end


def f32_at(d: bytes, p: int, byteorder: Literal["little", "big"]) -> float:
    """An f32 that is NaN, with its payload."""
    return f32_from_bits(int.from_bytes(d[p : p + 4], byteorder))


def flag(byte: int) -> bool | RawFlag:
    """Construct's lenient flag."""
    return byte == 1 if byte < 2 else RawFlag(byte)


def skipped_fields(cls: type | None) -> list[tuple[str, Callable[[], Any]]]:
    """Fields of a class that are not in the bytes, and what makes their values."""
    declared = None if cls is None else declaration_of(cls)
    if declared is None:
        return []
    return [(spec.attr, spec.default) for spec in declared.fields if spec.skip and spec.default is not None]


def bits_reader(node: nodes.Bits) -> Callable[[bytes], Any]:
    """Reads a bit struct from its bytes."""
    return lambda data: node.kind.values_of(int.from_bytes(data, "big"))


def labels_reader(node: nodes.Labels) -> Callable[[int], Any]:
    """Gives the label of a number."""
    decode, unknown = node.decode, construct.EnumInteger

    def read(number: int) -> Any:
        found = decode.get(number)
        return unknown(number) if found is None else found

    return read


def opaque_reader(node: nodes.Opaque) -> Callable[..., tuple[Any, int]]:
    """Runs a construct in place, on bytes that may stand at `base` in others."""

    def read(d: bytes, p: int, k: Account, base: int = 0) -> tuple[Any, int]:
        stream = stream_at(d, base)  # shares the bytes until somebody writes
        stream.seek(base + p)
        budget = Budget(None)
        budget.zero_sized = k.zero_sized
        value = parse_opaque(node.kind, stream, budget)
        end = stream.tell() - base
        if not p <= end <= len(d):
            raise Guard
        k.zero_sized = budget.zero_sized
        # What was claimed beyond the bytes that it took.
        k.claimed += max(0, UNLIMITED - budget.left - (end - p))
        return value, end

    return read


#: Gives the generated function that reads the fields of a C struct.
MakeFields = Callable[[nodes.Struct], Read]


def blob_reader(node: nodes.Blob, make_fields: MakeFields) -> Callable[[bytes], Any]:
    """Makes a C struct of its bytes, decoded at once where its class or the bytes ask for that."""
    cls, size, read = node.cls, node.size, _fields_of(node, make_fields)

    def make(data: bytes) -> CStruct:
        made = deferred(cls, data, size, read)
        if not node.fits_any:
            decode_fields(made)
        return made

    return make


def lazy_c_struct_of(node: nodes.Blob, make_fields: MakeFields) -> LazyCStruct | None:
    """The lazy subclass of the class in a blob; None where instances have to be decoded at once."""
    if not node.fits_any:
        return None
    read = _fields_of(node, make_fields)
    found = lazy_c_struct(node.cls, node.size, read)
    if found is not None:
        found.read = read  # in place of the reference alone
    return found


def _fields_of(node: nodes.Blob, make_fields: MakeFields) -> Read:
    return tiered(partial(read_c_struct, node.item.kind), lambda: make_fields(node.item))


#: Calls by the reference after which code is generated: generating it takes as long as about so many.
COMPILE_AFTER = 16


def tiered(reference: Callable[..., Any], make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    """The reference's function at first; after `COMPILE_AFTER` calls a generated one of the same effect."""
    calls = count(1)
    chosen = reference

    def call(*arguments: Any) -> Any:
        nonlocal chosen
        if chosen is reference and next(calls) == COMPILE_AFTER:  # by one thread
            with suppress(*GIVEN_UP):
                chosen = make()
        return chosen(*arguments)

    return call


def has_bulk(item: Node) -> bool:
    """Whether many of these are read at once."""
    if atom_of(item) is None:
        return False
    match item:
        case nodes.Int():
            return item.packer is not None and not item.nonzero
        case nodes.Float():
            return True
        case nodes.Bool():
            return not item.lenient
        case nodes.Enum():
            return True
    return False


def bulk_reader(item: Node) -> Callable[[bytes], list[Any]] | str:
    """What reads many numbers: a function of their bytes, or where `array` does it, the array's type code."""
    atom = atom_of(item)
    assert atom is not None
    if isinstance(item, nodes.Bool):
        return _bools
    if isinstance(item, nodes.Enum):
        return _constants(item)
    if atom.code == "B":
        return list
    is_native = not atom.order or (atom.order == "<") == (sys.byteorder == "little")
    code = atom.code

    if isinstance(item, nodes.Float) and item.size == 4:
        return _f32_reader(item.byteorder, is_native)
    return code if is_native else lambda data: _numbers(code, data, is_native)


#: Numbers from which on an array is the faster way.
FEW = 17


@cache
def few_readers(order: str, code: str) -> tuple[Callable[[bytes, int], tuple[Any, ...]], ...]:
    """For each count below `FEW`, what reads so many numbers."""
    return tuple(struct.Struct(f"{order}{count}{code}").unpack_from for count in range(FEW))


def _numbers(code: str, data: bytes, is_native: bool) -> list[Any]:
    numbers = array(code, data)
    if not is_native:
        numbers.byteswap()
    return numbers.tolist()


def _f32_reader(byteorder: Literal["little", "big"], is_native: bool) -> Callable[[bytes], list[Any]]:
    def read(data: bytes) -> list[Any]:
        values = _numbers("f", data, is_native)
        total = sum(values)
        if total != total:  # a NaN is among them, or infinities of both signs
            for index, value in enumerate(values):
                if value != value:
                    values[index] = f32_at(data, 4 * index, byteorder)
        return values

    return read


def _bools(data: bytes) -> list[bool]:
    if data.translate(None, b"\0\1"):
        raise Guard
    return list(map(bool, data))


def _constants(item: nodes.Enum) -> Callable[[bytes], list[Any]]:
    table = tuple(variant.constant for variant in item.variants)
    other = item.other
    unpack = struct.Struct("<I" if item.index.byteorder == "little" else ">I").iter_unpack
    if other is None:
        return lambda data: list(starmap(table.__getitem__, unpack(data)))
    return lambda data: [table[i] if i < len(table) else other.constant for (i,) in unpack(data)]


def list_reader(item: Node, count: int) -> Callable[[bytes], list[Any]] | str:
    """Reads a short fixed array from its bytes."""
    if has_bulk(item):
        return bulk_reader(item)
    atom = atom_of(item)
    assert atom is not None
    if isinstance(item, nodes.FixedBytes):
        size = atom.size
        return lambda data: [data[size * i : size * (i + 1)] for i in range(count)]
    if isinstance(item, nodes.Bool):
        return lambda data: list(map(flag, data))
    assert isinstance(item, nodes.Int)
    size, byteorder, signed, nonzero = item.size, item.byteorder, item.signed, item.nonzero

    def read(data: bytes) -> list[int]:
        values = [
            int.from_bytes(data[size * i : size * (i + 1)], byteorder, signed=signed) for i in range(count)
        ]
        if nonzero and 0 in values:
            raise Guard
        return values

    return read


#: Longest bytes, and most of them, that are read by one format.
MAX_ALIKE, MAX_AT_ONCE = 1 << 16, 1 << 12


def blobs_reader(
    item: nodes.Bytes | nodes.Blob, make_fields: MakeFields
) -> Callable[[bytes, int, int, int], tuple[list[Any], int]]:
    """Reads many length-prefixed bytes, which mostly have one length; and makes of them what they hold."""
    atom = atom_of(item.length)
    assert atom is not None
    head, code = atom.size, (atom.order or "<") + atom.code
    prefix = struct.Struct(code).unpack_from
    formats: dict[tuple[int, int], Callable[[bytes, int], tuple[bytes, ...]]] = {}
    make = _all_made(item, make_fields)

    def read(d: bytes, p: int, e: int, count: int) -> tuple[list[Any], int]:
        if not count:
            return [], p
        (length,) = prefix(d, p)
        end = p + count * (head + length)
        if 0 <= length < MAX_ALIKE and count <= MAX_AT_ONCE and end <= e:
            unpack = formats.get((length, count))
            if unpack is None:
                if len(formats) > 64:
                    formats.clear()
                form = struct.Struct("<" + f"{head}x{length}s" * count)
                unpack = formats[length, count] = form.unpack_from
            found = unpack(d, p)
            # Put together again they are what was read, only if each has this length in front.
            first = d[p : p + head]
            if first + first.join(found) == d[p:end]:
                return make(found), end
        values = []
        for _ in range(count):
            (length,) = prefix(d, p)
            start = p + head
            p = start + length
            if length < 0 or p > e:
                raise Guard
            values.append(d[start:p])
        return make(values), p

    return read


def _all_made(
    item: nodes.Bytes | nodes.Blob, make_fields: MakeFields
) -> Callable[[Sequence[bytes]], list[Any]]:
    if isinstance(item, nodes.Bytes):
        return list
    lazy = lazy_c_struct_of(item, make_fields)
    if lazy is not None:
        return lazy.make_all
    make = blob_reader(item, make_fields)
    return lambda found: list(map(make, found))
