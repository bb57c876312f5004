"""Kinds that are declared outside of the package: each works wherever those of the package do."""

from __future__ import annotations

import inspect
import io
from datetime import UTC, datetime
from itertools import pairwise, product
from typing import Any

import pytest

from kinds import short_vec, timestamp, u24
from snapformat import (
    DecodeError,
    EncodeError,
    Encoding,
    SnapshotFormat,
    decode,
    decode_stream,
    encode,
    schema,
)
from snapformat.bincode import BTreeMap, u8, u16
from snapformat.docs import build
from snapformat.encodings.bincode.codec.engine import reader_of, skipper_of, statistics, writer_of
from snapformat.layout import layout_of, read, walk, write
from snapformat.layout.compare import compare
from snapformat.values import dumps, loads

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@schema
class Entry:
    """A line of a ledger."""

    amount: u24.u24
    at: timestamp.timestamp


@schema
class Ledger:
    """What was paid, and when."""

    entries: short_vec.ShortVec[Entry]
    names: short_vec.ShortVec[str]
    by_amount: BTreeMap[u24.u24, u8]
    by_time: BTreeMap[timestamp.timestamp, short_vec.ShortVec[u16]]
    maybe: timestamp.timestamp | None


LEDGER = Ledger(
    [Entry(n * 50_000, NOON.replace(minute=n % 60)) for n in range(300)],
    ["rent", ""],
    {70_000: 2, 5: 1},
    {NOON: [1, 2], NOON.replace(year=1969): []},
    NOON,
)
ENCODINGS = [Encoding(*pair) for pair in product(("fixed", "variable"), ("little", "big"))]


@pytest.fixture(params=ENCODINGS, ids=lambda e: f"{e.integers} {e.byteorder}")
def encoding(request: pytest.FixtureRequest) -> Encoding:
    return request.param


@pytest.mark.parametrize("module", [short_vec, u24, timestamp])
def test_each_is_one_small_file(module: Any) -> None:
    assert len(inspect.getsource(module).splitlines()) <= 60


def test_bytes(encoding: Encoding) -> None:
    data = encode(LEDGER, Ledger, encoding=encoding)
    assert data[:2] == b"\xac\x02"  # 300
    at = (50_000).to_bytes(3, encoding.byteorder)
    assert data[2:5] == bytes(3)
    assert at in data
    assert decode(data, Ledger, encoding=encoding) == LEDGER
    assert decode_stream(io.BytesIO(data + b"more"), Ledger, encoding=encoding) == LEDGER


def test_generated_code_is_what_runs(encoding: Encoding) -> None:
    layout = layout_of(Ledger, encoding)
    assert None not in (reader_of(layout), writer_of(layout), skipper_of(layout))
    before = statistics.read_fallbacks, statistics.write_fallbacks
    for _ in range(3):
        data = encode(LEDGER, Ledger, encoding=encoding)
        assert decode(data, Ledger, encoding=encoding) == LEDGER
    assert (statistics.read_fallbacks, statistics.write_fallbacks) == before
    assert write(layout, LEDGER) == data
    assert read(layout, data) == (LEDGER, len(data))


def test_every_cut_is_refused(encoding: Encoding) -> None:
    data = encode(LEDGER, Ledger, encoding=encoding)
    for size in range(0, len(data), 7):
        with pytest.raises(DecodeError):
            decode(data[:size], Ledger, encoding=encoding)


def test_as_a_construct(encoding: Encoding) -> None:
    struct = encoding.construct(Ledger)
    data = encode(LEDGER, Ledger, encoding=encoding)
    assert struct.parse(data) == LEDGER
    assert struct.build(LEDGER) == data


def test_lazily() -> None:
    saves: SnapshotFormat[Ledger] = SnapshotFormat("ledger", magic=0x1ED6E4, version="1.0.0", payload=Ledger)
    data = saves.new(LEDGER).to_bytes()
    lazy = saves.load(data, lazy=True)
    assert lazy.data.entries[7].at == NOON.replace(minute=7)
    assert lazy.data == LEDGER
    assert saves.load(data, lazy=True).to_bytes() == data


def test_json() -> None:
    text = dumps(LEDGER, Ledger)
    assert '"2026-11-30T12:00:00+00:00"' in text
    assert loads(text, Ledger) == LEDGER


def test_events() -> None:
    events = list(walk(layout_of(Ledger), encode(LEDGER, Ledger)))
    assert [(event.kind, event.value) for event in events[:2]] == [("struct", "Ledger/5"), ("seqlen", 300)]
    assert all(one.offset + one.size <= two.offset for one, two in pairwise(events))


def test_documents_and_names() -> None:
    made = build(
        [SnapshotFormat("ledger", magic=0x1ED6E4, version="1.0.0", payload=Ledger)], outputs=("markdown",)
    )
    page = "".join(text for name, text in made.files.items() if name.endswith(".md"))
    assert "u24" in page
    assert "Timestamp" in page


def test_comparison() -> None:
    @schema(name="Entry")
    class Wider:
        amount: u16
        at: timestamp.timestamp

    assert not compare(layout_of(Entry), layout_of(Entry))
    assert compare(layout_of(Entry), layout_of(Wider))


@pytest.mark.parametrize(
    ("data", "path"),
    [(b"\x80\x00", "$"), (b"\xff\xff\x04", "$"), (b"\xff\xff\xff\x01", "$"), (b"\x05ab", "$")],
)
def test_lengths_that_are_refused(data: bytes, path: str) -> None:
    for _ in range(3):
        with pytest.raises(DecodeError) as error:
            decode(data, short_vec.ShortVec[u8])
        assert error.value.path == path


def test_values_that_are_refused() -> None:
    for value in (-1, 1 << 24, "1", None):
        with pytest.raises(EncodeError, match="u24"):
            encode(value, u24.u24)
    with pytest.raises(EncodeError, match="not a Timestamp: a datetime with a time zone"):
        encode(datetime(2026, 1, 1), timestamp.timestamp)
    with pytest.raises(DecodeError, match="not a Timestamp"):
        decode((1 << 62).to_bytes(8, "little"), timestamp.timestamp)
    with pytest.raises(EncodeError):
        encode([0] * (1 << 16), short_vec.ShortVec[u8])
