"""Lazy and eager loading give one verdict and one file, where a program may go different ways to it."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import construct as c
import pytest

from snapformat import (
    CheckOrder,
    DecodeError,
    EncodeError,
    Encoding,
    SnapshotError,
    SnapshotFormat,
    encode,
    schema,
)
from snapformat.bincode import Option, u8, u16, u32, u64

NUMBERS = list(range(200))


@schema
class State:
    """A state of some size."""

    count: Option[u16]
    name: str
    numbers: list[u64]


@schema
class Names:
    """Fields named as what generated code keeps in a class."""

    hidden: u64
    read: list[u64]
    write: u64
    slot: u64
    slot_read: list[u64]


STATES = SnapshotFormat(name="states", magic=1, version="1.0.0", payload=State)
FILE = STATES.new(State(3, "n" * 600, NUMBERS)).to_bytes()


def test_names_of_fields() -> None:
    format_ = SnapshotFormat(name="names", magic=1, version="1.0.0", payload=Names)
    value = Names(1, NUMBERS, 2, 3, NUMBERS)
    file = format_.new(value).to_bytes()
    for lazy in (False, True, False, True):
        snapshot = format_.load(file, lazy=lazy)
        assert snapshot.data == value
        assert snapshot.to_bytes() == file == format_.new(value).to_bytes()
        assert encode(snapshot.data, Names) == file[8 + 13 : -8]


@pytest.mark.parametrize("field", ["count", "name", "numbers"])
@pytest.mark.parametrize("before", ["nothing", "reading", "setting", "validating"])
@pytest.mark.parametrize("lazy", [False, True])
def test_a_deleted_field_is_missing(field: str, before: str, lazy: bool) -> None:
    snapshot = STATES.load(FILE, lazy=lazy)
    if before == "reading":
        getattr(snapshot.data, field)
    elif before == "setting":
        setattr(snapshot.data, field, getattr(snapshot.data, field))
    elif before == "validating":
        snapshot.validate()
    delattr(snapshot.data, field)
    with pytest.raises(EncodeError, match="the field is missing") as caught:
        snapshot.to_bytes()
    assert caught.value.path == f"$.{field}"


@schema
class Flagged:
    """Something that may be wrong behind something long."""

    pad: bytes
    on: bool


def test_the_first_of_several_mistakes() -> None:
    """A small element is read with its list, one of some size when it is touched."""
    bad = SnapshotFormat(name="f", magic=1, version="1.0.0", payload=list[tuple[bytes, u8]])
    file = bad.new([(b"p" * 2000, 2), (b"", 3)]).to_bytes()
    format_ = bad.with_payload(list[Flagged])
    with pytest.raises(DecodeError) as eager:
        format_.load(file)
    assert eager.value.path == "$[0].on"
    with pytest.raises(DecodeError) as lazy:
        format_.load(file, lazy=True).validate()
    assert str(lazy.value) == str(eager.value)


VARIABLE = Encoding("variable", limit=4000)
WRAPPED = {
    "behind its length": lambda inner: c.Prefixed(c.Int32ul, inner),
    "in a fixed size": lambda inner: c.Padded(2000, inner),
    "as it is": lambda inner: inner,
}


def _outcome(load: Callable[[], Any]) -> Any:
    try:
        snapshot = load()
        snapshot.validate()
    except SnapshotError as error:
        return str(error)
    return snapshot.data.inner


@pytest.mark.parametrize("count", [10, 1000])
@pytest.mark.parametrize("name", WRAPPED)
def test_what_is_claimed_within_parts(name: str, count: int) -> None:
    wrap = WRAPPED[name]

    @schema
    class Part:
        pad: bytes
        inner: wrap(VARIABLE.construct(list[u64]))

    @schema
    class Free:
        pad: bytes
        inner: wrap(Encoding("variable", limit=None).construct(list[u64]))

    format_ = SnapshotFormat(name="f", magic=1, version="1.0.0", payload=Part, encoding=VARIABLE)
    free = dataclasses.replace(format_, payload=Free, encoding=Encoding("variable", limit=None))
    file = free.new(Free(b"p" * 600, [1] * count)).to_bytes()
    eager = _outcome(lambda: format_.load(file))
    assert _outcome(lambda: format_.load(file, lazy=True)) == eager
    assert (eager == [1] * count) == (count == 10)


@pytest.mark.parametrize("order", CheckOrder)
def test_what_looks_from_the_end(order: CheckOrder) -> None:
    @schema
    class Looking:
        pad: bytes
        last: c.Pointer(-4, c.Bytes(4))
        end: u32

    format_ = SnapshotFormat(name="f", magic=1, version="1.0.0", payload=Looking, order=order)
    plain = SnapshotFormat(name="f", magic=1, version="1.0.0", payload=tuple[bytes, u32], order=order)
    file = plain.new((b"p" * 600, 7)).to_bytes()
    assert format_.load(file, lazy=True).data.last == format_.load(file).data.last


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
@pytest.mark.parametrize("value", [State(3, "n" * 600, NUMBERS), State(None, "", [])])
def test_snapshots_can_be_copied(value: State, copied: Callable[[Any], Any], lazy: bool) -> None:
    file = STATES.new(value).to_bytes()
    snapshot = STATES.load(file, lazy=lazy)
    made = copied(snapshot)
    assert made == snapshot
    assert made.to_bytes() == file
    made.data = State(1, "other", [])
    assert snapshot.to_bytes() == file
    assert made.format.load(made.to_bytes()).data == State(1, "other", [])


def test_saving_what_turns_out_to_be_bad() -> None:
    other = SnapshotFormat(name="states", magic=1, version="1.0.0", payload=bytes)
    upstream = dataclasses.replace(STATES, trailing="ignore")
    snapshot = upstream.load(other.new(b"\1" * 1000).to_bytes(), lazy=True)
    snapshot.data.numbers = []
    with pytest.raises(DecodeError, match="another layout"):
        snapshot.to_bytes()
