"""Snapshots to change and migrate: those of the golden files, by release and configuration."""

from __future__ import annotations

from typing import Any

import pytest

from firecracker.migrations.data import DEFAULT_FOLDER, format_of
from snapformat import MigrationError, Snapshot
from snapformat.migrate import Entry, Migrated, migrate

_GOLDEN = DEFAULT_FOLDER.parent


def load(release: str, configuration: str = "03_many", arch: str = "x86_64") -> Snapshot[Any]:
    """A golden snapshot: `1.12.1` and `03_many`."""
    folder = _GOLDEN / ("snapshots" if arch == "x86_64" else "snapshots-aarch64")
    return format_of(release, arch).load(folder / release / configuration / "vmstate")


def to(snapshot: Snapshot[Any], release: str, **options: Any) -> Migrated:
    """Migrate on the same architecture; the result can be written and is read back."""
    form = format_of(release, snapshot.arch or "x86_64")
    migrated = migrate(snapshot, to=form, **options)
    assert form.load(migrated.snapshot.to_bytes()).data == migrated.data
    return migrated


def refused(snapshot: Snapshot[Any], release: str, match: str, **options: Any) -> MigrationError:
    """The error of a migration that is refused."""
    with pytest.raises(MigrationError, match=match) as caught:
        to(snapshot, release, **options)
    assert caught.value.rules
    assert caught.value.path is not None
    return caught.value


def entries(migrated: Migrated, path: str) -> list[Entry]:
    """The lines of a report about a path that ends so."""
    return [entry for entry in migrated.report if entry.path.endswith(path)]


def kinds(migrated: Migrated, path: str) -> list[str]:
    return [entry.kind for entry in entries(migrated, path)]
