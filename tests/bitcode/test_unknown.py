"""What a suite cannot express fails: a row of an unknown form is never passed over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bitcode import data, test_decode, test_encode_errors, test_vectors
from bitcode.data import BitcodeRow

_SUITES: dict[str, list[Any]] = {
    "vectors": [test_vectors.test_declared, test_vectors.test_by_calls],
    "decode": [test_decode.test_decode],
    "encode_errors": [test_encode_errors.test_encode_error],
}

#: Fields of rows and values of them that no suite knows.
_UNKNOWN: dict[str, list[Any]] = {
    "rust_type": ["Unheard<u8>", "u24"],
    "result": ["perhaps"],
    "decode": ["perhaps"],
    "value": [{"unheard": 1}],
    "model": [["unheard", "1"]],
    "hex": ["not hex"],
    "roundtrip": ["perhaps"],
    "reencoded_hex": ["00000000"],
    "decoded_value": [{"unheard": 1}],
    "encode_error": ["perhaps"],
}


def _rows(start: str) -> list[BitcodeRow]:
    return [row for file in data.files(f"{start}*.jsonl") for row in data.rows(file)]


def _cases() -> list[tuple[str, str, Any]]:
    keys = {start: sorted({key for row in _rows(start) for key in row}) for start in _SUITES}
    return [(start, key, value) for start in keys for key in keys[start] for value in _UNKNOWN.get(key, [])]


def _row(start: str, key: str) -> BitcodeRow:
    """The first row that has the field; any, where none uses it."""
    rows = _rows(start)
    return next((row for row in rows if row.get(key) is not None), rows[0])


@pytest.mark.parametrize(("start", "key", "value"), _cases())
def test_unknown_value_fails(start: str, key: str, value: Any) -> None:
    row = _row(start, key)
    changed = BitcodeRow({**row, key: value}, row.file, row.line)
    outcomes = [_fails(suite, changed) for suite in _SUITES[start]]
    assert any(outcomes)


def _fails(suite: Any, row: BitcodeRow) -> bool:
    try:
        suite(row)
    except (Exception, pytest.fail.Exception):
        return True
    return False


@pytest.mark.parametrize("start", _SUITES)
def test_empty_row_fails(start: str) -> None:
    for suite in _SUITES[start]:
        assert _fails(suite, BitcodeRow({"name": "x"}, f"{start}.jsonl", 1))


#: Files of a folder with one thing in it that no suite can express, and what the run says.
_FOLDERS = {
    "a file without a suite": ({"later.jsonl": {"name": "x", "rust_type": "u8"}}, "is run by no suite"),
    "an unknown type": (
        {"decode.jsonl": {"name": "x", "rust_type": "Unheard", "hex": "", "result": "ok"}},
        "Unheard is no type known here",
    ),
    "a row to be left out": (
        {"decode.jsonl": {"name": "x", "rust_type": "u8", "unsupported": "says who"}},
        "which no row is",
    ),
}


@pytest.mark.parametrize("what", _FOLDERS)
def test_folder_fails(what: str, tmp_path: Path) -> None:
    """A folder of its own has only rows: the types that they name are declared here."""
    files, message = _FOLDERS[what]
    for name, row in files.items():
        (tmp_path / name).write_text(json.dumps(row) + "\n")
    run = _run(tmp_path)
    assert run.returncode == 1, run.stdout
    assert message in run.stdout


def test_a_new_field_is_told(tmp_path: Path) -> None:
    row: dict[str, Any] = {"name": "x", "rust_type": "Vec<Order>", "hex": "00", "result": "ok"}
    row |= {"value": [], "model": ["seq", []], "reencoded_hex": "00", "unheard": 1}
    (tmp_path / "decode.jsonl").write_text(json.dumps(row) + "\n")
    run = _run(tmp_path)
    assert run.returncode == 0, run.stdout
    assert "no suite is known to read: unheard" in run.stdout


def _run(folder: Path) -> subprocess.CompletedProcess[str]:
    here = Path(__file__).parent
    suites = [here / "test_complete.py", here / "test_decode.py"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *map(str, suites)],
        cwd=here.parents[1],
        env={**os.environ, data.ENVIRONMENT: str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
