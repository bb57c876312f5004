"""Finding the format of a file: by its header, and if several formats share it, by which one fits."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from snapformat.bincode import u64
from snapformat.encodings.bincode.codec.ends import NOWHERE, find_end
from snapformat.encodings.presets import preset
from snapformat.errors import (
    Crc64Error,
    DecodeError,
    InvalidFormatVersionError,
    InvalidMagicError,
    SchemaError,
    SnapshotError,
)
from snapformat.inspect.beginnings import beginning
from snapformat.inspect.families import Recognition, recognize
from snapformat.io import Source, read_all
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.declare.registry import is_reference
from snapformat.snapshot.catalogue import bare_formats, find_format, formats, formats_for
from snapformat.snapshot.checks import check_end, check_magic, check_version, extra_bytes
from snapformat.snapshot.header import NO_HEADER, Header
from snapformat.snapshot.importing import import_format
from snapformat.snapshot.reading import Parts, as_of, read_header, read_parts
from snapformat.snapshot.snapshot import FIRECRACKER_FORMAT, Snapshot, SnapshotFormat

UNKNOWN_MAGIC = "no installed schema has this magic"
NAME_IT = "a schema that is not installed can be given as MODULE:ATTRIBUTE"


@dataclass(frozen=True, slots=True)
class Identity:
    """The header of a file, and the formats that claim it.

    Attributes:
        header: The header.
        header_end: Offset after the header.
        reader: The format whose encoding the header was read with; one of `formats` unless that is empty.
        formats: The formats that read files with such a header, newest last.
        recognized: If no format claims the file, the description by a family that recognizes it.
    """

    header: Header
    header_end: int
    reader: SnapshotFormat
    formats: tuple[SnapshotFormat, ...]
    recognized: Recognition | None = None

    def refusal(self) -> SnapshotError:
        """Make the error for a header that no format claims: wrong magic or unsupported version."""
        error = self._refusal()
        if error.hint is None and self.recognized is not None:
            error.hint = self.recognized.note
        return error

    def _refusal(self) -> SnapshotError:
        if not known_arch(self.header.magic)[0]:
            return InvalidMagicError(
                UNKNOWN_MAGIC,
                magic=self.header.magic,
                path="$header.magic",
                offset=0,
                found=f"0x{self.header.magic:016x}",
                hint=None if self.recognized is not None else NAME_IT,
            )
        # The newest format of the file's encoding and magic tells best what is read.
        known = [f for f in reversed(formats().values()) if self.header.magic in f.magics.values()]
        same = [f for f in known if f.encoding == self.reader.encoding]
        for format_ in (*same, self.reader, *known):
            try:
                check_magic(format_, self.header)
                check_version(format_, self.header)
            except SnapshotError as error:
                return error
        return InvalidFormatVersionError(
            "no installed schema reads this version",
            version=self.header.version,
            path="$header.version",
            offset=8,
            found=str(self.header.version),
        )


class Candidate:
    """The result of reading a file with one format; the file is read on first access.

    Attributes:
        format: The format.
        is_alone: Whether it is the only candidate.
        decode: Whether the payload is decoded, or only checked.
    """

    __slots__ = ("_data", "_most", "_read", "decode", "format", "is_alone")

    def __init__(
        self, format: SnapshotFormat, data: bytes, *, is_alone: bool = False, decode: bool = True
    ) -> None:
        self.format: SnapshotFormat = format
        self.decode: bool = decode
        self.is_alone: bool = is_alone
        self._data = data
        self._most: Rank | None = None
        self._read: _Read | None = None

    @property
    def most(self) -> Rank:
        """The highest rank that it can reach; below the best if the file can't have its layout."""
        if self._most is None:
            self._most = _BEST if self.is_alone or self.is_read else _highest(self.format, self._data)
        return self._most

    def _found(self) -> _Read:
        if self._read is None:
            self._read = _read(self.format, self._data, self.decode)
            self._data = b""  # not needed any more
        return self._read

    @property
    def is_read(self) -> bool:
        """Whether the file was already read with this format."""
        return self._read is not None

    @property
    def parts(self) -> Parts | None:
        """Header and data, also if only the checksum fails; None if the data can't be read."""
        return self._found().parts

    @property
    def error(self) -> SnapshotError | None:
        """The reason the format refuses the file, or None."""
        return self._found().error

    @property
    def exact(self) -> bool:
        """Whether the data and its checksum fill the file exactly."""
        return self.most[1] and self._found().exact

    @property
    def mismatch(self) -> SnapshotError | None:
        """The error of reading the data with the format's layout, or None."""
        return self._found().mismatch

    @property
    def rank(self) -> Rank:
        """The rank of the candidate; higher is better."""
        found = self._found()
        reached = 0 if found.mismatch is None else found.mismatch.offset or 0
        return found.parts is not None, found.exact, found.error is None, reached


