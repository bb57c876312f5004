"""Random values of every shipped type, of every release and architecture, are saved and loaded unchanged."""

from __future__ import annotations

import io
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.layouts import all_nodes, signature
from schemas.values import Builder, Seeded, values_of
from snapformat import SnapshotFormat
from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.ops import Op
from snapformat.encodings.json.reader import from_json_data
from snapformat.encodings.json.writer import to_json_data
from snapformat.layout import read, walk, write
from snapformat.values import dumps, loads
from snapformat_schemas.firecracker import SCHEMAS

each_format = pytest.mark.parametrize("format_", SCHEMAS, ids=lambda format_: format_.name)

#: How many states are built for each format; variants take turns, so that each comes up.
_STATES = 16


@cache
def _named_types() -> dict[str, Op]:
    """Every struct and enum of every format, each once; generic ones once for each argument."""
    found: dict[str, tuple[str, Op]] = {}
    for format_ in SCHEMAS:
        for node in all_nodes(format_.payload_node):
            if isinstance(node, ops.Struct | ops.Enum) and node is not format_.payload_node:
                found.setdefault(signature(node), (f"{format_.name}-{node.name}", node))
    named: dict[str, Op] = {}
    for name, node in found.values():
        number = sum(known.partition("#")[0] == name for known in named)
        named[f"{name}#{number}" if number else name] = node
    return named


def _check(node: Op, value: Any) -> bytes:
    """Bytes, events and JSON of a value give it back; the bytes are returned."""
    data = write(node, value)
    back, end = read(node, data)
    assert end == len(data)
    assert back == value
    assert write(node, back) == data
    assert sum(event.size for event in walk(node, data)) == len(data)
    assert from_json_data(node.kind, to_json_data(node.kind, value)) == value
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
    node = _named_types()[name]
    _check(node, data.draw(values_of(node)))


@each_format
@settings(max_examples=15, deadline=None, derandomize=True)
@given(random=st.randoms(use_true_random=True))
def test_state(format_: SnapshotFormat, random: Random):
    state = Builder(Seeded(random)).value(format_.payload_node)
    _check_file(format_, state, _check(format_.payload_node, state))


def _check_file(format_: SnapshotFormat, state: Any, payload: bytes) -> None:
    target = io.BytesIO()
    format_.new(state).save(target)
    file = target.getvalue()
    assert payload in file
    loaded = format_.load(file, strict=True)
    assert loaded.data == state
    assert str(loaded.version) == str(format_.version)
    again = io.BytesIO()
    loaded.save(again)
    assert again.getvalue() == file
    assert format_.struct.parse(file).data == state
    assert loads(dumps(state, format_.payload), format_.payload) == state


@each_format
def test_every_variant_is_reached(format_: SnapshotFormat):
    every = all_nodes(format_.payload_node)
    builder = Builder(Seeded(Random(2024)))
    for _ in range(_STATES):
        _check(format_.payload_node, builder.value(format_.payload_node))
    variants = {
        (node, index) for node in every if isinstance(node, ops.Enum) for index in range(len(node.variants))
    }
    assert variants
    assert builder.reached == variants
    # What is read by code of its own (register lists) makes its own choices.
    inside = {child for node in every if isinstance(node, ops.Convert) for child in all_nodes(node)}
    optional = {node for node in every if isinstance(node, ops.Option | ops.Seq | ops.Set)}
    assert {(node, there) for node in optional - inside for there in (True, False)} <= builder.chosen
