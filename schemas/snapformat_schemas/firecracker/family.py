"""The family of Firecracker's formats: see `snapformat.inspect.families`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snapformat import Snapshot, SnapshotFormat
from snapformat.inspect import Finding, Recognition
from snapformat.inspect.view_summaries import summary_kind
from snapformat.model.kinds import Kind
from snapformat_schemas.firecracker.describing import SUMMARY, facts, summary
from snapformat_schemas.firecracker.recognizing import recognize
from snapformat_schemas.firecracker.releases import MIGRATION_NOTES, release_of
from snapformat_schemas.firecracker.view_machine import Machine, machine


class FirecrackerFamily:
    """The `family` of all Firecracker formats."""

    def recognize(self, data: bytes) -> Recognition | None:
        """Recognize files of releases without a layout, and of development builds."""
        return recognize(data)

    def summary(self, snapshot: Snapshot[Any]) -> dict[str, Any]:
        """Describe the machine: its memory, processors, boot source and devices."""
        return summary(snapshot)

    def summary_kind(self) -> Kind:
        """Return the kind of summaries."""
        return summary_kind(SUMMARY)

    def views(self, snapshot: Snapshot[Any]) -> Machine:
        """Return the names that hold in every release."""
        return machine(snapshot)

    def views_type(self) -> type[Machine]:
        """Return the class of the names that hold in every release."""
        return Machine

    def facts(self, summary: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Format the summary as names and values."""
        return facts(summary)

    def release_of(self, text: str) -> str | None:
        """Return the release of the format that a release such as `1.14.4` has."""
        return release_of(text)

    def migration_note(self, format: SnapshotFormat) -> str:
        """Return whether migrations of the format's architecture were seen to work."""
        return MIGRATION_NOTES[format.name.rpartition("/")[2]]

    def findings(self, snapshot: Snapshot[Any]) -> list[Finding]:
        """Check values against each other and against the rules of the program."""
        # Imported here: most commands check nothing.
        from snapformat_schemas.firecracker.deep_checks.checks import findings

        return findings(snapshot)


FAMILY = FirecrackerFamily()
