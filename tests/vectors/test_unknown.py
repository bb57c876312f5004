"""What a suite cannot express fails: a row of an unknown shape is never passed over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vectors import (
    data,
    test_crc64,
    test_decode,
    test_encode_errors,
    test_extreme,
    test_files,
    test_kinds,
    test_limits,
    test_save_errors,
    test_semver,
    test_snapshots,
)
from vectors.data import Row

#: The test that runs the rows of a file, by the beginning of the file's name.
_SUITES = {
    "kinds_": test_kinds.test_kind,
    "decode": test_decode.test_decode,
    "encode_errors": test_encode_errors.test_encode_error,
    "limits_small": test_limits.test_limit,
    "limits_10mib": test_files.test_file,
    "neg_": test_files.test_file,
    "snapshots": test_snapshots.test_snapshot,
    "save_errors": test_save_errors.test_save_error,
    "semver": test_semver.test_version,
    "crc64": test_crc64.test_checksum,
    "extreme": test_extreme.test_extreme,
}

#: Fields of rows and values of them that no suite knows.
_UNKNOWN: dict[str, list[Any]] = {
    "rust_type": ["Unheard<u8>", "u24"],
    "payload_type": ["Unheard<u8>"],
    "config": ["fixint_middle"],
    "op": ["peek"],
    "result": ["perhaps"],
    "decode": ["perhaps"],
    "value": [{"unheard": 1}],
    "model": [["unheard", "1"]],
    "error_class": ["Unheard"],
    "hex": ["not hex"],
    "crc": ["0x1"],
    "length": ["many"],
}


def _cases() -> list[tuple[str, str, Any]]:
    found = []
    for start in _SUITES:
        keys = {key for file in data.files(f"{start}*.jsonl") for row in data.rows(file) for key in row}
        if start == "extreme":
            keys.discard("result")  # which informs and sets no verdict
        found += [(start, key, value) for key in _UNKNOWN if key in keys for value in _UNKNOWN[key]]
    return found


def _row(start: str, key: str) -> Row:
    """The first row to run that has the field, and uses it."""
    return next(row for row in data.supported(f"{start}*.jsonl") if row.get(key) is not None)


@pytest.mark.parametrize(("start", "key", "value"), _cases())
def test_unknown_value_fails(start: str, key: str, value: Any) -> None:
    row = _row(start, key)
    changed = Row({**row, key: value}, row.file, row.line)
    with pytest.raises((Exception, pytest.fail.Exception)):
        _SUITES[start](changed)


@pytest.mark.parametrize("start", _SUITES)
def test_empty_row_fails(start: str) -> None:
    with pytest.raises((KeyError, ValueError, AttributeError)):
        _SUITES[start](Row({"name": "x"}, f"{start}.jsonl", 1))


#: Files of a folder with one thing in it that no suite can express, and what the run says.
_FOLDERS = {
    "a file without a suite": ({"later.jsonl": {"name": "x"}}, "is run by no suite"),
    "an unknown type": (
        {
            "decode.jsonl": {
                "name": "x",
                "rust_type": "Unheard",
                "config": "legacy",
                "hex": "",
                "result": "ok",
            }
        },
        "Unheard is no type known here",
    ),
    "an unsupported row without a reason": (
        {"decode.jsonl": {"name": "x", "unsupported": ""}},
        "gives no reason",
    ),
}


@pytest.mark.parametrize("what", _FOLDERS)
def test_folder_fails(what: str, tmp_path: Path) -> None:
    files, message = _FOLDERS[what]
    (tmp_path / "types.json").write_text("{}")
    for name, row in files.items():
        (tmp_path / name).write_text(json.dumps(row) + "\n")
    here = Path(__file__).parent
    suites = [here / "test_complete.py", here / "test_decode.py"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *map(str, suites)],
        cwd=here.parents[1],
        env={**os.environ, data.ENVIRONMENT: str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stdout
    assert message in run.stdout
