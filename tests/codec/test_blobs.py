"""C structs in lists: read and written in bulk, whatever their lengths and whoever has touched them."""

from __future__ import annotations

import copy
import dataclasses
import os
import pickle
import sys
import threading
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Annotated, Any, Generic, TypeVar

import pytest

from codec.agreement import generated_read, generated_write, identical, read_agrees, write_agrees
from codec.test_threads import together
from snapformat import DecodeError, decode, doc, encode, schema
from snapformat.bincode import Blob, CStruct, Len, Vec, f32, u8, u16, u32
from snapformat.encodings.bincode.codec.read_helpers import COMPILE_AFTER
from snapformat.layout import layout_of, read, walk, write
from snapformat.model.c_struct import LazyCStruct, lazy_c_struct, raw_of
from snapformat.values import from_json

T = TypeVar("T")


@schema
class Entry(CStruct):
    """Three bytes."""

    a: u8
    b: u16


@schema
class Word(CStruct, Generic[T]):
    """A C struct whose size depends on its type argument."""

    a: T


@schema
class Words:
    """One class, laid out in three ways."""

    bytes_: Vec[Blob[Word[u8]]]
    words: Vec[Blob[Word[u32]]]
    one: Blob[Word[u16]]


ENTRIES = layout_of(Vec[Blob[Entry]])


def stored(*entries: bytes) -> bytes:
    """Entries as they stand in the bytes."""
    return b"".join(len(part).to_bytes(8, "little") + part for part in (entries))


@pytest.mark.parametrize(
    "entries",
    [(), (b"abc",), (b"abc", b"def"), (b"abc", b"de"), (b"ab", b"defg", b""), (b"abcd", b"efgh"), (b"",) * 3],
)
def test_lengths(entries: tuple[bytes, ...]) -> None:
    data = len(entries).to_bytes(8, "little") + stored(*entries)
    values = decode(data, Vec[Blob[Entry]])
    assert [raw_of(entry) for entry in values] == list(entries)
    assert encode(values, Vec[Blob[Entry]]) == data
    assert read_agrees(ENTRIES, data) == (values, len(data))  # compared, and so decoded
    assert write_agrees(ENTRIES, values) == data
    for size in range(len(data)):
        read_agrees(ENTRIES, data[:size])


def test_decoded_among_undecoded() -> None:
    data = (3).to_bytes(8, "little") + stored(b"abc", b"de", b"fghi")
    values = decode(data, Vec[Blob[Entry]])
    values[1].a = 0
    values.append(Entry(1, 2))
    written = (4).to_bytes(8, "little") + stored(b"abc", b"\0e", b"fghi", b"\1\2\0")
    assert encode(values, Vec[Blob[Entry]]) == written
    write_agrees(ENTRIES, [*values, "no entry"])


def test_a_class_with_type_arguments_is_decoded_at_once() -> None:
    value = Words([Word(1), Word(2)], [Word(1 << 20)], Word(513))
    data = encode(value, Words)
    for _ in range(2):
        again = decode(data, Words)
        assert encode(again, Words) == data
        assert again == value


@schema
class Inner(CStruct):
    """Inside of another one."""

    kind: u8
    value: f32


@schema
class Nested(CStruct):
    """With alignment, an array and structs inside."""

    tag: u8
    inner: Inner
    more: Annotated[list[Inner], Len(2)]
    words: Annotated[list[u16], Len(70)]
    last: u32
    comment: str = doc(skip=True, default="none")


