"""Messages, good and bad: verdict, value, bytes when written again."""

from __future__ import annotations

import pytest

from bitcode import from_model
from bitcode.checks import Case, world
from bitcode.data import BitcodeRow, each_row
from bitcode.refused import refused_in
from snapformat.errors import DecodeError, SchemaError
from vectors.checks import assert_bytes, assert_same, value_of
from vectors.shapes import expand

pytestmark = pytest.mark.usefixtures("deep_recursion")


@each_row("decode")
def test_decode(row: BitcodeRow) -> None:
    result = row["result"]
    assert result in ("ok", "error"), f"unknown: result = {result!r}"
    refused = refused_in(world(), row["rust_type"])
    if refused is not None:
        with pytest.raises(SchemaError):
            world().annotation(row["rust_type"])
        if result == "error":
            return
        model = expand(row["model"])
        case = Case(*from_model.shape_of(model))
        wanted = case.shape.from_value(from_model.row_value(model))
    else:
        case = Case.of(row)
        if result == "error":
            _check_refusal(case, row.bytes)
            return
        wanted = value_of(case.shape, row)
    for how, got in case.each_way(row.bytes).items():
        assert_same(case.shape, got, wanted, how)
        assert_bytes(case.encode(got), bytes.fromhex(row["reencoded_hex"]), f"encode after {how}")
    assert_bytes(case.encode(wanted), bytes.fromhex(row["reencoded_hex"]), "encode of the row's value")


def _check_refusal(case: Case, data: bytes) -> None:
    for read in (case.decode, case.by_decoder):
        with pytest.raises(DecodeError):
            read(data)
    # Of a message with bytes behind it, the message alone is read; else it is damaged this way too.
    try:
        _, end = case.decode_prefix(data)
    except DecodeError:
        with pytest.raises(DecodeError):
            case.decode_stream(data)
        return
    assert end < len(data)
    assert case.decode_stream(data)[1] == end
