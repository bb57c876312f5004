"""What a family of formats knows beyond its layouts: files that no layout reads, and what a payload means.

A `SnapshotFormat` names its family by a place to import, `family="package.module:NAME"`, so that nothing of
it is imported before somebody asks. What stands there has the methods of `Family`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import semver

from snapformat.lazy_dataclasses import dataclass
from snapformat.model.declare.registry import import_reference
from snapformat.snapshot.catalogue import formats
from snapformat.snapshot.snapshot import Snapshot, SnapshotFormat


@dataclass(frozen=True, slots=True)
class Recognition:
    """A file of the family that none of its layouts reads.

    Attributes:
        releases: Releases of the program that may have written it; none where it is of no release.
        why: How that is known, in words.
        advice: What can be done with the file, in words.
        arch: The architecture it is of, or None.
        version: The version it says it has, where that is a semantic version.
    """

    releases: tuple[str, ...]
    why: str
    advice: str
    arch: str | None = None
    version: semver.Version | None = None

    @property
    def note(self) -> str:
        """Why and advice in one line."""
        return f"{self.why}; {self.advice}"


class Family(Protocol):
    """What formats name as their `family`."""

    def recognize(self, data: bytes) -> Recognition | None:
        """Look at a file that no format claims; None if it is none of the family's. Raises nothing."""

    def summary(self, snapshot: Snapshot[Any]) -> dict[str, Any]:
        """What a loaded snapshot is about, as plain data. Takes whatever its layout takes."""

    def facts(self, summary: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The summary as lines of name and value, for one screen."""


@cache
def _imported(reference: str) -> Family:
    found: Family = import_reference(reference)
    return found


def family_of(format_: SnapshotFormat) -> Family | None:
    """The family of a format.

    Raises:
        SchemaError: What the format names can't be imported.
    """
    return None if format_.family is None else _imported(format_.family)


def recognize(data: bytes) -> Recognition | None:
    """Ask every family about a file that no format claims.

    Raises:
        SchemaError: A family can't be imported.
    """
    for reference in dict.fromkeys(f.family for f in formats().values() if f.family is not None):
        found = _imported(reference).recognize(data)
        if found is not None:
            return found
    return None
