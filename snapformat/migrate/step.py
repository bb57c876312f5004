"""`Step`: from one version of a format to a neighbouring one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from snapformat.encodings.bincode.encoding import Encoding
from snapformat.errors import EncodeError, MigrationError, SchemaError, SnapshotError
from snapformat.migrate.change import Change
from snapformat.migrate.conversion import Conversion
from snapformat.migrate.plan import Plan
from snapformat.migrate.report import StepReport
from snapformat.model.checks import describe_value
from snapformat.model.declare.registry import is_reference
from snapformat.model.unstructured import without_arrays
from snapformat.once import cached_property
from snapformat.snapshot import SnapshotFormat


class Step:
    """A step from one version of a format to another.

    It is checked against both types when it is made; if the payload of a format is a reference, which is
    imported on first use, then on first use, or by `check`.

    Args:
        old: The old format.
        new: The new format.
        doc: What the step does, a sentence.
        changes: The changes between classes. What is derivable needs none.
        shown: Whether the step was seen to work in the real program; False if it is read from the source
            only.
        rules: Section of the rules it follows, or empty.

    Raises:
        SchemaError: The changes don't fit the types, or something has no change.
    """

    def __init__(
        self,
        old: SnapshotFormat,
        new: SnapshotFormat,
        doc: str = "",
        *,
        changes: Iterable[Change] = (),
        shown: bool = True,
        rules: str = "",
    ) -> None:
        for each in (old, new):
            if not isinstance(each, SnapshotFormat):
                raise SchemaError(
                    f"a Step leads from one SnapshotFormat to another, not {describe_value(each)}"
                )
            if each.declared is not each:
                raise SchemaError(
                    "a Step leads from and to formats as they are declared, not as files of"
                    f" {each.version} have them: these files are read with the defaults of new fields before",
                    owner=each.name,
                )
        if old is new:
            raise SchemaError(
                "a Step leads from one format to another, and these are the same", owner=old.name
            )
        self.old: SnapshotFormat = old
        self.new: SnapshotFormat = new
        self.doc: str = doc
        self.shown: bool = shown
        self.rules: str = rules
        self.changes: tuple[Change, ...] = tuple(changes)
        for change in self.changes:
            if not isinstance(change, Change):
                raise SchemaError(f"changes needs Change(...), not {describe_value(change)}", owner=self.name)
        if not (is_reference(old.payload) or is_reference(new.payload)):
            self.check()

    @property
    def name(self) -> str:
        """The step in messages and reports: `game 1.0.0 -> game 2.0.0`."""
        names = [self.old.name, self.new.name]
        if names[0] == names[1]:
            names = [f"{each.name} {each.version}" for each in (self.old, self.new)]
        return " -> ".join(names)

    @cached_property
    def plan(self) -> Plan:
        """The compiled conversions."""
        try:
            return Plan(self.old.payload_kind, self.new.payload_kind, self.changes)
        except SchemaError as error:
            error.add_note(f"in the step {self.name}")
            raise

    def check(self) -> None:
        """Check the changes against both types.

        Raises:
            SchemaError: They don't fit, or something has no change.
        """
        self.plan  # noqa: B018 - making it checks it

    def convert(
        self,
        value: Any,
        *,
        options: Mapping[str, Any] | None = None,
        allow: Collection[str] = (),
    ) -> tuple[Any, StepReport]:
        """Convert a payload.

        Parts that do not change are shared with the old payload.

        Args:
            value: The old payload.
            options: For functions of the step.
            allow: Codes of the losses that are allowed.

        Returns:
            The new payload, and the report.

        Raises:
            MigrationError: It can't be migrated.
        """
        value = without_arrays(self.plan.old, value)
        to = Conversion(
            self.plan, value, options=options or {}, allow=allow, step=self.name, rules=self.rules
        )
        try:
            made = self.plan.run(to)
        except SnapshotError:
            raise
        except Exception:
            self._check_old(value)
            raise
        if to.refused:
            first = to.refused[0]
            codes = ", ".join(dict.fromkeys(str(entry.code) for entry in to.refused))
            raise MigrationError(
                f"{first.why.rstrip('.')}: a loss that is not allowed",
                path=first.path,
                hint=f"allow {codes} to lose it",
                step=self.name,
                rules=self.rules,
                losses=to.refused,
            )
        return made, StepReport(
            self.name,
            self.doc,
            self.shown and all(entry.kind != "unproven" for entry in to.entries),
            self.rules,
            to.all_entries(),
        )

    def _check_old(self, value: Any) -> None:
        """Check that a payload which could not be converted is one of the old format.

        Raises:
            MigrationError: It is not.
        """
        try:
            Encoding(limit=None).write(self.old.payload_kind, value)
        except EncodeError as error:
            raise MigrationError(
                error.message, path=error.path, expected=error.expected, found=error.found, step=self.name
            ) from error

    def __repr__(self) -> str:
        return f"<Step {self.name}>"
