"""State files in bitcode, and what the original says of them.

They are below `snapshots/` of the suite's folder: a folder a release, in it one a configuration, with state
files, the original's JSON (`truth`) and their columns, and perhaps folders of altered files with verdicts.
Nothing is left out silently: a file of a release without a schema fails.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from bitcode import data
from snapformat import SnapshotFormat
from snapformat.snapshot.catalogue import formats

#: Formats of development states, which the catalogue does not have: the format they differ from in version
#: and payload.
_DEVELOPMENT = {"main-81b38b9": ("firecracker/1.16/x86_64", "11.0.0", "schemas.main_81b38b9:MicrovmState")}


def folder() -> Path:
    """The folder of the state files."""
    return data.folder() / "snapshots"


@cache
def format_of(release: str, arch: str = "x86_64") -> SnapshotFormat:
    """The format of a release's folder: `1.16.1` means `firecracker/1.16.1/ARCH` or `1.16/ARCH`."""
    if release in _DEVELOPMENT:
        base, version, payload = _DEVELOPMENT[release]
        return dataclasses.replace(formats()[base], name=release, version=version, payload=payload)
    names = [f"firecracker/{name}/{arch}" for name in (release, release.rpartition(".")[0])]
    found = next((formats()[name] for name in names if name in formats()), None)
    assert found is not None, f"no schema for release {release} on {arch}"
    return found


@dataclass(frozen=True)
class StateFile:
    """A state file.

    Attributes:
        path: The file.
        truth: The original's JSON of it.
        columns: Its columns.
    """

    path: Path
    truth: Path
    columns: Path

    @property
    def id(self) -> str:
        return str(self.path.relative_to(folder()))

    @property
    def release(self) -> str:
        return self.path.relative_to(folder()).parts[0]

    @property
    def is_released(self) -> bool:
        """Whether a release, and so the catalogue, has the format."""
        return self.release not in _DEVELOPMENT

    @cached_property
    def bytes(self) -> bytes:
        return self.path.read_bytes()

    @property
    def format(self) -> SnapshotFormat:
        return format_of(self.release)


@cache
def state_files() -> tuple[StateFile, ...]:
    """`vmstate` with `truth.json` and `columns.tsv`, `vmstate.diff1` with `truth.diff1.json` and so on."""
    found = []
    for path in sorted(folder().rglob("vmstate*")):
        part = path.name.removeprefix("vmstate")
        assert re.fullmatch(r"(\.\w+)?", part), f"not a state file: {path}"
        truth, columns = path.with_name(f"truth{part}.json"), path.with_name(f"columns{part}.tsv")
        found.append(StateFile(path, truth, columns))
    return tuple(found)


@dataclass(frozen=True)
class Verdict:
    """A row of a folder's results.

    Attributes:
        path: The file.
        code: Class of the error, as the library calls it; None if the original loads the file.
        debug: The original's error, or what it writes after loading the file: `resave=input`,
            `resave=NAME` of another file, `resave differs`.
    """

    path: Path
    code: str | None
    debug: str

    @property
    def id(self) -> str:
        return str(self.path.relative_to(folder()))

    @property
    def format(self) -> SnapshotFormat:
        return format_of(self.path.relative_to(folder()).parts[0])


#: Classes of the original that are our Decode.
_DECODE = ("Bitcode", "Io", "SizeLimitExceeded", "Decode")


def code_of(ok: str, debug: str) -> str | None:
    """The class of the error, as the library calls it."""
    if ok == "Ok":
        return None
    assert ok == "Err", ok
    name = re.split(r"\W", debug)[0]
    return "Decode" if name in _DECODE else name


@cache
def verdicts() -> tuple[Verdict, ...]:
    """All rows of all `results.tsv`."""
    found = []
    for results in sorted(folder().rglob("results.tsv")):
        lines = results.read_text(encoding="utf-8").splitlines()
        for row in (line.split("\t") for line in lines if line and not line.startswith("#")):
            found.append(Verdict(results.with_name(row[0]), code_of(row[1], row[2]), row[2]))
    return tuple(found)
