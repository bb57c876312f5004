"""Random types, values and messages with what the bitcode crate said of them, recorded by `make oracle`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bitcode.checks import Case
from bitcode.random_types import built
from snapformat.errors import DecodeError
from vectors.checks import assert_bytes, assert_same

_ROWS = Path(__file__).resolve().parent.parent / "golden" / "bitcode-oracle.jsonl"
#: Rows are run in so many parts.
_PARTS = 16


def _rows(part: int) -> Iterator[dict[str, Any]]:
    with open(_ROWS, encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number % _PARTS == part:
                yield json.loads(line)


@pytest.mark.parametrize("part", range(_PARTS))
def test_rows(part: int) -> None:
    ran = 0
    for row in _rows(part):
        _check(row)
        ran += 1
    assert ran > 50


def _check(row: dict[str, Any]) -> None:
    case = Case(*built(row.get("types", ""), row["type"]))
    value, message = case.shape.from_value(row["value"]), bytes.fromhex(row["hex"])
    assert_bytes(case.encode(value), message, f"encode of {row}")
    for loose in (message, *map(bytes.fromhex, row["loose"])):
        assert_same(case.shape, case.verdict(loose), value, f"{loose.hex()} of {row}")
    for digits, *wanted in row["damaged"]:
        if not wanted:
            with pytest.raises(DecodeError):
                case.verdict(bytes.fromhex(digits))
        else:
            got = case.verdict(bytes.fromhex(digits))
            assert_same(case.shape, got, case.shape.from_value(wanted[0]), f"{digits} of {row}")
