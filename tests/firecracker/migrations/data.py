"""Migrations that ran in the real programs: the old file, and the state that it became.

The folder is that of SNAPFORMAT_MIGRATE, else the copies in the repository; what it holds is in its README.
Nothing is left out silently: a case of a release that the catalogue does not have fails, unless the release
is a development build.
"""

from __future__ import annotations

import json
import lzma
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from snapformat import Snapshot, SnapshotFormat
from snapformat.snapshot.catalogue import formats

ENVIRONMENT = "SNAPFORMAT_MIGRATE"
DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "golden" / "migrate"

#: Releases with a layout, oldest first.
RELEASES = ("1.8", "1.9", "1.10.0", "1.10.1", "1.11", "1.12", "1.13", "1.14", "1.15", "1.16")


def folder() -> Path:
    return Path(os.environ.get(ENVIRONMENT, DEFAULT_FOLDER))


def read(path: Path) -> bytes:
    """A file, or its compressed copy."""
    packed = path.with_name(f"{path.name}.xz")
    return path.read_bytes() if path.exists() else lzma.decompress(packed.read_bytes())


def format_of(release: str, arch: str = "x86_64") -> SnapshotFormat:
    """The format of a release: `v1.10.0` means `firecracker/1.10.0/ARCH` or `firecracker/1.10/ARCH`."""
    number = release.removeprefix("v")
    names = [f"firecracker/{name}/{arch}" for name in (number, number.rpartition(".")[0])]
    return next(formats()[name] for name in names if name in formats())


def release_of(format_: SnapshotFormat) -> str:
    return format_.name.split("/")[1]


@dataclass(frozen=True)
class Case:
    """One migration.

    Attributes:
        folder: Its folder.
        old: The release it was of.
        new: The release it became one of.
    """

    folder: Path
    old: str
    new: str

    @property
    def id(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def configuration(self) -> str:
        return self.folder.name

    @property
    def old_format(self) -> SnapshotFormat:
        return format_of(self.old)

    @property
    def new_format(self) -> SnapshotFormat:
        return format_of(self.new)

    def load(self) -> Snapshot[Any]:
        """The old snapshot."""
        own = self.folder / "old.vmstate"
        if not own.exists() and not own.with_name("old.vmstate.xz").exists():
            own = self.folder.parents[2] / "native" / self.old / self.configuration / "vmstate"
        return self.old_format.load(read(own))

    def truth(self) -> Any:
        """The new state."""
        return json.loads(read(self.folder / "migrated.json"))


@cache
def cases() -> tuple[Case, ...]:
    """All cases of the folder; chains of several steps are not among them."""
    found = []
    for path in sorted((folder() / "proven").glob("*-to-*/*")):
        label = re.fullmatch(r"(v[\d.]+)-to-(v[\d.]+)", path.parent.name)
        if label is not None:
            found.append(Case(path, label[1], label[2]))
    return tuple(found)


def is_below(release: str, limit: str) -> bool:
    """Whether a release is older than another one."""
    return RELEASES.index(release) < RELEASES.index(limit)


def each(chosen: Iterable[Case]) -> pytest.MarkDecorator:
    listed = list(chosen)
    if not listed:
        return pytest.mark.skip("no such cases in the folder")
    return pytest.mark.parametrize("case", listed, ids=lambda case: case.id)


def low(case: Case) -> bool:
    """Whether a case needs no release after 1.14."""
    return all(not is_below("1.14", release_of(form)) for form in (case.old_format, case.new_format))


def changes(old: Any, new: Any, path: str = "$") -> list[str]:
    """Where two states in JSON differ, path by path."""
    if isinstance(old, dict) and isinstance(new, dict):
        return _all(
            changes(old.get(name, ...), new.get(name, ...), f"{path}.{name}") for name in {**old, **new}
        )
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return _all(changes(a, b, f"{path}[{at}]") for at, (a, b) in enumerate(zip(old, new, strict=True)))
    return [] if old == new and type(old) is type(new) else [f"{path}: {str(old)[:80]} -> {str(new)[:80]}"]


def _all(parts: Iterable[list[str]]) -> list[str]:
    return [line for part in parts for line in part]


def without(lines: Iterable[str], is_free: Callable[[str], bool]) -> list[str]:
    return [line for line in lines if not is_free(line)]
