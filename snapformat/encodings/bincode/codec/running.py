"""Running constructs, and kinds by themselves, inside generated code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from construct import ExplicitError

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.bytes_reader import stream_at
from snapformat.encodings.bincode.codec.claims import Claims
from snapformat.encodings.bincode.codec.read_helpers import Guard
from snapformat.encodings.bincode.ops import Op
from snapformat.encodings.bincode.reader import BincodeReader
from snapformat.encodings.bincode.writer import BincodeWriter
from snapformat.encodings.construct.running import Output, build_run, parse_run
from snapformat.errors import DecodeError, causes_of
from snapformat.limits import DEFAULT_LIMITS, Budget
from snapformat.model.expressions import root_context, whole_context

#: Most streams that are kept: one for the data, and some for parts with an end of their own.
_MOST_STREAMS = 8


class Running:
    """The streams and the outermost context of the constructs that run in one read.

    Attributes:
        data: The data that the streams have.
        streams: Streams by the bytes that they have, the latest last.
        root: construct's outermost context.
        budget: Counts the claims of one construct.
    """

    __slots__ = ("budget", "data", "root", "streams")

    def __init__(self) -> None:
        self.data: bytes | None = None
        self.streams: dict[tuple[int, int], Any] = {}
        self.root: Any = root_context(parsing=True)
        self.budget: Budget = Budget(None)


def _running(k: Claims) -> Running:
    running: Running = k.running
    if running is None:
        running = k.running = Running()
    return running


def _stream(running: Running, d: bytes, p: int, e: int, k: Claims) -> Any:
    """Return the stream of the current part with an end, at a position of the data."""
    streams, part = running.streams, (k.begin, e)
    if running.data is not d:
        running.data = d
        streams.clear()
    stream = streams.pop(part, None)
    if stream is None:
        whole = part == (0, len(d))
        stream = stream_at(d if whole else d[k.begin : e], k.begin)  # shares the bytes until a write
        if len(streams) == _MOST_STREAMS:
            del streams[next(iter(streams))]
    streams[part] = stream
    stream.seek(p)
    return stream


def root_of(k: Claims) -> Any:
    """Return construct's outermost context of a read."""
    return _running(k).root


def place_stream(k: Claims, d: bytes, p: int, e: int) -> None:
    """Move construct's stream to a position of the data."""
    _stream(_running(k), d, p, e, k)


def read_context(outer: Any, d: bytes, p: int, e: int, k: Claims, subcons: Any) -> Any:
    """Return the whole context of a struct that is read."""
    running = _running(k)
    return whole_context(_completed(outer, running.root), _stream(running, d, p, e, k), subcons)


def _completed(outer: Any, root: Any) -> Any:
    """Return a context with the entries of the outermost one, which one with named fields alone lacks."""
    if outer is None:
        return root
    if "_params" not in outer:
        outer.update(root)
    return outer


def construct_reader(op: ops.Run) -> Callable[[bytes, int, int, Claims, Any], tuple[Any, int]]:
    """Return a function that runs a construct where it is."""

    def read(d: bytes, p: int, e: int, k: Claims, context: Any) -> tuple[Any, int]:
        running = _running(k)
        stream, budget = _stream(running, d, p, e, k), running.budget
        budget.left, budget.zero_sized, budget.again = k.most, k.zero_sized, k.again
        value = parse_run(op.kind, stream, running.root if context is None else context, budget, k.reach)
        end: int = stream.tell()
        if not 0 <= end <= e:
            raise Guard
        k.zero_sized, k.again = budget.zero_sized, budget.again
        # The claims beyond the bytes that it took.
        k.claimed += max(0, k.most - budget.left - (end - p))
        return value, end

    return read


def kind_reader(op: Op) -> Callable[..., tuple[Any, int]]:
    """Return a function that reads a value by its kind, where it is."""
    kind = op.kind

    def read(d: bytes, p: int, e: int, h: int, k: Claims, context: Any) -> tuple[Any, int]:
        reader = _reader(op, d, p, e, h, k, context)
        value = reader.read(kind)
        k.zero_sized, k.again = reader.budget.zero_sized, reader.budget.again
        # The claims beyond the bytes that it took.
        k.claimed += max(0, k.most - reader.budget.left - (reader.pos - p))
        return value, reader.pos

    return read


def _reader(op: Op, d: bytes, p: int, e: int, h: int, k: Claims, context: Any) -> BincodeReader:
    """Return a reference reader at a place."""
    budget = Budget(None)
    budget.left, budget.zero_sized, budget.again = k.most, k.zero_sized, k.again
    reader = BincodeReader(d, p, op.config, budget, DEFAULT_LIMITS)
    reader.end, reader.depth, reader.scope = e, h, context
    reader.begin, reader.reach = k.begin, k.reach
    reader.origin = 0
    return reader


def refusal(op: Op) -> Callable[..., None]:
    """Return a function that raises unless the reference refuses a value, too, and construct goes on."""
    kind = op.kind

    def check(d: bytes, p: int, e: int, h: int, k: Claims, context: Any) -> None:
        reader = _reader(op, d, p, e, h, k, context)
        try:
            reader.read(kind)
        except DecodeError as error:
            if not reader.is_exhausted and _is_passed_over(error):
                reader.budget.claim_again(max(0, reader.pos - p))
                k.again = reader.budget.again
                return
        raise Guard

    return check


def _is_passed_over(error: BaseException | None) -> bool:
    """Return whether construct tries something else after an error."""
    final = (ExplicitError, RecursionError, MemoryError)
    return not any(isinstance(cause, final) for cause in causes_of(error))


# --- writing --------------------------------------------------------------------------------------------


def write_context(outer: Any, l: Output, subcons: Any) -> Any:  # noqa: E741 - as in the code
    """Return the whole context of a struct that is written."""
    return whole_context(_completed(outer, l.root()), l.stream(), subcons)


def construct_writer(op: Op) -> Callable[[Any, Output, Any], Any]:
    """Return a function that builds by a construct where it is, and returns what expressions see."""
    return lambda value, out, context: build_run(
        op.kind, value, out.stream(), out.root() if context is None else context
    )


def kind_writer(op: Op) -> Callable[..., Any]:
    """Return a function that writes a value by its kind where it is, and returns what expressions see."""
    kind, config = op.kind, op.config

    def write(value: Any, h: int, out: Output, context: Any, keep: bool) -> Any:
        writer = BincodeWriter(config, DEFAULT_LIMITS)
        writer.depth, writer.scope, writer.keep = h, context, keep
        writer.out = out.stream()
        return writer.write(kind, value)

    return write
