"""When a reader is generated: for many bytes at once, for few when they are read again."""

import pytest

from snapformat import encode, schema
from snapformat.bincode import u8, u32
from snapformat.encodings.bincode.codec import engine
from snapformat.layout import layout_of


@pytest.fixture
def layout(monkeypatch, python_only):
    """A layout by which nothing was read yet, as the library has it outside of these tests."""
    monkeypatch.setattr(engine, "COMPILE_THRESHOLD", 64)

    @schema
    class Row:
        a: u32
        rest: list[u8]

    return Row, layout_of(Row)


def test_few_bytes_are_read_by_the_reference_once(layout, monkeypatch):
    row, node = layout
    data = encode(row(1, [2, 3]), row)
    for use in (1, 2, 3):
        assert engine.read_value(node, data) == (row(1, [2, 3]), len(data))
        assert (node.codec.reader is not None) is (use > 1)


def test_many_bytes_are_read_by_generated_code_at_once(layout):
    row, node = layout
    value = row(1, [2] * 64)
    data = encode(value, row)
    assert engine.read_value(node, data)[0] == value
    assert node.codec.reader is not None


def test_what_counts_is_the_bytes_after_the_offset(layout):
    row, node = layout
    data = bytes(100) + encode(row(1, []), row)
    assert engine.read_value(node, data, 100)[0] == row(1, [])
    assert node.codec.reader is None
