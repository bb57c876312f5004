"""Nothing is left out unnoticed: every file has its suite, every row is run or counted as unsupported."""

from __future__ import annotations

import fnmatch

import pytest

from vectors import data, report

#: The patterns of the suites of this folder.
_SUITES = (
    "kinds_*.jsonl",
    "decode*.jsonl",
    "encode_errors*.jsonl",
    "limits_*.jsonl",
    "neg_*.jsonl",
    "snapshots*.jsonl",
    "save_errors*.jsonl",
    "semver*.jsonl",
    "crc64*.jsonl",
    report.INFORMATIVE,
)


def test_there_are_files() -> None:
    assert data.files(), f"no *.jsonl in {data.folder()} (set {data.ENVIRONMENT})"


@pytest.mark.parametrize("file", data.files())
def test_file_has_a_suite(file: str) -> None:
    assert any(fnmatch.fnmatch(file, pattern) for pattern in _SUITES), f"{file} is run by no suite"
    assert data.rows(file), f"{file} is empty"


def test_reasons_are_given() -> None:
    for file in data.files():
        for row in data.rows(file):
            assert row.get("unsupported", "?"), f"{row.id} gives no reason"
