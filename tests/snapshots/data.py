"""Where the files come from, and which format reads them.

Folder from SNAPFORMAT_SNAPSHOTS, else the copies in the repository. Below it, at any depth, stand folders of
releases; in each, one folder a configuration with state files, the original's JSON (`truth`) and trace of
them, and perhaps folders of damaged files with the original's verdicts. Nothing is left out silently: a file
of a release that the catalogue does not have fails.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest

from snapformat import SnapshotFormat
from snapformat.snapshot import FIRECRACKER_FORMAT
from snapformat.snapshot.catalogue import formats, formats_for

ENVIRONMENT = "SNAPFORMAT_SNAPSHOTS"
_GOLDEN = Path(__file__).resolve().parent.parent / "golden"
DEFAULT_FOLDERS = (_GOLDEN / "snapshots", _GOLDEN / "snapshots-aarch64")
RESULTS = "results.tsv"


def folders() -> tuple[Path, ...]:
    """The folders of the suite."""
    given = os.environ.get(ENVIRONMENT)
    return (Path(given),) if given else DEFAULT_FOLDERS


def files(pattern: str) -> list[Path]:
    """What lies below the folders and has a name like this."""
    return [path for folder in folders() for path in sorted(folder.rglob(pattern))]


def _id(path: Path) -> str:
    folder = next(folder for folder in folders() if path.is_relative_to(folder))
    return str(path.relative_to(folder.parent))


def release_format(release: str, header: Any) -> SnapshotFormat:
    """The format for a header in a release's folder: `1.10.0` means `firecracker/1.10.0/ARCH` or `1.10/ARCH`.

    Fails where the catalogue has none, or where it would not offer it for such a header.
    """
    arch = FIRECRACKER_FORMAT.arch_of(header.magic)
    assert arch is not None, f"magic 0x{header.magic:016x} is of no architecture known"
    names = [f"firecracker/{name}/{arch}" for name in (release, release.rpartition(".")[0])]
    known = formats()
    found = next((known[name] for name in names if name in known), None)
    assert found is not None, f"no schema for release {release} on {arch}; there is {', '.join(known)}"
    offered = [format_.name for format_ in formats_for(header)]
    assert found.name in offered, f"for header version {header.version} the catalogue offers {offered}"
    return found


@dataclass(frozen=True)
class StateFile:
    """A state file and what the original says of it.

    Attributes:
        path: The file.
        truth: The original's JSON of it.
        trace: The original's trace of it, or None.
    """

    path: Path
    truth: Path | None
    trace: Path | None

    @property
    def id(self) -> str:
        return _id(self.path)

    @cached_property
    def bytes(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def format(self) -> SnapshotFormat:
        return release_format(self.path.parents[1].name, FIRECRACKER_FORMAT.get_header(self.path))

    @cached_property
    def header_end(self) -> int:
        """Offset of the payload: magic, length of the version, version."""
        return 16 + int.from_bytes(self.bytes[8:16], "little")


@cache
def state_files() -> tuple[StateFile, ...]:
    """`vmstate` with `truth.json` and `trace.tsv`, `vmstate.diff1` with `truth.diff1.json` and so on.

    The editor's files are named the other way round, `after.vmstate` with `trace.after.tsv`, without a truth.
    """
    found = []
    for path in files("*vmstate*"):
        label = re.fullmatch(r"vmstate(\.\w+)?|(\w+)\.vmstate", path.name)
        if label is None or not path.is_file():
            continue
        part = label[1] or (f".{label[2]}" if label[2] else "")
        truth, trace = path.with_name(f"truth{part}.json"), path.with_name(f"trace{part}.tsv")
        with_truth = truth if truth.exists() or not label[2] else None
        found.append(StateFile(path, with_truth, trace if trace.exists() else None))
    return tuple(found)


@dataclass(frozen=True)
class Verdict:
    """A row of a damaged folder's results.

    Attributes:
        path: The file.
        code: Class of the error, as the library calls it; None if the original loads the file, `any` where it
            panics: then any clean error will do.
        base: A file that the original loads: it tells the architecture.
    """

    path: Path
    code: str | None
    base: Path

    @property
    def id(self) -> str:
        return _id(self.path)

    @property
    def format(self) -> SnapshotFormat:
        """The format of the folder's release; the file's own header may be damaged."""
        return release_format(self.path.parents[1].name, FIRECRACKER_FORMAT.get_header(self.base))

    @property
    def named(self) -> str:
        """How `--as` names the format."""
        return self.format.name.partition("/")[2]


#: Classes of older releases, which are our Decode.
_OLDER = {"Serde": "Decode", "InvalidSnapshotSize": "Decode"}


def _code(row: list[str]) -> str | None:
    if row[1] == "Ok":
        return None
    if row[1] == "PANIC":
        return "any"
    assert row[1] == "Err", row
    name = re.split(r"\W", row[2])[0]
    return _OLDER.get(name, name)


@cache
def verdicts() -> tuple[Verdict, ...]:
    """All rows of all `results.tsv`."""
    found = []
    for results in files(RESULTS):
        lines = results.read_text(encoding="utf-8").splitlines()
        rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
        sound = [results.with_name(row[0]) for row in rows if row[1] == "Ok"]
        base = sound[0] if sound else results.parents[1] / results.with_name("BASE").read_text().strip()
        found.extend(Verdict(results.with_name(row[0]), _code(row), base) for row in rows)
    return tuple(found)


def trace_rows(trace: Path) -> tuple[list[str], dict[str, str]]:
    """The rows of a trace as lines, and what its last line says of the file."""
    lines = trace.read_text(encoding="utf-8").splitlines()
    footer = re.fullmatch(
        r"# state ends at (?P<end>\d+); file len (?P<size>\d+); crc at (?P<at>\d+): 0x(?P<crc>[0-9a-f]{16});"
        r" trace bytes equal file bytes: true",
        lines[-1],
    )
    assert footer is not None, lines[-1]
    return [line for line in lines if not line.startswith("# ")], footer.groupdict()


def each(items: Iterable[Any], name: str = "file") -> pytest.MarkDecorator:
    """Parametrize a test with files or verdicts."""
    listed = list(items)
    return pytest.mark.parametrize(name, listed, ids=[item.id for item in listed])


def assert_same_lines(found: Iterable[str], wanted: Iterable[str], where: str) -> None:
    """Compare line by line; the message is the first difference, not a diff of thousands of lines."""
    left, right = list(found), list(wanted)
    for number, (ours, theirs) in enumerate(zip(left, right, strict=False), 1):
        if ours != theirs:
            pytest.fail(f"{where}, line {number}: found {ours[:300]!r}, wanted {theirs[:300]!r}")
    assert len(left) == len(right), f"{where}: {len(left)} lines found, {len(right)} wanted"


def assert_same_bytes(found: bytes, wanted: bytes) -> None:
    """Compare bytes; the message is the first difference."""
    if found != wanted:
        pairs = enumerate(zip(found, wanted, strict=False))
        at = next((i for i, (ours, theirs) in pairs if ours != theirs), min(len(found), len(wanted)))
        pytest.fail(
            f"{len(found)} bytes found, {len(wanted)} wanted; they differ from offset {at} on: "
            f"{found[at : at + 16].hex(' ')} for {wanted[at : at + 16].hex(' ')}"
        )


def json_lines(data: Any) -> list[str]:
    """Plain data as lines of text: key order and number types show."""
    return json.dumps(data, indent=1).splitlines()
