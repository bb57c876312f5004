"""Types that people write without a thought: fixed bytes, bytes for a list of u8, aliases, new types."""

from __future__ import annotations

import sys
from typing import Annotated, Any, NewType, TypeVar

import pytest
from typing_extensions import TypeAliasType

from snapformat import (
    DataEnum,
    DecodeError,
    EncodeError,
    Encoding,
    SchemaError,
    decode,
    encode,
    schema,
)
from snapformat.bincode import (
    BTreeMap,
    BTreeSet,
    ByteArray,
    Comparator,
    FixedBytes,
    Len,
    Option,
    Vec,
    i8,
    u8,
    u16,
    u64,
)
from snapformat.layout import layout_of, walk
from snapformat.model.compare import compare
from snapformat.values import dumps, loads

ENCODINGS = [Encoding(), Encoding("variable", "big"), Encoding.bitcode()]
Slot = NewType("Slot", u64)  # type: ignore[valid-newtype]  # at run time, an annotation like any other
T = TypeVar("T")
Epoch = TypeAliasType("Epoch", u64)
Pair = TypeAliasType("Pair", tuple[T, T], type_params=(T,))
Circle = TypeAliasType("Circle", "list[Circle]")
if sys.version_info >= (3, 12):
    scope: dict[str, Any] = {"u64": u64}
    exec("type Epoch = u64\ntype Pair[T] = tuple[T, T]\ntype Circle = list[Circle]", scope)
    Epoch, Pair, Circle = scope["Epoch"], scope["Pair"], scope["Circle"]


@pytest.fixture(params=ENCODINGS, ids=["fixed", "variable", "bitcode"])
def encoding(request: pytest.FixtureRequest) -> Any:
    return request.param


SPELLINGS = [FixedBytes[4], Annotated[bytes, Len(4)], Annotated[bytes, 4]]


@pytest.mark.parametrize("kind", SPELLINGS, ids=["FixedBytes", "Len", "number"])
def test_fixed_bytes_are_an_array_of_u8(kind: Any, encoding: Any) -> None:
    array = list[Annotated[list[u8], Len(4)]]
    data = encode([b"abcd", b"efgh"], list[kind], encoding)
    assert data == encode([list(b"abcd"), list(b"efgh")], array, encoding)
    assert decode(data, list[kind], encoding) == [b"abcd", b"efgh"]
    assert encode(b"wxyz", kind) == b"wxyz"
    assert encode(bytearray(b"wxyz"), kind, encoding) == encode(b"wxyz", kind, encoding)
    assert not compare(layout_of(kind), layout_of(Annotated[list[u8], Len(4)]))
    for bad in (b"abc", b"abcde", "abcd", [1, 2, 3, 4]):
        with pytest.raises(EncodeError):
            encode(bad, kind, encoding)
    with pytest.raises(DecodeError):
        decode(b"abc", kind, encoding)


def test_fixed_bytes_are_keys_in_their_order(encoding: Any) -> None:
    entries = {b"\xff\0": 1, b"\0\xff": 2, b"\0\0": 3}
    data = encode(entries, BTreeMap[FixedBytes[2], u8], encoding)
    assert [*decode(data, BTreeMap[FixedBytes[2], u8], encoding)] == sorted(entries)
    assert data == encode({tuple(k): v for k, v in entries.items()}, BTreeMap[tuple[u8, u8], u8], encoding)
    found = decode(encode(set(entries), BTreeSet[FixedBytes[2]], encoding), BTreeSet[FixedBytes[2]], encoding)
    assert set(found) == set(entries)


def test_fixed_bytes_in_json_and_events() -> None:
    assert loads(dumps([b"ab"], list[FixedBytes[2]]), list[FixedBytes[2]]) == [b"ab"]
    assert dumps(b"ab", FixedBytes[2]).split() == ["[", "97,", "98", "]"]
    (event,) = walk(layout_of(FixedBytes[3]), b"xyz")
    assert (event.offset, event.size, event.value) == (0, 3, b"xyz")


def test_byte_arrays_have_their_length_before_them() -> None:
    assert encode(b"ab", Annotated[bytes, ByteArray(2)]) == b"\2" + bytes(7) + b"ab"
    with pytest.raises(DecodeError):
        decode(b"\3" + bytes(7) + b"abc", Annotated[bytes, ByteArray(2)])


