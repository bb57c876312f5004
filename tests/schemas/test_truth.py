"""States of the releases that write bitcode: the original's JSON is read and written again.

The same holds for a development state, which is no release.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.truths import ROOTS, TRUTHS, folder_of, name_of
from snapformat.values import dumps, from_json, loads, to_json
from snapshots.data import assert_same_lines, json_lines


def test_every_root_has_truths():
    assert {folder_of(path) for path in TRUTHS} == set(ROOTS)


@pytest.mark.parametrize("path", TRUTHS, ids=name_of)
def test_json_is_read_and_written_again(path: Path):
    root, truth = ROOTS[folder_of(path)], json.loads(path.read_bytes())
    state: Any = from_json(truth, root)
    assert loads(path.read_bytes(), root) == state
    assert_same_lines(json_lines(to_json(state, root, serde=True)), json_lines(truth), "JSON")
    assert_same_lines(json_lines(json.loads(dumps(state, root))), json_lines(truth), "JSON text")
