"""Values that must not be written, and declarations of which nothing may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bitcode.checks import Case, world
from bitcode.data import BitcodeRow, each_row
from bitcode.refused import refused_in
from snapformat.errors import EncodeError, SchemaError
from vectors.checks import value_of
from vectors.hand_written import REFUSED_VALUES
from vectors.shapes import NotExpressible

pytestmark = pytest.mark.usefixtures("deep_recursion")


class Locked:
    """A cell that is borrowed, or whose lock is held or poisoned: its value can't be had.

    A cell is its value here, and nothing can keep it from being read. What is left of the case is a place
    where a value should be and none is.
    """


#: Words of serde about values that rows can't write down, and such values, for any type.
_WITHOUT_VALUE: dict[str, Callable[[], Any]] = {
    "already mutably borrowed": Locked,
    "lock poison": Locked,
}


def _refused_value(row: BitcodeRow, case: Case) -> Any:
    """The row's value; where it has none, the one that Rust's message describes."""
    if "value" in row:
        return value_of(case.shape, row)
    said = row["encode_error"]
    for text, (rust_type, make) in REFUSED_VALUES.items():
        if text in said and row["rust_type"] == rust_type:
            return make()
    for text, make in _WITHOUT_VALUE.items():
        if text in said:
            return make()
    raise NotExpressible(f"no value is known for {said}")


@each_row("encode_errors")
def test_encode_error(row: BitcodeRow) -> None:
    assert row.get("hex") is None, "an error without bytes is what these rows show"
    assert row["encode_error"].startswith(("error: ", "panic: ")), f"unknown: {row['encode_error']!r}"
    if refused_in(world(), row["rust_type"]) is not None:
        with pytest.raises(SchemaError) as refused:
            world().annotation(row["rust_type"])
        assert len(str(refused.value)) > 20, f"no reason is given: {refused.value}"
        return
    case = Case.of(row)
    value = _refused_value(row, case)
    with pytest.raises(EncodeError) as caught:
        case.encode(value)
    assert len(str(caught.value)) > 10
