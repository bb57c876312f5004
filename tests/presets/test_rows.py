"""Random types, values and messages with what the crates said of them, recorded by `make oracle`."""

from __future__ import annotations

import json
import lzma
from collections import Counter
from pathlib import Path

import pytest

from bitcode.random_types import built
from presets.checks import Case
from presets.table import BY_NAME, PRESETS
from snapformat.errors import DecodeError

_ROWS = Path(__file__).resolve().parent.parent / "golden" / "presets-oracle.jsonl.xz"
#: Rows are run in so many parts.
_PARTS = 8


@pytest.mark.parametrize("part", range(_PARTS))
def test_rows(part: int) -> None:
    ran: Counter[str] = Counter()
    with lzma.open(_ROWS, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number % _PARTS == part:
                row = json.loads(line)
                _check(row)
                ran[row["preset"]] += 1
    assert set(ran) == {preset.name for preset in PRESETS}


def _check(row: dict) -> None:
    case = Case(BY_NAME[row["preset"]], built(row.get("types", ""), row["type"])[1])
    value = case.value_of(bytes.fromhex(row["value"]))
    assert case.encode(value) == (None if row["hex"] is None else bytes.fromhex(row["hex"])), row
    if row["hex"] is not None:
        assert case.decode(bytes.fromhex(row["hex"])) == case.between(value), row
    for digits, *wanted in row["damaged"]:
        if wanted:
            theirs = case.between(case.value_of(bytes.fromhex(wanted[0])))
            assert case.decode(bytes.fromhex(digits)) == theirs, (digits, row)
        else:
            with pytest.raises(DecodeError):
                case.decode(bytes.fromhex(digits))
