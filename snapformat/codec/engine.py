"""Reading and writing values: generated code first, the reference where a guard fails.

A layout by which only a few bytes are read, once, is read by the reference: that is over sooner.

Both give the same values and the same bytes; only the reference gives errors. `statistics` counts how often
generated code had to give up on something that the reference then took: on valid input that is never.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from snapformat.budget import DEFAULT_LIMITS, Limits
from snapformat.codec.generator import NotGenerated
from snapformat.codec.read_helpers import Account
from snapformat.codec.read_source import generate_reader
from snapformat.codec.source import Source
from snapformat.codec.write_source import generate_writer
from snapformat.layout.nodes import Node
from snapformat.layout.walk import read as reference_read
from snapformat.layout.write import write as reference_write
from snapformat.lazy_dataclasses import dataclass
from snapformat.path import Segment

Reader = Callable[[bytes, int, int, int, Account], tuple[Any, int]]
Writer = Callable[[Any, Callable[[bytes], None], int], None]


@dataclass(slots=True)
class Statistics:
    """Counts since the start of the process.

    Attributes:
        read_fallbacks: Reads that generated code gave up and the reference completed.
        write_fallbacks: The same for writes.
        not_generated: Layouts that have no generated code.
    """

    read_fallbacks: int = 0
    write_fallbacks: int = 0
    not_generated: int = 0


#: Bytes that the reference reads, once, in the time in which a reader is generated.
SMALL = 1 << 16

statistics = Statistics()
_lock = threading.Lock()
_readers: WeakKeyDictionary[Node, Reader | None] = WeakKeyDictionary()
#: Layouts by which few bytes were read, and that have no reader yet.
_seen: WeakSet[Node] = WeakSet()
_writers: WeakKeyDictionary[Node, Writer | None] = WeakKeyDictionary()


def reader_of(node: Node) -> Reader | None:
    """The generated reader of a layout, made on first use; None if there is none."""
    made: Reader | None = _made(_readers, node, "read", generate_reader)
    return made


def writer_of(node: Node) -> Writer | None:
    """The generated writer of a layout, made on first use; None if there is none."""
    made: Writer | None = _made(_writers, node, "write", generate_writer)
    return made


def _made(
    known: WeakKeyDictionary[Node, Any], node: Node, function: str, generate: Callable[[Node], Source]
) -> Any:
    try:
        return known[node]
    except KeyError:
        pass
    # Made by one thread only: the code is large, and the others want the same.
    with _lock:
        if node not in known:
            title = getattr(node, "name", "") or type(node).__name__
            try:
                known[node] = generate(node).compile(f"{function} {title}")[function]
            except (NotGenerated, RecursionError, SyntaxError):  # the last two: types of absurd depth
                statistics.not_generated += 1
                known[node] = None
        return known[node]


def _reader_for(node: Node, size: int) -> Reader | None:
    """The generated reader; None where the reference is done with so many bytes before it would be there."""
    try:
        return _readers[node]
    except KeyError:
        if size > SMALL or node in _seen:
            return reader_of(node)
        _seen.add(node)
        return None


def read_value(
    node: Node,
    data: bytes,
    offset: int = 0,
    *,
    limit: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    root: tuple[Segment, ...] = (),
) -> tuple[Any, int]:
    """Read a value; arguments, result and errors are those of `layout.read`."""
    reader = _reader_for(node, len(data) - offset) if limits == DEFAULT_LIMITS else None
    if reader is None:
        return reference_read(node, data, offset, limit=limit, limits=limits, root=root)
    account = Account(limits.zero_sized)
    try:
        value, end = reader(data, offset, len(data), 0, account)
    except Exception:  # whatever a guard raises: the reference says what is wrong
        value, end = None, -1
    if end >= 0 and (limit is None or end - offset + account.claimed <= limit):
        return value, end
    result = reference_read(node, data, offset, limit=limit, limits=limits, root=root)
    statistics.read_fallbacks += 1
    return result


def write_value(
    node: Node, value: Any, *, limits: Limits = DEFAULT_LIMITS, root: tuple[Segment, ...] = ()
) -> bytes:
    """Write a value; arguments, result and errors are those of `layout.write`."""
    writer = writer_of(node) if limits == DEFAULT_LIMITS else None
    if writer is None:
        return reference_write(node, value, limits=limits, root=root)
    parts: list[bytes] = []
    try:
        writer(value, parts.append, 0)
    except Exception:  # whatever a guard raises: the reference says what is wrong
        result = reference_write(node, value, limits=limits, root=root)
        statistics.write_fallbacks += 1
        return result
    return b"".join(parts)
