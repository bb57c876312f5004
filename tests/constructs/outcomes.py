"""What a call of either side comes to: a value, a refusal, a foreign exception, or no end."""

from __future__ import annotations

import gc
import io
import signal
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple

from construct.lib import RebufferedBytesIO, bitstream

from constructs.manual import refused_by_manual
from constructs.values import RefusedLater, difference
from snapformat import SchemaError, SnapshotError

#: Seconds of the processor that construct and we may take for one call.
THEIR_TIME = 0.25
OUR_TIME = 5.0


class TooLong(BaseException):
    """A call does not end. No `except Exception` may hold it up."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise `TooLong` in here after some seconds of computing; only in the main thread of a process."""

    def stop(_: int, frame: FrameType | None) -> None:
        if frame is not None and (
            frame.f_code.co_filename == weakref.__file__ or frame.f_code in _callbacks()
        ):
            return  # it would be lost in a callback
        raise TooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.1)  # again, where it was lost
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _callbacks() -> set[CodeType]:
    """Return the code that the garbage collector calls, such as Hypothesis' clock."""
    return {each.__code__ for each in gc.callbacks if isinstance(each, FunctionType)}


#: The `Rebuffered` of the declaration at hand, which keep what they read: each call begins anew.
_buffers: list[Any] = []


@contextmanager
def anew(buffers: list[Any]) -> Iterator[None]:
    """In here, these `Rebuffered` are empty at the start of each call, and don't wait for more bytes."""
    _buffers[:] = buffers
    before = bitstream.sleep
    bitstream.sleep = _never_comes
    try:
        yield
    finally:
        bitstream.sleep = before
        _buffers.clear()


def _never_comes(_: float) -> None:
    """Stand in for the sleep of construct's `Rebuffered`, which waits for ever at the end of bytes."""
    raise TooLong


def _empty_buffers() -> None:
    for each in _buffers:
        each.stream2 = RebufferedBytesIO(None, tailcutoff=each.stream2.tailcutoff)


class Outcome(NamedTuple):
    """What a call came to.

    Attributes:
        state: `ok`, `refused`, `foreign` (an exception that is not ours), or `endless`.
        value: The value, if ok.
        reason: The text of the exception.
        again: The call, if it is construct's.
    """

    state: str
    value: Any = None
    reason: str = ""
    again: Callable[[], Any] | None = None


def theirs(call: Callable[[], Any]) -> Outcome:
    """What construct makes of something; it may refuse with any exception."""
    _empty_buffers()
    try:
        with at_most(THEIR_TIME):
            return Outcome("ok", call(), "", call)
    except TooLong:
        return Outcome("endless")
    except Exception as error:
        return Outcome("refused", None, _text(error))


def ours(call: Callable[[], Any]) -> Outcome:
    """What we make of something; a refusal is an error of ours, anything else is foreign."""
    _empty_buffers()
    try:
        with at_most(OUR_TIME):
            return Outcome("ok", call())
    except TooLong:
        return Outcome("endless")
    except (SnapshotError, SchemaError, RefusedLater) as error:
        return Outcome("refused", None, _text(error))
    except Exception as error:
        return Outcome("foreign", None, _text(error))


def _text(error: Exception) -> str:
    try:
        text = " / ".join(str(error).splitlines())
    except Exception:
        text = "<no text>"
    return f"{type(error).__name__}: {text[:160]}"


class Difference(NamedTuple):
    """A difference between construct and us.

    Attributes:
        kind: `value`, `type`, `bytes`, `stricter` (only we refuse), `looser` (only construct does),
            `foreign` (an exception that is not ours), `endless`, `opaque`, `unseen`; or `manual`, for what
            the manual says differs.
        text: Where, and what.
    """

    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


@dataclass
class Findings:
    """The differences of one check, and a count of all comparisons of samples.

    Attributes:
        differences: What differs.
        tally: Number of comparisons by operation and verdict; only of sound samples, not of damaged bytes.
    """

    differences: list[Difference] = field(default_factory=list)
    tally: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, kind: str, text: str) -> None:
        """Add a difference."""
        self.differences.append(Difference(kind, text))

    @property
    def faults(self) -> list[str]:
        """The differences that the manual does not have, in text."""
        return [str(each) for each in self.differences if each.kind != "manual"]

    def compare(
        self,
        operation: str,
        ours: Outcome,
        theirs: Outcome,
        about: str = "",
        *,
        counted: bool = False,
        also: tuple[Any, ...] = (),
        may_refuse: bool = False,
    ) -> bool:
        """Compare two outcomes.

        Args:
            operation: What was done.
            ours: What we make of it.
            theirs: What construct makes of it.
            about: The input.
            counted: Whether it is a sample that goes into the tally.
            also: Values that are right too.
            may_refuse: Whether a refusal of ours is right too.

        Returns:
            Whether both give a value, and these are the same.
        """
        kind, text = _verdict(ours, theirs, also, may_refuse)
        if counted:
            self.tally[operation, kind or ("equal" if ours.state == "ok" else "both refuse")] += 1
        if kind is not None:
            self.add(kind, f"{operation} {about}: {text}")
        return kind in (None, "type") and ours.state == theirs.state == "ok"


def _verdict(
    ours: Outcome, theirs: Outcome, also: tuple[Any, ...], may_refuse: bool
) -> tuple[str | None, str]:
    if ours.state in ("endless", "foreign"):
        return ours.state, ours.reason
    if theirs.state == "endless" or (ours.state == "refused" and (may_refuse or theirs.state == "refused")):
        return None, ""
    if ours.state == "refused":
        row = None if theirs.again is None else refused_by_manual(theirs.again)
        return ("stricter", ours.reason) if row is None else ("manual", row)
    if ours.value in also:
        return None, ""
    if theirs.state == "refused":
        return "looser", f"{str(ours.value)[:60]!r}, but construct has {theirs.reason}"
    if isinstance(theirs.value, bytes) and isinstance(ours.value, bytes):
        same = ours.value == theirs.value
        return (None, "") if same else ("bytes", f"{_hex(ours.value)} for {_hex(theirs.value)}")
    try:
        found = difference(ours.value, theirs.value)
    except Exception as error:
        return "foreign", f"comparing: {_text(error)}"
    return (None, "") if found is None else found


def _hex(data: bytes) -> str:
    return f"[{data[:24].hex(' ')}{' ...' if len(data) > 24 else ''}]({len(data)})"


class Watched(io.BytesIO):
    """Bytes that know how far they were read."""

    reached = 0

    def read(self, size: int | None = -1) -> bytes:  # type: ignore[override]
        """Read, and note the end."""
        found = super().read(size)
        if found:
            self.reached = max(self.reached, self.tell())
        return found
