"""The byte budget of single values: what is claimed, and that exactly the limit still passes.

Rows of whole files at the limit of 10 MiB are in `test_files`.
"""

from __future__ import annotations

import pytest

from snapformat.errors import DecodeError
from vectors.checks import DECODERS, Case, assert_error, assert_same, value_of
from vectors.data import Row, each_row, files

#: Files whose rows are single values: those of `limits_*` without a payload type.
_SINGLE = [name for name in files("limits_*.jsonl") if "10mib" not in name]


@each_row(*_SINGLE)
def test_limit(row: Row) -> None:
    case = Case(row)
    data = row.bytes
    if "len" in row:
        assert len(data) == row["len"]
    for op in [row["op"]] if "op" in row else ["decode_from_slice", "decode_from_std_read"]:
        if row.is_ok:
            got, _ = DECODERS[op](case, data)
            if "value" in row:
                assert_same(case.shape, got, value_of(case.shape, row), op)
            continue
        with pytest.raises(DecodeError) as caught:
            DECODERS[op](case, data)
        if "error_class" in row:
            assert_error(caught.value, row)
