"""The place of an error in construct: fields, elements and offset, which its own errors lack in part.

construct's path has the names of fields but not the indexes of elements, exceptions of users' adapters have
no path, and neither has an offset. The frames of the traceback have all three.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from types import CodeType
from typing import Any, NoReturn

import construct as c

from snapformat.encodings.construct import bounded, composites, counted, linear, named, reach
from snapformat.encodings.construct.base import read_exactly
from snapformat.encodings.construct.bounded import BOUNDED, RefusedError
from snapformat.model.checks import describe_exception
from snapformat.model.from_construct import name_of
from snapformat.model.traversal import Traversal
from snapformat.path import Segment, Variant

Locals = dict[str, Any]


def fail_foreign(traversal: Traversal, error: Exception) -> NoReturn:
    """Raise the error for an exception of construct, or of code in it, with its place."""
    traversal.path.extend(place_of(error)[0])
    traversal.fail(*reason_of(error), cause=error)


def reason_of(error: Exception) -> tuple[str, str | None, str | None]:
    """Return the message for an exception of construct, or of code in it; what was expected, and found."""
    if isinstance(error, RefusedError):
        return error.reason, error.expected, error.found
    if isinstance(error, RecursionError):
        return "nested too deeply for construct", None, None
    return describe_exception(error), None, None


def place_of(error: BaseException) -> tuple[list[Segment], int | None]:
    """Return the place, in the value and in the bytes, of an exception of construct or of code in it.

    Args:
        error: The exception, as it was caught.

    Returns:
        The path from the called construct, and the offset in its stream; None if that construct itself
        failed, and nothing in it: the place is then its start.
    """
    segments: list[Segment] = []
    focus: Any = None
    first: Any = None
    offset: int | None = None
    depth = 0
    lost = False  # in a stream other than that of the data, such as one of bits
    is_named = False  # whether the next name is that of a field: that of the called construct is known
    trace = error.__traceback__
    while trace is not None:
        code, found = trace.tb_frame.f_code, trace.tb_frame.f_locals
        trace = trace.tb_next
        if code in _RENAMED:
            name = name_of(found["self"])
            if is_named and name is not None and (focus is None or name != focus):
                segments.append(name)
            is_named, focus = False, None
        elif code.co_name in ("_parse", "_build"):
            focus = found["self"].parsebuildfrom if code in _FOCUSED else None
            is_named = code in _NAMING or code.co_filename not in _OWN
        if code in _SEGMENTS and (segment := _SEGMENTS[code](found)) is not None:
            segments.append(segment)
        depth += code.co_name == "_parse"
        lost = lost or code is _TUNNEL
        stream = found.get("stream") if code.co_name in _READING else None
        if stream is not None and not lost:
            first = stream if first is None else first
            lost = stream is not first and not isinstance(stream, c.core.BytesIOWithOffsets)
            if not lost:
                offset = _position(stream, code, found)
    return segments, offset if depth > 1 else None


def _position(stream: Any, code: CodeType, found: Locals) -> int | None:
    """Return the start of the value in a frame of construct; None for a stream without positions."""
    before = 0
    with suppress(Exception):  # a size that depends on other values
        if code is _READ:
            before = len(found.get("data", b""))
        elif code is _READ_EXACTLY:
            before = found["size"] - found["left"]
        elif code is _TRANSFORMING:
            before = found["self"].decodeamount or 0
        elif code in _JUDGING:
            before = getattr(found["self"], _JUDGING[code]).sizeof()
    try:
        return int(stream.tell()) - before
    except Exception:
        return None


def _index(found: Locals) -> Segment | None:
    return found.get("i")


def _count(found: Locals) -> Segment | None:
    values = found.get("values", found.get("obj"))
    return len(values) if isinstance(values, list) else None


def _variant(found: Locals) -> Segment | None:
    variant = found.get("variant")
    return None if variant is None else Variant(variant.name)


def _codes(*classes: Any) -> list[CodeType]:
    return [method.__code__ for cls in classes for method in (cls._parse, cls._build)]


def _copied(found: Locals) -> Segment | None:
    return "value"


_SEGMENTS: dict[CodeType, Callable[[Locals], Segment | None]] = {
    **dict.fromkeys(_codes(c.Array, c.GreedyRange, c.RepeatUntil, c.LazyArray), _index),
    BOUNDED[c.GreedyRange]._parse.__code__: _index,
    c.Sequence._build.__code__: _index,
    c.Sequence._parse.__code__: _count,
    composites._Elements._parse_items.__code__: _count,
    **dict.fromkeys(_codes(c.RawCopy), _copied),
    **dict.fromkeys(_codes(named.Enum), _variant),
}
_RENAMED = frozenset(_codes(c.Renamed))
_FOCUSED = frozenset(_codes(c.FocusedSeq))
#: Classes whose parts are fields.
_NAMING = frozenset(_codes(c.Struct, c.Union, BOUNDED[c.Union], c.LazyStruct, c.FocusedSeq, named.Struct))
#: Files of classes whose parts are no fields, but for these.
_OWN = {inspect.getfile(module) for module in (c.core, composites, named, bounded, counted, linear, reach)}
#: Functions that read from their `stream`.
_READING = ("_parse", "stream_read", "read_exactly")
#: Classes that check a value after reading it, and the attribute with the construct that reads it.
_JUDGING = {
    c.Adapter._parse.__code__: "subcon",
    c.Const._parse.__code__: "subcon",
    c.Checksum._parse.__code__: "checksumfield",
}
#: It reads to the end of its stream, and goes on in another one.
_TUNNEL = c.Tunnel._parse.__code__
_TRANSFORMING = c.Transformed._parse.__code__
_READ = c.stream_read.__code__
_READ_EXACTLY = read_exactly.__code__
