"""Functions that generated writers call; they raise where a guard fails."""

from __future__ import annotations

import operator
import struct
import sys
from array import array
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from itertools import pairwise
from operator import countOf
from typing import Any, Literal

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode import walk as reference
from snapformat.encodings.bincode.arrays import given_numbers, listed, number_code
from snapformat.encodings.bincode.codec.read_helpers import Guard, has_bulk, tiered
from snapformat.encodings.bincode.codec.shape import MAX_SPELLED, atom_of
from snapformat.encodings.bincode.ops import Op
from snapformat.encodings.bincode.reader import read_c_struct
from snapformat.encodings.bincode.varints import (
    LEB128_SINGLE,
    encode_leb128,
    encode_variable,
    is_leb128,
    zigzag,
)
from snapformat.model import checks
from snapformat.model.c_struct import LazyCStruct, blob_bytes, lazy_c_struct
from snapformat.model.floats import encode_float, f32_to_bits
from snapformat.model.graph import natural_type
from snapformat.model.kinds import Bit
from snapformat.model.numpy_scalars import is_structured
from snapformat.model.order import sort_key
from snapformat.model.values import RawFlag, Some

__all__ = ["Some", "has_bulk"]


def integer(value: Any) -> int:
    """Convert an integer-like value to int: a subclass, or an object with `__index__`, but not a bool."""
    if isinstance(value, bool):
        raise Guard
    return int(checks.index_of(value))


def as_stored(value: Any) -> Any:
    """Return a computed value that is stored as an integer."""
    return int(value) if type(value) is bool else value


def integers(*values: Any) -> list[int]:
    """Convert values that are not all exactly int to ints."""
    return [integer(value) for value in values]


def number(value: Any) -> float:
    """Convert an int or another real number to float; a bool is refused."""
    return checks.as_double(value)


def sequence(value: Any) -> Any:
    """Return the elements of a tuple, or of a subclass, whose own iteration is run once."""
    if not isinstance(value, list | tuple):
        raise Guard
    return tuple(value)


def numbers_of(item: Op) -> Callable[[Any], Any]:
    """Gives the elements of a tuple, as `sequence`, or those of a buffer of numbers, as they are written."""

    def numbers(value: Any) -> Any:
        given = given_numbers(item, value)
        return sequence(value) if given is None else given

    return numbers


def few_numbers_of(item: Op) -> Callable[[Any], Any]:
    """Gives the elements of a tuple or of a buffer of numbers, by their values."""

    def numbers(value: Any) -> Any:
        given = listed(item, value)
        return given if type(given) is list else sequence(given)

    return numbers


def records_of(item: Op) -> Callable[[Any], Any]:
    """Gives the elements of a tuple, as `sequence`, or those of a structured array, as bytes or as a list."""

    def records(value: Any) -> Any:
        if not is_structured(value):
            return sequence(value)
        # Imported here, as it is only for numpy.
        from snapformat.encodings.bincode.structured import given_records

        found = given_records(item, value)
        return sequence(value) if found is None else found

    return records


def elements_helper(item: Op) -> Callable[[Any], Any] | None:
    """Return the function that gives elements that are not in a list; None where that is `sequence`."""
    if number_code(item) is not None:
        return numbers_of(item)
    return records_of(item) if isinstance(item, ops.Struct) and item.cls is not None else None


def numbers_bytes(values: memoryview) -> Any:
    """Bytes of numbers that were given as a buffer: few as bytes, many as they are."""
    return values if len(values) > MAX_SPELLED else values.tobytes()


def text(value: Any) -> str:
    """Convert a subclass of str to str."""
    if not isinstance(value, str):
        raise Guard
    return value


def mapping(value: Any) -> dict[str, Any]:
    """Return the entries of a mapping of any class, which may make missing ones on access; none of None."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Guard
    return dict(value.items())


def as_bytes(value: Any) -> bytes:
    """Convert a bytes-like object to bytes."""
    return checks.as_bytes(value)


def built_list(item: Op) -> Callable[[Any], list[Any]]:
    """Return elements as expressions see them: as a list."""

    def built(value: Any) -> list[Any]:
        if type(value) is list:
            return value
        if not is_structured(value):
            return list(listed(item, value))
        from snapformat.model.structured import records_of  # only for numpy

        return list(sequence(records_of(item.kind, value)))

    return built


def flag_byte(value: Any) -> int:
    """Return the byte of construct's lenient flag."""
    return value.raw if isinstance(value, RawFlag) else bool(value)


def with_f32(packed: bytes, at: int, value: float, byteorder: Literal["little", "big"]) -> bytes:
    """Put a NaN with its payload where `struct` has written a plain one."""
    return packed[:at] + f32_to_bits(value).to_bytes(4, byteorder) + packed[at + 4 :]


def char_bytes(value: Any) -> bytes:
    """A char."""
    return checks.as_char(value)


