"""Identifying the release that wrote a file, with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

import semver

from snapformat import SnapshotFormat
from snapformat.errors import DecodeError, SnapshotError
from snapformat.inspect import Candidate, Recognition, candidates, max_file_size
from snapformat.inspect import identify as read_identity
from snapformat.io import Source, read_all
from snapformat.lazy_dataclasses import dataclass
from snapformat_schemas.firecracker.recognizing import recognize
from snapformat_schemas.firecracker.releases import RELEASES, Encoder, Release


class _Reasons:
    """Reasons, some of which are computed on first access.

    Args:
        reasons: Sentences, and candidates that were not read yet and get a sentence on first access.
        size: Size of the file in bytes.
    """

    __slots__ = ("_reasons", "_size")

    def __init__(self, reasons: Sequence[str | Candidate], size: int = 0) -> None:
        self._reasons = reasons
        self._size = size

    def text(self) -> tuple[str, ...]:
        """Return the reasons as sentences."""
        self._reasons = made = tuple(r if isinstance(r, str) else _fit(r, self._size) for r in self._reasons)
        return made

    def __reduce__(self) -> tuple[type, tuple[tuple[str, ...]]]:
        return _Reasons, (self.text(),)


@dataclass(frozen=True, slots=True)
class Identification:
    """The result of identifying a file.

    Attributes:
        releases: Releases that may have written it, most likely first: several if they can't be
            distinguished, none if no release writes such a file.
        arch: Its architecture, or None.
        version: The version in its header, if that is a semantic version.
        encoder: The encoder that wrote it, or None.
        format: The format that reads it, or None.
        error: The reason the file can't be loaded; None if it can.
    """

    releases: tuple[str, ...]
    arch: str | None
    version: semver.Version | None
    encoder: Encoder | None
    format: SnapshotFormat | None
    error: SnapshotError | None
    _reasons: _Reasons = field(repr=False, compare=False)

    @property
    def why(self) -> tuple[str, ...]:
        """The reasons, a sentence each.

        Finding out why a layout does not fit takes long, so this is done on first access. Until then, the
        bytes of a file whose header is shared by several releases are kept in memory.
        """
        return self._reasons.text()

    @property
    def is_ambiguous(self) -> bool:
        """Whether several releases may have written it."""
        return len(self.releases) > 1


def identify(source: Source) -> Identification:
    """Identify the release that wrote a file, by its header and by the layout that fits.

    If several releases share the header, a layout that ends where the checksum begins ranks first, then one
    that leaves bytes over. Counts and values that Firecracker checks belong to the layout. On a tie all
    releases are named, the newest first.

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
    # `exact` is known without reading the file with the layout, `mismatch` is not.
    fitting = [c for c in ranked if c.exact == best.exact and c.mismatch is None] or ranked
    names = tuple(c.format.release or c.format.name for c in fitting)
    magic, version = identity.header.magic, identity.header.version
    sharing = " and ".join(str(f.release) for f in claiming)
    arch = best.format.arch_of(magic)
    why: list[str | Candidate] = [f"magic 0x{magic:016x}: {arch}", f"header version {version}: {sharing}"]
    why += [_fit(c, len(data)) if c.is_read else c for c in ranked]
    if len(names) > 1 and best.mismatch is None:
        why.append(f"{' and '.join(names)} can't be distinguished by this file; the newest is taken")
    if best.format.note:
        why.append(f"{names[0]} on {arch}: {best.format.note}")
    return Identification(
        releases=names,
        arch=arch,
        version=version,
        encoder=_release(names[0]).encoder,
        format=best.format,
        error=best.error,
        _reasons=_Reasons(why, len(data)),
    )


def _fit(candidate: Candidate, size: int) -> str:
    """Describe how the layout of a release fits a file."""
    name = candidate.format.release
    if candidate.mismatch is not None:
        return f"{name}: the layout does not fit: {candidate.mismatch}"
    if candidate.exact:
        return f"{name}: the layout ends where the checksum begins"
    assert candidate.parts is not None
    extra = size - 8 - candidate.parts.data_end
    return f"{name}: " + (f"the layout leaves {extra} bytes" if extra > 0 else "the checksum is cut off")


def _recognized(found: Recognition | None, error: SnapshotError) -> Identification:
    if found is None:
        return Identification((), None, None, None, None, error, _Reasons(("not a magic of Firecracker",)))
    encoder = _release(found.releases[0]).encoder if found.releases else None
    why = _Reasons((found.why, found.advice))
    return Identification(found.releases, found.arch, found.version, encoder, None, error, why)


def _release(name: str) -> Release:
    return next(release for release in RELEASES if release.name == name)
