"""Single values to bytes and back: bincode by itself, without header and checksum."""

from __future__ import annotations

import contextlib
from typing import Any, TypeVar, overload

import construct

from snapformat.bincode import FIRECRACKER, Encoding
from snapformat.budget import DEFAULT_LIMITS, Limits
from snapformat.codec.engine import read_value, write_value
from snapformat.codec.layouts import node_of
from snapformat.codec.shape import has_opaque
from snapformat.declare.registry import layout_for
from snapformat.io import ExactReader, Source
from snapformat.layout.walk import read_stream

T = TypeVar("T")


def encode(
    value: Any, payload: Any, encoding: Encoding = FIRECRACKER, *, limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """Write a value.

    Args:
        value: The value.
        payload: Its type: a class, an annotation such as `list[u16]`, a construct, a registered name.
        encoding: The encoding; its limit does not count here.
        limits: Bound of depth.

    Raises:
        EncodeError: The value does not fit the type; the path says where.
    """
    return write_value(node_of(payload, encoding), value, limits)


@overload
def decode(
    data: bytes | bytearray | memoryview, payload: type[T], encoding: Encoding = ..., *, limits: Limits = ...
) -> T: ...


@overload
def decode(
    data: bytes | bytearray | memoryview, payload: Any, encoding: Encoding = ..., *, limits: Limits = ...
) -> Any: ...


def decode(
    data: bytes | bytearray | memoryview,
    payload: Any,
    encoding: Encoding = FIRECRACKER,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Any:
    """Read a value from the start of the data; what follows it is ignored.

    Args:
        data: The bytes.
        payload: Type of the value.
        encoding: The encoding, with its limit of claimed bytes.
        limits: Bounds of depth and of elements without bytes.

    Raises:
        DecodeError: The bytes are no value of the type; path and offset say where.
    """
    if type(data) is not bytes:
        data = bytes(data)
    return read_value(node_of(payload, encoding), data, 0, encoding.limit, limits)[0]


def decode_prefix(
    data: bytes | bytearray | memoryview,
    payload: Any,
    encoding: Encoding = FIRECRACKER,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Any, int]:
    """Read a value as `decode` does, and tell how many bytes it took."""
    if type(data) is not bytes:
        data = bytes(data)
    return read_value(node_of(payload, encoding), data, 0, encoding.limit, limits)


def decode_stream(
    source: Source, payload: Any, encoding: Encoding = FIRECRACKER, *, limits: Limits = DEFAULT_LIMITS
) -> Any:
    """Read a value from a source, taking no more from it than the value has.

    Args:
        source: A binary file object; a path or bytes-like object too.
        payload: Type of the value.
        encoding: The encoding, with its limit of claimed bytes.
        limits: Bounds of depth and of elements without bytes.

    Raises:
        DecodeError: As `decode`, or the source fails.
    """
    node = node_of(payload, encoding)
    with ExactReader(source) as reader:
        if not has_opaque(node):
            return read_stream(node, reader, limit=encoding.limit, limits=limits)
        # construct finds out how many bytes the value has; the reference reader judges them.
        with contextlib.suppress(construct.ConstructError, RecursionError):
            layout_for(payload, encoding).parse_stream(reader)
        return read_value(node, reader.consumed, 0, encoding.limit, limits)[0]
