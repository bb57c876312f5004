"""Reading what has no parts: one function a node."""

from __future__ import annotations

from typing import Any

import construct

from snapformat.encodings.bincode.config import VARINT_MARKERS, VARINT_SINGLE, unzigzag
from snapformat.encodings.construct.counted import TooManyElementsError
from snapformat.encodings.construct.scalars import UTF8_WIDTHS
from snapformat.layout import nodes
from snapformat.layout.foreign import place_of
from snapformat.layout.opaque import parse_opaque
from snapformat.layout.reader import Reader
from snapformat.model.checks import shown, told
from snapformat.model.floats import decode_float


class RawFlag(int):
    """A construct `Flag` whose byte is neither 0 nor 1: true, and it keeps the byte.

    Attributes:
        raw: The byte.
    """

    raw: int

    def __new__(cls, raw: int) -> RawFlag:
        """Make the truth of `raw`."""
        made = super().__new__(cls, raw != 0)
        made.raw = raw
        return made


def read_int(node: nodes.Int, r: Reader) -> int:
    """An integer, without an event."""
    r.claim(node.size)
    pos = r.pos
    if node.packer is not None:
        stop = pos + node.size
        if stop > r.end:
            r.need(node.size)
        r.pos = stop
        value: int = node.packer.unpack_from(r.data, pos)[0]
    elif node.variable:
        value = _read_varint(node, r)
    else:
        value = int.from_bytes(r.take(node.size), node.byteorder, signed=node.signed)
    if node.nonzero and value == 0:
        r.fail("zero is not allowed", f"a nonzero {node.name}", "0", pos)
    return value


def _read_varint(node: nodes.Int, r: Reader) -> int:
    start = r.pos
    value = r.take(1)[0]
    if value >= VARINT_SINGLE:
        width = VARINT_MARKERS.get(value)
        if width is None or width > node.size:
            found = "the reserved marker 255" if width is None else f"marker {value}, {width} bytes"
            r.fail(
                "not a variable-length integer of this type",
                f"{node.name}, at most {node.size} bytes",
                found,
                start,
            )
        value = int.from_bytes(r.take(width), node.byteorder)
    return unzigzag(value) if node.signed else value


def leaf_int(node: nodes.Int, r: Reader) -> int:
    """An integer."""
    start = r.pos
    value = read_int(node, r)
    if r.events is not None:
        # serde passes usize and isize on as u64 and i64, and so do upstream's traces.
        r.emit(start, node.name.replace("size", "64"), value)
    return value


def leaf_float(node: nodes.Float, r: Reader) -> float:
    """A float."""
    r.claim(node.size)
    start = r.pos
    value = decode_float(r.take(node.size), node.byteorder)
    if r.events is not None:
        r.emit(start, f"f{8 * node.size}", value)
    return value


def leaf_bool(node: nodes.Bool, r: Reader) -> bool | RawFlag:
    """A bool."""
    r.claim(1)
    start = r.pos
    byte = r.take(1)[0]
    value: bool | RawFlag
    if byte > 1:
        if not node.lenient:
            r.fail("not a bool", "0 or 1", f"{byte}", start)
        value = RawFlag(byte)
    else:
        value = byte == 1
    if r.events is not None:
        r.emit(start, "bool", value)
    return value


def leaf_char(node: nodes.Char, r: Reader) -> str:
    """A char."""
    start = r.pos
    if start >= r.end:
        r.need(1)
    width = UTF8_WIDTHS[r.data[start]]
    r.claim(width)
    data = r.take(width)
    try:
        value = data.decode("utf-8")
    except UnicodeDecodeError:
        r.fail("not a char", "a Unicode scalar value in UTF-8", data.hex(" "), start)
    if r.events is not None:
        r.emit(start, "char", value)
    return value


def read_length(node: nodes.Node, r: Reader, kind: str) -> int:
    """A length prefix; `kind` names its event."""
    assert isinstance(node, nodes.Int)
    start = r.pos
    value = read_int(node, r)
    if value < 0:
        r.fail("a negative length", "0 or more", shown(value), start)
    if r.events is not None:
        r.emit(start, kind, value)
    return value


