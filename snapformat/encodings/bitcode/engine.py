"""Reading and writing messages of bitcode."""

from __future__ import annotations

from typing import Any

from snapformat.encodings.bitcode.packing import ColumnInput
from snapformat.encodings.bitcode.reader import BitcodeReader
from snapformat.encodings.bitcode.writer import BitcodeWriter
from snapformat.limits import Limits
from snapformat.model.kinds import Kind


def read_message(kind: Kind, data: bytes, stop: int, limits: Limits) -> Any:
    """Read the value of a message, which must end at `stop`.

    Raises:
        DecodeError: The bytes are not such a message.
    """
    reader = BitcodeReader(ColumnInput(data, 0, stop), limits)
    value = reader.read(kind)
    reader.refuse_rest()
    return value


def write_message(kind: Kind, value: Any, limits: Limits) -> bytes:
    """Return the message with a value.

    Raises:
        EncodeError: The value does not fit its kind.
    """
    writer = BitcodeWriter(limits)
    writer.write(kind, value)
    return writer.written()
