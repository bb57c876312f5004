"""Where the rows come from, and how they become pytest parameters.

Folder from SNAPFORMAT_BITCODE, else the copy in the repository. Every row of every file is run: there is no
mark that leaves one out.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import pytest

from vectors.data import Row

ENVIRONMENT = "SNAPFORMAT_BITCODE"
DEFAULT_FOLDER = Path(__file__).resolve().parent.parent / "golden" / "bitcode"

#: What rows may say, by the beginning of the file's name.
KEYS = {
    "vectors": frozenset(
        {"name", "group", "rust_type", "value", "model", "hex", "parts", "decode", "decode_error", "note"}
        | {"roundtrip", "decoded_value", "reencoded_hex"}
    ),
    "decode": frozenset(
        {"name", "rust_type", "hex", "parts", "result", "error", "value", "model", "reencoded_hex", "note"}
    ),
    "encode_errors": frozenset(
        {"name", "group", "rust_type", "value", "model", "hex", "encode_error", "note"}
    ),
}


class BitcodeRow(Row):
    """A row of these files, counted apart from those of bincode."""

    @property
    def bytes(self) -> bytes:
        """The row's bytes; a row that took no bytes has no `hex`."""
        return super().bytes if {"hex", "parts"} & self.keys() else b""


def folder() -> Path:
    """The folder of the rows and files."""
    return Path(os.environ.get(ENVIRONMENT) or DEFAULT_FOLDER)


def files(pattern: str = "*.jsonl") -> list[str]:
    """Names of the files that match, sorted."""
    return sorted(path.name for path in folder().glob(pattern))


@cache
def rows(file: str) -> tuple[BitcodeRow, ...]:
    """All rows of one file."""
    with open(folder() / file, encoding="utf-8") as lines:
        return tuple(BitcodeRow(json.loads(line), file, n) for n, line in enumerate(lines, 1) if line.strip())


def suite_of(file: str) -> str:
    """The beginning of a file's name that tells what its rows are; empty if no suite runs them."""
    return next((start for start in KEYS if file.startswith(start)), "")


def each_row(start: str) -> pytest.MarkDecorator:
    """Parametrize a test with every row of the files whose names begin so."""
    found = [row for file in files(f"{start}*.jsonl") for row in rows(file)]
    return pytest.mark.parametrize("row", found, ids=[row.id for row in found])
