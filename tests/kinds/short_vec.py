"""Solana's `short_vec`: a sequence behind a length of 1 to 3 bytes, seven bits in each, the lowest first."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, TypeVar

from snapformat.model.annotations import KindMark
from snapformat.model.kinds import FixedBytes, Int, Kind, Seq
from snapformat.model.protocol import ValueReader, ValueWriter

T = TypeVar("T")
_NUMBER, _BYTE = Int("u16", 2, False), FixedBytes(1)


class ShortLength(Kind):
    """A u16 in as few bytes as it needs; a longer form of the same number is refused."""

    is_leaf: ClassVar[bool] = True
    __slots__ = ()

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Write the number; where values are not bytes, as a number."""
        if out.human or out.orders:
            return _NUMBER.write(value, out)
        if not isinstance(value, int) or not 0 <= value < 1 << 16:
            out.misfit("a number below 65536", value)
        rest = value
        while rest > 0x7F:
            _BYTE.write(bytes([rest & 0x7F | 0x80]), out)
            rest >>= 7
        _BYTE.write(bytes([rest]), out)
        return value

    def read(self, source: ValueReader) -> Any:
        """Read the number."""
        if source.human:
            return _NUMBER.read(source)
        start, value, place, byte = source.mark(), 0, 0, 0x80
        while byte & 0x80 and place < 21:
            (byte,) = _BYTE.read(source)
            value |= (byte & 0x7F) << place
            place += 7
        if byte & 0x80 or value >> 16:
            source.fail("a length beyond 16 bits", "at most 65535", f"{value}", start)
        if place > 7 and not byte:
            source.fail("a longer form of a length", "as few bytes as it needs", mark=start)
        return value


class _Mark(KindMark):
    def of(self, *items: Kind) -> Kind:
        return Seq(*items, length=ShortLength())


ShortVec = Annotated[list[T], _Mark()]