def varint_writer(op: ops.Int) -> Callable[[Any], bytes]:
    """Writes an integer of variable length, or of a width that `struct` does not know."""
    name, size, signed, nonzero = op.name, op.size, op.signed, op.nonzero
    byteorder, variable, most = op.byteorder, op.variable, op.most
    is_small = is_leb128(variable) and not signed and not nonzero

    def write(value: Any) -> bytes:
        if is_small and type(value) is int and 0 <= value < LEB128_SINGLE:
            return encode_leb128(value)
        number = checks.as_int(value, name, size, signed, nonzero)
        if variable is None:
            return number.to_bytes(size, byteorder, signed=signed)
        if most is not None and number > most:
            raise Guard
        return encode_variable(number, variable, signed, byteorder)

    return write


def numbers_writer(op: ops.Int) -> Callable[[Any], bytes]:
    """Return a function that writes many numbers in LEB128."""
    write, signed, nonzero = varint_writer(op), op.signed, op.nonzero

    def write_all(values: Any) -> bytes:
        if countOf(map(type, values), int) == len(values) and not nonzero:
            numbers = map(zigzag, values) if signed else values
            with suppress(ValueError):  # not all are single bytes
                data = bytes(numbers)
                if data.isascii():
                    return data
        return b"".join([write(value) for value in values])

    return write_all


def float_writer(op: ops.Float) -> Callable[[Any], bytes]:
    """Writes a half-precision float."""
    code = struct.Struct("<e" if op.byteorder == "little" else ">e")
    return lambda value: code.pack(value if type(value) is float else number(value))


def bit_writer(bit: Bit) -> Callable[[Any], int]:
    """Return a function from a value to its bits, for values that are not plain integers."""
    numbers = {} if bit.labels is None else bit.labels[1]

    def write(value: Any) -> int:
        if isinstance(value, str):
            value = numbers[value]
        if isinstance(value, bool) or not isinstance(value, int):
            raise Guard
        return int(value)

    return write


def exactly(values: Any, count: int, convert: Callable[[Any], Any]) -> list[Any]:
    """Convert every value; fail if the list changed meanwhile."""
    found = [*map(convert, values)]
    # The code of the values may have changed the list.
    if len(found) != count or len(values) != count:
        raise Guard
    return found


def bulk_writer(item: Op) -> tuple[type | None, Callable[[Any], Any], Callable[[Any], bytes] | str]:
    """Return how many numbers are written at once.

    Returns:
        Their type, or None if the function sees to it; how others are converted to it; and how they are
        written: a function, or where `array` does it, the array's type code.
    """
    atom = atom_of(item)
    assert atom is not None
    if isinstance(item, ops.Bool):
        return bool, exactly_bool, bytes
    if isinstance(item, ops.Enum):
        return None, exactly_bool, _constants_writer(item, atom.order)
    if isinstance(item, ops.Float) and item.size == 4:
        return float, number, _f32_writer(item.byteorder)
    convert: Callable[[Any], Any] = number if isinstance(item, ops.Float) else integer
    kind = float if isinstance(item, ops.Float) else int
    if atom.code == "B":
        return kind, convert, bytes
    is_native = not atom.order or (atom.order == "<") == (sys.byteorder == "little")
    return kind, convert, atom.code if is_native else _swapped_writer(atom.code)


def _f32_writer(byteorder: Literal["little", "big"]) -> Callable[[Any], bytes]:
    order = "<" if byteorder == "little" else ">"

    def write(values: Any) -> bytes:
        total = sum(values)
        if total == total:
            return struct.pack(f"{order}{len(values)}f", *values)
        # NaN keeps its payload, which the processor's own conversion might change.
        return b"".join([encode_float(value, 4, byteorder) for value in values])

    return write


def packers(item: Op, most: int) -> list[Callable[..., bytes]]:
    """Return the packers of 0, 1 and so on up to `most` numbers."""
    atom = atom_of(item)
    assert atom is not None
    return [struct.Struct(f"{atom.order or '<'}{count}{atom.code}").pack for count in range(most + 1)]


def exactly_bool(value: Any) -> bool:
    """Return a bool, also for one of numpy; nothing else is taken."""
    return checks.as_bool(value)


def _constants_writer(item: ops.Enum, order: str) -> Callable[[Any], bytes]:
    table = {id(variant.constant): variant.index for variant in item.variants}
    # The ids stay taken as long as the constants live, which is as long as this function.
    keep = [variant.constant for variant in item.variants]

    atom = atom_of(item)
    assert atom is not None

    def write(values: Any, keep: Any = keep) -> bytes:
        return struct.pack(f"{order}{len(values)}{atom.code}", *map(table.__getitem__, map(id, values)))

    return write


def _swapped_writer(code: str) -> Callable[[Any], bytes]:
    def write(values: Any) -> bytes:
        numbers = array(code, values)
        numbers.byteswap()
        return numbers.tobytes()

    return write


#: Returns the generated writer of a layout.
MakeWriter = Callable[[Op], Callable[[Any], bytes]]


