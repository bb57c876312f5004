"""Which release wrote a file, and how that shows."""

from __future__ import annotations

import semver

from snapformat import SnapshotFormat
from snapformat.errors import DecodeError, SnapshotError
from snapformat.inspect import Candidate, Recognition, candidates, max_file_size
from snapformat.inspect import identify as read_identity
from snapformat.io import Source, read_all
from snapformat.lazy_dataclasses import dataclass
from snapformat_schemas.firecracker.recognizing import recognize
from snapformat_schemas.firecracker.releases import RELEASES, Encoder, Release


@dataclass(frozen=True, slots=True)
class Identification:
    """Which release wrote a file.

    Attributes:
        releases: Releases that may have written it, the likeliest first: more than one where they can't be
            told apart, none where no release writes such a file.
        arch: The architecture it is of, or None.
        version: The version in its header, where that is a semantic version.
        encoder: What wrote it, or None.
        format: The format that reads it, or None.
        why: How all this is known, a sentence each.
        error: What is wrong with the file, or why it can't be read here; None if it loads.
    """

    releases: tuple[str, ...]
    arch: str | None
    version: semver.Version | None
    encoder: Encoder | None
    format: SnapshotFormat | None
    why: tuple[str, ...]
    error: SnapshotError | None

    @property
    def is_ambiguous(self) -> bool:
        """Whether several releases may have written it."""
        return len(self.releases) > 1


def identify(source: Source) -> Identification:
    """Find out which release wrote a file: by its header, and by which layout it fits.

    Where one header is of several releases, a layout that ends where the checksum begins ranks first, then
    one that leaves bytes over. Counts and values that upstream checks belong to the layout. On a tie all are
    named, the newest first.

    Args:
        source: A path, a bytes-like object or a binary file object.

    Raises:
        SnapshotIOError: It can't be read.
    """
    data = read_all(source, max_size=max_file_size())
    try:
        identity = read_identity(data)
    except DecodeError as error:
        return _recognized(recognize(data), error)
    claiming = tuple(f for f in identity.formats if f.name.startswith("firecracker/"))
    if not claiming:
        return _recognized(identity.recognized or recognize(data), identity.refusal())
    ranked = candidates(data, claiming)
    best = ranked[0]
    fitting = [c for c in ranked if c.mismatch is None and c.exact == best.exact] or ranked
    names = tuple(c.format.release or c.format.name for c in fitting)
    magic, version = identity.header.magic, identity.header.version
    sharing = " and ".join(str(f.release) for f in claiming)
    why = [f"magic 0x{magic:016x}: {best.format.arch_of(magic)}", f"header version {version}: {sharing}"]
    why += [f"{c.format.release}: {_fit(c, len(data))}" for c in ranked]
    if len(names) > 1 and best.mismatch is None:
        why.append(f"{' and '.join(names)} can't be told apart by this file; the newest is taken")
    return Identification(
        releases=names,
        arch=best.format.arch_of(magic),
        version=version,
        encoder=_release(names[0]).encoder,
        format=best.format,
        why=tuple(why),
        error=best.error,
    )


def _fit(candidate: Candidate, size: int) -> str:
    if candidate.mismatch is not None:
        return f"the layout does not fit: {candidate.mismatch}"
    if candidate.exact:
        return "the layout ends where the checksum begins"
    assert candidate.parts is not None
    extra = size - 8 - candidate.parts.data_end
    return f"the layout leaves {extra} bytes" if extra > 0 else "the checksum is cut off"


def _recognized(found: Recognition | None, error: SnapshotError) -> Identification:
    if found is None:
        return Identification((), None, None, None, None, ("no magic of Firecracker's",), error)
    encoder = _release(found.releases[0]).encoder if found.releases else None
    why = (found.why, found.advice)
    return Identification(found.releases, found.arch, found.version, encoder, None, why, error)


def _release(name: str) -> Release:
    return next(release for release in RELEASES if release.name == name)
