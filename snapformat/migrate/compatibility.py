"""Whether two versions of a format read each other's files, and which version number a change demands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import semver

from snapformat.errors import MigrationError
from snapformat.lazy_dataclasses import dataclass
from snapformat.migrate.chain import find
from snapformat.migrate.layouts import Misreading, misreadings
from snapformat.migrate.step import Step
from snapformat.model import kinds
from snapformat.model.bound import Bound
from snapformat.model.compare import Change, compare_types, members_of
from snapformat.model.naming import types_of
from snapformat.snapshot import SnapshotFormat

#: What becomes of the files of one version in a program of the other: see `Direction`.
Outcome = Literal["read", "migrated", "refused", "misread"]


@dataclass(frozen=True, slots=True)
class Direction:
    """What becomes of the files of one version in a program of the other.

    Attributes:
        outcome: `read`: they are read as they are, perhaps with defaults. `migrated`: steps lead to the other
            version. `refused`: the program refuses the magic or the version number of at least some.
            `misread`: it accepts both, and the layout is another one.
        misreadings: Where the layout, or the magic, is another one.
    """

    outcome: Outcome
    misreadings: tuple[Misreading, ...] = ()


@dataclass(frozen=True, slots=True)
class Classified:
    """A change of a type, with what it does.

    Attributes:
        change: The change.
        backward: Whether the new version reads old values of the type.
        forward: Whether the old version reads new values of the type.
    """

    change: Change
    backward: bool
    forward: bool


@dataclass(frozen=True, slots=True)
class Compatibility:
    """The result of a comparison of two versions of a format.

    Attributes:
        old: The old version.
        new: The new version.
        changes: The changes of the types.
        backward: Old files in a program of the new version.
        forward: New files in a program of the old version.
        demanded: The lowest version number that the change demands by the rules of both formats; None if
            they accept every number.
        fits: Whether the number of the new version is one that the change allows.
    """

    old: SnapshotFormat
    new: SnapshotFormat
    changes: tuple[Classified, ...]
    backward: Direction
    forward: Direction
    demanded: semver.Version | None
    fits: bool

    @property
    def is_compatible(self) -> bool:
        """Whether programs of the new version take old files, and no program takes a file for another."""
        return self.backward.outcome in ("read", "migrated") and self.fits

    def to_plain(self) -> dict[str, Any]:
        """Return the result as plain data for JSON."""
        return {
            "old": {"name": self.old.name, "version": str(self.old.version)},
            "new": {"name": self.new.name, "version": str(self.new.version)},
            "changes": [
                {
                    "action": each.change.action,
                    "type": each.change.type,
                    "member": each.change.member,
                    "before": each.change.before,
                    "after": each.change.after,
                    "backward": each.backward,
                    "forward": each.forward,
                }
                for each in self.changes
            ],
            "backward": _plain(self.backward),
            "forward": _plain(self.forward),
            "demanded": None if self.demanded is None else str(self.demanded),
            "fits": self.fits,
            "compatible": self.is_compatible,
        }


def _plain(direction: Direction) -> dict[str, Any]:
    return {
        "outcome": direction.outcome,
        "misreadings": [{"path": each.path, "why": each.why} for each in direction.misreadings],
    }


def compare(
    old: SnapshotFormat, new: SnapshotFormat, *, steps: Iterable[Step] | None = None
) -> Compatibility:
    """Compare two versions of a format: what becomes of the files of each in a program of the other.

    Args:
        old: The old version.
        new: The new version.
        steps: The steps by which the new version reads old files; by default those of the new format. The
            old format may be another declaration of one that they begin with.
    """
    listed = list(new.all_steps if steps is None else steps)
    to_new = _misread(old, new, new.at(old.supported))
    to_old = _misread(new, old, old)
    backward = _direction(old, new, to_new)
    if backward.outcome == "refused" and _has_steps(old, new, listed):
        backward = Direction("migrated", backward.misreadings)
    forward = _direction(new, old, to_old)
    rule = _Rule(old, new, not to_new, not to_old)
    return Compatibility(
        old,
        new,
        tuple(_classified(old, new)),
        backward,
        forward,
        rule.demanded(),
        rule.allows(new.supported) and new.supported >= old.supported,
    )


def _direction(writer: SnapshotFormat, reader: SnapshotFormat, found: list[Misreading]) -> Direction:
    """Return what becomes of the files of a format in programs of another, which misread these places."""
    unknown = _unknown(writer, reader)
    outcome: Outcome = "misread" if found else "read"
    if unknown or not reader.accepts(reader.supported, writer.supported):
        outcome = "refused"
    return Direction(outcome, (*unknown, *found))


def _unknown(writer: SnapshotFormat, reader: SnapshotFormat) -> list[Misreading]:
    """Return the magics of a format that another one does not have."""
    magics = set(writer.magics.values()) - set(reader.magics.values())
    return [Misreading("$header.magic", f"0x{magic:x} is not known there") for magic in sorted(magics)]


def _misread(writer: SnapshotFormat, reader: SnapshotFormat, layout: Any) -> list[Misreading]:
    """Return where files of a format would be misread by another, whose layout for them is given."""
    found: list[Misreading] = []
    if writer.checksum != reader.checksum:
        names = (each.checksum.name if each.checksum is not None else "none" for each in (writer, reader))
        found.append(Misreading("$checksum", " is read as ".join(names)))
    inside = misreadings(
        Bound(writer.payload_kind, writer.encoding), Bound(layout.payload_kind, layout.encoding)
    )
    if inside and reader.trailing != "refuse" and not found:
        inside = [each for each in inside if not _is_trailing(each, writer)]
    return found + inside


def _is_trailing(found: Misreading, writer: SnapshotFormat) -> bool:
    """Return whether the reader leaves these bytes over: a field at the end of the data."""
    written = writer.payload_kind
    fields = written.fields if isinstance(written, kinds.Struct) else ()
    return found.why == "is not read" and found.path in {f"$.{field.name}" for field in fields}


def _has_steps(old: SnapshotFormat, new: SnapshotFormat, steps: list[Step]) -> bool:
    """Return whether steps lead from a format, or from another declaration of it."""
    for each in {id(step.old): step.old for step in steps}.values():
        is_same = each is old or (
            each.supported == old.supported and not _misread(old, each, each) and not _misread(each, old, old)
        )
        if is_same:
            try:
                find(steps, each, new)
            except MigrationError:
                continue
            return True
    return False


class _Rule:
    """The version numbers that a change allows.

    Args:
        old: The old version.
        new: The new version.
        backward: Whether the new version reads old files.
        forward: Whether the old version reads new files.
    """

    def __init__(self, old: SnapshotFormat, new: SnapshotFormat, backward: bool, forward: bool) -> None:
        self._old, self._new = old, new
        self._backward, self._forward = backward, forward
        self._are_apart = not set(old.magics.values()) & set(new.magics.values())
        #: Fields since a version are not in files of a lower one.
        self._least = max((each for each in new.added_since if each > old.supported), default=None)

    def allows(self, version: semver.Version) -> bool:
        """Return whether no file is taken for another if new files have this number."""
        old = self._old.supported
        if version == old and not self._are_apart:
            return self._backward and self._forward and self._least is None
        if self._least is not None and version < self._least:
            return False
        if self._are_apart:
            return True
        if not self._backward and self._new.accepts(version, old):
            return False
        return self._forward or not self._old.accepts(old, version)

    def demanded(self) -> semver.Version | None:
        """Return the lowest number that is allowed: the old one, or the next patch, minor or major number."""
        old = self._old.supported
        candidates = [old, old.bump_patch(), old.bump_minor(), old.bump_major()]
        if self._least is not None:
            candidates.append(self._least)
        return next((each for each in sorted(candidates) if self.allows(each)), None)


def _classified(old: SnapshotFormat, new: SnapshotFormat) -> Iterator[Classified]:
    """Yield the changes, each with what it does to values of its type, apart from types inside."""
    before, after = (types_of(Bound(each.payload_kind, each.encoding)) for each in (old, new))
    since = types_of(Bound(new.at(old.supported).payload_kind, new.encoding))
    known: dict[str, tuple[bool, bool]] = {}
    for change in compare_types(members_of(before), members_of(after)):
        label = change.type
        if label not in known:
            written, read = before.by_label.get(label), after.by_label.get(label)
            older = since.by_label.get(label, read)
            if change.action == "encoding":
                known[label] = False, False
            elif written is None or read is None or older is None:
                known[label] = True, True  # the types that have it as a part are changed too
            else:
                known[label] = not _shallow(written, older), not _shallow(read, written)
        yield Classified(change, *known[label])


def _shallow(writer: Bound, reader: Bound) -> list[Misreading]:
    reader = Bound(reader.kind, writer.config)  # the encoding is a change of its own
    return misreadings(writer, reader, lambda written, read: False)
