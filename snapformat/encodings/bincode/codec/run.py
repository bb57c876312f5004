"""Runs: neighbours of fixed width for one `struct` call, with an option among them at most."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar


class Neighbours(Protocol):
    """What is read, or written, together.

    Attributes:
        codes: Their codes for `struct`.
    """

    codes: list[str]


P = TypeVar("P", bound=Neighbours)
C = TypeVar("C")


class Run(Generic[P, C]):
    """What one `struct` call will read or write.

    Attributes:
        order: Byte order; empty while it does not matter.
        before: All, or what comes before the option; in a reader its tag included.
        option: The option, if there is one.
        behind: What comes behind it.
    """

    __slots__ = ("before", "behind", "option", "order")

    def __init__(self, before: P, behind: P, order: str = "") -> None:
        self.order = order
        self.before = before
        self.option: C | None = None
        self.behind = behind

    @property
    def last(self) -> P:
        """Where the next one goes."""
        return self.before if self.option is None else self.behind

    def is_empty(self) -> bool:
        """Whether nothing was collected."""
        return self.option is None and not self.before.codes
