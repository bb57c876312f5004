"""Values that must not be written."""

from __future__ import annotations

import io
from typing import Any

import pytest

from snapformat.errors import EncodeError
from vectors.checks import Case, assert_error
from vectors.data import Row, each_row
from vectors.hand_written import REFUSED_VALUES
from vectors.shapes import NotExpressible


def _refused_value(row: Row, case: Case) -> Any:
    """The row's value; where it has none, the one that Rust's message describes."""
    if "value" in row:
        return case.shape.from_value(row["value"])
    for text, (rust_type, make) in REFUSED_VALUES.items():
        if text in row["error_debug"] and row["rust_type"] == rust_type:
            return make()
    raise NotExpressible(f"no value is known for {row['error_debug']}")


@each_row("encode_errors*.jsonl")
def test_encode_error(row: Row) -> None:
    case = Case(row)
    value = _refused_value(row, case)
    assert row["result"] == "error"
    with pytest.raises(EncodeError) as caught:
        case.encode(value)
    assert_error(caught.value, row)
    with pytest.raises(Exception):  # noqa: B017, PT011 -- construct alone has errors of its own
        case.construct.build_stream(value, io.BytesIO())
