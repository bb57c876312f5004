"""Inputs at which the Rust module hangs or aborts: here, a right answer or a clean error, soon.

The rows tell what Rust did and set no verdict. What is checked is our own promise: at most 2^20 objects made
of elements that take no bytes (`Limits`), which is enough for every row of up to a million, and a depth of at
most 512.
"""

from __future__ import annotations

from typing import Any

import pytest

import snapformat
from snapformat.bincode import Encoding
from snapformat.errors import DecodeError
from snapformat.layout import layout_of, nodes
from snapformat.layout.empty import zero_sized_cost
from vectors import report
from vectors.checks import world
from vectors.data import Row, each_row

_MOST_ELEMENTS = 1 << 20
_MOST_LEVELS = 512

#: A value of so many levels, for the recursive types of the rows.
_DEEP = {
    "Chain": lambda depth: b"\x01" * depth + b"\x00",
    "Tree": lambda depth: b"\x00\x01\0\0\0\0\0\0\0" * depth + b"\x00" + bytes(8),
}


def _cost(annotation: Any) -> int:
    """What each of the elements counts as."""
    node = layout_of(annotation)
    if isinstance(node, nodes.Map):
        return zero_sized_cost(node.key, node.value)
    assert isinstance(node, nodes.Seq | nodes.Set)
    return zero_sized_cost(node.item)


@each_row(report.INFORMATIVE)
def test_extreme(row: Row) -> None:
    annotation = world().annotation(row["payload_type"])
    if "length" in row:
        length = int(row["length"])
        limit: dict[str, Any] = {"limit": None} if "no_limit" in row["name"] else {}
        data = length.to_bytes(8, "little")
        if row["payload_type"] != "String" and length * _cost(annotation) <= _MOST_ELEMENTS:
            got = snapformat.decode(data, annotation, Encoding(**limit))
            assert len(got) in (1, length)
            return
        assert length > 1_000_000
        with pytest.raises(DecodeError):
            snapformat.decode(data, annotation, Encoding(**limit))
        return
    make = _DEEP[row["payload_type"]]
    with pytest.raises(DecodeError):
        snapformat.decode(make(row["ok_depth"]), annotation, Encoding(limit=None))
    with pytest.raises(DecodeError):
        snapformat.decode(make(_MOST_LEVELS + 1), annotation)
    shallow = make(_MOST_LEVELS // 4)
    assert snapformat.encode(snapformat.decode(shallow, annotation), annotation) == shallow
