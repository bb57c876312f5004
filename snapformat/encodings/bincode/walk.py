"""Reading and writing by the reference: values, events, streams."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from construct import StopFieldError

from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.events import Event
from snapformat.encodings.bincode.reader import BincodeReader
from snapformat.encodings.bincode.stream import StreamReader
from snapformat.encodings.bincode.writer import BincodeWriter
from snapformat.encodings.construct.reach import Reach
from snapformat.errors import DecodeError
from snapformat.io import SupportsRead, bytes_of
from snapformat.limits import DEFAULT_LIMITS, Budget, Limits
from snapformat.model.kinds import Kind
from snapformat.path import Segment
from snapformat.trampoline import Task


def walk_value(
    kind: Kind,
    config: Config,
    data: bytes | bytearray | memoryview,
    offset: int = 0,
    *,
    limit: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    root: tuple[Segment, ...] = (),
    blobs: bool = False,
) -> Generator[Event, None, int]:
    """Read bytes and describe them, in their order.

    Args:
        kind: The kind of the value.
        config: The configuration of bincode.
        data: The bytes.
        offset: Where to begin.
        limit: Maximum number of bytes that may be claimed, or None.
        limits: Bounds of depth and of zero-sized elements.
        root: Path of the value itself.
        blobs: Whether to read the C structs in bytes of exactly their size.

    Yields:
        An event for every primitive, and for every group before its parts.

    Returns:
        The offset after the value: the value of `yield from`.

    Raises:
        DecodeError: The bytes are not such a value. Events up to there have been yielded.
    """
    given = bytes_of(data)
    reader = BincodeReader(
        given, offset, config, Budget(limit, limits, given), limits, emit=True, blobs=blobs
    )
    reader.path.extend(root)
    stack = [_read(kind, reader)]
    result: Any = None
    error: Exception | None = None
    while stack and error is None:
        try:
            child = stack[-1].send(result)
        except StopIteration as stop:
            stack.pop()
            result = stop.value
        except (DecodeError, StopFieldError) as caught:
            error = caught
        else:
            stack.append(child)
            result = None
        if reader.events:
            yield from reader.events
            reader.events.clear()
    if isinstance(error, StopFieldError):
        reader.fail(_STOPPED, cause=error)
    if error is not None:
        raise error
    return reader.pos


def _read(kind: Kind, reader: BincodeReader) -> Task:
    return kind.read(reader) if kind.is_leaf else (yield kind.read(reader))


def _whole(kind: Kind, reader: BincodeReader) -> Any:
    try:
        return reader.read(kind)
    except StopFieldError as error:
        reader.fail(_STOPPED, cause=error)


#: The message about a `StopIf` that ends no Struct.
_STOPPED = "a StopIf with no Struct around it to end"


def read_value(
    kind: Kind,
    config: Config,
    data: bytes,
    offset: int = 0,
    *,
    limit: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    root: tuple[Segment, ...] = (),
    depth: int = 0,
    stop: int | None = None,
    reach: Reach | None = None,
) -> tuple[Any, int]:
    """Read a value.

    Args:
        kind: Its kind.
        config: The configuration of bincode.
        data: The bytes.
        offset: Where to begin.
        limit: Maximum number of bytes that may be claimed, or None.
        limits: Bounds of depth and of zero-sized elements.
        root: Path of the value itself, for errors.
        depth: Structs and enums around the value.
        stop: End of the readable bytes, if not that of the data. Opaque constructs would read beyond it: for
            these, the data must end there.
        reach: Notes the furthest place that constructs read before they go back, if that matters.

    Returns:
        The value, and the offset after it.

    Raises:
        DecodeError: The bytes are not such a value.
    """
    reader = BincodeReader(data, offset, config, Budget(limit, limits, data), limits)
    reader.path.extend(root)
    reader.depth, reader.reach = depth, reach
    if stop is not None:
        reader.end = stop
    return _whole(kind, reader), reader.pos


def read_from(
    kind: Kind,
    config: Config,
    source: SupportsRead,
    *,
    limit: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    root: tuple[Segment, ...] = (),
) -> Any:
    """Read a value from a source, taking no more from it than the value has: see `read_ahead_from`."""
    return read_ahead_from(kind, config, source, limit=limit, limits=limits, root=root)[0]


def read_ahead_from(
    kind: Kind,
    config: Config,
    source: SupportsRead,
    *,
    limit: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    root: tuple[Segment, ...] = (),
) -> tuple[Any, bytes]:
    """Read a value from a source, and return the bytes after it at which constructs have looked, too.

    Args:
        kind: Its kind.
        config: The configuration of bincode.
        source: Object whose `read` returns fewer bytes than asked only at its end.
        limit: Maximum number of bytes that may be claimed, or None.
        limits: Bounds of depth and of zero-sized elements.
        root: Path of the value itself, for errors.

    Raises:
        DecodeError: The bytes are not such a value, or end too early.
    """
    budget = Budget(limit, limits)
    reader = StreamReader(source, config, budget, limits)
    budget.data = reader.data
    reader.path.extend(root)
    value = _whole(kind, reader)
    return value, bytes(reader.data[reader.pos :])


def write_value(
    kind: Kind,
    config: Config,
    value: Any,
    *,
    limits: Limits = DEFAULT_LIMITS,
    root: tuple[Segment, ...] = (),
    depth: int = 0,
) -> bytes:
    """Write a value.

    Args:
        kind: Its kind.
        config: The configuration of bincode.
        value: The value.
        limits: Bounds of depth and of zero-sized elements.
        root: Path of the value itself, for errors.
        depth: Structs and enums around the value.

    Raises:
        EncodeError: The value does not fit its kind; the path says where.
    """
    writer = BincodeWriter(config, limits)
    writer.path.extend(root)
    writer.depth = depth
    writer.write(kind, value)
    return writer.written()
