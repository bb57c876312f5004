"""Reading and writing values: generated code first, the reference where a guard fails.

Small one-off reads use the reference: generating code would take longer.

Both have the same values and bytes as results; only the reference raises errors. `statistics` counts the
inputs that generated code refused and the reference accepted; on valid input there are none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from itertools import islice
from typing import Any

from snapformat._machine import CORE
from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode import walk as reference
from snapformat.encodings.bincode.codec.claims import Claims
from snapformat.encodings.bincode.codec.collector import LARGE, may_pause, paused
from snapformat.encodings.bincode.codec.source import CANNOT_COMPILE, NotGenerated, Source
from snapformat.encodings.bincode.ops import Op, operations
from snapformat.encodings.construct.reach import Reach
from snapformat.errors import DecodeError, EncodeError
from snapformat.lazy_dataclasses import dataclass
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.once import first
from snapformat.path import Segment, format_path

Reader = Callable[[bytes, int, int, int, Claims | None], tuple[Any, int]]
Writer = Callable[..., bytes]
Skipper = Callable[[bytes, int, int, int, Claims], int]
Indexer = Callable[[bytes, int, int, int, Claims], tuple[int, ...]]


@dataclass(slots=True)
class Statistics:
    """Counts since the start of the process.

    Attributes:
        read_fallbacks: Number of reads that generated code gave up and the reference completed.
        write_fallbacks: The same for writes.
        not_generated: Number of layouts without generated code.
    """

    read_fallbacks: int = 0
    write_fallbacks: int = 0
    not_generated: int = 0


#: Number of bytes that the reference reads in the time that generating a reader takes.
COMPILE_THRESHOLD = 1 << 16
#: Number of bytes that the reference reads in the time that making a program takes, for each operation.
PROGRAM_THRESHOLD = 128

statistics = Statistics()


class Codec:
    """The generated code of a layout, kept in `Op.codec` and freed with it.

    Attributes:
        reader: None until it is needed.
        writer: None until it is needed.
        has_claims: Whether the reader needs `Claims`.
        is_interpreted: Whether a small value was read by the reference already.
        runs_constructs: Whether construct runs a part of it; None until it is needed.
        is_placed: Whether one of these looks at what is around it; None until it is needed.
        checker: None until it is needed.
        skipper: None until it is needed.
        indexer: None until it is needed.
        finder: Function that finds the end of a value (`codec.ends`); False if there is none, None until it
            is needed.
        is_sure: Whether the skipper raises only where no value can be read, or in doubt (`codec.ends`).
        read_program: The `codec.machine.Program` that reads; False if there is none, None until it is needed.
        write_program: The same that writes.
        may_pause: Whether Python's collector may be paused while values are read; None until it is needed.
        lazy_type: Its `lazy.state.LazyType`; False if it can't be read lazily, None until it is needed.
    """

    __slots__ = (
        "checker",
        "finder",
        "has_claims",
        "indexer",
        "is_interpreted",
        "is_placed",
        "is_sure",
        "lazy_type",
        "may_pause",
        "read_program",
        "reader",
        "runs_constructs",
        "skipper",
        "write_program",
        "writer",
    )

    def __init__(self) -> None:
        self.reader: Reader | None = None
        self.writer: Writer | None = None
        self.has_claims: bool = True
        self.is_interpreted: bool = False
        self.runs_constructs: bool | None = None
        self.is_placed: bool | None = None
        self.checker: Skipper | None = None
        self.skipper: Skipper | None = None
        self.indexer: Indexer | None = None
        self.finder: Any = None
        self.may_pause: bool | None = None
        self.is_sure: bool = False
        self.read_program: Any = None
        self.write_program: Any = None
        self.lazy_type: Any = None


def _no_code(*_: Any) -> Any:
    """The code of a layout that has none."""
    raise NotGenerated


def reader_of(op: Op) -> Reader | None:
    """Return the generated reader of a layout, made on first use; None if there is none."""
    reader: Reader | None = _code(op, "reader")
    return reader


def writer_of(op: Op) -> Writer | None:
    """Return the generated writer of a layout, made on first use; None if there is none."""
    writer: Writer | None = _code(op, "writer")
    return writer


def reader_for(op: Op, size: int) -> Reader | None:
    """Return the generated reader of a layout; None if there is none, or the reference is faster.

    Args:
        op: The layout.
        size: Number of bytes to read.
    """
    codec = codec_of(op)
    reader = codec.reader or _first_reader(op, codec, size)
    return None if reader is _no_code else reader


def checker_of(op: Op) -> Skipper | None:
    """Return the checker of a layout, made on first use; None if there is none."""
    checker: Skipper | None = _code(op, "checker")
    return checker


def skipper_of(op: Op) -> Skipper | None:
    """Return the skipper of a layout, made on first use; None if there is none."""
    skipper: Skipper | None = _code(op, "skipper")
    return skipper


def indexer_of(op: Op) -> Indexer | None:
    """Return the indexer of a struct, which locates its fields; None if there is none."""
    indexer: Indexer | None = _code(op, "indexer")
    return indexer


def _code(op: Op, kind: str) -> Any:
    made = getattr(codec_of(op), kind) or _make(op, kind)
    return None if made is _no_code else made


def codec_of(op: Op) -> Codec:
    """Return the generated code of a layout."""
    codec: Codec = op.codec or first(_codec_slot, op, Codec())
    return codec


_codec_slot: Any = vars(Op)["codec"]


@cache
def _kinds() -> dict[str, tuple[str, Callable[[Op], Source]]]:
    """Return the function name and the generator of each sort of code."""
    # Imported here, as reading a small file once, as the command line does, needs none of them.
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
    """Make code of a sort, `_no_code` if there is none; all threads get that of the first."""
    return _make_program(op, kind) or _generate(op, kind)


def _make_program(op: Op, kind: str) -> Any:
    """Make code that the machine executes; return None if it can't."""
    codec = codec_of(op)
    if CORE is None:
        return None
    # Imported here, as nothing needs it where the machine is not built.
    from snapformat.encodings.bincode.codec.machine import program_of

    reading = kind != "writer"
    slot = "read_program" if reading else "write_program"
    program = getattr(codec, slot)
    if program is None:
        program = first(vars(Codec)[slot], codec, program_of(op, reading=reading) or False)
    method = program and program.method(kind)
    if not method:
        return None
    if kind == "reader":
        codec.has_claims = program.has_claims
    elif kind == "skipper":
        codec.is_sure = program.is_sure
    return first(vars(Codec)[kind], codec, method)