class _Read(NamedTuple):
    """The result of reading a file; see `Candidate`."""

    parts: Parts | None
    error: SnapshotError | None
    exact: bool
    mismatch: SnapshotError | None


#: Whether the data can be read, fills the file exactly, and loads without error; and the offset reached.
Rank = tuple[bool, bool, bool, int]
_BEST: Rank = (True, True, True, 0)


def max_file_size() -> int:
    """Return the size in bytes of the largest file that any known format reads."""
    return _largest(tuple(formats().values()))


@lru_cache(maxsize=1)
def _largest(known: tuple[SnapshotFormat, ...]) -> int:
    return max(format_.max_file_size for format_ in (FIRECRACKER_FORMAT, *known))


def identify(data: bytes) -> Identity:
    """Read the header of a file with the encodings of all known formats, and find the formats that claim it.

    If there is no such format, those of bare files are tried, which must fit the whole file, up to its end.

    Raises:
        DecodeError: The header can't be read with any of them. If a family of formats recognizes the file,
            the error's hint describes it.
    """
    found = _identify(data)
    if isinstance(found, Identity) and found.formats:
        return found
    fitting = tuple(reversed(_fitting(data)))
    if fitting:
        return Identity(NO_HEADER, 0, fitting[-1], fitting)
    if isinstance(found, DecodeError):
        raise found
    return found


def _fitting(data: bytes) -> list[SnapshotFormat]:
    """Return the known formats of bare files that a whole file is of."""
    found = ((each, _read(each, data, False)) for each in bare_formats())
    return [format_ for format_, read in found if read.error is None and read.exact]


def _identify(data: bytes) -> Identity | DecodeError:
    """Return what the header of a file says, or the error if it can't be read."""
    unclaimed: Identity | None = None
    refused: DecodeError | None = None
    for reader in _readers():
        try:
            header, end = read_header(reader, data)
        except DecodeError as error:
            refused = refused or error
            continue
        find = (
            _claiming if end <= _LONG_HEADER else _claiming.__wrapped__
        )  # long headers would fill the cache
        claiming = find(data[:end], reader, tuple(formats().values()))
        if claiming:
            return Identity(header, end, claiming[-1], claiming)
        # A wrong encoding rarely yields a valid version, and a known magic is even stronger evidence.
        if unclaimed is None or (known_arch(header.magic)[0] and not known_arch(unclaimed.header.magic)[0]):
            unclaimed = Identity(header, end, reader, ())
    recognized = recognize(data)
    if unclaimed is not None:
        return dataclasses.replace(unclaimed, recognized=recognized)
    assert refused is not None
    magic = magic_of(data)
    if recognized is not None:
        refused.hint = recognized.note
    elif magic is None or not known_arch(magic)[0]:
        # The error only mentions the format that was tried first.
        refused.message, refused.expected, refused.hint = f"not a snapshot: {beginning(data)}", None, NAME_IT
        refused.found = None if magic is None else f"0x{magic:016x}"
    if bare_formats():
        names = ", ".join(each.name for each in bare_formats())
        note = f"none of the formats without a header fits: {names}"
        refused.hint = f"{refused.hint}; {note}" if refused.hint else note
    return refused


#: Maximum size in bytes of a header that is cached.
_LONG_HEADER = 256


@lru_cache(maxsize=64)
def _claiming(
    head: bytes, reader: SnapshotFormat, known: tuple[SnapshotFormat, ...]
) -> tuple[SnapshotFormat, ...]:
    """Return the known formats of one encoding that claim a header; cached, as many files share a header."""
    header, _ = read_header(reader, head)
    return tuple(f for f in formats_for(header) if f in known and f.encoding == reader.encoding)


