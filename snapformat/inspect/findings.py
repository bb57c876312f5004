"""Findings: values that fit their types, but not each other or the machine they describe.

The checks belong to the family of a format: `Family` objects that have a method `findings` are asked.
"""

from __future__ import annotations

import copy
import enum
from typing import Any, Protocol, runtime_checkable

from snapformat.inspect.families import family_of
from snapformat.lazy_dataclasses import dataclass
from snapformat.snapshot.snapshot import Snapshot, SnapshotFormat


class Severity(enum.StrEnum):
    """The consequence of a finding.

    Attributes:
        FATAL: The program refuses the file; or it loads, and the guest dies, loses a device or its input, or
            has its memory overwritten.
        WARNING: The guest goes on, but a notification is lost or misplaced, or a later operation fails.
    """

    FATAL = "fatal"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """A value that is wrong although it can be read.

    Attributes:
        path: Path of the value.
        message: What is wrong, and what comes of it.
        severity: What happens with the file.
        rule: Where this is known from: the section of the rules of the family.
    """

    path: str
    message: str
    severity: Severity = Severity.FATAL
    rule: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the finding as plain data."""
        return {
            "path": self.path,
            "message": self.message,
            "severity": self.severity.value,
            "rule": self.rule,
        }


@runtime_checkable
class ChecksDeeply(Protocol):
    """The protocol of a family that has deep checks."""

    def findings(self, snapshot: Snapshot[Any]) -> list[Finding]:
        """Check a loaded snapshot. Must accept every value of its type."""


def has_deep_checks(format: SnapshotFormat) -> bool:
    """Return whether the family of a format has deep checks.

    Raises:
        SchemaError: The family can't be imported.
    """
    return isinstance(family_of(format), ChecksDeeply)


def deep_findings(snapshot: Snapshot[Any]) -> list[Finding]:
    """Check a loaded snapshot beyond its types; a format without deep checks has no findings.

    Raises:
        DecodeError: A deferred field has to be decoded, and its bytes are not a value of its type.
        SchemaError: The family of the format can't be imported.
    """
    family: object = family_of(snapshot.format)
    if not isinstance(family, ChecksDeeply):
        return []
    # Imported here: most commands check nothing.
    from snapformat.model.unstructured import without_arrays

    data = without_arrays(snapshot.format.payload_kind, snapshot.data, numbers=True)
    if data is not snapshot.data:
        snapshot = copy.copy(snapshot)
        snapshot.data = data
    return family.findings(snapshot)
