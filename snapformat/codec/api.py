"""Single values to bytes and back: bincode by itself, without header and checksum."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, TypeVar, overload

import construct

from snapformat.bincode import FIRECRACKER, Encoding
from snapformat.budget import DEFAULT_LIMITS, Limits
from snapformat.codec.engine import read_value, write_value
from snapformat.codec.layouts import node_of
from snapformat.codec.lazy import check_arrays, lazy_reader, write_lazily
from snapformat.codec.sections import is_hidden
from snapformat.codec.shape import has_opaque
from snapformat.declare.registry import layout_for
from snapformat.io import ExactReader, Source
from snapformat.layout.arrays import Arrays
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
    if limits is DEFAULT_LIMITS:
        try:
            # What was written as this type before: all looked up at once, since small values take no longer.
            if type(value) is payload:
                declared = payload.__snapformat__
                known, node = declared.latest
                if known is encoding and declared.cls is payload:
                    written: bytes = node.codec.writer(value)
                    return written
        except Exception:
            pass  # another kind of payload, or a value that does not fit: said below
    node = node_of(payload, encoding)
    if is_hidden(value):
        return b"".join(write_lazily(node, value, limits=limits))
    return write_value(node, value, limits)


@overload
def decode(
    data: bytes | bytearray | memoryview,
    payload: type[T],
    encoding: Encoding = ...,
    *,
    limits: Limits = ...,
    lazy: bool = ...,
    arrays: Arrays | None = ...,
) -> T: ...


@overload
def decode(
    data: bytes | bytearray | memoryview,
    payload: Any,
    encoding: Encoding = ...,
    *,
    limits: Limits = ...,
    lazy: bool = ...,
    arrays: Arrays | None = ...,
) -> Any: ...


def decode(
    data: bytes | bytearray | memoryview,
    payload: Any,
    encoding: Encoding = FIRECRACKER,
    *,
    limits: Limits = DEFAULT_LIMITS,
    lazy: bool = False,
    arrays: Arrays | None = None,
) -> Any:
    """Read a value from the start of the data; what follows it is ignored.

    Args:
        data: The bytes.
        payload: Type of the value.
        encoding: The encoding, with its limit of claimed bytes.
        limits: Bounds of depth and of elements without bytes.
        lazy: Decode the fields of large structs when they are touched. Bytes that are no value of their
            type raise then; `validate` touches all. See `SnapshotFormat.load`.
        arrays: With `lazy`: hand out sequences of numbers as views of the bytes, `"memoryview"` or
            `"numpy"`.

    Raises:
        DecodeError: The bytes are no value of the type; path and offset say where.
    """
    if limits is DEFAULT_LIMITS and not lazy:
        try:
            # As in `encode`.
            declared = payload.__snapformat__
            known, node = declared.latest
            codec = node.codec
            if known is encoding and declared.cls is payload and type(data) is bytes and not codec.accounts:
                value, end = codec.reader(data, 0, len(data), 0, None)
                if arrays is None and (encoding.limit is None or end <= encoding.limit):
                    return value
        except Exception:
            pass
    if lazy or arrays is not None:
        check_arrays(lazy, arrays)
        return decoder(payload, encoding, limits=limits, lazy=True, arrays=arrays)(data)
    if type(data) is not bytes:
        data = bytes(data)
    return read_value(node_of(payload, encoding), data, 0, encoding.limit, limits)[0]


def decoder(
    payload: Any,
    encoding: Encoding = FIRECRACKER,
    *,
    limits: Limits = DEFAULT_LIMITS,
    lazy: bool = False,
    arrays: Arrays | None = None,
) -> Callable[[bytes | bytearray | memoryview], Any]:
    """A function that reads values of one type: `decode` with everything but the data given beforehand.

    Looking up a type takes longer than reading a small value, or than making a view of a large array.

    Args:
        payload: Type of the values.
        encoding: The encoding, with its limit of claimed bytes.
        limits: Bounds of depth and of elements without bytes.
        lazy: As for `decode`.
        arrays: As for `decode`.

    Returns:
        A function of the data, which raises `DecodeError` as `decode` does.
    """
    check_arrays(lazy, arrays)
    node = node_of(payload, encoding)
    if lazy:
        return lazy_reader(node, encoding.limit, limits, arrays)
    return lambda data: read_value(node, bytes(data), limit=encoding.limit, limits=limits)[0]


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
