"""The reference reader and writer of bincode, by layouts."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from snapformat.encodings.bincode import walk as reference
from snapformat.encodings.bincode.events import Event
from snapformat.encodings.bincode.ops import Op
from snapformat.io import SupportsRead


def walk(
    layout: Op, data: bytes | bytearray | memoryview, offset: int = 0, **options: Any
) -> Generator[Event, None, int]:
    """Read bytes and describe them, in their order; see `encodings.bincode.walk.walk_value`."""
    return reference.walk_value(layout.kind, layout.config, data, offset, **options)


def read(layout: Op, data: bytes, offset: int = 0, **options: Any) -> tuple[Any, int]:
    """Read a value; see `encodings.bincode.walk.read_value`."""
    return reference.read_value(layout.kind, layout.config, data, offset, **options)


def read_stream(layout: Op, source: SupportsRead, **options: Any) -> Any:
    """Read a value from a source; see `encodings.bincode.walk.read_from`."""
    return reference.read_from(layout.kind, layout.config, source, **options)


def read_ahead(layout: Op, source: SupportsRead, **options: Any) -> tuple[Any, bytes]:
    """Read a value from a source; see `encodings.bincode.walk.read_ahead_from`."""
    return reference.read_ahead_from(layout.kind, layout.config, source, **options)


def write(layout: Op, value: Any, **options: Any) -> bytes:
    """Write a value; see `encodings.bincode.walk.write_value`."""
    return reference.write_value(layout.kind, layout.config, value, **options)
