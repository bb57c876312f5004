"""The reference reader: bytes by the layout tree, as values and as events.

Everything that reads bytes agrees with it. Nodes are read by `layout.read_parts` and `layout.read_leaves`.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from snapformat.errors import DecodeError
from snapformat.io import SupportsRead, bytes_of
from snapformat.layout.nodes import Node
from snapformat.layout.read_parts import read_node
from snapformat.layout.reader import Event, Reader, StreamReader
from snapformat.limits import DEFAULT_LIMITS, Budget, Limits
from snapformat.path import Segment
from snapformat.trampoline import run


def walk(
    node: Node,
    data: bytes | bytearray | memoryview,
    offset: int = 0,
    *,
    limit: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    root: tuple[Segment, ...] = (),
    blobs: bool = False,
) -> Generator[Event, None, int]:
    """Read bytes and tell what is where, in the order of the bytes.

    Args:
        node: The layout.
        data: The bytes.
        offset: Where to begin.
        limit: Most bytes that may be claimed, or None.
        limits: Bounds of depth and of zero-sized elements.
        root: Path of the value itself.
        blobs: Look into bytes that hold a C struct, where they have its very size.

    Yields:
        An event for every primitive, and for every group before its parts.

    Returns:
        The offset after the value: the value of `yield from`.

    Raises:
        DecodeError: The bytes are no value of this layout. Events up to there have been yielded.
    """
    r = Reader(bytes_of(data), offset, Budget(limit, limits), limits, emit=True, blobs=blobs)
    r.path.extend(root)
    assert r.events is not None
    stack = [read_node(node, r)]
    result: Any = None
    error: DecodeError | None = None
    while stack and error is None:
        try:
            child = stack[-1].send(result)
        except StopIteration as stop:
            stack.pop()
            result = stop.value
        except DecodeError as caught:
            error = caught
        else:
            stack.append(child)
            result = None
        if r.events:
            yield from r.events
            r.events.clear()
    if error is not None:
        raise error
    return r.pos


def read(
    node: Node,
    data: bytes,
    offset: int = 0,
    *,
    limit: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    root: tuple[Segment, ...] = (),
    depth: int = 0,
    stop: int | None = None,
) -> tuple[Any, int]:
    """Read a value.

    Args:
        node: The layout.
        data: The bytes.
        offset: Where to begin.
        limit: Most bytes that may be claimed, or None.
        limits: Bounds of depth and of zero-sized elements.
        root: Path of the value itself, for errors.
        depth: Structs and enums around the value.
        stop: Where the readable bytes end, if not with the data. Constructs that run by themselves would
            look behind it: for these, the data must be cut.

    Returns:
        The value, and the offset after it.

    Raises:
        DecodeError: The bytes are no value of this layout.
    """
    r = Reader(data, offset, Budget(limit, limits), limits, emit=False)
    r.path.extend(root)
    r.depth = depth
    if stop is not None:
        r.end = stop
    value = run(read_node(node, r))
    return value, r.pos


def read_stream(
    node: Node,
    source: SupportsRead,
    *,
    limit: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    root: tuple[Segment, ...] = (),
) -> Any:
    """Read a value from a source, taking no more from it than the value has.

    Args:
        node: The layout.
        source: Its `read` gives fewer bytes than asked only at its end.
        limit: Most bytes that may be claimed, or None.
        limits: Bounds of depth and of zero-sized elements.
        root: Path of the value itself, for errors.

    Raises:
        DecodeError: The bytes are no value of this layout, or end too early.
    """
    r = StreamReader(source, Budget(limit, limits), limits)
    r.path.extend(root)
    return run(read_node(node, r))
