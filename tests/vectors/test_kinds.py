"""Every kind of the serde data model under five configurations, both ways, and by construct alone."""

from __future__ import annotations

from typing import Any

import pytest

from snapformat.errors import DecodeError, SnapshotError
from vectors.checks import Case, assert_bytes, assert_same, value_of
from vectors.data import Row, each_row
from vectors.shapes import as_read


@each_row("kinds_*.jsonl")
def test_kind(row: Row) -> None:
    case = Case(row)
    value = value_of(case.shape, row)
    data = row.bytes
    assert_bytes(case.encode(value), data, "encode")
    assert_bytes(case.construct.build(value), data, "construct's build")
    if row["decode"] == "ok":
        _check_decoding(case, data)
    elif row["decode"] == "error":
        _check_refusal(case, data)
    else:
        assert row["decode"] == "n/a", f"unknown: decode = {row['decode']!r}"
        _check_bonus(case, value, data)


def _check_decoding(case: Case, data: bytes) -> None:
    row, shape = case.row, case.shape
    with as_read():
        wanted = shape.from_value(row.get("decoded_value", row["value"]))
    if "reencoded_hex" in row:
        again = bytes.fromhex(row["reencoded_hex"])
    else:
        again = data if row["roundtrip"] else case.encode(wanted)
        assert row["roundtrip"] == (again == data)
    for how, (got, taken) in (
        ("decode_prefix", case.decode_prefix(data)),
        ("decode_stream", case.decode_stream(data + b"\xaa")),
    ):
        assert taken == row["bytes_read"], f"{how} took {taken} bytes, wanted {row['bytes_read']}"
        assert_same(shape, got, wanted, how)
        assert_bytes(case.encode(got), again, f"encode after {how}")
    _check_construct(case, data, wanted, again)


def _check_construct(case: Case, data: bytes, wanted: Any, again: bytes) -> None:
    parsed = case.construct.parse(data)
    assert_same(case.shape, parsed, wanted, "construct's parse")
    assert_bytes(case.construct.build(parsed), again, "construct's build after its parse")


def _check_refusal(case: Case, data: bytes) -> None:
    with pytest.raises(DecodeError):
        case.decode_prefix(data)
    with pytest.raises(DecodeError):
        case.decode_stream(data)
    with pytest.raises(Exception):  # noqa: B017, PT011 -- construct alone has errors of its own
        case.construct.parse(data)


def _check_bonus(case: Case, value: Any, data: bytes) -> None:
    """Rust can't read the type (a borrowed one, say): we may refuse, or read the very value."""
    try:
        got, taken = case.decode_prefix(data)
    except SnapshotError:
        return
    assert taken == len(data)
    assert_same(case.shape, got, value, "decode_prefix")
    _check_construct(case, data, value, data)
