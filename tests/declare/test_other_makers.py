"""Classes that something else has made, or that can't keep a layout: the error says what to do."""

from __future__ import annotations

import dataclasses
import types
from typing import Any, NamedTuple, TypedDict

import construct as c
import pytest

from snapformat import SchemaError, decode, encode, register, schema
from snapformat.bincode import u8

STRUCT = c.Struct("x" / c.Byte)


class Typed(TypedDict):
    x: int


class Named(NamedTuple):
    x: int


def made_by(mark: str) -> Any:
    """A class as another library leaves it."""
    return type("Made", (), {mark: (), "__annotations__": {"x": int}})


@pytest.mark.parametrize(
    ("mark", "library"),
    [("__attrs_attrs__", "attrs"), ("__pydantic_decorators__", "pydantic"), ("__struct_fields__", "msgspec")],
)
def test_schema_on_a_class_of_another_library(mark: str, library: str) -> None:
    for cls in (made_by(mark), type("Below", (made_by(mark),), {})):
        with pytest.raises(SchemaError, match=f"made by {library}: leave that out, or say register"):
            schema(cls)


def test_schema_on_tuples_and_dicts() -> None:
    with pytest.raises(SchemaError, match=r"made by typing.NamedTuple"):
        schema(Named)
    with pytest.raises(SchemaError, match="values of a TypedDict are plain dicts"):
        schema(Typed)


def test_register_for_what_keeps_no_layout() -> None:
    with pytest.raises(
        SchemaError, match=r"Typed: values of a TypedDict are plain dicts: register .* a name"
    ):
        register(Typed, STRUCT)
    for cls in (types.SimpleNamespace, int, dict):
        with pytest.raises(SchemaError, match=f"{cls.__name__}: a built-in class takes no layout"):
            register(cls, STRUCT)
    register(Named, STRUCT)
    assert decode(b"\1", Named) == Named(1)
    assert encode(Named(2), Named) == b"\2"


def test_what_schema_can_not_declare() -> None:
    for built_in in (int, types.SimpleNamespace, dict):
        with pytest.raises(SchemaError, match="a class that is built in can't be declared"):
            schema(built_in)
    fields: dict[str, Any] = {"__annotations__": {"x": u8}}
    declared = schema(type("Declared", (), {**fields}))
    with pytest.raises(SchemaError, match="Declared: the class is declared already"):
        schema(declared)
    with pytest.raises(SchemaError, match="Slotted: @schema gives the class its slots: leave out __slots__"):
        schema(dataclasses.dataclass(slots=True)(type("Slotted", (), {**fields})))
    made = schema(dataclasses.dataclass(frozen=True)(type("Made", (), {**fields})))
    assert decode(encode(made(1), made), made) == made(1)