def magic_of(data: bytes) -> int | None:
    """Return the magic of a file whose header is not readable; a known magic is preferred."""
    from snapformat.api import decode_prefix  # imported here, as few files need it

    found: int | None = None
    for reader in _readers():
        try:
            magic: int = decode_prefix(data, u64, reader.encoding)[0]
        except DecodeError:
            continue
        if known_arch(magic)[0]:
            return magic
        found = magic if found is None else found
    return found


def known_arch(magic: int) -> tuple[bool, str | None]:
    """Return whether a known format has this magic, and the architecture that it identifies, or None."""
    for format_ in (FIRECRACKER_FORMAT, *formats().values()):
        if magic in format_.magics.values():
            return True, format_.arch_of(magic)
    return False, None


def format_of(data: bytes) -> SnapshotFormat:
    """Return the known format that fits the bytes of a file best.

    Raises:
        SnapshotError: No format claims the header; see `Identity.refusal`.
        SchemaError: A schema that claims the file can't be used.
    """
    identity = identify(data)
    if not identity.formats:
        raise identity.refusal()
    return best_candidate(data, identity.formats, decode=False).format


def load_any(source: Source, format: SnapshotFormat | None = None) -> Snapshot[Any]:
    """Load a file of any known format.

    Args:
        source: A path, a bytes-like object or a binary file object.
        format: The format; by default the one that claims the header, or of several the one that fits best.

    Raises:
        SnapshotError: As `SnapshotFormat.load`; for a header that no format claims, `Identity.refusal`.
        SchemaError: A schema that claims the file can't be used.
    """
    if format is not None:
        return format.load(source)
    data = read_all(source, max_size=max_file_size())
    identity = identify(data)
    if not identity.formats:
        raise identity.refusal()
    best = best_candidate(data, identity.formats)
    if best.error is not None:
        raise best.error
    assert best.parts is not None
    format = best.format.at(best.parts.header.version)
    return Snapshot(best.parts.header, best.parts.data, format, best.parts.trailing)


def best_candidate(data: bytes, claiming: tuple[SnapshotFormat, ...], *, decode: bool = True) -> Candidate:
    """Return the first of `candidates`, without reading those that can't be the first.

    Args:
        data: All bytes of the file.
        claiming: The formats.
        decode: Whether to decode the payload, or only to check that this is possible.
    """
    return _best(_all(data, claiming, decode=decode))


def likely_format(data: bytes, claiming: tuple[SnapshotFormat, ...]) -> SnapshotFormat:
    """Return the newest format whose layout ends where the file does, else that of `best_candidate`.

    A layout that is in use already is only skipped over, so the data may still be undecodable.
    """
    if len(claiming) == 1:
        return claiming[0]
    for each in claiming[::-1]:
        end = _end(each, data)
        if end is not None and end != NOWHERE and _is_all(each, data, end):
            return each
    return best_candidate(data, claiming, decode=False).format


def fitting_candidates(data: bytes, claiming: tuple[SnapshotFormat, ...]) -> list[Candidate]:
    """Return the first of `candidates`, and if it loads, all others that load and fit equally well."""
    found = _all(data, claiming)
    best = _best(found)
    if best.error is not None:
        return [best]
    return [best, *(c for c in found if c is not best and c.most >= best.rank and c.rank == best.rank)]


def candidates(data: bytes, claiming: tuple[SnapshotFormat, ...]) -> list[Candidate]:
    """Read a file with each of several formats, and rank the results, the best first.

    Data that ends where the checksum at the end of the file begins ranks first, then data that leaves bytes
    over, then data that was readable up to the highest offset. On a tie the newer format wins.

    Args:
        data: All bytes of the file.
        claiming: The formats, newest last.
    """
    found = _all(data, claiming)
    # A candidate that is certainly the last is ranked without reading: locating its error takes long.
    last = min(reversed(found), key=lambda candidate: candidate.most)
    others = [candidate for candidate in found if candidate is not last]
    if not all(candidate.rank > last.most for candidate in others):
        others = found
    ranked = sorted(others, key=lambda candidate: candidate.rank, reverse=True)
    return ranked if others is found else [*ranked, last]


def _all(data: bytes, claiming: tuple[SnapshotFormat, ...], *, decode: bool = True) -> list[Candidate]:
    """Make the candidates of several formats, the newest first."""
    is_alone = len(claiming) == 1
    return [Candidate(format_, data, is_alone=is_alone, decode=decode) for format_ in reversed(claiming)]