def blobs_writer(item: ops.Bytes | ops.CStructBytes, make_writer: MakeWriter) -> Callable[[Any], bytes]:
    """Writes many bytes, each behind its length, which mostly is the same."""
    atom = atom_of(item.length)
    assert atom is not None
    pack = struct.Struct((atom.order or "<") + atom.code).pack
    bulk, raw = _bulk_bytes(item, make_writer)

    def write(values: Any) -> bytes:
        if not values:
            return b""
        found = bulk(values)
        if found is not None:
            size = len(found[0])
            if countOf(map(len, found), size) == len(found):
                return pack(size) + pack(size).join(found)
        found = [*map(raw, values)]
        return b"".join([part for data in found for part in (pack(len(data)), data)])

    return write


def _if_bytes(values: Any) -> Any:
    return values if countOf(map(type, values), bytes) == len(values) else None


def _bulk_bytes(
    item: ops.Bytes | ops.CStructBytes, make_writer: MakeWriter
) -> tuple[Callable[[Any], Any], Callable[[Any], bytes]]:
    """How the bytes of many values are had where all is plain, and those of each one."""
    if isinstance(item, ops.Bytes):
        return _if_bytes, as_bytes
    lazy = lazy_c_struct_of(item)
    all_raw = (lambda values: None) if lazy is None else lazy.raw_of_all
    return all_raw, blob_writer(item, make_writer)


def lazy_c_struct_of(op: ops.CStructBytes) -> LazyCStruct | None:
    """Return the lazy subclass of the class in a blob, or None."""
    return lazy_c_struct(op.cls, op.size, partial(read_c_struct, op.item.kind))


def blob_writer(op: ops.CStructBytes, make_writer: MakeWriter) -> Callable[[Any], bytes]:
    """Gives the bytes of a C struct: of undecoded ones the original."""
    cls = op.cls
    write = tiered(partial(reference.write_value, op.item.kind, op.item.config), lambda: make_writer(op.item))

    def raw(value: Any) -> bytes:
        if type(value) is not cls and not isinstance(value, cls):
            raise Guard
        return blob_bytes(value, write)

    return raw


def elements_of(op: ops.Set) -> Callable[[Any], list[Any]]:
    """Gives the elements of a set in the order of writing."""
    kind, natural = op.kind, natural_type(op.kind.item)

    def elements(value: Any) -> list[Any]:
        values = checks.as_elements(value)
        if op.ordered and countOf(map(type, values), natural) == len(values):
            values.sort()
        elif op.ordered:
            values.sort(key=lambda element: sort_key(kind.item, element))
        return values

    return elements


_key_of = operator.itemgetter(0)


def pairs_of(op: ops.Map) -> Callable[[Any], list[tuple[Any, Any]]]:
    """Gives the entries of a map in the order of writing."""
    kind, natural = op.kind, natural_type(op.kind.key)

    def pairs(value: Any) -> list[tuple[Any, Any]]:
        entries = checks.as_pairs(value)
        if op.ordered and countOf(map(type, map(_key_of, entries)), natural) == len(entries):
            entries.sort(key=_key_of)
        elif op.ordered:
            entries.sort(key=lambda pair: sort_key(kind.key, pair[0]))
        return entries

    return pairs


def pairs_by_bytes(op: ops.Map, make_writer: MakeWriter) -> Callable[[Any], list[tuple[Any, Any]]]:
    """Gives the entries of a map in the order of the bytes of their keys."""
    write = make_writer(op.key)

    def pairs(value: Any) -> list[tuple[Any, Any]]:
        found = [(write(pair[0]), pair) for pair in checks.as_pairs(value)]
        found.sort(key=_key_of)
        if any(one[0] == other[0] for one, other in pairwise(found)):
            raise Guard
        return [pair for _, pair in found]

    return pairs


def leb128(number: int) -> bytes:
    """Return an integer in groups of 7 bits, the lowest first."""
    if number < 0:
        raise Guard
    made = bytearray()
    while number > 127:
        made.append(number & 127 | 128)
        number >>= 7
    made.append(number)
    return bytes(made)


def zigzag_leb128(number: int) -> bytes:
    """Return a signed integer in groups of 7 bits: its magnitude, the lowest bit of which is the sign."""
    return leb128(number << 1 if number >= 0 else (-number << 1) - 1)


#: Digits as bytes 0 and 1.
_BITS = bytes(48) + b"\0\1" + bytes(206)


def bits_integer_writer(size: int, *, signed: bool) -> Callable[[int], bytes]:
    """Return a function from an integer to its bits, each in a byte."""
    least, most = (-1 << size - 1, 1 << size - 1) if signed else (0, 1 << size)
    form, mask = f"0{size}b", (1 << size) - 1

    def write(number: int) -> bytes:
        if not least <= number < most:
            raise Guard
        return format(number & mask, form).encode().translate(_BITS)

    return write
