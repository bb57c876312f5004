"""Runs: neighbours of fixed width for one `struct` call, with an option among them at most."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar


class Neighbours(Protocol):
    """Values of fixed width that are read or written together.

    Attributes:
        codes: Their codes for `struct`.
    """

    codes: list[str]


P = TypeVar("P", bound=Neighbours)
C = TypeVar("C")


class Run(Generic[P, C]):
    """The values that one `struct` call reads or writes.

    Attributes:
        order: Byte order; empty while it does not matter.
        before: The values before the option, or all; in a reader with the option's tag.
        option: The option, if there is one.
        behind: The values after it.
    """

    __slots__ = ("before", "behind", "option", "order")

    def __init__(self, before: P, behind: P, order: str = "") -> None:
        self.order: str = order
        self.before: P = before
        self.option: C | None = None
        self.behind: P = behind

    @property
    def last(self) -> P:
        """The group that the next value joins."""
        return self.before if self.option is None else self.behind

    def is_empty(self) -> bool:
        """Whether the run has no values."""
        return self.option is None and not self.before.codes
