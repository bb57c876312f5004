"""One thing to do, and who does it."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.timing import Call


@dataclass(slots=True)
class Case:
    """One thing to do, and who does it.

    Attributes:
        title: Payload and operation: `M parse`.
        size: Bytes that are read or written.
        calls: By name of who does it.
        missing: Who could not take part, and why.
        files: Files that one call goes over, where it is many.
    """

    title: str
    size: int
    calls: dict[str, Call]
    missing: dict[str, str] = field(default_factory=dict)
    files: int = 0
