"""What a preset makes of a value and of messages, by all ways to read and write."""

from __future__ import annotations

from typing import Any

import snapformat
from codec.agreement import read_agrees, write_agrees
from presets.table import BETWEEN, Preset
from snapformat.bincode import Encoding
from snapformat.encodings.bincode.ops import Op
from snapformat.errors import DecodeError, EncodeError
from snapformat.layout import layout_of


class Case:
    """A type under a preset."""

    def __init__(self, preset: Preset, annotation: Any) -> None:
        self.annotation = preset.annotation(annotation)
        self.encoding: Encoding = preset.encoding
        self.layout: Op = layout_of(self.annotation, self.encoding)
        self._plain = annotation

    def encode(self, value: Any) -> bytes | None:
        """Return the bytes of a value; None if they are refused. All ways must agree."""
        written = write_agrees(self.layout, value, fallback=True)
        try:
            data = snapformat.encode(value, self.annotation, self.encoding)
        except EncodeError:
            assert written is None
            return None
        assert data == written
        return data

    def decode(self, data: bytes) -> bytes:
        """Return a value in the encoding between the programs. All ways must agree.

        Raises:
            DecodeError: The bytes are not a value.
        """
        read = read_agrees(self.layout, data)
        try:
            value = snapformat.decode(data, self.annotation, self.encoding)
        except DecodeError:
            assert read is None or read[1] < len(data)
            raise
        assert read is not None
        return self.between(value)

    def between(self, value: Any) -> bytes:
        """Return a value in the encoding between the programs, with maps in the order of this one."""
        if self.encoding.rules.key_order != "as declared":
            ordered = snapformat.encode(value, self.annotation, self.encoding)
            value = snapformat.decode(ordered, self.annotation, self.encoding)
        return self.plain(value)

    def plain(self, value: Any) -> bytes:
        """Return a value in the encoding between the programs, as it is."""
        return snapformat.encode(value, self._plain, BETWEEN)

    def value_of(self, between: bytes) -> Any:
        """Return the value of bytes in the encoding between the programs."""
        return snapformat.decode(between, self._plain, BETWEEN)
