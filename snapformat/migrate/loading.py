"""Loading files whose version is not known in advance: one of several layouts, or an older version."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from snapformat.errors import DecodeError, InvalidFormatVersionError, MigrationError, SnapshotError
from snapformat.io import Source, read_all
from snapformat.migrate.chain import find
from snapformat.migrate.running import migrate
from snapformat.migrate.step import Step
from snapformat.snapshot import Snapshot, SnapshotFormat
from snapformat.snapshot.checks import check_magic, named
from snapformat.snapshot.reading import read_header


def load_one_of(source: Source, formats: Iterable[SnapshotFormat], *, strict: bool = True) -> Snapshot[Any]:
    """Load a file of one of several formats: of the only one that fits.

    It is for files whose header does not tell which layout they have: try the new one, else the old.

    Args:
        source: A path, a bytes-like object or a binary file object.
        formats: The formats.
        strict: Refuse bytes left over after the data, whatever the rule of a format: such bytes are a sign of
            another layout.

    Raises:
        SnapshotIOError: The file can't be read.
        MigrationError: Several formats fit: what the file means is not known.
        SnapshotError: None fits; the error is that of the format that got furthest.
    """
    listed = list(formats)
    if not listed:
        raise ValueError("load_one_of needs formats to choose from")
    data = read_all(source, max_size=max(each.max_file_size for each in listed))
    try:
        found = _fitting(data, listed, strict=strict)
        if len(found) > 1:
            raise _ambiguous(found)
    except SnapshotError as error:
        raise named(error, source)  # noqa: B904 - the same error, with the file's name
    return found[0]


def _fitting(data: bytes, formats: list[SnapshotFormat], *, strict: bool) -> list[Snapshot[Any]]:
    """Return what each format that fits reads; raise the error of the best if none does."""
    found: list[Snapshot[Any]] = []
    errors: list[SnapshotError] = []
    for each in formats:
        try:
            found.append(each.load(data, strict=strict and not each.is_message))
        except SnapshotError as error:
            errors.append(error)
    if not found:
        raise max(errors, key=_reached)
    return found


def _reached(error: SnapshotError) -> tuple[bool, int]:
    """Return how far a format got: past the checks of the header, and the offset."""
    return isinstance(error, DecodeError), error.offset or 0


def _ambiguous(found: list[Snapshot[Any]]) -> MigrationError:
    names = " and ".join(f"{each.format.name} {each.format.version}" for each in found)
    return MigrationError(
        "the file fits several layouts",
        path="$",
        expected="one of them",
        found=names,
        hint="name the format it was written by",
    )


def load_upgraded(
    format: SnapshotFormat, source: Source, *, steps: Iterable[Step] | None = None, strict: bool = False
) -> Snapshot[Any]:
    """Load a file of a format or of an older version of it, and migrate it: `load(path, upgrade=True)`.

    If the version in the header stands for several layouts, each is tried, and the file is refused if
    several fit with different results.

    Args:
        format: The format to migrate to.
        source: A path, a bytes-like object or a binary file object.
        steps: The steps; by default those of the format.
        strict: Refuse bytes left over after the data.

    Raises:
        SnapshotIOError: The file can't be read.
        MigrationError: The data can't be migrated, or the file fits several layouts.
        InvalidFormatVersionError: No steps lead here from its version.
        SnapshotError: As `SnapshotFormat.load`.
    """
    listed = list(format.all_steps if steps is None else steps)
    data = read_all(source, max_size=format.max_file_size)
    try:
        known = _claiming(format, listed, data)
        if len(known) == 1:
            found = [known[0].load(data, strict=strict)]
        else:
            found = _fitting(data, known, strict=True)
        made = [migrate(each, to=format, steps=listed).snapshot for each in found]
        if len(made) > 1 and len({each.to_bytes() for each in made}) > 1:
            raise _ambiguous(found)
    except SnapshotError as error:
        raise named(error, source)  # noqa: B904 - the same error, with the file's name
    return made[0]


def _claiming(format: SnapshotFormat, steps: list[Step], data: bytes) -> list[SnapshotFormat]:
    """Return the formats that may have written a file, and from which steps lead to a format."""
    sources = [format, *(each for each in _sources(steps, format) if each is not format)]
    found: list[SnapshotFormat] = []
    errors: list[SnapshotError] = []
    for each in sources:
        try:
            header, _ = read_header(each, data)
            check_magic(each, header)
        except SnapshotError as error:
            errors.append(error)
            continue
        if each.accepts(each.supported, header.version):
            found.append(each)
        else:
            supported = ", ".join(sorted({str(one.version) for one in sources}))
            errors.append(
                InvalidFormatVersionError(
                    "the format version is not supported, and no steps lead from it",
                    version=header.version,
                    path="$header.version",
                    expected=f"one like {supported}",
                    found=str(header.version),
                )
            )
    if not found:
        raise next((e for e in errors if isinstance(e, InvalidFormatVersionError)), errors[0])
    exact = [each for each in found if each.supported == read_header(each, data)[0].version]
    return exact or found


def _sources(steps: list[Step], format: SnapshotFormat) -> list[SnapshotFormat]:
    """Return the formats from which steps lead to a format, the nearest first."""
    known = {id(step.old): step.old for step in steps}
    found: list[tuple[int, SnapshotFormat]] = []
    for each in known.values():
        try:
            found.append((len(find(steps, each, format)), each))
        except MigrationError:
            continue
    return [each for _, each in sorted(found, key=lambda item: item[0])]
