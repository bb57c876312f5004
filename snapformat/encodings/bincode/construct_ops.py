"""Operations of construct's own classes, named as these, that generated code executes.

What they mean is what construct does; the reference reader and writer let construct do it.
`encodings.bincode.plan_construct` makes them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from snapformat.encodings.bincode.ops import Field, OfConstruct, Op
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.expressions import Expr

# --- without parts --------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class GreedyBytes(OfConstruct):
    """All bytes up to the end."""


@dataclass(eq=False, slots=True)
class Tell(OfConstruct):
    """The position."""


@dataclass(eq=False, slots=True)
class Terminated(OfConstruct):
    """The end of the data."""


@dataclass(eq=False, slots=True)
class Check(OfConstruct):
    """A condition: a constant or an expression of fields."""

    condition: Any


@dataclass(eq=False, slots=True)
class VarInt(OfConstruct):
    """An integer in groups of 7 bits, the lowest first; in zigzag form if it is `signed`."""

    signed: bool


@dataclass(eq=False, slots=True)
class BitsInteger(OfConstruct):
    """An integer of `size` bits, each in a byte (0 or 1), the highest first."""

    size: int
    signed: bool


# --- around another operation ---------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Around(OfConstruct):
    """An operation around another one."""

    item: Op

    @property
    def inner(self) -> tuple[Op, ...]:
        """The operation inside."""
        return (self.item,)


@dataclass(eq=False, slots=True)
class StringEncoded(Around):
    """Text; the operation inside has its bytes."""

    encoding: str


@dataclass(eq=False, slots=True)
class FixedSized(Around):
    """A value within `count` bytes; those that it leaves over are skipped."""

    count: int | Expr


@dataclass(eq=False, slots=True)
class NullTerminated(Around):
    """A value in the bytes before a terminator.

    Attributes:
        term: The terminator.
        include: Whether the value has it.
        consume: Whether what follows begins after it.
        require: Whether the end of the data is no terminator.
    """

    term: bytes
    include: bool
    consume: bool
    require: bool


@dataclass(eq=False, slots=True)
class NullStripped(Around):
    """A value in all bytes up to the end but for the padding there."""

    pad: bytes


@dataclass(eq=False, slots=True)
class Aligned(Around):
    """A value, then fill bytes up to a multiple of `modulus` bytes."""

    modulus: int | Expr
    pattern: bytes


@dataclass(eq=False, slots=True)
class Pointer(Around):
    """A value at another place: at `offset`, which counts from the end if it is negative."""

    offset: int | Expr


@dataclass(eq=False, slots=True)
class GreedyRange(Around):
    """Values, as long as they can be read."""


@dataclass(eq=False, slots=True)
class RepeatUntil(Around):
    """Values up to one that fulfils a predicate."""

    predicate: Expr


@dataclass(eq=False, slots=True)
class Optional(Around):
    """A value, or nothing if it can't be read."""


@dataclass(eq=False, slots=True)
class RawCopy(Around):
    """A value with its bytes and its place."""


@dataclass(eq=False, slots=True)
class Checksum(Around):
    """A checksum of what an expression gives.

    Attributes:
        hash: The function that computes it.
        data: What is covered.
    """

    hash: Callable[[Any], Any]
    data: Any


@dataclass(eq=False, slots=True)
class Validated(Around):
    """A value that fulfils a predicate: an expression of it, or a function that ignores its context."""

    predicate: Expr | Callable[[Any, Any], Any]


@dataclass(eq=False, slots=True)
class Transformed(Around):
    """A value in bytes that are made of `size` others.

    Attributes:
        size: Number of the bytes.
        decode: Function from the bytes to those of the value.
        encode: The inverse.
    """

    size: int
    decode: Callable[[bytes], bytes]
    encode: Callable[[bytes], bytes]


# --- of several others ----------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Grouped(OfConstruct):
    """Operations one after the other, with a context of their own.

    Attributes:
        fields: The operations.
        subcons: construct's `_subcons` for the context.
    """

    #: As in `ops.Struct`: expressions name the fields.
    scoped: ClassVar[bool] = True

    fields: tuple[Field, ...]
    subcons: Any

    @property
    def inner(self) -> tuple[Op, ...]:
        """The operations inside."""
        return tuple(each.op for each in self.fields)


@dataclass(eq=False, slots=True)
class Sequence(Grouped):
    """A list with a value of each."""


@dataclass(eq=False, slots=True)
class FocusedSeq(Grouped):
    """The value of one of them, the one at `position`."""

    position: int