@pytest.mark.parametrize("off", [0, -1, -100, 3])
def test_many_that_are_decoded(off: int) -> None:
    """After a while generated code decodes and encodes them; it is the reference's equal."""
    layout = layout_of(Vec[Blob[Nested]])
    random = Random(off)
    size = layout_of(Blob[Nested]).size  # type: ignore[attr-defined]
    parts = [random.randbytes(size + off) for _ in range(3 * COMPILE_AFTER)]
    data = len(parts).to_bytes(8, "little") + stored(*parts)
    values, references = generated_read(layout, data)[0], read(layout, data)[0]
    assert [raw_of(value) for value in values] == parts
    for value, reference in zip(values, references, strict=True):
        assert identical(value.inner, reference.inner)
        assert identical(value, reference)
        assert value.comment == reference.comment == "none"
        assert raw_of(value) is None
    assert generated_write(layout, values) == data == write(layout, references)
    for value in (*values, *references):
        value.more[1].kind ^= 1
        value.words[3] = 5
    assert generated_write(layout, values) == write(layout, references) != data
    values[7].last = -1
    assert write_agrees(layout, values) is None


@schema
class Switch(CStruct):
    """One whose bytes may be wrong."""

    before: u8
    on: bool


@schema
class Switches:
    """Some of them."""

    one: Blob[Switch]
    many: list[Blob[Switch]]


def test_bytes_that_are_none_are_refused_when_they_are_read() -> None:
    sound = encode(Switches(Switch(1, True), [Switch(2, False)] * 30), Switches)
    node = layout_of(Switches)
    for at, path in ((9, "$.one.on"), (18 + 10 * 7 + 9, "$.many[7].on")):
        bad = sound[:at] + b"\7" + sound[at + 1 :]
        for _ in range(2 * COMPILE_AFTER):
            with pytest.raises(DecodeError, match="not a bool") as caught:
                decode(bad, Switches)
            assert (caught.value.path, caught.value.offset) == (path, at)
    with pytest.raises(DecodeError, match="not a bool"):
        from_json([1, 7], Blob[Switch])
    for blobs in (False, True):
        told: list[str] = []
        with pytest.raises(DecodeError, match="not a bool"):
            told.extend(event.path for event in walk(node, sound[:9] + b"\7" + sound[10:], blobs=blobs))
        assert told == ["$", "$.one", *(["$.one", "$.one.before"] if blobs else [])]
    longer = sound[:10] + (1).to_bytes(8, "little") + (3).to_bytes(8, "little") + b"\1\7\0"
    with pytest.raises(DecodeError, match="not a bool") as caught:
        decode(longer, Switches)
    assert (caught.value.path, caught.value.offset) == ("$.many[0]", 26)
    for _ in range(2 * COMPILE_AFTER):
        assert encode(decode(sound, Switches), Switches) == sound
    read_agrees(node, sound)


@pytest.mark.parametrize("other", [lambda entry: entry.b, lambda entry: setattr(entry, "a", 7)])
def test_access_by_two_threads(monkeypatch: pytest.MonkeyPatch, other: Callable[[Entry], object]) -> None:
    """One finds the slot empty, or has decoded the bytes, and the other is faster."""
    for place in ("complete", "read"):
        value = decode(encode(Entry(1, 2), Blob[Entry]), Blob[Entry])
        lazy: Any = lazy_c_struct(Entry, 3, bytes)
        real = lazy.read if place == "read" else LazyCStruct.complete

        def later(*arguments: Any, real: Any = real, value: Entry = value) -> Any:
            monkeypatch.undo()
            thread = threading.Thread(target=other, args=(value,))
            thread.start()
            thread.join()
            return real(*arguments)

        monkeypatch.setattr(lazy if place == "read" else LazyCStruct, place, later)
        first = value.a
        assert first == value.a
        assert type(value) is Entry
        assert value.b == 2
        with pytest.raises(AttributeError, match="'Entry' object has no attribute 'c'"):
            value.c  # noqa: B018


