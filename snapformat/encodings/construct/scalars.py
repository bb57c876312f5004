"""Constructs for kinds without parts: numbers, text, bytes, unit."""

from __future__ import annotations

from typing import Any

import construct

from snapformat.encodings.bincode.config import encode_int
from snapformat.encodings.construct.base import BincodeConstruct, read_exactly
from snapformat.model import checks
from snapformat.model.floats import decode_float

#: Width of a char by its first byte; bincode gives other first bytes a width of 1 and then refuses them.
UTF8_WIDTHS = bytes(
    1 if b < 0xC0 else 2 if b < 0xE0 else 3 if b < 0xF0 else 4 if b < 0xF8 else 1 for b in range(256)
)


class Bool(BincodeConstruct):
    """`bool`: one byte, 0 or 1."""

    def _parse(self, stream: Any, context: Any, path: str) -> bool:
        self._claim(1, context, path)
        byte = read_exactly(stream, 1, path)[0]
        if byte > 1:
            raise construct.MappingError(f"expected bool, a byte of 0 or 1, found {byte}", path=path)
        return byte == 1

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        stream.write(b"\1" if checked(checks.as_bool, path, obj) else b"\0")
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return 1


class Int(BincodeConstruct):
    """An integer of fixed or variable length."""

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        kind = self.kind
        value = self._read_int(stream, context, path, kind.size, kind.signed)
        if kind.nonzero and value == 0:
            raise construct.IntegerError(f"expected a nonzero {kind.name}, found 0", path=path)
        return value

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        kind = self.kind
        value = checked(checks.as_int, path, obj, kind.name, kind.size, kind.signed, kind.nonzero)
        stream.write(encode_int(value, kind.size, kind.signed, self.config))
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return self._no_size(path) if self.config.is_variable(self.kind.size) else int(self.kind.size)


class Float(BincodeConstruct):
    """`f32` or `f64`."""

    def _parse(self, stream: Any, context: Any, path: str) -> float:
        self._claim(self.kind.size, context, path)
        return decode_float(read_exactly(stream, self.kind.size, path), self.config.byteorder)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        stream.write(checked(checks.as_float, path, obj, self.kind.size, self.config.byteorder))
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return int(self.kind.size)


class Char(BincodeConstruct):
    """`char`: UTF-8 of one scalar value."""

    def _parse(self, stream: Any, context: Any, path: str) -> str:
        first = read_exactly(stream, 1, path)
        width = UTF8_WIDTHS[first[0]]
        self._claim(width, context, path)
        data = first + read_exactly(stream, width - 1, path)
        return _text(data, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        stream.write(checked(checks.as_char, path, obj))
        return obj


class Str(BincodeConstruct):
    """`str`: length, UTF-8."""

    def _parse(self, stream: Any, context: Any, path: str) -> str:
        length = self._read_length(stream, context, path)
        self._claim(length, context, path)
        return _text(read_exactly(stream, length, path), path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        data = checked(checks.as_str, path, obj)
        stream.write(encode_int(len(data), 8, False, self.config) + data)
        return obj


class Bytes(BincodeConstruct):
    """serde `bytes`: length, bytes."""

    def _parse(self, stream: Any, context: Any, path: str) -> bytes:
        length = self._read_length(stream, context, path)
        self._claim(length, context, path)
        data = read_exactly(stream, length, path)
        try:
            return checks.as_bytes(data, self.kind.exact, self.kind.no_nul)
        except checks.BadValue as error:
            raise construct.RangeError(str(error), path=path) from None

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        data = checked(checks.as_bytes, path, obj, self.kind.exact, self.kind.no_nul)
        stream.write(encode_int(len(data), 8, False, self.config) + data)
        return data


class Unit(BincodeConstruct):
    """`()`: nothing."""

    def _parse(self, stream: Any, context: Any, path: str) -> tuple[()]:
        return ()

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        checked(checks.as_tuple, path, obj, 0)
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return 0


def _text(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise construct.StringError(f"not UTF-8 from byte {error.start} on", path=path) from None


def checked(check: Any, path: str, *arguments: Any) -> Any:
    """Run a check of `model.checks`; raise its refusal as a construct error."""
    try:
        return check(*arguments)
    except checks.BadValue as error:
        raise construct.FormatFieldError(str(error), path=path) from None
