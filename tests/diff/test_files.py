"""Differences of real files: held against the JSON of the program that wrote them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bitcode.files import format_of
from snapformat import Snapshot
from snapformat.inspect import load_any
from snapformat.inspect.diff import Action, diff
from snapformat.inspect.query import select

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
PAIRS = [
    path for path in sorted(GOLDEN.rglob("vmstate.diff1")) if path.with_name("truth.diff1.json").exists()
]
Path_ = tuple[Any, ...]


def _load(path: Path) -> Snapshot[Any]:
    release = path.parents[1].name
    return format_of(release).load(path) if release.startswith("main") else load_any(path)


def _differing(left: Any, right: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The paths at which two JSON texts of one shape differ."""
    if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
        for name in left:
            yield from _differing(left[name], right[name], (*path, name))
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, pair in enumerate(zip(left, right, strict=True)):
            yield from _differing(*pair, (*path, index))
    elif (left, type(left)) != (right, type(right)):
        yield path


def _covers(change: Path_, wanted: Path_) -> bool:
    """Whether a change is at a path of the JSON; that of a byte of a C structure is a field of it here."""
    return change == wanted or (isinstance(wanted[-1], int) and change[: len(wanted) - 1] == wanted[:-1])


def test_there_are_pairs():
    assert len(PAIRS) >= 4


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.parents[1].name)
def test_pairs_by_the_truth(path: Path):
    left, right = _load(path.with_name("vmstate")), _load(path)
    truths = (json.loads(path.with_name(f"truth{part}.json").read_text()) for part in ("", ".diff1"))
    wanted = set(_differing(*truths))
    difference = diff(left, right)
    assert {change.action for change in difference} == {Action.CHANGED}
    found = set()
    for change in difference:
        (location,) = select(left, change.path)
        assert location.to_json() == change.left
        assert select(right, change.path)[0].to_json() == change.right
        found.add(location.segments)
    assert all(any(_covers(change, each) for change in found) for each in wanted)
    assert all(any(_covers(change, each) for each in wanted) for change in found)
    assert not difference.reordered
    back = diff(right, left)
    assert {(c.path, c.left, c.right) for c in back} == {(c.path, c.right, c.left) for c in difference}
    assert not diff(left, right, ignore=[change.path for change in difference])
    assert not diff(left, _load(path.with_name("vmstate")))


def test_releases_of_one_configuration():
    """From each release to the next: what moved is only on one side, and the rest is compared."""
    files = [
        *sorted(GOLDEN.glob("snapshots/1.*/03_many/vmstate")),
        GOLDEN / "bitcode/snapshots/1.16.1/03_many/vmstate",
    ]
    loaded = {path.parents[1].name: load_any(path) for path in files}
    releases = sorted(loaded, key=lambda name: [*map(int, name.split("."))])
    for before, after in pairwise(releases):
        difference = diff(loaded[before], loaded[after])
        paths = {change.path for change in difference}
        versions = loaded[before].version, loaded[after].version
        assert ("$header.version" in paths) == (versions[0] != versions[1])
        assert "$.vm_state.clock.realtime" in paths
        for change in difference:
            assert "vm_info" not in change.path
            side = loaded[after] if change.action is Action.ADDED else loaded[before]
            (location,) = select(side, change.path)
            assert location.to_json() == (change.right if change.action is Action.ADDED else change.left)
    difference = diff(loaded["1.12.1"], loaded["1.13.2"])
    actions = {change.path: change.action for change in difference}
    assert actions["$.device_states.block_devices"] is Action.REMOVED
    assert actions["$.device_states.mmio_state"] is Action.ADDED
    difference = diff(loaded["1.8.0"], loaded["1.9.1"])
    assert difference.reordered == ("$.device_states.block_devices",)


def test_two_architectures():
    left = load_any(next((GOLDEN / "snapshots-aarch64").rglob("vmstate")))
    right = load_any(GOLDEN / "snapshots/1.14.4/03_many/vmstate")
    paths = [change.path for change in diff(left, right)]
    assert paths[0] == "$header.magic"
    assert "$.vcpu_states[0].mpidr" in paths
    assert "$.vcpu_states[0].cpuid" in paths


def test_another_header_and_other_trailing_bytes():
    import dataclasses

    from snapformat import SnapshotFormat

    format_ = SnapshotFormat(name="t", magic=5, version="1.2.0", payload=bytes, trailing="keep")
    one, two = format_.new(b"ab"), format_.new(b"ab")
    assert not diff(one, two)
    two.header.version = two.header.version.replace(minor=1)
    two = dataclasses.replace(two, trailing=b"\1\2") if dataclasses.is_dataclass(two) else two
    two.trailing = b"\1\2"
    changes = [(change.path, change.action.value, change.left, change.right) for change in diff(one, two)]
    assert changes == [
        ("$header.version", "changed", "1.2.0", "1.1.0"),
        ("$trailing[0:2]", "added", None, [1, 2]),
    ]
    assert not diff(one, two, ignore=["$header", "$trailing"])
    assert [change.path for change in diff(one, two, ignore=["$header.version", "$checksum"])] == [
        "$trailing[0:2]"
    ]
