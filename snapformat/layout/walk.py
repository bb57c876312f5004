"""The reference reader and writer of bincode, by layouts."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from snapformat.encodings.bincode import walk as reference
from snapformat.encodings.bincode.events import Event
from snapformat.io import SupportsRead
from snapformat.layout.nodes import Node


def walk(
    node: Node, data: bytes | bytearray | memoryview, offset: int = 0, **options: Any
) -> Generator[Event, None, int]:
    """Read bytes and describe them, in their order; see `encodings.bincode.walk.walk_value`."""
    return reference.walk_value(node.kind, node.config, data, offset, **options)


def read(node: Node, data: bytes, offset: int = 0, **options: Any) -> tuple[Any, int]:
    """Read a value; see `encodings.bincode.walk.read_value`."""
    return reference.read_value(node.kind, node.config, data, offset, **options)


def read_stream(node: Node, source: SupportsRead, **options: Any) -> Any:
    """Read a value from a source; see `encodings.bincode.walk.read_from`."""
    return reference.read_from(node.kind, node.config, source, **options)


def write(node: Node, value: Any, **options: Any) -> bytes:
    """Write a value; see `encodings.bincode.walk.write_value`."""
    return reference.write_value(node.kind, node.config, value, **options)
