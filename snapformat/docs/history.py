"""The history of a family of releases: the lifetimes of types and members, and the changes of every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from snapformat.docs.model import Document, Lifetime
from snapformat.migrate import Rule
from snapformat.migrate import Step as MigrationStep
from snapformat.model.compare import Change, Member, Members, Table, common_config, compare_types


@dataclass(frozen=True, slots=True)
class Migration:
    """The declared migration from one release to a neighbouring one, up or down.

    Attributes:
        old_release: The release that it reads.
        new_release: The release that it writes.
        doc: What it does.
        shown: Whether it was seen to work in the real program.
        rules: Section of the rules that it follows, or empty.
    """

    old_release: str
    new_release: str
    doc: str
    shown: bool
    rules: str


@dataclass(frozen=True, slots=True)
class Step:
    """The step from one release to the next.

    Attributes:
        old: Name of the earlier document.
        new: Name of the later one.
        old_release: The earlier release.
        new_release: The later one.
        facts: Changes of the file around the data, a sentence each.
        changes: Changes of the layout.
        migrations: The migrations between the two, up and down.
    """

    old: str
    new: str
    old_release: str
    new_release: str
    facts: tuple[str, ...]
    changes: tuple[Change, ...]
    migrations: tuple[Migration, ...]


@dataclass(slots=True)
class Family:
    """Releases of one format on one architecture.

    Attributes:
        name: Name of the family.
        variant: The rest of the names, such as an architecture, or empty.
        releases: Release and name of its document, oldest first.
        steps: The steps, oldest first.
        rules: The rules that migrations follow.
    """

    name: str
    variant: str
    releases: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...] = field(default=())
    rules: tuple[Rule, ...] = field(default=())

    @property
    def title(self) -> str:
        """Name and variant."""
        return f"{self.name} {self.variant}".strip()


def families_of(names: Sequence[str]) -> list[Family]:
    """Find the families among names of documents: `family/release` or `family/release/variant`.

    The order of the releases is the order of the names.
    """
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name in names:
        parts = name.split("/")
        if len(parts) >= 2 and ":" not in name:
            groups.setdefault((parts[0], "/".join(parts[2:])), []).append((parts[1], name))
    return [
        Family(name, variant, tuple(found)) for (name, variant), found in groups.items() if len(found) > 1
    ]


def add_history(
    family: Family,
    documents: dict[str, Document],
    tables: dict[str, Table],
    declared: Sequence[MigrationStep],
) -> None:
    """Fill in the steps of a family, and the lifetimes in the documents of its releases.

    Args:
        family: The family.
        documents: Documents by name.
        tables: All types for comparison (`model.compare.members_of`), by name of the document.
        declared: The migrations of the formats.
    """
    steps = []
    for (old_release, old), (new_release, new) in zip(family.releases, family.releases[1:], strict=False):
        changes = tuple(compare_types(tables[old], tables[new]))
        facts = tuple(_facts(documents[old], documents[new]))
        migrations = tuple(
            Migration(start, end, each.doc, each.shown, each.rules)
            for start, end, names in (
                (old_release, new_release, (old, new)),
                (new_release, old_release, (new, old)),
            )
            for each in declared
            if (each.old.name, each.new.name) == names
        )
        steps.append(Step(old, new, old_release, new_release, facts, changes, migrations))
    family.steps = tuple(steps)
    for _, name in family.releases:
        documents[name].same_header = tuple(
            other
            for _, other in family.releases
            if other != name and _header(documents[other]) == _header(documents[name]) is not None
        )
    releases = [release for release, _ in family.releases]
    # A change of the encoding is no change of every member.
    config = common_config([tables[name] for _, name in reversed(family.releases)])
    members = [tables[name].under(config).types for _, name in family.releases]
    for index, (_, name) in enumerate(family.releases):
        for each in documents[name].types:
            present = [each.label in types for types in members]
            each.lifetime = _lifetime(present, index, releases)
            mine = _parts(members[index], each.label)
            for variant in each.variants:
                same = [_has(types, each.label, variant.name, mine) for types in members]
                variant.lifetime = _lifetime(same, index, releases)
            for member, shown in each.members:
                same = [_has(types, each.label, member, mine) for types in members]
                shown.lifetime = _lifetime(same, index, releases)


def _header(document: Document) -> tuple[object, ...] | None:
    """Return what is written into the header of a file, and in which encoding; None without a header."""
    file = document.file
    if file is None or not file.magics:
        return None
    return file.magics, file.version, document.encoding


def _parts(types: dict[str, Members], label: str) -> dict[str, Member]:
    return types[label].parts if label in types else {}


def _has(types: dict[str, Members], label: str, member: str, mine: dict[str, Member]) -> bool:
    return member in mine and _parts(types, label).get(member) == mine[member]


def _lifetime(present: Sequence[bool], index: int, releases: Sequence[str]) -> Lifetime:
    """Return the range of consecutive releases around one that have a type or member."""
    first = last = index
    while first > 0 and present[first - 1]:
        first -= 1
    while last < len(present) - 1 and present[last + 1]:
        last += 1
    since = None if first == 0 else releases[first]
    return Lifetime(since, None if last == len(present) - 1 else releases[last])


def _facts(old: Document, new: Document) -> list[str]:
    if old.file is None or new.file is None:
        return []
    found = []
    if not old.file.magics or not new.file.magics:
        if bool(old.file.magics) != bool(new.file.magics):
            found.append("Files now have a header." if new.file.magics else "Files have no header any more.")
    elif old.file.version != new.file.version:
        found.append(f"The version in the header changed from {old.file.version} to {new.file.version}.")
    else:
        found.append(f"The version in the header is still {new.file.version}.")
    if old.file.magics and new.file.magics and old.file.magics != new.file.magics:
        found.append("The magic changed.")
    if old.file.checksum != new.file.checksum:
        found.append("The checksum changed.")
    if old.file.order != new.file.order:
        found.append(f"The order of checks changed to: {' '.join(new.file.order)}")
    if old.file.max_file_size != new.file.max_file_size:
        sizes = f"{old.file.max_file_size} to {new.file.max_file_size} bytes"
        found.append(f"The maximum size of a file changed from {sizes}.")
    if old.encoding != new.encoding:
        found.append(_new_encoding(old, new))
        return found
    if old.limit != new.limit:
        found.append(f"The limit of claimed bytes changed from {old.limit} to {new.limit}.")
    if (old.byteorder, old.integers) != (new.byteorder, new.integers):
        found.append(f"Integers are now {new.integers}, {new.byteorder}-endian.")
    return found


def _new_encoding(old: Document, new: Document) -> str:
    changed = f"The encoding changed from {old.encoding} to {new.encoding}"
    if new.columns is not None:
        return f"{changed}: header and data are now one message, in which values are stored in columns."
    return f"{changed}: values now lie one after the other, in the order of the fields."
