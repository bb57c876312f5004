"""Sources: what the arguments of `scan` stand for."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import fsspec
from fsspec.utils import glob_translate

from snapformat.errors import SnapshotIOError
from snapformat.fleet.contents import Batch, Item, fault_of, local_stamp
from snapformat.fleet.listing import list_archive, location_of, walk_local, walk_remote
from snapformat.fleet.safe_names import as_text, clean_url, secrets_of, without_secrets

_ARCHIVE = re.compile(r"\.(?:tar|(?P<packed>tar\.(?:gz|xz|bz2)|tgz|txz|tbz2?))$", re.IGNORECASE)
_MAGIC = re.compile(r"[*?\[]")
#: Begins a source inside an archive: `tar://GLOB::ARCHIVE`.
_INSIDE = "tar://"


@dataclass(frozen=True, slots=True)
class Store:
    """Where files of a source lie.

    Attributes:
        fs: The file system of fsspec; None for local files.
        archive: The path of an archive that they are members of, or None.
        packed: Whether the archive is compressed.
        members: Regular expression of its members to read; empty for all.
        root: The folder that relative names begin at; empty for single files.
        secrets: Texts that messages must not repeat.
    """

    fs: Any = None
    archive: str | None = None
    packed: bool = False
    members: str = ""
    root: str = ""
    secrets: frozenset[str] = frozenset()

    def relative(self, item: Item) -> str:
        """Return the name of a file below the folder of its source."""
        if self.archive is not None:
            return item.path
        if self.root and item.path.startswith(self.root):
            return item.path[len(self.root) :].lstrip("/")
        return item.path.rpartition("/")[2]

    def batch(self, items: Iterable[Item]) -> Batch:
        """Return a batch of its files."""
        return Batch(tuple(items), self.fs, self.archive, self.packed, self.members, self.secrets)


class Sources:
    """Finds the files of sources.

    Args:
        sources: Paths of folders, files and tar archives; patterns with `*`, `?` and `[...]`; URLs of fsspec;
            `tar://GLOB::ARCHIVE`.
        names: Names of single files, as from a list.
        options: Arguments of the file systems of fsspec, for all URLs.

    Raises:
        SnapshotIOError: A source that is no pattern does not exist.
    """

    def __init__(
        self,
        sources: Iterable[str],
        names: Iterable[str] = (),
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self._options = {"use_listings_cache": False, **(options or {})}
        self._names = names
        self._given = [*sources]
        self._secrets = secrets_of(self._given, self._options)
        self._found = [self._opened(each) for each in self._given]

    def files(self) -> Iterator[tuple[Store, Item]]:
        """Iterate over all files, source by source."""
        yield from chain.from_iterable(map(self._listed, self._found))
        for name in self._names:
            if name:
                yield from self._named(name)

    def _opened(self, source: str) -> tuple[Store, str, str]:
        """Return the store of a source, its path there, and a pattern of members; check that it exists."""
        pattern = ""
        if source.startswith(_INSIDE):
            pattern, _, source = source.removeprefix(_INSIDE).partition("::")
        store, path = self._store(source)
        if not _is_pattern(store, path):
            try:
                os.stat(path) if store.fs is None else store.fs.info(path)
            except Exception as error:
                raise _located(fault_of("cannot read", error, store.secrets), source) from None
        return store, path, pattern

    def _store(self, source: str) -> tuple[Store, str]:
        """Return where a source lies, and its path there."""
        if source.startswith("file://"):
            source = source.removeprefix("file://")
        if "://" not in source:
            return Store(), os.path.abspath(source)
        secrets = self._secrets | secrets_of([source], {})
        try:
            fs, path = fsspec.core.url_to_fs(source, **self._options)
        except Exception as error:
            fault = fault_of("cannot open", error, secrets)
            raise _located(fault, source) from None
        return Store(fs, secrets=secrets), str(path)

    def _listed(self, found: tuple[Store, str, str]) -> Iterator[tuple[Store, Item]]:
        store, path, members = found
        if _is_pattern(store, path):
            yield from self._matching(store, path)
        elif _is_folder(store, path):
            below = replace(store, root=path)
            for item in _walk(store, path):
                yield below, item
        else:
            yield from self._file(store, self._item(store, path), members)

    def _item(self, store: Store, path: str) -> Item:
        """Return one file; its size is looked up where that is quick."""
        if store.fs is None:
            try:
                return Item(as_text(path), path, *local_stamp(os.stat(path)))
            except (OSError, ValueError) as error:
                fault = fault_of("cannot read", error, frozenset()).message
                return Item(as_text(path), path, fault=fault)
        return Item(location_of(store.fs, path), path)

    def _named(self, name: str) -> Iterator[tuple[Store, Item]]:
        """Return one file of a list; a name that is no name is a file that can't be read."""
        try:
            store, path = self._store(name)
        except SnapshotIOError as error:
            yield Store(), Item(as_text(clean_url(name)), name, fault=error.message)
            return
        yield from self._file(store, self._item(store, path), "")

    def _file(self, store: Store, item: Item, members: str) -> Iterator[tuple[Store, Item]]:
        """Return a file, or the members of an archive."""
        found = None if item.fault is not None else _ARCHIVE.search(item.path)
        if found is None:
            yield store, item
            return
        inside = replace(store, archive=item.path, packed=found["packed"] is not None)
        wanted = re.compile(glob_translate(members or "**"))
        if inside.packed:
            yield replace(inside, members=wanted.pattern), item
            return
        for member in list_archive(item.path, item.location, store.fs, store.secrets):
            if member.fault is not None or wanted.match(member.path):
                yield (inside if member.offset is not None else store), member

    def _matching(self, store: Store, pattern: str) -> Iterator[tuple[Store, Item]]:
        """Return the files that a pattern matches, and all files below folders that it matches."""
        magic = _MAGIC.search(pattern)
        assert magic is not None
        base = pattern[: magic.start()].rpartition("/")[0]
        wanted = re.compile(f"(?:{_body(pattern)})(?:/.*)?", re.DOTALL)
        store = replace(store, root=base)
        for item in _walk(store, base or ("/" if store.fs is None else "")):
            if item.fault is not None or wanted.fullmatch(item.path.rstrip("/")):
                yield from self._file(store, item, "")


def _body(pattern: str) -> str:
    """Return the regular expression of a pattern, without flags around it and without its end."""
    found: str = glob_translate(pattern)
    return found.removeprefix("(?s:").removesuffix(r"\Z").removesuffix(r"\z").removesuffix(")")


def _walk(store: Store, path: str) -> Iterator[Item]:
    return walk_local(path) if store.fs is None else walk_remote(store.fs, path, store.secrets)


def _is_pattern(store: Store, path: str) -> bool:
    """Return whether a path is a pattern; the name of a local file is none, whatever characters it has."""
    return _MAGIC.search(path) is not None and not (store.fs is None and os.path.lexists(path))


def _is_folder(store: Store, path: str) -> bool:
    try:
        return os.path.isdir(path) if store.fs is None else bool(store.fs.isdir(path))
    except Exception:
        return False


def _located(error: SnapshotIOError, source: str) -> SnapshotIOError:
    error.file = without_secrets(as_text(clean_url(source)))
    return error
