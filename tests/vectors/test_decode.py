"""Single values read from a slice and from a stream, good and bad: verdict, value, bytes taken."""

from __future__ import annotations

import pytest

from snapformat.errors import DecodeError
from vectors.checks import Case, assert_bytes, assert_error, assert_same, value_of
from vectors.data import Row, each_row


@each_row("decode*.jsonl")
def test_decode(row: Row) -> None:
    case = Case(row)
    data = row.bytes
    if not row.is_ok:
        with pytest.raises(DecodeError) as caught:
            case.by_op(data)
        assert_error(caught.value, row)
        return
    wanted = value_of(case.shape, row)
    got, taken = case.by_op(data)
    assert_same(case.shape, got, wanted, row["op"])
    if "bytes_read" in row:
        assert taken == row["bytes_read"], f"took {taken} bytes, wanted {row['bytes_read']}"
    if "reencoded_hex" in row:
        again = bytes.fromhex(row["reencoded_hex"])
        assert_bytes(case.encode(got), again, "encode of the decoded value")
        assert_bytes(case.encode(wanted), again, "encode of the row's value")
