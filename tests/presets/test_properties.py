"""Random types and values under every preset: round trips, damage, limits; all ways agree."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from codec.agreement import identical, read_agrees, write_agrees
from codec.strategies import annotations, damaged, values_of
from snapformat import DecodeError, Encoding, SchemaError, decode, decode_prefix
from snapformat.encodings.bincode.ops import Op
from snapformat.layout import layout_of

PRESETS = [
    Encoding.bincode1_options(),
    Encoding.bincode1_options(byteorder="big"),
    Encoding.borsh(),
    Encoding.bcs(),
    Encoding.postcard(),
    Encoding.short_vec(),
    Encoding("leb128", "big", None, "u8", "u16"),
    Encoding("fixed", "big", None, "variable", "compact-u16"),
]
presets = st.sampled_from(PRESETS)
agreement = settings(
    deadline=None,
    max_examples=100,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
        HealthCheck.filter_too_much,
    ],
)


def layout(annotation: Any, encoding: Encoding) -> Op:
    """Return the layout; give up the example where the preset can't carry the type."""
    try:
        return layout_of(annotation, encoding)
    except SchemaError:
        assume(False)
        raise


@agreement
@given(annotation=annotations, encoding=presets, data=st.data())
def test_round_trip(annotation: Any, encoding: Encoding, data: st.DataObject) -> None:
    node = layout(annotation, encoding)
    written = write_agrees(node, data.draw(values_of(node)), fallback=True)
    assume(written is not None)  # NaN in borsh, and equal keys in BCS
    assert written is not None
    back = read_agrees(node, written)
    assert back is not None
    assert back[1] == len(written)
    again = write_agrees(node, back[0], fallback=True)
    assert again is not None
    assert identical(read_agrees(node, again), back)


@agreement
@given(annotation=annotations, encoding=presets, data=st.data())
def test_damaged_bytes(annotation: Any, encoding: Encoding, data: st.DataObject) -> None:
    node = layout(annotation, encoding)
    written = write_agrees(node, data.draw(values_of(node)), fallback=True)
    assume(written is not None)
    assert written is not None
    for _ in range(8):
        harmed = data.draw(damaged(written))
        found = read_agrees(node, harmed)
        if found is not None:
            write_agrees(node, found[0], fallback=True)
            assert decode_prefix(harmed, annotation, encoding)[1] == found[1]
        try:
            decode(harmed, annotation, encoding, trailing="refuse")
        except DecodeError:
            assert found is None or found[1] < len(harmed)


@agreement
@given(annotation=annotations, encoding=presets, data=st.data())
def test_limits(annotation: Any, encoding: Encoding, data: st.DataObject) -> None:
    node = layout(annotation, encoding)
    written = write_agrees(node, data.draw(values_of(node)), fallback=True)
    assume(written is not None)
    assert written is not None
    for _ in range(3):
        read_agrees(node, written, limit=data.draw(st.integers(0, 2 * len(written) + 4)))


@agreement
@given(annotation=annotations, encoding=presets, data=st.data())
def test_odd_values(annotation: Any, encoding: Encoding, data: st.DataObject) -> None:
    node = layout(annotation, encoding)
    for _ in range(4):
        write_agrees(node, data.draw(values_of(node, odd=True)), fallback=True)
