"""The values that bincode's rows record: here too, declared types and types by calls have the same bytes.

Those bytes are not recorded. They are the ones that the tests' own writer makes of a row's serde calls.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bitcode import from_model
from bitcode.checks import Case
from bitcode.packer import Canonical
from snapformat.errors import EncodeError
from vectors import checks, data
from vectors.checks import assert_bytes, assert_same, value_of
from vectors.data import Row
from vectors.shapes import as_read, expand

pytestmark = pytest.mark.usefixtures("deep_recursion")


def _rows(file: str) -> Iterator[Row]:
    """The rows of one configuration; the others have the same values."""
    return (row for row in data.rows(file) if row.get("config") == "fixint_le" and "model" in row)


@pytest.mark.parametrize("file", data.files("kinds_*.jsonl"))
def test_same_bytes(file: str) -> None:
    ran = 0
    for row in _rows(file):
        model = expand(row["model"])
        shape, annotation = from_model.shape_of(model)
        by_calls = Case(shape, annotation)
        try:
            wanted = Canonical().message(model)
        except ValueError:  # a variant beyond the first 256
            with pytest.raises(EncodeError):
                by_calls.encode(shape.from_value(from_model.row_value(model)))
            continue
        assert_bytes(
            by_calls.encode(shape.from_value(from_model.row_value(model))), wanted, f"calls of {row.id}"
        )
        assert shape.to_model(by_calls.decode(wanted)) == model
        ran += 1
        if "unsupported" in row:
            continue
        case = Case(checks.world().shape(row["rust_type"]), checks.world().annotation(row["rust_type"]))
        value = value_of(case.shape, row)
        assert_bytes(case.encode(value), wanted, row.id)
        if row["decode"] == "ok":
            with as_read():
                read = case.shape.from_value(row.get("decoded_value", row["value"]))
            for how, got in case.each_way(wanted).items():
                assert_same(case.shape, got, read, f"{how} of {row.id}")
    assert ran
