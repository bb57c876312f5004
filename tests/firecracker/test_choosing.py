"""Choosing one of several releases does not read a file by all of them, and comes to the same."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.support import sealed
from snapformat import SnapshotError, SnapshotFormat
from snapformat.encodings.bincode.codec import engine
from snapformat.encodings.bincode.walk import read_value as reference_read
from snapformat.inspect import Candidate, best_candidate, candidates, identify, judge, load_any, summarize
from snapformat_schemas import firecracker
from snapshots import data

#: Of files whose headers are those of two releases, one of each release.
SHARED = [
    data.DEFAULT_FOLDERS[0] / release / name / "vmstate"
    for release, name in (
        ("1.9.1", "03_many"),
        ("1.10.0", "03_many"),
        ("1.13.2", "01_minimal"),
        ("1.13.2", "10_pci_many"),
        ("1.14.4", "01_minimal"),
        ("1.14.4", "10_pci_many"),
    )
]


def said(candidate: Candidate) -> Any:
    """All that a candidate says."""
    errors = [e and (type(e), str(e), e.path, e.offset) for e in (candidate.error, candidate.mismatch)]
    end = candidate.parts and candidate.parts.data_end
    return candidate.format, candidate.exact, end, candidate.rank, errors


def assert_same(content: bytes) -> None:
    """Choosing comes to what reading by all formats comes to, whatever was read before."""
    try:
        claiming = identify(content).formats
    except SnapshotError:
        return
    if not claiming:
        return
    every = [Candidate(format_, content, is_alone=True) for format_ in reversed(claiming)]
    ranked = sorted(every, key=lambda candidate: candidate.rank, reverse=True)
    assert [said(c) for c in candidates(content, claiming)] == [said(c) for c in ranked]
    best = ranked[0]
    assert said(best_candidate(content, claiming)) == said(best)
    verdict = judge(content)
    assert (verdict.format, str(verdict.error)) == (best.format, str(best.error))
    also = [c.format for c in ranked[1:] if best.error is None and c.error is None and c.exact == best.exact]
    summary = summarize(content)
    assert (summary.format, list(summary.also), str(summary.error)) == (best.format, also, str(best.error))
    if best.error is None:
        assert load_any(content).format is best.format


@data.each(data.state_files())
def test_real_files(file: data.StateFile):
    assert_same(file.bytes)


@data.each(data.verdicts())
def test_damaged_files(file: data.Verdict):
    assert_same(file.path.read_bytes())


@pytest.mark.parametrize("path", SHARED, ids=lambda path: "/".join(path.parts[-3:-1]))
def test_files_with_anything_changed(path: Path):
    content = path.read_bytes()
    chance = random.Random(str(path.name))
    for _ in range(25):
        changed = bytearray(content)
        for _ in range(chance.randrange(1, 3)):
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        if chance.random() < 0.3:
            del changed[chance.randrange(len(changed)) :]
        if chance.random() < 0.3:
            changed += chance.randbytes(chance.randrange(1, 12))
        is_sealed = chance.random() < 0.6
        assert_same(sealed(bytes(changed[:-8])) if is_sealed else bytes(changed))


@pytest.fixture
def references(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The layouts by which the reference reads, with code made for all releases that share a header."""
    for path in SHARED:
        for _ in range(3):
            firecracker.identify(path).why  # noqa: B018 - reads by all of them
    found: list[str] = []

    def read(kind: Any, *arguments: Any, **named: Any) -> Any:
        found.append(kind.name)
        return reference_read(kind, *arguments, **named)

    monkeypatch.setattr(engine.reference, "read_value", read)
    return found


@pytest.mark.parametrize("path", SHARED, ids=lambda path: "/".join(path.parts[-3:-1]))
def test_nobody_asks_why_another_release_can_not_read_it(path: Path, references: list[str]):
    assert judge(path).ok
    assert firecracker.load(path) is not None
    assert summarize(path).error is None
    found = firecracker.identify(path)
    assert references == []
    # Only now.
    assert sum("the layout does not fit" in reason for reason in found.why) == 1
    assert len(found.why) == 4
    assert references == ["MicrovmState"]


def test_identifications_can_be_sent_to_other_processes(references: list[str]):
    for path in SHARED:
        found = firecracker.identify(path)
        again = pickle.loads(pickle.dumps(found))
        assert again.why == found.why
        assert again.releases == found.releases


def test_bytes_are_kept_no_longer_than_needed(references: list[str]):
    content = SHARED[0].read_bytes()
    older, newer = (Candidate(format_, content) for format_ in identify(content).formats)
    assert (older.exact, newer.exact) == (True, False)
    assert (older.is_read, newer.is_read) == (True, False)
    assert (older._data, newer._data) == (b"", content)
    assert newer.mismatch is not None
    assert newer._data == b""


def test_what_was_never_read_is_not_imported():
    """A layout that no file has needed yet is not imported to say that it does not fit."""
    format_ = SnapshotFormat(
        name="x", magic=0x0710_1984_8664_0000, version="8.0.0", payload="no_such_module:Thing"
    )
    content = SHARED[-1].read_bytes()
    older = next(f for f in identify(content).formats if f.release == "1.14")
    assert best_candidate(content, (format_, older)).format is older
