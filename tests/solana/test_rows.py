"""Solana's types: both read what solders reads, refuse what it refuses, and write the same bytes."""

from __future__ import annotations

from collections import Counter

import pytest

from snapformat import decode
from solana.rows import check, recorded
from solana.types import BINCODE, TYPES, VersionedTransaction

ROWS = list(recorded())


@pytest.mark.parametrize("name", TYPES)
def test_recorded_rows(name: str):
    rows = [row for row in ROWS if row.type == name]
    assert len(rows) == 150
    assert sum(row.again is not None for row in rows) >= 75  # every other one is sound
    assert [(row.data.hex(), found) for row in rows if (found := check(row)) is not None] == []


def test_there_are_damaged_rows():
    refused = Counter(row.type for row in ROWS if row.again is None)
    assert sum(refused.values()) > 400
    assert set(refused) == set(TYPES)


def test_versions_of_messages():
    found = [
        decode(row.data, VersionedTransaction, BINCODE)
        for row in ROWS
        if row.type == "VersionedTransaction" and row.again is not None
    ]
    kinds = Counter(type(each.message).__name__ for each in found)
    assert kinds.keys() == {"Message", "MessageV0"}
