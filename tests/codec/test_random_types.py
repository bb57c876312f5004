"""Random types, values, and damage: generated code and the reference agree on all of it."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codec.agreement import identical, read_agrees, write_agrees
from codec.strategies import annotations, damaged, encodings, values_of
from snapformat.layout import layout_of

agreement = settings(
    deadline=None,
    max_examples=100,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@agreement
@given(annotation=annotations, encoding=encodings, data=st.data())
def test_valid_values(annotation: Any, encoding: Any, data: st.DataObject) -> None:
    node = layout_of(annotation, encoding)
    value = data.draw(values_of(node))
    written = write_agrees(node, value)
    assert written is not None
    back = read_agrees(node, written)
    assert back is not None
    assert back[1] == len(written)
    again = write_agrees(node, back[0])
    assert again is not None
    assert identical(read_agrees(node, again), back)


@agreement
@given(annotation=annotations, encoding=encodings, data=st.data())
def test_damaged_bytes(annotation: Any, encoding: Any, data: st.DataObject) -> None:
    node = layout_of(annotation, encoding)
    written = write_agrees(node, data.draw(values_of(node)))
    assert written is not None
    for _ in range(12):
        found = read_agrees(node, data.draw(damaged(written)))
        if found is not None:
            write_agrees(node, found[0])


@agreement
@given(annotation=annotations, encoding=encodings, junk=st.binary(max_size=40), offset=st.integers(0, 5))
def test_any_bytes(annotation: Any, encoding: Any, junk: bytes, offset: int) -> None:
    read_agrees(layout_of(annotation, encoding), junk, min(offset, len(junk)))


@agreement
@given(annotation=annotations, encoding=encodings, data=st.data())
def test_limits(annotation: Any, encoding: Any, data: st.DataObject) -> None:
    node = layout_of(annotation, encoding)
    written = write_agrees(node, data.draw(values_of(node)))
    assert written is not None
    for _ in range(4):
        read_agrees(node, written, limit=data.draw(st.integers(0, 2 * len(written) + 4)))


@agreement
@given(annotation=annotations, encoding=encodings, data=st.data())
def test_odd_values(annotation: Any, encoding: Any, data: st.DataObject) -> None:
    node = layout_of(annotation, encoding)
    for _ in range(6):
        write_agrees(node, data.draw(values_of(node, odd=True)), fallback=True)
