"""Random values of every shipped type, of every release and architecture, are saved and loaded unchanged."""

from __future__ import annotations

import io
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.layouts import place_of, places, signature
from schemas.values import Builder, Seeded, values_of
from snapformat import SnapshotFormat
from snapformat.bincode import FIRECRACKER
from snapformat.encodings.bincode.walk import read_value, walk_value, write_value
from snapformat.encodings.json.format import Json
from snapformat.model import kinds
from snapformat.model.kinds import Kind
from snapformat.values import dumps, loads
from snapformat_schemas.firecracker import SCHEMAS

each_format = pytest.mark.parametrize("format_", SCHEMAS, ids=lambda format_: format_.name)

#: How many states are built for each format; variants take turns, so that each comes up.
_STATES = 16


@cache
def _named_types() -> dict[str, Kind]:
    """Every struct and enum of every format, each once; generic ones once for each argument."""
    found: dict[str, tuple[str, Kind]] = {}
    for format_ in SCHEMAS:
        for kind in places(format_.payload_kind).values():
            if isinstance(kind, kinds.Struct | kinds.Enum) and kind is not format_.payload_kind:
                found.setdefault(signature(kind), (f"{format_.name}-{kind.name}", kind))
    named: dict[str, Kind] = {}
    for name, kind in found.values():
        number = sum(known.partition("#")[0] == name for known in named)
        named[f"{name}#{number}" if number else name] = kind
    return named


def _check(kind: Kind, value: Any) -> bytes:
    """Bytes, events and JSON of a value give it back; the bytes are returned."""
    data = write_value(kind, FIRECRACKER, value)
    back, end = read_value(kind, FIRECRACKER, data)
    assert end == len(data)
    assert back == value
    assert write_value(kind, FIRECRACKER, back) == data
    assert sum(event.size for event in walk_value(kind, FIRECRACKER, data)) == len(data)
    assert Json().read(kind, Json().write(kind, value)) == value
    return data


@pytest.mark.parametrize("name", _named_types())
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(data=st.data())
def test_type(name: str, data: st.DataObject):
    kind = _named_types()[name]
    _check(kind, data.draw(values_of(kind)))


@each_format
@settings(max_examples=15, deadline=None, derandomize=True)
@given(random=st.randoms(use_true_random=True))
def test_state(format_: SnapshotFormat, random: Random):
    state = Builder(Seeded(random)).value(format_.payload_kind)
    _check_file(format_, state, _check(format_.payload_kind, state))


def _check_file(format_: SnapshotFormat, state: Any, payload: bytes) -> None:
    target = io.BytesIO()
    format_.new(state).save(target)
    file = target.getvalue()
    assert format_.is_message or payload in file
    loaded = format_.load(file, strict=True)
    assert loaded.data == state
    assert str(loaded.version) == str(format_.version)
    again = io.BytesIO()
    loaded.save(again)
    assert again.getvalue() == file
    if not format_.is_message:
        assert format_.struct.parse(file).data == state
    assert loads(dumps(state, format_.payload), format_.payload) == state


@each_format
def test_every_variant_is_reached(format_: SnapshotFormat):
    every = places(format_.payload_kind)
    builder = Builder(Seeded(Random(2024)))
    for _ in range(_STATES):
        _check(format_.payload_kind, builder.value(format_.payload_kind))
    variants = {
        (kind, index)
        for kind in every.values()
        if isinstance(kind, kinds.Enum)
        for index in range(len(kind.variants))
    }
    assert variants
    assert builder.reached == variants
    # What is read by code of its own (register lists) makes its own choices.
    inside = {
        below
        for place, kind in every.items()
        if isinstance(kind, kinds.Adapted)
        for below in places(kind.item, place_of(kind.item, (*place, 0)))
    }
    optional = {
        place for place, kind in every.items() if isinstance(kind, kinds.Option | kinds.Seq | kinds.Set)
    }
    assert optional - inside
    assert {(place, there) for place in optional - inside for there in (True, False)} <= builder.chosen
