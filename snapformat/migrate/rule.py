"""`Rule`: a section of the rules that steps follow, in words for the manual."""

from __future__ import annotations

from snapformat.lazy_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A section of the rules that steps follow; the documents show it.

    Attributes:
        section: Its name, which `rules` of a step and errors give.
        title: What it is about.
        points: What it says, a sentence or more each.
    """

    section: str
    title: str
    points: tuple[str, ...]
