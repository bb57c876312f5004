"""construct's own classes: generated code and the reference agree, opaque nodes included."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from codec.agreement import read_agrees, write_agrees
from codec.constructs import Pair, pairs
from codec.strategies import ODD, damaged
from codec.test_random_types import agreement
from snapformat.encodings.bincode.codec import engine
from snapformat.layout import layout_of


def _node(struct: Any) -> Any:
    """The layout, if code is generated for it: the reference is not to be compared with itself."""
    node = layout_of(struct)
    return None if engine.reader_of(node) is None or engine.writer_of(node) is None else node


@agreement
@given(pair=pairs, data=st.data())
def test_values_and_damage(pair: Pair, data: st.DataObject) -> None:
    struct, values = pair
    node = _node(struct)
    if node is None:
        return
    value = data.draw(values)
    written = write_agrees(node, value)
    if written is None:  # too large for what is around it
        return
    assert struct.build(value) == written
    for _ in range(8):
        found = read_agrees(node, data.draw(damaged(written)))
        if found is not None:
            write_agrees(node, found[0])


@agreement
@given(pair=pairs, junk=st.binary(max_size=40))
def test_any_bytes(pair: Pair, junk: bytes) -> None:
    node = _node(pair[0])
    if node is not None:
        read_agrees(node, junk)


@agreement
@given(pair=pairs, data=st.data())
def test_odd_values(pair: Pair, data: st.DataObject) -> None:
    struct, values = pair
    node = _node(struct)
    if node is None:
        return
    for _ in range(4):
        value = data.draw(values)
        odd = data.draw(st.sampled_from(ODD))()
        if isinstance(value, dict) and value and data.draw(st.booleans()):
            name = data.draw(st.sampled_from(sorted(value)))
            value = (
                {**value, name: odd}
                if data.draw(st.booleans())
                else {k: v for k, v in value.items() if k != name}
            )
        else:
            value = odd
        write_agrees(node, value, fallback=True)
