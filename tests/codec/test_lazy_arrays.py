"""Arrays of numbers as views of the bytes, and buffers of numbers that are written."""

from __future__ import annotations

import sys
from array import array
from typing import Annotated, Any

import pytest

from codec.agreement import assert_same, verdict
from snapformat import EncodeError, Encoding, decode, decoder, encode, schema, validate
from snapformat.bincode import Len, Option, Vec, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64
from snapformat.layout import layout_of
from snapformat.layout import write as reference_write
from snapformat.values import to_json

BIG = Encoding(byteorder="big")
NUMBERS = {
    "B": (u8, [0, 1, 255]),
    "b": (i8, [0, 1, -128]),
    "H": (u16, [0, 1, 65535]),
    "h": (i16, [0, 1, -32768]),
    "I": (u32, [0, 1, (1 << 32) - 1]),
    "i": (i32, [0, 1, -(1 << 31)]),
    "Q": (u64, [0, 1, (1 << 64) - 1]),
    "q": (i64, [0, 1, -(1 << 63)]),
    "f": (f32, [0.0, 1.5, -2.5]),
    "d": (f64, [0.0, 1.5, 1e300]),
}


@schema
class Page:
    """Small, with numbers."""

    id: u8
    words: Vec[u64]
    mac: Annotated[list[u8], Len(6)]
    table: Annotated[list[u32], Len(65)]


@schema
class Book:
    """Holds them where lazy reading comes by."""

    page: Page
    maybe: Option[Page]
    pages: Vec[Page]
    pair: tuple[Vec[u16], u8]


def page(number: int) -> Page:
    return Page(number, list(range(number)), [1, 2, 3, 4, 5, 6], list(range(65)))


def numpy_at(data: bytes, offset: int, dtype: Any) -> Any:
    """An array of all numbers from an offset on, aligned or not."""
    import numpy

    return numpy.frombuffer(data, dtype, offset=offset)


@pytest.mark.parametrize("code", NUMBERS)
@pytest.mark.parametrize("encoding", [Encoding(), BIG, Encoding(integers="variable")])
def test_views(code: str, encoding: Encoding) -> None:
    item, values = NUMBERS[code]
    data = encode(values * 50, Vec[item], encoding)
    found = decode(data, Vec[item], encoding, lazy=True, arrays="memoryview")
    is_fixed = encoding.integers == "fixed" or code in "fd"
    if isinstance(found, list):
        # Integers of variable length are in no array; nor is what follows a length of that kind.
        assert not is_fixed or encoding.integers == "variable"
        return
    assert type(found) is memoryview
    assert found.format == code
    assert found.tolist() == values * 50
    assert found.readonly or encoding == BIG
    assert encode(found, Vec[item], encoding) == data


def test_no_copy() -> None:
    data = encode(list(range(1000)), Vec[u64])
    for found in (
        decode(data, Vec[u64], lazy=True, arrays="memoryview"),
        decoder(Vec[u64], lazy=True, arrays="memoryview")(data),
    ):
        if sys.byteorder == "little":
            assert found.obj is data


def test_the_type_says_which_are_views() -> None:
    value = Book(page(3), page(0), [page(1), page(2)], ([1] * 500, 2))
    data = encode(value, Book)
    found = decode(data, Book, lazy=True, arrays="memoryview")
    assert found.maybe is not None
    for read in (found.page, found.maybe, *found.pages):
        assert type(read.words) is memoryview
        assert type(read.table) is memoryview
        assert type(read.mac) is list
    assert found.maybe.words.tolist() == []
    assert type(found.pair[0]) is list
    assert encode(found, Book) == data
    validate(found)
    assert encode(found, Book) == data
    with pytest.raises(ValueError, match="lazy=True"):
        decode(data, Book, arrays="memoryview")
    with pytest.raises(ValueError, match="arrays must be"):
        decode(data, Book, lazy=True, arrays="lists")  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", [Encoding(), BIG, Encoding("variable"), Encoding("variable", "big")])