def _generate(op: Op, kind: str) -> Any:
    codec = codec_of(op)
    function, generate = _kinds()[kind]
    made = _made(op, function, generate)
    if kind == "reader":
        codec.has_claims = "CLAIMS" in made  # the same of every thread
    elif kind == "skipper":
        codec.is_sure = "SURE" in made
    return first(vars(Codec)[kind], codec, made[function])


def _made(op: Op, function: str, generate: Callable[[Op], Source]) -> dict[str, Any]:
    title = getattr(op, "name", "") or type(op).__name__
    try:
        return generate(op).compile(f"{function} {title}", function)
    except CANNOT_COMPILE:
        statistics.not_generated += 1
        return {function: _no_code}


def _first_reader(op: Op, codec: Codec, size: int) -> Reader:
    """Make the reader on first use; return `_no_code` where the reference is faster than making it."""
    reader: Reader | None = None  # of a program mostly
    if size > COMPILE_THRESHOLD or codec.is_interpreted:
        reader = _make(op, "reader")
    elif CORE is not None and _is_small(op, size // PROGRAM_THRESHOLD):
        reader = _make_program(op, "reader")
    codec.is_interpreted = True
    return reader or _no_code


def _is_small(op: Op, most: int) -> bool:
    """Return whether a layout has so many operations at most, and values of any number of parts."""
    found = list(islice(operations(op), most + 1))
    return len(found) <= most and any(isinstance(each, ops.Seq | ops.Set | ops.Map) for each in found)


def runs_constructs(op: Op) -> bool:
    """Return whether a part of a layout sees all given bytes, and their end: mostly one run by construct."""
    codec = op.codec or codec_of(op)
    if codec.runs_constructs is None:
        # Imported here, as reading whole files, as the command line mostly does, never needs it.
        from snapformat.encodings.bincode.codec import shape

        codec.runs_constructs = shape.has_run(op) or shape.is_placed(op)
    return codec.runs_constructs


def is_placed(op: Op) -> bool:
    """Return whether a part of a layout looks at its context, its position, or for the end of the data."""
    codec = op.codec or codec_of(op)
    if codec.is_placed is None:
        from snapformat.encodings.bincode.codec import shape

        codec.is_placed = shape.is_placed(op)
    return codec.is_placed


def read_value(
    op: Op,
    data: bytes,
    offset: int = 0,
    limit: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    root: tuple[Segment, ...] = (),
    stop: int | None = None,
    is_paused: bool = False,
    reach: Reach | None = None,
) -> tuple[Any, int]:
    """Read a value; arguments, result and errors are those of `layout.read`.

    `is_paused`: whether the collector is paused, as it is for large data.
    """
    if stop is None:
        stop = len(data)
    codec = op.codec or codec_of(op)
    if stop - offset > LARGE and not is_paused and _may_pause(op, codec, limits):
        return paused(read_value, op, data, offset, limit, limits, root, stop, True, reach)
    reader = codec.reader or _first_reader(op, codec, stop - offset)
    if reader is _no_code or (limits is not DEFAULT_LIMITS and limits != DEFAULT_LIMITS):
        return reference.read_value(
            op.kind, op.config, data, offset, limit=limit, limits=limits, root=root, stop=stop, reach=reach
        )
    claims = Claims(limits.zero_sized, stop - offset, limit) if codec.has_claims else None
    if reach is not None and claims is not None:
        claims.reach = reach
    try:
        if runs_constructs(op) and (offset or stop < len(data)):
            # Constructs see the value's bytes alone, and their positions count from its start.
            value, size = reader(data[offset:stop], 0, stop - offset, 0, claims)
            found = value, offset + size
        else:
            found = reader(data, offset, stop, 0, claims)
        claimed = found[1] - offset if claims is None else found[1] - offset + claims.claimed
        # A reader may read beyond `stop`, which shows in the position: it never moves back.
        if found[1] <= stop and (limit is None or claimed <= limit):
            return found
    except Exception:  # any guard's exception: the reference raises the error
        pass
    call = paused if stop - offset > LARGE and not is_paused and _may_pause(op, codec) else _call
    refer = partial(reference.read_value, limit=limit, limits=limits, root=root, stop=stop, reach=reach)
    result = call(refer, op.kind, op.config, data, offset)
    statistics.read_fallbacks += 1
    return result


def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def check_value(
    op: Op,
    data: bytes,
    offset: int,
    limit: int | None,
    limits: Limits,
    stop: int,
    reach: Reach | None = None,
) -> int:
    """Return the offset after a value, mostly without making it; errors are those of `read_value`."""
    codec = op.codec or codec_of(op)
    # The first read of a layout uses the reference, which is faster than generating code.
    if codec.reader is not None and limits == DEFAULT_LIMITS and not runs_constructs(op):
        checker = codec.checker or _make(op, "checker")
        claims = Claims(limits.zero_sized, stop - offset, limit)
        try:
            end: int = checker(data, offset, stop, 0, claims)
        except Exception:  # any guard's exception: reading raises the error
            end = stop + 1
        if end <= stop and (limit is None or end - offset + claims.claimed <= limit):
            return end
    return read_value(op, data, offset, limit, limits, (), stop, reach=reach)[1]


#: The most bytes that reading claims for one: a u128 of variable length.
CLAIMED_PER_BYTE = 16


def check_limit(
    op: Op, data: bytes, limit: int, limits: Limits = DEFAULT_LIMITS, root: tuple[Segment, ...] = ()
) -> None:
    """Check that reading a written value would not exceed a limit.

    Raises:
        EncodeError: It would.
    """
    if CLAIMED_PER_BYTE * len(data) <= limit:
        return
    if reader_of(op) is not None and not codec_of(op).has_claims:
        fits = len(data) <= limit
    else:
        fits = _is_read(op, data, limit, limits) or not _is_read(op, data, None, limits)
    if not fits:
        message = f"reading it would claim more than the limit of {limit} bytes"
        expected, hint = f"at most {limit} bytes", "Encoding(limit=...) sets another; None is no limit"
        path = format_path(root) if root else None
        raise EncodeError(message, path=path, expected=expected, found=f"{len(data)} bytes", hint=hint)


def _is_read(op: Op, data: bytes, limit: int | None, limits: Limits) -> bool:
    try:
        check_value(op, data, 0, limit, limits, len(data))
    except DecodeError:
        return False
    return True


def _may_pause(op: Op, codec: Codec, limits: Limits | None = None) -> bool:
    """Return whether the collector may be paused; not for the machine, which hides what it makes from it.

    Args:
        op: The layout.
        codec: Its code.
        limits: Those of a read that the machine perhaps executes; None where it is the reference's.
    """
    if limits is not None and codec.read_program and limits == DEFAULT_LIMITS:
        return False
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
    """Read a part of a value whose bytes are claimed already.

    Args:
        op: The part's layout.
        data: All bytes.
        offset: Offset of the part.
        stop: Offset after the part.
        depth: Number of structs and enums around it.
        path: Its path.
        is_paused: Whether the collector is paused, as it is for large data.

    Raises:
        DecodeError: As if the whole had been read up to here.
    """
    codec = op.codec or codec_of(op)
    if stop - offset > LARGE and not is_paused and _may_pause(op, codec, DEFAULT_LIMITS):
        return paused(read_part, op, data, offset, stop, depth, path, True)
    reader = codec.reader or _first_reader(op, codec, stop - offset)
    if reader is not _no_code:
        claims = Claims(DEFAULT_LIMITS.zero_sized, stop - offset, None) if codec.has_claims else None
        try:
            value, end = reader(data, offset, len(data), depth, claims)
        except Exception:  # any guard's exception: the reference raises the error
            end = -1
        if end == stop:
            return value
    return reference.read_value(op.kind, op.config, data, offset, root=path, depth=depth)[0]


def _usable_writer(op: Op, limits: Limits) -> Writer | None:
    """Return the generated writer; None if there is none, or for limits that only the reference supports."""
    codec = op.codec or codec_of(op)
    writer = codec.writer or _make(op, "writer")
    if writer is _no_code or (limits is not DEFAULT_LIMITS and limits != DEFAULT_LIMITS):
        return None
    return writer


def write_exactly(op: Op, value: Any, depth: int, limits: Limits) -> bytes | None:
    """Write a part without instances of subclasses; return None if there is one, or on any error."""
    writer = _usable_writer(op, limits)
    try:
        return None if writer is None else writer(value, depth, False)
    except Exception:  # any guard's exception
        return None


def write_value(
    op: Op,
    value: Any,
    limits: Limits = DEFAULT_LIMITS,
    root: tuple[Segment, ...] = (),
    depth: int = 0,
) -> bytes:
    """Write a value; arguments, result and errors are those of `layout.write`."""
    writer = _usable_writer(op, limits)
    if writer is None:
        return reference.write_value(op.kind, op.config, value, limits=limits, root=root, depth=depth)
    try:
        return writer(value, depth, True)
    except Exception:  # any guard's exception: the reference raises the error
        pass
    result = reference.write_value(op.kind, op.config, value, limits=limits, root=root, depth=depth)
    statistics.write_fallbacks += 1
    return result
