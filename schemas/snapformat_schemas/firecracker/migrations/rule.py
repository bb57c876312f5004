"""A section of the rules that the steps follow."""

from __future__ import annotations

from snapformat.lazy_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A section of the rules.

    Attributes:
        section: Its name, which steps and errors give.
        title: What it is about.
        points: What it says, a sentence or more each.
    """

    section: str
    title: str
    points: tuple[str, ...]
