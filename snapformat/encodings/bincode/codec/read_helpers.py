"""Functions that generated readers call; they raise where a guard fails."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from itertools import count, starmap
from typing import Any, Literal

from construct import EnumInteger

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.codec.claims import Claims
from snapformat.encodings.bincode.codec.shape import atom_of
from snapformat.encodings.bincode.codec.source import CANNOT_COMPILE
from snapformat.encodings.bincode.ops import Op
from snapformat.encodings.bincode.reader import read_c_struct
from snapformat.encodings.bincode.varints import (
    LEB128_SINGLE,
    VARINT_MARKERS,
    VARINT_SINGLE,
    most_bytes,
    unzigzag,
    widest_marker,
)
from snapformat.encodings.construct.scalars import UTF8_WIDTHS
from snapformat.model.c_struct import CStruct, LazyCStruct, Read, decode_fields, deferred, lazy_c_struct
from snapformat.model.declaration import declaration_of
from snapformat.model.floats import f32_from_bits
from snapformat.model.values import RawFlag


class GuardError(Exception):
    """A guard of generated code failed."""


#: Raised as a class: one instance for all would collect the frames, and so the data, of every failure.
Guard = GuardError


def read_varint(
    d: bytes, p: int, k: Claims, size: int, byteorder: Literal["little", "big"], signed: bool
) -> tuple[int, int]:
    """Read an integer in bincode's variable length; return it and the position after it."""
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


def wide_varint_reader(op: ops.Int) -> Callable[[bytes, int, Claims], tuple[int, int]]:
    """Return a function as `read_varint`, for a form in which any marker is read."""
    widest, most = widest_marker(op.variable, op.size), most_of(op)

    def read(d: bytes, p: int, k: Claims) -> tuple[int, int]:
        value, end = read_varint(d, p, k, widest, op.byteorder, False)
        k.claimed += op.size - widest
        if value > most:
            raise Guard
        return (unzigzag(value) if op.signed else value), end

    return read


def most_of(op: ops.Int) -> int:
    """Return the highest unsigned number of an integer."""
    return (1 << 8 * op.size) - 1 if op.most is None else op.most


def groups_reader(op: ops.Int) -> Callable[[bytes, int], tuple[int, int]]:
    """Return a function that reads an unsigned number in LEB128, and returns the position after it."""
    assert op.variable is not None
    groups, most, is_strict = most_bytes(op.variable, op.size), most_of(op), op.variable == "strict leb128"

    def read(d: bytes, p: int) -> tuple[int, int]:
        value = shift = 0
        for at in range(p, p + groups):
            group = d[at]
            value |= (group & 127) << shift
            if group < LEB128_SINGLE:
                if value > most or (is_strict and not group and at > p):
                    raise Guard
                return value, at + 1
            shift += 7
        raise Guard

    return read


def numbers_reader(op: ops.Int) -> Callable[[bytes, int, int], tuple[list[int], int]]:
    """Return a function that reads many numbers in LEB128: data, position, count."""
    read_groups = groups_reader(op)

    def read(d: bytes, p: int, count: int) -> tuple[list[int], int]:
        data = d[p : p + count]
        if data.isascii() and len(data) == count:  # each in a byte
            values = list(data)
            p += count
        else:
            values = []
            for _ in range(count):
                value = d[p]
                if value < LEB128_SINGLE:
                    p += 1
                else:
                    value, p = read_groups(d, p)
                values.append(value)
        if op.signed:
            values = [value >> 1 ^ -(value & 1) for value in values]
        return values, p

    return read


#: Bytes 0 and 1 as digits; others as no digits.
DIGITS = b"01" + bytes(254)
#: Most bytes of a `VarInt` that generated code reads.
_MOST_GROUPS = 1024


def read_leb128(d: bytes, p: int) -> tuple[int, int]:
    """Read an integer in groups of 7 bits, the lowest first; return it and the position after it."""
    value = shift = 0
    for end in range(p, p + _MOST_GROUPS):
        group = d[end]
        value |= (group & 127) << shift
        if group < 128:
            return value, end + 1
        shift += 7
    raise Guard


def find_aligned(d: bytes, term: bytes, p: int, e: int) -> int:
    """Return the place of a terminator, a whole number of units after `p`; -1 if there is none."""
    at = d.find(term, p, e)
    while at >= 0 and (at - p) % len(term):
        at = d.find(term, at + 1, e)
    return at


def stripped(data: bytes, pad: bytes) -> bytes:
    """Return data without the padding units at its end, as construct's `NullStripped` finds them."""
    unit, end = len(pad), len(data)
    rest = end % unit
    if not rest and pad == pad[:1] * unit:
        end = len(data.rstrip(pad[:1]))
        return data[: end + -end % unit]
    if rest and data[-rest:] == pad[:rest]:
        end -= rest
    while end >= unit and data[end - unit : end] == pad:
        end -= unit
    return data[:end]


def read_char(d: bytes, p: int, e: int) -> tuple[str, int]:
    """Read a char; return it and the position after it."""
    end = p + UTF8_WIDTHS[d[p]]
    text = d[p:end].decode()
    if end > e or len(text) != 1:
        raise Guard
    return text, end


def char_of(data: bytes) -> str:
    """Return the char that is stored as text."""
    text = data.decode()
    if len(text) != 1:
        raise Guard
    return text


def f32_at(d: bytes, p: int, byteorder: Literal["little", "big"]) -> float:
    """Read an f32 that is NaN, with its payload."""
    return f32_from_bits(int.from_bytes(d[p : p + 4], byteorder))


def flag(byte: int) -> bool | RawFlag:
    """Return the value of construct's lenient flag."""
    return byte == 1 if byte < 2 else RawFlag(byte)


