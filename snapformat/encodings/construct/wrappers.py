"""Constructs that wrap any other: `Limited` with its own budget, `Checksummed` with a checksum."""

from __future__ import annotations

import io
from typing import Any, ClassVar, Protocol

import construct

from snapformat.encodings.bincode.config import Config
from snapformat.encodings.construct.base import BUDGET, budget_of, read_exactly, running
from snapformat.encodings.construct.running import bounded_copy
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model import kinds
from snapformat.model.floats import ByteOrder
from snapformat.model.from_construct import Lowering, OwnConstruct, Scopes
from snapformat.trampoline import Task


class ChecksumLike(Protocol):
    """A checksum algorithm; see `snapshot.checksum.Checksum`."""

    @property
    def size(self) -> int:
        """Size of the stored value, bytes."""

    def compute(self, data: bytes, initial: int | None = None) -> int:
        """Return the checksum of the data."""

    def holds(self, whole: bytes, byteorder: ByteOrder) -> bool:
        """Return whether the checksum at the end of a whole file matches."""


def left_over(count: int, where: str) -> str:
    """Return the message about bytes left over."""
    return f"{counted(count)} left {where}"


def counted(count: int) -> str:
    """Return the text of a number of bytes."""
    return "1 byte" if count == 1 else f"{count} bytes"


class Limited(construct.Subconstruct, OwnConstruct):  # type: ignore[misc]  # construct is untyped
    """A construct with a budget of its own: header and data of a snapshot have one each."""

    without_bytes: ClassVar[frozenset[str]] = frozenset({"limit", "limits"})

    def __init__(self, subcon: Any, limit: int | None, limits: Limits = DEFAULT_LIMITS) -> None:
        super().__init__(subcon)
        self.limit = limit
        self.limits = limits
        self._bounded: Any = None

    def as_kind(self, lowering: Lowering, scopes: Scopes) -> Task:
        """Return the same as a kind."""
        return kinds.Limited((yield lowering.lower(self.subcon, lowering, scopes)), self.limit)

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        outer = budget_of(context, None)
        root = getattr(context, "_params", None)
        if root is None:
            root = context
        before = running.budget
        inner = running.budget = root[BUDGET] = outer.begin_part(self.limit)
        inner.allow_pickle = self.limits.allow_pickle
        if self._bounded is None:
            self._bounded = bounded_copy(self.subcon)
        try:
            return self.run(stream, context, path)
        finally:
            outer.end_part(inner)
            running.budget, root[BUDGET] = before, outer

    def run(self, stream: Any, context: Any, path: str) -> Any:
        """Parse by the copy, with the budget."""
        return self._bounded._parsereport(stream, context, path)


class Checksummed(construct.Subconstruct, OwnConstruct):  # type: ignore[misc]  # construct is untyped
    """A construct, then a checksum over all of its bytes, checked over the whole stream.

    construct's own `Checksum` covers a region that must be named; this one covers the whole file: the stream
    is read to its end, so that bytes after the checksum count too.

    Args:
        subcon: The covered construct.
        checksum: The algorithm.
        config: Encoding of the stored checksum.
        to_the_end: Whether the checksum is the last bytes of the stream: the covered construct only sees the
            bytes before, and must use all of them. Otherwise the checksum is read where the construct stops.

    Attributes:
        checksumfield: The stored checksum, named `checksum`, as in `construct.Checksum`.
    """

    def __init__(
        self, subcon: Any, checksum: ChecksumLike, config: Config, *, to_the_end: bool = False
    ) -> None:
        super().__init__(subcon)
        self.checksum = checksum
        self.config = config
        self.to_the_end = to_the_end
        integer = construct.BytesInteger(checksum.size, swapped=config.byteorder == "little")
        self.checksumfield: Any = construct.Renamed(integer, newname="checksum")

    def as_kind(self, lowering: Lowering, scopes: Scopes) -> Task:
        """Return the same as a kind."""
        size = self.checksum.size
        stored = kinds.Int(f"u{8 * size}", size, False, False, self.config.byteorder, False)
        item = yield lowering.lower(self.subcon, lowering, scopes)
        return kinds.Checksummed(item, stored, self.checksum, self.to_the_end)

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        whole: bytes = stream.read()
        size = self.checksum.size
        if self.to_the_end and len(whole) < size:
            raise construct.StreamError(f"too short for a checksum of {size} bytes", path=path)
        inner = io.BytesIO(whole[: len(whole) - size] if self.to_the_end else whole)
        value = self.subcon._parsereport(inner, context, path)
        stored = whole[len(whole) - size :] if self.to_the_end else read_exactly(inner, size, path)
        if not self.checksum.holds(whole, self.config.byteorder):
            raise construct.ChecksumError(f"the checksum {stored.hex()} does not match", path=path)
        left = len(inner.read()) if self.to_the_end else 0
        if left:
            raise construct.TerminatedError(left_over(left, "between the data and the checksum"), path=path)
        return value

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        inner = io.BytesIO()
        self.subcon._build(obj, inner, context, path)
        data = inner.getvalue()
        stream.write(data)
        self.checksumfield._build(self.checksum.compute(data), stream, context, path)
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return int(self.subcon._sizeof(context, path) + self.checksumfield._sizeof(context, path))
