"""Generic classes: a layout for each choice of type arguments."""

from __future__ import annotations

from typing import Generic, TypeVar

import pytest

from snapformat import DataEnum, SchemaError, decode, doc, encode, schema
from snapformat.bincode import BTreeMap, Encoding, Ok, Option, Result, f64, u8, u16, u32
from snapformat.layout import layout_of

T = TypeVar("T")
U = TypeVar("U")


@schema
class Box(Generic[T]):
    """Holds one thing."""

    value: T = doc("The thing")


@schema
class Both(Generic[T, U]):
    left: Box[T]
    right: list[Box[U]]


@schema
class Tree(Generic[T]):
    value: T
    children: list[Tree[T]]


@schema
class Answer(DataEnum, Generic[T]):
    """A reply."""


@schema(name="Yes", kind="newtype")
class Yes(Answer[T]):
    value: T


@schema(name="Many")
class Many(Answer[T]):
    boxes: list[Box[T]]
    next: Option[Answer[T]]


@schema(name="No")
class No(Answer[T]): ...


CASES = [
    (Box(1), Box[u16], "0100"),
    (Box("a"), Box[str], "0100000000000000 61"),
    (Box([Box(1)]), Box[list[Box[u8]]], "0100000000000000 01"),
    (Box((1, None)), Box[tuple[u8, u16 | None]], "01 00"),
    (Both(Box(1), [Box(2)]), Both[u8, u16], "01 0100000000000000 0200"),
    (Both(Box(Box(1)), []), Both[Box[u8], u16], "01 0000000000000000"),
    (Tree(1, [Tree(2, [])]), Tree[u8], "01 0100000000000000 02 0000000000000000"),
    (Yes(1), Answer[u16], "00000000 0100"),
    (Many([Box(7)], No()), Answer[u8], "01000000 0100000000000000 07 01 02000000"),
    (Yes(Yes(3)), Answer[Answer[u8]], "00000000 00000000 03"),
    (Box(No()), Box[Answer[u8]], "02000000"),
]


@pytest.mark.parametrize(("value", "annotation", "data"), CASES)
def test_bytes_by_type_arguments(value, annotation, data):
    assert encode(value, annotation).hex() == data.replace(" ", "")
    assert decode(bytes.fromhex(data), annotation) == value


def test_one_construct_for_each_choice():
    encoding = Encoding()
    assert encoding.construct(Box[u8]) is encoding.construct(Box[u8])
    assert encoding.construct(Box[u8]) is Encoding().construct(Box[u8])
    assert encoding.construct(Box[u8]) is not encoding.construct(Box[u16])
    assert encoding.construct(Box[u8]) is not Encoding("variable").construct(Box[u8])
    assert layout_of(Box[u8]).kind.fields[0].doc == "The thing"


def test_a_base_with_its_variable_passed_on():
    @schema
    class Labelled(Box[T], Generic[T]):
        label: str

    assert encode(Labelled(1, ""), Labelled[u16]) == b"\1\0" + bytes(8)


def test_a_base_with_its_argument_given():
    @schema
    class Wide(Box[u16]):
        label: u8

    @schema
    class Renamed(Box[U], Generic[U]):
        label: U

    assert encode(Wide(1, 2), Wide) == b"\1\0\2"
    assert encode(Renamed(1, 2), Renamed[u8]) == b"\1\2"


def test_variants_may_name_the_variables_their_own_way():
    @schema
    class Either(DataEnum, Generic[T, U]): ...

    @schema(name="Left", kind="newtype")
    class Left(Either[U, T]):
        value: U

    @schema(name="Right", kind="newtype")
    class Right(Either[U, T]):
        value: T

    assert encode(Left(1), Either[u8, u16]) == b"\0\0\0\0\1"
    assert encode(Right(1), Either[u8, u16]) == b"\1\0\0\0\1\0"


def test_a_variant_that_does_not_care():
    @schema
    class Maybe(DataEnum, Generic[T]): ...

    @schema(name="Count", kind="newtype")
    class Count(Maybe):
        value: u32

    assert encode(Count(1), Maybe[str]) == b"\0\0\0\0\1\0\0\0"


def test_the_librarys_own_generics_take_classes_and_variables():
    @schema
    class Job(Generic[T]):
        outcome: Result[Box[T], str]
        times: BTreeMap[u8, Box[T]]

    value = Job(Ok(Box(1.5)), {1: Box(2.5)})
    assert decode(encode(value, Job[f64]), Job[f64]) == value


@pytest.mark.parametrize("annotation", [Box, list[Both], Answer, Tree])
def test_missing_arguments(annotation):
    with pytest.raises(SchemaError, match=r"(Box|Tree|Answer) takes T|Both takes T, U"):
        layout_of(annotation)
