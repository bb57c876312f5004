"""C structs in lists: read and written in bulk, whatever their lengths and whoever has touched them."""

from __future__ import annotations

from typing import Generic, TypeVar

import pytest

from codec.agreement import read_agrees, write_agrees
from snapformat import decode, encode, schema
from snapformat.bincode import Blob, CStruct, Vec, u8, u16, u32
from snapformat.bincode.blob import raw_of
from snapformat.layout import layout_of

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
    assert read_agrees(ENTRIES, data) == (values, len(data))  # compared, and so touched
    assert write_agrees(ENTRIES, values) == data
    for size in range(len(data)):
        read_agrees(ENTRIES, data[:size])


def test_touched_among_untouched() -> None:
    data = (3).to_bytes(8, "little") + stored(b"abc", b"de", b"fghi")
    values = decode(data, Vec[Blob[Entry]])
    values[1].a = 0
    values.append(Entry(1, 2))
    written = (4).to_bytes(8, "little") + stored(b"abc", b"\0e", b"fghi", b"\1\2\0")
    assert encode(values, Vec[Blob[Entry]]) == written
    write_agrees(ENTRIES, [*values, "no entry"])


def test_a_class_with_type_arguments_has_no_form_for_all() -> None:
    value = Words([Word(1), Word(2)], [Word(1 << 20)], Word(513))
    data = encode(value, Words)
    for _ in range(2):
        again = decode(data, Words)
        assert encode(again, Words) == data
        assert again == value
