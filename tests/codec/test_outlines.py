"""Outlines: what is known again stands where passing over it finds it; nothing else is known again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codec.agreement import guarded
from codec.strategies import encodings, values_of
from codec.test_lazy import agreement, roots
from snapformat import encode, schema
from snapformat.bincode import Option, Vec, u64
from snapformat.codec import outlines
from snapformat.codec.account import Account
from snapformat.codec.engine import indexer_of
from snapformat.codec.outlines import remembering
from snapformat.layout import layout_of, nodes
from snapformat.layout import write as reference_write
from snapformat.limits import DEFAULT_LIMITS
from snapformat.snapshot.catalogue import find_format
from snapshots.data import state_files


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines, "OFTEN", 1)


def found(find: Any, data: bytes, start: int = 0) -> tuple[str, Any]:
    """What a finder comes to, claims included."""
    said, result = guarded(lambda: find(data, start, len(data), DEFAULT_LIMITS.zero_sized))
    return said, result if said == "gives" else None


def indexed(index: Any, data: bytes, start: int = 0) -> tuple[str, Any]:
    """The same of the generated code."""

    def find(d: bytes, p: int, e: int, zero_sized: int) -> Any:
        account = Account(zero_sized)
        return index(d, p, e, 0, account), account.claimed

    return found(find, data, start)


@agreement
@given(annotation=roots, encoding=encodings, data=st.data())
def test_the_same_places(annotation: Any, encoding: Any, data: st.DataObject) -> None:
    node = layout_of(annotation, encoding)
    if not isinstance(node, nodes.Struct):
        return
    index = indexer_of(node)
    assert index is not None
    find = remembering(index)
    written = reference_write(node, data.draw(values_of(node)))
    for _ in range(3):
        assert found(find, written) == indexed(index, written)
    moved = b"\1\2\3" + written
    assert found(find, moved, 3) == indexed(index, moved, 3)
    for _ in range(20):
        bad = bytearray(written)
        for _ in range(data.draw(st.integers(1, 2)) if bad else 0):
            bad[data.draw(st.integers(0, len(bad) - 1))] = data.draw(st.integers(0, 255))
        assert found(find, bytes(bad)) == indexed(index, bytes(bad))


def test_a_real_file_with_bits_flipped() -> None:
    node = find_format("firecracker/1.14/x86_64").payload_node
    file = next(f for f in state_files() if f.path.parent.name == "03_many" and "1.14" in str(f.path))
    index = indexer_of(node)
    assert index is not None
    find = remembering(index)
    data, start = file.bytes, file.header_end
    expected = indexed(index, data, start)
    assert found(find, data, start) == expected
    for at in range(start, len(data), 7):
        bad = data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]
        assert found(find, bad, start) == indexed(index, bad, start)


def test_what_was_seen_often_is_known_again(monkeypatch: pytest.MonkeyPatch) -> None:
    @schema
    class Log:
        """Two sizes."""

        lines: Vec[str]
        more: Option[Vec[bytes]]
        last: u64

    index = indexer_of(layout_of(Log))
    assert index is not None
    monkeypatch.setattr(outlines, "OFTEN", 4)
    made = []
    make = outlines._outline

    def counted(*arguments: Any) -> Any:
        made.append(make(*arguments))
        return made[-1]

    monkeypatch.setattr(outlines, "_outline", counted)
    find = remembering(index)
    for number in range(10):
        for size in (3, 40):
            data = encode(Log(["a" * size] * 5, [b"x", b"yz"], number), Log)
            assert found(find, data) == indexed(index, data)
    assert len(made) == 2
    assert all(outline is not None for outline in made)
