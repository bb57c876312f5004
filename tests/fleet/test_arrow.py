"""Arrow: every kind and every value of it comes back, from batches and from files."""

from __future__ import annotations

import io
from collections.abc import Mapping, Set
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from properties.strategies import same, samples_and_values
from properties.test_every_kind import SAMPLES, _holder, _same
from snapformat import EncodeError, SnapshotError, UnitEnum, doc, schema, variant
from snapformat.arrow import from_batch, to_arrow, to_batch
from snapformat.bincode import BTreeMap, Duration, Option, Some, SystemTime, f64, i128, u8, u16, u128
from snapformat.model import kinds


@schema
class Colour(UnitEnum):
    """A colour."""

    Red = variant()
    Green = variant()


@schema
class Inner:
    """A part."""

    name: str
    size: Option[u16]


@schema
class Row:
    """A row."""

    location: str = doc("Where it is")
    big: u128
    signed: i128
    took: Option[Duration]
    changed: SystemTime
    colour: Colour
    parts: list[Inner]
    names: BTreeMap[str, u8]
    pair: tuple[u8, f64]


def test_types() -> None:
    schema_ = to_arrow(Row)
    part = pa.struct([("name", pa.string()), ("size", pa.uint16())])
    assert {each.name: each.type for each in schema_} == {
        "location": pa.string(),
        "big": pa.decimal256(39, 0),
        "signed": pa.decimal256(39, 0),
        "took": pa.duration("ns"),
        "changed": pa.timestamp("ns", tz="UTC"),
        "colour": pa.string(),
        "parts": pa.list_(part),
        "names": pa.map_(pa.string(), pa.uint8()),
        "pair": pa.struct([("0", pa.uint8()), ("1", pa.float64())]),
    }
    assert [each.name for each in schema_ if each.nullable] == ["took"]
    assert schema_.field("location").metadata == {b"doc": b"Where it is"}


def test_a_type_without_fields_is_one_column() -> None:
    assert to_arrow(list[u16]) == pa.schema([("value", pa.list_(pa.uint16()))])
    assert from_batch(to_batch([[1, 2], []], list[u16]), list[u16]) == [[1, 2], []]


def test_options_in_options() -> None:
    annotation = Option[Option[u8]]
    values = [None, Some(None), Some(3)]
    assert from_batch(to_batch(values, annotation), annotation) == values


@pytest.mark.parametrize("cls", SAMPLES, ids=lambda cls: cls.__name__)
def test_every_kind(cls: type[kinds.Kind]) -> None:
    sample = SAMPLES[cls]
    holder = _holder(sample.annotation)
    values = [holder(field=sample.small, behind=1), holder(field=sample.large, behind=2)]
    batch = to_batch(values, holder)
    assert batch.schema == to_arrow(holder)
    batch.validate(full=True)
    for found, wanted in ((batch, values), (batch.slice(1), values[1:]), (_through_parquet(batch), values)):
        back = from_batch(found, holder)
        assert len(back) == len(wanted)
        assert all(map(_same, back, wanted))


def _through_parquet(batch: pa.RecordBatch) -> pa.Table:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_batches([batch]), file)
    return pq.read_table(file)


def _is_long(value: Any) -> bool:
    """Whether a time of more than 292 years is in a value."""
    match value:
        case Duration():
            return value.secs * 10**9 + value.nanos >= 1 << 63
        case SystemTime():
            return value.secs_since_epoch * 10**9 + value.nanos_since_epoch >= 1 << 63
        case Some():
            return _is_long(value.value)
        case Mapping():
            return any(map(_is_long, (*value.keys(), *value.values())))
        case list() | tuple() | Set():
            return any(map(_is_long, value))
    names = getattr(type(value), "__match_args__", ())
    return any(_is_long(getattr(value, name)) for name in names)


@settings(deadline=None)
@given(drawn=samples_and_values())
def test_any_type(drawn: tuple[Any, Any]) -> None:
    annotation, value = drawn
    holder = _holder(annotation)
    rows = [holder(field=value, behind=1), holder(field=value, behind=2)]
    if _is_long(value):
        with pytest.raises(EncodeError, match="292 years"):
            to_batch(rows, holder)
        return
    batch = to_batch(rows, holder)
    batch.validate(full=True)
    for found in (batch, _through_parquet(batch)):
        assert all(map(same, from_batch(found, holder), rows))
    assert same(from_batch(batch.slice(1), holder)[0], rows[1])


def test_a_time_beyond_292_years() -> None:
    with pytest.raises(EncodeError, match="292 years") as caught:
        to_batch([[Duration(1), Duration(1 << 40)]], list[Duration])
    assert caught.value.path == "$[*]"


def test_wrong_columns() -> None:
    batch = to_batch([Inner(name="a", size=1)], Inner)
    with pytest.raises(SnapshotError, match="a column is missing"):
        from_batch(batch.select(["name"]), Inner)
    other = pa.table({"name": [[1]], "size": [1]})
    with pytest.raises(SnapshotError, match="other types"):
        from_batch(other, Inner)


def test_a_value_that_does_not_fit() -> None:
    with pytest.raises(EncodeError) as caught:
        to_batch([Inner(name="a", size=70000)], Inner)
    assert caught.value.path == "$.size"
