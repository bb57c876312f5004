"""Runs of a generated reader: neighbours of fixed width, unpacked by one `struct` call.

A run may have an option in it. What is behind the option is then read together with it, or without it:
`if b == 1: v, ... = unpack(d, p)`, `else: v = None`, `... = unpack(d, p)`.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Unpacked:
    """Neighbours.

    Attributes:
        codes: Their codes for `struct`.
        size: Their bytes.
        targets: Where the values go.
        after: Lines to run on the values, and the offset at which each is about (`@` in the line).
    """

    codes: list[str] = field(default_factory=list)
    size: int = 0
    targets: list[str] = field(default_factory=list)
    after: list[tuple[str, int]] = field(default_factory=list)

    def lines(self, offset: int = 0) -> list[str]:
        """The lines to run, where `p` is so many bytes before these neighbours."""
        return [line.replace("@", place("p", offset + at)) for line, at in self.after]


@dataclass(slots=True)
class Chosen:
    """An option in a run.

    Attributes:
        tag: Local with the tag.
        target: Where None goes if it is not there.
        lines: Lines that make instances for what is in it.
        inside: What is in it.
    """

    tag: str
    target: str
    lines: list[str]
    inside: Unpacked


@dataclass(slots=True)
class Run:
    """What one `struct` call will read.

    Attributes:
        order: Byte order; empty while it does not matter.
        before: All, or what comes before the option, its tag included.
        option: The option, if there is one.
        behind: What comes behind it.
    """

    order: str = ""
    before: Unpacked = field(default_factory=Unpacked)
    option: Chosen | None = None
    behind: Unpacked = field(default_factory=Unpacked)

    @property
    def last(self) -> Unpacked:
        """Where the next one goes."""
        return self.before if self.option is None else self.behind

    def is_empty(self) -> bool:
        """Whether nothing was collected."""
        return self.option is None and not self.before.codes


def place(start: str, offset: int) -> str:
    """A position in code."""
    return start if not offset else f"{start} {'+' if offset > 0 else '-'} {abs(offset)}"
