"""Reading and writing values: generated code first, the reference where a guard fails.

A layout by which only a few bytes are read, once, is read by the reference: that is over sooner.

Both give the same values and the same bytes; only the reference gives errors. `statistics` counts how often
generated code had to give up on something that the reference then took: on valid input that is never.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from snapformat.encodings.bincode import walk as reference
from snapformat.encodings.bincode.codec.claims import Claims
from snapformat.encodings.bincode.codec.collector import LARGE, may_pause, paused
from snapformat.encodings.bincode.codec.source import CANNOT_COMPILE, NotGenerated, Source
from snapformat.encodings.bincode.ops import Op
from snapformat.lazy_dataclasses import dataclass
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.once import first
from snapformat.path import Segment

Reader = Callable[[bytes, int, int, int, Claims | None], tuple[Any, int]]
Writer = Callable[..., bytes]
Skipper = Callable[[bytes, int, int, int, Claims], int]
Indexer = Callable[[bytes, int, int, int, Claims], tuple[int, ...]]


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
COMPILE_THRESHOLD = 1 << 16

statistics = Statistics()


class Codec:
    """The generated code of a layout, which keeps it (`Op.codec`): code goes when its layout goes.

    Attributes:
        reader: None until it is needed.
        writer: None until it is needed.
        has_claims: The reader needs `Claims`.
        is_interpreted: Few bytes were read by this layout, without a reader.
        is_opaque: Something in it is left to construct; None until it is asked.
        checker: None until it is needed.
        skipper: None until it is needed.
        indexer: None until it is needed.
        finder: What finds the end of a value (`codec.ends`); False where none is sure of it, None until it is
            needed.
        may_pause: Python's collector may be paused while values are read; None until it is needed.
        lazy_type: Its `lazy.state.LazyType`; False where it can't be read lazily, None until it is needed.
    """

    __slots__ = (
        "checker",
        "finder",
        "has_claims",
        "indexer",
        "is_interpreted",
        "is_opaque",
        "lazy_type",
        "may_pause",
        "reader",
        "skipper",
        "writer",
    )

    def __init__(self) -> None:
        self.reader: Reader | None = None
        self.writer: Writer | None = None
        self.has_claims = True
        self.is_interpreted = False
        self.is_opaque: bool | None = None
        self.checker: Skipper | None = None
        self.skipper: Skipper | None = None
        self.indexer: Indexer | None = None
        self.finder: Any = None
        self.may_pause: bool | None = None
        self.lazy_type: Any = None


def _no_code(*_: Any) -> Any:
    """Stands for the code of a layout that has none."""
    raise NotGenerated


def reader_of(op: Op) -> Reader | None:
    """The generated reader of a layout, made on first use; None if there is none."""
    reader: Reader | None = _code(op, "reader")
    return reader


def writer_of(op: Op) -> Writer | None:
    """The generated writer of a layout, made on first use; None if there is none."""
    writer: Writer | None = _code(op, "writer")
    return writer


def skipper_of(op: Op) -> Skipper | None:
    """What passes over values of a layout, made on first use; None if there is none."""
    skipper: Skipper | None = _code(op, "skipper")
    return skipper


def indexer_of(op: Op) -> Indexer | None:
    """What finds the fields of a struct, made on first use; None if there is none."""
    indexer: Indexer | None = _code(op, "indexer")
    return indexer


def _code(op: Op, kind: str) -> Any:
    made = getattr(codec_of(op), kind) or _make(op, kind)
    return None if made is _no_code else made


def codec_of(op: Op) -> Codec:
    """What is generated for a layout."""
    codec: Codec = op.codec or first(_codec_slot, op, Codec())
    return codec


_codec_slot: Any = vars(Op)["codec"]


@cache
def _kinds() -> dict[str, tuple[str, Callable[[Op], Source]]]:
    """The name of the function that each kind of code is, and what generates it."""
    # Here and not above: what reads a small file once, as the command line does, needs none of it.
    from snapformat.encodings.bincode.codec.check_source import generate_checker
    from snapformat.encodings.bincode.codec.read_source import generate_reader
    from snapformat.encodings.bincode.codec.skip_source import generate_indexer, generate_skipper
    from snapformat.encodings.bincode.codec.write_source import generate_writer

    return {
        "checker": ("check", partial(generate_checker, generate_reader=generate_reader)),
        "reader": ("read", generate_reader),
        "writer": ("write", generate_writer),
        "skipper": ("skip", partial(generate_skipper, generate_reader=generate_reader)),
        "indexer": ("index", partial(generate_indexer, generate_reader=generate_reader)),
    }


def _make(op: Op, kind: str) -> Any:
    """Make code of a kind, `_no_code` where there is none; all threads get that of the first."""
    codec = codec_of(op)
    function, generate = _kinds()[kind]
    made = _made(op, function, generate)
    if kind == "reader":
        codec.has_claims = "CLAIMS" in made  # the same of every thread
    return first(vars(Codec)[kind], codec, made[function])


def _made(op: Op, function: str, generate: Callable[[Op], Source]) -> dict[str, Any]:
    title = getattr(op, "name", "") or type(op).__name__
    try:
        return generate(op).compile(f"{function} {title}", function)
    except CANNOT_COMPILE:
        statistics.not_generated += 1
        return {function: _no_code}


def _first_reader(op: Op, codec: Codec, size: int) -> Reader:
    """The generated reader, not there yet; none where the reference is done before it would be."""
    if size > COMPILE_THRESHOLD or codec.is_interpreted:
        reader: Reader = _make(op, "reader")
        return reader
    codec.is_interpreted = True
    return _no_code


def is_opaque(op: Op) -> bool:
    """Whether construct runs something in a layout: it sees all bytes that it is given, and their end."""
    codec = op.codec or codec_of(op)
    if codec.is_opaque is None:
        # Here and not above: what reads files to their end, as the command line mostly does, never asks.
        from snapformat.encodings.bincode.codec.shape import has_opaque

        codec.is_opaque = has_opaque(op)
    return codec.is_opaque


def read_value(
    op: Op,
    data: bytes,
    offset: int = 0,
    limit: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    root: tuple[Segment, ...] = (),
    stop: int | None = None,
    is_paused: bool = False,
) -> tuple[Any, int]:
    """Read a value; arguments, result and errors are those of `layout.read`.

    `is_paused` says that the collector is paused, as it is for much data.
    """
    if stop is None:
        stop = len(data)
    elif stop < len(data) and is_opaque(op):
        data = data[:stop]
    codec = op.codec or codec_of(op)
    if stop - offset > LARGE and not is_paused and _may_pause(op, codec):
        return paused(read_value, op, data, offset, limit, limits, root, stop, True)
    reader = codec.reader or _first_reader(op, codec, stop - offset)
    if reader is _no_code or (limits is not DEFAULT_LIMITS and limits != DEFAULT_LIMITS):
        return reference.read_value(
            op.kind, op.config, data, offset, limit=limit, limits=limits, root=root, stop=stop
        )
    claims = Claims(limits.zero_sized) if codec.has_claims else None
    try:
        found = reader(data, offset, stop, 0, claims)
        claimed = found[1] - offset if claims is None else found[1] - offset + claims.claimed
        # A reader may run into what stands behind `stop`: the position never goes back.
        if found[1] <= stop and (limit is None or claimed <= limit):
            return found
    except Exception:  # whatever a guard raises: the reference says what is wrong
        pass
    result = reference.read_value(
        op.kind, op.config, data, offset, limit=limit, limits=limits, root=root, stop=stop
    )
    statistics.read_fallbacks += 1
    return result


def check_value(
    op: Op,
    data: bytes,
    offset: int,
    limit: int | None,
    limits: Limits,
    stop: int,
) -> int:
    """The offset after a value, which is mostly not made; errors are those of `read_value`."""
    codec = op.codec or codec_of(op)
    # A layout that nothing was read by is read by the reference: that is over sooner.
    if codec.reader is not None and limits == DEFAULT_LIMITS and not is_opaque(op):
        checker = codec.checker or _make(op, "checker")
        claims = Claims(limits.zero_sized)
        try:
            end: int = checker(data, offset, stop, 0, claims)
        except Exception:  # whatever a guard raises: reading finds the fault
            end = stop + 1
        if end <= stop and (limit is None or end - offset + claims.claimed <= limit):
            return end
    return read_value(op, data, offset, limit, limits, (), stop)[1]


def _may_pause(op: Op, codec: Codec) -> bool:
    if codec.may_pause is None:
        codec.may_pause = may_pause(op)
    return codec.may_pause


def read_part(
    op: Op,
    data: bytes,
    offset: int,
    stop: int,
    depth: int,
    path: tuple[Segment, ...],
    is_paused: bool = False,
) -> Any:
    """Read a part of a value whose claims are accounted for already.

    Args:
        op: The part's layout.
        data: All bytes.
        offset: Where it begins.
        stop: Where it ends.
        depth: Structs and enums around it.
        path: Its path.
        is_paused: The collector is paused, as it is for much data.

    Raises:
        DecodeError: As if the whole had been read up to here.
    """
    codec = op.codec or codec_of(op)
    if stop - offset > LARGE and not is_paused and _may_pause(op, codec):
        return paused(read_part, op, data, offset, stop, depth, path, True)
    reader = codec.reader or _first_reader(op, codec, stop - offset)
    if reader is not _no_code:
        claims = Claims(DEFAULT_LIMITS.zero_sized) if codec.has_claims else None
        try:
            value, end = reader(data, offset, len(data), depth, claims)
        except Exception:  # whatever a guard raises: the reference says what is wrong
            end = -1
        if end == stop:
            return value
    return reference.read_value(op.kind, op.config, data, offset, root=path, depth=depth)[0]


def _usable_writer(op: Op, limits: Limits) -> Writer | None:
    """The generated writer; None if there is none, or for bounds that only the reference keeps."""
    codec = op.codec or codec_of(op)
    writer = codec.writer or _make(op, "writer")
    if writer is _no_code or (limits is not DEFAULT_LIMITS and limits != DEFAULT_LIMITS):
        return None
    return writer


def write_exactly(op: Op, value: Any, depth: int, limits: Limits, start: int = 0) -> bytes | None:
    """Write a part in which no instance is of a subclass; None where one is, or anything else is odd."""
    writer = _usable_writer(op, limits)
    try:
        return None if writer is None else writer(value, depth, False, start)
    except Exception:  # whatever a guard raises
        return None


def write_value(
    op: Op,
    value: Any,
    limits: Limits = DEFAULT_LIMITS,
    root: tuple[Segment, ...] = (),
    depth: int = 0,
    start: int = 0,
) -> bytes:
    """Write a value; arguments, result and errors are those of `layout.write`."""
    writer = _usable_writer(op, limits)
    if writer is None:
        return reference.write_value(
            op.kind, op.config, value, limits=limits, root=root, depth=depth, start=start
        )
    try:
        return writer(value, depth, True, start)
    except Exception:  # whatever a guard raises: the reference says what is wrong
        pass
    result = reference.write_value(
        op.kind, op.config, value, limits=limits, root=root, depth=depth, start=start
    )
    statistics.write_fallbacks += 1
    return result
