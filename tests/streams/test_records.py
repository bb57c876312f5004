"""Streams of records: reading them one by one, appending to them, and where their errors are."""

from __future__ import annotations

import gzip
import io
import os
import socket
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import construct
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapformat import (
    DecodeError,
    EncodeError,
    Encoding,
    Limits,
    SchemaError,
    SnapshotIOError,
    decode_prefix,
    encode,
    encode_to,
    iter_decode,
    schema,
)
from snapformat.bincode import Option, u8, u16, u64


@schema
class Entry:
    """A line of a log."""

    name: str
    level: bool
    values: list[u16]
    at: Option[u64]


ENTRIES = [Entry(f"entry {n}", n % 3 == 0, list(range(n % 50)), n or None) for n in range(1000)]
ENCODINGS = [Encoding(limit=None), Encoding("variable", "big"), Encoding.bitcode()]


@pytest.fixture(params=ENCODINGS, ids=["fixed", "variable", "bitcode"])
def encoding(request: pytest.FixtureRequest) -> Any:
    return request.param


def bytes_of(values: list[Entry], encoding: Any) -> bytes:
    return b"".join(encode(each, Entry, encoding) for each in values)


class Trickle(io.RawIOBase):
    """Returns a few bytes at a time, as a pipe does."""

    def __init__(self, data: bytes, most: int) -> None:
        self.rest, self.most = data, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self.most, len(self.rest))
        buffer[:count], self.rest = self.rest[:count], self.rest[count:]
        return count


def test_all_of_them_from_every_source(encoding: Any, tmp_path: Any) -> None:
    data = bytes_of(ENTRIES, encoding)
    path = tmp_path / "log"
    path.write_bytes(data)
    with gzip.open(tmp_path / "log.gz", "wb") as packed:
        packed.write(data)
    sources: list[Any] = [data, bytearray(data), io.BytesIO(data), path, str(path)]
    sources += [Trickle(data, 7), io.BufferedReader(Trickle(data, 1000))]
    for source in sources:
        assert list(iter_decode(source, Entry, encoding)) == ENTRIES
    with gzip.open(tmp_path / "log.gz") as unpacked:
        assert list(iter_decode(unpacked, Entry, encoding)) == ENTRIES
    assert list(iter_decode(b"", Entry, encoding)) == []


def test_a_record_comes_as_soon_as_its_bytes(encoding: Any) -> None:
    here, there = socket.socketpair()
    with here, there, there.makefile("rb") as stream:
        found = iter_decode(stream, Entry, encoding)
        for each in ENTRIES[:20]:
            here.sendall(encode(each, Entry, encoding))
            assert next(found) == each
        here.shutdown(socket.SHUT_WR)
        assert next(found, None) is None


def test_every_cut_names_the_record_and_its_place(encoding: Any) -> None:
    few = ENTRIES[:4]
    ends = [0]
    for each in few:
        ends.append(ends[-1] + len(encode(each, Entry, encoding)))
    data = bytes_of(few, encoding)
    for size in range(len(data)):
        found = iter_decode(data[:size], Entry, encoding)
        whole = sum(end <= size for end in ends[1:])
        assert [next(found) for _ in range(whole)] == few[:whole]
        if size in ends:
            assert next(found, None) is None
            continue
        with pytest.raises(DecodeError) as caught:
            next(found)
        assert str(caught.value.path).startswith(f"$[{whole}]")
        assert caught.value.offset is not None
        assert ends[whole] <= caught.value.offset <= size


def test_a_bad_record_far_inside_is_found_before_the_rest_is_read() -> None:
    good = encode(ENTRIES[1], Entry)
    bad = bytearray(good)
    bad[8 + len("entry 1")] = 7  # the bool
    rest = io.BytesIO(good * 5000 + bad + good * 100_000)
    found = iter_decode(rest, Entry)
    for _ in range(5000):
        next(found)
    with pytest.raises(DecodeError, match="bool") as caught:
        next(found)
    assert (caught.value.path, caught.value.offset) == ("$[5000].level", 5000 * len(good) + 15)
    assert rest.tell() < 5001 * len(good) + 200_000


