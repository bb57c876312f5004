"""The report of a migration: what was derived, defaulted, assumed, moved or dropped, path by path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from snapformat.lazy_dataclasses import dataclass
from snapformat.migrate.sources import EntryKind
from snapformat.model.checks import describe_value
from snapformat.model.declaration import declaration_of
from snapformat.printable import shortened

#: Maximum number of elements of a list that an entry shows.
_MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a report.

    Attributes:
        kind: `derived`, `defaulted`, `assumed`, `moved`, `dropped` or `unproven`.
        path: Path of the new value; of the old one if it was dropped.
        why: The reason, a sentence; perhaps empty.
        step: Name of the step.
        rules: The section of the rules that says so, or empty.
        old: The old value, or None.
        new: The new value, or None.
        code: The code of an allowed loss, or None.
        more: The number of places, where they are too many for a line each: `path` is `$` then; else 0.
    """

    kind: EntryKind
    path: str
    why: str = ""
    step: str = ""
    rules: str = ""
    old: Any = None
    new: Any = None
    code: str | None = None
    more: int = 0

    def to_plain(self) -> dict[str, Any]:
        """Return the entry as plain data for JSON; values that are not plain are described."""
        found: dict[str, Any] = {"kind": self.kind, "path": self.path, "why": self.why, "step": self.step}
        if self.rules:
            found["rules"] = self.rules
        for name, value in (("old", self.old), ("new", self.new)):
            if value is not None:
                found[name] = _plain(value)
        if self.code is not None:
            found["allowed"] = self.code
        if self.more:
            found["more"] = self.more
        return found

    def __str__(self) -> str:
        """Return the entry as a line of text."""
        values = [_text(value) for value in (self.old, self.new) if value is not None]
        shown = f" = {' -> '.join(values)}" if values else ""
        allowed = f" (allowed: {self.code})" if self.code is not None else ""
        why = f": {self.why}" if self.why else ""
        if self.more:
            return f"{self.kind:<9} {self.more} more places{allowed}{why}"
        return f"{self.kind:<9} {self.path}{shown}{allowed}{why}"


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str | float):
        return value
    if isinstance(value, list | tuple) and len(value) <= _MOST_SHOWN:
        return [_plain(each) for each in value]
    if declaration_of(value.__class__) is not None:
        return shortened(repr(value), 160)
    return describe_value(value)


def _text(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1 << 16:
        return hex(value)
    if declaration_of(value.__class__) is not None:
        return shortened(repr(value), 80)
    return shortened(json.dumps(_plain(value), ensure_ascii=False), 80)


@dataclass(slots=True)
class StepReport:
    """What one step did.

    Attributes:
        name: Name of the step: `game 1.0.0 -> game 2.0.0`.
        doc: What the step does, a sentence.
        shown: Whether it was seen to work in the real program for such values; else it is only read.
        rules: The section of the rules it follows, or empty.
        entries: The lines, in the order in which the values were converted.
    """

    name: str
    doc: str
    shown: bool
    rules: str
    entries: list[Entry]


@dataclass(slots=True)
class Report:
    """What a migration did.

    Attributes:
        steps: The steps, in order.
    """

    steps: list[StepReport]

    @property
    def entries(self) -> list[Entry]:
        """The lines of all steps."""
        return [entry for step in self.steps for entry in step.entries]

    @property
    def is_shown(self) -> bool:
        """Whether all steps were seen to work in the real program."""
        return all(step.shown for step in self.steps)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def to_plain(self) -> dict[str, Any]:
        """Return the report as plain data for JSON."""
        steps = [
            {
                "step": step.name,
                "doc": step.doc,
                "shown": step.shown,
                **({"rules": step.rules} if step.rules else {}),
                "entries": [_without_step(entry.to_plain()) for entry in step.entries],
            }
            for step in self.steps
        ]
        return {"steps": steps}

    def __str__(self) -> str:
        """Return the report as lines of text."""
        lines = []
        for step in self.steps:
            lines.append(step.name + ("" if step.shown else " (read from the source, not shown)"))
            if step.doc:
                lines.append(f"  {step.doc}")
            lines += [f"  {entry}" for entry in step.entries]
        return "\n".join(lines) or "nothing to migrate"


def _without_step(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "step"}
