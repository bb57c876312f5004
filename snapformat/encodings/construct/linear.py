"""Linear-time replacements for construct classes that take quadratic time, or never end.

Each has the same result as construct's own class, and leaves the stream at the same place. They replace it
where this library runs a construct (`encodings.construct.running`).
"""

from __future__ import annotations

import io
from typing import Any

import construct as c
from construct.lib import RebufferedBytesIO, RestreamedBytesIO, swapbytesinbits

#: Number of bytes that construct's `Rebuffered` reads at once.
_CHUNK = 128 * 1024


class _VarInt(type(c.VarInt)):  # type: ignore[misc]  # construct is untyped
    """Reads a varint; construct shifts the whole number for each byte."""

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        return _read_varint(stream, path)


class _ZigZag(type(c.ZigZag)):  # type: ignore[misc]  # construct is untyped
    """Reads a signed varint in the same way."""

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        number = _read_varint(stream, path)
        return -(number // 2 + 1) if number & 1 else number // 2


def _read_varint(stream: Any, path: str) -> int:
    digits, byte = [], 0x80
    while byte > 0x7F:
        (byte,) = c.stream_read(stream, 1, path)
        digits.append(f"{byte & 0x7F:07b}")
    return int("".join(reversed(digits)), 2)


class _BitsInteger(c.BitsInteger):  # type: ignore[misc]  # construct is untyped
    """Reads an integer of bits; construct shifts the whole number for each bit."""

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        length = c.evaluate(self.length, context)
        if length <= 0:
            raise c.IntegerError(f"length {length} must be positive", path=path)
        data = c.stream_read(stream, length, path)
        if c.evaluate(self.swapped, context):
            try:
                data = swapbytesinbits(data)
            except ValueError as error:
                raise c.IntegerError(str(error), path=path) from None
        number = 0
        # Outside `Bitwise` a "bit" may be any byte, whose bits all carry over.
        for bit in range(max(data).bit_length()):
            digits = bytes(48 + (byte >> bit & 1) for byte in data)
            number |= int(digits, 2) << bit
        return number - (1 << length) if self.signed and data[0] else number


class _NullTerminated(c.NullTerminated):  # type: ignore[misc]  # construct is untyped
    """Reads up to a terminator; construct copies all units so far for each unit."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        unit = len(self.term)
        if unit < 1:
            raise c.PaddingError("NullTerminated term must be at least 1 byte", path=path)
        offset = c.stream_tell(stream, path)
        data = bytearray(_before_term(stream, self.term) if isinstance(stream, io.BytesIO) else b"")
        while True:
            try:
                read = c.stream_read(stream, unit, path)
            except c.StreamError:
                if self.require:
                    raise
                break
            if read == self.term:
                if self.include:
                    data += read
                if not self.consume:
                    c.stream_seek(stream, -unit, 1, path)
                break
            data += read
        return self.subcon._parsereport(c.core.BytesIOWithOffsets(bytes(data), stream, offset), context, path)


def _before_term(stream: io.BytesIO, term: bytes) -> bytes:
    """Read the units before the terminator or the end, where the stream then is."""
    whole, start, unit = stream.getvalue(), io.BytesIO.tell(stream), len(term)
    at = whole.find(term, start)
    while at >= 0 and (at - start) % unit:
        at = whole.find(term, at + 1)
    if at < 0:
        left = max(0, len(whole) - start)
        at = start + left - left % unit
    io.BytesIO.seek(stream, at)
    return whole[start:at]


class _RestreamedBytesIO(RestreamedBytesIO):  # type: ignore[misc]  # construct is untyped
    """A stream of decoded units; construct's copies all decoded bytes for each unit."""

    def read(self, count: int | None = None) -> bytes:
        if count is not None and count < 0:
            raise ValueError("count cannot be negative")
        kept: bytes = self.rbuffer  # type: ignore[has-type]  # construct is untyped
        parts, size = [kept], len(kept)
        while count is None or size < count:
            data = self.substream.read(self.decoderunit)
            if not data:
                break
            parts.append(self.decoder(data))
            size += len(parts[-1])
        whole = b"".join(parts)
        if count is None:
            count = size
        elif size < count:
            self.rbuffer = whole
            return b""
        self.rbuffer = whole[count:]
        self.sincereadwritten += count
        return whole[:count]


class _Restreamed(c.Restreamed):  # type: ignore[misc]  # construct is untyped
    """construct's `Restreamed`, on a linear-time stream."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        inner = _RestreamedBytesIO(stream, self.decoder, self.decoderunit, self.encoder, self.encoderunit)
        value = self.subcon._parsereport(inner, context, path)
        inner.close()
        return value


class _RebufferedBytesIO(RebufferedBytesIO):  # type: ignore[misc]  # construct is untyped
    """A buffered stream; construct's asks for ever for bytes beyond the end."""

    def read(self, count: int | None = None) -> bytes:
        if count is not None:
            self._fetch(self.offset + count)
        data: bytes = super().read(count)
        return data

    def write(self, data: bytes) -> int:
        self._fetch(self.offset)
        written: int = super().write(data)
        return written

    def _fetch(self, stop: int) -> None:
        kept: bytes = self.rwbuffer  # type: ignore[has-type]  # construct is untyped
        parts, size = [kept], self.moved + len(kept)
        while size < stop:
            data = self.substream.read(_CHUNK)
            if not data:
                raise OSError("the stream ends before")
            parts.append(data)
            size += len(data)
        self.rwbuffer = b"".join(parts)


class _Rebuffered(c.Rebuffered):  # type: ignore[misc]  # construct is untyped
    """construct's `Rebuffered`, on such a stream, made anew for each value."""

    def _stream(self, stream: Any) -> _RebufferedBytesIO:
        return _RebufferedBytesIO(stream, self.stream2.tailcutoff)

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        return self.subcon._parsereport(self._stream(stream), context, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        return self.subcon._build(obj, self._stream(stream), context, path)


#: The replacement of each construct class.
_LINEAR: dict[type, type] = {
    type(c.VarInt): _VarInt,
    type(c.ZigZag): _ZigZag,
    c.BitsInteger: _BitsInteger,
    c.NullTerminated: _NullTerminated,
    c.Restreamed: _Restreamed,
    c.Rebuffered: _Rebuffered,
}
#: Width in bits up to which construct is as fast.
_FEW_BITS = 256


def linear_class(sub: Any) -> type | None:
    """Return the class for a copy of a construct; None where construct's own is as good."""
    if type(sub) is c.BitsInteger and isinstance(sub.length, int) and sub.length <= _FEW_BITS:
        return None
    return _LINEAR.get(type(sub))
