"""Families of formats: they recognize files that no format reads, summarize payloads, and name their parts.

A `SnapshotFormat` refers to its family as `family="package.module:NAME"`, an object with the methods of
`Family`, and perhaps of `FamilyWithViews`, which is imported on first use.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import semver

from snapformat.lazy_dataclasses import dataclass
from snapformat.model.declare.registry import import_reference
from snapformat.snapshot.catalogue import formats
from snapformat.snapshot.snapshot import Snapshot, SnapshotFormat

if TYPE_CHECKING:
    from snapformat.inspect.locations import Location
    from snapformat.inspect.views import Views
    from snapformat.model.kinds import Kind


@dataclass(frozen=True, slots=True)
class Recognition:
    """A file of the family that none of its formats reads.

    Attributes:
        releases: Releases of the program that may have written it; empty if no release did.
        why: The evidence, in words.
        advice: What can be done with the file, in words.
        arch: Its architecture, or None.
        version: The version in its header, if that is a semantic version.
    """

    releases: tuple[str, ...]
    why: str
    advice: str
    arch: str | None = None
    version: semver.Version | None = None

    @property
    def note(self) -> str:
        """The evidence and the advice in one line."""
        return f"{self.why}; {self.advice}"


class Family(Protocol):
    """The protocol of the object that formats name as their `family`."""

    def recognize(self, data: bytes) -> Recognition | None:
        """Recognize a file that no format claims; None if it is not of the family. Must not raise."""

    def summary(self, snapshot: Snapshot[Any]) -> dict[str, Any]:
        """Summarize a loaded snapshot as plain data. Must accept every value of its type."""

    def facts(self, summary: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Format a summary as names and values, to fit on one screen."""


@runtime_checkable
class NotesMigrations(Protocol):
    """The protocol of a family that says what is known of migrations, without importing their steps."""

    def migration_note(self, format: SnapshotFormat) -> str:
        """Return what is to be known before a file of a format is migrated; empty if nothing is."""


def migration_note(format_: SnapshotFormat) -> str:
    """Return what is to be known before a file of a format is migrated; empty if nothing is.

    Raises:
        SchemaError: The family can't be imported.
    """
    family: object = family_of(format_)
    return family.migration_note(format_) if isinstance(family, NotesMigrations) else ""


@runtime_checkable
class TypesSummaries(Protocol):
    """The protocol of a family whose summaries have a declared kind: see `inspect.view_summaries`."""

    def summary_kind(self) -> Kind:
        """Return the kind of summaries; their plain data may lack options that are null."""


@runtime_checkable
class NamesInEveryRelease(Protocol):
    """The protocol of a family that tells the class of its views without a file."""

    def views_type(self) -> type[Views]:
        """Return the class of the objects that `views` returns."""


@runtime_checkable
class FamilyWithViews(Family, Protocol):
    """The protocol of a family that has names which hold in every release: see `snapformat.inspect.views`."""

    def views(self, snapshot: Snapshot[Any]) -> Views:
        """Return the views of a loaded snapshot."""


@cache
def _imported(reference: str) -> Family:
    found: Family = import_reference(reference)
    return found


def family_of(format_: SnapshotFormat) -> Family | None:
    """Return the family of a format, or None.

    Raises:
        SchemaError: The family can't be imported.
    """
    return None if format_.family is None else _imported(format_.family)


def views_of(snapshot: Snapshot[Any]) -> Location | None:
    """Return the location of a snapshot's views; None if its family has none.

    Raises:
        SchemaError: The family can't be imported.
    """
    family = family_of(snapshot.format)
    return family.views(snapshot)._here() if isinstance(family, FamilyWithViews) else None


def recognize(data: bytes) -> Recognition | None:
    """Ask every family to recognize a file that no format claims.

    Raises:
        SchemaError: A family can't be imported.
    """
    for reference in dict.fromkeys(f.family for f in formats().values() if f.family is not None):
        found = _imported(reference).recognize(data)
        if found is not None:
            return found
    return None