def test_lengths_that_are_none() -> None:
    for bad in (-1, True, 2.5):
        with pytest.raises(SchemaError, match="length of 0 or more"):
            FixedBytes[bad]
        with pytest.raises(SchemaError, match="length of 0 or more"):
            ByteArray(bad)  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="belongs on bytes"):
        encode([], Annotated[list[u8], ByteArray(2)])
    with pytest.raises(SchemaError, match="length of 0 or more"):
        encode(b"", Annotated[bytes, -1])


@schema
class Packet:
    """Bytes in lists."""

    body: list[u8]
    head: Annotated[list[u8], Len(3)]


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
@pytest.mark.parametrize("count", [0, 1, 5, 5000])
def test_bytes_for_a_list_of_u8(make: Any, count: int, encoding: Any) -> None:
    body = bytes(n % 256 for n in range(count))
    for _ in range(3):  # by the reference, and by generated code
        data = encode(Packet(make(body), make(b"abc")), Packet, encoding)
        assert data == encode(Packet([*body], [*b"abc"]), Packet, encoding)
    assert decode(data, Packet, encoding) == Packet([*body], [*b"abc"])
    assert encode(make(body), Vec[u8], encoding) == encode([*body], Vec[u8], encoding)


@pytest.mark.parametrize("kind", [list[i8], list[u16], list[bool], list[str]])
def test_bytes_for_no_other_list(kind: Any, encoding: Any) -> None:
    with pytest.raises(EncodeError, match="expected list"):
        encode(b"ab", kind, encoding)
    with pytest.raises(EncodeError, match="3 elements"):
        encode(Packet([], b"ab"), Packet, encoding)  # type: ignore[arg-type]


def test_aliases_and_new_types(encoding: Any) -> None:
    for kind in (Slot, Epoch):
        assert encode(5, kind, encoding) == encode(5, u64, encoding)
        assert encode([5, 6], list[kind], encoding) == encode([5, 6], list[u64], encoding)
        assert encode(None, Option[kind], encoding) == encode(None, Option[u64], encoding)
    assert encode((1, 2), Pair[u16], encoding) == encode((1, 2), tuple[u16, u16], encoding)
    nested = ((1, 2), (3, 4))
    assert decode(encode(nested, Pair[Pair[u8]], encoding), Pair[Pair[u8]], encoding) == nested


@schema
class Block:
    """A block, by aliases."""

    slot: Slot
    epoch: Epoch
    pair: Pair[u16]
    parent: Slot | None


def test_aliases_in_a_class(encoding: Any) -> None:
    block = Block(Slot(1), 2, (3, 4), None)
    assert decode(encode(block, Block, encoding), Block, encoding) == block


def test_aliases_with_other_arguments() -> None:
    with pytest.raises(SchemaError, match="Pair takes T; it was given 0"):
        encode(1, Pair)


def test_an_alias_of_itself() -> None:
    with pytest.raises(SchemaError, match=r"refers to itself|not resolved"):
        encode([], Circle)


@schema
class Shape(DataEnum):
    """A figure."""


@schema
class ShapeCircle(Shape):
    """A circle."""

    radius: u8


@schema
class Shapely(Shape):
    """A word that begins alike."""


@schema
class Shape2D(Shape):
    """No name without the enum's."""


@schema(name="ShapeLine")
class ShapeLine(Shape):
    """A name that was given."""


def test_variants_without_the_name_of_their_enum() -> None:
    names = [loads_name(each) for each in (ShapeCircle(1), Shapely(), Shape2D(), ShapeLine())]
    assert names == ["Circle", "Shapely", "Shape2D", "ShapeLine"]
    with pytest.raises(SchemaError, match="has a variant 'Circle' already"):

        @schema
        class Circle(Shape):
            """The same name."""


def loads_name(value: Shape) -> str:
    text = dumps(value, Shape)
    assert loads(text, Shape) == value
    return text.strip('{ \n"').split('"')[0]


@pytest.mark.parametrize(
    ("text", "normal"),
    [(">=1.2", ">=1.2"), ("1.2.3", "^1.2.3"), ("1.*", "1.*"), ("  ~1.2.3-a.1 ", "~1.2.3-a.1")],
)
def test_comparators(text: str, normal: str) -> None:
    assert decode(encode(text, Comparator), Comparator) == normal
    assert encode(text, Comparator) == encode(normal, str)


@pytest.mark.parametrize("text", ["*", "", ">=1, <2", "1.2.3.4", "01"])
def test_no_comparators(text: str) -> None:
    with pytest.raises(EncodeError):
        encode(text, Comparator)
    with pytest.raises(DecodeError):
        decode(encode(text, str), Comparator)
