"""Runs of a generated writer: neighbours of fixed width, packed by one `struct` call.

A run may have an option in it. Whether that is there is not known before, so the whole run is packed in two
ways: `if v is None: b = pack(..., 0, ...)`, `else: b = pack(..., 1, v, ...)`.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Packed:
    """Neighbours.

    Attributes:
        codes: Their codes for `struct`.
        size: Their bytes.
        values: Expressions of their values.
        integers: Locals that must be int and not bool.
        after: Lines to run on the packed bytes `@`, and the offset at which each is about.
    """

    codes: list[str] = field(default_factory=list)
    size: int = 0
    values: list[str] = field(default_factory=list)
    integers: list[str] = field(default_factory=list)
    after: list[tuple[str, int]] = field(default_factory=list)

    def check(self) -> list[str]:
        """Lines that see to it that integers are int: what stands for one is converted."""
        names = self.integers
        if not names:
            return []
        # A chain of identities: each pair is compared once, the last with int itself.
        chain = " is ".join(f"type({name})" for name in names)
        if len(names) == 1:
            return [f"if {chain} is not int: {names[0]} = INT({names[0]})"]
        listed = ", ".join(names)
        return [f"if not ({chain} is int): {listed} = INTS({listed})"]


@dataclass(slots=True)
class Chosen:
    """An option in a run.

    Attributes:
        name: Local that is None where it is not there.
        lines: Lines that prepare what is in it.
        inside: What is in it.
    """

    name: str
    lines: list[str]
    inside: Packed


@dataclass(slots=True)
class Run:
    """What one `struct` call will write.

    Attributes:
        order: Byte order; empty while it does not matter.
        before: All, or what comes before the option.
        option: The option, if there is one.
        behind: What comes behind it.
    """

    order: str = ""
    before: Packed = field(default_factory=Packed)
    option: Chosen | None = None
    behind: Packed = field(default_factory=Packed)

    @property
    def last(self) -> Packed:
        """Where the next one goes."""
        return self.before if self.option is None else self.behind

    def is_empty(self) -> bool:
        """Whether nothing was collected."""
        return self.option is None and not self.before.codes