def _best(found: list[Candidate]) -> Candidate:
    """Return the first candidate of the highest rank, without reading those that can't have it."""
    for candidate in found:
        if candidate.most == _BEST and candidate.rank == _BEST:
            return candidate
    first, *others = sorted(range(len(found)), key=lambda place: found[place].most, reverse=True)
    best = (found[first].rank, -first)
    for place in others:
        if (found[place].most, -place) > best:
            best = max(best, (found[place].rank, -place))
    return found[-best[1]]


def named_format(
    name: str, encoding: str | None = None, *, many: bool = False, compression: Any = None
) -> tuple[str, SnapshotFormat]:
    """Return the format of a name in the catalogue, or import one.

    Args:
        name: `firecracker/1.14/x86_64` or its end; or `module:attribute`, which is a `SnapshotFormat`, or
            a type of data for Firecracker's files, or for bare ones.
        encoding: The name of an encoding, for bare files of a type: see `encodings.presets`.
        many: Whether bare files have any number of values.
        compression: The compression around bare files, or None.

    Returns:
        The name under which the format is found again, and the format.

    Raises:
        SchemaError: The name is unknown, the import fails, or the imported object is neither a format nor a
            type.
    """
    if not is_reference(name):
        format_ = find_format(name)
        found: Any = format_
    else:
        found = import_format(name)
    if isinstance(found, SnapshotFormat) and encoding is not None:
        raise SchemaError(f"{found.name} is a format, which has an encoding; name a type of data for another")
    if not is_reference(name):
        return format_.name, format_
    if encoding is not None:
        bare = SnapshotFormat.bare(name, found, preset(encoding), many=many, compression=compression)
        return name, bare
    if not isinstance(found, SnapshotFormat):
        return name, dataclasses.replace(FIRECRACKER_FORMAT, name=name, payload=found)
    return (found.name if formats().get(found.name) is found else name), found


def _readers() -> Iterator[SnapshotFormat]:
    """Yield one format per encoding, Firecracker's first; the others are imported only if needed."""
    yield FIRECRACKER_FORMAT
    seen = {FIRECRACKER_FORMAT.encoding}
    for format_ in formats().values():
        if format_.encoding not in seen and not format_.is_bare:
            seen.add(format_.encoding)
            yield format_


def _highest(format_: SnapshotFormat, data: bytes) -> Rank:
    """Return the highest rank that a format can reach, as far as the layout shows without reading."""
    end = _end(format_, data)
    if end == NOWHERE:
        return False, False, False, sys.maxsize
    return _BEST if end is None or _is_all(format_, data, end) else (True, False, True, 0)


def _end(format_: SnapshotFormat, data: bytes) -> int | None:
    """Return the end of the payload by skipping; `NOWHERE` if it has none, None if that is not known yet."""
    # A payload type that was never used is not imported for this.
    if "payload_layout" not in vars(format_) or format_.many or format_.compression is not None:
        return None
    layout = as_of(format_, data).payload_layout
    try:
        return find_end(layout, data, read_header(format_, data)[1], format_.all_limits)
    except SnapshotError:
        return None


def _is_all(format_: SnapshotFormat, data: bytes, end: int) -> bool:
    """Return whether nothing but the checksum follows a payload."""
    return end + (0 if format_.checksum is None else format_.checksum.size) == len(data)


def _read(format_: SnapshotFormat, data: bytes, decode: bool) -> _Read:
    """Read a file with a format, and keep the result or the error."""
    parts: Parts | None = None
    refusal: SnapshotError | None = None
    mismatch: SnapshotError | None = None
    try:
        data = format_.unpacked(read_all(data, max_size=format_.max_file_size))
        format_ = as_of(format_, data)
        parts = read_parts(format_, data, decode=decode)
    except Crc64Error as error:
        refusal = error
        # Formats that check the checksum first have not looked at the data yet.
        try:
            parts = read_parts(format_, data, check_crc=False, decode=decode)
        except SnapshotError as inner:
            mismatch = inner
    except SnapshotError as error:
        refusal = mismatch = error
    except SchemaError as error:
        raise SchemaError(f"the schema {format_.name} can't be used: {error}") from error
    if parts is not None and refusal is None and format_.trailing == "refuse":
        try:
            check_end(format_, data, parts.data_end)
        except DecodeError as error:
            refusal = error
    exact = parts is not None and extra_bytes(format_, data, parts.data_end) == 0
    return _Read(parts, refusal, exact, mismatch)