@pytest.mark.parametrize("code", NUMBERS)
def test_buffers_are_written(code: str, encoding: Encoding) -> None:
    item, values = NUMBERS[code]
    given: list[Any] = [array(code, values), memoryview(array(code, values * 40))]
    given += [memoryview(array(code, values * 2))[::2], memoryview(array(code))]
    for kind in (Vec[item], Annotated[list[item], Len(3)]):
        node = layout_of(kind, encoding)
        for buffer in given:
            expected = verdict(lambda k=kind, b=buffer: encode(memoryview(b).tolist(), k, encoding))
            assert_same(verdict(lambda k=kind, b=buffer: encode(b, k, encoding)), expected)
            assert_same(verdict(lambda n=node, b=buffer: bytes(reference_write(n, b))), expected)


def test_json_of_views() -> None:
    for encoding in (Encoding(), BIG):
        data = encode(page(3), Page, encoding)
        found = decode(data, Page, encoding, lazy=True, arrays="memoryview")
        assert to_json(found, Page) == to_json(page(3), Page)


def test_buffers_of_other_numbers_are_refused() -> None:
    for bad in (array("q", [1]), array("I", [1]), array("d", [1.0]), memoryview(b"12345678")):
        for write in (lambda v: encode(v, Vec[u64]), lambda v: reference_write(layout_of(Vec[u64]), v)):
            with pytest.raises(EncodeError, match="array of u64"):
                write(bad)
    grid = memoryview(bytes(32)).cast("Q", (2, 2))
    with pytest.raises(EncodeError, match="2 dimensions"):
        encode(grid, Vec[u64])
    with pytest.raises(EncodeError):
        encode(array("Q", [1]), Vec[Option[u64]])
    assert encode(b"abc", Vec[u8]) == encode([97, 98, 99], Vec[u8])


def test_a_decoder_reads_what_decode_reads() -> None:
    read = decoder(Vec[u64], Encoding(limit=100), lazy=True, arrays="memoryview")
    eager = decoder(Vec[u64], Encoding(limit=100))
    for values in ([], [1], list(range(11)), list(range(12))):
        data = encode(values, Vec[u64])
        for given in (data, data + b"rest", bytearray(data), data[:-1], b""):
            expected = verdict(lambda given=given: eager(given))
            assert_same(verdict(lambda given=given: list(read(given))), expected)


class TestNumpy:
    def test_views(self) -> None:
        numpy = pytest.importorskip("numpy")
        for encoding in (Encoding(), BIG):
            for item, values in NUMBERS.values():
                data = encode(values * 50, Vec[item], encoding)
                found = decode(data, Vec[item], encoding, lazy=True, arrays="numpy")
                assert isinstance(found, numpy.ndarray)
                assert not found.flags.owndata
                assert found.tolist() == values * 50
                assert encode(found, Vec[item], encoding) == data
                swapped = found.astype(found.dtype.newbyteorder())
                assert encode(swapped, Vec[item], encoding) == data

    @pytest.mark.parametrize("before", range(9))
    def test_json_wherever_they_stand(self, before: int) -> None:
        """A view that is not aligned has another format than one that is."""
        pytest.importorskip("numpy")
        for item, values in NUMBERS.values():
            kind = tuple[str, Vec[item]]
            eager = ("x" * before, values * 40)
            data = encode(eager, kind)
            read = decode(data[8 + before :], Vec[item], lazy=True, arrays="numpy")
            assert to_json(read, Vec[item]) == to_json(values * 40, Vec[item])
            found = numpy_at(data, 16 + before, read.dtype)
            assert to_json(found, Vec[item]) == to_json(values * 40, Vec[item])
            assert encode(found, Vec[item]) == data[8 + before :]

    def test_changed(self) -> None:
        pytest.importorskip("numpy")
        found = decode(encode(page(30), Page), Page, lazy=True, arrays="numpy")
        found.words = found.words + 1
        expected = page(30)
        expected.words = [n + 1 for n in expected.words]
        assert encode(found, Page) == encode(expected, Page)
