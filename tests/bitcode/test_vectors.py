"""Values and their bytes, both ways: through the declared type, and through one made from the serde calls."""

from __future__ import annotations

from contextlib import suppress

import pytest

from bitcode import from_model
from bitcode.checks import Case, world
from bitcode.data import BitcodeRow, each_row
from bitcode.packer import Canonical
from bitcode.refused import refused_in
from snapformat.errors import DecodeError, SchemaError, SnapshotError
from vectors.checks import assert_bytes, assert_same, value_of
from vectors.shapes import as_read, expand

pytestmark = pytest.mark.usefixtures("deep_recursion")


@each_row("vectors")
def test_declared(row: BitcodeRow) -> None:
    """The row's own type; what serde itself can't read back, the library refuses to declare."""
    decode = row["decode"]
    assert decode in ("ok", "error", "n/a"), f"unknown: decode = {decode!r}"
    refused = refused_in(world(), row["rust_type"])
    if refused is not None:
        with pytest.raises(SchemaError):
            world().annotation(row["rust_type"])
        return
    case = Case.of(row)
    value = value_of(case.shape, row)
    assert_bytes(case.encode(value), row.bytes, "encode")
    if decode == "ok":
        _check_decoding(case, row)
    elif decode == "error":
        _check_refusal(case, row.bytes)
    else:  # Rust can't read the type, a borrowed one, say: we may refuse, or read the very value
        with suppress(SnapshotError):
            assert_same(case.shape, case.decode(row.bytes), value, "decode")


def _check_decoding(case: Case, row: BitcodeRow) -> None:
    data = row.bytes
    with as_read():
        wanted = case.shape.from_value(row.get("decoded_value", row["value"]))
    if "reencoded_hex" in row:
        again = bytes.fromhex(row["reencoded_hex"])
    else:
        again = data if row["roundtrip"] else case.encode(wanted)
    assert row["roundtrip"] == (again == data)
    for how, got in case.each_way(data).items():
        assert_same(case.shape, got, wanted, how)
        assert_bytes(case.encode(got), again, f"encode after {how}")


def _check_refusal(case: Case, data: bytes) -> None:
    for read in (case.decode, case.by_decoder):
        with pytest.raises(DecodeError):
            read(data)


@each_row("vectors")
def test_by_calls(row: BitcodeRow) -> None:
    """Whatever was declared: a type that makes the same calls has the same bytes, and reads them."""
    model = expand(row["model"])
    shape, annotation = from_model.shape_of(model)
    case = Case(shape, annotation)
    value = shape.from_value(from_model.row_value(model))
    assert shape.to_model(value) == model
    assert_bytes(case.encode(value), row.bytes, "encode")
    for how, got in case.each_way(row.bytes).items():
        assert_same(shape, got, value, how)
        assert_bytes(case.encode(got), row.bytes, f"encode after {how}")


@each_row("vectors")
def test_by_the_writer_of_the_tests(row: BitcodeRow) -> None:
    """The writer that the other suites lean on."""
    assert_bytes(Canonical().message(expand(row["model"])), row.bytes, "the message")
