"""Formats derived by another payload: made once, never longer there than the format and the payload."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from dataclasses import dataclass, replace
from typing import Annotated, Any

import construct as c
import pytest

from codec.test_threads import together
from snapformat import DataEnum, DecodeError, SchemaError, Snapshot, SnapshotFormat, UnitEnum, schema, variant
from snapformat.bincode import Len, Option, Vec, u8, u16
from snapformat.model.declare import register
from snapformat.snapshot import FIRECRACKER_FORMAT


@schema
class Pair:
    a: u8
    b: Option[u16]


class Child(Pair):
    """Not declared itself."""


@schema
class Unit(UnitEnum):
    A = variant("A")


@schema
class Data(DataEnum):
    """An enum with a payload."""


@schema
class First(Data):
    x: u8


@dataclass
class Registered:
    x: int


register(Registered, c.Struct("x" / c.Byte))
register("tests/derived", c.Struct("x" / c.Byte))
STRUCT = c.Struct("x" / c.Byte)

OTHER = SnapshotFormat(name="other", magic=7, version="1.0.0", payload=u8)


@pytest.mark.parametrize(
    "payload",
    [
        Pair,
        Unit,
        Data,
        Registered,
        str,
        bytes,
        Vec[Pair],
        list[u16],
        Option[u8],
        STRUCT,
        "tests/derived",
    ],
    ids=str,
)
def test_made_once(payload: Any):
    for origin in (FIRECRACKER_FORMAT, OTHER):
        made = origin.with_payload(payload)
        assert made is origin.with_payload(payload)
        assert made.payload == payload
        assert made.magics == origin.magics
        assert made.with_payload(u8) is made.with_payload(u8)
    assert FIRECRACKER_FORMAT.with_payload(payload) is not OTHER.with_payload(payload)
    assert list[Pair] is not list[Pair]
    assert OTHER.with_payload(list[Pair]) is OTHER.with_payload(list[Pair])


def test_every_call_takes_it():
    file = Snapshot.new(Pair(1, 2)).to_bytes()
    loaded = [
        Snapshot.new(Pair(1, 2)),
        Snapshot.new(Pair(1, 2), Pair),
        Snapshot.load(file, Pair),
        Snapshot.load(file, Pair, lazy=True),
        Snapshot.load(file, Pair, format=FIRECRACKER_FORMAT),
        Snapshot.load_without_crc_check(file, Pair, lazy=True),
    ]
    assert {id(each.format) for each in loaded} == {id(FIRECRACKER_FORMAT.with_payload(Pair))}
    assert all(each.data == Pair(1, 2) for each in loaded)


def test_formats_of_like_encodings_share_the_layout_of_the_header():
    first, second = (SnapshotFormat(name=n, magic=7, version="1.0.0", payload=u8) for n in "ab")
    assert first.header_layout is second.header_layout
    big = SnapshotFormat(
        name="big", magic=7, version="1.0.0", payload=u8, encoding=replace(first.encoding, byteorder="big")
    )
    assert big.header_layout is not first.header_layout
    assert big.new(1).to_bytes()[:8] == first.new(1).to_bytes()[:8][::-1]


def test_payloads_without_a_hash():
    payload = Annotated[list[u8], Len(2), ["a list has no hash"]]
    file = Snapshot.new([1, 2], payload).to_bytes()
    assert Snapshot.load(file, payload).data == [1, 2]


def test_what_is_no_type_is_refused_every_time():
    for _ in range(2):
        with pytest.raises(SchemaError):
            FIRECRACKER_FORMAT.with_payload(Child)
        with pytest.raises(SchemaError):
            FIRECRACKER_FORMAT.with_payload(object())
        with pytest.raises(SchemaError, match="tests/nothing"):
            FIRECRACKER_FORMAT.with_payload("tests/nothing")
        with pytest.raises(SchemaError):
            Snapshot.load(b"", int)


def test_what_is_imported_is_looked_up_every_time(monkeypatch: pytest.MonkeyPatch):
    file = Snapshot.new(1, u8).to_bytes()
    monkeypatch.setattr(f"{__name__}.imported", u8)
    assert Snapshot.load(file, f"{__name__}:imported").data == 1
    monkeypatch.setattr(f"{__name__}.imported", u16)
    with pytest.raises(DecodeError):
        Snapshot.load(file[:-8], f"{__name__}:imported")


imported: Any = None


def test_a_subclass_does_not_take_what_is_kept_for_its_base():
    @schema
    class Both(Pair):
        c: u8

    base = OTHER.with_payload(Pair)
    assert OTHER.with_payload(Both) is not base
    assert OTHER.with_payload(Both).new(Both(1, None, 3)).to_bytes() != base.new(Pair(1, None)).to_bytes()


def test_a_copy_of_a_class_does_not_take_what_is_kept_for_it():
    made = OTHER.with_payload(Pair)
    space = {name: value for name, value in vars(Pair).items() if name not in ("a", "b", "__weakref__")}
    twin = type("Pair", (), space)
    for _ in range(2):
        assert OTHER.with_payload(twin).payload is twin
    assert OTHER.with_payload(Pair) is made


def test_formats_without_a_hash():
    class Odd(SnapshotFormat):
        def __eq__(self, other: object) -> bool:
            return self is other

        __hash__ = None  # type: ignore[assignment]

    odd = Odd(name="odd", magic=7, version="1.0.0")
    for payload, value in ((Pair, Pair(1, None)), (list[u8], [1])):
        file = odd.with_payload(payload).new(value).to_bytes()
        assert Snapshot.load(file, payload, format=odd).data == value
        assert type(odd.with_payload(payload)) is Odd


def test_copies_and_pickles():
    origin = SnapshotFormat(name="pickled", magic=7, version="1.0.0")
    made = origin.with_payload(list[Pair])
    assert copy.deepcopy(made) is made
    for each in (origin, made, OTHER.with_payload(Pair)):
        again = pickle.loads(pickle.dumps(each))
        assert (again.name, again.payload) == (each.name, each.payload)
        assert again.with_payload(Pair) is again.with_payload(Pair)


def used(origin: SnapshotFormat) -> weakref.ref[type]:
    """A class made at run time, after use."""

    @schema
    class Gone:
        x: u8

    file = Snapshot.new(Gone(7), Gone, format=origin).to_bytes()
    for lazy in (False, True):
        assert Snapshot.load(file, Gone, format=origin, lazy=lazy).data.x == 7
    return weakref.ref(Gone)


def test_what_is_derived_goes_with_the_class():
    alive = [used(origin) for origin in (FIRECRACKER_FORMAT, OTHER)]
    gc.collect()
    assert [each() for each in alive] == [None, None]


def test_what_is_derived_goes_with_the_format():
    def use() -> list[weakref.ref[Any]]:
        origin = SnapshotFormat(name="gone", magic=7, version="1.0.0")
        made = [origin.with_payload(payload) for payload in (Pair, list[Pair], str, STRUCT, "tests/derived")]
        for each in made:
            with pytest.raises(DecodeError):
                each.load(b"")
        return [weakref.ref(each) for each in (origin, *made)]

    alive = use()
    gc.collect()
    assert not [each() for each in alive if each() is not None]


def test_of_payloads_that_are_no_classes_a_format_keeps_few():
    def use(number: int) -> weakref.ref[type]:
        made = schema(type(f"Gone{number}", (), {"__annotations__": {"x": u8}, "__doc__": "."}))
        assert OTHER.with_payload(list[made]).new([made(1)]).to_bytes()  # type: ignore[valid-type]
        return weakref.ref(made)

    alive = [use(number) for number in range(100)]
    gc.collect()
    assert sum(each() is not None for each in alive) <= 16


def test_several_threads_get_one():
    @schema
    class Fresh:
        x: u8

    found = together([lambda: OTHER.with_payload(Fresh)] * 8)
    assert {id(each) for each in [*found, OTHER.with_payload(Fresh)]} == {id(found[0])}
    assert {each.payload for each in together([lambda: OTHER.with_payload(Vec[Fresh])] * 8)} == {Vec[Fresh]}