def skipped_fields(cls: type | None) -> list[tuple[str, Callable[[], Any]]]:
    """Return the fields of a class that are not in the bytes, with the functions that make their values."""
    declared = None if cls is None else declaration_of(cls)
    if declared is None:
        return []
    return [(spec.attr, spec.default) for spec in declared.fields if spec.skip and spec.default is not None]


def label_reader(labels: dict[int, Any]) -> Callable[[int], Any]:
    """Return a function from a number of bits to its label."""
    return lambda number: labels[number] if number in labels else EnumInteger(number)


#: Returns the generated function that reads the fields of a C struct.
MakeFields = Callable[[ops.Struct], Read]


def blob_reader(op: ops.CStructBytes, make_fields: MakeFields) -> Callable[[bytes], Any]:
    """Return a function that makes a C struct from its bytes, decoded at once if it can't be lazy."""
    cls, size, read = op.cls, op.size, _fields_of(op, make_fields)

    def make(data: bytes) -> CStruct:
        made = deferred(cls, data, size, read)
        if not op.fits_any:
            decode_fields(made)
        return made

    return make


def lazy_c_struct_of(op: ops.CStructBytes, make_fields: MakeFields) -> LazyCStruct | None:
    """Return the lazy subclass of the class in a blob; None where instances must be decoded at once."""
    if not op.fits_any:
        return None
    read = _fields_of(op, make_fields)
    found = lazy_c_struct(op.cls, op.size, read)
    if found is not None:
        found.read = read  # replaces the reference
    return found


def _fields_of(op: ops.CStructBytes, make_fields: MakeFields) -> Read:
    return tiered(partial(read_c_struct, op.item.kind), lambda: make_fields(op.item))


#: Number of calls of the reference after which code is generated: generating takes about as long.
COMPILE_AFTER = 16


def tiered(reference: Callable[..., Any], make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    """Return a function that uses the reference at first, and generated code after `COMPILE_AFTER` calls."""
    calls = count(1)
    chosen = reference

    def call(*arguments: Any) -> Any:
        nonlocal chosen
        if chosen is reference and next(calls) == COMPILE_AFTER:  # by one thread
            with suppress(*CANNOT_COMPILE):
                chosen = make()
        return chosen(*arguments)

    return call


def has_bulk(item: Op) -> bool:
    """Return whether many of these are read at once."""
    if atom_of(item) is None:
        return False
    match item:
        case ops.Int():
            return item.packer is not None and not item.nonzero
        case ops.Float():
            return item.has_nan
        case ops.Bool():
            return not item.lenient
        case ops.Enum():
            return True
    return False


def bulk_reader(item: Op) -> Callable[[bytes], list[Any]] | str:
    """Return the reader of many numbers: a function of their bytes, or a type code of `array`."""
    atom = atom_of(item)
    assert atom is not None
    if isinstance(item, ops.Bool):
        return _bools
    if isinstance(item, ops.Enum):
        return _constants(item)
    if atom.code == "B":
        return list
    is_native = not atom.order or (atom.order == "<") == (sys.byteorder == "little")
    code = atom.code

    if isinstance(item, ops.Float) and item.size == 4:
        return _f32_reader(item.byteorder, is_native)
    return code if is_native else lambda data: _numbers(code, data, is_native)


#: Number of numbers from which an array is faster.
FEW = 17


@cache
def few_readers(order: str, code: str) -> tuple[Callable[[bytes, int], tuple[Any, ...]], ...]:
    """Return the readers of 0, 1 and so on up to `FEW - 1` numbers."""
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


def _constants(item: ops.Enum) -> Callable[[bytes], list[Any]]:
    table = tuple(variant.constant for variant in item.variants)
    other = item.other
    assert item.index.packer is not None
    unpack = item.index.packer.iter_unpack
    if other is None:
        return lambda data: list(starmap(table.__getitem__, unpack(data)))
    return lambda data: [table[i] if i < len(table) else other.constant for (i,) in unpack(data)]


def list_reader(item: Op, count: int) -> Callable[[bytes], list[Any]] | str:
    """Return a function that reads a short fixed array from its bytes."""
    if has_bulk(item):
        return bulk_reader(item)
    atom = atom_of(item)
    assert atom is not None
    if isinstance(item, ops.FixedBytes):
        size = atom.size
        return lambda data: [data[size * i : size * (i + 1)] for i in range(count)]
    if isinstance(item, ops.Bool):
        return lambda data: list(map(flag, data))
    assert isinstance(item, ops.Int)
    size, byteorder, signed, nonzero = item.size, item.byteorder, item.signed, item.nonzero

    def read(data: bytes) -> list[int]:
        values = [
            int.from_bytes(data[size * i : size * (i + 1)], byteorder, signed=signed) for i in range(count)
        ]
        if nonzero and 0 in values:
            raise Guard
        return values

    return read


#: Maximum length, and maximum number, of byte strings that are read by one format.
MAX_ALIKE, MAX_AT_ONCE = 1 << 16, 1 << 12


def blobs_reader(
    item: ops.Bytes | ops.CStructBytes, make_fields: MakeFields
) -> Callable[[bytes, int, int, int], tuple[list[Any], int]]:
    """Return a function that reads many length-prefixed C structs, which mostly have the same length."""
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
            # Joined again they equal the read bytes only if each has this length prefix.
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
    item: ops.Bytes | ops.CStructBytes, make_fields: MakeFields
) -> Callable[[Sequence[bytes]], list[Any]]:
    if isinstance(item, ops.Bytes):
        return list
    lazy = lazy_c_struct_of(item, make_fields)
    if lazy is not None:
        return lazy.make_all
    make = blob_reader(item, make_fields)
    return lambda found: list(map(make, found))
