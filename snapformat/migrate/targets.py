"""Targets of a migration as users name them: `1.14`, `1.14.4`, `1.14/x86_64` or the name of a format."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from snapformat.errors import MigrationError
from snapformat.inspect.families import family_of
from snapformat.lazy_dataclasses import dataclass
from snapformat.printable import middle_cut
from snapformat.snapshot import Snapshot, SnapshotFormat
from snapformat.snapshot.catalogue import formats


@runtime_checkable
class NamesReleases(Protocol):
    """The protocol of a family whose releases have patch releases, which share a format."""

    def release_of(self, text: str) -> str | None:
        """Return the `release` of the format that a release has; None if the family has no such release.

        Raises:
            ValueError: The text names several releases, or one whose format is not declared.
        """


@dataclass(frozen=True, slots=True)
class Target:
    """A release to migrate to.

    Attributes:
        text: The name as it was given.
        formats: The formats of this name, one for each architecture.
        arch: The architecture that was given, or None.
    """

    text: str
    formats: tuple[SnapshotFormat, ...]
    arch: str | None = None

    def format_for(self, snapshot: Snapshot[Any]) -> SnapshotFormat:
        """Return the format of this release for the architecture of a snapshot.

        Raises:
            MigrationError: There is none.
        """
        old = snapshot.format
        same = [each for each in self.formats if each.family == old.family]
        if not same:
            raise MigrationError(
                f"{self.text} is not a release of the program that writes {old.name}", path="$header.magic"
            )
        arch = snapshot.arch
        found = [each for each in same if arch is None or arch in each.magics]
        if not found or self.arch not in (None, arch):
            raise MigrationError(
                "a migration does not change the architecture",
                path="$header.magic",
                expected=self.arch or " or ".join(name for each in same for name in each.magics),
                found=arch,
            )
        return found[0]


def find_target(text: str) -> Target:
    """Find the formats of a name.

    Args:
        text: `RELEASE`, `RELEASE/ARCH`, or the name of a format.

    Raises:
        ValueError: There is no such release, or it has no format.
        SchemaError: The family of a format can't be imported.
    """
    known = formats()
    if text in known:
        return Target(text, (known[text],))
    release, _, arch = text.partition("/")
    found: list[SnapshotFormat] = []
    for reference in dict.fromkeys(each.family for each in known.values()):
        members = [each for each in known.values() if each.family == reference]
        family: object = family_of(members[0])
        name = family.release_of(release) if isinstance(family, NamesReleases) else release
        found += [each for each in members if name is not None and each.release == name]
    if not found:
        from difflib import get_close_matches  # imported here, as most names are correct

        releases = list(dict.fromkeys(each.release for each in known.values() if each.release))
        close = get_close_matches(text, [*known, *releases], 1, 0.7)
        meant = f"did you mean {close[0]}? Known" if close else "known"
        raise ValueError(f"there is no release {middle_cut(release)!r}: {meant} are {', '.join(releases)}")
    if arch:
        if not any(arch in each.magics for each in found):
            names = " and ".join(dict.fromkeys(name for each in found for name in each.magics))
            raise ValueError(f"{release} has no architecture {middle_cut(arch)!r}: it has {names}")
        found = [each for each in found if arch in each.magics]
    return Target(text, tuple(found), arch or None)
