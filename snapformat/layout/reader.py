"""The state of one read: position, budget, path, events; and the errors that name all of them."""

from __future__ import annotations

import io
from typing import Any, NoReturn

import construct

from snapformat.encodings.construct.counted import LookAheadStream
from snapformat.errors import DecodeError
from snapformat.io import SupportsRead
from snapformat.lazy_dataclasses import dataclass
from snapformat.limits import Budget, Limits
from snapformat.model.checks import literal, shown, told
from snapformat.model.expressions import Expr, Scope
from snapformat.path import Segment, format_path


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that the walk met in the bytes.

    Attributes:
        offset: Where it begins, from the start of the data.
        size: Its bytes; 0 for what only groups others (`struct`, `tuple`).
        kind: `u8` to `i128`, `f32`, `f64`, `bool`, `char`, `strlen`, `str`, `byteslen`, `bytes`, `option`,
            `seqlen`, `maplen`, `variant`, `struct`, `tuple`, `unit` and those of construct's own classes.
        segments: The value path.
        value: The value; for `struct` its name and number of fields (`VmInfo/5`), for `option` `Some` or
            `None`, for `variant` `Enum::Variant=index (style)`.
    """

    offset: int
    size: int
    kind: str
    segments: tuple[Segment, ...]
    value: Any

    @property
    def path(self) -> str:
        """The value path as text, such as `$.vcpu_states[0].regs`."""
        return format_path(self.segments)


class Reader:
    """Position and account of one read.

    Attributes:
        data: All bytes.
        pos: Next byte.
        begin: Where the part of known length begins that is being read; 0 outside of such parts.
        end: Where the readable bytes end.
        failure: The error of the source, which construct would take for the end of the data.
        blobs: Events of C structs in bytes are handed out, in place of the bytes.
        budget: Claims still allowed.
        limits: Bounds of depth and of zero-sized elements.
        depth: Structs and enums around the current value.
        path: The current value path.
        events: Events not yet handed out; None where nobody wants them.
        scope: Fields that expressions may name.
    """

    __slots__ = (
        "_stream",
        "begin",
        "blobs",
        "budget",
        "data",
        "depth",
        "end",
        "events",
        "failure",
        "limits",
        "path",
        "pos",
        "scope",
    )

    def __init__(
        self, data: bytes, pos: int, budget: Budget, limits: Limits, *, emit: bool, blobs: bool = False
    ) -> None:
        self.data: bytes | bytearray = data
        self.pos = pos
        self.begin = 0
        self.end = len(data)
        self.failure: Exception | None = None
        self.blobs = blobs
        self.budget = budget
        self.limits = limits
        self.depth = 0
        self.path: list[Segment] = []
        self.events: list[Event] | None = [] if emit else None
        self.scope: Scope | None = None
        self._stream: tuple[int, int, Any] | None = None

    def emit(self, offset: int, kind: str, value: Any, size: int | None = None) -> None:
        """Hand out an event that ends at the current position, or of the given size."""
        if self.events is not None:
            width = self.pos - offset if size is None else size
            self.events.append(Event(offset, width, kind, tuple(self.path), value))

    def fail(
        self,
        message: str,
        expected: str | None = None,
        found: str | None = None,
        offset: int | None = None,
        *,
        cause: Exception | None = None,
    ) -> NoReturn:
        """Raise the error for the current path, at the current or given offset.

        Args:
            message: What is wrong.
            expected: What would have been right, or None.
            found: What stands there, or None.
            offset: Where it is, or None for here.
            cause: The exception of foreign code that says so, or None: those of our own code say no more.
        """
        raise DecodeError(
            message,
            path=format_path(self.path),
            offset=self.pos if offset is None else offset,
            expected=expected,
            found=found,
        ) from cause

    def claim(self, size: int, offset: int | None = None) -> None:
        """Claim bytes of the budget before they are read; `offset` is where their number stands."""
        if not self.budget.claim(size):
            self.fail(
                f"the limit of {self.budget.limit} claimed bytes is exceeded",
                f"at most {self.budget.left + size} bytes more",
                shown(size),
                offset,
            )

    def claim_zero_sized(self, count: int, cost: int) -> None:
        """Account for zero-sized elements, each of which counts as `cost` (see `zero_sized_cost`)."""
        if not self.budget.claim_zero_sized(count * cost):
            self.fail_zero_sized(count, cost)

    def fail_zero_sized(self, count: int, cost: int) -> NoReturn:
        """Raise the error for so many zero-sized elements more."""
        self.fail(*zero_sized_fault(count, cost, self.limits))

    def take(self, size: int) -> bytes:
        """The next bytes."""
        start = self.pos
        stop = start + size
        if stop > self.end:
            self.need(size)
        self.pos = stop
        return bytes(self.data[start:stop])

    def take_counted(self, size: int, offset: int) -> bytes:
        """The next bytes, whose number was given at `offset`: there the fault is, if they are too many."""
        self.claim(size, offset)
        if size > self.end - self.pos:
            self.need(size, offset)
        return self.take(size)

    def need(self, size: int, offset: int | None = None) -> None:
        """Raise the error for bytes that are not there, unless they can be had."""
        left = self.end - self.pos
        self.fail("the data ends too early", f"{shown(size)} bytes", f"{left}", offset)

    def expect(self, size: int) -> int:
        """How many of the next `size` bytes there are."""
        return self.end - self.pos

    def expect_all(self) -> None:
        """Fetch all that there is, for a value that reaches to the end."""

    def enter(self) -> None:
        """Go one struct or enum deeper."""
        self.depth += 1
        if self.depth > self.limits.depth:
            self.fail("nested too deeply", f"at most {self.limits.depth} levels")

    def evaluate(self, value: Any) -> Any:
        """A parameter of a node: a constant, or an expression of fields before."""
        if not isinstance(value, Expr):
            return value
        try:
            return value.evaluate(self.scope if self.scope is not None else Scope(None))
        except Exception as error:
            self.fail(f"the expression {value.text} can't be computed: {told(error)}")

    def count(self, value: Any, what: str) -> int:
        """A parameter that must be a number of 0 or more; True is 1, as for construct."""
        number = self.evaluate(value)
        if not isinstance(number, int) or number < 0:
            self.fail(f"a bad {what}", "a number of 0 or more", literal(number))
        return int(number)

    def stream(self) -> Any:
        """A stream that is positioned here and ends where the readable bytes end, for opaque constructs.

        What it tells are offsets in the data, as construct's streams for parts of their bytes do.
        """
        kept = self._stream
        if kept is None or kept[:2] != (self.begin, self.end):
            made = self.stream_of(self.begin)
            kept = self._stream = (self.begin, self.end, made)
        stream = kept[2]
        stream.seek(self.pos)
        return stream

    def stream_of(self, begin: int) -> Any:
        """A stream from a place to where the readable bytes end."""
        return stream_at(self.data[begin : self.end], begin)


def zero_sized_fault(count: int, cost: int, limits: Limits) -> tuple[str, str, str]:
    """Message, expected and found of the error for too many zero-sized elements."""
    return (
        "too many elements without bytes",
        f"at most {limits.zero_sized} in all",
        f"{shown(count)} more" + (f", counting as {cost} each" if cost > 1 else ""),
    )


def stream_at(data: bytes | bytearray, base: int) -> io.BytesIO:
    """A stream of bytes that stand at `base` in others."""
    if not base:
        return io.BytesIO(data)
    made: io.BytesIO = construct.core.BytesIOWithOffsets(data, None, base)
    return made


#: Bytes that are fetched at once of a source that is read to its end.
_PIECE = 1 << 20


class StreamReader(Reader):
    """A reader that fetches what it needs from a source, and no more than the value has.

    Args:
        source: Its `read` gives fewer bytes than asked only at its end.
        budget: Claims allowed.
        limits: Bounds of depth and of zero-sized elements.
    """

    __slots__ = ("_source",)

    def __init__(self, source: SupportsRead, budget: Budget, limits: Limits) -> None:
        super().__init__(b"", 0, budget, limits, emit=False)
        self.data = bytearray()
        self._source = source

    def stream_of(self, begin: int) -> Any:
        """A stream that goes on as far as the source does; in a part of known length, one of its bytes."""
        return super().stream_of(begin) if begin else _Ahead(self)

    def need(self, size: int, offset: int | None = None) -> None:
        """Fetch bytes; raise the error if the source has no more, or inside of a part that ends here."""
        if self.expect(size) < size:
            super().need(size, offset)

    def expect(self, size: int) -> int:
        """Fetch what is missing of the next `size` bytes, which the value needs in any case."""
        missing = self.pos + size - self.end
        if missing > 0 and not self.begin:
            self.data += self._source.read(missing) or b""
            self.end = len(self.data)
        return self.end - self.pos

    def expect_all(self) -> None:
        """Fetch the rest of the source, unless inside of a part that ends before it."""
        if not self.begin:
            while piece := self._source.read(_PIECE):
                self.data += piece
            self.end = len(self.data)


class _Ahead(LookAheadStream):
    """A stream over the bytes that a reader fetches; construct may look ahead and go back.

    Args:
        reader: The reader; its position is not changed.
    """

    def __init__(self, reader: StreamReader) -> None:
        self._reader = reader
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        reader, start = self._reader, self._place
        everything = size is None or size < 0
        self._fetch(None if everything or size is None else start + size)
        found = bytes(reader.data[start:] if everything else reader.data[start : start + (size or 0)])
        self._place += len(found)
        return found

    def _fetch(self, stop: int | None) -> None:
        """Fetch the bytes before a place, or all that there are."""
        reader = self._reader
        try:
            if stop is None:
                reader.expect_all()
            else:
                reader.expect(stop - reader.pos)
        except Exception as error:  # of the source, or a mistake in it: construct may take it for data's end
            reader.failure = error
            raise

    def tell(self) -> int:
        return self._place

    def overrun(self) -> int:
        if self._place > len(self._reader.data):
            self._fetch(self._place)
        return max(0, self._place - len(self._reader.data))

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence == io.SEEK_END:
            place = self._place
            self.read()
            self._place = place
            offset += len(self._reader.data)
        elif whence == io.SEEK_CUR:
            offset += self._place
        if offset < 0 and whence == io.SEEK_SET:
            raise ValueError("a place before the start")
        self._place = max(0, offset)  # as `BytesIO` does
        return self._place