def leaf_str(node: nodes.Str, r: Reader) -> str:
    """Text."""
    prefix = r.pos
    length = read_length(node.length, r, "strlen")
    start = r.pos
    data = r.take_counted(length, prefix)
    try:
        value = data.decode(node.encoding)
    except UnicodeDecodeError as error:
        byte = data[error.start : error.start + 1].hex()
        r.fail(f"not {node.encoding.upper()}", "valid text", f"byte 0x{byte}", start + error.start)
    except UnicodeError as error:  # some codecs say no more
        r.fail(f"not {node.encoding.upper()}", "valid text", told(error), start)
    if r.events is not None:
        r.emit(start, "str", value)
    return value


def leaf_bytes(node: nodes.Bytes, r: Reader) -> bytes:
    """Bytes behind their length."""
    prefix = r.pos
    length = read_length(node.length, r, "byteslen")
    start = r.pos
    data = r.take_counted(length, prefix)
    if node.exact is not None and length != node.exact:
        r.fail("bytes of a fixed length", f"{node.exact} bytes", shown(length), prefix)
    if node.no_nul and b"\0" in data:
        r.fail("a zero byte inside", "bytes without one", "0x00", start + data.index(0))
    if r.events is not None:
        r.emit(start, "bytes", data)
    return data


def leaf_fixed_bytes(node: nodes.FixedBytes, r: Reader) -> bytes:
    """Bytes of a known number."""
    count = r.count(node.count, "number of bytes")
    r.claim(count)
    start = r.pos
    data = r.take(count)
    if r.events is not None:
        r.emit(start, "bytes", data)
    return data


def leaf_unit(node: nodes.Unit, r: Reader) -> Any:
    """Nothing."""
    if r.events is not None:
        r.emit(r.pos, "unit", node.value)
    return node.value


def leaf_computed(node: nodes.Computed, r: Reader) -> Any:
    """A value that is not in the bytes."""
    value = r.evaluate(node.value)
    if r.events is not None:
        r.emit(r.pos, "computed", value)
    return value


def leaf_bits(node: nodes.Bits, r: Reader) -> Any:
    """A bit struct."""
    r.claim(node.size)
    start = r.pos
    whole = int.from_bytes(r.take(node.size), "big")
    r.emit(start, "bits", whole)
    return bits_of(node, whole)


def bits_of(node: nodes.Bits, whole: int) -> Any:
    """The container of a bit struct's fields."""
    values = construct.Container()
    left = 8 * node.size
    for bit in node.bits:
        left -= bit.width
        raw = whole >> left & (1 << bit.width) - 1
        if bit.name is None:
            continue
        value: Any = raw
        if bit.padding:
            value = None
        elif bit.flag:
            value = raw != 0
        elif bit.signed and raw >> bit.width - 1:
            value = raw - (1 << bit.width)
        if bit.labels is not None:
            value = bit.labels[0].get(value, construct.EnumInteger(value))
        values[bit.name] = value
    return values


def leaf_opaque(node: nodes.Opaque, r: Reader) -> Any:
    """A construct that runs by itself."""
    stream = r.stream()
    start = r.pos
    try:
        value = parse_opaque(node, stream, r.budget)
        stop = max(stream.tell(), start)
        r.pos = min(stop, start + r.expect(stop - start))
    except TooManyElementsError as error:
        r.fail_zero_sized(error.count, error.cost)
    except Exception as error:
        if r.failure is None:
            segments, offset = place_of(error)
            r.path.extend(segments)
            offset = start if offset is None else min(max(offset, start), r.end)
            r.fail(told(error), offset=offset, cause=error)
    if r.failure is not None:  # construct may have gone on as if the data had ended
        raise r.failure
    if r.events is not None:
        r.emit(start, "opaque", value)
    return value