def test_many_threads_decode_change_and_write() -> None:
    data = (50).to_bytes(8, "little") + stored(*[bytes([i, i, 0]) for i in range(50)])
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(10):
            values = decode(data, Vec[Blob[Entry]])

            def change(at: int, values: list[Entry] = values) -> None:
                for index, value in enumerate(values):
                    if index % 4 == at:
                        value.b = 500 + index
                    assert value.a == index
                encode(values, Vec[Blob[Entry]])

            assert together([partial(change, at) for at in range(4)]) == [None] * 4
            assert [value.b for value in values] == [500 + index for index in range(50)]
            assert {type(value) for value in values} == {Entry}
    finally:
        sys.setswitchinterval(interval)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_fork_goes_on_with_what_it_has() -> None:
    values = decode((2).to_bytes(8, "little") + stored(b"abc", b"def"), Vec[Blob[Entry]])
    values[0].a = 1
    child = os.fork()
    if not child:
        is_right = (values[0].a, values[1].a) == (1, ord("d"))
        os._exit(0 if is_right else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert raw_of(values[1]) == b"def"


def test_a_decoded_instance_is_like_any_other() -> None:
    value = decode(encode(Entry(1, 2), Blob[Entry]), Blob[Entry])
    assert isinstance(value, Entry)
    assert value.__class__ is Entry
    assert raw_of(value) == b"\1\2\0"
    value.a = 5
    assert type(value) is Entry
    assert "__getattr__" not in dir(Entry)
    assert encode(value, Blob[Entry]) == encode(Entry(5, 2), Blob[Entry])


def test_ways_to_use_an_undecoded_one() -> None:
    data = encode(Entry(1, 2), Blob[Entry])

    def fresh() -> Entry:
        return decode(data, Blob[Entry])

    assert fresh() == Entry(1, 2)
    assert Entry(1, 2) == fresh()
    assert fresh() == fresh() != Entry(1, 3)
    assert repr(fresh()) == repr(Entry(1, 2))
    for made in (copy.copy(fresh()), copy.deepcopy(fresh()), pickle.loads(pickle.dumps(fresh()))):
        assert type(made) is Entry
        assert made == Entry(1, 2)
    assert dataclasses.replace(fresh(), a=3) == Entry(3, 2)
    assert dataclasses.asdict(fresh()) == {"a": 1, "b": 2}
    match fresh():
        case Entry(a=1, b=b):
            assert b == 2
        case _:
            pytest.fail("no match")
    value = fresh()
    del value.a
    assert not hasattr(value, "a")
    assert value.b == 2
    empty = object.__new__(type(fresh()))
    assert not hasattr(empty, "a")


@schema
class Answering(CStruct):
    """Has code of its own for what it does not have, and for what is set."""

    a: u8
    b: u8

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return f"no {name}"

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, min(value, 255))


def test_code_of_its_own() -> None:
    value = decode((2).to_bytes(8, "little") + b"\1\2", Blob[Answering])
    assert value.nothing == "no nothing"
    assert (value.a, value.b) == (1, 2)
    value = decode((2).to_bytes(8, "little") + b"\1\2", Blob[Answering])
    value.b = 500
    assert encode(value, Blob[Answering])[8:] == b"\1\xff"


def test_a_class_that_sees_to_attributes_itself_is_decoded_at_once() -> None:
    @schema
    class Watching(CStruct):
        """Looks at every attribute."""

        a: u8

        def __getattribute__(self, name: str) -> Any:
            return object.__getattribute__(self, name)

    data = (2).to_bytes(8, "little") + b"\1\2"
    for _ in range(3):
        value = decode(data, Blob[Watching])
        assert type(value) is Watching
        assert value.a == 1
        assert encode(value, Blob[Watching]) == data


@pytest.mark.parametrize(
    "shown",
    [
        {"a": 1, "b": 2, "$length": 4},
        {"a": 1, "b": 2, "$length": 10**12},
        {"a": 1, "b": 2, "$length": -1},
        {"a": 1, "b": 2, "$length": 3, "$rest": "ff"},
    ],
)
def test_a_length_that_nothing_has(shown: dict[str, object]) -> None:
    with pytest.raises(DecodeError, match="number of bytes"):
        from_json(shown, Blob[Entry])
