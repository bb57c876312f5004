"""Values that may be missing where the data end: what older programs did not write."""

from __future__ import annotations

import io
from typing import Annotated

import pytest

from snapformat import (
    DecodeError,
    EncodeError,
    Encoding,
    SchemaError,
    SnapshotFormat,
    decode,
    decode_stream,
    encode,
    schema,
)
from snapformat.bincode import DefaultOnEof, Option, OptionalTail, u8, u16
from snapformat.docs import describe
from snapformat.layout import layout_of, walk
from snapformat.layout.compare import compare
from snapformat.values import dumps, loads


@schema
class Account:
    """An account; the last two fields came later."""

    number: u8
    rank: Annotated[u16, DefaultOnEof(7)]
    name: OptionalTail[str]


ENCODINGS = [Encoding(limit=None), Encoding("variable", "big", limit=1000)]
each_encoding = pytest.mark.parametrize("encoding", ENCODINGS, ids=["fixed", "variable"])
VALUES = [Account(1, 7, None), Account(1, 300, None), Account(1, 2, ""), Account(1, 2, "a name")]


@each_encoding
def test_both_ways(encoding: Encoding):
    struct = encoding.construct(Account)
    for value in VALUES * 3:  # the reference first, generated code then
        data = encode(value, Account, encoding)
        assert decode(data, Account, encoding) == value
        assert decode(data, Account, encoding, lazy=True) == value
        assert decode_stream(io.BytesIO(data), Account, encoding) == value
        assert struct.build(value) == data
        assert encode(struct.parse(data), Account, encoding) == data
        assert sum(event.size for event in walk(layout_of(Account, encoding), data)) == len(data)


@each_encoding
def test_missing(encoding: Encoding):
    for _ in range(3):
        assert decode(b"\1", Account, encoding) == Account(1, 7, None)
    assert encode(Account(1, 7, None), Account, encoding) == b"\1" + encode(7, u16, encoding)


@each_encoding
def test_cut_or_damaged_is_an_error(encoding: Encoding):
    whole = encode(Account(1, 1000, "ab"), Account, encoding)
    ends = {1, len(encode(VALUES[1], Account, encoding)), len(whole)}
    for _ in range(3):
        for end in range(1, len(whole) + 1):
            if end in ends:
                decode(whole[:end], Account, encoding)
            else:
                with pytest.raises(DecodeError):
                    decode(whole[:end], Account, encoding)
        with pytest.raises(DecodeError) as caught:
            decode(whole[:-1] + b"\xff", Account, encoding)
        assert caught.value.path == "$.name"


def test_the_end_is_that_of_the_data_in_a_file():
    format_ = SnapshotFormat("accounts", 1, "1.0.0", Account)
    for value in VALUES:
        data = format_.new(value).to_bytes()
        for lazy in (False, True):
            found = format_.load(data, lazy=lazy)
            assert found.data == value
            assert found.to_bytes() == data
    assert list(format_.walk(format_.new(VALUES[0]).to_bytes()))[-1].kind == "checksum"


def test_a_default_is_made_for_each():
    kind = tuple[u8, Annotated[list[u8], DefaultOnEof([])]]
    first = decode(b"\1", kind)
    first[1].append(5)
    assert decode(b"\1", kind) == (1, [])


def test_an_option_may_be_missing():
    kind = tuple[u8, Annotated[Option[u8], DefaultOnEof(None)]]
    assert decode(b"\1", kind) == decode(b"\1\0", kind) == (1, None)
    assert encode((1, None), kind) == b"\1\0"
    with pytest.raises(DecodeError, match="not an option's tag"):
        decode(b"\1\2", kind)


def test_json():
    for value in VALUES:
        assert loads(dumps(value, Account), Account) == value
    assert dumps(VALUES[0], Account, indent=None) == '{"number":1,"rank":7,"name":null}'


def test_values_that_do_not_fit():
    with pytest.raises(EncodeError) as caught:
        encode(Account(1, 70000, None), Account)
    assert caught.value.path == "$.rank"
    with pytest.raises(EncodeError) as caught:
        encode(Account(1, 7, 5), Account)  # type: ignore[arg-type]
    assert caught.value.path == "$.name"


def test_missing_values_are_counted():
    claimed = (1 << 60).to_bytes(8, "little")
    for kind in (list[OptionalTail[u8]], list[Annotated[u8, DefaultOnEof(0)]]):
        with pytest.raises(DecodeError, match="too many zero-sized elements"):
            decode(claimed, kind, Encoding(limit=None))


def test_documents_and_comparisons():
    _, rank, name = describe(Account).types[0].fields
    assert (rank.size.text, rank.constraints) == ("0 to 2", ("`7` where the data ends before it",))
    assert name.constraints == ("missing where the data ends before it",)
    one, other = (layout_of(tuple[u8, each]) for each in (u16, Annotated[u16, DefaultOnEof(7)]))
    assert compare(one, other) != []
    assert compare(other, layout_of(tuple[u8, Annotated[u16, DefaultOnEof(8)]])) == []


def test_none_has_one_meaning():
    with pytest.raises(SchemaError, match=r"DefaultOnEof\(None\) is"):
        encode(None, OptionalTail[Option[u8]])


def test_no_place_in_columns():
    with pytest.raises(SchemaError, match=r"Account\.(rank|name): values in bitcode can't look for the end"):
        encode(VALUES[0], Account, Encoding.bitcode())
