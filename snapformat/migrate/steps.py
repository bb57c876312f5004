"""`Steps`: the steps between the versions of a format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

from snapformat.errors import SchemaError
from snapformat.io import Source
from snapformat.migrate.chain import find
from snapformat.migrate.loading import load_upgraded
from snapformat.migrate.rule import Rule
from snapformat.migrate.step import Step
from snapformat.model.checks import describe_value
from snapformat.snapshot import Snapshot, SnapshotFormat


class Steps(Sequence[Step]):
    """The steps between the versions of a format, in any order.

    Args:
        *steps: The steps.
        rules: The rules that the steps follow, in words; the documents of the formats show them.

    Attributes:
        rules: The rules by section.

    Raises:
        SchemaError: Something is no `Step`, or two rules have the same section.
    """

    def __init__(self, *steps: Step, rules: Iterable[Rule] = ()) -> None:
        self._steps = steps
        listed = tuple(rules)
        self.rules: Mapping[str, Rule] = {rule.section: rule for rule in listed}
        if len(self.rules) != len(listed):
            raise SchemaError("two rules of Steps have the same section")
        known: dict[tuple[int, int], Step] = {}
        for step in steps:
            if not isinstance(step, Step):
                raise SchemaError(f"Steps needs Step(...), not {describe_value(step)}")
            if known.setdefault((id(step.old), id(step.new)), step) is not step:
                raise SchemaError("two steps between the same formats: leave one out", owner=step.name)

    @overload
    def __getitem__(self, index: int) -> Step: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Step]: ...

    def __getitem__(self, index: int | slice) -> Step | Sequence[Step]:
        return self._steps[index]

    def __len__(self) -> int:
        return len(self._steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self._steps)

    def find(self, old: SnapshotFormat, new: SnapshotFormat) -> list[Step]:
        """Find the shortest chain of steps; see `snapformat.migrate.find`."""
        return find(self, old, new)

    def upgrade(self, format: SnapshotFormat, source: Source, *, strict: bool = False) -> Snapshot[Any]:
        """Load a file of an older version; see `snapformat.migrate.load_upgraded`."""
        return load_upgraded(format, source, steps=self, strict=strict)