def test_the_limit_is_that_of_each_record() -> None:
    encoding = Encoding(limit=100)
    data = encode("x" * 80, str, encoding) * 50
    assert list(iter_decode(data, str, encoding)) == ["x" * 80] * 50
    with pytest.raises(DecodeError, match="limit") as caught:
        list(iter_decode(data + encode("y" * 101, str), str, encoding))
    assert caught.value.path == "$[50]"
    with pytest.raises(DecodeError, match="nested"):
        list(iter_decode(encode(ENTRIES[0], Entry), Entry, limits=Limits(depth=0)))


def test_records_without_bytes_are_refused(encoding: Any) -> None:
    with pytest.raises(SchemaError, match="no end"):
        iter_decode(b"abc", tuple[()], encoding)


def test_a_construct_that_takes_nothing_is_an_error() -> None:
    nothing = construct.Struct("at" / construct.Tell, "rest" / construct.Peek(construct.Byte))
    with pytest.raises(DecodeError, match="without bytes"):
        list(iter_decode(b"abc", nothing))


def test_constructs_that_look_ahead_see_the_stream() -> None:
    lines = construct.Struct("text" / construct.CString("ascii"), "next" / construct.Peek(construct.Byte))
    found = list(iter_decode(Trickle(b"one\0two\0", 2), lines))
    assert [(each.text, each.next) for each in found] == [("one", ord("t")), ("two", None)]


def test_a_source_that_fails() -> None:
    class Failing(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            raise OSError(5, "broken")

    with pytest.raises(DecodeError, match="broken"):
        list(iter_decode(io.BufferedReader(Failing()), Entry))
    with pytest.raises(SnapshotIOError):
        list(iter_decode("/there/is/no/such/file", Entry))
    with pytest.raises(TypeError, match="binary"):
        list(iter_decode(io.StringIO("text"), Entry))  # type: ignore[call-overload]


def test_appending(encoding: Any, tmp_path: Any) -> None:
    path = tmp_path / "log"
    sizes = []
    for each in ENTRIES[:10]:
        with open(path, "ab") as log:
            sizes.append(encode_to(log, each, Entry, encoding))
    assert sum(sizes) == os.path.getsize(path)
    assert list(iter_decode(path, Entry, encoding)) == ENTRIES[:10]
    with open(path, "ab") as log, pytest.raises(EncodeError):
        encode_to(log, Entry("", 1, [], None), Entry, encoding)  # type: ignore[arg-type]
    assert sum(sizes) == os.path.getsize(path)
    assert encode_to(path, ENTRIES[0], Entry, encoding) == os.path.getsize(path)


def test_prefixes_at_offsets(encoding: Any) -> None:
    data = bytes_of(ENTRIES[:50], encoding)
    offset, found = 0, []
    while offset < len(data):
        value, size = decode_prefix(data, Entry, encoding, offset=offset)
        found.append(value)
        offset += size
    assert found == ENTRIES[:50]
    with pytest.raises(DecodeError) as caught:
        decode_prefix(data[:-1], Entry, encoding, offset=offset - size)
    assert caught.value.offset is not None
    assert caught.value.offset >= offset - size
    for outside in (-1, len(data) + 1):
        with pytest.raises(ValueError, match="offset"):
            decode_prefix(data, u8, encoding, offset=outside)


@given(st.lists(st.tuples(st.binary(max_size=30), st.integers(0, 255)), max_size=20), st.data())
def test_pieces_of_any_size(values: list[tuple[bytes, int]], data: st.DataObject) -> None:
    kind = tuple[bytes, u8]
    whole = b"".join(encode(each, kind) for each in values)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=10)))

    def pieces() -> Iterator[bytes]:
        for start, stop in pairwise([0, *cuts, len(whole)]):
            if start < stop:
                yield whole[start:stop]

    class Stream:
        def __init__(self) -> None:
            self.pieces = pieces()

        def read1(self, size: int) -> bytes:
            return next(self.pieces, b"")

        def read(self, size: int) -> bytes:
            raise AssertionError

    assert list(iter_decode(Stream(), kind)) == values
